"""Work on a million numbers, in parts, by several threads."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from photoclip.core.parallel import in_parts, taken


@pytest.mark.parametrize("count", [0, 1, 999, 100_000])
def test_all_is_done_once(count: int) -> None:
    done = np.zeros(count, int)

    def work(part: slice) -> None:
        assert 0 < part.stop - part.start <= 1000
        done[part] += 1

    in_parts(work, count, 1000)
    assert (done == 1).all()


def test_what_goes_wrong_in_any_thread_is_told() -> None:
    def work(part: slice) -> None:
        if part.start >= 50_000:
            raise ValueError("thrown")

    with pytest.raises(ValueError, match="thrown"):
        in_parts(work, 100_000, 50_000)


def test_nobody_waits_for_a_thread_that_has_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    begun, release = threading.Barrier(5), threading.Event()

    def keep_busy(part: slice) -> None:
        begun.wait()
        release.wait()

    done = np.zeros(100_000, int)

    def work(part: slice) -> None:
        done[part] += 1

    with ThreadPoolExecutor(1) as elsewhere:
        # One thread here and the three that help.
        occupied = elsewhere.submit(in_parts, keep_busy, 100_000, 25_000)
        try:
            begun.wait()
            in_parts(work, 100_000, 1000)
        finally:
            release.set()
        occupied.result()
    assert (done == 1).all()


@pytest.mark.parametrize("count", [0, 5, 200_000])
def test_what_stands_in_some_places_is_taken(count: int) -> None:
    values = np.arange(300_000, dtype=np.float32)
    places = np.random.default_rng(0).integers(0, len(values), count)
    assert (taken(values, places) == places).all()
    out = np.empty(count, np.float32)
    assert taken(values, places.astype(np.int32), out) is out
    assert (out == places).all()
    assert taken(values, places + len(values)).tolist() == [values[-1]] * count
