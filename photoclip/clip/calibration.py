"""How sure a score makes us of a term: one logistic curve a term (Platt 1999).

A standardised score (`background`) says how far a photo stands out for a term, not how often that
is right: models know some words well and others hardly, and some things are everywhere. Where it is
known which photos show a term, its own curve is fitted, held to the curve of all terms by a
Gaussian prior, so that a term with few examples, or none, behaves like any other.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
_STEPS = 30
_CLOSE = 1e-6


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


def score_at(curve: Curve, probability: float) -> float:
    """The score at which a term is so probable."""
    slope, intercept = curve
    return (math.log(probability / (1 - probability)) - intercept) / slope


def read_curves(path: Path) -> dict[str, Curve]:
    """The curves that stand in a file, by term; none where it is missing or of another form."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        curves = {term: (float(slope), float(at)) for term, (slope, at) in entries.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
    return {term: curve for term, curve in curves.items() if np.isfinite(curve).all()}


def write_curves(path: Path, curves: Mapping[str, Curve]) -> None:
    """As `read_curves` reads them."""
    rounded = {term: (round(slope, 3), round(at, 3)) for term, (slope, at) in curves.items()}
    lines = (f"{json.dumps(term)}: {json.dumps(curve)}" for term, curve in rounded.items())
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _logistic(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    value: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
    return value
