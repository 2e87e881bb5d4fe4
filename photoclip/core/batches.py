"""Reading photos in a pool of threads, ahead of the encoder, which gets them in batches."""

import time
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from typing import TypeVar

from photoclip.clip.encoder import Encoder
from photoclip.look_ahead import look_ahead
from photoclip.progress import StopFlag

# How often what is ready is embedded and stored although the batch is not full, in seconds: so
# photos show up steadily even where decoding is slow.
_PATIENCE = 1.0

T = TypeVar("T")
R = TypeVar("R")


def read_in_batches(
    read: Callable[[T], R],
    photos: Iterable[T],
    total: int,
    encoder: Encoder,
    embeds: Callable[[R], bool],
    stop: StopFlag,
) -> Generator[list[R], None, None]:
    """What was read of each photo, in order, in batches for one transaction each.

    Ends early when stopped; what was read and not given out until then is dropped.

    Args:
        read: called in the pool, a bounded way ahead.
        total: how many photos there are.
        encoder: takes `batch_size` pictures at a time.
        embeds: whether there is a picture to embed in what was read.
    """

    def unless_stopped(photo: T) -> R | None:
        return None if stop.stopped else read(photo)

    done = 0
    batch: list[R] = []
    since = time.monotonic()
    with closing(look_ahead(unless_stopped, photos, 2 * encoder.batch_size)) as ahead:
        for outcome in ahead:
            if outcome is None:
                return
            batch.append(outcome)
            done += 1
            full = sum(map(embeds, batch)) >= encoder.batch_size
            late = time.monotonic() - since > _PATIENCE
            if not (full or late or done == total):
                continue
            stop.wait_while_paused()
            if stop.stopped:
                return
            yield batch
            batch, since = [], time.monotonic()
