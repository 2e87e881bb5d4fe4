"""What is made later: parts when they are first asked for, and work in steps between events."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

T = TypeVar("T")


class Lazy(Generic[T]):
    """A part that is made when it is first asked for, by calling this.

    Attributes:
        made: the part; None as long as nobody has asked for it.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self.made: T | None = None
        self._make = make
        self._waiting: list[Callable[[T], object]] = []

    def __call__(self) -> T:
        if self.made is None:
            self.made = part = self._make()
            waiting, self._waiting = self._waiting, []
            for call in waiting:
                call(part)
        return self.made

    def when_made(self, call: Callable[[T], object]) -> None:
        """Call this with the part as soon as there is one, in the order of asking."""
        if self.made is None:
            self._waiting.append(call)
        else:
            call(self.made)


class Steps(QObject):
    """Does the work of a generator in the GUI thread, a step whenever no event waits.

    Signals: ended, when all of it is done.
    """

    ended = Signal()

    def __init__(self, work: Iterator[None], parent: QObject) -> None:
        super().__init__(parent)
        self._work = work
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._step)
        self._timer.start()

    def stop(self) -> None:
        """Leave the rest undone."""
        self._timer.stop()

    def _step(self) -> None:
        try:
            next(self._work)
        except StopIteration:
            self.stop()
            self.ended.emit()
        except Exception:
            self.stop()
            raise
