"""Personal tags in the window: offered after tagging, found, reviewed, refined, taken back."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from photoclip.ui.main_window import MainWindow
from photoclip.ui.personal import Standing
from photoclip.ui.shell import Shell
from tests.fakes import FineColourEncoder, save_photo
from tests.ui.conftest import WAIT, Open, wait_indexed, wait_read

LEFT = Qt.MouseButton.LeftButton
OTHERS, CATS, TAGGED = 56, 7, 4
FOUND = "PhotoClip thinks 3 more photos show “Minka”."


@pytest.fixture
def shell(qtbot: QtBot, open_shell: Open, photos: Path) -> Shell:
    """Seven photos of one cat, the newest, among others of all colours."""
    rng = np.random.default_rng(0)
    for i, colour in enumerate(rng.integers(0, 256, (OTHERS, 3))):
        save(photos / f"other{i:02}.jpg", colour, 1 + i // 24)
    for i, colour in enumerate(np.array((250, 140, 20)) + rng.integers(-5, 6, (CATS, 3))):
        save(photos / f"cat{i}.jpg", colour, 20)
    shell: Shell = open_shell([str(photos)], FineColourEncoder())
    wait_indexed(qtbot, shell, OTHERS + CATS)
    shell.window.content.photos.show_new()
    wait_read(qtbot, shell.work.session)
    qtbot.waitUntil(lambda: shell.work.words.vocabulary is not None, timeout=WAIT)
    return shell


def save(path: Path, colour: np.ndarray, day: int) -> None:
    taken = f"2023:08:{day:02} 12:00:00"
    save_photo(path, "#{:02x}{:02x}{:02x}".format(*colour), taken=taken)


def cats(window: MainWindow) -> list[int]:
    return [int(i) for i in window.model.ids[:CATS]]


def tag(qtbot: QtBot, window: MainWindow, count: int, name: str = "Minka") -> None:
    """Select some of the cat's photos, and type a tag for them."""
    window.grid.setFocus()
    window.grid.clearSelection()
    window.grid.chosen.select_ranges([(0, count)])
    qtbot.keyClick(window.grid, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    details, field = window.details, window.details.tag_field
    qtbot.waitUntil(lambda: field.hasFocus() and len(details.photo_ids) == count, timeout=WAIT)
    qtbot.keyClicks(field, name)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def suggested(shell: Shell) -> set[int]:
    annotations = shell.work.session.library.annotations
    return {
        i
        for i in cats(shell.window)
        if "Minka" in {tag.term for tag in annotations.tags(i, shell.work.session.model).suggested}
    }


@pytest.fixture
def found(qtbot: QtBot, shell: Shell) -> Shell:
    """The cat's other photos are found."""
    tag(qtbot, shell.window, TAGGED)
    more = shell.window.notice._more
    qtbot.waitUntil(more.isVisible, timeout=WAIT)
    qtbot.mouseClick(more, LEFT)
    qtbot.waitUntil(lambda: shell.window.notice.sentence == FOUND, timeout=WAIT)
    return shell


def test_what_was_tagged_is_offered_to_be_found(qtbot: QtBot, shell: Shell) -> None:
    window = shell.window
    tag(qtbot, window, TAGGED)
    notice = window.notice
    qtbot.waitUntil(notice._more.isVisible, timeout=WAIT)
    assert notice.sentence == "4 photos tagged “Minka”"
    assert notice._more.text() == "Find more photos"
    assert notice._button.text() == "Undo"
    qtbot.mouseClick(notice._more, LEFT)
    qtbot.waitUntil(lambda: notice.sentence == FOUND, timeout=WAIT)
    assert suggested(shell) == set(cats(window)[TAGGED:])
    assert notice._button.text() == "Review"
    assert not notice._more.isVisible()

    notice.act()
    qtbot.waitUntil(lambda: window.review.question is not None, timeout=WAIT)
    assert window.pages.currentWidget() is window.review
    assert window.review.said[0] == "Is this “Minka”?"


def test_it_is_not_offered_for_few_photos_nor_for_what_is_suggested_anyway(
    qtbot: QtBot, shell: Shell
) -> None:
    window = shell.window
    for count, name, said in ((2, "Minka", "2 photos tagged “Minka”"),
                              (4, "cat", "4 photos tagged “cat”")):  # fmt: skip
        tag(qtbot, window, count, name)
        qtbot.waitUntil(lambda said=said: window.notice.sentence == said, timeout=WAIT)
        wait_read(qtbot, shell.work.session)
        assert not window.notice._more.isVisible()


def test_answers_refine_it_and_a_rejection_stays(qtbot: QtBot, found: Shell) -> None:
    window, library = found.window, found.work.session.library
    stored = "SELECT learned FROM personal_tags"
    before = library.store.rows(stored)
    window.notice.act()
    qtbot.waitUntil(lambda: window.review.question is not None, timeout=WAIT)
    photo = window.review.photo_id
    qtbot.keyClick(window.review, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: library.store.rows(stored) != before, timeout=WAIT)
    assert photo not in suggested(found)


def test_a_suggestion_is_rejected_beside_the_photo(qtbot: QtBot, found: Shell) -> None:
    window, library = found.window, found.work.session.library
    wait_read(qtbot, found.work.session)
    wrong = cats(window)[TAGGED]
    window.marking.reject([wrong], "Minka")
    qtbot.waitUntil(lambda: wrong not in suggested(found), timeout=WAIT)
    assert library.annotations.tags(wrong, found.work.session.model).rejected == ("Minka",)


def test_undo_takes_it_back_and_then_the_tag(qtbot: QtBot, found: Shell) -> None:
    window, library = found.window, found.work.session.library
    assert window.actions_["undo"].text() == "Undo: Looked for more photos of “Minka”"
    window.actions_["undo"].trigger()
    qtbot.waitUntil(lambda: not suggested(found), timeout=WAIT)
    assert library.annotations.confirmed_in(cats(window)) == {"Minka": TAGGED}
    qtbot.waitUntil(window.actions_["redo"].isEnabled, timeout=WAIT)
    assert window.notice.sentence == "Undone: Looked for more photos of “Minka”"
    window.actions_["redo"].trigger()
    qtbot.waitUntil(lambda: len(suggested(found)) == CATS - TAGGED, timeout=WAIT)
    window.actions_["undo"].trigger()
    window.actions_["undo"].trigger()
    qtbot.waitUntil(lambda: not library.annotations.confirmed_in(cats(window)), timeout=WAIT)
    assert not suggested(found)


def test_without_its_photos_a_tag_suggests_nothing(qtbot: QtBot, found: Shell) -> None:
    found.window.marking.forget(cats(found.window)[:TAGGED], "Minka")
    qtbot.waitUntil(lambda: not suggested(found), timeout=WAIT)


def test_the_menu_of_a_tag(qtbot: QtBot, found: Shell) -> None:
    window = found.window

    def opened(term: str) -> list[tuple[str, bool]]:
        read: list[list[Standing]] = []
        found.work.personal.read([term], read.append, "test")
        qtbot.waitUntil(lambda: bool(read), timeout=WAIT)
        menu = window.personal.menu(read[0][0])
        items = [(action.text(), action.isEnabled()) for action in menu.actions()]
        menu.deleteLater()
        return items

    assert opened("Minka") == [
        ("Find more photos of “Minka”", True),
        ("Review suggested photos", True),
        ("Stop suggesting it", True),
    ]
    assert opened("our car") == [
        ("Find more photos of “our car” (choose at least 3 photos of it)", False),
        ("Review suggested photos", False),
    ]
    assert opened("cat") == [("Review suggested photos", False)]
    found.work.personal.stop_looking("Minka")
    qtbot.waitUntil(lambda: not suggested(found), timeout=WAIT)


def test_the_menu_of_photos(qtbot: QtBot, shell: Shell) -> None:
    window = shell.window
    find = window.actions_["find_more"]

    def look(count: int) -> None:
        window.grid.chosen.select_ranges([(0, count)])
        window.photo_menu.aboutToShow.emit()
        wait_read(qtbot, shell.work.session)
        wait_read(qtbot, shell.work.session)

    look(2)
    assert find.text() == "Find more like these (choose at least 3 photos of it)"
    assert not find.isEnabled()
    look(TAGGED)
    assert (find.text(), find.isEnabled()) == ("Find more like these", True)
    find.trigger()
    qtbot.waitUntil(window.details.tag_field.hasFocus, timeout=WAIT)
    assert window.notice.sentence.startswith("Type a tag for what these photos show.")
    tag(qtbot, window, TAGGED)
    qtbot.waitUntil(window.notice._more.isVisible, timeout=WAIT)
    look(1)
    assert (find.text(), find.isEnabled()) == ("Find more photos of “Minka”", True)
    find.trigger()
    qtbot.waitUntil(lambda: window.notice.sentence == FOUND, timeout=WAIT)


def test_with_suggestions_off_nothing_is_offered(qtbot: QtBot, shell: Shell) -> None:
    window = shell.window
    window.actions_["suggestions"].trigger()
    qtbot.waitUntil(lambda: not shell.work.session.library.annotations.suggesting, timeout=WAIT)
    tag(qtbot, window, TAGGED)
    qtbot.waitUntil(lambda: window.notice.sentence == "4 photos tagged “Minka”", timeout=WAIT)
    wait_read(qtbot, shell.work.session)
    assert not window.notice._more.isVisible()
