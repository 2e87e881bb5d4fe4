"""What an XMP packet inside a photo says of its taking (ISO 16684-1; Adobe's XMP part 2)."""

import re
from dataclasses import dataclass
from typing import Final

from photoclip.core.rdf import NotXmp, parse

_EXIF: Final = "{http://ns.adobe.com/exif/1.0/}"
_PHOTOSHOP: Final = "{http://ns.adobe.com/photoshop/1.0/}"
_XMP: Final = "{http://ns.adobe.com/xap/1.0/}"
_AUX: Final = "{http://ns.adobe.com/exif/1.0/aux/}"
_EXIF_EX: Final = "{http://cipa.jp/exif/1.0/}"

# In the order of how near each is to the taking of the picture.
_DATES: Final = (
    f"{_EXIF}DateTimeOriginal",
    f"{_PHOTOSHOP}DateCreated",
    f"{_EXIF}DateTimeDigitized",
    f"{_XMP}CreateDate",
)
_LENSES: Final = (f"{_AUX}Lens", f"{_EXIF_EX}LensModel")
_LATITUDE, _LONGITUDE = f"{_EXIF}GPSLatitude", f"{_EXIF}GPSLongitude"
_WANTED: Final = frozenset((*_DATES, *_LENSES, _LATITUDE, _LONGITUDE))

# "DDD,MM,SSk" or "DDD,MM.mmk" (XMP part 2, GPSCoordinate).
_ANGLE: Final = re.compile(r"(\d{1,3}),(\d{1,2}(?:\.\d+)?)(?:,(\d{1,2}(?:\.\d+)?))?([NSEW])")


@dataclass(frozen=True)
class Xmp:
    """`dates` as they are written, the nearest to the taking first; angles in degrees."""

    dates: tuple[str, ...] = ()
    lens: str | None = None
    latitude: float | None = None
    longitude: float | None = None


NO_XMP: Final = Xmp()


def read_xmp(packet: bytes) -> Xmp:
    """Never raises: a packet that is no XMP says nothing."""
    try:
        tree = parse(packet, forgiving=True)
    except NotXmp:
        return NO_XMP
    # A property is an attribute or an element, as its writer liked.
    found: dict[str, str] = {}
    for element in tree.iter("*"):
        for name, value in element.attrib.items():
            if name in _WANTED:
                found.setdefault(name, str(value))
        if element.tag in _WANTED and element.text:
            found.setdefault(element.tag, element.text)
    return Xmp(
        tuple(found[name] for name in _DATES if name in found),
        next((found[name].strip() for name in _LENSES if name in found), None),
        _angle(found.get(_LATITUDE, ""), "NS"),
        _angle(found.get(_LONGITUDE, ""), "EW"),
    )


def _angle(text: str, signs: str) -> float | None:
    match = _ANGLE.fullmatch(text.strip())
    if match is None or match[4] not in signs:
        return None
    degrees = int(match[1]) + float(match[2]) / 60 + float(match[3] or 0) / 3600
    return round(-degrees if match[4] == signs[1] else degrees, 7)
