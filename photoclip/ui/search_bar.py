"""The search field: searches as one types, waits for input methods, leads on into the results."""

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import (
    QInputMethodEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QLineEdit, QWidget

from photoclip.ui import icons
from photoclip.ui.controls import IconButton


class SearchField(QLineEdit):
    """One line for what the photo shows.

    Signals:
        queried: the phrase, whenever it changes and nothing is being composed; "" when cleared.
        entered: the person wants to go on into the results.
        left: the field was asked to forget itself, by its cross.
    """

    queried = Signal(object)
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("searchField")
        self.setAccessibleName(self.tr("Search"))
        self.setPlaceholderText(self.tr("Search: try “dog on the beach”"))
        self.setMaxLength(400)
        self._preedit = ""
        self._phrase = ""
        self._clear = IconButton("close", self.tr("Clear the search"), 26, self)
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.setCursor(Qt.CursorShape.ArrowCursor)
        self._clear.hide()
        self._clear.clicked.connect(self.clear)
        self.textChanged.connect(self._changed)

    @property
    def composing(self) -> bool:
        """Whether an input method holds text that is not yet written."""
        return bool(self._preedit)

    def show_phrase(self, phrase: str) -> None:
        """Show the phrase of the place a person has gone to, without searching for it again."""
        if " ".join(self.text().split()) == phrase:
            return
        self._phrase = phrase
        self.setText(phrase)

    def take_text(self, text: str) -> None:
        """Go on with text typed elsewhere; it takes the place of what stood here."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if text:
            self.setText(text)
        else:
            self.selectAll()

    def take_composition(self, event: QInputMethodEvent) -> None:
        """Go on with what an input method composes elsewhere; move here once it is written."""
        if not self._preedit and self.text() and event.preeditString():
            self.selectAll()
        self.inputMethodEvent(event)
        if event.commitString():
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        # Known before Qt handles it: composing over a selection reports an empty text at once.
        self._preedit = event.preeditString()
        super().inputMethodEvent(event)
        if not self._preedit:
            self._changed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        into = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down)
        if event.key() in into and not self.composing:
            self.entered.emit()
            event.accept()
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = self._clear.width()
        self._clear.move(self.width() - side - 4, (self.height() - side) // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        color = self.palette().color(QPalette.ColorRole.PlaceholderText)
        glass = icons.pixmap("search", color, 18, self.devicePixelRatioF())
        painter.drawPixmap(QRect(10, (self.height() - 18) // 2, 18, 18), glass)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.update()

    def _changed(self) -> None:
        self._clear.setVisible(bool(self.text()))
        if self.composing:
            return
        phrase = " ".join(self.text().split())
        # One Latin letter describes no photo; a Chinese character may.
        if len(phrase) == 1 and phrase.isascii():
            return
        if phrase != self._phrase:
            self._phrase = phrase
            self.queried.emit(phrase)
