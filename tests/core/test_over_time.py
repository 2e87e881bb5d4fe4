"""Bars over time, and the words for a span."""

from calendar import timegm
from datetime import date

import numpy as np
import pytest

from photoclip.core.dates import days
from photoclip.core.over_time import over_time, span_in_words


def at(*days_: date) -> np.ndarray:
    return np.array([timegm(day.timetuple()) + 3600 for day in days_], np.int64)


def test_every_photo_is_in_one_bar_and_no_span_is_left_out() -> None:
    times = at(date(2019, 8, 12), date(2019, 8, 12), date(2019, 8, 15), date(2019, 8, 14))
    bars = over_time(times)
    assert [bar.count for bar in bars] == [2, 0, 1, 1]
    assert bars[0].start == date(2019, 8, 12)
    assert [bar.end for bar in bars[:-1]] == [bar.start for bar in bars[1:]]


@pytest.mark.parametrize(
    ("first", "last", "most", "bars", "span"),
    [
        (date(2019, 8, 1), date(2019, 8, 31), 31, 31, "2019-08-01"),
        (date(2019, 8, 1), date(2019, 8, 31), 30, 16, "2019-07-31..2019-08-01"),
        (date(2019, 8, 1), date(2019, 12, 31), 120, 77, "2019-07-31..2019-08-01"),
        (date(2019, 8, 1), date(2020, 7, 31), 120, 53, "2019-07-29..2019-08-04"),
        (date(2019, 8, 1), date(2022, 7, 31), 120, 79, "2019-07-22..2019-08-04"),
        (date(2015, 8, 1), date(2021, 2, 3), 120, 67, "2015-08"),
        (date(2019, 11, 1), date(2021, 2, 3), 20, 16, "2019-11"),
        (date(1999, 1, 1), date(2021, 2, 3), 120, 89, "1999-01..1999-03"),
        (date(1985, 5, 1), date(2021, 2, 3), 120, 37, "1985"),
        (date(1900, 1, 1), date(2026, 2, 3), 60, 26, "1900..1904"),
    ],
)
def test_the_finest_span_that_fits_is_taken(
    first: date, last: date, most: int, bars: int, span: str
) -> None:
    found = over_time(at(first, last), most)
    assert len(found) == bars <= most
    assert span_in_words(found[0].start, found[0].end) == span


@pytest.mark.parametrize(
    "days_", [30, 120, 121, 240, 241, 840, 841, 1680, 1700, 3650, 11_000, 60_000]
)
def test_there_are_enough_bars_and_not_too_many(days_: int) -> None:
    first = date(1850, 3, 14)
    bars = over_time(at(first, date.fromordinal(first.toordinal() + days_ - 1)))
    assert 30 <= len(bars) <= 120


def test_weeks_begin_on_monday() -> None:
    bars = over_time(at(date(2019, 8, 1), date(2020, 7, 31)))
    assert {bar.start.weekday() for bar in bars} == {0}
    assert {(bar.end - bar.start).days for bar in bars} == {7}


def test_no_photos_no_bars_and_impossible_times_do_no_harm() -> None:
    assert over_time(np.empty(0, np.int64)) == ()
    bars = over_time(np.array([-(2**60), 0, 2**60], np.int64))
    assert sum(bar.count for bar in bars) == 3
    assert len(bars) <= 120


def test_the_words_of_a_span_are_read_as_that_span() -> None:
    times = at(date(1987, 5, 3), date(2026, 10, 9))
    for most in (12, 60, 500, 100_000):
        bars = over_time(times, most)
        for one, other in ((bars[0], bars[0]), (bars[0], bars[-1]), (bars[1], bars[-2])):
            meant = days(span_in_words(one.start, other.end), date(2026, 11, 21))
            assert meant is not None
            assert (meant.start, meant.end) == (one.start, other.end)
