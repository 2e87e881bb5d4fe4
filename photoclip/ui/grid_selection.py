"""Which photos of the grid are selected: a set of ids, kept while the photos shown change."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QItemSelectionRange

if TYPE_CHECKING:
    from photoclip.ui.grid import GridView

_EMPTY = np.empty(0, np.int64)
_Flag = QItemSelectionModel.SelectionFlag


class GridSelection:
    """The selection of one grid, as photo ids. Those not shown now stay selected, unseen."""

    def __init__(self, grid: "GridView") -> None:
        self._grid = grid
        self._hidden = _EMPTY

    def ids(self) -> NDArray[np.int64]:
        """The selected photos, those not shown now included."""
        shown = self._grid.photos.ids
        parts = [shown[part.top() : part.bottom() + 1] for part in self._parts()]
        return np.concatenate([*parts, self._hidden]) if parts else self._hidden

    def count(self) -> int:
        return sum(part.height() for part in self._parts()) + len(self._hidden)

    def hidden_count(self) -> int:
        """How many photos are selected but not among those shown."""
        return len(self._hidden)

    def holds_section(self, section: int) -> bool:
        """Whether every photo of a section is selected."""
        first, end = self._grid.layout_.section_rows(section)
        left = end - first
        if not left:
            return False
        for part in self._parts():
            left -= max(0, min(part.bottom() + 1, end) - max(part.top(), first))
        return left <= 0

    def select(self, row: int, flags: _Flag = _Flag.ClearAndSelect) -> None:
        """Make a photo the current one and change the selection by `flags`."""
        if flags & _Flag.Clear:
            self._hidden = _EMPTY
        self._grid.selectionModel().setCurrentIndex(self._grid.index_of(row), flags)
        self._grid.viewport().update()

    def select_ranges(
        self, ranges: Iterable[tuple[int, int]], flags: _Flag = _Flag.ClearAndSelect
    ) -> None:
        """Change the selection by half-open row ranges."""
        if flags & _Flag.Clear:
            self._hidden = _EMPTY
        self._grid.selectionModel().select(self.as_items(ranges), flags)
        self._grid.viewport().update()

    def select_ids(self, photo_ids: NDArray[np.int64]) -> None:
        """Select exactly these photos, whether or not all of them are shown."""
        photos = self._grid.photos
        rows = photos.rows_of(photo_ids)
        self._hidden = np.setdiff1d(photo_ids, photos.ids[rows], assume_unique=True)
        if len(photo_ids):
            chosen = self.as_items(_runs(rows))
            self._grid.selectionModel().select(chosen, _Flag.ClearAndSelect)

    def select_shown(self, photo_ids: NDArray[np.int64]) -> None:
        """Select those of these photos that are shown, and no others."""
        self.select_ranges(_runs(self._grid.photos.rows_of(photo_ids)))

    def clear(self) -> None:
        self._hidden = _EMPTY
        self._grid.selectionModel().clearSelection()
        self._grid.viewport().update()

    def as_items(self, ranges: Iterable[tuple[int, int]]) -> QItemSelection:
        """Half-open row ranges as Qt has them."""
        grid, made = self._grid, QItemSelection()
        for first, end in ranges:
            if end > first:
                made.append(QItemSelectionRange(grid.index_of(first), grid.index_of(end - 1)))
        return made

    def _parts(self) -> list[QItemSelectionRange]:
        chosen = self._grid.selectionModel().selection()
        return [chosen.at(i) for i in range(chosen.count())]


def _runs(rows: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Ascending rows as half-open ranges."""
    if not len(rows):
        return []
    breaks = np.flatnonzero(np.diff(rows) != 1)
    firsts = rows[np.concatenate(([0], breaks + 1))]
    lasts = rows[np.concatenate((breaks, [len(rows) - 1]))]
    return [(int(a), int(b) + 1) for a, b in zip(firsts, lasts, strict=True)]
