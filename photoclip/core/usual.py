"""What is usual among the photos of a library: by it scores are standardised and bands drawn."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from photoclip.core.query_vectors import centre_of
from photoclip.core.relevance import Calibration, Likeness
from photoclip.core.term_vectors import TermVectors

# It is measured anew when the library has grown or shrunk by a tenth.
_GROWTH: Final = 0.1


@dataclass(frozen=True, eq=False)
class Usual:
    """What was measured when the library had `count` photos.

    Attributes:
        sample: vectors of some of them, float32 (m, d).
        words: how the words of the vocabulary score on them.
        pictures: how alike they are.
    """

    count: int
    sample: NDArray[np.float32]
    words: Calibration
    pictures: Likeness

    @classmethod
    def of(cls, count: int, sample: NDArray[np.float32], terms: TermVectors) -> "Usual":
        """Measure it on a sample of so many photos."""
        background = terms.background
        scores = sample @ background.directions(terms.background_prototypes).T
        scores /= background.spread(sample)[:, None]
        centred = sample - centre_of(sample)
        centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
        return cls(count, sample, Calibration.of(scores), Likeness.of(centred))

    def holds_of(self, count: int) -> bool:
        """Whether it may still stand for a library that has so many photos by now."""
        return abs(self.count - count) <= _GROWTH * count
