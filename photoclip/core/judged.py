"""How photos answer a query: their scores on all its parts, and the order these make."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from photoclip.core.parallel import taken
from photoclip.core.personal import PersonalTag
from photoclip.core.query_vectors import Asked, Scores, Standard, combined, directions_of
from photoclip.core.ranking import largest, ranked
from photoclip.core.relevance import WEAK
from photoclip.core.types import Results
from photoclip.core.vectors import VectorIndex
from photoclip.progress import StopFlag

# So many of the best photos are scored by their vectors as they are stored, which puts the first
# 200, some screens, in exact order: on a million photos all that belong there stand among the first
# 230 by the other scores, which are off by a fiftieth of their spread.
_EXACT: Final = 300
# So many photos are scored at a time, which stay in the processor's cache from step to step. Two
# threads would take as long as one, waiting for the interpreter between such short steps.
_AT_ONCE: Final = 131_072


@dataclass(frozen=True, eq=False)
class Judged:
    """How each of some photos answers a query, in no order of merit.

    Attributes:
        photo_ids: int64 (n,). times: int64 (n,), `sort_time`.
        asked: the parts of the query that have a direction; never empty.
        scores: of each photo on those.
        best: int64 (m,), the places of the best, whose scores are exact.
        bands: int8 (n,), indices into `BANDS`.
        said: bool (n,), whether the words stand in a name, a caption or an own tag.
        refused: bool (n,), whether the person rejected the very tag that was asked for.
    """

    photo_ids: NDArray[np.int64]
    times: NDArray[np.int64]
    asked: tuple[Asked, ...]
    scores: Scores
    best: NDArray[np.int64]
    bands: NDArray[np.int8]
    said: NDArray[np.bool_]
    refused: NDArray[np.bool_]

    def ranked(self) -> Results:
        """Band after band, the best first; what was rejected comes last."""
        first = self.bands != WEAK
        first[self.best] = True
        first &= ~self.refused
        before = ranked(self.bands, self.scores.total, self.best, first)
        loose = np.flatnonzero(~(first | self.refused))
        order = np.concatenate([before, loose, np.flatnonzero(self.refused)])
        return Results(
            taken(self.photo_ids, order),
            taken(self.scores.total, order),
            taken(self.bands, order),
            taken(self.said, order),
            taken(self.times, order),
            slice(len(before), len(before) + len(loose)),
            order,
        )


def scored(
    vectors: VectorIndex,
    rows: NDArray[np.int32],
    asked: Sequence[Asked],
    tag: PersonalTag | None,
    sample: NDArray[np.float32],
    stop: StopFlag,
) -> tuple[Scores, NDArray[np.int64]]:
    """How the photos whose vectors stand in these rows answer; and where the best are.

    Those are scored by their vectors as they are stored.

    Args:
        tag: the personal tag that is asked for, if it is one.
        sample: of the library's vectors, by which scores are standardised, float32 (m, d).

    Raises:
        Stopped: nobody wants to know any more.
    """
    standard = Standard.of(asked, sample)
    directions = directions_of(asked, standard.centre)
    own = len(directions)
    if tag is not None:
        directions = np.concatenate([directions, tag.directions])

    def score(products: NDArray[np.float32], spread: NDArray[np.float32]) -> Scores:
        scores = combined(asked, products[:, :own], spread, standard)
        if tag is None:
            return scores
        # What examples have taught counts, and not what the name alone says.
        odds = tag.log_odds(products[:, own:], spread)
        return replace(scores, total=odds.astype(np.float32))

    products = vectors.scores(directions, rows)
    scores = Scores.of(asked, len(rows))

    for start in range(0, len(rows), _AT_ONCE):
        stop.check()
        part = slice(start, start + _AT_ONCE)
        scores.put(part, score(products[part], vectors.spread(rows[part])))
    best = largest(scores.total, _EXACT)
    exact = vectors.exact_scores(directions, rows[best])
    scores.put(best, score(exact, vectors.spread(rows[best])))
    return scores, best
