"""Taking in what photos and their sidecars say of themselves, at first and whenever it changes.

What is taken in is what changed there since it was last read. It is added to what stands here, and:

- a tag that was rejected here, a rating or a caption that was given here stays, unless it was
  changed there later than here; then the later word counts;
- of a file or a sidecar that is met for the first time it is not known what changed in it and when
  (some programs give every photo a rating of their own), so what was said here stays;
- what no longer stands there stays here: other programs leave things out that they do not know.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
from sqlite_utils import Database

from photoclip.core.imaging import UnreadablePhoto, decode
from photoclip.core.keywords import tags_of
from photoclip.core.library import Library
from photoclip.core.own import NOTHING, VERSION, Own, Tags, own_in, read_both
from photoclip.core.scan import FoundFile
from photoclip.core.sidecars import read_sidecars, sidecar_stamp
from photoclip.core.survey import Candidate
from photoclip.core.types import Annotation, Change, IndexProgress
from photoclip.core.vocabulary import Vocabulary
from photoclip.look_ahead import look_ahead
from photoclip.progress import RateMeter, StopFlag

_AT_ONCE = 100  # photos a transaction
_AHEAD = 8  # files read at a time: each may have dozens of megabytes

# What was read, as `take_in` wants it.
_Said = tuple[Own, Tags | None]

_TWIN = (
    "(SELECT twin.{0} FROM sidecars AS twin JOIN files AS other ON other.id = twin.file_id"
    " WHERE other.photo_id = files.photo_id AND twin.{0} IS NOT NULL LIMIT 1)"
)
_ROW = (
    "SELECT files.id, photo_id, own_read, coalesce(seen, ''), written, in_file,"
    # Of a copy, what its twin has said already.
    f" coalesce(read, {_TWIN.format('read')}), coalesce(written, {_TWIN.format('written')})"
    " FROM files JOIN directories ON directories.id = directory_id"
    " LEFT JOIN sidecars ON sidecars.file_id = files.id WHERE path = ? AND name = ?"
)


def read_again(
    library: Library,
    vocabulary: Vocabulary,
    unread: Sequence[Candidate],
    resaid: Sequence[Candidate],
    stop: StopFlag,
) -> Iterator[IndexProgress]:
    """Take in what known photos say that was not read yet.

    Args:
        unread: photos whose files were never read for it, or by an earlier `own.VERSION`.
        resaid: photos whose sidecars are others than when they were last read.
    """
    whole = {candidate.path for candidate in unread}
    candidates = [*unread, *(one for one in resaid if one.path not in whole)]
    total, done = len(candidates), 0
    meter = RateMeter()

    def read(candidate: Candidate) -> _Said | None:
        if stop.stopped:
            return None
        return _read_file(candidate) if candidate.path in whole else _read_beside(candidate)

    part: list[tuple[Candidate, _Said | None]] = []
    with closing(look_ahead(read, candidates, _AHEAD)) as readings:
        for candidate, said in zip(candidates, readings, strict=True):
            part.append((candidate, said))
            done += 1
            if len(part) < _AT_ONCE and done < total:
                continue
            stop.wait_while_paused()
            if stop.stopped:
                return
            with library.store.write() as db:
                for one, its_own in part:
                    if its_own is not None:
                        take_in(library, db, vocabulary, one, *its_own)
            part = []
            rate = meter.update(done)
            left = (total - done) / rate if rate else None
            yield IndexProgress("indexing", done, total, left, rate, change=Change(tags=True))


def read_beside(library: Library, vocabulary: Vocabulary, path: str, seen: str) -> None:
    """Take in what stands in the sidecars of a known file, where they are others than `seen`."""
    stamp = sidecar_stamp(path)
    if stamp == seen:
        return
    directory, name = os.path.split(os.fsencode(path))
    candidate = Candidate(directory, FoundFile(name, 0, 0, stamp))
    said = _read_beside(candidate)
    if said is not None:
        with library.store.write() as db:
            take_in(library, db, vocabulary, candidate, *said)


def take_in(
    library: Library,
    db: Database,
    vocabulary: Vocabulary,
    candidate: Candidate,
    own: Own,
    in_file: Tags | None = None,
) -> None:
    """Store what a file in the library says. Inside a write.

    Args:
        own: what its sidecars say, and the file itself where it was read too.
        in_file: the keywords of the file alone; None where it was not read.
    """
    place, file = [candidate.directory, candidate.file.name], candidate.file
    row = db.execute(_ROW, place).fetchone()
    if row is None or row[1] is None:
        return
    file_id, photo_id, own_read, seen, written, met_in_file, read, written_anywhere = row
    whole = in_file is not None
    stored = (seen, written, read) != ("", None, None)
    if stored or file.sidecars or own != NOTHING:
        before, ours = from_json(read), from_json(written)
        known = own_read > 0 if whole else seen != "" or written is not None
        # What the sidecars alone said last is what was written there, if anything was.
        last = before if whole or written is None else ours
        met = {*tags_of(before, vocabulary), *tags_of(from_json(written_anywhere), vocabulary)}
        library.annotations.take_in(
            photo_id,
            [tag for tag in tags_of(own, vocabulary) if tag not in met],
            Annotation(own.rating, caption=own.caption),
            Annotation(last.rating, caption=last.caption),
            _changed_at(candidate, whole) if known else "",
        )
        if written is not None:
            # From here on, what they changed there is theirs as much as ours.
            rating = ours.rating if own.rating in (0, last.rating) else own.rating
            caption = ours.caption if own.caption in ("", last.caption) else own.caption
            written = to_json(Own(ours.tags, rating, caption))
        # What only PhotoClip wrote is nobody else's word, and goes when it is called otherwise.
        own = replace(own, tags=_theirs(own.tags, ours.tags, (*before.tags, *(in_file or ()))))
        if in_file is None:
            # What the photo's own file said stands there still.
            in_file = msgspec.json.decode(met_in_file or "[]", type=Tags)
            tags = tuple(dict.fromkeys((*own.tags, *in_file)))
            own = Own(tags, own.rating or before.rating, own.caption or before.caption)
        db.execute(
            "INSERT INTO sidecars (file_id, seen, read, written, in_file) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (file_id) DO UPDATE SET seen = excluded.seen, read = excluded.read,"
            " written = excluded.written, in_file = excluded.in_file",
            [file_id, file.sidecars, to_json(own), written, msgspec.json.encode(in_file).decode()],
        )
    if whole:
        db.execute("UPDATE files SET own_read = ? WHERE id = ?", [VERSION, file_id])


def _theirs(tags: Tags, ours: Tags, known: Tags) -> Tags:
    """Those of `tags` that others said: what they are `known` to have said, and what is new."""
    return tuple(tag for tag in tags if tag in known or tag not in ours)


def to_json(own: Own) -> str:
    """As the table of sidecars keeps it."""
    return msgspec.json.encode(own).decode()


def from_json(text: str | None) -> Own:
    return NOTHING if text is None else msgspec.json.decode(text, type=Own)


def _read_beside(candidate: Candidate) -> _Said | None:
    """What sidecars say; None where they are being written now, which the next scan finds."""
    path = os.fsdecode(candidate.path)
    own = own_in(read_sidecars(path))
    unchanged = set(candidate.file.sidecars.split()) <= set(sidecar_stamp(path).split())
    return (own, None) if unchanged else None


def _read_file(candidate: Candidate) -> _Said | None:
    """What file and sidecars say; None where the file cannot be read now."""
    beside = read_sidecars(os.fsdecode(candidate.path)) if candidate.file.sidecars else ()
    try:
        with open(candidate.path, "rb") as file:
            data = file.read()
        return read_both(data, decode(data, 1), beside)
    except (OSError, MemoryError):
        return None
    except UnreadablePhoto as error:
        return (own_in(beside), ()) if error.permanent else None


def _changed_at(candidate: Candidate, whole: bool) -> str:
    """When the file or its sidecars were last written to, as SQLite's times are kept here."""
    stamps = candidate.file.sidecars.split()
    times = [int(stamp.partition("-")[2]) for stamp in stamps]
    if whole:
        times.append(candidate.file.mtime_ns)
    try:
        latest = datetime.fromtimestamp(max(times, default=0) // 1_000_000_000, UTC)
    except (OverflowError, OSError, ValueError):  # claims to be of a year that there is not
        return ""
    return latest.strftime("%Y-%m-%dT%H:%M:%SZ")
