"""Tags that PhotoClip finds by itself: which terms of a vocabulary fit a photo, and how surely."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import xxhash
from numpy.typing import NDArray

from photoclip.clip.encoder import Encoder
from photoclip.clip.zeroshot import class_prototypes
from photoclip.core.intake import put_suggestions
from photoclip.core.library import Library
from photoclip.core.types import Change, Tag
from photoclip.progress import StopFlag
from photoclip.resources import resource_path

# Raise it when the method changes, so that the tags of every library are suggested anew.
_METHOD = 1
_MOST_TAGS = 6
_RETAG_BATCH = 2_000


@dataclass(frozen=True)
class Term:
    """A term of the vocabulary; `prompt` is what the model is asked, e.g. "a crane, the bird"."""

    term: str
    group: str
    prompt: str


def read_vocabulary(path: Path) -> list[Term]:
    """The terms of a tab-separated file with the columns term, group and prompt."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [Term(row["term"], row["group"], row["prompt"] or row["term"]) for row in rows]


class Tagger:
    """Suggests tags from the built-in vocabulary for embeddings of one encoder."""

    def __init__(self, encoder: Encoder, vocabulary: Path | None = None) -> None:
        path = vocabulary or resource_path("vocabulary.tsv")
        self._encoder = encoder
        self._terms = read_vocabulary(path)
        self.version = f"{_METHOD}-{xxhash.xxh3_64_hexdigest(path.read_bytes())}"

    def tags(self, embeddings: NDArray[np.float32]) -> list[tuple[Tag, ...]]:
        """The tags of each photo, surest first: none where nothing fits, about six at most.

        Args:
            embeddings: float32 of shape (n, d), L2-normalised.
        """
        if not len(embeddings):
            return []
        similarity = embeddings @ self._prototypes.T
        mean = similarity.mean(axis=1, keepdims=True)
        spread = similarity.std(axis=1, keepdims=True)
        standing_out = (similarity - mean) / np.maximum(spread, 1e-6)
        probability = 1 / (1 + np.exp(-2.0 * (standing_out - 3.0)))
        return [self._surest(row) for row in probability]

    @cached_property
    def _prototypes(self) -> NDArray[np.float32]:
        return class_prototypes(self._encoder, [term.prompt for term in self._terms])

    def _surest(self, probability: NDArray[np.float32]) -> tuple[Tag, ...]:
        best = np.argsort(-probability, kind="stable")[:_MOST_TAGS]
        return tuple(
            Tag(self._terms[i].term, round(float(probability[i]), 4))
            for i in best
            if probability[i] >= 0.5
        )


def retag(
    library: Library, model: str, tagger: Tagger, stop: StopFlag
) -> Iterator[tuple[int, int, Change]]:
    """Suggest tags anew, from the stored vectors, where the vocabulary or method was another.

    Yields:
        After each batch: how many photos are done, how many there are to do, the change.
    """
    outdated = (
        "FROM vectors WHERE model_id = (SELECT id FROM models WHERE key = ?)"
        " AND tagged_with IS NOT ?"
    )
    (total,) = library.store.db.execute(
        f"SELECT count(*) {outdated}", [model, tagger.version]
    ).fetchone()
    done = 0
    while done < total and not stop.stopped:
        rows = library.store.db.execute(
            f"SELECT id, model_id, photo_id, vector {outdated} LIMIT ?",
            [model, tagger.version, _RETAG_BATCH],
        ).fetchall()
        if not rows:
            return
        vectors = np.frombuffer(b"".join(row[3] for row in rows), np.float16)
        tags = tagger.tags(vectors.reshape(len(rows), -1).astype(np.float32))
        with library.store.write() as db:
            for (row, model_id, photo_id, _), suggestions in zip(rows, tags, strict=True):
                put_suggestions(db, model_id, photo_id, suggestions)
                db.execute("UPDATE vectors SET tagged_with = ? WHERE id = ?", [tagger.version, row])
        done += len(rows)
        yield done, total, Change(tags=True)
