"""The settings, and sidecars written while the app runs."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel
from pytestqt.qtbot import QtBot

from photoclip.core.own import Own, own_in
from photoclip.core.sidecar_sync import unwritten, writes_sidecars
from photoclip.core.sidecars import read_sidecars, write_sidecar
from photoclip.ui import desktop
from photoclip.ui.settings_window import SettingsWindow
from photoclip.ui.shell import Shell
from photoclip.ui.sidecar_job import SidecarState
from tests.fakes import save_photo
from tests.ui.conftest import WAIT, Open, wait_indexed, wait_read

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def shell(qtbot: QtBot, open_shell: Open, photos: Path) -> Shell:
    """A window with three photos."""
    for colour in ("red", "green", "blue"):
        save_photo(photos / f"{colour}.jpg", colour)
    shell = open_shell([str(photos)])
    qtbot.waitUntil(lambda: shell.work.job.latest is not None, timeout=WAIT)
    wait_indexed(qtbot, shell, 3)
    shell.work.sidecars._soon.setInterval(0)
    return shell


def open_settings(qtbot: QtBot, shell: Shell) -> SettingsWindow:
    qtbot.keyClick(shell.window, Qt.Key.Key_Comma, CONTROL)
    window = shell.window.settings_display.window
    qtbot.waitUntil(lambda: window.isVisible() and window.isActiveWindow(), timeout=WAIT)
    return window


def number(shell: Shell, path: Path) -> int:
    photo_id = shell.work.session.library.photo_at(str(path))
    assert photo_id is not None
    return photo_id


def beside(path: Path) -> Own:
    return own_in(read_sidecars(str(path)))


def wait_state(qtbot: QtBot, shell: Shell, **wanted: object) -> SidecarState:
    def is_so() -> bool:
        state = shell.work.sidecars.state
        return not state.writing and all(getattr(state, k) == v for k, v in wanted.items())

    qtbot.waitUntil(is_so, timeout=WAIT)
    return shell.work.sidecars.state


def test_the_settings_open_by_key_and_menu_and_say_how_things_are(
    qtbot: QtBot, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_settings(qtbot, shell)
    qtbot.waitUntil(lambda: "In use: Starter" in window.model.text(), timeout=WAIT)
    assert window.library.full_text == f"Library: {shell.work.session.library.path}"
    shown: list[str] = []
    monkeypatch.setattr(desktop, "show_in_file_manager", shown.append)
    window.show_library.click()
    assert shown == [str(shell.work.session.library.path)]
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()
    shell.window.actions_["settings"].trigger()
    assert window.isVisible()
    for control in window.findChildren(QAbstractButton) + window.findChildren(QComboBox):
        assert control.accessibleName() or getattr(control, "text", lambda: "")()


def test_light_and_dark_are_chosen_here_as_in_the_menu(qtbot: QtBot, shell: Shell) -> None:
    window = open_settings(qtbot, shell)
    window.appearance.setCurrentIndex(window.appearance.findData("dark"))
    window.appearance.activated.emit(window.appearance.currentIndex())
    assert shell.window.settings().appearance == "dark"
    assert shell.window.appearances["dark"].isChecked()
    shell.window.appearances["light"].trigger()
    assert window.appearance.currentData() == "light"


def test_the_settings_lead_to_models_and_vocabulary(qtbot: QtBot, shell: Shell) -> None:
    window = open_settings(qtbot, shell)
    window.models.click()
    assert shell.window.models_display.window.isVisible()
    window.vocabulary.click()
    assert shell.window.tags.window.isVisible()


def test_suggesting_is_switched_and_follows_the_menu_and_undo(qtbot: QtBot, shell: Shell) -> None:
    annotations = shell.work.session.library.annotations
    window = open_settings(qtbot, shell)
    qtbot.waitUntil(window.suggest.isChecked, timeout=WAIT)
    window.suggest.click()
    qtbot.waitUntil(lambda: not annotations.suggesting, timeout=WAIT)
    shell.window.undo.undo()
    qtbot.waitUntil(lambda: annotations.suggesting, timeout=WAIT)
    qtbot.waitUntil(window.suggest.isChecked, timeout=WAIT)


def test_nothing_is_written_unless_it_is_turned_on(
    qtbot: QtBot, shell: Shell, photos: Path
) -> None:
    shell.window.marking.rate([number(shell, photos / "red.jpg")], 4)
    window = open_settings(qtbot, shell)
    wait_state(qtbot, shell, waiting=1)
    assert not window.sidecars.switch.isChecked()
    assert window.sidecars.waiting.text() == "Photos with something to write: 1."
    assert not list(photos.glob("*.xmp"))


def test_edits_are_written_a_moment_later_and_undone_as_well(
    qtbot: QtBot, shell: Shell, photos: Path
) -> None:
    red, before = photos / "red.jpg", (photos / "red.jpg").read_bytes()
    shell.window.marking.rate([number(shell, red)], 4)
    window = open_settings(qtbot, shell)
    window.sidecars.switch.click()
    qtbot.waitUntil(lambda: beside(red).rating == 4, timeout=WAIT)
    wait_state(qtbot, shell, on=True, waiting=0)
    assert window.sidecars.waiting.text() == "All of it is written."
    assert writes_sidecars(shell.work.session.library)
    shell.window.marking.tag([number(shell, red)], "Minka")
    qtbot.waitUntil(lambda: beside(red).tags == (("Minka",),), timeout=WAIT)
    shell.window.undo.undo()
    qtbot.waitUntil(lambda: beside(red).tags == (), timeout=WAIT)
    window.sidecars.switch.click()
    wait_state(qtbot, shell, on=False)
    shell.window.marking.rate([number(shell, red)], 1)
    wait_state(qtbot, shell, waiting=1)
    assert beside(red).rating == 4
    assert red.read_bytes() == before


def test_what_other_programs_said_shows_when_it_is_heard(
    qtbot: QtBot, shell: Shell, photos: Path
) -> None:
    red, window = photos / "red.jpg", shell.window
    photo = number(shell, red)
    shell.work.sidecars.turn(True)
    wait_state(qtbot, shell, on=True)
    window.grid.chosen.select(window.model.row_of(photo))
    qtbot.waitUntil(lambda: window.details.photo_id == photo, timeout=WAIT)
    write_sidecar(str(red), Own((("Minka",),), 0, "At the sea"))
    window.marking.rate([photo], 4)
    qtbot.waitUntil(lambda: "Minka" in window.sidebar.names("tags"), timeout=WAIT)
    qtbot.waitUntil(lambda: window.details.caption.toPlainText() == "At the sea", timeout=WAIT)
    qtbot.waitUntil(lambda: beside(red).rating == 4, timeout=WAIT)
    wait_state(qtbot, shell, waiting=0)


def test_a_problem_is_told_once_and_tried_again(qtbot: QtBot, shell: Shell, photos: Path) -> None:
    red, notice = photos / "red.jpg", shell.window.notice
    sidecar = Path(f"{red}.xmp")
    sidecar.write_text("no XMP")
    window = open_settings(qtbot, shell)
    window.sidecars.switch.click()
    shell.window.marking.rate([number(shell, red)], 4)
    state = wait_state(qtbot, shell, failed=1)
    assert '"red.jpg.xmp" is damaged' in state.problem
    assert notice.sentence == state.problem
    assert window.sidecars.problem.text() == state.problem
    assert window.sidecars.retry.isVisible()
    notice._dismiss()
    # Others do not wait for it.
    shell.window.marking.rate([number(shell, photos / "blue.jpg")], 5)
    qtbot.waitUntil(lambda: beside(photos / "blue.jpg").rating == 5, timeout=WAIT)
    window.sidecars.retry.click()
    wait_state(qtbot, shell, failed=1, waiting=1)
    assert notice.sentence != state.problem
    sidecar.unlink()
    window.sidecars.retry.click()
    wait_state(qtbot, shell, failed=0, waiting=0)
    assert beside(red).rating == 4
    assert not window.sidecars.problem.isVisible()


def test_what_is_away_is_written_when_it_is_back(qtbot: QtBot, shell: Shell, photos: Path) -> None:
    window = open_settings(qtbot, shell)
    photo_id = number(shell, photos / "red.jpg")
    away = photos.with_name("away")
    photos.rename(away)
    window.sidecars.switch.click()
    shell.window.marking.rate([photo_id], 4)
    wait_state(qtbot, shell, away=1)
    assert "wait for a drive" in window.sidecars.waiting.text()
    assert not window.sidecars.problem.isVisible()
    away.rename(photos)
    shell.window.actions_["rescan"].trigger()
    qtbot.waitUntil(lambda: beside(photos / "red.jpg").rating == 4, timeout=WAIT)
    wait_state(qtbot, shell, away=0, waiting=0)


def test_closing_keeps_what_is_not_written_for_the_next_start(
    qtbot: QtBot, shell: Shell, open_shell: Open, photos: Path
) -> None:
    library = shell.work.session.library
    shell.work.sidecars.turn(True)
    wait_read(qtbot, shell.work.session)
    shell.work.sidecars._soon.setInterval(60_000)
    shell.window.marking.rate([number(shell, photos / "red.jpg")], 4)
    qtbot.waitUntil(shell.work.sidecars._soon.isActive, timeout=WAIT)
    assert unwritten(library) == 1
    shell.close()
    assert not list(photos.glob("*.xmp"))
    again = open_shell()
    again.work.sidecars._soon.setInterval(0)
    qtbot.waitUntil(lambda: beside(photos / "red.jpg").rating == 4, timeout=WAIT)
    wait_read(qtbot, again.work.session)


def test_the_window_is_whole_when_it_is_small(qtbot: QtBot, shell: Shell) -> None:
    window = open_settings(qtbot, shell)
    window.sidecars.show_state(
        SidecarState(on=True, waiting=12_345, away=2, failed=3, problem="A sentence. " * 8)
    )
    window.resize(380, 300)
    for control in window.findChildren(QAbstractButton) + window.findChildren(QLabel):
        if control.isVisible():
            left = control.mapTo(window, control.rect().topLeft()).x()
            assert left >= 0
            assert left + control.width() <= window.width(), control
    # Tab goes round, and what has the focus is in sight.
    window.setFocus()
    seen = set()
    for _ in range(8):
        qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        focus = window.focusWidget()
        assert focus is not None
        top = focus.mapTo(window, focus.rect().topLeft()).y()
        assert 0 <= top < window.height()
        seen.add(focus)
    assert {window.appearance, window.suggest, window.sidecars.switch} <= seen
