"""A list below a field, in the window and without the focus: a popup would end input methods."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from photoclip.ui.announcing import announce
from photoclip.ui.painting import paint_ground, paint_icon, paint_text
from photoclip.ui.theme import scaled

_ROW, _HEADING = 32, 28
_LEAST = 320
_LineRole = Qt.ItemDataRole.UserRole
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True)
class Line:
    """A line of the list.

    Attributes:
        value: what the line stands for; None for a heading.
        aside: said quietly after the text, such as a count.
    """

    text: str
    value: object = None
    icon: str = ""
    aside: str = ""


class OfferList(QFrame):
    """Offers lines for a field: Down and Up go through them, Enter takes one, Esc hides them.

    Enter where no line was gone to, and Down after the last one, are the field's own.

    Attributes:
        over: what the list lies over; None for the field's window.

    Signals:
        chosen: the value of a line.
    """

    chosen = Signal(object)

    def __init__(self, field: QLineEdit, name: str) -> None:
        super().__init__(field)
        self._field = field
        self.over: QWidget | None = None
        self.setObjectName("popover")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._rows = QListWidget()
        self._rows.setObjectName("offers")
        self._rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._rows.setAccessibleName(name)
        self._rows.setItemDelegate(_Delegate(self._rows))
        self._rows.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._rows.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._rows.setMouseTracking(True)
        self._rows.itemClicked.connect(self._take)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self._rows)
        field.installEventFilter(self)
        self.hide()

    def tint(self, colors: QPalette) -> None:
        """Draw the lines with these colours."""
        self._rows.setPalette(colors)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Offer these, and nothing where there are none."""
        if list(lines) != self._lines():
            self._rows.clear()
            for line in lines:
                item = QListWidgetItem(line.text)
                item.setData(_LineRole, line)
                item.setToolTip(line.text)
                item.setSizeHint(QSize(10, _height(line)))
                if line.value is None:
                    item.setFlags(Qt.ItemFlag.NoItemFlags)
                self._rows.addItem(item)
        if not lines:
            self.hide()
            return
        self._rows.setCurrentRow(-1)
        self._rows.scrollToTop()
        self.place()
        self.show()
        self.raise_()

    @property
    def offered(self) -> list[str]:
        """What the lines say that are shown now, headings included."""
        return [line.text for line in self._lines()] if self.isVisible() else []

    @property
    def pointed(self) -> bool:
        """Whether a line was gone to by key."""
        return self._rows.currentRow() >= 0

    def place(self) -> None:
        """Below the field, or above it where there is more room."""
        over = self.over or self._field.window()
        if self.parent() is not over:
            self.setParent(over)
            over.installEventFilter(self)
        top = self._field.mapTo(over, QPoint(0, 0))
        width = min(max(self._field.width(), _LEAST), over.width() - 8)
        wanted = sum(map(_height, self._lines())) + 10
        below = over.height() - top.y() - self._field.height() - 8
        up = below < wanted and top.y() > below
        height = min(wanted, max(_ROW + 10, top.y() - 8 if up else below))
        y = top.y() - height - 2 if up else top.y() + self._field.height() + 2
        x = max(4, min(top.x(), over.width() - width - 4))
        self.setGeometry(QRect(x, y, width, height))

    def _lines(self) -> list[Line]:
        return [self._rows.item(i).data(_LineRole) for i in range(self._rows.count())]

    def _take(self, item: QListWidgetItem) -> None:
        line: Line = item.data(_LineRole)
        if line.value is not None:
            self.hide()
            self.chosen.emit(line.value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not self.isVisible():
            return False
        kind = event.type()
        if watched is not self._field:
            if kind == QEvent.Type.Resize:
                # The field may move then, when all has its new place.
                QTimer.singleShot(0, self, self._follow)
            return False
        if isinstance(event, QKeyEvent) and kind == QEvent.Type.ShortcutOverride:
            if event.key() == Qt.Key.Key_Escape:
                # Else the window's own Esc would come first.
                event.accept()
                return True
        elif isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress:
            return self._press(event)
        elif kind in (QEvent.Type.FocusOut, QEvent.Type.Hide):
            self.hide()
        elif kind in (QEvent.Type.Resize, QEvent.Type.Move):
            self.place()
        return False

    def _follow(self) -> None:
        if self.isVisible():
            self.place()

    def _press(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.hide()
        elif key in _ENTER and self.pointed:
            self._take(self._rows.currentItem())
        elif key == Qt.Key.Key_Down:
            return self._step(1)
        elif key == Qt.Key.Key_Up:
            return self._step(-1)
        else:
            return False
        return True

    def _step(self, by: int) -> bool:
        """To the next line or the previous; False beyond either end, where no line is gone to."""
        lines, row = self._lines(), self._rows.currentRow()
        if row < 0 and by < 0:
            return False
        row += by
        while 0 <= row < len(lines) and lines[row].value is None:
            row += by
        inside = 0 <= row < len(lines)
        self._rows.setCurrentRow(row if inside else -1)
        if inside:
            announce(self._field, lines[row].text)
        return inside or by < 0


def _height(line: Line) -> int:
    return _HEADING if line.value is None else _ROW


class _Delegate(QStyledItemDelegate):
    """An icon, a text elided in the middle, and quietly what is said after it; or a heading."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        colors: QPalette = option.palette
        line: Line = index.data(_LineRole)
        quiet = colors.color(QPalette.ColorGroup.Active, QPalette.ColorRole.PlaceholderText)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if line.value is None:
            font = painter.font()
            painter.setFont(scaled(font, 0.85, font.weight().DemiBold))
            paint_text(painter, rect.adjusted(8, 4, -8, 0), line.text, quiet)
        else:
            chosen = bool(state & QStyle.StateFlag.State_Selected)
            over = bool(state & QStyle.StateFlag.State_MouseOver)
            paint_ground(painter, rect, colors, chosen, over)
            place = QRect(rect.x() + 8, rect.y() + (rect.height() - 18) // 2, 18, 18)
            paint_icon(painter, place, line.icon, quiet)
            room = rect.adjusted(36, 0, -10, 0)
            if line.aside:
                wanted = painter.fontMetrics().horizontalAdvance(line.aside) + 2
                beside = min(wanted, room.width() // 2)
                aside = room.adjusted(room.width() - beside, 0, 0, 0)
                paint_text(painter, aside, line.aside, quiet, Qt.AlignmentFlag.AlignRight)
                room.adjust(0, 0, -beside - 8, 0)
            paint_text(painter, room, line.text, colors.color(QPalette.ColorRole.Text))
        painter.restore()
