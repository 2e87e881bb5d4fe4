"""`photoclip teach`: both figures told, kept where it helps, forgotten when asked."""

from pathlib import Path

import pytest

from photoclip.core.lessons import taught
from photoclip.core.library import Library
from tests.cli.conftest import Run
from tests.words import WordEncoder, photos_of_things


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture
def library(tmp_path: Path, encoder: WordEncoder) -> Library:
    """The one that `run` works on; it is closed and opened again as needed."""
    library = Library(tmp_path / "library.photoclip")
    shown = photos_of_things(library, encoder, 120, 80)
    for photo_id, words in enumerate(shown, start=1):
        library.annotations.caption([photo_id], words)
    return library


def test_what_helps_is_kept_and_can_be_forgotten(run: Run, library: Library) -> None:
    answer = run("teach", "--json").json
    assert (answer["kept"], answer["verdict"], answer["pairs"]) == (True, "kept", 120)
    assert answer["own_words"]["after"] > answer["own_words"]["before"]
    assert answer["known"]["after"] >= answer["known"]["before"] - 0.01
    what = taught(library, WordEncoder.id)
    assert what is not None
    assert what.recall_after == answer["own_words"]["after"]
    assert run("teach", "--forget", "--json").json == {"forgotten": True}
    assert taught(library, WordEncoder.id) is None
    assert run("teach", "--forget").out.strip() == "The model was taught nothing."
    library.close()


def test_both_figures_are_told_in_words(run: Run, library: Library) -> None:
    lines = run("teach").out.splitlines()
    assert lines[0] == "It helps, and search uses it from now on."
    assert lines[1].startswith("Your own words find their photo 100.0% of the time instead of")
    assert lines[2].startswith("What worked before still works")
    for photo_id in range(1, 121):
        library.annotations.caption([photo_id], f"thing{photo_id % 60}")
    lines = run("teach").out.splitlines()
    assert lines[0].endswith("so nothing was changed.")
    assert lines[1].startswith("Your own words would find")
    assert lines[2].startswith("What worked before would work")
    library.close()


def test_too_few_words_are_told(run: Run, library: Library) -> None:
    library.annotations.caption(range(1, 102), "")
    answer = run("teach")
    assert answer.code == 1
    assert answer.err.splitlines()[-1] == (
        "There are too few captions and tags to learn from. "
        "Write or confirm some for at least 20 photos."
    )
    library.close()
