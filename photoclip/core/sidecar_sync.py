"""Writing what a person says of photos into the sidecars beside them; `rereading` is the way back.

It is off until the person turns it on for a library. Which photos have something to be written is
noted by triggers, whoever changed it.
"""

import math
import os
import time
from collections.abc import Collection, Generator
from dataclasses import dataclass

from photoclip.core.keywords import path_of
from photoclip.core.library import Library
from photoclip.core.own import Own
from photoclip.core.rereading import from_json, read_beside, to_json
from photoclip.core.sidecars import write_sidecar
from photoclip.core.types import Failure
from photoclip.core.vocabulary import Vocabulary
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, RateMeter, StopFlag

_WRITES = "write sidecars"
_WAITING = "FROM unwritten JOIN photos ON id = photo_id WHERE present"
_REPORTS_PER_SECOND = 10


@dataclass(frozen=True)
class SidecarReport:
    """How writing sidecars ended.

    Attributes:
        written: sidecars that were made or changed.
        failures: photos beside which nothing could be written now; they are tried again.
        skipped: photos that are not there now, as on a drive that is not connected; likewise.
        left: the ids of those that failed or were skipped.
        stopped: whether it was stopped before its end.
        heard: photos of which another program had said something new, which was taken in.
    """

    written: int = 0
    failures: tuple[Failure, ...] = ()
    skipped: int = 0
    left: frozenset[int] = frozenset()
    stopped: bool = False
    heard: int = 0


@dataclass(frozen=True, slots=True)
class _Written:
    """Of one photo: the sidecars changed, what could not be, whether all its files are there."""

    changed: int
    failures: list[Failure]
    complete: bool
    heard: bool


@dataclass(frozen=True, slots=True)
class _File:
    row: int
    path: str
    seen: str
    read: Own
    written: Own | None


def writes_sidecars(library: Library) -> bool:
    """Whether the person turned writing on."""
    return library.setting(_WRITES) == "on"


def set_writes_sidecars(library: Library, on: bool) -> None:
    library.set_setting(_WRITES, "on" if on else "off")


def unwritten(library: Library) -> int:
    """How many photos have something to be written; without those that are gone."""
    # Few photos are gone: to take these off is ten times as fast as to look each one up.
    (count,) = library.store.row(
        "SELECT (SELECT count(*) FROM unwritten) - (SELECT count(*) FROM photos"
        " CROSS JOIN unwritten ON photo_id = photos.id WHERE NOT present)"
    )
    return int(count)


def write_sidecars(
    library: Library,
    vocabulary: Vocabulary,
    stop: StopFlag,
    leave: Collection[int] = (),
) -> Generator[Progress, None, SidecarReport]:
    """Write confirmed tags, ratings and captions beside the photos that have any to be written.

    Nothing is written while the person has not turned it on. The photos are never touched.

    Args:
        leave: the ids of photos to be tried another time.

    Returns:
        The report, as the generator's value.
    """
    if not writes_sidecars(library):
        return SidecarReport()
    rows = library.store.rows(f"SELECT photo_id {_WAITING} ORDER BY photo_id")
    photo_ids = [int(row[0]) for row in rows if row[0] not in leave]
    meter = RateMeter()
    reported = -math.inf
    written, skipped, heard, stopped = 0, 0, 0, False
    failures: list[Failure] = []
    left: list[int] = []
    for done, photo_id in enumerate(photo_ids):
        stop.wait_while_paused()
        # The person may have turned it off by now.
        stopped = stop.stopped or not writes_sidecars(library)
        if stopped:
            break
        if time.monotonic() - reported > 1 / _REPORTS_PER_SECOND:
            reported = time.monotonic()
            rate = meter.update(done)
            seconds = (len(photo_ids) - done) / rate if rate else None
            yield Progress("sidecars", done, len(photo_ids), seconds, rate)
        one = _write(library, vocabulary, photo_id)
        written += one.changed
        failures += one.failures
        skipped += not one.complete
        heard += one.heard
        if one.failures or not one.complete:
            left.append(photo_id)
    if not stopped:
        yield Progress("sidecars", len(photo_ids), len(photo_ids))
    return SidecarReport(written, tuple(failures), skipped, frozenset(left), stopped, heard)


def _write(library: Library, vocabulary: Vocabulary, photo_id: int) -> _Written:
    """Write beside each file of a photo; it stays noted until all of them have it."""
    before = _said_here(library, photo_id)
    for file in _files(library, photo_id):
        if os.path.isfile(file.path):
            # Whoever spoke last is heard, there or here.
            read_beside(library, vocabulary, file.path, file.seen)
    said = _said_here(library, photo_id)
    files = _files(library, photo_id)
    written, failures, complete = 0, list[Failure](), bool(files)
    for file in files:
        if not os.path.isfile(file.path):
            complete = False
            continue
        paths = tuple(path_of(tag, file.read, vocabulary) for tag in said[0])
        own = Own(paths, *said[1:])
        previous = file.written or Own((), file.read.rating, file.read.caption)
        try:
            written += write_sidecar(file.path, own, previous).changed
        except PhotoClipError as error:
            failures.append(Failure(file.path, str(error), permanent=False))
            continue
        with library.store.write() as db:
            db.execute(
                "INSERT INTO sidecars (file_id, written) VALUES (?, ?)"
                " ON CONFLICT (file_id) DO UPDATE SET written = excluded.written",
                [file.row, to_json(own)],
            )
        # So that no scan takes it for news.
        read_beside(library, vocabulary, file.path, file.seen)
    if complete and not failures:
        with library.store.write() as db:
            # Not where the person has said something else meanwhile.
            if _said_here(library, photo_id) == said:
                db.execute("DELETE FROM unwritten WHERE photo_id = ?", [photo_id])
    return _Written(written, failures, complete, said != before)


def _files(library: Library, photo_id: int) -> list[_File]:
    rows = library.store.rows(
        "SELECT files.id, path, name, coalesce(seen, ''), read, written FROM files"
        " JOIN directories ON directories.id = directory_id"
        " LEFT JOIN sidecars ON file_id = files.id WHERE photo_id = ? AND NOT missing",
        [photo_id],
    )
    return [
        _File(
            row,
            os.fsdecode(os.path.join(directory, name)),
            seen,
            from_json(read),
            None if written is None else from_json(written),
        )
        for row, directory, name, seen, read, written in rows
    ]


def _said_here(library: Library, photo_id: int) -> tuple[tuple[str, ...], int, str]:
    """The confirmed tags, the rating and the caption of a photo."""
    said = library.annotations.annotation(photo_id)
    return library.annotations.tags(photo_id, "").confirmed, said.rating, said.caption
