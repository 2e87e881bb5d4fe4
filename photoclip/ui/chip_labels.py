"""What the chips of a query say, in the person's language."""

import re
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QLocale

from photoclip.core.filter_values import (
    FAVOURITE,
    LANDSCAPE,
    PANORAMA,
    PORTRAIT,
    SQUARE,
    Near,
    near,
)
from photoclip.core.paths import display_name
from photoclip.core.query import Feedback, Filter, Item, Key, Picture, Words
from photoclip.ui.headings import said_span

_HASH = re.compile("[0-9a-f]{32}")
_YEAR = re.compile("[0-9]{4}")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Chips", text)


def label(item: Item, locale: QLocale) -> str:
    """What a chip says, in the person's language; "" for a picture in the library."""
    match item:
        case Words(text, weight):
            return _weighed(text, weight, locale)
        case Picture(source, weight):
            name = "" if _HASH.fullmatch(source) else display_name(source)
            return _weighed(name, weight, locale) if name or weight != 1 else ""
        case Feedback(_, liked):
            return "+1" if liked else "−1"
        case Filter(key, values, negated):
            joined = _tr(" or ").join(_value(key, value, locale) for value in values)
            text = _frame(key).replace("%1", joined)
            return _tr("not: %1").replace("%1", text) if negated else text


def feedback_label(given: Sequence[Feedback]) -> str:
    """How many results were found right and how many wrong: "+3 −1"."""
    liked = sum(one.liked for one in given)
    parts = [f"+{liked}"] * bool(liked) + [f"−{len(given) - liked}"] * (liked < len(given))
    return " ".join(parts)


def _weighed(text: str, weight: float, locale: QLocale) -> str:
    if abs(weight) != 1:
        text = f"{locale.toString(abs(weight), 'g', 4)} × {text}".rstrip("× ")
    return _tr("not: %1").replace("%1", text) if weight < 0 else text


def _frame(key: Key) -> str:
    """The words around a filter's values."""
    frames = {
        Key.CAMERA: _tr("camera: %1"),
        Key.LENS: _tr("lens: %1"),
        Key.IN: _tr("in: %1"),
        Key.FOLDER: _tr("folder: %1"),
        Key.ALBUM: _tr("album: %1"),
        Key.TAG: _tr("tag: %1"),
        Key.RATING: _tr("rating: %1"),
        Key.TYPE: _tr("type: %1"),
        Key.HAS: _tr("has %1"),
        Key.NEAR: _tr("near %1"),
        Key.EXACT: _tr("“%1”"),
    }
    return frames.get(key, "%1")


def _value(key: Key, value: str, locale: QLocale) -> str:
    if key is Key.RATING:
        stars = {"rejected": _tr("rejected"), "none": _tr("none"), "0": _tr("none")}
        return stars.get(value) or value.replace(">=", "≥ ").replace("<=", "≤ ").replace("..", "–")
    if key in (Key.IS, Key.HAS):
        names = {
            FAVOURITE: _tr("favourite"), LANDSCAPE: _tr("landscape"), PORTRAIT: _tr("portrait"),
            SQUARE: _tr("square"), PANORAMA: _tr("panorama"), "place": _tr("place"),
            "caption": _tr("caption"), "tags": _tr("tags"), "rating": _tr("rating"),
        }  # fmt: skip
        return names.get(value, value)
    if key is Key.TYPE:
        return value.upper()
    if key is Key.NEAR:
        return _circle(near(value), locale)
    if key is Key.FOLDER and ("/" in value or "\\" in value):
        return display_name(value)
    if key is Key.DATE:
        return _date(value, locale)
    return value


def _date(value: str, locale: QLocale) -> str:
    for relation, frame in {
        "before": _tr("before %1"), "after": _tr("after %1"),
        "since": _tr("since %1"), "until": _tr("until %1"),
    }.items():  # fmt: skip
        if value.startswith(f"{relation} "):
            return frame.replace("%1", said_span(value[len(relation) + 1 :], locale))
    return said_span(value, locale) if _YEAR.search(value) else value


def _circle(where: Near, locale: QLocale) -> str:
    point = ", ".join(
        locale.toString(degrees, "f", 2) for degrees in (where.latitude, where.longitude)
    )
    return f"{point} · {locale.toString(where.km, 'g', 3)} km"
