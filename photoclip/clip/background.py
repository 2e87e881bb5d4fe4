"""What any words score on any photo: the background that a query's own score stands out from.

All texts lie in a narrow cone, and so do all photos ("modality gap", Liang et al. 2022,
arXiv:2203.02053): a cosine says little by itself, differs from model to model, and is higher for
some photos whatever is asked. So a query is compared with the words of a vocabulary: what they have
in common is taken off it, and its score is counted in the spread of their scores on the same photo.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Of the words' directions, so many hold nearly all of their spread (.99 of the starter's).
_RANK = 128
# Below it two photos could not be told apart; no photo's spread is near it.
_LEAST_SPREAD = 1e-4


@dataclass(frozen=True, eq=False)
class Background:
    """The common part and the spread of a vocabulary's embeddings.

    Attributes:
        mean: float32 (d,), the mean of all words.
        factor: float32 (d, r); the length of a photo's projection on it is the standard deviation
            of the words' scores on that photo.
    """

    mean: NDArray[np.float32]
    factor: NDArray[np.float32]

    @classmethod
    def of(cls, words: NDArray[np.float32]) -> "Background":
        """From the embeddings of the words, float32 (k, d), each of length 1; k at least 1."""
        mean = words.mean(axis=0)
        directions = _unit(words - mean)
        centred = (directions - directions.mean(axis=0)).astype(np.float64)
        values, vectors = np.linalg.eigh(centred.T @ centred / len(words))
        factor = vectors[:, -_RANK:] * np.sqrt(np.maximum(values[-_RANK:], 0))
        return cls(mean.astype(np.float32), factor.astype(np.float32))

    def directions(
        self, embeddings: NDArray[np.float32], share: float = 1.0
    ) -> NDArray[np.float32]:
        """What texts say beyond what every word says; float32 (n, d), each of length 1.

        Args:
            embeddings: of texts, float32 (n, d), each of length 1.
            share: how much of the common part is taken off, 0 to 1.
        """
        return _unit(embeddings - np.float32(share) * self.mean)

    def spread(self, photos: NDArray[np.float32]) -> NDArray[np.float32]:
        """The standard deviation of the words' scores on each photo, float32 (n,)."""
        lengths = np.linalg.norm(photos @ self.factor, axis=1)
        spread: NDArray[np.float32] = np.maximum(lengths, _LEAST_SPREAD).astype(np.float32)
        return spread


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: NDArray[np.float32] = (vectors / np.maximum(lengths, 1e-6)).astype(np.float32)
    return unit
