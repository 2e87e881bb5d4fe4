"""The embedding of any photo file, whether it is in a library or not."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.encoder import Encoder
from photoclip.core.decode_budget import IN_VIEW
from photoclip.core.imaging import UnreadablePhoto, decode
from photoclip.core.library import Library


def embed_files(
    encoder: Encoder, paths: Iterable[Path]
) -> Iterator[tuple[Path, NDArray[np.float32] | UnreadablePhoto]]:
    """Decode and embed files in the order given, decoding ahead of the encoder.

    Yields:
        Each path with its embedding, float32 of shape (d,), or with why it could not be read.
    """

    def read(path: Path) -> NDArray[np.uint8] | UnreadablePhoto:
        try:
            decoded = decode(path.read_bytes(), encoder.preprocessing.size, IN_VIEW)
            return encoder.preprocessing.pixels(decoded.image)
        except UnreadablePhoto as error:
            return error
        except OSError:
            return UnreadablePhoto("It is not there, or may not be read.", permanent=False)

    remaining = iter(paths)
    waiting: deque[tuple[Path, Future[NDArray[np.uint8] | UnreadablePhoto]]] = deque()
    with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="decode") as pool:
        while True:
            while len(waiting) < 2 * encoder.batch_size and (path := next(remaining, None)):
                waiting.append((path, pool.submit(read, path)))
            if not waiting:
                return
            batch = [waiting.popleft() for _ in range(min(encoder.batch_size, len(waiting)))]
            read_batch = [(path, future.result()) for path, future in batch]
            pixels = [item for _, item in read_batch if not isinstance(item, UnreadablePhoto)]
            embeddings = iter(encoder.encode_images(np.stack(pixels)) if pixels else ())
            for path, item in read_batch:
                yield path, item if isinstance(item, UnreadablePhoto) else next(embeddings)


def stored_embedding(library: Library, model: str, path: Path) -> NDArray[np.float32] | None:
    """The embedding the library holds of that file, or None if it has none or the file changed."""
    photo_id = library.photo_at(library.spelled(str(path)))
    return library.vector(photo_id, model) if photo_id is not None else None
