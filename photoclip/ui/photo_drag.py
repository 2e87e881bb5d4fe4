"""Photos on their way from the grid to an album, as drag and drop carries them."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QMimeData

_TYPE = "application/x-photoclip-photos"


def add_photos(data: QMimeData, library: Path, photo_ids: NDArray[np.int64]) -> None:
    """Let what is dragged be known as photos of a library: its path, then their numbers."""
    data.setData(_TYPE, QByteArray(_of(library) + photo_ids.astype("<i8").tobytes()))


def holds_photos(data: QMimeData) -> bool:
    return data.hasFormat(_TYPE)


def photos_in(data: QMimeData, library: Path) -> list[int]:
    """The photos that are dragged; none where they are of another library, in another window."""
    said, ours = bytes(data.data(_TYPE).data()), _of(library)
    if not said.startswith(ours) or (len(said) - len(ours)) % 8:
        return []
    photo_ids: list[int] = np.frombuffer(said, "<i8", offset=len(ours)).tolist()
    return photo_ids


def _of(library: Path) -> bytes:
    # A path holds no zero, so none begins as another with the numbers after it.
    return bytes(library) + b"\0"
