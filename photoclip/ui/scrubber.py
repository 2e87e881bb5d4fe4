"""The grid's scroll bar: the years along it, and a handle that is easy to grab."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QScrollBar, QStyle, QStyleOptionSlider, QWidget

WIDTH = 44
_BARE = 14


class Scrubber(QScrollBar):
    """A vertical scroll bar that knows at which height each year begins."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._years: list[tuple[int, int]] = []

    def set_years(self, years: list[tuple[int, int]]) -> None:
        """The years in the grid, each with the height in pixels at which it begins."""
        wide = len(years) > 1
        if wide != (len(self._years) > 1):
            self._years = years
            self.updateGeometry()
        self._years = years
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_BARE, 100)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.maximum() <= 0:
            return
        self._paint_handle(painter)

    def _paint_handle(self, painter: QPainter) -> None:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        handle = self.style().subControlRect(
            QStyle.ComplexControl.CC_ScrollBar, option, QStyle.SubControl.SC_ScrollBarSlider, self
        )
        bar = QRect(self.width() - 10, handle.y() + 3, 6, handle.height() - 6)
        role = QPalette.ColorRole.Mid if not self.underMouse() else QPalette.ColorRole.PlaceholderText
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(role))
        painter.drawRoundedRect(bar, 3, 3)
