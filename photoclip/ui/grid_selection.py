"""Which photos of the grid are selected, kept while the photos shown change."""

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
    """The selection of one grid: a mark for each row, so that a million cost as little as ten.

    Photos selected that are not shown now stay selected, unseen. Qt's own selection, which screen
    readers ask, is told only of what is in view: it would look through every range at each
    question.
    """

    def __init__(self, grid: "GridView") -> None:
        self._grid = grid
        self._marks = np.zeros(0, np.bool_)
        self._hidden = _EMPTY
        grid.photos.modelReset.connect(self._begin_anew)

    def ids(self) -> NDArray[np.int64]:
        """The selected photos, int64 (n,), those not shown now at the end."""
        shown = self._grid.photos.ids[self._marks]
        return np.concatenate([shown, self._hidden]) if len(self._hidden) else shown

    def count(self) -> int:
        return int(np.count_nonzero(self._marks)) + len(self._hidden)

    def hidden_count(self) -> int:
        """How many photos are selected but not among those shown."""
        return len(self._hidden)

    def holds(self, row: int) -> bool:
        return 0 <= row < len(self._marks) and bool(self._marks[row])

    def among(self, rows: range) -> list[bool]:
        """Which of these rows are selected."""
        selected: list[bool] = self._marks[rows.start : rows.stop].tolist()
        return selected

    def holds_section(self, section: int) -> bool:
        """Whether every photo of a section is selected."""
        first, end = self._grid.layout_.section_rows(section)
        return first < end and bool(self._marks[first:end].all())

    def select(self, row: int, flags: _Flag = _Flag.ClearAndSelect) -> None:
        """Make a photo the current one and change the selection by `flags`."""
        grid = self._grid
        grid.selectionModel().setCurrentIndex(grid.index_of(row), _Flag.NoUpdate)
        self.select_ranges([(row, row + 1)], flags)

    def select_ranges(
        self, ranges: Iterable[tuple[int, int]], flags: _Flag = _Flag.ClearAndSelect
    ) -> None:
        """Change the selection by half-open row ranges."""
        if flags & _Flag.Clear:
            self._marks[:] = False
            self._hidden = _EMPTY
        for first, end in ranges:
            part = self._marks[first:end]
            if flags & _Flag.Toggle:
                np.logical_not(part, out=part)
            elif flags & (_Flag.Select | _Flag.Deselect):
                part[:] = bool(flags & _Flag.Select)
        self._changed()

    def select_ids(self, photo_ids: NDArray[np.int64]) -> None:
        """Select exactly these photos, whether or not all of them are shown."""
        shown = self._grid.photos.ids
        self._marks, self._hidden = np.isin(shown, photo_ids), _EMPTY
        if np.count_nonzero(self._marks) < len(photo_ids):
            self._hidden = photo_ids[~np.isin(photo_ids, shown)]
        self._changed()

    def select_shown(self, photo_ids: NDArray[np.int64]) -> None:
        """Select those of these photos that are shown, and no others."""
        self._marks, self._hidden = np.isin(self._grid.photos.ids, photo_ids), _EMPTY
        self._changed()

    def clear(self) -> None:
        self.select_ranges(())

    def snapshot(self) -> NDArray[np.bool_]:
        """What is selected now of what is shown, for `select_over`."""
        return self._marks.copy()

    def select_over(self, before: NDArray[np.bool_], ranges: Iterable[tuple[int, int]]) -> None:
        """Select these ranges and what was selected before."""
        self._marks[:] = before
        self.select_ranges(ranges, _Flag.Select)

    def tell(self) -> None:
        """Let Qt, and by it screen readers, know what is selected in view."""
        grid = self._grid
        rows, current = grid.visible_rows(), grid.currentIndex().row()
        marked = np.flatnonzero(self._marks[rows.start : rows.stop]) + rows.start
        if self.holds(current) and current not in rows:
            marked = np.append(marked, current)
        chosen = QItemSelection()
        for first, end in _runs(marked):
            chosen.append(QItemSelectionRange(grid.index_of(first), grid.index_of(end - 1)))
        grid.selectionModel().select(chosen, _Flag.ClearAndSelect)

    def _begin_anew(self) -> None:
        """Rows mean other photos now."""
        self._marks = np.zeros(len(self._grid.photos.ids), np.bool_)
        self._hidden = _EMPTY

    def _changed(self) -> None:
        self.tell()
        self._grid.viewport().update()
        self._grid.tell_picked()


def _runs(rows: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Distinct rows as half-open ranges."""
    if not len(rows):
        return []
    edges = np.flatnonzero(np.diff(rows) != 1)
    firsts = rows[np.concatenate(([0], edges + 1))]
    lasts = rows[np.concatenate((edges, [len(rows) - 1]))]
    return [(int(a), int(b) + 1) for a, b in zip(firsts, lasts, strict=True)]
