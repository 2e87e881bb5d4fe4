"""The review page: questions answered with one key each, taken back, and learned from."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from photoclip.core.intake import put_suggestions
from photoclip.core.review import Doubts, Question, Standing
from photoclip.core.types import Tag
from photoclip.errors import PhotoClipError
from photoclip.ui.controls import IconButton
from photoclip.ui.places import Place
from photoclip.ui.review import Queue
from photoclip.ui.review_page import ReviewPage
from photoclip.ui.shell import Shell
from photoclip.ui.sidebar_rows import CountRole
from tests.fakes import save_photo
from tests.ui.conftest import WAIT, Open, wait_indexed

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
# Surest last: what is asked first is nearest to one half.
SURE = (0.55, 0.62, 0.71, 0.79)
DOUBTS = Doubts((("beach", 4), ("dog", 1)))


@pytest.fixture
def shell(qtbot: QtBot, open_shell: Open, photos: Path) -> Shell:
    """Four photos for which beach is suggested, one of them a dog's too."""
    for number, colour in enumerate(("red", "green", "blue", "yellow")):
        save_photo(photos / f"{colour}.jpg", colour, taken=f"2023:08:1{number} 12:00:00")
    shell: Shell = open_shell([str(photos)])
    wait_indexed(qtbot, shell, 4)
    shell.window.content.photos.show_new()
    library = shell.work.session.library
    with library.store.write() as db:
        (model,) = db.execute("SELECT id FROM models").fetchone()
        for photo, probability in zip(shell.window.model.ids, SURE, strict=True):
            put_suggestions(db, model, int(photo), (Tag("beach", probability),))
        last = int(shell.window.model.ids[-1])
        put_suggestions(db, model, last, (Tag("beach", SURE[-1]), Tag("dog", 0.6)))
    shell.work.session.read_all()
    return shell


@pytest.fixture
def page(qtbot: QtBot, shell: Shell) -> ReviewPage:
    window = shell.window
    doubted: list[Doubts] = []
    shell.work.reviews.doubted.connect(doubted.append)
    qtbot.waitUntil(lambda: bool(doubted) and doubted[-1] == DOUBTS, timeout=WAIT)
    tree = window.sidebar._tree
    assert not tree.isRowHidden(1, tree.rootIndex())
    window.sidebar.reviewAsked.emit()
    qtbot.waitUntil(lambda: window.review.question is not None, timeout=WAIT)
    return window.review


def test_the_most_doubtful_photos_are_answered_by_key(
    qtbot: QtBot, shell: Shell, page: ReviewPage
) -> None:
    window, annotations = shell.window, shell.work.session.library.annotations
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
    model = shell.work.session.model
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


def test_the_key_of_undo_takes_an_answer_back_too(
    qtbot: QtBot, shell: Shell, page: ReviewPage
) -> None:
    first = page.photo_id
    qtbot.keyClick(page, Qt.Key.Key_N)
    qtbot.keyClick(page, Qt.Key.Key_Y)
    qtbot.waitUntil(lambda: page.said[1] == "2 left", timeout=WAIT)
    for left in ("3 left", "4 left"):
        shell.window.actions_["undo"].trigger()
        qtbot.waitUntil(lambda left=left: page.said[1] == left, timeout=WAIT)
    assert page.photo_id == first
    assert not page.undo.isVisible()
    assert page.no.text() == "No (N)"
    shell.window.actions_["redo"].trigger()
    qtbot.waitUntil(lambda: page.no.text() == "No (N) ✓", timeout=WAIT)


def test_the_next_photos_stand_beside_and_are_ready(
    qtbot: QtBot, shell: Shell, page: ReviewPage
) -> None:
    ids = [int(i) for i in shell.window.model.ids]
    assert page.next.photo_ids == tuple(ids[1:])
    qtbot.waitUntil(lambda: not page.next.missing, timeout=WAIT)
    assert page.next.isVisible()
    kept = shell.window.feed.viewing._kept
    qtbot.waitUntil(lambda: {ids[1], ids[2]} <= {photo for photo, _ in kept}, timeout=WAIT)
    qtbot.keyClick(page, Qt.Key.Key_Y)
    assert page.next.photo_ids == tuple(ids[2:])
    assert not page.next.missing
    # In a narrow window the photo has the room.
    shell.window.resize(640, 400)
    qtbot.waitUntil(lambda: not page.next.isVisible(), timeout=WAIT)


def test_enter_shows_the_photo_and_escape_leads_back_to_its_question(
    qtbot: QtBot, shell: Shell, page: ReviewPage
) -> None:
    window = shell.window
    qtbot.keyClick(page, Qt.Key.Key_S)
    photo = page.photo_id
    for leave in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
        qtbot.keyClick(page, Qt.Key.Key_Return)
        assert window.pages.currentWidget() is window.viewer
        assert window.viewer.photo_id == photo
        qtbot.keyClick(window.viewer, Qt.Key.Key_Right)
        qtbot.keyClick(window.viewer, leave)
        assert window.pages.currentWidget() is page
        assert page.hasFocus()
        assert page.photo_id == photo
    # From the grid the viewer leads back to the grid.
    qtbot.keyClick(page, Qt.Key.Key_Return)
    window.navigation.go(Place())
    assert window.grid.hasFocus()
    window.navigation.open_photo(window.model.id_at(0))
    qtbot.keyClick(window.viewer, Qt.Key.Key_Escape)
    assert window.grid.hasFocus()


def test_the_photo_is_zoomed(qtbot: QtBot, page: ReviewPage) -> None:
    qtbot.waitUntil(lambda: not page.canvas._pixmap.isNull(), timeout=WAIT)
    fitted = page.canvas.scale
    qtbot.keyClick(page, Qt.Key.Key_Z)
    assert page.canvas.scale == 1 != fitted
    qtbot.keyClick(page, Qt.Key.Key_Z)
    assert page.canvas.scale == fitted


def test_more_are_asked_about_than_are_put_at_once(
    qtbot: QtBot, shell: Shell, page: ReviewPage
) -> None:
    first, second, *_ = page._round.questions
    page.show_waiting("beach")
    page.show_queue(Queue("beach", (first, second), Standing(0, 0, 4)))
    qtbot.keyClick(page, Qt.Key.Key_Y)
    qtbot.keyClick(page, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: page.question is not None, timeout=WAIT)
    assert page.photo_id not in (first.photo_id, second.photo_id)
    assert page.said[1:] == ("2 left", "Right so far 50 % (1 of 2)")
    # What was skipped does not come again at once.
    third, fourth = page._round.questions
    page.show_waiting("beach")
    page.show_queue(Queue("beach", (third,), Standing(1, 2, 2)))
    qtbot.keyClick(page, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: page.question == fourth, timeout=WAIT)
    qtbot.keyClick(page, Qt.Key.Key_Y)
    qtbot.waitUntil(lambda: page.said[1] == "1 left", timeout=WAIT)
    assert page.ended == "That was the last one"


@pytest.mark.parametrize(
    ("probability", "suggested", "left"),
    [
        (0.3, False, "Not suggested, but near it"),
        (0.79, True, "3 left"),
        (0.8, True, "PhotoClip is sure of this one"),
    ],
)
def test_what_is_no_doubtful_suggestion_is_said_to_be_so(
    page: ReviewPage, probability: float, suggested: bool, left: str
) -> None:
    question = Question(page.photo_id or 0, probability, suggested)
    page.show_waiting("beach")
    page.show_queue(Queue("beach", (question,), Standing(0, 0, 3)))
    assert page.said[1] == left


def test_the_sidebar_counts_only_what_is_doubtful(
    qtbot: QtBot, shell: Shell, page: ReviewPage
) -> None:
    row = shell.window.sidebar._model.item(1)
    assert row.data(CountRole) == 4
    with shell.work.session.library.store.write() as db:
        db.execute("UPDATE suggestions SET probability = 0.93 WHERE probability != 0.6")
    shell.work.session.read_all()
    qtbot.waitUntil(lambda: row.data(CountRole) == 1, timeout=WAIT)
    # The rail has it too.
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    sidebar = shell.window.sidebar
    sidebar.fold(True)
    [entry] = [one for one in sidebar.findChildren(IconButton) if one.toolTip() == "Review 1"]
    qtbot.mouseClick(entry, LEFT)
    assert shell.window.pages.currentWidget() is page
    # What was asked about before is done.
    assert page.term == "dog"
    qtbot.waitUntil(lambda: page.terms.currentText() == "dog  1", timeout=WAIT)


def test_a_screen_reader_hears_the_answer(qtbot: QtBot, shell: Shell, page: ReviewPage) -> None:
    heard: list[str] = []
    shell.window.tags.announced.connect(heard.append)
    qtbot.keyClick(page, Qt.Key.Key_Y)
    qtbot.keyClick(page, Qt.Key.Key_N)
    assert heard == ["Tag “beach” confirmed", "Tag “beach” rejected"]


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
    shell.work.words.tagging.connect(lambda done, total: learned.append((done, total)))
    qtbot.keyClick(page, Qt.Key.Key_N)
    qtbot.keyClick(page, Qt.Key.Key_N)
    qtbot.waitUntil(
        lambda: page.said[2].endswith("· Suggestions follow your answers"), timeout=WAIT
    )
    assert (0, 0) in learned
    curves = shell.work.session.library.store.rows(
        "SELECT term FROM curves JOIN terms ON id = term_id"
    )
    assert curves == [("beach",)]


def test_without_a_model_there_is_a_sentence(
    qtbot: QtBot, shell: Shell, page: ReviewPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(term: str) -> None:
        raise PhotoClipError("The model has gone. Get it again.")

    monkeypatch.setattr(shell.work.reviews._tagging, "review", gone)
    page.termChosen.emit("dog")
    qtbot.waitUntil(lambda: page.ended == "The model has gone. Get it again.", timeout=WAIT)
