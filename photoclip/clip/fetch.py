"""Fetching one file so that a broken connection, a stop or a crash costs nothing.

The bytes go to a part file whose name holds the published checksum: whatever lies there belongs to
exactly these contents, also after a restart and also when the repository has moved on. That says
more than `If-Range` with a server's own ETag could, which storage behind a redirect need not keep.
Nothing counts as fetched before the checksum over all bytes is the published one.
"""

import errno
import os
import re
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from photoclip.clip.hub import HubFile
from photoclip.clip.web import (
    PassingError,
    Response,
    check_plain,
    host_of,
    open_url,
    reading_from,
)
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag

_CHUNK = 1 << 18


@dataclass(frozen=True)
class Patience:
    """How long to put up with a bad connection.

    Attributes:
        timeout: seconds without a byte until a connection counts as lost; as long may a stop take.
        waits: seconds to wait before trying again, from one try that brought nothing to the
            next; when they are used up, the failure is told.
        tries: the most tries for one file, however much each of them brings.
    """

    timeout: float = 15.0
    waits: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0)
    tries: int = 500


class Part:
    """The beginning of a file, as far as it has come, and the checksum over it."""

    def __init__(self, file: HubFile, folder: Path) -> None:
        self.file = file
        self.path = folder / f"{file.name}.{file.digest[:16]}.part"
        self.size = 0
        self._checksum = file.checksum()

    def take_up(self) -> Generator[int, None, None]:
        """Read what an earlier run has left; yields the size after each stretch.

        Raises:
            PhotoClipError: it cannot be read.
        """
        finished = self._finished()
        try:
            if finished.exists() and not self.path.exists():
                # That run has ended between naming this file and the next.
                finished.replace(self.path)
            with self.path.open("rb") as kept:
                while chunk := kept.read(1 << 20):
                    self._count(chunk)
                    yield self.size
        except FileNotFoundError:
            return
        except OSError as error:
            raise disk_failure(error, self.path.parent) from error
        if self.size > self.file.size:
            self.restart()

    @contextmanager
    def writing(self) -> Iterator[Callable[[bytes], None]]:
        """Open the part for adding to it; bytes added are out of this process at once.

        Raises:
            PhotoClipError: the disk is full or cannot be written to; what came before stays.
        """
        try:
            with open_to_append(self.path) as part:

                def add(chunk: bytes) -> None:
                    rest = memoryview(chunk)
                    while rest:
                        rest = rest[part.write(rest) :]
                    self._count(chunk)

                yield add
        except OSError as error:
            raise disk_failure(error, self.path.parent) from error

    def restart(self) -> None:
        """Throw away what is there.

        Raises:
            PhotoClipError: the disk refuses.
        """
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise disk_failure(error, self.path.parent) from error
        self.size = 0
        self._checksum = self.file.checksum()

    def is_right(self) -> bool:
        """Whether all bytes are there and are the published ones."""
        return self.size == self.file.size and self._checksum.hexdigest() == self.file.digest

    def finish(self) -> None:
        """Give the file its name, once it is safe on the disk.

        Raises:
            PhotoClipError: the disk does not take it.
        """
        try:
            with open_to_append(self.path) as part:
                os.fsync(part.fileno())
            self.path.replace(self._finished())
        except OSError as error:
            raise disk_failure(error, self.path.parent) from error

    def _finished(self) -> Path:
        return self.path.parent / self.file.name

    def _count(self, chunk: bytes) -> None:
        self._checksum.update(chunk)
        self.size += len(chunk)


def fetch(part: Part, stop: StopFlag, patience: Patience) -> Generator[str, None, bool]:
    """Fetch what is missing of a file; yields now and then, with a word on what it waits for.

    Returns:
        True when the file is complete and right, False when stopped; the part then stays.

    Raises:
        PhotoClipError: no luck within the patience, or the disk is full: the part stays. Or the
            bytes are not the published ones: the part is thrown away.
    """
    kept = part.size > 0
    waits = iter(patience.waits)
    for _ in range(patience.tries):
        before = part.size
        try:
            yield from _stream(part, stop, patience.timeout)
        except PassingError:
            if stop.stopped:
                return False
            if part.size > before:
                waits = iter(patience.waits)
            wait = next(waits, None)
            if wait is None:
                raise
            yield "waiting for the connection"
            sleep_unless_stopped(wait, stop)
        if stop.stopped:
            return False
        if part.size < part.file.size:
            continue
        if part.is_right():
            return True
        part.restart()
        if not kept:
            raise _not_published(part.file)
        # What an earlier run has left may have been damaged since.
        kept = False
    raise PhotoClipError(
        f"The connection to {host_of(part.file.url)} keeps breaking. "
        "Try again later; what has been fetched is kept."
    )


def sleep_unless_stopped(seconds: float, stop: StopFlag) -> None:
    """Wait, but no longer than until a stop is asked for."""
    end = time.monotonic() + seconds
    while not stop.stopped and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 0.1))


def open_to_append(path: Path) -> FileIO:
    """Unbuffered, so that nothing is lost with the process."""
    return FileIO(path, "ab")


def disk_failure(error: OSError, folder: Path) -> PhotoClipError:
    """Why the disk did not do as asked, for a person."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return PhotoClipError(
            "The disk is full. Free some space, then start again; what has been fetched is kept."
        )
    if error.errno == errno.EFBIG:
        return PhotoClipError(
            f"The disk of {folder} does not take files as large as this model. Use another disk."
        )
    return PhotoClipError(
        f"PhotoClip cannot write to {folder}. See whether the folder and its disk are in order."
    )


def _stream(part: Part, stop: StopFlag, timeout: float) -> Generator[str, None, None]:
    """One request for what is missing, from the first byte to the last that comes."""
    file = part.file
    if part.size == file.size:
        return
    headers = {"Range": f"bytes={part.size}-"} if part.size else {}
    response = open_url(file.url, timeout=timeout, headers=headers)
    with response:
        _check_answer(response, part)
        with part.writing() as add:
            while part.size < file.size:
                stop.wait_while_paused()
                if stop.stopped:
                    return
                with reading_from(file.url):
                    chunk = response.read1(min(_CHUNK, file.size - part.size))
                if not chunk:
                    raise PassingError(
                        f"{host_of(file.url)} broke off in the middle of {file.name}. "
                        "Start again to go on; what has been fetched is kept."
                    )
                add(chunk)
                yield ""


def _check_answer(response: Response, part: Part) -> None:
    """See that what comes is the rest of the part, or else begin anew.

    Raises:
        PassingError: another stretch of the file came; the part is thrown away.
        PhotoClipError: what comes is not the published file.
    """
    check_plain(response, part.file.url)
    start, total = 0, response.headers.get("Content-Length")
    if response.status == 206:
        stretch = _STRETCH.fullmatch(response.headers.get("Content-Range", ""))
        start, total = (int(stretch[1]), stretch[2]) if stretch else (-1, None)
    if response.status == 416 or (response.status == 206 and start != part.size):
        part.restart()
        raise PassingError(
            f"{host_of(part.file.url)} cannot go on in the middle of {part.file.name}. "
            "Start again to fetch it from its beginning."
        )
    if total is not None and total.isdecimal() and int(total) != part.file.size:
        part.restart()
        raise _not_published(part.file)
    if part.size and start == 0:
        # The server knows no ranges.
        part.restart()


_STRETCH = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


def _not_published(file: HubFile) -> PhotoClipError:
    return PhotoClipError(
        f"The file {file.name} from {host_of(file.url)} is not the published one and was thrown "
        "away. Download the model again."
    )
