"""Feeds a view with one photo at a time: its thumbnail at once, then a sharp picture."""

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from photoclip.core.library import Library
from photoclip.core.types import Photo
from photoclip.errors import PhotoClipError
from photoclip.ui.jobs import Bridge, Lane
from photoclip.ui.pictures import WHOLE, picture, thumbnail

# Sharp pictures kept: the one shown, its neighbours, and where one has just come from.
_KEPT = 5


class Previews(QObject):
    """Reads pictures in lanes of its own, for one view.

    Signals:
        quick: (`Photo`, its thumbnail, null when there is none).
        sharp: (photo id, its picture).
        failed: (photo id, why there is no picture).
    """

    quick = Signal(object, object)
    sharp = Signal(object, object)
    failed = Signal(object, object)

    def __init__(
        self, library: Library, bridge: Bridge, name: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._lane = Lane(bridge, name)
        self._ahead = Lane(bridge, f"{name}-ahead")
        self._kept: OrderedDict[tuple[int, int], QImage] = OrderedDict()

    def look(self, photo_id: int) -> None:
        """Ask for a photo's facts and thumbnail."""

        def read() -> tuple[Photo, QImage] | None:
            photo = self._library.photos([photo_id]).get(photo_id)
            if photo is None:
                return None
            return photo, thumbnail(self._library, photo.content_hash)

        def done(result: tuple[Photo, QImage] | None) -> None:
            if result is not None:
                self.quick.emit(*result)

        self._lane.cancel("sharp")
        self._lane.submit("quick", read, done)

    def sharpen(self, photo_id: int, side: int) -> None:
        """Ask for a picture with at least `side` pixels on its shorter side."""
        kept = self._kept.get((photo_id, side))
        if kept is not None:
            self._kept.move_to_end((photo_id, side))
            self.sharp.emit(photo_id, kept)
            return

        def failed(error: PhotoClipError) -> None:
            self.failed.emit(photo_id, str(error))

        def done(image: QImage) -> None:
            self._keep(photo_id, side, image)
            self.sharp.emit(photo_id, image)

        self._lane.submit("sharp", lambda: self._read(photo_id, side), done, failed)

    def prepare(self, photo_ids: Sequence[int], side: int) -> None:
        """Read photos that may be wanted next; their failures are told when they are."""
        for number, photo_id in enumerate(photo_ids):
            if (photo_id, side) not in self._kept and side != WHOLE:
                self._prepare(f"ahead-{number}", photo_id, side)

    def close(self) -> None:
        self._ahead.close()
        self._lane.close()

    def _prepare(self, key: str, photo_id: int, side: int) -> None:
        self._ahead.submit(
            key,
            lambda: self._read(photo_id, side),
            lambda image: self._keep(photo_id, side, image),
            lambda _: None,
        )

    def _read(self, photo_id: int, side: int) -> QImage:
        photo = self._library.photos([photo_id]).get(photo_id)
        return QImage() if photo is None else picture(photo, side)

    def _keep(self, photo_id: int, side: int, image: QImage) -> None:
        # A whole original may take hundreds of megabytes; one at a time is enough.
        if side == WHOLE:
            for key in [key for key in self._kept if key[1] == WHOLE]:
                del self._kept[key]
        self._kept[photo_id, side] = image
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
