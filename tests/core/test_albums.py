"""Albums, plain and live, in a real library."""

from datetime import date
from pathlib import Path

import pytest

from photoclip.core.albums import Albums
from photoclip.core.library import Library
from photoclip.core.query_text import parse, written
from photoclip.core.search import Searcher
from photoclip.core.tagging import Tagger
from photoclip.core.types import Scope
from photoclip.errors import PhotoClipError
from tests.core.test_indexing import run
from tests.fakes import ColourEncoder, save_photo

TODAY = date(2026, 11, 21)


@pytest.fixture
def albums(library: Library, encoder: ColourEncoder, photos: Path) -> Albums:
    """Of a library of three photos, numbered 1 to 3 by age, the newest last."""
    for day, colour in enumerate(("red", "green", "blue"), 1):
        save_photo(photos / f"{colour}.jpg", colour, taken=f"2023:08:{day:02} 12:00:00")
    run(library, encoder, photos)
    return library.albums


def id_of(library: Library, photos: Path, name: str) -> int:
    photo_id = library.photo_at(str(photos / f"{name}.jpg"))
    assert photo_id is not None
    return photo_id


def test_photos_go_in_and_out_and_back(albums: Albums, library: Library, photos: Path) -> None:
    red, green, blue = (id_of(library, photos, name) for name in ("red", "green", "blue"))
    album = albums.create("  Our\nholiday ", [green, red, red]).album_id

    assert [(one.name, one.count, one.live) for one in albums.all()] == [("Our holiday", 2, False)]
    assert albums.photos(album).tolist() == [green, red]
    added = albums.add(album, [red, blue])
    removed = albums.remove(album, [green, blue])

    assert albums.photos(album).tolist() == [red]
    put_back = albums.undo(removed)
    assert albums.photos(album).tolist() == [blue, green, red]
    albums.undo(added)
    # Red was in it before, and stays.
    assert albums.photos(album).tolist() == [green, red]
    albums.undo(put_back)
    assert albums.photos(album).tolist() == [red]


def test_deleting_is_undone_whole_though_another_album_was_made(
    albums: Albums, library: Library, photos: Path
) -> None:
    red = id_of(library, photos, "red")
    album = albums.create("A", [red]).album_id
    deleted = albums.delete(album)
    assert albums.all() == ()
    albums.create("B")

    albums.undo(deleted)

    assert [(one.name, one.count) for one in albums.all()] == [("A", 1), ("B", 0)]
    albums.delete(album)
    albums.create("a")
    with pytest.raises(PhotoClipError, match="called “a” already"):
        albums.undo(deleted)


def test_undoing_a_new_album_takes_what_was_put_in_since_and_brings_it_back(
    albums: Albums, library: Library, photos: Path
) -> None:
    red, green = (id_of(library, photos, name) for name in ("red", "green"))
    created = albums.create("A", [red])
    albums.add(created.album_id, [green])

    again = albums.undo(created)

    assert albums.all() == ()
    albums.undo(again)
    assert albums.photos(created.album_id).tolist() == [green, red]


def test_renaming_and_its_undo(albums: Albums) -> None:
    album = albums.create("Rome").album_id
    renamed = albums.rename(album, "ROME")  # its own name in other letters
    assert [one.name for one in albums.all()] == ["ROME"]
    albums.undo(renamed)
    assert [one.name for one in albums.all()] == ["Rome"]


def test_names_that_will_not_do(albums: Albums) -> None:
    albums.create("Rome")
    for name, sentence in (
        ("rome", "called “Rome” already"),
        ("  ", "Type a name"),
        ("x" * 201, "at most 200"),
    ):
        with pytest.raises(PhotoClipError, match=sentence):
            albums.create(name)


def test_what_an_album_cannot_do_is_told(albums: Albums, library: Library, photos: Path) -> None:
    plain, live = albums.create("A").album_id, albums.create("B", query="red").album_id
    with pytest.raises(PhotoClipError, match="what its query finds"):
        albums.add(live, [id_of(library, photos, "red")])
    with pytest.raises(PhotoClipError, match="no query"):
        albums.ask(plain, "green")
    with pytest.raises(PhotoClipError, match="something to look for"):
        albums.create("C", query="  ")
    with pytest.raises(PhotoClipError, match="gone"):
        albums.rename(4, "D")
    assert [one.name for one in albums.all()] == ["A", "B"]


def test_photos_that_are_gone_do_not_count_and_come_back(
    albums: Albums, library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    album = albums.create("A", [id_of(library, photos, "red")]).album_id
    (photos / "red.jpg").rename(photos.parent / "red.jpg")
    run(library, encoder, photos)
    assert [one.count for one in albums.all()] == [0]
    assert not len(albums.photos(album))
    (photos.parent / "red.jpg").rename(photos / "moved.jpg")
    run(library, encoder, photos)
    assert [one.count for one in albums.all()] == [1]


def test_an_album_is_a_scope(
    albums: Albums, library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    red, blue = (id_of(library, photos, name) for name in ("red", "blue"))
    album = albums.create("A", [red, blue]).album_id
    assert library.listing(Scope(album=album))[0].tolist() == [blue, red]
    assert library.listing(Scope(folder="/elsewhere", album=album))[0].tolist() == []
    searcher = Searcher(library, encoder, Tagger(encoder).terms)
    inside = searcher.answer(parse("red", TODAY), Scope(album=album), TODAY)
    assert inside.photo_ids.tolist() == [red, blue]
    assert searcher.answer(parse('"green"', TODAY), Scope(album=album), TODAY).photo_ids.size == 0
    albums.remove(album, [blue])
    inside = searcher.answer(parse("red", TODAY), Scope(album=album), TODAY)
    assert inside.photo_ids.tolist() == [red]


# Live ones


def found(searcher: Searcher, library: Library, text: str) -> list[str]:
    ids = searcher.answer(parse(text, TODAY), today=TODAY).photo_ids.tolist()
    shown = library.photos(ids)
    return [Path(shown[photo_id].path).stem for photo_id in ids]


def test_a_live_album_grows_as_photos_arrive(
    albums: Albums, library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    searcher = Searcher(library, encoder, Tagger(encoder).terms)
    album = albums.create("Reds", query='folder:photos type:jpeg -"blue"').album_id
    assert [(one.live, one.count) for one in albums.all()] == [(True, None)]

    assert found(searcher, library, "album:reds") == ["green", "red"]
    save_photo(photos / "crimson.jpg", "crimson", taken="2023:08:05 12:00:00")
    run(library, encoder, photos)

    assert found(searcher, library, "album:Reds") == ["crimson", "green", "red"]
    assert found(searcher, library, "-album:Reds") == ["blue"]
    asked = albums.ask(album, '"green"')
    assert found(searcher, library, "album:Reds") == ["green"]
    albums.undo(asked)
    assert len(found(searcher, library, "album:Reds")) == 3


def test_a_live_album_holds_what_is_relevant(
    albums: Albums, library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    """And a query refined by thumbs may be kept as one."""
    for i in range(30):
        save_photo(photos / "more" / f"{i}.jpg", ("orange", "purple", "yellow")[i % 3])
    run(library, encoder, photos)
    searcher = Searcher(library, encoder, Tagger(encoder).terms)
    red = library.content_hashes([id_of(library, photos, "red")])
    query = parse(f"red liked:{next(iter(red.values()))}", TODAY)
    results = searcher.answer(query, today=TODAY)
    relevant = results.photo_ids[results.relevant]
    assert 0 < len(relevant) < len(results.photo_ids)

    albums.create("Reds", query=written(query))
    inside = searcher.answer(parse("album:Reds", TODAY), today=TODAY).photo_ids

    assert sorted(inside.tolist()) == sorted(relevant.tolist())


def test_live_albums_of_live_albums(
    albums: Albums, library: Library, encoder: ColourEncoder
) -> None:
    searcher = Searcher(library, encoder, Tagger(encoder).terms)
    albums.create("Not blue", query='-"blue"')
    albums.create("Not blue nor red", query='album:"not blue" -"red"')
    assert found(searcher, library, 'album:"Not blue nor red"') == ["green"]


def test_an_album_that_would_be_part_of_itself_is_told_in_a_sentence(
    albums: Albums, library: Library, encoder: ColourEncoder
) -> None:
    searcher = Searcher(library, encoder, Tagger(encoder).terms)
    with pytest.raises(PhotoClipError, match="“Dogs” would be part of itself"):
        albums.create("Dogs", query="dog -album:dogs")
    first = albums.create("A", query="red album:B").album_id
    with pytest.raises(PhotoClipError, match="“B” and “A” would be part of one another"):
        albums.create("B", query="green album:a")
    albums.create("C", query="album:A")
    with pytest.raises(PhotoClipError, match="“b” would be part of itself"):
        albums.rename(first, "b")
    with pytest.raises(PhotoClipError, match="“A” and “C” would be part of one another"):
        albums.ask(first, "album:C")
    assert found(searcher, library, "album:A") == []  # there is no B

    # Made by another program.
    with library.store.write() as db:
        db.execute("INSERT INTO albums (id, name, query) VALUES (7, 'B', 'album:C')")
    with pytest.raises(PhotoClipError, match="part of one another"):
        found(searcher, library, "album:C")


def test_a_chain_of_albums_is_named_in_its_order(albums: Albums) -> None:
    for i in range(5):
        albums.create(f"a{i}", query=f"album:a{i + 1}")
    with pytest.raises(PhotoClipError, match="“a5”, “a0”, “a1”, “a2”, “a3” and “a4”"):
        albums.create("a5", query="album:a0")


def test_in_a_place_of_the_albums_own_name(
    albums: Albums, library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    """`in:` looks for folders and places too, so it may stand in an album of that name."""
    save_photo(photos / "Italy" / "rome.jpg", "purple")
    run(library, encoder, photos)
    searcher = Searcher(library, encoder, Tagger(encoder).terms)
    albums.create("Italy", query="in:Italy")
    assert found(searcher, library, "in:Italy") == ["rome"]
    assert found(searcher, library, "album:Italy") == ["rome"]


def test_albums_within_albums_without_end(
    albums: Albums, library: Library, encoder: ColourEncoder
) -> None:
    searcher = Searcher(library, encoder, Tagger(encoder).terms)
    for i in range(60):
        albums.create(f"a{i}", query=f"album:a{i + 1}")
    with pytest.raises(PhotoClipError, match="too deep"):
        found(searcher, library, "album:a0")
    assert found(searcher, library, "album:a30") == []
