"""A caption is proposed where it is written: kept, copied or let go, and never over another."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photoclip.core.term_files import built_in_terms
from photoclip.core.terms import Term
from photoclip.core.vocabulary import Vocabulary
from photoclip.ui.caption_edit import CaptionEdit
from photoclip.ui.controls import IconButton
from photoclip.ui.main_window import MainWindow
from photoclip.ui.shell import Shell
from tests.fakes import save_photo
from tests.ui.conftest import WAIT, Open, wait_indexed, wait_read

LEFT = Qt.MouseButton.LeftButton
PROPOSED = "a red kite"


@pytest.fixture
def window(qtbot: QtBot, open_shell: Open, photos: Path) -> MainWindow:
    """Two photos without a caption; of the red one PhotoClip has something to say."""
    for number, colour in enumerate(("red", "grey")):
        save_photo(photos / f"{colour}.jpg", colour, taken=f"2023:08:1{number} 12:00:00")
    shell: Shell = open_shell([str(photos)])
    wait_indexed(qtbot, shell, 2)
    library = shell.work.session.library
    hidden = {term.term: '{"hidden": true}' for term in built_in_terms()}
    words = [Term("red kite"), *(Term(f"thing{number}") for number in range(60))]
    library.set_vocabulary(Vocabulary(built_in_terms(), hidden).added(words))
    window = shell.window
    window.content.photos.show_new()
    library.annotations.caption([int(photo) for photo in window.model.ids], "")
    window.grid.setFocus()
    return window


def until(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=WAIT)


def look_at(qtbot: QtBot, window: MainWindow, row: int) -> int:
    window.grid.chosen.select(row)
    photo_id = int(window.model.ids[row])
    until(qtbot, lambda: window.details.photo_id == photo_id)
    return photo_id


def caption_of(window: MainWindow, photo_id: int) -> str:
    return window.session.library.annotations.annotation(photo_id).caption


def suggest(field: CaptionEdit) -> IconButton:
    [found] = field.findChildren(IconButton)
    return found


def ask(qtbot: QtBot, window: MainWindow) -> int:
    """For the red photo, by the button in the field."""
    photo = look_at(qtbot, window, 1)
    QTest.mouseClick(suggest(window.details.caption), LEFT)
    until(qtbot, lambda: window.details.proposal.caption == PROPOSED)
    return photo


def test_a_proposal_is_kept_as_the_persons_own_and_can_be_undone(
    qtbot: QtBot, window: MainWindow
) -> None:
    photo = ask(qtbot, window)
    panel = window.details.proposal
    assert panel.words == PROPOSED
    assert QApplication.focusWidget() is panel.keep
    QTest.keyClick(panel.keep, Qt.Key.Key_Return)
    until(qtbot, lambda: caption_of(window, photo) == PROPOSED)
    assert not panel.isVisible()
    until(qtbot, lambda: window.details.caption.toPlainText() == PROPOSED)
    assert window.notice.sentence == "Caption kept"
    window.actions_["undo"].trigger()
    until(qtbot, lambda: caption_of(window, photo) == "")


def test_it_can_be_copied_or_let_go(qtbot: QtBot, window: MainWindow) -> None:
    photo = ask(qtbot, window)
    panel = window.details.proposal
    QTest.mouseClick(panel.copy, LEFT)
    assert QGuiApplication.clipboard().text() == PROPOSED
    assert not panel.isVisible()
    ask(qtbot, window)
    chosen = window.grid.chosen.count()
    QTest.keyClick(panel.keep, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert window.grid.chosen.count() == chosen
    ask(qtbot, window)
    QTest.mouseClick(panel.dismiss, LEFT)
    assert not panel.isVisible()
    assert caption_of(window, photo) == ""


def test_a_caption_is_never_replaced(qtbot: QtBot, window: MainWindow) -> None:
    photo = ask(qtbot, window)
    panel, field = window.details.proposal, window.details.caption
    field.setFocus()
    QTest.keyClicks(field, "Mine")
    assert not panel.keep.isVisible()
    assert panel.copy.isVisible()
    field.setPlainText("")
    assert panel.keep.isVisible()

    # By another program, which this window has not heard of yet.
    window.session.library.annotations.caption([photo], "Theirs")
    QTest.mouseClick(panel.keep, LEFT)
    until(qtbot, lambda: window.notice.sentence == "The photo has a caption by now, which stays.")
    assert caption_of(window, photo) == "Theirs"


def test_where_nothing_is_sure_it_says_so(qtbot: QtBot, window: MainWindow) -> None:
    look_at(qtbot, window, 0)
    window.actions_["describe"].trigger()
    panel = window.details.proposal
    until(qtbot, lambda: panel.words == "Nothing here is sure enough to say.")
    assert not panel.keep.isVisible()
    assert not panel.copy.isVisible()


def test_it_goes_with_its_photo(qtbot: QtBot, window: MainWindow) -> None:
    ask(qtbot, window)
    look_at(qtbot, window, 0)
    until(qtbot, lambda: not window.details.proposal.isVisible())


def test_it_is_offered_for_one_photo_and_not_for_several(qtbot: QtBot, window: MainWindow) -> None:
    look_at(qtbot, window, 0)
    assert suggest(window.details.caption).isVisible()
    assert window.actions_["describe"].isEnabled()
    window.grid.selectAll()
    until(qtbot, lambda: len(window.details.photo_ids) == 2)
    assert not suggest(window.details.caption).isVisible()
    assert not window.actions_["describe"].isEnabled()


def test_the_menu_opens_the_details_for_it(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.chosen.select(1)
    window.actions_["details"].trigger()
    wait_read(qtbot, window.session)
    assert not window.details.isVisible()
    window.actions_["describe"].trigger()
    # As long as the details are read, they show nothing.
    window.details.show_nothing()
    until(qtbot, lambda: window.details.proposal.words == PROPOSED)
    assert window.details.isVisible()
    until(qtbot, window.details.proposal.isVisible)


def test_in_the_viewer_it_stands_below_the_field(qtbot: QtBot, window: MainWindow) -> None:
    photo = int(window.model.ids[1])
    window.navigation.open_photo(photo)
    window.actions_["describe"].trigger()
    prompt = window.marks.prompt()
    until(qtbot, lambda: prompt.proposal.caption == PROPOSED)
    assert prompt.proposal.isVisible()
    QTest.mouseClick(prompt.proposal.keep, LEFT)
    until(qtbot, lambda: caption_of(window, photo) == PROPOSED)
    until(qtbot, lambda: prompt.caption.toPlainText() == PROPOSED)
    assert prompt.isVisible()
    window.actions_["describe"].trigger()
    until(qtbot, lambda: prompt.proposal.caption == PROPOSED)
    assert not prompt.proposal.keep.isVisible()
    QTest.keyClick(prompt.proposal.copy, Qt.Key.Key_Escape)
    assert not prompt.proposal.isVisible()
    assert prompt.isVisible()


def test_it_is_brought_into_view_where_room_is_short(qtbot: QtBot, window: MainWindow) -> None:
    window.resize(640, 340)
    window.grid.chosen.select(1)
    if not window.details.isVisible():
        window.actions_["details"].trigger()
    window.actions_["describe"].trigger()
    panel = window.details.proposal
    until(qtbot, lambda: panel.caption == PROPOSED)
    until(qtbot, lambda: panel.keep.visibleRegion().boundingRect() == panel.keep.rect())


def test_a_photo_that_was_not_looked_at_is_told(qtbot: QtBot, window: MainWindow) -> None:
    photo = look_at(qtbot, window, 1)
    with window.session.library.store.write() as db:
        db.execute("DELETE FROM vectors WHERE photo_id = ?", [photo])
    window.actions_["describe"].trigger()
    until(qtbot, lambda: "has not looked at this photo yet" in window.details.proposal.words)
