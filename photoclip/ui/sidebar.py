"""The sidebar: all photos, folders as a tree, tags with counts; a rail where room is short."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPalette,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from photoclip.core.paths import display
from photoclip.core.types import Folder, Scope, TagCount
from photoclip.ui import icons
from photoclip.ui.controls import IconButton
from photoclip.ui.theme import scaled

KeyRole = Qt.ItemDataRole.UserRole
CountRole = KeyRole + 1
IconRole = KeyRole + 2
ROW, RAIL = 32, 48
# More tags than these are found by the filter.
_TAGS_SHOWN = 200


@dataclass(frozen=True)
class Entry:
    """What a row stands for: "all", "review", "folder", "tag" or a heading ("folders", "tags")."""

    kind: str
    name: str = ""

    @property
    def scope(self) -> Scope | None:
        if self.kind == "all":
            return Scope()
        if self.kind == "folder":
            return Scope(folder=self.name)
        return Scope(tag=self.name) if self.kind == "tag" else None


class _RowDelegate(QStyledItemDelegate):
    """Icon, name elided in the middle, count at the right; the row of the place is tinted."""

    def __init__(self, tree: "_Tree") -> None:
        super().__init__(tree)
        self._tree = tree

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        heading = index.data(IconRole) is None
        return QSize(100, ROW + 6 if heading else ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        colors: QPalette = self._tree.palette()
        role = QPalette.ColorRole
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        name = index.data(IconRole)
        whole = QRect(8, rect.y() + 1, self._tree.viewport().width() - 16, rect.height() - 2)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver) and name is not None
        if chosen or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            # The tint has no role of its own: it is the accent, thin, over the chrome.
            ground = colors.color(role.Accent if chosen else role.Midlight)
            if chosen:
                ground.setAlpha(40)
            painter.setBrush(ground)
            painter.drawRoundedRect(whole, 6, 6)
        if state & QStyle.StateFlag.State_HasFocus and self._tree.by_key:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(colors.color(role.Accent))
            painter.drawRoundedRect(whole.adjusted(0, 0, -1, -1), 6, 6)
        if name is None:
            self._heading(painter, rect, index, colors)
        else:
            arrow = QRect(rect.x() - 2, rect.y(), 14, rect.height())
            self._arrow(painter, arrow, self._tree.model().sibling(index.row(), 0, index), colors)
            self._row(painter, rect.adjusted(0, 0, -18, 0), index, str(name), colors)
        painter.restore()

    def _heading(
        self,
        painter: QPainter,
        rect: QRect,
        index: QModelIndex | QPersistentModelIndex,
        colors: QPalette,
    ) -> None:
        font = scaled(self._tree.font(), 0.85, self._tree.font().weight().DemiBold)
        painter.setFont(font)
        painter.setPen(colors.color(QPalette.ColorRole.PlaceholderText))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        room = QRect(16, rect.y() + 6, rect.right() - 16, rect.height() - 6)
        painter.drawText(room, flags, str(index.data()))
        arrow = QRect(rect.right() - 31, room.y(), 14, room.height())
        self._arrow(painter, arrow, self._tree.model().sibling(index.row(), 0, index), colors)

    def _arrow(
        self,
        painter: QPainter,
        rect: QRect,
        index: QModelIndex,
        colors: QPalette,
    ) -> None:
        """Whether a row is open, where there is anything in it."""
        if index.model().rowCount(index):
            name = "collapse" if self._tree.isExpanded(index) else "expand"
            color = colors.color(QPalette.ColorRole.PlaceholderText)
            place = QRect(rect.x(), rect.y() + (rect.height() - 14) // 2, 14, 14)
            painter.drawPixmap(
                place, icons.pixmap(name, color, 14, painter.device().devicePixelRatio())
            )

    def _row(
        self,
        painter: QPainter,
        rect: QRect,
        index: QModelIndex | QPersistentModelIndex,
        name: str,
        colors: QPalette,
    ) -> None:
        role = QPalette.ColorRole
        quiet, text = colors.color(role.PlaceholderText), colors.color(role.WindowText)
        ratio = painter.device().devicePixelRatio()
        left = rect.x() + 14
        painter.drawPixmap(
            QRect(left, rect.y() + (rect.height() - 18) // 2, 18, 18),
            icons.pixmap(name, quiet, 18, ratio),
        )
        left += 26
        count = index.data(CountRole)
        right = rect.right()
        vertical = Qt.AlignmentFlag.AlignVCenter
        if count is not None:
            painter.setFont(scaled(self._tree.font(), 0.85))
            number = self._tree.locale().toString(count)
            width = painter.fontMetrics().horizontalAdvance(number)
            painter.setPen(quiet)
            painter.drawText(
                QRect(right - width, rect.y(), width + 1, rect.height()),
                vertical | Qt.AlignmentFlag.AlignRight,
                number,
            )
            right -= width + 8
        painter.setFont(self._tree.font())
        painter.setPen(text)
        room = QRect(left, rect.y(), max(10, right - left), rect.height())
        shown = painter.fontMetrics().elidedText(
            str(index.data()), Qt.TextElideMode.ElideMiddle, room.width()
        )
        painter.drawText(room, vertical | Qt.AlignmentFlag.AlignLeft, shown)


class _Tree(QTreeView):
    """A tree whose arrow is part of the painted row, so a click on it must be looked for.

    Attributes:
        by_key: whether the person moves in it by keyboard, so that the focus should be seen.
    """

    by_key = False

    def drawBranches(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        return

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.by_key = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
            Qt.FocusReason.ShortcutFocusReason,
        )
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
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.by_key = False
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and self.model().rowCount(index) and index.data(IconRole) is not None:
            arrow = self.visualRect(index).x() + 13
            if event.position().x() < arrow:
                self.setExpanded(index, not self.isExpanded(index))
                return
        super().mousePressEvent(event)


class Sidebar(QStackedWidget):
    """Signals:
    chosen: the `Scope` of a row.
    reviewAsked: the person wants to answer doubtful tags.
    menuAsked: (Entry, global position).
    unfoldAsked: the rail wants to be a sidebar again.
    """

    chosen = Signal(object)
    reviewAsked = Signal()
    menuAsked = Signal(object, object)
    unfoldAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model = QStandardItemModel(self)
        self._tree = _Tree()
        self._tree.setModel(self._model)
        self._tree.setItemDelegate(_RowDelegate(self._tree))
        self._tree.setHeaderHidden(True)
        self._tree.setFrameShape(QFrame.Shape.NoFrame)
        self._tree.setIndentation(14)
        self._tree.setRootIsDecorated(False)
        self._tree.setExpandsOnDoubleClick(True)
        self._tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        # The row selected is the place shown, whatever row the pointer or the keys are at.
        self._tree.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._tree.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._tree.setAccessibleName(self.tr("Places in the library"))
        self._tree.setMouseTracking(True)
        self._tree.customContextMenuRequested.connect(self._menu)
        self._tree.clicked.connect(self._choose)
        self._tree.activated.connect(self._choose)
        self._all = self._item(Entry("all"), self.tr("All photos"), "photos")
        self._review = self._item(Entry("review"), self.tr("Review"), "review")
        self._folders = self._item(Entry("folders"), self.tr("Folders"), None)
        self._tags = self._item(Entry("tags"), self.tr("Tags"), None)
        for item in (self._all, self._review, self._folders, self._tags):
            self._model.appendRow(item)
        self._tree.expandAll()
        self._all_tags: Sequence[TagCount] = ()
        self._hide(self._review)
        self._hide(self._tags)
        self._scope: Scope | None = None
        self._filter = QLineEdit()
        self._filter.setPlaceholderText(self.tr("Filter tags"))
        self._filter.setAccessibleName(self.tr("Filter tags"))
        self._filter.setClearButtonEnabled(False)
        self._filter.textChanged.connect(lambda _: self._show_tags())
        self.addWidget(self._wide())
        self.addWidget(self._rail())

    # What it shows

    def show_count(self, photos: int) -> None:
        self._all.setData(photos, CountRole)

    def show_review(self, photos: int) -> None:
        """How many photos have tags that are doubtful; without any the row is not there."""
        self._review.setData(photos, CountRole)
        spoken = self.tr("%Ln photo(s)", "", photos)
        words = f"{self._review.text()}, {spoken}"
        self._review.setData(words, Qt.ItemDataRole.AccessibleTextRole)
        self._hide(self._review, photos == 0)

    def show_folders(self, folders: Sequence[Folder]) -> None:
        self._sync_folders(self._folders, folders, root=True)
        self._mark()

    def show_tags(self, tags: Sequence[TagCount]) -> None:
        """Those with photos that the person tagged come first, then what is only suggested."""
        self._all_tags = sorted(tags, key=lambda tag: tag.own == 0)
        self._filter.setVisible(len(tags) > 12 or bool(self._filter.text()))
        self._show_tags()

    def show_scope(self, scope: Scope | None) -> None:
        """Mark the row of the place; none for a place that has no row."""
        self._scope = scope
        index = self._mark()
        if index is not None:
            keep = QItemSelectionModel.SelectionFlag.NoUpdate
            self._tree.selectionModel().setCurrentIndex(index, keep)
            self._tree.scrollTo(index)

    def clear_filter(self) -> bool:
        """Forget what is typed in the filter, if a person is at it; whether there was any."""
        if not self._filter.hasFocus() or not self._filter.text():
            return False
        self._filter.clear()
        return True

    def fold(self, folded: bool) -> None:
        """Become the rail, or the sidebar again."""
        self.setCurrentIndex(1 if folded else 0)

    @property
    def folded(self) -> bool:
        return self.currentIndex() == 1

    def names(self, kind: str) -> list[str]:
        """The names under "folders" or "tags", as they are shown."""
        parent = self._folders if kind == "folders" else self._tags
        found: list[str] = []
        waiting = [parent.child(row) for row in range(parent.rowCount())]
        while waiting:
            item = waiting.pop(0)
            found.append(item.text())
            waiting = [item.child(row) for row in range(item.rowCount())] + waiting
        return found

    def click(self, kind: str, name: str) -> None:
        """Choose a row as a click does."""
        scope = Entry(kind, name).scope
        item = self._find(self._model.invisibleRootItem(), scope) if scope is not None else None
        if item is not None:
            self._choose(item.index())

    def focus_tree(self) -> None:
        self._tree.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # How it is made

    def _wide(self) -> QWidget:
        page = QWidget()
        page.setObjectName("chrome")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(4)
        column.addWidget(self._tree, 1)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.addWidget(self._filter)
        column.addLayout(row)
        self._filter.hide()
        return page

    def _rail(self) -> QWidget:
        page = QWidget()
        page.setObjectName("chrome")
        column = QVBoxLayout(page)
        column.setContentsMargins(6, 8, 6, 8)
        column.setSpacing(4)
        everything = IconButton("photos", self.tr("All photos"), 36)
        everything.clicked.connect(lambda: self.chosen.emit(Scope()))
        column.addWidget(everything)
        for icon, name in (("folder", self.tr("Folders")), ("tag", self.tr("Tags"))):
            button = IconButton(icon, name, 36)
            button.clicked.connect(lambda: self.unfoldAsked.emit())
            column.addWidget(button)
        column.addStretch()
        return page

    def _item(self, entry: Entry, text: str, icon: str | None) -> QStandardItem:
        item = QStandardItem(text)
        item.setData(entry, KeyRole)
        item.setData(icon, IconRole)
        item.setEditable(False)
        if icon is None:
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        return item

    def _sync_folders(
        self, parent: QStandardItem, folders: Sequence[Folder], root: bool = False
    ) -> None:
        """Bring the rows below `parent` up to date; those that stay stay open and chosen."""
        wanted = [folder.path for folder in folders]
        for row in reversed(range(parent.rowCount())):
            if parent.child(row).data(KeyRole).name not in wanted:
                parent.removeRow(row)
        for row, folder in enumerate(folders):
            item = parent.child(row)
            if item is None or item.data(KeyRole).name != folder.path:
                item = self._take(parent, row, folder.path) or self._item(
                    Entry("folder", folder.path), folder.name, "folder"
                )
                # Only given as a list does the row keep its item alive.
                parent.insertRow(row, [item])
            item.setText(folder.name)
            item.setData(folder.count, CountRole)
            away = self.tr("not connected")
            path = display(folder.path)
            item.setToolTip(path if folder.online else f"{path} ({away})")
            icon = "folder" if folder.online else "drive-off"
            item.setData(icon, IconRole)
            spoken = self.tr("%Ln photo(s)", "", folder.count)
            item.setData(f"{folder.name}, {spoken}", Qt.ItemDataRole.AccessibleTextRole)
            self._sync_folders(item, folder.children)
        if root and parent.rowCount():
            self._tree.expand(parent.index())
            if len(folders) == 1:
                self._tree.expand(parent.child(0).index())

    def _take(self, parent: QStandardItem, after: int, path: str) -> QStandardItem | None:
        for row in range(after, parent.rowCount()):
            if parent.child(row).data(KeyRole).name == path:
                return parent.takeRow(row)[0]
        return None

    def _show_tags(self) -> None:
        wanted = self._filter.text().casefold().strip()
        tags = [tag for tag in self._all_tags if wanted in tag.term.casefold()][:_TAGS_SHOWN]
        parent = self._tags
        if wanted:
            self._tree.expand(parent.index())
        for row, tag in enumerate(tags):
            item = parent.child(row)
            if item is None:
                item = self._item(Entry("tag", tag.term), tag.term, "tag")
                parent.appendRow(item)
            elif item.data(KeyRole).name != tag.term:
                item.setText(tag.term)
                item.setData(Entry("tag", tag.term), KeyRole)
            item.setData("tag" if tag.own else "tag-guess", IconRole)
            item.setData(tag.count, CountRole)
            spoken = self.tr("%Ln photo(s)", "", tag.count)
            whose = self._whose(tag)
            item.setToolTip(f"{tag.term}: {whose}")
            item.setData(f"{tag.term}, {spoken}, {whose}", Qt.ItemDataRole.AccessibleTextRole)
        if parent.rowCount() > len(tags):
            parent.removeRows(len(tags), parent.rowCount() - len(tags))
        self._hide(self._tags, not self._all_tags)
        self._mark()

    def _whose(self, tag: TagCount) -> str:
        if not tag.own:
            return self.tr("suggested")
        if tag.own == tag.count:
            return self.tr("your own")
        count = self.locale().toString(tag.own)
        return self.tr("%1 your own, the others suggested").replace("%1", count)

    def _hide(self, item: QStandardItem, hidden: bool = True) -> None:
        self._tree.setRowHidden(item.row(), QModelIndex(), hidden)

    def _mark(self) -> QModelIndex | None:
        """Select the row of the place, which may have moved."""
        chosen, root = self._tree.selectionModel(), self._model.invisibleRootItem()
        found = self._find(root, self._scope) if self._scope is not None else None
        if found is None:
            chosen.clearSelection()
            return None
        if not chosen.isSelected(found.index()):
            chosen.select(found.index(), QItemSelectionModel.SelectionFlag.ClearAndSelect)
        return found.index()

    def _find(self, parent: QStandardItem, scope: Scope) -> QStandardItem | None:
        for row in range(parent.rowCount()):
            item = parent.child(row)
            if item.data(KeyRole).scope == scope:
                return item
            found = self._find(item, scope)
            if found is not None:
                return found
        return None

    def _choose(self, index: QModelIndex) -> None:
        entry = index.data(KeyRole)
        if entry.kind == "review":
            self.reviewAsked.emit()
        elif entry.scope is not None:
            self.chosen.emit(entry.scope)
        else:
            self._tree.setExpanded(index, not self._tree.isExpanded(index))

    def _menu(self, place: QPoint) -> None:
        index = self._tree.indexAt(place)
        if index.isValid():
            self.menuAsked.emit(index.data(KeyRole), self._tree.viewport().mapToGlobal(place))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
