"""How good embeddings are: recall@k, zero-shot accuracy, average precision, preferences.

Pure NumPy over L2-normalised embeddings. The lists these figures start from are read by
`photoclip.clip.pairs`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Embeddings = npt.NDArray[np.floating]
Ranks = npt.NDArray[np.integer]  # 0 for the first
_BLOCK = 1024  # rows of similarities held at once


@dataclass(frozen=True)
class Recall:
    """Shares in 0..1 of the queries whose right answer is among the first k."""

    at_1: float
    at_5: float
    at_10: float


@dataclass(frozen=True)
class Accuracy:
    """Shares in 0..1 of the photos whose label is the first, or among the first five."""

    top_1: float
    top_5: float


@dataclass(frozen=True)
class Preference:
    """Shares in 0..1 of what scores above its alternatives.

    Attributes:
        pairwise: the mean, over all things, of the share of its own alternatives that each beats;
            0.5 is chance.
        over_all: the share of the things that beat all of their alternatives.
    """

    pairwise: float
    over_all: float


def text_to_image(
    images: Embeddings, texts: Embeddings, image_of_text: npt.NDArray[np.integer]
) -> Recall:
    """Recall of each caption's own photo; arguments as in `image_ranks`."""
    return recall(image_ranks(images, texts, image_of_text))


def image_to_text(
    images: Embeddings, texts: Embeddings, image_of_text: npt.NDArray[np.integer]
) -> Recall:
    """Recall of one of each photo's own captions; arguments as in `image_ranks`."""
    return recall(caption_ranks(images, texts, image_of_text))


def image_ranks(
    images: Embeddings, texts: Embeddings, image_of_text: npt.NDArray[np.integer]
) -> Ranks:
    """For each caption, the rank of its own photo among all photos, (m,).

    Args:
        images: (n, d), L2-normalised.
        texts: (m, d), L2-normalised.
        image_of_text: (m,), the row in `images` of each caption's photo.
    """
    _check(images, texts, image_of_text)
    ranks = np.empty(len(texts), np.int64)
    for start in range(0, len(texts), _BLOCK):
        rows = slice(start, start + _BLOCK)
        scores = texts[rows] @ images.T
        own = image_of_text[rows]
        ranks[rows] = _ranks(scores, np.arange(len(images)) == own[:, None])
    return ranks


def caption_ranks(
    images: Embeddings, texts: Embeddings, image_of_text: npt.NDArray[np.integer]
) -> Ranks:
    """For each photo that has captions, the best rank among all captions of one of its own.

    Arguments as in `image_ranks`.
    """
    _check(images, texts, image_of_text)
    captioned = np.unique(image_of_text)
    ranks = np.empty(len(captioned), np.int64)
    for start in range(0, len(captioned), _BLOCK):
        rows = captioned[start : start + _BLOCK]
        scores = images[rows] @ texts.T
        own = image_of_text == rows[:, None]
        ranks[start : start + _BLOCK] = _ranks(scores, own)
    return ranks


def recall(ranks: Ranks) -> Recall:
    """Recall of queries whose right answers have these ranks."""
    return Recall(*(float(np.mean(ranks < k)) for k in (1, 5, 10)))


def median_rank(ranks: Ranks) -> float:
    """The median of the ranks counted from 1, as papers do."""
    return float(np.median(ranks)) + 1


def zero_shot(
    images: Embeddings, prototypes: Embeddings, labels: npt.NDArray[np.integer]
) -> Accuracy:
    """Accuracy of naming each photo after the nearest class; arguments as in `class_ranks`."""
    ranks = class_ranks(images, prototypes, labels)
    return Accuracy(top_1=float(np.mean(ranks < 1)), top_5=float(np.mean(ranks < 5)))


def class_ranks(
    images: Embeddings, prototypes: Embeddings, labels: npt.NDArray[np.integer]
) -> Ranks:
    """For each photo, the rank of its own class among all classes, (n,).

    Args:
        images: (n, d), L2-normalised.
        prototypes: (c, d), L2-normalised, the text embedding of each class.
        labels: (n,), the row in `prototypes` of each photo's class.
    """
    _check(prototypes, images, labels)
    return _ranks(images @ prototypes.T, np.arange(len(prototypes)) == labels[:, None])


def class_accuracy(
    ranks: Ranks, labels: npt.NDArray[np.integer], classes: int
) -> npt.NDArray[np.float64]:
    """The share of the photos of each class that are named rightly, (c,); NaN without photos."""
    photos = np.bincount(labels, minlength=classes)
    right = np.bincount(labels[ranks == 0], minlength=classes)
    shares = np.full(classes, np.nan)
    np.divide(right, photos, out=shares, where=photos > 0)
    return shares


def average_precision(
    scores: npt.NDArray[np.floating], relevant: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """For each class, how well its scores put the photos that show it before all others.

    The sum, over the distinct scores from the highest down, of the precision among all photos with
    at least this score times the recall gained by it: photos with equal scores count together, so
    that their order in the list means nothing. (The definition of scikit-learn's
    `average_precision_score`.) NaN counts as the lowest score.

    Args:
        scores: (n, c), of each photo for each class.
        relevant: (n, c), whether the photo shows the class.

    Returns:
        float64 (c,), in 0..1; NaN for a class that no photo shows.
    """
    found = np.full(scores.shape[1], np.nan)
    for column in range(scores.shape[1]):
        own = np.nan_to_num(scores[:, column].astype(np.float64), nan=-np.inf)
        order = np.argsort(-own, kind="stable")
        right = np.cumsum(relevant[order, column])
        if not len(right) or not right[-1]:
            continue
        # The last of each run of equal scores.
        ends = np.append(np.flatnonzero(own[order][1:] != own[order][:-1]), len(own) - 1)
        precision = right[ends] / (ends + 1)
        gained = np.diff(right[ends], prepend=0) / right[-1]
        found[column] = float(precision @ gained)
    return found


def preference(
    own: npt.NDArray[np.floating],
    others: npt.NDArray[np.floating],
    thing_of_other: npt.NDArray[np.integer],
) -> Preference:
    """How often things score above their alternatives; a tie, or NaN, is none.

    Args:
        own: (m,), the score of each thing.
        others: (p,), the scores of the alternatives.
        thing_of_other: (p,), the row in `own` of what each is an alternative to; every row occurs.
    """
    beaten = others < own[thing_of_other]
    alternatives = np.bincount(thing_of_other, minlength=len(own))
    if not len(own) or not alternatives.all():
        raise ValueError("there must be things, and an alternative to each")
    shares = np.bincount(thing_of_other, weights=beaten, minlength=len(own)) / alternatives
    return Preference(pairwise=float(shares.mean()), over_all=float(np.mean(shares == 1)))


def image_rows(images: Sequence[str], image_of_text: Sequence[str]) -> npt.NDArray[np.int64]:
    """The rows in `images` of the names in `image_of_text`, int64 (m,).

    Raises:
        KeyError: a name is not among the images.
    """
    rows = {name: row for row, name in enumerate(images)}
    return np.array([rows[name] for name in image_of_text], np.int64)


def _ranks(scores: npt.NDArray[np.floating], right: npt.NDArray[np.bool_]) -> Ranks:
    """How many wrong answers are at least as good as the best right one, for each row.

    A tie counts against a model: one that gives everything the same score would look perfect
    otherwise. So does NaN.
    """
    best = np.where(right, scores, -np.inf).max(axis=1, keepdims=True)
    ranks: Ranks = np.sum(~(scores < best) & ~right, axis=1)
    return ranks


def _check(targets: Embeddings, queries: Embeddings, rows: npt.NDArray[np.integer]) -> None:
    if len(queries) != len(rows) or not len(rows):
        raise ValueError("there must be one row number for each query, and at least one query")
    if int(rows.min()) < 0 or int(rows.max()) >= len(targets):
        raise ValueError("a row number lies outside the embeddings it points to")
