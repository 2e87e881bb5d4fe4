"""The review page: questions answered with one key each, taken back, and learned from."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from photoclip.core.intake import put_suggestions
from photoclip.core.types import Tag
from photoclip.errors import PhotoClipError
from photoclip.ui.review_page import ReviewPage
from photoclip.ui.shell import Shell
from tests.fakes import save_photo
from tests.ui.conftest import WAIT, Open, wait_indexed

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
# Surest last: what is asked first is nearest to one half.
SURE = (0.55, 0.62, 0.71, 0.9)


@pytest.fixture
def shell(qtbot: QtBot, open_shell: Open, photos: Path) -> Shell:
    """Four photos for which beach is suggested, one of them a dog's too."""
    for number, colour in enumerate(("red", "green", "blue", "yellow")):
        save_photo(photos / f"{colour}.jpg", colour, taken=f"2023:08:1{number} 12:00:00")
    shell: Shell = open_shell([str(photos)])
    wait_indexed(qtbot, shell, 4)
    shell.window.content.show_new()
    library = shell.session.library
    with library.store.write() as db:
        (model,) = db.execute("SELECT id FROM models").fetchone()
        for photo, probability in zip(shell.window.model.ids, SURE, strict=True):
            put_suggestions(db, model, int(photo), (Tag("beach", probability),))
        last = int(shell.window.model.ids[-1])
        put_suggestions(db, model, last, (Tag("beach", SURE[-1]), Tag("dog", 0.6)))
    shell.session.read_all()
    names = shell.window.sidebar.names
    qtbot.waitUntil(lambda: names("tags") == ["beach", "dog"], timeout=WAIT)
    return shell


@pytest.fixture
def page(qtbot: QtBot, shell: Shell) -> ReviewPage:
    window = shell.window
    tree = window.sidebar._tree
    qtbot.waitUntil(lambda: not tree.isRowHidden(1, tree.rootIndex()), timeout=WAIT)
    window.sidebar.reviewAsked.emit()
    qtbot.waitUntil(lambda: window.review.question is not None, timeout=WAIT)
    return window.review


def test_the_most_doubtful_photos_are_answered_by_key(
    qtbot: QtBot, shell: Shell, page: ReviewPage
) -> None:
    window, annotations = shell.window, shell.session.library.annotations
    ids = [int(i) for i in window.model.ids]
    assert window.pages.currentWidget() is page
    assert page.hasFocus()
    assert page.said[0] == "Is this “beach”?"
    assert page.said[1] == "4 left"
    assert page.photo_id == ids[0]
    qtbot.waitUntil(lambda: not page.canvas._pixmap.isNull(), timeout=WAIT)

    qtbot.keyClick(page, Qt.Key.Key_Y)
    assert page.photo_id == ids[1]
    qtbot.keyClick(page, Qt.Key.Key_N)
    qtbot.keyClick(page, Qt.Key.Key_S)
    assert page.photo_id == ids[3]
    qtbot.waitUntil(lambda: page.said[2] == "Right so far 50 % (1 of 2)", timeout=WAIT)
    assert page.said[1] == "2 left"
    model = shell.session.model
    assert annotations.tags(ids[0], model).confirmed == ("beach",)
    assert annotations.tags(ids[1], model).rejected == ("beach",)

    # Back to what was answered: the answer is seen, and can be another.
    for _ in range(2):
        qtbot.keyClick(page, Qt.Key.Key_Left)
    assert page.photo_id == ids[1]
    assert page.no.text() == "No (N) ✓"
    qtbot.keyClick(page, Qt.Key.Key_Y)
    qtbot.waitUntil(lambda: page.said[2] == "Right so far 100 % (2 of 2)", timeout=WAIT)
    assert annotations.tags(ids[1], model).confirmed == ("beach",)


def test_an_answer_is_taken_back(qtbot: QtBot, shell: Shell, page: ReviewPage) -> None:
    photo = page.photo_id
    assert not page.undo.isVisible()
    qtbot.mouseClick(page.yes, LEFT)
    qtbot.waitUntil(lambda: page.said[1] == "3 left", timeout=WAIT)
    assert page.hasFocus()
    qtbot.mouseClick(page.undo, LEFT)
    assert page.photo_id == photo
    qtbot.waitUntil(lambda: page.said[1] == "4 left", timeout=WAIT)
    assert page.yes.text() == "Yes (Y)"
    # Nothing lies over the buttons.
    assert "beach" not in shell.window.notice.sentence


def test_it_ends_and_leads_on_to_the_next_tag(qtbot: QtBot, shell: Shell, page: ReviewPage) -> None:
    for _ in range(4):
        qtbot.keyClick(page, Qt.Key.Key_Y)
    assert page.ended == "All answered"
    assert not page.yes.isEnabled()
    qtbot.waitUntil(lambda: page.said[1] == "0 left", timeout=WAIT)
    qtbot.waitUntil(lambda: page.terms.itemText(1) == "dog  1", timeout=WAIT)
    qtbot.keyClick(page, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.question is not None, timeout=WAIT)
    assert page.said[0] == "Is this “dog”?"
    qtbot.keyClick(page, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: bool(page.ended), timeout=WAIT)
    assert page.ended == "That was the last one"
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert shell.window.pages.currentWidget() is not page
    assert shell.window.grid.hasFocus()


def test_a_tag_without_questions_has_no_doubts(
    qtbot: QtBot, shell: Shell, page: ReviewPage
) -> None:
    page.termChosen.emit("a word that no model knows")
    qtbot.waitUntil(lambda: page.ended == "No doubts", timeout=WAIT)
    assert page.said[1] == "0 left"


def test_enough_answers_change_what_is_suggested(
    qtbot: QtBot, shell: Shell, page: ReviewPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photoclip.core.learning._WORTH_LEARNING", 2)
    learned: list[object] = []
    shell.words.tagging.connect(lambda done, total: learned.append((done, total)))
    qtbot.keyClick(page, Qt.Key.Key_N)
    qtbot.keyClick(page, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: (0, 0) in learned, timeout=WAIT)
    curves = shell.session.library.store.rows("SELECT term FROM curves JOIN terms ON id = term_id")
    assert curves == [("beach",)]


def test_without_a_model_there_is_a_sentence(
    qtbot: QtBot, shell: Shell, page: ReviewPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(term: str) -> None:
        raise PhotoClipError("The model has gone. Get it again.")

    monkeypatch.setattr(shell.reviews._tagging, "review", gone)
    page.termChosen.emit("dog")
    qtbot.waitUntil(lambda: page.ended == "The model has gone. Get it again.", timeout=WAIT)
