"""What is dragged over the window, or pasted into it."""

from PySide6.QtCore import QMimeData


def local_paths(data: QMimeData) -> list[str]:
    """The files and folders in a drop."""
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile() and url.toLocalFile()]
