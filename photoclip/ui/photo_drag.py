"""Photos on their way from the grid to an album, as drag and drop carries them."""

import json
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData

_TYPE = "application/x-photoclip-photos"


def add_photos(data: QMimeData, library: Path, photo_ids: Sequence[int]) -> None:
    """Let what is dragged be known as photos of a library."""
    said = {"library": str(library), "photos": [int(photo_id) for photo_id in photo_ids]}
    data.setData(_TYPE, QByteArray(json.dumps(said).encode()))


def holds_photos(data: QMimeData) -> bool:
    return data.hasFormat(_TYPE)


def photos_in(data: QMimeData, library: Path) -> list[int]:
    """The photos that are dragged; none where they are of another library, in another window."""
    try:
        said = json.loads(bytes(data.data(_TYPE).data()))
        return [int(i) for i in said["photos"]] if said["library"] == str(library) else []
    except (ValueError, TypeError, KeyError):
        return []
