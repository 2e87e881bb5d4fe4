"""Pictures and texts as embeddings in one space: the `Encoder` protocol and open_clip's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.batching import Ladder, Reason
from photoclip.clip.calibration import Curve, Frequent
from photoclip.clip.devices import (
    AUTO,
    DEVICES,
    PROCESSOR,
    Device,
    batch_that_fits,
    usable_devices,
    works,
)
from photoclip.clip.image_tower import ImageTower, prepare_image_tower, probe_pictures
from photoclip.clip.loading import load_towers
from photoclip.clip.models import Model, remembered_id
from photoclip.clip.native import (
    give_back_memory,
    keep_freed_memory,
    let_waiting_threads_sleep,
    on_threads,
)
from photoclip.clip.precision import PRECISIONS
from photoclip.clip.preprocess import Preprocessing
from photoclip.clip.text_tower import TextTower, prepare_text_tower
from photoclip.errors import PhotoClipError

if TYPE_CHECKING:
    import torch

# On a CPU larger batches gain little once memory is kept (8, 16, 32 pictures: 94, 108, 107 images
# per second in bfloat16, 56, 53, 56 in float32), and small ones stop sooner and take less memory.
_BATCH_SIZES = {"cpu": 8, "mps": 32, "cuda": 64}
_TEXT_BATCH_SIZE = 64

_REASONS: dict[Reason, str] = {
    "memory": "the graphics card ran out of memory",
    "failure": "the graphics card failed",
    "numbers": "the graphics card gave numbers out of range",
}


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
    def term_curves(self) -> Mapping[str, Curve]:
        """By term, how sure its scores make one, where that was measured; see `calibration`."""

    @property
    def frequent_terms(self) -> Mapping[str, Frequent]:
        """What tells how frequent a term is in a library, of those that often are."""

    @property
    def device(self) -> str:
        """Where it runs: "cuda", "mps" or "cpu"; may change when a device fails."""

    @property
    def precision(self) -> str:
        """How it computes: "float32", "bfloat16" or "float16"."""

    @property
    def running_on(self) -> str:
        """Where and how it runs, in words for a person; "" while it is not loaded. Cheap."""

    @property
    def batch_size(self) -> int:
        """How many pictures are best given at a time; more are split."""

    def unload(self) -> None:
        """Free the memory of the model, which is loaded again when it is next used."""

    def encode_images(
        self, pixels: NDArray[np.uint8], threads: int | None = None
    ) -> NDArray[np.float32]:
        """Embed pictures: uint8 (n, s, s, 3) from `preprocessing.pixels`.

        A processor computes on so many threads, 1 for the calling one alone; None for its own
        choice.
        """

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts of any length; what exceeds the model's context is not read."""


@dataclass(frozen=True)
class _Loaded:
    """Both towers ready on one device; `batch_sizes` of "images" and "texts" may be lowered."""

    device: Device
    threads: int
    images: ImageTower
    texts: TextTower
    logit_scale: float
    logit_bias: float
    batch_sizes: dict[str, int]


class OfModel:
    """What an encoder says of its model, which need not be loaded for that; see `Encoder`."""

    def __init__(self, model: Model, cache_dir: Path | None) -> None:
        self._model = model
        self._cache_dir = cache_dir

    @cached_property
    def id(self) -> str:
        return remembered_id(self._model, self._cache_dir)

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
    def term_curves(self) -> Mapping[str, Curve]:
        return self._model.term_curves

    @property
    def frequent_terms(self) -> Mapping[str, Frequent]:
        return self._model.frequent_terms


class OpenClipEncoder(OfModel):
    """An `Encoder` of any CLIP model that open_clip can express.

    The model is loaded at the first use, which imports torch and takes seconds; `load` does it
    explicitly. It runs in the fastest precision that keeps its embeddings. A device that has too
    little memory, or fails, is left for the processor with both towers, and what it was working
    on is done again there. A picture whose embedding overflows that precision is embedded again
    in float32, where it is.

    Args:
        model: what to load.
        device: one of `DEVICES`, or "auto" for the first of them that works.
        precision: one of "float32", "bfloat16", "float16"; None measures, once per device and
            model.
        batch_size: pictures at a time; None chooses for the device.
        cache_dir: where the measured precision is remembered; None forgets it.
    """

    def __init__(
        self,
        model: Model,
        *,
        device: str = AUTO,
        precision: str | None = None,
        batch_size: int | None = None,
        cache_dir: Path | None = None,
    ) -> None:
        if device not in (AUTO, *DEVICES):
            raise ValueError(f"device {device!r}")
        if precision is not None and precision not in PRECISIONS:
            raise ValueError(f"precision {precision!r}")
        let_waiting_threads_sleep()
        super().__init__(model, cache_dir)
        self._precision = precision
        self._batch_size = batch_size
        self._ladder = Ladder(lambda: usable_devices(device), self._load)

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
        return self._ladder.rung.kind

    @property
    def running_on(self) -> str:
        loaded = self._ladder.ready
        if loaded is None:
            return ""
        words = [loaded.device.name, loaded.images.precision]
        if loaded.device == PROCESSOR:
            words.insert(1, f"{loaded.threads} thread{'s' if loaded.threads > 1 else ''}")
        reason = self._ladder.reason
        return ", ".join(words) + (f" ({_REASONS[reason]})" if reason else "")

    @property
    def batch_size(self) -> int:
        loaded = self._ladder.ready
        if loaded is not None:
            return loaded.batch_sizes["images"]
        return self._batch_size or _BATCH_SIZES[self.device]

    def load(self) -> None:
        """Load the model now, if it is not; other threads that need it wait.

        Raises:
            PhotoClipError: the files are missing, damaged or do not fit each other.
        """
        self._use()

    def unload(self) -> None:
        """Free the memory of the model, which is loaded again when it is next used."""
        self._ladder.release()
        give_back_memory()

    def encode_images(
        self, pixels: NDArray[np.uint8], threads: int | None = None
    ) -> NDArray[np.float32]:
        """Embed pictures.

        Args:
            pixels: uint8 (n, s, s, 3) with s = `preprocessing.size`.
            threads: how many a processor computes on, 1 for the calling one alone; None leaves
                that to torch.

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

        def encode(loaded: _Loaded, part: slice) -> NDArray[np.float32]:
            try:
                return _normalised(_features(loaded.images, pixels[part]))
            except FloatingPointError as error:
                if not self._embeds_anything(loaded.images):
                    raise
                raise PhotoClipError(
                    f"The model “{self.name}” can make nothing of one of the pictures. "
                    "Leave it out or choose another model."
                ) from error

        self._use()
        with on_threads(threads):
            return self._run("images", encode, len(pixels))

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts, which may be empty or in any script.

        Returns:
            float32 (n, dim), each of length 1.

        Raises:
            PhotoClipError: as for `encode_images`.
        """
        if len(texts) == 0:
            return np.zeros((0, self.dim), np.float32)
        tokens, lengths = self._use().texts.tokens(texts)
        # Texts of one length together: a batch is as slow as its longest.
        order = np.argsort(lengths, kind="stable")

        def encode(loaded: _Loaded, part: slice) -> NDArray[np.float32]:
            chosen = order[part]
            trimmed = tokens[chosen, : lengths[chosen].max()]
            return _normalised(_array(loaded.texts.features(trimmed)))

        embeddings = self._run("texts", encode, len(texts))
        in_order = np.empty_like(embeddings)
        in_order[order] = embeddings
        return in_order

    def _run(
        self, kind: str, encode: Callable[[_Loaded, slice], NDArray[np.float32]], count: int
    ) -> NDArray[np.float32]:
        try:
            return self._ladder.run(kind, encode, count)
        except FloatingPointError as error:
            raise PhotoClipError(
                f"The model “{self.name}” gives no usable numbers on this computer "
                f"({self.running_on}). Choose another model."
            ) from error

    def _embeds_anything(self, images: ImageTower) -> bool:
        """Whether an ordinary picture gives usable numbers, so that another one is to blame."""
        probe = probe_pictures(self.preprocessing.size, 1)
        return bool(_have_direction(_array(images.features(probe))).all())

    def _use(self) -> _Loaded:
        return self._ladder.place()

    def _load(self, device: Device) -> _Loaded:
        import torch

        if device == PROCESSOR:
            keep_freed_memory()
        elif not works(device):
            raise RuntimeError(f"{device.name} does not work")
        towers = load_towers(self._model)
        model: Any = towers.model
        scale = float(model.logit_scale.exp())
        bias = float(model.logit_bias) if model.logit_bias is not None else 0.0
        images = prepare_image_tower(
            model, self.preprocessing, device, self._precision, self.id, self._cache_dir
        )
        texts = prepare_text_tower(towers, device, images.precision)
        # The text tower in the precision that is not used goes.
        images = replace(images, model=texts.model)
        probe = probe_pictures(self.preprocessing.size)
        at_a_time = self._batch_size or batch_that_fits(
            device, lambda: images.features(probe), len(probe), _BATCH_SIZES[device.kind]
        )
        return _Loaded(
            device=device,
            threads=torch.get_num_threads(),
            images=images,
            texts=texts,
            logit_scale=scale,
            logit_bias=bias,
            batch_sizes={"images": at_a_time, "texts": _TEXT_BATCH_SIZE},
        )


def _features(images: ImageTower, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """float32 (n, d); of pictures that overflow a lower precision, as float32 gives it."""
    features = _array(images.features(pixels))
    lost = ~_have_direction(features)
    # bfloat16 reaches as far as float32.
    if lost.any() and images.precision == "float16":
        features[lost] = _array(images.in_float32().features(pixels[lost]))
    return features


def _array(features: "torch.Tensor") -> NDArray[np.float32]:
    array: NDArray[np.float32] = features.float().cpu().numpy()
    return array


def _have_direction(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which rows of (n, d) are finite and not zero, which has no direction: (n,)."""
    lengths = np.linalg.norm(features, axis=1)
    usable: NDArray[np.bool_] = np.isfinite(lengths) & (lengths > 0)
    return usable


def _normalised(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32 (n, d) of length 1 each.

    Raises:
        FloatingPointError: one of them has no direction.
    """
    if not _have_direction(features).all():
        raise FloatingPointError("an embedding has no direction")
    normalised: NDArray[np.float32] = features / np.linalg.norm(features, axis=1, keepdims=True)
    return normalised
