"""Frees the model's memory when nothing has asked it for a while, and gets it ready again."""

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QTimer

from photoclip.ui.searching import Searching

# Of no search and no work, in ms; the model then takes some seconds to come back.
_IDLE = 15 * 60_000


class Working(Protocol):
    @property
    def running(self) -> bool: ...


class Resting(QObject):
    """Waits for a quarter of an hour without a search, while none of some works runs.

    Installed as an event filter on where searches are typed, it wakes the model when the person
    turns there, before the first letter.

    Args:
        works: what uses the model too, for longer than a moment.
        rest: frees it; called in the thread that searches.

    Attributes:
        at_rest: the model was freed and nothing has asked it since.
    """

    def __init__(
        self,
        searching: Searching,
        works: Sequence[Working],
        rest: Callable[[], None],
        parent: QObject | None = None,
        idle: int = _IDLE,
    ) -> None:
        super().__init__(parent)
        self._searching, self._works, self._rest = searching, works, rest
        self.at_rest = False
        self._idle = QTimer(self, singleShot=True, interval=idle)
        self._idle.timeout.connect(self._come_to_rest)
        for asked in (searching.busy, searching.ready):
            asked.connect(self._stay)

    def close(self) -> None:
        self._idle.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self.at_rest and event.type() == QEvent.Type.FocusIn:
            self._stay()
            self._searching.warm_up()
        return False

    def _stay(self) -> None:
        self.at_rest = False
        self._idle.start()

    def _come_to_rest(self) -> None:
        if not any(work.running for work in self._works):
            self.at_rest = True
            self._searching.let_rest(self._rest)
        # Also later: what is no search may have loaded it again.
        self._idle.start()
