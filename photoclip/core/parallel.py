"""Arithmetic on arrays of a million, in parts that stay in the cache, by several threads."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

_T = TypeVar("_T", bound=np.generic)

# More threads do not get more out of the memory.
_MOST_THREADS: Final = 4
# Of fewer numbers it takes longer to start a thread than to work on them.
_THREAD: Final = 32_768
# So many are taken at a time from anywhere in an array.
_TAKEN: Final = 65_536


def in_parts(work: Callable[[slice], None], count: int, part: int) -> None:
    """Do the work for all of 0 to `count`, for up to `part` of them at a time, in any order.

    Args:
        work: NumPy's, which lets other threads run meanwhile.
    """
    # Whoever is ready takes the next part: a thread whose core has other things to do meanwhile
    # keeps nobody waiting for half of all. One step of this iterator is one of the interpreter's.
    starts = iter(range(0, count, part))

    def one_by_one() -> None:
        for start in starts:
            work(slice(start, min(start + part, count)))

    others = min(_MOST_THREADS, os.cpu_count() or 1, 1 + count // _THREAD) - 1
    helping = [_pool().submit(one_by_one) for _ in range(others)]
    one_by_one()
    for done in helping:
        # Who has not begun by now, on a core that others keep busy, finds nothing left.
        if not done.cancel():
            done.result()


def taken(values: NDArray[_T], places: NDArray[Any], out: NDArray[_T] | None = None) -> NDArray[_T]:
    """What stands in these places, (n,), by several threads; beyond the last, the last."""
    found = np.empty(len(places), values.dtype) if out is None else out

    def take(part: slice) -> None:
        # To look whether all are in bounds takes a third of the time.
        values.take(places[part], out=found[part], mode="clip")

    in_parts(take, len(places), _TAKEN)
    return found


@cache
def _pool() -> ThreadPoolExecutor:
    """Threads that wait from one call to the next: to start one takes .3 ms, and when the cores are
    busy, whoever starts it waits some more until it runs."""
    return ThreadPoolExecutor(_MOST_THREADS - 1, thread_name_prefix="search")
