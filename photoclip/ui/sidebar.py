"""The sidebar: all photos, albums, folders as a tree, tags; a rail where room is short."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from photoclip.core.albums import Album
from photoclip.core.terms import fold
from photoclip.core.types import Folder, TagCount
from photoclip.ui.controls import IconButton
from photoclip.ui.places import Place
from photoclip.ui.sidebar_rows import AlbumRows, Entry, EntryRole, FolderRows, Row, TagRows
from photoclip.ui.sidebar_tree import Tree

# So many albums and tags are seen at a glance; more have a filter.
_FILTERED = 12


class Sidebar(QStackedWidget):
    """Signals:
    chosen: the `Place` of a row.
    reviewAsked: the person wants to answer doubtful tags.
    menuAsked: (Entry, global position).
    unfoldAsked: the rail wants to be a sidebar again.
    albumAsked: the person wants a new album.
    albumNamed: (the `Entry` of an album, or "new", and the name typed for it).
    renameAsked, deleteAsked: the `Entry` of an album.
    namingEnded: whether the keys are in the sidebar still.
    foldAsked: it was unfolded only for the name of an album.
    dropped: (the `Entry` of an album or of their heading, the data dropped on it).
    """

    chosen = Signal(object)
    reviewAsked = Signal()
    menuAsked = Signal(object, object)
    unfoldAsked = Signal()
    albumAsked = Signal()
    albumNamed = Signal(object, object)
    renameAsked = Signal(object)
    deleteAsked = Signal(object)
    namingEnded = Signal(object)
    foldAsked = Signal()
    dropped = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model = QStandardItemModel(self)
        self._tree = Tree()
        self._tree.setModel(self._model)
        self._tree.setAccessibleName(self.tr("Places in the library"))
        self._all = Row(Entry("all"), self.tr("All photos"), "photos")
        self._review = Row(Entry("review"), self.tr("Review"), "review")
        self._albums, self._folders, self._tags = AlbumRows(), FolderRows(), TagRows()
        for row in (self._all, self._review, self._albums, self._folders, self._tags):
            self._model.appendRow([row])
        self._tree.expandAll()
        self._hide(self._review)
        self._hide(self._tags)
        self._place: Place | None = None
        self._filter = QLineEdit()
        self._filter.setPlaceholderText(self.tr("Filter albums and tags"))
        self._filter.setAccessibleName(self.tr("Filter albums and tags"))
        self._filter.textChanged.connect(lambda _: self._show_lists())
        self.addWidget(self._wide())
        self.addWidget(self._rail())
        self._wire()

    def _wire(self) -> None:
        tree = self._tree
        tree.customContextMenuRequested.connect(self._menu)
        tree.clicked.connect(self._choose)
        tree.activated.connect(self._choose)
        tree.newAsked.connect(self.albumAsked)
        tree.renameAsked.connect(self.renameAsked)
        tree.deleteAsked.connect(self.deleteAsked)
        tree.named.connect(self.albumNamed)
        tree.refuses = self._is_taken
        tree.unnamed.connect(self._end_naming)
        tree.dropped.connect(self.dropped)

    # What it shows

    def show_count(self, photos: int) -> None:
        self._all.show(self._all.entry, self._all.text(), "photos", photos)

    def show_review(self, photos: int) -> None:
        """How many photos have tags that are doubtful; without any the row is not there."""
        self._review.show(self._review.entry, self._review.text(), "review", photos)
        self._hide(self._review, photos == 0)
        self._rail_review.rename(f"{self._review.text()} {self.locale().toString(photos)}")
        self._rail_review.setVisible(photos > 0)

    def show_albums(self, albums: Sequence[Album]) -> None:
        self._albums.show_albums(albums)
        self._show_lists()

    def show_album_count(self, album_id: int, photos: int | None) -> None:
        """How many photos a live album holds now; None where it cannot be asked."""
        self._albums.show_count(album_id, photos)

    def show_folders(self, folders: Sequence[Folder]) -> None:
        if folders == self._folders.folders:
            return
        self._folders.show_folders(folders)
        if folders:
            self._tree.expand(self._folders.index())
        if len(folders) == 1:
            self._tree.expand(self._folders.child(0).index())
        self._mark()

    def show_tags(self, tags: Sequence[TagCount]) -> None:
        """Those with photos that the person tagged come first, then what is only suggested."""
        if tags != self._tags.given:
            self._tags.show_tags(tags)
            self._show_lists()

    def show_place(self, place: Place) -> None:
        """Mark the row of the place; none for a place that has no row."""
        self._place = place
        index = self._mark()
        if index is not None:
            keep = QItemSelectionModel.SelectionFlag.NoUpdate
            self._tree.selectionModel().setCurrentIndex(index, keep)
            self._tree.scrollTo(index)

    def name_new_album(self, name: str) -> None:
        """Let the person name an album that is not there yet; this name unless they type one."""
        self._filter.clear()
        self._tree.name(self._albums.begin_new(name).index())

    def rename_album(self, album_id: int) -> None:
        """Let the person type another name in the place of an album's."""
        for row in self._albums.rows():
            if row.entry.album is not None and row.entry.album.id == album_id:
                self._tree.name(row.index())

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
        """The names under "albums", "folders" or "tags", as they are shown."""
        heading = {"albums": self._albums, "folders": self._folders, "tags": self._tags}[kind]
        return [row.text() for row in _below(heading)]

    def click(self, kind: str, name: str) -> None:
        """Choose a row as a click does, by its path or name."""
        for row in _below(self._model.invisibleRootItem()):
            if row.entry.kind == kind and name in (row.entry.name, row.text()):
                self._choose(row.index())
                return

    @property
    def has_keys(self) -> bool:
        """Whether the keys go through its rows."""
        return self._tree.hasFocus()

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
        everything.clicked.connect(lambda: self.chosen.emit(Place()))
        column.addWidget(everything)
        self._rail_review = IconButton("review", self._review.text(), 36)
        self._rail_review.clicked.connect(lambda: self.reviewAsked.emit())
        self._rail_review.hide()
        column.addWidget(self._rail_review)
        for icon, name in (
            ("album", self.tr("Albums")),
            ("folder", self.tr("Folders")),
            ("tag", self.tr("Tags")),
        ):
            button = IconButton(icon, name, 36)
            button.clicked.connect(lambda: self.unfoldAsked.emit())
            column.addWidget(button)
        column.addStretch()
        return page

    # Keeping it up to date

    def _show_lists(self) -> None:
        """The albums and tags that the filter leaves."""
        wanted = fold(self._filter.text())
        # A row that moves to its new place in the alphabet takes the keys with it.
        current = self._tree.currentIndex().data(EntryRole)
        for heading in (self._albums, self._tags):
            # Without rows below it, a heading forgets that it was open.
            open_before = self._tree.isExpanded(heading.index()) or not heading.rowCount()
            heading.filter(wanted)
            if wanted or open_before:
                self._tree.expand(heading.index())
        self._stand_at(current)
        listed = len(self._albums.albums) + len(self._tags.tags)
        self._filter.setVisible(listed > _FILTERED or bool(wanted))
        self._hide(self._tags, not self._tags.tags)
        self._mark()

    def _stand_at(self, entry: Entry | None) -> None:
        """Let the keys go on from the row of this entry, if there is one."""
        if entry is None or entry.album is None:
            return
        for row in self._albums.rows():
            if row.entry.key == entry.key:
                keep = QItemSelectionModel.SelectionFlag.NoUpdate
                self._tree.selectionModel().setCurrentIndex(row.index(), keep)

    def _hide(self, row: Row, hidden: bool = True) -> None:
        self._tree.setRowHidden(row.row(), QModelIndex(), hidden)

    def _mark(self) -> QModelIndex | None:
        """Select the row of the place, which may have moved."""
        chosen, place = self._tree.selectionModel(), self._place
        rows = _below(self._model.invisibleRootItem())
        found = next((row for row in rows if place and row.entry.is_at(place)), None)
        if found is None:
            chosen.clearSelection()
            return None
        if not chosen.isSelected(found.index()):
            chosen.select(found.index(), QItemSelectionModel.SelectionFlag.ClearAndSelect)
        return found.index()

    # What the person does

    def _is_taken(self, entry: Entry, name: str) -> bool:
        """Whether another album is called so."""
        others = (album for album in self._albums.albums if entry.key != Entry("", album=album).key)
        return any(fold(album.name) == fold(name) for album in others)

    def _end_naming(self, stays: bool) -> None:
        self._albums.end_new()
        self.namingEnded.emit(stays)

    def _choose(self, index: QModelIndex) -> None:
        entry: Entry = index.data(EntryRole)
        place = entry.place
        if entry.kind == "review":
            self.reviewAsked.emit()
        elif place is not None:
            self.chosen.emit(place)
        elif entry.heading:
            self._tree.setExpanded(index, not self._tree.isExpanded(index))

    def _menu(self, place: QPoint) -> None:
        index = self._tree.indexAt(place)
        if index.isValid():
            self.menuAsked.emit(index.data(EntryRole), self._tree.viewport().mapToGlobal(place))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()


def _below(parent: QStandardItem) -> list[Row]:
    """All rows below one, in the order in which they are shown."""
    found: list[Row] = []
    waiting = [parent.child(at) for at in range(parent.rowCount())][::-1]
    while waiting:
        row = waiting.pop()
        if isinstance(row, Row):
            found.append(row)
        waiting += [row.child(at) for at in range(row.rowCount())][::-1]
    return found
