"""A bank of typical queries, against photos that answer too many of them.

Some photos lie close to texts of all kinds and push the right ones down ("hubs", Radovanovic et al.
2010). What a photo scores with a bank of typical queries is taken off all its scores, as in
Bogolin et al. 2022, "Cross Modal Retrieval with Querybank Normalisation". Here that is part of the
embedding: one component more, constant for texts, so that searching stays one product.

With u and v of length 1, h(u) = log(sum of exp(s u.c over the bank)) / s and its mean h0 over the
training photos, an image is (u, - h(u) + h0, times STRENGTH / SHARE) and a text (v, SHARE). Their
product is u.v - STRENGTH (h(u) - h0). The cosine is so but for what normalising does: it divides
all texts by the same number, and a photo by 1 and about half the square of its small component. As
only photos are set off against each other, the order of texts for one photo stays the same.
"""

import math
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the field's customary name
from torch import Tensor, nn

SECTION = "query_bank"
"""The part of a `model_cfg` that asks for a bank: its `size`."""

# Measured on held-out photos, see docs/models.md.
SHARPNESS = 20.0
STRENGTH = 0.5
SHARE = 0.25
_KMEANS_STEPS = 8


class ImageBank(nn.Module):  # type: ignore[misc]  # torch is Any to mypy
    """An image head, and after it the component that says how much of a hub a photo is.

    Args:
        head: features to embeddings (n, dim).
        size: of the bank.
        dim: of the head's embeddings; those of the bank have one component more.
    """

    def __init__(self, head: nn.Module, size: int, dim: int) -> None:
        super().__init__()
        self.head = head
        self.register_buffer("queries", torch.zeros(size, dim))
        self.register_buffer("usual", torch.zeros(()))

    def forward(self, features: Tensor) -> Tensor:
        embeddings = F.normalize(self.head(features), dim=-1)
        excess = self.closeness(embeddings) - self.usual.float()
        component = -excess * (STRENGTH / SHARE)
        return torch.cat([embeddings, component.unsqueeze(-1).to(embeddings.dtype)], dim=-1)

    def closeness(self, embeddings: Tensor) -> Tensor:
        """h(u) of embeddings (n, dim) of length 1: float32 (n,)."""
        # The last digits tell photos apart, so this is not for a lower precision.
        with torch.autocast(embeddings.device.type, enabled=False):
            logits = SHARPNESS * embeddings.float() @ self.queries.float().T
            return torch.logsumexp(logits, dim=-1) / SHARPNESS


class TextBank(nn.Module):  # type: ignore[misc]  # torch is Any to mypy
    """A text head, and after it the constant component that meets the photos' one."""

    def __init__(self, head: nn.Module) -> None:
        super().__init__()
        self.head = head

    def forward(self, features: Tensor) -> Tensor:
        embeddings = F.normalize(self.head(features), dim=-1)
        return torch.cat([embeddings, embeddings.new_full((len(embeddings), 1), SHARE)], dim=-1)


def put_bank(model: nn.Module, embed_dim: int, section: dict[str, Any]) -> None:
    """Give an open_clip model with heads of `embed_dim` - 1 an empty bank."""
    tower: Any = model.visual
    tower.head = ImageBank(tower.head, section["size"], embed_dim - 1)
    text: Any = model.text
    text.proj = TextBank(text.proj)


def fill_bank(model: nn.Module, texts: Tensor, images: Tensor, generator: torch.Generator) -> None:
    """Fill the bank once training is over, and adapt the temperature to the added component.

    Args:
        texts: (m, dim), the heads' embeddings of the training captions, of length 1.
        images: (n, dim), those of the training photos.
        generator: of the captions that clustering starts from.
    """
    bank: ImageBank = model.visual.head
    queries = _kmeans(texts, len(bank.queries), generator)
    bank.queries.copy_(queries)
    bank.usual.copy_(bank.closeness(images).mean())
    # A text is longer now by its constant component, which normalising takes off all cosines.
    with torch.no_grad():
        model.logit_scale += math.log(1 + SHARE**2) / 2


def _kmeans(texts: Tensor, size: int, generator: torch.Generator) -> Tensor:
    """The directions of `size` clusters, or of as many as there are texts, repeated."""
    picked = torch.randperm(len(texts), generator=generator).to(texts.device)
    centres = texts[picked.repeat(-(-size // len(texts)))[:size]]
    for _ in range(_KMEANS_STEPS):
        nearest = torch.cat([(part @ centres.T).argmax(dim=1) for part in texts.split(4096)])
        sums = torch.zeros_like(centres).index_add_(0, nearest, texts)
        found = sums.norm(dim=1, keepdim=True) > 0
        centres = torch.where(found, F.normalize(sums, dim=-1), centres)
    return centres
