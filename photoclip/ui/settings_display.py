"""The settings, kept in step with what they are about."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from photoclip.core.settings import Appearance
from photoclip.ui import desktop
from photoclip.ui.actions import Actions
from photoclip.ui.later import Lazy
from photoclip.ui.model_shelf import title_of
from photoclip.ui.models import Models
from photoclip.ui.overlays import Notice
from photoclip.ui.session import Session
from photoclip.ui.sidecar_job import SidecarJob

if TYPE_CHECKING:
    from photoclip.ui.settings_window import SettingsWindow


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
        self._notice, self._parent = notice, parent
        self._actions, self._appearances = actions, appearances
        self._window = Lazy(self._make_window)
        sidecars.failed.connect(self._tell)
        session.tagsRead.connect(lambda _: self._read_suggesting())
        session.counted.connect(lambda _: self._look())
        models.changed.connect(self._show_model)
        actions.connect("settings", lambda: self.window.open())

    @property
    def window(self) -> "SettingsWindow":
        return self._window()

    def close(self) -> None:
        if self._window.made is not None:
            self._window.made.close()

    def _make_window(self) -> "SettingsWindow":
        from photoclip.ui.settings_window import SettingsWindow

        path, sidecars = str(self._session.library.path), self._sidecars
        window = SettingsWindow(self._actions, self._appearances, path, self._parent)
        window.opened.connect(self._refresh)
        window.showAsked.connect(lambda: desktop.show_in_file_manager(path))
        window.sidecars.turned.connect(sidecars.turn)
        window.sidecars.retryAsked.connect(sidecars.try_again)
        sidecars.changed.connect(window.sidecars.show_state)
        return window

    def _refresh(self) -> None:
        self._sidecars.look()
        self._models.refresh()
        self._read_suggesting()
        self._show_model()

    def _look(self) -> None:
        window = self._window.made
        if window is not None and window.isVisible():
            self._sidecars.look()

    def _read_suggesting(self) -> None:
        window, annotations = self._window.made, self._session.library.annotations
        if window is None:
            return
        show = window.show_suggesting
        self._session.read("suggesting here", lambda: annotations.suggesting, show)

    def _show_model(self) -> None:
        window, answering, shelf = self._window.made, self._models.answering, self._models.shelf
        if window is None or answering is None or shelf is None:
            return
        words = self.tr("In use: %1.")
        if shelf.running_on:
            words = self.tr("In use: %1. Runs on: %2.").replace("%2", shelf.running_on)
        window.show_model(words.replace("%1", title_of(answering.name)))

    def _tell(self, sentence: str) -> None:
        self._notice.say(
            sentence, self.tr("Settings…"), self._actions["settings"].trigger, stay=True
        )
