"""A small linear map of text embeddings, learned from pairs: what the model shall know besides.

Only texts are moved, and so all photos' stored vectors stay as they are: an adapter takes effect
with the next query, whatever the size of the library, and is gone when it is left out.
"""

import json
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from photoclip.errors import PhotoClipError

_STEPS = 40
# What moving a known text costs, beside moving any direction.
_KNOWN = 10.0
# Of a batch every text is compared with every photo; pairs beyond it go into further batches.
_BATCH = 1_000
_FORMAT = "photoclip-adapter-1"
_BROKEN = "What PhotoClip was taught cannot be read. Teach it again."


@dataclass(frozen=True, eq=False)
class Adapter:
    """A text t becomes unit(t + `change` · t).

    Attributes:
        change: float32 (d, d).
        model: the id of the encoder whose texts it is for.
    """

    change: NDArray[np.float32] = field(repr=False)
    model: str

    @classmethod
    def none(cls, dim: int, model: str) -> "Adapter":
        """The one that changes nothing."""
        return cls(np.zeros((dim, dim), np.float32), model)

    def adapt(self, texts: NDArray[np.float32]) -> NDArray[np.float32]:
        """Embeddings of texts (n, d), each of length 1, adapted; the same again."""
        moved = texts + texts @ self.change.T
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        adapted: NDArray[np.float32] = (moved / np.maximum(lengths, 1e-6)).astype(np.float32)
        return adapted

    def to_bytes(self) -> bytes:
        """In the form of safetensors; for d of 512 a megabyte."""
        from safetensors.numpy import save

        kept = {"format": _FORMAT, "model": self.model}
        return save({"change": np.ascontiguousarray(self.change, np.float32)}, metadata=kept)

    @classmethod
    def from_bytes(cls, data: bytes, model: str, dim: int) -> "Adapter":
        """The adapter that `to_bytes` wrote.

        Args:
            model, dim: of the encoder it shall be for.

        Raises:
            PhotoClipError: it is no such file, or for another model.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            change = load(data)["change"]
            header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
            kept = header["__metadata__"]
        except (SafetensorError, KeyError, ValueError, TypeError) as error:
            raise PhotoClipError(_BROKEN) from error
        if kept.get("format") != _FORMAT or change.dtype != np.float32:
            raise PhotoClipError(_BROKEN)
        if kept.get("model") != model or change.shape != (dim, dim):
            raise PhotoClipError(
                "What PhotoClip was taught belongs to another model. Teach it again."
            )
        if not np.isfinite(change).all():
            raise PhotoClipError(_BROKEN)
        return cls(change, model)


def fit_adapter(
    images: NDArray[np.float32],
    texts: NDArray[np.float32],
    same: NDArray[np.int64],
    known: NDArray[np.float32],
    strength: float,
    logit_scale: float,
    start: Adapter,
) -> Adapter:
    """Learn an adapter with the symmetric contrastive loss, by L-BFGS.

    Args:
        images: float32 (n, d), each of length 1; row i belongs to row i of `texts`.
        texts: float32 (n, d), each of length 1.
        same: (n, 2), numbers of each pair's photo and text: two pairs that share one are no
            wrong answer for each other.
        known: float32 (k, d), texts that the model knows well: moving them costs most.
        strength: of the pull towards changing nothing.
        logit_scale: the encoder's.
        start: where to begin.
    """
    import torch

    from photoclip.clip.losses import contrastive_loss

    order = np.random.default_rng(0).permutation(len(images))
    parts = np.array_split(order, -(-len(images) // _BATCH))
    batches = []
    for part in parts:
        alike = (same[part][:, None] == same[part][None]).any(axis=2)
        np.fill_diagonal(alike, False)
        pair = (torch.from_numpy(images[part].copy()), torch.from_numpy(texts[part].copy()))
        batches.append((*pair, torch.from_numpy(alike)))
    log_scale = torch.tensor(float(np.log(logit_scale)))
    # The mean over known texts of how far each is moved, beside the size of the whole change.
    price = torch.from_numpy(
        np.eye(known.shape[1], dtype=np.float32) + _KNOWN * (known.T @ known) / len(known)
    )
    change = torch.from_numpy(start.change.copy()).requires_grad_()
    optimiser = torch.optim.LBFGS([change], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        total = strength * ((change @ price) * change).sum()
        for photos, words, alike in batches:
            part = contrastive_loss(photos, words + words @ change.T, log_scale, alike)
            total = total + part * (len(photos) / len(images))
        total.backward()
        return total

    with torch.enable_grad():
        optimiser.step(loss)
    return Adapter(change.detach().numpy().copy(), start.model)
