"""How well and how fast a personal tag is learned from ten examples.

    python -m tests.benchmarks.personal [--images DIR --labels TSV] [--json]

Time: learning from 20 examples and judging 100,000 photos, on random vectors of length 512; and
the same in a made-up library of as many, the suggestions stored, from one answer to the next.

Precision, where photos are given with `image<TAB>label` lines, several to an image: of labels that
25 photos or more have, 20 are drawn, and of each 10 photos; average precision on all others is
compared with that of asking for the label in words, once by the plain cosine and once as search
does (`Background`), over ten draws. With 60 nouns of its captions as labels, on Flickr8k's test
photos and 700 more that the starter was not trained on: .489 on average, 1.38 times the cosine's
(1.25 in the worst draw) and 1.02 times the search's. There is little more to be had: a classifier
of 2,900 labelled photos reaches 1.08 times the search's. Of what would be suggested .67 is right,
and .20 of what is there would be.
"""

import argparse
import json
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.background import Background
from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.evaluate import average_precision
from photoclip.clip.models import STARTER, find_model
from photoclip.clip.pairs import read_captions
from photoclip.clip.precision import machine
from photoclip.clip.zeroshot import class_prototypes
from photoclip.core.finding import renew
from photoclip.core.imaging import decode
from photoclip.core.library import Library
from photoclip.core.personal import LEAST_PROBABILITY, Name, learn
from photoclip.core.personal_tags import look_for
from photoclip.core.search import Searcher
from photoclip.core.term_files import built_in_terms
from photoclip.core.term_vectors import TermVectors
from photoclip.core.vocabulary import Vocabulary
from photoclip.progress import StopFlag
from tests.benchmarks.searching import fill

MOST_SECONDS = 1.0
LEAST_TIMES_WORDS = 1.3

_PHOTOS, _DIM = 100_000, 512
_EXAMPLES, _LABELS, _LEAST_PHOTOS, _DRAWS = 10, 20, 25, 10

Vectors = NDArray[np.float32]


def main() -> None:
    """Measure, print a table or one JSON document, and say whether the aims are met."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--images", type=Path, help="a folder of photos")
    parser.add_argument("--labels", type=Path, help="lines of image<TAB>label")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    given = parser.parse_args()
    summary = {
        "seconds_without_name": seconds(False),
        "seconds_with_name": seconds(True),
        "seconds_in_a_library": library_seconds(),
    }
    holds = max(summary.values()) < MOST_SECONDS
    if given.images and given.labels:
        summary |= precision(given.images, given.labels)
        holds = holds and summary["times_plain_words"] >= LEAST_TIMES_WORDS
    if given.json:
        print(json.dumps({"machine": machine(), "summary": summary, "holds": holds}, indent=1))
        return
    print(machine())
    for name, value in summary.items():
        print(f"{name.replace('_', ' '):40} {value:.3f}")
    print("The aims are met." if holds else "The aims are missed.")


def seconds(named: bool) -> float:
    """The best of five times."""
    rng = np.random.default_rng(0)
    photos = _unit(1 + rng.standard_normal((_PHOTOS, _DIM), np.float32))
    name = None
    if named:
        words = _unit(1 + rng.standard_normal((400, _DIM), np.float32))
        name = Name(words[0], Background.of(words))
    took = []
    for _ in range(5):
        start = time.perf_counter()
        learn(photos, photos[:20], photos[20:30], name).probabilities(photos)
        took.append(time.perf_counter() - start)
    return min(took)


def library_seconds() -> float:
    """The best of five answers, vectors in memory."""
    encoder = OpenClipEncoder(find_model(STARTER, None), device="cpu")
    terms = TermVectors(encoder, Vocabulary(built_in_terms()), None)
    with TemporaryDirectory() as folder:
        library = Library(Path(folder) / "library.photoclip")
        fill(library, encoder.id, terms.background_prototypes, _PHOTOS)
        searcher = Searcher(library, encoder, terms)
        library.annotations.confirm(range(1, 21), "Minka", encoder.id)
        look_for(library, "Minka", encoder.id)
        took = []
        for photo_id in range(101, 106):
            library.annotations.reject([photo_id], "Minka", encoder.id)
            start = time.perf_counter()
            for _ in renew(library, encoder.id, terms, StopFlag(), searcher.multiply):
                pass
            took.append(time.perf_counter() - start)
        library.close()
    return min(took)


def precision(images: Path, labels: Path) -> dict[str, float]:
    """Average precision from examples, from words, and how they compare."""
    encoder = OpenClipEncoder(find_model(STARTER, None), device="cpu")
    labelled = read_captions(labels)
    names = sorted(labelled)
    photos = _embedded(encoder, [images / name for name in names])
    background = TermVectors(encoder, Vocabulary(built_in_terms()), None).background
    every = sorted({label for given in labelled.values() for label in given})
    shown = np.array([[label in labelled[name] for label in every] for name in names])
    prototypes = class_prototypes(encoder, every)
    plain = photos @ prototypes.T
    standard = photos @ background.directions(prototypes).T / background.spread(photos)[:, None]
    frequent = np.flatnonzero(shown.sum(axis=0) >= _LEAST_PHOTOS)

    rows = []
    suggested = right_ones = there = 0
    for draw in range(_DRAWS):
        rng = np.random.default_rng(draw)
        found = []
        for label in rng.choice(frequent, min(_LABELS, len(frequent)), replace=False):
            examples = rng.choice(np.flatnonzero(shown[:, label]), _EXAMPLES, replace=False)
            name = Name(background.directions(prototypes[label][None])[0], background)
            tag = learn(photos, photos[examples], None, name)
            scores = np.column_stack(
                [tag.probabilities(photos), plain[:, label], standard[:, label]]
            )
            rest = np.setdiff1d(np.arange(len(photos)), examples)
            likely = scores[rest, 0] >= LEAST_PROBABILITY
            suggested += int(likely.sum())
            right_ones += int(shown[rest[likely], label].sum())
            there += int(shown[rest, label].sum())
            right = np.repeat(shown[rest, label][:, None], 3, axis=1)
            found.append(average_precision(scores[rest], right))
        each = np.array(found)
        times = np.median(each[:, :1] / each[:, 1:], axis=0)
        rows.append([*each.mean(axis=0), *times])
    means = np.mean(rows, axis=0)
    return {
        "average_precision": float(means[0]),
        "average_precision_of_plain_words": float(means[1]),
        "average_precision_of_words_as_search_asks": float(means[2]),
        "times_plain_words": float(means[3]),
        "least_times_plain_words": min(row[3] for row in rows),
        "times_words_as_search_asks": float(means[4]),
        "precision_of_suggestions": right_ones / suggested,
        "recall_of_suggestions": right_ones / there,
        "spread_of_times_over_draws": statistics.pstdev(row[3] for row in rows),
    }


def _embedded(encoder: OpenClipEncoder, paths: list[Path]) -> Vectors:
    size, step = encoder.preprocessing.size, encoder.batch_size
    batches = []
    for start in range(0, len(paths), step):
        pictures = [decode(p.read_bytes(), size).image for p in paths[start : start + step]]
        pixels = np.stack([encoder.preprocessing.pixels(picture) for picture in pictures])
        batches.append(encoder.encode_images(pixels))
    return np.concatenate(batches)


def _unit(vectors: Vectors) -> Vectors:
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


if __name__ == "__main__":
    main()
