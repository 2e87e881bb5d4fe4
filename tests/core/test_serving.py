"""Which model answers: followed through switches by whichever program, with the starter to fall
back on."""

import threading
from pathlib import Path

import pytest

from photoclip.core.learning import library_tagger
from photoclip.core.library import Library
from photoclip.core.query import Query
from photoclip.core.serving import Serving
from photoclip.core.switching import switch, want
from photoclip.core.tagging import Tagger
from photoclip.core.terms import Term
from photoclip.core.vocabulary import Vocabulary
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag
from tests.core.test_indexing import run
from tests.fakes import BrightColourEncoder, ColourEncoder, save_photo


class Models:
    """Gives encoders by name, and counts how often each was opened."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.gone = {"gone"}

    def __call__(self, source: str) -> ColourEncoder:
        self.opened.append(source)
        if source in self.gone:
            raise PhotoClipError("There is no such model.")
        return BrightColourEncoder() if source == "bright" else ColourEncoder()


def test_a_switch_by_another_program_is_noticed_at_the_next_search(
    library: Library, photos: Path, encoder: ColourEncoder
) -> None:
    save_photo(photos / "a.jpg", "red")
    run(library, encoder, photos)
    changed: list[str] = []
    serving = Serving(library, Models(), None, changed.append)
    before = serving.search("crimson")
    other, bright = Library(library.path), BrightColourEncoder()
    want(other, "bright")
    list(switch(other, "bright", bright, Tagger(bright), StopFlag()))
    other.close()
    assert changed == []
    after = serving.search("crimson")
    assert [hit.photo_id for hit in after] == [hit.photo_id for hit in before]
    assert after != before
    assert changed == ["bright-1"]
    assert serving.encoder.id == "bright-1"


def test_the_model_before_stays_loaded_for_going_back_and_no_other(
    library: Library, photos: Path, encoder: ColourEncoder
) -> None:
    models = Models()
    serving = Serving(library, models, None)
    for source in ("bright", "starter", "bright", "third", "bright", "starter"):
        want(library, source)
        list(serving.switch(source, StopFlag()))
        assert serving.search("red") == []
    assert models.opened == ["bright", "starter", "third", "starter"]


def test_new_photos_are_indexed_with_the_model_that_serves(library: Library, photos: Path) -> None:
    serving = Serving(library, Models(), None)
    want(library, "bright")
    list(serving.switch("bright", StopFlag()))
    save_photo(photos / "a.jpg")
    list(serving.index([str(photos)], StopFlag()))
    assert [model.id for model in library.stored_models()] == ["bright-1"]


def test_a_vocabulary_that_changes_while_photos_are_indexed_is_the_one_they_are_tagged_with(
    library: Library, photos: Path, encoder: ColourEncoder
) -> None:
    for name in ("a", "b"):
        save_photo(photos / f"{name}.jpg")
    serving = Serving(library, Models(), None)
    work = serving.index([str(photos)], StopFlag())
    next(work)
    library.set_vocabulary(library.vocabulary().added([Term("navy wall")]))
    list(serving.update_tags(StopFlag(), learning=False))
    list(work)
    version = library_tagger(library, encoder, None).version
    rows = library.store.rows("SELECT tagged_with FROM vectors")
    assert rows == [(version,), (version,)]


def test_results_are_explained_by_the_model_that_found_them(
    library: Library, photos: Path, encoder: ColourEncoder
) -> None:
    save_photo(photos / "a.jpg", "red")
    save_photo(photos / "b.jpg", "blue")
    run(library, encoder, photos)
    serving = Serving(library, Models(), None)
    query = Query("crimson")
    for source in ("starter", "bright"):
        want(library, source)
        list(serving.switch(source, StopFlag()))
        [hit, _] = serving.search("crimson")
        [explanation] = serving.explain(query, [hit.photo_id])
        assert explanation.score == hit.score
        work = serving.heat_map(query, hit.photo_id, StopFlag())
        assert next(work).phase == "explaining"
        work.close()


def test_the_starter_answers_for_a_model_that_is_gone_until_it_is_back(library: Library) -> None:
    library.set_setting("model", "gone")
    models, changed = Models(), list[str]()
    models.gone.add("bright")
    serving = Serving(library, models, None, changed.append)
    assert serving.encoder.id == "colours-1"
    assert serving.problem == (
        "The model “gone” cannot be found or read, so the starter answers instead. "
        "Get it again, or use another model."
    )
    with pytest.raises(PhotoClipError, match="no such model"):
        list(serving.switch("gone", StopFlag()))
    library.set_setting("model", "bright")
    serving.search("red")
    assert "bright" in serving.problem
    assert models.opened.count("starter") == 1
    models.gone.clear()
    serving.search("red")
    assert (serving.encoder.id, serving.problem) == ("bright-1", "")
    assert changed == ["bright-1"]


def test_another_model_that_comes_to_lie_in_its_place_is_opened_anew(library: Library) -> None:
    models, stamps = Models(), {"starter": 1, "bright": 1}
    serving = Serving(library, models, None, stamp=stamps.__getitem__)
    library.set_setting("model", "bright")
    before = serving.encoder
    assert serving.encoder is before
    stamps["bright"] = 2
    assert serving.encoder is not before
    assert models.opened == ["bright", "bright"]


def test_after_a_switch_no_search_has_to_read_all_vectors_and_the_old_ones_are_freed(
    library: Library, photos: Path, encoder: ColourEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_photo(photos / "a.jpg", "red")
    run(library, encoder, photos)
    serving = Serving(library, Models(), None)
    serving.search("red")
    read: list[tuple[str, int]] = []
    vectors_after = library.vectors_after

    def noted(model: str, last: int, *limit: int) -> object:
        read.append((model, last))
        return vectors_after(model, last, *limit)

    want(library, "bright")
    list(serving.switch("bright", StopFlag()))
    monkeypatch.setattr(library, "vectors_after", noted)
    assert len(serving.search("red")) == 1
    want(library, "starter")
    list(serving.switch("starter", StopFlag()))
    assert [model for model, last in read if not last] == ["colours-1"]


def test_a_thread_that_looked_earlier_does_not_bring_back_the_vocabulary_before(
    library: Library, photos: Path, encoder: ColourEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_photo(photos / "a.jpg", "red")
    run(library, encoder, photos)
    serving = Serving(library, Models(), None)
    serving.search("red")
    library.set_vocabulary(library.vocabulary().added([Term("crimson wall")]))
    looked, go_on = threading.Event(), threading.Event()
    vocabulary = library.vocabulary

    def slow() -> Vocabulary:
        found = vocabulary()
        if threading.current_thread() is other:
            looked.set()
            go_on.wait(60)
        return found

    other = threading.Thread(target=serving.search, args=["red"])
    monkeypatch.setattr(library, "vocabulary", slow)
    other.start()
    assert looked.wait(60)
    library.set_vocabulary(library.vocabulary().added([Term("navy wall")]))
    serving.search("red")
    go_on.set()
    other.join(60)

    list(serving.update_tags(StopFlag(), learning=False))

    tagger = library_tagger(library, encoder, None)
    rows = library.store.rows("SELECT tagged_with FROM vectors")
    assert rows == [(tagger.version,)]
