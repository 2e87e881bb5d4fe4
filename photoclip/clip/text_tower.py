"""The text tower of a loaded model, made as fast as one device allows for a few words.

Most texts are queries, where a person waits, and where most of the time goes into fetching the
weights. Measured with the six layers of the starter and ten tokens, on two cores that others used
too: float32 on both cores 17.5 ms, on one 12, bfloat16 on one 7, with packed weights 5.
"""

import copy
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.devices import PROCESSOR, Device
from photoclip.clip.loading import Towers
from photoclip.clip.native import on_threads

if TYPE_CHECKING:
    import torch

# A query's words. Waking the other cores for each of a hundred small steps takes as long as it
# saves, and where those cores are busy indexing, each step waits for them: on two busy cores a
# query of ten tokens took 480 ms, on one of them 15 ms.
_FEW_TOKENS = 64

# Median cosine to the float32 embedding that a lower precision has to keep; the starter's is
# .9999 in bfloat16.
_FAITHFUL = 0.999
_PROBE = (
    "dog",
    "a photo of two people on the beach at sunset",
    "red car",
    "An old man reads a newspaper at the window of a train, a cup of coffee in front of him.",
)


@dataclass(frozen=True)
class TextTower:
    """An open_clip model whose text tower lies ready on its device.

    Attributes:
        model: open_clip's model.
        device: what torch calls the device, e.g. "cpu".
        tokenize: texts to an int64 tensor (n, context length).
        padding: the token whose columns may be left away, as the tower masks it, or None.
    """

    model: Any
    device: str
    tokenize: Callable[[Sequence[str]], "torch.Tensor"]
    padding: int | None
    _shortened: dict[int, Any] = field(default_factory=dict, init=False, repr=False)

    def tokens(self, texts: Sequence[str]) -> tuple["torch.Tensor", NDArray[np.int64]]:
        """The tokens, (n, context length), and how many columns of each row have to be seen."""
        tokens = self.tokenize(texts)
        if _looks_back(self.model):
            return tokens, _pooled(self.model, tokens) + 1
        if self.padding is None:
            return tokens, np.full(len(tokens), tokens.shape[1])
        columns = np.arange(1, tokens.shape[1] + 1)
        holding = (tokens.numpy() != self.padding) * columns
        return tokens, holding.max(axis=1).clip(min=1)

    def features(self, tokens: "torch.Tensor") -> "torch.Tensor":
        """What the tower makes of tokens (n, columns): (n, d) on the device, not normalised."""
        import torch

        few = self.device == "cpu" and tokens.numel() <= _FEW_TOKENS
        with torch.inference_mode(), on_threads(1) if few else nullcontext():
            model = self._for_columns(tokens.shape[1]) if _looks_back(self.model) else self.model
            features: torch.Tensor = model.encode_text(tokens.to(self.device))
        return features

    def _for_columns(self, columns: int) -> Any:
        if columns not in self._shortened:
            self._shortened[columns] = _for_columns(self.model, columns)
        return self._shortened[columns]


def prepare_text_tower(towers: Towers, device: Device, precision: str) -> TextTower:
    """The text tower in the precision of the image tower, if that keeps its embeddings.

    Args:
        towers: moved to the device already, the text tower in float32.
        precision: "float32", "bfloat16" or "float16".
    """
    full = TextTower(towers.model, device.torch_name, towers.tokenize, towers.padding)
    tokens, lengths = full.tokens(_PROBE)
    tokens = tokens[:, : lengths.max()]
    wanted = full.features(tokens)
    candidates = [(precision, False)] if precision != "float32" else []
    if device == PROCESSOR:
        candidates = [(precision, True), *candidates, ("float32", True)]
    for dtype, packed in candidates:
        model = _variant(full.model, dtype, packed)
        if model is not None:
            tower = replace(full, model=model)
            if _faithful(wanted, tower.features(tokens)):
                return tower
    return full


def _looks_back(model: Any) -> bool:
    """Whether no token sees those after it, and one of them is what the tower gives.

    Then what comes after that one changes nothing. So it is in OpenAI's CLIP and most of its kind;
    SigLIP looks both ways, and CoCa puts a token of its own at the end.
    """
    text = getattr(model, "text", model)
    causal = getattr(text, "attn_mask", None) is not None and getattr(text, "cls_emb", None) is None
    return causal and _pooling(model)[0] in ("argmax", "eos")


def _pooling(model: Any) -> tuple[str, int]:
    """How one of the tokens is chosen, and the number of that which ends a text."""
    if hasattr(model, "text"):
        return model.text.pool_type, model.text.eos_id
    return model.text_pool_type, model.text_eos_id


def _pooled(model: Any, tokens: "torch.Tensor") -> NDArray[np.int64]:
    """The column whose token the tower gives, for each of n texts."""
    import torch
    from open_clip.transformer import text_global_pool

    pool_type, end = _pooling(model)
    columns = torch.arange(tokens.shape[1]).expand(tokens.shape)
    chosen: NDArray[np.int64] = text_global_pool(columns, tokens, pool_type, end).numpy()
    return chosen


def _for_columns(model: Any, columns: int) -> Any:
    """The model for texts of so many tokens, which open_clip's does not take; it shares all."""
    import torch

    text = getattr(model, "text", model)
    parts = (model.visual, *text.children(), *model.parameters(), *model.buffers())
    shared = {id(part): part for part in parts}
    places = torch.nn.Parameter(text.positional_embedding[:columns], requires_grad=False)
    shared[id(text.positional_embedding)] = places
    shared[id(text.attn_mask)] = text.attn_mask[:columns, :columns]
    return copy.deepcopy(model, shared)


def _variant(model: Any, precision: str, packed: bool) -> Any | None:
    """A copy in another precision, or packed for a few tokens; it shares the image tower.

    None where this torch or processor cannot.
    """
    import torch

    from photoclip.clip.packed_linear import pack

    shared = {id(model.visual): model.visual}
    if precision == "float32":
        shared |= {id(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
    # Whichever of the other parts the text needs.
    variant = copy.deepcopy(model, shared)
    if precision != "float32":
        variant.to(getattr(torch, precision))
    if packed:
        try:
            pack(variant, leave=model.visual)
        except (RuntimeError, AttributeError):
            return None
    return variant


def _faithful(wanted: "torch.Tensor", given: "torch.Tensor") -> bool:
    import torch

    closeness = torch.nn.functional.cosine_similarity(wanted, given.float()).median()
    # What is not finite is not greater.
    return bool(closeness > _FAITHFUL)
