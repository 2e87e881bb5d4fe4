"""A period of days in English words: "august 2023", "last summer", "two weeks ago"."""

import re
from datetime import date
from functools import partial
from typing import Final

from photoclip.core.holidays import HOLIDAYS, holiday
from photoclip.core.periods import (
    DAY,
    Days,
    a_day,
    a_month,
    a_season,
    a_year,
    ago,
    by_form,
    current,
    latest,
    past,
)

_MONTHS: Final = """
    january february march april may june july august september october november december
""".split()
MONTHS: Final = (
    {name: number for number, name in enumerate(_MONTHS, 1)}
    | {name[:3]: number for number, name in enumerate(_MONTHS, 1)}
    | {"sept": 9}
)
"""Names of the months to their numbers."""
_SEASONS: Final = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_WEEKDAYS: Final = "monday tuesday wednesday thursday friday saturday sunday".split()
_NUMBERS: Final = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve".split(), 1
    )
} | {"a": 1, "an": 1}
# "last may be", "the last march": a verb and a walk, unless a year follows.
_SURE_MONTHS: Final = [name for name in MONTHS if name not in ("may", "march", "mar")]


def _any(words: object) -> str:
    # The longest first, or "christmas" would hide "christmas eve".
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))  # type: ignore[call-overload]


_ENGLISH_HOLIDAYS: Final = [name for name in HOLIDAYS if name.isascii()]
_MONTH, _SEASON, _HOLIDAY = _any(MONTHS), _any(_SEASONS), _any(_ENGLISH_HOLIDAYS)
_YEAR: Final = r"(?P<year>[1-9][0-9]{3}|last year|this year)"
_NUMBER: Final = rf"(?P<number>[0-9]{{1,3}}|{_any(_NUMBERS)})"

_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        _YEAR,
        r"(?P<y>[1-9][0-9]{3})(?P<sep>[-/])(?P<m>[0-9]{1,2})(?:(?P=sep)(?P<d>[0-9]{1,2}))?",
        r"(?P<y>[1-9][0-9]{3})\.(?P<m>[0-9]{1,2})\.(?P<d>[0-9]{1,2})",
        rf"(?P<month>{_MONTH}),? {_YEAR}",
        rf"(?P<month>{_MONTH}) (?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?,? {_YEAR}",
        rf"(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)? (?P<month>{_MONTH}),? {_YEAR}",
        rf"(?P<season>{_SEASON}),? {_YEAR}",
        rf"(?P<holiday>{_HOLIDAY}),? {_YEAR}",
        rf"last (?P<month>{_any(_SURE_MONTHS)})",
        rf"(?P<which>last|this) (?P<season>{_SEASON})",
        rf"last (?P<holiday>{_HOLIDAY})",
        rf"last (?P<weekday>{_any(_WEEKDAYS)})",
        r"(?P<days>today|yesterday|day before yesterday)",
        r"(?P<which>last|past|previous|this) (?P<unit>week|weekend|month)",
        r"(?P<which>past|previous) (?P<unit>year)",
        rf"(?:last|past) {_NUMBER} (?P<unit>day|week|month|year)s?",
        rf"(?P<ago>){_NUMBER} (?P<unit>day|week|month|year)s? ago",
        r"(?P<decade>[1-9][0-9]{2}0)'?s",
    )
)

WORDS: Final = frozenset(
    word
    for phrase in (
        *MONTHS,
        *_SEASONS,
        *_ENGLISH_HOLIDAYS,
        *_WEEKDAYS,
        *_NUMBERS,
        "today yesterday day before last past previous this week weekend month year the of",
        "days weeks months years ago",
    )
    for word in phrase.split()
)
"""Every word that may stand in a period; the rest are figures."""


def english_days(text: str, today: date) -> Days | None:
    """The period that `text` names, or None; `text` in lower case, words a space apart.

    Raises:
        ValueError, OverflowError: where it has the form of a date that there is not.
    """
    text = " ".join(word for word in text.split() if word not in ("the", "of"))
    return by_form(text, _FORMS, _meaning, today)


def _meaning(said: dict[str, str], today: date) -> Days:
    match said:
        case {"y": year, "m": month, "d": day}:
            return a_day(date(_year(year, today), int(month), int(day)))
        case {"y": year, "m": month}:
            if not 1 <= int(month) <= 12:
                raise ValueError(month)
            return a_month(_year(year, today), int(month))
        case {"year": year, "month": month, "d": day}:
            return a_day(date(_year(year, today), MONTHS[month], int(day)))
        case {"year": year, "month": month}:
            return a_month(_year(year, today), MONTHS[month])
        case {"year": year, "season": season}:
            return a_season(_SEASONS[season], _year(year, today))
        case {"year": year, "holiday": name}:
            return holiday(name, _year(year, today))
        case {"year": year}:
            return a_year(_year(year, today))
        case {"month": month}:
            return latest(partial(a_month, month=MONTHS[month]), today)
        case {"which": which, "season": season}:
            return (latest if which == "last" else current)(
                partial(a_season, _SEASONS[season]), today
            )
        case {"holiday": name}:
            return latest(partial(holiday, name), today)
        case {"weekday": name}:
            back = (today.weekday() - _WEEKDAYS.index(name) - 1) % 7 + 1
            return a_day(today - back * DAY)
        case {"days": name}:
            return ago(("today", "yesterday", "day before yesterday").index(name), "day", today)
        case {"which": which, "unit": unit}:
            return ago(0 if which == "this" else 1, unit, today)
        case {"number": number, "unit": unit, "ago": _}:
            return ago(_number(number), unit, today)
        case {"number": number, "unit": unit}:
            return past(_number(number), unit, today)
        case {"decade": year}:
            return a_year(int(year)).through(a_year(int(year) + 9))
    raise AssertionError(said)


def _year(text: str, today: date) -> int:
    """Raises ValueError where there can be no photo of that year."""
    year = {"this year": today.year, "last year": today.year - 1}.get(text) or int(text)
    a_year(year)
    return year


def _number(text: str) -> int:
    number = _NUMBERS.get(text) or int(text)
    if number < 1:
        raise ValueError(text)
    return number
