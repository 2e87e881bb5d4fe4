"""The grid's scroll bar: the years along it, and a handle that is easy to grab."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QScrollBar, QStyle, QStyleOptionSlider, QWidget

from photoclip.ui.theme import scaled

_BARE, _WITH_YEARS = 14, 52
_APART = 18


class Scrubber(QScrollBar):
    """A vertical scroll bar that knows at which height each year begins."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._years: list[tuple[int, int]] = []

    def set_years(self, years: list[tuple[int, int]]) -> None:
        """The years in the grid, each with the height in pixels at which it begins."""
        if (len(years) > 1) != (len(self._years) > 1):
            self._years = years
            self.updateGeometry()
        self._years = years
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_WITH_YEARS if len(self._years) > 1 else _BARE, 100)

    def labels(self) -> list[tuple[int, int]]:
        """The years there is room for, each with its height along the bar."""
        whole = self.maximum() + self.pageStep()
        shown: list[tuple[int, int]] = []
        for year, top in self._years:
            y = round(top * self.height() / max(1, whole))
            if (not shown or y - shown[-1][1] >= _APART) and y + _APART <= self.height():
                shown.append((year, y))
        return shown

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.maximum() <= 0:
            return
        if len(self._years) > 1:
            self._paint_years(painter)
        self._paint_handle(painter)

    def _paint_years(self, painter: QPainter) -> None:
        painter.setFont(scaled(self.font(), 0.85))
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for year, y in self.labels():
            # A year is a name, not a number: no thousands separator.
            painter.drawText(QRect(0, y, self.width() - 16, _APART), flags, str(year))

    def _paint_handle(self, painter: QPainter) -> None:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        handle = self.style().subControlRect(
            QStyle.ComplexControl.CC_ScrollBar, option, QStyle.SubControl.SC_ScrollBarSlider, self
        )
        bar = QRect(QPoint(self.width() - 10, handle.y() + 3), QSize(6, handle.height() - 6))
        role = QPalette.ColorRole
        held = self.underMouse() or self.isSliderDown()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(role.PlaceholderText if held else role.Mid))
        painter.drawRoundedRect(bar, 3, 3)
