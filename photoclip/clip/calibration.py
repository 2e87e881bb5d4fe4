"""How sure a score makes us of a term: one logistic curve a term (Platt 1999).

A standardised score (`background`) says how far a photo stands out for a term, not how often that
is right: models know some words well and others hardly, and some things are everywhere. Where it is
known which photos show a term, its own curve is fitted, held to the curve of all terms by a
Gaussian prior, so that a term with few examples, or none, behaves like any other.

Such a curve also says how frequent the term is where it was measured, and people are in most photos
of one library and in few of another. So a frequent term counts as rare, until a library itself
shows that it is frequent there too (`Frequent`).
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# A slope and an intercept, see `Curves`.
Curve = tuple[float, float]

# The curve of a term of which nothing is known: fitted to all terms together, starter, captions of
# Flickr8k's training photos.
PRIOR: Curve = (1.0, -5.9)
# Standard deviations of the terms' own curves around it.
_SLOPE_DEVIATION, _INTERCEPT_DEVIATION = 0.4, 2.0
# A term cannot be the likelier the less a photo looks like it.
_LEAST_SLOPE = 0.1
RARE = 0.05
"""The share of photos that a frequent term is taken to be in before a library tells."""
# For how many photos that counts.
_BELIEVED = 100
# Below that the scores of those that show a term hardly differ from the others'.
_LEAST_DIFFERENCE = 0.2
_STEPS = 30
_CLOSE = 1e-6


@dataclass(frozen=True)
class Frequent:
    """What tells how frequent a term is among photos of which only its scores are known.

    Attributes:
        share: of the photos that it was measured on, those that show it: more than `RARE`.
        median: the score that half of those reach.
        above: the share of the others that reach it too.
    """

    share: float
    median: float
    above: float

    def share_of(self, scores: NDArray[np.float32]) -> float:
        """The share of these photos that show the term, no more than `share`.

        By the share of scores from the median on (T50 of Forman 2008, "Quantifying counts and
        costs via classification"): unlike the mean probability it does not rise where all photos
        look like the term a little. Few photos leave it near `RARE`.

        Args:
            scores: (n,).
        """
        reached = float((scores >= self.median).sum())
        expected = (reached - self.above * len(scores)) / (0.5 - self.above)
        likeliest = min(max(expected, 0.0), self.share * len(scores))
        return (likeliest + _BELIEVED * RARE) / (len(scores) + _BELIEVED)


@dataclass(frozen=True, eq=False)
class Curves:
    """The logistic curves of k terms: probability = 1 / (1 + exp(-(slope · score + intercept))).

    Attributes:
        slopes: float64 (k,), positive. intercepts: float64 (k,).
    """

    slopes: NDArray[np.float64]
    intercepts: NDArray[np.float64]

    @classmethod
    def of(cls, curves: Sequence[Curve]) -> "Curves":
        table = np.array(curves, np.float64).reshape(-1, 2)
        return cls(np.ascontiguousarray(table[:, 0]), np.ascontiguousarray(table[:, 1]))

    def probabilities(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """How probably each photo shows each term; float32 (n, k) from scores (n, k)."""
        probabilities: NDArray[np.float32] = _logistic(
            scores * self.slopes + self.intercepts
        ).astype(np.float32)
        return probabilities


def fit_curve(scores: NDArray[np.float32], shown: NDArray[np.bool_], prior: Curve = PRIOR) -> Curve:
    """The most probable curve of one term, by Newton's method.

    Args:
        scores: of photos of which it is known whether they show the term, (n,).
        shown: whether they do, (n,).
        prior: the curve before these were known.

    Returns:
        The curve; its slope stays positive.
    """
    x = np.column_stack([np.asarray(scores, np.float64), np.ones(len(scores))])
    expected = np.array(prior)
    precision = np.diag([_SLOPE_DEVIATION**-2, _INTERCEPT_DEVIATION**-2])
    curve = expected.copy()
    for _ in range(_STEPS):
        p = _logistic(x @ curve)
        gradient = x.T @ (p - shown) + precision @ (curve - expected)
        hessian = (x * (p * (1 - p))[:, None]).T @ x + precision
        step = np.linalg.solve(hessian, gradient)
        # Far from the optimum a full step may overshoot.
        step /= max(1.0, float(np.abs(step).max()) / 2)
        curve -= step
        if np.abs(step).max() < _CLOSE:
            break
    return max(float(curve[0]), _LEAST_SLOPE), float(curve[1])


def measure_frequent(scores: NDArray[np.float32], shown: NDArray[np.bool_]) -> Frequent | None:
    """What is to be known of a frequent term; None of others, and where scores hardly tell.

    Args:
        scores: of photos of which it is known whether they show the term, (n,).
        shown: whether they do, (n,).
    """
    share = float(shown.mean()) if len(shown) else 0.0
    if not RARE < share < 1:
        return None
    median = float(np.median(scores[shown]))
    above = float((scores[~shown] >= median).mean())
    return Frequent(share, median, above) if 0.5 - above >= _LEAST_DIFFERENCE else None


def as_frequent(curve: Curve, before: float, after: float) -> Curve:
    """The curve of a term that is found in another share of the photos; the slope stays.

    Args:
        before, after: the shares, above 0 and below 1 (Saerens et al. 2002, "Adjusting the outputs
            of a classifier to new a priori probabilities").
    """
    slope, intercept = curve
    return slope, intercept + _log_odds(after) - _log_odds(before)


def score_at(curve: Curve, probability: float) -> float:
    """The score at which a term is so probable."""
    slope, intercept = curve
    return (math.log(probability / (1 - probability)) - intercept) / slope


def read_curves(path: Path) -> tuple[dict[str, Curve], dict[str, Frequent]]:
    """The curves that stand in a file and what is known of frequent terms, both by term.

    None where it is missing or of another form; without those that no measuring gives.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        numbers = {term: tuple(map(float, entry)) for term, entry in entries.items()}
        curves = {term: (entry[0], entry[1]) for term, entry in numbers.items()}
        frequent = {term: Frequent(*entry[2:]) for term, entry in numbers.items() if entry[2:]}
    except (OSError, ValueError, TypeError, AttributeError, IndexError, OverflowError):
        return {}, {}
    sound = {term for term, entry in numbers.items() if np.isfinite(entry).all() and entry[0] > 0}
    return (
        {term: curve for term, curve in curves.items() if term in sound},
        {
            term: known
            for term, known in frequent.items()
            if term in sound and 0 < known.share < 1 and 0 <= known.above < 0.5
        },
    )


def write_curves(
    path: Path, curves: Mapping[str, Curve], frequent: Mapping[str, Frequent] | None = None
) -> None:
    """As `read_curves` reads them."""
    known = frequent or {}
    numbers = {
        term: (*curve, *(astuple(known[term]) if term in known else ()))
        for term, curve in curves.items()
    }
    lines = (
        f"{json.dumps(term)}: {json.dumps([round(number, 3) for number in entry])}"
        for term, entry in numbers.items()
    )
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _log_odds(share: float) -> float:
    return math.log(share / (1 - share))


def _logistic(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    value: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
    return value
