"""The app's own SVG icons, tinted with the colours of a palette, drawn when they are shown."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QImage, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from photoclip.resources import resource_path


def pixmap(name: str, color: QColor, size: int, ratio: float) -> QPixmap:
    """The icon in one colour, `size` logical pixels square."""
    drawn = QPixmap.fromImage(_image(name, color.name(), round(size * ratio)))
    drawn.setDevicePixelRatio(ratio)
    return drawn


def icon(name: str, palette: QPalette) -> QIcon:
    """The icon for a button: text colour, accent when checked, faint when disabled."""
    # A palette taken from a disabled widget would else give the disabled colours for all.
    group, role = QPalette.ColorGroup, QPalette.ColorRole
    return QIcon(
        _Engine(
            name,
            palette.color(group.Active, role.ButtonText).name(),
            palette.color(group.Active, role.Accent).name(),
            palette.color(group.Disabled, role.ButtonText).name(),
        )
    )


class _Engine(QIconEngine):
    """Draws an icon in the size and for the screen that it is shown on, and not before."""

    def __init__(self, name: str, normal: str, checked: str, disabled: str) -> None:
        super().__init__()
        self._name = name
        self._normal, self._checked, self._disabled = normal, checked, disabled

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        side = min(size.width(), size.height())
        return QPixmap.fromImage(_image(self._name, self._color(mode, state), side))

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        place = QRect(0, 0, side, side)
        place.moveCenter(rect.center())
        device = painter.device()
        ratio = device.devicePixelRatioF() if device is not None else 1.0
        painter.drawImage(place, _image(self._name, self._color(mode, state), round(side * ratio)))

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._normal, self._checked, self._disabled)

    def _color(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        if mode == QIcon.Mode.Disabled:
            return self._disabled
        return self._checked if state == QIcon.State.On else self._normal


# Asked for at every painting. Images and not pixmaps, which must not outlive the application.
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
