"""How long matching a query with a million photos takes, beside reading them once and its rivals.

    python -m tests.benchmarks.search [--json] [--photos N]

Over the library that `searching` makes: vectors of 512 numbers that mix directions of the
vocabulary's terms with noise. By turns of ten queries, all of them new:

- *reading*: an int8 matrix of as many rows once (a sum of its 64 bit words), by one thread or all,
  whichever takes less;
- *matching*: the scores of all photos and the best 200 of them in exact order, as `Searcher` gets
  them: int8 products, the best 300 scored again by their vectors in SQLite;
- *filtered*: the same of any tenth of the photos;
- *NumPy*: float32 matrix times vector, and the best 200 of that;
- *reading SQLite*: rclip's way, all vectors from the database for each query, then as NumPy.

Recall is the share of NumPy's best 200 that are among ours. *Stolen* is what share of the cores the
host of a virtual machine gave to others meanwhile, where Linux tells; what else keeps matching
waiting, such as neighbours at the memory, shows in the 95th percentile of reading. *Answering* is
`Searcher.answer` of a phrase with the starter, from its text to all photos in order and in bands.
"""

import contextlib
import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.models import STARTER, find_model
from photoclip.core.library import Library
from photoclip.core.query_text import parse
from photoclip.core.ranking import largest
from photoclip.core.search import Searcher
from photoclip.core.types import Scope
from photoclip.core.vectors import VectorIndex
from tests.benchmarks.reporting import Bar, report
from tests.benchmarks.searching import filled

BARS = (
    Bar("matching_times_reading", most=1.4),
    Bar("matching_p95_ms", most=30.0),
    Bar("recall_at_200", least=0.999),
    Bar("numpy_times_matching", least=3.0),
    Bar("filtered_times_matching", most=1.0),
)

_PHOTOS, _BEST, _LOOKED_AT = 1_000_000, 200, 300
_TURNS, _QUERIES = 10, 10
_TODAY = date(2026, 11, 21)
_WORDS = "kite tractor violin teapot lantern ladder saddle harbour orchard canoe kettle".split()


def measure(photos: int = _PHOTOS) -> dict[str, float]:
    """Milliseconds of each, how they compare, and the recall."""
    model = find_model(STARTER, None)
    with filled(photos) as (library, searcher):
        return _matching(library, model.id, model.dim, photos) | _answering(searcher)


def _matching(library: Library, model: str, dim: int, photos: int) -> dict[str, float]:
    random = np.random.default_rng(1)
    index = VectorIndex(library, model, dim, lambda vectors: vectors[:, 0])
    index.refresh()
    everything, _ = library.listing(Scope(), model)
    tenth = np.sort(random.choice(everything, photos // 10, replace=False))[::-1].copy()
    exact = _stored(library)
    words = np.ones(photos * dim // 8, np.int64)

    def match(query: NDArray[np.float32], of: NDArray[np.int64]) -> NDArray[np.int64]:
        rows = index.rows(of)
        best = largest(index.scores(query[None], rows)[:, 0], _LOOKED_AT)
        again = index.exact_scores(query[None], rows[best])[:, 0]
        return of[best[np.argsort(-again)[:_BEST]]]

    def multiply(query: NDArray[np.float32], matrix: NDArray[np.float32]) -> NDArray[np.int64]:
        scores = matrix @ query
        best = np.argpartition(-scores, _BEST)[:_BEST]
        return 1 + best[np.argsort(-scores[best])]

    took: dict[str, list[float]] = {}
    found = []

    def timed(name: str, work: Callable[[], NDArray[np.int64]]) -> NDArray[np.int64]:
        start = time.perf_counter()
        result = work()
        took.setdefault(name, []).append(1000 * (time.perf_counter() - start))
        return result

    # What was written of the library goes to the disk before and not meanwhile.
    os.sync()
    for turn in range(_TURNS + 1):
        queries = [_query(exact, random) for _ in range(_QUERIES)]
        for _ in queries:
            timed("reading_by_one", lambda: words.sum(keepdims=True))
        for _ in queries:
            timed("reading_by_all", lambda: _summed(words))
        ours = [timed("matching", partial(match, query, everything)) for query in queries]
        for query in queries:
            timed("filtered", partial(match, query, tenth))
        theirs = [timed("numpy", partial(multiply, query, exact)) for query in queries]
        found += [np.isin(*both).mean() for both in zip(theirs, ours, strict=True)]
        if turn < 2:
            timed("reading_sqlite", lambda: multiply(queries[0], _stored(library)))  # noqa: B023
        if not turn:
            took.clear()
            before = _ticks()
    stolen, passed = (after - then for after, then in zip(_ticks(), before, strict=True))
    took["reading"] = min(
        took.pop("reading_by_one"), took.pop("reading_by_all"), key=statistics.median
    )
    middle = {name: statistics.median(times) for name, times in took.items()}
    return {
        **{f"{name}_ms": value for name, value in middle.items()},
        "matching_p95_ms": float(np.quantile(took["matching"], 0.95)),
        "reading_p95_ms": float(np.quantile(took["reading"], 0.95)),
        "matching_times_reading": middle["matching"] / middle["reading"],
        "filtered_times_matching": middle["filtered"] / middle["matching"],
        "numpy_times_matching": middle["numpy"] / middle["matching"],
        "reading_sqlite_times_matching": middle["reading_sqlite"] / middle["matching"],
        "recall_at_200": float(np.mean(found)),
        "stolen": stolen / max(passed, 1),
    }


def _answering(searcher: Searcher) -> dict[str, float]:
    took = []
    for word in _WORDS:
        for text in ("a {} on the beach", "an old {} in red"):
            start = time.perf_counter()
            searcher.answer(parse(text.format(word), _TODAY), Scope(), _TODAY)
            took.append(1000 * (time.perf_counter() - start))
    # The first reads all vectors.
    return {
        "answering_ms": statistics.median(took[1:]),
        "answering_p95_ms": float(np.quantile(took[1:], 0.95)),
    }


def _stored(library: Library) -> NDArray[np.float32]:
    rows = library.store.rows("SELECT vector FROM vectors ORDER BY photo_id")
    matrix = np.empty((len(rows), len(rows[0][0]) // 2), np.float32)
    for i, row in enumerate(rows):
        matrix[i] = np.frombuffer(row[0], np.float16)
    return matrix


def _query(vectors: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    """Between some photos and nowhere, as a text is."""
    near = vectors[random.integers(0, len(vectors), 2)].sum(axis=0)
    query = near + random.normal(0, 2 / len(near) ** 0.5, len(near))
    unit: NDArray[np.float32] = (query / np.linalg.norm(query)).astype(np.float32)
    return unit


def _summed(words: NDArray[np.int64]) -> NDArray[np.int64]:
    threads = os.cpu_count() or 1
    with ThreadPoolExecutor(threads) as pool:
        return np.array(list(pool.map(np.sum, np.array_split(words, threads))))


def _ticks() -> tuple[int, int]:
    """What the host took of the cores' time until now, and all that passed; 0 if unknown."""
    with contextlib.suppress(OSError):
        of_all = Path("/proc/stat").read_text().split("\n")[0].split()[1:9]
        return int(of_all[7]), sum(map(int, of_all))
    return 0, 0


if __name__ == "__main__":
    report(__doc__, measure, BARS, photos=_PHOTOS)
