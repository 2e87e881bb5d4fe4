"""Search: from a query to the photos that answer it, best first, and where relevance ends."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.background import Background
from photoclip.clip.calibration import Curve
from photoclip.clip.encoder import Encoder
from photoclip.clip.native import keep_freed_memory, multiply_on_calling_thread
from photoclip.core.candidates import Candidates
from photoclip.core.columns import among
from photoclip.core.finding import Products
from photoclip.core.judged import Judged, scored
from photoclip.core.library import Library
from photoclip.core.listings import Listed
from photoclip.core.personal import PersonalTag
from photoclip.core.personal_tags import learned
from photoclip.core.query import Picture, Query, Words
from photoclip.core.query_pictures import EmbedFile, QueryPictures
from photoclip.core.query_text import parse
from photoclip.core.query_texts import QueryTexts
from photoclip.core.query_vectors import Asked, QueryVectors, centre_of
from photoclip.core.relevance import STRONG, WEAK
from photoclip.core.term_vectors import TermVectors
from photoclip.core.terms import fold
from photoclip.core.types import Hit, Results, Scope
from photoclip.core.usual import Usual
from photoclip.core.vectors import VectorIndex
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag

# A phrase of more words is a description, and no name that something was given.
_NAME_WORDS: Final = 6
# Where scores are log odds, what makes probabilities of them.
_LOG_ODDS: Final = (1.0, 0.0)
# Live albums within live albums.
_DEEPEST: Final = 40


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
        self._known_usual: Usual | None = None
        # By folded name; None until one is asked for.
        self._personal: dict[str, PersonalTag] | None = None
        self._texts = QueryTexts(library, encoder)
        self._refreshed: object = None

    @property
    def background(self) -> Background:
        """What words score on any photo with this model."""
        return self._terms.background

    def answer(
        self,
        query: Query,
        scope: Scope = Scope(),
        today: date | None = None,
        stop: StopFlag | None = None,
    ) -> Results:
        """The photos in `scope` that answer a query: the relevant ones first, best first.

        A query of filters alone has the newest photos first, and no bands.

        Args:
            today: by which "last month" is understood; None for today.
            stop: ends it between its steps, none of which but the first takes long.

        Raises:
            PhotoClipError: the query is empty, a live album in it is part of itself, or the model
                or a picture cannot be used.
            Stopped: by `stop`.
        """
        self._refuse(query)
        with self._lock:
            return self._answer(query, scope, today or date.today(), stop or StopFlag())

    def judge(
        self, query: Query, scope: Scope = Scope(), today: date | None = None
    ) -> Judged | None:
        """The scores behind `answer`, which raises the same; None where nothing is scored."""
        self._refuse(query)
        with self._lock:
            self._refresh()
            listed = self._listed(query, scope, today or date.today())
            return self._judged(query, *listed, StopFlag())

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

    def _answer(self, query: Query, scope: Scope, today: date, stop: StopFlag) -> Results:
        stop.check()
        photo_ids, times = self._listed(query, scope, today)
        if not query.parts and not query.feedback:
            # No model is asked, which may not be there.
            return Results.listed(photo_ids, times)
        stop.check()
        self._refresh()
        judged = self._judged(query, photo_ids, times, stop)
        return Results.listed(photo_ids[:0], times[:0]) if judged is None else judged.ranked()

    def _listed(self, query: Query, scope: Scope, today: date) -> Listed:
        return self._candidates.photos(scope, query.filters, today, tuple(self._albums))

    def _judged(
        self,
        query: Query,
        photo_ids: NDArray[np.int64],
        times: NDArray[np.int64],
        stop: StopFlag,
    ) -> Judged | None:
        """None where no photo has a vector, or only pictures were asked for that have none."""
        rows = self._vectors.rows(photo_ids)
        known = rows >= 0
        if not known.all():
            photo_ids, times, rows = photo_ids[known], times[known], rows[known]
        asked = self._directions(query) if len(photo_ids) else []
        if not asked:
            return None
        stop.check()
        tag, usual = self._personal_tag(query), self._usual()
        scores, best = scored(self._vectors, rows, asked, tag, usual.sample, stop)
        stop.check()
        if tag is not None:
            bands = usual.words.bands(scores.total, _LOG_ODDS)
        elif scores.likeness is None:
            bands = usual.words.bands(scores.total, self._curve(query))
        else:
            bands = usual.pictures.bands(scores.likeness)
        said, refused = self._said(query, photo_ids), self._refused(query, photo_ids)
        stop.check()
        # What someone called so is what was asked for, whatever it looks like; and is not, where
        # they said so.
        bands[said] = STRONG
        bands[refused] = WEAK
        return Judged(photo_ids, times, tuple(asked), scores, best, bands, said, refused)

    def _directions(self, query: Query) -> list[Asked]:
        vectors = QueryVectors(
            self._terms.vocabulary,
            self._texts.embeddings,
            self._pictures.embedding,
            self._terms.background,
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

    def _usual(self) -> Usual:
        count, known = len(self._vectors), self._known_usual
        if known is None or not known.holds_of(count):
            known = Usual.of(count, self._vectors.sample(), self._terms)
            self._known_usual = known
        return known

    def _refresh(self) -> None:
        """Take in new vectors where the library has changed since the last time."""
        revision = self._library.revision()
        if self._refreshed != revision:
            if len(self._vectors):
                self._vectors.refresh()
            else:
                self._read_vectors()
            self._texts.refresh()
            self._refreshed, self._personal = revision, None

    def _read_vectors(self) -> None:
        """For the first time, which of a million takes as long as loading the model beside it."""
        # The other cores are for the model, and for the window.
        multiply_on_calling_thread()
        with ThreadPoolExecutor(1, thread_name_prefix="load") as pool:
            loading = None
            if self._library.vector_count(self._encoder.id):
                loading = pool.submit(self._encoder.encode_texts, [""])
            self._vectors.refresh()
            if loading is not None:
                # What is wrong with the model is told by its next use.
                loading.exception()
        # Each query makes arrays as long as the library; that their pages come afresh from the
        # system cost as much again as all that is done with them.
        keep_freed_memory()

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
            results = self._answer(parse(text, today), Scope(), today, StopFlag())
        finally:
            self._albums.pop()
        found: list[int] = results.photo_ids[results.relevant].tolist()
        return found


def _is_one_phrase(query: Query) -> bool:
    """Whether words alone are asked for, be it among filters."""
    return query.parts == (Words(query.phrase),) and not query.feedback
