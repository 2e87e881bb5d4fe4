"""The library's SQLite file: opening it safely, one connection per thread, one writer at a time."""

import errno
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from photoclip.core.migrations import migrations
from photoclip.core.paths import display_name
from photoclip.errors import PhotoClipError

# "PhCl": tells our files from other programs' databases (SQLite's application_id).
APPLICATION_ID = 0x5068436C
# How long to wait for another program, such as a second PhotoClip, to end its write, in ms.
_BUSY_TIMEOUT = 10_000
DISK_FULL = "The disk is full. What was done is kept. Free some space, then go on."
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)

Arguments = Sequence[Any] | dict[str, Any]


class Store:
    """One SQLite file. Any thread may read; `write` lets one thread at a time change it.

    Raises:
        PhotoClipError: when the file cannot be opened, is not a library, or is too new.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._connections: dict[threading.Thread, Database] = {}
        self._lock = threading.RLock()
        self._closed = False
        # Never writes, so that its `data_version` tells of whatever was written, also by us.
        self._watching: sqlite3.Connection | None = None
        self._watch = threading.Lock()
        try:
            with self.errors():
                path.parent.mkdir(parents=True, exist_ok=True)
                self._prepare(self.db)
        except PhotoClipError:
            self.close()
            raise

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
        with self._lock, self.errors(), _immediate(self.db):
            yield self.db

    def rows(self, sql: str, arguments: Arguments = ()) -> list[Any]:
        """What a query gives, each row a tuple."""
        with self.errors():
            return self.db.execute(sql, arguments).fetchall()

    def row(self, sql: str, arguments: Arguments = ()) -> Any:
        """The first row of what a query gives, or None."""
        with self.errors():
            return self.db.execute(sql, arguments).fetchone()

    def revision(self) -> int:
        """Differs from an earlier answer, given to whichever thread, when anyone wrote in between.

        What was read before an answer is no newer than that.
        """
        with self._watch, self.errors():
            if self._closed:
                raise RuntimeError("the library is closed")
            if self._watching is None:
                self._watching = sqlite3.connect(self.path, check_same_thread=False)
            (version,) = self._watching.execute("PRAGMA data_version").fetchone()
        return int(version)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Say in a plain sentence what SQLite or the file system did not allow.

        Anything else, such as wrong SQL, is a bug and passes as it is.
        """
        try:
            yield
        except (sqlite3.DatabaseError, OSError) as error:
            sentence = self._sentence(error)
            if sentence is None:
                raise
            raise PhotoClipError(sentence) from error

    def close(self) -> None:
        """Close every thread's connection. The threads must have ended their work."""
        with self._lock:
            self._closed = True
            for db in self._connections.values():
                db.close()
            self._connections.clear()
        with self._watch:
            if self._watching is not None:
                self._watching.close()

    def _connect(self) -> Database:
        with self._lock:
            if self._closed:
                raise RuntimeError("the library is closed")
            for thread in [t for t in self._connections if not t.is_alive()]:
                self._connections.pop(thread).close()
            connection = sqlite3.connect(self.path, check_same_thread=False)
            db = Database(connection)
            self._connections[threading.current_thread()] = db
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT}")
        connection.execute("PRAGMA foreign_keys = ON")
        # The triggers that count see what REPLACE takes away only with this.
        connection.execute("PRAGMA recursive_triggers = ON")
        # Safe with WAL: a power cut may lose the last transactions but never damages the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        return db

    def _prepare(self, db: Database) -> None:
        self._check(db)
        if not migrations.pending(db):
            return
        db.enable_wal()
        # Two programs may have found the same new file: the second waits here, then looks again.
        with _immediate(db):
            self._check(db)
            migrations.apply(db)
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {len(migrations.applied(db))}")

    def _check(self, db: Database) -> None:
        """Refuse another program's file, and one of a newer PhotoClip."""
        (application_id,) = db.execute("PRAGMA application_id").fetchone()
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if application_id != APPLICATION_ID and db.table_names():
            raise PhotoClipError(self._not_a_library())
        applied = {migration.name for migration in migrations.applied(db)}
        known = applied | {migration.name for migration in migrations.pending(db)}
        ours = {migration.name for migration in migrations._migrations}
        if version > len(known) or not applied <= ours:
            raise PhotoClipError("This library was made by a newer PhotoClip. Update to open it.")

    def _sentence(self, error: Exception) -> str | None:
        """What happened and what to do, or None for what is no fault of the file or the disk."""
        name = display_name(str(self.path))
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        number = error.errno if isinstance(error, OSError) else 0
        if code == sqlite3.SQLITE_NOTADB:
            return self._not_a_library()
        if code == sqlite3.SQLITE_CORRUPT:
            return f'The library "{name}" is damaged. Put back a copy of it, or choose another.'
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return (
                f'Another program holds the library "{name}". Close that program, then try again.'
            )
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM) or number in _FORBIDDEN:
            return (
                f'The library "{name}" may not be written to. '
                "Change its permissions, or choose another place for it."
            )
        if code == sqlite3.SQLITE_FULL or number == errno.ENOSPC:
            return DISK_FULL
        if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR) or number:
            return (
                f'The library "{name}" cannot be opened. '
                "Check its folder and drive, or choose another library."
            )
        return None

    def _not_a_library(self) -> str:
        return f'"{display_name(str(self.path))}" is not a PhotoClip library. Choose another file.'


@contextmanager
def _immediate(db: Database) -> Iterator[None]:
    """A transaction that takes the right to write at once, waiting for other programs to end.

    One that begins by reading could not wait: it would fail where another wrote in between.
    """
    if db.conn.in_transaction:
        with db.atomic():
            yield
        return
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.conn.rollback()
        raise
    db.conn.commit()
