"""The precision to train in: bfloat16 where this processor's matrix products are faster with it."""

from typing import Literal

import torch

from photoclip.clip.precision import images_per_second

PrecisionName = Literal["auto", "float32", "bfloat16"]

WORTH = 1.3
"""How many times faster bfloat16 must be, to be worth its 8 bits of mantissa."""


def precision_type(name: PrecisionName) -> torch.dtype:
    """The torch type of a precision; "auto" measures the machine, in a fifth of a second."""
    if name == "auto":
        faster = _products(torch.bfloat16) > WORTH * _products(torch.float32)
        return torch.bfloat16 if faster else torch.float32
    return torch.bfloat16 if name == "bfloat16" else torch.float32


def _products(kind: torch.dtype) -> float:
    """Products a second of matrices as large as a small transformer's."""
    left = torch.ones((1024, 384), dtype=kind)
    right = torch.ones((384, 1536), dtype=kind)
    return images_per_second(lambda: torch.mm(left, right), 1, seconds=0.1)
