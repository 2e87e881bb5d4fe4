"""Storing what was read from files: photos, vectors, suggested tags, failures, all or nothing."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from photoclip.core.file_rows import FileRow, FileRows
from photoclip.core.folders import inside
from photoclip.core.imaging import is_photo_name
from photoclip.core.inheriting import inherit
from photoclip.core.library import Library
from photoclip.core.metadata import Metadata
from photoclip.core.own import NOTHING, Own, Tags
from photoclip.core.paths import display, display_name
from photoclip.core.rereading import take_in
from photoclip.core.same_picture import same_picture
from photoclip.core.scan import reaches
from photoclip.core.survey import Candidate
from photoclip.core.types import Change, Tag
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
        in_file: the tags of these that stand in the file itself.
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
    in_file: Tags = ()


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


_NO_VECTOR = (np.empty(0, np.float16), ())
# A cosine: the same pixels give one vector but for rounding, whatever else is in the batch.
_INDISTINGUISHABLE = 0.9999

Outcome = Content | SameContent | Unreadable


@dataclass(frozen=True)
class Stored:
    """What storing a batch did.

    Attributes:
        moved: the rows of `files` that have a new path.
        resaid: files of known contents, whose sidecars have not been read yet.
    """

    change: Change
    indexed: int
    unchanged: int
    failed: int
    embedded: int
    moved: frozenset[int]
    resaid: tuple[Candidate, ...]


class Intake:
    """Writes the outcomes of reading files into the library, for one model.

    A file whose bytes have changed, as when another program wrote keywords into it, but not its
    picture, is the same photo still: it keeps its number, and so all that a person said of it, its
    albums and what can be undone. That is so where no other file holds the old bytes. Else the new
    bytes are a photo of their own, which inherits what was said when the last file with the old
    ones has followed, as when a folder was changed and then mirrored. Where the picture is another,
    what was said stays with the old one, which is hidden until its bytes come back.

    Args:
        model: the encoder's id, under which vectors and suggestions are stored.
        name: the encoder's name for a person.
    """

    def __init__(self, library: Library, model: str, name: str) -> None:
        self._library = library
        self._files = FileRows(library)
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
        tagged_with: str | None,
        vocabulary: Vocabulary,
    ) -> Stored:
        """Store a batch in one transaction.

        What lies in a folder that was taken out of the library meanwhile is left out.

        Args:
            embeddings: float32 of shape (n, d), one for each `Content` among `outcomes`, in
                their order; stored as float16.
            tags: the suggested tags of each of them.
            tagged_with: `Tagger.version`, by which outdated suggestions are found; None where
                there are none yet.
            vocabulary: by which keywords of other programs are understood.
        """
        added: list[int] = []
        moved: set[int] = set()
        resaid: list[Candidate] = []
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
                    self._files.put_failure(
                        db, outcome.candidate, outcome.reason, outcome.permanent
                    )
                    failed += 1
                    continue
                row = self._files.row(db, outcome.candidate)
                if isinstance(outcome, Content):
                    photo_id = self._renewed(db, row, outcome, vector)
                    if photo_id is None:
                        photo_id = self._put_photo(db, outcome)
                    self._put_vector(db, photo_id, vector.tobytes(), suggestions, tagged_with)
                elif (known := self._known(db, outcome.content_hash)) is not None:
                    photo_id = known
                else:  # its twin lay in a folder that was taken out
                    dropped += 1
                    continue
                if row is not None and row.photo_id == photo_id:
                    # Touched, or back after it had vanished; or another model's turn.
                    unchanged += isinstance(outcome, SameContent)
                elif (vacated := self._files.vacated(db, photo_id, outcome.candidate)) is not None:
                    self._files.move(db, vacated, outcome.candidate)
                    self._hand_down(db, row, photo_id)
                    moved.add(vacated)
                    continue
                self._files.put(db, outcome.candidate, photo_id)
                self._hand_down(db, row, photo_id)
                if row is not None and row.photo_id != photo_id:
                    self._files.forget_read(db, row.id)
                if isinstance(outcome, Content):
                    own, in_file = outcome.own, outcome.in_file
                    take_in(self._library, db, vocabulary, outcome.candidate, own, in_file)
                else:
                    self._files.note_twin(db, outcome.candidate, photo_id)
                    if outcome.candidate.file.sidecars:
                        resaid.append(outcome.candidate)
                added.append(photo_id)
        indexed = len(outcomes) - unchanged - failed - dropped - len(moved)
        change = Change(
            added=tuple(added),
            folders=bool(added or moved),
            tags=bool(added or moved),
            failures=failed > 0,
        )
        return Stored(
            change, indexed, unchanged, failed, len(embeddings), frozenset(moved), tuple(resaid)
        )

    def store_vectors(
        self,
        photo_ids: Sequence[int],
        embeddings: NDArray[np.float32],
        tags: Sequence[Sequence[Tag]],
        tagged_with: str | None,
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

    def _known(self, db: Database, content_hash: str) -> int | None:
        row = db.execute("SELECT id FROM photos WHERE hash = ?", [content_hash]).fetchone()
        return row[0] if row is not None else None

    def _put_photo(self, db: Database, content: Content) -> int:
        """The photo's id, which it keeps where its content is known."""
        columns = {**_columns(content), "sort_time": content.sort_time}
        # The same content under another model, or met again after it had vanished.
        db.execute(
            f"INSERT INTO photos ({', '.join(columns)})"
            f" VALUES ({', '.join(':' + name for name in columns)}) ON CONFLICT (hash) DO NOTHING",
            columns,
        )
        photo_id = self._known(db, content.content_hash)
        assert photo_id is not None
        return photo_id

    def _renewed(
        self, db: Database, row: FileRow | None, content: Content, vector: NDArray[np.float16]
    ) -> int | None:
        """The photo of a file whose bytes were changed but not its picture, with its new hash."""
        if row is None or row.photo_id is None:
            return None
        known = db.execute(
            "SELECT 1 FROM photos WHERE hash = ? UNION ALL"
            " SELECT 1 FROM files WHERE photo_id = ? AND id != ? AND NOT missing",
            [content.content_hash, row.photo_id, row.id],
        ).fetchone()
        if known is not None:
            return None
        before = self._hash(db, row.photo_id)
        if self._library.thumbnails.exists(before):
            same = self._shows_the_same(before, content.content_hash)
        else:  # someone has left the thumbnails behind
            same = self._looks_the_same(db, row.photo_id, vector)
        if not same:
            return None
        columns = _columns(content)
        if content.metadata.captured_at is not None:
            # Without one it is the file's time, and writing keywords takes no photo.
            columns["sort_time"] = content.sort_time
        db.execute(
            f"UPDATE photos SET {', '.join(f'{name} = :{name}' for name in columns)}"
            " WHERE id = :photo_id",
            {**columns, "photo_id": row.photo_id},
        )
        db.execute(
            "INSERT OR REPLACE INTO former_hashes (hash, photo_id) VALUES (?, ?)",
            [before, row.photo_id],
        )
        # Should they come back, they hold the old bytes.
        db.execute("DELETE FROM files WHERE photo_id = ? AND id != ?", [row.photo_id, row.id])
        return row.photo_id

    def _hand_down(self, db: Database, row: FileRow | None, photo_id: int) -> None:
        """Let a photo inherit what was said of the one whose last file it has taken the place of,
        if both show the same picture."""
        if row is None or row.photo_id is None or row.photo_id == photo_id:
            return
        left = "SELECT 1 FROM files WHERE photo_id = ? AND NOT missing"
        if db.execute(left, [row.photo_id]).fetchone() is None and self._shows_the_same(
            self._hash(db, row.photo_id), self._hash(db, photo_id)
        ):
            inherit(db, row.photo_id, photo_id)

    def _shows_the_same(self, content_hash: str, other: str) -> bool:
        thumbnails = self._library.thumbnails
        return same_picture(thumbnails.read(content_hash), thumbnails.read(other))

    def _looks_the_same(self, db: Database, photo_id: int, vector: NDArray[np.float16]) -> bool:
        """Whether the model sees no difference between a photo and this vector, (d,)."""
        row = db.execute(
            "SELECT vector FROM vectors WHERE model_id = ? AND photo_id = ?",
            [self._model_id, photo_id],
        ).fetchone()
        if row is None:
            return False
        before, now = np.frombuffer(row[0], np.float16).astype("f8"), vector.astype("f8")
        lengths = np.linalg.norm(before) * np.linalg.norm(now)
        return float(before @ now) >= _INDISTINGUISHABLE * float(lengths)

    def _hash(self, db: Database, photo_id: int) -> str:
        row = db.execute("SELECT hash FROM photos WHERE id = ?", [photo_id]).fetchone()
        content_hash: str = row[0]
        return content_hash

    def _put_vector(
        self,
        db: Database,
        photo_id: int,
        vector: bytes,
        tags: Sequence[Tag],
        tagged_with: str | None,
    ) -> None:
        db.execute(
            "INSERT OR REPLACE INTO vectors (model_id, photo_id, vector, tagged_with)"
            " VALUES (?, ?, ?, ?)",
            [self._model_id, photo_id, vector, tagged_with],
        )
        put_suggestions(db, self._model_id, photo_id, tags)


def _columns(content: Content) -> dict[str, object]:
    """What `photos` keeps of a content, but for its place among the others."""
    return {
        "hash": content.content_hash,
        "width": content.width,
        "height": content.height,
        "format": content.format,
        "size": content.candidate.file.size,
        **{f.name: getattr(content.metadata, f.name) for f in fields(Metadata)},
    }


def put_suggestions(db: Database, model_id: int, photo_id: int, tags: Sequence[Tag]) -> None:
    """Replace the tags that a model suggests for a photo, other than personal ones."""
    db.execute(
        "DELETE FROM suggestions WHERE model_id = ? AND photo_id = ?"
        " AND term_id NOT IN (SELECT term_id FROM personal_tags)",
        [model_id, photo_id],
    )
    if not tags:
        return
    insert = (
        "INSERT OR REPLACE INTO suggestions (photo_id, model_id, term_id, probability)"
        " SELECT ?, ?, id, ? FROM terms WHERE term = ?"
        " AND id NOT IN (SELECT term_id FROM personal_tags)"
    )
    rows = [(photo_id, model_id, tag.probability, tag.term) for tag in tags]
    if db.conn.executemany(insert, rows).rowcount < len(rows):
        # Seldom: a term that no photo had yet.
        terms = [(tag.term,) for tag in tags]
        db.conn.executemany("INSERT OR IGNORE INTO terms (term) VALUES (?)", terms)
        db.conn.executemany(insert, rows)
