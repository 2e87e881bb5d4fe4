"""Exact words in file names, folders and captions."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from photoclip.core.annotations import Annotations
from photoclip.core.db import APPLICATION_ID
from photoclip.core.library import Library
from photoclip.core.migrations import migrations
from photoclip.core.words import WordIndex
from photoclip.progress import StopFlag

Add = Callable[[str], int]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path / "library.photoclip")
    yield library
    library.close()


@pytest.fixture
def add(library: Library) -> Add:
    """Give a path to a new photo; its id."""

    def added(path: str) -> int:
        folder, name = os.path.split(os.fsencode(path))
        with library.store.write() as db:
            db.execute("INSERT OR IGNORE INTO directories (path) VALUES (?)", [folder])
            (photo,) = db.execute(
                "INSERT INTO photos (hash, sort_time, width, height, format, size)"
                " VALUES (?, 0, 8, 8, 'JPEG', 9) RETURNING id",
                [os.fsencode(path).hex()],
            ).fetchone()
            db.execute(
                "INSERT INTO files (directory_id, name, size, mtime_ns, photo_id)"
                " SELECT id, ?, 9, 9, ? FROM directories WHERE path = ?",
                [name, photo, folder],
            )
        return int(photo)

    return added


def _found(library: Library, text: str) -> set[int]:
    index = WordIndex(library)
    for _ in index.refresh():
        pass
    return set(index.photos(text).tolist())


def test_names_folders_and_captions_are_found(library: Library, add: Add) -> None:
    first = add("/pictures/Lisbon 2019/IMG_2034.HEIC")
    second = add("/pictures/Home/DSC00017.jpg")
    Annotations(library.store).caption([second], "Grandma's café")

    assert _found(library, "IMG_2034") == {first}
    assert _found(library, "img 20") == {first}
    assert _found(library, "lisbon") == {first}
    assert _found(library, "DSC000") == {second}
    assert _found(library, "cafe") == {second}
    assert _found(library, "pictures") == {first, second}
    assert _found(library, "034") == set()
    assert _found(library, "lisb") == set()


def test_words_have_to_stand_in_their_order(library: Library, add: Add) -> None:
    photo = add("/p/summer at the lake.jpg")

    assert _found(library, "at the lake") == {photo}
    assert _found(library, "lake summer") == set()


def test_chinese_is_found_by_any_of_its_characters(library: Library, add: Add) -> None:
    photo = add("/照片/北京故宫2019.jpg")
    add("/照片/上海.jpg")

    assert _found(library, "故宫") == {photo}
    assert _found(library, "京故") == {photo}
    assert _found(library, "宫故") == set()


@pytest.mark.parametrize(
    "text", ["", "  ", '"', "*", "-", "_", "(", "AND", 'a" OR "b', "NEAR(", "\0"]
)
def test_no_text_is_an_error(library: Library, add: Add, text: str) -> None:
    add("/p/x.jpg")

    assert _found(library, text) == set()


def test_what_changes_is_found_by_its_new_words_alone(library: Library, add: Add) -> None:
    photo = add("/p/old.jpg")
    annotations = Annotations(library.store)
    edit = annotations.caption([photo], "first words")
    assert _found(library, "first") == {photo}

    annotations.caption([photo], "other words")
    with library.store.write() as db:
        db.execute("UPDATE files SET name = ?", [b"new.jpg"])

    assert _found(library, "first") == set()
    assert _found(library, "other") == {photo}
    assert _found(library, "old") == set()
    assert _found(library, "new") == {photo}
    annotations.undo(edit)
    assert _found(library, "other") == set()


def test_a_photo_without_files_has_no_words(library: Library, add: Add) -> None:
    add("/p/gone.jpg")
    assert _found(library, "gone")
    with library.store.write() as db:
        db.execute("DELETE FROM files")

    assert _found(library, "gone") == set()


def test_names_that_are_no_text_are_no_error(library: Library, add: Add) -> None:
    photo = add(os.fsdecode(b"/p/caf\xe9 holiday.jpg"))

    assert _found(library, "holiday") == {photo}


def test_it_stops_when_told_and_goes_on_later(library: Library, add: Add) -> None:
    photos = {add(f"/p/photo {number}.jpg") for number in range(3)}
    stop = StopFlag()
    stop.stop()

    assert list(WordIndex(library).refresh(stop)) == []
    assert _found(library, "photo") == photos


def test_the_end_of_a_files_name_is_no_word(library: Library, add: Add) -> None:
    first = add("/pictures/Home/red.jpg")
    second = add("/pictures/JPG/green.nef")
    Annotations(library.store).caption([first], "As RAW and as JPG")

    assert _found(library, "jpg") == {first, second}
    assert _found(library, "*.JPG") == {first, second}
    assert _found(library, "raw") == {first}
    assert _found(library, "nef") == set()
    assert _found(library, "green.nef") == {second}


def test_a_folders_words_are_read_once_and_go_with_it(library: Library, add: Add) -> None:
    first = add("/pictures/Lisbon 2019/a.jpg")
    second = add("/pictures/Lisbon 2019/b.jpg")
    assert _found(library, "lisbon") == {first, second}

    # New in a folder that is known.
    third = add("/pictures/Lisbon 2019/c.jpg")
    with library.store.write() as db:
        db.execute("UPDATE files SET missing = 1 WHERE name = ?", [b"a.jpg"])

    assert _found(library, "lisbon") == {second, third}
    assert library.store.row("SELECT count(*) FROM folder_words") == (1,)
    with library.store.write() as db:
        db.execute("UPDATE directories SET path = ?", [b"/pictures/Porto"])
    assert _found(library, "lisbon") == set()
    assert _found(library, "porto") == {second, third}
    with library.store.write() as db:
        db.execute("DELETE FROM files")
        db.execute("DELETE FROM directories")
    assert _found(library, "porto") == set()
    assert library.store.row("SELECT count(*) FROM folder_words") == (0,)


def test_where_words_stand(library: Library, add: Add) -> None:
    photo = add("/pictures/Lisbon/red.jpg")
    Annotations(library.store).caption([photo], "Red in Lisbon")
    index = WordIndex(library)
    list(index.refresh())

    def places(text: str) -> list[str]:
        return [name for name, photos in index.places(text).items() if photos.tolist() == [photo]]

    assert places("lisbon") == ["folders", "caption"]
    assert places("red") == ["names", "caption"]
    assert places("red.jpg") == ["names"]
    assert places("jpg") == []


def test_a_library_from_before_keeps_its_words(tmp_path: Path) -> None:
    path = tmp_path / "library.photoclip"
    before = Database(path)
    migrations.apply(before, stop_before="coverings")
    before.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    for statement in (
        "INSERT INTO directories (id, path) VALUES (1, CAST('/pictures/Lisbon' AS BLOB))",
        "INSERT INTO photos (id, hash, sort_time, width, height, format, size)"
        " VALUES (7, 'a', 0, 1, 1, 'JPEG', 1), (8, 'b', 0, 1, 1, 'JPEG', 1)",
        "INSERT INTO files (directory_id, name, size, mtime_ns, photo_id)"
        " VALUES (1, CAST('red.jpg' AS BLOB), 1, 1, 7),"
        " (1, CAST('green.jpg' AS BLOB), 1, 1, 8)",
        # Of the other photo nothing was read yet.
        "DELETE FROM unread_words WHERE photo_id = 7",
        "INSERT INTO words (rowid, names, folders, caption)"
        " VALUES (7, 'red.jpg', '/pictures/Lisbon', 'by the sea')",
    ):
        before.execute(statement)
    before.conn.commit()
    before.close()

    library = Library(path)

    assert _found(library, "by the sea") == {7}
    assert _found(library, "red") == {7}
    assert _found(library, "green") == {8}
    assert _found(library, "lisbon") == {7, 8}
    library.close()
