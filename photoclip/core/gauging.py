"""The figures of a health check: photos decoded and embedded in a second, milliseconds of a search.

Each is measured alone, within a given time; nothing is stored.
"""

import io
import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from photoclip.clip.encoder import Encoder
from photoclip.clip.image_tower import probe_pictures
from photoclip.clip.preprocess import Preprocessing
from photoclip.core.batches import read_and_embed
from photoclip.core.embedding import embed, side_by_side
from photoclip.core.imaging import UnreadablePhoto, decode, thumbnail_jpeg
from photoclip.core.parallel import in_parts
from photoclip.core.quantised import QuantisedMatrix
from photoclip.core.ranking import largest
from photoclip.look_ahead import look_ahead
from photoclip.progress import StopFlag

# Of the pictures made where there are no photos so many are different.
_MADE: Final = 4
_MADE_SIZE: Final = (4000, 3000)
# Beyond so many bytes time grows as they do, and there may be no more memory.
_LARGEST_MATRIX: Final = 1 << 29
_LARGEST_READ: Final = 1 << 28
_VECTORS_AT_ONCE: Final = 16_384
# Of so many of the best a search looks at the very vectors.
_BEST: Final = 300
_WORDS: Final = "dog beach snow kite tractor violin lantern ladder harbour orchard canoe".split()

_T = TypeVar("_T")
# A photo's file, or what would stand in it.
Source = Path | bytes


@dataclass(frozen=True)
class Kind:
    """Photos of one format: how many there were, and the seconds one took, on one core."""

    format: str
    photos: int
    seconds: float


@dataclass(frozen=True)
class Decoding:
    """Reading and decoding photos and making their thumbnails, on all cores.

    Attributes:
        photos: how many were measured.
        own: whether they are the person's, and not made on the spot.
        waiting: the share of the time in which a core waited for the drive, 0..1.
        kinds: by format, the most frequent first.
    """

    photos: int
    own: bool
    per_second: float
    waiting: float
    kinds: tuple[Kind, ...]


@dataclass(frozen=True)
class Searching:
    """One query; times are medians.

    Attributes:
        photos: how many it is asked of.
        text_ms: for embedding the text.
        matching_ms: for scoring all photos and finding the best.
        reading_ms: for reading the same memory and doing nothing else.
        megabytes: how much memory that is.
    """

    photos: int
    text_ms: float
    matching_ms: float
    reading_ms: float
    megabytes: float


@dataclass(frozen=True, eq=False)
class _Prepared:
    """A photo ready for the model, or no pixels where it cannot be read; and what that took, s."""

    source: Source
    pixels: NDArray[np.uint8] | None = None
    format: str = ""
    reading: float = 0.0
    decoding: float = 0.0


def decoded(
    sources: Sequence[Source],
    own: bool,
    preprocessing: Preprocessing,
    seconds: float,
    stop: StopFlag,
) -> tuple[Decoding, list[Source]] | None:
    """What decoding takes, and the photos that can be read; None where none can.

    Args:
        own: whether they are the person's.
    """

    def prepare(source: Source) -> _Prepared:
        return _prepared(source, preprocessing)

    if sources:
        # The first one has the decoder loaded.
        prepare(sources[0])
    start = time.perf_counter()
    going_on = _until(start + seconds, sources, stop)
    with closing(look_ahead(prepare, going_on, 2 * _cores())) as reading:
        found = [photo for photo in reading if photo.pixels is not None]
    took = time.perf_counter() - start
    if not found:
        return None
    kinds: dict[str, list[float]] = {}
    for photo in found:
        kinds.setdefault(photo.format, []).append(photo.decoding)
    waiting = sum(photo.reading for photo in found)
    decoding = Decoding(
        photos=len(found),
        own=own,
        per_second=len(found) / took,
        waiting=waiting / (waiting + sum(map(sum, kinds.values()))),
        kinds=tuple(
            Kind(name, len(times), statistics.mean(times))
            for name, times in sorted(kinds.items(), key=lambda kind: -len(kind[1]))
        ),
    )
    return decoding, [photo.source for photo in found]


def _prepared(source: Source, preprocessing: Preprocessing) -> _Prepared:
    """What indexing does with a photo before the model sees it, but for storing anything."""
    start = time.perf_counter()
    try:
        data = source if isinstance(source, bytes) else source.read_bytes()
        read = time.perf_counter()
        decoded = decode(data, preprocessing.size)
        pixels = preprocessing.pixels(decoded.image)
        thumbnail_jpeg(decoded.image)
    except (OSError, MemoryError, UnreadablePhoto):
        return _Prepared(source)
    end = time.perf_counter()
    return _Prepared(source, pixels, decoded.format, read - start, end - read)


def made(count: int) -> list[Source]:
    """So many JPEGs of 12 megapixels, a few different ones by turns."""
    different = [_made(number) for number in range(min(_MADE, count))]
    return list(islice(cycle(different), count))


def _made(number: int) -> bytes:
    """A JPEG of smooth noise with some grain, which has about as many bytes as a photo."""
    [smooth] = np.roll(probe_pictures(256, 1), 64 * number, axis=2)
    picture = Image.fromarray(smooth).resize(_MADE_SIZE, Image.Resampling.BICUBIC)
    grain = Image.effect_noise(_MADE_SIZE, 12).convert("RGB")
    stream = io.BytesIO()
    ImageChops.add(picture, grain, offset=-128).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def encoded(encoder: Encoder, seconds: float, stop: StopFlag) -> float:
    """Pictures a second, in batches as indexing runs them."""
    at_once, threads = side_by_side(encoder)
    picture = probe_pictures(encoder.preprocessing.size, 1)[0]
    # The first call picks kernels and gets memory.
    alone = seconds
    for _ in range(2):
        start = time.perf_counter()
        embed([picture], encoder, threads)
        alone = min(alone, time.perf_counter() - start)
    batch = [picture] * max(1, min(encoder.batch_size, int(seconds / max(alone, 1e-6) / 2)))

    def work(_: int) -> int:
        done = 0
        while not done or (time.perf_counter() < until and not stop.stopped):
            embed(batch, encoder, threads)
            done += len(batch)
        return done

    with ThreadPoolExecutor(at_once, thread_name_prefix="encode") as pool:
        start = time.perf_counter()
        until = start + seconds
        return sum(pool.map(work, range(at_once))) / (time.perf_counter() - start)


def together(
    encoder: Encoder, sources: Sequence[Source], bound: float, seconds: float, stop: StopFlag
) -> float | None:
    """Photos a second, read and embedded; None where the time is too short for some batches."""
    count = int(bound * seconds)
    if count < 2 * side_by_side(encoder)[0] * encoder.batch_size:
        return None
    preprocessing = encoder.preprocessing
    start = time.perf_counter()
    photos = islice(cycle(sources), count)
    work = read_and_embed(
        lambda source: _prepared(source, preprocessing),
        _until(start + 2 * seconds, photos, stop),
        lambda photo: photo.pixels,
        encoder,
        stop,
    )
    done = sum(len(batch.taken) for batch in work)
    return done / (time.perf_counter() - start)


def searched(encoder: Encoder, photos: int, seconds: float, stop: StopFlag) -> Searching | None:
    """A query among so many photos, the times of the largest matrices by those of smaller ones."""
    begun = time.perf_counter()
    dim = encoder.dim
    texts = iter([f"a {word} in the {place}" for place in ("park", "sun") for word in _WORDS])
    encoder.encode_texts([next(texts)])
    text = _median(lambda: encoder.encode_texts([next(texts)]), seconds / 4, 2 * len(_WORDS) - 1)
    random = np.random.default_rng(0)
    matrix = QuantisedMatrix(dim)
    wanted = min(photos, max(_LARGEST_MATRIX // dim, 1))
    matrix.reserve(wanted)
    for start in _until(begun + seconds / 2, range(0, wanted, _VECTORS_AT_ONCE), stop):
        rows = np.arange(start, min(start + _VECTORS_AT_ONCE, wanted))
        vectors = random.standard_normal((len(rows), dim), np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        matrix.put(rows, vectors)
    if stop.stopped:
        return None
    query = random.standard_normal((1, dim), np.float32)
    query /= np.linalg.norm(query)

    def match() -> None:
        largest(matrix.products(query)[:, 0], _BEST)

    matching = _median(match, seconds / 4)
    size = len(matrix) * dim
    words = np.ones(max(min(size, _LARGEST_READ) // 8, 1), np.int64)

    def add(part: slice) -> None:
        words[part].sum()

    by_one = _median(words.sum, seconds / 16)
    by_all = _median(lambda: in_parts(add, len(words), 1 << 16), seconds / 16)
    scale = photos * dim / size
    return Searching(
        photos=photos,
        text_ms=1000 * text,
        matching_ms=1000 * matching * scale,
        reading_ms=1000 * min(by_one, by_all) * photos * dim / words.nbytes,
        megabytes=photos * dim / 1e6,
    )


def _median(work: Callable[[], object], seconds: float, most: int = 30) -> float:
    """What one call takes, s, of as many as fit; the first, which warms up, is left out."""
    until = time.perf_counter() + seconds
    took: list[float] = []
    while len(took) < 2 or (time.perf_counter() < until and len(took) < most):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return statistics.median(took[1:])


def _until(end: float, items: Iterable[_T], stop: StopFlag) -> Iterator[_T]:
    """The items, as long as there is time, but always the first."""
    for number, item in enumerate(items):
        if stop.stopped or (number and time.perf_counter() > end):
            return
        yield item


def _cores() -> int:
    return os.cpu_count() or 1
