"""What has changed on disk since the library last looked: the first half of indexing."""

import os
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

from photoclip.core.folders import below, inside
from photoclip.core.library import Library
from photoclip.core.own import VERSION
from photoclip.core.scan import FoundFile, Listing, scan
from photoclip.core.types import Change, Failure
from photoclip.progress import StopFlag

_IN_DIRECTORY = "directory_id = (SELECT id FROM directories WHERE path = :directory)"
_EMBEDDED = (
    "EXISTS (SELECT 1 FROM vectors WHERE vectors.photo_id = files.photo_id AND model_id ="
    " (SELECT id FROM models WHERE key = :model))"
)
_FAILED = "(failure IS NOT NULL AND permanent AND decoder = :decoder)"
# Nothing more is to be done for such a file as long as it stays as it is.
_SETTLED = f"(({_EMBEDDED} AND own_read >= :own) OR {_FAILED})"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that must be read: it is new or changed, or this model has not seen it yet.

    `photo_id` is that of the photo it holds, where it is known and as it was.
    """

    directory: bytes
    file: FoundFile
    photo_id: int | None = None

    @property
    def path(self) -> bytes:
        return os.path.join(self.directory, self.file.name)


@dataclass
class Survey:
    """What a walk over the disk found.

    Attributes:
        found: photo files there are.
        unchanged: those that are known, and as they were.
        failed: those known to be unreadable, and as they were.
        candidates: those that must be read.
        vanished: rows of `files` whose file is gone since the last scan.
        returned: rows whose file was missing and is there again, unchanged.
        resaid: unchanged files whose sidecars are others than when they were last read.
        unread: unchanged files that were not read yet for what a person said of them elsewhere.
        skipped: folders that could not be entered.
    """

    found: int = 0
    unchanged: int = 0
    failed: int = 0
    candidates: list[Candidate] = field(default_factory=list)
    vanished: set[int] = field(default_factory=set)
    returned: set[int] = field(default_factory=set)
    resaid: list[Candidate] = field(default_factory=list)
    unread: list[Candidate] = field(default_factory=list)
    skipped: list[Failure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Known:
    row: int
    size: int
    mtime_ns: int
    missing: bool
    photo_id: int | None
    embedded: bool
    failed_for_good: bool
    sidecars: str
    own_read: bool


@dataclass(frozen=True)
class _Unusual:
    """The directories that hold more than photos that can be read.

    Attributes:
        failures: how many files in each could not be read.
        with_sidecars: those where sidecars lay when they were last read.
    """

    failures: Mapping[bytes, int]
    with_sidecars: Set[bytes]

    @classmethod
    def of(cls, library: Library) -> "_Unusual":
        failures = library.store.rows(
            "SELECT path, count(*) FROM files JOIN directories ON directories.id = directory_id"
            " WHERE failure IS NOT NULL AND NOT missing GROUP BY directory_id"
        )
        with_sidecars = library.store.rows(
            "SELECT path FROM directories WHERE id IN (SELECT directory_id FROM files"
            " JOIN sidecars ON file_id = files.id WHERE seen != '')"
        )
        return cls(dict(failures), {path for (path,) in with_sidecars})


def survey(
    library: Library, model: str, roots: Sequence[bytes], stop: StopFlag
) -> Iterator[Survey]:
    """Walk `roots` and compare with the library, which is only read.

    A folder that cannot be entered tells nothing of its files: they are not taken for vanished.

    Yields:
        The same growing `Survey`, after each directory.
    """
    result = Survey()
    listed: set[bytes] = set()
    closed: list[bytes] = []
    decoder = decoder_version()
    unusual = _Unusual.of(library)
    for item in scan(roots, stop):
        if isinstance(item, Failure):
            result.skipped.append(item)
            closed.append(os.fsencode(item.path))
        else:
            listed.add(item.directory)
            closed += [os.path.join(item.directory, name) for name in item.unseen]
            if not _is_as_it_was(item, library, model, decoder, unusual, result):
                _compare(item, _known_files(library, item.directory, model, decoder), result)
        yield result
    if not stop.stopped:
        result.vanished |= _files_of_vanished_folders(library, roots, listed, closed)
        yield result


def mark(library: Library, rows: set[int], missing: bool) -> Change:
    """Write down that these files have vanished, or have returned."""
    if not rows:
        return Change()
    with library.store.write() as db:
        db.conn.executemany(
            "UPDATE files SET missing = ? WHERE id = ?", [(missing, row) for row in rows]
        )
    return Change(removed=missing, folders=True, tags=True, failures=True)


def decoder_version() -> str:
    """Changes with the libraries that decode photos: a newer one may read what failed before."""

    def of(package: str) -> str:
        try:
            return version(package)
        except PackageNotFoundError:
            return "-"

    return "/".join(of(package) for package in ("photoclip", "pillow", "pillow-heif", "rawpy"))


def _is_as_it_was(
    listing: Listing,
    library: Library,
    model: str,
    decoder: str,
    known: _Unusual,
    result: Survey,
) -> bool:
    """Whether all files of a directory are known and as they were; they are counted then.

    Two sets tell, which is several times as fast as looking at file after file.
    """
    if listing.asked is not None or listing.unseen:
        return False
    # Few directories have sidecars; looking for them file by file takes a third of the time.
    beside = "(SELECT seen FROM sidecars WHERE file_id = files.id)"
    seen = f"coalesce({beside}, '')" if listing.directory in known.with_sidecars else "''"
    rows = library.store.rows(
        # A file that must be read for any reason is unlike any on the disk.
        f"SELECT name, CASE WHEN {_SETTLED} THEN size END, mtime_ns, {seen}"
        f" FROM files WHERE {_IN_DIRECTORY} AND NOT missing",
        _asking(listing.directory, model, decoder),
    )
    if len(rows) != len(listing.files) or set(rows) != set(listing.files):
        return False
    failed = known.failures.get(listing.directory, 0)
    result.found += len(rows)
    result.failed += failed
    result.unchanged += len(rows) - failed
    return True


def _compare(listing: Listing, known: dict[bytes, _Known], result: Survey) -> None:
    for file in listing.files:
        result.found += 1
        before = known.pop(file.name, None)
        as_it_was = before is not None and (before.size, before.mtime_ns) == (
            file.size,
            file.mtime_ns,
        )
        if before is None or not as_it_was or not (before.embedded or before.failed_for_good):
            photo_id = before.photo_id if before is not None and as_it_was else None
            if before is not None and before.missing and photo_id is not None:
                result.returned.add(before.row)
            result.candidates.append(Candidate(listing.directory, file, photo_id))
            continue
        if before.embedded:
            result.unchanged += 1
            if not before.own_read:
                result.unread.append(Candidate(listing.directory, file, before.photo_id))
            elif before.sidecars != file.sidecars:
                result.resaid.append(Candidate(listing.directory, file, before.photo_id))
        else:
            result.failed += 1
        if before.missing:
            result.returned.add(before.row)
    result.vanished |= {
        gone.row
        for name, gone in known.items()
        if not gone.missing
        and name not in listing.unseen
        and (listing.asked is None or name in listing.asked)
    }


def _known_files(
    library: Library, directory: bytes, model: str, decoder: str
) -> dict[bytes, _Known]:
    rows = library.store.rows(
        f"SELECT name, files.id, size, mtime_ns, missing, photo_id, {_EMBEDDED}, {_FAILED},"
        " coalesce((SELECT seen FROM sidecars WHERE file_id = files.id), ''), own_read >= :own"
        f" FROM files WHERE {_IN_DIRECTORY}",
        _asking(directory, model, decoder),
    )
    return {
        name: _Known(
            row, size, mtime_ns, bool(missing), photo_id, bool(embedded), bool(failed), *read
        )
        for name, row, size, mtime_ns, missing, photo_id, embedded, failed, *read in rows
    }


def _asking(directory: bytes, model: str, decoder: str) -> dict[str, object]:
    return {"model": model, "decoder": decoder, "directory": directory, "own": VERSION}


def _files_of_vanished_folders(
    library: Library, roots: Sequence[bytes], listed: set[bytes], closed: Sequence[bytes]
) -> set[int]:
    """The known files in folders below `roots` that are no longer there.

    Those below a root of their own, which a walk of `roots` does not come to, are left alone.
    """
    apart = [path for path in map(os.fsencode, library.roots()) if path not in roots]
    gone: set[int] = set()
    for root in roots:
        other = [*closed, *(path for path in apart if inside(path, root) and path != root)]
        for directory_id, path in library.store.rows(
            "SELECT id, path FROM directories WHERE path = ? OR (path >= ? AND path < ?)",
            [root, *below(root)],
        ):
            if path not in listed and not any(inside(path, folder) for folder in other):
                rows = library.store.rows(
                    "SELECT id FROM files WHERE directory_id = ? AND NOT missing", [directory_id]
                )
                gone |= {row for (row,) in rows}
    return gone
