"""`photoclip models use`: another model serves, and what is done is never lost."""

import json
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photoclip.cli import main, session
from photoclip.clip.models import CHECKPOINT_FILE, CONFIG_FILE
from photoclip.core.library import Library
from photoclip.core.paths import models_dir
from photoclip.core.switching import Choice, choice
from tests.fakes import BrightColourEncoder, ColourEncoder, save_photo

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def bright() -> BrightColourEncoder:
    return BrightColourEncoder()


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    encoder: ColourEncoder,
    bright: BrightColourEncoder,
) -> Run:
    """Runs `photoclip` with a library of its own, the starter and a second model, "bright"."""
    folder = models_dir() / "bright"
    folder.mkdir(parents=True)
    config = {"model_cfg": {"embed_dim": 5, "vision_cfg": {"image_size": 32}, "text_cfg": {}}}
    (folder / CONFIG_FILE).write_text(json.dumps(config))
    (folder / CHECKPOINT_FILE).touch()
    encoders = {"starter": encoder, "bright": bright}
    monkeypatch.setattr(session, "open_encoder", encoders.__getitem__)
    monkeypatch.setenv("PHOTOCLIP_LIBRARY", str(tmp_path / "library.photoclip"))

    def photoclip(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["photoclip", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capfd.readouterr()

    return photoclip


def chosen(tmp_path: Path, name: str = "library.photoclip") -> Choice:
    library = Library(tmp_path / name)
    try:
        return choice(library)
    finally:
        library.close()


Embed = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def interrupting(embed: Embed) -> Embed:
    """Presses Ctrl+C once, at the first batch: a second time would mean to end at once, and
    batches are embedded side by side."""
    pressed: list[int] = []

    def embedding(pixels: NDArray[np.uint8], threads: int | None = None) -> NDArray[np.float32]:
        if not pressed:
            pressed.append(1)
            signal.raise_signal(signal.SIGINT)
        return embed(pixels)

    return embedding


def test_another_model_serves_and_going_back_is_for_free(
    run: Run, photos: Path, tmp_path: Path, encoder: ColourEncoder, bright: BrightColourEncoder
) -> None:
    for i in range(20):
        save_photo(photos / f"{i}.jpg")
    run("index", photos)
    code, out, _ = run("models", "use", "bright", "--json")
    assert code == 0
    answer = json.loads(out)
    assert answer.pop("seconds") > 0
    assert answer == {
        "model": "bright", "id": "bright-1", "switched": True, "embedded": 20,
        "from_thumbnails": 20, "left": 0, "stopped": False,
    }  # fmt: skip
    assert chosen(tmp_path) == Choice("bright")
    save_photo(photos / "new.jpg", "blue")
    assert json.loads(run("index", photos, "--json")[1])["model"] == "bright"
    assert bright.images_encoded == 21
    assert Path(json.loads(run("search", "blue", "--json")[1])[0]["path"]).name == "new.jpg"
    code, out, _ = run("models", "use", "starter")
    assert code == 0
    assert "serves this library now" in out
    assert encoder.images_encoded == 21
    assert chosen(tmp_path) == Choice("starter")


def test_an_interrupted_switch_is_told_and_goes_on(
    run: Run, photos: Path, tmp_path: Path, bright: BrightColourEncoder
) -> None:
    for i in range(40):
        save_photo(photos / f"{i}.jpg")
    run("index", photos)
    embed = bright.encode_images
    bright.encode_images = interrupting(embed)  # type: ignore[method-assign]
    code, _, err = run("models", "use", "bright")
    assert code == 1
    assert "the same command" in err
    assert chosen(tmp_path) == Choice("starter", "bright")
    done = bright.images_encoded
    assert 0 < done < 40
    bright.encode_images = embed  # type: ignore[method-assign]
    assert json.loads(run("models", "use", "bright", "--json")[1])["embedded"] == 40 - done
    assert chosen(tmp_path) == Choice("bright")


def test_the_library_may_be_named_on_every_level(run: Run, photos: Path, tmp_path: Path) -> None:
    save_photo(photos / "a.jpg")
    places = {
        "a": ("--library", tmp_path / "a", "models", "use", "bright"),
        "b": ("models", "--library", tmp_path / "b", "use", "bright"),
        "c": ("models", "use", "bright", "--library", tmp_path / "c"),
    }
    for name, arguments in places.items():
        assert run(*arguments)[0] == 0
        assert chosen(tmp_path, name) == Choice("bright")
    assert not (tmp_path / "library.photoclip").exists()


def test_an_unknown_model_is_told_and_the_present_one_stays(run: Run, tmp_path: Path) -> None:
    code, _, err = run("models", "use", "nothing")
    assert code == 1
    assert "nothing" in err
    assert "Traceback" not in err
    assert chosen(tmp_path) == Choice("starter")


def test_what_could_not_be_reached_is_told(run: Run, photos: Path, tmp_path: Path) -> None:
    for i in range(20):
        save_photo(photos / f"{i}.jpg", size=(32, 32))
    save_photo(photos / "wide.jpg", size=(1600, 40))
    run("index", photos)
    photos.rename(tmp_path / "not connected")
    code, _, err = run("models", "use", "bright")
    assert code == 0
    assert "could not be embedded now: 1. Connect their drive" in err


def test_a_model_that_most_photos_are_out_of_reach_of_waits(
    run: Run, photos: Path, tmp_path: Path
) -> None:
    save_photo(photos / "wide.jpg", size=(1600, 40))
    run("index", photos)
    photos.rename(tmp_path / "not connected")
    code, _, err = run("models", "use", "bright")
    assert code == 1
    assert "goes on serving. Connect their drive" in err
    assert chosen(tmp_path) == Choice("starter", "bright")


def test_a_model_named_when_indexing_serves_once_it_knows_the_other_folders_too(
    run: Run, photos: Path, tmp_path: Path, bright: BrightColourEncoder
) -> None:
    for i in range(20):
        save_photo(photos / "one" / f"{i}.jpg")
    save_photo(photos / "two" / "a.jpg", "blue")
    run("index", photos / "one")
    embed = bright.encode_images
    bright.encode_images = interrupting(embed)  # type: ignore[method-assign]
    assert run("index", photos / "two", "--model", "bright")[0] == 1
    assert chosen(tmp_path).serving == "starter"
    bright.encode_images = embed  # type: ignore[method-assign]
    assert run("index", photos / "two", "--model", "bright")[0] == 0
    assert bright.images_encoded == 21
    assert chosen(tmp_path) == Choice("bright")
