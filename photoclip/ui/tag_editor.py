"""A field for a tag, completed while it is typed."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import (
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

# For what is typed, (tag, its name in another language or ""), the best first.
Offers = Callable[[str], Sequence[tuple[str, str]]]

_ROW = 30
_STEP_KEYS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class TagField(QLineEdit):
    """Takes a tag; offers tags that begin as what is typed.

    The offers lie in the window, below or above the field, and never take the focus: a popup of
    its own would switch input methods off.

    Attributes:
        offers_for: what to offer for what is typed.
        over: what the offers lie over; None for the whole window.

    Signals:
        entered: the tag.
    """

    entered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.offers_for: Offers = lambda _: ()
        self.over: QWidget | None = None
        self._list: QFrame | None = None
        self._rows = QListWidget(self)
        self._rows.hide()
        self._rows.setAccessibleName(self.tr("Tags offered"))
        self._rows.itemClicked.connect(lambda item: self.take(item.text()))
        self._composing = False
        self.setPlaceholderText(self.tr("Add tag…"))
        self.setAccessibleName(self.tr("Add a tag"))
        self.textEdited.connect(lambda _: self._offer())

    def tint(self, colors: QPalette) -> None:
        """Draw the offers with these colours whatever the window's are."""
        self._rows.setPalette(colors)

    @property
    def offers(self) -> list[str]:
        """The tags offered now."""
        if self._list is None or not self._list.isVisible():
            return []
        return [self._rows.item(i).text() for i in range(self._rows.count())]

    def take(self, term: str) -> None:
        """Give this tag, and be ready for the next."""
        self._hide()
        # Unlike clear(), after this the field has nothing to undo: the key undoes the tag.
        self.setText("")
        if term.strip():
            self.entered.emit(term)

    def _offer(self) -> None:
        words = self.text().strip()
        found = self.offers_for(words) if words and not self._composing else ()
        if not found:
            self._hide()
            return
        self._rows.clear()
        for term, other in found:
            item = QListWidgetItem(term)
            item.setSizeHint(QSize(10, _ROW))
            if other:
                item.setData(Qt.ItemDataRole.UserRole, other)
            self._rows.addItem(item)
        self._rows.setCurrentRow(-1)
        self._place()

    def _place(self) -> None:
        window = self.over or self.window()
        if self._list is None or self._list.parent() is not window:
            self._list = _OfferList(window, self._rows)
            window.installEventFilter(self)
        height = _ROW * self._rows.count() + 10
        top = self.mapTo(window, QPoint(0, 0))
        below = window.height() - top.y() - self.height() - 8
        up = below < height and top.y() > below
        height = min(height, max(_ROW + 10, top.y() - 8 if up else below))
        y = top.y() - height - 2 if up else top.y() + self.height() + 2
        self._list.setGeometry(QRect(top.x(), y, self.width(), height))
        self._list.show()
        self._list.raise_()

    def _hide(self) -> None:
        if self._list is not None:
            self._list.hide()

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
        row, count = self._rows.currentRow(), len(self.offers)
        if key == Qt.Key.Key_Escape and count:
            self._hide()
        elif key == Qt.Key.Key_Escape and self.text():
            self.setText("")
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            offers = self.offers
            self.take(offers[row] if count and row >= 0 else self.text())
        elif key in _STEP_KEYS and count:
            # One step beyond either end leads back to what is typed.
            self._rows.setCurrentRow((row + 1 + _STEP_KEYS[Qt.Key(key)]) % (count + 1) - 1)
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)
        if not self._composing and event.commitString():
            self._offer()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._hide()
        super().focusOutEvent(event)

    def hideEvent(self, event: object) -> None:
        self._hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The field may move then, and the offers would stay.
        if event.type() == QEvent.Type.Resize:
            self._hide()
        return False


class _OfferList(QFrame):
    """The rows in a frame over the window."""

    def __init__(self, window: QWidget, rows: QListWidget) -> None:
        super().__init__(window)
        self.setObjectName("popover")
        rows.setObjectName("offers")
        rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        rows.setItemDelegate(_OfferDelegate(rows))
        rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(rows)
        rows.show()


class _OfferDelegate(QStyledItemDelegate):
    """A tag, and after it quietly its name in another language."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        colors: QPalette = option.palette
        role = QPalette.ColorRole
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            ground = colors.color(role.Accent if chosen else role.Midlight)
            if chosen:
                ground.setAlpha(40)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(rect, 6, 6)
        room = rect.adjusted(8, 0, -8, 0)
        metrics, other = painter.fontMetrics(), str(index.data(Qt.ItemDataRole.UserRole) or "")
        beside = min(metrics.horizontalAdvance(other) + 8 if other else 0, room.width() // 2)
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        elide = Qt.TextElideMode.ElideMiddle
        painter.setPen(colors.color(role.Text))
        text = metrics.elidedText(str(index.data()), elide, room.width() - beside)
        painter.drawText(room, left, text)
        if other:
            painter.setPen(colors.color(role.PlaceholderText))
            room.setLeft(room.right() - beside + 8)
            painter.drawText(
                room,
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
                metrics.elidedText(other, elide, room.width()),
            )
        painter.restore()
