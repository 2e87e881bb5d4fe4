"""Thumbnails on disk, one small JPEG per content, named by its hash."""

import os
import threading
from pathlib import Path


class Thumbnails:
    """A folder of thumbnails. They can all be made again, so losing one loses nothing.

    Reading and writing is safe from any thread.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, content_hash: str) -> Path:
        """Where the thumbnail of that content lies or would lie; spread over 65,536 folders."""
        return self._folder / content_hash[:2] / content_hash[2:4] / f"{content_hash}.jpg"

    def read(self, content_hash: str) -> bytes | None:
        """The JPEG, or None when there is none."""
        try:
            return self.path(content_hash).read_bytes()
        except OSError:
            return None

    def write(self, content_hash: str, jpeg: bytes) -> None:
        """Store it whole or not at all.

        Raises:
            OSError: when the disk is full or may not be written to.
        """
        path = self.path(content_hash)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
        try:
            part.write_bytes(jpeg)
            part.replace(path)
        except OSError:
            part.unlink(missing_ok=True)
            if not self.exists(content_hash):  # else another thread was first
                raise

    def exists(self, content_hash: str) -> bool:
        """Whether there is one; an empty file, left by a power cut, is none."""
        try:
            return self.path(content_hash).stat().st_size > 0
        except OSError:
            return False
