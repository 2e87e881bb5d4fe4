"""The content: a heading that says what is shown and how much of it, above the grid."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from photoclip.core.paths import display_name
from photoclip.core.types import Counts, Folder, Scope
from photoclip.ui import icons
from photoclip.ui.controls import Chip, ElidedLabel, button, label
from photoclip.ui.failures import Failures
from photoclip.ui.grid import GridView
from photoclip.ui.grid_layout import Anchor, fitting_period, sections
from photoclip.ui.places import Place
from photoclip.ui.session import Listing

# A query answered faster than this shows no sign of work, in ms.
_PATIENCE = 150


class _Empty(QWidget):
    """Says why there is nothing, and what to do."""

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._icon = "photos"
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = label("", "heading", wrap=True)
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text = label("", "secondary", wrap=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._button = button()
        self._button.clicked.connect(lambda: self.asked.emit())
        self._button.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 24, 32, 24)
        column.setSpacing(8)
        column.addStretch(2)
        for widget in (self._picture, self._title, self._text):
            column.addWidget(widget)
        column.addSpacing(8)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(3)

    def say(self, icon: str, title: str, text: str = "", offer: str = "") -> None:
        self._icon = icon
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self._button.setText(offer)
        self._button.setVisible(bool(offer))
        self._draw()

    def words(self) -> str:
        return f"{self._title.text()} {self._text.text()}".strip()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        color = self.palette().color(QPalette.ColorRole.Mid)
        self._picture.setPixmap(icons.pixmap(self._icon, color, 48, self.devicePixelRatioF()))


class Content(QWidget):
    """Heading, chips, grid, and the sentences in place of a grid.

    Signals:
        scopeCleared: the chip was closed, or "search everywhere" asked.
        folderAsked: there is nothing here, and a folder is to be added.
    """

    scopeCleared = Signal()
    folderAsked = Signal()

    def __init__(self, grid: GridView, failures: Failures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("content")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.grid = grid
        self._counts = Counts(0, 0, 0)
        self._phase = ""
        self._away: frozenset[str] = frozenset()
        self._place = Place()
        self._listing: Listing | None = None
        self._held: Listing | None = None
        self._title = ElidedLabel("heading")
        self._title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._note = ElidedLabel("secondary", Qt.TextElideMode.ElideRight)
        self.scope_chip = Chip("", closable=True)
        self.scope_chip.clicked.connect(lambda: self.scopeCleared.emit())
        self._busy = QProgressBar()
        self._busy.setTextVisible(False)
        self._busy.setRange(0, 1)
        self._busy.setFixedHeight(2)
        self._busy.setAccessibleName(self.tr("Searching"))
        keep = self._busy.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self._busy.setSizePolicy(keep)
        self._busy.hide()
        self._wait = QTimer(self, singleShot=True, interval=_PATIENCE)
        self._wait.timeout.connect(self._show_busy)
        self._empty = _Empty()
        self._empty.asked.connect(self._do_offer)
        self._stack = QStackedWidget()
        self._stack.addWidget(grid)
        self._stack.addWidget(self._empty)
        self._pill = button("", "pill")
        self._pill.setParent(self)
        self._pill.clicked.connect(self.show_new)
        self._pill.hide()
        self._failures = failures
        self._pages = QStackedWidget()
        self._pages.addWidget(self._browser())
        self._pages.addWidget(failures)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._busy)
        whole.addWidget(self._pages, 1)
        grid.scrolled.connect(self._maybe_apply)

    def _browser(self) -> QWidget:
        page = QWidget()
        head = QHBoxLayout()
        head.setContentsMargins(16, 10, 16, 6)
        head.setSpacing(10)
        head.addWidget(self._title)
        head.addWidget(self.scope_chip)
        head.addWidget(self._note, 1)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        return page

    # What is shown

    def show_place(self, place: Place, name: str) -> None:
        """Say where the person is now; the photos follow.

        Args:
            name: of the place, for its heading.
        """
        self._place = place
        self._pages.setCurrentIndex(1 if place.failures else 0)
        self._title.show_text(name)
        scope = place.scope
        inside = display_name(scope.folder) if scope.folder else scope.tag
        self.scope_chip.setVisible(place.searching and inside is not None)
        if inside is not None:
            self.scope_chip.setText(self.tr("in: %1").replace("%1", inside))
            self.scope_chip.setAccessibleName(
                self.tr("Searching in %1. Search everywhere").replace("%1", inside)
            )
            self.scope_chip.updateGeometry()
        self._held = None
        self._pill.hide()

    def show_listing(self, listing: Listing) -> None:
        """Show the photos of the place, or, read anew, only what moves nothing in view."""
        if listing.arrived or self._listing is None or self._listing.place != listing.place:
            self._apply(listing, listing.anchor, keep_selection=bool(listing.place.text))
            return
        self._held = listing
        self._maybe_apply()

    def show_counts(self, counts: Counts) -> None:
        self._counts = counts
        self._show_note()

    def show_folders(self, folders: Iterable[Folder]) -> None:
        """Know which folders are on drives that are not connected."""
        self._away = frozenset(_away(folders))
        self._show_note()

    def show_indexing(self, phase: str) -> None:
        """What indexing is at, "" while it does not run."""
        if phase != self._phase:
            self._phase = phase
            self._show_note()

    def show_searching(self, searching: bool) -> None:
        if searching:
            if not self._wait.isActive() and not self._busy.isVisible():
                self._wait.start()
        else:
            self._wait.stop()
            self._busy.hide()
            self._busy.setRange(0, 1)

    def show_problem(self, sentence: str) -> None:
        """A sentence in place of results."""
        self._empty.say("warning", self.tr("That search did not work"), sentence)
        self._note.show_text("")
        self._stack.setCurrentIndex(1)

    def show_new(self) -> None:
        """Show photos that came meanwhile, and go to the first of them."""
        held, before = self._held, self._listing
        if held is None or before is None:
            return
        new = np.flatnonzero(~np.isin(held.ids, before.ids))
        self._apply(held, self.grid.anchor(), keep_selection=True)
        if len(new):
            self.grid.scrollTo(self.grid.index_of(int(new[0])), GridView.ScrollHint.PositionAtTop)
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def held_count(self) -> int:
        """How many photos wait to be shown."""
        if self._held is None or self._listing is None:
            return 0
        return int(np.count_nonzero(~np.isin(self._held.ids, self._listing.ids)))

    def words(self) -> str:
        """The heading as it reads, for announcements."""
        if self._stack.currentIndex() == 1:
            return self._empty.words()
        return f"{self._title.full_text}: {self._note.full_text}"

    def take_focus(self) -> None:
        """Give the focus to what is shown."""
        if self._place.failures:
            self._failures.focus_list()
        else:
            self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    # How new photos come in

    def _maybe_apply(self) -> None:
        """Take in what was held back if nothing in view moves by it."""
        held = self._held
        if held is None:
            return
        before = self.grid.visible_ids()
        anchor = self.grid.anchor()
        full = self.grid.is_full() and len(self.grid.photos.ids) > 0
        if not full or (self._would_show(held) == before):
            self._apply(held, anchor if full else None, keep_selection=True)
            return
        settled = self._settled(held)
        if settled is not None and self._would_show(settled) == before:
            self._apply(settled, anchor, keep_selection=True)
            return
        count = self.held_count
        self._pill.setVisible(count > 0)
        if not count:
            # Only photos that are gone: an honest grid shows that at once.
            self._apply(held, anchor, keep_selection=True)
            return
        self._pill.setText(self.tr("Show %Ln new photo(s)", "", count))
        self._place_pill()
        self._show_note()

    def _settled(self, held: Listing) -> Listing | None:
        """The same photos with those down to the end of the view in the order they have now.

        So photos of one day come in below each other although a few belong further up; None
        where that would put photos under the heading of another date, or among ranked results.
        """
        before = self._listing
        if before is None or before.times is None or held.times is None:
            return None
        end = self.grid.visible_rows().stop
        head, head_times = before.ids[:end], before.times[:end]
        place = np.isin(held.ids, head)
        if np.count_nonzero(place) < len(head):
            return None
        ids = np.concatenate([head, held.ids[~place]])
        times = np.concatenate([head_times, held.times[~place]])
        period = fitting_period(held.times)
        if len(sections(times, period)) != len(sections(held.times, period)):
            return None
        return replace(held, ids=ids, times=times)

    def _would_show(self, listing: Listing) -> list[int]:
        """The ids in view if the listing were shown with the same photo at the same height."""
        return self.grid.preview_visible(listing.ids, listing.times)

    def _apply(self, listing: Listing, anchor: Anchor | None, keep_selection: bool) -> None:
        self._held = None
        self._pill.hide()
        self._listing = replace(listing, arrived=False)
        self.grid.show_photos(listing.ids, listing.times, anchor, keep_selection)
        self._stack.setCurrentIndex(0 if len(listing.ids) else 1)
        self._show_note()

    def _show_note(self) -> None:
        listing = self._listing
        if listing is None or listing.place != self._place:
            return
        count, number = len(listing.ids), self.locale().toString
        if not count:
            self._say_empty(listing.place)
            self._note.show_text("")
            return
        if not listing.place.searching:
            text = self.tr("%Ln photo(s)", "", count)
            if self.held_count:
                text = self.tr("%1 of %2 photos").replace("%1", number(count))
                text = text.replace("%2", number(count + self.held_count))
            if listing.place.scope.folder in self._away:
                text = f"{text} · {self.tr('not connected')}"
            self._note.show_text(text)
            return
        text = self._ranked(listing)
        ready, photos = self._counts.searchable, self._counts.photos
        if ready < photos:
            so_far = self.tr("%1 of %2 photos searchable")
            if self._phase:
                so_far = self.tr("%1 of %2 photos searchable so far")
            so_far = so_far.replace("%1", number(ready)).replace("%2", number(photos))
            text = f"{text} · {so_far}"
        self._note.show_text(text)

    def _ranked(self, listing: Listing) -> str:
        """What the results are: every photo is ranked, and the first of them are shown."""
        place, counts, count = listing.place, self._counts, len(listing.ids)
        similar, everywhere = place.similar is not None, place.scope == Scope()
        if listing.cut and count < counts.searchable:
            text = self.tr("The %1 most similar") if similar else self.tr("The %1 best matches")
            if everywhere and similar:
                text = self.tr("The %1 most similar of %2 photos")
            elif everywhere:
                text = self.tr("The %1 best matches of %2 photos")
            number = self.locale().toString
            return text.replace("%1", number(count)).replace("%2", number(counts.searchable))
        if similar:
            return self.tr("%Ln photo(s), most similar first", "", count)
        if counts.searchable < counts.photos:
            return self.tr("%Ln photo(s), best matches first", "", count)
        return self.tr("All %Ln photo(s), best matches first", "", count)

    def _say_empty(self, place: Place) -> None:
        if place.similar is not None or (place.text and self._counts.searchable == 0):
            self._empty.say(
                "search",
                self.tr("Nothing can be searched yet"),
                self.tr("Photos become searchable one after the other while they are indexed."),
            )
        elif place.searching:
            self._empty.say(
                "search", self.tr("Nothing here to search"), "", self.tr("Search everywhere")
            )
        elif place.scope.folder in self._away:
            name = display_name(place.scope.folder or "")
            self._empty.say(
                "drive-off",
                self.tr("“%1” is not connected").replace("%1", name),
                self.tr("Connect its drive, then rescan."),
            )
        elif place.scope.folder is not None and not self._phase:
            name = display_name(place.scope.folder)
            self._empty.say(
                "folder",
                self.tr("No photos in “%1”").replace("%1", name),
                self.tr("PhotoClip reads JPEG, HEIC, PNG, RAW and more."),
            )
        elif place.scope.tag is not None:
            self._empty.say("tag", self.tr("No photo has this tag now"))
        elif self._phase == "loading":
            self._empty.say(
                "photos",
                self.tr("Getting ready to look at your photos…"),
                self.tr("The first appear in a moment."),
            )
        elif self._phase:
            self._empty.say(
                "photos", self.tr("Looking for photos…"), self.tr("The first appear in a moment.")
            )
        else:
            self._empty.say(
                "photos",
                self.tr("No photos in your folders"),
                self.tr("PhotoClip reads JPEG, HEIC, PNG, RAW and more. Drop another folder here."),
                self.tr("Choose a folder…"),
            )

    def _do_offer(self) -> None:
        (self.scopeCleared if self._place.searching else self.folderAsked).emit()

    def _show_busy(self) -> None:
        self._busy.setRange(0, 0)
        self._busy.show()

    def _place_pill(self) -> None:
        self._pill.adjustSize()
        size: QSize = self._pill.size()
        place = self._stack.mapTo(self, self._stack.rect().topLeft())
        self._pill.move((self.width() - size.width()) // 2, place.y() + 12)
        self._pill.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_pill()


def _away(folders: Iterable[Folder]) -> Iterator[str]:
    for folder in folders:
        if not folder.online:
            yield folder.path
        yield from _away(folder.children)
