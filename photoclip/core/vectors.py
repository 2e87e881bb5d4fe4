"""All embeddings of one model in memory, kept up to date with the library."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from photoclip.core.library import Library
from photoclip.core.parallel import taken
from photoclip.core.quantised import QuantisedMatrix
from photoclip.core.relevance import sampled

# So many are taken in at a time, some MB, which stay in the processor's cache.
_AT_ONCE: Final = 2048
# Where more than one in so many of the photos is wanted, multiplying all takes less time than
# picking these out.
_PICKED: Final = 6


class VectorIndex:
    """The vectors of a library under one model, warm for search at a byte a number.

    Not thread-safe: whoever owns it lets one thread in at a time.

    Args:
        spread: what to keep of each photo beside its vector: float32 (n, d) to (n,), as
            `Background.spread`.
    """

    def __init__(
        self,
        library: Library,
        model: str,
        dim: int,
        spread: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    ) -> None:
        self._library = library
        self._model = model
        self._last = 0
        self._matrix = QuantisedMatrix(dim)
        self._spread_of = spread
        self._spread = np.empty(0, np.float32)
        # By which each vector is found in the library.
        self._numbers = np.empty(0, np.int64)
        # Which row holds a photo's vector, by photo id; -1 where there is none, and at the end.
        self._row_of = np.full(1, -1, np.int32)
        # The photos whose rows were asked for last, and these: a person who types asks for the
        # same photos at every key.
        self._asked: tuple[NDArray[np.int64], NDArray[np.int32]] | None = None

    def __len__(self) -> int:
        return len(self._matrix)

    @property
    def last(self) -> int:
        """The number up to which all vectors are taken in."""
        return self._last

    @property
    def photo_ids(self) -> NDArray[np.int64]:
        """The photos that have a vector, int64 (n,), rising."""
        return np.flatnonzero(self._row_of >= 0)

    def refresh(self) -> None:
        """Take in what was stored since the last time; cheap when nothing was."""
        if not len(self):
            self._matrix.reserve(self._library.vector_count(self._model))
        while True:
            last, numbers, photo_ids, vectors = self._library.vectors_after(
                self._model, self._last, _AT_ONCE
            )
            if len(photo_ids):
                self._put(numbers, photo_ids, vectors.astype(np.float32))
            self._last = last
            if not len(photo_ids):
                return

    def rows(self, photo_ids: NDArray[np.int64]) -> NDArray[np.int32]:
        """Where the vectors of these photos stand, int32 (n,); -1 of those that have none.

        Neither array may be written to.
        """
        if self._asked is None or self._asked[0] is not photo_ids:
            # Photos without a vector may be newer than any that has one; of those it is the end.
            self._asked = photo_ids, taken(self._row_of, photo_ids)
        return self._asked[1]

    def scores(
        self, directions: NDArray[np.float32], rows: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """The dot product of each vector with each direction, as `QuantisedMatrix` has it.

        Args:
            directions: float32 (k, d).
            rows: int32 (n,), none -1.

        Returns:
            float32 (n, k).
        """
        if _PICKED * len(rows) <= len(self):
            return self._matrix.products(directions, rows)
        scores = np.empty((len(directions), len(rows)), np.float32)
        for products, wanted in zip(self._matrix.products(directions).T, scores, strict=True):
            taken(products, rows, wanted)
        return scores.T

    def exact_scores(
        self, directions: NDArray[np.float32], rows: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """`scores` of some hundred photos, from their vectors as the library has them."""
        numbers = self._numbers[rows]
        found, vectors = self._library.vectors_numbered(numbers)
        if len(found) < len(rows):
            # Whose vector was taken out of the library meanwhile keeps the other score.
            exact = self._matrix.products(directions, rows)
        else:
            exact = np.empty((len(rows), len(directions)), np.float32)
        if len(found):
            order = np.argsort(numbers)
            at = order[np.searchsorted(numbers, found, sorter=order)]
            exact[at] = vectors @ directions.T
        return exact

    def spread(self, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """What is kept beside the vectors in these rows, float32 (n,)."""
        return self._spread.take(rows)

    def sample(self) -> NDArray[np.float32]:
        """The vectors of some of the photos, spread over all, nearly; float32 (m, d)."""
        photo_ids = self.photo_ids
        return self._matrix.vectors(self._row_of[photo_ids[sampled(len(photo_ids))]])

    def _put(
        self,
        numbers: NDArray[np.int64],
        photo_ids: NDArray[np.int64],
        vectors: NDArray[np.float32],
    ) -> None:
        known = len(self._row_of)
        if photo_ids.max() + 1 >= known:
            self._row_of.resize(max(int(photo_ids.max()) + 2, known * 9 // 8), refcheck=False)
            self._row_of[known:] = -1
        # First, since it may fail where the vocabulary has to be embedded.
        spread = self._spread_of(vectors)
        rows = self._row_of[photo_ids].astype(np.int64)
        new = rows < 0
        rows[new] = len(self) + np.arange(np.count_nonzero(new))
        self._matrix.put(rows, vectors)
        if len(self) > len(self._spread):
            for beside in (self._spread, self._numbers):
                beside.resize(len(self) * 9 // 8, refcheck=False)
        self._spread[rows], self._numbers[rows] = spread, numbers
        self._row_of[photo_ids] = rows
        self._asked = None
