"""The image tower of a loaded model, made as fast as one device allows.

Measured with an EfficientNet-lite2 at 260 pixels, batches of 8, two cores with AVX-512 bfloat16:
float32 52 images/s with channels last, 62 with batch normalisation folded too; bfloat16 throughout
87 and 106. Autocast instead of casting is several times slower, as each call casts the weights.
"""

import copy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.folding import fold_batch_norms
from photoclip.clip.precision import (
    WORTHWHILE,
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

# Cosine to the float32 embedding that a lower precision has to keep. The starter in bfloat16 keeps
# .9993 on the probe and in the median of real photos, .9945 on the worst of 64.
_FAITHFUL = 0.99

# Few, so that a large model on a slow machine is measured in seconds too.
_PROBE_PICTURES = 2


@dataclass(frozen=True)
class ImageTower:
    """An open_clip model whose image tower lies ready on its device.

    Attributes:
        model: open_clip's model; `visual` is in `precision`, the rest in float32.
        device: "cuda", "mps" or "cpu".
        precision: "float32", "bfloat16" or "float16".
        channels_last: whether pixels go in with their channels side by side.
        mean: float32 (1, 3, 1, 1) on the device.
        std: float32 (1, 3, 1, 1) on the device.
    """

    model: Any
    device: str
    precision: str
    channels_last: bool
    mean: "torch.Tensor"
    std: "torch.Tensor"

    def features(self, pixels: NDArray[np.uint8]) -> "torch.Tensor":
        """What the tower makes of uint8 (n, s, s, 3): (n, d) on the device, not normalised."""
        import torch

        with torch.inference_mode():
            # The permuted bytes of a picture already lie as "channels last" wants them.
            batch = torch.tensor(pixels, device=self.device).permute(0, 3, 1, 2)
            batch = ((batch.float() / 255 - self.mean) / self.std).to(_dtype(self.precision))
            if not self.channels_last:
                batch = batch.contiguous()
            features: torch.Tensor = self.model.encode_image(batch)
        return features


def prepare_image_tower(
    model: "torch.nn.Module",
    preprocessing: Preprocessing,
    device: str,
    precision: str | None,
    model_id: str,
    cache_dir: Path | None,
) -> ImageTower:
    """Move a model to its device and its image tower to the fastest form that is faithful.

    Args:
        model: in float32 on the CPU; changed.
        precision: None to choose: measured on a CPU, half of float32 on an accelerator.
        model_id: what a measurement is remembered for.
        cache_dir: where it is remembered.
    """
    import torch

    tower: Any = model
    probe = _probe(preprocessing.size)
    picture = torch.from_numpy(probe[:1]).permute(0, 3, 1, 2).float() / 127.5 - 1
    tower.visual = fold_batch_norms(tower.visual, picture)
    tower.to(device)
    convolutions = sum(isinstance(part, torch.nn.Conv2d) for part in tower.visual.modules())
    channels_last = convolutions >= _CONVOLUTIONAL and device != "mps"
    if channels_last:
        tower.visual.to(memory_format=torch.channels_last)
    full = ImageTower(
        model=tower,
        device=device,
        precision="float32",
        channels_last=channels_last,
        mean=torch.tensor(preprocessing.mean, device=device).view(1, 3, 1, 1),
        std=torch.tensor(preprocessing.std, device=device).view(1, 3, 1, 1),
    )
    if precision is None:
        if device == "cpu":
            precision = _measured(full, probe, model_id, cache_dir)
        else:
            precision = _half(full, probe)
    return _cast(full, precision)


def _measured(full: ImageTower, probe: NDArray[np.uint8], model_id: str, cache: Path | None) -> str:
    key = measurement_key(model_id)
    remembered = remembered_precision(cache, key)
    if remembered is not None:
        return remembered
    rates: dict[str, float] = {}
    precision = "float32"
    if _multiplies_bfloat16():
        half = _copy(full, "bfloat16")
        rates = rates_in_turns(
            {tower.precision: partial(tower.features, probe) for tower in (full, half)}, len(probe)
        )
        faster = rates["bfloat16"] > WORTHWHILE * rates["float32"]
        if faster and _faithful(full, half, probe):
            precision = "bfloat16"
    remember_precision(cache, key, precision, rates)
    return precision


def _half(full: ImageTower, probe: NDArray[np.uint8]) -> str:
    """The half precision an accelerator has units for, if the model stands it."""
    import torch

    # bfloat16 has float32's range, so that no activation overflows on some odd photo.
    native = full.device == "cuda" and torch.cuda.get_device_capability() >= (8, 0)
    precision = "bfloat16" if native else "float16"
    return precision if _faithful(full, _copy(full, precision), probe) else "float32"


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


def _faithful(full: ImageTower, half: ImageTower, probe: NDArray[np.uint8]) -> bool:
    import torch

    wanted, given = full.features(probe).float(), half.features(probe).float()
    cosine = torch.nn.functional.cosine_similarity(wanted, given)
    # Not finite compares as false.
    return bool((cosine > _FAITHFUL).all())


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


def _probe(size: int) -> NDArray[np.uint8]:
    """Pictures to try a tower with, uint8 (n, s, s, 3): noise with the 1/f spectrum of photos.

    The spectrum is that of Field 1987, "Relations between the statistics of natural images and the
    response properties of cortical cells". On plain noise or ramps, which no tower was trained on,
    lower precisions look worse than they are on photos.
    """
    generator = np.random.default_rng(0)
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :])
    frequency[0, 0] = 1.0
    noise = generator.normal(size=(_PROBE_PICTURES, 3, size, size))
    pictures = np.fft.irfft2(np.fft.rfft2(noise) / frequency, s=(size, size))
    pictures /= pictures.std(axis=(1, 2, 3), keepdims=True)
    return (128 + 50 * pictures).clip(0, 255).astype(np.uint8).transpose(0, 2, 3, 1)
