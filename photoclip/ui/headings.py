"""How dates, sizes and counts read: by the person's locale."""

import re
import time

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, QTimeZone

from photoclip.ui.timeline import Period

# Where a month is written after its year, and both with a sign of their own.
_YEAR_FIRST = (QLocale.Language.Chinese, QLocale.Language.Japanese)
_YEAR_IN_DATE = re.compile(r"[\s,]*y+(年|\.)?[\s,]*")
_WEEKDAY_IN_DATE = re.compile(r"[\s,]*dddd[\s,]*")
_PLAIN_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")


def section_title(seconds: int, period: Period, locale: QLocale) -> str:
    """The heading of a day, month or year; the current year goes without saying for a day.

    Args:
        seconds: the camera's clock, read as if it were UTC.
    """
    when = QDateTime.fromSecsSinceEpoch(seconds, QTimeZone.utc()).date()
    year_first = locale.language() in _YEAR_FIRST
    if period == "year":
        pattern = "yyyy年" if year_first else "yyyy"
    elif period == "month":
        pattern = "yyyy年M月" if year_first else "MMMM yyyy"
    else:
        pattern = locale.dateFormat(QLocale.FormatType.LongFormat).replace("dddd,", "dddd")
        if when.year() == time.localtime().tm_year:
            pattern = _YEAR_IN_DATE.sub(" ", pattern).strip()
    return locale.toString(when, pattern)


def long_date(seconds: int, locale: QLocale) -> str:
    """The day in full, for a tool tip or a screen reader."""
    when = QDateTime.fromSecsSinceEpoch(seconds, QTimeZone.utc())
    return locale.toString(when.date(), QLocale.FormatType.LongFormat)


def said_span(span: str, locale: QLocale) -> str:
    """The words of a date filter as one says them: "2019..2021", "2019-08", "2019-08-12".

    What is no such date stays as it is.
    """
    return " – ".join(_said(part.strip(), locale) for part in span.split("..")).strip()


def _said(part: str, locale: QLocale) -> str:
    match, year_first = _PLAIN_DATE.fullmatch(part), locale.language() in _YEAR_FIRST
    if match is None:
        return part
    if match[2] is None:
        return f"{part}年" if year_first else part
    day = QDate(int(match[1]), int(match[2]), int(match[3] or 1))
    if match[3] is None:
        pattern = "yyyy年M月" if year_first else "MMMM yyyy"
    else:
        pattern = _WEEKDAY_IN_DATE.sub("", locale.dateFormat(QLocale.FormatType.LongFormat))
    return locale.toString(day, pattern) if day.isValid() else part


def time_left(seconds: float) -> str:
    """Roughly how long something will take, for the end of a sentence."""
    if seconds < 50:
        return QCoreApplication.translate("Headings", "less than a minute left")
    minutes = max(1, round(seconds / 60))
    if minutes < 90:
        return QCoreApplication.translate("Headings", "about %Ln min left", None, minutes)
    return QCoreApplication.translate("Headings", "about %Ln h left", None, round(minutes / 60))
