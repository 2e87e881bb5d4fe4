"""Whole periods of days: a day, week, weekend, month, season or year, and those before today."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

DAY: Final = timedelta(days=1)
FIRST_YEAR: Final = 1826
"""Of the oldest photograph that survives."""
LAST_YEAR: Final = 9998


@dataclass(frozen=True)
class Days:
    """The days from `start` up to, but not including, `end`; None where a side is open."""

    start: date | None = None
    end: date | None = None

    def through(self, other: "Days") -> "Days":
        """From the beginning of the earlier to the end of the later."""
        starts = [side.start for side in (self, other) if side.start is not None]
        ends = [side.end for side in (self, other) if side.end is not None]
        return Days(
            min(starts) if len(starts) == 2 else None, max(ends) if len(ends) == 2 else None
        )


Meaning = Callable[[dict[str, str], date], Days]
"""The days that the named parts of a text mean, those that it has."""


def by_form(
    text: str, forms: Iterable[re.Pattern[str]], meaning: Meaning, today: date
) -> Days | None:
    """What a text means by the first form that it has; None where it has none of them."""
    for form in forms:
        if match := form.fullmatch(text):
            said = {name: part for name, part in match.groupdict().items() if part is not None}
            return meaning(said, today)
    return None


# Each raises ValueError or OverflowError where there is no such period.


def a_day(day: date) -> Days:
    return Days(day, day + DAY)


def a_week(day: date) -> Days:
    """The week, Monday to Sunday, in which `day` lies."""
    monday = day - day.weekday() * DAY
    return Days(monday, monday + 7 * DAY)


def a_weekend(day: date) -> Days:
    """The Saturday and Sunday of the week in which `day` lies."""
    week = a_week(day)
    assert week.end is not None
    return Days(week.end - 2 * DAY, week.end)


def a_month(year: int, month: int) -> Days:
    return a_few_months(year, month, 1)


def a_few_months(year: int, month: int, count: int) -> Days:
    """`count` whole months from `month` on, which may be 0 or less, or more than 12."""
    return Days(_first_of(year, month), _first_of(year, month + count))


def a_year(year: int) -> Days:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(year)
    return a_few_months(year, 1, 12)


def a_season(first_month: int, year: int) -> Days:
    """Three months from 3, 6, 9 or 12 on: the meteorological seasons of the northern half.

    The winter of a year begins in its December and ends in February of the next.
    """
    return a_few_months(year, first_month, 3)


def ago(count: int, unit: str, today: date) -> Days:
    """The whole day, week, month or year that lies so many before the one of today."""
    if unit == "day":
        return a_day(today - count * DAY)
    if unit == "week":
        return a_week(today - 7 * count * DAY)
    if unit == "weekend":
        return a_weekend(today - 7 * count * DAY)
    if unit == "month":
        return a_month(today.year, today.month - count)
    return a_year(today.year - count)


def past(count: int, unit: str, today: date) -> Days:
    """So many days, weeks, months or years up to and with today."""
    end = today + DAY
    if unit in ("day", "week"):
        return Days(end - count * (7 if unit == "week" else 1) * DAY, end)
    first = _first_of(today.year, today.month - count * (12 if unit == "year" else 1))
    # A month before 31 March begins where February ends.
    last = monthrange(first.year, first.month)[1]
    return Days(first.replace(day=min(today.day, last)) + DAY, end)


def latest(period: Callable[[int], Days], today: date) -> Days:
    """The last one to have ended of what comes once a year."""
    for year in (today.year, today.year - 1, today.year - 2):
        found = period(year)
        if found.end is not None and found.end <= today:
            return found
    raise ValueError("none has ended")


def current(period: Callable[[int], Days], today: date) -> Days:
    """The one that has begun and not ended of what comes once a year, else this year's."""
    for year in (today.year, today.year - 1):
        found = period(year)
        assert found.start is not None
        assert found.end is not None
        if found.start <= today < found.end:
            return found
    return period(today.year)


def _first_of(year: int, month: int) -> date:
    years, index = divmod(month - 1, 12)
    return date(year + years, index + 1, 1)
