"""The content: chips and a heading that says what is shown and how much of it, above the photos."""

from collections.abc import Iterable, Iterator

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from photoclip.core.types import Counts, Folder, Scope
from photoclip.ui.bands import Ranking, spoken_counts
from photoclip.ui.chips import ChipRow
from photoclip.ui.controls import Chip, ElidedLabel
from photoclip.ui.failures import Failures
from photoclip.ui.grid import GridView
from photoclip.ui.histogram import Histogram
from photoclip.ui.keep_album import KeepAlbum
from photoclip.ui.offers import OfferLine
from photoclip.ui.order_switch import OrderSwitch
from photoclip.ui.photo_pane import PhotoPane
from photoclip.ui.places import Place

# A query answered faster than this shows no sign of work, in ms.
_PATIENCE = 150
# The phases of indexing in which photos become searchable.
_GROWING = ("indexing", "embedding")
# In a content lower or narrower than this, photos need the room more.
_HIGH, _WIDE = 400, 600


class Content(QWidget):
    """What stands in the middle: the photos of a place, or the files that could not be read.

    Attributes:
        photos: the pane with the grid.
        chips: those of the query. offers, histogram, order: what stands above results.

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
        self._name = ""
        self._title = ElidedLabel("heading")
        self._title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._note = ElidedLabel("secondary", Qt.TextElideMode.ElideRight)
        self.scope_chip = Chip("", closable=True)
        self.scope_chip.clicked.connect(lambda: self.scopeCleared.emit())
        self.scope_chip.hide()
        self.chips = ChipRow()
        self.chips.lead_with(self.scope_chip)
        self.photos = PhotoPane(grid)
        self.photos.shown.connect(self._show_photos)
        self.photos.waiting.connect(self._show_note)
        self.photos.empty.asked.connect(lambda: self.folderAsked.emit())
        self.order = OrderSwitch()
        self.order.ordered.connect(self.photos.order_by)
        self.order.hide()
        self.keep = KeepAlbum()
        self.keep.offer(False)
        self.offers = OfferLine()
        self.histogram = Histogram()
        self.histogram.pointed.connect(self._show_span)
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
        self._failures = failures
        self._pages = QStackedWidget()
        self._pages.addWidget(self._browser())
        self._pages.addWidget(failures)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._busy)
        whole.addWidget(self._pages, 1)

    def _browser(self) -> QWidget:
        page = QWidget()
        above = QHBoxLayout()
        above.setContentsMargins(16, 8, 16, 0)
        above.addWidget(self.chips)
        head = QHBoxLayout()
        head.setContentsMargins(16, 10, 16, 6)
        head.setSpacing(10)
        for widget in (self._title, self._note, self.order, self.keep):
            head.addWidget(widget, 1 if widget is self._note else 0)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(above)
        column.addLayout(head)
        column.addWidget(self.offers)
        column.addWidget(self.histogram)
        column.addWidget(self.photos, 1)
        return page

    # What is shown

    def show_place(self, place: Place, name: str) -> None:
        """Say where the person is now; the photos follow.

        Args:
            name: of the place, for its heading.
        """
        self._place, self._name = place, name
        self._pages.setCurrentIndex(1 if place.failures else 0)
        if not place.searching:
            self._title.show_text(name)
            self.histogram.show_times(None)
            self.order.hide()
            self.keep.offer(False)
        self.offers.clear()
        inside = place.scope != Scope()
        self.scope_chip.setVisible(place.searching and inside)
        if inside:
            self._name_scope()
        self.chips.arrange()
        self.photos.drop_new()

    def show_name(self, name: str) -> None:
        """The place is called so now."""
        if name != self._name:
            self._name = name
            self._name_scope()
            if self._place.searching:
                self.chips.arrange()
                self._show_note()
            else:
                self._title.show_text(name)

    def _name_scope(self) -> None:
        inside = self.tr("Searching in %1. Search everywhere")
        self.scope_chip.setText(self.tr("in: %1").replace("%1", self._name))
        self.scope_chip.setAccessibleName(inside.replace("%1", self._name))
        self.scope_chip.updateGeometry()

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
        """Whether a query is on its way."""
        if searching:
            if not self._wait.isActive() and not self._busy.isVisible():
                self._wait.start()
        else:
            self._wait.stop()
            self._busy.hide()
            self._busy.setRange(0, 1)

    def words(self) -> str:
        """The heading as it reads."""
        if self.photos.currentWidget() is self.photos.empty:
            return f"{self.photos.empty.words()} {self.offers.words()}".strip()
        return ": ".join(text for text in (self._title.full_text, self._note.full_text) if text)

    def spoken(self) -> str:
        """The heading for announcements, with how many of the results are strong and likely."""
        found = self._found
        bands = "" if found is None or found.nothing else spoken_counts(found, self.locale())
        return ": ".join(text for text in (self.words(), bands) if text)

    def tab_chain(self) -> tuple[QWidget, ...]:
        """What Tab goes through, in order; the chips come and go after the first."""
        return (
            self.scope_chip,
            self.chips.more_button,
            *self.order.buttons,
            self.keep.button,
            self.histogram,
            self.grid,
        )

    def take_focus(self) -> None:
        """Give the focus to what is shown."""
        if self._place.failures:
            self._failures.focus_list()
        else:
            self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    # The heading

    @property
    def _found(self) -> Ranking | None:
        """The photos of this very place; None while they are on their way."""
        listing = self.photos.listing
        return listing.found if listing is not None and listing.place == self._place else None

    def _show_photos(self) -> None:
        """What goes with other photos."""
        found = self._found
        if found is not None:
            searching = self._place.searching
            self.order.setVisible(searching and found.bands is not None and found.relevant > 0)
            self.keep.offer(searching)
            self.offers.show_problem("")
            self.histogram.show_times(found.times[: found.relevant] if searching else None)
            self._show_note()

    def _show_span(self, words: str) -> None:
        """What the histogram is asked about, in place of the note."""
        if words:
            self._note.show_text(words)
        else:
            self._show_note()

    def _show_note(self) -> None:
        found = self._found
        if found is None:
            return
        if not self.photos.shown_count:
            self.photos.empty.explain(self._place, self._counts, self._phase, self._away)
        if self._place.searching:
            self._show_result(found)
        else:
            self._note.show_text(self._how_many() if self.photos.shown_count else "")

    def _how_many(self) -> str:
        """How many photos are here, and whether they can be reached."""
        shown, held = self.photos.shown_count, self.photos.held_count
        text = self.tr("%Ln photo(s)", "", shown)
        if held:
            number = self.locale().toString
            text = self.tr("%1 of %2 photos").replace("%1", number(shown))
            text = text.replace("%2", number(shown + held))
        if self._place.scope.folder in self._away:
            text = f"{text} · {self.tr('not connected')}"
        return text

    def _show_result(self, found: Ranking) -> None:
        """How many photos are relevant, and how many of all could be asked yet."""
        counts, number = self._counts, self.locale().toString
        album = self._place.album is not None and not found.nothing
        if album:
            title = self.tr("%Ln photo(s)", "", found.relevant)
        elif found.nothing:
            title = self.tr("Nothing here looks like that. Closest:")
        else:
            asked = counts.photos if found.among is None else found.among
            title = self.tr("%1 of %2").replace("%1", number(found.relevant))
            title = title.replace("%2", number(asked))
        self._title.show_text(self._name if album else title)
        note = self.tr("so far") if self._phase in _GROWING else ""
        if found.bands is not None and counts.searchable < counts.photos:
            note = self.tr("%1 of %2 photos searchable")
            if self._phase:
                note = self.tr("%1 of %2 photos searchable so far")
            note = note.replace("%1", number(counts.searchable))
            note = note.replace("%2", number(counts.photos))
        parts = (title * album, note, self.tr("changed") * self.keep.changed)
        self._note.show_text(" · ".join(part for part in parts if part))

    # How it looks

    def _show_busy(self) -> None:
        self._busy.setRange(0, 0)
        self._busy.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.keep.show_room(self.width() >= _WIDE)
        self.histogram.show_room(self.height() >= _HIGH)


def _away(folders: Iterable[Folder]) -> Iterator[str]:
    for folder in folders:
        if not folder.online:
            yield folder.path
        yield from _away(folder.children)
