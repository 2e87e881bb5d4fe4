"""Arithmetic on arrays of a million, in parts that stay in the cache, by several threads."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
    # Whoever is ready takes the next part: a thread whose core has other things to do meanwhile
    # keeps nobody waiting for half of all. One step of this iterator is one of the interpreter's.
    starts = iter(range(0, count, part))

    def one_by_one() -> None:
        for start in starts:
            work(slice(start, min(start + part, count)))

    others = min(_MOST_THREADS, os.cpu_count() or 1, 1 + count // _THREAD) - 1
    if not others:
        one_by_one()
        return
    with ThreadPoolExecutor(others, thread_name_prefix="search") as pool:
        helping = [pool.submit(one_by_one) for _ in range(others)]
        one_by_one()
        for done in helping:
            done.result()
