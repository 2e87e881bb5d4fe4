"""What the library counts as it goes is what counting anew would give."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from photoclip.core.annotations import rename_term
from photoclip.core.bulk import set_missing
from photoclip.core.db import APPLICATION_ID
from photoclip.core.edits import deciding
from photoclip.core.library import Library
from photoclip.core.migrations import migrations

MODELS, TERMS, PHOTOS, FOLDERS = (1, 2), (1, 2, 3, 4), range(1, 9), (1, 2, 3)

UNDECIDED = (
    "FROM suggestions AS s JOIN photos ON photos.id = s.photo_id WHERE present AND NOT EXISTS"
    " (SELECT 1 FROM decisions AS d WHERE d.photo_id = s.photo_id AND d.term_id = s.term_id)"
)
KEPT_AND_COUNTED = {
    "photos that are there": (
        "SELECT id FROM photos WHERE present ORDER BY id",
        "SELECT DISTINCT photo_id FROM files WHERE photo_id IS NOT NULL AND NOT missing ORDER BY 1",
    ),
    "photos in folders": (
        "SELECT id, photos FROM directories WHERE photos",
        "SELECT directory_id, count(DISTINCT photo_id) FROM files"
        " WHERE photo_id IS NOT NULL AND NOT missing GROUP BY directory_id",
    ),
    "vectors": (
        "SELECT id, vectors, searchable FROM models WHERE vectors",
        "SELECT model_id, count(*), sum(present) FROM vectors JOIN photos ON photos.id = photo_id"
        " GROUP BY model_id",
    ),
    "facets": (
        "SELECT kind, value, photos FROM facets WHERE photos ORDER BY 1, 2",
        "SELECT * FROM (SELECT 'camera', camera, count(*) FROM photos"
        " WHERE present AND camera IS NOT NULL GROUP BY camera"
        " UNION ALL SELECT 'lens', lens, count(*) FROM photos"
        " WHERE present AND lens IS NOT NULL GROUP BY lens"
        " UNION ALL SELECT 'type', format, count(*) FROM photos WHERE present GROUP BY format"
        " UNION ALL SELECT 'year', strftime('%Y', sort_time, 'unixepoch'), count(*) FROM photos"
        " WHERE present GROUP BY 2) ORDER BY 1, 2",
    ),
    "tags": (
        "SELECT id, photos FROM terms WHERE photos",
        "SELECT term_id, count(*) FROM decisions JOIN photos ON photos.id = photo_id"
        " WHERE confirmed AND present GROUP BY term_id",
    ),
    "suggestions": (
        "SELECT model_id, term_id, photos FROM suggested WHERE photos",
        f"SELECT s.model_id, s.term_id, count(*) {UNDECIDED} GROUP BY 1, 2",
    ),
    "doubtful suggestions": (
        "SELECT model_id, term_id, doubtful FROM suggested WHERE doubtful",
        f"SELECT s.model_id, s.term_id, count(*) {UNDECIDED} AND probability < .8 GROUP BY 1, 2",
    ),
}


def put_file(db: Database, chance: random.Random) -> None:
    db.execute(
        "INSERT INTO files (directory_id, name, size, mtime_ns, missing, photo_id)"
        " VALUES (?, ?, 1, 1, ?, ?) ON CONFLICT (directory_id, name) DO UPDATE SET"
        " missing = excluded.missing, photo_id = excluded.photo_id",
        [
            chance.choice(FOLDERS),
            chance.choice((b"a", b"b", b"c", b"d")),
            chance.random() < 0.2,
            chance.choice((*PHOTOS, None)),
        ],
    )


def move_file(db: Database, chance: random.Random) -> None:
    db.execute(
        "UPDATE OR IGNORE files SET directory_id = ?, missing = ? WHERE directory_id = ?",
        [chance.choice(FOLDERS), chance.random() < 0.2, chance.choice(FOLDERS)],
    )


def mark_files(db: Database, chance: random.Random) -> None:
    db.execute(
        "UPDATE files SET missing = ? WHERE directory_id = ?",
        [chance.random() < 0.5, chance.choice(FOLDERS)],
    )


def remove_file(db: Database, chance: random.Random) -> None:
    db.execute("DELETE FROM files WHERE photo_id = ?", [chance.choice(PHOTOS)])


def change_photo(db: Database, chance: random.Random) -> None:
    db.execute(
        "UPDATE photos SET camera = ?, lens = ?, sort_time = ? WHERE id = ?",
        [
            chance.choice((None, "Canon", "Nikon")),
            chance.choice((None, "Zoom")),
            chance.choice((0, 1_600_000_000)),
            chance.choice(PHOTOS),
        ],
    )


def put_vector(db: Database, chance: random.Random) -> None:
    db.execute(
        "INSERT OR REPLACE INTO vectors (model_id, photo_id, vector) VALUES (?, ?, 'v')",
        [chance.choice(MODELS), chance.choice(PHOTOS)],
    )


def remove_vectors(db: Database, chance: random.Random) -> None:
    db.execute("DELETE FROM vectors WHERE photo_id = ?", [chance.choice(PHOTOS)])


def suggest(db: Database, chance: random.Random) -> None:
    db.execute(
        "INSERT OR REPLACE INTO suggestions VALUES (?, ?, ?, ?)",
        [
            chance.choice(PHOTOS),
            chance.choice(MODELS),
            chance.choice(TERMS),
            chance.choice((0.5, 0.9)),
        ],
    )


def suggest_no_more(db: Database, chance: random.Random) -> None:
    db.execute(
        "DELETE FROM suggestions WHERE photo_id = ? AND model_id = ?",
        [chance.choice(PHOTOS), chance.choice(MODELS)],
    )


def decide(db: Database, chance: random.Random) -> None:
    db.execute(
        "INSERT INTO decisions (photo_id, term_id, confirmed, source) VALUES (?, ?, ?, 'person')"
        " ON CONFLICT DO UPDATE SET confirmed = excluded.confirmed",
        [chance.choice(PHOTOS), chance.choice(TERMS), chance.random() < 0.6],
    )


def forget(db: Database, chance: random.Random) -> None:
    db.execute("DELETE FROM decisions WHERE photo_id = ?", [chance.choice(PHOTOS)])


def decide_on_some(db: Database, chance: random.Random) -> None:
    term, photos = chance.choice(TERMS), chance.sample(PHOTOS, chance.randint(1, 5))
    with deciding(db, photos, term):
        for photo in chance.sample(photos, chance.randint(0, len(photos))):
            db.execute(
                "INSERT INTO decisions (photo_id, term_id, confirmed, source) VALUES (?, ?, ?, '')",
                [photo, term, chance.random() < 0.6],
            )


def mark_some_files(db: Database, chance: random.Random) -> None:
    set_missing(
        db,
        "directory_id = :folder OR name = :name",
        {"folder": chance.choice(FOLDERS), "name": chance.choice((b"a", b"b", b"c", b"d"))},
        missing=chance.random() < 0.5,
    )


def rename(db: Database, chance: random.Random) -> None:
    rename_term(db, *chance.sample(("dog", "cat", "car", "sea"), 2))
    for number, term in enumerate(("dog", "cat", "car", "sea"), 1):
        db.execute("UPDATE terms SET term = ? WHERE id = ?", [f"~{term}", number])
    for number, term in enumerate(("dog", "cat", "car", "sea"), 1):
        db.execute("UPDATE terms SET term = ? WHERE id = ?", [term, number])


ACTS: tuple[Callable[[Database, random.Random], None], ...] = (
    *(put_file, put_file, move_file, mark_files, remove_file, change_photo),
    *(put_vector, remove_vectors, suggest, suggest, suggest_no_more),
    *(decide, decide, forget, rename),
)
ACTS_ON_MANY = (decide_on_some, mark_some_files)


def prepare(db: Database) -> None:
    """What the acts are about."""
    for number in MODELS:
        db.execute("INSERT INTO models (id, key, name) VALUES (?, ?, '')", [number, number])
    for number, term in enumerate(("dog", "cat", "car", "sea"), 1):
        db.execute("INSERT INTO terms (id, term) VALUES (?, ?)", [number, term])
    for number in FOLDERS:
        db.execute("INSERT INTO directories (id, path) VALUES (?, ?)", [number, b"%d" % number])
    for number in PHOTOS:
        db.execute(
            "INSERT INTO photos (id, hash, sort_time, width, height, format, size)"
            " VALUES (?, ?, 0, 1, 1, ?, 1)",
            [number, f"{number}", ("JPEG", "PNG")[number % 2]],
        )


def assert_counted(db: Database, after: str) -> None:
    for name, (kept, counted) in KEPT_AND_COUNTED.items():
        assert db.execute(kept).fetchall() == db.execute(counted).fetchall(), (name, after)


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_right_whatever_happened(library: Library, seed: int) -> None:
    chance = random.Random(seed)
    with library.store.write() as db:
        prepare(db)
        for _ in range(300):
            act = chance.choice((*ACTS, *ACTS_ON_MANY))
            act(db, chance)
            assert_counted(db, act.__name__)


def test_a_library_from_before_is_counted_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "library.photoclip"
    before = Database(path)
    migrations.apply(before, stop_before="counts")
    before.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    chance = random.Random(0)
    prepare(before)
    for _ in range(100):
        chance.choice(ACTS)(before, chance)
    before.conn.commit()
    before.close()

    library = Library(path)

    assert library.counts("1").photos > 0
    assert_counted(library.store.db, "opening")
    library.close()
