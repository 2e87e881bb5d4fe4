"""What the status line says of indexing, and when it says nothing."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QProgressBar, QWidget
from pytestqt.qtbot import QtBot

from photoclip.core.types import IndexProgress
from photoclip.ui.status import StatusLine
from tests.ui.conftest import WAIT


@pytest.fixture
def status(qtbot: QtBot) -> Iterator[StatusLine]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1000, 100)
    line = StatusLine(window)
    line.resize(1000, 32)
    window.show()
    yield line
    window.close()


def told(status: StatusLine) -> str:
    """What can be read of indexing."""
    bar = status.findChild(QProgressBar)
    assert bar is not None
    assert bar.isVisible() == status.opener.isVisible()
    return status.lines()[0] if status.opener.isVisible() else ""


def test_looking_through_folders_without_a_find_is_not_told_at_once(
    qtbot: QtBot, status: StatusLine
) -> None:
    status.show_state(running=True, paused=False, stopping=False)
    status.show_progress(IndexProgress("scanning", 0))
    assert told(status) == ""
    status.show_state(running=False, paused=False, stopping=False)
    assert told(status) == ""
    status.show_state(running=True, paused=False, stopping=False)
    status.show_progress(IndexProgress("scanning", 0))
    qtbot.waitUntil(lambda: told(status) == "Looking for photos…", timeout=WAIT)
    status.show_progress(IndexProgress("scanning", 1200))
    assert told(status) == f"Looking for photos: {status.locale().toString(1200)}"


def test_something_to_do_is_told_at_once(status: StatusLine) -> None:
    status.show_state(running=True, paused=False, stopping=False)
    status.show_progress(IndexProgress("indexing", 3, 40))
    assert told(status) == "Indexing 3 of 40"


def test_a_pause_is_told_at_once(status: StatusLine) -> None:
    status.show_state(running=True, paused=True, stopping=False)
    assert told(status) == "Looking for photos…"
