"""How good embeddings are: recall@k between photos and captions, zero-shot accuracy over labels.

Pure NumPy over L2-normalised embeddings. The lists these figures start from are read by
`photoclip.clip.pairs`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Embeddings = npt.NDArray[np.floating]
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


def text_to_image(
    images: Embeddings, texts: Embeddings, image_of_text: npt.NDArray[np.integer]
) -> Recall:
    """For each caption, the rank of its own photo among all photos.

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
    return _recall(ranks)


def image_to_text(
    images: Embeddings, texts: Embeddings, image_of_text: npt.NDArray[np.integer]
) -> Recall:
    """For each photo that has captions, the best rank among all captions of one of its own.

    Arguments as in `text_to_image`.
    """
    _check(images, texts, image_of_text)
    captioned = np.unique(image_of_text)
    ranks = np.empty(len(captioned), np.int64)
    for start in range(0, len(captioned), _BLOCK):
        rows = captioned[start : start + _BLOCK]
        scores = images[rows] @ texts.T
        own = image_of_text == rows[:, None]
        ranks[start : start + _BLOCK] = _ranks(scores, own)
    return _recall(ranks)


def zero_shot(
    images: Embeddings, prototypes: Embeddings, labels: npt.NDArray[np.integer]
) -> Accuracy:
    """Accuracy of naming each photo after the nearest class prototypes.

    Args:
        images: (n, d), L2-normalised.
        prototypes: (c, d), L2-normalised, the text embedding of each class.
        labels: (n,), the row in `prototypes` of each photo's class.
    """
    _check(prototypes, images, labels)
    ranks = _ranks(images @ prototypes.T, np.arange(len(prototypes)) == labels[:, None])
    return Accuracy(top_1=float(np.mean(ranks < 1)), top_5=float(np.mean(ranks < 5)))


def image_rows(images: Sequence[str], image_of_text: Sequence[str]) -> npt.NDArray[np.int64]:
    """The rows in `images` of the names in `image_of_text`, int64 (m,).

    Raises:
        KeyError: a name is not among the images.
    """
    rows = {name: row for row, name in enumerate(images)}
    return np.array([rows[name] for name in image_of_text], np.int64)


def _ranks(
    scores: npt.NDArray[np.floating], right: npt.NDArray[np.bool_]
) -> npt.NDArray[np.integer]:
    """How many wrong answers are at least as good as the best right one, for each row.

    A tie counts against a model: one that gives everything the same score would look perfect
    otherwise. So does NaN.
    """
    best = np.where(right, scores, -np.inf).max(axis=1, keepdims=True)
    ranks: npt.NDArray[np.integer] = np.sum(~(scores < best) & ~right, axis=1)
    return ranks


def _recall(ranks: npt.NDArray[np.integer]) -> Recall:
    return Recall(*(float(np.mean(ranks < k)) for k in (1, 5, 10)))


def _check(targets: Embeddings, queries: Embeddings, rows: npt.NDArray[np.integer]) -> None:
    if len(queries) != len(rows) or not len(rows):
        raise ValueError("there must be one row number for each query, and at least one query")
    if int(rows.min()) < 0 or int(rows.max()) >= len(targets):
        raise ValueError("a row number lies outside the embeddings it points to")
