"""Putting photos in order by their scores, of which there may be a million.

Sorting a million numbers takes longer than scoring the photos. So only the best, whose scores are
known exactly, are sorted by these. The others are sorted by 65,536 steps of their scores, finer
than those are known (`quantised`), by a radix sort; the weak ones only where they are looked at.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

# So many scores in each group of which the largest is looked at first.
_GROUP: Final = 512


def largest(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Where the `count` largest scores stand, or all where there are fewer; rising, int64 (m,)."""
    groups = len(scores) // _GROUP
    if groups > count:
        # As many groups as are wanted have a score of at least `bound`, so no less is among them.
        heads = scores[: groups * _GROUP].reshape(_GROUP, groups).max(axis=0)
        bound = np.partition(heads, groups - count)[groups - count]
        places = np.flatnonzero(scores >= bound)
    else:
        places = np.arange(len(scores))
    if len(places) > count:
        few = scores[places]
        places = np.sort(places[np.argpartition(few, len(few) - count)[-count:]])
    return places


def ranked(
    bands: NDArray[np.int8],
    scores: NDArray[np.float32],
    best: NDArray[np.int64],
    first: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """The order of the first photos: by band, then the best score first, then as they stand.

    Args:
        bands: indices into `BANDS`, (n,).
        best: where the best stand, whose scores are exact, rising, (m,). They come first in their
            bands, in exact order.
        first: of which photos the order is wanted, (n,).

    Returns:
        int64 (k,), the places of the first, the second and so on.
    """
    exact = best[first[best]]
    others = first.copy()
    others[exact] = False
    places = np.flatnonzero(others)
    falling = np.concatenate(
        [exact[np.argsort(-scores[exact], kind="stable")], places[by_score(scores[places])]]
    )
    order: NDArray[np.int64] = falling[np.argsort(bands[falling], kind="stable")]
    return order


def by_score(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """The order of photos of one band, nearly: the best score first, then as they stand; (n,)."""
    if not len(scores):
        return np.empty(0, np.int64)
    best, worst = float(scores.max()), float(scores.min())
    falling = np.float32(best) - scores
    falling *= np.float32(65_535 / max(best - worst, 1e-6))
    return np.argsort(falling.astype(np.uint16), kind="stable")
