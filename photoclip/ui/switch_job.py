"""Switching models in the background, while the one that serves goes on searching and indexing."""

from collections.abc import Callable, Generator, Sequence

from PySide6.QtCore import QObject, Signal

from photoclip.core.switching import cancel, choice, want
from photoclip.core.types import Change, IndexProgress, SwitchReport
from photoclip.progress import StopFlag
from photoclip.ui.index_job import IndexJob
from photoclip.ui.jobs import Bridge
from photoclip.ui.session import Session

Prepare = Callable[[str, StopFlag], Generator[IndexProgress, None, SwitchReport]]


class SwitchJob(QObject):
    """Prepares the model that a person wants, one at a time; see `core.switching.switch`.

    What is wanted stands in the library, so closing the app only interrupts it.

    Signals, all in the GUI thread:
        progressed: an `IndexProgress`.
        switched: the wanted model serves now.
        ended: (source, `SwitchReport` or None after an error).
        stateChanged: running, paused or stopping is not as it was.
    """

    progressed = Signal(object)
    switched = Signal()
    ended = Signal(object, object)
    stateChanged = Signal()

    def __init__(
        self, session: Session, prepare: Prepare, bridge: Bridge, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._prepare = prepare
        self._out_of_reach = False
        self.job = IndexJob(self._run, bridge, self)
        self.job.progressed.connect(self.progressed)
        self.job.changed.connect(self._show)
        self.job.ended.connect(self._end)
        self.job.stateChanged.connect(self.stateChanged)

    @property
    def running(self) -> bool:
        return self.job.running

    def use(self, source: str) -> None:
        """Let this model serve, at once or when it knows the photos; `Model.source` names it.

        Naming the one that serves is wanting no other.
        """
        self.job.stop()
        library = self._session.library

        def ask() -> Change:
            want(library, source)
            return Change()

        self._session.write(ask, self.resume)

    def cancel(self) -> None:
        """Want no other model any more. What was embedded is kept."""
        self.job.stop()
        library = self._session.library

        def forget() -> Change:
            cancel(library)
            return Change()

        self._session.write(forget)

    def resume(self) -> None:
        """Go on with what the library says is wanted, if anything is."""
        library = self._session.library

        def go_on(wanted: str | None) -> None:
            if wanted is not None:
                self.job.add([wanted])

        self._session.read("wanted", lambda: choice(library).wanted, go_on)

    def try_again(self) -> None:
        """Go on if too many photos were out of reach before; their drive may be back."""
        if self._out_of_reach:
            self._out_of_reach = False
            self.resume()

    def close(self) -> None:
        """Stop, and wait until it has ended; the next start goes on."""
        self.job.close()

    def _run(
        self, sources: Sequence[str], stop: StopFlag
    ) -> Generator[IndexProgress, None, SwitchReport]:
        # Of several asked for in a row, the last is the one still wanted.
        return (yield from self._prepare(sources[-1], stop))

    def _end(self, sources: Sequence[str], report: SwitchReport | None) -> None:
        self._out_of_reach = (
            report is not None and report.left > 0 and not (report.switched or report.stopped)
        )
        self.ended.emit(sources[-1], report)

    def _show(self, change: Change) -> None:
        self._session.refresh(change)
        if change.model:
            self.switched.emit()
