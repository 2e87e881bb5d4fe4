"""Reviewing tags: the most doubtful photos of each, and how often its suggestions were right."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.calibration import PRIOR, Curves
from photoclip.clip.encoder import Encoder
from photoclip.core.columns import column
from photoclip.core.edits import Edit
from photoclip.core.finding import Multiply, Products, products_read
from photoclip.core.learning import direction_of, learned_curves
from photoclip.core.library import Library
from photoclip.core.personal_tags import learned
from photoclip.core.tagging import LEAST_PROBABILITY
from photoclip.core.term_vectors import TermVectors

# Below it there is no doubt that is worth a question.
_LEAST_DOUBT = 0.1
# So probable a suggestion is none that a person need be asked about; the library counts the others
# (`suggested.doubtful`).
SURE = 0.8
# So many answers about a tag move its threshold, and more hardly move it further.
_SITTING = 20
_MODEL = "(SELECT id FROM models WHERE key = ?)"
_UNDECIDED = (
    "NOT EXISTS (SELECT 1 FROM decisions WHERE decisions.photo_id = suggestions.photo_id"
    " AND decisions.term_id = suggestions.term_id)"
)
# What was answered of the suggestions of a model.
_ASKED = f"model_id = {_MODEL} AND source = 'person' AND score >= ?"


@dataclass(frozen=True)
class Question:
    """A photo of which is asked whether it shows the tag.

    Attributes:
        probability: that it does, as the model sees it.
        suggested: whether the tag is suggested there.
    """

    photo_id: int
    probability: float
    suggested: bool

    @property
    def sure(self) -> bool:
        """Whether there is hardly a doubt."""
        return self.probability >= SURE


@dataclass(frozen=True)
class Doubts:
    """What is worth an answer: suggestions of which PhotoClip is not sure, up to twenty a tag.

    Attributes:
        tags: how many photos of each tag to ask about, those with the most doubts first.
    """

    tags: tuple[tuple[str, int], ...] = ()

    @property
    def photos(self) -> int:
        """How many there are to ask about in one go: those of the first tag."""
        return self.tags[0][1] if self.tags else 0


@dataclass(frozen=True)
class Standing:
    """How far a tag has been reviewed.

    Attributes:
        right: of the photos for which the model suggested it, those where it was confirmed.
        answered: those where it was confirmed or rejected.
        left: doubtful ones that are there, as many as are worth an answer.
    """

    right: int
    answered: int
    left: int

    @property
    def precision(self) -> float | None:
        """The share of suggestions that were right; None before the first answer."""
        return self.right / self.answered if self.answered else None


def doubts(library: Library, model: str) -> Doubts:
    """What is worth an answer in the whole library."""
    rows = library.store.rows(
        "SELECT term, doubtful FROM suggested JOIN terms ON terms.id = term_id"
        f" WHERE model_id = {_MODEL} AND doubtful > 0 ORDER BY doubtful DESC, term",
        [model],
    )
    answered = dict(
        library.store.rows(
            f"SELECT term, count(*) FROM decisions JOIN terms ON terms.id = term_id WHERE {_ASKED}"
            " GROUP BY term_id",
            [model, LEAST_PROBABILITY],
        )
    )
    worth = ((term, _worth(total, answered.get(term, 0))) for term, total in rows)
    return Doubts(tuple((term, total) for term, total in worth if total))


def _worth(doubtful: int, answered: int) -> int:
    """How many of the doubtful photos of a tag are worth an answer."""
    return max(0, min(doubtful, _SITTING - answered))


class Review:
    """The questions that one tag raises under one model, and the answers to them.

    Args:
        terms: those of the library's vocabulary, under the encoder.
        multiply: of vectors that are in memory; None to read them from the library.
    """

    def __init__(
        self,
        library: Library,
        encoder: Encoder,
        terms: TermVectors,
        term: str,
        multiply: Multiply | None = None,
    ) -> None:
        self._multiply = multiply
        self._library = library
        self._encoder = encoder
        self._terms = terms
        self.term = term

    def questions(self, limit: int = _SITTING) -> tuple[Question, ...]:
        """The most doubtful photos that nobody has decided on: first where it is suggested."""
        rows = self._library.store.rows(
            "SELECT photo_id, probability FROM suggestions JOIN photos ON photos.id = photo_id"
            f" WHERE model_id = {_MODEL} AND term_id = (SELECT id FROM terms WHERE term = ?)"
            f" AND present AND {_UNDECIDED} ORDER BY abs(probability - ?), photo_id LIMIT ?",
            [self._encoder.id, self.term, LEAST_PROBABILITY, limit],
        )
        suggested = [Question(photo_id, probability, True) for photo_id, probability in rows]
        return (*suggested, *self._unsuggested(limit - len(suggested)))

    def standing(self) -> Standing:
        """Of the suggestions of this model."""
        right, answered = self._library.store.row(
            "SELECT coalesce(sum(confirmed), 0), count(*) FROM decisions"
            f" WHERE term_id = (SELECT id FROM terms WHERE term = ?) AND {_ASKED}",
            [self.term, self._encoder.id, LEAST_PROBABILITY],
        )
        left = self._library.store.row(
            f"SELECT doubtful FROM suggested WHERE model_id = {_MODEL}"
            " AND term_id = (SELECT id FROM terms WHERE term = ?)",
            [self._encoder.id, self.term],
        )
        return Standing(right, answered, _worth(left[0] if left else 0, answered))

    def answers(self, photo_ids: Sequence[int]) -> dict[int, bool]:
        """What was said of those of these photos that are decided on."""
        rows = self._library.store.rows(
            "SELECT photo_id, confirmed FROM decisions WHERE term_id ="
            " (SELECT id FROM terms WHERE term = ?)"
            " AND photo_id IN (SELECT value FROM json_each(?))",
            [self.term, json.dumps(list(photo_ids))],
        )
        return {photo_id: bool(confirmed) for photo_id, confirmed in rows}

    def answer(self, questions: Sequence[Question], yes: bool) -> Edit:
        """Confirm or reject the tag for these photos; `Annotations.undo` takes it back."""
        annotations = self._library.annotations
        decide = annotations.confirm if yes else annotations.reject
        return decide(
            [question.photo_id for question in questions],
            self.term,
            self._encoder.id,
            asked={q.photo_id: q.probability for q in questions},
        )

    def _unsuggested(self, limit: int) -> list[Question]:
        """Those without the suggestion where it would be next, by the vectors."""
        if limit <= 0:
            return []
        curve = learned_curves(self._library, self._encoder.id).get(
            self.term, self._encoder.term_curves.get(self.term, PRIOR)
        )
        background = self._terms.background
        personal = learned(self._library, self._encoder.id, background).get(self.term)
        direction = direction_of(self._terms, self.term)
        if personal is not None:
            directions = personal.directions
        elif direction is not None:
            directions = direction[None]
        else:
            return []
        settled = self._settled()
        doubtful: list[tuple[float, int, float]] = []
        for part in self._multiplied(directions):
            if personal is not None:
                probabilities = personal.probabilities_by(part.products, part.spread)
            else:
                scores = part.products / part.spread[:, None]
                probabilities = Curves.of([curve]).probabilities(scores)[:, 0]
            likely = np.flatnonzero(probabilities >= _LEAST_DOUBT)
            likely = likely[~np.isin(part.photo_ids[likely], settled)]
            photo_ids, likely = part.photo_ids[likely], probabilities[likely].astype(np.float64)
            doubt = np.abs(likely - LEAST_PROBABILITY)
            first = np.lexsort((photo_ids, doubt))[:limit]
            columns = (doubt[first], photo_ids[first], likely[first])
            found = zip(*(each.tolist() for each in columns), strict=True)
            doubtful = sorted([*doubtful, *found])[:limit]
        return [Question(photo_id, probability, False) for _, photo_id, probability in doubtful]

    def _multiplied(self, directions: NDArray[np.float32]) -> Iterable[Products]:
        if self._multiply is not None:
            return [self._multiply(directions)]
        background = self._terms.background
        return products_read(self._library, self._encoder.id, background, directions, 0)

    def _settled(self) -> NDArray[np.int64]:
        """Photos that are decided on, have the suggestion, or are not there."""
        return column(
            self._library.store,
            "SELECT photo_id FROM decisions WHERE term_id = (SELECT id FROM terms WHERE term = :t)"
            " UNION ALL SELECT photo_id FROM suggestions WHERE term_id ="
            " (SELECT id FROM terms WHERE term = :t) AND model_id ="
            " (SELECT id FROM models WHERE key = :m)"
            " UNION ALL SELECT id FROM photos WHERE NOT present",
            {"t": self.term, "m": self._encoder.id},
        )
