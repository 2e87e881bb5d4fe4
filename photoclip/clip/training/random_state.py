"""What the global random generators are about to draw, to be drawn again later."""

import random
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class RandomState:
    """The state of torch's global generators: the CPU's and, where there is one, the device's."""

    cpu: Tensor
    device: Tensor | None

    @classmethod
    def now(cls, device: torch.device) -> "RandomState":
        if device.type == "cuda":
            return cls(torch.get_rng_state(), torch.cuda.get_rng_state(device))
        if device.type == "mps":
            return cls(torch.get_rng_state(), torch.mps.get_rng_state())
        return cls(torch.get_rng_state(), None)

    def restore(self, device: torch.device) -> None:
        """Bring the generators back to this state, taken on the same kind of device."""
        torch.set_rng_state(self.cpu)
        if self.device is None:
            return
        if device.type == "cuda":
            torch.cuda.set_rng_state(self.device, device)
        else:
            torch.mps.set_rng_state(self.device)


def all_states(device: torch.device) -> dict[str, Any]:
    """The states of torch, NumPy and Python, of types that torch saves and loads as mere data.

    Training itself draws from torch and from generators of its own; but what a network of timm or
    transformers draws from is theirs to choose.
    """
    kind, keys, *rest = np.random.get_state()
    return {
        "torch": asdict(RandomState.now(device)),
        "numpy": [kind, torch.from_numpy(np.asarray(keys).astype(np.int64)), *rest],
        "python": random.getstate(),
    }


def restore_all(states: dict[str, Any], device: torch.device) -> None:
    """Bring all generators back to what `all_states` found."""
    RandomState(**states["torch"]).restore(device)
    kind, keys, *rest = states["numpy"]
    np.random.set_state((kind, keys.numpy().astype(np.uint32), *rest))
    random.setstate(states["python"])


def seed_all(seed: int) -> None:
    """Seed the generators of torch, NumPy and Python."""
    torch.manual_seed(seed)
    np.random.seed(seed % 2**32)
    random.seed(seed)
