"""Photos made ready in threads, one batch ahead of the one in work."""

import os
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

_T = TypeVar("_T")
_Pixels = npt.NDArray[np.uint8]


def loaded_ahead(
    load: Callable[[_T], _Pixels], batches: Iterable[Sequence[_T]]
) -> Generator[Tensor, None, None]:
    """What `load` makes of each batch's items, stacked, uint8 (k, …), in order.

    `load` runs in several threads, so it draws from nothing that it shares. Close the iterator
    when it is not read to its end.
    """
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        before: list[Future[_Pixels]] = []
        for batch in batches:
            submitted = [pool.submit(load, item) for item in batch]
            if before:
                yield _stacked(before)
            before = submitted
        if before:
            yield _stacked(before)
    finally:
        pool.shutdown(cancel_futures=True)


def _stacked(futures: Sequence[Future[_Pixels]]) -> Tensor:
    return torch.from_numpy(np.stack([future.result() for future in futures]))
