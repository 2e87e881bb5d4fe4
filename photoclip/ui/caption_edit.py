"""A caption edited in place, where it is read."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QPalette, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from photoclip.ui.controls import IconButton

_BUTTON = 28


class CaptionEdit(QPlainTextEdit):
    """A caption edited in place, as high as what is in it.

    It is saved when the focus leaves or on Enter, which with Shift begins a new line; Esc gives
    back what stood there.

    Signals:
        saved: the new caption, when it is another one.
        left: the person is done with it.
        proposalAsked: a caption shall be suggested.
    """

    saved = Signal(object)
    left = Signal()
    proposalAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before = ""
        self.setObjectName("caption")
        self.setAccessibleName(self.tr("Caption"))
        self.setPlaceholderText(self.tr("Add a caption…"))
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._propose = IconButton("suggest", self.tr("Suggest a caption"), _BUTTON, self)
        self._propose.clicked.connect(lambda: self.proposalAsked.emit())
        self._propose.hide()
        self.document().setDocumentMargin(5)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self._fit())
        self._fit()

    @property
    def writing(self) -> bool:
        """Whether something is written that is not saved yet."""
        return self.toPlainText().strip() != self._before

    def show_caption(self, caption: str, hint: str = "") -> None:
        """Show this caption, unless the person is writing another; `hint` stands where none is."""
        self.setPlaceholderText(hint or self.tr("Add a caption…"))
        if self.hasFocus() and self.writing:
            return
        self._before = caption
        if self.toPlainText() != caption:
            self.setPlainText(caption)

    def offer_proposal(self, offered: bool) -> None:
        """Have a button in the field by which a caption is suggested, or none."""
        self._propose.setVisible(offered)
        self.setViewportMargins(0, 0, _BUTTON if offered else 0, 0)

    def tint(self, palette: QPalette) -> None:
        """Draw the button with these colours whatever the window's are."""
        self._propose.tint(palette)

    def save(self) -> None:
        """Give the caption, if it is another one."""
        if self.writing:
            self._before = self.toPlainText().strip()
            self.saved.emit(self._before)

    def _fit(self) -> None:
        # For plain text the size of a document is in lines, as they wrap in this width.
        lines = max(1, min(round(self.document().size().height()), 8))
        scrolls = self.document().size().height() > 8
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if scrolls else policy.ScrollBarAlwaysOff
        )
        self.setFixedHeight(max(32, lines * self.fontMetrics().lineSpacing() + 14))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._propose.move(self.width() - _BUTTON - 2, 2)
        self._fit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            history = self.document()
            undo = event.matches(QKeySequence.StandardKey.Undo) and not history.isUndoAvailable()
            if undo:
                event.ignore()
                return False
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape:
            self.setPlainText(self._before)
            self.left.emit()
        elif enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.save()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.save()
