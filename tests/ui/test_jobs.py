"""Lanes, the bridge, one window per library, and bugs: what runs beside the window."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from photoclip.errors import PhotoClipError
from photoclip.progress import Stopped
from photoclip.ui.crash import CrashDialog
from photoclip.ui.jobs import Bridge, Lane
from photoclip.ui.single import Doorbell, hand_over
from tests.ui.conftest import WAIT


@pytest.fixture
def bridge() -> Bridge:
    return Bridge()


@pytest.fixture
def lane(bridge: Bridge) -> Iterator[Lane]:
    made = Lane(bridge, "test")
    yield made
    made.close()


def test_results_come_back_in_the_gui_thread(qtbot: QtBot, lane: Lane) -> None:
    here = threading.current_thread()
    threads: list[threading.Thread] = []
    lane.submit(
        "a",
        lambda: threads.append(threading.current_thread()),
        lambda _: threads.append(threading.current_thread()),
    )
    qtbot.waitUntil(lambda: len(threads) == 2, timeout=WAIT)
    assert threads[0] is not here
    assert threads[1] is here
    assert QThread.currentThread().isMainThread()


def test_what_was_stopped_says_nothing(qtbot: QtBot, lane: Lane, bridge: Bridge) -> None:
    told: list[object] = []
    for signal in (bridge.failed, bridge.crashed):
        signal.connect(told.append)

    def stopped() -> None:
        raise Stopped

    lane.submit("a", stopped, told.append, told.append)
    with qtbot.waitCallback(timeout=WAIT) as done:
        lane.submit("b", lambda: 7, done)
    assert not told


def test_one_in_flight_and_the_latest_waits(qtbot: QtBot, lane: Lane) -> None:
    gate, started = threading.Event(), threading.Event()
    done: list[int] = []
    asked: list[int] = []

    def work(number: int) -> int:
        asked.append(number)
        started.set()
        gate.wait(10)
        return number

    lane.submit("q", lambda: work(0), done.append)
    assert started.wait(10)
    for number in range(1, 20):
        lane.submit("q", lambda n=number: work(n), done.append)
    gate.set()
    qtbot.waitUntil(lambda: done == [19], timeout=WAIT)
    assert asked == [0, 19]


def test_cancelled_work_gives_no_result(qtbot: QtBot, lane: Lane) -> None:
    gate = threading.Event()
    done: list[object] = []
    lane.submit("q", lambda: gate.wait(10), done.append)
    lane.cancel("q")
    gate.set()
    lane.submit("other", lambda: 1, done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=WAIT)
    assert done == [1]


def test_errors_are_told_apart(qtbot: QtBot, lane: Lane, bridge: Bridge) -> None:
    def expected() -> None:
        raise PhotoClipError("The disk is full.")

    def bug() -> None:
        raise KeyError("a bug")

    with qtbot.waitSignal(bridge.failed, timeout=WAIT) as failed:
        lane.submit("a", expected, lambda _: None)
    assert failed.args == ["The disk is full."]
    with qtbot.waitSignal(bridge.crashed, timeout=WAIT) as crashed:
        lane.submit("b", bug, lambda _: None)
    assert "KeyError: 'a bug'" in crashed.args[0]


def test_a_closed_bridge_delivers_nothing(qtbot: QtBot, bridge: Bridge) -> None:
    seen: list[int] = []
    bridge.post(lambda: seen.append(1))
    bridge.close()
    bridge.post(lambda: seen.append(2))
    qtbot.wait(20)
    assert seen == []


@pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")
def test_a_traceback_is_shown_once(qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QMessageBox, QWidget

    window = QWidget()
    qtbot.addWidget(window)
    crashes = CrashDialog(window)
    for text in ("one", "one", "two"):
        crashes.show_traceback(text)
    boxes = window.findChildren(QMessageBox)
    assert [box.detailedText() for box in boxes] == ["one", "two"]
    for box in boxes:
        box.close()


def test_a_second_start_hands_its_paths_over(qtbot: QtBot, tmp_path: Path) -> None:
    library = tmp_path / "library.photoclip"
    assert not hand_over(library, ["/a"])
    doorbell = Doorbell(library)
    with qtbot.waitSignal(doorbell.rung, timeout=WAIT) as rung:
        assert hand_over(library, ["/a", "/西藏"])
    assert rung.args == [["/a", "/西藏"]]
    doorbell.close()
