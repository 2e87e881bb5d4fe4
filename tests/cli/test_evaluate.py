"""`photoclip eval` with encoders that know colours: figures, tables, and every bad list."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from photoclip.cli import evaluate, main
from tests.fakes import ColourEncoder, save_photo

_COLOURS = ("red", "blue", "lime")


class _BlindEncoder(ColourEncoder):
    """Sees the same in every picture and text."""

    name = "blind"

    def encode_images(self, pixels: Any, threads: int | None = None) -> Any:
        return super().encode_images(pixels * 0)

    def encode_texts(self, texts: Any) -> Any:
        return super().encode_texts(["black"] * len(texts))


@dataclass
class _Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., _Answer]:
    encoders = {"blind": _BlindEncoder, "starter": ColourEncoder}
    monkeypatch.setattr(evaluate, "open_encoder", lambda model: encoders[model]())

    def photoclip(*arguments: object) -> _Answer:
        monkeypatch.setattr("sys.argv", ["photoclip", "eval", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        return _Answer(int(ended.value.code or 0), out, err)

    return photoclip


@pytest.fixture
def photos(photos: Path) -> Path:
    for colour in _COLOURS:
        save_photo(photos / f"{colour}.jpg", colour)
    return photos


@pytest.fixture
def captions(tmp_path: Path) -> Path:
    return _list(tmp_path, "".join(f"{c}.jpg\t{c}\n{c}.jpg\tit is {c}\n" for c in _COLOURS))


def _list(folder: Path, text: str, name: str = "list.tsv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_models_side_by_side_give_a_list(run: Any, photos: Path, captions: Path) -> None:
    both = ("--model", "starter", "--model", "blind")
    command = ("retrieval", "--images", photos, "--captions", captions, "--json")

    starter, blind = run(*command, *both).json

    assert (starter["model"], blind["model"]) == ("colours", "blind")
    assert starter["text_to_image"] == {"R@1": 1.0, "R@5": 1.0, "R@10": 1.0}
    assert starter["median_rank"] == {"text_to_image": 1.0, "image_to_text": 1.0}
    # Ties count against a model: behind both other photos, and behind four other captions.
    assert blind["text_to_image"]["R@1"] == 0.0
    assert blind["median_rank"] == {"text_to_image": 3.0, "image_to_text": 5.0}
    # One model's figures are one object.
    assert set(run(*command, "--model", "blind").json) == {
        "images", "captions", "text_to_image", "image_to_text", "median_rank",
    }  # fmt: skip


def test_retrieval_prints_a_table_of_both_directions(
    run: Any, photos: Path, captions: Path
) -> None:
    answer = run(
        "retrieval", "--images", photos, "--captions", captions, "--model", "starter",
        "--model", "blind",
    )  # fmt: skip

    assert answer.code == 0
    assert answer.out.splitlines() == [
        "3 photos, 6 captions",
        "",
        "text to image    R@1    R@5   R@10  median rank",
        "colours        1.000  1.000  1.000            1",
        "blind          0.000  1.000  1.000            3",
        "",
        "image to text    R@1    R@5   R@10  median rank",
        "colours        1.000  1.000  1.000            1",
        "blind          0.000  1.000  1.000            5",
    ]


def test_only_the_listed_photos_count(
    run: Any, photos: Path, captions: Path, tmp_path: Path
) -> None:
    command = ("retrieval", "--images", photos, "--captions", captions, "--json", "--only")

    answer = run(*command, _list(tmp_path, "red.jpg\nlime.jpg\nelse.jpg\n", "only.txt"))
    assert (answer.json["images"], answer.json["captions"]) == (2, 4)
    answer = run(*command, _list(tmp_path, "else.jpg\n", "only.txt"))
    assert answer.code == 1
    assert "None of the images in" in answer.json["error"]


def test_zeroshot_tells_which_templates_and_classes(run: Any, photos: Path, tmp_path: Path) -> None:
    # The second is labelled wrongly.
    labels = _list(tmp_path, "red.jpg\tred\nblue.jpg\tlime\nlime.jpg\tlime\n")
    command = ("zeroshot", "--images", photos, "--labels", labels)

    answer = run(*command, "--templates", "plain")

    assert answer.out.splitlines() == [
        "3 photos of 2 classes, prompt templates: plain (1 a label)",
        "",
        "zero-shot  top-1  top-5",
        "colours    0.667  1.000",
        "",
        "colours is worst at: lime 0.500, red 1.000",
    ]
    mine = _list(tmp_path, "a {} thing\n{}\n", "mine.txt")
    several = run(*command, "--templates", mine, *["--model", "starter"] * 2, "--json").json
    assert [found["templates"] for found in several] == [str(mine)] * 2
    assert several[0]["worst"] == {"lime": 0.5, "red": 1.0}


def test_several_labels_give_the_mean_average_precision(
    run: Any, photos: Path, tmp_path: Path
) -> None:
    labels = _list(
        tmp_path,
        "red.jpg\tred\nred.jpg\tdeep_red\nblue.jpg\tblue\nlime.jpg\tblue\nlime.jpg\tlime\n",
    )
    command = ("zeroshot", "--images", photos, "--labels", labels, "--multi-label")

    # Only the lime photo is not surely found before those without its label, "blue".
    found = run(*command, "--json").json
    assert set(found) == {"images", "classes", "mAP", "templates", "worst"}
    assert (found["images"], found["classes"]) == (3, 4)
    assert 0.9 < found["mAP"] <= 1.0
    assert "mAP" in run(*command).out
    blind = run(*command, "--model", "blind", "--json").json
    # All scores equal: the share of photos with the label, 1/3 of three labels and 2/3 of one.
    assert blind["mAP"] == pytest.approx((1 / 3 * 3 + 2 / 3) / 4)


def test_an_image_with_two_labels_needs_to_be_announced(
    run: Any, photos: Path, tmp_path: Path
) -> None:
    labels = _list(tmp_path, "red.jpg\tred\nred.jpg\tcar\n")

    answer = run("zeroshot", "--images", photos, "--labels", labels)

    assert answer.code == 1
    assert "two labels" in answer.err


def test_colours_are_compared_with_all_others(run: Any, photos: Path, tmp_path: Path) -> None:
    captions = _list(
        tmp_path, "red.jpg\ta red thing\nblue.jpg\tBlue all over\nlime.jpg\tno colour\n"
    )
    command = ("colours", captions, "--images", photos)

    assert run(*command, "--json").json == {
        "captions": 2,
        "pairs": 20,
        "pairwise": 1.0,
        "over_all": 1.0,
        "by_colour": {"red": 1.0, "blue": 1.0},
    }
    blind = run(*command, "--model", "blind", "--json").json
    assert (blind["pairwise"], blind["over_all"]) == (0.0, 0.0)
    assert run(*command).out.splitlines()[2:] == [
        "colours  pairwise  over all    red   blue",
        "colours     1.000     1.000  1.000  1.000",
    ]


@pytest.mark.parametrize(
    ("command", "text", "sentence"),
    [
        ("retrieval", "red.jpg\tred\nblue.jpg\t\n", "Line 2 of "),
        ("retrieval", "\n", "holds no rows"),
        ("retrieval", "red.jpg\tred\ngone.jpg\tgone\n", "1 of the 2 photos in the list are not"),
        ("retrieval", "red.jpg\tred\nbroken.jpg\tx\n", '/broken.jpg" cannot be used.'),
        ("zeroshot", "red.jpg\tred\nlime.jpg\tred\n", "have the label “red”"),
        ("zeroshot", "red.jpg\tred\ngone.jpg\tgone\n", "are not there"),
        ("zeroshot --multi-label", "red.jpg\tred\nlime.jpg\tred\n", "have the label “red”"),
        ("zeroshot --templates nothing", "red.jpg\tred\nlime.jpg\tlime\n", "no prompt templates"),
        ("colours", "red.jpg\ta car\n", "has a colour word"),
        ("colours", "gone.jpg\ta red car\n", "are not there"),
    ],
)
def test_bad_lists_are_told_in_a_sentence(
    run: Any, photos: Path, tmp_path: Path, command: str, text: str, sentence: str
) -> None:
    (photos / "broken.jpg").write_bytes(b"no picture")
    path = _list(tmp_path, text)
    name, *options = command.split()
    lists = {"retrieval": ["--captions", path], "zeroshot": ["--labels", path], "colours": [path]}

    answer = run(name, *options, *lists[name], "--images", photos, "--json")

    assert answer.code == 1
    assert sentence in answer.json["error"]
    assert answer.err.strip().splitlines()[-1].endswith(answer.json["error"].splitlines()[-1])
