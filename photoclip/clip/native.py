"""How the C libraries beneath torch behave in this process: threads and freed memory.

Their defaults suit a machine that does nothing but compute. Here photos are decoded at the same
time, and the same few tensors are made again for every batch.
"""

import contextlib
import ctypes
import os
import platform
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

# From glibc's malloc.h.
_M_TRIM_THRESHOLD = -1
_M_TOP_PAD = -2
_M_MMAP_THRESHOLD = -3

# Tensors beyond the first size are rare; older versions of glibc refuse it and take the second.
_LARGE_TENSOR = (1 << 30, 1 << 25)


def let_waiting_threads_sleep() -> None:
    """Have torch's threads sleep, not spin, while they wait; to be called before torch is imported.

    OpenMP threads spin for the slowest of them, and where that one waits for a core that a decoder
    is using, they burn the other cores meanwhile. With two decoding threads and other work on two
    cores this made encoding 4 to 10 times as fast. Who has set the variable keeps it.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")


@contextlib.contextmanager
def on_threads(count: int | None) -> Iterator[None]:
    """Have torch compute on so many threads, 1 for the calling thread alone; None changes nothing.

    `torch.set_num_threads` would change it for the whole process; here other threads keep their
    number of helpers. Where torch is not loaded or its OpenMP is not found, nothing changes.
    """
    library = _openmp() if count is not None and "torch" in sys.modules else None
    if library is None:
        yield
        return
    import torch

    # Asking also makes torch choose the number for this thread, which it would else do inside.
    before = torch.get_num_threads()
    library.omp_set_num_threads(count)
    try:
        yield
    finally:
        library.omp_set_num_threads(before)


@cache
def _openmp() -> ctypes.CDLL | None:
    """The OpenMP library that torch brings along and has loaded."""
    import torch

    found = sorted((Path(torch.__file__).parent / "lib").glob("*omp*"))
    with contextlib.suppress(OSError, AttributeError, IndexError):
        # Only the one that runs: another copy would have threads of its own.
        library = ctypes.CDLL(str(found[0]), mode=getattr(os, "RTLD_NOLOAD", ctypes.DEFAULT_MODE))
        library.omp_set_num_threads.restype = None
        return library
    return None


@cache
def multiply_on_calling_thread() -> None:
    """Have NumPy's products of matrices use the thread that asks, alone; for the whole process.

    After each of them OpenBLAS's other threads stay awake for some 20 ms for what may come next.
    Between the batches of an indexing run that took 6 ms of a core for each photo, a tenth of all.
    """
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, user_api="blas")


def keep_freed_memory() -> None:
    """Let freed blocks wait for the next batch instead of being unmapped; for the whole process.

    glibc gives every large tensor or array fresh pages and returns them when it is freed, so each
    layer of each batch, and each search of a large library, pays for its page faults again. Without
    that an EfficientNet on two cores runs 1.3 to 1.7 times as fast in bfloat16, in float32 up to
    twice, and the process keeps some hundred megabytes more. Other C libraries are left alone.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        if any(mallopt(_M_MMAP_THRESHOLD, size) for size in _LARGE_TENSOR):
            mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)
            mallopt(_M_TOP_PAD, 64 << 20)


def give_back_memory() -> None:
    """Return to the system what was freed and kept, see `keep_freed_memory`."""
    if platform.libc_ver()[0] == "glibc":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
