"""Many rows changed at once leave what one after another would; `test_counts` has the counters."""

import sqlite3

import pytest

from photoclip.core.bulk import counts_itself, set_missing
from photoclip.core.edits import annotate_again, deciding
from photoclip.core.library import Library

DECISION = "INSERT INTO decisions (photo_id, term_id, confirmed, source) VALUES (?, 1, 1, 'person')"


@pytest.fixture(autouse=True)
def filled(library: Library) -> None:
    """Two folders of four photos; the first photo has a copy in the other folder."""
    with library.store.write() as db:
        db.execute("INSERT INTO terms (id, term) VALUES (1, 'dog')")
        db.execute("INSERT INTO directories (id, path) VALUES (1, 'a'), (2, 'b')")
        for photo in range(1, 9):
            db.execute(
                "INSERT INTO photos (id, hash, sort_time, width, height, format, size)"
                " VALUES (?, ?, 0, 1, 1, 'JPEG', 1)",
                [photo, f"{photo}"],
            )
            db.execute(
                "INSERT INTO files (directory_id, name, size, mtime_ns, photo_id)"
                " VALUES (?, ?, 1, 1, ?)",
                [1 + (photo > 4), f"{photo}", photo],
            )
        db.execute(
            "INSERT INTO files (directory_id, name, size, mtime_ns, photo_id)"
            " VALUES (2, 'copy', 1, 1, 1)"
        )


def noted(library: Library, sql: str) -> list[int]:
    return [row[0] for row in library.store.rows(sql)]


def changes(library: Library) -> list[int]:
    return noted(library, "SELECT changes FROM directories ORDER BY id")


def hide_first_folder(library: Library, missing: bool = True) -> None:
    with library.store.write() as db:
        set_missing(db, "directory_id = :folder", {"folder": 1}, missing)


def test_photos_go_with_their_last_file_and_come_back(library: Library) -> None:
    hide_first_folder(library)
    assert noted(library, "SELECT id FROM photos WHERE present ORDER BY id") == [1, 5, 6, 7, 8]
    assert noted(library, "SELECT photos FROM directories ORDER BY id") == [0, 5]
    hide_first_folder(library, missing=False)
    assert noted(library, "SELECT id FROM photos WHERE present ORDER BY id") == list(range(1, 9))
    assert noted(library, "SELECT photos FROM directories ORDER BY id") == [4, 5]


def test_only_what_came_or_went_is_listed_anew(library: Library) -> None:
    assert len(library.listing()[0]) == 8
    (last,) = library.store.row("SELECT max(number) FROM shown_changes")
    hide_first_folder(library)
    hide_first_folder(library)
    gone = f"SELECT photo_id FROM shown_changes WHERE number > {last}"
    assert noted(library, gone) == [2, 3, 4]
    assert sorted(library.listing()[0].tolist()) == [1, 5, 6, 7, 8]


def test_so_many_that_came_and_went_are_remembered(library: Library) -> None:
    with library.store.write() as db:
        (last,) = db.execute("SELECT max(number) FROM shown_changes").fetchone()
        db.execute("INSERT INTO shown_changes VALUES (?, 1)", [last + 20_000])
    assert noted(library, "SELECT count(*) FROM shown_changes") == [1]
    hide_first_folder(library)
    assert noted(library, "SELECT min(number) FROM shown_changes") == [last + 20_000]


def test_a_folder_tells_that_its_files_were_written(library: Library) -> None:
    before = changes(library)
    hide_first_folder(library)
    hide_first_folder(library)
    assert changes(library) == [before[0] + 4, before[1]]


def test_what_is_decided_has_to_be_written_to_sidecars(library: Library) -> None:
    unwritten = "SELECT photo_id FROM unwritten"
    with library.store.write() as db:
        library.annotations.confirm([1], "dog")
        db.execute("UPDATE decisions SET source = 'file'")
        db.execute("DELETE FROM unwritten")

        with deciding(db, [1, 2, 3, 4], 1):
            db.execute(DECISION, [3])
        # The first photo's was taken away.
        assert noted(library, unwritten) == [1, 3]

        db.execute("DELETE FROM unwritten")
        with deciding(db, [5, 6], 1):
            db.execute(DECISION.replace("'person'", "'file'"), [5])
        assert noted(library, unwritten) == []


def test_a_photo_that_is_unknown_is_refused_and_nothing_stored(library: Library) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        library.annotations.confirm([1, 99], "dog")
    assert library.annotations.tags(1, "").confirmed == ()
    library.annotations.confirm([1], "dog")
    assert noted(library, "SELECT photos FROM terms") == [1]


def test_who_counts_for_himself_is_not_seen_by_others(library: Library) -> None:
    other = Library(library.path)
    with library.store.write() as db, counts_itself(db):
        assert noted(library, "SELECT yes FROM counts_itself") == [1]
        assert noted(other, "SELECT yes FROM counts_itself") == []
    assert noted(library, "SELECT yes FROM counts_itself") == []
    other.close()


def test_what_is_said_anew_has_to_be_written_to_sidecars(library: Library) -> None:
    annotations, unwritten = library.annotations, "SELECT photo_id FROM unwritten ORDER BY 1"
    annotations.rate([1, 2], 4)
    rated = annotations.rate([1, 3, 99], 4)
    captioned = annotations.caption([3], "Minka")
    annotations.favour([5], True)
    assert noted(library, unwritten) == [1, 2, 3]
    for act, again in (
        (lambda: annotations.rate([1, 2], 4), []),
        (lambda: annotations.rate([1, 2, 6], 0), [1, 2]),
        (lambda: annotations.undo(captioned), [3]),
        (lambda: annotations.undo(rated), [1, 3]),
    ):
        with library.store.write() as db:
            db.execute("DELETE FROM unwritten")
        act()
        assert noted(library, unwritten) == again


def test_undoing_a_rating_leaves_what_stood_there_of_others(library: Library) -> None:
    annotations = library.annotations
    annotations.rate([1], 0)
    annotations.caption([2], "Minka")
    rated = annotations.rate([1, 2, 3], 4)
    with library.store.write() as db:
        db.execute("DELETE FROM unwritten")
        annotate_again(db, rated)
    # Of the first nothing is said, but that was said.
    assert noted(library, "SELECT photo_id FROM annotations ORDER BY 1") == [1, 2]
    assert annotations.annotation(2).caption == "Minka"
    assert noted(library, "SELECT photo_id FROM unwritten") == [1, 2, 3]
