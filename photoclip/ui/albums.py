"""What a person does with albums: each act can be undone, and is told in a sentence."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from photoclip.core.albums import Album, AlbumEdit, Albums
from photoclip.core.terms import fold
from photoclip.core.types import Change
from photoclip.ui.session import Session
from photoclip.ui.undo import Act, Done, UndoStack

_LONGEST_SHOWN = 40


class AlbumActs(QObject):
    """Carries out acts on the albums of the library.

    Attributes:
        known: the albums there are, by name.
    """

    def __init__(self, session: Session, undo: UndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._albums, self._undo = session.library.albums, undo
        self.known: Sequence[Album] = ()
        session.albumsRead.connect(self._know)

    def album(self, album_id: int | None) -> Album | None:
        """The album with that number."""
        return next((album for album in self.known if album.id == album_id), None)

    def named(self, name: str) -> Album | None:
        """The album of that name, however it is spelled."""
        wanted = fold(name)
        return next((album for album in self.known if fold(album.name) == wanted), None)

    def create(self, name: str, photo_ids: Sequence[int] = ()) -> None:
        """Make a plain album that holds these photos."""
        words = self.tr("New album “%1”")
        if photo_ids:
            words = self.tr("New album “%1” with %Ln photo(s)", "", len(photo_ids))
        self._do(lambda: self._albums.create(name, photo_ids), words, name)

    def keep(self, name: str, query: str, done: Callable[[], None]) -> None:
        """Make a live album, and call `done` when it is there."""
        words = self.tr("Kept as the live album “%1”")
        self._do(lambda: self._albums.create(name, query=query), words, name, done)

    def ask(self, album: Album, query: str) -> None:
        """Give a live album another query."""
        words = self.tr("“%1” holds what this query finds now")
        self._do(lambda: self._albums.ask(album.id, query), words, album.name)

    def rename(self, album: Album, name: str) -> None:
        words = self.tr("“%2” is now called “%1”").replace("%2", _short(album.name))
        self._do(lambda: self._albums.rename(album.id, name), words, name)

    def delete(self, album: Album) -> None:
        """Take the album away; its photos stay."""
        words = self.tr("The album “%1” is deleted. Its photos stay.")
        self._do(lambda: self._albums.delete(album.id), words, album.name)

    def add(self, album: Album, photo_ids: Sequence[int]) -> None:
        """Put photos into a plain album."""
        words = self.tr("%Ln photo(s) added to “%1”", "", len(photo_ids))
        there = self.tr("%Ln photo(s) are in “%1” already.", "", len(photo_ids))
        if photo_ids:
            act = _changing(self._albums, lambda: self._albums.add(album.id, photo_ids))
            name = _short(album.name)
            self._undo.do(act, words.replace("%1", name), otherwise=there.replace("%1", name))

    def remove(self, album: Album, photo_ids: Sequence[int]) -> None:
        """Take photos out of a plain album."""
        words = self.tr("%Ln photo(s) removed from “%1”", "", len(photo_ids))
        if photo_ids:
            act = _changing(self._albums, lambda: self._albums.remove(album.id, photo_ids))
            self._undo.do(act, words.replace("%1", _short(album.name)))

    def _do(
        self,
        edit: Callable[[], AlbumEdit],
        words: str,
        name: str,
        done: Callable[[], None] | None = None,
    ) -> None:
        self._undo.do(_act(self._albums, edit), words.replace("%1", _short(name)), done=done)

    def _know(self, albums: Sequence[Album]) -> None:
        self.known = albums


def _act(albums: Albums, edit: Callable[[], AlbumEdit]) -> Act:
    def act() -> Done:
        made = edit()
        return Done(Change(albums=True), _act(albums, lambda: albums.undo(made)))

    return act


def _changing(albums: Albums, edit: Callable[[], AlbumEdit]) -> Act:
    """The act of putting photos in or taking them out, which may find nothing to do."""

    def act() -> Done:
        made = edit()
        if not made.touched:
            return Done(Change(), None)
        return Done(Change(albums=True), _act(albums, lambda: albums.undo(made)))

    return act


def _short(name: str) -> str:
    """A name as it stands in a sentence."""
    return name if len(name) <= _LONGEST_SHOWN else name[: _LONGEST_SHOWN - 1].rstrip() + "…"
