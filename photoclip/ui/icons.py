"""The app's own SVG icons, tinted with the colours of a palette."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from photoclip.resources import resource_path

# Device ratios drawn ahead, so that an icon stays sharp on any screen it is moved to.
_RATIOS = (1.0, 1.5, 2.0, 3.0)


def pixmap(name: str, color: QColor, size: int, ratio: float) -> QPixmap:
    """The icon in one colour, `size` logical pixels square."""
    drawn = QPixmap.fromImage(_image(name, color.name(), round(size * ratio)))
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


# Each button asks again at every change of style or palette: some thousand times for a window.
# Images and not pixmaps, which must not outlive the application.
@lru_cache(maxsize=1000)
def _image(name: str, color: str, side: int) -> QImage:
    svg = resource_path("icons", f"{name}.svg").read_text("utf-8")
    # QSvgRenderer knows no surrounding text colour and would draw `currentColor` black.
    svg = svg.replace("currentColor", color)
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(image.rect()))
    painter.end()
    return image


def app_icon() -> QIcon:
    return QIcon(str(resource_path("icons", "photoclip.svg")))
