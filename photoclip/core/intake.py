"""Storing what was read from files: photos, vectors, suggested tags, failures, all or nothing."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from photoclip.core.folders import inside
from photoclip.core.library import Library
from photoclip.core.metadata import Metadata
from photoclip.core.survey import Candidate, decoder_version
from photoclip.core.types import Change, Tag
from photoclip.errors import PhotoClipError


@dataclass(frozen=True, slots=True)
class Content:
    """A photo that was read and decoded, and is to be embedded.

    Attributes:
        content_hash: xxh3_128 of the bytes, 32 hex digits.
        pixels: uint8 of shape (s, s, 3), as the encoder wants them.
        sort_time: see `Photo.sort_time`.
    """

    candidate: Candidate
    content_hash: str
    width: int
    height: int
    format: str
    sort_time: int
    metadata: Metadata
    pixels: NDArray[np.uint8]


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
        self._model_id: int = library.store.db.execute(
            "SELECT id FROM models WHERE key = ?", [model]
        ).fetchone()[0]

    def is_embedded(self, content_hash: str) -> bool:
        """Whether the model's vector of that content is stored. Any thread may ask."""
        row = self._library.store.db.execute(
            "SELECT 1 FROM vectors JOIN photos ON photos.id = photo_id"
            " WHERE hash = ? AND model_id = ?",
            [content_hash, self._model_id],
        ).fetchone()
        return row is not None

    def add_roots(self, paths: Sequence[str]) -> Change:
        """Make these folders, or single files, part of the library.

        One inside a root is part of it already; one that holds roots takes their place.

        Raises:
            PhotoClipError: when one neither exists nor is known.
        """
        roots = {os.fsencode(root) for root in self._library.roots()}
        wanted = set(roots)
        for path in paths:
            encoded = os.fsencode(os.path.abspath(path))
            if any(inside(encoded, root) for root in wanted):
                continue
            if not os.path.lexists(encoded):
                raise PhotoClipError(f'"{path}" does not exist. Check its name, or its drive.')
            wanted = {root for root in wanted if not inside(root, encoded)} | {encoded}
        if wanted == roots:
            return Change()
        with self._library.store.write() as db:
            db.conn.executemany("DELETE FROM roots WHERE path = ?", [(r,) for r in roots - wanted])
            db.conn.executemany(
                "INSERT INTO roots (path) VALUES (?)", [(r,) for r in wanted - roots]
            )
        return Change(folders=True)

    def store(
        self,
        outcomes: Sequence[Outcome],
        embeddings: NDArray[np.float32],
        tags: Sequence[Sequence[Tag]],
        tagged_with: str,
    ) -> Stored:
        """Store a batch in one transaction.

        Args:
            embeddings: float32 of shape (n, d), one for each `Content` among `outcomes`, in
                their order; stored as float16.
            tags: the suggested tags of each of them.
            tagged_with: `Tagger.version`, by which outdated suggestions are found.
        """
        added: list[int] = []
        moved: set[int] = set()
        unchanged = failed = 0
        vectors = iter(zip(embeddings.astype(np.float16), tags, strict=True))
        with self._library.store.write() as db:
            for outcome in outcomes:
                if isinstance(outcome, Unreadable):
                    self._put_file(db, outcome.candidate, None, outcome)
                    failed += 1
                    continue
                if isinstance(outcome, Content):
                    photo_id = self._put_photo(db, outcome)
                    vector, suggestions = next(vectors)
                    self._put_vector(db, photo_id, vector.tobytes(), suggestions, tagged_with)
                else:
                    photo_id = self._photo_id(db, outcome.content_hash)
                places = self._places(db, photo_id)
                if outcome.candidate.path in places.values():
                    # Touched, or back after it had vanished; or another model's turn.
                    unchanged += isinstance(outcome, SameContent)
                elif (row := self._vacated(places)) is not None:
                    self._move_file(db, row, outcome.candidate)
                    moved.add(row)
                    continue
                self._put_file(db, outcome.candidate, photo_id)
                added.append(photo_id)
        indexed = len(outcomes) - unchanged - failed - len(moved)
        change = Change(
            added=tuple(added),
            folders=bool(added or moved),
            tags=bool(added or moved),
            failures=failed > 0,
        )
        return Stored(change, indexed, unchanged, failed, len(embeddings), frozenset(moved))

    def _photo_id(self, db: Database, content_hash: str) -> int:
        row = db.execute("SELECT id FROM photos WHERE hash = ?", [content_hash]).fetchone()
        photo_id: int = row[0]
        return photo_id

    def _put_photo(self, db: Database, content: Content) -> int:
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
        db.execute(
            f"INSERT INTO photos ({', '.join(columns)})"
            f" VALUES ({', '.join(':' + name for name in columns)}) ON CONFLICT (hash) DO NOTHING",
            columns,
        )
        return self._photo_id(db, content.content_hash)

    def _put_vector(
        self, db: Database, photo_id: int, vector: bytes, tags: Sequence[Tag], tagged_with: str
    ) -> None:
        db.execute(
            "INSERT OR REPLACE INTO vectors (model_id, photo_id, vector, tagged_with)"
            " VALUES (?, ?, ?, ?)",
            [self._model_id, photo_id, vector, tagged_with],
        )
        put_suggestions(db, self._model_id, photo_id, tags)

    def _places(self, db: Database, photo_id: int) -> dict[int, bytes]:
        """Where the files of a photo lie or lay: paths by their row, missing ones first."""
        rows = db.execute(
            "SELECT files.id, path, name FROM files"
            " JOIN directories ON directories.id = directory_id WHERE photo_id = ?"
            " ORDER BY missing DESC, files.id",
            [photo_id],
        )
        return {row: os.path.join(directory, name) for row, directory, name in rows.fetchall()}

    def _vacated(self, places: dict[int, bytes]) -> int | None:
        """The first file that is gone from its place; so a new one with its content is a move.

        A folder that cannot be reached tells nothing: then the new file is a copy.
        """
        for row, path in places.items():
            if not os.path.lexists(path) and self._root_is_there(path):
                return row
        return None

    def _root_is_there(self, path: bytes) -> bool:
        roots = [os.fsencode(root) for root in self._library.roots()]
        return any(inside(path, root) and os.path.isdir(root) for root in roots)

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
    for tag in tags:
        db.execute("INSERT OR IGNORE INTO terms (term) VALUES (?)", [tag.term])
        db.execute(
            "INSERT INTO suggestions (photo_id, model_id, term_id, probability)"
            " SELECT ?, ?, id, ? FROM terms WHERE term = ?",
            [photo_id, model_id, tag.probability, tag.term],
        )
