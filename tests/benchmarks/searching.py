"""How long a query takes in a library of 100,000 photos, from its text to ordered results.

    python -m tests.benchmarks.searching [--json] [--photos N]

The library is made on the spot: vectors of 512 numbers that mix directions of the vocabulary's
terms with noise, and rows with dates, cameras, places, ratings and tags for filters to read. The
model is the starter. Each query is new to the encoder and asked once, by turns, as someone types
words beside filters that stay; the first of each kind is left out. "After a change" the library has
been written to, so that everything is looked up anew, filters too. Painting is not in it.
"""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.models import STARTER, find_model
from photoclip.core.library import Library
from photoclip.core.own import VERSION
from photoclip.core.query_text import parse
from photoclip.core.search import Searcher
from photoclip.core.tagging import Tagger
from photoclip.core.types import Scope
from tests.benchmarks.reporting import Bar, report

BARS = (Bar("median_ms", most=60.0),)

_PHOTOS = 100_000
_ROUNDS = 12
_TODAY = date(2026, 11, 21)
_CAMERAS = ("Apple iPhone 13", "Canon EOS R6", "NIKON Z 6", "FUJIFILM X-T4", None)
# What is asked, by kind; {} is another word each time.
_KINDS = {
    "words": "a {} on the beach",
    "one word": "{}",
    "words and a minus": "a {} in the snow -people",
    "words and a year": "{} in the evening 2019",
    "words and a camera": "old {} camera:iphone",
    "words, tag and rating": "{} at night tag:dog rating:>=3",
    "words and a folder": "red {} folder:trip",
    "words and not a tag": "small {} -tag:dog",
    "filters alone": 'camera:iphone tag:dog after:2015 -"{}"',
}
_AFTER_A_CHANGE = ("words", "words and a camera", "words and a folder", "words and not a tag")
_WORDS = (
    "kite tractor violin teapot lantern ladder saddle harbour orchard canoe kettle sparrow "
    "compass trumpet"
).split()


def measure(photos: int = _PHOTOS) -> dict[str, float]:
    """By kind of query, and for all: the median and 95th percentile in ms."""
    took: dict[str, list[float]] = {kind: [] for kind in _KINDS}
    took |= {"in a folder": [], "like a photo": []}
    took |= {f"{kind}, after a change": [] for kind in _AFTER_A_CHANGE}
    with filled(photos) as (library, searcher):
        for asked in (_asked, _asked_after_a_change):
            for turn in range(_ROUNDS + 1):
                for kind, text, scope in asked(library, turn):
                    start = time.perf_counter()
                    searcher.answer(parse(text, _TODAY), scope, _TODAY)
                    if turn:
                        took[kind].append(1000 * (time.perf_counter() - start))
    summary = {}
    took[""] = [one for times in took.values() for one in times]
    for kind, times in took.items():
        before = f"{kind.replace(' ', '_').replace(',', '')}_" if kind else ""
        summary[f"{before}median_ms"] = statistics.median(times)
        summary[f"{before}p95_ms"] = float(np.quantile(times, 0.95))
    return summary


def _asked(library: Library, turn: int) -> Iterator[tuple[str, str, Scope]]:
    word = _WORDS[turn % len(_WORDS)]
    for kind, text in _KINDS.items():
        yield kind, text.format(word), Scope()
    yield "in a folder", f"a blue {word}", Scope(folder="/photos/2019")
    photo_id = 1 + 7919 * turn
    yield "like a photo", f"like:{library.content_hashes([photo_id])[photo_id]}", Scope()


def _asked_after_a_change(library: Library, turn: int) -> Iterator[tuple[str, str, Scope]]:
    word = _WORDS[turn % len(_WORDS)]
    for kind in _AFTER_A_CHANGE:
        library.set_setting("benchmark", f"{kind} {turn}")
        yield f"{kind}, after a change", _KINDS[kind].format(f"{word} shop"), Scope()


@contextmanager
def filled(photos: int) -> Iterator[tuple[Library, Searcher]]:
    """A library of so many photos, as `fill` makes it, and who answers queries over it."""
    encoder = OpenClipEncoder(find_model(STARTER, None), device="cpu")
    terms = Tagger(encoder).terms
    with TemporaryDirectory() as folder:
        library = Library(Path(folder) / "library.photoclip")
        try:
            fill(library, encoder.id, terms.background_prototypes, photos)
            yield library, Searcher(library, encoder, terms)
        finally:
            library.close()


def fill(
    library: Library,
    model: str,
    words: NDArray[np.float32],
    photos: int,
    root: bytes = b"/photos",
    tagged_with: str | None = None,
) -> None:
    """Make an empty library one of so many photos, embedded and tagged, in 500 folders.

    Their files are empty, of the beginning of 1970, and need not be there.

    Args:
        words: directions of which the photos' vectors are mixed, float32 (k, d).
        tagged_with: `Tagger.version`, where the tags are to count as that tagger's.
    """
    random = np.random.default_rng(0)
    ids = range(1, photos + 1)
    times = np.sort(random.integers(1_104_537_600, 1_790_000_000, photos))
    with library.store.write() as db:
        db.execute("INSERT INTO models (id, key, name) VALUES (1, ?, 'benchmark')", [model])
        db.execute("INSERT INTO roots (path) VALUES (?)", [root])
        db.conn.executemany(
            "INSERT INTO directories (id, path) VALUES (?, ?)",
            ((i + 1, b"%s/%d/trip %d" % (root, 2006 + i // 25, i)) for i in range(500)),
        )
        db.conn.executemany(
            "INSERT INTO photos (id, hash, sort_time, width, height, format, size, camera,"
            " latitude, longitude) VALUES (?, ?, ?, 4000, 3000, 'JPEG', 4000000, ?, ?, ?)",
            ((i, f"{i:032x}", int(times[i - 1]), _CAMERAS[i % 5], i % 90, i % 180) for i in ids),
        )
        db.conn.executemany(
            "INSERT INTO files (directory_id, name, size, mtime_ns, photo_id, own_read)"
            " VALUES (?, ?, 0, 0, ?, ?)",
            ((1 + i * 500 // (photos + 1), b"IMG_%06d.JPG" % i, i, VERSION) for i in ids),
        )
        db.conn.executemany(
            "INSERT INTO terms (id, term) VALUES (?, ?)", [(1, "dog"), (2, "beach"), (3, "car")]
        )
        db.conn.executemany(
            "INSERT INTO suggestions VALUES (?, 1, ?, 0.8)", ((i, 1 + i % 3) for i in ids if i % 2)
        )
        db.conn.executemany(
            "INSERT INTO decisions (photo_id, term_id, confirmed, source)"
            " VALUES (?, 1, ?, 'person')",
            ((i, i % 4 > 0) for i in ids if i % 50 == 0),
        )
        db.conn.executemany(
            "INSERT INTO annotations (photo_id, rating, favourite) VALUES (?, ?, ?)",
            ((i, i % 6, i % 7 == 0) for i in ids if i % 10 == 0),
        )
        for start in range(0, photos, 10_000):
            part = list(ids[start : start + 10_000])
            mixed = words[random.integers(0, len(words), (len(part), 3))].sum(axis=1)
            noise = random.normal(0, 3 / words.shape[1] ** 0.5, mixed.shape)
            vectors = mixed + noise
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            db.conn.executemany(
                "INSERT INTO vectors (model_id, photo_id, vector, tagged_with) VALUES (1, ?, ?, ?)",
                (
                    (photo_id, row.tobytes(), tagged_with)
                    for photo_id, row in zip(part, vectors.astype(np.float16), strict=True)
                ),
            )


if __name__ == "__main__":
    report(__doc__, measure, BARS, photos=_PHOTOS)
