"""The course of a training as JSON lines: one for each step, one for each evaluation."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from photoclip.errors import PhotoClipError


class TrainingLog:
    """Writes lines as they come; a resumed training goes on where its state was saved.

    Args:
        path: the file, or None to write nothing.
        position: how much of the file, in bytes, to keep: 0 of a fresh training. What an
            interrupted training wrote after it saved its state will be written again.

    Raises:
        PhotoClipError: the file cannot be written.
    """

    def __init__(self, path: Path | None, position: int = 0) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        if path is None:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("r+b" if position and path.is_file() else "wb")
            self._file.truncate(position if position <= path.stat().st_size else None)
            self._file.seek(0, 2)
        except OSError as error:
            raise self._unwritable(error) from error

    def __enter__(self) -> "TrainingLog":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    @property
    def position(self) -> int:
        """The length of the file in bytes."""
        return self._file.tell() if self._file is not None else 0

    def write(self, line: Mapping[str, Any]) -> None:
        """Add one line; it is in the file when this returns.

        Raises:
            PhotoClipError: the disk refuses.
        """
        if self._file is None:
            return
        try:
            self._file.write(json.dumps(line).encode() + b"\n")
            self._file.flush()
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> PhotoClipError:
        reason = error.strerror or "unknown reason"
        return PhotoClipError(f"The metrics cannot be written to {self._path}: {reason}.")
