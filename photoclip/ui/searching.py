"""Searching off the GUI thread: a person's query, and how many photos others would find."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from photoclip.core.contradictions import contradiction
from photoclip.core.library import Library
from photoclip.core.query import Filter, Picture, Query
from photoclip.core.query_text import parse
from photoclip.core.types import Results, Scope
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag
from photoclip.ui.bands import Ranking
from photoclip.ui.jobs import Bridge, Lane

# Without more filters than these nobody looks for what is to blame.
_MOST_OFFERS = 4
# Who has paused so long may read what else to try, and is not kept waiting for the next letter's
# results by the searches for that, in ms.
_PAUSE = 300


class Searches(Protocol):
    """What answers queries; see `photoclip.core.serving.Serving`."""

    def answer(
        self,
        query: Query,
        scope: Scope = ...,
        today: date | None = ...,
        stop: StopFlag | None = ...,
    ) -> Results: ...


@dataclass(frozen=True)
class Offer:
    """What would find something where a search found nothing.

    Attributes:
        without: the filter to leave out; None to search in the whole library.
        count: how many photos would then be relevant.
    """

    without: Filter | None
    count: int


class Searching(QObject):
    """Answers one query of the person at a time: the latest, for which the one before is left.

    Signals:
        busy: whether it is on its way.
        failed: a sentence on why there are no new results.
        contradicted: a sentence on why nothing can match; "" where something may.
        offered: a tuple of `Offer`, where nothing relevant was found.
        ready: the model is loaded and answers without delay.
    """

    busy = Signal(object)
    failed = Signal(object)
    contradicted = Signal(object)
    offered = Signal(object)
    ready = Signal()

    def __init__(
        self, library: Library, searches: Searches, bridge: Bridge, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._library, self._searches = library, searches
        self._lane = Lane(bridge, "search")
        # Of the query that is being answered.
        self._stop = StopFlag()
        self._pausing = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pausing.timeout.connect(self._look_for_offers)
        self._fruitless: tuple[Query, Scope, date] | None = None

    def ask(
        self,
        text: str,
        scope: Scope,
        model: str,
        done: Callable[[Ranking], None],
        again: bool = False,
    ) -> None:
        """Search, and call `done` with what was found unless something else was asked by then.

        Args:
            text: the query as it is written.
            model: the one whose suggested tags are meant, where `scope` is a tag.
            again: the person did not ask for it just now, and need not be told that it is on its
                way.
        """
        today = date.today()
        query = parse(text, today)
        self._leave()
        stop = self._stop = StopFlag()

        def look() -> Ranking:
            found = self._ranked(query, scope, today, stop)
            if scope == Scope():
                return found
            return replace(found, among=len(self._library.listing(scope, model)[0]))

        def show(found: Ranking) -> None:
            self.busy.emit(False)
            done(found)
            if not found.relevant:
                self._fruitless = query, scope, today
                self._pausing.start()

        def fail(error: PhotoClipError) -> None:
            self.busy.emit(False)
            self.failed.emit(str(error))

        if not again:
            self.busy.emit(True)
            self.contradicted.emit(contradiction(query, today) or "")
        self._lane.submit("query", look, show, fail)

    def cancel(self) -> None:
        """The person has gone elsewhere, and waits for no results."""
        self._leave()
        self._lane.cancel("query")
        self.busy.emit(False)

    def count(
        self, text: str, done: Callable[[int], None], failed: Callable[[PhotoClipError], None]
    ) -> None:
        """Find out how many photos of the library are relevant to a query; one at a time."""
        today = date.today()
        query = parse(text, today)
        self._lane.submit(
            "count", lambda: self._ranked(query, Scope(), today).relevant, done, failed
        )

    def warm_up(self) -> None:
        """Get the model ready, so that the first search does not wait for it."""
        warm = Query("photo")
        self._lane.submit("warm", lambda: self._searches.answer(warm), lambda _: self.ready.emit())

    def let_rest(self, free: Callable[[], None]) -> None:
        """Free what searches hold, when those that wait are answered."""
        self._lane.submit("rest", free, lambda _: None)

    def close(self) -> None:
        """Drop what waits, and wait for what is being searched."""
        self._leave()
        self._lane.close()

    def _leave(self) -> None:
        """What the person has gone on from keeps nobody waiting."""
        self._stop.stop()
        self._pausing.stop()
        self._lane.cancel("offers")

    def _ranked(
        self, query: Query, scope: Scope, today: date, stop: StopFlag | None = None
    ) -> Ranking:
        """Results without the pictures asked for themselves, and with what is shown of them."""
        results = self._searches.answer(query, scope, today, stop)
        asked = {part.source for part in query.parts if isinstance(part, Picture)}
        known = [self._library.photo_with(source) for source in asked]
        results = results.without([photo for photo in known if photo is not None])
        marks = {
            photo: one.liked
            for one in query.feedback
            if (photo := self._library.photo_with(one.content_hash)) is not None
        }
        return Ranking(
            results.photo_ids,
            results.bands if query.parts or query.feedback else None,
            results.times,
            marks,
            results.places,
            lambda: results.in_order().photo_ids,
        )

    def _look_for_offers(self) -> None:
        """Find out what stands in the way of the search that found nothing."""
        if self._fruitless is None:
            return
        query, scope, today = self._fruitless
        wider = [(one, query.without(one), scope) for one in query.filters[:_MOST_OFFERS]]
        ways = [way for way in wider if way[1]]
        everywhere = [(None, query, Scope())] if scope != Scope() else []

        def look() -> tuple[Offer, ...]:
            found = (
                Offer(without, self._ranked(asked, where, today).relevant)
                for without, asked, where in (*ways, *everywhere)
            )
            return tuple(offer for offer in found if offer.count)

        if ways or everywhere:
            self._lane.submit("offers", look, self.offered.emit, lambda _: None)
