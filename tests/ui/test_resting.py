"""The model's memory is freed when nothing asks it, and searches go on."""

from dataclasses import dataclass

from pytestqt.qtbot import QtBot

from photoclip.ui.main_window import MainWindow
from photoclip.ui.places import Place
from photoclip.ui.resting import Resting
from tests.ui.conftest import WAIT


@dataclass
class Job:
    running: bool


def test_after_a_while_without_searches_it_is_freed(qtbot: QtBot, shown: MainWindow) -> None:
    freed: list[int] = []
    job = Job(running=True)
    resting = Resting(shown.session.searching, (job,), lambda: freed.append(1), shown, idle=1)
    with qtbot.waitSignal(resting._idle.timeout, timeout=WAIT):
        shown.session.go(Place(text="red"))
    with qtbot.waitSignal(resting._idle.timeout, timeout=WAIT):
        pass
    assert not freed
    job.running = False
    qtbot.waitUntil(lambda: bool(freed), timeout=WAIT)
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.session.go(Place(text="blue"))
    resting.close()


def test_it_wakes_when_the_person_turns_to_the_search(qtbot: QtBot, shown: MainWindow) -> None:
    resting = Resting(shown.session.searching, (), lambda: None, shown, idle=1)
    shown.field.installEventFilter(resting)
    shown.grid.setFocus()
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.session.go(Place(text="red"))
    qtbot.waitUntil(lambda: resting.at_rest, timeout=WAIT)
    with qtbot.waitSignal(shown.session.searching.ready, timeout=WAIT):
        shown.field.setFocus()
        resting.close()
