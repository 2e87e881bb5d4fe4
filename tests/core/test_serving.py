"""Which model answers: followed through switches by whichever program, with the starter to fall
back on."""

from pathlib import Path

import pytest

from photoclip.core.library import Library
from photoclip.core.serving import Serving
from photoclip.core.switching import switch, want
from photoclip.core.tagging import Tagger
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag
from tests.core.test_indexing import run
from tests.fakes import BrightColourEncoder, ColourEncoder, save_photo


class Models:
    """Gives encoders by name, and counts how often each was opened."""

    def __init__(self) -> None:
        self.opened: list[str] = []

    def __call__(self, source: str) -> ColourEncoder:
        self.opened.append(source)
        if source == "gone":
            raise PhotoClipError("There is no model called “gone”.")
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


def test_the_starter_answers_for_a_model_that_is_gone(library: Library) -> None:
    library.set_setting("model", "gone")
    models = Models()
    serving = Serving(library, models, None)
    assert serving.encoder.id == "colours-1"
    assert serving.problem == (
        "There is no model called “gone”. The starter model answers instead."
    )
    serving.search("red")
    assert models.opened == ["gone", "starter"]
    with pytest.raises(PhotoClipError, match="no model called"):
        list(serving.switch("gone", StopFlag()))
