"""One long work in a thread of its own, which tells how it goes and can be stopped."""

import threading
import time
from collections.abc import Callable, Generator

from PySide6.QtCore import QObject, Signal

from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, StopFlag
from photoclip.ui.jobs import Bridge

Run = Callable[[StopFlag], Generator[Progress, None, object]]

# Nobody reads reports faster than this, in seconds.
_REPORT_EVERY = 0.1
# How long closing waits, in seconds: a connection without an answer obeys no sooner than it times
# out, and what it has brought is on the disk.
_PATIENCE = 2.0


class Work(QObject):
    """Runs a generator of `Progress` once.

    Attributes:
        latest: the last report, None before the first.

    Signals, all in the GUI thread:
        progressed: there is a new report.
        ended: what the generator returned.
        failed: a sentence; bugs go to the bridge, and end it with None.
    """

    progressed = Signal()
    ended = Signal(object)
    failed = Signal(object)

    def __init__(self, name: str, run: Run, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run, self._bridge = run, bridge
        self._stop = StopFlag()
        self.latest: Progress | None = None
        # A daemon, for the process must not wait longer for it than `close` does.
        self._thread = threading.Thread(target=self._work, name=f"photoclip-{name}", daemon=True)

    @property
    def stopping(self) -> bool:
        return self._stop.stopped

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End it at its next safe point."""
        self._stop.stop()

    def close(self) -> None:
        """Stop, and wait a little until it has ended."""
        self._stop.stop()
        self._thread.join(_PATIENCE)

    def _work(self) -> None:
        reported, phase = 0.0, ""
        work = self._run(self._stop)
        try:
            while True:
                progress = next(work)
                late = time.monotonic() - reported >= _REPORT_EVERY
                if late or progress.phase != phase:
                    reported, phase = time.monotonic(), progress.phase
                    self._post(progress)
        except StopIteration as end:
            result = end.value
            self._bridge.post(lambda: self._end(result))
        except PhotoClipError as error:
            sentence = str(error)
            self._bridge.post(lambda: self._fail(sentence))
        except Exception as error:  # noqa: BLE001 - a bug must reach the person, not stderr
            self._bridge.report(error)
            self._bridge.post(lambda: self._end(None))
        finally:
            work.close()

    def _post(self, progress: Progress) -> None:
        def report() -> None:
            self.latest = progress
            self.progressed.emit()

        self._bridge.post(report)

    def _end(self, result: object) -> None:
        self._thread.join()
        self.ended.emit(result)

    def _fail(self, sentence: str) -> None:
        self._thread.join()
        self.failed.emit(sentence)
