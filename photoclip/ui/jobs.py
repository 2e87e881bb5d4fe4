"""Work off the GUI thread: lanes of one thread each, their results handed back to the GUI thread.

A worker never touches a widget, nor a signal of its own: it posts to the one `Bridge`, whose
signal is delivered in the thread that made it.
"""

import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from photoclip.errors import PhotoClipError
from photoclip.progress import Stopped

T = TypeVar("T")


class Bridge(QObject):
    """Carries results from any thread into the GUI thread, where it was made.

    Signals:
        failed: a sentence for the person.
        crashed: the traceback of a bug.
    """

    failed = Signal(object)
    crashed = Signal(object)
    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open = True
        self._held: list[Callable[[], None]] | None = None
        self._posted.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], None]) -> None:
        """Run `call` in the GUI thread soon; dropped once the bridge is closed."""
        if self._open:
            self._posted.emit(call)

    def report(self, error: BaseException) -> None:
        """Tell the person of an error met in a worker thread."""
        if isinstance(error, PhotoClipError):
            sentence = str(error)
            self.post(lambda: self.failed.emit(sentence))
        else:
            text = "".join(traceback.format_exception(error))
            self.post(lambda: self.crashed.emit(text))

    def hold(self) -> None:
        """Keep what is posted until `release`: who is to show it is not there yet."""
        self._held = []

    def release(self) -> list[Callable[[], None]]:
        """Deliver as it comes again, and give what was held."""
        held, self._held = self._held or [], None
        return held

    def close(self) -> None:
        """Deliver nothing more: the widgets are about to go."""
        self._open = False

    @Slot(object)
    def _deliver(self, call: Callable[[], None]) -> None:
        if self._open and self._held is not None:
            self._held.append(call)
        elif self._open:
            call()


class Lane:
    """One thread that does one thing at a time. Of waiting work with the same key the latest
    replaces the earlier, so that no queue builds up however fast a person types or scrolls."""

    def __init__(self, bridge: Bridge, name: str) -> None:
        self._bridge = bridge
        self._waiting: OrderedDict[str, Callable[[], None]] = OrderedDict()
        self._numbers: dict[str, int] = {}
        self._changed = threading.Condition()
        self._closed = False
        # A daemon: `close` waits for it, but a window that cannot be made must not keep the
        # process.
        self._thread = threading.Thread(target=self._work, name=f"photoclip-{name}", daemon=True)
        self._thread.start()

    def submit(
        self,
        key: str,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[PhotoClipError], None] | None = None,
    ) -> None:
        """Call `work` in the lane and `done` with its result in the GUI thread, unless newer
        work with the same key was submitted by then.

        Args:
            failed: called in the GUI thread instead of the general report of an error.
        """
        number = self._numbers.get(key, 0) + 1
        self._numbers[key] = number

        def current() -> bool:
            return self._numbers[key] == number and not self._closed

        def run() -> None:
            try:
                result = work()
            except Stopped:
                # By whoever wants it no more.
                pass
            except PhotoClipError as error:
                kept = error
                if failed is None:
                    self._bridge.report(error)
                else:
                    self._bridge.post(lambda: failed(kept) if current() else None)
            except Exception as error:  # noqa: BLE001 - a bug must reach the person, not stderr
                self._bridge.report(error)
            else:
                self._bridge.post(lambda: done(result) if current() else None)

        with self._changed:
            self._waiting.pop(key, None)
            self._waiting[key] = run
            self._changed.notify()

    def cancel(self, key: str) -> None:
        """Forget waiting work with that key, and the result of what is being done."""
        with self._changed:
            self._waiting.pop(key, None)
            self._numbers[key] = self._numbers.get(key, 0) + 1

    def close(self) -> None:
        """Drop what waits and wait for what is being done."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                _, run = self._waiting.popitem(last=False)
            run()
