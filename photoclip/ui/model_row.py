"""One row of the models window: what a model is, how it goes with it, and a button."""

from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from photoclip.ui.controls import ElidedLabel, IconButton, button, label
from photoclip.ui.model_rows import Row, Step


class ModelRow(QFrame):
    """Shows a `Row`, and asks once, in its own place, before what cannot be undone.

    Signals:
        chosen: (verb, key).
    """

    chosen = Signal(object, object)

    def __init__(self, row: Row, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modelRow")
        self.row = row
        self._asking: Step | None = None
        self._title = ElidedLabel("strong")
        self._sentence = label("", "secondary", wrap=True)
        self._badge = label("中文")
        self._badge.setObjectName("badge")
        self._badge.setToolTip(self.tr("Understands Chinese"))
        self._badge.setAccessibleName(self.tr("Understands Chinese"))
        self._facts = label("", "caption", wrap=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._note = label("", "caption", wrap=True)
        self._problem = label("", "bad", wrap=True)
        self.main = _MainButton()
        self.main.clicked.connect(lambda: self._take(self.row.main))
        self._state = label("", "ok")
        self._state.setMinimumHeight(28)
        self._more = IconButton("more", self.tr("More"), 28)
        self._more.clicked.connect(self._open_menu)
        self._known, self._asked = QWidget(), QWidget()
        self._question = label("", "", wrap=True)
        self._yes = button(self.tr("Remove"), "danger")
        self._yes.clicked.connect(self._agree)
        self._no = button(self.tr("Keep"))
        self._no.clicked.connect(self._keep)
        self._lay_out()
        self.show_row(row)

    def _lay_out(self) -> None:
        # In widgets, since an empty layout would bound the width of what stands beside it.
        facts = QHBoxLayout(self._known)
        facts.setContentsMargins(0, 0, 0, 0)
        facts.setSpacing(6)
        facts.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignTop)
        facts.addWidget(self._facts, 1)
        said = QVBoxLayout()
        said.setSpacing(3)
        said.addWidget(self._title)
        said.addWidget(self._sentence)
        said.addWidget(self._known)
        said.addSpacing(2)
        said.addWidget(self._bar)
        said.addWidget(self._note)
        said.addWidget(self._problem)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for widget in (self._state, self.main, self._more):
            buttons.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addLayout(said, 1)
        top.addLayout(buttons)
        asking = QHBoxLayout(self._asked)
        asking.setContentsMargins(0, 0, 0, 0)
        asking.setSpacing(8)
        asking.addWidget(self._question, 1)
        asking.addWidget(self._yes, 0, Qt.AlignmentFlag.AlignTop)
        asking.addWidget(self._no, 0, Qt.AlignmentFlag.AlignTop)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 12, 12, 12)
        whole.setSpacing(8)
        whole.addLayout(top)
        whole.addWidget(self._asked)

    def show_row(self, row: Row) -> None:
        """Show how it is now; where the focus is stays."""
        focused = self._more.hasFocus() or self.main.hasFocus()
        self.row = row
        self.setAccessibleName(row.title)
        self._title.show_text(row.title)
        for text, widget in (
            (row.sentence, self._sentence),
            (row.note, self._note),
            (_breakable(row.problem), self._problem),
        ):
            if widget.text() != text:
                widget.setText(text)
            widget.setVisible(bool(text))
        self._facts.setText(row.facts)
        self._badge.setVisible(row.chinese)
        self._known.setVisible(bool(row.facts))
        self._show_bar()
        if self._asking is not None and self._asking not in (row.main, *row.more):
            self._asking = None
        self._show_buttons()
        if focused and not (self._more.hasFocus() or self.main.hasFocus()):
            self.take_focus()

    def take_focus(self) -> bool:
        """Focus what can be done first; False where nothing can."""
        for widget in (self._no, self.main, self._more):
            if widget.isVisibleTo(self) and widget.isEnabled():
                widget.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return False

    @property
    def stops(self) -> list[QWidget]:
        """What Tab goes through."""
        return [self._yes, self._no, self.main, self._more]

    def step_back(self) -> bool:
        """Take the question back; False where none was asked."""
        if self._asking is None:
            return False
        self._keep()
        return True

    @property
    def question(self) -> str:
        """What is asked just now, or ""."""
        return self._question.text() if self._asking is not None else ""

    def menu(self) -> QMenu:
        """What else can be done."""
        menu = QMenu(self)
        for step in self.row.more:
            menu.addAction(step.text, partial(self._take, step))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape or not self.step_back():
            super().keyPressEvent(event)

    def _open_menu(self) -> None:
        menu = self.menu()
        corner = self._more.rect().bottomRight() - QPoint(menu.sizeHint().width(), -4)
        menu.popup(self._more.mapToGlobal(corner))

    def _take(self, step: Step | None) -> None:
        if step is None:
            return
        if not step.question:
            self.chosen.emit(step.verb, self.row.key)
            return
        self._asking = step
        self._show_buttons()
        self._no.setFocus(Qt.FocusReason.OtherFocusReason)

    def _agree(self) -> None:
        step, self._asking = self._asking, None
        self._show_buttons()
        if step is not None:
            self.chosen.emit(step.verb, self.row.key)

    def _keep(self) -> None:
        self._asking = None
        self._show_buttons()
        self.take_focus()

    def _show_bar(self) -> None:
        share = self.row.share
        self._bar.setVisible(share is not None)
        self._bar.setAccessibleName(self.row.note)
        if share is None or share < 0:
            self._bar.setRange(0, 0 if share is not None and not self.row.paused else 1)
        else:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(share * 1000))
        if self._bar.property("paused") != self.row.paused:
            self._bar.setProperty("paused", self.row.paused)
            self._bar.style().polish(self._bar)

    def _show_buttons(self) -> None:
        main, asked = self.row.main, self._asking
        state = main is not None and not main.verb
        self._state.setVisible(state)
        self._state.setText(main.text if main is not None and state else "")
        self.main.setVisible(main is not None and not state and asked is None)
        if main is not None and not state:
            self.main.setText(main.text)
            self.main.setEnabled(main.enabled)
            self.main.setAccessibleName(f"{main.text}: {self.row.title}")
        self._more.setVisible(bool(self.row.more) and asked is None)
        self._more.setAccessibleName(f"{self.tr('More')}: {self.row.title}")
        self._question.setText(asked.question if asked is not None else "")
        self._asked.setVisible(asked is not None)


class _MainButton(QPushButton):
    """Takes two quick clicks for one, since after the first it does the opposite."""

    def __init__(self) -> None:
        super().__init__()
        self.setAutoDefault(True)
        self.setMinimumWidth(92)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()


def _breakable(text: str) -> str:
    """A path may go on in the next line after each of its slashes."""
    return text.replace("/", "/\N{ZERO WIDTH SPACE}").replace("\\", "\\\N{ZERO WIDTH SPACE}")
