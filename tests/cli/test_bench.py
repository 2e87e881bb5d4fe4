"""`photoclip bench`: a table and sentences, or one document; the library stays as it is."""

from pathlib import Path

import pytest

from photoclip.cli import bench
from photoclip.clip.devices import PROCESSOR
from photoclip.core import gauging, health
from photoclip.core.health import Budget
from tests.cli.conftest import Run
from tests.fakes import ColourEncoder, save_photo


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, encoder: ColourEncoder) -> None:
    quick = Budget(decoding=5.0, encoding=0.02, together=0.1, searching=0.2)
    monkeypatch.setattr(bench, "BUDGET", quick)
    monkeypatch.setattr(bench, "open_encoder", lambda model: encoder)
    monkeypatch.setattr(bench, "usable_devices", lambda: (PROCESSOR,))
    monkeypatch.setattr(gauging, "_MADE_SIZE", (600, 400))
    monkeypatch.setattr(health, "_MADE", 8)


def everything_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_prints_a_table_and_says_what_limits(run: Run, tmp_path: Path) -> None:
    answer = run("bench")
    assert answer.code == 0
    assert "pictures of 12 megapixels, made of noise" in answer.out
    assert "The model colours on Processor, float32" in answer.out
    assert "Comparing them with 100,000 photos" in answer.out
    assert "of the time of indexing" in answer.out
    assert not list(tmp_path.iterdir())


def test_own_photos_are_read_and_the_library_stays_as_it_is(
    run: Run, photos: Path, tmp_path: Path
) -> None:
    for number in range(50):
        save_photo(photos / f"{number:02}.jpg", f"#{number:02}5090")
    assert run("index", photos).code == 0
    before = everything_in(tmp_path)
    answer = run("bench", "--json")
    assert answer.code == 0
    assert everything_in(tmp_path) == before
    found = answer.json
    assert found["decoding"]["own"]
    assert found["decoding"]["photos"] == 40
    assert found["searching"]["photos"] == 50
    assert (found["model"], found["unknown"]) == ("colours", 0)
    assert [one["precision"] for one in found["encodings"]] == ["float32"]
    assert 2 <= len(found["limits"]) <= 5
    assert "Decoding 40 of your photos" in run("bench").out
