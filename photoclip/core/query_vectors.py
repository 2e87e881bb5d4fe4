"""From the parts of a query to directions among embeddings, and how to score photos on them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.background import Background
from photoclip.clip.zeroshot import fill
from photoclip.core.query import Feedback, Part, Query, Words
from photoclip.core.vocabulary import Vocabulary

# A single word alone is a poor description of a photo; a sentence needs no frame. Flickr8k's nouns,
# starter: mean average precision .475 from the bare word, .476 framed; what is not there is told
# from what is with an area under the curve of .942 and .965.
_TEMPLATES: Final = ("a photo of a {}.", "a close-up of a {}.")
_FEW_WORDS: Final = 2
_EMPTY_WORDS: Final = frozenset(
    "a an the of in on at is are with to and or by for from my our".split()
)
_HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
# Rocchio's weights for what was found right and wrong, beside 1 for the query (Manning et al. 2008,
# Introduction to Information Retrieval, section 9.1.1).
_LIKED, _DISLIKED = 0.75, -0.25
# In so small a library half of what the photos share is taken off pictures.
_FEW_PHOTOS: Final = 20


@dataclass(frozen=True, eq=False)
class Asked:
    """One part of a query as a direction.

    Attributes:
        part: what it is of; the first Feedback stands for all of its kind.
        direction: float32 (d,), of length 1.
        weight: what its score counts.
        share: how much of its score is counted in the spread of words on each photo; the rest in
            the spread of its own scores over the library.
    """

    part: Part | Feedback
    direction: NDArray[np.float32]
    weight: float
    share: float

    @property
    def is_picture(self) -> bool:
        return not isinstance(self.part, Words)


class QueryVectors:
    """Makes directions of queries.

    Args:
        vocabulary: what words are names of terms, in any language.
        embed: texts to float32 (n, d), each of length 1.
        picture: the embedding of a picture by its source, see `Picture`, or None while there is
            none; raises PhotoClipError where the picture cannot be read.
        background: of the same model.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        embed: Callable[[Sequence[str]], NDArray[np.float32]],
        picture: Callable[[str], NDArray[np.float32] | None],
        background: Background,
    ) -> None:
        self._vocabulary = vocabulary
        self._embed = embed
        self._picture = picture
        self._background = background

    def of(self, query: Query, centre: NDArray[np.float32]) -> list[Asked]:
        """The parts of a query as directions; a picture that has no embedding yet is left out.

        Args:
            centre: the mean of the library's vectors, float32 (d,): what all photos share says
                nothing about which of them are alike.
        """
        asked: list[Asked] = []
        for part in query.parts:
            if isinstance(part, Words):
                asked.append(self._words(part))
            elif (vector := self._picture(part.source)) is not None:
                asked.append(Asked(part, _unit(vector - centre), part.weight, 0.0))
        for liked, weight in ((True, _LIKED), (False, _DISLIKED)):
            given = [item for item in query.feedback if item.liked is liked]
            found = [self._picture(item.content_hash) for item in given]
            vectors = [_unit(vector - centre) for vector in found if vector is not None]
            if vectors:
                direction = _unit(np.mean(vectors, axis=0))
                asked.append(Asked(given[0], direction, weight, 0.0))
        return asked

    def _words(self, part: Words) -> Asked:
        count = _words(part.text)
        texts = [part.text]
        term = self._vocabulary.find(part.text)
        if term is not None:
            # Asked as the vocabulary asks it: "a crane, the bird", and in English for a model that
            # may not know Chinese.
            count = 1
            texts = [question for template in _TEMPLATES for question in term.questions(template)]
        elif count <= _FEW_WORDS and not _HAN.search(part.text):
            texts = [fill(template, part.text) for template in _TEMPLATES]
        mean = _unit(self._embed(texts).mean(axis=0))
        # What words have in common is much of a single one and little of a sentence. On captions of
        # Flickr8k cut to so many words, all, .44, .25, .11 and .06 of it for 2, 3, 4, 6 and 8 words
        # find the photo as well as any share does.
        share = min(1.0, (_FEW_WORDS / count) ** 2)
        direction = self._background.directions(mean[None], share)[0]
        return Asked(part, direction, part.weight, share)


@dataclass(frozen=True, eq=False)
class Scores:
    """How relevant n photos are to the k parts of a query.

    Attributes:
        parts: float32 (n, k), in standard deviations of what is usual.
        total: float32 (n,), the same of all parts together.
        likeness: float32 (n,), the cosine to the pictures asked for, see `relevance.Likeness`; None
            where words were asked for too.
    """

    parts: NDArray[np.float32]
    total: NDArray[np.float32]
    likeness: NDArray[np.float32] | None = None

    @classmethod
    def of(cls, asked: Sequence[Asked], count: int) -> "Scores":
        """Room for those of so many photos, to be `put`."""
        return cls(
            # Part by part, as they are reckoned.
            np.empty((len(asked), count), np.float32).T,
            np.empty(count, np.float32),
            np.empty(count, np.float32) if _are_pictures(asked) else None,
        )

    def put(self, at: NDArray[np.int64] | slice, scores: "Scores") -> None:
        """Replace those of some of the photos, (m,), by others for the same query."""
        self.parts[at], self.total[at] = scores.parts, scores.total
        if self.likeness is not None:
            self.likeness[at] = scores.likeness


def centre_of(sample: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the photos of a library share, float32 (d,): the mean of a sample (m, d).

    Of few photos it is a part of that: what two photos share may be all that they show.
    """
    shared: NDArray[np.float32] = sample.sum(axis=0) / np.float32(len(sample) + _FEW_PHOTOS)
    return shared


def directions_of(asked: Sequence[Asked], centre: NDArray[np.float32]) -> NDArray[np.float32]:
    """On which photos have to be scored for `combined`; float32 (k or k + 1, d)."""
    # Taken off both, what all photos share does not count as likeness; a photo's vector without
    # it has another length.
    pictures = [centre] if any(one.is_picture for one in asked) else []
    return np.array([*(one.direction for one in asked), *pictures], np.float32)


@dataclass(frozen=True, eq=False)
class Standard:
    """By what the scores of a query's parts are standardised.

    Attributes:
        centre: of the library's vectors, float32 (d,), see `centre_of`.
        mean: of the k parts' cosines over the library, float32 (k,). deviation: likewise.
        likeness: mean and deviation of all parts together, as `Scores.likeness` has them.
    """

    centre: NDArray[np.float32]
    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]
    likeness: tuple[np.float32, np.float32]

    @classmethod
    def of(cls, asked: Sequence[Asked], sample: NDArray[np.float32]) -> "Standard":
        """Over some vectors of the library, (m, d)."""
        centre = centre_of(sample)
        # No product of matrices, after which BLAS keeps a thread awake for what does not come,
        # while the whole library is multiplied.
        scores = np.einsum("md,kd->mk", sample, directions_of(asked, centre))
        cosines = _cosines(asked, scores, centre)
        weights, length = _together(asked)
        likeness = _weighted(cosines, weights / length)
        return cls(
            centre,
            cosines.mean(axis=0),
            # A library of one photo has no spread; its scores then count as usual.
            np.maximum(cosines.std(axis=0), np.float32(1e-3)),
            (likeness.mean(), np.maximum(likeness.std(), np.float32(1e-3))),
        )


def combined(
    asked: Sequence[Asked],
    scores: NDArray[np.float32],
    spread: NDArray[np.float32],
    standard: Standard,
) -> Scores:
    """How relevant photos are, altogether and by each part.

    Args:
        asked: k parts, at least one.
        scores: of n photos on their `directions_of`, (n, k or k + 1).
        spread: of words on each of the photos, (n,).
    """
    cosines = _cosines(asked, scores, standard.centre)
    shares = np.array([one.share for one in asked], np.float32)
    weights, together = _together(asked)
    own = (1 - shares) / standard.deviation
    parts = cosines * own
    parts -= standard.mean * own
    if shares.any():
        parts += cosines * shares / spread[:, None]
    if not _are_pictures(asked):
        # What is not wanted counts against a photo where it is there, never for it where it is not.
        unwanted = (weights < 0) & np.array([not isinstance(a.part, Feedback) for a in asked])
        counted = np.where(unwanted, np.maximum(parts, 0), parts) if unwanted.any() else parts
        wanted = weights[weights > 0]
        length = float(np.linalg.norm(wanted)) if len(wanted) else 1.0
        return Scores(parts, _weighted(counted, weights / np.float32(length)))
    likeness = _weighted(cosines, weights / together)
    mean, deviation = standard.likeness
    return Scores(parts, (likeness - mean) / deviation, likeness)


def _weighted(scores: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """The sum of the columns, (n, k) to (n,): of so few BLAS makes the work of many."""
    weighted: NDArray[np.float32] = np.einsum("nk,k->n", scores, weights)
    return weighted


def _together(asked: Sequence[Asked]) -> tuple[NDArray[np.float32], np.float32]:
    """The weights, (k,), and the length of the weighted sum: pictures alone are one picture, the
    sum of them, as Rocchio has it."""
    weights = np.array([one.weight for one in asked], np.float32)
    total = weights @ np.array([one.direction for one in asked])
    return weights, np.maximum(np.linalg.norm(total), np.float32(1e-6))


def _are_pictures(asked: Sequence[Asked]) -> bool:
    """Whether nothing but pictures is asked for, which are then one."""
    return all(one.is_picture for one in asked) and max(one.weight for one in asked) > 0


def _cosines(
    asked: Sequence[Asked], scores: NDArray[np.float32], centre: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The scores of photos on each part; on a picture as if their vectors were centred too."""
    pictures = [i for i, one in enumerate(asked) if one.is_picture]
    cosines = scores[:, : len(asked)].astype(np.float32)
    if pictures:
        square = float(centre @ centre)
        lengths = np.sqrt(np.maximum(1 - 2 * scores[:, -1] + square, 1e-6))
        for i in pictures:
            cosines[:, i] -= asked[i].direction @ centre
            cosines[:, i] /= lengths
    return cosines


def _words(text: str) -> int:
    """How many words say something; Chinese ones have about two characters."""
    han = len(_HAN.findall(text))
    others = [word for word in _HAN.sub(" ", text).lower().split() if word not in _EMPTY_WORDS]
    return max(1, len(others) + (han + 1) // 2)


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = (vector / max(float(np.linalg.norm(vector)), 1e-6)).astype(
        np.float32
    )
    return unit
