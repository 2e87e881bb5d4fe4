"""Albums wherever they are shown and filled: sidebar, prompt, menus, heading, kept searches."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from photoclip.core.albums import Album
from photoclip.core.query import Filter, Key
from photoclip.core.query_text import parse, written
from photoclip.core.terms import fold
from photoclip.ui.actions import Actions
from photoclip.ui.album_counts import AlbumCounts
from photoclip.ui.albums import AlbumActs
from photoclip.ui.chip_labels import label
from photoclip.ui.content import Content
from photoclip.ui.later import Lazy
from photoclip.ui.photo_drag import photos_in
from photoclip.ui.places import Place
from photoclip.ui.search_bar import SearchField
from photoclip.ui.session import Session
from photoclip.ui.sidebar import Sidebar
from photoclip.ui.sidebar_rows import Entry
from photoclip.ui.theme import palette
from photoclip.ui.tokens import VIEWER
from photoclip.ui.undo import UndoStack

if TYPE_CHECKING:
    from photoclip.ui.album_prompt import AlbumPrompt
    from photoclip.ui.viewer import Viewer


class AlbumsDisplay(QObject):
    """Wires the albums of the library to what shows them.

    Args:
        targets: the photos that commands are about.
        looked_at: gives the photo in the viewer, None while the grid is shown.

    Signals:
        asked: a `Place` to go to.
        became: the `Place` that is shown already, by another name.
        left: the person is done with naming, and goes on where they were.
    """

    asked = Signal(object)
    became = Signal(object)
    left = Signal()

    def __init__(
        self,
        actions: Actions,
        session: Session,
        undo: UndoStack,
        sidebar: Sidebar,
        content: Content,
        field: SearchField,
        viewer: "Lazy[Viewer]",
        targets: Callable[[], list[int]],
        looked_at: Callable[[], int | None],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._actions, self._session, self._sidebar = actions, session, sidebar
        self._content, self._field, self._viewer = content, field, viewer
        self._targets, self._looked_at, self._window = targets, looked_at, window
        # The photos that the prompt is about, and those for an album that has no name yet.
        self._about: list[int] = []
        self._waiting: tuple[int, ...] = ()
        self._last: str = ""
        # The search that has just become a live album, and the name of that.
        self._kept: tuple[Place, str] | None = None
        # Whether a name was asked for by someone at work elsewhere, and the sidebar opened for it.
        self._visiting = self._unfolded = False
        self.acts = AlbumActs(session, undo, self)
        self.counts = AlbumCounts(session, self)
        self.counts.counted.connect(sidebar.show_album_count)
        self._here = Lazy(self._make_here)
        self._there = Lazy(self._make_there)
        session.albumsRead.connect(self._show)
        session.moved.connect(self._show_place)
        # What was asked was about the photos of the place before.
        session.moved.connect(lambda _: self._close_here())
        self._wire_commands()
        self._wire_sidebar()
        self._show_place(session.place)

    def _make_here(self) -> "AlbumPrompt":
        from photoclip.ui.album_prompt import AlbumPrompt

        return self._wired(AlbumPrompt(self._window))

    def _make_there(self) -> "AlbumPrompt":
        from photoclip.ui.album_prompt import AlbumPrompt

        viewer = self._viewer()
        prompt = self._wired(AlbumPrompt(viewer, palette(VIEWER)))
        viewer.left.connect(prompt.close_)
        # What was asked was about the photo before.
        viewer.turned.connect(lambda: prompt.close_())
        return prompt

    def _wired(self, prompt: "AlbumPrompt") -> "AlbumPrompt":
        prompt.named.connect(self._add_to)
        prompt.left.connect(self.left)
        return prompt

    def _close_here(self) -> None:
        if self._here.made is not None:
            self._here.made.close_(leave=False)

    def _wire_commands(self) -> None:
        actions, keep = self._actions, self._content.keep
        actions.connect("new_album", lambda: self._begin(self._targets()))
        actions.connect("to_album", self._ask)
        actions.connect("from_album", self._take_out)
        actions.connect("keep_search", self._name_search)
        actions["keep_search"].setEnabled(False)
        self._session.listed.connect(
            lambda listing: actions["keep_search"].setEnabled(listing.place.searching)
        )
        keep.asked.connect(self._name_search)
        keep.taken = self._is_taken
        keep.named.connect(self._keep)
        keep.left.connect(self._content.take_focus)

    def _wire_sidebar(self) -> None:
        sidebar = self._sidebar
        sidebar.albumAsked.connect(lambda: self._begin(self._targets()))
        sidebar.albumNamed.connect(self._name)
        sidebar.namingEnded.connect(self._end_naming)
        sidebar.renameAsked.connect(self._rename)
        sidebar.deleteAsked.connect(self._delete)
        sidebar.dropped.connect(self._drop)
        sidebar.menuAsked.connect(self._open_menu)

    @property
    def prompt(self) -> "AlbumPrompt":
        """That of the viewer while it is shown, else that of the window."""
        return self._here() if self._looked_at() is None else self._there()

    def name_of(self, place: Place) -> str:
        """The name of the album that a place is, "" where it is none."""
        album = self._album_of(place)
        return "" if album is None else album.name

    def step_back(self) -> bool:
        """Esc: close the prompt; whether it was open."""
        for prompt in (self._here.made, self._there.made):
            if prompt is not None and prompt.isVisible():
                prompt.close_()
                return True
        return False

    def close(self) -> None:
        self.counts.close()

    def _album_of(self, place: Place) -> Album | None:
        number = place.album if place.album is not None else place.scope.album
        return None if number is None else self.acts.album(number)

    # What is shown

    def _show(self, albums: Sequence[Album]) -> None:
        self._sidebar.show_albums(albums)
        self._enter_kept()
        place = self._session.place
        if self._album_of(place) is not None:
            self._content.show_name(self.name_of(place))
            self._show_place(place)
        elif place.scope.album is not None or place.album is not None:
            # It was deleted while it was shown.
            self.asked.emit(replace(place, scope=replace(place.scope, album=None), album=None))

    def _enter_kept(self) -> None:
        """Whoever has kept a search is in its album, so that changes to it can be kept too."""
        if self._kept is None:
            return
        place, name = self._kept
        album = self.acts.named(name)
        if album is None:
            return
        self._kept = None
        inside = Entry("album", album=album).place
        if self._session.place == place and inside is not None:
            self.became.emit(inside)

    def _show_place(self, place: Place) -> None:
        """In a live album its changes can be kept, in a plain one photos taken out."""
        album = self._album_of(place)
        live = album is not None and album.live
        kept = written(parse(album.query, date.today())) if album and album.query else ""
        self._content.keep.show_album(
            album.name if album and live else "", live and kept != place.text
        )
        self._actions["from_album"].setVisible(album is not None and not live)

    # New albums

    def _begin(self, photo_ids: Sequence[int]) -> None:
        """A new album with these photos, named in the sidebar, or in the viewer over it."""
        if self._looked_at() is not None:
            self._ask()
            return
        self._waiting = tuple(photo_ids)
        self._visiting, self._unfolded = not self._sidebar.has_keys, self._sidebar.folded
        if self._unfolded:
            self._sidebar.unfoldAsked.emit()
        name, number = self.tr("New album"), 2
        while self.acts.named(name) is not None:
            name, number = f"{self.tr('New album')} {number}", number + 1
        self._sidebar.name_new_album(name)

    def _name(self, entry: Entry, name: str) -> None:
        if entry.album is None and name:
            self.acts.create(name, self._waiting)
        elif entry.album is not None and name and name != entry.album.name:
            self.acts.rename(entry.album, name)

    def _end_naming(self, stays: bool) -> None:
        """Back to where the person was, unless they have gone elsewhere."""
        visiting, unfolded = self._visiting, self._unfolded
        self._visiting = self._unfolded = False
        if unfolded:
            self._sidebar.foldAsked.emit()
        if visiting and stays:
            self.left.emit()

    # Filling them

    def _ask(self) -> None:
        self._about = self._targets()
        if self._about:
            title = self.tr("Add %Ln photo(s) to an album", "", len(self._about))
            # Where the person was last, they often go on.
            albums = sorted(self.acts.known, key=lambda album: fold(album.name) != self._last)
            self.prompt.open(title, albums)

    def _add_to(self, name: str) -> None:
        album = self.acts.named(name)
        self._last = fold(name)
        if album is None:
            self.acts.create(name, self._about)
        else:
            self.acts.add(album, self._about)

    def _take_out(self) -> None:
        album = self._album_of(self._session.place)
        if album is not None and not album.live:
            self.acts.remove(album, self._targets())

    def _drop(self, entry: Entry, data: QMimeData) -> None:
        photo_ids = photos_in(data, self._session.library.path)
        if entry.album is not None:
            self._last = fold(entry.album.name)
            self.acts.add(entry.album, photo_ids)
        elif photo_ids:
            # Naming begins when the drag is over, which takes the focus back.
            QTimer.singleShot(0, self, lambda: self._begin(photo_ids))

    # Renaming and deleting

    def _rename(self, entry: Entry) -> None:
        if entry.album is not None:
            self._sidebar.rename_album(entry.album.id)

    def _delete(self, entry: Entry) -> None:
        if entry.album is not None:
            self.acts.delete(entry.album)

    def _open_menu(self, entry: Entry, place: QPoint) -> None:
        if entry.album is None and entry.kind != "albums":
            return
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if entry.album is None:
            menu.addAction(self._actions["new_album"])
        else:
            rename = menu.addAction(self.tr("Rename"), lambda: self._rename(entry))
            rename.setShortcut(QKeySequence(Qt.Key.Key_F2))
            menu.addAction(self.tr("Delete the album"), lambda: self._delete(entry))
        menu.popup(place)

    # Searches kept as live albums

    def _name_search(self) -> None:
        # It is asked above the results, where in a small window the details may stand.
        self.left.emit()
        query, locale = self._field.query, self._content.locale()
        labels = [label(item, locale) for item in query.filters]
        name = self.name_of(self._session.place)
        self._content.keep.begin(name or query.phrase or ", ".join(labels))

    def _is_taken(self, name: str) -> bool:
        """Whether another album than the one that is open is called so."""
        album = self.acts.named(name)
        return album is not None and album.id != self._session.place.album

    def _keep(self, name: str) -> None:
        """The query as an album that grows; what is searched in becomes a filter."""
        place = self._session.place
        album = self.acts.album(place.album)
        inside = self.acts.album(place.scope.album)
        scope = {
            Key.FOLDER: place.scope.folder,
            Key.TAG: place.scope.tag,
            Key.ALBUM: inside.name if inside else None,
        }
        within = [Filter(key, (value,)) for key, value in scope.items() if value is not None]
        query = written(parse(place.text, date.today()).extended(*within))
        if album is not None and fold(album.name) == fold(name):
            self.acts.ask(album, query)
        else:

            def keep() -> None:
                self._kept = (place, name)

            self.acts.keep(name, query, keep)
