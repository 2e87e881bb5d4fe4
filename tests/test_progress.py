"""Rates and stop flags of long work."""

import threading
import time

import pytest

from photoclip.progress import RateMeter, StopFlag


def test_the_rate_is_that_of_the_recent_past(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((100.0, 101.0, 102.0, 110.0, 130.0, 140.0))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    meter = RateMeter(window=15, patience=2)
    assert meter.update(50) is None, "the first batch came after the model was loaded"
    assert meter.update(60) is None
    assert meter.update(70) == pytest.approx(10)
    assert meter.update(150) == pytest.approx(10)
    assert meter.update(190) == pytest.approx(2)
    assert meter.update(200) == pytest.approx(1)


def test_a_paused_work_goes_on_when_resumed_or_stopped() -> None:
    for wake in (StopFlag.resume, StopFlag.stop):
        stop = StopFlag()
        stop.pause()
        assert stop.paused
        worker = threading.Thread(target=stop.wait_while_paused)
        worker.start()
        wake(stop)
        worker.join(timeout=10)
        assert not worker.is_alive()
        assert not stop.paused
