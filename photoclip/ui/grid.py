"""The grid of thumbnails: photos under headings, selected, scrolled and painted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QWidget,
)

from photoclip.ui.bands import BandSection
from photoclip.ui.grid_geometry import GridGeometry
from photoclip.ui.grid_keys import GridKeys
from photoclip.ui.grid_layout import Anchor, GridLayout, Rect
from photoclip.ui.grid_model import GridModel
from photoclip.ui.grid_mouse import GridMouse
from photoclip.ui.grid_painter import GridPainter
from photoclip.ui.grid_selection import GridSelection
from photoclip.ui.grid_wishes import GridWishes
from photoclip.ui.outline import Outline
from photoclip.ui.scrubber import Scrubber
from photoclip.ui.thumbnails import Thumbnails
from photoclip.ui.timeline import Timeline

_EMPTY = np.empty(0, np.int64)
_NO_UPDATE = QItemSelectionModel.SelectionFlag.NoUpdate
# More than these are not selected again on coming back to a place.
_MOST_REMEMBERED = 2000


class GridView(GridGeometry):
    """Shows the photos of a `GridModel`: in sections by date, in bands by relevance, or in one.

    Attributes:
        outline: the sections of what is shown.
        marks: photos that a person found right (True) or wrong.

    Signals:
        opened: a photo's id, by double click, Enter or Space.
        picked: the selection or the current photo changed.
        menuAsked: where, in global coordinates, the photo menu is wanted.
        typed: text typed without a command key; it is meant for the search.
        composed: an input method's event, meant for the search.
        helpAsked: "?" was typed.
        zoomed: steps of tile size, positive for larger.
        dragged: the selected photos are dragged out of the window.
        settled: ids now in view, once scrolling has come to rest.
        scrolled: the person moved to another place.
        foldAsked: the weak results are to be shown, or hidden again.
        foldReached: the keys have come to their heading.
    """

    opened = Signal(object)
    picked = Signal()
    menuAsked = Signal(object)
    typed = Signal(object)
    composed = Signal(object)
    helpAsked = Signal()
    zoomed = Signal(object)
    dragged = Signal()
    settled = Signal(object)
    scrolled = Signal()
    foldAsked = Signal()
    foldReached = Signal()

    def __init__(
        self, model: GridModel, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        # Qt asks for what is shown from the first setting on, so what that is made of comes first.
        self.photos = model
        self.outline = Outline()
        self.marks: Mapping[int, bool] = {}
        self._input_method: QWidget | None = None
        self._quiet = False
        self._scrubber = Scrubber(self)
        self._wishes = GridWishes(self, thumbnails)
        self._painter = GridPainter(self, thumbnails)
        self.chosen = GridSelection(self)
        self.keys = GridKeys(self)
        self.mouse = GridMouse(self)
        self.setObjectName("grid")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAutoScroll(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setAcceptDrops(False)
        self.setVerticalScrollBar(self._scrubber)
        self.setModel(model)
        self._scrubber.actionTriggered.connect(lambda _: self.scrolled.emit())
        self.selectionModel().currentChanged.connect(self.tell_picked)

    # Contents

    def show_photos(
        self,
        ids: NDArray[np.int64],
        times: NDArray[np.int64] | None,
        anchor: Anchor | None,
        keep_selection: bool = True,
        bands: tuple[BandSection, ...] = (),
    ) -> None:
        """Show other photos.

        Args:
            times: (m,) seconds by which to section the first m; None for no such sections.
            bands: the sections after those.
            anchor: the place to show, None for the top.
            keep_selection: keep what is selected, even where it is not shown now.
        """
        kept = self.chosen.ids() if keep_selection else _EMPTY
        current = self.current_id() if keep_selection else None
        # Selection and current photo move with their ids: one signal at the end tells all.
        self._quiet = True
        timeline = None if times is None else Timeline(times)
        self.outline = Outline(timeline, bands, self.outline.tile)
        self.photos.set_ids(ids)
        self._relayout()
        row = None if current is None else self.photos.row_of(current)
        if row is not None:
            self.selectionModel().setCurrentIndex(self.index_of(row), _NO_UPDATE)
        self.mouse.forget()
        self.keys.at_fold = False
        self.restore(anchor)
        if len(kept) and not (anchor and anchor.selected):
            self.chosen.select_ids(kept)
        self._quiet = False
        self.picked.emit()

    def show_marks(self, marks: Mapping[int, bool]) -> None:
        """Mark photos with thumbs, up for True."""
        self.marks = marks
        self.viewport().update()

    def set_tile_size(self, side: int) -> None:
        """Change the wished side of a tile; the photos in view stay in view."""
        if side != self.outline.tile:
            anchor = self.anchor(prefer_current=True)
            self.outline = replace(self.outline, tile=side)
            self._wishes.stretch()
            self._relayout()
            self.restore(anchor)

    def current_id(self) -> int | None:
        row = self.currentIndex().row()
        return self.photos.id_at(row) if 0 <= row < len(self.photos.ids) else None

    def selectAll(self) -> None:
        self.chosen.select_ranges([(0, len(self.photos.ids))])

    def clearSelection(self) -> None:
        self.chosen.clear()

    def tell_picked(self) -> None:
        """The selection or the current photo is another."""
        if not self._quiet:
            self.picked.emit()

    # Place

    def anchor(self, prefer_current: bool = False) -> Anchor | None:
        """The photo to hold on to: the current one where wished and in view, else the first."""
        rows = self.visible_rows()
        if not rows:
            return None
        current = self.currentIndex().row()
        row = rows.start
        if prefer_current and current in rows:
            row = current
        else:
            # Rather a photo seen whole than one of which only the foot is left.
            while row + 1 < rows.stop and self.layout_.tile_rect(row).y < self.top:
                row += self.layout_.columns
            row = min(row, rows.stop - 1)
        return Anchor(self.photos.id_at(row), self.layout_.tile_rect(row).y - self.top)

    def bookmark(self) -> Anchor | None:
        """The place with what is selected in it, to come back to."""
        here = self.anchor()
        if here is None or self.chosen.count() > _MOST_REMEMBERED:
            return here
        chosen = tuple(int(i) for i in self.chosen.ids())
        return replace(here, selected=chosen, current=self.current_id())

    def restore(self, anchor: Anchor | None) -> None:
        """Go back to a place; to the top when there is none or its photo is gone."""
        if anchor is not None and anchor.selected:
            self.chosen.select_shown(np.array(anchor.selected, np.int64))
            current = self.photos.row_of(anchor.current) if anchor.current is not None else None
            if current is not None:
                self.chosen.select(current, _NO_UPDATE)
        row = self.photos.row_of(anchor.photo_id) if anchor else None
        top = 0
        if anchor is not None and row is not None:
            top = self.layout_.tile_rect(row).y - anchor.offset
        self.verticalScrollBar().setValue(top)
        self.viewport().update()

    def visible_ids(self) -> list[int]:
        rows = self.visible_rows()
        photo_ids: list[int] = self.photos.ids[rows.start : rows.stop].tolist()
        return photo_ids

    def preview_visible(
        self,
        ids: NDArray[np.int64],
        times: NDArray[np.int64] | None,
        bands: tuple[BandSection, ...] = (),
    ) -> list[int]:
        """The ids that would be in view, were these photos shown with the anchor held."""
        anchor = self.anchor()
        rows = np.flatnonzero(ids == anchor.photo_id) if anchor else _EMPTY
        if anchor is None or not len(rows):
            return []
        timeline = None if times is None else Timeline(times)
        outline = Outline(timeline, bands, self.outline.tile)
        layout = self._laid_out(len(ids), outline)
        top = layout.tile_rect(int(rows[0])).y - anchor.offset
        height = self.viewport().height()
        top = max(0, min(top, layout.height - height))
        shown = layout.visible(top, top + height)
        photo_ids: list[int] = ids[shown.start : shown.stop].tolist()
        return photo_ids

    def _laid_out(self, count: int, outline: Outline) -> GridLayout:
        return GridLayout(count, self.viewport().width(), outline.tile, outline.starts)

    def _relayout(self) -> None:
        self.layout_ = layout = self._laid_out(len(self.photos.ids), self.outline)
        tops = [(year, layout.heading_rect(section).y) for year, section in self.outline.years()]
        self._scrubber.set_years(tops)
        self.updateGeometries()
        self._wishes.renew()
        self.viewport().update()

    def thumbnail_side(self) -> int:
        """The side of a tile in device pixels."""
        return round(self.layout_.tile * self.devicePixelRatioF())

    # What QListView asks for

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        box = Rect(rect.x(), rect.y() + self.top, rect.width(), rect.height())
        self.chosen.select_ranges(self.layout_.rows_in(box), command)

    def resizeEvent(self, event: QResizeEvent) -> None:
        anchor = self.anchor() if self.top else None
        self._wishes.stretch()
        self._relayout()
        self.restore(anchor)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()
        self._wishes.move()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.layout_.count:
            self._wishes.ask()
        painter = QPainter(self.viewport())
        self._painter.paint(painter, event.region())
        painter.end()

    def heading(self, section: int) -> tuple[str, str]:
        """The date or band of a section, and how many photos are in it."""
        band = self.outline.band(section)
        first, end = self.layout_.section_rows(section)
        count = band.count if band is not None else end - first
        return self.outline.title(section, self.locale()), self.locale().toString(count)

    def fold(self) -> int | None:
        """The section that can be folded and unfolded, if there is one."""
        return self.outline.fold

    def ask_thumbnails_again(self, changed: Sequence[int] = ()) -> None:
        """Thumbnails that were not there yet may be by now, and these may be others."""
        self._wishes.ask_again(changed)
        self.photos.forget(changed)
        self.viewport().update()

    # Events, handed to those who know

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.mouse.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.mouse.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mouse.double_click(event)

    def leaveEvent(self, event: object) -> None:
        self.mouse.leave()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoomed.emit(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)
            self.scrolled.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.keys.press(event):
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            index = self.currentIndex()
            if index.isValid():
                self.scrollTo(index)
                place = self.visualRect(index).center()
                self.menuAsked.emit(self.viewport().mapToGlobal(place))
        else:
            self.mouse.context(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.keys.focus(event.reason())
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    # Input methods: what is composed here belongs to the search

    def compose_in(self, field: QWidget) -> None:
        """Let the input method ask `field` for its surroundings, as if the text were there."""
        self._input_method = field

    def currentChanged(
        self,
        current: QModelIndex | QPersistentModelIndex,
        previous: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().currentChanged(current, previous)
        # Qt takes it away from items that cannot be edited.
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)

    def inputMethodQuery(self, query: Qt.InputMethodQuery) -> object:
        if self._input_method is not None and query != Qt.InputMethodQuery.ImEnabled:
            return self._input_method.inputMethodQuery(query)
        return True if query == Qt.InputMethodQuery.ImEnabled else None

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if event.commitString() in ("？", "?"):
            self.helpAsked.emit()
        else:
            self.composed.emit(event)
        event.accept()
