"""A list view whose items lie where arithmetic says, so that a million cost as little as ten."""

import numpy as np
from PySide6.QtCore import (
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QRegion
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from photoclip.ui.grid_layout import GridLayout, Rect

_Index = QModelIndex | QPersistentModelIndex


class GridGeometry(QListView):
    """Shows the rows of its model as the tiles of a `GridLayout`; what they look like is not its.

    Attributes:
        layout_: where they lie.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layout_ = GridLayout(0, 0, 1, np.empty(0, np.int64))

    # What lies where

    @property
    def top(self) -> int:
        return self.verticalScrollBar().value()

    def index_of(self, row: int) -> QModelIndex:
        return self.model().index(row, 0)

    def to_view(self, rect: Rect) -> QRect:
        return QRect(rect.x, rect.y - self.top, rect.width, rect.height)

    def visible_rows(self) -> range:
        return self.layout_.visible(self.top, self.top + self.viewport().height())

    def is_full(self) -> bool:
        """Whether the photos fill the view, so that more of them go unseen."""
        return self.layout_.height > self.viewport().height()

    def heading_at(self, point: QPoint) -> int | None:
        """The section whose heading is seen at a point of the view."""
        if not self.layout_.heading or not self.layout_.count:
            return None
        y = point.y() + self.top
        section = self.layout_.section_at(y)
        if self.layout_.heading_rect(section).contains(1, y):
            return section
        return section if point.y() < self.layout_.heading and self.top else None

    # What QListView asks for

    def visualRect(self, index: _Index) -> QRect:
        if not 0 <= index.row() < self.layout_.count:
            return QRect()
        return self.to_view(self.layout_.tile_rect(index.row()))

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self.layout_.row_at(point.x(), point.y() + self.top)
        return QModelIndex() if row is None else self.index_of(row)

    def scrollTo(
        self,
        index: _Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        if not 0 <= index.row() < self.layout_.count:
            return
        rect = self.layout_.tile_rect(index.row())
        above = self.layout_.heading + 4
        height = self.viewport().height()
        if hint == QAbstractItemView.ScrollHint.PositionAtTop or rect.y - above < self.top:
            self.verticalScrollBar().setValue(rect.y - above)
        elif rect.y + rect.height + 8 > self.top + height:
            self.verticalScrollBar().setValue(rect.y + rect.height + 8 - height)

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.top

    def isIndexHidden(self, index: _Index) -> bool:
        return False

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        return QRegion(self.viewport().rect())

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        row = self.currentIndex().row()
        return self.index_of(max(0, row)) if self.layout_.count else QModelIndex()

    def doItemsLayout(self) -> None:
        QAbstractItemView.doItemsLayout(self)

    def viewportSizeHint(self) -> QSize:
        return QSize(640, 400)

    def updateGeometries(self) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setPageStep(max(1, height - self.layout_.heading - self.layout_.pitch // 2))
        # Three lines are one notch of a wheel, and a notch is half a row of tiles.
        bar.setSingleStep(max(1, self.layout_.pitch // 6))
        bar.setRange(0, max(0, self.layout_.height - height))
