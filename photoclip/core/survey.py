"""What has changed on disk since the library last looked: the first half of indexing."""

import json
import os
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

import xxhash

from photoclip.core.bulk import set_missing
from photoclip.core.folders import below, inside
from photoclip.core.library import Library
from photoclip.core.own import VERSION
from photoclip.core.scan import FoundFile, Listing, scan
from photoclip.core.types import Change, Failure
from photoclip.progress import StopFlag

# Less than a second of work.
_MARKED_AT_ONCE = 5_000
_IN_DIRECTORY = "directory_id = (SELECT id FROM directories WHERE path = :directory)"
_EMBEDDED = (
    "EXISTS (SELECT 1 FROM vectors WHERE vectors.photo_id = files.photo_id AND model_id ="
    " (SELECT id FROM models WHERE key = :model))"
)
_FAILED = "(failure IS NOT NULL AND permanent AND decoder = :decoder)"
_SEEN = "coalesce((SELECT seen FROM sidecars WHERE file_id = files.id), '')"


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


def survey(
    library: Library, model: str, roots: Sequence[bytes], stop: StopFlag
) -> Iterator[Survey]:
    """Walk `roots` and compare with the library, where only `directories.settled` is written.

    A folder that cannot be entered tells nothing of its files: they are not taken for vanished.

    Yields:
        The same growing `Survey`, after each directory.
    """
    result = Survey()
    listed: set[bytes] = set()
    closed: list[bytes] = []
    decoder = decoder_version()
    failures = _failures(library)
    settled: dict[bytes, bytes] = {}
    as_known = _as_known(library, model)
    for item in scan(roots, stop):
        if isinstance(item, Failure):
            result.skipped.append(item)
            closed.append(os.fsencode(item.path))
        else:
            listed.add(item.directory)
            closed += [os.path.join(item.directory, name) for name in item.unseen]
            if _is_as_it_was(item, library, model, decoder, as_known, settled):
                failed = failures.get(item.directory, 0)
                result.found += len(item.rows)
                result.failed += failed
                result.unchanged += len(item.rows) - failed
            else:
                _compare(item, _known_files(library, item.directory, model, decoder), result)
        yield result
    _remember(library, settled)
    if not stop.stopped:
        result.vanished |= _files_of_vanished_folders(library, roots, listed, closed)
        yield result


def mark(library: Library, rows: set[int], missing: bool) -> Change:
    """Write down that these files have vanished, or have returned."""
    if not rows:
        return Change()
    files = sorted(rows)
    for start in range(0, len(files), _MARKED_AT_ONCE):
        part = json.dumps(files[start : start + _MARKED_AT_ONCE])
        # Others get to write in between.
        with library.store.write() as db:
            set_missing(db, "id IN (SELECT value FROM json_each(:ids))", {"ids": part}, missing)
    return Change(removed=missing, folders=True, tags=True, failures=True)


def _remember(library: Library, settled: Mapping[bytes, bytes]) -> None:
    """Write down the hashes of directories that were compared file by file, so that the next time
    one look at each will do."""
    if settled:
        with library.store.write() as db:
            db.conn.executemany(
                "UPDATE directories SET settled = ? WHERE path = ?",
                [(digest, path) for path, digest in settled.items()],
            )


def decoder_version() -> str:
    """Changes with the libraries that decode photos: a newer one may read what failed before."""

    def of(package: str) -> str:
        try:
            return version(package)
        except PackageNotFoundError:
            return "-"

    return "/".join(of(package) for package in ("photoclip", "pillow", "pillow-heif", "rawpy"))


def _failures(library: Library) -> dict[bytes, int]:
    """In which directories files could not be read, and how many."""
    rows = library.store.rows(
        # The plus keeps SQLite from going through all files in the order of their directories.
        "SELECT path, count(*) FROM files JOIN directories ON directories.id = directory_id"
        " WHERE failure IS NOT NULL AND NOT missing GROUP BY +directory_id"
    )
    return dict(rows)


def _as_known(library: Library, model: str) -> str:
    """The SQL of a directory's files as `FoundFile`s in their order; those with which something
    is left to be done are like none on the disk."""
    counts = library.counts(model)
    embedded = _EMBEDDED
    if counts.photos == counts.searchable:
        # So nearly always, and three times as fast. Of files that are there the photos are, too.
        embedded = "photo_id IS NOT NULL"
    has_sidecars = library.store.row("SELECT 1 FROM sidecars LIMIT 1") is not None
    seen = _SEEN if has_sidecars else "''"
    return (
        f"SELECT name, CASE WHEN {embedded} AND own_read >= :own OR {_FAILED} THEN size END,"
        f" mtime_ns, {seen} FROM files WHERE {_IN_DIRECTORY} AND NOT missing ORDER BY name"
    )


def _is_as_it_was(
    listing: Listing,
    library: Library,
    model: str,
    decoder: str,
    as_known: str,
    settled: dict[bytes, bytes],
) -> bool:
    """Whether all files of a directory are known and as they were.

    A hash of them all tells, if one is stored, else their list does, which is several times as fast
    as looking at file after file; the hash is put into `settled` then.

    Args:
        as_known: see `_as_known`.
    """
    if listing.asked is not None or listing.unseen:
        return False
    row = library.store.row(
        "SELECT changes, settled FROM directories WHERE path = ?", [listing.directory]
    )
    if row is None:
        return not listing.rows
    # Whoever writes anything of these files in the library counts `changes` up, even after this.
    changes, before = row
    digest = _digest(listing, f"{changes} {VERSION} {model} {decoder}")
    if digest == before:
        return True
    if library.store.rows(as_known, _asking(listing.directory, model, decoder)) != [*listing.rows]:
        return False
    settled[listing.directory] = digest
    return True


def _digest(listing: Listing, under: str) -> bytes:
    """A hash, xxh3_128, of what is known of a directory's files without reading them.

    Args:
        under: what else decides whether anything is left to do.
    """
    digest = xxhash.xxh3_128(under.encode())
    if listing.rows:
        names, sizes, times, sidecars = zip(*listing.rows, strict=True)
        # A name holds no slash and is never empty, so the first two in a row end the names.
        digest.update(b"//".join([b"/".join(names), "/".join(sidecars).encode()]))
        digest.update(array("q", sizes).tobytes() + array("q", times).tobytes())
    return digest.digest()


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
        f" {_SEEN}, own_read >= :own"
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
