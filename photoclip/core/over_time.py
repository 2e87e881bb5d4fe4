"""Photos over time: how many were taken in each day, month or year, and the words for a span."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

# What a bar may stand for: so many days, months or years.
_STEPS: Final = (
    *((unit, count) for unit in "DMY" for count in (1,)),
    *(("Y", count) for count in (2, 5, 10, 20, 50, 100, 500, 1000)),
)


@dataclass(frozen=True)
class Bar:
    """The photos taken from `start` up to, but not including, `end`."""

    start: date
    end: date
    count: int


def over_time(times: NDArray[np.int64], most: int = 120) -> tuple[Bar, ...]:
    """Bars of equal spans without a gap, from the oldest photo to the newest.

    Of days, months, years or several years: the finest of which there are no more than `most`.

    Args:
        times: seconds since 1970 on the camera's clock, (n,), in any order.
    """
    if not len(times):
        return ()
    # The years that `date` knows.
    days = np.clip(times // 86_400, -719_162, 2_932_896).astype("datetime64[D]")
    for unit, step in _STEPS:
        numbers = days.astype(f"datetime64[{unit}]").astype(np.int64)
        if unit == "Y":
            numbers = (numbers + 1970) // step
        first, last = int(numbers.min()), int(numbers.max())
        if last - first < most or (unit, step) == _STEPS[-1]:
            break
    counts = np.bincount(numbers - first)
    return tuple(
        Bar(_day(unit, step, first + i), _day(unit, step, first + i + 1), int(count))
        for i, count in enumerate(counts)
    )


def _day(unit: str, step: int, number: int) -> date:
    """The first day of a span, by its number."""
    if unit == "Y":
        return date(min(max(number * step, 1), 9999), 1, 1)
    if unit == "M":
        return date(1970 + number // 12, number % 12 + 1, 1)
    return date(1970, 1, 1) + timedelta(days=number)


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
