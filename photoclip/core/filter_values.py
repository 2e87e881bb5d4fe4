"""What may stand after each filter's colon, the one spelling of it, and what it means."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from photoclip.core.dates import days, normal_date
from photoclip.core.formats import Format
from photoclip.core.query import Key

REJECTED, MOST_STARS = -1, 5
NEAR_KM: Final = 5.0
"""How near is near when nothing is said, in kilometres."""

TYPES: Final[Mapping[str, Format]] = {
    "heic" if kind is Format.HEIF else kind.lower(): kind for kind in Format
}
"""The file types one can ask for, as they are spelled, and what a photo's row says."""
_OTHER_TYPES: Final = {"jpg": "jpeg", "jpe": "jpeg", "tif": "tiff", "heif": "heic", "hif": "heic"}
_OTHER_TYPES["jp2"] = "jpeg2000"

FAVOURITE, LANDSCAPE, PORTRAIT, SQUARE, PANORAMA = (
    "favourite landscape portrait square panorama".split()
)
_IS: Final = {name: name for name in (FAVOURITE, LANDSCAPE, PORTRAIT, SQUARE, PANORAMA)} | {
    "fav": FAVOURITE, "favorite": FAVOURITE, "favourites": FAVOURITE, "favorites": FAVOURITE,
    "horizontal": LANDSCAPE, "vertical": PORTRAIT, "pano": PANORAMA,
    "收藏": FAVOURITE, "横": LANDSCAPE, "竖": PORTRAIT, "方": SQUARE, "全景": PANORAMA,
}  # fmt: skip
_HAS: Final = {name: name for name in ("place", "caption", "tags", "rating")} | {
    "places": "place", "location": "place", "gps": "place", "captions": "caption",
    "description": "caption", "tag": "tags", "stars": "rating",
    "地点": "place", "说明": "caption", "标签": "tags", "评分": "rating",
}  # fmt: skip

_RATING: Final = re.compile(r"(>=|<=|>|<|=|≥|≤)?([0-5])(\+)?|([0-5])(?:\.\.|-)([0-5])")
_DISTANCE: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)(km|m|mi)?")
_KM: Final = {"km": 1.0, "m": 0.001, "mi": 1.609344}
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]*)?|\.[0-9]+)")


@dataclass(frozen=True)
class Near:
    """A circle on the earth: its middle in degrees, WGS84, and its radius in kilometres."""

    latitude: float
    longitude: float
    km: float


def canonical(key: Key, values: tuple[str, ...], today: date) -> tuple[str, ...] | None:
    """The one spelling of a filter's values, or None where they are none."""
    if key is Key.NEAR:
        near = _read_near(values)
        return None if near is None else (_spelled_near(near),)
    readers: Mapping[Key, Callable[[str], str | None]] = {
        Key.DATE: partial(_date, today=today),
        Key.RATING: _rating,
        Key.IS: lambda value: _IS.get(_plain(value)),
        Key.HAS: lambda value: _HAS.get(_plain(value)),
        Key.TYPE: _type,
        # A path may hold two spaces in a row.
        Key.FOLDER: lambda value: value if value.strip() else None,
    }
    read = readers.get(key, _text)
    found = tuple(dict.fromkeys(read(value) for value in values))
    return None if not found or None in found else tuple(filter(None, found))


def rating_range(value: str) -> tuple[int, int]:
    """The fewest and the most stars that a rating in its one spelling means."""
    if value == "rejected":
        return REJECTED, REJECTED
    if value.startswith(">="):
        return int(value[2:]), MOST_STARS
    if value.startswith("<="):
        return 0, int(value[2:])
    low, _, high = value.partition("..")
    return int(low), int(high or low)


def near(value: str) -> Near:
    """The circle that a place in its one spelling means."""
    found = _read_near(tuple(value.split(",")))
    assert found is not None
    return found


def _plain(text: str) -> str:
    return _text(unicodedata.normalize("NFKC", text).lower()) or ""


def _text(value: str) -> str | None:
    return " ".join(value.split()) or None


def _date(value: str, today: date) -> str | None:
    return normal_date(value) if days(value, today) is not None else None


def _type(value: str) -> str | None:
    plain = _plain(value).removeprefix(".")
    name = _OTHER_TYPES.get(plain, plain)
    return name if name in TYPES else None


def _rating(value: str) -> str | None:
    plain = _plain(value).replace(" ", "")
    if plain in ("rejected", "-1"):
        return "rejected"
    match = _RATING.fullmatch("0" if plain == "none" else plain)
    if match is None:
        return None
    if match[4]:
        return _spelled_rating(*sorted((int(match[4]), int(match[5]))))
    sign, stars = match[1] or (">=" if match[3] else "="), int(match[2])
    match sign:
        case ">=" | "≥":
            return _spelled_rating(stars, MOST_STARS)
        case ">":
            return _spelled_rating(stars + 1, MOST_STARS)
        case "<=" | "≤":
            return _spelled_rating(0, stars)
        case "<":
            return _spelled_rating(0, stars - 1)
    return _spelled_rating(stars, stars)


def _spelled_rating(low: int, high: int) -> str | None:
    if low > high:
        return None
    if low == high:
        return str(low)
    if high == MOST_STARS:
        return f">={low}"
    return f"<={high}" if low == 0 else f"{low}..{high}"


def _read_near(values: tuple[str, ...]) -> Near | None:
    """The numbers of "48.85,2.35,10km", in one piece or already taken apart."""
    pieces = [_plain(piece).replace(" ", "") for piece in ",".join(values).split(",")]
    if len(pieces) not in (2, 3) or not all(map(_NUMBER.fullmatch, pieces[:2])):
        return None
    latitude, longitude = float(pieces[0]), float(pieces[1])
    distance = _DISTANCE.fullmatch(pieces[2]) if len(pieces) == 3 else None
    if abs(latitude) > 90 or abs(longitude) > 180 or (len(pieces) == 3 and distance is None):
        return None
    km = float(distance[1]) * _KM[distance[2] or "km"] if distance else NEAR_KM
    # From a metre to half the girth of the earth: no two places lie farther apart.
    return Near(latitude, longitude, min(max(km, 0.001), 20_038.0))


def _spelled_near(near: Near) -> str:
    return f"{_figures(near.latitude)},{_figures(near.longitude)},{_figures(near.km)}km"


def _figures(number: float) -> str:
    """Centimetres are enough."""
    return f"{number:.7f}".rstrip("0").rstrip(".")
