"""Arithmetic on arrays of a million, in parts that stay in the cache, by several threads."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Final

# More threads do not get more out of the memory.
_MOST_THREADS: Final = 4
# Of fewer numbers it takes longer to start a thread than to work on them.
_THREAD: Final = 32_768


def in_parts(work: Callable[[slice], None], count: int, part: int) -> None:
    """Do the work for all of 0 to `count`, for up to `part` of them at a time, in any order.

    Args:
        work: NumPy's, which lets other threads run meanwhile.
    """

    def one_by_one(start: int, stop: int) -> None:
        for begin in range(start, stop, part):
            work(slice(begin, min(begin + part, stop)))

    threads = min(_MOST_THREADS, os.cpu_count() or 1, 1 + count // _THREAD)
    if threads == 1:
        one_by_one(0, count)
        return
    bounds = [count * number // threads for number in range(threads + 1)]
    with ThreadPoolExecutor(threads, thread_name_prefix="search") as pool:
        for done in [pool.submit(one_by_one, *both) for both in pairwise(bounds)]:
            done.result()
