"""The memory of decodes: together within the bound, a large one alone and in its turn."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from photoclip.core.decode_budget import DecodeBudget


class _Decode:
    """Holds a part of a budget until it is told to end."""

    def __init__(self, pool: ThreadPoolExecutor, budget: DecodeBudget, cost: int) -> None:
        self.begun, self.end = threading.Event(), threading.Event()
        self._budget, self._cost = budget, cost
        self._asked = threading.Event()
        self.done: Future[None] = pool.submit(self._run)
        self._asked.wait()

    def _run(self) -> None:
        self._asked.set()
        with self._budget.of(self._cost):
            self.begun.set()
            self.end.wait()

    def finish(self) -> None:
        self.end.set()
        self.done.result()


def test_many_threads_stay_within_the_bound_together() -> None:
    budget, lock = DecodeBudget(100), threading.Lock()
    used, most = 0, 0

    def decode(cost: int) -> None:
        nonlocal used, most
        with budget.of(cost):
            with lock:
                used += cost
                most = max(most, used)
            with lock:
                used -= cost

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(decode, [10, 40, 70, 30, 60, 100, 5, 90] * 50))

    assert most <= 100


def test_one_beyond_the_bound_waits_for_the_others_and_runs_alone() -> None:
    budget = DecodeBudget(100)
    with ThreadPoolExecutor(3) as pool:
        small = _Decode(pool, budget, 10)
        small.begun.wait()
        panorama = _Decode(pool, budget, 900)
        assert not panorama.begun.is_set()
        small.finish()
        panorama.begun.wait()
        later = _Decode(pool, budget, 10)
        assert not later.begun.is_set()
        panorama.finish()
        later.begun.wait()
        later.finish()


def test_a_decode_that_fails_gives_its_part_back() -> None:
    budget = DecodeBudget(100)
    with pytest.raises(ValueError, match="broken"), budget.of(100):
        raise ValueError("broken")
    with budget.of(100):
        pass
