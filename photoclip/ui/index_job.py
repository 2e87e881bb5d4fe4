"""Indexing in the background: one run at a time, what is added meanwhile runs next."""

import threading
import time
from collections.abc import Callable, Generator, Sequence

from PySide6.QtCore import QObject, Signal

from photoclip.core.types import Change, IndexProgress, IndexReport, SwitchReport
from photoclip.progress import StopFlag
from photoclip.ui.jobs import Bridge

# Reports come with every batch; nobody reads them faster than this, in seconds.
_REPORT_EVERY = 0.1

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
    )


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
        self._stop = StopFlag()
        self._thread: threading.Thread | None = None
        self._waiting: list[str] = []
        self.latest: IndexProgress | None = None

    @property
    def running(self) -> bool:
        return self._thread is not None

    @property
    def paused(self) -> bool:
        return self.running and self._stop.paused

    @property
    def stopping(self) -> bool:
        return self.running and self._stop.stopped

    def add(self, paths: Sequence[str]) -> None:
        """Index these folders or files, now or after what is being indexed."""
        self._waiting += [path for path in paths if path not in self._waiting]
        if not self.running and self._waiting:
            self._start()
        self.stateChanged.emit()

    def pause(self) -> None:
        self._stop.pause()
        self.stateChanged.emit()

    def resume(self) -> None:
        self._stop.resume()
        self.stateChanged.emit()

    def stop(self) -> None:
        """End the run at its next safe point; what is stored stays."""
        self._waiting.clear()
        self._stop.stop()
        self.stateChanged.emit()

    def close(self) -> None:
        """Stop, and wait until the run has ended."""
        self._waiting.clear()
        self._stop.stop()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _start(self) -> None:
        paths, self._waiting = tuple(self._waiting), []
        self._stop = StopFlag()
        self.latest = None
        self._thread = threading.Thread(
            target=self._work, args=(paths, self._stop), name="photoclip-index"
        )
        self._thread.start()

    def _work(self, paths: tuple[str, ...], stop: StopFlag) -> None:
        report: Report | None = None
        change = Change()
        reported, phase = 0.0, ""
        work = self._run(paths, stop)
        try:
            while True:
                progress = next(work)
                change = merged(change, progress.change)
                late = time.monotonic() - reported >= _REPORT_EVERY
                # A new phase may last long before it says more.
                if late or progress.phase != phase:
                    reported, phase = time.monotonic(), progress.phase
                    self._post(progress, change)
                    change = Change()
        except StopIteration as end:
            report = end.value
        except Exception as error:  # noqa: BLE001 - told apart and shown by the bridge
            self._bridge.report(error)
        finally:
            work.close()
        last = change
        self._bridge.post(lambda: self._end(paths, report, last))

    def _post(self, progress: IndexProgress, change: Change) -> None:
        self._bridge.post(lambda: self._report(progress, change))

    def _report(self, progress: IndexProgress, change: Change) -> None:
        self.latest = progress
        self.progressed.emit(progress)
        if change:
            self.changed.emit(change)

    def _end(self, paths: tuple[str, ...], report: Report | None, change: Change) -> None:
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if change:
            self.changed.emit(change)
        self.ended.emit(paths, report)
        if self._waiting:
            self._start()
        self.stateChanged.emit()
