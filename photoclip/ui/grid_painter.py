"""Paints what is in view of the grid: tiles, headings of which the first sticks, rubber band."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter, QPalette, QPen, QRegion

from photoclip.ui.grid_headings import GridHeadings
from photoclip.ui.grid_tiles import GridTiles, paint_ring
from photoclip.ui.thumbnails import Thumbnails

if TYPE_CHECKING:
    from photoclip.ui.grid import GridView


class GridPainter:
    """Paints one grid; how tiles and headings look, others know."""

    def __init__(self, grid: "GridView", thumbnails: Thumbnails) -> None:
        self._grid, self._thumbnails = grid, thumbnails
        self._tiles: GridTiles | None = None
        self._headings = GridHeadings(grid.font())

    def paint(self, painter: QPainter, area: QRegion) -> None:
        """Paint the view.

        Args:
            area: what is to be painted anew, in the view's coordinates.
        """
        grid = self._grid
        painter.fillRect(area.boundingRect(), grid.palette().color(QPalette.ColorRole.Base))
        if not grid.layout_.count:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_tiles(painter, area)
        if grid.layout_.heading:
            self._paint_headings(painter, area)
        self._paint_band(painter)

    def _fitting_tiles(self) -> GridTiles:
        grid = self._grid
        side, ratio, colors = grid.thumbnail_side(), grid.devicePixelRatioF(), grid.palette()
        if self._tiles is None or not self._tiles.fits(side, ratio, colors):
            self._tiles = GridTiles(self._thumbnails, side, ratio, colors)
        return self._tiles

    def _paint_tiles(self, painter: QPainter, area: QRegion) -> None:
        grid, tiles = self._grid, self._fitting_tiles()
        layout, top, ratio = grid.layout_, grid.top, tiles.ratio
        rows, marks, hovered = grid.visible_rows(), grid.marks, grid.mouse.hovered
        selected, ids = grid.chosen.among(rows), grid.visible_ids()
        box = area.boundingRect()
        whole = box.height() >= grid.viewport().height()
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        tiled = zip(rows, layout.corners(rows), ids, selected, strict=True)
        for row, (x, y), photo_id, chosen in tiled:
            y -= top
            if whole or area.intersects(QRect(x, y, layout.tile, layout.tile)):
                liked = marks.get(photo_id)
                x, y = round(x * ratio), round(y * ratio)
                tiles.paint(painter, x, y, photo_id, chosen, row == hovered, liked)
        painter.restore()
        self._paint_focus(painter)

    def _paint_focus(self, painter: QPainter) -> None:
        grid = self._grid
        row = grid.currentIndex().row()
        if row < 0 or not grid.hasFocus() or not grid.keys.used:
            return
        # The one photo selected is the current one: that needs no second ring.
        if not grid.chosen.holds(row) or grid.chosen.count() > 1:
            rect = grid.visualRect(grid.index_of(row)).adjusted(-2, -2, 2, 2)
            paint_ring(painter, QRectF(rect), grid.palette(), dashed=True)

    def _paint_headings(self, painter: QPainter, area: QRegion) -> None:
        grid, layout = self._grid, self._grid.layout_
        if self._headings.font != grid.font():
            self._headings = GridHeadings(grid.font())
        section = layout.section_at(grid.top + grid.viewport().height() - 1)
        sticky = layout.section_at(grid.top)
        while section >= sticky:
            rect = grid.to_view(layout.heading_rect(section))
            if section == sticky:
                # The first stays at the top until the next pushes it out.
                end = layout.section_bottom(section) - grid.top
                rect.moveTop(max(rect.y(), min(0, end - rect.height())))
            if area.intersects(rect):
                self._paint_heading(painter, rect, section)
            section -= 1

    def _paint_heading(self, painter: QPainter, rect: QRect, section: int) -> None:
        grid, headings, colors = self._grid, self._headings, self._grid.palette()
        title, count = grid.heading(section)
        band = grid.outline.band(section)
        folds = band is not None and band.folds
        selected = grid.chosen.holds_section(section)
        seen = selected or section == grid.mouse.hovered_section
        check = selected if seen and not (band and band.folded) else None
        headings.paint(painter, rect, title, count, colors, check, folds)
        if band is not None and folds:
            headings.paint_fold(painter, rect, colors, band.folded)
            if grid.keys.at_fold and grid.hasFocus():
                headings.paint_focus(painter, rect, colors)

    def _paint_band(self, painter: QPainter) -> None:
        band = self._grid.mouse.band()
        if band is None:
            return
        color = self._grid.palette().color(QPalette.ColorRole.Accent)
        painter.setPen(QPen(color, 1))
        color.setAlpha(48)
        painter.setBrush(color)
        painter.drawRect(self._grid.to_view(band))
