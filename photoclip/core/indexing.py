"""Indexing: from folders on disk to searchable photos, as one generator of progress.

Reading and decoding, and embedding in batches, run ahead in pools of threads; the calling thread
stores each batch in one transaction. So a run may be stopped, or killed, at any point: what is
stored is whole, and the next run goes on from there.
"""

import calendar
import errno
import os
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import xxhash
from numpy.typing import NDArray

from photoclip.clip.encoder import Encoder
from photoclip.core.batches import Batch, read_and_embed
from photoclip.core.db import DISK_FULL
from photoclip.core.imaging import UnreadablePhoto, decode, picture_of_thumbnail, thumbnail_jpeg
from photoclip.core.intake import Content, Intake, Outcome, SameContent, Stored, Unreadable
from photoclip.core.library import Library
from photoclip.core.metadata import read_metadata
from photoclip.core.own import read_both
from photoclip.core.reembedding import reembed
from photoclip.core.rereading import read_again
from photoclip.core.scan import reaches
from photoclip.core.sidecars import read_sidecars
from photoclip.core.survey import Candidate, Survey, mark, survey
from photoclip.core.tagging import Tagger, retag
from photoclip.core.types import IndexProgress, IndexReport
from photoclip.core.words import WordIndex
from photoclip.errors import PhotoClipError
from photoclip.progress import RateMeter, StopFlag

# No camera's file is larger, and reading one would fill the memory.
_LARGEST_FILE = 1 << 30
_SCAN_REPORTS_PER_SECOND = 10


def index(
    library: Library,
    encoder: Encoder,
    tagger: Tagger,
    paths: Sequence[str],
    stop: StopFlag,
) -> Generator[IndexProgress, None, IndexReport]:
    """Bring the library up to date with these folders, or single files.

    Only what is new or changed is read. Paths that are not in the library yet are added to it.

    Args:
        encoder: embeds the photos; it is first used when there is something to embed.
        tagger: suggests tags for each embedded photo; for the first ones of a new model at the
            end, since its terms are embedded meanwhile.

    Returns:
        The report of the whole run, as the generator's value.

    Raises:
        PhotoClipError: when a path does not exist, the disk is full or the model cannot be used.
            What was stored until then stays.
    """
    started = time.monotonic()
    intake = Intake(library, encoder.id, encoder.name)
    yield IndexProgress("scanning", 0, change=intake.add_roots(paths))
    seen = yield from _scan(library, encoder.id, [library.spelled(path) for path in paths], stop)
    report = IndexReport(
        found=seen.found,
        unchanged=seen.unchanged,
        failed=seen.failed,
        skipped_folders=tuple(seen.skipped),
    )
    moved: set[int] = set()
    if seen.candidates and not stop.stopped:
        known = yield from _embed_known(library, encoder, tagger, seen, stop)
        report = replace(report, indexed=known.files, embedded=known.photos)
    if seen.candidates and not stop.stopped:
        for progress, stored in _read_all(library, encoder, tagger, intake, seen, stop):
            if stored is not None:
                moved |= stored.moved
                seen.resaid += stored.resaid
                report = replace(
                    report,
                    indexed=report.indexed + stored.indexed,
                    unchanged=report.unchanged + stored.unchanged,
                    failed=report.failed + stored.failed,
                    embedded=report.embedded + stored.embedded,
                )
            yield progress
    vanished = seen.vanished - moved
    if not stop.stopped:
        # Only now is it known which of the files that are gone have moved.
        change = mark(library, vanished, missing=True)
        if change:
            yield IndexProgress("scanning", seen.found, change=change)
        vocabulary = tagger.terms.vocabulary
        yield from read_again(library, vocabulary, seen.unread, seen.resaid, stop)
    yield from retag(library, encoder.id, tagger, stop)
    return replace(
        report,
        moved=len(moved),
        missing=0 if stop.stopped else len(vanished),
        seconds=time.monotonic() - started,
        stopped=stop.stopped,
    )


def _scan(
    library: Library, model: str, paths: Sequence[str], stop: StopFlag
) -> Generator[IndexProgress, None, Survey]:
    """Compare the disk with the library, and write down which files have returned."""
    seen = Survey()
    reported = 0.0
    for seen in survey(library, model, _outermost([os.fsencode(path) for path in paths]), stop):
        stop.wait_while_paused()
        if time.monotonic() - reported > 1 / _SCAN_REPORTS_PER_SECOND:
            reported = time.monotonic()
            yield IndexProgress("scanning", seen.found)
    change = mark(library, seen.returned, missing=False)
    yield IndexProgress("scanning", seen.found, change=change)
    return seen


@dataclass(frozen=True)
class _Embedded:
    files: int = 0
    photos: int = 0


def _embed_known(
    library: Library, encoder: Encoder, tagger: Tagger, seen: Survey, stop: StopFlag
) -> Generator[IndexProgress, None, _Embedded]:
    """Embed from their thumbnails what only this model does not know, newest first.

    What can be done so is taken out of `seen.candidates`.
    """
    known = {c.photo_id for c in seen.candidates if c.photo_id is not None}
    if not known:
        return _Embedded()
    photo_ids = [int(i) for i in library.unembedded(encoder.id) if int(i) in known]
    embedded: set[int] = set()
    for progress, batch in reembed(library, encoder, tagger, photo_ids, stop, originals=False):
        embedded.update(batch.embedded)
        yield progress
    before = len(seen.candidates)
    seen.candidates = [c for c in seen.candidates if c.photo_id not in embedded]
    return _Embedded(before - len(seen.candidates), len(embedded))


def _outermost(paths: Sequence[bytes]) -> list[bytes]:
    """The paths in order, without repetitions and without those that another's walk comes to."""
    distinct = list(dict.fromkeys(paths))
    return [p for p in distinct if not any(p != q and reaches(q, p) for q in distinct)]


def _read_all(
    library: Library,
    encoder: Encoder,
    tagger: Tagger,
    intake: Intake,
    seen: Survey,
    stop: StopFlag,
) -> Iterator[tuple[IndexProgress, Stored | None]]:
    """Read, embed and store every candidate; after each batch, report and say what was stored."""
    total, done = len(seen.candidates), 0
    meter, words = RateMeter(), WordIndex(library)

    def read(candidate: Candidate) -> Outcome:
        return _read(candidate, library, encoder, intake)

    begun, terms = _Begun(intake), tagger.terms.embed(stop)
    yield IndexProgress("loading", 0, total), None
    reading = read_and_embed(read, seen.candidates, begun.picture, encoder, stop)
    with closing(reading) as batches:
        for batch in batches:
            stored = intake.store(
                begun.settled(batch),
                batch.embeddings,
                *tagger.tags_by_now(batch.embeddings),
                tagger.terms.vocabulary,
            )
            # So that no search has to read the words of many photos first.
            for _ in words.refresh(stop):
                pass
            done += len(batch.outcomes)
            rate = meter.update(done)
            left = (total - done) / rate if rate else None
            progress = IndexProgress("indexing", done, total, left, rate, change=stored.change)
            yield progress, stored
            # After the photos, which are searchable by now: a few at a time hold up none of them.
            next(terms, None)


class _Begun:
    """Which contents are being embedded: files of one content may be decoded side by side."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._hashes: set[str] = set()
        self._refused: set[str] = set()

    def picture(self, outcome: Outcome) -> NDArray[np.uint8] | None:
        """The pixels of a content's first file; called in order."""
        if not isinstance(outcome, Content):
            return None
        content_hash = outcome.content_hash
        if content_hash in self._hashes or self._intake.is_embedded(content_hash):
            return None
        self._hashes.add(content_hash)
        return outcome.pixels

    def settled(self, batch: Batch[Outcome]) -> list[Outcome]:
        """What is to be stored of each file, a content only once; called in order."""
        outcomes = list(batch.outcomes)
        taken, refused = set(batch.taken), set(batch.refused)
        for place, outcome in enumerate(outcomes):
            if not isinstance(outcome, Content):
                continue
            content_hash = outcome.content_hash
            if place in refused:
                self._refused.add(content_hash)
            if content_hash in self._refused:
                reason = "The model can make nothing of it."
                outcomes[place] = Unreadable(outcome.candidate, reason, permanent=True)
            elif place in taken:
                self._hashes.discard(content_hash)
            else:
                outcomes[place] = SameContent(outcome.candidate, content_hash)
        return outcomes


def _read(candidate: Candidate, library: Library, encoder: Encoder, intake: Intake) -> Outcome:
    """Read one file once, and take from that all there is to know of it."""
    try:
        with open(candidate.path, "rb") as file:
            if os.fstat(file.fileno()).st_size > _LARGEST_FILE:
                return Unreadable(candidate, "It is larger than any photo.", permanent=True)
            data = file.read()
    except PermissionError:
        reason = "It may not be read. Change its permissions, then rescan."
        return Unreadable(candidate, reason, permanent=False)
    except FileNotFoundError:
        reason = "It was gone when its turn came. Put it back, then rescan."
        return Unreadable(candidate, reason, permanent=False)
    except MemoryError:
        return Unreadable(candidate, "There was not enough memory for it.", permanent=False)
    except OSError:
        reason = "Its drive did not give it. Check the drive, then rescan."
        return Unreadable(candidate, reason, permanent=False)
    content_hash = xxhash.xxh3_128_hexdigest(data)
    embedded = intake.is_embedded(content_hash)
    if embedded and library.thumbnails.exists(content_hash):
        return SameContent(candidate, content_hash)
    try:
        decoded = decode(data, encoder.preprocessing.size)
        pixels = encoder.preprocessing.pixels(decoded.image)
        jpeg = library.thumbnails.read(content_hash)
        if jpeg is None or picture_of_thumbnail(jpeg) is None:
            # None yet, or one of an older make.
            _write_thumbnail(library, content_hash, thumbnail_jpeg(decoded.image))
    except UnreadablePhoto as error:
        return Unreadable(candidate, str(error), error.permanent)
    except MemoryError:
        return Unreadable(candidate, "There was not enough memory for it.", permanent=False)
    if embedded:
        return SameContent(candidate, content_hash)
    metadata = read_metadata(decoded)
    beside = read_sidecars(os.fsdecode(candidate.path)) if candidate.file.sidecars else ()
    own, in_file = read_both(data, decoded, beside)
    return Content(
        candidate=candidate,
        content_hash=content_hash,
        width=decoded.width,
        height=decoded.height,
        format=decoded.format,
        sort_time=_sort_time(metadata.captured_at, candidate.file.mtime_ns),
        metadata=metadata,
        pixels=pixels,
        own=own,
        in_file=in_file,
    )


def _write_thumbnail(library: Library, content_hash: str, jpeg: bytes) -> None:
    try:
        library.thumbnails.write(content_hash, jpeg)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise PhotoClipError(DISK_FULL) from error
        raise PhotoClipError(
            "The folder of thumbnails beside the library may not be written to."
            " Change its permissions, then go on."
        ) from error


def _sort_time(captured_at: str | None, mtime_ns: int) -> int:
    """Seconds of the local clock, read as if it were UTC; see `Photo.sort_time`."""
    if captured_at is not None:
        return calendar.timegm(datetime.fromisoformat(captured_at).timetuple())
    seconds = mtime_ns // 1_000_000_000
    try:
        return calendar.timegm(time.localtime(seconds))
    except (OSError, OverflowError, ValueError):  # before 1970 on Windows, or absurdly late
        return seconds
