"""Where relevance ends: which results are strong, which likely, and when a query has none.

A cosine means little across queries, photos and models, so scores are counted in the spread of a
vocabulary's scores on the same photo (`clip.background`), and the bands begin where few of all
pairs of a word and a photo of this very library lie. So no threshold belongs to a model.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.calibration import Curve, score_at
from photoclip.core.ranking import largest


class Band(StrEnum):
    STRONG = "strong"
    LIKELY = "likely"
    WEAK = "weak"


BANDS = (Band.STRONG, Band.LIKELY, Band.WEAK)
STRONG, LIKELY, WEAK = (np.int8(BANDS.index(band)) for band in BANDS)

# The share of all pairs of a word and a photo that lies above where a band begins. Chosen on
# Flickr8k's test photos, starter, 60 nouns of their captions as labels: docs/search.md.
_STRONG_SHARE = 0.0006
_LIKELY_SHARE = 0.05
# A query shows something when its best three photos together score as well as few would by chance
# in so many. Of 40 things that no photo shows, nine in ten stay below this share of all pairs in
# 1,000 photos, and half a spread above it with each e times as many (measured from 100 to 3,200).
_PRESENT_SHARE, _PRESENT_PHOTOS, _PRESENT_POWER = 0.0022, 1000, -0.7
_BEST = 3
# Or when its best photo alone scores as one in so many photos would by chance once in twenty times:
# of few photos, as filters leave, seldom three show the same. Of three photos with one that fits
# it finds .42 instead of .07, of 100 .57 instead of .48; of what is not there .94 and more get
# nothing, as before.
_BEST_ALONE_SHARE = 0.05
# Where it was measured how often a score is right, bands begin at so probable a match.
_STRONG_AT, _PRESENT_AT, _LIKELY_AT = 0.6, 0.3, 0.1
# More photos do not move the thresholds by a hundredth.
_SAMPLE = 2_000
# Of fewer pairs a share as small says nothing; a normal distribution with wide tails stands in.
_QUANTILES = 4_096
# The share of all pairs of photos that are more alike than photos in a band begin to be, and bounds
# of that cosine: in a library of bursts many pairs are copies of one another, in one where no two
# photos are alike none is. On Flickr8k's test photos, starter, they begin at .84 and .65. Above the
# first lie 95 % of copies that are recompressed, halved, mirrored, brighter or cropped by a tenth;
# of other pairs .77 and .48 show the same scene, as far as two captions of one photo agree on it.
_ALIKE_STRONG_SHARE, _ALIKE_LIKELY_SHARE = 0.0002, 0.003
_ALIKE_STRONG, _ALIKE_LIKELY = (0.8, 0.9), (0.5, 0.8)
_PAIRED = 1_000  # photos, each with each


@dataclass(frozen=True, eq=False)
class Calibration:
    """How the words of a vocabulary score on the photos of one library, with one model.

    Attributes:
        shares: float64 (n,), falling: shares of all pairs of a word and a photo.
        scores: float32 (n,), rising: the score that each share of pairs exceeds.
    """

    shares: NDArray[np.float64]
    scores: NDArray[np.float32]

    @classmethod
    def of(cls, scores: NDArray[np.float32]) -> "Calibration":
        """From the standardised scores of words on photos, any shape, at least one."""
        # Evenly on a logarithmic scale: what matters lies in the tail.
        shares = np.geomspace(1.0, 1.0 / max(scores.size, 2), _QUANTILES)
        return cls(shares, np.quantile(scores.ravel(), 1.0 - shares).astype(np.float32))

    def exceeded_by(self, share: float) -> float:
        """The score that this share of all pairs exceeds; beyond what was seen, extrapolated."""
        last = float(self.shares[-1])
        if share >= last:
            at = np.interp(-np.log(share), -np.log(self.shares), self.scores)
            return float(at)
        # The tail is exponential, as it is over the last tenth of what was seen.
        before = float(np.interp(-np.log(10 * last), -np.log(self.shares), self.scores))
        tenfold = float(self.scores[-1]) - before
        return float(self.scores[-1]) + tenfold * math.log10(last / share)

    @property
    def strong(self) -> float:
        return self.exceeded_by(_STRONG_SHARE)

    @property
    def likely(self) -> float:
        return self.exceeded_by(_LIKELY_SHARE)

    def present(self, photos: int) -> float:
        """What the mean of the best three scores must reach among so many photos."""
        share: float = _PRESENT_SHARE * (max(photos, 1) / _PRESENT_PHOTOS) ** _PRESENT_POWER
        return self.exceeded_by(min(share, _LIKELY_SHARE))

    def bands(self, scores: NDArray[np.float32], curve: Curve | None = None) -> NDArray[np.int8]:
        """The band of each photo as an index into `BANDS`; all weak where nothing fits.

        Args:
            scores: the standardised scores of one query on all photos in scope, (n,).
            curve: how sure they make one of it, where that was measured.
        """
        if not len(scores):
            return np.empty(0, np.int8)
        best = scores[largest(scores, _BEST)]
        alone = self.exceeded_by(min(_BEST_ALONE_SHARE / len(scores), _LIKELY_SHARE))
        if curve is None:
            present, likely, strong = self.present(len(scores)), self.likely, self.strong
        else:
            present, likely, strong = (
                score_at(curve, p) for p in (_PRESENT_AT, _LIKELY_AT, _STRONG_AT)
            )
        if best.mean() >= present or best.max() >= max(alone, present):
            return _bands(scores, likely, strong)
        return np.full(len(scores), WEAK)


@dataclass(frozen=True)
class Likeness:
    """How alike photos of a library must be to tell a picture's results apart.

    Likeness is the cosine of two embeddings from which the library's mean was taken.

    Attributes:
        strong: above it photos show the same in the same way, such as copies, crops and bursts.
        likely: above it about half show the same kind of scene.
    """

    strong: float
    likely: float

    @classmethod
    def of(cls, photos: NDArray[np.float32]) -> "Likeness":
        """From the library's own photos, centred and of length 1: float32 (m, d)."""
        paired = photos[:: max(1, len(photos) // _PAIRED)]
        first, second = np.triu_indices(len(paired), 1)
        cosines = (paired @ paired.T)[first, second]
        if not len(cosines):
            return cls(_ALIKE_STRONG[1], _ALIKE_LIKELY[1])
        shares = [1 - _ALIKE_STRONG_SHARE, 1 - _ALIKE_LIKELY_SHARE]
        strong, likely = np.quantile(cosines, shares)
        return cls(float(np.clip(strong, *_ALIKE_STRONG)), float(np.clip(likely, *_ALIKE_LIKELY)))

    def bands(self, cosines: NDArray[np.float32]) -> NDArray[np.int8]:
        """The band of each photo by its likeness to what was asked for, as `Calibration.bands`."""
        return _bands(cosines, self.likely, self.strong)


def _bands(scores: NDArray[np.float32], likely: float, strong: float) -> NDArray[np.int8]:
    # Each bound that is reached is a band less.
    bands = WEAK - (scores >= likely).view(np.int8)
    bands -= ((scores >= strong) & (scores >= likely)).view(np.int8)
    return bands


def sampled(count: int) -> NDArray[np.int64]:
    """Which of `count` photos to calibrate on: all, or 2,000 spread over them; int64 (m,)."""
    return np.unique(np.linspace(0, count - 1, min(count, _SAMPLE)).astype(np.int64))
