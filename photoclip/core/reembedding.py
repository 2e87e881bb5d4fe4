"""Re-embedding: photos that the library knows get the vectors of another model.

The pixels come from the thumbnail where that is as good as the original, which is then not read
again and need not even be connected.
"""

import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass

import numpy as np
import xxhash
from numpy.typing import NDArray
from PIL import Image

from photoclip.clip.encoder import Encoder
from photoclip.clip.preprocess import Preprocessing
from photoclip.core.batches import Batch, read_and_embed
from photoclip.core.imaging import (
    UnreadablePhoto,
    decode,
    picture_of_thumbnail,
    thumbnail_jpeg,
)
from photoclip.core.intake import Intake
from photoclip.core.library import Library
from photoclip.core.tagging import Tagger
from photoclip.core.types import Change, IndexProgress
from photoclip.progress import RateMeter, StopFlag

_ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Reembedded:
    """What became of a batch: the ids of photos with a vector now, and of those without.

    Attributes:
        from_thumbnails: how many were embedded without reading the original.
        left: those whose thumbnail does not suffice and whose original cannot be read now.
    """

    embedded: tuple[int, ...] = ()
    from_thumbnails: int = 0
    left: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    id: int
    content_hash: str
    bytes: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class _Ready:
    """A photo's pixels as the encoder wants them; None where there are none to be had."""

    id: int
    pixels: NDArray[np.uint8] | None
    from_thumbnail: bool = False


def reembed(
    library: Library,
    encoder: Encoder,
    tagger: Tagger,
    photo_ids: Sequence[int] | NDArray[np.int64],
    stop: StopFlag,
    *,
    originals: bool = True,
) -> Generator[tuple[IndexProgress, Reembedded], None, None]:
    """Embed these photos in the order given, and suggest their tags; each batch is stored whole.

    The first photos of a new model are stored without tags, for `retag` to follow: its terms are
    embedded a few after each batch.

    Args:
        encoder: the model that has not seen them; first used when there is something to embed.
        originals: whether to read the files of those whose thumbnail does not suffice.

    Yields:
        After each batch a report, and what became of the photos in it.

    Raises:
        PhotoClipError: when the disk is full or the model cannot be used. What was stored stays.
    """
    total, done = len(photo_ids), 0
    if not total:
        return
    yield IndexProgress("loading", 0, total), Reembedded()
    intake, meter = Intake(library, encoder.id, encoder.name), RateMeter()

    def read(photo: _Known) -> _Ready:
        return _read(photo, library, encoder.preprocessing, originals)

    def picture(ready: _Ready) -> NDArray[np.uint8] | None:
        return ready.pixels

    known, terms = _known(library, photo_ids), tagger.terms.embed(stop)
    with closing(read_and_embed(read, known, picture, encoder, stop)) as batches:
        for batch in batches:
            outcome = _store(batch, tagger, intake)
            done += len(batch.outcomes)
            rate = meter.update(done)
            change = Change(added=outcome.embedded, tags=bool(outcome.embedded))
            left = (total - done) / rate if rate else None
            yield IndexProgress("embedding", done, total, left, rate, change=change), outcome
            next(terms, None)


def _known(library: Library, photo_ids: Sequence[int] | NDArray[np.int64]) -> Iterator[_Known]:
    for start in range(0, len(photo_ids), _ROWS_AT_ONCE):
        part = [int(photo_id) for photo_id in photo_ids[start : start + _ROWS_AT_ONCE]]
        rows = library.store.rows(
            "SELECT id, hash, size, width, height FROM photos"
            f" WHERE id IN ({','.join('?' * len(part))})",
            part,
        )
        found = {row[0]: _Known(*row) for row in rows}
        yield from (found[photo_id] for photo_id in part)


def _read(photo: _Known, library: Library, preprocessing: Preprocessing, originals: bool) -> _Ready:
    jpeg = library.thumbnails.read(photo.content_hash)
    picture = picture_of_thumbnail(jpeg) if jpeg is not None else None
    if picture is not None and _suffices(picture, photo, preprocessing):
        return _Ready(photo.id, preprocessing.pixels(picture), from_thumbnail=True)
    if not originals:
        return _Ready(photo.id, None)
    original = _original(photo, library, preprocessing.size)
    if original is None:
        return _Ready(photo.id, None)
    if picture is None:
        # Missing, or of an older make: the next model need not read the original again.
        with suppress(OSError):
            library.thumbnails.write(photo.content_hash, thumbnail_jpeg(original))
    return _Ready(photo.id, preprocessing.pixels(original))


def _suffices(picture: Image.Image, photo: _Known, preprocessing: Preprocessing) -> bool:
    """Whether the model sees in the thumbnail all that it would see in the original."""
    if picture.size == (photo.width, photo.height):
        return True
    side = max if preprocessing.resize_mode == "longest" else min
    return side(picture.size) >= preprocessing.size


def _original(photo: _Known, library: Library, min_side: int) -> Image.Image | None:
    """The photo decoded from the first of its files that can be read and still holds it."""
    files = library.store.rows(
        "SELECT path, name FROM files JOIN directories ON directories.id = directory_id"
        " WHERE photo_id = ? AND NOT missing ORDER BY files.id",
        [photo.id],
    )
    for directory, name in files:
        path = os.path.join(directory, name)
        try:
            if os.stat(path).st_size != photo.bytes:
                continue
            with open(path, "rb") as file:
                data = file.read()
            if xxhash.xxh3_128_hexdigest(data) == photo.content_hash:
                return decode(data, min_side).image
        except (OSError, MemoryError, UnreadablePhoto):
            continue
    return None


def _store(batch: Batch[_Ready], tagger: Tagger, intake: Intake) -> Reembedded:
    embedded = [batch.outcomes[place] for place in batch.taken]
    ids = [item.id for item in embedded]
    intake.store_vectors(ids, batch.embeddings, *tagger.tags_by_now(batch.embeddings))
    return Reembedded(
        embedded=tuple(ids),
        from_thumbnails=sum(item.from_thumbnail for item in embedded),
        left=tuple(item.id for item in batch.outcomes if item.id not in ids),
    )
