"""The settings, kept in step with what they are about."""

from collections.abc import Mapping

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from photoclip.core.settings import Appearance
from photoclip.ui import desktop
from photoclip.ui.actions import Actions
from photoclip.ui.model_shelf import title_of
from photoclip.ui.models import Models
from photoclip.ui.overlays import Notice
from photoclip.ui.session import Session
from photoclip.ui.settings_window import SettingsWindow
from photoclip.ui.sidecar_job import SidecarJob


class SettingsDisplay(QObject):
    """Opens the window of settings, and tells there and in the notice how the sidecars fare."""

    def __init__(
        self,
        actions: Actions,
        appearances: Mapping[Appearance, QAction],
        session: Session,
        models: Models,
        sidecars: SidecarJob,
        notice: Notice,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._session, self._models, self._sidecars = session, models, sidecars
        self._notice = notice
        path = str(session.library.path)
        self.window = SettingsWindow(actions, appearances, path, parent)
        self.window.opened.connect(self._refresh)
        self.window.showAsked.connect(lambda: desktop.show_in_file_manager(path))
        section = self.window.sidecars
        section.turned.connect(sidecars.turn)
        section.retryAsked.connect(sidecars.try_again)
        sidecars.changed.connect(section.show_state)
        sidecars.failed.connect(self._tell)
        session.tagsRead.connect(lambda _: self._read_suggesting())
        session.counted.connect(lambda _: self._look())
        models.changed.connect(self._show_model)
        actions.connect("settings", self.window.open)

    def close(self) -> None:
        self.window.close()

    def _refresh(self) -> None:
        self._sidecars.look()
        self._models.refresh()
        self._read_suggesting()
        self._show_model()

    def _look(self) -> None:
        if self.window.isVisible():
            self._sidecars.look()

    def _read_suggesting(self) -> None:
        annotations = self._session.library.annotations
        show = self.window.show_suggesting
        self._session.read("suggesting here", lambda: annotations.suggesting, show)

    def _show_model(self) -> None:
        answering, shelf = self._models.answering, self._models.shelf
        if answering is None or shelf is None:
            return
        words = self.tr("In use: %1.")
        if shelf.running_on:
            words = self.tr("In use: %1. Runs on: %2.").replace("%2", shelf.running_on)
        self.window.show_model(words.replace("%1", title_of(answering.name)))

    def _tell(self, sentence: str) -> None:
        self._notice.say(sentence, self.tr("Settings…"), self.window.open, stay=True)
