"""The whole job in one window: drop, index, search, look, go on; with real events."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photoclip.ui.main_window import MainWindow
from photoclip.ui.places import Place
from tests.fakes import save_photo
from tests.ui.conftest import WAIT, GatedEncoder, Open, wait_indexed

COPY = Qt.DropAction.CopyAction
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def drop(window: MainWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    enter = QDragEnterEvent(QPoint(300, 300), COPY, data, LEFT, NONE)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    assert invited(window)
    event = QDropEvent(QPointF(300, 300), COPY, data, LEFT, NONE)
    QApplication.sendEvent(window, event)
    assert event.isAccepted()
    assert not invited(window)


def invited(window: MainWindow) -> bool:
    """Whether the page that is shown says what a drop does."""
    if window.pages.shows(window.pages.welcome):
        assert not window.hint.isVisible()
        return window.welcome.held
    return window.hint.isVisible()


def first_name(window: MainWindow) -> str:
    photo = window.session.library.photo(window.model.id_at(0))
    assert photo is not None
    return os.path.basename(photo.path)


def search(qtbot: QtBot, window: MainWindow, words: str) -> None:
    """Type a phrase and wait for its results."""
    window.field.setFocus()
    window.field.selectAll()
    with qtbot.waitSignal(
        window.session.listed, timeout=WAIT, check_params_cb=lambda x: x.place.text == words
    ):
        qtbot.keyClicks(window.field, words)


def test_a_new_library_invites_and_a_dropped_folder_is_indexed(
    qtbot: QtBot, open_shell: Open, album: Path
) -> None:
    shell = open_shell()
    window = shell.window
    assert window.pages.currentWidget() is window.welcome
    drop(window, album)
    wait_indexed(qtbot, shell, 40)
    assert window.pages.currentWidget() is not window.welcome
    assert shell.work.session.library.roots() == (str(album),)
    qtbot.waitUntil(lambda: window.status.summary() == "40 photos", timeout=WAIT)


def test_dropped_files_are_added_alone(qtbot: QtBot, open_shell: Open, photos: Path) -> None:
    one, _other = save_photo(photos / "one.jpg"), save_photo(photos / "other.jpg", "blue")
    shell = open_shell()
    drop(shell.window, one)
    wait_indexed(qtbot, shell, 1)
    assert shell.work.session.library.roots() == (str(one),)


def test_a_folder_without_photos_is_said_so(qtbot: QtBot, open_shell: Open, photos: Path) -> None:
    shell = open_shell()
    drop(shell.window, photos)
    qtbot.waitUntil(lambda: "No photos in “photos”" in shell.window.notice.sentence, timeout=WAIT)


def test_a_folder_inside_the_library_is_said_so(
    qtbot: QtBot, shown: MainWindow, album: Path
) -> None:
    drop(shown, album / "西藏 2019年")
    qtbot.waitUntil(
        lambda: (
            shown.notice.sentence == "“西藏 2019年” is already in the library, inside “photos”."
        ),
        timeout=WAIT,
    )
    assert shown.session.library.roots() == (str(album),)


def test_typing_searches_and_the_tags_of_the_best_photo_are_shown(
    qtbot: QtBot, shown: MainWindow
) -> None:
    search(qtbot, shown, "a red car")
    assert first_name(shown).startswith("red")
    relevant = int(shown.content.words().removesuffix(" of 40"))
    assert 4 <= relevant == shown.model.rowCount() < 40
    qtbot.keyClick(shown.field, Qt.Key.Key_Return)
    assert shown.grid.hasFocus()
    assert shown.grid.currentIndex().row() == 0
    first = shown.model.id_at(0)
    qtbot.waitUntil(lambda: shown.details.photo_id == first, timeout=WAIT)
    expected = [
        tag.term for tag in shown.session.library.annotations.tags(first, "colours-1").suggested
    ]
    assert shown.details.tag_names() == expected


def test_letters_typed_in_the_grid_go_to_the_search(qtbot: QtBot, shown: MainWindow) -> None:
    shown.grid.setFocus()
    with qtbot.waitSignal(
        shown.session.listed, timeout=WAIT, check_params_cb=lambda x: x.place.text == "blue"
    ):
        qtbot.keyClick(shown.grid, "b")
        assert shown.field.hasFocus()
        qtbot.keyClicks(shown.field, "lue")
    assert first_name(shown).startswith("blue")


def test_clearing_the_search_returns_to_the_same_pixel(qtbot: QtBot, shown: MainWindow) -> None:
    shown.resize(1280, 500)
    shown.grid.verticalScrollBar().setValue(333)
    before = shown.grid.visible_ids()
    search(qtbot, shown, "green")
    assert shown.grid.top == 0
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        qtbot.keyClick(shown.field, Qt.Key.Key_Escape)
    assert shown.field.text() == ""
    assert shown.grid.top == 333
    assert shown.grid.visible_ids() == before


def test_composing_searches_once_and_only_when_written(qtbot: QtBot, shown: MainWindow) -> None:
    asked: list[str] = []
    shown.field.queried.connect(asked.append)
    shown.field.setText("red")
    shown.field.selectAll()
    for text in ("h", "ho", "hong"):
        QApplication.sendEvent(shown.field, QInputMethodEvent(text, []))
    assert asked == ["red"]
    event = QInputMethodEvent()
    event.setCommitString("红色")
    QApplication.sendEvent(shown.field, event)
    assert asked == ["red", "红色"]
    assert shown.field.text() == "红色"


def test_composing_in_the_grid_goes_to_the_search(qtbot: QtBot, shown: MainWindow) -> None:
    asked: list[str] = []
    shown.field.queried.connect(asked.append)
    shown.grid.setFocus()
    QApplication.sendEvent(shown.grid, QInputMethodEvent("zhong", []))
    assert shown.grid.hasFocus()
    assert asked == []
    event = QInputMethodEvent()
    event.setCommitString("中")
    QApplication.sendEvent(shown.grid, event)
    assert asked == ["中"]
    assert shown.field.hasFocus()
    assert shown.field.text() == "中"


def test_one_latin_letter_is_no_query(qtbot: QtBot, shown: MainWindow) -> None:
    asked: list[str] = []
    shown.field.queried.connect(asked.append)
    qtbot.keyClicks(shown.field, "r")
    assert asked == []
    qtbot.keyClicks(shown.field, "e")
    assert asked == ["re"]


def test_the_viewer_goes_on_and_comes_back_to_the_same_pixel(
    qtbot: QtBot, shown: MainWindow
) -> None:
    shown.resize(1280, 500)
    grid, viewer = shown.grid, shown.viewer
    grid.setFocus()
    grid.verticalScrollBar().setValue(211)
    row = grid.visible_rows().start + 6
    place = grid.visualRect(grid.index_of(row)).center()
    qtbot.mouseClick(grid.viewport(), LEFT, pos=place)
    qtbot.mouseDClick(grid.viewport(), LEFT, pos=place)
    assert shown.pages.currentWidget() is viewer
    assert viewer.photo_id == shown.model.id_at(row)
    for _ in range(30):
        qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert viewer.photo_id == shown.model.id_at(min(row + 30, 39))
    qtbot.keyClick(viewer, Qt.Key.Key_Home)
    assert viewer.photo_id == shown.model.id_at(0)
    qtbot.keyClick(viewer, Qt.Key.Key_Escape)
    assert shown.pages.currentWidget() is not viewer
    assert (grid.top, grid.currentIndex().row()) == (211, row)
    assert grid.hasFocus()


def test_the_viewer_shows_the_photo_sharp(qtbot: QtBot, shown: MainWindow) -> None:
    shown.grid.setFocus()
    qtbot.keyClick(shown.grid, Qt.Key.Key_Home)
    with qtbot.waitSignal(shown.feed.viewing.sharp, timeout=WAIT):
        qtbot.keyClick(shown.grid, Qt.Key.Key_Return)
    canvas = shown.viewer.canvas
    # Enlarged, since it is small; Z shows it as it is, and fitted again.
    assert (canvas.fitted, canvas.scale) == (True, 3.0)
    assert canvas.picture_rect().size().toSize().width() == 3 * 96
    qtbot.keyClick(shown.viewer, Qt.Key.Key_Z)
    assert (canvas.fitted, canvas.scale) == (False, 1.0)
    assert canvas.picture_rect().center() == QRectF(canvas.rect()).center()
    qtbot.keyClick(shown.viewer, Qt.Key.Key_Minus)
    assert canvas.scale == 1.0
    qtbot.keyClick(shown.viewer, Qt.Key.Key_Z)
    assert canvas.fitted


def test_a_photo_whose_file_is_gone_says_so_in_the_viewer(
    qtbot: QtBot, shown: MainWindow, album: Path
) -> None:
    shown.grid.setFocus()
    qtbot.keyClick(shown.grid, Qt.Key.Key_Home)
    photo = shown.session.library.photo(shown.model.id_at(0))
    assert photo is not None
    Path(photo.path).unlink()
    with qtbot.waitSignal(shown.feed.viewing.failed, timeout=WAIT) as failed:
        qtbot.keyClick(shown.grid, Qt.Key.Key_Return)
    assert os.path.basename(photo.path) in failed.args[1]
    assert "is not where it was" in failed.args[1]
    # The next one works.
    with qtbot.waitSignal(shown.feed.viewing.sharp, timeout=WAIT):
        qtbot.keyClick(shown.viewer, Qt.Key.Key_Right)


def test_find_similar_and_back(qtbot: QtBot, shown: MainWindow) -> None:
    search(qtbot, shown, "orange")
    qtbot.keyClick(shown.field, Qt.Key.Key_Return)
    best = shown.grid.current_id()
    with qtbot.waitSignal(
        shown.session.listed, timeout=WAIT, check_params_cb=lambda x: "like:" in x.place.text
    ):
        qtbot.keyClick(shown.grid, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert shown.field.text() == ""
    assert shown.content.chips.chip(0).has_picture
    assert first_name(shown).startswith("orange")
    assert best not in shown.model.ids
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        qtbot.keyClick(shown.grid, Qt.Key.Key_Escape)
    assert shown.grid.current_id() == best
    assert shown.grid.chosen.ids().tolist() == [best]
    assert shown.session.place == Place(text="orange")
    assert shown.field.text() == "orange"


def test_back_and_forward(qtbot: QtBot, shown: MainWindow, album: Path) -> None:
    assert not shown.actions_["back"].isEnabled()
    search(qtbot, shown, "green")
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.actions_["back"].trigger()
    assert shown.session.place == Place()
    assert shown.field.text() == ""
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.actions_["forward"].trigger()
    assert shown.field.text() == "green"


def test_folders_and_tags_in_the_sidebar(qtbot: QtBot, shown: MainWindow, album: Path) -> None:
    sidebar = shown.sidebar
    qtbot.waitUntil(lambda: bool(sidebar.names("tags")), timeout=WAIT)
    assert sidebar.names("folders") == ["photos", "西藏 2019年"]
    folder = str(album / "西藏 2019年")
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        sidebar.click("folder", folder)
    assert shown.model.rowCount() == 10
    # A search begun here stays here, and says so; closing its chip searches everywhere.
    search(qtbot, shown, "green")
    assert shown.model.rowCount() <= 10
    assert shown.content.scope_chip.isVisible()
    inside = shown.model.rowCount()
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        qtbot.mouseClick(shown.content.scope_chip, LEFT)
    assert shown.model.rowCount() > inside
    tag = shown.session.library.annotations.tag_counts("colours-1")[0]
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        sidebar.click("tag", tag.term)
    assert shown.model.rowCount() == tag.count
    assert shown.field.text() == ""


def test_selection_survives_other_results(qtbot: QtBot, shown: MainWindow, album: Path) -> None:
    shown.grid.setFocus()
    shown.grid.chosen.select_ranges([(0, 3)])
    chosen = set(shown.grid.chosen.ids().tolist())
    search(qtbot, shown, "green")
    assert set(shown.grid.chosen.ids().tolist()) == chosen


def test_photos_can_be_copied(qtbot: QtBot, shown: MainWindow) -> None:
    shown.grid.setFocus()
    qtbot.keyClick(shown.grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    clipboard = QApplication.clipboard()
    with qtbot.waitSignal(clipboard.dataChanged, timeout=WAIT):
        qtbot.keyClick(shown.grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert len(clipboard.mimeData().urls()) == 40
    with qtbot.waitSignal(clipboard.dataChanged, timeout=WAIT):
        shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        qtbot.keyClick(shown.grid, Qt.Key.Key_C, shift)
    assert len(clipboard.text().splitlines()) == 40


def test_pause_resume_and_stop(qtbot: QtBot, open_shell: Open, album: Path) -> None:
    encoder = GatedEncoder(after=8)
    shell = open_shell([str(album)], encoder)
    window = shell.window
    qtbot.waitUntil(lambda: window.model.rowCount() >= 4, timeout=WAIT)
    window.actions_["pause"].trigger()
    assert shell.work.job.paused
    assert "Paused" in window.status.lines()
    encoder.open()
    window.actions_["pause"].trigger()
    assert not shell.work.job.paused
    window.actions_["stop"].trigger()
    qtbot.waitUntil(lambda: not shell.work.job.running, timeout=WAIT)
    assert window.pages.currentWidget() is not window.welcome


def test_results_come_while_indexing_and_say_how_much(
    qtbot: QtBot, open_shell: Open, album: Path
) -> None:
    encoder = GatedEncoder(after=8)
    shell = open_shell([str(album)], encoder)
    window = shell.window
    qtbot.waitUntil(lambda: window.model.rowCount() >= 8, timeout=WAIT)
    search(qtbot, window, "red")
    some = window.model.rowCount()
    assert 0 < some < 40
    assert "so far" in window.content.words()
    encoder.open()
    qtbot.waitUntil(lambda: not shell.work.job.running, timeout=WAIT)
    qtbot.waitUntil(lambda: "so far" not in window.content.words(), timeout=WAIT)
    qtbot.waitUntil(lambda: window.content.photos.held_count > 0, timeout=WAIT)
    window.content.photos.show_new()
    assert window.model.rowCount() > some


def test_new_photos_never_move_what_is_in_view(
    qtbot: QtBot, open_shell: Open, photos: Path
) -> None:
    for number in range(60):
        day = 1 + number // 3
        save_photo(photos / f"{number:02}.jpg", taken=f"2023:08:{day:02} 12:{number:02}:00")
    encoder = GatedEncoder(after=40)
    shell = open_shell([str(photos)], encoder, size=(900, 420))
    window = shell.window
    window.actions_["details"].setChecked(False)
    qtbot.waitUntil(lambda: window.grid.is_full() and encoder.images_encoded >= 40, timeout=WAIT)
    seen = window.grid.visible_ids()
    offset = window.grid.anchor()
    encoder.open()
    qtbot.waitUntil(lambda: not shell.work.job.running, timeout=WAIT)
    qtbot.waitUntil(
        lambda: window.model.rowCount() + window.content.photos.held_count == 60, timeout=WAIT
    )
    assert window.grid.visible_ids() == seen
    assert window.grid.anchor() == offset


def test_closing_mid_way_loses_nothing_and_opening_goes_on(
    qtbot: QtBot, open_shell: Open, album: Path
) -> None:
    encoder = GatedEncoder(after=10)
    shell = open_shell([str(album)], encoder)
    qtbot.waitUntil(lambda: shell.window.model.rowCount() >= 8, timeout=WAIT)
    encoder.open()
    shell.window.close()
    shell.close()
    done = encoder.images_encoded
    again = GatedEncoder(after=100)
    reopened = open_shell((), again)
    wait_indexed(qtbot, reopened, 40)
    assert reopened.work.session.library.counts(again.id).searchable == 40
    assert again.images_encoded <= 40 - min(done, 8)


def test_unreadable_files_are_listed_with_reasons(
    qtbot: QtBot, open_shell: Open, photos: Path
) -> None:
    save_photo(photos / "good.jpg")
    bad = photos / "坏.jpg"
    bad.write_bytes(save_photo(photos / "x.jpg", "blue", (400, 300)).read_bytes()[:700])
    shell = open_shell([str(photos)])
    wait_indexed(qtbot, shell, 2)
    window = shell.window
    qtbot.waitUntil(lambda: bool(window.failures.failures), timeout=WAIT)
    window.actions_["failures"].trigger()
    assert window.failures.isVisible()
    (failure,) = window.failures.failures
    assert failure.path == str(bad)
    assert failure.reason
    bad.write_bytes(save_photo(photos / "y.jpg", "green").read_bytes())
    (photos / "y.jpg").unlink()
    window.failures.retry()
    qtbot.waitUntil(lambda: not window.failures.failures, timeout=WAIT)
    qtbot.keyClick(window.failures, Qt.Key.Key_Escape)
    assert not window.failures.isVisible()
    qtbot.waitUntil(lambda: window.model.rowCount() == 3, timeout=WAIT)


def test_a_folder_taken_out_comes_back_by_undo(
    qtbot: QtBot, shown: MainWindow, album: Path
) -> None:
    shown.folders.take_out(str(album))
    qtbot.waitUntil(lambda: shown.pages.currentWidget() is shown.welcome, timeout=WAIT)
    shown.notice.act()
    qtbot.waitUntil(lambda: shown.session.library.roots() == (str(album),), timeout=WAIT)
    qtbot.waitUntil(
        lambda: (
            not shown.work.job.running
            and shown.model.rowCount() + shown.content.photos.held_count == 40
        ),
        timeout=WAIT,
    )


def test_settings_survive(qtbot: QtBot, open_shell: Open, album: Path) -> None:
    shell = open_shell([str(album)])
    wait_indexed(qtbot, shell, 40)
    shell.window.toolbar.set_tile(240)
    shell.window.actions_["details"].trigger()
    shell.window.set_appearance("dark")
    shell.window.close()
    shell.close()
    again = open_shell().window
    assert again.toolbar.tile() == 240
    assert not again.actions_["details"].isChecked()
    assert not again.details.isVisible()
    assert again.settings().appearance == "dark"


def test_help_by_question_mark(qtbot: QtBot, shown: MainWindow) -> None:
    shown.grid.setFocus()
    QApplication.sendEvent(
        shown.grid, QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Question, NONE, "?")
    )
    assert shown.keys.isVisible()
    qtbot.keyClick(shown.keys, Qt.Key.Key_Escape)
    assert not shown.keys.isVisible()
    assert shown.grid.hasFocus()


@pytest.mark.parametrize("count", [100_000, 1_000_000])
def test_large_libraries_are_scrolled(qtbot: QtBot, open_shell: Open, count: int) -> None:
    window = open_shell().window
    window.pages.setCurrentIndex(1)
    ids = np.arange(count, 0, -1)
    times = 1_700_000_000 - np.arange(count) * 600
    for step in range(12):
        if step % 4 == 0:
            window.grid.show_photos(ids, times, window.grid.anchor())
        else:
            window.grid.verticalScrollBar().setValue(step * count)
        window.grid.viewport().repaint()
        assert window.grid.visible_ids()


def test_enter_waits_for_the_results_that_were_asked_for(qtbot: QtBot, shown: MainWindow) -> None:
    for goes_on in (True, False):
        gate = threading.Event()
        shown.session.searching.let_rest(lambda gate=gate: gate.wait(WAIT / 1000))  # type: ignore[misc]
        shown.field.setFocus()
        qtbot.keyClicks(shown.field, "re")
        qtbot.keyClick(shown.field, Qt.Key.Key_Return)
        assert shown.field.hasFocus()
        if goes_on:
            qtbot.keyClicks(shown.field, "d")
        gate.set()
        asked = shown.field.text()
        qtbot.waitUntil(lambda asked=asked: shown.content.photos.answered == asked, timeout=WAIT)  # type: ignore[misc]
        assert shown.field.hasFocus() == goes_on
        assert shown.grid.hasFocus() != goes_on
        shown.field.clear_query()
        qtbot.waitUntil(lambda: not shown.content.photos.answered, timeout=WAIT)
