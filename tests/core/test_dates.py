"""Dates in a person's words, against the days they mean."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photoclip.core.dates import date_at, date_before_words, days

# A Saturday.
TODAY = date(2026, 11, 21)


def span(text: str, today: date = TODAY) -> str | None:
    """First day and last day, "2019-01-01 2019-12-31"; "*" where a side is open."""
    found = days(text, today)
    if found is None:
        return None
    first = found.start.isoformat() if found.start else "*"
    last = (found.end - timedelta(days=1)).isoformat() if found.end else "*"
    return first if first == last else f"{first} {last}"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2019", "2019-01-01 2019-12-31"),
        ("2023-08", "2023-08-01 2023-08-31"),
        ("2023-08-12", "2023-08-12"),
        ("2023/8/12", "2023-08-12"),
        ("2023.8.12", "2023-08-12"),
        ("2024-02", "2024-02-01 2024-02-29"),
        ("August 2023", "2023-08-01 2023-08-31"),
        ("aug 2023", "2023-08-01 2023-08-31"),
        ("12 august 2023", "2023-08-12"),
        ("August 12th, 2023", "2023-08-12"),
        ("the 5th of May 2019", "2019-05-05"),
        ("summer 2019", "2019-06-01 2019-08-31"),
        ("the summer of 2019", "2019-06-01 2019-08-31"),
        ("fall 2019", "2019-09-01 2019-11-30"),
        ("winter 2019", "2019-12-01 2020-02-29"),
        ("today", "2026-11-21"),
        ("yesterday", "2026-11-20"),
        ("the day before yesterday", "2026-11-19"),
        ("this week", "2026-11-16 2026-11-22"),
        ("last week", "2026-11-09 2026-11-15"),
        ("last weekend", "2026-11-14 2026-11-15"),
        ("last month", "2026-10-01 2026-10-31"),
        ("last year", "2025-01-01 2025-12-31"),
        ("last 7 days", "2026-11-15 2026-11-21"),
        ("past three months", "2026-08-22 2026-11-21"),
        ("3 days ago", "2026-11-18"),
        ("two weeks ago", "2026-11-02 2026-11-08"),
        ("a year ago", "2025-01-01 2025-12-31"),
        ("last monday", "2026-11-16"),
        ("last saturday", "2026-11-14"),
        ("last summer", "2026-06-01 2026-08-31"),
        ("last winter", "2025-12-01 2026-02-28"),
        ("this winter", "2026-12-01 2027-02-28"),
        ("last august", "2026-08-01 2026-08-31"),
        ("last december", "2025-12-01 2025-12-31"),
        ("summer last year", "2025-06-01 2025-08-31"),
        ("christmas 2020", "2020-12-24 2020-12-26"),
        ("Christmas Eve 2020", "2020-12-24"),
        ("last christmas", "2025-12-24 2025-12-26"),
        ("New Year’s Eve 2019", "2019-12-31"),
        ("new year 2020", "2019-12-31 2020-01-01"),
        ("easter 2024", "2024-03-29 2024-04-01"),
        ("thanksgiving 2023", "2023-11-23 2023-11-26"),
        ("spring festival 2021", "2021-02-11 2021-02-18"),
        ("chinese new year 2034", "2034-02-18 2034-02-25"),
        ("spring festival 1960", "1960-01-20 1960-02-29"),
        ("1990s", "1990-01-01 1999-12-31"),
        ("2019..2021", "2019-01-01 2021-12-31"),
        ("2021..2019", "2019-01-01 2021-12-31"),
        ("2019…2021", "2019-01-01 2021-12-31"),
        ("2019..", "2019-01-01 *"),
        ("..2021", "* 2021-12-31"),
        ("2019-2021", "2019-01-01 2021-12-31"),
        ("2019–2021", "2019-01-01 2021-12-31"),
        ("2019-05..2020-02", "2019-05-01 2020-02-29"),
        ("from 2019 to 2021", "2019-01-01 2021-12-31"),
        ("between may 2019 and june 2020", "2019-05-01 2020-06-30"),
        ("may to june 2020", "2020-05-01 2020-06-30"),
        ("november to february 2020", "2019-11-01 2020-02-29"),
        ("before 2020", "* 2019-12-31"),
        ("after 2019-05", "2019-06-01 *"),
        ("since 2019", "2019-01-01 *"),
        ("until last month", "* 2026-10-31"),
        ("2023年8月", "2023-08-01 2023-08-31"),
        ("2023 年 8 月 12 日", "2023-08-12"),
        ("２０２３年８月１２号", "2023-08-12"),
        ("二〇二三年八月十二日", "2023-08-12"),
        ("2023年十二月三十一日", "2023-12-31"),
        ("今年", "2026-01-01 2026-12-31"),
        ("去年夏天", "2025-06-01 2025-08-31"),
        ("2019年的夏天", "2019-06-01 2019-08-31"),
        ("2019冬季", "2019-12-01 2020-02-29"),
        ("前年8月", "2024-08-01 2024-08-31"),
        ("2019年国庆", "2019-10-01 2019-10-07"),
        ("2021年春节", "2021-02-11 2021-02-18"),
        ("春节2021", "2021-02-11 2021-02-18"),
        ("2020年中秋节", "2020-10-01"),
        ("去年圣诞节", "2025-12-24 2025-12-26"),
        ("昨天", "2026-11-20"),
        ("三天前", "2026-11-18"),
        ("两周前", "2026-11-02 2026-11-08"),
        ("2个月以前", "2026-09-01 2026-09-30"),
        ("十二年前", "2014-01-01 2014-12-31"),
        ("上个月", "2026-10-01 2026-10-31"),
        ("上星期", "2026-11-09 2026-11-15"),
        ("这周末", "2026-11-21 2026-11-22"),
        ("最近三个月", "2026-08-22 2026-11-21"),
        ("2019年5月到2020年2月", "2019-05-01 2020-02-29"),
        ("从2019年到2021年", "2019-01-01 2021-12-31"),
        ("2019年5月至8月", "2019-05-01 2019-08-31"),
        ("2020年以前", "* 2019-12-31"),
        ("2020年之后", "2021-01-01 *"),
        ("2019年以来", "2019-01-01 *"),
    ],
)
def test_what_a_date_means(text: str, meant: str) -> None:
    assert span(text) == meant


@pytest.mark.parametrize(
    "text",
    """2023-02-30|2023-13|2023-00|0000|1825|9999|99999|may|march|fall|sun|summer|christmas|春节
    |国庆|foo||..|to|2019..foo|before|before foo|8月|2019年13月|2019年2月30日|0 days ago|零天前
    |999 years ago|2019年会|the|2019年12月到2月|31 june 2020""".replace("\n    ", "").split("|"),
)
def test_what_is_no_date(text: str) -> None:
    assert days(text, TODAY) is None


def test_the_last_one_has_ended() -> None:
    july, january = date(2026, 7, 10), date(2027, 1, 10)
    assert span("last summer", july) == "2025-06-01 2025-08-31"
    assert span("this summer", july) == "2026-06-01 2026-08-31"
    assert span("last winter", january) == "2025-12-01 2026-02-28"
    assert span("this winter", january) == "2026-12-01 2027-02-28"
    assert span("last month", january) == "2026-12-01 2026-12-31"
    assert span("past month", date(2026, 3, 31)) == "2026-02-01 2026-02-28"
    assert span("last 1 month", date(2026, 3, 31)) == "2026-03-01 2026-03-31"


def first_date(text: str) -> str | None:
    """The first date among the words, as it is found."""
    words = text.split()
    for at in range(len(words)):
        if found := date_at(words, at, TODAY):
            return f"{' '.join(words[at : at + found.count])} = {found.text}"
    return None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("dog in the summer of 2019", "in the summer of 2019 = summer of 2019"),
        ("photos from 2019 to 2021 of dogs", "from 2019 to 2021 = from 2019 to 2021"),
        ("dog from 2019", "from 2019 = 2019"),
        ("between may 2019 and june 2020 dog", "between may 2019 and june 2020 = between"
         " may 2019 and june 2020"),
        ("in may 2019, dog", "in may 2019, = may 2019"),
        ("may flowers in may 2019", "in may 2019 = may 2019"),
        ("dog before 2020 beach", "before 2020 = before 2020"),
        ("dog the day before yesterday", "the day before yesterday = day before yesterday"),
        ("party last month", "last month = last month"),
        ("2027 party", "2027 = 2027"),
        ("海滩 去年夏天", "去年夏天 = 去年夏天"),
        ("海滩 2019年 春节", "2019年 春节 = 2019年 春节"),
    ],
)  # fmt: skip
def test_a_date_among_words(text: str, found: str) -> None:
    assert first_date(text) == found


@pytest.mark.parametrize(
    "text",
    """may flowers|march|fall leaves|sun over the sea|1000 people|2000 people|Room 2019
    |flight no. 1999|blade runner 2049|1825|1920 x 1080|style of the 1990s|2023.08|12:30 clock
    |spring|a day at the sea|christmas tree|the last march|this may be|second week|to and from
    |2019年会|今天好天气|三个月大的猫""".replace("\n    ", "").split("|"),
)
def test_words_that_are_no_date(text: str) -> None:
    assert first_date(text) is None


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("去年夏天的海滩", ("去年夏天", 5)),
        ("2023年8月海滩", ("2023年8月", 7)),
        ("2023年8月12日晚上", ("2023年8月12日", 10)),
        ("昨天的", ("昨天", 3)),
        ("三天前的狗", ("三天前", 4)),
        ("2019年会", None),
        ("今天好天气", None),
        ("三个月大的猫", None),
        ("dog", None),
    ],
)
def test_chinese_without_spaces(word: str, found: tuple[str, int] | None) -> None:
    assert date_before_words(word, TODAY) == found


@settings(database=None, deadline=None)
@given(
    text=st.one_of(
        st.text(),
        st.text(alphabet="0123456789年月日天前上到 -/.去"),
        st.lists(
            st.sampled_from("last next 2019 99 may 31 summer ago days before to and from".split())
        ).map(" ".join),
    ),
    today=st.dates(min_value=date(1900, 1, 1), max_value=date(9000, 1, 1)),
)
def test_any_text_has_an_answer(text: str, today: date) -> None:
    found = days(text, today)
    if found is not None and found.start is not None and found.end is not None:
        assert found.start < found.end
    words = text.split()
    for at in range(len(words)):
        if several := date_at(words, at, today):
            assert 1 <= several.count <= len(words) - at
            assert days(several.text, today) is not None
