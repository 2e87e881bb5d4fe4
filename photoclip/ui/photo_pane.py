"""The photos of a place in the grid, or why there are none; new ones move nothing in view."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from photoclip.core.relevance import BANDS, Band
from photoclip.ui.bands import Arrangement, Order, arranged
from photoclip.ui.controls import button
from photoclip.ui.empty import Empty
from photoclip.ui.grid import GridView
from photoclip.ui.grid_layout import Anchor
from photoclip.ui.session import Listing
from photoclip.ui.timeline import Timeline


class PhotoPane(QStackedWidget):
    """Shows listings. One that was read anew is held back where it would move what is in view; a
    pill says how many photos wait.

    Attributes:
        listing: the one that is shown; None before the first.
        empty: says why there are no photos.

    Signals:
        shown: there is another listing, or the same in another order.
        waiting: more photos are held back, or fewer.
    """

    shown = Signal()
    waiting = Signal()

    def __init__(self, grid: GridView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = grid
        self.listing: Listing | None = None
        self._held: Listing | None = None
        self._shown = Arrangement(np.empty(0, np.int64), None)
        self._order, self._folded = Order.RELEVANCE, True
        self.empty = Empty()
        self.addWidget(grid)
        self.addWidget(self.empty)
        self._pill = button("", "pill")
        self._pill.setParent(self)
        self._pill.clicked.connect(self.show_new)
        self._pill.hide()
        grid.scrolled.connect(self._maybe_apply)
        grid.foldAsked.connect(self._toggle_fold)

    @property
    def shown_count(self) -> int:
        """How many photos are shown."""
        return len(self._shown.ids)

    @property
    def held_count(self) -> int:
        """How many photos wait to be shown."""
        if self._held is None:
            return 0
        return int(np.count_nonzero(~np.isin(self._arranged(self._held).ids, self._shown.ids)))

    @property
    def answered(self) -> str:
        """The query whose results are shown; "" where nothing was asked."""
        return "" if self.listing is None else self.listing.place.text

    def band_of(self, photo_id: int) -> Band | None:
        """How well a photo of these results matches; None where nothing was ranked."""
        found = None if self.listing is None else self.listing.found
        if found is None or found.bands is None:
            return None
        rows = np.flatnonzero(found.ids == photo_id)
        return BANDS[found.bands[rows[0]]] if len(rows) else None

    def show_listing(self, listing: Listing) -> None:
        """Show the photos of the place, or, read anew, only what moves nothing in view."""
        if listing.arrived or self.listing is None or self.listing.place != listing.place:
            self._folded = self._folded or listing.arrived
            self._apply(listing, listing.anchor, listing.keeps)
            return
        self._held = listing
        self._maybe_apply()

    def show_new(self) -> None:
        """Show photos that came meanwhile, and go to the first of them."""
        if self._held is None:
            return
        before, grid = self._shown, self._grid
        self._apply(self._held, grid.anchor())
        new = np.flatnonzero(~np.isin(self._shown.ids, before.ids))
        if len(new):
            grid.scrollTo(grid.index_of(int(new[0])), GridView.ScrollHint.PositionAtTop)
        grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def drop_new(self) -> None:
        """Forget what is held back: the person goes to another place."""
        self._held = None
        self._pill.hide()

    def order_by(self, order: Order) -> None:
        """Show the same results in another order."""
        self._order = order
        listing = self._held or self.listing
        if listing is not None:
            self._apply(listing, None)

    # How new photos come in

    def _maybe_apply(self) -> None:
        """Take in what was held back if nothing in view moves by it."""
        held, grid = self._held, self._grid
        if held is None:
            return
        before, anchor = grid.visible_ids(), grid.anchor()
        would = self._would_show(self._arranged(held))
        full = grid.is_full() and self.shown_count > 0
        ranked = held.found.bands is not None
        if would == before or (not full and (not ranked or would[: len(before)] == before)):
            self._apply(held, anchor if full else None)
            return
        settled = self._settled(held)
        if settled is not None and self._would_show(settled) == before:
            self._apply(held, anchor, arrangement=settled)
            return
        count = self.held_count
        self._pill.setVisible(count > 0)
        if count:
            self._pill.setText(self.tr("Show %Ln new photo(s)", "", count))
            self._place_pill()
            self.waiting.emit()
        elif not ranked or not np.isin(self._shown.ids, held.found.ids).all():
            # Only photos that are gone: an honest grid shows that at once.
            self._apply(held, anchor)

    def _settled(self, held: Listing) -> Arrangement | None:
        """The same photos with those down to the end of the view in the order they have now.

        So photos of one day come in below each other although a few belong further up; None
        where that would put photos under the heading of another date, or among ranked results.
        """
        before, found = self._shown, held.found
        if before.times is None or found.bands is not None:
            return None
        end = self._grid.visible_rows().stop
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
        return arranged(listing.found, self._order, self._folded)

    def _would_show(self, shown: Arrangement) -> list[int]:
        """The ids in view if these were shown with the same photo at the same height."""
        return self._grid.preview_visible(shown.ids, shown.times, shown.sections)

    def _apply(
        self,
        listing: Listing,
        anchor: Anchor | None,
        keep_selection: bool = True,
        arrangement: Arrangement | None = None,
    ) -> None:
        self.drop_new()
        self.listing = replace(listing, arrived=False)
        self._shown = shown = arrangement or self._arranged(listing)
        self._grid.show_marks(listing.found.marks)
        self._grid.show_photos(shown.ids, shown.times, anchor, keep_selection, shown.sections)
        self.setCurrentIndex(0 if self.shown_count else 1)
        self.shown.emit()

    def _toggle_fold(self) -> None:
        """Show the weak results, or hide them again; what is above them stays where it is."""
        if self.listing is None:
            return
        self._folded = not self._folded
        first, held = self._shown.sections[-1].first, self._held
        self._apply(self.listing, self._grid.anchor())
        if not self._folded and first < self.shown_count:
            self._grid.chosen.select(first)
            self._grid.mouse.start_at(first)
        if held is not None:
            self.show_listing(held)

    def _place_pill(self) -> None:
        self._pill.adjustSize()
        self._pill.move((self.width() - self._pill.width()) // 2, 12)
        self._pill.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_pill()
