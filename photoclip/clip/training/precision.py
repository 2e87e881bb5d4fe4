"""What a training computes on, and in which precision.

Weights, heads and losses stay in float32; the towers' products run in the precision, by autocast.
"""

from typing import Literal

import torch

from photoclip.clip.devices import AUTO, usable_devices
from photoclip.clip.precision import images_per_second
from photoclip.errors import PhotoClipError

PrecisionName = Literal["auto", "float32", "bfloat16", "float16"]
DeviceName = Literal["auto", "cuda", "mps", "cpu"]

_TYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}

WORTH = 1.3
"""How many times faster bfloat16 must be, to be worth its 8 bits of mantissa."""


def training_device(name: DeviceName) -> torch.device:
    """The device of that name; "auto" takes the first that works of CUDA (or ROCm), MPS and CPU.

    Raises:
        PhotoClipError: torch cannot compute on the device named.
    """
    device = usable_devices(name)[0]
    if name not in (AUTO, device.kind):
        raise PhotoClipError(
            f"This computer has no {name} device that torch can use. Train with --device cpu."
        )
    return torch.device(device.torch_name)


def precision_type(
    name: PrecisionName, device: torch.device | None = None, from_pixels: bool = False
) -> torch.dtype:
    """The torch type of a precision.

    "auto" is bfloat16, else float16, where CUDA has it; float32 on MPS; on a CPU whatever a fifth
    of a second of measuring says, though float32 for image towers that learn from pixels, which
    gain nothing there (ViT-S/32 at 4.4 and 4.6 photos a second on a processor with AMX, a
    ResNet-18 at 3.4 and 3.4).

    Args:
        device: where to train; None is the CPU.
        from_pixels: whether an image tower learns.
    """
    if name != "auto":
        return _TYPES[name]
    kind = device.type if device is not None else "cpu"
    if kind == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(False) else torch.float16
    if kind == "mps" or from_pixels:
        return torch.float32
    faster = _products(torch.bfloat16) > WORTH * _products(torch.float32)
    return torch.bfloat16 if faster else torch.float32


def _products(kind: torch.dtype) -> float:
    """Products a second of matrices as large as a small transformer's."""
    left = torch.ones((1024, 384), dtype=kind)
    right = torch.ones((384, 1536), dtype=kind)
    return images_per_second(lambda: torch.mm(left, right), 1, seconds=0.1)
