"""Search: from a query to the photos that answer it, best first, and where relevance ends."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.background import Background
from photoclip.clip.calibration import Curve
from photoclip.clip.encoder import Encoder
from photoclip.core.candidates import Candidates, Listed
from photoclip.core.columns import among
from photoclip.core.finding import Products
from photoclip.core.lessons import AdapterInUse
from photoclip.core.library import Library
from photoclip.core.parallel import in_parts
from photoclip.core.personal import PersonalTag
from photoclip.core.personal_tags import learned
from photoclip.core.query import Picture, Query, Words
from photoclip.core.query_pictures import EmbedFile, QueryPictures
from photoclip.core.query_text import parse
from photoclip.core.query_vectors import (
    Asked,
    QueryVectors,
    Scores,
    Standard,
    centre_of,
    combined,
    directions_of,
)
from photoclip.core.ranking import largest, ranked
from photoclip.core.relevance import STRONG, WEAK, Calibration, Likeness
from photoclip.core.term_vectors import TermVectors
from photoclip.core.terms import fold
from photoclip.core.types import Hit, Results, Scope
from photoclip.core.vectors import VectorIndex
from photoclip.errors import PhotoClipError

# Embeddings of earlier queries kept: a person types, deletes and types again.
_QUERIES_KEPT: Final = 1000
# The thresholds are measured anew when the library has grown or shrunk by a tenth.
_GROWTH: Final = 0.1
# A phrase of more words is a description, and no name that something was given.
_NAME_WORDS: Final = 6
# Where scores are log odds, what makes probabilities of them.
_LOG_ODDS: Final = (1.0, 0.0)
# So many of the best photos are scored by their vectors as they are stored, which puts the first
# 200, some screens, in exact order: on a million photos all that belong there stand among the first
# 230 by the other scores, which are off by a fiftieth of their spread.
_EXACT: Final = 300
# So many photos are scored at a time, which stay in the processor's cache from step to step.
_AT_ONCE: Final = 16_384
# Live albums within live albums.
_DEEPEST: Final = 40


@dataclass(frozen=True, eq=False)
class Judged:
    """How each of some photos answers a query, in no order of merit.

    Attributes:
        photo_ids: int64 (n,). times: int64 (n,), `sort_time`.
        asked: the parts of the query that have a direction; never empty.
        scores: of each photo on those.
        best: int64 (m,), the places of the best, whose scores are exact.
        bands: int8 (n,), indices into `BANDS`.
        said: bool (n,), whether the words stand in a name, a caption or an own tag.
        refused: bool (n,), whether the person rejected the very tag that was asked for.
    """

    photo_ids: NDArray[np.int64]
    times: NDArray[np.int64]
    asked: tuple[Asked, ...]
    scores: Scores
    best: NDArray[np.int64]
    bands: NDArray[np.int8]
    said: NDArray[np.bool_]
    refused: NDArray[np.bool_]

    def ranked(self) -> Results:
        """Band after band, the best first; what was rejected comes last."""
        first = self.bands != WEAK
        first[self.best] = True
        first &= ~self.refused
        before = ranked(self.bands, self.scores.total, first)
        loose = np.flatnonzero(~(first | self.refused))
        order = np.concatenate([before, loose, np.flatnonzero(self.refused)])
        return Results(
            self.photo_ids.take(order),
            self.scores.total.take(order),
            self.bands.take(order),
            self.said.take(order),
            self.times.take(order),
            slice(len(before), len(before) + len(loose)),
        )


@dataclass(frozen=True, eq=False)
class _Usual:
    """What is usual among the library's photos, measured when there were `count` of them."""

    count: int
    sample: NDArray[np.float32]
    words: Calibration
    pictures: Likeness


class Searcher:
    """Answers queries over a library with one model; every photo in scope is scored.

    Safe to call from any thread; queries run one after the other.

    Args:
        terms: those of the library's vocabulary, under the encoder.
        embed_file: gives the embedding of a picture that is not in the library; None for reading
            the file and asking the encoder.
        curves: by term, how sure its scores make one; None for those of the model alone.

    Attributes:
        curves: may be replaced at any time by what has been learned since.
    """

    def __init__(
        self,
        library: Library,
        encoder: Encoder,
        terms: TermVectors,
        embed_file: EmbedFile | None = None,
        curves: Mapping[str, Curve] | None = None,
    ) -> None:
        self.curves = encoder.term_curves if curves is None else curves
        self._library = library
        self._encoder = encoder
        self._terms = terms
        self._pictures = QueryPictures(library, encoder, embed_file)
        self._vectors = self._no_vectors()
        self._candidates = Candidates(library, encoder.id, terms.vocabulary, self._live_album)
        self._lock = threading.Lock()
        # The queries of the live albums that are being looked into, the outermost first.
        self._albums: list[str] = []
        self._known_usual: _Usual | None = None
        # By folded name; None until one is asked for.
        self._personal: dict[str, PersonalTag] | None = None
        # As the encoder gives them; what it was taught comes on top.
        self._texts: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._taught = AdapterInUse(library, encoder)
        self._refreshed: object = None

    @property
    def background(self) -> Background:
        """What words score on any photo with this model."""
        return self._terms.background

    def answer(self, query: Query, scope: Scope = Scope(), today: date | None = None) -> Results:
        """The photos in `scope` that answer a query: the relevant ones first, best first.

        A query of filters alone has the newest photos first, and no bands.

        Args:
            today: by which "last month" is understood; None for today.

        Raises:
            PhotoClipError: the query is empty, a live album in it is part of itself, or the model
                or a picture cannot be used.
        """
        self._refuse(query)
        with self._lock:
            return self._answer(query, scope, today or date.today())

    def judge(
        self, query: Query, scope: Scope = Scope(), today: date | None = None
    ) -> Judged | None:
        """The scores behind `answer`, which raises the same; None where nothing is scored."""
        self._refuse(query)
        with self._lock:
            self._refresh()
            return self._judged(query, *self._listed(query, scope, today or date.today()))

    def directions(self, query: Query) -> list[Asked]:
        """The parts of a query as directions among the embeddings of photos.

        Raises:
            PhotoClipError: the model or a picture cannot be used.
        """
        with self._lock:
            self._refresh()
            return self._directions(query)

    def tagged(self, name: str) -> NDArray[np.int64]:
        """The photos with a confirmed tag of this name, or one from which it follows; (n,)."""
        with self._lock:
            return self._candidates.tagged(name)

    def search(self, text: str, scope: Scope = Scope(), limit: int = 500) -> list[Hit]:
        """The best `limit` photos for a query as it is typed."""
        return self.answer(parse(text, date.today()), scope).hits(limit)

    def similar(self, photo_id: int, scope: Scope = Scope(), limit: int = 500) -> list[Hit]:
        """The photos nearest to a photo, itself left out; none while it is not indexed."""
        found = self._library.content_hashes([photo_id])
        if photo_id not in found:
            return []
        results = self.answer(Query(items=(Picture(found[photo_id]),)), scope)
        return [hit for hit in results.hits(limit + 1) if hit.photo_id != photo_id][:limit]

    def refresh(self) -> None:
        """Take in what was embedded since the last query, so that the next need not."""
        with self._lock:
            self._refresh()

    def multiply(self, directions: NDArray[np.float32]) -> Products:
        """All photos with a vector, multiplied with these directions (k, d)."""
        with self._lock:
            self._refresh()
            photo_ids = self._vectors.photo_ids
            rows = self._vectors.rows(photo_ids)
            return Products(
                self._vectors.last,
                photo_ids,
                self._vectors.scores(directions, rows),
                self._vectors.spread(rows),
            )

    def rest(self) -> None:
        """Free the memory that the vectors take; the next query reads them again."""
        with self._lock:
            self._vectors = self._no_vectors()
            self._known_usual = self._refreshed = None

    def _no_vectors(self) -> VectorIndex:
        return VectorIndex(
            self._library,
            self._encoder.id,
            self._encoder.dim,
            # Not asked for before it is needed, since it may have to be embedded.
            lambda vectors: self._terms.background.spread(vectors),
        )

    def _refuse(self, query: Query) -> None:
        if not query:
            raise PhotoClipError('Type what the photo shows, for example "a dog on the beach".')
        self._library.albums.refuse_loops(query)

    def _answer(self, query: Query, scope: Scope, today: date) -> Results:
        photo_ids, times = self._listed(query, scope, today)
        if not query.parts and not query.feedback:
            # No model is asked, which may not be there.
            return Results.listed(photo_ids, times)
        self._refresh()
        judged = self._judged(query, photo_ids, times)
        return Results.listed(photo_ids[:0], times[:0]) if judged is None else judged.ranked()

    def _listed(self, query: Query, scope: Scope, today: date) -> Listed:
        return self._candidates.photos(scope, query.filters, today, tuple(self._albums))

    def _judged(
        self, query: Query, photo_ids: NDArray[np.int64], times: NDArray[np.int64]
    ) -> Judged | None:
        """None where no photo has a vector, or only pictures were asked for that have none."""
        rows = self._vectors.rows(photo_ids)
        known = rows >= 0
        if not known.all():
            photo_ids, times, rows = photo_ids[known], times[known], rows[known]
        asked = self._directions(query) if len(photo_ids) else []
        if not asked:
            return None
        tag, usual = self._personal_tag(query), self._usual()
        scores, best = self._scores(asked, tag, usual, photo_ids, rows)
        if tag is not None:
            bands = usual.words.bands(scores.total, _LOG_ODDS)
        elif scores.likeness is None:
            bands = usual.words.bands(scores.total, self._curve(query))
        else:
            bands = usual.pictures.bands(scores.likeness)
        said, refused = self._said(query, photo_ids), self._refused(query, photo_ids)
        # What someone called so is what was asked for, whatever it looks like; and is not, where
        # they said so.
        bands[said] = STRONG
        bands[refused] = WEAK
        return Judged(photo_ids, times, tuple(asked), scores, best, bands, said, refused)

    def _scores(
        self,
        asked: Sequence[Asked],
        tag: PersonalTag | None,
        usual: _Usual,
        photo_ids: NDArray[np.int64],
        rows: NDArray[np.int32],
    ) -> tuple[Scores, NDArray[np.int64]]:
        """How these photos, whose vectors stand in these rows, answer; and where the best are.

        Those are scored by their vectors as they are stored.
        """
        standard = Standard.of(asked, usual.sample)
        directions = directions_of(asked, standard.centre)
        own = len(directions)
        if tag is not None:
            directions = np.concatenate([directions, tag.directions])

        def score(products: NDArray[np.float32], spread: NDArray[np.float32]) -> Scores:
            scores = combined(asked, products[:, :own], spread, standard)
            if tag is None:
                return scores
            # What examples have taught counts, and not what the name alone says.
            odds = tag.log_odds(products[:, own:], spread)
            return replace(scores, total=odds.astype(np.float32))

        products, spread = self._vectors.scores(directions, rows), self._vectors.spread(rows)
        scores = Scores.of(asked, len(rows))

        def score_part(part: slice) -> None:
            scores.put(part, score(products[part], spread[part]))

        in_parts(score_part, len(rows), _AT_ONCE)
        best = largest(scores.total, _EXACT)
        exact = self._vectors.exact_scores(directions, photo_ids[best])
        scores.put(best, score(exact, spread[best]))
        return scores, best

    def _directions(self, query: Query) -> list[Asked]:
        vectors = QueryVectors(
            self._terms.vocabulary, self._embed, self._pictures.embedding, self._terms.background
        )
        asked = vectors.of(query, centre_of(self._usual().sample))
        tag = self._personal_tag(query)
        if tag is None:
            return asked
        direction = tag.seen / np.float32(max(float(np.linalg.norm(tag.seen)), 1e-6))
        return [replace(one, direction=direction, share=0.0) for one in asked]

    def _said(self, query: Query, photo_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of these photos have the words of the query in a name, a caption or a tag."""
        if not query.phrase or len(query.phrase.split()) > _NAME_WORDS:
            return np.zeros(len(photo_ids), bool)
        return among(photo_ids, self._candidates.saying(query.phrase))

    def _refused(self, query: Query, photo_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Of which of these photos the person said that they are not what was asked for."""
        if not _is_one_phrase(query):
            return np.zeros(len(photo_ids), bool)
        return among(photo_ids, self._candidates.rejected(query.phrase))

    def _curve(self, query: Query) -> Curve | None:
        """How sure a score makes one of what is asked for, where that was measured."""
        if not _is_one_phrase(query):
            return None
        term = self._terms.vocabulary.find(query.phrase)
        return self.curves.get(term.term) if term else None

    def _personal_tag(self, query: Query) -> PersonalTag | None:
        """What was learned of the tag that is asked for, where it is a personal one."""
        if not _is_one_phrase(query):
            return None
        if self._personal is None:
            tags = learned(self._library, self._encoder.id, self._terms.background)
            self._personal = {fold(name): tag for name, tag in tags.items()}
        term = self._terms.vocabulary.find(query.phrase)
        names = (query.phrase, *((term.term,) if term else ()))
        return next((t for n in names if (t := self._personal.get(fold(n))) is not None), None)

    def _usual(self) -> _Usual:
        count = len(self._vectors)
        known = self._known_usual
        if known is None or abs(known.count - count) > _GROWTH * count:
            sample, background = self._vectors.sample(), self._terms.background
            scores = sample @ background.directions(self._terms.background_prototypes).T
            scores /= background.spread(sample)[:, None]
            centred = sample - centre_of(sample)
            centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
            known = _Usual(count, sample, Calibration.of(scores), Likeness.of(centred))
            self._known_usual = known
        return known

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        missing = [text for text in texts if text not in self._texts]
        if missing:
            # All at once, which takes little longer than one.
            embeddings = self._encoder.encode_texts(missing)
            self._texts.update(zip(missing, embeddings, strict=True))
        for text in texts:
            self._texts.move_to_end(text)
        found = np.array([self._texts[text] for text in texts])
        while len(self._texts) > _QUERIES_KEPT:
            self._texts.popitem(last=False)
        return self._taught.adapt(found)

    def _refresh(self) -> None:
        """Take in new vectors where the library has changed since the last time."""
        revision = (threading.get_ident(), self._library.revision())
        if self._refreshed != revision:
            if len(self._vectors):
                self._vectors.refresh()
            else:
                self._read_vectors()
            self._taught.refresh()
            self._refreshed, self._personal = revision, None

    def _read_vectors(self) -> None:
        """For the first time, which of a million takes as long as loading the model beside it."""
        with ThreadPoolExecutor(1, thread_name_prefix="load") as pool:
            loading = None
            if self._library.vector_count(self._encoder.id):
                loading = pool.submit(self._encoder.encode_texts, [""])
            self._vectors.refresh()
            if loading is not None:
                # What is wrong with the model is told by its next use.
                loading.exception()

    def _live_album(self, text: str, today: date) -> list[int]:
        """What is relevant to the query of a live album now.

        One that is found inside itself, as `in:Italy` may be in the album Italy, adds nothing.
        """
        if text in self._albums:
            return []
        if len(self._albums) == _DEEPEST:
            raise PhotoClipError(
                "The live albums lie too deep in one another. Change their queries."
            )
        self._albums.append(text)
        try:
            results = self._answer(parse(text, today), Scope(), today)
        finally:
            self._albums.pop()
        found: list[int] = results.photo_ids[results.relevant].tolist()
        return found


def _is_one_phrase(query: Query) -> bool:
    """Whether words alone are asked for, be it among filters."""
    return query.parts == (Words(query.phrase),) and not query.feedback
