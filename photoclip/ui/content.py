"""The content: a heading that says what is shown and how much of it, above the grid."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from photoclip.core.relevance import BANDS, Band
from photoclip.core.types import Counts, Folder, Scope
from photoclip.ui.bands import Arrangement, arranged, spoken_counts
from photoclip.ui.chips import ChipRow
from photoclip.ui.controls import Chip, ElidedLabel, button
from photoclip.ui.empty import Empty
from photoclip.ui.failures import Failures
from photoclip.ui.grid import GridView
from photoclip.ui.grid_layout import Anchor
from photoclip.ui.histogram import Histogram
from photoclip.ui.keep_album import KeepAlbum
from photoclip.ui.offers import OfferLine
from photoclip.ui.order_switch import OrderSwitch
from photoclip.ui.places import Place
from photoclip.ui.session import Listing
from photoclip.ui.timeline import Timeline

# A query answered faster than this shows no sign of work, in ms.
_PATIENCE = 150
# The phases of indexing in which photos become searchable.
_GROWING = ("indexing", "embedding")
# In a content lower or narrower than this, photos need the room more.
_HIGH, _WIDE = 400, 600


class Content(QWidget):
    """Chips, heading, grid, and the sentences in place of a grid.

    Attributes:
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
        self._listing: Listing | None = None
        self._held: Listing | None = None
        self._shown = Arrangement(np.empty(0, np.int64), None)
        self._folded = True
        self._title = ElidedLabel("heading")
        self._title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._note = ElidedLabel("secondary", Qt.TextElideMode.ElideRight)
        self.scope_chip = Chip("", closable=True)
        self.scope_chip.clicked.connect(lambda: self.scopeCleared.emit())
        self.scope_chip.hide()
        self.chips = ChipRow()
        self.chips.lead_with(self.scope_chip)
        self.order = OrderSwitch()
        self.order.ordered.connect(lambda _: self._rearrange())
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
        self._empty = Empty()
        self._empty.asked.connect(lambda: self.folderAsked.emit())
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
        grid.foldAsked.connect(self._toggle_fold)

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
        column.addWidget(self._stack, 1)
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
            self.histogram.show_times(np.empty(0, np.int64))
            self.order.hide()
            self.keep.offer(False)
        for forget in (self.offers.show_problem, self.offers.show_reason):
            forget("")
        self.offers.show_offers(())
        inside = place.scope != Scope()
        self.scope_chip.setVisible(place.searching and inside)
        if inside:
            self._name_scope()
        self.chips.arrange()
        self._held = None
        self._pill.hide()

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

    def show_listing(self, listing: Listing) -> None:
        """Show the photos of the place, or, read anew, only what moves nothing in view."""
        if listing.arrived or self._listing is None or self._listing.place != listing.place:
            self._folded = self._folded or listing.arrived
            self.offers.show_problem("")
            self._apply(listing, listing.anchor, keep_selection=listing.keeps)
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
        """Why a search brought nothing new; the results before it stay."""
        self.offers.show_problem(sentence)

    def show_new(self) -> None:
        """Show photos that came meanwhile, and go to the first of them."""
        held, before = self._held, self._shown
        if held is None:
            return
        self._apply(held, self.grid.anchor(), keep_selection=True)
        new = np.flatnonzero(~np.isin(self._shown.ids, before.ids))
        if len(new):
            self.grid.scrollTo(self.grid.index_of(int(new[0])), GridView.ScrollHint.PositionAtTop)
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def band_of(self, photo_id: int) -> Band | None:
        """How well a photo of these results matches; None where nothing was ranked."""
        found = None if self._listing is None else self._listing.found
        if found is None or found.bands is None:
            return None
        rows = np.flatnonzero(found.ids == photo_id)
        return BANDS[found.bands[rows[0]]] if len(rows) else None

    @property
    def answered(self) -> str:
        """The query whose results are shown; "" where nothing was asked."""
        return "" if self._listing is None else self._listing.place.text

    @property
    def held_count(self) -> int:
        """How many photos wait to be shown."""
        if self._held is None:
            return 0
        held = self._arranged(self._held)
        return int(np.count_nonzero(~np.isin(held.ids, self._shown.ids)))

    def words(self) -> str:
        """The heading as it reads."""
        if self._stack.currentIndex() == 1:
            return f"{self._empty.words()} {self.offers.words()}".strip()
        return ": ".join(text for text in (self._title.full_text, self._note.full_text) if text)

    def spoken(self) -> str:
        """The heading for announcements, with how many of the results are strong and likely."""
        listing = self._listing
        ranked = listing is not None and listing.place == self._place and listing.found.relevant
        bands = spoken_counts(listing.found, self.locale()) if listing and ranked else ""
        return ": ".join(text for text in (self.words(), bands) if text)

    def tab_chain(self) -> tuple[QWidget, ...]:
        """What Tab goes through, in order; the chips come and go after the first."""
        order, row = self.order.buttons, self.chips
        return (
            self.scope_chip,
            row.more_button,
            *order,
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

    # How new photos come in

    def _maybe_apply(self) -> None:
        """Take in what was held back if nothing in view moves by it."""
        held = self._held
        if held is None:
            return
        before, anchor = self.grid.visible_ids(), self.grid.anchor()
        would = self._would_show(self._arranged(held))
        full = self.grid.is_full() and len(self.grid.photos.ids) > 0
        ranked = held.found.bands is not None
        if would == before or (not full and (not ranked or would[: len(before)] == before)):
            self._apply(held, anchor if full else None, keep_selection=True)
            return
        settled = self._settled(held)
        if settled is not None and self._would_show(settled) == before:
            self._apply(held, anchor, keep_selection=True, arrangement=settled)
            return
        count = self.held_count
        self._pill.setVisible(count > 0)
        if count:
            self._pill.setText(self.tr("Show %Ln new photo(s)", "", count))
            self._place_pill()
            self._show_note()
        elif not ranked or not np.isin(self._shown.ids, held.found.ids).all():
            # Only photos that are gone: an honest grid shows that at once.
            self._apply(held, anchor, keep_selection=True)

    def _settled(self, held: Listing) -> Arrangement | None:
        """The same photos with those down to the end of the view in the order they have now.

        So photos of one day come in below each other although a few belong further up; None
        where that would put photos under the heading of another date, or among ranked results.
        """
        before, found = self._shown, held.found
        if before.times is None or found.bands is not None:
            return None
        end = self.grid.visible_rows().stop
        head, head_times = before.ids[:end], before.times[:end]
        place = np.isin(found.ids, head)
        if np.count_nonzero(place) < len(head):
            return None
        ids = np.concatenate([head, found.ids[~place]])
        times = np.concatenate([head_times, found.times[~place]])
        whole = Timeline(found.times)
        period = whole.fitting_period()
        if len(Timeline(times).starts(period)) != len(whole.starts(period)):
            return None
        return Arrangement(ids, times)

    def _arranged(self, listing: Listing) -> Arrangement:
        return arranged(listing.found, self.order.order, self._folded)

    def _would_show(self, arrangement: Arrangement) -> list[int]:
        """The ids in view if these were shown with the same photo at the same height."""
        shown = arrangement
        return self.grid.preview_visible(shown.ids, shown.times, shown.sections)

    def _apply(
        self,
        listing: Listing,
        anchor: Anchor | None,
        keep_selection: bool,
        arrangement: Arrangement | None = None,
    ) -> None:
        self._held = None
        self._pill.hide()
        self._listing = replace(listing, arrived=False)
        self._shown = shown = arrangement or self._arranged(listing)
        found, searching = listing.found, listing.place.searching
        self.grid.show_marks(found.marks)
        self.grid.show_photos(shown.ids, shown.times, anchor, keep_selection, shown.sections)
        self._stack.setCurrentIndex(0 if len(shown.ids) else 1)
        self.order.setVisible(searching and found.bands is not None and found.relevant > 0)
        self.keep.offer(searching)
        self.histogram.show_times(found.times[: found.relevant if searching else 0])
        self._show_note()

    def _rearrange(self) -> None:
        """Show the same results in another order."""
        if self._listing is not None:
            self._apply(self._held or self._listing, None, keep_selection=True)

    def _toggle_fold(self) -> None:
        """Show the weak results, or hide them again; what is above them stays where it is."""
        if self._listing is None:
            return
        self._folded = not self._folded
        first = self._shown.sections[-1].first
        self._apply(self._listing, self.grid.anchor(), keep_selection=True)
        if not self._folded and first < len(self._shown.ids):
            self.grid.chosen.select(first)
            self.grid.mouse.start_at(first)

    def _show_span(self, words: str) -> None:
        """What the histogram is asked about, in place of the note."""
        if words:
            self._note.show_text(words)
        else:
            self._show_note()

    def _show_note(self) -> None:
        listing = self._listing
        if listing is None or listing.place != self._place:
            return
        count, number = len(self._shown.ids), self.locale().toString
        if listing.place.searching:
            self._show_result(listing)
            return
        if not count:
            self._empty.explain(listing.place, self._counts, self._phase, self._away)
            self._note.show_text("")
            return
        text = self.tr("%Ln photo(s)", "", count)
        if self.held_count:
            text = self.tr("%1 of %2 photos").replace("%1", number(count))
            text = text.replace("%2", number(count + self.held_count))
        if listing.place.scope.folder in self._away:
            text = f"{text} · {self.tr('not connected')}"
        self._note.show_text(text)

    def _show_result(self, listing: Listing) -> None:
        """How many photos are relevant, and how many of all could be asked yet."""
        found, counts, number = listing.found, self._counts, self.locale().toString
        if not len(found.ids):
            self._empty.explain(listing.place, self._counts, self._phase, self._away)
        title = self.tr("%1 of %2").replace("%1", number(found.relevant))
        title = title.replace("%2", number(counts.photos))
        if found.nothing:
            title = self.tr("Nothing here looks like that. Closest:")
        album = self._place.album is not None and not found.nothing
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
        self.keep.show_room(self.width() >= _WIDE)
        self.histogram.show_room(self.height() >= _HIGH)
        self._place_pill()


def _away(folders: Iterable[Folder]) -> Iterator[str]:
    for folder in folders:
        if not folder.online:
            yield folder.path
        yield from _away(folder.children)
