"""All embeddings of one model as one matrix in memory, kept up to date with the library."""

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.background import Background
from photoclip.core.library import Library
from photoclip.core.relevance import sampled

# Vectors copied together at a time, some ten MB.
_MEASURED_AT_ONCE = 8_192


class VectorIndex:
    """The vectors of a library under one model, warm for exact search.

    Not thread-safe: whoever owns it lets one thread in at a time.
    """

    def __init__(self, library: Library, model: str, dim: int) -> None:
        self._library = library
        self._model = model
        self._last = 0
        self._count = 0
        self._matrix = np.empty((0, dim), np.float32)
        # Of each row, see `Background.spread`; NaN until it is asked for.
        self._spread = np.empty(0, np.float32)
        # Which row holds a photo's vector, by photo id; -1 where there is none.
        self._row_of = np.empty(0, np.int64)

    def __len__(self) -> int:
        return self._count

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
        while True:
            last, photo_ids, vectors = self._library.vectors_after(self._model, self._last)
            if len(photo_ids):
                self._put(photo_ids, vectors.astype(np.float32))
            self._last = last
            if not len(photo_ids):
                return

    def are_known(self, photo_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of these photos have a vector, bool (n,)."""
        inside = photo_ids < len(self._row_of)
        if not inside.all():
            inside[inside] = self._row_of[photo_ids[inside]] >= 0
            return inside
        return self._row_of[photo_ids] >= 0

    def scores(
        self, directions: NDArray[np.float32], photo_ids: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """The dot product of each photo's vector with each direction, exactly.

        Args:
            directions: float32 (k, d).
            photo_ids: int64 (n,), all `are_known`.

        Returns:
            float32 (n, k).
        """
        rows = self._row_of[photo_ids]
        matrix = self._matrix[: self._count]
        # Copying the wanted rows together costs about four times what multiplying them does.
        everything = 4 * len(rows) > self._count
        if not everything:
            matrix = matrix[rows]
        # For few directions a product of matrices takes longer than one after the other.
        columns = [matrix @ direction for direction in directions]
        scores: NDArray[np.float32] = np.stack(columns, axis=1)
        return scores[rows] if everything else scores

    def spread(self, photo_ids: NDArray[np.int64], background: Background) -> NDArray[np.float32]:
        """`background.spread` of these photos, float32 (n,); kept, so always the same background.

        Args:
            photo_ids: int64 (n,), all `are_known`.
        """
        unmeasured = np.flatnonzero(np.isnan(self._spread[: self._count]))
        for start in range(0, len(unmeasured), _MEASURED_AT_ONCE):
            rows = unmeasured[start : start + _MEASURED_AT_ONCE]
            self._spread[rows] = background.spread(self._matrix[rows])
        return self._spread[self._row_of[photo_ids]]

    def sample(self) -> NDArray[np.float32]:
        """The vectors of some of the photos, spread over all; float32 (m, d)."""
        return self._matrix[sampled(self._count)]

    def _put(self, photo_ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        if photo_ids.max() >= len(self._row_of):
            grown = np.full(max(int(photo_ids.max()) + 1, 2 * len(self._row_of)), -1, np.int64)
            grown[: len(self._row_of)] = self._row_of
            self._row_of = grown
        rows = self._row_of[photo_ids]
        new = rows < 0
        rows[new] = np.arange(self._count, self._count + np.count_nonzero(new))
        count = self._count + int(np.count_nonzero(new))
        if count > len(self._matrix):
            capacity = max(count, len(self._matrix) * 3 // 2)
            matrix = np.empty((capacity, self._matrix.shape[1]), np.float32)
            matrix[: self._count] = self._matrix[: self._count]
            self._matrix = matrix
            spread = np.full(capacity, np.nan, np.float32)
            spread[: self._count] = self._spread[: self._count]
            self._spread = spread
        self._matrix[rows] = vectors
        self._spread[rows] = np.nan
        self._row_of[photo_ids] = rows
        self._count = count
