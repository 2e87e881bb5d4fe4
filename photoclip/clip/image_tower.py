"""The image tower of a loaded model, made as fast as one device allows.

Measured with an EfficientNet-lite2 at 260 pixels, batches of 8, two cores with AVX-512 bfloat16:
float32 52 images/s with channels last, 62 with batch normalisation folded too; bfloat16 throughout
87 and 106. Autocast instead of casting is several times slower, as each call casts the weights.
What transformers gain on a processor, `packed_vision` tells.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.devices import PROCESSOR, Device, is_out_of_memory, release_memory
from photoclip.clip.folding import fold_batch_norms
from photoclip.clip.precision import (
    fastest,
    measurement_key,
    rates_in_turns,
    remember_precision,
    remembered_precision,
)
from photoclip.clip.preprocess import Preprocessing

if TYPE_CHECKING:
    import torch

# A convolutional tower runs faster with the channels of a pixel side by side; a transformer has
# one convolution or a few, for its patches, and does not care.
_CONVOLUTIONAL = 8

# Cosine to the float32 embedding that a lower precision has to keep in the median of the probe.
# The starter in bfloat16 keeps .9993 there and on real photos, .9945 on the worst of 64; float16,
# which has three more bits, is for accelerators.
_FAITHFUL = 0.999
_FAITHFUL_ON_CPU = 0.99
# The same of the same weights packed, which only rounds in another order.
_SAME = 0.9995
# float16 on a processor is for tests; the others can be packed.
_PACKABLE = ("float32", "bfloat16")

# Few, so that a large model on a slow processor is measured in seconds too; more on an accelerator,
# which is not busy with few, as long as they fit.
_PROBE_PICTURES = 2
_MANY_PROBE_PICTURES = 16


@dataclass(frozen=True)
class ImageTower:
    """An open_clip model whose image tower lies ready on its device.

    Attributes:
        model: open_clip's model; `visual` is in `precision`, the rest in float32.
        device: what torch calls the device, e.g. "cpu".
        precision: "float32", "bfloat16" or "float16".
        size: the side of the pictures, px.
        channels_last: whether pixels go in with their channels side by side.
        mean: float32 (1, 3, 1, 1) on the device.
        std: float32 (1, 3, 1, 1) on the device.
    """

    model: Any
    device: str
    precision: str
    size: int
    channels_last: bool
    mean: "torch.Tensor"
    std: "torch.Tensor"

    def features(self, pixels: NDArray[np.uint8]) -> "torch.Tensor":
        """What the tower makes of uint8 (n, s, s, 3): (n, d) on the device, not normalised."""
        import torch

        with torch.inference_mode():
            # The permuted bytes of a picture already lie as "channels last" wants them.
            batch = self._on_device(pixels).permute(0, 3, 1, 2).float()
            batch = batch.div_(255).sub_(self.mean).div_(self.std).to(_dtype(self.precision))
            if not self.channels_last:
                batch = batch.contiguous()
            features: torch.Tensor = self.model.encode_image(batch)
        return features

    def in_float32(self) -> "ImageTower":
        """A copy that computes in float32 with the same weights, as they were rounded.

        Of a tower in float16; others are as good as float32 at numbers out of its range.
        """
        return _copy(self, "float32")

    def _on_device(self, pixels: NDArray[np.uint8]) -> "torch.Tensor":
        import torch

        batch = torch.tensor(pixels)
        if torch.device(self.device).type != "cuda":
            return batch.to(self.device)
        # From pinned memory the graphics card fetches by itself; torch keeps it for the next batch.
        return batch.pin_memory().to(self.device, non_blocking=True)


def prepare_image_tower(
    model: "torch.nn.Module",
    preprocessing: Preprocessing,
    device: Device,
    precision: str | None,
    model_id: str,
    cache_dir: Path | None,
) -> ImageTower:
    """Move a model to its device and its image tower to the fastest form that is faithful.

    Args:
        model: in float32 on the CPU; changed.
        precision: None to measure which is best.
        model_id: what a measurement is remembered for.
        cache_dir: where it is remembered.
    """
    import torch

    tower: Any = model
    probe = probe_pictures(preprocessing.size, 1)
    picture = torch.from_numpy(probe).permute(0, 3, 1, 2).float() / 127.5 - 1
    tower.visual = fold_batch_norms(tower.visual, picture)
    tower.to(device.torch_name)
    convolutions = sum(isinstance(part, torch.nn.Conv2d) for part in tower.visual.modules())
    channels_last = convolutions >= _CONVOLUTIONAL and device.kind != "mps"
    if channels_last:
        tower.visual.to(memory_format=torch.channels_last)
    full = ImageTower(
        model=tower,
        device=device.torch_name,
        precision="float32",
        size=preprocessing.size,
        channels_last=channels_last,
        mean=torch.tensor(preprocessing.mean, device=device.torch_name).view(1, 3, 1, 1),
        std=torch.tensor(preprocessing.std, device=device.torch_name).view(1, 3, 1, 1),
    )
    if precision is None:
        key = measurement_key(model_id, device)
        precision = remembered_precision(cache_dir, key)
        if precision is None:
            precision, rates = _measured(full, device, preprocessing.size)
            remember_precision(cache_dir, key, precision, rates)
    ready = _ready(_cast(full, precision), device)
    # What the text tower comes from, too.
    tower.visual = ready.model.visual
    return replace(ready, model=tower)


def probe_pictures(size: int, count: int = _PROBE_PICTURES) -> NDArray[np.uint8]:
    """Pictures to try a tower with, uint8 (n, s, s, 3): noise with the 1/f spectrum of photos.

    The spectrum is that of Field 1987, "Relations between the statistics of natural images and the
    response properties of cortical cells". On plain noise or ramps, which no tower was trained on,
    lower precisions look worse than they are on photos.
    """
    generator = np.random.default_rng(0)
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :])
    frequency[0, 0] = 1.0
    noise = generator.normal(size=(count, 3, size, size))
    pictures = np.fft.irfft2(np.fft.rfft2(noise) / frequency, s=(size, size))
    pictures /= pictures.std(axis=(1, 2, 3), keepdims=True)
    return (128 + 50 * pictures).clip(0, 255).astype(np.uint8).transpose(0, 2, 3, 1)


def _measured(full: ImageTower, device: Device, size: int) -> tuple[str, dict[str, float]]:
    """The best precision, and the images per second of all that are faithful."""
    if device.kind == "cpu":
        lower = ("bfloat16",) if _multiplies_bfloat16() else ()
        return _best(full, device, lower, probe_pictures(size), _FAITHFUL_ON_CPU)
    probe = probe_pictures(size, _MANY_PROBE_PICTURES)
    try:
        return _best(full, device, ("float16", "bfloat16"), probe, _FAITHFUL)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
    release_memory()
    return _best(full, device, ("float16", "bfloat16"), probe[:_PROBE_PICTURES], _FAITHFUL)


def _best(
    full: ImageTower,
    device: Device,
    lower: Sequence[str],
    probe: NDArray[np.uint8],
    faithful: float,
) -> tuple[str, dict[str, float]]:
    towers = {full.precision: _ready(full, device)}
    wanted = full.features(probe).float()
    for precision in lower:
        half = _ready(_copy(full, precision), device)
        if _closeness(wanted, half, probe) > faithful:
            towers[precision] = half
    if len(towers) == 1:
        return full.precision, {}
    # To the CPU, since a graphics card goes on computing after the call has returned.
    rates = rates_in_turns(
        {name: partial(_finish, tower, probe) for name, tower in towers.items()}, len(probe)
    )
    return fastest(rates), rates


def _finish(tower: ImageTower, pixels: NDArray[np.uint8]) -> "torch.Tensor":
    return tower.features(pixels).cpu()


def _multiplies_bfloat16() -> bool:
    """Whether this CPU does not emulate bfloat16, which could take minutes with a large model."""
    import torch

    def seconds(dtype: torch.dtype) -> float:
        matrix = torch.ones(512, 512, dtype=dtype)
        best = float("inf")
        for _ in range(4):
            start = perf_counter()
            matrix @ matrix
            best = min(best, perf_counter() - start)
        return best

    with torch.inference_mode():
        return seconds(torch.bfloat16) < 1.5 * seconds(torch.float32)


def _closeness(wanted: "torch.Tensor", half: ImageTower, probe: NDArray[np.uint8]) -> float:
    """The median cosine of a lower precision's embeddings to the wanted; 0.0 if it cannot run."""
    import torch

    try:
        given = half.features(probe).float()
        return float(torch.nn.functional.cosine_similarity(wanted, given).median())
    except (RuntimeError, TypeError) as error:
        # Metal has no bfloat16 on older systems.
        if is_out_of_memory(error):
            raise
        return 0.0


def _ready(tower: ImageTower, device: Device) -> ImageTower:
    """The tower as it will be used: a transformer on a processor packed, if that gives the same."""
    if device != PROCESSOR or tower.channels_last or tower.precision not in _PACKABLE:
        return tower
    from photoclip.clip.packed_vision import pack_vision

    packed = _copy(tower, tower.precision)
    try:
        pack_vision(packed.model.visual)
    except (RuntimeError, AttributeError):
        return tower
    probe = probe_pictures(tower.size, 1)
    wanted = tower.features(probe).float()
    return packed if _closeness(wanted, packed, probe) > _SAME else tower


def _copy(full: ImageTower, precision: str) -> ImageTower:
    # Shares everything but the image tower with the original.
    model = copy.copy(full.model)
    model._modules = dict(full.model._modules)
    model.visual = copy.deepcopy(full.model.visual)
    return _cast(replace(full, model=model), precision)


def _cast(tower: ImageTower, precision: str) -> ImageTower:
    tower.model.visual.to(_dtype(precision))
    return replace(tower, precision=precision)


def _dtype(precision: str) -> "torch.dtype":
    import torch

    dtype: torch.dtype = getattr(torch, precision)
    return dtype
