"""Frees the model's memory when nothing has asked it for a while."""

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, QTimer

from photoclip.ui.session import Session

# Of no search and no work: the next search waits a second or two for the model, in ms.
_IDLE = 15 * 60_000


class Working(Protocol):
    @property
    def running(self) -> bool: ...


class Resting(QObject):
    """Waits for a quarter of an hour without a search, while none of some works runs.

    Args:
        works: what uses the model too, for longer than a moment.
        rest: frees it; called in the thread that searches.
    """

    def __init__(
        self,
        session: Session,
        works: Sequence[Working],
        rest: Callable[[], None],
        parent: QObject | None = None,
        idle: int = _IDLE,
    ) -> None:
        super().__init__(parent)
        self._session, self._works, self._rest = session, works, rest
        self._idle = QTimer(self, singleShot=True, interval=idle)
        self._idle.timeout.connect(self._come_to_rest)
        for asked in (session.searching, session.ready):
            asked.connect(self._idle.start)

    def close(self) -> None:
        self._idle.stop()

    def _come_to_rest(self) -> None:
        if any(work.running for work in self._works):
            self._idle.start()
        else:
            self._session.let_rest(self._rest)
