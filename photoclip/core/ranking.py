"""Putting photos in order by their scores, of which there may be a million.

Sorting a million numbers takes longer than scoring the photos. So only those before the weak ones,
and the best of all, are sorted by their very scores. The others are sorted where they are looked
at, by 65,536 steps of their scores, finer than those are known (`quantised`), in one pass of a
radix sort.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

# Enough to number the photos of any library.
_INDEX_BITS: Final = 29
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
    bands: NDArray[np.int8], scores: NDArray[np.float32], first: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """The order of the first photos: by band, then the best score first, then as they stand.

    Args:
        bands: indices into `BANDS`, (n,). first: of which photos the order is wanted, (n,).

    Returns:
        int64 (m,), the places of the first, the second and so on.
    """
    places = np.flatnonzero(first)
    order: NDArray[np.int64] = places[_exact_order(bands[places], scores[places])]
    return order


def by_score(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """The order of photos of one band, nearly: the best score first, then as they stand; (n,)."""
    if not len(scores):
        return np.empty(0, np.int64)
    best, worst = float(scores.max()), float(scores.min())
    falling = np.float32(best) - scores
    falling *= np.float32(65_535 / max(best - worst, 1e-6))
    return np.argsort(falling.astype(np.uint16), kind="stable")


def _exact_order(bands: NDArray[np.int8], scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """All is put into one number a photo, which sorts in a quarter of the time."""
    # What is zero may have a sign.
    bits = (scores + np.float32(0)).view(np.int32)
    # As whole numbers floats have their own order, but for the negative ones, which have it
    # backwards.
    rising = (bits ^ ((bits >> 31) & 0x7FFF_FFFF)).astype(np.int64)
    keys = (bands.astype(np.int64) << 61) | ((0x7FFF_FFFF - rising) << _INDEX_BITS)
    keys |= np.arange(len(scores))
    keys.sort()
    order: NDArray[np.int64] = keys & ((1 << _INDEX_BITS) - 1)
    return order
