"""The line above the status while another model is being prepared."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from photoclip.ui.controls import ElidedLabel, IconButton
from photoclip.ui.model_rows import Switching, switching_in_words


class SwitchLine(QWidget):
    """Signals: pauseAsked, to pause or go on; cancelAsked."""

    pauseAsked = Signal()
    cancelAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("switchLine")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumHeight(32)
        self._words = ElidedLabel("", Qt.TextElideMode.ElideRight)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(120)
        self._bar.setAccessibleName(self.tr("Progress of preparing the model"))
        self._pause = IconButton("pause", self.tr("Pause preparing the model"), 28)
        self._pause.clicked.connect(lambda: self.pauseAsked.emit())
        self._cancel = IconButton("close", self.tr("Stay with the present model"), 28)
        self._cancel.clicked.connect(lambda: self.cancelAsked.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 1, 8, 1)
        row.setSpacing(8)
        row.addWidget(self._words, 1)
        for widget in (self._bar, self._pause, self._cancel):
            row.addWidget(widget)
        self.hide()

    def show_switching(self, title: str, state: Switching, can_cancel: bool = True) -> None:
        """Show how it goes; nothing while no model is being prepared."""
        self._cancel.setVisible(can_cancel)
        self.setVisible(state.running)
        if not state.running:
            return
        self._words.show_text(switching_in_words(title, state))
        progress = state.progress
        if progress is None or not progress.total or progress.phase == "loading":
            self._bar.setRange(0, 0 if not state.paused else 1)
        else:
            self._bar.setRange(0, progress.total)
            self._bar.setValue(progress.done)
        self._bar.setProperty("paused", state.paused)
        self._bar.style().polish(self._bar)
        self._pause.rename(
            self.tr("Go on preparing the model")
            if state.paused
            else self.tr("Pause preparing the model"),
            "play" if state.paused else "pause",
        )
        for widget in (self._pause, self._cancel):
            widget.setEnabled(not state.stopping)

    @property
    def words(self) -> str:
        """What it says."""
        return self._words.full_text
