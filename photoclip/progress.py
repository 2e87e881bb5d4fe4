"""How long work reports itself: a generator of `Progress` that obeys a `StopFlag`.

The app, the command line and the tests all drive the same generators and differ only in what
they do with each report.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

_T = TypeVar("_T")


class Stopped(Exception):  # noqa: N818 - it is no error
    """Ends work that gives one answer, when nobody wants that any more."""


class StopFlag:
    """Asks long work, from any thread, to end soon or to pause for a while."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._running = threading.Event()
        self._running.set()

    def stop(self) -> None:
        """End the work at its next safe point; a paused work ends too."""
        self._stopped.set()
        self._running.set()

    def pause(self) -> None:
        self._running.clear()

    def resume(self) -> None:
        self._running.set()

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def check(self) -> None:
        """Raise `Stopped` where that was asked."""
        if self.stopped:
            raise Stopped

    @property
    def paused(self) -> bool:
        return not self._running.is_set() and not self.stopped

    def wait_while_paused(self) -> None:
        """Block until resumed or stopped; return at once when neither was asked."""
        self._running.wait()


@dataclass(frozen=True)
class Progress:
    """One report of long work.

    Attributes:
        phase: what is being done, e.g. "scanning", "indexing", "training".
        done: how many units are done so far.
        total: how many there are in all, or None while that is not known.
        seconds_left: an estimate, or None while there is too little to estimate from.
        rate: units per second over the recent past, or None.
        detail: a short addition for a person, e.g. a loss or a file name.
    """

    phase: str
    done: int
    total: int | None = None
    seconds_left: float | None = None
    rate: float | None = None
    detail: str = ""


class RateMeter:
    """How fast work goes, judged by the last few seconds.

    It starts at the first update, so that getting ready, such as loading a model, does not count.

    Args:
        window: how many seconds back to look.
        patience: how many seconds of work to see before making an estimate.
    """

    def __init__(self, window: float = 15.0, patience: float = 2.0) -> None:
        self._window = window
        self._patience = patience
        self._marks: deque[tuple[float, int]] = deque()
        self._started = 0.0

    def update(self, done: int) -> float | None:
        """Note how much is done by now; return units per second, or None while it is too early."""
        now = time.monotonic()
        if not self._marks:
            self._started = now
        self._marks.append((now, done))
        while len(self._marks) > 2 and now - self._marks[0][0] > self._window:
            self._marks.popleft()
        if now - self._started < self._patience:
            return None
        since, before = self._marks[0]
        return (done - before) / max(now - since, 1e-9)


def retold(
    work: Generator[Progress, None, _T], tell: Callable[[Progress], Progress]
) -> Generator[Progress, None, _T]:
    """The same work, with each report as `tell` makes it."""
    while True:
        try:
            progress = next(work)
        except StopIteration as end:
            result: _T = end.value
            return result
        yield tell(progress)
