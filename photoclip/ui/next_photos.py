"""The photos that come next, small, in a column beside the one that is asked about."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from photoclip.ui.theme import scaled
from photoclip.ui.tokens import TILE_RADIUS

_SIDE, _GAP = 88, 8
# No screen is so high that it shows more.
_MOST = 20


class NextPhotos(QWidget):
    """Shows as many of the next photos as there is room for.

    Signals:
        wanted: (photo ids, device pixels a side): thumbnails that are not there yet.
    """

    wanted = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Next photos"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
        self.setFixedWidth(_SIDE)
        self._photo_ids: tuple[int, ...] = ()
        self._images: dict[int, QImage] = {}

    @property
    def photo_ids(self) -> tuple[int, ...]:
        """Those that are seen."""
        top = self._top()
        room = (self.height() - top + _GAP) // (_SIDE + _GAP)
        return self._photo_ids[: max(0, room)]

    @property
    def missing(self) -> tuple[int, ...]:
        """Those of them whose thumbnails are not there yet."""
        return tuple(one for one in self.photo_ids if one not in self._images)

    def show_photos(self, photo_ids: Sequence[int]) -> None:
        """These come next, in this order."""
        self._photo_ids = tuple(photo_ids)[:_MOST]
        kept = set(self._photo_ids)
        self._images = {one: image for one, image in self._images.items() if one in kept}
        self._ask()

    def show_images(self, images: Mapping[int, QImage]) -> None:
        """Thumbnails by photo id."""
        self._images |= {one: image for one, image in images.items() if one in self._photo_ids}
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_SIDE, 2 * (_SIDE + _GAP))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._ask()

    def _ask(self) -> None:
        if self.isVisible() and self.missing:
            self.wanted.emit(self.missing, round(_SIDE * self.devicePixelRatioF()))
        self.update()

    def _top(self) -> int:
        """Where the first begins, below the word above it."""
        return self.fontMetrics().height() + _GAP

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.photo_ids:
            return
        painter = QPainter(self)
        hints = QPainter.RenderHint
        painter.setRenderHints(hints.Antialiasing | hints.SmoothPixmapTransform)
        role, colors = QPalette.ColorRole, self.palette()
        painter.setPen(colors.color(role.PlaceholderText))
        painter.setFont(scaled(self.font(), 0.85))
        word = QRect(0, 0, self.width(), self._top())
        painter.drawText(word, Qt.AlignmentFlag.AlignLeft, self.tr("Next"))
        for at, photo_id in enumerate(self.photo_ids):
            box = QRect(0, self._top() + at * (_SIDE + _GAP), _SIDE, _SIDE)
            frame = QPainterPath()
            frame.addRoundedRect(box, TILE_RADIUS, TILE_RADIUS)
            painter.setClipPath(frame)
            painter.fillRect(box, colors.color(role.Midlight))
            if photo_id in self._images:
                painter.drawImage(box, self._images[photo_id])
