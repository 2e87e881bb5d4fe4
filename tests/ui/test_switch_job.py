"""Switching models under an open window: it goes on searching, and shows the new model's tags."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from photoclip.core.library import Library
from photoclip.core.switching import Choice, choice, switch, want
from photoclip.core.tagging import Tagger
from photoclip.progress import StopFlag
from photoclip.ui.places import Place
from photoclip.ui.shell import Shell
from tests.fakes import BrightColourEncoder, save_photo
from tests.ui.conftest import WAIT, GatedBrightEncoder, GatedEncoder, Open


def test_the_window_goes_over_to_the_wanted_model(qtbot: QtBot, open_app: Open) -> None:
    bright = GatedBrightEncoder(after=16)
    shell = open_app(bright)
    session = shell.work.session
    assert shell.work.switch is not None
    ended: list[object] = []
    shell.work.switch.ended.connect(lambda *args: ended.append(args))
    shell.work.switch.use("bright")
    qtbot.waitUntil(lambda: bright.images_encoded >= 16, timeout=WAIT)
    with qtbot.waitSignal(session.listed, timeout=WAIT) as listed:
        session.go(Place(text="red"))
    assert len(listed.args[0].found.ids) == 40
    assert session.model == "colours-1"
    assert choice(session.library) == Choice("starter", "bright")
    with qtbot.waitSignal(session.listed, timeout=WAIT) as listed:
        bright.open()
    assert len(listed.args[0].found.ids) == 40
    assert listed.args[0].arrived  # ranked anew, not held back as new photos
    assert session.model == "bright-1"
    qtbot.waitUntil(lambda: bool(ended), timeout=WAIT)
    [(source, report)] = ended
    assert (source, report.switched) == ("bright", True)
    with qtbot.waitSignal(session.listed, timeout=WAIT):
        shell.work.switch.use("starter")
    qtbot.waitUntil(lambda: session.model == "colours-1", timeout=WAIT)
    qtbot.waitUntil(lambda: not shell.work.switch.running, timeout=WAIT)


def test_closed_half_way_it_goes_on_at_the_next_start(qtbot: QtBot, open_app: Open) -> None:
    bright = GatedBrightEncoder(after=16)
    shell = open_app(bright)
    shell.work.switch.use("bright")
    qtbot.waitUntil(lambda: bright.images_encoded >= 16, timeout=WAIT)
    bright.open()
    shell.close()
    done = bright.images_encoded
    assert 16 <= done < 40
    again = BrightColourEncoder()
    shell = open_app(again)
    qtbot.waitUntil(lambda: shell.work.session.model == "bright-1", timeout=WAIT)
    assert done + again.images_encoded == 40
    qtbot.waitUntil(lambda: not shell.work.switch.running, timeout=WAIT)


@pytest.mark.parametrize(
    "stop",
    [lambda shell: shell.work.switch.cancel(), lambda shell: shell.work.switch.use("starter")],
    ids=["cancelled", "the serving one wanted"],
)
def test_nothing_is_switched_when_it_is_no_longer_wanted(
    qtbot: QtBot, open_app: Open, stop: Callable[[Shell], None]
) -> None:
    bright = GatedBrightEncoder(after=16)
    shell = open_app(bright)
    library = shell.work.session.library
    shell.work.switch.use("bright")
    qtbot.waitUntil(lambda: bright.images_encoded >= 16, timeout=WAIT)
    stop(shell)
    bright.open()
    qtbot.waitUntil(lambda: choice(library) == Choice("starter"), timeout=WAIT)
    qtbot.waitUntil(lambda: not shell.work.switch.running, timeout=WAIT)
    assert shell.work.session.model == "colours-1"
    assert library.counts("bright-1").searchable < 40


def test_photos_indexed_during_the_switch_are_found_after_it(
    qtbot: QtBot, open_app: Open, album: Path
) -> None:
    starter = GatedEncoder(after=40)
    shell = open_app(BrightColourEncoder(), starter)
    save_photo(album / "new.jpg", "teal")
    shell.work.job.add([str(album)])
    qtbot.waitUntil(
        lambda: shell.work.job.latest is not None and shell.work.job.latest.phase == "loading",
        timeout=WAIT,
    )
    shell.work.switch.use("bright")
    qtbot.waitUntil(lambda: shell.work.session.model == "bright-1", timeout=WAIT)
    starter.open()
    qtbot.waitUntil(
        lambda: shell.work.session.library.counts("bright-1").searchable == 41, timeout=WAIT
    )
    qtbot.waitUntil(lambda: not shell.work.job.running, timeout=WAIT)


def test_what_a_switch_by_another_program_has_left_out_is_embedded(
    qtbot: QtBot, open_app: Open, tmp_path: Path
) -> None:
    shell = open_app(BrightColourEncoder())
    qtbot.waitUntil(lambda: not shell.work.job.running, timeout=WAIT)
    other, bright = Library(tmp_path / "library.photoclip"), BrightColourEncoder()
    want(other, "bright")
    list(switch(other, "bright", bright, Tagger(bright), StopFlag()))
    with other.store.write() as db:
        db.execute("DELETE FROM vectors WHERE id = (SELECT max(id) FROM vectors)")
    assert other.counts(bright.id).searchable == 39
    shell.work.session.go(Place(text="red"))
    qtbot.waitUntil(lambda: other.counts(bright.id).searchable == 40, timeout=WAIT)
    qtbot.waitUntil(lambda: not shell.work.job.running, timeout=WAIT)
    other.close()


def test_a_switch_goes_on_when_the_drive_is_back(qtbot: QtBot, open_app: Open, album: Path) -> None:
    drive = album / "drive"
    for i in range(3):
        save_photo(drive / f"{i}.jpg", "teal", size=(1600, 40 + i))
    shell = open_app(BrightColourEncoder(), photos=43)
    drive.rename(album.parent / "not connected")
    with qtbot.waitSignal(shell.work.switch.ended, timeout=WAIT) as ended:
        shell.work.switch.use("bright")
    assert "too many for search to lose" in shell.window.notice.sentence
    assert (ended.args[1].switched, ended.args[1].left) == (False, 3)
    assert shell.work.session.model == "colours-1"
    (album.parent / "not connected").rename(drive)
    shell.work.job.add([str(album)])
    qtbot.waitUntil(lambda: shell.work.session.model == "bright-1", timeout=WAIT)
    qtbot.waitUntil(
        lambda: not shell.work.switch.running and not shell.work.job.running, timeout=WAIT
    )


def test_the_window_never_waits_for_the_library(
    qtbot: QtBot, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program may be writing to it, and a large one may lie on a slow drive."""
    shell = open_app()
    store = shell.work.session.library.store
    asking: list[threading.Thread] = []

    def noting(read: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*args: Any) -> Any:
            asking.append(threading.current_thread())
            return read(*args)

        return ask

    monkeypatch.setattr(store, "row", noting(store.row))
    monkeypatch.setattr(store, "rows", noting(store.rows))
    shell.window.notice.hide()
    shell.window.field.setText("红色")
    qtbot.waitUntil(lambda: "understands" in shell.window.notice.sentence, timeout=WAIT)
    shell.work.switch.use("bright")
    qtbot.waitUntil(lambda: shell.window.notice.sentence.endswith("answers now."), timeout=WAIT)
    qtbot.waitUntil(lambda: not shell.work.switch.running, timeout=WAIT)
    assert asking
    assert threading.current_thread() not in asking


def test_what_another_program_wants_is_taken_up_at_the_start(
    qtbot: QtBot, open_app: Open, tmp_path: Path
) -> None:
    library = Library(tmp_path / "library.photoclip")
    want(library, "bright")
    library.close()
    shell = open_app(BrightColourEncoder())
    qtbot.waitUntil(lambda: shell.work.session.model == "bright-1", timeout=WAIT)
    qtbot.waitUntil(lambda: not shell.work.switch.running, timeout=WAIT)
