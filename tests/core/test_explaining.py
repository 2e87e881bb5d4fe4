"""Why a photo is among the results, over real libraries."""

from pathlib import Path
from typing import Any

import pytest

from photoclip.core.explaining import Explainer, Explanation, Found
from photoclip.core.library import Library
from photoclip.core.query import Feedback, Picture, Query, Words
from photoclip.core.query_text import parse
from photoclip.core.search import Searcher
from photoclip.core.tagging import Tagger
from photoclip.core.types import Scope
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag
from tests.core.test_indexing import run
from tests.core.test_search import TODAY, photo_of
from tests.fakes import ColourEncoder, save_photo


@pytest.fixture
def searcher(library: Library, encoder: ColourEncoder, photos: Path) -> Searcher:
    """Over five photos of one colour each, one of them in a folder of its own."""
    for name in ("red", "orange", "blue", "green", "holiday 2019/purple"):
        save_photo(photos / f"{name}.jpg", name.rpartition("/")[2])
    run(library, encoder, photos)
    return Searcher(library, encoder, Tagger(encoder).terms)


@pytest.fixture
def explainer(library: Library, encoder: ColourEncoder, searcher: Searcher) -> Explainer:
    return Explainer(library, encoder, Tagger(encoder), searcher)


def why(explainer: Explainer, photo_id: int, query: str | Query) -> Explanation:
    asked = parse(query, TODAY) if isinstance(query, str) else query
    [explanation] = explainer.explain(asked, [photo_id], today=TODAY)
    return explanation


def test_it_says_what_the_results_say(
    explainer: Explainer, searcher: Searcher, library: Library
) -> None:
    query = parse("red -green 2:yellow", TODAY)
    hits = searcher.answer(query, today=TODAY).hits(9)

    explained = explainer.explain(query, [hit.photo_id for hit in hits], today=TODAY)

    assert [(one.photo_id, one.score, one.band) for one in explained] == [
        (hit.photo_id, hit.score, hit.band) for hit in hits
    ]


def test_the_score_of_each_part(explainer: Explainer, library: Library) -> None:
    red, green = photo_of(library, "red"), photo_of(library, "green")
    source = library.content_hashes([green])[green]
    query = parse(f"red -blue 0.5:like:{source} liked:{source}", TODAY)

    parts = why(explainer, red, query).parts

    assert [(one.part, one.weight) for one in parts] == [
        (Words("red"), 1.0),
        (Words("blue", -1.0), -1.0),
        (Picture(source, 0.5), 0.5),
        (Feedback(source, True), 0.75),
    ]
    assert parts[0].score > 0 > parts[2].score
    assert why(explainer, green, query).parts[2].score > 0


def test_where_each_part_ranks_the_photo(
    explainer: Explainer, searcher: Searcher, library: Library
) -> None:
    query = parse("red -green", TODAY)
    photo_ids = [photo_of(library, name) for name in ("red", "orange", "blue", "green")]

    explained = explainer.explain(query, photo_ids, today=TODAY)

    for part in range(2):
        rising = sorted(explained, key=lambda one: one.parts[part].score)
        assert [one.parts[part].rank for one in rising] == sorted(
            (one.parts[part].rank for one in explained), reverse=True
        )
    assert explained[0].parts[0].rank == 1
    assert explained[3].parts[1].rank == 1
    assert {one.searched for one in explained} == {5}


def test_where_words_stand(explainer: Explainer, library: Library) -> None:
    purple, green = photo_of(library, "holiday 2019/purple"), photo_of(library, "green")
    library.annotations.caption([purple], "Purple is what Minka likes")
    library.annotations.confirm([green], "Purple")
    library.annotations.confirm([green], "puppy")

    assert why(explainer, purple, "purple").found == (Found("purple", ("file name", "caption")),)
    assert why(explainer, green, "purple").found == (Found("purple", ("tag",)),)
    assert why(explainer, green, "dog").found == (Found("dog", ("tag",)),)
    assert why(explainer, photo_of(library, "red"), "purple").found == ()
    assert why(explainer, purple, 'red "holiday 2019" "minka"').found == (
        Found("holiday 2019", ("folder",)),
        Found("minka", ("caption",)),
    )
    assert why(explainer, green, '-"purple" ...').found == ()


def test_the_nearest_words_with_their_probabilities(
    explainer: Explainer, library: Library, encoder: ColourEncoder
) -> None:
    nearest = why(explainer, photo_of(library, "red"), "blue").nearest

    tagger = Tagger(encoder)
    vector = library.vector(photo_of(library, "red"), encoder.id)
    assert vector is not None
    probabilities = tagger.probabilities(vector[None])[0]
    assert len(nearest) == 8
    assert [one.probability for one in nearest] == sorted(probabilities.tolist())[:-9:-1]


def test_what_is_no_result_is_explained_as_far_as_it_goes(
    explainer: Explainer, library: Library
) -> None:
    red = photo_of(library, "red")
    filtered = why(explainer, red, "folder:photos")
    outside = explainer.explain(
        Query("red"), [red], Scope(folder=str(Path(library.roots()[0]) / "holiday 2019"))
    )
    for one in (filtered, *outside, why(explainer, 12345, "red")):
        assert (one.score, one.band, one.parts) == (0.0, None, ())
    assert filtered.nearest
    assert filtered.listed
    assert not outside[0].listed
    assert "file name" in outside[0].found[0].places
    assert not why(explainer, red, "folder:nowhere").listed


def test_without_a_query_a_photo_is_told_by_its_nearest_words(
    explainer: Explainer, library: Library
) -> None:
    red = photo_of(library, "red")
    alone = why(explainer, red, "")
    assert alone.nearest == why(explainer, red, "red").nearest
    assert alone.listed
    assert (alone.band, alone.parts, alone.found) == (None, (), ())


def test_a_refused_tag_is_told(explainer: Explainer, library: Library) -> None:
    red = photo_of(library, "red")
    library.annotations.reject([red], "dog")
    assert why(explainer, red, "dog").refused
    assert not why(explainer, red, "dog food").refused


def made(work: Any) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def test_the_heat_map_is_of_what_is_wanted(explainer: Explainer, library: Library) -> None:
    """What an encoder makes of it is `test_heat_map`'s."""
    red = photo_of(library, "red")
    query = parse("red -blue", TODAY)

    heat = made(explainer.heat_map(query, red, StopFlag()))
    part = made(explainer.heat_map(query, red, StopFlag(), Words("blue", -1.0)))

    assert heat.shape == part.shape == (173, 260)
    assert 0 <= heat.min() <= heat.max() <= 1
    for nothing in ("-blue", "folder:photos"):
        with pytest.raises(PhotoClipError, match="nothing to look for"):
            made(explainer.heat_map(parse(nothing, TODAY), red, StopFlag()))


def test_the_heat_map_needs_thumbnail_or_photo(explainer: Explainer, library: Library) -> None:
    red = photo_of(library, "red")
    path = Path(library.roots()[0]) / "red.jpg"
    thumbnail = library.thumbnails.path(library.content_hashes([red])[red])
    stop = StopFlag()
    stop.stop()
    content = path.read_bytes()
    path.unlink()
    assert made(explainer.heat_map(Query("red"), red, stop)) is None
    thumbnail.unlink()
    with pytest.raises(PhotoClipError, match="Connect its drive"):
        made(explainer.heat_map(Query("red"), red, stop))
    path.write_bytes(content)
    assert made(explainer.heat_map(Query("red"), red, stop)) is None
    path.write_bytes(content[:200])
    with pytest.raises(PhotoClipError, match="cut short|damaged"):
        made(explainer.heat_map(Query("red"), red, stop))
    with pytest.raises(PhotoClipError, match="gone from the library"):
        made(explainer.heat_map(Query("red"), 12345, stop))
