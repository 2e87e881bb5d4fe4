"""What the window shows and why: the place, its photos, and the lists beside them, kept fresh."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from photoclip.core.library import Library
from photoclip.core.types import Change, Photo
from photoclip.ui.bands import Ranking
from photoclip.ui.grid_layout import Anchor
from photoclip.ui.index_job import merged
from photoclip.ui.jobs import Bridge, Lane
from photoclip.ui.places import History, Place
from photoclip.ui.searching import Searching

T = TypeVar("T")

# Typing faster than this asks only for its last phrase, in ms.
_TYPING = 40
# A list is read anew at most this often while photos arrive, in ms, and never so that reading
# takes more than a tenth of the time.
_REFRESH = 500


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


class Session(QObject):
    """Reads the library off the GUI thread, for the place a person is at.

    Attributes:
        searching: answers the queries asked there.

    Signals:
        moved: the new `Place`.
        listed: a `Listing` of the place.
        counted: `Counts`. rootsRead, foldersRead, tagsRead, failuresRead, albumsRead: tuples of
            paths, `Folder`, `TagCount`, `Failure`, `Album`. All of them again whenever they may
            have changed.
    """

    moved = Signal(object)
    listed = Signal(object)
    counted = Signal(object)
    foldersRead = Signal(object)
    tagsRead = Signal(object)
    failuresRead = Signal(object)
    rootsRead = Signal(object)
    albumsRead = Signal(object)

    def __init__(
        self,
        library: Library,
        searching: Searching,
        model: str,
        bridge: Bridge,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.library, self.searching, self.model = library, searching, model
        self._reading = Lane(bridge, "read")
        self._history = History()
        self._due = Change()
        self._took = 0.0
        self._writes = 0
        self._typing = QTimer(self, singleShot=True, interval=_TYPING)
        self._typing.timeout.connect(self._typed)
        self._wish: tuple[str, Anchor | None] | None = None
        self._refreshing = QTimer(self, singleShot=True, interval=_REFRESH)
        self._refreshing.timeout.connect(self._refresh)

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
        self._typing.stop()
        self._refreshing.stop()
        self.searching.close()
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
        place, library, model = self.place, self.library, self.model

        def show(found: Ranking) -> None:
            self.listed.emit(Listing(place, found, anchor, arrived, keeps))

        def read() -> Ranking:
            started = time.monotonic()
            ids, times = library.listing(place.scope, model)
            self._took = time.monotonic() - started
            return Ranking(ids, None, times)

        self._reading.cancel("listing")
        if place.searching:
            self.searching.ask(place.text, place.scope, model, show, again=not arrived)
            return
        self.searching.cancel()
        if not place.failures:
            self._reading.submit("listing", read, show)
