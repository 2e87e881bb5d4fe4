"""All embeddings of one model as one matrix in memory, kept up to date with the library."""

import numpy as np
from numpy.typing import NDArray

from photoclip.core.library import Library


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
        # Which row holds a photo's vector, by photo id; -1 where there is none.
        self._row_of = np.empty(0, np.int64)

    def __len__(self) -> int:
        return self._count

    def refresh(self) -> None:
        """Take in what was stored since the last time; cheap when nothing was."""
        while True:
            last, photo_ids, vectors = self._library.vectors_after(self._model, self._last)
            if not len(photo_ids):
                return
            self._put(photo_ids, vectors.astype(np.float32))
            self._last = last

    def scores(
        self, query: NDArray[np.float32], photo_ids: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The cosine similarity of `query` with each of these photos, exactly.

        Args:
            query: float32 of shape (d,), L2-normalised.
            photo_ids: int64 of shape (n,).

        Returns:
            The ids of those that have a vector, and their scores, in the order given.
        """
        known = photo_ids[photo_ids < len(self._row_of)]
        rows = self._row_of[known]
        has_vector = rows >= 0
        known, rows = known[has_vector], rows[has_vector]
        matrix = self._matrix[: self._count]
        # Copying the wanted rows together costs about four times what multiplying them does.
        scores = (matrix @ query)[rows] if 4 * len(rows) > self._count else matrix[rows] @ query
        return known, scores

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
        self._matrix[rows] = vectors
        self._row_of[photo_ids] = rows
        self._count = count
