"""Work in batches that fit into memory: halved when they do not, down to one."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from photoclip.errors import PhotoClipError

# What torch's allocators say when they raise a plain RuntimeError: Linux, Windows, and Metal,
# which also refuses single buffers beyond its limit.
_OUT_OF_MEMORY = (
    "out of memory",
    "can't allocate memory",
    "cannot allocate memory",
    "not enough memory",
    "invalid buffer size",
)


def in_batches(
    encode: Callable[[slice], NDArray[np.float32]], count: int, size: int
) -> tuple[NDArray[np.float32], int]:
    """Encode `count` > 0 things, `size` at a time or as many as memory allows.

    Args:
        encode: gives the embeddings, (length of the slice, d), of a part of the things.

    Returns:
        the embeddings, (count, d), and the batch size that worked in the end.

    Raises:
        PhotoClipError: memory does not suffice for one.
    """
    parts: list[NDArray[np.float32]] = []
    start = 0
    while start < count:
        try:
            part = encode(slice(start, min(start + size, count)))
        except (MemoryError, RuntimeError) as error:
            if not _is_out_of_memory(error):
                raise
            if size == 1:
                raise PhotoClipError(
                    "There is not enough memory to run the model, even for one picture at a time. "
                    "Close other programs or choose a smaller model."
                ) from error
        else:
            parts.append(part)
            start += len(part)
            continue
        # Outside of the handler, whose traceback keeps the tensors of the failed batch alive.
        size = max(1, min(size, count - start) // 2)
        _release()
    return np.concatenate(parts), size


def _is_out_of_memory(error: BaseException) -> bool:
    text = str(error).lower()
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"  # torch's, without importing torch
        or any(words in text for words in _OUT_OF_MEMORY)
    )


def _release() -> None:
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()
