"""Opening library files, good and bad."""

import sqlite3
import threading
from pathlib import Path

import pytest

from photoclip.core import db
from photoclip.core.db import Store
from photoclip.errors import PhotoClipError


def test_a_new_library_is_made_with_its_folder(tmp_path: Path) -> None:
    store = Store(tmp_path / "new" / "library.photoclip")
    assert store.db.journal_mode == "wal"
    store.close()


def test_what_is_not_sqlite_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("dear diary, " * 500)
    with pytest.raises(PhotoClipError, match="is not a PhotoClip library"):
        Store(path)
    assert path.read_text() == "dear diary, " * 500


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "digikam4.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE albums (id)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(PhotoClipError, match="is not a PhotoClip library"):
        Store(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    [
        "PRAGMA user_version = 9999",
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('photoclip', 'of_the_future', '2099-01-01')",
    ],
)
def test_a_newer_library_is_refused(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "library.photoclip"
    Store(path).close()
    newer = sqlite3.connect(path)
    newer.execute(statement)
    newer.commit()
    newer.close()
    with pytest.raises(PhotoClipError, match="newer PhotoClip"):
        Store(path)


def test_a_locked_library_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "_BUSY_TIMEOUT", 1)
    path = tmp_path / "library.photoclip"
    Store(path).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    store = Store(path)
    with pytest.raises(PhotoClipError, match="Another program"), store.write() as connection:
        connection.execute("INSERT INTO settings VALUES ('a', 'b')")
    other.close()
    store.close()


def test_a_folder_is_no_library(tmp_path: Path) -> None:
    with pytest.raises(PhotoClipError):
        Store(tmp_path)


def test_a_failed_write_stores_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "library.photoclip")
    duplicate = "INSERT INTO settings VALUES ('a', 'b'), ('a', 'c')"

    def write() -> None:
        with store.write() as connection:
            connection.execute("INSERT INTO settings VALUES ('z', 'b')")
            connection.execute(duplicate)

    with pytest.raises(sqlite3.IntegrityError):
        write()
    assert store.db.execute("SELECT count(*) FROM settings").fetchone() == (0,)
    store.close()


def test_threads_see_each_others_writes(tmp_path: Path) -> None:
    store = Store(tmp_path / "library.photoclip")
    before = store.revision()

    def write() -> None:
        with store.write() as connection:
            connection.execute("INSERT INTO settings VALUES ('a', 'b')")

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert store.db.execute("SELECT value FROM settings").fetchone() == ("b",)
    assert store.revision() != before
    store.close()


def test_a_revision_is_the_same_on_every_thread_until_someone_writes(tmp_path: Path) -> None:
    store = Store(tmp_path / "library.photoclip")
    told: list[int] = []

    def ask() -> None:
        thread = threading.Thread(target=lambda: told.append(store.revision()))
        thread.start()
        thread.join()

    for program in (store, Store(tmp_path / "library.photoclip")):
        ask()
        assert told[-1] == store.revision()
        with program.write() as connection:
            connection.execute("REPLACE INTO settings VALUES ('a', ?)", [len(told)])
        ask()
        assert told[-1] == store.revision() != told[-2]
    program.close()
    store.close()
    with pytest.raises(RuntimeError, match="closed"):
        store.revision()


def test_a_write_keeps_other_programs_out_from_its_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "library.photoclip")
    monkeypatch.setattr(db, "_BUSY_TIMEOUT", 1)
    other = Store(tmp_path / "library.photoclip")
    with (
        store.write() as connection,
        pytest.raises(PhotoClipError, match="Another program"),
        other.write(),
    ):
        connection.execute("SELECT 1")
    other.close()
    store.close()


def test_a_library_whose_making_was_cut_off_is_made_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "library.photoclip"

    class CutOffError(Exception):
        pass

    def cut_off(*_: object) -> None:
        raise CutOffError

    apply = db.migrations.apply
    monkeypatch.setattr(db.migrations, "apply", lambda made: (apply(made), cut_off()))
    with pytest.raises(CutOffError):
        Store(path)
    monkeypatch.undo()
    Store(path).close()


def test_damage_found_while_reading_is_told(tmp_path: Path) -> None:
    path = tmp_path / "library.photoclip"
    store = Store(path)
    with store.write() as connection:
        connection.execute("INSERT INTO settings VALUES ('a', ?)", ["x" * 100_000])
    store.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096 * 8)
    with pytest.raises(PhotoClipError, match=r"damaged|not a PhotoClip library"):
        Store(path).rows("SELECT * FROM settings")


def test_wrong_sql_is_a_bug_and_stays_one(tmp_path: Path) -> None:
    store = Store(tmp_path / "fullmoon" / "library.photoclip")
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        store.rows("SELECT * FROM nowhere")
    store.close()
