"""The command line as programs use it: JSON, exit codes, one-sentence errors."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from photoclip.cli import cli
from photoclip.clip.calibration import Frequent
from photoclip.core.learning import learned_curves, library_tagger
from photoclip.core.library import Library
from photoclip.resources import resource_path
from tests.cli.conftest import Run
from tests.fakes import ColourEncoder, save_photo


def test_index_answers_with_all_counts(run: Run, photos: Path) -> None:
    save_photo(photos / "a.jpg")
    (photos / "broken.jpg").write_text("no picture")
    answer = run("index", photos, "--json")
    assert answer.code == 0
    report = answer.json
    assert set(report) == {
        "found", "indexed", "unchanged", "moved", "missing", "failed", "seconds",
        "photos_per_second", "model", "device", "precision",
    }  # fmt: skip
    assert (report["found"], report["indexed"], report["failed"]) == (2, 1, 1)
    assert (report["model"], report["device"], report["precision"]) == ("colours", "cpu", "float32")
    [failure] = run("failures", "--json").json
    assert failure["path"] == str(photos / "broken.jpg")
    assert failure["reason"]
    assert failure["permanent"] is True


def test_index_ends_with_the_frequencies_of_the_library(
    run: Run, photos: Path, encoder: ColourEncoder, tmp_path: Path
) -> None:
    encoder.term_curves = {"red": (2.0, -4.0)}
    encoder.frequent_terms = {"red": Frequent(0.5, 0.5, 0.0)}
    for i in range(50):
        save_photo(photos / f"{i:02}.jpg", f"#{200 + i:02x}0000")
    assert run("index", photos).code == 0
    library = Library(tmp_path / "library.photoclip")
    assert learned_curves(library, encoder.id)["red"][1] > -4
    version = library_tagger(library, encoder, None).version
    assert library.store.rows("SELECT DISTINCT tagged_with FROM vectors") == [(version,)]
    library.close()


def test_search_indexes_a_new_folder_and_answers_best_first(run: Run, photos: Path) -> None:
    for colour in ("red", "blue", "green"):
        save_photo(photos / f"{colour}.jpg", colour)
    answer = run("search", "a", "blue", "sky", "--in", photos, "--json")
    assert answer.code == 0
    assert Path(answer.json[0]["path"]).name == "blue.jpg"
    assert len(answer.json) == 3
    assert len(run("search", "blue", "-n", 1, "--json").json) == 1
    save_photo(photos / "later" / "navy.jpg", "navy")
    found = run("search", "navy", "--in", photos / "later", "--json").json
    assert [Path(hit["path"]).name for hit in found] == ["navy.jpg"]


def test_a_copy_is_shown_where_it_was_asked_for(run: Run, photos: Path) -> None:
    for place in ("a", "b"):
        (photos / place).mkdir()
        (photos / place / "x.jpg").write_bytes(save_photo(photos / "x.jpg").read_bytes())
    run("index", photos)
    for place in ("a", "b"):
        [hit] = run("search", "red", "--in", photos / place, "--json").json
        assert hit["path"] == str(photos / place / "x.jpg")


def test_tags_with_labels_are_probabilities_over_just_these(run: Run, photos: Path) -> None:
    red = save_photo(photos / "red.jpg", "red")
    [answer] = run("tags", red, "--labels", "red,blue, green", "--json").json
    assert answer["path"] == str(red)
    assert answer["tags"][0]["tag"] == "red"
    assert answer["tags"][0]["probability"] > 0.9
    assert sum(tag["probability"] for tag in answer["tags"]) == pytest.approx(1, abs=1e-4)
    assert len(answer["tags"]) == 3


def test_tags_of_an_unreadable_photo_tell_why(run: Run, photos: Path) -> None:
    good = save_photo(photos / "red.jpg", "red")
    (photos / "bad.jpg").touch()
    answer = run("tags", good, photos / "bad.jpg", "--json")
    assert answer.code == 0
    assert answer.json[1]["tags"] == []
    assert answer.json[1]["error"]
    assert run("tags", photos / "bad.jpg", "--json").code == 1
    assert run("tags", photos / "nothing.jpg", "--json").code == 1


def test_eval_retrieval_and_zeroshot(run: Run, photos: Path, tmp_path: Path) -> None:
    colours = ("red", "blue", "green")
    for colour in colours:
        save_photo(photos / f"{colour}.jpg", colour)
    captions = tmp_path / "captions.tsv"
    captions.write_text("".join(f"{c}.jpg\t{c}\n{c}.jpg\tit is {c}\n" for c in colours))
    answer = run("eval", "retrieval", "--images", photos, "--captions", captions, "--json").json
    perfect = {"R@1": 1.0, "R@5": 1.0, "R@10": 1.0}
    assert answer == {
        "images": 3, "captions": 6, "text_to_image": perfect, "image_to_text": perfect,
        "median_rank": {"text_to_image": 1.0, "image_to_text": 1.0},
    }  # fmt: skip
    labels = tmp_path / "labels.tsv"
    labels.write_text("".join(f"{c}.jpg\tdeep_{c}\n" for c in colours))
    answer = run("eval", "zeroshot", "--images", photos, "--labels", labels, "--json").json
    assert answer == {
        "images": 3, "classes": 3, "top1": 1.0, "top5": 1.0, "templates": "photos",
        "worst": {f"deep {colour}": 1.0 for colour in sorted(colours)},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("index", "no such folder"), "does not exist"),
        (("search", "   "), "Type what the photo shows"),
        (("tags", "x.jpg", "--labels", "a,,b"), "A label is empty"),
        (("eval", "zeroshot", "--images", "x", "--labels", "no.tsv"), "cannot be read"),
    ],
)
def test_errors_are_one_sentence(run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    answer = run(*arguments)
    assert answer.code == 1
    assert sentence in answer.err
    assert answer.err.strip().count("\n") == 0
    assert answer.out == ""
    assert sentence in run(*arguments, "--json").json["error"]


@pytest.mark.parametrize("arguments", [("index",), ("search", "x", "-n", "0"), ("tags", "--nope")])
def test_wrong_usage_is_exit_code_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).code == 2


def test_a_library_can_be_named_before_or_after_the_command(
    run: Run, photos: Path, tmp_path: Path
) -> None:
    save_photo(photos / "a.jpg")
    before, after = tmp_path / "before.db", tmp_path / "after.db"
    assert run("--library", before, "index", photos).code == 0
    assert run("index", photos, "--library", after).code == 0
    for path in (before, after):
        library = Library(path)
        assert library.counts("colours-1").photos == 1
        library.close()
    assert not (tmp_path / "library.photoclip").exists()


def test_odd_names_survive_json(run: Run, photos: Path) -> None:
    name = os.fsdecode(b"caf\xe9 \xe6\xb5\xb7.jpg")
    try:
        save_photo(photos / name)
    except OSError:
        pytest.skip("this file system takes only names that are valid text")
    [hit] = run("search", "red", "--in", photos, "--json").json
    assert hit["path"] == str(photos / name)
    assert run("search", "red", "--in", photos).code == 0


def test_ctrl_c_keeps_what_is_done(
    run: Run, photos: Path, encoder: ColourEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for i in range(40):
        save_photo(photos / f"{i}.jpg")
    embed = encoder.encode_images

    def embed_and_interrupt(pixels: Any, threads: int | None = None) -> Any:
        signal.raise_signal(signal.SIGINT)
        return embed(pixels)

    monkeypatch.setattr(encoder, "encode_images", embed_and_interrupt)
    answer = run("index", photos, "--json")
    assert answer.code == 1
    assert "goes on from there" in answer.err
    assert 0 < answer.json["indexed"] < 40
    monkeypatch.setattr(encoder, "encode_images", embed)
    assert run("index", photos, "--json").json["unchanged"] == answer.json["indexed"]


def test_a_model_named_by_a_path_is_found_from_everywhere(
    run: Run, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(resource_path("models", "starter"), tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    assert run("index", photos, "--model", "./mine").code == 0
    library = Library(tmp_path / "library.photoclip")
    assert library.setting("model") == str(tmp_path / "mine")
    library.close()


def test_an_empty_folder_is_told(run: Run, photos: Path) -> None:
    answer = run("index", photos)
    assert answer.code == 0
    assert "there is none" in answer.err


def test_folders_alone_are_for_the_app(run: Run, photos: Path, monkeypatch: Any) -> None:
    import photoclip.app

    opened: list[Any] = []
    monkeypatch.setattr(photoclip.app, "run", lambda *args: opened.append(args) or 0)
    assert run(photos).code == 0
    assert run().code == 0
    assert [args[1] for args in opened] == [(str(photos),), ()]


def test_the_app_does_not_wait_for_the_commands(photos: Path) -> None:
    code = (
        "import sys; from photoclip import app, cli\n"
        "app.run = lambda *_: print([m for m in sys.modules if m.startswith('photoclip.cli.')])\n"
        "sys.argv = ['photoclip', sys.argv[1]]; cli.main()"
    )
    for folder in (str(photos), photos.name):
        done = subprocess.run(
            [sys.executable, "-c", code, folder], cwd=photos.parent,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.strip() == "['photoclip.cli.session']"


def test_every_command_explains_itself(run: Run) -> None:
    answer = run("--help")
    assert answer.code == 0
    for name, command in cli.commands.items():
        assert command.hidden or name in answer.out
        assert run(name, "--help").code == 0
    assert run("--version").out.startswith("photoclip")
