"""A proposed caption below the field it is meant for: to keep, to copy, or to let go."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from photoclip.ui.caption_edit import CaptionEdit
from photoclip.ui.controls import IconButton, button, label


class ProposedCaption(QFrame):
    """Shows what is proposed while a person decides; Esc lets it go.

    It can be kept only while the photo has no caption and none is being written.

    Args:
        field: where the caption is written.

    Attributes:
        photo_id: what it is about, None while it is closed.

    Signals:
        kept: (photo id, the caption).
        left: the person is done with it.
    """

    kept = Signal(object, object)
    left = Signal()

    def __init__(self, field: CaptionEdit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self.photo_id: int | None = None
        self.caption = ""
        self.setObjectName("proposal")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(self.tr("Proposed caption"))
        self._words = label("", "", wrap=True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.keep = button(self.tr("Keep"))
        self.keep.setToolTip(self.tr("Keep it as the photo's caption"))
        self.keep.clicked.connect(self._keep)
        self.copy = button(self.tr("Copy"), "flat")
        self.copy.clicked.connect(self._copy)
        self.dismiss = IconButton("close", self.tr("Dismiss (Esc)"), 28)
        self.dismiss.clicked.connect(self._leave)
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self._words, 1)
        top.addWidget(self.dismiss, 0, Qt.AlignmentFlag.AlignTop)
        below = QHBoxLayout()
        below.setSpacing(4)
        below.addWidget(self.keep)
        below.addWidget(self.copy)
        below.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 2, 8)
        column.setSpacing(6)
        column.addLayout(top)
        column.addLayout(below)
        field.textChanged.connect(self._show_buttons)
        self.hide()

    @property
    def words(self) -> str:
        """What stands there."""
        return self._words.text()

    def wait_for(self, photo_id: int) -> None:
        """Open for a photo whose proposal is on its way."""
        self.photo_id = photo_id
        self._show("", self.tr("Looking for words…"), "secondary")
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_caption(self, photo_id: int, caption: str) -> None:
        """Show what is proposed; "" where nothing is sure enough."""
        if photo_id != self.photo_id:
            return
        if caption:
            self._show(caption, caption)
        else:
            self._show("", self.tr("Nothing here is sure enough to say."), "secondary")
        if self.hasFocus():
            first = self.keep if self.keep.isVisibleTo(self) else self.copy
            (first if caption else self.dismiss).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_failure(self, photo_id: int, sentence: str) -> None:
        if photo_id == self.photo_id:
            self._show("", sentence, "warn")

    def close_(self) -> None:
        """Let it go."""
        self.photo_id = None
        self.hide()

    def _show(self, caption: str, words: str, role: str = "") -> None:
        self.caption = caption
        self._words.setText(words)
        self._words.setAccessibleName(words)
        self._words.setProperty("role", role)
        self._words.style().polish(self._words)
        self._show_buttons()

    def _show_buttons(self) -> None:
        self.copy.setVisible(bool(self.caption))
        self.keep.setVisible(bool(self.caption) and not self._field.toPlainText().strip())

    def _keep(self) -> None:
        photo_id, caption = self.photo_id, self.caption
        self._leave()
        self.kept.emit(photo_id, caption)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.caption)
        self._leave()

    def _leave(self) -> None:
        self.close_()
        self.left.emit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # Esc would else do what it does in the window.
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)
