"""How many photos each live album holds, counted one after the other and never in a hurry."""

import time
from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from photoclip.core.albums import Album
from photoclip.ui.session import Session

# Counting takes no more than a tenth of the time; at least so long in between, in ms.
_SHARE, _LEAST = 9, 60


class AlbumCounts(QObject):
    """Counts live albums anew whenever their photos may be others.

    Signals:
        counted: (the number of the album, how many photos; None where its query cannot be asked).
    """

    counted = Signal(object, object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._waiting: OrderedDict[int, str] = OrderedDict()
        self._ready = self._asking = False
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(self._next)
        session.albumsRead.connect(self._follow)
        session.searching.ready.connect(self._begin)

    def close(self) -> None:
        self._ready = False
        self._rest.stop()

    def _begin(self) -> None:
        self._ready = True
        self._go_on(0.0)

    def _follow(self, albums: Sequence[Album]) -> None:
        """All live albums are due; those that wait already keep their turn."""
        live = {album.id: album.query for album in albums if album.query is not None}
        for album_id in [one for one in self._waiting if one not in live]:
            del self._waiting[album_id]
        self._waiting.update(live)
        self._go_on(0.0)

    def _go_on(self, took: float) -> None:
        if self._ready and not self._asking and not self._rest.isActive() and self._waiting:
            self._rest.start(max(_LEAST, round(_SHARE * took * 1000)))

    def _next(self) -> None:
        if not self._waiting:
            return
        album_id, query = self._waiting.popitem(last=False)
        started = time.monotonic()
        self._asking = True

        def show(count: int | None) -> None:
            self._asking = False
            self.counted.emit(album_id, count)
            self._go_on(time.monotonic() - started)

        self._session.searching.count(query, show, lambda _: show(None))
