"""`photoclip tags`, `tag` and `describe`: what photos show, and what a person says of that."""

from pathlib import Path

import numpy as np
import pytest

from photoclip.cli import session
from tests.cli.conftest import Run
from tests.fakes import ColourEncoder, FineColourEncoder, save_photo

ORANGE = "orange car"


@pytest.fixture
def red(run: Run, photos: Path, encoder: ColourEncoder) -> Path:
    """An indexed photo for which a car is suggested."""
    encoder.term_curves = {ORANGE: (4.0, 40.0)}
    path = save_photo(photos / "red.jpg", "orange")
    run("index", photos)
    assert run("vocabulary", "add", ORANGE, "--json").json["tagged"] == 1
    return path


def tags(run: Run, path: Path, *options: str) -> dict[str, str]:
    [answer] = run("tags", path, *options, "--json").json
    return {tag["tag"]: tag["state"] for tag in answer["tags"]}


def test_tags_have_three_states(run: Run, red: Path) -> None:
    assert tags(run, red)[ORANGE] == "suggested"
    answer = run("tag", ORANGE, red, "--json").json
    assert answer == {"tag": ORANGE, "photos": 1, "suggested": None}
    assert tags(run, red)[ORANGE] == "confirmed"
    assert tags(run, red, "--state", "confirmed") == {ORANGE: "confirmed"}
    assert ORANGE not in tags(run, red, "--state", "suggested")
    run("tag", ORANGE, red, "--reject")
    assert ORANGE not in tags(run, red)
    assert tags(run, red, "--state", "rejected") == {ORANGE: "rejected"}
    assert tags(run, red, "--state", "all")[ORANGE] == "rejected"
    run("tag", ORANGE, red, "--forget")
    assert tags(run, red)[ORANGE] == "suggested"


def test_a_photo_that_is_in_no_library_has_suggestions_but_cannot_be_tagged(
    run: Run, red: Path, tmp_path: Path
) -> None:
    other = save_photo(tmp_path / "other.jpg", "orange")
    assert tags(run, other)[ORANGE] == "suggested"
    answer = run("tag", "dog", other)
    assert answer.code == 1
    assert answer.err.strip().count("\n") == 0
    assert "Index its folder first" in answer.err


def test_a_photo_has_the_same_tags_by_whichever_way_it_is_reached(
    run: Run, red: Path, tmp_path: Path, encoder: ColourEncoder
) -> None:
    (tmp_path / "link").symlink_to(red.parent)
    linked = tmp_path / "link" / red.name
    embedded = encoder.images_encoded
    # Named twice, it is one photo.
    assert run("tag", ORANGE, red, linked, "--reject", "--json").json["photos"] == 1
    assert tags(run, linked, "--state", "all")[ORANGE] == "rejected"
    assert encoder.images_encoded == embedded


def test_a_tag_needs_a_name(run: Run, red: Path) -> None:
    answer = run("tag", "  ", red)
    assert (answer.code, answer.err.strip()) == (1, "Type a name for the tag.")


def test_a_caption_is_proposed_and_kept_where_there_is_none(run: Run, red: Path) -> None:
    [answer] = run("describe", red, "--json").json
    assert {*answer} == {"path", "caption", "chinese", "terms"}
    assert run("describe", red, "--keep").code == 0
    broken = red.with_name("broken.jpg")
    broken.touch()
    answer = run("describe", broken, "--json")
    assert answer.code == 1
    assert answer.json[0]["error"]


@pytest.fixture
def cats(run: Run, photos: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Eight indexed photos of one cat among others of all colours."""
    fine = FineColourEncoder()
    monkeypatch.setattr(session, "open_encoder", lambda model: fine)
    rng = np.random.default_rng(0)
    for i, colour in enumerate(rng.integers(0, 256, (80, 3))):
        save_photo(photos / f"other{i:02}.jpg", "#{:02x}{:02x}{:02x}".format(*colour))
    cats = [save_photo(photos / f"cat{i}.jpg", f"#fa8c{16 + i:02x}") for i in range(8)]
    assert run("index", photos).code == 0
    return cats


def test_a_tag_is_learned_from_its_photos(run: Run, cats: list[Path], tmp_path: Path) -> None:
    run("tag", "Minka", *cats[:2])
    refused = run("tag", "Minka", "--learn")
    assert (refused.code, refused.err.strip().count("\n")) == (1, 0)
    assert "at least 3 photos of it" in refused.err

    answer = run("tag", "Minka", *cats[2:4], "--learn")
    assert answer.out == ("Minka: confirmed for 2 photos.\nMinka: suggested for 4 more photos.\n")
    assert tags(run, cats[4])["Minka"] == "suggested"
    assert tags(run, save_photo(tmp_path / "new.jpg", "#fa8c1f"))["Minka"] == "suggested"
    rejected = run("tag", "Minka", cats[4], "--reject", "--json")
    assert rejected.json == {"tag": "Minka", "photos": 1, "suggested": 3}
    assert "Minka" not in tags(run, cats[4])

    assert run("tag", "Minka", "--unlearn").out == "Minka: not suggested any more.\n"
    assert "Minka" not in tags(run, cats[5])
    assert tags(run, cats[0])["Minka"] == "confirmed"


def test_a_tag_without_photos_says_what_is_missing(run: Run, red: Path) -> None:
    answer = run("tag", "Minka")
    assert (answer.code, answer.err.strip().count("\n")) == (1, 0)
    assert "Name the photos" in answer.err
