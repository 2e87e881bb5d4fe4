"""The models, wherever they are shown: their window, the line of a switch, tool tip, hint."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from photoclip.ui.actions import Actions
from photoclip.ui.language_hint import LanguageHint
from photoclip.ui.later import Lazy
from photoclip.ui.model_shelf import title_of
from photoclip.ui.models import Models
from photoclip.ui.overlays import Notice
from photoclip.ui.session import Session
from photoclip.ui.status import StatusLine
from photoclip.ui.switch_line import SwitchLine

if TYPE_CHECKING:
    from photoclip.ui.models_window import ModelsWindow


class ModelsDisplay(QObject):
    """Follows `Models`.

    Signals:
        said: (a sentence, what is offered about it or "", what that does or None).
        moved: the line of the switch has come or gone.
    """

    said = Signal(object, object, object)
    moved = Signal()

    def __init__(
        self,
        models: Models,
        session: Session,
        actions: Actions,
        status: StatusLine,
        line: SwitchLine,
        notice: Notice,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._models, self._status, self._line = models, status, line
        self._parent = window
        self._window = Lazy(self._make_window)
        self._hint = LanguageHint(session, models, notice, self._open, self)
        models.changed.connect(self._show)
        models.said.connect(self.said)
        models.asked.connect(self._open)
        line.pauseAsked.connect(models.toggle_switch)
        line.cancelAsked.connect(models.cancel_switch)
        actions.connect("models", self._open)

    @property
    def window(self) -> "ModelsWindow":
        return self._window()

    def close(self) -> None:
        if self._window.made is not None:
            self._window.made.close()

    def _make_window(self) -> "ModelsWindow":
        from photoclip.ui.models_window import ModelsWindow

        return ModelsWindow(self._models, self._parent)

    def _open(self, key: str = "") -> None:
        self.window.open(key)

    def _show(self) -> None:
        models, before = self._models, not self._line.isHidden()
        self._line.show_switching(models.prepared_title, models.switching, models.can_cancel)
        if before != models.switching.running:
            self.moved.emit()
        answering, shelf = models.answering, models.shelf
        if answering is None or shelf is None:
            return
        words = self.tr("Model: %1").replace("%1", title_of(answering.name))
        if shelf.running_on:
            words = self.tr("Model: %1, on: %2").replace("%2", shelf.running_on)
            words = words.replace("%1", title_of(answering.name))
        self._status.setToolTip(words)
