"""Working ahead: in order, so far and no further, and over when it is closed."""

import threading
from collections.abc import Iterator

import pytest

from photoclip.look_ahead import look_ahead


def test_results_come_in_order_and_no_more_than_allowed_is_begun() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for i in range(100):
            taken.append(i)
            yield i

    ahead = look_ahead(lambda i: i * i, items(), 5)
    for i in range(100):
        assert next(ahead) == i * i
        assert len(taken) <= i + 5
    assert list(ahead) == []


def test_closed_it_leaves_no_thread_and_begins_nothing_more() -> None:
    before = threading.active_count()
    done: list[int] = []
    ahead = look_ahead(done.append, range(10_000), 4)
    next(ahead)
    ahead.close()
    assert threading.active_count() == before
    assert len(done) <= 4


def test_an_error_comes_in_its_turn() -> None:
    ahead = look_ahead(lambda i: 1 // i, [1, 0, 1], 3)
    assert next(ahead) == 1
    with pytest.raises(ZeroDivisionError):
        next(ahead)
