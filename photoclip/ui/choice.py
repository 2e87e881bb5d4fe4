"""A choice of one among several, drawn as the fields beside it."""

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QComboBox, QWidget

from photoclip.ui import icons


class Choice(QComboBox):
    """A combo box whose arrow is one of the app's icons, which a style sheet cannot tint."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view().setAccessibleName(self.tr("Choices"))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        color = self.palette().color(QPalette.ColorRole.PlaceholderText)
        drawn = icons.pixmap("collapse", color, 14, self.devicePixelRatioF())
        place = QRect(self.width() - 22, (self.height() - 14) // 2, 14, 14)
        painter.drawPixmap(place, drawn)
