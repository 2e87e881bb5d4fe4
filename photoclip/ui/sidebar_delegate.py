"""How the rows of the sidebar are painted, and the field in which an album is named in place."""

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from photoclip.ui.painting import paint_ground, paint_icon, paint_text
from photoclip.ui.sidebar_rows import CountRole, EntryRole, IconRole
from photoclip.ui.theme import scaled

if TYPE_CHECKING:
    from photoclip.ui.sidebar_tree import Tree

Index = QModelIndex | QPersistentModelIndex

ROW = 32
# Where a heading says whether it is open, from the right.
_ARROW = 31
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class SidebarDelegate(QStyledItemDelegate):
    """Icon, name elided in the middle, count at the right; the row of the place is tinted."""

    def __init__(self, tree: "Tree") -> None:
        super().__init__(tree)
        self._tree = tree
        self._named = QPersistentModelIndex()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, ROW + 6 if index.data(EntryRole).heading else ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        colors: QPalette = self._tree.palette()
        accent = colors.color(QPalette.ColorRole.Accent)
        heading = index.data(EntryRole).heading
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRect(8, rect.y() + 1, self._tree.viewport().width() - 16, rect.height() - 2)
        over = bool(state & QStyle.StateFlag.State_MouseOver) and not heading
        paint_ground(painter, whole, colors, bool(state & QStyle.StateFlag.State_Selected), over)
        target = self._tree.target == index
        if target or (state & QStyle.StateFlag.State_HasFocus and self._tree.by_key):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(accent, 2 if target else 1))
            painter.drawRoundedRect(whole.adjusted(1, 1, -1, -1), 6, 6)
        if heading:
            self._heading(painter, rect, index, colors)
        else:
            self._arrow(painter, rect.x() - 2, rect, index, colors)
            self._row(painter, rect.adjusted(0, 0, -18, 0), index, colors)
        painter.restore()

    def _heading(self, painter: QPainter, rect: QRect, index: Index, colors: QPalette) -> None:
        quiet = colors.color(QPalette.ColorRole.PlaceholderText)
        painter.setFont(scaled(self._tree.font(), 0.85, self._tree.font().weight().DemiBold))
        room = QRect(16, rect.y() + 6, rect.width() - 70, rect.height() - 6)
        paint_text(painter, room, str(index.data()), quiet)
        self._arrow(painter, rect.right() - _ARROW, room, index, colors)
        if index.data(EntryRole).kind == "albums":
            plus = self._tree.plus_place(index)
            paint_ground(painter, plus, colors, False, self._tree.at_plus)
            paint_icon(painter, plus.adjusted(5, 5, -5, -5), "add", quiet)

    def _arrow(self, painter: QPainter, x: int, row: QRect, index: Index, colors: QPalette) -> None:
        """Whether a row is open, where there is anything in it."""
        first = index.model().sibling(index.row(), 0, index)
        if index.model().rowCount(first):
            name = "collapse" if self._tree.isExpanded(first) else "expand"
            place = QRect(x, row.y() + (row.height() - 14) // 2, 14, 14)
            paint_icon(painter, place, name, colors.color(QPalette.ColorRole.PlaceholderText))

    def _row(self, painter: QPainter, rect: QRect, index: Index, colors: QPalette) -> None:
        role = QPalette.ColorRole
        quiet, text = colors.color(role.PlaceholderText), colors.color(role.WindowText)
        left, right = rect.x() + 14, rect.right()
        icon = QRect(left, rect.y() + (rect.height() - 18) // 2, 18, 18)
        paint_icon(painter, icon, str(index.data(IconRole)), quiet)
        count = index.data(CountRole)
        if count is not None:
            painter.setFont(scaled(self._tree.font(), 0.85))
            number = self._tree.locale().toString(count)
            width = painter.fontMetrics().horizontalAdvance(number) + 2
            room = QRect(right - width, rect.y(), width + 1, rect.height())
            paint_text(painter, room, number, quiet, Qt.AlignmentFlag.AlignRight)
            right -= width + 6
        painter.setFont(self._tree.font())
        room = QRect(left + 26, rect.y(), max(10, right - left - 26), rect.height())
        paint_text(painter, room, str(index.data()), text)

    # Naming in place

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        self._named = QPersistentModelIndex(index)
        editor = QLineEdit(parent)
        editor.setAccessibleName(self._tree.tr("Name of the album"))
        editor.setPlaceholderText(self._tree.tr("Name of the album"))
        return editor

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """A name that cannot be stays in the field, so that nobody types it anew."""
        if isinstance(event, QKeyEvent) and isinstance(editor, QLineEdit):
            entry, name = self._named.data(EntryRole), editor.text().strip()
            entered = event.type() == QEvent.Type.KeyPress and event.key() in _ENTER
            if entered and self._tree.refuses(entry, name):
                # Whoever is told of it says why.
                self._tree.named.emit(entry, name)
                editor.selectAll()
                return True
        return super().eventFilter(editor, event)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QLineEdit) and not editor.isModified():
            editor.setText(str(index.data()))
            editor.selectAll()

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        rect: QRect = option.rect
        left = rect.x() + 14 + 22
        editor.setGeometry(left, rect.y() + 1, self._tree.viewport().width() - left - 8, ROW - 2)

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QLineEdit):
            self._tree.named.emit(index.data(EntryRole), editor.text().strip())
