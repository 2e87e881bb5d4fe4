"""`photoclip sidecars`: off until turned on, then written beside the photos."""

from pathlib import Path

from photoclip.core.own import own_in
from photoclip.core.sidecars import read_sidecars
from tests.cli.conftest import Run
from tests.fakes import save_photo


def test_they_are_written_once_turned_on(run: Run, photos: Path) -> None:
    path = save_photo(photos / "DSC_0001.jpg")
    run("index", photos)
    run("tag", "puppy", path)
    assert run("sidecars", "--json").json == {"on": False, "unwritten": 1}
    answer = run("sidecars", "write")
    assert (answer.code, answer.out) == (1, "")
    assert "Turn them on" in answer.err
    assert run("sidecars", "on", "--json").json == {"on": True, "unwritten": 1}
    answer = run("sidecars", "write", "--json").json
    assert answer == {"written": 1, "failed": [], "skipped": 0}
    assert own_in(read_sidecars(str(path))).tags[0][-2:] == ("dog", "puppy")
    assert run("sidecars", "off", "--json").json == {"on": False, "unwritten": 0}


def test_what_cannot_be_written_is_told(run: Run, photos: Path) -> None:
    path = save_photo(photos / "DSC_0001.jpg")
    run("index", photos)
    run("tag", "puppy", path)
    path.with_name(path.name + ".xmp").write_text("no XMP")
    run("sidecars", "on")
    answer = run("sidecars", "write")
    assert answer.code == 1
    assert "damaged" in answer.err
    path.with_name(path.name + ".xmp").unlink()
    path.unlink()
    assert "Connect their drive" in run("sidecars", "write").err
