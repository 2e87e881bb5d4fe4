"""A picture that can be zoomed at the pointer and dragged; fitted or at its own pixels."""

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

_STEP = 1.25
_LARGEST = 16.0
# A small photo is enlarged to fit, but not until it is a blur.
_LARGEST_FIT = 3.0


class Canvas(QWidget):
    """Shows one picture. Scales are device pixels per pixel of the original photo.

    Signals:
        scaled: the scale, whenever it changes; also says that a sharper picture may be needed.
    """

    scaled = Signal(object)

    def __init__(self, ground: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ground = QColor(ground)
        self._pixmap = QPixmap()
        self._overlay = QPixmap()
        self._size = QSize()
        self._fitted = True
        self._scale = 1.0
        self._center = QPointF()
        self._grabbed: QPoint | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setAccessibleName(self.tr("Photo"))

    def show_photo(self, size: QSize) -> None:
        """Begin with another photo, `size` pixels large, fitted; its picture follows."""
        self._size = size
        self._pixmap = QPixmap()
        self._overlay = QPixmap()
        self.fit()

    def show_image(self, image: QImage) -> None:
        """The photo's picture, perhaps smaller than itself; a sharper one may follow."""
        self._pixmap = QPixmap.fromImage(image)
        self.update()

    def show_overlay(self, image: QImage | None) -> None:
        """Lay something over the photo, in its shape; it goes with another photo, or with None."""
        self._overlay = QPixmap() if image is None else QPixmap.fromImage(image)
        self.update()

    @property
    def overlaid(self) -> bool:
        return not self._overlay.isNull()

    @property
    def scale(self) -> float:
        return self.fit_scale() if self._fitted else self._scale

    @property
    def fitted(self) -> bool:
        return self._fitted

    def needed(self) -> float:
        """How many of the original's pixels are wanted, 0 to 1 in each direction."""
        return min(1.0, self.scale)

    def fit_scale(self) -> float:
        """What fits the photo into the view; a very small one stays small."""
        if self._size.isEmpty():
            return 1.0
        ratio = self.devicePixelRatioF()
        return min(
            _LARGEST_FIT,
            self.width() * ratio / self._size.width(),
            self.height() * ratio / self._size.height(),
        )

    def fit(self) -> None:
        self._fitted = True
        self._center = QPointF(self._size.width() / 2, self._size.height() / 2)
        self._changed()

    def toggle(self, at: QPointF | None = None) -> None:
        """From fitted to one screen pixel per photo pixel, and back."""
        if self._fitted and self.fit_scale() != 1.0:
            self.zoom_to(1.0, at)
        else:
            self.fit()

    def zoom(self, steps: float, at: QPointF | None = None) -> None:
        self.zoom_to(self.scale * _STEP**steps, at)

    def zoom_to(self, scale: float, at: QPointF | None = None) -> None:
        """Zoom so that the point of the photo under `at` (the middle by default) stays there."""
        at = at if at is not None else QPointF(self.width() / 2, self.height() / 2)
        fitting = self.fit_scale()
        target = min(max(scale, min(1.0, fitting)), _LARGEST)
        held = self._to_photo(at)
        self._fitted = abs(target / fitting - 1) < 0.001
        if self._fitted:
            self.fit()
            return
        self._scale = target
        ratio = self.devicePixelRatioF()
        away = QPointF(at.x() - self.width() / 2, at.y() - self.height() / 2) * ratio / target
        self._center = held - away
        self._keep_inside()
        self._changed()

    def pan(self, by: QPointF) -> None:
        """Move the picture by this many logical pixels."""
        self._center -= by * self.devicePixelRatioF() / self.scale
        self._keep_inside()
        self.update()

    def _to_photo(self, point: QPointF) -> QPointF:
        ratio = self.devicePixelRatioF()
        away = QPointF(point.x() - self.width() / 2, point.y() - self.height() / 2)
        return self._center + away * ratio / self.scale

    def _keep_inside(self) -> None:
        """No empty margin where the photo is larger than the view; else it is centred."""
        ratio = self.devicePixelRatioF()

        def held(center: float, view: int, photo: int) -> float:
            half = view * ratio / self.scale / 2
            return photo / 2 if 2 * half >= photo else min(max(center, half), photo - half)

        self._center = QPointF(
            held(self._center.x(), self.width(), self._size.width()),
            held(self._center.y(), self.height(), self._size.height()),
        )

    def _changed(self) -> None:
        self.setCursor(
            Qt.CursorShape.ArrowCursor if self._fitted else Qt.CursorShape.OpenHandCursor
        )
        self.update()
        self.scaled.emit(self.scale)

    def picture_rect(self) -> QRectF:
        """Where the photo lies in the view, in logical pixels."""
        scale = self.scale / self.devicePixelRatioF()
        left = self.width() / 2 - self._center.x() * scale
        top = self.height() / 2 - self._center.y() * scale
        return QRectF(left, top, self._size.width() * scale, self._size.height() * scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._ground)
        box = self.picture_rect()
        if self._pixmap.isNull():
            painter.fillRect(box, self._ground.lighter(160))
            return
        # Beyond twice its size a person wants to see the pixels themselves.
        smooth = self._fitted or self.scale < 2.0
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawPixmap(box, self._pixmap, QRectF(self._pixmap.rect()))
        if self.overlaid:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(box, self._overlay, QRectF(self._overlay.rect()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self.fit()
        else:
            self._keep_inside()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(event.angleDelta().y() / 120, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self._fitted:
            self._grabbed = event.position().toPoint()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is not None:
            place = event.position().toPoint()
            self.pan(QPointF(place - self._grabbed))
            self._grabbed = place

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is not None:
            self._grabbed = None
            self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.toggle(event.position())
