"""The page of files that could not be read: which, why, and what can be done."""

import os
from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from photoclip.core.paths import display, display_name
from photoclip.core.types import Failure
from photoclip.ui.controls import button, label
from photoclip.ui.painting import paint_ground, paint_icon
from photoclip.ui.theme import body_size, scaled

FailureRole = Qt.ItemDataRole.UserRole
_ROOT = QModelIndex()


class _Model(QAbstractListModel):
    """Rows of `Failure`."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.failures: Sequence[Failure] = ()

    def show(self, failures: Sequence[Failure]) -> None:
        self.beginResetModel()
        self.failures = failures
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.failures)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        failure = self.failures[index.row()]
        if role == FailureRole:
            return failure
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{display_name(failure.path)}: {failure.reason}"
        return display(failure.path) if role == Qt.ItemDataRole.ToolTipRole else None


class _Delegate(QStyledItemDelegate):
    """Two lines: the name with its folder, and the reason."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(200, round(body_size(option.font) * 1.45) * 2 + 22)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        colors: QPalette = option.palette
        font = option.font
        failure: Failure = index.data(FailureRole)
        role, flags = QPalette.ColorRole, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = rect.adjusted(8, 1, -8, -1)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        paint_ground(painter, box, colors, chosen, hovered)
        quiet = colors.color(role.PlaceholderText)
        paint_icon(painter, QRect(box.x() + 10, box.y() + 11, 20, 20), "photo-off", quiet)
        line = (box.height() - 16) // 2
        room = QRect(box.x() + 42, box.y() + 8, box.width() - 54, line)
        bold = scaled(font, 1.0, font.weight().DemiBold)
        painter.setFont(bold)
        name = painter.fontMetrics().elidedText(
            display_name(failure.path), Qt.TextElideMode.ElideMiddle, room.width() * 2 // 3
        )
        used = painter.fontMetrics().horizontalAdvance(name) + 12
        painter.setPen(colors.color(role.Text))
        painter.drawText(room, flags, name)
        painter.setFont(scaled(font, 0.9))
        painter.setPen(quiet)
        beside = room.adjusted(used, 0, 0, 0)
        folder = painter.fontMetrics().elidedText(
            display(os.path.dirname(failure.path)), Qt.TextElideMode.ElideMiddle, beside.width()
        )
        painter.drawText(beside, flags, folder)
        painter.setFont(font)
        reason = painter.fontMetrics().elidedText(
            failure.reason, Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room.translated(0, line), flags, reason)
        painter.restore()


class Failures(QWidget):
    """Signals: retryAsked with paths; showAsked with one path."""

    retryAsked = Signal(object)
    showAsked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("failures")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model = _Model(self)
        self._list = QListView()
        self._list.setModel(self._model)
        self._list.setItemDelegate(_Delegate(self._list))
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setUniformItemSizes(True)
        self._list.setMouseTracking(True)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.setAccessibleName(self.tr("Files that could not be read"))
        self._list.customContextMenuRequested.connect(self._menu)
        self._list.activated.connect(lambda _: self._show())
        self._list.selectionModel().selectionChanged.connect(lambda *_: self._enable())
        self._title = label("", "heading", wrap=True)
        self._note = label(
            self.tr("Nothing else is affected, and none of these files was changed."),
            "secondary",
            wrap=True,
        )
        self._show_button = button(self.tr("Show in file manager"))
        self._show_button.clicked.connect(self._show)
        self._retry_button = button()
        self._retry_button.clicked.connect(self.retry)
        self._copy = QAction(self.tr("Copy"), self)
        self._copy.setShortcut(QKeySequence.StandardKey.Copy)
        self._copy.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._copy.triggered.connect(self._copy_lines)
        self.addAction(self._copy)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._retry_button)
        buttons.addWidget(self._show_button)
        buttons.addStretch()
        head = QVBoxLayout()
        head.setContentsMargins(16, 10, 16, 8)
        head.setSpacing(6)
        head.addWidget(self._title)
        head.addWidget(self._note)
        head.addSpacing(4)
        head.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._list, 1)
        self.show_failures(())

    def show_failures(self, failures: Sequence[Failure]) -> None:
        kept = {failure.path for failure in self._chosen()}
        self._model.show(failures)
        count = len(failures)
        self._title.setText(
            self.tr("%Ln file(s) could not be read", "", count)
            if count
            else self.tr("Every file could be read")
        )
        self._note.setVisible(bool(failures))
        chosen = self._list.selectionModel()
        for row, failure in enumerate(failures):
            if failure.path in kept:
                chosen.select(self._model.index(row), chosen.SelectionFlag.Select)
        self._enable()

    @property
    def failures(self) -> Sequence[Failure]:
        """The files listed."""
        return self._model.failures

    def focus_list(self) -> None:
        self._list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _chosen(self) -> list[Failure]:
        return [index.data(FailureRole) for index in self._list.selectionModel().selectedIndexes()]

    def _enable(self) -> None:
        chosen = self._chosen()
        self._show_button.setEnabled(len(chosen) == 1)
        self._show_button.setVisible(bool(self._model.failures))
        self._retry_button.setVisible(bool(self._model.failures))
        self._retry_button.setText(
            self.tr("Try %Ln file(s) again", "", len(chosen))
            if chosen
            else self.tr("Try all again")
        )

    def _show(self) -> None:
        for failure in self._chosen()[:1]:
            self.showAsked.emit(failure.path)

    def retry(self) -> None:
        """Ask for the chosen files, or all, to be read again."""
        failures = self._chosen() or list(self._model.failures)
        self.retryAsked.emit([failure.path for failure in failures])

    def _copy_lines(self) -> None:
        lines = (f"{display(f.path)}: {f.reason}" for f in self._chosen())
        QGuiApplication.clipboard().setText("\n".join(lines))

    def _menu(self, place: QPoint) -> None:
        if not self._chosen():
            return
        menu = QMenu(self)
        menu.addAction(self._show_button.text(), self._show)
        menu.addAction(self._retry_button.text(), self.retry)
        menu.addAction(self._copy)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._list.viewport().mapToGlobal(place))
