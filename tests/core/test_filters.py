"""Filters against real libraries, each against what a person would say it keeps."""

import os
import random
import shutil
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photoclip.core.columns import column
from photoclip.core.distances import distances_km, photos_near
from photoclip.core.filter_values import Near
from photoclip.core.filters import Filtering, Lookups
from photoclip.core.library import Library
from photoclip.core.query_text import parse
from tests.core.test_indexing import run
from tests.fakes import ColourEncoder, save_photo

TODAY = date(2026, 11, 21)
MODEL = "colours-1"

_TERMS = {"dog": (1, 2), "puppy": (2,), "cat": (3,)}


class Shelf:
    """A library whose photos are named by letters, asked in the language of the search bar."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.store = library.store
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
            exact=lambda text: column(self.store, "SELECT id FROM photos WHERE hash = ?", [text]),
            terms=lambda name: _TERMS.get(name, ()),
            place=lambda name: [self.photo_id("a")] if name == "Rome" else [],
            live_album=lambda text: [self.photo_id("b")] if text == "dog" else [],
        )

    def kept(self, text: str) -> str:
        """The letters of the photos that pass what is typed."""
        query = parse(text, TODAY)
        assert query.phrase == ""
        there, _ = self.library.listing()
        passing = self.filtering().passing(query.filters).among(there)
        hashes = self.library.content_hashes(there[passing].tolist())
        return "".join(sorted(hashes.values()))

    def filtering(self) -> Filtering:
        return Filtering(self.library, MODEL, TODAY, self.lookups())

    def plan(self, text: str) -> list[str]:
        """How SQLite goes about it, step by step."""
        asked: list[str] = []
        connection = self.store.db.conn
        connection.set_trace_callback(asked.append)
        self.filtering().passing(parse(text, TODAY).filters)
        connection.set_trace_callback(None)
        rows = (self.store.rows(f"EXPLAIN QUERY PLAN {sql}") for sql in asked)
        return [row[3] for steps in rows for row in steps]


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


def test_every_answer_is_that_of_a_recount(shelf: Shelf) -> None:
    """Indexes, counters and sets against Python's look at every row."""
    chance = random.Random(0)
    shelf.do("INSERT INTO terms (id, term) VALUES (1, 'dog'), (2, 'puppy'), (3, 'cat')")
    made = [None, "Nikon D90", "Apple iPhone 12"]
    for number in range(300):
        sides = [chance.choice((1000, 1010, 1500, 3000)) for _ in range(2)]
        shelf.put(
            chr(0x4E00 + number),
            chance.choice(("/photos/Italy", "/photos/Rome", "/photos")),
            sort_time=chance.randrange(1_500_000_000, 1_600_000_000),
            width=sides[0],
            height=sides[1],
            format=chance.choice(("JPEG", "PNG")),
            camera=chance.choice(made),
            latitude=chance.choice((None, 48.0, 50.0)),
            longitude=chance.choice((2.0, 3.0)),
        )
    shelf.do("UPDATE files SET missing = 1 WHERE id % 11 = 0")
    for photo in range(1, 301):
        if chance.random() < 0.5:
            shelf.do(
                "INSERT INTO annotations VALUES (?, ?, ?, ?, '')",
                (photo, chance.randrange(-1, 6), chance.random() < 0.2, chance.choice(("", "a"))),
            )
        for term in (1, 2, 3):
            for model in (1, 2):
                if chance.random() < 0.3:
                    shelf.do("INSERT INTO suggestions VALUES (?, ?, ?, .6)", (photo, model, term))
            if chance.random() < 0.3:
                shelf.do(
                    "INSERT INTO decisions (photo_id, term_id, confirmed, source)"
                    " VALUES (?, ?, ?, 'person')",
                    (photo, term, chance.random() < 0.5),
                )
    decided = {row[:2]: row[2] for row in shelf.store.rows("SELECT * FROM decisions")}
    suggested = set(
        shelf.store.rows("SELECT photo_id, term_id FROM suggestions WHERE model_id = 1")
    )

    def has(photo: int, *terms: int) -> bool:
        return any(decided.get((photo, t), (photo, t) in suggested) for t in terms)

    wanted: dict[str, Callable[[Any], bool]] = {
        "camera:nikon": lambda p: p["camera"] == "Nikon D90",
        "-camera:nikon": lambda p: p["camera"] != "Nikon D90",
        "2018": lambda p: 1_514_764_800 <= p["sort_time"] < 1_546_300_800,
        "type:png": lambda p: p["format"] == "PNG",
        "is:square": lambda p: (
            {p["width"], p["height"]} <= {1000, 1010} or p["width"] == p["height"]
        ),
        "is:portrait": lambda p: p["width"] < p["height"] and p["width"] / p["height"] < 0.98,
        "is:landscape": lambda p: p["width"] > p["height"] and p["height"] / p["width"] < 0.98,
        "is:panorama": lambda p: (
            sorted((p["width"], p["height"])) in ([1000, 3000], [1500, 3000])
            or sorted((p["width"], p["height"])) == [1010, 3000]
        ),
        "has:place": lambda p: p["latitude"] is not None,
        "near:50,3,10km": lambda p: (p["latitude"], p["longitude"]) == (50.0, 3.0),
        "folder:italy": lambda p: p["path"] == b"/photos/Italy",
        "-folder:italy": lambda p: p["path"] != b"/photos/Italy",
        "rating:>=3": lambda p: (p["rating"] or 0) >= 3,
        "rating:none": lambda p: not p["rating"],
        "-rating:rejected": lambda p: p["rating"] != -1,
        "is:favourite": lambda p: bool(p["favourite"]),
        "has:caption": lambda p: bool(p["caption"]),
        "tag:dog": lambda p: has(p["id"], 1, 2),
        "-tag:cat": lambda p: not has(p["id"], 3),
        "has:tags": lambda p: has(p["id"], 1, 2, 3),
    }
    columns = (
        "photos.id, hash, camera, sort_time, format, width, height, latitude, longitude, path,"
        " rating, favourite, caption"
    )
    names = [name.split(".")[-1] for name in columns.split(", ")]
    photos = [
        dict(zip(names, row, strict=True))
        for row in shelf.store.rows(
            f"SELECT {columns} FROM photos JOIN files ON files.photo_id = photos.id AND NOT missing"
            " JOIN directories ON directories.id = directory_id"
            " LEFT JOIN annotations ON annotations.photo_id = photos.id"
        )
    ]
    for text, keeps in wanted.items():
        assert shelf.kept(text) == "".join(sorted(p["hash"] for p in photos if keeps(p))), text
        assert shelf.kept(text), text
    both = "tag:dog rating:>=3 -is:square"
    assert shelf.kept(both) == "".join(
        sorted(p["hash"] for p in photos if all(wanted[t](p) for t in both.split()[:2]))
    ).translate({ord(p["hash"]): None for p in photos if wanted["is:square"](p)})


@pytest.mark.parametrize(
    "text",
    "2019 camera:iphone lens:50mm tag:dog rating:>=3 rating:none is:favourite is:portrait"
    " is:panorama type:jpeg has:place has:caption has:rating has:tags folder:photos in:photos"
    " album:dogs near:0,0".split(),
)
def test_an_index_alone_answers(shelf: Shelf, text: str) -> None:
    shelf.put("a")
    shelf.do("INSERT INTO albums VALUES (1, 'dogs', NULL)")
    for step in shelf.plan(text):
        what, of, *how = step.split()
        if what in ("SCAN", "SEARCH") and of in ("photos", "files", "annotations"):
            # Of captions there are few, and they would stand in their index a second time.
            assert {"COVERING", "annotations_captioned"} & set(how), step


def test_indexed_photos(
    library: Library, encoder: ColourEncoder, photos: Path, tmp_path: Path
) -> None:
    """From files on disk to an answer: a copy is in both of its folders, a deleted file in none."""
    save_photo(photos / "Italy" / "a.jpg", taken="2023:08:12 14:03:22")
    save_photo(photos / "Rome" / "b.png", size=(64, 96))
    shutil.copy(photos / "Italy" / "a.jpg", photos / "Rome" / "copy.jpg")
    run(library, encoder, photos)
    Shelf(library)
    lookups = Lookups(exact=lambda text: np.empty(0, np.int64), terms=lambda name: ())

    def kept(text: str) -> set[str]:
        filtering = Filtering(library, encoder.id, TODAY, lookups)
        there, _ = library.listing()
        passing = filtering.passing(parse(text, TODAY).filters).among(there)
        found = library.photos(there[passing].tolist())
        return {Path(photo.path).name for photo in found.values()}

    assert kept("august 2023") == {"a.jpg"}
    assert kept("in:rome") == {"a.jpg", "b.png"}
    assert kept("in:rome is:portrait type:png") == {"b.png"}
    assert kept(f'folder:"{photos / "Italy"}"') == {"a.jpg"}
    (photos / "Rome" / "copy.jpg").unlink()
    run(library, encoder, photos)
    assert kept("in:rome") == {"b.png"}
