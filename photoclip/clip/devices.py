"""The devices a model can run on: which of them work, what a person calls them, how they fail.

AMD's graphics cards are "cuda" too: torch built for ROCm speaks of them so.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

AUTO = "auto"
DEVICES = ("cuda", "mps", "cpu")

# What torch says when it raises a plain RuntimeError: its allocators on Linux, Windows and Metal,
# which also refuses single buffers beyond its limit; then cuBLAS and cuDNN for their workspace.
_OUT_OF_MEMORY = (
    "out of memory",
    "can't allocate memory",
    "cannot allocate memory",
    "not enough memory",
    "invalid buffer size",
    "cublas_status_alloc_failed",
    "cudnn_status_alloc_failed",
)

# A batch may take this share of the memory that is free: the screen and other programs use it too.
_SHARE_OF_MEMORY = 4
# Beyond this a large accelerator gains little, and progress comes in lumps.
_LARGEST_BATCH = 256


@dataclass(frozen=True)
class Device:
    """Something torch computes on.

    Attributes:
        kind: one of `DEVICES`.
        name: what a person calls it, e.g. "NVIDIA GeForce RTX 3060".
        torch_name: what torch calls it, e.g. "cuda:0".
    """

    kind: str
    name: str
    torch_name: str


PROCESSOR = Device("cpu", "Processor", "cpu")


def usable_devices(wanted: str = AUTO) -> tuple[Device, ...]:
    """The devices to run on, best first; the processor is always the last.

    Args:
        wanted: `AUTO` for all that work, or one of `DEVICES` for that one and the processor.
    """
    if wanted == "cpu":
        return (PROCESSOR,)
    kinds = [kind for kind in ("cuda", "mps") if wanted in (AUTO, kind)]
    found = [device for kind in kinds if (device := _found(kind)) is not None]
    return (*(device for device in found if works(device)), PROCESSOR)


def works(device: Device) -> bool:
    """Whether torch can compute on it: it may be older than what this torch was built for.

    Tried with what every image tower begins with, a convolution and a matrix product.
    """
    import torch

    # A driver that fails raises a RuntimeError of one of many kinds; a torch without the device's
    # backend an AssertionError; an operation Metal lacks a NotImplementedError, which is one too.
    with contextlib.suppress(AssertionError, RuntimeError), torch.inference_mode():
        ones = torch.ones(1, 3, 8, 8, device=device.torch_name)
        patches = torch.nn.functional.conv2d(ones, ones[:, :, :4, :4], stride=4).flatten(2)
        return bool((patches @ patches.mT).item() == 4 * 48**2)
    return False


def is_out_of_memory(error: BaseException) -> bool:
    """Whether smaller batches may help."""
    text = str(error).lower()
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"  # torch's, without importing torch
        or any(words in text for words in _OUT_OF_MEMORY)
    )


def release_memory() -> None:
    """Give back what torch keeps for later, after a batch has not fitted."""
    import torch

    # After some errors of a device every further call to it fails.
    with contextlib.suppress(RuntimeError):
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        elif torch.backends.mps.is_available():
            torch.mps.empty_cache()


def batch_that_fits(device: Device, encode: Callable[[], object], pictures: int, usual: int) -> int:
    """How many pictures to take at a time: by free memory on a "cuda" device, else as usual.

    Args:
        encode: encodes `pictures` pictures, whose memory is looked at.
    """
    import torch

    if torch.device(device.torch_name).type != "cuda":
        return usual
    torch.cuda.reset_peak_memory_stats(device.torch_name)
    before = torch.cuda.memory_allocated(device.torch_name)
    encode()
    each = (torch.cuda.max_memory_allocated(device.torch_name) - before) / pictures
    free, _ = torch.cuda.mem_get_info(device.torch_name)
    return largest_batch(free, each)


def largest_batch(free: float, each: float) -> int:
    """The largest power of two of pictures that a share of the free memory holds, in bytes both."""
    fitting = int(min(free / _SHARE_OF_MEMORY / max(each, 1), _LARGEST_BATCH))
    return 1 << max(fitting.bit_length() - 1, 0)


def _found(kind: str) -> Device | None:
    import torch

    # Asking a driver that fails for a name is an error already.
    with contextlib.suppress(AssertionError, RuntimeError):
        if kind == "cuda" and torch.cuda.is_available():
            maker = "AMD" if torch.version.hip else "NVIDIA"
            return Device("cuda", _card(torch.cuda.get_device_name(0), maker), "cuda:0")
        if kind == "mps" and torch.backends.mps.is_available():
            # Older versions of torch do not tell the chip's name.
            chip = getattr(torch.backends.mps, "get_name", lambda: "Apple")()
            return Device("mps", f"{chip} graphics", "mps")
    return None


def _card(name: str, maker: str) -> str:
    """A graphics card's name, which not all drivers begin with the maker's."""
    return name if name.lower().startswith(maker.lower()) else f"{maker} {name}".strip()
