"""What a photo's file says about its taking: when, where, with which camera and how."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from photoclip.core.camera import camera_name, lens_name
from photoclip.core.exif import Directory
from photoclip.core.imaging import Decoded
from photoclip.core.xmp import NO_XMP, Xmp, read_xmp

# Tags of EXIF (CIPA DC-008-2023).
_MAKE, _MODEL, _DATE_TIME = 0x010F, 0x0110, 0x0132
_EXPOSURE_TIME, _F_NUMBER, _ISO, _FOCAL_LENGTH = 0x829A, 0x829D, 0x8827, 0x920A
_ORIGINAL, _DIGITIZED = 0x9003, 0x9004
_OFFSET, _OFFSET_ORIGINAL, _OFFSET_DIGITIZED = 0x9010, 0x9011, 0x9012
_LENS_MAKE, _LENS_MODEL = 0xA433, 0xA434
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 1, 2, 3, 4
_GPS_TIME, _GPS_DATE = 7, 29

_OLDEST_YEAR: Final = 1826  # of the oldest photograph that survives
_DATE: Final = re.compile(
    r"(\d{4})[:\-/.](\d\d?)[:\-/.](\d\d?)"
    r"(?:[T\s]+(\d\d?):(\d\d)(?::(\d\d))?(?:[.,]\d*)?\s*(Z|[+-]\d\d:?\d\d)?)?"
)
_ZONE: Final = re.compile(r"\s*([+-])(\d\d):?(\d\d)\s*")
# A clock and a satellite fix may be this far apart and still tell the zone, in minutes.
_CLOCK_ERROR: Final = 5


@dataclass(frozen=True)
class Metadata:
    """Each None where the file does not say it or says nonsense."""

    captured_at: str | None = None
    """Local date and time as the camera's clock showed it, "2023-08-12T14:03:22"."""
    captured_offset: int | None = None
    """Minutes east of UTC."""
    camera: str | None = None
    """Make and model, "Nikon D90"."""
    lens: str | None = None
    latitude: float | None = None
    """Degrees north, WGS84."""
    longitude: float | None = None
    """Degrees east, WGS84."""
    exposure_time: float | None = None
    """Seconds."""
    f_number: float | None = None
    iso: int | None = None
    focal_length: float | None = None
    """Of the lens as it is, millimetres."""


def read_metadata(decoded: Decoded) -> Metadata:
    """What EXIF says, and XMP where EXIF does not. Never raises; what is broken is None."""
    main, exif, gps = decoded.exif.main, decoded.exif.exif, decoded.exif.gps
    xmp = read_xmp(decoded.xmp) if decoded.xmp else NO_XMP
    utc = _satellite_time(gps)
    captured, offset = _captured(main, exif, xmp, utc)
    latitude, longitude = _place(gps, xmp)
    return Metadata(
        captured_at=captured.isoformat() if captured else None,
        captured_offset=offset,
        camera=camera_name(main.text(_MAKE), main.text(_MODEL)),
        lens=lens_name(exif.text(_LENS_MAKE), exif.text(_LENS_MODEL) or xmp.lens),
        latitude=latitude,
        longitude=longitude,
        exposure_time=_positive(exif.number(_EXPOSURE_TIME), 1e6),
        f_number=_positive(exif.number(_F_NUMBER), 1000),
        iso=_iso(exif),
        focal_length=_positive(exif.number(_FOCAL_LENGTH), 1e5),
    )


def _captured(
    main: Directory, exif: Directory, xmp: Xmp, utc: datetime | None
) -> tuple[datetime | None, int | None]:
    """The first date that is one, and its offset in minutes.

    In the order of how near each is to the taking. EXIF's plain DateTime is when the file was last
    changed, so that what an editor wrote into XMP about a scan goes before it.
    """
    candidates = [
        (exif.text(_ORIGINAL), exif.text(_OFFSET_ORIGINAL)),
        (exif.text(_DIGITIZED), exif.text(_OFFSET_DIGITIZED)),
        *((date, None) for date in xmp.dates),
        (main.text(_DATE_TIME), exif.text(_OFFSET)),
    ]
    changed = _date(main.text(_DATE_TIME) or "")[0]
    for text, zone in candidates:
        captured, offset = _date(text or "")
        if captured is None:
            continue
        if offset is None:
            offset = _zone(zone or "")
        if offset is None and captured == changed:
            # A camera that writes one zone only means all its clocks.
            offset = _zone(exif.text(_OFFSET) or "")
        if offset is None and utc is not None:
            offset = _zone_by_satellite(captured, utc)
        return captured, offset
    # Only the satellites told the time: right as a moment, if not as the clock on the wall.
    return utc, 0 if utc else None


def _date(text: str) -> tuple[datetime | None, int | None]:
    """A date of EXIF ("2023:08:12 14:03:22") or XMP (ISO 8601), and the offset it may carry."""
    match = _DATE.match(text.strip())
    if match is None:
        return None, None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    if not _OLDEST_YEAR <= year <= datetime.now(UTC).year + 1:
        return None, None
    try:
        captured = datetime(year, month, day, hour, minute, min(second, 59))
    except ValueError:
        return None, None
    zone = match[7]
    return captured, 0 if zone == "Z" else _zone(zone or "")


def _zone(text: str) -> int | None:
    """Minutes of "+05:30"; the earth's zones go from -12:00 to +14:00."""
    match = _ZONE.fullmatch(text)
    if match is None:
        return None
    minutes = (int(match[2]) * 60 + int(match[3])) * (-1 if match[1] == "-" else 1)
    return minutes if -12 * 60 <= minutes <= 14 * 60 and int(match[3]) < 60 else None


def _zone_by_satellite(captured: datetime, utc: datetime) -> int | None:
    """The camera's clock against the fix's: where whole quarter hours lie between, else None."""
    apart = (captured - utc) / timedelta(minutes=1)
    quarters = round(apart / 15) * 15
    near = abs(apart - quarters) <= _CLOCK_ERROR and -12 * 60 <= quarters <= 14 * 60
    return quarters if near else None


def _satellite_time(gps: Directory) -> datetime | None:
    day, _ = _date(gps.text(_GPS_DATE) or "")
    time = gps.numbers(_GPS_TIME)
    if day is None or len(time) != 3 or not all(0 <= part < 61 for part in time):
        return None
    hours, minutes, seconds = time
    seconds += hours * 3600 + minutes * 60
    return day.replace(hour=0, minute=0, second=0) + timedelta(seconds=int(seconds))


def _place(gps: Directory, xmp: Xmp) -> tuple[float | None, float | None]:
    """Latitude and longitude, both or neither."""
    latitude = _angle(gps, _LATITUDE, _LATITUDE_REF, "NS")
    longitude = _angle(gps, _LONGITUDE, _LONGITUDE_REF, "EW")
    if latitude is None or longitude is None:
        latitude, longitude = xmp.latitude, xmp.longitude
    if latitude is None or longitude is None:
        return None, None
    # Cameras without a fix write zeros; the point itself is open sea.
    if latitude == longitude == 0 or abs(latitude) > 90 or abs(longitude) > 180:
        return None, None
    return latitude, longitude


def _angle(gps: Directory, tag: int, ref_tag: int, signs: str) -> float | None:
    """Degrees from degrees, minutes and seconds. Without its hemisphere an angle says nothing."""
    parts, hemisphere = gps.numbers(tag)[:3], (gps.text(ref_tag) or "").upper()[:1]
    if not parts or not hemisphere or hemisphere not in signs:
        return None
    # Some write the seconds as 0/0.
    degrees, *rest = (0.0 if i and math.isnan(part) else part for i, part in enumerate(parts))
    angle = degrees + sum(part / 60.0**power for power, part in enumerate(rest, 1))
    if not math.isfinite(angle) or angle < 0:
        return None
    return round(-angle if hemisphere == signs[1] else angle, 7)


def _iso(exif: Directory) -> int | None:
    value = _positive(exif.number(_ISO), 1e7)
    return int(value) if value is not None and value >= 1 else None


def _positive(value: float | None, most: float) -> float | None:
    return value if value is not None and 0 < value <= most else None
