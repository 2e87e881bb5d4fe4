"""Photos read ahead in one pool of threads and embedded in batches in another, in order.

Neither waits for the other as long as there is something to do: while a batch is embedded the next
are formed, and the one before is stored by who takes the batches.
"""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.encoder import Encoder
from photoclip.clip.native import multiply_on_calling_thread
from photoclip.core.embedding import embed, side_by_side
from photoclip.errors import PhotoClipError
from photoclip.look_ahead import look_ahead
from photoclip.progress import StopFlag

# How often what is ready is embedded and stored although the batch is not full, in seconds: so
# photos show up steadily even where decoding is slow.
_PATIENCE = 1.0

Pixels = NDArray[np.uint8]
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Batch(Generic[R]):
    """Photos for one transaction.

    Attributes:
        outcomes: what was read of each.
        taken: places in `outcomes` of those that were embedded, ascending.
        refused: places of those that the model could make nothing of.
        embeddings: float32 (len(taken), d).
    """

    outcomes: list[R]
    taken: tuple[int, ...]
    refused: tuple[int, ...]
    embeddings: NDArray[np.float32]


@dataclass
class _Forming(Generic[R]):
    """A batch that is being put together: what was read, and the pictures with their places."""

    since: float = field(default_factory=time.monotonic)
    outcomes: list[R] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    pictures: list[Pixels] = field(default_factory=list)

    def add(self, outcome: R, picture: Pixels | None) -> None:
        if picture is not None:
            self.places.append(len(self.outcomes))
            self.pictures.append(picture)
        self.outcomes.append(outcome)

    def embedded(self, encoder: Encoder, threads: int | None) -> Batch[R]:
        taken, embeddings = embed(self.pictures, encoder, threads)
        return Batch(
            self.outcomes,
            tuple(place for place, took in zip(self.places, taken, strict=True) if took),
            tuple(place for place, took in zip(self.places, taken, strict=True) if not took),
            embeddings,
        )


def read_and_embed(
    read: Callable[[T], R],
    photos: Iterable[T],
    picture: Callable[[R], Pixels | None],
    encoder: Encoder,
    stop: StopFlag,
) -> Generator[Batch[R], None, None]:
    """Read every photo and embed what there is to embed, a bounded way ahead; in order.

    Ends early when stopped: what is being embedded then is still given out, the rest is dropped.

    Args:
        read: called in the pool.
        picture: the pixels to embed of what was read, or None; called in order, in this thread.
        encoder: takes `batch_size` pictures at a time.

    Raises:
        PhotoClipError: when the model takes no picture at all, or `read` raises it; after what was
            read before.
    """

    def unless_stopped(photo: T) -> R | None:
        return None if stop.stopped else read(photo)

    multiply_on_calling_thread()
    at_once, threads = side_by_side(encoder)
    embedding: deque[Future[Batch[R]]] = deque()
    with (
        ThreadPoolExecutor(at_once, thread_name_prefix="encode") as pool,
        closing(look_ahead(unless_stopped, photos, 2 * encoder.batch_size)) as reading,
    ):
        try:
            try:
                for formed in _formed(reading, picture, encoder):
                    if not _goes_on(stop):
                        break
                    embedding.append(pool.submit(formed.embedded, encoder, threads))
                    # One more than are worked on, so that none who embeds waits for the next.
                    while embedding and (len(embedding) > at_once or embedding[0].done()):
                        yield embedding.popleft().result()
            except PhotoClipError:
                # The disk is full, perhaps: what was read before is not lost.
                while embedding:
                    yield embedding.popleft().result()
                raise
            while embedding:
                if not _goes_on(stop):
                    for future in embedding:
                        future.cancel()
                if embedding[0].cancelled():
                    return
                yield embedding.popleft().result()
        finally:
            for future in embedding:
                future.cancel()


def _goes_on(stop: StopFlag) -> bool:
    """Whether to go on, once it is not paused."""
    stop.wait_while_paused()
    return not stop.stopped


def _formed(
    outcomes: Iterator[R | None], picture: Callable[[R], Pixels | None], encoder: Encoder
) -> Iterator[_Forming[R]]:
    """Batches that are full or have waited long enough; ends at the first None."""
    batch = _Forming[R]()
    for outcome in outcomes:
        if outcome is None:
            return
        if not batch.outcomes:
            batch.since = time.monotonic()
        batch.add(outcome, picture(outcome))
        late = time.monotonic() - batch.since > _PATIENCE
        if late or len(batch.pictures) >= encoder.batch_size:
            yield batch
            batch = _Forming()
    if batch.outcomes:
        yield batch
