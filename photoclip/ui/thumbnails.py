"""Thumbnails for the grid: loaded newest request first in threads, kept for a few screens."""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader, QPixmap

from photoclip.core.library import Library
from photoclip.errors import PhotoClipError
from photoclip.ui.jobs import Bridge

# Results are handed over in groups, since each hop to the GUI thread has its price; in small ones,
# since what has scrolled away meanwhile is loaded to the end of its group.
_BATCH = 4
# More do not help: the GUI thread takes in no more than four make.
_THREADS = min(4, max(2, (os.cpu_count() or 2) // 2))
# Pixmaps are kept for so many views, if they take no more memory than this, in bytes.
_VIEWS, _MOST = 8, 192 * 1024**2
_FEWEST = 400


def square(jpeg: bytes, side: int) -> QImage:
    """The middle square of a JPEG, exactly `side` pixels wide; null when it cannot be read."""
    data = QByteArray(jpeg)
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(b"jpeg"))
    size = reader.size()
    if not size.isValid():
        return QImage()
    short = min(size.width(), size.height())
    # Scaling down costs least while decoding.
    factor = min(1.0, side / short)
    width = max(1, round(size.width() * factor))
    height = max(1, round(size.height() * factor))
    crop = min(width, height)
    reader.setScaledSize(QSize(width, height))
    reader.setScaledClipRect(QRect((width - crop) // 2, (height - crop) // 2, crop, crop))
    image = reader.read()
    if image.isNull() or image.width() == side:
        return image
    # A picture smaller than a tile is enlarged here, once, and not at each painting.
    mode = Qt.TransformationMode.SmoothTransformation
    return image.scaled(side, side, Qt.AspectRatioMode.IgnoreAspectRatio, mode)


class Thumbnails(QObject):
    """The pixmaps of the photos in and near view.

    Signals:
        loaded: ids (a tuple) that can now be painted, or are known to have no thumbnail.
    """

    loaded = Signal(object)

    def __init__(self, library: Library, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._bridge = bridge
        self._pixmaps: OrderedDict[int, tuple[int, QPixmap | None]] = OrderedDict()
        self._capacity = _FEWEST
        self._side = 0
        self._asked: dict[int, int] = {}
        self._stack: list[tuple[int, int]] = []
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"photoclip-thumbnails-{n}", daemon=True)
            for n in range(_THREADS)
        ]
        for thread in self._threads:
            thread.start()

    def pixmap(self, photo_id: int) -> QPixmap | None:
        """What can be painted now, perhaps of another size; None while there is nothing."""
        found = self._pixmaps.get(photo_id)
        if found is None:
            return None
        self._pixmaps.move_to_end(photo_id)
        return found[1]

    def missing(self, photo_id: int) -> bool:
        """Whether the photo is known to have no thumbnail (yet)."""
        found = self._pixmaps.get(photo_id)
        return found is not None and found[1] is None

    def want(self, visible: Sequence[int], around: Sequence[int], side: int) -> None:
        """Load these, `visible` first, at `side` device pixels; forget earlier wishes."""
        self._side = side
        kept = min(max(_FEWEST, _VIEWS * len(visible)), _MOST // (4 * side * side))
        self._capacity = max(kept, len(visible) + len(around))
        wishes = [
            photo_id
            for photo_id in (*visible, *around)
            if self._pixmaps.get(photo_id, (0, None))[0] != side
            and self._asked.get(photo_id) != side
        ]
        with self._changed:
            # What is on the stack and not wished any more has scrolled away.
            for photo_id, waiting in self._stack:
                if self._asked.get(photo_id) == waiting:
                    del self._asked[photo_id]
            wished = {*visible, *around}
            rest = [(i, s) for i, s in self._stack if i in wished and s == side and i not in wishes]
            self._stack = rest + [(photo_id, side) for photo_id in reversed(wishes)]
            self._asked.update(self._stack)
            self._changed.notify_all()

    def retry_missing(self) -> None:
        """Ask again for photos without thumbnail: indexing may have made it by now."""
        for photo_id in [i for i, (_, pixmap) in self._pixmaps.items() if pixmap is None]:
            del self._pixmaps[photo_id]

    def renew(self, photo_ids: Sequence[int]) -> None:
        """These may look otherwise now; what is there is painted until they are read again."""
        for photo_id in photo_ids:
            if photo_id in self._pixmaps:
                self._pixmaps[photo_id] = (0, self._pixmaps[photo_id][1])

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._stack.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _accept(self, images: list[tuple[int, int, QImage | None]]) -> None:
        for photo_id, side, image in images:
            if self._asked.get(photo_id) == side:
                del self._asked[photo_id]
            pixmap = QPixmap.fromImage(image) if image is not None else None
            if pixmap is None and self._pixmaps.get(photo_id, (0, None))[1] is not None:
                continue
            self._pixmaps[photo_id] = (side, pixmap)
            self._pixmaps.move_to_end(photo_id)
        while len(self._pixmaps) > self._capacity:
            self._pixmaps.popitem(last=False)
        self.loaded.emit(tuple(photo_id for photo_id, _, _ in images))

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._stack and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                batch = self._stack[-_BATCH:][::-1]
                del self._stack[-_BATCH:]
            try:
                images = self._load(batch)
            except PhotoClipError as error:
                self._bridge.report(error)
                continue
            except Exception as error:  # noqa: BLE001 - a bug must reach the person, not stderr
                self._bridge.report(error)
                continue
            self._bridge.post(self._acceptance(images))

    def _acceptance(self, images: list[tuple[int, int, QImage | None]]) -> Callable[[], None]:
        return lambda: self._accept(images)

    def _load(self, batch: list[tuple[int, int]]) -> list[tuple[int, int, QImage | None]]:
        hashes = self._library.content_hashes([photo_id for photo_id, _ in batch])
        images: list[tuple[int, int, QImage | None]] = []
        for photo_id, side in batch:
            content_hash = hashes.get(photo_id)
            jpeg = self._library.thumbnails.read(content_hash) if content_hash else None
            image = square(jpeg, side) if jpeg else QImage()
            images.append((photo_id, side, None if image.isNull() else image))
        return images
