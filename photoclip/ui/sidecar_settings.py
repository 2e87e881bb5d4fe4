"""The section of the settings on sidecars: the switch, how it stands, and what went wrong."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from photoclip.ui.controls import button, label
from photoclip.ui.settings_rows import Row, note
from photoclip.ui.sidecar_job import SidecarState
from photoclip.ui.switch_button import Switch


class SidecarSettings(QWidget):
    """Shows a `SidecarState`.

    Signals:
        turned: whether the person wants sidecars.
        retryAsked: what could not be written is to be tried again.
    """

    turned = Signal(object)
    retryAsked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.switch = Switch(
            self.tr("Write my tags, ratings and captions into XMP files beside the photos")
        )
        self.switch.clicked.connect(lambda: self.turned.emit(self.switch.isChecked()))
        about = note(
            self.tr(
                "Lightroom, darktable, digiKam and others read them there, and what they wrote "
                "stays. Your photos are never changed."
            )
        )
        self.switch.setAccessibleDescription(about.text())
        self.waiting = note()
        self.problem = label("", "bad", wrap=True)
        self.retry = button(self.tr("Try again"))
        self.retry.clicked.connect(lambda: self.retryAsked.emit())
        self._trouble = Row(self.problem, self.retry)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.switch, about, self.waiting, self._trouble):
            column.addWidget(widget)
        self.show_state(SidecarState())

    def show_state(self, state: SidecarState) -> None:
        self.switch.setChecked(state.on)
        number = self.locale().toString
        parts: list[str] = []
        if state.waiting and not state.on:
            parts.append(self.tr("Photos with something to write: %1."))
            parts = [parts[0].replace("%1", number(state.waiting))]
        elif state.waiting > state.away + state.failed or state.writing:
            words = self.tr("Writing: %1 to go.") if state.writing else self.tr("Waiting: %1.")
            parts.append(words.replace("%1", number(state.waiting)))
        elif state.on and not state.waiting:
            parts.append(self.tr("All of it is written."))
        if state.away:
            words = self.tr("Photos that wait for a drive to be connected: %1.")
            parts.append(words.replace("%1", number(state.away)))
        _say(self.waiting, " ".join(parts))
        problem = state.problem
        if state.failed > 1:
            more = self.tr("%1 Others that could not be written: %2.")
            problem = more.replace("%1", problem).replace("%2", number(state.failed - 1))
        _say(self.problem, problem)
        self._trouble.setVisible(bool(problem))


def _say(where: QLabel, words: str) -> None:
    where.setText(words)
    where.setVisible(bool(words))
