"""Search over real libraries, exact against a plain computation."""

from pathlib import Path

import numpy as np
import pytest

from photoclip.core.library import Library
from photoclip.core.search import Searcher
from photoclip.core.types import Scope
from photoclip.core.vectors import VectorIndex
from photoclip.errors import PhotoClipError
from tests.core.test_indexing import run
from tests.fakes import ColourEncoder, save_photo


def paths(library: Library, hits: list) -> list[str]:
    found = library.photos([hit.photo_id for hit in hits])
    return [Path(found[hit.photo_id].path).name for hit in hits]


def test_the_best_comes_first(library: Library, encoder: ColourEncoder, photos: Path) -> None:
    for colour in ("red", "green", "blue", "orange"):
        save_photo(photos / f"{colour}.jpg", colour)
    run(library, encoder, photos)
    searcher = Searcher(library, encoder)
    hits = searcher.search("a red car")
    assert paths(library, hits)[:2] == ["red.jpg", "orange.jpg"]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[0].score == pytest.approx(1, abs=1e-2)
    assert len(searcher.search("a red car", limit=1)) == 1


def test_new_photos_are_found_at_once(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    save_photo(photos / "green.jpg", "green")
    run(library, encoder, photos)
    searcher = Searcher(library, encoder)
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
    hits = Searcher(library, encoder).search("red", Scope(folder=str(photos / "in")))
    assert paths(library, hits) == ["blue.jpg"]


def test_similar_photos_leave_out_the_photo_itself(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    for colour in ("red", "crimson", "blue"):
        save_photo(photos / f"{colour}.jpg", colour)
    run(library, encoder, photos)
    photo_id = library.photo_at(str(photos / "red.jpg"))
    assert photo_id is not None
    hits = Searcher(library, encoder).similar(photo_id)
    assert paths(library, hits) == ["crimson.jpg", "blue.jpg"]


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_query_is_told(library: Library, encoder: ColourEncoder, text: str) -> None:
    with pytest.raises(PhotoClipError, match="Type what"):
        Searcher(library, encoder).search(text)


def test_an_empty_library_answers_nothing(library: Library, encoder: ColourEncoder) -> None:
    assert Searcher(library, encoder).search("red") == []


def test_scores_are_exact(library: Library) -> None:
    """The matrix grows, rows are replaced, and each score is that of a plain product."""
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(3000, 16)).astype(np.float16)
    with library.store.write() as db:
        db.execute("INSERT INTO models (key, name) VALUES ('m', 'm')")
        for i in range(len(vectors)):
            db.execute(
                "INSERT INTO photos (id, hash, present, sort_time, width, height, format, size)"
                " VALUES (?, ?, 1, 0, 1, 1, 'JPEG', 1)",
                [i + 1, f"{i:032x}"],
            )
            db.execute(
                "INSERT INTO vectors (model_id, photo_id, vector) VALUES (1, ?, ?)",
                [i + 1, vectors[i].tobytes()],
            )
    index = VectorIndex(library, "m", 16)
    index.refresh()
    vectors[7] = 1
    with library.store.write() as db:
        db.execute(
            "INSERT OR REPLACE INTO vectors (model_id, photo_id, vector) VALUES (1, 8, ?)",
            [vectors[7].tobytes()],
        )
    index.refresh()
    assert len(index) == 3000
    query = generator.normal(size=16).astype(np.float32)
    for wanted in (np.arange(1, 3001), np.array([8, 3000, 5, 9999])):
        ids, scores = index.scores(query, wanted.astype(np.int64))
        assert list(ids) == [i for i in wanted if i <= 3000]
        np.testing.assert_allclose(scores, vectors[ids - 1].astype(np.float32) @ query, rtol=1e-5)
