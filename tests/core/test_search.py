"""Search over real libraries, exact against a plain computation."""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photoclip.core.library import Library
from photoclip.core.quantised import QuantisedMatrix
from photoclip.core.query import Query
from photoclip.core.query_pictures import QueryPictures
from photoclip.core.query_text import parse
from photoclip.core.relevance import Band, Likeness
from photoclip.core.search import Searcher
from photoclip.core.tagging import Tagger
from photoclip.core.types import Results, Scope
from photoclip.core.unreadable import too_large
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag, Stopped
from tests.core.test_indexing import run
from tests.core.test_vectors import store_vectors
from tests.fakes import ColourEncoder, save_photo

TODAY = date(2026, 11, 21)


def paths(library: Library, hits: list) -> list[str]:
    found = library.photos([hit.photo_id for hit in hits])
    return [Path(found[hit.photo_id].path).name for hit in hits]


def test_the_best_comes_first(library: Library, encoder: ColourEncoder, photos: Path) -> None:
    for colour in ("red", "green", "blue", "orange"):
        save_photo(photos / f"{colour}.jpg", colour)
    run(library, encoder, photos)
    searcher = Searcher(library, encoder, Tagger(encoder).terms)
    hits = searcher.search("a red car")
    assert paths(library, hits)[:2] == ["red.jpg", "orange.jpg"]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len(searcher.search("a red car", limit=1)) == 1


def test_new_photos_are_found_at_once(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    save_photo(photos / "green.jpg", "green")
    run(library, encoder, photos)
    searcher = Searcher(library, encoder, Tagger(encoder).terms)
    assert paths(library, searcher.search("red")) == ["green.jpg"]
    save_photo(photos / "red.jpg", "red")
    run(library, encoder, photos)
    assert paths(library, searcher.search("red")) == ["red.jpg", "green.jpg"]
    (photos / "red.jpg").unlink()
    run(library, encoder, photos)
    assert paths(library, searcher.search("red")) == ["green.jpg"]


def test_search_inside_a_folder(library: Library, encoder: ColourEncoder, photos: Path) -> None:
    save_photo(photos / "in" / "blue.jpg", "blue")
    save_photo(photos / "in it too" / "red.jpg", "red")
    run(library, encoder, photos)
    hits = Searcher(library, encoder, Tagger(encoder).terms).search(
        "red", Scope(folder=str(photos / "in"))
    )
    assert paths(library, hits) == ["blue.jpg"]


def test_similar_photos_leave_out_the_photo_itself(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    for colour in ("red", "crimson", "blue"):
        save_photo(photos / f"{colour}.jpg", colour)
    run(library, encoder, photos)
    photo_id = library.photo_at(str(photos / "red.jpg"))
    assert photo_id is not None
    hits = Searcher(library, encoder, Tagger(encoder).terms).similar(photo_id)
    assert paths(library, hits) == ["crimson.jpg", "blue.jpg"]


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_query_is_told(library: Library, encoder: ColourEncoder, text: str) -> None:
    with pytest.raises(PhotoClipError, match="Type what"):
        Searcher(library, encoder, Tagger(encoder).terms).search(text)


def test_an_empty_library_answers_nothing(library: Library, encoder: ColourEncoder) -> None:
    assert Searcher(library, encoder, Tagger(encoder).terms).search("red") == []


def test_the_first_are_in_exact_order(library: Library, encoder: ColourEncoder) -> None:
    """Though all are first scored at a byte a number, which would mix them up."""
    photo_ids = np.arange(1, 5001)
    vectors = np.random.default_rng(0).normal(size=(5000, encoder.dim)).astype(np.float32)
    vectors += 3 * np.eye(encoder.dim, dtype=np.float32)[0]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    store_vectors(library, encoder.id, photo_ids, vectors)
    searcher = Searcher(library, encoder, Tagger(encoder).terms)
    query = parse("a quiet evening in red", TODAY)
    results = searcher.answer(query)
    (asked,) = searcher.directions(query)
    stored = vectors.astype(np.float16).astype(np.float32)
    cosines, spread = stored @ asked.direction, searcher.background.spread(stored)
    # What they are standardised by is taken from the bytes.
    matrix = QuantisedMatrix(encoder.dim)
    matrix.put(photo_ids - 1, stored)
    sample = matrix.vectors(np.unique(np.linspace(0, 4999, 2000).astype(int))) @ asked.direction
    total = (1 - asked.share) * (cosines - sample.mean()) / sample.std()
    total += asked.share * cosines / spread
    best = np.argsort(-total, kind="stable")
    assert results.photo_ids[:200].tolist() == photo_ids[best[:200]].tolist()
    np.testing.assert_allclose(results.scores[:200], total[best[:200]], atol=1e-4)
    assert sorted(results.photo_ids) == sorted(photo_ids)
    np.testing.assert_allclose(results.scores, total[results.photo_ids - 1], atol=0.2)


# Queries of more than words


@pytest.fixture
def searcher(library: Library, encoder: ColourEncoder, photos: Path) -> Searcher:
    """Over six photos of one colour each, one of them in a folder of its own."""
    for name in ("red", "orange", "blue", "green", "yellow", "holiday 2019/purple"):
        save_photo(photos / f"{name}.jpg", name.rpartition("/")[2])
    run(library, encoder, photos)
    return Searcher(library, encoder, Tagger(encoder).terms)


def names(library: Library, results: Results) -> list[str]:
    found = library.photos(results.photo_ids.tolist())
    return [Path(found[i].path).stem for i in results.photo_ids.tolist()]


def ask(searcher: Searcher, text: str) -> Results:
    return searcher.answer(parse(text, TODAY), today=TODAY)


def test_what_is_not_wanted_goes_down(searcher: Searcher, library: Library) -> None:
    assert names(library, ask(searcher, "red"))[0] == "red"
    assert names(library, ask(searcher, "orange -red")).index("red") > 2


def test_the_heavier_word_wins(searcher: Searcher, library: Library) -> None:
    blue = names(library, ask(searcher, "3:blue 1:red"))
    red = names(library, ask(searcher, "1:blue 3:red"))

    assert blue.index("blue") < blue.index("red")
    assert red.index("red") < red.index("blue")


def test_filters_alone_list_the_photos_without_bands(searcher: Searcher, library: Library) -> None:
    results = ask(searcher, "folder:holiday")

    assert names(library, results) == ["purple"]
    assert not results.nothing
    assert [hit.band for hit in results.hits(9)] == [None]


def test_words_and_filters_together(searcher: Searcher, library: Library) -> None:
    assert names(library, ask(searcher, "red -folder:holiday"))[0] == "red"
    assert "purple" not in names(library, ask(searcher, "red -folder:holiday"))


def test_a_name_is_found_whatever_the_photo_looks_like(
    searcher: Searcher, library: Library
) -> None:
    results = ask(searcher, "holiday 2019 pictures")
    assert not any(results.said)

    results = searcher.answer(Query("holiday 2019"))

    [first, *others] = results.hits(9)
    assert names(library, results)[0] == "purple"
    assert first.band is Band.STRONG
    assert "words" in first.matched
    assert all("words" not in hit.matched for hit in others)


def test_captions_and_own_tags_are_found_at_once(searcher: Searcher, library: Library) -> None:
    blue = library.photo_at(str(Path(library.roots()[0]) / "blue.jpg"))
    assert blue is not None
    library.annotations.caption([blue], "Minka asleep")
    assert names(library, ask(searcher, "minka"))[0] == "blue"
    assert names(library, ask(searcher, '"minka asleep"')) == ["blue"]

    green = library.photo_at(str(Path(library.roots()[0]) / "green.jpg"))
    assert green is not None
    library.annotations.confirm([green], "our cat")

    assert names(library, ask(searcher, "our cat"))[0] == "green"
    assert names(library, ask(searcher, 'tag:"our cat"')) == ["green"]
    assert names(library, ask(searcher, '"our cat"')) == ["green"]


def test_a_tag_is_found_by_what_it_implies_and_in_chinese(
    searcher: Searcher, library: Library
) -> None:
    green = library.photo_at(str(Path(library.roots()[0]) / "green.jpg"))
    assert green is not None
    library.annotations.confirm([green], "puppy")

    for name in ("puppy", "dog", "Dogs", "狗"):
        assert names(library, ask(searcher, f"tag:{name}")) == ["green"]
    assert len(ask(searcher, "-tag:dog").photo_ids) == 5


def test_a_picture_and_words_in_one_query(searcher: Searcher, library: Library) -> None:
    red = library.photo_at(str(Path(library.roots()[0]) / "red.jpg"))
    assert red is not None
    source = library.content_hashes([red])[red]

    assert names(library, ask(searcher, f"like:{source}"))[:2] == ["red", "orange"]
    assert names(library, ask(searcher, f"0.2:like:{source} 3:blue"))[0] == "blue"
    assert names(library, ask(searcher, "like:" + "0" * 32)) == []


def test_feedback_moves_the_query(searcher: Searcher, library: Library) -> None:
    def hash_of(name: str) -> str:
        photo = library.photo_at(str(Path(library.roots()[0]) / f"{name}.jpg"))
        assert photo is not None
        return library.content_hashes([photo])[photo]

    def lead(text: str) -> float:
        """Of orange over purple."""
        results = ask(searcher, text)
        scores = dict(zip(names(library, results), results.scores.tolist(), strict=True))
        return scores["orange"] - scores["purple"]

    assert lead(f"red liked:{hash_of('holiday 2019/purple')}") < lead("red")
    assert lead(f"red liked:{hash_of('orange')}") > lead("red")
    assert lead(f"red disliked:{hash_of('orange')}") < lead("red")


def photo_of(library: Library, name: str) -> int:
    photo_id = library.photo_at(str(Path(library.roots()[0]) / f"{name}.jpg"))
    assert photo_id is not None
    return photo_id


def test_a_rejected_tag_is_no_answer_to_its_very_name(searcher: Searcher, library: Library) -> None:
    """In any of its languages, and whatever else says so."""
    blue = photo_of(library, "blue")
    library.annotations.caption([blue], "a dog, they say")
    library.annotations.confirm([blue], "our cat")
    assert ask(searcher, "dog").hits(1)[0].photo_id == blue
    assert ask(searcher, "Our Cat").hits(1)[0].photo_id == blue
    library.annotations.reject([blue], "dog")
    library.annotations.reject([blue], "our cat")

    for text in ("dog", "Dogs", "狗", "our cat", "dog type:jpeg"):
        last = ask(searcher, text).hits(9)[-1]
        assert (last.photo_id, last.band) == (blue, Band.WEAK), text
    library.annotations.forget([blue], "dog")
    assert ask(searcher, "dog").hits(1)[0].photo_id == blue


def test_a_rejection_says_nothing_of_longer_queries(searcher: Searcher, library: Library) -> None:
    red = photo_of(library, "red")
    before = ask(searcher, "red car").hits(9)
    library.annotations.reject([red], "red")
    assert ask(searcher, "red car").hits(9) == before
    assert ask(searcher, "red").hits(9)[-1].photo_id == red


def test_relevant_ones_come_first_and_times_with_them(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    for day, colour in enumerate(("red", "green", "crimson", "blue"), 1):
        save_photo(photos / f"{colour}.jpg", colour, taken=f"2023:08:{day:02} 12:00:00")
    run(library, encoder, photos)
    searcher = Searcher(library, encoder, Tagger(encoder).terms)
    library.annotations.confirm([photo_of(library, "red")], "holiday")
    library.annotations.confirm([photo_of(library, "crimson")], "holiday")
    results = ask(searcher, "holiday")
    assert set(names(library, results)[:2]) == {"red", "crimson"}
    relevant = results.relevant.tolist()
    assert relevant[:2] == [True, True]
    assert relevant[2:] == sorted(relevant[2:], reverse=True)
    assert not relevant[-1]
    days = [f"{np.datetime64(int(time), 's')}"[:10] for time in results.times]
    taken = {"red": "2023-08-01", "green": "2023-08-02", "crimson": "2023-08-03"}
    assert days == [taken.get(name, "2023-08-04") for name in names(library, results)]
    assert all(ask(searcher, "folder:photos").relevant)


# Pictures


def test_a_picture_that_is_no_photo_of_the_library(
    searcher: Searcher, library: Library, encoder: ColourEncoder, tmp_path: Path
) -> None:
    picture = save_photo(tmp_path / "else where" / "crimson.png", "crimson")
    text = f'like:"{picture}"'

    assert names(library, ask(searcher, text))[0] == "red"
    encoded = encoder.images_encoded
    assert names(library, ask(searcher, f"{text} -folder:holiday"))[0] == "red"
    assert encoder.images_encoded == encoded  # remembered
    save_photo(picture, "navy", size=(90, 70))
    assert names(library, ask(searcher, text))[0] == "blue"


def test_a_picture_of_the_library_by_its_path_is_not_read(
    searcher: Searcher, library: Library, encoder: ColourEncoder
) -> None:
    encoded = encoder.images_encoded
    path = Path(library.roots()[0]) / "green.jpg"
    assert names(library, ask(searcher, f'like:"{path}"'))[0] == "green"
    assert encoder.images_encoded == encoded


def test_whoever_embeds_files_may_be_given(library: Library, encoder: ColourEncoder) -> None:
    def refuse(path: Path) -> NDArray[np.float32]:
        raise too_large((90_000, 90_000))

    pictures = QueryPictures(library, encoder, refuse)
    source = str(save_photo(library.path.parent / "x.png"))
    with pytest.raises(PhotoClipError, match="“x.png” cannot be used: it is too large: 90,000"):
        pictures.embedding(source)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("gone.jpg", None, "it is not there, or may not be read"),
        ("empty.jpg", b"", "it is empty"),
        ("notes.jpg", b"no picture at all", "it is not a picture"),
        ("cut.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "it is"),
    ],
)
def test_a_picture_that_cannot_be_used_is_told_in_a_sentence(
    searcher: Searcher, tmp_path: Path, name: str, content: bytes | None, sentence: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(PhotoClipError, match=f"“{name}” cannot be used: {sentence}") as told:
        ask(searcher, f'red like:"{tmp_path / name}"')
    assert str(told.value).count(".") == 2  # the name's, and the end


@pytest.mark.parametrize("kind", ["a folder", "a pipe", "a file of gigabytes"])
def test_what_is_no_picture_file_is_not_read(searcher: Searcher, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.jpg"
    if kind == "a folder":
        path.mkdir()
    elif kind == "a pipe":
        os.mkfifo(path)
    else:
        with path.open("wb") as file:
            file.truncate(2 << 30)
    with pytest.raises(PhotoClipError, match="cannot be used"):
        ask(searcher, f'like:"{path}"')


def test_copies_are_strong_and_unlike_photos_weak(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    """The bands of pictures go by how alike pairs of the library's photos are."""
    generator = np.random.default_rng(0)
    for i in range(60):
        save_photo(photos / f"{i}.jpg", "#" + bytes(generator.integers(0, 256, 3).tolist()).hex())
    save_photo(photos / "red.jpg", "#f00000")
    save_photo(photos / "copy.jpg", "#ee0202", size=(64, 96))
    run(library, encoder, photos)
    searcher = Searcher(library, encoder, Tagger(encoder).terms)
    red = library.content_hashes([photo_of(library, "red")])

    results = ask(searcher, f"like:{next(iter(red.values()))}")

    assert set(names(library, results)[:2]) == {"red", "copy"}
    assert [hit.band for hit in results.hits(2)] == [Band.STRONG, Band.STRONG]
    assert results.count(Band.WEAK) > 30
    cyan = save_photo(photos.parent / "cyan.png", "#00f0f0")
    assert ask(searcher, f'like:"{cyan}"').hits(99)[-1].band is Band.WEAK


def test_likeness_keeps_to_its_bounds() -> None:
    """Where many photos are copies of each other, and where no two are alike."""
    generator = np.random.default_rng(0)
    alone = generator.normal(size=(500, 256)).astype(np.float32)
    alone /= np.linalg.norm(alone, axis=1, keepdims=True)
    copies = np.repeat(alone[:50], 10, axis=0)

    for photos, expected in ((alone, (0.8, 0.5)), (copies, (0.9, 0.8)), (alone[:1], (0.9, 0.8))):
        likeness = Likeness.of(photos)
        assert (likeness.strong, likeness.likely) == pytest.approx(expected)


def test_a_contradiction_matches_nothing(searcher: Searcher) -> None:
    results = ask(searcher, "red before:2000 after:2010")

    assert len(results.photo_ids) == 0


def test_weak_results_are_ordered_when_they_are_looked_at(
    library: Library, encoder: ColourEncoder
) -> None:
    vectors = np.random.default_rng(1).normal(size=(2000, encoder.dim)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    photo_ids = np.arange(1, 2001)
    store_vectors(library, encoder.id, photo_ids, vectors)
    results = Searcher(library, encoder, Tagger(encoder).terms).answer(parse("red", TODAY))
    loose = results.loose
    assert 300 <= loose.start < loose.stop == 2000
    # As they are listed: all of one time, so the newest first.
    assert (np.diff(results.photo_ids[loose]) < 0).all()
    listed = library.listing()[0]
    assert results.places is not None
    assert (listed[results.places] == results.photo_ids).all()
    ordered = results.in_order()
    assert ordered.places is not None
    assert (listed[ordered.places] == ordered.photo_ids).all()
    assert sorted(ordered.photo_ids) == list(photo_ids)
    assert (np.diff(ordered.scores[loose]) <= 1e-3).all()
    assert ordered.scores[loose].max() <= results.scores[: loose.start].min() + 1e-2
    assert [hit.photo_id for hit in results.hits(2000)] == ordered.photo_ids.tolist()
    left_out = [int(results.photo_ids[3]), int(results.photo_ids[-1])]
    others = results.without(left_out)
    assert (others.loose.start, others.loose.stop) == (loose.start - 1, 1998)
    assert others.places is not None
    assert (listed[others.places] == others.photo_ids).all()
    assert others.in_order().photo_ids.tolist() == [
        photo_id for photo_id in ordered.photo_ids if photo_id not in left_out
    ]


def test_an_answer_that_nobody_wants_any_more_ends(
    library: Library, encoder: ColourEncoder, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_photo(photos / "red.jpg", "red")
    run(library, encoder, photos)
    searcher = Searcher(library, encoder, Tagger(encoder).terms)
    expected = searcher.answer(parse("red", TODAY)).photo_ids.tolist()
    stop = StopFlag()
    encode, asked = encoder.encode_texts, []

    def stopping(texts: Sequence[str]) -> NDArray[np.float32]:
        stop.stop()
        asked.append(texts)
        return encode(texts)

    monkeypatch.setattr(encoder, "encode_texts", stopping)
    for text in ("a green car", "a blue car"):
        with pytest.raises(Stopped):
            searcher.answer(parse(text, TODAY), stop=stop)
    # In the middle of the first, and before the second has begun.
    assert len(asked) == 1
    assert searcher.answer(parse("red", TODAY)).photo_ids.tolist() == expected


def test_filters_alone_ask_no_model(
    library: Library, encoder: ColourEncoder, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_photo(photos / "red.jpg", "red")
    run(library, encoder, photos)

    def gone(texts: object) -> NDArray[np.float32]:
        raise PhotoClipError("The model is gone.")

    monkeypatch.setattr(encoder, "encode_texts", gone)
    searcher = Searcher(library, encoder, Tagger(encoder).terms)
    assert paths(library, searcher.search("type:jpeg")) == ["red.jpg"]
    with pytest.raises(PhotoClipError, match="gone"):
        searcher.search("red")
