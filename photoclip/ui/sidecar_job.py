"""Writing sidecars in the background: a moment after an edit, and again once it may succeed."""

from collections.abc import Generator
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from photoclip.core.sidecar_sync import (
    SidecarReport,
    set_writes_sidecars,
    unwritten,
    write_sidecars,
    writes_sidecars,
)
from photoclip.core.types import Change
from photoclip.progress import Progress, StopFlag
from photoclip.ui.jobs import Bridge
from photoclip.ui.session import Session
from photoclip.ui.work import Work

# Whoever tags one photo tags the next: their sidecars are written together, in ms.
_MOMENT = 1500


@dataclass(frozen=True)
class SidecarState:
    """How it stands with the sidecars.

    Attributes:
        on: whether the person turned writing on.
        writing: whether they are being written now.
        waiting: photos that have something to be written, or would have.
        away: how many of them are not there now, as on a drive that is not connected.
        failed: how many sidecars could not be written.
        problem: why the first of them could not, and what to do; or why nothing could.
    """

    on: bool = False
    writing: bool = False
    waiting: int = 0
    away: int = 0
    failed: int = 0
    problem: str = ""


class SidecarJob(QObject):
    """Writes what the person says of photos beside them, while that is turned on.

    What could not be written is left alone until `try_again`: other edits do not wait for it.

    Signals, all in the GUI thread:
        changed: a new `SidecarState`.
        failed: a sentence on a problem, once.
        heard: what other programs said of photos was taken in on the way.
    """

    changed = Signal(object)
    failed = Signal(object)
    heard = Signal()

    def __init__(self, session: Session, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._bridge = session, bridge
        self.state = SidecarState()
        self._work: Work | None = None
        self._left: frozenset[int] = frozenset()
        self._told: set[str] = set()
        self._again = False
        self._open = True
        self._soon = QTimer(self, singleShot=True, interval=_MOMENT)
        self._soon.timeout.connect(self._start)
        self._looked = False
        # After everything that changes the library. While it is off, nobody needs to know.
        session.counted.connect(lambda _: self._glance())

    def look(self) -> None:
        """Find out whether there is anything to be written."""
        library = self._session.library

        def read() -> tuple[bool, int]:
            return writes_sidecars(library), unwritten(library)

        if self._open:
            self._looked = True
            self._session.read("sidecars", read, self._know)

    def turn(self, on: bool) -> None:
        """Write sidecars from now on, or no more. Those that are there stay."""
        library = self._session.library

        def write() -> Change:
            set_writes_sidecars(library, on)
            return Change()

        self._soon.stop()
        if not on and self._work is not None:
            self._work.stop()
        self._left = frozenset()
        self._told.clear()
        self._show(replace(self.state, on=on, away=0, failed=0, problem=""))
        self._session.write(write, self.look)

    def try_again(self) -> None:
        """Write what could not be written: a drive may be back, a folder writable."""
        self._again = self._work is not None
        self._left = frozenset()
        self._show(replace(self.state, away=0, failed=0, problem=""))
        self.look()

    def close(self) -> None:
        """Stop, and wait for the sidecar that is being written."""
        self._open = False
        self._soon.stop()
        if self._work is not None:
            self._work.close(patience=None)
            self._work = None

    def _glance(self) -> None:
        if self.state.on or not self._looked:
            self.look()

    def _know(self, found: tuple[bool, int]) -> None:
        if not self._open:
            return
        on, waiting = found
        self._show(replace(self.state, on=on, waiting=waiting))
        due = on and waiting > len(self._left)
        if due and self._work is None and not self._soon.isActive():
            self._soon.start()

    def _start(self) -> None:
        if self._work is None:
            self._work = Work("sidecars", self._run, self._bridge, self)
            self._work.failed.connect(self._fail)
            self._work.ended.connect(self._end)
            self._show(replace(self.state, writing=True))
            self._work.start()

    def _run(self, stop: StopFlag) -> Generator[Progress, None, SidecarReport]:
        library = self._session.library
        return write_sidecars(library, library.vocabulary(), stop, self._left)

    def _fail(self, sentence: str) -> None:
        self._tell(replace(self.state, problem=sentence))
        self._finish()

    def _end(self, report: SidecarReport | None) -> None:
        state = self.state
        if report is not None and report.heard:
            self._session.refresh(Change(tags=True))
            self.heard.emit()
        if report is not None and self.state.on and not self._again:
            self._left |= report.left
            state = replace(
                state,
                away=state.away + report.skipped,
                failed=state.failed + len(report.failures),
                problem=report.failures[0].reason if report.failures else state.problem,
            )
        self._again = False
        self._tell(state)
        # After a bug, which has been told, the same would be met again at once.
        self._finish(again=report is not None)

    def _finish(self, again: bool = False) -> None:
        if self._work is not None:
            self._work.deleteLater()
            self._work = None
        self._show(replace(self.state, writing=False))
        if again:
            self.look()

    def _tell(self, state: SidecarState) -> None:
        self._show(state)
        if state.problem and state.problem not in self._told:
            self._told.add(state.problem)
            self.failed.emit(state.problem)

    def _show(self, state: SidecarState) -> None:
        if state != self.state:
            self.state = state
            self.changed.emit(state)
