"""Paints what is in view of the grid: tiles, headings of which the first sticks, rubber band."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from photoclip.ui.grid_delegate import GridDelegate

if TYPE_CHECKING:
    from photoclip.ui.grid import GridView

_State = QStyle.StateFlag


class GridPainter:
    """Paints one grid; how a tile and a heading look, its delegate knows."""

    def __init__(self, grid: "GridView", delegate: GridDelegate) -> None:
        self._grid, self._delegate = grid, delegate

    def paint(self, painter: QPainter, area: QRect, option: QStyleOptionViewItem) -> None:
        """Paint the view.

        Args:
            area: the part to be painted anew, in the view's coordinates.
            option: the view's own, for its tiles.
        """
        grid = self._grid
        painter.fillRect(area, grid.palette().color(QPalette.ColorRole.Base))
        if not grid.layout_.count:
            return
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        rows = grid.visible_rows()
        for row in rows:
            option.rect = grid.to_view(grid.layout_.tile_rect(row))
            option.state = self._state(row)
            self._delegate.paint(painter, option, grid.index_of(row))
        if grid.layout_.heading:
            self._headings(painter)
        self._band(painter)

    def _state(self, row: int) -> QStyle.StateFlag:
        grid = self._grid
        state = _State.State_Enabled
        selected = grid.selectionModel().isSelected(grid.index_of(row))
        if selected:
            state |= _State.State_Selected
        if row == grid.currentIndex().row() and grid.hasFocus() and grid.keys.used:
            # The one photo selected is the current one: that needs no second ring.
            if not selected or grid.chosen.count() > 1:
                state |= _State.State_HasFocus
        if row == grid.mouse.hovered:
            state |= _State.State_MouseOver
        return state

    def _headings(self, painter: QPainter) -> None:
        grid, layout = self._grid, self._grid.layout_
        section = layout.section_at(grid.top + grid.viewport().height() - 1)
        sticky = layout.section_at(grid.top)
        while section >= sticky:
            rect = grid.to_view(layout.heading_rect(section))
            if section == sticky:
                # The first stays at the top until the next pushes it out.
                end = layout.section_bottom(section) - grid.top
                rect.moveTop(max(rect.y(), min(0, end - rect.height())))
            title, count = grid.heading(section)
            band = grid.band(section)
            folds = band is not None and band.folds
            selected = grid.chosen.holds_section(section)
            seen = selected or section == grid.mouse.hovered_section
            check = selected if seen and not (band and band.folded) else None
            self._delegate.paint_heading(painter, rect, title, count, grid.palette(), check, folds)
            if band is not None and folds:
                self._delegate.paint_fold(painter, rect, grid.palette(), band.folded)
                if grid.keys.at_fold and grid.hasFocus():
                    self._delegate.paint_focus(painter, rect, grid.palette())
            section -= 1

    def _band(self, painter: QPainter) -> None:
        band = self._grid.mouse.band()
        if band is None:
            return
        color = self._grid.palette().color(QPalette.ColorRole.Accent)
        painter.setPen(QPen(color, 1))
        color.setAlpha(48)
        painter.setBrush(color)
        painter.drawRect(self._grid.to_view(band))
