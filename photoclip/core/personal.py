"""Personal tags: from a few examples of anything, how probably each other photo shows it too.

Three things are put together, each as a logistic model with a Gaussian prior, so that little
evidence moves them little:

1. a direction from the examples: the linear discriminant against the library as a whole, whose
   covariance is shrunk to the identity;
2. how much that direction counts beside the tag's name, since "dog" says much and "Minka" nothing:
   learned from examples left out, against the library, which is weakly negative as a photo of it
   is seldom the thing (learning from positive and unlabelled examples, Elkan and Noto 2008);
3. how sure the combined score makes: an example left out lies where others of its kind will.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.background import Background
from photoclip.errors import PhotoClipError

LEAST_EXAMPLES = 3
# From here on a photo is worth suggesting it for.
LEAST_PROBABILITY = 0.5

# Where these come from: nouns of Flickr8k's captions and made-up tight groups, 3 to 20 examples of
# each, starter (tests/benchmarks/personal.py).
_SHRINKAGE = 5.0  # of the mean variance, added to each direction's
# Counterexamples count with half the weight of examples, when there are many of them.
_AGAINST, _FEW_AGAINST = 0.5, 10.0
_PRIOR_WEIGHTS, _WEIGHT_DEVIATIONS = (0.5, 1.0), (1.0, 1.5)  # of examples and name
# Log odds = ((A + B·m)·z - B·m²/2) / v + C·u + D for a photo's score z in standard deviations over
# the library, the examples' mean m, variance v and mean log share of photos above them, u.
_A, _B, _C, _D = 0.7, 0.3, 1.25, 0.5
# What m and u are before anything is known, and for how many examples that counts. Examples that
# lie close together tell more, as one cat's photos do, however large a share of the library they
# are; v is 1 for any others.
_USUAL_SCORE, _USUAL_SHARE, _USUAL_COUNT = 2.5, 0.02, 3
_USUAL_VARIANCE, _VARIANCE_COUNT = 1.0, 4
# Photos of nothing in common ("to print") lie around the library's mean. By as many standard errors
# as examples stay below this above it, the odds fall.
_COMMON = 2.0
# Standard deviations of the slope and the intercept that counterexamples may still change, and
# what an example counts beside one: they were chosen as examples, not met at random.
_CURVE_DEVIATIONS, _EXAMPLE_WEIGHT = (0.4, 1.0), 0.3
_LEAST_SLOPE = 0.05
# A library of one photo has no spread.
_LEAST_DEVIATION = 1e-3
# Photos of the library that are learned from.
SAMPLE = 4_000
# More examples left out would not say more.
_MOST_LEFT_OUT = 100


@dataclass(frozen=True, eq=False)
class Name:
    """What a tag's name says of photos.

    Attributes:
        direction: of the name as a text, float32 (d,), as `Background.directions` gives it.
        background: of the same model.
    """

    direction: NDArray[np.float32]
    background: Background

    def scores(
        self, photos: NDArray[np.float32], spread: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """Standardised scores of photos (n, d), float32 (n,)."""
        spread = self.background.spread(photos) if spread is None else spread
        scores: NDArray[np.float32] = (photos @ self.direction) / spread
        return scores


@dataclass(frozen=True, eq=False)
class PersonalTag:
    """What was learned: log odds = intercept + `seen` · unit(photo - `centre`) + `named` score.

    Attributes:
        centre: the mean of the library's vectors, (d,).
        seen: the direction learned from examples, (d,).
        name: the tag's name, if it was given.
        name_weight: what its score counts; 0 where it does not help.
        intercept: of the log odds.
    """

    centre: NDArray[np.float32]
    seen: NDArray[np.float32]
    name: Name | None
    name_weight: float
    intercept: float

    @property
    def directions(self) -> NDArray[np.float32]:
        """What photos are multiplied with for `log_odds`; float32 (2 or 3, d)."""
        named = [] if self._name is None else [self._name.direction]
        return np.stack([self.seen, self.centre, *named])

    def log_odds(
        self, products: NDArray[np.float32], spread: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """The log odds that each photo shows it, float64 (n,).

        Args:
            products: of n photos with the `directions`, (n, 2 or 3).
            spread: `Background.spread` of them, (n,).
        """
        along, common = products[:, :2].T.astype(np.float64)
        # |x - c|² of a unit x needs no copy of all photos.
        lengths = np.sqrt(np.maximum(1 - 2 * common + self.centre @ self.centre, 1e-6))
        odds = self.intercept + (along - float(self.centre @ self.seen)) / lengths
        if self._name is not None:
            odds = odds + self.name_weight * products[:, 2] / spread
        result: NDArray[np.float64] = odds
        return result

    def probabilities(
        self, photos: NDArray[np.float32], spread: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """How probably each photo shows it, float32 (n,); see `LEAST_PROBABILITY`.

        Args:
            photos: float32 (n, d), each of length 1.
            spread: `Background.spread` of them, where it is known already.
        """
        if spread is None:
            name = self._name
            spread = np.ones(1, np.float32) if name is None else name.background.spread(photos)
        return self.probabilities_by(photos @ self.directions.T, spread)

    def probabilities_by(
        self, products: NDArray[np.float32], spread: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """The same of what `log_odds` takes."""
        return _logistic(self.log_odds(products, spread)).astype(np.float32)

    @property
    def _name(self) -> Name | None:
        """The name where it counts."""
        return self.name if self.name_weight else None

    def to_bytes(self) -> bytes:
        """As it is stored, its name's background left out."""
        name = self.name.direction if self.name is not None else np.zeros_like(self.seen)
        numbers = np.array([self.intercept, self.name_weight], np.float32)
        return np.concatenate([numbers, self.centre, self.seen, name]).astype("<f4").tobytes()

    @classmethod
    def from_bytes(cls, stored: bytes, background: Background) -> "PersonalTag":
        """What `to_bytes` gave, of the same model; it has a name, if with a weight of 0."""
        numbers = np.frombuffer(stored, "<f4").astype(np.float32)
        centre, seen, name = numbers[2:].reshape(3, -1)
        intercept, weight = numbers[:2].tolist()
        return cls(centre, seen, Name(name, background), weight, intercept)


def learn(
    library: NDArray[np.float32],
    examples: NDArray[np.float32],
    counterexamples: NDArray[np.float32] | None = None,
    name: Name | None = None,
) -> PersonalTag:
    """Learn a tag from examples.

    Args:
        library: vectors of the library, float32 (n, d), each of length 1; n at least 1. Of many,
            `SAMPLE` spread over them are used.
        examples: of what the tag means, (k, d).
        counterexamples: of what looks like it but is not, (c, d).
        name: what the tag is called; it counts as far as it fits the examples.

    Raises:
        PhotoClipError: there are fewer than three examples.
    """
    if len(examples) < LEAST_EXAMPLES:
        raise PhotoClipError(
            f"That is too little to learn from. Choose at least {LEAST_EXAMPLES} photos of it."
        )
    against = examples[:0] if counterexamples is None else counterexamples
    sample = library[spread_over(len(library), SAMPLE)]
    centre = sample.mean(axis=0)
    usual = _unit(sample - centre)
    offset = usual.mean(axis=0)
    usual -= offset
    shown, not_shown = (_unit(group - centre) - offset for group in (examples, against))
    shown_at, not_shown_at = (
        spread_over(len(group), _MOST_LEFT_OUT) for group in (shown, not_shown)
    )

    directions = _directions(usual, shown, not_shown, shown_at, not_shown_at)
    scores = usual @ directions
    mean, deviation = scores.mean(axis=0), np.maximum(scores.std(axis=0), _LEAST_DEVIATION)
    left_out = np.concatenate([shown[shown_at], not_shown[not_shown_at]])
    left_out_scores = np.einsum("ij,ji->i", left_out, directions[:, 1:])

    # Column by column what a photo is judged by: the examples, the name.
    by = [(scores[:, 0] - mean[0]) / deviation[0]]
    left_out_by = [(left_out_scores - mean[1:]) / deviation[1:]]
    name_mean, name_deviation = 0.0, 1.0
    if name is not None:
        named = name.scores(sample)
        name_mean, name_deviation = float(named.mean()), max(float(named.std()), _LEAST_DEVIATION)
        by.append((named - name_mean) / name_deviation)
        given = name.scores(np.concatenate([examples[shown_at], against[not_shown_at]]))
        left_out_by.append((given - name_mean) / name_deviation)
    columns, left_out_columns = np.column_stack(by), np.column_stack(left_out_by)
    weights = _weights(columns, left_out_columns[: len(shown_at)])

    total = columns @ weights
    scale, level = max(float(total.std()), _LEAST_DEVIATION), float(total.mean())
    standard = (total - level) / scale
    slope, intercept = _curve(standard, (left_out_columns @ weights - level) / scale, len(shown_at))

    seen = directions[:, 0] * (slope * weights[0] / scale / deviation[0])
    name_weight = slope * weights[1] / scale / name_deviation if name is not None else 0.0
    intercept -= slope * (level + weights[0] * mean[0] / deviation[0]) / scale
    return PersonalTag(
        centre=centre,
        seen=seen.astype(np.float32),
        name=name,
        name_weight=float(name_weight),
        intercept=float(intercept - offset @ seen - name_weight * name_mean),
    )


def _directions(
    usual: NDArray[np.float32],
    shown: NDArray[np.float32],
    not_shown: NDArray[np.float32],
    shown_at: NDArray[np.int64],
    not_shown_at: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Discriminants (d, 1 + k + c): from all examples, then with each of some left out."""
    total, total_against = shown.sum(axis=0), not_shown.sum(axis=0)
    k, c = len(shown), len(not_shown)

    def against(rest: NDArray[np.float32], count: int) -> NDArray[np.float32]:
        return np.float32(_AGAINST / (count + _FEW_AGAINST)) * rest

    differences = np.concatenate(
        [
            (total / k - against(total_against, c))[None],
            (total - shown[shown_at]) / (k - 1) - against(total_against, c),
            total / k - against(total_against - not_shown[not_shown_at], c - 1),
        ]
    ).astype(np.float64)
    covariance = (usual.T @ usual).astype(np.float64) / len(usual)
    shrinkage = _SHRINKAGE * max(float(np.trace(covariance)) / len(covariance), 1e-5)
    solved = np.linalg.solve(covariance + shrinkage * np.eye(len(covariance)), differences.T)
    return solved.astype(np.float64)


def _weights(usual: NDArray[np.float64], shown: NDArray[np.float64]) -> NDArray[np.float64]:
    """What examples and name count, so that they best tell examples left out from the library."""
    count = usual.shape[1]
    columns = np.concatenate([shown, usual])
    labels = np.concatenate([np.ones(len(shown)), np.zeros(len(usual))])
    # The library counts as much as the examples, however many photos it has.
    counts = np.concatenate([np.ones(len(shown)), np.full(len(usual), len(shown) / len(usual))])
    fitted = fit_logistic(
        np.column_stack([columns, np.ones(len(columns))]),
        labels,
        counts,
        np.array([*_PRIOR_WEIGHTS[:count], 0.0]),
        np.array([*_WEIGHT_DEVIATIONS[:count], 100.0]),
    )
    # A name cannot speak against itself: at worst it says nothing.
    weights: NDArray[np.float64] = np.maximum(fitted[:count], [_LEAST_SLOPE, 0.0][:count])
    return weights


def _curve(
    usual: NDArray[np.float64], left_out: NDArray[np.float64], shown: int
) -> tuple[float, float]:
    """Slope and intercept of the log odds over standard scores.

    Args:
        usual: of the library.
        left_out: of examples left out, the first `shown`, and of counterexamples left out.
    """
    scores = left_out[:shown]
    above = len(usual) - np.searchsorted(np.sort(usual), scores)
    known = len(scores) + _USUAL_COUNT
    m = (scores.sum() + _USUAL_COUNT * _USUAL_SCORE) / known
    shares = np.log((above + 0.5) / len(usual))
    u = (shares.sum() + _USUAL_COUNT * np.log(_USUAL_SHARE)) / known
    squares = float(((scores - scores.mean()) ** 2).sum()) + _VARIANCE_COUNT * _USUAL_VARIANCE
    v = min(_USUAL_VARIANCE, squares / (len(scores) - 1 + _VARIANCE_COUNT))
    common = float(scores.mean()) * len(scores) ** 0.5
    doubt = max(0.0, _COMMON - common)
    curve = np.array([(_A + _B * m) / v, _C * u + _D - _B * m * m / 2 / v - doubt])
    if len(left_out) > shown:
        labels = (np.arange(len(left_out)) < shown).astype(np.float64)
        curve = fit_logistic(
            np.column_stack([left_out, np.ones(len(left_out))]),
            labels,
            np.where(labels == 1, _EXAMPLE_WEIGHT, 1.0),
            curve,
            np.array(_CURVE_DEVIATIONS),
        )
    return max(float(curve[0]), _LEAST_SLOPE), float(curve[1])


def fit_logistic(
    columns: NDArray[np.float64],
    labels: NDArray[np.float64],
    counts: NDArray[np.float64],
    mean: NDArray[np.float64],
    deviation: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The most probable coefficients of a logistic regression, by Newton's method.

    Args:
        columns: (n, p).
        labels: (n,) of 0 and 1.
        counts: (n,), how much each row counts.
        mean, deviation: of the coefficients' independent Gaussian priors, (p,).

    Returns:
        float64 (p,); the gradient there is zero.
    """
    precision = deviation**-2.0
    fitted: NDArray[np.float64] = mean.astype(np.float64)
    for _ in range(50):
        p = _logistic(columns @ fitted)
        gradient = columns.T @ (counts * (p - labels)) + precision * (fitted - mean)
        hessian = (columns * (counts * p * (1 - p))[:, None]).T @ columns + np.diag(precision)
        step = np.linalg.solve(hessian, gradient)
        # Far from the optimum a full step may overshoot.
        step /= max(1.0, float(np.abs(step).max()))
        fitted -= step
        if np.abs(step).max() < 1e-9:
            break
    return fitted


def spread_over(count: int, most: int) -> NDArray[np.int64]:
    """All of `count` rows, or so many of them at even distances; int64 (n,)."""
    if count == 0:
        return np.zeros(0, np.int64)
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64))


def _logistic(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    value: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(odds, -60, 60)))
    return value


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float32] = (vectors / np.maximum(lengths, 1e-6)).astype(np.float32)
    return unit
