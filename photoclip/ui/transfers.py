"""Models on their way to this computer: downloads and imports, each in a thread of its own."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from photoclip.clip.catalogue import Offer
from photoclip.clip.download import download_model
from photoclip.clip.importing import import_model
from photoclip.clip.models import Model
from photoclip.progress import Progress, StopFlag
from photoclip.ui.jobs import Bridge
from photoclip.ui.work import Run, Work

Import = Callable[[Path, Path, StopFlag], Generator[Progress, None, Model | None]]


@dataclass(frozen=True)
class Transfer:
    """How a model's way here goes.

    Attributes:
        running: False once it has failed.
        stopping: it was asked to stop, and will soon.
        progress: the last report, in bytes; None before the first.
        problem: why it failed, in a sentence, or "".
    """

    running: bool
    stopping: bool = False
    progress: Progress | None = None
    problem: str = ""


class Transfers(QObject):
    """Starts and stops them; a download stopped keeps what it has fetched.

    They are named by the offer's name, or by the path imported.

    Signals:
        changed: one of them is not as it was.
        ended: (name, the `Model` that is here now, or None when it was stopped or failed).
    """

    changed = Signal()
    ended = Signal(object, object)

    def __init__(
        self,
        models_dir: Path,
        bridge: Bridge,
        parent: QObject | None = None,
        import_model: Import = import_model,
    ) -> None:
        super().__init__(parent)
        self._import_model = import_model
        self._models_dir, self._bridge = models_dir, bridge
        self._works: dict[str, Work] = {}
        self._problems: dict[str, str] = {}

    def now(self) -> dict[str, Transfer]:
        """Those that run or have failed, by name, in the order they were asked for."""
        running = {
            name: Transfer(True, work.stopping, work.latest) for name, work in self._works.items()
        }
        failed = {name: Transfer(False, problem=text) for name, text in self._problems.items()}
        return failed | running

    def get(self, offer: Offer, endpoint: str) -> None:
        """Download a model, or go on where that was stopped; `endpoint` is a mirror or ""."""

        def run(stop: StopFlag) -> Generator[Progress, None, Model | None]:
            return download_model(offer, self._models_dir, stop, endpoint=endpoint or None)

        self._start(offer.name, run)

    def bring(self, path: str) -> None:
        """Import what lies there."""

        def run(stop: StopFlag) -> Generator[Progress, None, Model | None]:
            return self._import_model(Path(path), self._models_dir, stop)

        self._start(path, run)

    def stop(self, name: str) -> None:
        if name in self._works:
            self._works[name].stop()
            self.changed.emit()

    def forget(self, name: str) -> None:
        """Say no more that it has failed."""
        if self._problems.pop(name, None) is not None:
            self.changed.emit()

    def close(self) -> None:
        """Stop all and wait a little; downloads go on when they are asked for again."""
        for work in self._works.values():
            work.stop()
        for work in self._works.values():
            work.close()

    def _start(self, name: str, run: Run) -> None:
        # However often it is asked for, it runs once.
        if name in self._works:
            return
        self._problems.pop(name, None)
        work = Work("transfer", run, self._bridge, self)
        work.progressed.connect(self.changed)
        work.ended.connect(partial(self._end, name))
        work.failed.connect(partial(self._fail, name))
        self._works[name] = work
        work.start()
        self.changed.emit()

    def _end(self, name: str, model: Model | None) -> None:
        self._works.pop(name).deleteLater()
        self.changed.emit()
        self.ended.emit(name, model)

    def _fail(self, name: str, sentence: str) -> None:
        self._problems[name] = sentence
        self._end(name, None)
