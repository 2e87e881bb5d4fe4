"""One long work in a thread of its own, which tells how it goes and can be stopped."""

import threading
import time
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

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


def _latest(_: Progress, later: Progress) -> Progress:
    return later


class Work(QObject):
    """Runs a generator of `Progress` once.

    Args:
        gather: makes one report of two, the first of which came too soon to be told.

    Attributes:
        latest: the last report, None before the first.

    Signals, all in the GUI thread:
        progressed: a new report.
        ended: what the generator returned.
        failed: a sentence; bugs go to the bridge, and end it with None.
    """

    progressed = Signal(object)
    ended = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        name: str,
        run: Run,
        bridge: Bridge,
        parent: QObject | None = None,
        gather: Callable[[Any, Any], Progress] = _latest,
    ) -> None:
        super().__init__(parent)
        self._run, self._bridge, self._gather = run, bridge, gather
        self._stop = StopFlag()
        self.latest: Progress | None = None
        # A daemon, for the process must not wait longer for it than `close` does.
        self._thread = threading.Thread(target=self._work, name=f"photoclip-{name}", daemon=True)

    @property
    def stopping(self) -> bool:
        return self._stop.stopped

    @property
    def paused(self) -> bool:
        return self._stop.paused

    def start(self) -> None:
        self._thread.start()

    def pause(self) -> None:
        self._stop.pause()

    def resume(self) -> None:
        self._stop.resume()

    def stop(self) -> None:
        """End it at its next safe point."""
        self._stop.stop()

    def close(self, patience: float | None = _PATIENCE) -> None:
        """Stop, and wait so many seconds until it has ended; None waits as long as it takes."""
        self._stop.stop()
        self._thread.join(patience)

    def _work(self) -> None:
        untold: Progress | None = None
        told, phase = 0.0, ""
        work = self._run(self._stop)
        try:
            while True:
                progress = next(work)
                untold = progress if untold is None else self._gather(untold, progress)
                late = time.monotonic() - told >= _REPORT_EVERY
                # A new phase may last long before it says more.
                if late or progress.phase != phase:
                    told, phase = time.monotonic(), progress.phase
                    self._post(untold)
                    untold = None
        except StopIteration as end:
            last = partial(self._end, end.value)
        except PhotoClipError as error:
            last = partial(self._fail, str(error))
        except Exception as error:  # noqa: BLE001 - a bug must reach the person, not stderr
            self._bridge.report(error)
            last = partial(self._end, None)
        finally:
            work.close()
        if untold is not None:
            self._post(untold)
        self._bridge.post(last)

    def _post(self, progress: Progress) -> None:
        def report() -> None:
            self.latest = progress
            self.progressed.emit(progress)

        self._bridge.post(report)

    def _end(self, result: object) -> None:
        self._thread.join()
        self.ended.emit(result)

    def _fail(self, sentence: str) -> None:
        self._thread.join()
        self.failed.emit(sentence)
