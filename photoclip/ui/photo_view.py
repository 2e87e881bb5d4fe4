"""A photo to be looked at: its thumbnail at once, then a picture as sharp as the view needs it."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from photoclip.core.types import Photo
from photoclip.ui.canvas import Canvas
from photoclip.ui.controls import label
from photoclip.ui.pictures import WHOLE
from photoclip.ui.previews import Previews

# The sharp picture is asked for when a person stays on a photo this long, in ms.
_STAY = 40


class PhotoView(QWidget):
    """A canvas for one photo at a time, and below it a sentence where the photo cannot be seen.

    Args:
        ground: the colour around the photo.

    Signals:
        wanted: (photo id, ids to get ready, shorter side in pixels): a picture is needed, or with
            a side of 0 the photo's facts and its thumbnail.
        known: the `Photo` that is shown now.
    """

    wanted = Signal(object, object, object)
    known = Signal(object)

    def __init__(self, ground: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.photo_id: int | None = None
        self._photo: Photo | None = None
        self._near: tuple[int, ...] = ()
        self.canvas = Canvas(ground)
        self._problem = label("", "warn", wrap=True)
        self._problem.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._problem.setMargin(12)
        self._problem.hide()
        self._ask = QTimer(self, singleShot=True, interval=_STAY)
        self._ask.timeout.connect(self._want)
        self.canvas.scaled.connect(lambda _: self._ask.start())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self._problem)

    @property
    def problem(self) -> str:
        """Why the photo cannot be seen; "" where it can."""
        return self._problem.text() if not self._problem.isHidden() else ""

    def feed_from(self, previews: Previews) -> None:
        """Let these read the pictures."""
        previews.quick.connect(self.show_photo)
        previews.sharp.connect(self.show_image)
        previews.failed.connect(self.show_problem)

        def answer(photo_id: int, near: tuple[int, ...], side: int) -> None:
            if side:
                previews.sharpen(photo_id, side)
                previews.prepare(near, side)
            else:
                previews.look(photo_id)

        self.wanted.connect(answer)

    def turn(self, photo_id: int | None, near: Sequence[int] = ()) -> None:
        """Go on to another photo, and keep these ready; the one before stays until it is there."""
        self.photo_id, self._near = photo_id, tuple(near)
        self._photo = None
        self._problem.hide()
        if photo_id is not None:
            self.wanted.emit(photo_id, (), 0)

    def show_photo(self, photo: Photo, quick: QImage) -> None:
        """The photo's facts and its thumbnail; the sharp picture follows."""
        if photo.id != self.photo_id:
            return
        fresh, self._photo = self._photo is None, photo
        if fresh:
            self.canvas.show_photo(QSize(photo.width, photo.height))
            if not quick.isNull():
                self.canvas.show_image(quick)
            self._ask.start()
        self.known.emit(photo)

    def show_image(self, photo_id: int, image: QImage) -> None:
        if photo_id == self.photo_id and not image.isNull():
            self._problem.hide()
            self.canvas.show_image(image)

    def show_problem(self, photo_id: int, sentence: str) -> None:
        """Say why the photo is not seen, or not sharply; the next one works."""
        if photo_id == self.photo_id:
            self._problem.setText(sentence)
            self._problem.show()

    def _want(self) -> None:
        if self._photo is None:
            return
        photo, ratio = self._photo, self.devicePixelRatioF()
        if self.canvas.fitted:
            # Not less for a smaller photo: those that are got ready are asked for by this too.
            side = round(min(self.canvas.width(), self.canvas.height()) * ratio)
            self.wanted.emit(photo.id, self._near, max(1, side))
        else:
            self.wanted.emit(photo.id, (), WHOLE)
