"""A field for a tag, completed while it is typed."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from photoclip.ui.offer_list import Line, OfferList

# For what is typed, (tag, its name in another language or ""), the best first.
Offers = Callable[[str], Sequence[tuple[str, str]]]


class TagField(QLineEdit):
    """Takes a tag; offers tags that begin as what is typed.

    Attributes:
        offers_for: what to offer for what is typed.
        offers: the list of it.

    Signals:
        entered: the tag.
    """

    entered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.offers_for: Offers = lambda _: ()
        self.offers = OfferList(self, self.tr("Tags offered"))
        self.offers.chosen.connect(self.take)
        self._composing = False
        self.setPlaceholderText(self.tr("Add tag…"))
        self.setAccessibleName(self.tr("Add a tag"))
        self.textEdited.connect(lambda _: self._offer())

    def take(self, term: str) -> None:
        """Give this tag, and be ready for the next."""
        self.offers.hide()
        # Unlike clear(), after this the field has nothing to undo: the key undoes the tag.
        self.setText("")
        if term.strip():
            self.entered.emit(term)

    def _offer(self) -> None:
        words = self.text().strip()
        found = self.offers_for(words) if words and not self._composing else ()
        self.offers.show_lines([Line(term, term, "tag", other) for term, other in found])

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            undo = event.matches(QKeySequence.StandardKey.Undo) and not self.isUndoAvailable()
            redo = event.matches(QKeySequence.StandardKey.Redo) and not self.isRedoAvailable()
            if undo or redo:
                # Nothing is typed: the key is about the tags.
                event.ignore()
                return False
            if event.key() == Qt.Key.Key_Escape and self.text():
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape and self.text():
            self.setText("")
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.take(self.text())
        elif key not in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)
        if not self._composing and event.commitString():
            self._offer()
