"""Tags that PhotoClip finds by itself: which terms of the vocabulary fit a photo, how surely."""

import math
from collections.abc import Generator, Mapping
from functools import cached_property
from pathlib import Path

import numpy as np
import xxhash
from numpy.typing import NDArray

from photoclip.clip.calibration import PRIOR, Curve, Curves
from photoclip.clip.encoder import Encoder
from photoclip.core.finding import renew
from photoclip.core.intake import put_suggestions
from photoclip.core.library import Library
from photoclip.core.term_files import built_in_terms
from photoclip.core.term_vectors import TermVectors
from photoclip.core.types import Change, IndexProgress, Tag
from photoclip.core.vocabulary import Vocabulary
from photoclip.progress import RateMeter, StopFlag

# Raise it when the method changes, so that the tags of every library are suggested anew.
_METHOD = 2
# A tag is suggested when it is about as likely right as wrong by what captions say, which leave out
# much that is there. Of such tags captions of Flickr8k's test photos name 78 % (starter).
LEAST_PROBABILITY = 0.46
_MOST_TAGS = 12
_RETAG_BATCH = 2_000
# Each part is looked up in an index, which "IS NOT ?" would go through from end to end.
_OUTDATED = " UNION ALL ".join(
    "SELECT {0} FROM vectors WHERE model_id = (SELECT id FROM models WHERE key = ?1)"
    f" AND tagged_with {other}"
    for other in ("IS NULL", "< ?2", "> ?2")
)


class Tagger:
    """Suggests tags from a vocabulary for the embeddings of one encoder.

    A term's standardised score (`clip.background`) becomes a probability by the term's own curve
    (`clip.calibration`). Of terms that exclude one another the likeliest alone is suggested.

    Args:
        vocabulary: the terms; None for the built-in ones.
        cache_dir: where embedded terms are kept, which take seconds to make; None for nowhere.
        curves: by term, where the person's own decisions have shown what its scores mean; else
            the model's own, else that of any term.

    Attributes:
        terms: the embedded vocabulary.
        curves: by term, those of which anything is known.
        version: another one for whatever might suggest other tags.
    """

    def __init__(
        self,
        encoder: Encoder,
        vocabulary: Vocabulary | None = None,
        cache_dir: Path | None = None,
        curves: Mapping[str, Curve] | None = None,
    ) -> None:
        self.terms = TermVectors(encoder, vocabulary or Vocabulary(built_in_terms()), cache_dir)
        self.curves = {**encoder.term_curves, **(curves or {})}
        names = [term.term for term in self.terms.vocabulary.terms]
        self._curves = Curves.of([self.curves.get(name, PRIOR) for name in names])
        digest = xxhash.xxh3_64_hexdigest(self._curves.slopes.tobytes())
        digest += xxhash.xxh3_64_hexdigest(self._curves.intercepts.tobytes())
        self.version = f"{_METHOD}-{self.terms.vocabulary.version}-{digest}"

    def tags(self, embeddings: NDArray[np.float32]) -> list[tuple[Tag, ...]]:
        """The tags of each photo, surest first: none where nothing fits, twelve at most.

        Args:
            embeddings: float32 of shape (n, d), L2-normalised.
        """
        if not len(embeddings) or not self.terms.vocabulary.terms:
            return [()] * len(embeddings)
        return [self._suggested(row) for row in self.probabilities(embeddings)]

    def tags_by_now(
        self, embeddings: NDArray[np.float32]
    ) -> tuple[list[tuple[Tag, ...]], str | None]:
        """As `tags`, with the version; while the terms are not embedded yet no tags, and None.

        So nobody waits for the terms who wants to store photos: `retag` finds these later.
        """
        if not self.terms.are_ready:
            return [()] * len(embeddings), None
        # As they are stored, so that it is all one when they are tagged.
        return self.tags(embeddings.astype(np.float16).astype(np.float32)), self.version

    def probabilities(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """How probably each photo shows each term; float32 (n, terms)."""
        spread = self.terms.background.spread(embeddings)
        return self._curves.probabilities(embeddings @ self._directions.T / spread[:, None])

    @cached_property
    def _directions(self) -> NDArray[np.float32]:
        return self.terms.background.directions(self.terms.prototypes)

    def _suggested(self, probabilities: NDArray[np.float32]) -> tuple[Tag, ...]:
        tags: list[Tag] = []
        taken: set[str] = set()
        # Few are; sorting all would take most of the time.
        likely = np.flatnonzero(probabilities >= LEAST_PROBABILITY)
        for i in likely[np.argsort(-probabilities[likely], kind="stable")]:
            term = self.terms.vocabulary.terms[i]
            if len(tags) < _MOST_TAGS and term.competes not in taken:
                tags.append(Tag(term.term, math.floor(1e4 * float(probabilities[i])) / 1e4))
            if term.competes:
                taken.add(term.competes)
        return tuple(tags)


def retag(
    library: Library, model: str, tagger: Tagger, stop: StopFlag
) -> Generator[IndexProgress, None, int]:
    """Suggest tags from the stored vectors, where nothing has yet, or another vocabulary or method.

    Personal tags come first, where their examples or photos are others.

    Returns:
        How many photos were tagged anew by the vocabulary.
    """
    yield from renew(library, model, tagger.terms, stop)
    (total,) = library.store.row(
        f"SELECT count(*) FROM ({_OUTDATED.format('1')})", [model, tagger.version]
    )
    if total and not tagger.terms.are_ready:
        meter = RateMeter()
        for embedded, questions in tagger.terms.embed(stop):
            rate = meter.update(embedded)
            left = (questions - embedded) / rate if rate else None
            yield IndexProgress("tagging", 0, total, left)
    done = 0
    while done < total:
        stop.wait_while_paused()
        if stop.stopped:
            break
        rows = library.store.rows(
            f"{_OUTDATED.format('id, model_id, photo_id, vector')} LIMIT {_RETAG_BATCH}",
            [model, tagger.version],
        )
        if not rows:
            break
        vectors = np.frombuffer(b"".join(row[3] for row in rows), np.float16)
        tags = tagger.tags(vectors.reshape(len(rows), -1).astype(np.float32))
        with library.store.write() as db:
            for (row, model_id, photo_id, _), suggestions in zip(rows, tags, strict=True):
                put_suggestions(db, model_id, photo_id, suggestions)
                db.execute("UPDATE vectors SET tagged_with = ? WHERE id = ?", [tagger.version, row])
        done += len(rows)
        yield IndexProgress("tagging", done, total, change=Change(tags=True))
    return done
