"""Tags as chips, told apart by shape: filled one's own, dashed suggested, struck out rejected."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from photoclip.ui import icons
from photoclip.ui.controls import FlowLayout, button

_HEIGHT, _TARGET, _MARGIN, _WIDEST = 28, 26, 11, 360


class State(Enum):
    """What is known of a tag."""

    OWN = "own"
    SUGGESTED = "suggested"
    REJECTED = "rejected"


@dataclass(frozen=True)
class TagShown:
    """A tag to be shown.

    Attributes:
        aside: how sure the model is, or how many of the photos have it; "" to say nothing.
        some: whether only some of several photos have it.
    """

    term: str
    state: State
    aside: str = ""
    some: bool = False


class TagChip(QAbstractButton):
    """One tag; a click shows the photos that have it, its marks decide on it.

    Signals:
        decided: True to confirm the tag, False to reject it.
        stepped: where the person goes on from it: -1 or 1.
    """

    decided = Signal(object)
    stepped = Signal(object)

    def __init__(self, tint: QPalette | None = None) -> None:
        super().__init__()
        self._tint = tint
        self.tag = TagShown("", State.OWN)
        self._over = ""
        self._pressed = ""
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        # Y and N are keys here, not the beginning of a word.
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setMouseTracking(True)

    def show_tag(self, tag: TagShown) -> None:
        self.tag = tag
        guess = "?" if tag.state is State.SUGGESTED else ""
        self.setText(tag.term + guess)
        words = {
            State.OWN: self.tr("%1, your own tag"),
            State.SUGGESTED: self.tr("%1, suggested"),
            State.REJECTED: self.tr("%1, rejected"),
        }[tag.state].replace("%1", tag.term)
        self.setAccessibleName(f"{words}, {tag.aside}" if tag.aside else words)
        self.setAccessibleDescription(self._hint())
        self.updateGeometry()
        self.update()

    def marks(self) -> dict[str, QRect]:
        """Where a click confirms ("check") or rejects ("close")."""
        names = ["close"] if self.tag.state is State.OWN and not self.tag.some else []
        names = names or ["close", "check"]
        if self.tag.state is State.REJECTED:
            names = ["undo"]
        right, found = self.width() - 3, {}
        for name in names:
            found[name] = QRect(right - _TARGET, (self.height() - _TARGET) // 2, _TARGET, _TARGET)
            right -= _TARGET
        return found

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        aside = metrics.horizontalAdvance(self.tag.aside) + 6 if self.tag.aside else 0
        marks = _TARGET * len(self.marks()) + 3
        width = _MARGIN + metrics.horizontalAdvance(self.text()) + 2 + aside + 2 + marks
        return QSize(min(width, _WIDEST), max(_HEIGHT, metrics.height() + 10))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(110, self.sizeHint().width()), self.sizeHint().height())

    def _hint(self) -> str:
        return {
            State.OWN: self.tr("Enter shows all photos with it; N or Delete rejects it."),
            State.SUGGESTED: self.tr("Y or Enter confirms it; N or Delete rejects it."),
            State.REJECTED: self.tr("Y confirms it; Delete lets it be suggested again."),
        }[self.tag.state]

    def _mark_at(self, place: QPoint) -> str:
        return next((name for name, box in self.marks().items() if box.contains(place)), "")

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            tips = {
                "check": self.tr("Yes, it is (Y)"),
                "close": self.tr("No, it is not (N)"),
                "undo": self.tr("Let it be suggested again"),
                "": self.tr("Show all photos tagged “%1”").replace("%1", self.tag.term),
            }
            QToolTip.showText(event.globalPos(), tips[self._mark_at(event.pos())], self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = self._mark_at(event.position().toPoint())
        if not self._pressed:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, ""
        if not pressed:
            super().mouseReleaseEvent(event)
        elif pressed == self._mark_at(event.position().toPoint()):
            self.decided.emit(pressed == "check")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._mark_at(event.position().toPoint())
        if over != self._over:
            self._over = over
            self.update()
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._over = ""
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key
        enter = event.key() in (key.Key_Return, key.Key_Enter)
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif event.key() == key.Key_Y or (enter and self.tag.state is State.SUGGESTED):
            self.decided.emit(True)
        elif event.key() in (key.Key_N, key.Key_Delete, key.Key_Backspace):
            self.decided.emit(False)
        elif enter:
            self.click()
        elif event.key() in (key.Key_Left, key.Key_Up):
            self.stepped.emit(-1)
        elif event.key() in (key.Key_Right, key.Key_Down):
            self.stepped.emit(1)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role, colors = QPalette.ColorRole, self._tint or self.palette()
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        # The tint has no role of its own: it is the accent, thin, over the chrome.
        ground = colors.color(role.Midlight if self.isDown() else role.Accent)
        ground.setAlpha(255 if self.isDown() else 40)
        if self.tag.state is not State.OWN:
            hovered = self.isDown() or self.underMouse()
            ground = colors.color(role.Midlight) if hovered else QColor(Qt.GlobalColor.transparent)
        pen = QPen(colors.color(role.Mid), 1.2)
        if self.tag.state is State.SUGGESTED:
            pen.setDashPattern([3, 2.5])
        plain = self.tag.state is not State.SUGGESTED and not self.tag.some
        if self.hasFocus():
            pen, plain = QPen(colors.color(role.Accent), 2), False
        painter.setPen(Qt.PenStyle.NoPen if plain else pen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        self._paint_words(painter, colors)
        self._paint_marks(painter, colors)

    def _paint_words(self, painter: QPainter, colors: QPalette) -> None:
        role, metrics, rejected = QPalette.ColorRole, self.fontMetrics(), State.REJECTED
        aside = metrics.horizontalAdvance(self.tag.aside) + 6 if self.tag.aside else 0
        room = self.rect().adjusted(_MARGIN, 0, -3 - _TARGET * len(self.marks()), 0)
        text = metrics.elidedText(
            self.text(), Qt.TextElideMode.ElideMiddle, max(10, room.width() - aside)
        )
        font = painter.font()
        font.setStrikeOut(self.tag.state is rejected)
        painter.setFont(font)
        quiet = self.tag.state is rejected
        painter.setPen(colors.color(role.PlaceholderText if quiet else role.Text))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, middle, text)
        if self.tag.aside:
            font.setStrikeOut(False)
            painter.setFont(font)
            painter.setPen(colors.color(role.PlaceholderText))
            left = room.adjusted(metrics.horizontalAdvance(text) + 6, 0, 0, 0)
            painter.drawText(left, middle, self.tag.aside)

    def _paint_marks(self, painter: QPainter, colors: QPalette) -> None:
        role, ratio = QPalette.ColorRole, self.devicePixelRatioF()
        for name, box in self.marks().items():
            over = self._over == name and self.underMouse()
            if over:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colors.color(role.Button))
                painter.drawEllipse(box.adjusted(2, 2, -2, -2))
            color = colors.color(role.Text if over else role.PlaceholderText)
            place = box.center() - QPoint(6, 6)
            painter.drawPixmap(QRect(place, QSize(14, 14)), icons.pixmap(name, color, 14, ratio))


class TagChips(QWidget):
    """The tags of what is looked at: own and suggested ones, the rejected ones folded away.

    Signals, each with a term:
        chosen: show the photos that have it.
        confirmed, rejected, forgotten: what the person decides; forgotten takes a decision back.
    """

    chosen = Signal(object)
    confirmed = Signal(object)
    rejected = Signal(object)
    forgotten = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: list[TagChip] = []
        self._tint: QPalette | None = None
        self._shown: tuple[TagShown, ...] = ()
        self._homes = {state: QWidget() for state in State}
        self._flows = {state: FlowLayout(home) for state, home in self._homes.items()}
        self._fold = button("", "flat", "flush")
        self._fold.setCheckable(True)
        self._fold.setIconSize(QSize(14, 14))
        self._fold.hide()
        self._fold.toggled.connect(lambda _: self._unfold())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._homes[State.OWN])
        column.addWidget(self._homes[State.SUGGESTED])
        column.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._homes[State.REJECTED])
        self.setAccessibleName(self.tr("Tags"))
        # Without tags it takes no room.
        self.hide()

    @property
    def chips(self) -> list[TagChip]:
        """Those in sight, in order."""
        return [chip for chip in self._chips if not chip.isHidden()]

    @property
    def tags(self) -> tuple[TagShown, ...]:
        return self._shown

    def chip(self, term: str) -> TagChip:
        """The chip of this term."""
        return next(chip for chip in self._chips if chip.tag.term == term)

    def tint(self, colors: QPalette) -> None:
        """Draw with these colours whatever the window's are; before there is anything shown."""
        self._tint = colors

    def show_tags(self, tags: Sequence[TagShown]) -> None:
        """Show these tags; the focus stays on the tag it is on, or goes to the next one."""
        tags = tuple(sorted(tags, key=lambda tag: list(State).index(tag.state)))
        if tags == self._shown:
            return
        self._shown = tags
        at = next((i for i, chip in enumerate(self._chips) if chip.hasFocus()), None)
        while len(self._chips) < len(tags):
            self._chips.append(self._made())
        for flow in self._flows.values():
            while flow.takeAt(0) is not None:
                pass
        for chip, tag in zip(self._chips, tags, strict=False):
            chip.show_tag(tag)
            self._flows[tag.state].addWidget(chip)
            chip.show()
        self._chain()
        for chip in self._chips[len(tags) :]:
            chip.hide()
            chip.setParent(None)
            chip.deleteLater()
        del self._chips[len(tags) :]
        for state, home in self._homes.items():
            self._flows[state].invalidate()
            home.updateGeometry()
            home.setVisible(any(tag.state is state for tag in tags))
        rejected = sum(tag.state is State.REJECTED for tag in tags)
        count = self.locale().toString(rejected)
        self._fold.setText(self.tr("Rejected %1").replace("%1", count))
        self._fold.setVisible(rejected > 0)
        self._unfold()
        self.setVisible(bool(tags))
        if at is not None and self.chips:
            self._focus(min(at, len(self.chips) - 1))

    def _chain(self) -> None:
        """Let Tab find them where they stand: what is made later comes last of all otherwise."""
        rejected = State.REJECTED
        before = [chip for chip in self._chips if chip.tag.state is not rejected]
        after = [chip for chip in self._chips if chip.tag.state is rejected]
        for one, other in pairwise((self._fold, *before, self._fold, *after)):
            QWidget.setTabOrder(one, other)

    def focus_suggestion(self) -> bool:
        """Go to the first tag that waits for a decision; False where none does."""
        for at, chip in enumerate(self.chips):
            if chip.tag.state is State.SUGGESTED:
                self._focus(at)
                return True
        return False

    def _made(self) -> TagChip:
        chip = TagChip(self._tint)
        chip.clicked.connect(lambda: self.chosen.emit(chip.tag.term))
        chip.decided.connect(lambda yes: self._decide(chip, yes))
        chip.stepped.connect(lambda by: self._step(chip, by))
        return chip

    def _decide(self, chip: TagChip, yes: bool) -> None:
        if yes:
            self.confirmed.emit(chip.tag.term)
        elif chip.tag.state is State.REJECTED:
            self.forgotten.emit(chip.tag.term)
        else:
            self.rejected.emit(chip.tag.term)

    def _step(self, chip: TagChip, by: int) -> None:
        at = self.chips.index(chip) + by
        if 0 <= at < len(self.chips):
            self._focus(at)

    def _focus(self, at: int) -> None:
        self.chips[at].setFocus(Qt.FocusReason.TabFocusReason)

    def _unfold(self) -> None:
        open_ = self._fold.isChecked()
        self._fold.setIcon(
            icons.icon("collapse" if open_ else "expand", self._tint or self.palette())
        )
        some = any(tag.state is State.REJECTED for tag in self._shown)
        self._homes[State.REJECTED].setVisible(open_ and some)
        for chip in self._chips:
            if chip.tag.state is State.REJECTED:
                chip.setVisible(open_)
        # A layout keeps the heights that it asked for at its width before.
        layout = self.layout()
        if layout is not None:
            layout.invalidate()
        self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._unfold()
