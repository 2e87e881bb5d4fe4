"""What is known of a photo, in words: for the details, tool tips and screen readers."""

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, Qt, QTime

from photoclip.core.paths import display_name
from photoclip.core.types import Photo
from photoclip.ui.headings import long_date


def _tr(text: str) -> str:
    return QCoreApplication.translate("Facts", text)


def spoken(photo: Photo | None, locale: QLocale) -> str:
    """The photo in a line: its name and day."""
    if photo is None:
        return _tr("Photo")
    return f"{display_name(photo.path)}, {long_date(photo.sort_time, locale)}"


def capture_line(photo: Photo, locale: QLocale) -> str:
    """When it was taken, as the camera's clock showed it; "" when the file does not say."""
    if photo.captured_at is None:
        return ""
    when = QDateTime.fromString(photo.captured_at[:19], Qt.DateFormat.ISODate)
    if not when.isValid():
        return photo.captured_at
    date: QDate = when.date()
    time: QTime = when.time()
    day = locale.toString(date, QLocale.FormatType.LongFormat)
    return f"{day}, {locale.toString(time, QLocale.FormatType.ShortFormat)}"


def camera_line(photo: Photo) -> str:
    return photo.camera or ""


def exposure_line(photo: Photo, locale: QLocale) -> str:
    """Exposure time, aperture, sensitivity and focal length, those that are known."""
    parts = []
    if photo.exposure_time:
        seconds = photo.exposure_time
        text = f"1/{round(1 / seconds)}" if seconds < 0.4 else locale.toString(seconds, "g", 3)
        parts.append(f"{text} s")
    if photo.f_number:
        parts.append(f"f/{locale.toString(photo.f_number, 'g', 3)}")
    if photo.iso:
        parts.append(f"ISO {photo.iso}")
    if photo.focal_length:
        parts.append(f"{locale.toString(photo.focal_length, 'g', 4)} mm")
    return ", ".join(parts)


def size_line(photo: Photo, locale: QLocale) -> str:
    """Pixels, bytes and format: "4,032 × 3,024, 2.1 MB, JPEG"."""
    pixels = f"{locale.toString(photo.width)} × {locale.toString(photo.height)}"
    size = locale.formattedDataSize(photo.size, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
    return f"{pixels}, {size}, {photo.format}"
