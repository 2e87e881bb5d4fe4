"""Tags that PhotoClip finds by itself: which terms of a vocabulary fit a photo, and how surely."""

import csv
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

import numpy as np
import xxhash
from numpy.typing import NDArray

from photoclip.clip.encoder import Encoder
from photoclip.clip.zeroshot import class_prototypes, probabilities
from photoclip.core.intake import put_suggestions
from photoclip.core.library import Library
from photoclip.core.types import Change, Tag
from photoclip.progress import StopFlag
from photoclip.resources import resource_path

# Raise it when the method changes, so that the tags of every library are suggested anew.
_METHOD = 1
_MOST_TAGS = 6
# What a term must draw of the probability that all terms share. Of the tags that get this much, the
# captions of Flickr8k's photos name 54 % (starter; people leave out much that is there); a fifth of
# the photos get none. At a tenth it is 50 % and 11 %, at a fifth 57 % and 29 %.
_LEAST_SHARE = 0.15
# More templates take their time at the first start and did not agree better with captions.
_TEMPLATES = ("a photo of a {}.",)
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
    """Suggests tags from a vocabulary for the embeddings of one encoder.

    A term's share is CLIP's zero-shot probability: the softmax of logit scale × cosine over all
    terms. Where none fits it is spread thin, and no term has a share worth mentioning.

    Args:
        vocabulary: a file as `read_vocabulary` reads it; None for the built-in one.
        cache_dir: where the embedded vocabulary is kept, which takes seconds to make; None for
            nowhere.
    """

    def __init__(
        self, encoder: Encoder, vocabulary: Path | None = None, cache_dir: Path | None = None
    ) -> None:
        path = vocabulary or resource_path("vocabulary.tsv")
        self._encoder = encoder
        self._terms = read_vocabulary(path)
        self.version = f"{_METHOD}-{xxhash.xxh3_64_hexdigest(path.read_bytes())}"
        self._cache = cache_dir / f"{encoder.id}-{self.version}.npy" if cache_dir else None

    def tags(self, embeddings: NDArray[np.float32]) -> list[tuple[Tag, ...]]:
        """The tags of each photo, surest first: none where nothing fits, about six at most.

        Args:
            embeddings: float32 of shape (n, d), L2-normalised.
        """
        if not len(embeddings):
            return []
        shares = probabilities(
            embeddings, self._prototypes, self._encoder.logit_scale, self._encoder.logit_bias
        )
        return [self._largest(row) for row in shares]

    @cached_property
    def _prototypes(self) -> NDArray[np.float32]:
        """One for each term, float32 of shape (terms, d)."""
        shape = (len(self._terms), self._encoder.dim)
        if self._cache is not None:
            with suppress(OSError, ValueError, EOFError):
                kept = np.load(self._cache)
                if kept.shape == shape:
                    return cast(NDArray[np.float32], kept)
        prompts = [term.prompt for term in self._terms]
        made = class_prototypes(self._encoder, prompts, _TEMPLATES)
        if self._cache is not None:
            _keep(made, self._cache)
        return made

    def _largest(self, shares: NDArray[np.float32]) -> tuple[Tag, ...]:
        best = np.argsort(-shares, kind="stable")[:_MOST_TAGS]
        return tuple(
            Tag(self._terms[i].term, round(float(shares[i]), 4))
            for i in best
            if shares[i] >= _LEAST_SHARE
        )


def _keep(array: NDArray[np.float32], path: Path) -> None:
    """Write it whole or not at all; a full disk only costs the time to make it again."""
    part = path.with_suffix(f".{os.getpid()}.part")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            np.save(file, array)
        part.replace(path)


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
    (total,) = library.store.row(f"SELECT count(*) {outdated}", [model, tagger.version])
    done = 0
    while done < total:
        stop.wait_while_paused()
        if stop.stopped:
            return
        rows = library.store.rows(
            f"SELECT id, model_id, photo_id, vector {outdated} LIMIT ?",
            [model, tagger.version, _RETAG_BATCH],
        )
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
