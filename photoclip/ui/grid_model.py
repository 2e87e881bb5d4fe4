"""The photos in the grid, as ids: a list model that costs the same for ten or a million."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from photoclip.core.types import Photo

_EMPTY = np.empty(0, np.int64)
_ROOT = QModelIndex()
IdRole = Qt.ItemDataRole.UserRole


class GridModel(QAbstractListModel):
    """Rows of photo ids.

    Args:
        describe: says a photo in words, for tool tips.

    Attributes:
        spoken: says it for screen readers; `describe` unless something better is set.
    """

    def __init__(
        self, describe: Callable[[int, Photo | None], str], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._describe = self.spoken = describe
        self.ids: NDArray[np.int64] = _EMPTY
        self._facts: dict[int, Photo] = {}

    def set_ids(self, ids: NDArray[np.int64]) -> None:
        self.beginResetModel()
        self.ids = ids
        self.endResetModel()

    def learn(self, photos: Mapping[int, Photo]) -> None:
        """Keep what is known of photos near the visible ones."""
        if len(self._facts) > 2000:
            self._facts.clear()
        self._facts.update(photos)

    def forget(self, photo_ids: Iterable[int]) -> None:
        """What was known of these may not be so any more."""
        for photo_id in photo_ids:
            self._facts.pop(photo_id, None)

    def fact(self, photo_id: int) -> Photo | None:
        return self._facts.get(photo_id)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.ids)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        row = index.row()
        if not 0 <= row < len(self.ids):
            return None
        photo_id = int(self.ids[row])
        if role == IdRole:
            return photo_id
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.spoken(photo_id, self._facts.get(photo_id))
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._describe(photo_id, self._facts.get(photo_id))
        return None

    def id_at(self, row: int) -> int:
        return int(self.ids[row])

    def row_of(self, photo_id: int) -> int | None:
        rows = np.flatnonzero(self.ids == photo_id)
        return int(rows[0]) if len(rows) else None
