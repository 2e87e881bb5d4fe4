"""Indexing in the background: one run at a time, what is added meanwhile runs next."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from photoclip.core.types import Change, IndexProgress, IndexReport, SwitchReport
from photoclip.progress import StopFlag
from photoclip.ui.jobs import Bridge
from photoclip.ui.work import Work

Report = IndexReport | SwitchReport
Run = Callable[[Sequence[str], StopFlag], Generator[IndexProgress, None, Report]]


def merged(one: Change, other: Change) -> Change:
    """What two writes changed together."""
    return Change(
        added=one.added + other.added,
        removed=one.removed or other.removed,
        folders=one.folders or other.folders,
        tags=one.tags or other.tags,
        failures=one.failures or other.failures,
        model=one.model or other.model,
        albums=one.albums or other.albums,
    )


def _gathered(earlier: IndexProgress, later: IndexProgress) -> IndexProgress:
    """The later report, with what both changed."""
    return replace(later, change=merged(earlier.change, later.change))


class IndexJob(QObject):
    """Starts, pauses and stops runs of the indexing generator.

    Signals, all in the GUI thread:
        progressed: an `IndexProgress`.
        changed: the `Change` since the last one.
        ended: (paths, the report or None after an error).
        stateChanged: running, paused or stopping is not as it was.
    """

    progressed = Signal(object)
    changed = Signal(object)
    ended = Signal(object, object)
    stateChanged = Signal()

    def __init__(self, run: Run, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._bridge = bridge
        self._work: Work | None = None
        self._waiting: list[str] = []
        self.latest: IndexProgress | None = None

    @property
    def running(self) -> bool:
        return self._work is not None

    @property
    def paused(self) -> bool:
        return self._work is not None and self._work.paused

    @property
    def stopping(self) -> bool:
        return self._work is not None and self._work.stopping

    def add(self, paths: Sequence[str]) -> None:
        """Index these folders or files, now or after what is being indexed."""
        self._waiting += [path for path in paths if path not in self._waiting]
        if not self.running and self._waiting:
            self._start()
        self.stateChanged.emit()

    def pause(self) -> None:
        if self._work is not None:
            self._work.pause()
        self.stateChanged.emit()

    def resume(self) -> None:
        if self._work is not None:
            self._work.resume()
        self.stateChanged.emit()

    def stop(self) -> None:
        """End the run at its next safe point; what is stored stays."""
        self._waiting.clear()
        if self._work is not None:
            self._work.stop()
        self.stateChanged.emit()

    def close(self) -> None:
        """Stop, and wait until the run has ended: it writes to the library."""
        self._waiting.clear()
        if self._work is not None:
            self._work.close(patience=None)
            self._work = None

    def _start(self) -> None:
        paths, self._waiting = tuple(self._waiting), []
        self.latest = None
        work = Work("index", partial(self._run, paths), self._bridge, self, _gathered)
        work.progressed.connect(self._report)
        work.failed.connect(partial(self._fail, paths))
        work.ended.connect(partial(self._end, paths))
        self._work = work
        work.start()

    def _report(self, progress: IndexProgress) -> None:
        self.latest = progress
        self.progressed.emit(progress)
        if progress.change:
            self.changed.emit(progress.change)

    def _fail(self, paths: tuple[str, ...], sentence: str) -> None:
        self._bridge.failed.emit(sentence)
        self._end(paths, None)

    def _end(self, paths: tuple[str, ...], report: Report | None) -> None:
        if self._work is not None:
            self._work.deleteLater()
            self._work = None
        self.ended.emit(paths, report)
        if self._waiting:
            self._start()
        self.stateChanged.emit()
