"""Numbers from SQL as arrays, beside what the rows say."""

import numpy as np

from photoclip.core.columns import among, column, columns
from photoclip.core.library import Library


def test_as_the_rows_say(library: Library) -> None:
    sql = "SELECT value * 37 % 101 - 50, value FROM json_each(?) ORDER BY 1 DESC, 2"
    numbers = [f"[{','.join(map(str, range(500)))}]"]

    first, second = columns(library.store, sql, numbers)

    assert list(zip(first.tolist(), second.tolist(), strict=True)) == library.store.rows(
        sql, numbers
    )
    assert first.dtype == second.dtype == np.int64


def test_one_number_large_ones_and_none(library: Library) -> None:
    assert column(library.store, "SELECT ?", [-7]).tolist() == [-7]
    largest = 2**62 + 1
    assert column(library.store, f"SELECT {largest}").tolist() == [largest]
    none = column(library.store, "SELECT 1 WHERE 0")
    assert none.shape == (0,)
    assert none.dtype == np.int64


def test_among() -> None:
    ids = np.array([5, 3, 9, 5], np.int64)
    assert among(ids, np.array([5, 70])).tolist() == [True, False, False, True]
    assert among(ids, ids[:0]).tolist() == [False] * 4
    assert among(ids[:0], ids).tolist() == []
