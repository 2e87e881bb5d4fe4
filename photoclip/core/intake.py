"""Storing what was read from files: photos, vectors, suggested tags, failures, all or nothing."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from photoclip.core.folders import inside
from photoclip.core.imaging import is_photo_name
from photoclip.core.keywords import tags_of
from photoclip.core.library import Library
from photoclip.core.metadata import Metadata
from photoclip.core.own import NOTHING, Own
from photoclip.core.paths import display, display_name
from photoclip.core.scan import reaches
from photoclip.core.sidecar_sync import note_read
from photoclip.core.survey import Candidate, decoder_version
from photoclip.core.types import Annotation, Change, Tag
from photoclip.core.vocabulary import Vocabulary
from photoclip.errors import PhotoClipError


@dataclass(frozen=True, slots=True)
class Content:
    """A photo that was read and decoded, and is to be embedded.

    Attributes:
        content_hash: xxh3_128 of the bytes, 32 hex digits.
        pixels: uint8 of shape (s, s, 3), as the encoder wants them.
        sort_time: see `Photo.sort_time`.
        own: what the person said of it in other programs.
    """

    candidate: Candidate
    content_hash: str
    width: int
    height: int
    format: str
    sort_time: int
    metadata: Metadata
    pixels: NDArray[np.uint8]
    own: Own = NOTHING


@dataclass(frozen=True, slots=True)
class SameContent:
    """A file whose content is embedded already: a copy, or a known photo in a new place."""

    candidate: Candidate
    content_hash: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read; `reason` and `permanent` as in `Failure`."""

    candidate: Candidate
    reason: str
    permanent: bool


# Of a picture copied thousands of times, so many are looked at for one that has moved.
_COPIES_LOOKED_AT = 20
_NO_VECTOR = (np.empty(0, np.float16), ())

Outcome = Content | SameContent | Unreadable


@dataclass(frozen=True)
class Stored:
    """What storing a batch did: `moved` holds the rows of `files` that have a new path."""

    change: Change
    indexed: int
    unchanged: int
    failed: int
    embedded: int
    moved: frozenset[int]


class Intake:
    """Writes the outcomes of reading files into the library, for one model.

    Args:
        model: the encoder's id, under which vectors and suggestions are stored.
        name: the encoder's name for a person.
    """

    def __init__(self, library: Library, model: str, name: str) -> None:
        self._library = library
        self._decoder = decoder_version()
        with library.store.write() as db:
            db.execute("INSERT OR IGNORE INTO models (key, name) VALUES (?, ?)", [model, name])
        (self._model_id,) = library.store.row("SELECT id FROM models WHERE key = ?", [model])

    def is_embedded(self, content_hash: str) -> bool:
        """Whether the model's vector of that content is stored. Any thread may ask."""
        row = self._library.store.row(
            "SELECT 1 FROM vectors JOIN photos ON photos.id = photo_id"
            " WHERE hash = ? AND model_id = ?",
            [content_hash, self._model_id],
        )
        return row is not None

    def add_roots(self, paths: Sequence[str]) -> Change:
        """Make these folders, or single files, part of the library.

        One that the walk of a root reaches is part of it already; one that reaches roots takes
        their place.

        Raises:
            PhotoClipError: when one neither exists nor is known, or is no folder and no photo.
        """
        roots = {os.fsencode(root) for root in self._library.roots()}
        wanted = set(roots)
        for path in paths:
            encoded = os.fsencode(os.path.abspath(path))
            real = os.path.realpath(encoded)
            if any(
                reaches(root, encoded) or reaches(os.path.realpath(root), real) for root in wanted
            ):
                continue
            if not path or not os.path.lexists(encoded):
                raise PhotoClipError(
                    f'"{display(path)}" does not exist. Check its name, or its drive.'
                )
            if not os.path.isdir(encoded) and not is_photo_name(path):
                raise PhotoClipError(
                    f'"{display_name(path)}" is no folder and no photo.'
                    " PhotoClip reads JPEG, HEIC, PNG, RAW and more."
                )
            wanted = {root for root in wanted if not reaches(encoded, root)} | {encoded}
        if wanted == roots:
            return Change()
        with self._library.store.write() as db:
            db.conn.executemany("DELETE FROM roots WHERE path = ?", [(r,) for r in roots - wanted])
            db.conn.executemany(
                "INSERT OR IGNORE INTO roots (path) VALUES (?)", [(r,) for r in wanted - roots]
            )
        return Change(folders=True)

    def store(
        self,
        outcomes: Sequence[Outcome],
        embeddings: NDArray[np.float32],
        tags: Sequence[Sequence[Tag]],
        tagged_with: str,
        vocabulary: Vocabulary,
    ) -> Stored:
        """Store a batch in one transaction.

        What lies in a folder that was taken out of the library meanwhile is left out.

        Args:
            embeddings: float32 of shape (n, d), one for each `Content` among `outcomes`, in
                their order; stored as float16.
            tags: the suggested tags of each of them.
            tagged_with: `Tagger.version`, by which outdated suggestions are found.
            vocabulary: by which keywords of other programs are understood.
        """
        added: list[int] = []
        moved: set[int] = set()
        unchanged = failed = dropped = 0
        vectors = iter(zip(embeddings.astype(np.float16), tags, strict=True))
        with self._library.store.write() as db:
            roots = [path for (path,) in db.execute("SELECT path FROM roots")]
            for outcome in outcomes:
                vector, suggestions = next(vectors) if isinstance(outcome, Content) else _NO_VECTOR
                if not any(inside(outcome.candidate.path, root) for root in roots):
                    dropped += 1
                    continue
                if isinstance(outcome, Unreadable):
                    self._put_failure(db, outcome)
                    failed += 1
                    continue
                if isinstance(outcome, Content):
                    photo_id, new = self._put_photo(db, outcome)
                    if new:
                        self._put_own(photo_id, outcome.own, vocabulary)
                    self._put_vector(db, photo_id, vector.tobytes(), suggestions, tagged_with)
                else:
                    photo_id = self._photo_id(db, outcome.content_hash)
                if self._is_known(db, photo_id, outcome.candidate):
                    # Touched, or back after it had vanished; or another model's turn.
                    unchanged += isinstance(outcome, SameContent)
                elif (row := self._vacated(db, photo_id, outcome.candidate)) is not None:
                    self._move_file(db, row, outcome.candidate)
                    moved.add(row)
                    continue
                self._put_file(db, outcome.candidate, photo_id)
                if isinstance(outcome, Content) and new:
                    file = outcome.candidate.file
                    note_read(
                        db, outcome.candidate.directory, file.name, outcome.own, file.sidecars
                    )
                added.append(photo_id)
        indexed = len(outcomes) - unchanged - failed - dropped - len(moved)
        change = Change(
            added=tuple(added),
            folders=bool(added or moved),
            tags=bool(added or moved),
            failures=failed > 0,
        )
        return Stored(change, indexed, unchanged, failed, len(embeddings), frozenset(moved))

    def store_vectors(
        self,
        photo_ids: Sequence[int],
        embeddings: NDArray[np.float32],
        tags: Sequence[Sequence[Tag]],
        tagged_with: str,
    ) -> None:
        """Store the vectors and suggested tags of known photos in one transaction.

        A vector that is there by now, from another program, is kept. The rest as in `store`.
        """
        vectors = embeddings.astype(np.float16)
        with self._library.store.write() as db:
            for photo_id, vector, suggestions in zip(photo_ids, vectors, tags, strict=True):
                known = db.execute(
                    "SELECT 1 FROM vectors WHERE model_id = ? AND photo_id = ?",
                    [self._model_id, photo_id],
                ).fetchone()
                if known is None:
                    self._put_vector(db, photo_id, vector.tobytes(), suggestions, tagged_with)

    def _photo_id(self, db: Database, content_hash: str) -> int:
        row = db.execute("SELECT id FROM photos WHERE hash = ?", [content_hash]).fetchone()
        photo_id: int = row[0]
        return photo_id

    def _put_photo(self, db: Database, content: Content) -> tuple[int, bool]:
        """The photo's id, and whether it is a new one."""
        facts = {f.name: getattr(content.metadata, f.name) for f in fields(Metadata)}
        columns = {
            "hash": content.content_hash,
            "sort_time": content.sort_time,
            "width": content.width,
            "height": content.height,
            "format": content.format,
            "size": content.candidate.file.size,
            **facts,
        }
        # The same content under another model, or met again after it had vanished: keep its id.
        new = db.execute(
            f"INSERT INTO photos ({', '.join(columns)})"
            f" VALUES ({', '.join(':' + name for name in columns)}) ON CONFLICT (hash) DO NOTHING",
            columns,
        ).rowcount
        return self._photo_id(db, content.content_hash), new > 0

    def _put_own(self, photo_id: int, own: Own, vocabulary: Vocabulary) -> None:
        if own != NOTHING:
            said = Annotation(own.rating, caption=own.caption)
            self._library.annotations.take_in(photo_id, tags_of(own, vocabulary), said)

    def _put_vector(
        self, db: Database, photo_id: int, vector: bytes, tags: Sequence[Tag], tagged_with: str
    ) -> None:
        db.execute(
            "INSERT OR REPLACE INTO vectors (model_id, photo_id, vector, tagged_with)"
            " VALUES (?, ?, ?, ?)",
            [self._model_id, photo_id, vector, tagged_with],
        )
        put_suggestions(db, self._model_id, photo_id, tags)

    def _is_known(self, db: Database, photo_id: int, candidate: Candidate) -> bool:
        """Whether this very file was known to hold this photo."""
        row = db.execute(
            "SELECT 1 FROM files JOIN directories ON directories.id = directory_id"
            " WHERE path = ? AND name = ? AND photo_id = ?",
            [candidate.directory, candidate.file.name, photo_id],
        ).fetchone()
        return row is not None

    def _vacated(self, db: Database, photo_id: int, candidate: Candidate) -> int | None:
        """A file of the photo that is gone from its place; so the candidate is that file, moved.

        A folder that cannot be reached tells nothing: then the candidate is a copy. On file
        systems that take a name in either case, a file renamed to the other is still found under
        the first name, but is the candidate itself.
        """
        rows = db.execute(
            "SELECT files.id, path, name FROM files"
            " JOIN directories ON directories.id = directory_id WHERE photo_id = ?"
            " ORDER BY missing DESC, files.id LIMIT ?",
            [photo_id, _COPIES_LOOKED_AT],
        )
        for row, directory, name in rows.fetchall():
            path = os.path.join(directory, name)
            if not os.path.lexists(path):
                if self._root_is_there(path):
                    return int(row)
            elif path.lower() == candidate.path.lower() and os.path.samefile(path, candidate.path):
                return int(row)
        return None

    def _root_is_there(self, path: bytes) -> bool:
        roots = [os.fsencode(root) for root in self._library.roots()]
        return any(
            inside(path, root) and os.path.isdir(root if root != path else os.path.dirname(root))
            for root in roots
        )

    def _move_file(self, db: Database, row: int, candidate: Candidate) -> None:
        directory_id = self._directory_id(db, candidate.directory)
        file = candidate.file
        # Whatever was known under the new path is overwritten there.
        db.execute(
            "DELETE FROM files WHERE directory_id = ? AND name = ?", [directory_id, file.name]
        )
        db.execute(
            "UPDATE files SET directory_id = ?, name = ?, size = ?, mtime_ns = ?, missing = 0"
            " WHERE id = ?",
            [directory_id, file.name, file.size, file.mtime_ns, row],
        )

    def _put_failure(self, db: Database, failure: Unreadable) -> None:
        """Record why a file cannot be read.

        A file that is known, and only cannot be read now, keeps its photo and is tried again.
        """
        if not failure.permanent:
            row = db.execute(
                "SELECT photo_id FROM files JOIN directories ON directories.id = directory_id"
                " WHERE path = ? AND name = ?",
                [failure.candidate.directory, failure.candidate.file.name],
            ).fetchone()
            if row is not None and row[0] is not None:
                return
        self._put_file(db, failure.candidate, None, failure)

    def _put_file(
        self,
        db: Database,
        candidate: Candidate,
        photo_id: int | None,
        failure: Unreadable | None = None,
    ) -> None:
        file = candidate.file
        values = {
            "directory_id": self._directory_id(db, candidate.directory),
            "name": file.name,
            "size": file.size,
            "mtime_ns": file.mtime_ns,
            "missing": 0,
            "photo_id": photo_id,
            "failure": failure.reason if failure else None,
            "permanent": failure.permanent if failure else None,
            "decoder": self._decoder if failure else None,
        }
        updates = ", ".join(
            f"{n} = excluded.{n}" for n in values if n not in ("directory_id", "name")
        )
        db.execute(
            f"INSERT INTO files ({', '.join(values)})"
            f" VALUES ({', '.join(':' + name for name in values)})"
            f" ON CONFLICT (directory_id, name) DO UPDATE SET {updates}",
            values,
        )

    def _directory_id(self, db: Database, directory: bytes) -> int:
        db.execute("INSERT OR IGNORE INTO directories (path) VALUES (?)", [directory])
        row = db.execute("SELECT id FROM directories WHERE path = ?", [directory]).fetchone()
        directory_id: int = row[0]
        return directory_id


def put_suggestions(db: Database, model_id: int, photo_id: int, tags: Sequence[Tag]) -> None:
    """Replace the tags that a model suggests for a photo."""
    db.execute("DELETE FROM suggestions WHERE model_id = ? AND photo_id = ?", [model_id, photo_id])
    if not tags:
        return
    insert = (
        "INSERT OR REPLACE INTO suggestions (photo_id, model_id, term_id, probability)"
        " SELECT ?, ?, id, ? FROM terms WHERE term = ?"
    )
    rows = [(photo_id, model_id, tag.probability, tag.term) for tag in tags]
    if db.conn.executemany(insert, rows).rowcount < len(rows):
        # Seldom: a term that no photo had yet.
        terms = [(tag.term,) for tag in tags]
        db.conn.executemany("INSERT OR IGNORE INTO terms (term) VALUES (?)", terms)
        db.conn.executemany(insert, rows)
