"""A switch between on and off, in words and drawn from the palette."""

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

_WIDTH, _HEIGHT, _GAP = 36, 20, 12


class Switch(QCheckBox):
    """A check box that looks like a switch; a place of its knob says what its colour says."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        width = self._words().width() + _GAP + _WIDTH + 4
        return QSize(width, max(32, self.fontMetrics().height() + 12))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.heightForWidth(160))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return max(32, self._words(width - _WIDTH - _GAP - 4).height() + 8)

    def hitButton(self, place: object) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role, colors = QPalette.ColorRole, self.palette()
        room = self.rect().adjusted(0, 0, -_WIDTH - _GAP - 4, 0)
        painter.setPen(colors.color(role.WindowText))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, flags | Qt.TextFlag.TextWordWrap, self.text())
        on = self.isChecked()
        accent = colors.color(role.Accent)
        box = QRectF(self.width() - _WIDTH - 3, (self.height() - _HEIGHT) / 2, _WIDTH, _HEIGHT)
        painter.setPen(QPen(accent if on else colors.color(role.Mid), 1.5))
        painter.setBrush(accent if on else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, _HEIGHT / 2, _HEIGHT / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.color(role.HighlightedText if on else role.Mid))
        reach = _HEIGHT / 2
        middle = QPointF(box.right() - reach if on else box.left() + reach, box.center().y())
        painter.drawEllipse(middle, reach - 5, reach - 5)
        if self.hasFocus():
            painter.setPen(QPen(accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            around = box.adjusted(-2.5, -2.5, 2.5, 2.5)
            painter.drawRoundedRect(around, around.height() / 2, around.height() / 2)

    def _words(self, width: int = 10_000) -> QRect:
        flags = Qt.TextFlag.TextWordWrap.value
        return self.fontMetrics().boundingRect(
            QRect(0, 0, max(80, width), 10_000), flags, self.text()
        )
