"""What the mouse does in the grid: click, ranges, rubber band, drag out, as in file managers."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from photoclip.ui.grid_headings import FOLD
from photoclip.ui.grid_layout import Rect

if TYPE_CHECKING:
    from photoclip.ui.grid import GridView

_Flag = QItemSelectionModel.SelectionFlag
_EDGE = 32


class GridMouse:
    """Handles the mouse of one grid.

    Attributes:
        hovered: the row under the pointer, -1 for none.
        hovered_section: the section whose heading is under the pointer, -1 for none.
    """

    def __init__(self, grid: "GridView") -> None:
        self._grid = grid
        self.hovered = -1
        self.hovered_section = -1
        self._start_id: int | None = None
        self._pressed: QPoint | None = None
        self._pressed_row: int | None = None
        self._band_from: QPoint | None = None
        self._band_to = QPoint()
        self._before: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._scrolling = QTimer(grid, interval=16)
        self._scrolling.timeout.connect(self._scroll)

    def forget(self) -> None:
        """Rows mean other photos now."""
        self.hovered = self.hovered_section = -1
        self._band_from = None
        self._pressed_row = None
        self._scrolling.stop()

    def start_at(self, row: int) -> None:
        """Ranges begin at this photo from now on."""
        self._start_id = self._grid.photos.id_at(row)

    def extend_to(self, row: int, add: bool = False) -> None:
        """Select from where the range began to `row`."""
        start = self._grid.photos.row_of(self._start_id) if self._start_id is not None else None
        if start is None:
            start = max(0, self._grid.currentIndex().row())
            self.start_at(start)
        self._grid.chosen.select(row, _Flag.NoUpdate)
        first, last = sorted((start, row))
        flags = _Flag.Select if add else _Flag.ClearAndSelect
        self._grid.chosen.select_ranges([(first, last + 1)], flags)

    def band(self) -> Rect | None:
        """The rubber band, in the layout's coordinates."""
        if self._band_from is None:
            return None
        a, b = self._band_from, self._band_to
        left, top = min(a.x(), b.x()), min(a.y(), b.y())
        return Rect(left, top, abs(a.x() - b.x()) + 1, abs(a.y() - b.y()) + 1)

    def press(self, event: QMouseEvent) -> None:
        grid = self._grid
        grid.keys.used = False
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        place = event.position().toPoint()
        self._pressed = place
        section = grid.heading_at(place)
        if section is not None:
            if section == grid.outline.fold and (grid.outline.folded or place.x() < 16 + FOLD):
                grid.foldAsked.emit()
            else:
                self._toggle_section(section)
            self._pressed = None
            return
        index = grid.indexAt(place)
        self._pressed_row = index.row() if index.isValid() else None
        if self._pressed_row is None:
            self._begin_band(place, event.modifiers())
        else:
            self._press_tile(self._pressed_row, event.modifiers())

    def _press_tile(self, row: int, modifiers: Qt.KeyboardModifier) -> None:
        grid = self._grid
        add = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.extend_to(row, add)
        elif add:
            self.start_at(row)
            grid.chosen.select(row, _Flag.Toggle)
        else:
            self.start_at(row)
            # One of several may be the beginning of a drag: the others fall on release.
            chosen = grid.chosen.holds(row)
            grid.chosen.select(row, _Flag.NoUpdate if chosen else _Flag.ClearAndSelect)

    def _begin_band(self, place: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        grid = self._grid
        if modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier):
            self._before = grid.chosen.snapshot()
        else:
            grid.clearSelection()
            self._before = grid.chosen.snapshot()
        self._band_from = QPoint(place.x(), place.y() + grid.top)
        self._band_to = QPoint(self._band_from)

    def _toggle_section(self, section: int) -> None:
        grid = self._grid
        flag = _Flag.Deselect if grid.chosen.holds_section(section) else _Flag.Select
        grid.chosen.select_ranges([grid.layout_.section_rows(section)], flag)

    def move(self, event: QMouseEvent) -> None:
        grid, place = self._grid, event.position().toPoint()
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._hover(place)
        elif self._band_from is not None:
            self._stretch(place)
            near = place.y() < _EDGE or place.y() > grid.viewport().height() - _EDGE
            if near and not self._scrolling.isActive():
                self._scrolling.start()
            elif not near:
                self._scrolling.stop()
        elif self._pressed is not None and self._pressed_row is not None:
            moved = (place - self._pressed).manhattanLength()
            if moved >= QApplication.startDragDistance():
                self._pressed_row = None
                grid.dragged.emit()

    def _hover(self, place: QPoint) -> None:
        grid = self._grid
        section = grid.heading_at(place)
        index = grid.indexAt(place)
        row = index.row() if index.isValid() and section is None else -1
        self._hover_over(row, -1 if section is None else section)

    def _hover_over(self, row: int, section: int) -> None:
        """The pointer is over that tile, or over that heading; -1 for none."""
        if (row, section) == (self.hovered, self.hovered_section):
            return
        view = self._grid.viewport()
        if section != self.hovered_section:
            view.update()
        for one in (self.hovered, row):
            view.update(self._grid.visualRect(self._grid.index_of(one)))
        self.hovered, self.hovered_section = row, section

    def _stretch(self, place: QPoint) -> None:
        grid = self._grid
        self._band_to = QPoint(place.x(), place.y() + grid.top)
        band = self.band()
        if band is None:
            return
        grid.chosen.select_over(self._before, grid.layout_.rows_in(band))

    def _scroll(self) -> None:
        """Go on while the rubber band is held at an edge, faster the further out."""
        grid = self._grid
        y = self._band_to.y() - grid.top
        height = grid.viewport().height()
        out = y - _EDGE if y < _EDGE else max(0, y - (height - _EDGE))
        bar = grid.verticalScrollBar()
        before = bar.value()
        bar.setValue(before + out // 2)
        if bar.value() == before:
            self._scrolling.stop()
        self._stretch(QPoint(self._band_to.x(), y))

    def release(self, event: QMouseEvent) -> None:
        grid = self._grid
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._scrolling.stop()
        if self._band_from is not None:
            self._band_from = None
            grid.viewport().update()
        elif self._pressed_row is not None and not event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        ):
            grid.chosen.select(self._pressed_row)
        self._pressed = None
        self._pressed_row = None

    def double_click(self, event: QMouseEvent) -> None:
        index = self._grid.indexAt(event.position().toPoint())
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.button() == Qt.MouseButton.LeftButton and index.isValid() and plain:
            self._pressed_row = None
            self._grid.opened.emit(self._grid.photos.id_at(index.row()))
        else:
            self.press(event)

    def context(self, event: QContextMenuEvent) -> None:
        """Right click: an unselected photo is selected first; a gap has no menu."""
        grid = self._grid
        index = grid.indexAt(event.pos())
        if not index.isValid():
            return
        if not grid.chosen.holds(index.row()):
            self.start_at(index.row())
            grid.chosen.select(index.row())
        else:
            grid.chosen.select(index.row(), _Flag.NoUpdate)
        grid.menuAsked.emit(event.globalPos())

    def leave(self) -> None:
        self._hover_over(-1, -1)
