"""Why a photo is among the results: the score of each part, where words stand, where it shows."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from photoclip.clip.encoder import Encoder
from photoclip.clip.heat_map import heat_map
from photoclip.core.decode_budget import IN_VIEW
from photoclip.core.imaging import decode, picture_of_thumbnail
from photoclip.core.judged import Judged
from photoclip.core.library import Library
from photoclip.core.query import Feedback, Filter, Key, Part, Query
from photoclip.core.query_vectors import Asked
from photoclip.core.relevance import BANDS, Band
from photoclip.core.search import Searcher
from photoclip.core.tagging import Tagger
from photoclip.core.types import Scope, Tag
from photoclip.core.words import WordIndex
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, StopFlag

# Where words may stand, as `WordIndex.places` has it.
_PLACES: Final = {"names": "file name", "folders": "folder", "caption": "caption"}
_TAG: Final = "tag"
_NEAREST: Final = 8


@dataclass(frozen=True)
class PartScore:
    """What one part of a query has to do with a photo.

    Attributes:
        part: the first `Feedback` stands for all of its kind.
        score: in standard deviations of what is usual.
        weight: what the score counts; below 0 it counts against the photo.
        rank: by this score among the photos searched; 1 is the best.
    """

    part: Part | Feedback
    score: float
    weight: float
    rank: int


@dataclass(frozen=True)
class Found:
    """Words of a query that stand with a photo.

    Attributes:
        places: of "file name", "folder", "caption" and "tag", the person's own.
    """

    text: str
    places: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """Why a photo is among the results of a query.

    Attributes:
        score: as `Hit.score`, of all parts together.
        band: None where nothing was scored.
        parts: in the order of the query.
        found: the words that stand with it, be they asked for or a filter in quotation marks.
        nearest: the terms of the vocabulary that the photo most probably shows, surest first.
        refused: whether the person rejected the very tag that was asked for.
        searched: how many photos were scored.
        listed: whether it is among the results; always, where nothing was asked for.
    """

    photo_id: int
    score: float
    band: Band | None
    parts: tuple[PartScore, ...]
    found: tuple[Found, ...]
    nearest: tuple[Tag, ...]
    refused: bool = False
    searched: int = 0
    listed: bool = True


class Explainer:
    """Explains what a searcher answers, with the tagger of the same model. For any thread."""

    def __init__(
        self, library: Library, encoder: Encoder, tagger: Tagger, searcher: Searcher
    ) -> None:
        self._library = library
        self._encoder = encoder
        self._tagger = tagger
        self._searcher = searcher

    def explain(
        self,
        query: Query,
        photo_ids: Sequence[int],
        scope: Scope = Scope(),
        today: date | None = None,
    ) -> tuple[Explanation, ...]:
        """Of each of these photos why it is among the results; of others what they show.

        Raises:
            PhotoClipError: as `Searcher.answer`; an empty query finds nothing and is no error.
        """
        wanted = [int(photo_id) for photo_id in photo_ids]
        judged = self._searcher.judge(query, scope, today) if query else None
        row_of: dict[int, int] = {}
        listed = set(wanted)
        if judged is not None:
            rows = np.flatnonzero(np.isin(judged.photo_ids, wanted))
            row_of = {int(judged.photo_ids[row]): int(row) for row in rows}
            listed = set(row_of)
        elif query:
            listed = set(self._searcher.answer(query, scope, today).photo_ids.tolist())
        found, nearest = self._found(query, wanted), self._nearest(wanted)
        return tuple(
            replace(
                _explanation(photo_id, judged, row_of.get(photo_id), found, nearest),
                listed=photo_id in listed,
            )
            for photo_id in wanted
        )

    def heat_map(
        self, query: Query, photo_id: int, stop: StopFlag, part: Part | Feedback | None = None
    ) -> Generator[Progress, None, NDArray[np.float32] | None]:
        """Find where in a photo its score comes from; see `clip.heat_map`.

        Args:
            part: of the query, to be looked for alone; None for all that is wanted, together.

        Returns:
            float32 (h, w), 0 to 1, in the shape of the upright photo; None when stopped.

        Raises:
            PhotoClipError: there is nothing to look for, or the photo cannot be read.
        """
        asked = [one for one in self._searcher.directions(query) if _counts(one, part)]
        if not asked:
            raise PhotoClipError(
                "There is nothing to look for in the photo. Search with words or a picture first."
            )
        direction = sum(abs(one.weight) * one.direction for one in asked)
        direction = np.asarray(direction, np.float32)
        direction /= max(float(np.linalg.norm(direction)), 1e-6)
        image = self._picture(photo_id)
        pixels = self._encoder.preprocessing.pixels(image)[None]
        unit = self._searcher.background.spread(self._encoder.encode_images(pixels))
        return (yield from heat_map(self._encoder, image, direction, float(unit[0]), stop))

    def _found(self, query: Query, photo_ids: Sequence[int]) -> dict[int, list[Found]]:
        """By photo, the words of the query that stand with it."""
        texts = [query.phrase] if query.phrase else []
        texts += [one.values[0] for one in query.filters if _is_exact(one)]
        found: dict[int, list[Found]] = {photo_id: [] for photo_id in photo_ids}
        for text in dict.fromkeys(texts):
            standing: dict[int, list[str]] = {}
            for place, photos in self._places(text).items():
                for photo_id in photos[np.isin(photos, photo_ids)].tolist():
                    standing.setdefault(photo_id, []).append(place)
            for photo_id, places in standing.items():
                found[photo_id].append(Found(text, tuple(places)))
        return found

    def _places(self, text: str) -> dict[str, NDArray[np.int64]]:
        """By place, the photos with which these words stand there."""
        standing = WordIndex(self._library).places(text)
        places = {_PLACES[where]: photos for where, photos in standing.items()}
        return {**places, _TAG: self._searcher.tagged(text)}

    def _nearest(self, photo_ids: Sequence[int]) -> dict[int, tuple[Tag, ...]]:
        vectors = {
            photo_id: vector
            for photo_id in photo_ids
            if (vector := self._library.vector(photo_id, self._encoder.id)) is not None
        }
        terms = self._tagger.terms.vocabulary.terms
        if not vectors or not terms:
            return {}
        nearest = {}
        table = self._tagger.probabilities(np.array(list(vectors.values())))
        for photo_id, probabilities in zip(vectors, table, strict=True):
            best = np.argsort(-probabilities, kind="stable")[:_NEAREST]
            nearest[photo_id] = tuple(
                Tag(terms[i].term, float(probabilities[i])) for i in best.tolist()
            )
        return nearest

    def _picture(self, photo_id: int) -> Image.Image:
        photo = self._library.photo(photo_id)
        if photo is None:
            raise PhotoClipError("This photo is gone from the library.")
        # As large as the model needs it, and there when the photo's drive is not.
        jpeg = self._library.thumbnails.read(photo.content_hash)
        picture = picture_of_thumbnail(jpeg) if jpeg is not None else None
        if picture is not None:
            return picture
        try:
            with open(photo.path, "rb") as file:
                return decode(file.read(), self._encoder.preprocessing.size, IN_VIEW).image
        except OSError as error:
            raise PhotoClipError(
                "The photo cannot be read. Connect its drive, or rescan its folder."
            ) from error


def _explanation(
    photo_id: int,
    judged: Judged | None,
    row: int | None,
    found: dict[int, list[Found]],
    nearest: dict[int, tuple[Tag, ...]],
) -> Explanation:
    shown = tuple(found[photo_id]), nearest.get(photo_id, ())
    if judged is None or row is None:
        return Explanation(photo_id, 0.0, None, (), *shown)
    scores = judged.scores.parts
    ranks = 1 + np.count_nonzero(scores > scores[row], axis=0)
    parts = tuple(
        PartScore(one.part, float(score), one.weight, int(rank))
        for one, score, rank in zip(judged.asked, scores[row], ranks, strict=True)
    )
    total, band = float(judged.scores.total[row]), BANDS[judged.bands[row]]
    refused, searched = bool(judged.refused[row]), len(judged.photo_ids)
    return Explanation(photo_id, total, band, parts, *shown, refused, searched)


def _counts(one: Asked, part: Part | Feedback | None) -> bool:
    return one.weight > 0 if part is None else one.part == part


def _is_exact(one: Filter) -> bool:
    return one.key is Key.EXACT and not one.negated
