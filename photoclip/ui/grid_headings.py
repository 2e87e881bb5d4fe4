"""How the heading of a section of the grid looks."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette, QPen

from photoclip.ui.grid_tiles import DISC, paint_check, paint_ring
from photoclip.ui.painting import paint_icon
from photoclip.ui.theme import scaled

# How far a heading that can be folded stands in, for its arrow.
FOLD = 24
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class GridHeadings:
    """Paints headings in one font: the title, how many photos there are, and the marks."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self._strong, self._small = scaled(font, 1.1, QFont.Weight.DemiBold), scaled(font, 0.9)
        self._strong_metrics = QFontMetrics(self._strong)
        self._small_metrics = QFontMetrics(self._small)

    def paint(
        self,
        painter: QPainter,
        rect: QRect,
        title: str,
        count: str,
        colors: QPalette,
        check: bool | None,
        indented: bool = False,
    ) -> None:
        """Paint one.

        Args:
            check: its selection mark, None when that is not to be seen.
            indented: room is left for what `paint_fold` paints.
        """
        painter.fillRect(rect, colors.color(QPalette.ColorRole.Base))
        left = rect.x() + 16 + (FOLD if indented else 0)
        room = QRect(left, rect.y() + 4, rect.width() - 120, rect.height() - 4)
        width = self._strong_metrics.horizontalAdvance(title)
        painter.setFont(self._strong)
        painter.setPen(colors.color(QPalette.ColorRole.Text))
        painter.drawText(room, _LEFT, title)
        painter.setFont(self._small)
        painter.setPen(colors.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(room.translated(width + 10, 1), _LEFT, count)
        if check is not None:
            x = left + width + 10 + self._small_metrics.horizontalAdvance(count) + 20
            center = QPointF(x, room.center().y() + 1)
            if check:
                paint_check(painter, center, colors)
            else:
                painter.setPen(QPen(colors.color(QPalette.ColorRole.Mid), 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(center, DISC / 2 - 2, DISC / 2 - 2)

    def paint_fold(self, painter: QPainter, rect: QRect, colors: QPalette, folded: bool) -> None:
        """The arrow before a heading whose photos are folded away, or can be."""
        box = QRect(rect.x() + 14, rect.center().y() - 7, 20, 20)
        name = "expand" if folded else "collapse"
        paint_icon(painter, box, name, colors.color(QPalette.ColorRole.PlaceholderText))

    def paint_focus(self, painter: QPainter, rect: QRect, colors: QPalette) -> None:
        """That a heading is what the keys act on."""
        paint_ring(painter, QRectF(rect.adjusted(8, 6, -8, -2)), colors, dashed=True)
