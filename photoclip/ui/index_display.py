"""How indexing goes, wherever it is shown: status line, popover, commands, content."""

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QApplication, QWidget

from photoclip.core.types import Counts, IndexProgress
from photoclip.ui.actions import Actions
from photoclip.ui.content import Content
from photoclip.ui.index_job import IndexJob
from photoclip.ui.status import Popover, StatusLine


class IndexDisplay(QObject):
    """Follows one `IndexJob` and lets it be paused and stopped.

    Signals:
        failuresAsked: the person wants to see which files could not be read.
        left: the popover is closed, and had the focus.
    """

    failuresAsked = Signal()
    left = Signal()

    def __init__(
        self, job: IndexJob, actions: Actions, status: StatusLine, content: Content, window: QWidget
    ) -> None:
        super().__init__(window)
        self._job, self._actions, self._window = job, actions, window
        self._status, self._content = status, content
        self._failures = 0
        self.popover = Popover(window, status.opener)
        job.progressed.connect(self._show_progress)
        job.stateChanged.connect(self.show_state)
        for source in (status, self.popover):
            source.pauseAsked.connect(job.pause)
            source.resumeAsked.connect(job.resume)
            source.stopAsked.connect(job.stop)
            source.failuresAsked.connect(self.failuresAsked)
        status.popoverAsked.connect(self._toggle)
        actions.connect("pause", lambda: job.resume() if job.paused else job.pause())
        actions.connect("stop", job.stop)

    def show_counts(self, counts: Counts) -> None:
        self._failures = counts.failures
        self._status.show_counts(counts)
        self._actions["failures"].setEnabled(counts.failures > 0)
        self._fill()

    def show_state(self) -> None:
        """Whether indexing runs, is paused or is being stopped."""
        job, actions = self._job, self._actions
        for widget in (self._status, self.popover):
            widget.show_state(job.running, job.paused, job.stopping)
        self._show_phase(job.latest.phase if job.latest is not None else "scanning")
        actions["pause"].setEnabled(job.running and not job.stopping)
        actions["pause"].setChecked(job.paused)
        actions["stop"].setEnabled(job.running and not job.stopping)
        if not job.running:
            self.hide()

    def hide(self) -> None:
        """Close the popover."""
        focus = QApplication.focusWidget()
        inside = focus is not None and self.popover.isAncestorOf(focus)
        self.popover.hide()
        if inside:
            self.left.emit()

    def place(self) -> None:
        """Keep the popover at its corner."""
        if self.popover.isVisible():
            corner = self._status.mapTo(self._window, self._status.popover_place())
            self.popover.move(corner - QPoint(self.popover.width(), self.popover.height()))

    def _show_progress(self, progress: IndexProgress) -> None:
        self._status.show_progress(progress)
        self._show_phase(progress.phase)

    def _show_phase(self, phase: str) -> None:
        self._content.show_indexing(phase if self._job.running else "")
        self._fill()

    def _fill(self) -> None:
        if self.popover.isVisible():
            self.popover.show_lines(self._status.lines(), self._failures)
            self.place()

    def _toggle(self) -> None:
        self.popover.setVisible(not self.popover.isVisible())
        if self.popover.isVisible():
            self._fill()
            self.popover.raise_()
            self.popover.focus_first()
