"""What the window shows and why: the place, its photos, and the lists beside them, kept fresh."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from photoclip.core.contradictions import contradiction
from photoclip.core.library import Library
from photoclip.core.query import Filter, Picture, Query
from photoclip.core.query_text import parse
from photoclip.core.types import Change, Photo, Results, Scope
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag
from photoclip.ui.bands import Ranking
from photoclip.ui.grid_layout import Anchor
from photoclip.ui.index_job import merged
from photoclip.ui.jobs import Bridge, Lane
from photoclip.ui.places import History, Place

T = TypeVar("T")

# Without more filters than these nobody looks for what is to blame.
_MOST_OFFERS = 4
# Typing faster than this asks only for its last phrase, in ms.
_TYPING = 40
# Who has paused so long may read what else to try, and is not kept waiting for the next letter's
# results by the searches for that, in ms.
_PAUSE = 300
# A list is read anew at most this often while photos arrive, in ms, and never so that reading
# takes more than a tenth of the time.
_REFRESH = 500


class Searches(Protocol):
    """What answers queries; see `photoclip.core.serving.Serving`."""

    def answer(
        self,
        query: Query,
        scope: Scope = ...,
        today: date | None = ...,
        stop: StopFlag | None = ...,
    ) -> Results: ...


@dataclass(frozen=True, eq=False)
class Listing:
    """The photos of a place, as the grid shows them.

    Attributes:
        found: photos and when they were taken, ranked where words or pictures were asked for.
        anchor: where in it to begin; None for the top.
        arrived: whether the person has just come to this place; else it was read again, since
            the library has changed.
        keeps: whether what was selected before stays so, though it may not be among these.
    """

    place: Place
    found: Ranking
    anchor: Anchor | None
    arrived: bool
    keeps: bool = True


@dataclass(frozen=True)
class Offer:
    """What would find something where a search found nothing.

    Attributes:
        without: the filter to leave out; None to search in the whole library.
        count: how many photos would then be relevant.
    """

    without: Filter | None
    count: int


class Session(QObject):
    """Reads the library and searches it off the GUI thread, for the place a person is at.

    Signals:
        moved: the new `Place`.
        listed: a `Listing` of the place.
        counted: `Counts`. rootsRead, foldersRead, tagsRead, failuresRead, albumsRead: tuples of
            paths, `Folder`, `TagCount`, `Failure`, `Album`. All of them again whenever they may
            have changed.
        searching: whether a query is on its way.
        ready: the model is loaded and answers without delay.
        searchFailed: a sentence on why there are no new results.
        contradicted: a sentence on why nothing can match; "" where something may.
        offered: a tuple of `Offer`, where a search found nothing relevant.
    """

    moved = Signal(object)
    listed = Signal(object)
    counted = Signal(object)
    foldersRead = Signal(object)
    tagsRead = Signal(object)
    failuresRead = Signal(object)
    rootsRead = Signal(object)
    albumsRead = Signal(object)
    searching = Signal(object)
    searchFailed = Signal(object)
    contradicted = Signal(object)
    offered = Signal(object)
    ready = Signal()

    def __init__(
        self,
        library: Library,
        make_searcher: Callable[[], Searches],
        model: str,
        bridge: Bridge,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.library = library
        self.model = model
        self._make_searcher = make_searcher
        self._searcher: Searches | None = None
        self._reading = Lane(bridge, "read")
        self._asking = Lane(bridge, "search")
        # Of the query that is being answered.
        self._stop = StopFlag()
        self._history = History()
        self._due = Change()
        self._took = 0.0
        self._writes = 0
        self._typing = QTimer(self, singleShot=True, interval=_TYPING)
        self._typing.timeout.connect(self._typed)
        self._wish: tuple[str, Anchor | None] | None = None
        self._refreshing = QTimer(self, singleShot=True, interval=_REFRESH)
        self._refreshing.timeout.connect(self._refresh)
        self._pausing = QTimer(self, singleShot=True, interval=_PAUSE)
        self._fruitless: tuple[Query, Scope, date] | None = None
        self._pausing.timeout.connect(self._look_for_offers)

    # Moving about

    @property
    def place(self) -> Place:
        return self._history.place

    @property
    def can_go_back(self) -> bool:
        return self._history.can_go_back

    @property
    def can_go_forward(self) -> bool:
        return self._history.can_go_forward

    def go(self, place: Place, leaving: Anchor | None = None) -> None:
        """Show another place. `leaving` is where the grid is now, to come back to."""
        self._wish = None
        keeps = place.searching and place.text == self.place.text
        self._arrive(self._history.go(place, leaving), keeps)

    def become(self, place: Place, leaving: Anchor | None = None) -> None:
        """Show what is shown as another place, without a step on the way."""
        self._wish = None
        self._history.become(place)
        self._arrive(leaving, keeps=True)

    def step(self, by: int, leaving: Anchor | None = None) -> None:
        """Back (-1) or forward (1)."""
        self._wish = None
        anchor = self._history.step(by, leaving)
        self._arrive(anchor, keeps=self.place.searching)

    def search(self, text: str, leaving: Anchor | None = None) -> None:
        """Search while a person types: at once, and then for the latest text only.

        Args:
            text: the query as it is written.
        """
        self._wish = (text, leaving)
        if not self._typing.isActive():
            self._typed()

    def _typed(self) -> None:
        if self._wish is None:
            return
        (text, leaving), self._wish = self._wish, None
        place = self.place.asking(text)
        if place != self.place:
            anchor = self._history.go(place, leaving, refined=True)
            self._arrive(anchor, keeps=place.searching)
            self._typing.start()

    def _arrive(self, anchor: Anchor | None, keeps: bool) -> None:
        self.moved.emit(self.place)
        self._list(anchor, arrived=True, keeps=keeps)

    # Reading

    def refresh(self, change: Change) -> None:
        """The library has changed: read what may differ, soon and not too often."""
        self._due = merged(self._due, replace(change, added=change.added[:1]))
        if not self._refreshing.isActive():
            self._refreshing.start(round(max(_REFRESH, 10_000 * self._took)))

    def read_all(self) -> None:
        """Read everything for the first time."""
        self._due = Change(folders=True, tags=True, failures=True, albums=True)
        self._list(None, arrived=True)
        self._refresh()

    def serve(self, model: str) -> None:
        """Another model answers now: read anew what hangs on it."""
        self.model = model
        self.refresh(Change(tags=True, model=True))

    def warm_up(self) -> None:
        """Get the model ready, so that the first search does not wait for it."""

        def warm() -> None:
            self._answers().answer(Query("photo"))

        self._asking.submit("warm", warm, lambda _: self.ready.emit())

    def let_rest(self, free: Callable[[], None]) -> None:
        """Free what searches hold, when those that wait are answered."""
        self._asking.submit("rest", free, lambda _: None)

    def photos(
        self, key: str, photo_ids: list[int], done: Callable[[dict[int, Photo]], None]
    ) -> None:
        """What is known of some photos; `key` tells apart those who ask."""
        folder = self.place.scope.folder
        self._reading.submit(key, lambda: self.library.photos(photo_ids, folder), done)

    def read(self, key: str, work: Callable[[], T], done: Callable[[T], None]) -> None:
        """Read the library in the background and call `done` with what was found, unless more
        was asked with that key by then."""
        self._reading.submit(key, work, done)

    def count(
        self, text: str, done: Callable[[int], None], failed: Callable[[PhotoClipError], None]
    ) -> None:
        """Find out how many photos of the library are relevant to a query; one at a time."""
        today = date.today()
        query = parse(text, today)

        def ask() -> int:
            return self._ranked(query, self._answers().answer(query, Scope(), today)).relevant

        self._asking.submit("count", ask, done, failed)

    def holding_root(self, path: str, done: Callable[[str, str], None]) -> None:
        """Call `done` with the path and the root that holds it, if one does by now."""

        def answer(root: str | None) -> None:
            if root is not None:
                done(path, root)

        self._reading.submit("holding", lambda: self.library.root_of(path), answer)

    def write(self, work: Callable[[], Change], done: Callable[[], None] | None = None) -> None:
        """Change the library in the background and show it, then call `done`."""
        # A key of its own: a lane lets the latest work with a key replace the earlier.
        self._writes += 1

        def show(change: Change) -> None:
            self.refresh(change)
            if done is not None:
                done()

        self._reading.submit(f"write {self._writes}", work, show)

    def close(self) -> None:
        """Drop what waits, and wait for what is being read or searched."""
        for timer in (self._typing, self._refreshing, self._pausing):
            timer.stop()
        self._stop.stop()
        self._asking.close()
        self._reading.close()

    def _refresh(self) -> None:
        due, self._due = self._due, Change()
        library, model = self.library, self.model
        self._reading.submit("counts", lambda: library.counts(model), self.counted.emit)
        if due.folders:
            self._reading.submit("roots", library.roots, self.rootsRead.emit)
            self._reading.submit("folders", library.folder_tree, self.foldersRead.emit)
        if due.tags:
            counts = library.annotations.tag_counts
            self._reading.submit("tags", lambda: counts(model), self.tagsRead.emit)
        if due.failures:
            self._reading.submit("failures", library.failures, self.failuresRead.emit)
        if due.albums or due.added or due.removed or due.folders or due.tags or due.model:
            # Photos in them may have gone or come back, and live ones find others now.
            self._reading.submit("albums", library.albums.all, self.albumsRead.emit)
        if (
            due.added
            or due.removed
            or due.folders
            or due.model
            or (due.tags and self.place.scope.tag is not None)
            or (due.albums and self.place.scope.album is not None)
        ):
            # Another model ranks them all anew: nothing of its predecessor's answer is kept.
            self._list(None, arrived=due.model and self.place.searching)

    def _list(self, anchor: Anchor | None, arrived: bool, keeps: bool = True) -> None:
        place = self.place
        if place.failures:
            return
        if place.searching:
            self._query(place, anchor, arrived, keeps)
            return
        self._stop.stop()
        self._asking.cancel("query")
        self._forget_offers()
        self.searching.emit(False)

        def read() -> Listing:
            started = time.monotonic()
            ids, times = self.library.listing(place.scope, self.model)
            self._took = time.monotonic() - started
            return Listing(place, Ranking(ids, None, times), anchor, arrived, keeps)

        self._reading.submit("listing", read, self._show)

    def _query(self, place: Place, anchor: Anchor | None, arrived: bool, keeps: bool) -> None:
        today = date.today()
        query = parse(place.text, today)
        # What the person has gone on from keeps nobody waiting.
        self._stop.stop()
        stop = self._stop = StopFlag()

        def ask() -> Listing:
            results = self._answers().answer(query, place.scope, today, stop)
            found = self._ranked(query, results)
            return Listing(place, found, anchor, arrived, keeps)

        def show(listing: Listing) -> None:
            self._show(listing)
            if not listing.found.relevant and listing.place == self.place:
                self._fruitless = query, listing.place.scope, today
                self._pausing.start()

        def failed(error: PhotoClipError) -> None:
            self.searching.emit(False)
            self.searchFailed.emit(str(error))

        self._reading.cancel("listing")
        self._forget_offers()
        if arrived:
            self.searching.emit(True)
            self.contradicted.emit(contradiction(query, today) or "")
        self._asking.submit("query", ask, show, failed)

    def _ranked(self, query: Query, results: Results) -> Ranking:
        """Results without the pictures asked for themselves, and with what is shown of them."""
        asked = {part.source for part in query.parts if isinstance(part, Picture)}
        known = [self.library.photo_with(source) for source in asked]
        results = results.without([photo for photo in known if photo is not None])
        marks = {
            photo: one.liked
            for one in query.feedback
            if (photo := self.library.photo_with(one.content_hash)) is not None
        }
        ranked = results.bands if query.parts or query.feedback else None
        return Ranking(
            results.photo_ids,
            ranked,
            results.times,
            marks,
            results.places,
            lambda: results.in_order().photo_ids,
        )

    def _forget_offers(self) -> None:
        self._pausing.stop()
        self._asking.cancel("offers")

    def _look_for_offers(self) -> None:
        """Find out what stands in the way of the search that found nothing."""
        if self._fruitless is None:
            return
        query, scope, today = self._fruitless
        wider = [(one, query.without(one), scope) for one in query.filters[:_MOST_OFFERS]]
        ways = [way for way in wider if way[1]]
        everywhere = [(None, query, Scope())] if scope != Scope() else []

        def look() -> tuple[Offer, ...]:
            offers = []
            for without, asked, where in (*ways, *everywhere):
                results = self._answers().answer(asked, where, today)
                count = self._ranked(asked, results).relevant
                if count:
                    offers.append(Offer(without, count))
            return tuple(offers)

        if ways or everywhere:
            self._asking.submit("offers", look, self.offered.emit, lambda _: None)

    def _answers(self) -> Searches:
        """Made in the lane that asks, since it may have to read the whole library."""
        if self._searcher is None:
            self._searcher = self._make_searcher()
        return self._searcher

    def _show(self, listing: Listing) -> None:
        self.searching.emit(False)
        if listing.place == self.place:
            self.listed.emit(listing)
