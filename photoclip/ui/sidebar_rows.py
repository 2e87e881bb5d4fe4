"""The rows of the sidebar: what each stands for, and how lists of them are kept up to date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QCoreApplication, QLocale, Qt
from PySide6.QtGui import QStandardItem

from photoclip.core.albums import Album
from photoclip.core.paths import display
from photoclip.core.query_text import parse, written
from photoclip.core.terms import fold
from photoclip.core.types import Folder, Scope, TagCount
from photoclip.ui.places import Place

EntryRole = Qt.ItemDataRole.UserRole
CountRole = EntryRole + 1
IconRole = EntryRole + 2
_SPOKEN = Qt.ItemDataRole.AccessibleTextRole
# More tags than these are found by the filter.
_TAGS_SHOWN = 200


def _tr(text: str, count: int = -1) -> str:
    return QCoreApplication.translate("Sidebar", text, "", count)


@dataclass(frozen=True)
class Entry:
    """What a row stands for.

    Attributes:
        kind: "all", "review", "folder", "tag", "album", "new" (an album that is being named), or a
            heading: "albums", "folders", "tags".
        name: the path of a folder, a term.
        album: where it is one.
    """

    kind: str
    name: str = ""
    album: Album | None = None

    @property
    def key(self) -> tuple[str, str | int]:
        """What stays the same when an album is renamed."""
        return self.kind, self.album.id if self.album else self.name

    @property
    def heading(self) -> bool:
        return self.kind in ("albums", "folders", "tags")

    @property
    def place(self) -> Place | None:
        """Where a click leads."""
        if self.kind == "all":
            return Place()
        if self.kind == "folder":
            return Place(Scope(folder=self.name))
        if self.kind == "tag":
            return Place(Scope(tag=self.name))
        if self.album is None:
            return None
        if self.album.query is None:
            return Place(Scope(album=self.album.id))
        query = written(parse(self.album.query, date.today()))
        return Place(text=query, album=self.album.id)

    def is_at(self, place: Place) -> bool:
        """Whether this row is where the person is; a live album also while its query changes."""
        if self.album is not None and self.album.live:
            return self.album.id == place.album
        return not place.searching and not place.failures and self.place == place


class Row(QStandardItem):
    """A row with icon, name and count, or a heading, which has no icon."""

    def __init__(self, entry: Entry, text: str, icon: str | None = None) -> None:
        super().__init__(text)
        self.setData(entry, EntryRole)
        self.setData(icon, IconRole)
        self.setEditable(entry.album is not None or entry.kind == "new")
        if entry.heading:
            self.setFlags(Qt.ItemFlag.ItemIsEnabled)

    @property
    def entry(self) -> Entry:
        entry: Entry = self.data(EntryRole)
        return entry

    def show(self, entry: Entry, text: str, icon: str, count: int | None, tip: str = "") -> None:
        """Show something else, or the same as it is now; what is so already costs nothing."""
        photos = _tr("%Ln photo(s)", count or 0)
        spoken = text if count is None else f"{text}, {photos}"
        for role, value in (
            (EntryRole, entry), (IconRole, icon), (CountRole, count), (_SPOKEN, spoken),
            (Qt.ItemDataRole.DisplayRole, text), (Qt.ItemDataRole.ToolTipRole, tip),
        ):  # fmt: skip
            if self.data(role) != value:
                self.setData(value, role)

    def say(self, more: str) -> None:
        """Let a screen reader say more of it."""
        self.setData(f"{self.data(_SPOKEN)}, {more}", _SPOKEN)

    def rows(self) -> list["Row"]:
        return [row for i in range(self.rowCount()) if isinstance(row := self.child(i), Row)]

    def sync(self, entries: Sequence[Entry], first: int = 0) -> list["Row"]:
        """Have rows for exactly these below, from the row `first` on.

        Those that stay are moved and not made anew, so that they stay open and chosen.
        """
        wanted = {entry.key for entry in entries}
        for at in reversed(range(first, self.rowCount())):
            if self.child(at).data(EntryRole).key not in wanted:
                self.removeRow(at)
        for at, entry in enumerate(entries, first):
            row = self.child(at)
            if row is None or row.data(EntryRole).key != entry.key:
                # Only given as a list does the row keep its item alive.
                self.insertRow(at, [self._take(at, entry) or Row(entry, "", "")])
        return self.rows()[first:]

    def _take(self, after: int, entry: Entry) -> QStandardItem | None:
        for at in range(after, self.rowCount()):
            if self.child(at).data(EntryRole).key == entry.key:
                return self.takeRow(at)[0]
        return None


class FolderRows(Row):
    """The heading of the folders, which lie below it as a tree.

    Attributes:
        folders: those shown; None before the first.
    """

    def __init__(self) -> None:
        super().__init__(Entry("folders"), _tr("Folders"))
        self.folders: Sequence[Folder] | None = None

    def show_folders(self, folders: Sequence[Folder]) -> None:
        self.folders = folders
        self._show_below(self, folders)

    def _show_below(self, parent: Row, folders: Sequence[Folder]) -> None:
        rows = parent.sync([Entry("folder", folder.path) for folder in folders])
        for row, folder in zip(rows, folders, strict=True):
            icon, tip = "folder", display(folder.path)
            if not folder.online:
                icon, tip = "drive-off", f"{tip} ({_tr('not connected')})"
            row.show(row.entry, folder.name, icon, folder.count, tip)
            self._show_below(row, folder.children)


class TagRows(Row):
    """The heading of the tags, with those below it that the person looks for.

    Attributes:
        given: all there are, as they were given last; None before the first.
        tags: these in their order here.
    """

    def __init__(self) -> None:
        super().__init__(Entry("tags"), _tr("Tags"))
        self.given: Sequence[TagCount] | None = None
        self.tags: Sequence[TagCount] = ()

    def show_tags(self, tags: Sequence[TagCount]) -> None:
        """Those with photos that the person tagged come first, then what is only suggested."""
        self.given = tags
        self.tags = sorted(tags, key=lambda tag: tag.own == 0)

    def filter(self, wanted: str) -> None:
        """Show those whose name has this in it, folded."""
        tags = [tag for tag in self.tags if wanted in fold(tag.term)][:_TAGS_SHOWN]
        rows = self.sync([Entry("tag", tag.term) for tag in tags])
        for row, tag in zip(rows, tags, strict=True):
            whose = _whose(tag)
            icon = "tag" if tag.own else "tag-guess"
            row.show(row.entry, tag.term, icon, tag.count, f"{tag.term}: {whose}")
            row.say(whose)


class AlbumRows(Row):
    """The heading of the albums, with those below it that the person looks for.

    Attributes:
        albums: all there are.
    """

    def __init__(self) -> None:
        super().__init__(Entry("albums"), _tr("Albums"))
        self.albums: Sequence[Album] = ()
        self._counts: dict[int, int] = {}

    def show_albums(self, albums: Sequence[Album]) -> None:
        self.albums = albums

    def show_count(self, album_id: int, count: int | None) -> None:
        """How many photos a live album holds now; None where it cannot be asked."""
        if count is None:
            self._counts.pop(album_id, None)
        else:
            self._counts[album_id] = count
        for row in self.rows():
            if row.entry.album is not None and row.entry.album.id == album_id:
                self._dress(row, row.entry.album)

    def filter(self, wanted: str) -> None:
        """Show those whose name has this in it, folded."""
        albums = [album for album in self.albums if wanted in fold(album.name)]
        rows = self.sync([Entry("album", album=album) for album in albums], int(self._naming))
        for row, album in zip(rows, albums, strict=True):
            self._dress(row, album)

    def begin_new(self, name: str) -> Row:
        """A row at the top for an album that has no name yet."""
        self.end_new()
        row = Row(Entry("new"), name, "album")
        self.insertRow(0, [row])
        return row

    def end_new(self) -> None:
        if self._naming:
            self.removeRow(0)

    @property
    def _naming(self) -> bool:
        return self.rowCount() > 0 and self.child(0).data(EntryRole).kind == "new"

    def _dress(self, row: Row, album: Album) -> None:
        count = self._counts.get(album.id) if album.live else album.count
        icon = "live-album" if album.live else "album"
        tip = f"{album.name}: {album.query}" if album.live else album.name
        row.show(Entry("album", album=album), album.name, icon, count, tip)
        if album.live:
            row.say(_tr("live album"))


def _whose(tag: TagCount) -> str:
    if not tag.own:
        return _tr("suggested")
    if tag.own == tag.count:
        return _tr("your own")
    return _tr("%1 your own, the others suggested").replace("%1", QLocale().toString(tag.own))
