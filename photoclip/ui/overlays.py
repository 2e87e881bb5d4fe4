"""What lies over the window for a moment: a notice, the hint while dragging, the list of keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from photoclip.ui.actions import Command, KeyNote
from photoclip.ui.controls import IconButton, button, label

# How long a notice stays, in ms.
_STAY = 7000


@dataclass(frozen=True)
class _Said:
    """What `Notice.say` was given."""

    sentence: str
    offer: str
    call: Callable[[], object] | None
    stay: bool
    dismissed: Callable[[], object] | None
    more: tuple[str, Callable[[], object]] | None = None


class Notice(QFrame):
    """One sentence above the status line, with one thing to do about it, or two.

    What stays gives way to what is said after it, and comes back then.

    Args:
        below: what must not be covered, at the foot of the parent.
    """

    def __init__(self, parent: QWidget, below: Sequence[QWidget] = ()) -> None:
        super().__init__(parent)
        self._window, self._below = parent, list(below)
        self.setObjectName("notice")
        self._text = label("", "", wrap=True)
        self._button = button("", "flat")
        # A click leaves the focus where it was, since the notice goes.
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self.act)
        self._button.hide()
        self._more = button("", "flat")
        self._more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._more.clicked.connect(self._act_more)
        self._more.hide()
        close = IconButton("close", self.tr("Dismiss"), 28)
        close.clicked.connect(self._dismiss)
        self._now: _Said | None = None
        self._later: list[_Said] = []
        self._timer = QTimer(self, singleShot=True, interval=_STAY)
        self._timer.timeout.connect(self._go)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        row.addWidget(self._more)
        row.addWidget(self._button)
        row.addWidget(close)
        self.hide()

    def say(
        self,
        sentence: str,
        offer: str = "",
        call: Callable[[], object] | None = None,
        stay: bool = False,
        dismissed: Callable[[], object] | None = None,
    ) -> None:
        """Show a sentence.

        Args:
            offer: what can be done about it, which `call` does.
            stay: until dismissed, for what a person must not miss.
            dismissed: called when the person wants it gone.
        """
        if self._now is not None and self._now.stay:
            self._later.append(self._now)
        # What is said again is shown once.
        self._later = [said for said in self._later if said.sentence != sentence]
        self._show(_Said(sentence, offer, call, stay, dismissed))

    def keep_off(self, widget: QWidget) -> None:
        """Do not cover this either."""
        self._below.append(widget)

    def offer(self, text: str, call: Callable[[], object]) -> None:
        """Offer something more about the sentence shown now, before the other; `call` does it."""
        if self._now is not None and not self._now.stay:
            self._show(replace(self._now, more=(text, call)))

    def _show(self, said: _Said) -> None:
        self._now = said
        self._text.setText(said.sentence)
        self.setAccessibleName(said.sentence)
        self._button.setText(said.offer)
        self._button.setVisible(bool(said.offer))
        self._more.setText(said.more[0] if said.more else "")
        self._more.setVisible(said.more is not None)
        self._timer.stop()
        if not said.stay:
            self._timer.start()
        self.place()
        self.show()
        self.raise_()

    @property
    def sentence(self) -> str:
        return self._text.text() if self.isVisible() else ""

    def place(self) -> None:
        """At the foot of the parent, in the middle, as wide as the sentence asks."""
        room = self._window.rect()
        beside = 16 + 8 + 28 + 8
        for one in (self._more, self._button):
            if one.isVisibleTo(self):
                beside += one.sizeHint().width() + 8
        line = self._text.fontMetrics().horizontalAdvance(self._text.text()) + 4
        width = min(line + beside, 620, room.width() - 32)
        height = max(40, self._text.heightForWidth(width - beside) + 16)
        self.setFixedSize(width, height)
        foot = sum(widget.height() for widget in self._below if widget.isVisible())
        self.move((room.width() - width) // 2, room.height() - height - foot - 12)

    def hideEvent(self, event: object) -> None:
        self._timer.stop()

    def act(self) -> None:
        """Do what the notice offers."""
        now = self._now
        self._go()
        if now is not None and now.call is not None:
            now.call()

    def _act_more(self) -> None:
        now = self._now
        self._go()
        if now is not None and now.more is not None:
            now.more[1]()

    def _dismiss(self) -> None:
        now = self._now
        self._go()
        if now is not None and now.dismissed is not None:
            now.dismissed()

    def _go(self) -> None:
        self.hide()
        self._now = None
        if self._later:
            self._show(self._later.pop())


class DropHint(QLabel):
    """Covers the window while files are dragged over it."""

    def __init__(self, parent: QWidget, words: str) -> None:
        super().__init__(parent)
        self._window = parent
        self.setObjectName("dropHint")
        self.setProperty("role", "title")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setText(words)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self) -> None:
        self.setGeometry(self._window.rect().adjusted(24, 24, -24, -24))
        self.show()
        self.raise_()


class Keys(QFrame):
    """All keys at a glance, from the list of commands."""

    def __init__(
        self, commands: Sequence[Command], notes: Sequence[KeyNote], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._window = parent
        self.setObjectName("keys")
        self.setAccessibleName(self.tr("Keyboard shortcuts"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        title = label(self.tr("Keyboard shortcuts"), "title")
        close = IconButton("close", self.tr("Close (Esc)"), 32)
        close.clicked.connect(self.hide)
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch()
        head.addWidget(close)
        body = QWidget()
        body.setObjectName("keysBody")
        columns = QHBoxLayout(body)
        columns.setContentsMargins(0, 0, 8, 0)
        columns.setSpacing(32)
        for side in (("everywhere", "viewer", "review"), ("photo", "grid", "search", "tags")):
            columns.addLayout(self._column(side, commands, notes), 1)
        area = QScrollArea()
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName(self.tr("List of keys"))
        self._area = area
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 16, 16, 20)
        whole.setSpacing(12)
        whole.addLayout(head)
        whole.addWidget(area, 1)
        self.hide()

    def _column(
        self, groups: Sequence[str], commands: Sequence[Command], notes: Sequence[KeyNote]
    ) -> QGridLayout:
        """Some groups below each other, their keys and words in line."""
        titles = {
            "everywhere": self.tr("Everywhere"),
            "grid": self.tr("In the grid"),
            "photo": self.tr("Photos"),
            "tags": self.tr("Tags of a photo"),
            "review": self.tr("Review"),
            "search": self.tr("In the search field"),
            "viewer": self.tr("In the viewer"),
        }
        native = QKeySequence.SequenceFormat.NativeText
        table = QGridLayout()
        table.setHorizontalSpacing(12)
        table.setVerticalSpacing(5)
        table.setColumnStretch(1, 1)
        for where in groups:
            rows = [(QKeySequence(c.shortcuts[0]).toString(native), c.text.rstrip("…"))
                    for c in commands if c.where == where and c.shortcuts and c.listed]  # fmt: skip
            rows += [(note.keys, note.text) for note in notes if note.where == where]
            if table.count():
                table.setRowMinimumHeight(table.rowCount(), 7)
            table.addWidget(label(titles[where], "section"), table.rowCount(), 0, 1, 2)
            for keys, text in rows:
                key, row = label(keys), table.rowCount()
                key.setObjectName("key")
                table.addWidget(key, row, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
                table.addWidget(label(text, wrap=True), row, 1)
        table.setRowStretch(table.rowCount(), 1)
        return table

    def open(self) -> None:
        room = self._window.rect()
        width, height = min(820, room.width() - 32), min(640, room.height() - 32)
        self.setGeometry((room.width() - width) // 2, (room.height() - height) // 2, width, height)
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Down: 40, Qt.Key.Key_Up: -40,
            Qt.Key.Key_PageDown: 300, Qt.Key.Key_PageUp: -300,
        }  # fmt: skip
        if event.key() in moves:
            bar = self._area.verticalScrollBar()
            bar.setValue(bar.value() + moves[Qt.Key(event.key())])
        elif event.text() in ("?", "？"):
            self.hide()
        else:
            super().keyPressEvent(event)
