"""The library as everyone reads it: photos, folders, tags, failures.

What is read from files is written by `intake`.
"""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photoclip.core.albums import Albums
from photoclip.core.annotations import Annotations, rename_term, write_again
from photoclip.core.bulk import set_missing
from photoclip.core.db import Store
from photoclip.core.folder_photos import FolderPhotos
from photoclip.core.folders import below, folder_tree, inside
from photoclip.core.listings import Listed, Listings
from photoclip.core.paths import thumbnails_dir
from photoclip.core.term_files import built_in_terms
from photoclip.core.thumbs import Thumbnails
from photoclip.core.types import (
    Change,
    Counts,
    Failure,
    Folder,
    Photo,
    Scope,
    StoredModel,
)
from photoclip.core.vocabulary import Vocabulary

_PHOTO_COLUMNS = (
    "id, hash, present, width, height, format, size, sort_time, captured_at, captured_offset,"
    " camera, lens, latitude, longitude, exposure_time, f_number, iso, focal_length"
)
# A second or so of work: nobody who indexes meanwhile waits longer.
_DELETED_AT_ONCE = 5_000


class Library:
    """A photo library in one SQLite file. Every method may be called from any thread.

    Methods that speak of vectors or suggested tags take a `model`: the id of an encoder, since
    the embeddings of two models cannot be compared.

    Raises:
        PhotoClipError: from any method, when the file cannot be used; in a plain sentence.
    """

    def __init__(self, path: Path) -> None:
        self.store = Store(path)
        self.annotations = Annotations(self.store)
        self.albums = Albums(self.store)
        self.thumbnails = Thumbnails(thumbnails_dir(path))
        self.folder_photos = FolderPhotos(self.store)
        self._listings = Listings(self.store)

    @property
    def path(self) -> Path:
        return self.store.path

    def close(self) -> None:
        self.store.close()

    def revision(self) -> int:
        """Differs from an earlier answer when the library has changed, whoever changed it."""
        return self.store.revision()

    # What there is

    def counts(self, model: str) -> Counts:
        """How many photos are there, how many of them `model` can search, what failed."""
        # Every photo is of one type.
        photos, searchable = self.store.row(
            "SELECT (SELECT coalesce(sum(photos), 0) FROM facets WHERE kind = 'type'),"
            " coalesce((SELECT searchable FROM models WHERE key = ?), 0)",
            [model],
        )
        (failures,) = self.store.row(
            "SELECT count(*) FROM files WHERE failure IS NOT NULL AND NOT missing"
        )
        return Counts(photos, searchable, failures)

    def listing(self, scope: Scope = Scope(), model: str = "") -> Listed:
        """The photos in `scope`, newest first.

        Returns:
            Their ids and their `sort_time`s, each int64 of shape (n,); the same arrays for all who
            ask, so neither may be written to, until the library changes.
        """
        return self._listings.photos(scope, model)

    def photo(self, photo_id: int) -> Photo | None:
        """All that is known of one photo, or None if there is no such id."""
        return self.photos([photo_id]).get(photo_id)

    def photos(self, photo_ids: Sequence[int], folder: str | None = None) -> dict[int, Photo]:
        """All that is known of these photos; unknown ids are left out.

        A photo with copies is given the path of one inside `folder`, if there is one.
        """
        found: dict[int, Photo] = {}
        for start in range(0, len(photo_ids), 500):
            part = [int(i) for i in photo_ids[start : start + 500]]
            marks = ",".join("?" * len(part))
            paths = self._paths(part, folder)
            for row in self.store.rows(
                f"SELECT {_PHOTO_COLUMNS} FROM photos WHERE id IN ({marks})", part
            ):
                photo_id, content_hash, present, *facts = row
                found[photo_id] = Photo(
                    photo_id, content_hash, paths.get(photo_id, ""), bool(present), *facts
                )
        return found

    def content_hashes(self, photo_ids: Sequence[int]) -> dict[int, str]:
        """The content hash of each of these photos, by which thumbnails are named."""
        part = [int(i) for i in photo_ids]
        rows = self.store.rows(
            f"SELECT id, hash FROM photos WHERE id IN ({','.join('?' * len(part))})", part
        )
        return dict(rows)

    def photo_with(self, content_hash: str) -> int | None:
        """The id of the photo with this content now, else of the one that had it, or None."""
        row = self.store.row(
            "SELECT id FROM photos WHERE hash = ?1"
            " UNION ALL SELECT photo_id FROM former_hashes WHERE hash = ?1",
            [content_hash],
        )
        return row[0] if row else None

    def photo_at(self, path: str) -> int | None:
        """The id of the photo whose file lies there, if the file is as it was when indexed."""
        directory, name = os.path.split(os.fsencode(path))
        try:
            facts = os.stat(path)
        except OSError:
            return None
        row = self.store.row(
            "SELECT photo_id FROM files JOIN directories ON directories.id = directory_id"
            " WHERE path = ? AND name = ? AND files.size = ? AND mtime_ns = ?",
            [directory, name, facts.st_size, facts.st_mtime_ns],
        )
        return row[0] if row else None

    def roots(self) -> tuple[str, ...]:
        """The folders, and single files, that a person added, in path order."""
        rows = self.store.rows("SELECT path FROM roots ORDER BY path")
        return tuple(os.fsdecode(path) for (path,) in rows)

    def root_of(self, path: str) -> str | None:
        """The root that `path` is or lies inside, or None."""
        wanted = os.fsencode(path)
        return next((root for root in self.roots() if inside(wanted, os.fsencode(root))), None)

    def spelled(self, path: str) -> str:
        """The absolute path by which the library knows what lies there.

        Someone may come to a root by another way, through a link.
        """
        wanted = os.path.abspath(path)
        if self.root_of(wanted) is not None:
            return wanted
        real = os.path.realpath(os.fsencode(wanted))
        for root in map(os.fsencode, self.roots()):
            real_root = os.path.realpath(root)
            if inside(real, real_root):
                return os.fsdecode(root + real[len(real_root) :])
        return wanted

    def folder_tree(self) -> tuple[Folder, ...]:
        """The folders a person added, each with its sub-folders and photo counts."""
        rows = self.store.rows("SELECT path, photos FROM directories WHERE photos")
        return folder_tree([os.fsencode(root) for root in self.roots()], dict(rows))

    def failures(self) -> tuple[Failure, ...]:
        """The files that could not be read, by path."""
        rows = self.store.rows(
            "SELECT path, name, failure, permanent FROM files"
            " JOIN directories ON directories.id = directory_id"
            " WHERE failure IS NOT NULL AND NOT missing ORDER BY path, name"
        )
        return tuple(
            Failure(os.fsdecode(os.path.join(path, name)), reason, bool(permanent))
            for path, name, reason, permanent in rows
        )

    # Tags; see `annotations` for what a person decides

    def term_ids(self, terms: Sequence[str]) -> list[int]:
        """The library's own numbers for these terms; those that no photo ever had are left out."""
        rows = self.store.rows(
            "SELECT id FROM terms WHERE term IN (SELECT value FROM json_each(?))",
            [json.dumps(list(terms))],
        )
        return [row[0] for row in rows]

    def tagged(self, term_ids: Sequence[int]) -> NDArray[np.int64]:
        """The photos that have one of these terms as a confirmed tag; int64 (n,)."""
        rows = self.store.rows(
            "SELECT DISTINCT photo_id FROM decisions"
            " WHERE confirmed AND term_id IN (SELECT value FROM json_each(?))",
            [json.dumps(list(term_ids))],
        )
        return np.fromiter((row[0] for row in rows), np.int64, len(rows))

    def vocabulary(self) -> Vocabulary:
        """The built-in terms, overlaid with the person's own."""
        return Vocabulary(built_in_terms(), self.own_terms())

    def own_terms(self) -> dict[str, str]:
        """`Vocabulary.own` as it is stored."""
        return dict(self.store.rows("SELECT term, entry FROM own_terms"))

    def set_vocabulary(self, vocabulary: Vocabulary) -> Change:
        """Store a person's changes to the built-in terms; what photos are tagged with follows."""
        before = self.vocabulary()
        with self.store.write() as db:
            db.execute("DELETE FROM own_terms")
            db.conn.executemany("INSERT INTO own_terms VALUES (?, ?)", vocabulary.own.items())
            for key in {**before.own, **vocabulary.own}:
                old, new = _called(before, key), _called(vocabulary, key)
                if old is not None and new is not None and old != new:
                    rename_term(db, old, new)
                    # Their sidecars name it too, as what they belong to.
                    write_again(db, [new, *vocabulary.descendants(new)])
        return Change(tags=True)

    # Vectors

    def vector(self, photo_id: int, model: str) -> NDArray[np.float32] | None:
        """The photo's embedding, float32 of shape (d,), or None if `model` has not seen it."""
        row = self.store.row(
            "SELECT vector FROM vectors WHERE photo_id = ?"
            " AND model_id = (SELECT id FROM models WHERE key = ?)",
            [photo_id, model],
        )
        return np.frombuffer(row[0], np.float16).astype(np.float32) if row else None

    def vectors(
        self, photo_ids: NDArray[np.int64], model: str
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Which of these photos have a vector, int64 (n,), rising, and the vectors, (n, d)."""
        rows = self.store.rows(
            "SELECT photo_id, vector FROM vectors"
            " WHERE model_id = (SELECT id FROM models WHERE key = ?)"
            " AND photo_id IN (SELECT value FROM json_each(?)) ORDER BY photo_id",
            [model, json.dumps(photo_ids.tolist())],
        )
        return _numbered(rows)

    def vectors_numbered(
        self, numbers: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Which of these numbers (see `vectors_after`) there are still, rising, int64 (n,), and
        the vectors, (n, d). Takes half as long as finding them by their photos."""
        rows = self.store.rows(
            "SELECT id, vector FROM vectors"
            " WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
            [json.dumps(numbers.tolist())],
        )
        return _numbered(rows)

    def vector_count(self, model: str) -> int:
        """How many vectors of the model are stored."""
        rows = self.store.rows("SELECT vectors FROM models WHERE key = ?", [model])
        return int(rows[0][0]) if rows else 0

    def vectors_after(
        self, model: str, last: int, limit: int = 10_000
    ) -> tuple[int, NDArray[np.int64], NDArray[np.int64], NDArray[np.float16]]:
        """The next vectors stored after the one numbered `last` (0 for the first).

        Returns:
            The number up to which these are all, their own numbers (n,), the photo ids (n,), the
            vectors (n, d); a photo may come a second time, with a vector that replaces the first
            and has another number. n is 0 at the end.
        """
        # What another model stored after the last one is passed over once and not at every look.
        (newest,) = self.store.row("SELECT coalesce(max(id), 0) FROM vectors")
        rows = self.store.rows(
            # The plus keeps SQLite from looking up all vectors of the model by its index.
            "SELECT id, photo_id, vector FROM vectors"
            " WHERE +model_id = (SELECT id FROM models WHERE key = ?) AND id > ? AND id <= ?"
            " ORDER BY id LIMIT ?",
            [model, last, newest, limit],
        )
        reached = rows[-1][0] if len(rows) == limit else max(last, newest)
        numbers, photo_ids = (
            np.fromiter((row[column] for row in rows), np.int64, len(rows)) for column in (0, 1)
        )
        matrix = np.frombuffer(b"".join(row[2] for row in rows), np.float16)
        return reached, numbers, photo_ids, matrix.reshape(len(rows), -1 if rows else 0)

    def unembedded(self, model: str) -> NDArray[np.int64]:
        """The ids of the photos there are that `model` has not seen, newest first; (n,)."""
        counts = self.counts(model)
        if counts.photos == counts.searchable:
            return np.empty(0, np.int64)
        rows = self.store.rows(
            "SELECT id FROM photos WHERE present AND NOT EXISTS (SELECT 1 FROM vectors"
            " WHERE model_id = (SELECT id FROM models WHERE key = ?) AND photo_id = photos.id)"
            " ORDER BY sort_time DESC, id DESC",
            [model],
        )
        return np.fromiter((row[0] for row in rows), np.int64, len(rows))

    def stored_models(self) -> tuple[StoredModel, ...]:
        """The models whose vectors are stored here, by name."""
        rows = self.store.rows(
            # All vectors of a model have one length.
            "SELECT key, name, vectors, vectors * (SELECT length(vector) FROM vectors"
            " WHERE model_id = models.id LIMIT 1) FROM models WHERE vectors ORDER BY name, key"
        )
        return tuple(StoredModel(*row) for row in rows)

    def delete_vectors(self, model: str, go_on: Callable[[], bool] = lambda: True) -> Change:
        """Forget the vectors and suggested tags of one model, some thousand photos at a time.

        The file does not become smaller: what is stored next takes the room. Of the model that
        answers, nothing is found until the photos are embedded again.

        Args:
            go_on: asked before each part, in its transaction; False ends it.
        """
        done = False
        while not done:
            # Others get to write in between.
            with self.store.write() as db:
                rows = db.execute(
                    "SELECT model_id, photo_id FROM vectors WHERE model_id ="
                    " (SELECT id FROM models WHERE key = ?) ORDER BY photo_id LIMIT ?",
                    [model, _DELETED_AT_ONCE],
                ).fetchall()
                done = not rows or not go_on()
                for table in () if done else ("suggestions", "vectors"):
                    db.execute(
                        f"DELETE FROM {table} WHERE model_id = ? AND photo_id BETWEEN ? AND ?",
                        [*rows[0], rows[-1][1]],
                    )
        return Change(tags=True)

    # Settings of this library

    def setting(self, name: str) -> str | None:
        row = self.store.row("SELECT value FROM settings WHERE name = ?", [name])
        return row[0] if row else None

    def set_setting(self, name: str, value: str) -> None:
        with self.store.write() as db:
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", [name, value])

    def remove_root(self, path: str) -> Change:
        """Take a folder out of the library. Its files are left alone, and so is what is known
        of its photos: adding the folder again brings everything back."""
        encoded = os.fsencode(path)
        with self.store.write() as db:
            db.execute("DELETE FROM roots WHERE path = ?", [encoded])
            low, high = below(encoded)
            directory, name = os.path.split(encoded)
            set_missing(
                db,
                "directory_id IN (SELECT id FROM directories WHERE path = :path"
                " OR (path >= :low AND path < :high)) OR (directory_id ="
                " (SELECT id FROM directories WHERE path = :directory) AND name = :name)",
                {"path": encoded, "low": low, "high": high, "directory": directory, "name": name},
                missing=True,
            )
        return Change(removed=True, folders=True, tags=True, failures=True)

    def _paths(self, photo_ids: list[int], folder: str | None) -> dict[int, str]:
        """A path for each photo: one in `folder` first, then one that is there."""
        wanted = os.fsencode(folder) if folder is not None else None
        paths: dict[int, tuple[bool, bool, bytes]] = {}
        for photo_id, missing, directory, name in self.store.rows(
            "SELECT photo_id, missing, path, name FROM files"
            " JOIN directories ON directories.id = directory_id"
            f" WHERE photo_id IN ({','.join('?' * len(photo_ids))})",
            photo_ids,
        ):
            path = os.path.join(directory, name)
            outside = wanted is not None and not inside(path, wanted)
            paths[photo_id] = min(
                paths.get(photo_id, (True, True, path)), (outside, bool(missing), path)
            )
        return {photo_id: os.fsdecode(path) for photo_id, (_, _, path) in paths.items()}


def _called(vocabulary: Vocabulary, key: str) -> str | None:
    """The name that the term with this key has, see `Vocabulary`; None where there is none."""
    term = vocabulary.find(key)
    return term.term if term and (key in vocabulary.own or term.term == key) else None


def _numbered(rows: Sequence[Any]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Numbers with their vectors, as SQL gives them, as arrays."""
    numbers = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    vectors = np.frombuffer(b"".join(row[1] for row in rows), np.float16)
    return numbers, vectors.astype(np.float32).reshape(len(rows), -1 if rows else 0)
