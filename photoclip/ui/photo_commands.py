"""What can be done with photos, selected in the grid or looked at in the viewer."""

import os
from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QDrag, QGuiApplication

from photoclip.core.paths import display_name
from photoclip.core.types import Photo
from photoclip.ui import desktop
from photoclip.ui.actions import Actions
from photoclip.ui.grid import GridView
from photoclip.ui.photo_drag import add_photos
from photoclip.ui.session import Session

_MOST_COPIED = 5000
_NAMES = (
    "open", "show_file", "similar", "why", "copy", "copy_path", "favourite", "tag", "accept",
    "caption", "to_album", "from_album",
    *(f"rate_{stars}" for stars in range(6)),
)  # fmt: skip


class PhotoCommands(QObject):
    """Carries out the commands that are about photos.

    Args:
        looked_at: gives the photo in the viewer, None while the grid is shown.

    Signals:
        said: a sentence on what was done or could not be.
        openAsked: a photo's id.
        dragging: True while photos are dragged out, so that the window does not take them back.
    """

    said = Signal(object)
    openAsked = Signal(object)
    dragging = Signal(object)

    def __init__(
        self,
        actions: Actions,
        session: Session,
        grid: GridView,
        looked_at: Callable[[], int | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._actions, self._session, self._grid = actions, session, grid
        self._looked_at = looked_at
        actions.connect("open", self._open)
        actions.connect("show_file", self._show)
        actions.connect("copy", lambda: self._copy(as_path=False))
        actions.connect("copy_path", lambda: self._copy(as_path=True))
        grid.picked.connect(self.enable)
        grid.dragged.connect(self._drag)
        self.enable()

    def enable(self) -> None:
        """Let the commands be chosen while there is a photo they can be about."""
        some = self._grid.chosen.count() > 0 or self._current() is not None
        for name in _NAMES:
            self._actions[name].setEnabled(some)
        self._actions["open"].setEnabled(some and self._looked_at() is None)
        one = self._looked_at() is not None or self._grid.chosen.count() == 1
        self._actions["describe"].setEnabled(one)

    def show_file(self, path: str) -> None:
        """Show a file in the file manager, or say why not."""
        if not os.path.exists(path):
            self.said.emit(self.tr("“%1” is not where it was.").replace("%1", display_name(path)))
        elif not desktop.show_in_file_manager(path):
            sentence = self.tr("The file manager did not answer. The file is %1")
            self.said.emit(sentence.replace("%1", path))

    def targets(self) -> list[int]:
        """The photos that commands are about: the one in the viewer, else those selected."""
        looked_at = self._looked_at()
        if looked_at is not None:
            return [looked_at]
        selected: list[int] = self._grid.chosen.ids().tolist()
        return selected

    def _current(self) -> int | None:
        looked_at = self._looked_at()
        return looked_at if looked_at is not None else self._grid.current_id()

    def _open(self) -> None:
        photo_id = self._current()
        if photo_id is not None and self._looked_at() is None:
            self.openAsked.emit(photo_id)

    def _show(self) -> None:
        photo_id = self._current()

        def show(found: Mapping[int, Photo]) -> None:
            for photo in found.values():
                self.show_file(photo.path)

        if photo_id is not None:
            self._session.photos("show", [photo_id], show)

    def _copy(self, as_path: bool) -> None:
        ids = self.targets()[:_MOST_COPIED]

        def put(found: Mapping[int, Photo]) -> None:
            paths = [found[i].path for i in ids if i in found]
            if as_path:
                QGuiApplication.clipboard().setText("\n".join(paths))
                self.said.emit(self.tr("%Ln path(s) copied.", "", len(paths)))
            else:
                QGuiApplication.clipboard().setMimeData(desktop.files_as_data(paths))
                self.said.emit(self.tr("%Ln photo(s) copied.", "", len(paths)))

        if ids:
            self._session.photos("copy", ids, put)

    def _drag(self) -> None:
        # A drag must begin in the event that moved the mouse, so what is known already is used.
        ids = self._grid.chosen.ids()
        found = [self._grid.photos.fact(i) for i in ids[:_MOST_COPIED].tolist()]
        paths = [photo.path for photo in found if photo is not None]
        if paths:
            drag = QDrag(self._grid)
            data = desktop.files_as_data(paths)
            add_photos(data, self._session.library.path, ids)
            drag.setMimeData(data)
            self.dragging.emit(True)
            drag.exec(Qt.DropAction.CopyAction)
            self.dragging.emit(False)
