"""Which thumbnails the grid needs now: of what is in view, then of what may come into it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from photoclip.ui.thumbnails import Thumbnails

if TYPE_CHECKING:
    from photoclip.ui.grid import GridView

# So long without a move the grid is at rest, in ms.
_REST = 150


class GridWishes:
    """Asks for the thumbnails of one grid as it moves, and tells when it has come to rest."""

    def __init__(self, grid: "GridView", thumbnails: Thumbnails) -> None:
        self._grid, self._thumbnails = grid, thumbnails
        self._asked: object = None
        self._side = 0
        self._rest = QTimer(grid, singleShot=True, interval=_REST)
        self._rest.timeout.connect(self._settle)
        thumbnails.loaded.connect(self._show)

    def move(self) -> None:
        """Other photos are in view, or will be."""
        self._rest.start()

    def stretch(self) -> None:
        """Tiles change their size, perhaps with every move of the mouse: until that is over, what
        is loaded in about this size does."""
        self._rest.start()

    def renew(self) -> None:
        """What was asked for may not be what is in view."""
        self._asked = None

    def ask(self) -> None:
        """Ask for what is in view, the rows around it after that."""
        grid = self._grid
        rows, resting = grid.visible_rows(), not self._rest.isActive()
        if resting or not self._side:
            self._side = grid.thumbnail_side()
        if (rows, self._side) == self._asked:
            return
        self._asked = (rows, self._side)
        ids, screen = grid.photos.ids, len(rows)
        below = ids[rows.stop : rows.stop + screen].tolist()
        above = ids[max(0, rows.start - screen // 2) : rows.start].tolist()
        self._thumbnails.want(grid.visible_ids(), below + above[::-1], self._side)
        self._rest.start()

    def ask_again(self, changed: Sequence[int]) -> None:
        """Thumbnails that were not there yet may be by now, and these may be others."""
        self._thumbnails.retry_missing()
        self._thumbnails.renew(changed)
        self.renew()

    def _show(self, photo_ids: Sequence[int]) -> None:
        """Paint the tiles of these anew, and nothing else."""
        grid, loaded = self._grid, set(photo_ids)
        for row, photo_id in zip(grid.visible_rows(), grid.visible_ids(), strict=True):
            if photo_id in loaded:
                grid.viewport().update(grid.visualRect(grid.index_of(row)))

    def _settle(self) -> None:
        grid = self._grid
        if self._side != grid.thumbnail_side():
            self.ask()
        grid.chosen.tell()
        grid.settled.emit(grid.visible_ids())
