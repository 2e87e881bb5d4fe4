"""How one tile and one section heading of the grid look."""

from collections.abc import Mapping

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from photoclip.ui import icons
from photoclip.ui.grid_model import IdRole
from photoclip.ui.theme import scaled
from photoclip.ui.thumbnails import Thumbnails
from photoclip.ui.tokens import TILE_RADIUS

RING, RING_GAP, DISC = 3, 2, 22
# How far a heading that can be folded stands in, for its arrow.
FOLD = 24


class GridDelegate(QStyledItemDelegate):
    """Paints a tile: the thumbnail, a ring and a disc when selected, a dashed ring for focus.

    Attributes:
        marks: photos that carry a thumb, up for True.
    """

    def __init__(self, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._marks: dict[tuple[str, str, int, float], QPixmap] = {}
        self.marks: Mapping[int, bool] = {}

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return option.rect.size()

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        photo_id = index.data(IdRole)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        colors: QPalette = option.palette
        selected = bool(state & QStyle.StateFlag.State_Selected)
        inset = RING + RING_GAP if selected else 0
        photo = rect.adjusted(inset, inset, -inset, -inset)
        pixmap = self._thumbnails.pixmap(photo_id)
        if pixmap is not None:
            painter.drawPixmap(photo, pixmap)
        else:
            painter.fillRect(photo, colors.color(QPalette.ColorRole.Midlight))
            if self._thumbnails.missing(photo_id):
                self._mark(painter, photo, "photo-off", colors.color(QPalette.ColorRole.Mid))
        self._round_corners(painter, photo, colors.color(QPalette.ColorRole.Base))
        if state & QStyle.StateFlag.State_MouseOver and not selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(255, 255, 255, 26))
            painter.drawRoundedRect(photo, TILE_RADIUS, TILE_RADIUS)
        if photo_id in self.marks:
            self._thumb(painter, photo, self.marks[photo_id])
        if selected:
            self._ring(painter, rect, colors, Qt.PenStyle.SolidLine)
            self._disc(painter, photo, colors)
        if state & QStyle.StateFlag.State_HasFocus:
            self._ring(painter, rect.adjusted(-2, -2, 2, 2), colors, Qt.PenStyle.CustomDashLine)

    def paint_heading(
        self,
        painter: QPainter,
        rect: QRect,
        title: str,
        count: str,
        colors: QPalette,
        check: bool | None,
        indented: bool = False,
    ) -> None:
        """A section's heading; `check` is its selection mark, None when it is not to be seen.

        Args:
            indented: room is left for what `paint_fold` paints.
        """
        painter.fillRect(rect, colors.color(QPalette.ColorRole.Base))
        font = scaled(painter.font(), 1.1, painter.font().weight().DemiBold)
        small = scaled(painter.font(), 0.9)
        painter.save()
        painter.setFont(font)
        painter.setPen(colors.color(QPalette.ColorRole.Text))
        left = rect.x() + 16 + (FOLD if indented else 0)
        room = QRect(left, rect.y() + 4, rect.width() - 120, rect.height() - 4)
        width = painter.fontMetrics().horizontalAdvance(title)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, flags, title)
        painter.setFont(small)
        painter.setPen(colors.color(QPalette.ColorRole.PlaceholderText))
        beside = room.translated(width + 10, 1)
        painter.drawText(beside, flags, count)
        if check is not None:
            x = left + width + 10 + painter.fontMetrics().horizontalAdvance(count) + 20
            center = QPointF(x, room.center().y() + 1)
            if check:
                self._check(painter, center, colors)
            else:
                painter.setPen(QPen(colors.color(QPalette.ColorRole.Mid), 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(center, DISC / 2 - 2, DISC / 2 - 2)
        painter.restore()

    def paint_fold(self, painter: QPainter, rect: QRect, colors: QPalette, folded: bool) -> None:
        """The arrow before a heading whose photos are folded away, or can be."""
        box = QRect(rect.x() + 14, rect.center().y() - 7, 20, 20)
        color = colors.color(QPalette.ColorRole.PlaceholderText)
        name = "expand" if folded else "collapse"
        painter.drawPixmap(box, self._icon(painter, name, color, 20))

    def paint_focus(self, painter: QPainter, rect: QRect, colors: QPalette) -> None:
        """That a heading is what the keys act on."""
        self._ring(painter, rect.adjusted(8, 6, -8, -2), colors, Qt.PenStyle.CustomDashLine)

    def _thumb(self, painter: QPainter, photo: QRect, liked: bool) -> None:
        """A badge in the lower left corner: white on darkened photo, as all badges."""
        side = 22 if photo.width() >= 56 else 16
        box = QRect(photo.x() + 6, photo.bottom() - 5 - side, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 153))
        painter.drawEllipse(box)
        inner = box.adjusted(4, 4, -4, -4)
        name = "thumb-up" if liked else "thumb-down"
        painter.drawPixmap(inner, self._icon(painter, name, QColor("white"), inner.width()))

    def _round_corners(self, painter: QPainter, rect: QRect, ground: QColor) -> None:
        # Painting the four corners over costs far less than clipping every photo.
        path = QPainterPath()
        path.addRect(QRectF(rect))
        path.addRoundedRect(QRectF(rect), TILE_RADIUS, TILE_RADIUS)
        painter.fillPath(path, ground)

    def _ring(self, painter: QPainter, rect: QRect, colors: QPalette, style: Qt.PenStyle) -> None:
        dashed = style == Qt.PenStyle.CustomDashLine
        pen = QPen(colors.color(QPalette.ColorRole.Accent), 2 if dashed else RING)
        if dashed:
            pen.setDashPattern([2.0, 2.0])
        half = pen.widthF() / 2
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        outline = QRectF(rect).adjusted(half, half, -half, -half)
        painter.drawRoundedRect(outline, TILE_RADIUS + 1, TILE_RADIUS + 1)

    def _disc(self, painter: QPainter, photo: QRect, colors: QPalette) -> None:
        if photo.width() >= 56:
            corner = QPointF(photo.x() + 6 + DISC / 2, photo.y() + 6 + DISC / 2)
            self._check(painter, corner, colors)

    def _check(self, painter: QPainter, center: QPointF, colors: QPalette) -> None:
        painter.setPen(QPen(colors.color(QPalette.ColorRole.HighlightedText), 1.5))
        painter.setBrush(colors.color(QPalette.ColorRole.Accent))
        painter.drawEllipse(center, DISC / 2 - 1, DISC / 2 - 1)
        size = 14
        box = QRect(round(center.x() - size / 2), round(center.y() - size / 2), size, size)
        color = colors.color(QPalette.ColorRole.HighlightedText)
        painter.drawPixmap(box, self._icon(painter, "check", color, size))

    def _mark(self, painter: QPainter, rect: QRect, name: str, color: QColor) -> None:
        size = 20 if rect.width() < 96 else 28
        box = QRect(0, 0, size, size)
        box.moveCenter(rect.center())
        painter.drawPixmap(box, self._icon(painter, name, color, size))

    def _icon(self, painter: QPainter, name: str, color: QColor, size: int) -> QPixmap:
        ratio = painter.device().devicePixelRatio()
        key = (name, color.name(), size, ratio)
        if key not in self._marks:
            self._marks[key] = icons.pixmap(name, color, size, ratio)
        return self._marks[key]
