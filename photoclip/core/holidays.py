"""Holidays that people date their photos by, in English and Chinese, as whole ranges of days."""

from datetime import date
from typing import Final

from photoclip.core.periods import DAY, Days

_FIRST_LUNAR_YEAR: Final = 1990
# Month and day of the Chinese lunar year's first day, 1990 to 2045.
_NEW_YEARS: Final = """
    0127 0215 0204 0123 0210 0131 0219 0207 0128 0216 0205 0124 0212 0201 0122 0209 0129 0218 0207
    0126 0214 0203 0123 0210 0131 0219 0208 0128 0216 0205 0125 0212 0201 0122 0210 0129 0217 0206
    0126 0213 0203 0123 0211 0131 0219 0208 0128 0215 0204 0124 0212 0201 0122 0210 0130 0217
""".split()
# Of the 15th day of its eighth month.
_MID_AUTUMNS: Final = """
    1003 0922 0911 0930 0920 0909 0927 0916 1005 0924 0912 1001 0921 0911 0928 0918 1006 0925 0914
    1003 0922 0912 0930 0919 0908 0927 0915 1004 0924 0913 1001 0921 0910 0929 0917 1006 0925 0915
    1003 0922 0912 1001 0919 0908 0927 0916 1004 0924 0913 1002 0920 0910 0928 0917 1005 0925
""".split()

_FIXED: Final = {
    # name: first month, day, number of days
    "christmas": (12, 24, 3),
    "christmas eve": (12, 24, 1),
    "christmas day": (12, 25, 1),
    "boxing day": (12, 26, 1),
    "new year's eve": (12, 31, 1),
    "new year's day": (1, 1, 1),
    "halloween": (10, 31, 1),
    "valentine's day": (2, 14, 1),
    # the week off around the founding of the People's Republic, and around Labour Day
    "国庆": (10, 1, 7),
    "五一": (5, 1, 5),
    "元旦": (1, 1, 1),
    "平安夜": (12, 24, 1),
}
_OTHER_NAMES: Final = {
    "xmas": "christmas",
    "new years eve": "new year's eve",
    "new years day": "new year's day",
    "new year": "new year's",
    "new years": "new year's",
    "valentines day": "valentine's day",
    "lunar new year": "spring festival",
    "chinese new year": "spring festival",
    "mid autumn festival": "mid-autumn festival",
    "圣诞": "christmas",
    "圣诞节": "christmas",
    "国庆节": "国庆",
    "劳动节": "五一",
    "五一节": "五一",
    "春节": "spring festival",
    "过年": "spring festival",
    "中秋": "mid-autumn festival",
    "中秋节": "mid-autumn festival",
    "复活节": "easter",
    "感恩节": "thanksgiving",
    "万圣节": "halloween",
    "情人节": "valentine's day",
}
_MOVING: Final = ("new year's", "easter", "thanksgiving", "spring festival", "mid-autumn festival")

HOLIDAYS: Final = frozenset((*_FIXED, *_OTHER_NAMES, *_MOVING))
"""Every name that `holiday` knows."""


def holiday(name: str, year: int) -> Days:
    """The days of a holiday: Christmas with its eve and the day after, Spring Festival from its
    eve to the seventh day.

    Of a festival by the moon in a year without a table, all days on which it can fall.

    Raises:
        ValueError, OverflowError: where the year is impossible.
        KeyError: where the name is none of `HOLIDAYS`.
    """
    name = _OTHER_NAMES.get(name, name)
    if name == "new year's":
        return _around(date(year, 1, 1), 1, 1)
    if name == "easter":
        return _around(_easter(year), 2, 2)
    if name == "thanksgiving":
        november = date(year, 11, 1)
        return _around(november + ((3 - november.weekday()) % 7 + 21) * DAY, 0, 4)
    if name == "spring festival":
        day = _by_the_moon(_NEW_YEARS, year)
        return _around(day, 1, 7) if day else Days(date(year, 1, 20), date(year, 3, 1))
    if name == "mid-autumn festival":
        day = _by_the_moon(_MID_AUTUMNS, year)
        return _around(day, 0, 1) if day else Days(date(year, 9, 7), date(year, 10, 9))
    month, first, length = _FIXED[name]
    return _around(date(year, month, first), 0, length)


def _around(day: date, before: int, length: int) -> Days:
    """From so many days before `day`, for `length` days from it on."""
    return Days(day - before * DAY, day + length * DAY)


def _by_the_moon(table: list[str], year: int) -> date | None:
    if not 0 <= year - _FIRST_LUNAR_YEAR < len(table):
        return None
    entry = table[year - _FIRST_LUNAR_YEAR]
    return date(year, int(entry[:2]), int(entry[2:]))


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    x = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * x) // 451
    month, day = divmod(h + x - 7 * m + 114, 31)
    return date(year, month, day + 1)
