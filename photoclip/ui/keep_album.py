"""Keeping a search as a live album: a button that turns into a field for its name.

In a live album whose query was changed, the button keeps the change.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from photoclip.ui.controls import button

_WIDTH = 200


class _Name(QLineEdit):
    """Signals: left, on Esc or when the focus goes elsewhere."""

    left = Signal()

    def event(self, event: QEvent) -> bool:
        # Else the window's own Esc would come first.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (
            Qt.FocusReason.PopupFocusReason,
            Qt.FocusReason.ActiveWindowFocusReason,
        ):
            self.left.emit()


class KeepAlbum(QWidget):
    """Attributes:
        changed: whether the query of a live album is another than the one kept.
        taken: whether a name cannot be given to it, so that the person is to type another.

    Signals:
        asked: a name is to be asked for.
        named: the name under which to keep the search.
        left: the person is done, and goes on in the results.
    """

    asked = Signal()
    named = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offered = self._wide = False
        self._album = ""
        self.changed = False
        self.taken: Callable[[str], bool] = lambda _: False
        self._button = button(self.tr("Keep as live album"))
        self._button.clicked.connect(self._press)
        self._field = _Name()
        self._field.setAccessibleName(self.tr("Name of the live album"))
        self._field.setPlaceholderText(self.tr("Name of the live album"))
        self._field.setMinimumWidth(_WIDTH)
        self._field.returnPressed.connect(self._name)
        self._field.left.connect(self._leave)
        self._field.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._button)
        row.addWidget(self._field)

    @property
    def field(self) -> QLineEdit:
        return self._field

    @property
    def button(self) -> QWidget:
        return self._button

    def offer(self, offered: bool) -> None:
        """Whether there is something to keep."""
        self._offered = offered
        self._settle()

    def show_album(self, name: str, changed: bool) -> None:
        """The live album that is open, "" for none, and whether its query was changed."""
        self._album, self.changed = name, changed
        self._button.setText(self.tr("Keep the change") if name else self.tr("Keep as live album"))
        self._settle()

    def show_room(self, wide: bool) -> None:
        """Leave the button out where there is no room for it; its key still does it."""
        self._wide = wide
        self._settle()

    def _settle(self) -> None:
        naming = not self._field.isHidden()
        self._button.setVisible(not naming)
        new = self._offered and (self.changed or not self._album)
        self.setVisible(naming or (new and self._wide))

    def begin(self, name: str) -> None:
        """Ask for a name, this one unless the person knows a better."""
        self._field.setText(name)
        self._field.show()
        self._settle()
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()

    def _press(self) -> None:
        if self._album:
            self.named.emit(self._album)
        else:
            self.asked.emit()

    def _name(self) -> None:
        name = self._field.text().strip()
        if name and self.taken(name):
            # Whoever is told of it says why.
            self.named.emit(name)
            self._field.selectAll()
        elif name:
            self._leave()
            self.named.emit(name)

    def _leave(self) -> None:
        if not self._field.isHidden():
            held = self._field.hasFocus()
            self._field.hide()
            self._settle()
            if held:
                self.left.emit()
