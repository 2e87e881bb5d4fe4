"""The library's SQLite file: opening it safely, one connection per thread, one writer at a time."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from photoclip.core.migrations import migrations
from photoclip.core.paths import display_name
from photoclip.errors import PhotoClipError

# "PhCl": tells our files from other programs' databases (SQLite's application_id).
APPLICATION_ID = 0x5068436C
# How long to wait for another program, such as a second PhotoClip, to end its write, in ms.
_BUSY_TIMEOUT = 10_000


class Store:
    """One SQLite file. Any thread may read; `write` lets one thread at a time change it.

    Raises:
        PhotoClipError: when the file cannot be opened, is not a library, or is too new.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._connections: list[Database] = []
        self._lock = threading.RLock()
        self._closed = False
        self._revision = 0
        with self.errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._prepare(self.db)

    @property
    def db(self) -> Database:
        """The calling thread's own connection."""
        db: Database | None = getattr(self._local, "db", None)
        if db is None:
            db = self._connect()
            self._local.db = db
        return db

    @contextmanager
    def write(self) -> Iterator[Database]:
        """A transaction: all of it is stored, or nothing."""
        with self._lock, self.errors(), self.db.atomic():
            yield self.db
            self._revision += 1

    def revision(self) -> tuple[int, int]:
        """Differs from an earlier answer on the same thread when anyone wrote in between."""
        (version,) = self.db.execute("PRAGMA data_version").fetchone()
        return self._revision, version

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Say in a plain sentence what SQLite or the file system did not allow."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise PhotoClipError(self._sentence(error)) from error

    def close(self) -> None:
        """Close every thread's connection. The threads must have ended their work."""
        with self._lock:
            self._closed = True
            for db in self._connections:
                db.close()
            self._connections.clear()

    def _connect(self) -> Database:
        with self._lock:
            if self._closed:
                raise RuntimeError("the library is closed")
            connection = sqlite3.connect(self.path, check_same_thread=False)
            db = Database(connection)
            self._connections.append(db)
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT}")
        connection.execute("PRAGMA foreign_keys = ON")
        # Safe with WAL: a power cut may lose the last transactions but never damages the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        return db

    def _prepare(self, db: Database) -> None:
        (application_id,) = db.execute("PRAGMA application_id").fetchone()
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if application_id != APPLICATION_ID and db.table_names():
            raise PhotoClipError(self._not_a_library())
        latest = len(migrations.pending(db)) + len(migrations.applied(db))
        known = {migration.name for migration in migrations._migrations}
        if version > latest or any(done.name not in known for done in migrations.applied(db)):
            raise PhotoClipError("This library was made by a newer PhotoClip. Update to open it.")
        if migrations.pending(db):
            db.enable_wal()
            migrations.apply(db)
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {latest}")

    def _sentence(self, error: Exception) -> str:
        name = display_name(str(self.path))
        text = str(error).lower()
        if "not a database" in text:
            return self._not_a_library()
        if "malformed" in text or "corrupt" in text:
            return f'The library "{name}" is damaged. Put back a copy of it, or choose another.'
        if "locked" in text or "busy" in text:
            return (
                f'Another program holds the library "{name}". Close that program, then try again.'
            )
        if "readonly" in text or isinstance(error, PermissionError):
            return (
                f'The library "{name}" may not be written to. '
                "Change its permissions, or choose another place for it."
            )
        if "full" in text or getattr(error, "errno", None) == 28:
            return "The disk is full. What was done is kept. Free some space, then go on."
        return (
            f'The library "{name}" cannot be used: {error}. '
            "Check its drive, or choose another library."
        )

    def _not_a_library(self) -> str:
        return f'"{display_name(str(self.path))}" is not a PhotoClip library. Choose another file.'
