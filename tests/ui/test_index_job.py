"""Runs one after the other, of which every change is told, however fast they come."""

from collections.abc import Generator, Iterator, Sequence

import pytest
from pytestqt.qtbot import QtBot

from photoclip.core.types import Change, IndexProgress, IndexReport
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag
from photoclip.ui.index_job import IndexJob
from photoclip.ui.jobs import Bridge
from tests.ui.conftest import WAIT


def _run(paths: Sequence[str], stop: StopFlag) -> Generator[IndexProgress, None, IndexReport]:
    """A thousand photos faster than anybody can read; of the path "full" the disk is full."""
    for number in range(1000):
        stop.wait_while_paused()
        if stop.stopped:
            return IndexReport(stopped=True)
        change = Change(added=(number,), folders=number == 500)
        yield IndexProgress("indexing", number + 1, 1000, change=change)
    if "full" in paths:
        raise PhotoClipError("The disk is full.")
    return IndexReport(indexed=1000)


class _Seen:
    """What a job has told."""

    def __init__(self, job: IndexJob) -> None:
        self.reports: list[IndexProgress] = []
        self.changes: list[Change] = []
        self.ends: list[tuple[object, object]] = []
        job.progressed.connect(self.reports.append)
        job.changed.connect(self.changes.append)
        job.ended.connect(lambda *end: self.ends.append(end))

    @property
    def added(self) -> list[int]:
        return [photo for change in self.changes for photo in change.added]


@pytest.fixture
def bridge() -> Bridge:
    return Bridge()


@pytest.fixture
def job(bridge: Bridge) -> Iterator[IndexJob]:
    made = IndexJob(_run, bridge)
    yield made
    made.close()


def test_few_reports_tell_every_change(qtbot: QtBot, job: IndexJob) -> None:
    seen = _Seen(job)
    job.add(["a"])
    qtbot.waitUntil(lambda: bool(seen.ends), timeout=WAIT)
    assert seen.ends == [(("a",), IndexReport(indexed=1000))]
    assert seen.added == list(range(1000))
    assert sum(change.folders for change in seen.changes) == 1
    assert len(seen.reports) < 500
    assert seen.reports[-1].done == 1000
    assert not job.running


def test_an_error_is_told_and_what_was_stored_before_it(
    qtbot: QtBot, job: IndexJob, bridge: Bridge
) -> None:
    seen = _Seen(job)
    with qtbot.waitSignal(bridge.failed, timeout=WAIT) as failed:
        job.add(["full"])
    assert failed.args == ["The disk is full."]
    qtbot.waitUntil(lambda: bool(seen.ends), timeout=WAIT)
    assert seen.ends == [(("full",), None)]
    assert seen.added == list(range(1000))


def test_what_is_added_meanwhile_runs_next_in_one_run(qtbot: QtBot, job: IndexJob) -> None:
    seen = _Seen(job)
    job.add(["a"])
    job.pause()
    assert job.paused
    for path in ("b", "c", "b"):
        job.add([path])
    job.resume()
    assert not job.paused
    qtbot.waitUntil(lambda: len(seen.ends) == 2, timeout=WAIT)
    assert [paths for paths, _ in seen.ends] == [("a",), ("b", "c")]


def test_stopped_it_forgets_what_waits(qtbot: QtBot, job: IndexJob) -> None:
    seen = _Seen(job)
    job.add(["a"])
    job.add(["b"])
    job.stop()
    assert job.stopping
    qtbot.waitUntil(lambda: bool(seen.ends), timeout=WAIT)
    assert [paths for paths, _ in seen.ends] == [("a",)]
    assert not job.running
