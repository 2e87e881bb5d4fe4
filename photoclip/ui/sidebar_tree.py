"""The list in the sidebar: what keys and mouse do in it, and photos dropped on its albums."""

from collections.abc import Callable

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QToolTip, QTreeView, QWidget

from photoclip.ui.photo_drag import holds_photos
from photoclip.ui.sidebar_delegate import Index, SidebarDelegate
from photoclip.ui.sidebar_rows import Entry, EntryRole

# The plus of the albums, before the arrow of their heading; from the right.
_PLUS, _PLUS_ALONE = 62, 36
# So near an edge, in logical pixels, photos held over the list scroll it.
_EDGE = 24
_BY_KEY = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class Tree(QTreeView):
    """A tree whose arrow is part of the painted row, so a click on it must be looked for.

    Attributes:
        by_key: whether the person moves in it by keyboard, so that the focus should be seen.
        target: the row over which photos are held that can be dropped there.
        at_plus: whether the pointer is at the plus of the albums.
        refuses: whether a row cannot have a name, so that the person is to type another.

    Signals:
        newAsked: the plus was clicked.
        renameAsked, deleteAsked: the `Entry` at which the key for that was pressed.
        named: (the `Entry`, the name typed in its place).
        unnamed: naming has come to its end, with a name or without; whether the keys are here
            then, and not where the person clicked.
        dropped: (the `Entry`, the data dropped on it).
    """

    newAsked = Signal()
    renameAsked = Signal(object)
    deleteAsked = Signal(object)
    named = Signal(object, object)
    unnamed = Signal(object)
    dropped = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.by_key = self.at_plus = False
        self.target = QPersistentModelIndex()
        self.refuses: Callable[[Entry, str], bool] = lambda *_: False
        self._speed = 0
        self._scrolling = QTimer(self, interval=16)
        self._scrolling.timeout.connect(self._scroll)
        delegate = SidebarDelegate(self)
        self.setItemDelegate(delegate)
        delegate.closeEditor.connect(self._end_naming)
        self.setHeaderHidden(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIndentation(14)
        self.setRootIsDecorated(False)
        self.setExpandsOnDoubleClick(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        # The row selected is the place shown, whatever row the pointer or the keys are at.
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)

    def name(self, index: QModelIndex) -> None:
        """Let the person type a name in the place of a row's."""
        self.expand(index.parent())
        self.scrollTo(index)
        self.edit(index)

    def plus_place(self, heading: Index) -> QRect:
        """Where the plus of the albums is, in the viewport."""
        first = heading.model().index(heading.row(), 0)
        rect = self.visualRect(first)
        # Where the arrow would be, while there is nothing to open.
        from_right = _PLUS if heading.model().rowCount(first) else _PLUS_ALONE
        top = rect.y() + 6 + (rect.height() - 6 - 24) // 2
        return QRect(rect.right() - from_right, top, 24, 24)

    def _end_naming(self, editor: QWidget) -> None:
        stays = self.hasFocus()
        if stays:
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.unnamed.emit(stays)

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:
        return

    # Keys

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.by_key = event.reason() in _BY_KEY
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.by_key = False
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Letters are for the search, as they are in the grid.
        if event.text().isprintable() and event.text().strip():
            event.ignore()
            return
        self.by_key = True
        entry = self.currentIndex().data(EntryRole)
        album = entry is not None and entry.album is not None
        if album and event.key() == Qt.Key.Key_F2:
            self.renameAsked.emit(entry)
        elif album and event.key() == Qt.Key.Key_Delete:
            self.deleteAsked.emit(entry)
        else:
            super().keyPressEvent(event)

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.by_key = False
        place = event.position().toPoint()
        index = self.indexAt(place)
        left = event.button() == Qt.MouseButton.LeftButton
        if left and self._plus_at(place):
            self.newAsked.emit()
            return
        if left and index.isValid() and self.model().rowCount(index):
            if not index.data(EntryRole).heading and place.x() < self.visualRect(index).x() + 13:
                self.setExpanded(index, not self.isExpanded(index))
                return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._point(self._plus_at(event.position().toPoint()))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._point(False)
        elif event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            if self._plus_at(event.pos()):
                QToolTip.showText(event.globalPos(), self.tr("New album"), self)
                return True
        return super().viewportEvent(event)

    def _plus_at(self, place: QPoint) -> bool:
        index = self.indexAt(place)
        albums = index.isValid() and index.data(EntryRole).kind == "albums"
        return albums and self.plus_place(index).contains(place)

    def _point(self, at_plus: bool) -> None:
        if at_plus != self.at_plus:
            self.at_plus = at_plus
            self.viewport().update()

    # Photos dropped

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        # Files from other programs are for the window.
        if holds_photos(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        place = event.position().toPoint()
        index = self.indexAt(place)
        wanted = holds_photos(event.mimeData()) and index.isValid() and _takes_photos(index)
        self._aim(QPersistentModelIndex(index) if wanted else QPersistentModelIndex())
        self._scroll_near(place.y())
        if wanted:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._end_drag()

    def dropEvent(self, event: QDropEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        self._end_drag()
        if holds_photos(event.mimeData()) and index.isValid() and _takes_photos(index):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.dropped.emit(index.data(EntryRole), event.mimeData())
        else:
            event.ignore()

    def _end_drag(self) -> None:
        self._scrolling.stop()
        self._aim(QPersistentModelIndex())

    def _aim(self, target: QPersistentModelIndex) -> None:
        if target != self.target:
            self.target = target
            self.viewport().update()

    def _scroll_near(self, y: int) -> None:
        below = y - (self.viewport().height() - _EDGE)
        self._speed = min(0, y - _EDGE) + max(0, below)
        if self._speed and not self._scrolling.isActive():
            self._scrolling.start()
        elif not self._speed:
            self._scrolling.stop()

    def _scroll(self) -> None:
        """Go on while photos are held at an edge, faster the further out."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + self._speed // 2)


def _takes_photos(index: QModelIndex) -> bool:
    """An album that a person fills, or the heading of the albums, for a new one."""
    entry: Entry = index.data(EntryRole)
    return entry.kind == "albums" or (entry.album is not None and not entry.album.live)
