"""The filter begun in the bar, its values in the library, and the text once completed."""

from datetime import date
from pathlib import Path

import pytest

from photoclip.core.completing import begun_filter, completed, without_begun
from photoclip.core.facets import Facet, facets_of
from photoclip.core.library import Library
from photoclip.core.query import Filter, Key
from photoclip.core.query_text import chips
from tests.core.test_indexing import run
from tests.fakes import ColourEncoder, save_photo

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "key", "typed"),
    [
        ("tag:", Key.TAG, ""),
        ("dog tag:be", Key.TAG, "be"),
        ("-tag:be", Key.TAG, "be"),
        ("tag:dog,ca", Key.TAG, "ca"),
        ('camera:"Apple iP', Key.CAMERA, "Apple iP"),
        ('camera:"a b",', Key.CAMERA, ""),
        ("相册：西", Key.ALBUM, "西"),
        ("狗，标签：海", Key.TAG, "海"),
        ("album:“Our hol", Key.ALBUM, "Our hol"),
    ],
)
def test_a_filter_is_begun(text: str, key: Key, typed: str) -> None:
    begun = begun_filter(text, len(text))
    assert begun is not None
    assert (begun.key, begun.typed) == (key, typed)


@pytest.mark.parametrize(
    "text",
    ["", "dog", "tag", "tag:dog ", "x:y", "12:30", "tag:dog beach", 'tag:"a b" ', "a tag: b"],
)
def test_no_filter_is_begun(text: str) -> None:
    assert begun_filter(text, len(text)) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("tag:be", "beach"),
        ("dog -tag:", "red car"),
        ('camera:"Apple i', "Apple iPhone 12"),
        ("tag:dog,c", 'a "b", c'),
        ("album:", "西藏 2019年"),
    ],
)
def test_what_is_completed_reads_as_the_filter(text: str, value: str) -> None:
    begun = begun_filter(text, len(text))
    assert begun is not None
    whole, cursor = completed(text, begun, value)
    assert cursor == len(whole)
    (item,) = chips(whole, TODAY).items
    assert isinstance(item, Filter)
    assert item.key is begun.key
    assert item.values[-1] == value


def test_what_follows_the_cursor_stays() -> None:
    begun = begun_filter('tag:"be" sunset', 7)
    assert begun is not None
    assert completed('tag:"be" sunset', begun, "beach") == ("tag:beach sunset", 10)


@pytest.mark.parametrize(
    ("text", "at", "rest"),
    [
        ("red -tag:be sunset", 11, "red  sunset"),
        ("tag:dog,ca", 10, "tag:dog"),
        ('tag:dog,"ca', 11, "tag:dog"),
        ("狗，标签：海", 6, "狗，"),
    ],
)
def test_what_is_asked_while_a_value_is_typed(text: str, at: int, rest: str) -> None:
    begun = begun_filter(text, at)
    assert begun is not None
    assert without_begun(text, begun) == rest


def test_a_very_long_text_is_looked_through_at_once() -> None:
    assert begun_filter('tag:"' * 5_000, 25_000) is None
    assert begun_filter("tag:a," * 5_000 + " ", 30_001) is None
    assert begun_filter('"a" ' * 5_000 + "tag:b", 20_005) is not None


def test_what_there_is_to_find_photos_by(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    for number, year in enumerate((2019, 2023, 2023)):
        save_photo(
            photos / f"{number}.jpg", "red" if number else "blue", taken=f"{year}:08:01 12:00:00"
        )
        # Three contents.
        save_photo(photos / f"{number}.png", ("red", "green", "cyan")[number])
    run(library, encoder, photos)
    with library.store.write() as db:
        db.execute("UPDATE photos SET camera = 'Apple iPhone 12' WHERE format = 'JPEG'")
        db.execute("UPDATE photos SET camera = 'NIKON D50' WHERE id = 1")
        db.execute("UPDATE photos SET sort_time = -99999999999999 WHERE format = 'PNG'")

    found = facets_of(library.store)

    assert found.cameras[0].value == "Apple iPhone 12"
    assert sum(facet.count for facet in found.cameras) == sum(
        facet.count for facet in found.types if facet.value == "JPEG"
    )
    assert found.lenses == ()
    assert Facet("2023", 2) in found.years
    assert Facet("1", 3) in found.years
