"""`photoclip search`: the grammar of the search bar, bands, reasons."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.fakes import save_photo


@pytest.fixture
def album(run: Run, photos: Path) -> Path:
    """Sixty photos from blue to orange, the later numbers newer."""
    for i in range(60):
        colour = f"#{i * 4:02x}50{236 - i * 4:02x}"
        save_photo(photos / f"{i:02}.jpg", colour, taken=f"2023:08:{1 + i // 10:02} 12:{i:02}:00")
    assert run("index", photos).code == 0
    return photos


def names(found: list[dict[str, object]]) -> list[str]:
    return [Path(str(entry["path"])).name for entry in found]


def test_each_result_has_its_band_and_why_it_matched(run: Run, album: Path) -> None:
    found = run("search", "orange", "-n", 60, "--json").json
    assert {*found[0]} == {"path", "score", "band", "matched"}
    bands = [entry["band"] for entry in found]
    assert bands == sorted(bands, key=["strong", "likely", "weak"].index)
    assert found[0]["matched"] == (["looks"] if bands[0] != "weak" else [])
    [exact] = [e for e in run("search", "42", "--json").json if e["matched"] == ["words"]]
    assert (Path(exact["path"]).name, exact["band"]) == ("42.jpg", "strong")


def test_only_those_that_are_sure_enough(run: Run, album: Path) -> None:
    everything = run("search", "42", "-n", 60, "--json").json
    assert len(everything) == 60
    for band, wanted in (("strong", ["strong"]), ("likely", ["strong", "likely"])):
        found = run("search", "42", "-n", 60, "--band", band, "--json").json
        assert found == [entry for entry in everything if entry["band"] in wanted]
    assert run("search", "42", "--band", "perhaps").code == 2


def test_filters_and_what_is_not_wanted_may_be_typed_as_they_are(run: Run, album: Path) -> None:
    found = run("search", "2023-08-03", "--json").json
    assert names(found) == [f"{i}.jpg" for i in range(29, 19, -1)]
    assert {entry["band"] for entry in found} == {None}
    everything = names(run("search", "orange", "-n", 60, "--json").json)
    without = names(run("search", "blue", "-orange", "-n", 60, "--json").json)
    assert without.index(everything[0]) > 30
    # Letters of this command's own options may stand in it.
    assert run("search", "-mountain", "-hen", "blue", "-n5", "--json").code == 0
    assert len(run("search", "-mountain", "blue", "-n5", "--json").json) == 5


def test_a_query_that_nothing_matches_says_so(run: Run, album: Path) -> None:
    answer = run("search", "grey", "-n", 3)
    assert "Nothing here looks like that. Closest:" in answer.err
    assert answer.out.count("\n") == 3
    answer = run("search", "grey", "--band", "likely")
    assert (answer.code, answer.out) == (0, "")
    assert answer.err.strip() == "Nothing here looks like that."
    answer = run("search", "blue", "1999")
    assert answer.err.strip() == "No photo passes these filters."


def test_explaining_tells_the_score_of_each_part(run: Run, album: Path) -> None:
    found = run("search", "blue", "-orange", "--explain", "-n", 2, "--json").json
    for entry in found:
        assert [(p["part"], p["weight"]) for p in entry["parts"]] == [("blue", 1), ("orange", -1)]
        assert len(entry["terms"]) == 5
    told = run("search", "blue", "-orange", "--explain", "-n", 2).out
    assert "blue +" in told
    assert "nearest:" in told
    assert run("search", "2023", "--explain", "-n", 1, "--json").json[0]["parts"] == []


def test_a_tag_of_ones_own_is_found_by_all_its_names(run: Run, album: Path) -> None:
    run("tag", "狗", album / "07.jpg")
    for query in ("tag:dog", "tag:狗", "tag:Dogs"):
        assert names(run("search", query, "--json").json) == ["07.jpg"]
