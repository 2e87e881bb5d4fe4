"""How one tile of the grid looks: the thumbnail, and what is laid over it, drawn once and kept."""

from collections.abc import Callable
from functools import cached_property

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPalette, QPen, QPixmap

from photoclip.ui.painting import paint_icon
from photoclip.ui.thumbnails import Thumbnails
from photoclip.ui.tokens import TILE_RADIUS

RING, RING_GAP, DISC = 3, 2, 22
# Tiles smaller than this have no room for a disc, and for smaller badges only.
_ROOMY = 56
# What is laid over a tile: where its upper left corner lies, and its pixels.
Piece = tuple[int, int, QPixmap]


class GridTiles:
    """Draws tiles of one size, colours and device pixels.

    Everything is in device pixels, since only what is neither moved nor scaled by a fraction is
    copied as it is. What lies over a thumbnail covers its edge and corners alone, so only those
    are drawn.

    Args:
        side: of a tile, in device pixels; `ratio`: of those to a logical one.
    """

    def __init__(self, thumbnails: Thumbnails, side: int, ratio: float, colors: QPalette) -> None:
        self._thumbnails = thumbnails
        self.side, self.ratio, self._colors = side, ratio, colors
        self._ground = colors.color(QPalette.ColorRole.Midlight)
        self._light = QColor(255, 255, 255, 26)

    def fits(self, side: int, ratio: float, colors: QPalette) -> bool:
        """Whether tiles like these are drawn by this."""
        same = (side, ratio) == (self.side, self.ratio)
        return same and colors.cacheKey() == self._colors.cacheKey()

    def paint(
        self,
        painter: QPainter,
        x: int,
        y: int,
        photo_id: int,
        selected: bool,
        hovered: bool,
        liked: bool | None,
    ) -> None:
        """Paint a tile at a place in device pixels, as the painter has to count by now.

        Args:
            liked: whether the photo carries a thumb up, or down; None for no thumb.
        """
        side, pixmap = self.side, self._thumbnails.pixmap(photo_id)
        if pixmap is None:
            painter.fillRect(x, y, side, side, self._ground)
            if self._thumbnails.missing(photo_id):
                self._lay(painter, x, y, [self._missing])
        elif pixmap.width() == side:
            painter.drawPixmap(x, y, pixmap)
        else:
            # For a moment, until it is loaded as large as it is shown.
            painter.drawPixmap(x, y, side, side, pixmap)
        if hovered and not selected:
            painter.fillRect(x, y, side, side, self._light)
        self._lay(painter, x, y, self._frame if selected else self._corners)
        if liked is not None:
            self._lay(painter, x, y, [self._thumbs[liked]])

    @staticmethod
    def _lay(painter: QPainter, x: int, y: int, pieces: list[Piece]) -> None:
        for dx, dy, pixmap in pieces:
            painter.drawPixmap(x + dx, y + dy, pixmap)

    # What lies over thumbnails, in logical pixels

    def _drawn(self, draw: Callable[[QPainter, QRectF], None]) -> QImage:
        """A whole tile on which nothing but that is drawn."""
        image = QImage(self.side, self.side, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(self.ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        draw(painter, QRectF(0, 0, self.side / self.ratio, self.side / self.ratio))
        painter.end()
        return image

    def _round_off(self, painter: QPainter, rect: QRectF, inset: int = 0) -> None:
        path = QPainterPath()
        path.addRect(rect)
        photo = rect.adjusted(inset, inset, -inset, -inset)
        path.addRoundedRect(photo, TILE_RADIUS, TILE_RADIUS)
        painter.fillPath(path, self._colors.color(QPalette.ColorRole.Base))

    @cached_property
    def _corners(self) -> list[Piece]:
        return self._cut(self._drawn(self._round_off), TILE_RADIUS)

    @cached_property
    def _frame(self) -> list[Piece]:
        """Of what is selected: a ring with a gap within, and a disc where there is room."""
        width = RING + RING_GAP

        def draw(painter: QPainter, rect: QRectF) -> None:
            self._round_off(painter, rect, width)
            paint_ring(painter, rect, self._colors)

        pieces = self._cut(self._drawn(draw), width + TILE_RADIUS, edges=width)
        if self.side / self.ratio >= _ROOMY:
            center = QPointF(width + 6 + DISC / 2, width + 6 + DISC / 2)
            disc = self._drawn(lambda painter, _: paint_check(painter, center, self._colors))
            pieces.append(self._part(disc, QRectF(width + 5, width + 5, DISC + 2, DISC + 2)))
        return pieces

    @cached_property
    def _thumbs(self) -> dict[bool, Piece]:
        return {liked: self._thumb(liked) for liked in (True, False)}

    def _thumb(self, liked: bool) -> Piece:
        """A badge in the lower left corner: white on darkened photo, as all badges."""
        size = 22 if self.side / self.ratio >= _ROOMY else 16
        box = QRect(6, int(self.side / self.ratio) - 6 - size, size, size)

        def draw(painter: QPainter, _: QRectF) -> None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(0, 0, 0, 153))
            painter.drawEllipse(box)
            name = "thumb-up" if liked else "thumb-down"
            paint_icon(painter, box.adjusted(4, 4, -4, -4), name, QColor("white"))

        return self._part(self._drawn(draw), QRectF(box.adjusted(-1, -1, 1, 1)))

    @cached_property
    def _missing(self) -> Piece:
        """That there is no thumbnail."""
        side = int(self.side / self.ratio)
        size = 20 if side < 96 else 28
        box = QRect((side - size) // 2, (side - size) // 2, size, size)
        color = self._colors.color(QPalette.ColorRole.Mid)
        image = self._drawn(lambda painter, _: paint_icon(painter, box, "photo-off", color))
        return self._part(image, QRectF(box))

    def _cut(self, image: QImage, corner: int, edges: int = 0) -> list[Piece]:
        """The corners of a tile, and its edges where they are not empty."""
        side = self.side / self.ratio
        far, between = side - corner, side - 2 * corner
        places = [QRectF(x, y, corner, corner) for x in (0.0, far) for y in (0.0, far)]
        if edges and between > 0:
            places += [QRectF(corner, y, between, edges) for y in (0.0, side - edges)]
            places += [QRectF(x, corner, edges, between) for x in (0.0, side - edges)]
        return [self._part(image, place) for place in places]

    def _part(self, image: QImage, place: QRectF) -> Piece:
        box = QRectF(
            place.x() * self.ratio, place.y() * self.ratio,
            place.width() * self.ratio, place.height() * self.ratio,
        ).toAlignedRect().intersected(image.rect())  # fmt: skip
        pixmap = QPixmap.fromImage(image.copy(box))
        pixmap.setDevicePixelRatio(1.0)
        return box.x(), box.y(), pixmap


def paint_ring(painter: QPainter, rect: QRectF, colors: QPalette, dashed: bool = False) -> None:
    """A ring within a rectangle: whole for what is selected, dashed for what has the focus."""
    pen = QPen(colors.color(QPalette.ColorRole.Accent), 2 if dashed else RING)
    if dashed:
        pen.setDashPattern([2.0, 2.0])
    half = pen.widthF() / 2
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    outline = rect.adjusted(half, half, -half, -half)
    painter.drawRoundedRect(outline, TILE_RADIUS + 1, TILE_RADIUS + 1)


def paint_check(painter: QPainter, center: QPointF, colors: QPalette) -> None:
    """The disc with a tick of what is selected."""
    painter.setPen(QPen(colors.color(QPalette.ColorRole.HighlightedText), 1.5))
    painter.setBrush(colors.color(QPalette.ColorRole.Accent))
    painter.drawEllipse(center, DISC / 2 - 1, DISC / 2 - 1)
    corner = (center - QPointF(7, 7)).toPoint()
    box = QRect(corner.x(), corner.y(), 14, 14)
    paint_icon(painter, box, "check", colors.color(QPalette.ColorRole.HighlightedText))
