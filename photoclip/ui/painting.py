"""What rows painted by delegates have in common."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPalette

from photoclip.ui import icons


def tint(colors: QPalette) -> QColor:
    """Of a selected row. It has no role of its own: it is the accent, thin, over what lies
    below."""
    accent = colors.color(QPalette.ColorRole.Accent)
    accent.setAlpha(40)
    return accent


def paint_ground(
    painter: QPainter, box: QRect, colors: QPalette, chosen: bool, hovered: bool
) -> None:
    """Below a row that is selected, or under the pointer."""
    if chosen or hovered:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint(colors) if chosen else colors.color(QPalette.ColorRole.Midlight))
        painter.drawRoundedRect(box, 6, 6)


def paint_icon(painter: QPainter, place: QRect, name: str, color: QColor) -> None:
    """An icon as large as its place, which is square."""
    ratio = painter.device().devicePixelRatio()
    painter.drawPixmap(place, icons.pixmap(name, color, place.width(), ratio))


def paint_text(
    painter: QPainter,
    room: QRect,
    text: str,
    color: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """One line, which loses its middle where there is no room."""
    elide = Qt.TextElideMode.ElideMiddle
    shown = painter.fontMetrics().elidedText(text, elide, max(10, room.width()))
    painter.setPen(color)
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | align, shown)
