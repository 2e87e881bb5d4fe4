"""Photos over time: how many were taken in each day, week, month or year, and words for a span."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

# What a bar may stand for: so many days, months or years. None is more than four times the one
# before, so that where a finer one gives more than 120 bars there are still 30.
_STEPS: Final = (
    *(("D", count) for count in (1, 2, 7, 14)),
    *(("M", count) for count in (1, 3)),
    *(("Y", count) for count in (1, 2, 5, 10, 20, 50, 100, 500, 1000)),
)
# 1 January 1970, from which days are counted, is a Thursday; weeks begin on Monday.
_THURSDAY: Final = 3
# The years that `date` knows, less what a bar may reach beyond them.
_FIRST_DAY, _LAST_DAY = -719_148, 2_932_531


@dataclass(frozen=True)
class Bar:
    """The photos taken from `start` up to, but not including, `end`."""

    start: date
    end: date
    count: int


def over_time(times: NDArray[np.int64], most: int = 120) -> tuple[Bar, ...]:
    """Bars of equal spans without a gap, from the oldest photo to the newest.

    Of days, weeks, months, years or several of these: the finest of which there are no more than
    `most`. Of 120 there are 30 or more, unless there are fewer days than that.

    Args:
        times: seconds since 1970 on the camera's clock, (n,), in any order.
    """
    if not len(times):
        return ()
    # A million photos are of some thousand days, and only these are counted in months and years.
    days = np.clip(times // 86_400, _FIRST_DAY, _LAST_DAY)
    oldest = int(days.min())
    of_day = np.bincount(days - oldest)
    there = np.flatnonzero(of_day)
    days, of_day = (there + oldest).astype("datetime64[D]"), of_day[there]
    for unit, step in _STEPS:
        counted = days.astype(f"datetime64[{unit}]").astype(np.int64)
        numbers = (counted + _offset(unit, step)) // step
        first, last = int(numbers.min()), int(numbers.max())
        if last - first < most or (unit, step) == _STEPS[-1]:
            break
    counts = np.zeros(last - first + 1, np.int64)
    np.add.at(counts, numbers - first, of_day)
    return tuple(
        Bar(_day(unit, step, first + i), _day(unit, step, first + i + 1), int(count))
        for i, count in enumerate(counts)
    )


def _offset(unit: str, step: int) -> int:
    """What is added to a number counted from 1970, for weeks and decades to begin where they do."""
    if unit == "Y":
        return 1970
    return _THURSDAY if step % 7 == 0 else 0


def _day(unit: str, step: int, number: int) -> date:
    """The first day of a span, by its number."""
    count = number * step - _offset(unit, step)
    if unit == "Y":
        return date(min(max(1970 + count, 1), 9999), 1, 1)
    if unit == "M":
        return date(1970 + count // 12, count % 12 + 1, 1)
    return date(1970, 1, 1) + timedelta(days=count)


def span_in_words(start: date, end: date) -> str:
    """The days from `start` up to, but not including, `end`, as a date filter has them.

    "2019", "2019-08", "2019-08-12", "2019..2021", "2019-08..2020-02".
    """
    last = end - timedelta(days=1)
    if (start.month, start.day, end.month, end.day) == (1, 1, 1, 1):
        first, final = f"{start.year:04}", f"{last.year:04}"
    elif start.day == end.day == 1:
        first, final = f"{start:%Y-%m}", f"{last:%Y-%m}"
    else:
        first, final = f"{start:%Y-%m-%d}", f"{last:%Y-%m-%d}"
    return first if first == final else f"{first}..{final}"
