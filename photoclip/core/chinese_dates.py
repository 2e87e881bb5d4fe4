"""A period of days in Chinese: 2023年8月, 去年夏天, 2019年国庆, 三天前, 上个月."""

import re
from datetime import date
from functools import partial
from typing import Final

from photoclip.core.holidays import HOLIDAYS, holiday
from photoclip.core.periods import (
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

_DIGITS: Final = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4} | {
    "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
}  # fmt: skip
_SEASONS: Final = {"春": 3, "夏": 6, "秋": 9, "冬": 12}
_YEARS_AGO: Final = {"今年": 0, "去年": 1, "前年": 2}
_DAYS_AGO: Final = {"今天": 0, "昨天": 1, "前天": 2, "今日": 0, "昨日": 1}
_UNITS: Final = {"天": "day", "日": "day", "周": "week", "星期": "week", "礼拜": "week"} | {
    "月": "month", "年": "year",
}  # fmt: skip

_YEAR: Final = r"(?P<year>[1-9][0-9]{3}|[一二][〇零一二三四五六七八九]{3}|[今去前](?=年))"
_NUMBER: Final = r"[0-9]{1,3}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]"
_SEASON: Final = r"(?P<season>[春夏秋冬])[天季]"
_HOLIDAY: Final = "|".join(
    sorted((name for name in HOLIDAYS if not name.isascii()), key=len, reverse=True)
)
_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        rf"{_YEAR}年",
        rf"{_YEAR}年(?P<m>{_NUMBER})月份?(?:(?P<d>{_NUMBER})[日号])?",
        rf"{_YEAR}年?的?{_SEASON}",
        rf"{_YEAR}年?的?(?P<holiday>{_HOLIDAY})",
        rf"(?P<holiday>{_HOLIDAY})(?P<year>[1-9][0-9]{{3}})年?",
        rf"(?P<which>[上今这])个?{_SEASON}",
        rf"(?P<days>{'|'.join(_DAYS_AGO)})",
        r"(?P<which>[上本这])个?(?P<unit>周末|周|星期|礼拜|月)",
        rf"(?P<number>{_NUMBER})个?(?P<unit>天|日|周|星期|礼拜|月|年)(?P<ago>以?前|之前)",
        rf"(?:最近|过去|近)(?P<number>{_NUMBER})个?(?P<unit>天|日|周|星期|礼拜|月|年)",
        r"(?P<decade>[1-9][0-9]{2}0)年代",
    )
)


def chinese_days(text: str, today: date) -> Days | None:
    """The period that `text`, without spaces, names, or None.

    Raises:
        ValueError, OverflowError: where it has the form of a date that there is not.
    """
    return by_form(text, _FORMS, _meaning, today)


def _meaning(said: dict[str, str], today: date) -> Days:
    match said:
        case {"year": year, "m": month, "d": day}:
            return a_day(date(_year(year, today), _number(month), _number(day)))
        case {"year": year, "m": month}:
            if not 1 <= _number(month) <= 12:
                raise ValueError(month)
            return a_month(_year(year, today), _number(month))
        case {"year": year, "season": season}:
            return a_season(_SEASONS[season], _year(year, today))
        case {"year": year, "holiday": name}:
            return holiday(name, _year(year, today))
        case {"year": year}:
            return a_year(_year(year, today))
        case {"which": which, "season": season}:
            return (latest if which == "上" else current)(
                partial(a_season, _SEASONS[season]), today
            )
        case {"days": name}:
            return ago(_DAYS_AGO[name], "day", today)
        case {"which": which, "unit": unit}:
            return ago(1 if which == "上" else 0, _UNITS.get(unit, "weekend"), today)
        case {"number": number, "unit": unit, "ago": _}:
            return ago(_number(number), _UNITS[unit], today)
        case {"number": number, "unit": unit}:
            return past(_number(number), _UNITS[unit], today)
        case {"decade": year}:
            return a_year(int(year)).through(a_year(int(year) + 9))
    raise AssertionError(said)


def _year(text: str, today: date) -> int:
    """Raises ValueError where there can be no photo of that year."""
    if f"{text}年" in _YEARS_AGO:
        return today.year - _YEARS_AGO[f"{text}年"]
    year = int("".join(str(_DIGITS.get(figure, figure)) for figure in text))
    a_year(year)
    return year


def _number(text: str) -> int:
    """1 to 99 in Chinese numerals, or figures; raises ValueError for 0."""
    tens, ten, ones = text.rpartition("十")
    if ten:
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    number = _DIGITS[text] if text in _DIGITS else int(text)
    if number < 1:
        raise ValueError(text)
    return number
