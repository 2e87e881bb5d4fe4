"""What can be done with folders: take them into the library, look again, take them out."""

import os
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from photoclip.core.paths import display_name
from photoclip.core.types import IndexReport
from photoclip.ui import desktop
from photoclip.ui.actions import Actions
from photoclip.ui.index_job import IndexJob
from photoclip.ui.session import Session


class FolderCommands(QObject):
    """Carries out the commands that are about folders, and says how it went.

    Attributes:
        roots: the folders of the library; None while they are not known.

    Signals:
        said: (a sentence, what is offered about it or "", what that does or None).
        announced: a sentence for a screen reader.
        left: a folder taken out, so that nobody can stay in it.
    """

    said = Signal(object, object, object)
    announced = Signal(object)
    left = Signal(object)

    def __init__(self, actions: Actions, session: Session, job: IndexJob, window: QWidget) -> None:
        super().__init__(window)
        self._actions, self._session, self._job, self._window = actions, session, job, window
        self.roots: tuple[str, ...] | None = None
        actions.connect("add_folder", self.choose)
        actions.connect("rescan", self.rescan)
        job.ended.connect(self._report)

    def know(self, roots: tuple[str, ...]) -> None:
        """These are the folders of the library."""
        self.roots = roots
        self._actions["rescan"].setEnabled(bool(roots))

    def add(self, paths: Sequence[str]) -> None:
        """Take folders or files into the library."""
        there = [os.path.abspath(path) for path in paths if os.path.exists(path)]
        for path in paths:
            if not os.path.exists(path):
                self._say(self.tr("“%1” is not there any more.").replace("%1", display_name(path)))
        if there:
            first, library = there[0], self._session.library
            self._session.read(
                "holding",
                lambda: library.root_of(first),
                lambda root: self._say_already_there(first, root) if root is not None else None,
            )
            self._job.add(there)

    def choose(self) -> None:
        """Ask for a folder to be added."""
        title = self.tr("Add a folder of photos")
        chosen = QFileDialog.getExistingDirectory(self._window, title)
        if chosen:
            self.add([chosen])

    def rescan(self) -> None:
        """Look for new, changed and missing files in every folder of the library."""
        if self.roots:
            self._job.add(self.roots)

    def take_out(self, path: str) -> None:
        """Forget a folder, which `add` undoes; its files stay as they are."""
        self._session.write(lambda: self._session.library.remove_root(path))
        self.left.emit(path)
        sentence = self.tr("“%1” is out of the library. Its files are as they were.")
        self._say(
            sentence.replace("%1", display_name(path)), self.tr("Undo"), lambda: self.add([path])
        )

    def open_menu(self, path: str, place: QPoint) -> None:
        """The menu of a folder, at a place in global coordinates."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Show in file manager"), lambda: desktop.open_folder(path))
        menu.addAction(self.tr("Rescan"), lambda: self._job.add([path]))
        if self.roots and path in self.roots:
            menu.addSeparator()
            menu.addAction(self.tr("Take out of the library"), lambda: self.take_out(path))
        menu.popup(place)

    def _say_already_there(self, path: str, root: str) -> None:
        name, inside = display_name(path), display_name(root)
        if path == root:
            sentence = self.tr("“%1” is already in the library. It is looked through again.")
        else:
            sentence = self.tr("“%1” is already in the library, inside “%2”.")
        self._say(sentence.replace("%1", name).replace("%2", inside))

    def _report(self, paths: Sequence[str], report: IndexReport | None) -> None:
        # The person who stopped it, or was told of an error, needs no report.
        if report is None or report.stopped:
            return
        if report.skipped_folders:
            first = report.skipped_folders[0]
            self._say(f"“{display_name(first.path)}”: {first.reason}")
        elif report.found == 0 and len(paths) == 1:
            sentence = self.tr("No photos in “%1”. PhotoClip reads JPEG, HEIC, PNG, RAW and more.")
            self._say(sentence.replace("%1", display_name(paths[0])))
        elif report.indexed:
            done = self.tr("%Ln file(s) indexed.", "", report.indexed)
            self._say(done)
            self.announced.emit(done)

    def _say(
        self, sentence: str, offer: str = "", call: Callable[[], object] | None = None
    ) -> None:
        self.said.emit(sentence, offer, call)
