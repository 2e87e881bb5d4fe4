"""Teaching in the window: what it takes, how it goes, both figures, and taking it back."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from photoclip.clip.adapter import Adapter
from photoclip.core.lessons import taught
from photoclip.core.library import Library
from photoclip.core.teach import Lesson, Verdict
from photoclip.progress import Progress, StopFlag
from photoclip.ui.places import Place
from photoclip.ui.shell import Shell
from photoclip.ui.teach import Figures, Lessons, found_in_words, known_in_words, refused
from photoclip.ui.teach_window import TeachWindow
from tests.ui.conftest import WAIT, Open, wait_whole
from tests.words import WordEncoder, photos_of_things

COUNT, MINKAS, SAID = 160, 90, 120
MODEL = WordEncoder.id
HELPS = Lesson(
    Verdict.KEPT, Adapter.none(WordEncoder.dim, MODEL), SAID, 0.48, 0.61, 0.95, 0.95
)  # fmt: skip
USELESS = Lesson(Verdict.NOTHING_LEARNED, None, SAID, 0.48, 0.48, 0.95, 0.95)


class Teacher:
    """Comes to a conclusion at once, or with None goes on until it is stopped."""

    def __init__(self, lesson: Lesson | None) -> None:
        self._lesson = lesson

    def teach(self, stop: StopFlag) -> Generator[Progress, None, Lesson | None]:
        yield Progress("reading", 0, SAID)
        while self._lesson is None and not stop.stopped:
            yield Progress("teaching", 3, 15)
        return self._lesson


@pytest.fixture
def open_photos(qtbot: QtBot, tmp_path: Path, make_shell: Open) -> Callable[[int], Shell]:
    """Opens the app over photos of which so many have true captions."""

    def open_it(said: int) -> Shell:
        encoder = WordEncoder()
        library = Library(tmp_path / "library.photoclip")
        shown = photos_of_things(library, encoder, COUNT, MINKAS)
        for photo_id, words in enumerate(shown[:said], start=1):
            library.annotations.caption([photo_id], words)
        library.close()
        shell = make_shell(lambda _: encoder)
        shell.start()
        wait_whole(qtbot, shell)
        return shell

    return open_it


def opened(qtbot: QtBot, shell: Shell, lesson: Lesson | None) -> tuple[Lessons, TeachWindow]:
    """The window with a teacher who comes to this."""
    undo, actions = shell.window.undo, shell.window.actions_
    lessons = Lessons(shell.work.session, undo, Teacher(lesson), shell.bridge, shell)
    window = TeachWindow(lessons, actions, shell.window)
    window.open()
    qtbot.waitExposed(window)
    qtbot.waitUntil(lambda: lessons.photos is not None, timeout=WAIT)
    return lessons, window


def test_the_menu_opens_it_and_it_takes_some_captions(
    qtbot: QtBot, open_photos: Callable[[int], Shell]
) -> None:
    shell = open_photos(19)
    window = shell.window.teaching()
    shell.window.actions_["teach"].trigger()
    qtbot.waitUntil(lambda: "19." in window.material.text(), timeout=WAIT)
    assert "at least 20" in window.material.text()
    assert not window.start.isEnabled()
    assert not window.card.isVisible()
    shell.window.marking.caption([COUNT], "On the sofa")
    qtbot.waitUntil(window.start.isEnabled, timeout=WAIT)
    assert window.focusWidget() is window.start
    assert window.material.text() == "Photos with a caption or tag of yours: 20."
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_what_was_learned_is_in_use(qtbot: QtBot, open_photos: Callable[[int], Shell]) -> None:
    """With the real teacher."""
    shell = open_photos(SAID)
    shell.window.actions_["teach"].trigger()
    qtbot.waitUntil(shell.window.teaching().start.isEnabled, timeout=WAIT)
    QTest.mouseClick(shell.window.teaching().start, Qt.MouseButton.LeftButton)
    # It begins with importing torch.
    qtbot.waitUntil(shell.window.teaching().card.isVisible, timeout=3 * WAIT)
    what = taught(shell.work.session.library, MODEL)
    assert what is not None
    assert what.pairs == SAID
    figures = Figures.of(what)
    for words in (found_in_words(figures, kept=True), known_in_words(figures, kept=True)):
        assert words in shell.window.teaching().card.words


def test_it_is_told_with_both_figures_and_can_be_undone_and_forgotten(
    qtbot: QtBot, open_photos: Callable[[int], Shell]
) -> None:
    shell = open_photos(SAID)
    lessons, window = opened(qtbot, shell, HELPS)
    library, actions = shell.work.session.library, shell.window.actions_
    QTest.mouseClick(window.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window.card.isVisible, timeout=WAIT)
    assert not lessons.running
    assert window.start.text() == "Teach again"
    assert shell.window.notice.sentence == "PhotoClip learned your words"
    assert "61 of 100 times instead of 48." in window.card.words
    assert "still works: 95 of 100 times" in window.card.words
    what = taught(library, MODEL)
    assert what is not None

    actions["undo"].trigger()
    qtbot.waitUntil(lambda: not window.card.isVisible(), timeout=WAIT)
    assert taught(library, MODEL) is None
    actions["redo"].trigger()
    qtbot.waitUntil(window.card.isVisible, timeout=WAIT)
    assert taught(library, MODEL) == what
    QTest.mouseClick(window.card.forget, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.card.isVisible(), timeout=WAIT)
    assert taught(library, MODEL) is None
    actions["undo"].trigger()
    qtbot.waitUntil(window.card.isVisible, timeout=WAIT)


def test_results_are_asked_for_anew_when_something_was_learned(
    qtbot: QtBot, open_photos: Callable[[int], Shell]
) -> None:
    shell = open_photos(SAID)
    lessons, _ = opened(qtbot, shell, HELPS)
    shell.window.navigation.go(Place(text="thing1"))
    listed: list[object] = []
    shell.work.session.listed.connect(listed.append)
    qtbot.waitUntil(lambda: bool(listed), timeout=WAIT)
    listed.clear()
    lessons.teach()
    qtbot.waitUntil(lambda: bool(listed), timeout=WAIT)


def test_what_does_not_help_changes_nothing(
    qtbot: QtBot, open_photos: Callable[[int], Shell]
) -> None:
    shell = open_photos(SAID)
    lessons, window = opened(qtbot, shell, USELESS)
    lessons.teach()
    qtbot.waitUntil(lambda: not lessons.running, timeout=WAIT)
    assert lessons.said == refused(USELESS)
    assert window.said.text() == "It would not help, so nothing was changed."
    assert "Your own words find their photo 48 of 100 times" in window.figures.text()
    assert "What worked before" in window.figures.text()
    assert taught(shell.work.session.library, MODEL) is None
    assert not window.card.isVisible()


def test_it_shows_how_it_goes_and_can_be_stopped(
    qtbot: QtBot, open_photos: Callable[[int], Shell]
) -> None:
    lessons, window = opened(qtbot, open_photos(SAID), None)
    window.start.setFocus()
    lessons.teach()
    assert window.stop.isVisible()
    assert not window.start.isVisible()
    qtbot.waitUntil(lambda: window.going.text() == "Learning: 3 of 15", timeout=WAIT)
    assert (window.bar.value(), window.bar.maximum()) == (3, 15)
    QTest.mouseClick(window.stop, Qt.MouseButton.LeftButton)
    assert window.going.text() == "Stopping…"
    assert not window.stop.isEnabled()
    qtbot.waitUntil(lambda: not lessons.running, timeout=WAIT)
    assert window.said.text() == "Stopped. Nothing was changed."
    assert window.start.isVisible()
    lessons.close()


@pytest.mark.parametrize(
    ("before", "after", "kept", "words"),
    [
        (0.48, 0.61, True, "Your own words found their photo 61 of 100 times instead of 48."),
        (0.481, 0.484, True, "Your own words found their photo 484 of 1000 times instead of 481."),
        (0.48, 0.48, False, "Your own words find their photo 48 of 100 times, with it or without."),
        (0.48, 0.61, False,
         "Your own words would find their photo 61 of 100 times; now they do 48 times."),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("english")
def test_how_words_found_their_photos(before: float, after: float, kept: bool, words: str) -> None:
    assert found_in_words(Figures(before, after, 1.0, 1.0), kept) == words


@pytest.mark.parametrize(
    ("before", "after", "kept", "words"),
    [
        (0.95, 0.95, True, "What worked before still works: 95 of 100 times, as it was."),
        (0.95, 0.94, True, "What worked before still works: 94 of 100 times, 95 before."),
        (0.95, 0.9, False, "What worked before would work 90 of 100 times instead of 95."),
    ],
)
@pytest.mark.usefixtures("english")
def test_whether_what_worked_still_works(
    before: float, after: float, kept: bool, words: str
) -> None:
    assert known_in_words(Figures(0.4, 0.5, before, after), kept) == words


@pytest.mark.usefixtures("english")
def test_harm_is_told() -> None:
    lesson = Lesson(Verdict.TOO_MUCH_FORGOTTEN, None, 40, 0.4, 0.5, 0.9, 0.8)
    assert refused(lesson).startswith("What worked before would get worse, so nothing was changed.")
    little = Lesson(Verdict.NOTHING_LEARNED, None, 40, 0.4, 0.42, 0.9, 0.9)
    assert refused(little).startswith("It would help too little, so nothing was changed.")
