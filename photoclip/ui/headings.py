"""How dates, sizes and counts read: by the person's locale."""

import time

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, QTimeZone

from photoclip.ui.grid_layout import Period


def section_title(seconds: int, period: Period, locale: QLocale) -> str:
    """The heading of a day, month or year; the current year goes without saying for a day.

    Args:
        seconds: the camera's clock, read as if it were UTC.
    """
    when = QDateTime.fromSecsSinceEpoch(seconds, QTimeZone.utc())
    if period == "year":
        pattern = QCoreApplication.translate("Headings", "yyyy", "a year, as a date pattern")
    elif period == "month":
        pattern = QCoreApplication.translate("Headings", "MMMM yyyy", "a month")
    elif when.date().year() == time.localtime().tm_year:
        pattern = QCoreApplication.translate("Headings", "dddd d MMMM", "a day of this year")
    else:
        pattern = QCoreApplication.translate("Headings", "dddd d MMMM yyyy", "a day")
    return locale.toString(when, pattern)


def long_date(seconds: int, locale: QLocale) -> str:
    """The day in full, for a tool tip or a screen reader."""
    when = QDateTime.fromSecsSinceEpoch(seconds, QTimeZone.utc())
    return locale.toString(when.date(), QLocale.FormatType.LongFormat)


def time_left(seconds: float) -> str:
    """Roughly how long something will take, for the end of a sentence."""
    if seconds < 50:
        return QCoreApplication.translate("Headings", "less than a minute left")
    minutes = max(1, round(seconds / 60))
    if minutes < 90:
        return QCoreApplication.translate("Headings", "about %Ln min left", None, minutes)
    return QCoreApplication.translate("Headings", "about %Ln h left", None, round(minutes / 60))
