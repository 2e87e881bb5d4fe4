"""Which photos lie in a folder, whatever came and went."""

from sqlite_utils import Database

from photoclip.core.db import Store
from photoclip.core.folder_photos import FolderPhotos
from photoclip.core.library import Library


def put(db: Database, folder: int, photo: int, name: str = "a.jpg") -> None:
    db.execute("INSERT OR IGNORE INTO directories (id, path) VALUES (?, ?)", [folder, f"{folder}"])
    db.execute(
        "INSERT OR IGNORE INTO photos (id, hash, sort_time, width, height, format, size)"
        " VALUES (?, ?, 0, 1, 1, 'JPEG', 1)",
        [photo, f"{photo}"],
    )
    db.execute(
        "INSERT INTO files (directory_id, name, size, mtime_ns, photo_id) VALUES (?, ?, 1, 1, ?)",
        [folder, f"{photo} {name}", photo],
    )


def within(folders: FolderPhotos, *directory_ids: int) -> list[int]:
    return sorted(folders.within(directory_ids).tolist())


def test_the_photos_of_some_folders(library: Library) -> None:
    folders = FolderPhotos(library.store)
    assert within(folders, 1, 2) == []
    with library.store.write() as db:
        for folder, photo in ((9, 1), (9, 2), (2, 3), (4, 1), (4, 5)):
            put(db, folder, photo)
        db.execute("INSERT INTO directories (id, path) VALUES (3, 'empty')")
    assert within(folders, 9) == [1, 2]
    assert within(folders, 4, 9) == [1, 1, 2, 5]
    assert within(folders, 2, 3, 77) == [3]


def test_what_comes_and_goes_is_taken_in(library: Library) -> None:
    folders = FolderPhotos(library.store)
    with library.store.write() as db:
        for photo in (1, 2, 3):
            put(db, 1, photo)
    assert within(folders, 1, 2) == [1, 2, 3]
    other = Library(library.path)
    with other.store.write() as db:
        put(db, 2, 4)
        db.execute("UPDATE files SET missing = 1 WHERE photo_id = 1")
        db.execute("UPDATE files SET directory_id = 2 WHERE photo_id = 2")
        db.execute("UPDATE files SET photo_id = 4 WHERE photo_id = 3")
    other.close()
    assert within(folders, 1) == [4]
    assert within(folders, 2) == [2, 4]
    with library.store.write() as db:
        db.execute("DELETE FROM files WHERE directory_id = 1")
        db.execute("DELETE FROM directories WHERE id = 1")
    assert within(folders, 1, 2) == [2, 4]


def test_only_folders_that_changed_are_read_again(library: Library) -> None:
    folders = FolderPhotos(library.store)
    with library.store.write() as db:
        put(db, 1, 1)
        put(db, 2, 2)
    assert within(folders, 1, 2) == [1, 2]

    with library.store.write() as db:
        put(db, 2, 3)
    assert "'[2]'" in asked(library.store, folders)
    library.set_setting("theme", "dark")
    assert "files" not in asked(library.store, folders)
    assert asked(library.store, folders) == ""


def asked(store: Store, folders: FolderPhotos) -> str:
    """What the database is asked for two folders."""
    statements: list[str] = []
    store.db.conn.set_trace_callback(statements.append)
    folders.within([1, 2])
    store.db.conn.set_trace_callback(None)
    return " ".join(statements)
