"""Dates in a person's words, English and Chinese, as ranges of whole days; and finding them.

`days` reads a text that is meant as a date. `date_at` and `date_before_words` look for dates among
the words of a search, and take only what can hardly be meant otherwise.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from photoclip.core import english_dates
from photoclip.core.chinese_dates import chinese_days
from photoclip.core.english_dates import english_days
from photoclip.core.periods import FIRST_YEAR, Days, a_month

_RELATION: Final = re.compile(r"(before|after|since|until|till|up to) (.+)")
_CHINESE_RELATION: Final = re.compile(r"自?(.+?)(之前|以前|之后|以后|以来|(?<=年)[前后起])")
_CHINESE_MEANING: Final = {"前": "before", "后": "after", "来": "since", "起": "since"}
_RANGES: Final = (
    re.compile(r"(?:from )?(.+?) (?:to|until|till|through|[-–—~]) (.+)"),
    re.compile(r"between (.+?) and (.+)"),
    re.compile(r"(.*?)\.{2,3}(.*)"),
    re.compile(r"([0-9]{4})-([0-9]{4})"),
    re.compile(r"(.+?)[–—~](.+)"),
)
_CHINESE_RANGE: Final = re.compile(r"[从自]?(.+?)[到至~–—-](.+)")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")

# Any of these may stand before a date that is found, and belongs to it.
_LEADING: Final = frozenset(("in", "on", "at", "during", "from", "the"))
_ARTICLE: Final = re.compile(r"^((the|of) )+")
_JOINING: Final = "from to until till through between and before after since up - – — ~".split()
# A range that has begun goes on with one of these.
_ONWARD: Final = frozenset("to until till through - – — ~".split())
_NEVER_LAST: Final = frozenset((*_JOINING, *"the of in last past previous this".split()))
_WORDS: Final = english_dates.WORDS | frozenset(_JOINING)
_MAY_BE_PART: Final = re.compile(r"[0-9年月日天周季节末前后起来到至上今昨去春夏秋冬圣庆旦]")
# "the 5th of may last year", "between the 5th of may 2019 and the 6th of june 2020"
_LONGEST, _LONGEST_JOINED = 6, 12
_MARKS: Final = ",;.!?，。；！？、"
_YEAR: Final = re.compile(r"(?<![0-9])[1-9][0-9]{3}(?![0-9])")
_DECADE: Final = re.compile(r".*[0-9]('?s|年代)")
# Beside one of these, four figures are a number and no year.
_NUMBERED: Final = frozenset(
    "room no nr number flight gate highway route road bus train track platform page model iso"
    " apartment suite windows #".split()
)
_COUNTED: Final = frozenset(
    "people persons men women x px pixels m km metres meters feet ft miles kg steps pieces"
    " things birds euros dollars yuan".split()
)


@dataclass(frozen=True)
class FoundDate:
    """A date among words.

    Attributes:
        count: the words it takes up, with an "in" or "the" before it.
        text: the date itself, as `days` reads it.
    """

    count: int
    text: str


def normal_date(text: str) -> str:
    """The one spelling of a date's words: lower case, plain figures, a space between words."""
    plain = unicodedata.normalize("NFKC", text.replace("…", "..").replace("’", "'"))
    return " ".join(plain.lower().split())


def days(text: str, today: date) -> Days | None:
    """The days that a date in a person's words means, None where it is no date.

    Years, months and days, seasons and holidays of a year, what lies before today, ranges of all
    these, and all before or after one. Always a whole period: "august 2023" is the month. Those
    of `FIRST_YEAR` or later, since no photo is older.
    """
    text = normal_date(text)
    try:
        return _period(text, today) or _relative(text, today) or _range(text, today)
    except (ValueError, OverflowError):
        return None


def date_at(words: Sequence[str], at: int, today: date) -> FoundDate | None:
    """The longest date that begins at `words[at]` and can hardly be meant otherwise.

    "may" is no date, "may 2019" is one. Four figures are a year from `FIRST_YEAR` to the next,
    unless the word beside them counts or numbers something ("1900 people", "Room 2019").
    """
    first = at
    while first <= at + 2 and first < len(words):
        end, longest = first, _LONGEST
        while end < len(words) and end - first < longest and _may_be_part(words[end]):
            if words[end].lower() in _JOINING:
                longest = _LONGEST_JOINED
            end += 1
        for stop in range(end, first, -1):
            if words[stop - 1].lower() in _NEVER_LAST:
                continue
            text = normal_date(" ".join(words[first:stop])).rstrip(_MARKS)
            if _is_plain(text, today) and not _is_number(words, first, stop):
                return FoundDate(stop - at, _ARTICLE.sub("", text))
        if words[first].lower() not in _LEADING:
            return None
        first += 1
    return None


def range_from(first: str, words: Sequence[str], today: date) -> FoundDate | None:
    """The range that begins with the date `first` and goes on in `words`: "2019", "to 2021".

    Returns:
        The whole range, and how many of the words belong to it.
    """
    if not words or words[0].lower() not in _ONWARD:
        return None
    begun = first.split()
    found = date_at([*begun, *words], 0, today)
    if found is None or found.count <= len(begun):
        return None
    return FoundDate(found.count - len(begun), found.text)


def date_before_words(word: str, today: date) -> tuple[str, int] | None:
    """A date with which Chinese text without spaces begins: 去年夏天的海滩, 2023年8月海滩.

    Before other words it must end in 月, 日 or 号, or be joined to them by 的.

    Returns:
        The date as `days` reads it, and how many characters it takes up, 的 included.
    """
    if not _HAN.search(word[:24]):
        return None
    for length in range(min(len(word) - 1, 24), 1, -1):
        joined = word[length] == "的"
        if joined or word[length - 1] in "月日号":
            text = normal_date(word[:length])
            if _HAN.search(text) and _is_plain(text, today):
                return text, length + joined
    return None


def _is_plain(text: str, today: date) -> bool:
    """Whether it is a date that nobody means otherwise; a decade may well be a style."""
    if any(not FIRST_YEAR <= int(year) <= today.year + 1 for year in _YEAR.findall(text)):
        return False
    return _DECADE.fullmatch(text) is None and days(text, today) is not None


def _is_number(words: Sequence[str], first: int, stop: int) -> bool:
    """Whether the four figures between `first` and `stop` number or count what is beside them."""
    if stop - first > 1 or not words[first].isdigit():
        return False
    before = words[first - 1].lower() if first else ""
    after = words[stop].lower() if stop < len(words) else ""
    return before.rstrip(".:") in _NUMBERED or after.strip(_MARKS) in _COUNTED


def _may_be_part(word: str) -> bool:
    plain = normal_date(word)
    return plain.rstrip(_MARKS) in _WORDS or _MAY_BE_PART.search(plain) is not None


def _period(text: str, today: date) -> Days | None:
    if _HAN.search(text):
        return chinese_days(text.replace(" ", ""), today)
    return english_days(text, today)


def _relative(text: str, today: date) -> Days | None:
    """All before or after a period, or from its beginning or until its end."""
    if match := _RELATION.fullmatch(text):
        relation, words = match[1], match[2]
    elif match := _CHINESE_RELATION.fullmatch(text.replace(" ", "")):
        relation, words = _CHINESE_MEANING[match[2][-1]], match[1]
    else:
        return None
    period = _period(words, today)
    if period is None:
        return None
    if relation == "before":
        return Days(None, period.start)
    if relation == "after":
        return Days(period.end, None)
    return Days(period.start, None) if relation == "since" else Days(None, period.end)


def _range(text: str, today: date) -> Days | None:
    for form in _RANGES:
        if match := form.fullmatch(text):
            if found := _between(match[1].strip(), match[2].strip(), today):
                return found
    if _HAN.search(text) and (match := _CHINESE_RANGE.fullmatch(text.replace(" ", ""))):
        return _between(match[1], match[2], today)
    return None


def _between(first: str, last: str, today: date) -> Days | None:
    """From one period through another; one of them may be left out, or lean on the other's year."""
    if not first or not last:
        one = _period(first or last, today)
        return one and (Days(one.start, None) if first else Days(None, one.end))
    start, end = _period(first, today), _period(last, today)
    if start is None and end is not None and end.start is not None:
        # "november to february 2020"
        if month := english_dates.MONTHS.get(first):
            start = a_month(end.start.year - (month > end.start.month), month)
    elif end is None and start is not None and start.start is not None and "年" in first:
        # 2019年5月到8月
        end = _period(first[: first.index("年") + 1] + last, today)
        if end is not None and end.start is not None and end.start < start.start:
            return None
    return start.through(end) if start and end else None
