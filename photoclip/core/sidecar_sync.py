"""What a person says of photos, kept the same here and in the sidecars beside the photos.

Reading goes on at every scan. Writing is off until the person turns it on for a library; which
photos have something to be written is noted by triggers, whoever changed it.
"""

import os
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec
from sqlite_utils import Database

from photoclip.core.keywords import path_of, tags_of
from photoclip.core.library import Library
from photoclip.core.own import NOTHING, Own, own_in
from photoclip.core.sidecars import read_sidecars, write_sidecar
from photoclip.core.survey import Candidate
from photoclip.core.types import Annotation, Change, Failure, IndexProgress
from photoclip.core.vocabulary import Vocabulary
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, RateMeter, StopFlag

_WRITES = "write sidecars"
_AT_ONCE = 100  # photos between two reports


@dataclass(frozen=True)
class SidecarReport:
    """How writing sidecars ended.

    Attributes:
        written: sidecars that were made or changed.
        failures: photos beside which nothing could be written now; they are tried again.
        skipped: photos that are not there now, as on a drive that is not connected; likewise.
        stopped: whether it was stopped before its end.
    """

    written: int = 0
    failures: tuple[Failure, ...] = ()
    skipped: int = 0
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class _File:
    row: int
    path: str
    read: Own
    written: Own | None


def writes_sidecars(library: Library) -> bool:
    """Whether the person turned writing on."""
    return library.setting(_WRITES) == "on"


def set_writes_sidecars(library: Library, on: bool) -> None:
    library.set_setting(_WRITES, "on" if on else "off")


def unwritten(library: Library) -> int:
    """How many photos have something to be written."""
    (count,) = library.store.row("SELECT count(*) FROM unwritten")
    return int(count)


# Reading


def read_changed(
    library: Library, vocabulary: Vocabulary, candidates: Sequence[Candidate], stop: StopFlag
) -> Iterator[IndexProgress]:
    """Take in what sidecars say that are new, or other than when they were last read.

    What is said is added; what no longer stands there stays here.
    """
    total = len(candidates)
    for start in range(0, total, _AT_ONCE):
        stop.wait_while_paused()
        if stop.stopped:
            return
        part = candidates[start : start + _AT_ONCE]
        said = [own_in(read_sidecars(os.fsdecode(candidate.path))) for candidate in part]
        with library.store.write() as db:
            for candidate, own in zip(part, said, strict=True):
                _take_in(library, db, vocabulary, candidate, own)
        done = min(start + _AT_ONCE, total)
        yield IndexProgress("indexing", done, total, change=Change(tags=True))


def note_read(db: Database, directory: bytes, name: bytes, own: Own, seen: str) -> None:
    """Note what a file and its sidecars said when they were read. Inside a write."""
    if own == NOTHING and not seen:
        return
    db.execute(
        "INSERT INTO sidecars (file_id, seen, read)"
        " SELECT files.id, ?, ? FROM files JOIN directories ON directories.id = directory_id"
        " WHERE path = ? AND name = ?"
        " ON CONFLICT (file_id) DO UPDATE SET seen = excluded.seen, read = excluded.read",
        [seen, _json(own), directory, name],
    )


def _take_in(
    library: Library, db: Database, vocabulary: Vocabulary, candidate: Candidate, own: Own
) -> None:
    place = [candidate.directory, candidate.file.name]
    row = db.execute(
        "SELECT photo_id, read, written FROM files"
        " JOIN directories ON directories.id = directory_id"
        " LEFT JOIN sidecars ON file_id = files.id WHERE path = ? AND name = ?",
        place,
    ).fetchone()
    if row is None or row[0] is None:
        return
    before, written = _own(row[1]), _own(row[2])
    library.annotations.take_in(
        row[0],
        tags_of(own, vocabulary),
        Annotation(own.rating, caption=own.caption),
        Annotation(written.rating or before.rating, caption=written.caption or before.caption),
    )
    known = dict.fromkeys((*before.tags, *own.tags))
    # What the photo's own file said stands there still.
    read = Own(tuple(known), own.rating or before.rating, own.caption or before.caption)
    note_read(db, candidate.directory, candidate.file.name, read, candidate.file.sidecars)
    if row[2] is not None:
        # From here on, what stands there is theirs as much as ours.
        agreed = Own(written.tags, read.rating, read.caption)
        db.execute(
            "UPDATE sidecars SET written = ? WHERE file_id = (SELECT files.id FROM files"
            " JOIN directories ON directories.id = directory_id WHERE path = ? AND name = ?)",
            [_json(agreed), *place],
        )


# Writing


def write_sidecars(
    library: Library, vocabulary: Vocabulary, stop: StopFlag
) -> Generator[Progress, None, SidecarReport]:
    """Write confirmed tags, ratings and captions beside the photos that have any to be written.

    Nothing is written while the person has not turned it on. The photos are never touched.

    Returns:
        The report, as the generator's value.
    """
    report = SidecarReport()
    if not writes_sidecars(library):
        return report
    rows = library.store.rows("SELECT photo_id FROM unwritten ORDER BY photo_id")
    photo_ids = [int(row[0]) for row in rows]
    meter = RateMeter()
    for done, photo_id in enumerate(photo_ids):
        if done % _AT_ONCE == 0:
            stop.wait_while_paused()
            if stop.stopped:
                return replace(report, stopped=True)
            rate = meter.update(done)
            left = (len(photo_ids) - done) / rate if rate else None
            yield Progress("sidecars", done, len(photo_ids), left, rate)
        report = _write(library, vocabulary, photo_id, report)
    yield Progress("sidecars", len(photo_ids), len(photo_ids))
    return report


def _write(
    library: Library, vocabulary: Vocabulary, photo_id: int, report: SidecarReport
) -> SidecarReport:
    """Write beside each file of a photo; it stays noted until all of them have it."""
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
                [file.row, _json(own)],
            )
    if complete and not failures:
        with library.store.write() as db:
            # Not where the person has said something else meanwhile.
            if _said_here(library, photo_id) == said:
                db.execute("DELETE FROM unwritten WHERE photo_id = ?", [photo_id])
    return replace(
        report,
        written=report.written + written,
        failures=(*report.failures, *failures),
        skipped=report.skipped + (not complete),
    )


def _files(library: Library, photo_id: int) -> list[_File]:
    rows = library.store.rows(
        "SELECT files.id, path, name, read, written FROM files"
        " JOIN directories ON directories.id = directory_id"
        " LEFT JOIN sidecars ON file_id = files.id WHERE photo_id = ? AND NOT missing",
        [photo_id],
    )
    return [
        _File(
            row,
            os.fsdecode(os.path.join(directory, name)),
            _own(read),
            None if written is None else _own(written),
        )
        for row, directory, name, read, written in rows
    ]


def _said_here(library: Library, photo_id: int) -> tuple[tuple[str, ...], int, str]:
    """The confirmed tags, the rating and the caption of a photo."""
    said = library.annotations.annotation(photo_id)
    return library.annotations.tags(photo_id, "").confirmed, said.rating, said.caption


def _json(own: Own) -> str:
    return msgspec.json.encode(own).decode()


def _own(text: str | None) -> Own:
    return NOTHING if text is None else msgspec.json.decode(text, type=Own)
