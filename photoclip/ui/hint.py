"""A few words at the foot of a picture, such as how far something is that is done with it."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QLabel, QWidget

# From the foot of the picture, and at least so much from its sides.
_AWAY, _ASIDE = 12, 8
# What the style sheet puts beside the words, and a little more.
_PADDING = 24


class Hint(QLabel):
    """Stands over its parent, in the middle, while there is something to say."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self.setObjectName("hint")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        parent.installEventFilter(self)
        self.hide()

    def say(self, sentence: str) -> None:
        """Say this; "" for nothing."""
        self.setText(sentence)
        self.setVisible(bool(sentence))
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        self.ensurePolished()
        room = self._parent.rect()
        line = self.fontMetrics().horizontalAdvance(self.text()) + _PADDING
        width = min(line, room.width() - 2 * _ASIDE)
        self.resize(width, self.heightForWidth(width))
        self.move((room.width() - width) // 2, room.height() - self.height() - _AWAY)
