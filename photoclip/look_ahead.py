"""Work in a pool of threads, a bounded way ahead of who uses its results, in the order given."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def look_ahead(work: Callable[[T], R], items: Iterable[T], ahead: int) -> Generator[R, None, None]:
    """Like `map`, with up to `ahead` items being worked on or waiting to be taken.

    Closing the iterator drops what has not begun and waits for what has.
    """
    waiting: deque[Future[R]] = deque()
    remaining = iter(items)
    with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="decode") as pool:
        try:
            while True:
                while len(waiting) < ahead:
                    try:
                        item = next(remaining)
                    except StopIteration:
                        break
                    waiting.append(pool.submit(work, item))
                if not waiting:
                    return
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
