"""The app's own SVG icons, tinted with the colours of a palette."""

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from photoclip.resources import resource_path

# Device ratios drawn ahead, so that an icon stays sharp on any screen it is moved to.
_RATIOS = (1.0, 1.5, 2.0, 3.0)


def pixmap(name: str, color: QColor, size: int, ratio: float) -> QPixmap:
    """The icon in one colour, `size` logical pixels square."""
    svg = resource_path("icons", f"{name}.svg").read_text("utf-8")
    # QSvgRenderer knows no surrounding text colour and would draw `currentColor` black.
    svg = svg.replace("currentColor", color.name())
    drawn = QPixmap(round(size * ratio), round(size * ratio))
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(drawn.rect()))
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    return drawn


def icon(name: str, palette: QPalette, size: int = 20) -> QIcon:
    """The icon for a button: text colour, accent when checked, faint when disabled."""
    # A palette taken from a disabled widget would else give the disabled colours for all.
    group, role = QPalette.ColorGroup, QPalette.ColorRole
    normal = palette.color(group.Active, role.ButtonText)
    accent = palette.color(group.Active, role.Accent)
    faint = palette.color(group.Disabled, role.ButtonText)
    made = QIcon()
    for ratio in _RATIOS:
        made.addPixmap(pixmap(name, normal, size, ratio), QIcon.Mode.Normal, QIcon.State.Off)
        made.addPixmap(pixmap(name, accent, size, ratio), QIcon.Mode.Normal, QIcon.State.On)
        for state in (QIcon.State.Off, QIcon.State.On):
            made.addPixmap(pixmap(name, faint, size, ratio), QIcon.Mode.Disabled, state)
    return made


def app_icon() -> QIcon:
    return QIcon(str(resource_path("icons", "photoclip.svg")))
