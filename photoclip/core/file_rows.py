"""The rows of `files`: what each file holds, what it held before, and where it has moved to."""

import os
from dataclasses import dataclass

from sqlite_utils import Database

from photoclip.core.folders import inside
from photoclip.core.library import Library
from photoclip.core.survey import Candidate, decoder_version

# Of a picture copied thousands of times, so many are looked at for one that has moved.
_COPIES_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of `files` before the file was read; its photo is what it holds, or held last."""

    id: int
    photo_id: int | None


class FileRows:
    """Every method is called inside a write."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._decoder = decoder_version()

    def row(self, db: Database, candidate: Candidate) -> FileRow | None:
        """What was known of this very file."""
        row = db.execute(
            "SELECT files.id, coalesce(photo_id, former_photo_id) FROM files"
            " JOIN directories ON directories.id = directory_id WHERE path = ? AND name = ?",
            [candidate.directory, candidate.file.name],
        ).fetchone()
        return None if row is None else FileRow(*row)

    def put(self, db: Database, candidate: Candidate, photo_id: int) -> None:
        """The file holds this photo."""
        self._put(db, candidate, photo_id, None, None)

    def put_failure(self, db: Database, candidate: Candidate, reason: str, permanent: bool) -> None:
        """Record why a file cannot be read.

        A file that is known, and only cannot be read now, keeps its photo and is tried again.
        """
        if not permanent:
            row = db.execute(
                "SELECT photo_id FROM files JOIN directories ON directories.id = directory_id"
                " WHERE path = ? AND name = ?",
                [candidate.directory, candidate.file.name],
            ).fetchone()
            if row is not None and row[0] is not None:
                return
        self._put(db, candidate, None, reason, permanent)

    def _put(
        self,
        db: Database,
        candidate: Candidate,
        photo_id: int | None,
        failure: str | None,
        permanent: bool | None,
    ) -> None:
        file = candidate.file
        values = {
            "directory_id": self._directory_id(db, candidate.directory),
            "name": file.name,
            "size": file.size,
            "mtime_ns": file.mtime_ns,
            "missing": 0,
            "photo_id": photo_id,
            "failure": failure,
            "permanent": permanent,
            "decoder": None if failure is None else self._decoder,
        }
        updates = ", ".join(
            f"{n} = excluded.{n}" for n in values if n not in ("directory_id", "name")
        )
        if failure is not None:
            updates += ", former_photo_id = coalesce(files.photo_id, files.former_photo_id)"
        db.execute(
            f"INSERT INTO files ({', '.join(values)})"
            f" VALUES ({', '.join(':' + name for name in values)})"
            f" ON CONFLICT (directory_id, name) DO UPDATE SET {updates}",
            values,
        )

    def vacated(self, db: Database, photo_id: int, candidate: Candidate) -> int | None:
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

    def move(self, db: Database, row: int, candidate: Candidate) -> None:
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

    def note_twin(self, db: Database, candidate: Candidate, photo_id: int) -> None:
        """A copy's bytes say what those of the others said."""
        db.execute(
            "UPDATE files SET own_read = (SELECT max(own_read) FROM files WHERE photo_id = ?)"
            " WHERE directory_id = ? AND name = ?",
            [photo_id, self._directory_id(db, candidate.directory), candidate.file.name],
        )

    def forget_read(self, db: Database, row: int) -> None:
        """The file holds another photo now: what it said was of the one before."""
        db.execute("DELETE FROM sidecars WHERE file_id = ?", [row])
        db.execute("UPDATE files SET own_read = 0 WHERE id = ?", [row])

    def _root_is_there(self, path: bytes) -> bool:
        roots = [os.fsencode(root) for root in self._library.roots()]
        return any(
            inside(path, root) and os.path.isdir(root if root != path else os.path.dirname(root))
            for root in roots
        )

    def _directory_id(self, db: Database, directory: bytes) -> int:
        db.execute("INSERT OR IGNORE INTO directories (path) VALUES (?)", [directory])
        row = db.execute("SELECT id FROM directories WHERE path = ?", [directory]).fetchone()
        directory_id: int = row[0]
        return directory_id
