"""Pictures and texts as embeddings in one space: the `Encoder` protocol and open_clip's."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.batching import in_batches
from photoclip.clip.image_tower import ImageTower, prepare_image_tower
from photoclip.clip.loading import Towers, load_towers
from photoclip.clip.models import Model
from photoclip.clip.native import keep_freed_memory, let_waiting_threads_sleep
from photoclip.clip.precision import PRECISIONS
from photoclip.clip.preprocess import Preprocessing
from photoclip.errors import PhotoClipError

if TYPE_CHECKING:
    import torch

DEVICES = ("cuda", "mps", "cpu")

# On a CPU larger batches gain little once memory is kept (8, 16, 32 pictures: 94, 108, 107 images
# per second in bfloat16, 56, 53, 56 in float32), and small ones stop sooner and take less memory.
_BATCH_SIZES = {"cpu": 8, "mps": 32, "cuda": 64}
_TEXT_BATCH_SIZE = 64


class Encoder(Protocol):
    """Maps pictures and texts to L2-normalised embeddings of one space.

    Both methods may be called from any thread, give float32 of shape (n, `dim`), and (0, `dim`)
    for nothing; they raise PhotoClipError where the model cannot be loaded or run.
    """

    @property
    def id(self) -> str:
        """Names the space; embeddings of different ids cannot be compared."""

    @property
    def name(self) -> str:
        """What a person calls the model."""

    @property
    def dim(self) -> int:
        """The length of an embedding."""

    @property
    def preprocessing(self) -> Preprocessing:
        """How pictures become the pixels `encode_images` takes."""

    @property
    def logit_scale(self) -> float:
        """The factor on a cosine that makes it a logit, 1 / temperature."""

    @property
    def logit_bias(self) -> float:
        """What is then added: 0.0 but for models with a sigmoid loss."""

    @property
    def device(self) -> str:
        """Where it runs: "cuda", "mps" or "cpu"."""

    @property
    def precision(self) -> str:
        """How the image tower computes: "float32", "bfloat16" or "float16"."""

    @property
    def batch_size(self) -> int:
        """How many pictures are best given at a time; more are split."""

    def encode_images(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embed pictures: uint8 (n, s, s, 3) from `preprocessing.pixels`."""

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts of any length; what exceeds the model's context is not read."""


@dataclass(frozen=True)
class _Loaded:
    towers: Towers
    images: ImageTower
    logit_scale: float
    logit_bias: float


class OpenClipEncoder:
    """An `Encoder` of any CLIP model that open_clip can express.

    The model is loaded at the first use, which imports torch and takes seconds; `load` does it
    explicitly. The image tower runs in the fastest precision that keeps its embeddings, the text
    tower in float32.

    Args:
        model: what to load.
        device: one of `DEVICES`; None takes the first there is.
        precision: one of "float32", "bfloat16", "float16"; None measures on a CPU, once per
            machine and model, and takes half precision on an accelerator.
        batch_size: pictures at a time; None takes a default for the device.
        cache_dir: where the measured precision is remembered; None forgets it.
    """

    def __init__(
        self,
        model: Model,
        *,
        device: str | None = None,
        precision: str | None = None,
        batch_size: int | None = None,
        cache_dir: Path | None = None,
    ) -> None:
        if device is not None and device not in DEVICES:
            raise ValueError(f"device {device!r}")
        if precision is not None and precision not in PRECISIONS:
            raise ValueError(f"precision {precision!r}")
        let_waiting_threads_sleep()
        self._model = model
        self._device = device
        self._precision = precision
        self._batch_size = batch_size
        self._text_batch_size = _TEXT_BATCH_SIZE
        self._cache_dir = cache_dir
        self._loading = threading.Lock()
        self._loaded: _Loaded | None = None

    @property
    def id(self) -> str:
        return self._model.id

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def dim(self) -> int:
        return self._model.dim

    @property
    def preprocessing(self) -> Preprocessing:
        return self._model.preprocessing

    @property
    def logit_scale(self) -> float:
        return self._use().logit_scale

    @property
    def logit_bias(self) -> float:
        return self._use().logit_bias

    @property
    def precision(self) -> str:
        return self._use().images.precision

    @property
    def device(self) -> str:
        if self._device is None:
            self._device = _best_device()
        return self._device

    @property
    def batch_size(self) -> int:
        if self._batch_size is None:
            self._batch_size = _BATCH_SIZES[self.device]
        return self._batch_size

    def load(self) -> None:
        """Load the model now, if it is not; other threads that need it wait.

        Raises:
            PhotoClipError: the files are missing, damaged or do not fit each other.
        """
        self._use()

    def encode_images(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embed pictures.

        Args:
            pixels: uint8 (n, s, s, 3) with s = `preprocessing.size`.

        Returns:
            float32 (n, dim), each of length 1.

        Raises:
            ValueError: another shape or dtype.
            PhotoClipError: the model cannot be loaded, memory does not suffice for one picture,
                or the embedding of one is not finite.
        """
        size = self.preprocessing.size
        if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[1:] != (size, size, 3):
            raise ValueError(
                f"pixels are {pixels.dtype} {pixels.shape}, not (n, {size}, {size}, 3)"
            )
        if len(pixels) == 0:
            return np.zeros((0, self.dim), np.float32)
        loaded = self._use()

        def encode(part: slice) -> NDArray[np.float32]:
            return self._embeddings(loaded, loaded.images.features(pixels[part]))

        embeddings, self._batch_size = in_batches(encode, len(pixels), self.batch_size)
        return embeddings

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts, which may be empty or in any script.

        Returns:
            float32 (n, dim), each of length 1.

        Raises:
            PhotoClipError: as for `encode_images`.
        """
        if len(texts) == 0:
            return np.zeros((0, self.dim), np.float32)
        loaded = self._use()
        towers = loaded.towers
        tokens = towers.tokenize(texts)
        order = np.arange(len(texts))
        lengths = np.full(len(texts), tokens.shape[1])
        if towers.padding is not None:
            lengths = _lengths(tokens, towers.padding)
            # Texts of one length together: a batch is as slow as its longest.
            order = np.argsort(lengths, kind="stable")

        def encode(part: slice) -> NDArray[np.float32]:
            chosen = order[part]
            trimmed = tokens[chosen, : lengths[chosen].max()]
            return self._embeddings(loaded, _text_features(towers, trimmed, self.device))

        embeddings, self._text_batch_size = in_batches(encode, len(texts), self._text_batch_size)
        in_order = np.empty_like(embeddings)
        in_order[order] = embeddings
        return in_order

    def _embeddings(self, loaded: _Loaded, features: "torch.Tensor") -> NDArray[np.float32]:
        array: NDArray[np.float32] = features.float().cpu().numpy()
        # A zero vector has no direction either.
        lengths = np.linalg.norm(array, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise PhotoClipError(
                f"The model “{self.name}” gives no usable numbers on this computer "
                f"({self.device}, {loaded.images.precision}). Choose another model."
            )
        normalised: NDArray[np.float32] = array / lengths
        return normalised

    def _use(self) -> _Loaded:
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> _Loaded:
        if self.device == "cpu":
            keep_freed_memory()
        towers = load_towers(self._model)
        model: Any = towers.model
        scale = float(model.logit_scale.exp())
        bias = float(model.logit_bias) if model.logit_bias is not None else 0.0
        images = prepare_image_tower(
            model, self.preprocessing, self.device, self._precision, self.id, self._cache_dir
        )
        return _Loaded(towers, images, scale, bias)


def _best_device() -> str:
    import torch

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return next(
        (device for device, is_there in there.items() if is_there and _works(device)), "cpu"
    )


def _works(device: str) -> bool:
    """Whether torch can compute on it: it may be older than what this torch was built for."""
    import torch

    try:
        return bool((torch.ones(8, device=device) @ torch.ones(8, device=device)).item() == 8)
    except RuntimeError:
        return False


def _lengths(tokens: "torch.Tensor", padding: int) -> NDArray[np.int64]:
    """How many columns of each row hold tokens, at least one."""
    columns = np.arange(1, tokens.shape[1] + 1)
    lengths: NDArray[np.int64] = ((tokens.numpy() != padding) * columns).max(axis=1).clip(min=1)
    return lengths


def _text_features(towers: Towers, tokens: "torch.Tensor", device: str) -> "torch.Tensor":
    import torch

    model: Any = towers.model
    with torch.inference_mode():
        features: torch.Tensor = model.encode_text(tokens.to(device))
    return features
