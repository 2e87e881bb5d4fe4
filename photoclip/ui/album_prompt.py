"""Over the window or the viewer: to which album photos are added, completed while it is typed."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPalette
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from photoclip.core.albums import Album
from photoclip.core.terms import fold
from photoclip.ui.controls import ElidedLabel, IconButton
from photoclip.ui.offer_list import Line, OfferList

_WIDTH, _TOP = 420, 60
_OFFERED = 8
# After which the focus comes back by itself.
_PASSING = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)


class AlbumPrompt(QFrame):
    """Stands at the head of its parent while the person names an album; Esc ends it.

    Signals:
        named: the name, of an album there is or of a new one.
        left: the person is done.
    """

    named = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget, colors: QPalette | None = None) -> None:
        super().__init__(parent)
        self._parent = parent
        self._albums: Sequence[Album] = ()
        self.setObjectName("popover")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = ElidedLabel("strong")
        close = IconButton("close", self.tr("Close (Esc)"), 28)
        close.clicked.connect(self.close_)
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Name of an album, or of a new one"))
        self.field.setAccessibleName(self.tr("Album"))
        self.field.textChanged.connect(lambda _: self._offer())
        self.field.returnPressed.connect(lambda: self._name(self.field.text()))
        self.offers = OfferList(self.field, self.tr("Albums"))
        self.offers.over = parent
        self.offers.chosen.connect(self._name)
        # Asked before the list is, whose Esc would hide no more than itself.
        self.field.installEventFilter(self)
        if colors is not None:
            close.tint(colors)
            self.offers.tint(colors)
        top = QHBoxLayout()
        top.addWidget(self._title, 1)
        top.addWidget(close)
        body = QVBoxLayout()
        body.setContentsMargins(0, 0, 8, 0)
        body.addWidget(self.field)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 8, 16)
        column.setSpacing(8)
        column.addLayout(top)
        column.addLayout(body)
        parent.installEventFilter(self)
        self.hide()

    def open(self, title: str, albums: Sequence[Album]) -> None:
        """Ask for a name; of `albums` those that a person fills are offered, the first first."""
        self._albums = albums
        self._title.show_text(title)
        self.setAccessibleName(title)
        self.field.clear()
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._offer()

    def close_(self, leave: bool = True) -> None:
        """Go without adding anything.

        Args:
            leave: False where the person is elsewhere already.
        """
        if self.isVisible():
            self.offers.hide()
            self.hide()
            if leave:
                self.left.emit()

    def _offer(self) -> None:
        if not self.isVisible():
            return
        typed = self.field.text().strip()
        wanted = fold(typed)
        plain = (album for album in self._albums if not album.live)
        found = [album for album in plain if wanted in fold(album.name)]
        if wanted:
            found.sort(key=lambda album: not fold(album.name).startswith(wanted))
        number = self.locale().toString
        lines = [
            Line(album.name, album.name, "album", number(album.count or 0))
            for album in found[:_OFFERED]
        ]
        if typed and all(fold(album.name) != wanted for album in self._albums):
            lines.append(Line(self.tr("New album “%1”").replace("%1", typed), typed, "add"))
        self.offers.show_lines(lines)

    def _name(self, name: object) -> None:
        text = str(name).strip()
        if text:
            self.close_()
            self.named.emit(text)

    def _place(self) -> None:
        """In the middle, below the bar of the window or of the viewer."""
        room = self._parent.rect()
        self.setFixedWidth(min(_WIDTH, room.width() - 32))
        self.adjustSize()
        self.move((room.width() - self.width()) // 2, min(_TOP, room.height() - self.height() - 16))

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.field:
            return self._filter_field(event)
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _filter_field(self, event: QEvent) -> bool:
        """One Esc ends it all, as does work begun elsewhere."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            if event.type() == QEvent.Type.KeyPress:
                self.close_()
            return True
        if isinstance(event, QFocusEvent) and event.lostFocus():
            here = QApplication.focusWidget()
            if event.reason() not in _PASSING and here and not self.isAncestorOf(here):
                self.close_(leave=False)
        return False

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Nothing typed here is meant for what lies below.
        event.accept()
        if event.key() == Qt.Key.Key_Escape:
            self.close_()
