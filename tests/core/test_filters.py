"""Filters against real libraries, each against what a person would say it keeps."""

import os
import shutil
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from photoclip.core.distances import distances_km, photos_near
from photoclip.core.filter_values import Near
from photoclip.core.filters import NOTHING, Condition, Filtering, Lookups, photos_among
from photoclip.core.library import Library
from photoclip.core.query_text import parse
from tests.core.test_indexing import run
from tests.fakes import ColourEncoder, save_photo

TODAY = date(2026, 11, 21)
MODEL = "colours-1"

# What the library's schema has not got yet.
_TABLES = """
    CREATE TABLE IF NOT EXISTS annotations (
        photo_id INTEGER PRIMARY KEY REFERENCES photos (id),
        rating INTEGER NOT NULL DEFAULT 0,
        favourite INTEGER NOT NULL DEFAULT 0,
        caption TEXT NOT NULL DEFAULT ''
    );
    CREATE TABLE IF NOT EXISTS decisions (
        photo_id INTEGER NOT NULL REFERENCES photos (id),
        term_id INTEGER NOT NULL REFERENCES terms (id),
        confirmed INTEGER NOT NULL,
        source TEXT NOT NULL,
        model_id INTEGER REFERENCES models (id),
        score REAL,
        decided_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
        PRIMARY KEY (photo_id, term_id)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS decisions_term ON decisions (term_id, confirmed, photo_id);
    CREATE TABLE IF NOT EXISTS albums (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, query TEXT
    );
    CREATE TABLE IF NOT EXISTS album_photos (
        album_id INTEGER NOT NULL REFERENCES albums (id),
        photo_id INTEGER NOT NULL REFERENCES photos (id),
        PRIMARY KEY (album_id, photo_id)
    ) WITHOUT ROWID;
"""
_TERMS = {"dog": (1, 2), "puppy": (2,), "cat": (3,)}


class Shelf:
    """A library whose photos are named by letters, asked in the language of the search bar."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.store = library.store
        self.store.db.conn.executescript(_TABLES)
        with self.store.write() as db:
            db.execute("INSERT OR IGNORE INTO models (key, name) VALUES (?, 'a')", [MODEL])
            db.execute("INSERT INTO models (key, name) VALUES ('other', 'b')")

    def put(self, names: str, folder: str = "/photos", **facts: object) -> None:
        """A photo for each letter, with a file in `folder`."""
        row = {"sort_time": 0, "width": 3, "height": 2, "format": "JPEG", "size": 1, **facts}
        columns = ", ".join(("hash", *row))
        marks = ", ".join("?" * (len(row) + 1))
        with self.store.write() as db:
            db.execute("INSERT OR IGNORE INTO directories (path) VALUES (?)", [os.fsencode(folder)])
            for name in names:
                photo_id = db.execute(
                    f"INSERT INTO photos ({columns}) VALUES ({marks})", [name, *row.values()]
                ).lastrowid
                db.execute(
                    "INSERT INTO files (directory_id, name, size, mtime_ns, photo_id)"
                    " SELECT id, ?, 1, 0, ? FROM directories WHERE path = ?",
                    [f"{name}.jpg".encode(), photo_id, os.fsencode(folder)],
                )

    def do(self, sql: str, *rows: tuple[object, ...]) -> None:
        with self.store.write() as db:
            for row in rows or ((),):
                db.execute(sql, row)

    def photo_id(self, name: str) -> int:
        return self.store.row("SELECT id FROM photos WHERE hash = ?", [name])[0]

    def lookups(self) -> Lookups:
        return Lookups(
            exact=lambda text: Condition("photos.hash = ?", (text,)),
            terms=lambda name: _TERMS.get(name, ()),
            place=lambda name: photos_among([self.photo_id("a")]) if name == "Rome" else NOTHING,
            live_album=lambda text: [self.photo_id("b")] if text == "dog" else [],
        )

    def kept(self, text: str) -> str:
        """The letters of the photos that pass what is typed."""
        query = parse(text, TODAY)
        assert query.phrase == ""
        ids = self.filtering().photo_ids(query.filters)
        hashes = self.library.content_hashes(ids.tolist())
        return "".join(sorted(hashes.values()))

    def filtering(self) -> Filtering:
        return Filtering(self.store, MODEL, TODAY, self.lookups())

    def plan(self, text: str) -> str:
        """How SQLite goes about it."""
        condition = self.filtering().condition(parse(text, TODAY).filters)
        rows = self.store.rows(
            f"EXPLAIN QUERY PLAN SELECT id FROM photos WHERE present AND {condition.sql}",
            condition.arguments,
        )
        return "; ".join(row[3] for row in rows)


@pytest.fixture
def shelf(library: Library) -> Shelf:
    return Shelf(library)


def test_dates(shelf: Shelf) -> None:
    for name, moment in [
        ("a", "2018-12-31T23:59:59"),
        ("b", "2019-01-01T00:00:00"),
        ("c", "2019-12-31T23:59:59"),
        ("d", "2020-01-01T00:00:00"),
        ("e", "2026-10-05T12:00:00"),
        ("f", "1826-06-01T12:00:00"),
    ]:
        seconds = np.datetime64(moment, "s").astype(int)
        shelf.put(name, sort_time=int(seconds))
    assert shelf.kept("") == "abcdef"
    assert shelf.kept("2019") == "bc"
    assert shelf.kept("-2019") == "adef"
    assert shelf.kept("2019..2020") == "bcd"
    assert shelf.kept("before:2019") == "af"
    assert shelf.kept("after:2019") == "de"
    assert shelf.kept("since:2019 before:2020") == "bc"
    assert shelf.kept("date:2018,2020") == "ad"
    assert shelf.kept("last month") == "e"
    assert shelf.kept("1826") == "f"
    assert shelf.kept("before:2000 after:2010") == ""


def test_cameras_and_lenses(shelf: Shelf) -> None:
    shelf.put("a", camera="Apple iPhone 12 Pro", lens="50% _mm")
    shelf.put("b", camera="Apple iPhone 8", lens="EF 50mm")
    shelf.put("c", camera="Nikon D90")
    shelf.put("d")
    assert shelf.kept("camera:iphone") == "ab"
    assert shelf.kept('camera:"IPHONE 12"') == "a"
    assert shelf.kept('camera:"12 iphone"') == "a"
    assert shelf.kept("camera:iphone,nikon") == "abc"
    assert shelf.kept("camera:iphone camera:nikon") == ""
    # What has no camera has not that one either.
    assert shelf.kept("-camera:iphone") == "cd"
    assert shelf.kept("-camera:iphone,nikon") == "d"
    assert shelf.kept("lens:%") == "a"
    assert shelf.kept("lens:_mm") == "a"
    assert shelf.kept(f'camera:"{" ".join(map(str, range(5000)))}"') == ""


def test_tags_are_confirmed_or_suggested_and_not_rejected(shelf: Shelf) -> None:
    shelf.put("abcdefg")
    shelf.do("INSERT INTO terms (id, term) VALUES (1, 'dog'), (2, 'puppy'), (3, 'cat')")
    shelf.do(
        "INSERT INTO suggestions SELECT id, (SELECT id FROM models WHERE key = ?), ?, .5"
        " FROM photos WHERE hash = ?",
        (MODEL, 1, "a"),
        (MODEL, 1, "b"),
        (MODEL, 2, "c"),
        ("other", 1, "d"),
        (MODEL, 3, "e"),
    )
    shelf.do(
        "INSERT INTO decisions (photo_id, term_id, confirmed, source)"
        " SELECT id, ?, ?, 'person' FROM photos WHERE hash = ?",
        (1, 0, "b"),
        (2, 1, "c"),
        (1, 1, "f"),
    )
    assert shelf.kept("tag:dog") == "acf"
    assert shelf.kept("-tag:dog") == "bdeg"
    assert shelf.kept("tag:puppy") == "c"
    assert shelf.kept("tag:dog,cat") == "acef"
    assert shelf.kept("tag:dog tag:cat") == ""
    assert shelf.kept("tag:unknown") == ""
    assert shelf.kept("-tag:unknown") == "abcdefg"
    assert shelf.kept("has:tags") == "acef"
    assert shelf.kept("-has:tags") == "bdg"


def test_ratings_favourites_and_captions(shelf: Shelf) -> None:
    shelf.put("abcdef")
    shelf.do(
        "INSERT INTO annotations SELECT id, ?, ?, ?, '' FROM photos WHERE hash = ?",
        (5, 1, "", "a"),
        (3, 0, "a dog", "b"),
        (1, 0, "", "c"),
        (-1, 0, "", "d"),
        (0, 1, "", "e"),
    )
    assert shelf.kept("rating:>=3") == "ab"
    assert shelf.kept("rating:3") == "b"
    assert shelf.kept("rating:<=1") == "cef"
    assert shelf.kept("rating:none") == "ef"
    assert shelf.kept("rating:rejected") == "d"
    assert shelf.kept("-rating:rejected") == "abcef"
    assert shelf.kept("rating:5,1") == "ac"
    assert shelf.kept("rating:5 rating:1") == ""
    assert shelf.kept("is:favourite") == "ae"
    assert shelf.kept("-is:fav") == "bcdf"
    assert shelf.kept("has:caption") == "b"
    assert shelf.kept("has:rating") == "abc"


def test_shapes_and_types(shelf: Shelf) -> None:
    shelf.put("a", width=6000, height=4000, format="RAW")
    shelf.put("b", width=4000, height=6000, format="HEIF")
    shelf.put("c", width=3024, height=3000, format="JPEG")
    shelf.put("d", width=9000, height=3000, format="PNG")
    assert shelf.kept("is:landscape") == "ad"
    assert shelf.kept("is:portrait") == "b"
    assert shelf.kept("is:square") == "c"
    assert shelf.kept("is:panorama") == "d"
    assert shelf.kept("is:landscape -is:panorama") == "a"
    assert shelf.kept("type:raw") == "a"
    assert shelf.kept("type:heif,jpg") == "bc"
    assert shelf.kept("-type:jpeg") == "abd"


def test_folders(shelf: Shelf) -> None:
    shelf.do("INSERT INTO roots (path) VALUES (?)", (b"/home/me/Photos",))
    shelf.put("a", "/home/me/Photos/Italy 2019")
    shelf.put("b", "/home/me/Photos/Italy 2019/Rome")
    shelf.put("c", "/home/me/Photos/italy 2019b")
    shelf.put("d", "/home/me/Photos/50%_off")
    shelf.put("e", "/home/me/elsewhere")
    shelf.put("f", "/home/me/Photos/Cafe\u0301")
    shelf.do(
        "INSERT INTO files (directory_id, name, size, mtime_ns, failure)"
        " SELECT id, 'broken.jpg', 1, 0, 'It is broken.' FROM directories"
    )
    assert shelf.kept("folder:italy") == "abc"
    assert shelf.kept("-folder:italy") == "def"
    assert shelf.kept('folder:"italy 2019/rome"') == "b"
    assert shelf.kept("folder:%") == "d"
    assert shelf.kept("folder:photos") == "abcdf"
    # What lies above the folder that was added is not the photo's.
    assert shelf.kept("folder:home") == ""
    assert shelf.kept("folder:elsewhere") == "e"
    assert shelf.kept("folder:café") == "f"
    assert shelf.kept("folder:italy,elsewhere") == "abce"
    assert shelf.kept('in:"Italy 2019"') == "ab"
    assert shelf.kept("in:Italy") == ""
    assert shelf.kept("in:Rome") == "ab"
    if os.sep == "/":
        assert shelf.kept('folder:"/home/me/Photos/Italy 2019"') == "ab"
        assert shelf.kept("folder:/home/me") == "abcdef"
        assert shelf.kept("folder:/home/m") == ""


@pytest.mark.skipif(sys.platform != "linux", reason="file names are text there")
def test_a_folder_whose_name_is_no_text(shelf: Shelf) -> None:
    shelf.put("a", os.fsdecode(b"/photos/caf\xe9"))
    assert shelf.kept(f'folder:"{os.fsdecode(b"/photos/caf")}{chr(0xDCE9)}"') == "a"
    assert shelf.kept("folder:caf\udce9") == "a"
    for odd in ("\ud800", "\udce9", "\0"):
        shelf.kept(f'folder:/{odd} camera:{odd} album:{odd} tag:{odd} in:{odd} "{odd}"')


def test_albums(shelf: Shelf) -> None:
    shelf.put("abc")
    shelf.do("INSERT INTO albums VALUES (1, 'Été', NULL), (2, 'dogs', 'dog'), (3, 'DOGS', NULL)")
    shelf.do("INSERT INTO album_photos SELECT ?, id FROM photos WHERE hash = ?", (1, "a"), (3, "c"))
    assert shelf.kept("album:été") == "a"
    assert shelf.kept("in:ÉTÉ") == "a"
    assert shelf.kept("album:dogs") == "bc"
    assert shelf.kept("-album:dogs") == "a"
    assert shelf.kept("album:été,dogs") == "abc"
    assert shelf.kept("album:unknown") == ""


def test_near(shelf: Shelf) -> None:
    shelf.put("a", latitude=48.8584, longitude=2.2945)  # the Eiffel Tower
    shelf.put("b", latitude=48.8530, longitude=2.3499)  # Notre-Dame, 4.1 km away
    shelf.put("c", latitude=51.5007, longitude=-0.1246)  # Westminster, 340 km away
    shelf.put("d")
    shelf.put("e", latitude=-16.5, longitude=179.99)  # Fiji, on either side of the date line
    shelf.put("f", latitude=-16.5, longitude=-179.99)
    shelf.put("g", latitude=89.99, longitude=100.0)
    assert shelf.kept("near:48.8584,2.2945") == "ab"
    assert shelf.kept("near:48.8584,2.2945,1km") == "a"
    assert shelf.kept("near:48.8584,2.2945,4000m") == "a"
    assert shelf.kept("near:48.8584,2.2945,300mi") == "abc"
    assert shelf.kept("near:-16.5,179.99") == "ef"
    assert shelf.kept("near:-16.5,-179.99") == "ef"
    assert shelf.kept("near:89.99,-80") == "g"
    assert shelf.kept("near:0,0,30000km") == "abcefg"
    assert shelf.kept("-near:48.8584,2.2945") == "cdefg"
    assert shelf.kept("has:place") == "abcefg"


def test_near_is_exact(shelf: Shelf) -> None:
    generator = np.random.default_rng(0)
    places = np.column_stack([generator.uniform(-90, 90, 3000), generator.uniform(-180, 180, 3000)])
    with shelf.store.write() as db:
        for i, (latitude, longitude) in enumerate(places):
            db.execute(
                "INSERT INTO photos (hash, sort_time, width, height, format, size, latitude,"
                " longitude) VALUES (?, 0, 1, 1, 'JPEG', 1, ?, ?)",
                [str(i), latitude, longitude],
            )
    for latitude, longitude in [(0, 0), (60, 179), (-89.9, 10), (47, -179.5), (90, 0)]:
        for km in (50, 1500, 9000, 20_038):
            found = photos_near(shelf.store, Near(latitude, longitude, km))
            far = distances_km(latitude, longitude, places[:, 0], places[:, 1])
            assert set(found - 1) == set(np.flatnonzero(far <= km))


def test_distances_are_those_of_the_earth() -> None:
    london_to_paris = distances_km(51.5074, -0.1278, np.array([48.8566]), np.array([2.3522]))
    assert london_to_paris[0] == pytest.approx(343.5, abs=1)


def test_exact_words_are_looked_up(shelf: Shelf) -> None:
    shelf.put("ab")
    assert shelf.kept('"a"') == "a"
    assert shelf.kept('-"a"') == "b"
    assert shelf.kept('"c"') == ""


def test_all_filters_hold_together(shelf: Shelf) -> None:
    shelf.put("a", camera="Nikon D90", sort_time=1_560_000_000)
    shelf.put("b", camera="Nikon D90")
    shelf.put("c", sort_time=1_560_000_000)
    assert shelf.kept("camera:nikon 2019 -folder:italy type:jpeg,png") == "a"


@pytest.mark.parametrize("count", [31, 5000])
def test_thousands_of_filters(shelf: Shelf, count: int) -> None:
    shelf.put("abc", camera="Nikon D90")
    assert shelf.kept(" ".join(f"-camera:{i}x" for i in range(count))) == "abc"
    assert shelf.kept(" ".join(f"-camera:{i}x" for i in range(count)) + " camera:canon") == ""
    assert shelf.kept("camera:" + ",".join(f"{i}x" for i in range(count)) + ",d90") == "abc"
    assert shelf.kept("camera:d90," + ",".join(f"{i}x" for i in range(count))) == "abc"
    assert shelf.kept(" ".join(f"tag:{i}" for i in range(count))) == ""


def test_only_missing_photos_are_left_out(shelf: Shelf) -> None:
    shelf.put("ab")
    shelf.do("UPDATE files SET missing = 1 WHERE name = ?", (b"a.jpg",))
    assert shelf.kept("type:jpeg") == "b"
    assert shelf.kept("1970") == "b"
    assert shelf.kept("in:photos") == "b"


@pytest.mark.parametrize("text", ["2019", "tag:dog", "album:dogs", "in:photos", "near:0,0"])
def test_no_table_is_read_whole(shelf: Shelf, text: str) -> None:
    shelf.put("a")
    shelf.do("INSERT INTO albums VALUES (1, 'dogs', NULL)")
    plan = shelf.plan(text)
    assert "SEARCH photos" in plan
    assert "SCAN" not in plan.replace("SCAN json_each", "")


def test_indexed_photos(
    library: Library, encoder: ColourEncoder, photos: Path, tmp_path: Path
) -> None:
    """From files on disk to an answer: a copy is in both of its folders, a deleted file in none."""
    save_photo(photos / "Italy" / "a.jpg", taken="2023:08:12 14:03:22")
    save_photo(photos / "Rome" / "b.png", size=(64, 96))
    shutil.copy(photos / "Italy" / "a.jpg", photos / "Rome" / "copy.jpg")
    run(library, encoder, photos)
    Shelf(library)
    lookups = Lookups(exact=lambda text: NOTHING, terms=lambda name: ())

    def kept(text: str) -> set[str]:
        filtering = Filtering(library.store, encoder.id, TODAY, lookups)
        found = library.photos(filtering.photo_ids(parse(text, TODAY).filters).tolist())
        return {Path(photo.path).name for photo in found.values()}

    assert kept("august 2023") == {"a.jpg"}
    assert kept("in:rome") == {"a.jpg", "b.png"}
    assert kept("in:rome is:portrait type:png") == {"b.png"}
    assert kept(f'folder:"{photos / "Italy"}"') == {"a.jpg"}
    (photos / "Rome" / "copy.jpg").unlink()
    run(library, encoder, photos)
    assert kept("in:rome") == {"b.png"}
