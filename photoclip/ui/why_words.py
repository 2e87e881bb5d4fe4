"""Why a photo is here, in words: how well each part of a query fits, and what is known of it."""

import math
import re
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QLocale

from photoclip.core.explaining import Explanation, PartScore
from photoclip.core.query import Feedback, Filter, Key, Part, Picture
from photoclip.core.relevance import Band
from photoclip.ui.chip_labels import label
from photoclip.ui.why import Reasons

_MOST_NEAREST = 6
# The score at which a bar is full; the best match of a sentence has about as much.
_FULL = 8.0
_PERIOD = re.compile("[0-9]{4}(-[0-9]{2})?")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Why", text)


@dataclass(frozen=True)
class Line:
    """How well one part of a query fits a photo.

    Attributes:
        label: what was asked for, as its chip says it.
        score: in figures. bar: the same, 0 to 1.
        unwanted: whether it counts against the photo.
        sentence: the same among the other photos.
    """

    part: Part | Feedback
    label: str
    score: str
    bar: float
    unwanted: bool
    sentence: str


def title(reasons: Reasons) -> str:
    """How well the photo fits, altogether."""
    query, explanation = reasons.query, reasons.explanation
    if not explanation.listed:
        return _tr("Not among the results")
    titles = {
        Band.STRONG: _tr("Strong match"),
        Band.LIKELY: _tr("Likely match"),
        Band.WEAK: _tr("Weak match"),
    }
    if explanation.band is not None:
        return titles[explanation.band]
    return _tr("All filters fit") if query else ""


def lines(reasons: Reasons, locale: QLocale) -> list[Line]:
    """Each part that was scored, in the order of the query."""
    searched = reasons.explanation.searched
    return [
        Line(
            one.part,
            _label(one.part, reasons, locale),
            # Without the minus of a zero that was rounded.
            locale.toString(round(one.score, 1) + 0.0, "f", 1).replace("-", "−"),
            min(max(one.score / _FULL, 0.0), 1.0),
            one.weight < 0,
            _among(one, searched, locale),
        )
        for one in reasons.explanation.parts
    ]


def facts(reasons: Reasons, locale: QLocale) -> list[str]:
    """What else speaks for the photo, or against it."""
    explanation = reasons.explanation
    places = {
        "file name": _tr("“%1” is in the file’s name"),
        "folder": _tr("“%1” is in the folder’s name"),
        "caption": _tr("“%1” is in the caption"),
        "tag": _tr("You tagged it “%1”"),
    }
    said = [places[at].replace("%1", one.text) for one in explanation.found for at in one.places]
    if explanation.refused:
        said.insert(0, _tr("You said that this is not “%1”").replace("%1", reasons.query.phrase))
    if explanation.listed:
        others = [one for one in reasons.query.filters if one.key is not Key.EXACT or one.negated]
        said += [_fact(one, locale) for one in others]
    return said


def nearest(explanation: Explanation, locale: QLocale) -> str:
    """The words of the vocabulary that fit best, with how surely."""
    # Each word stays with its figure when the line breaks.
    return ", ".join(
        f"{tag.term} {_percent(tag.probability, locale)}".replace(" ", "\u00a0")
        for tag in explanation.nearest[:_MOST_NEAREST]
    )


def _label(part: Part | Feedback, reasons: Reasons, locale: QLocale) -> str:
    if isinstance(part, Feedback):
        return _tr("your thumbs up") if part.liked else _tr("your thumbs down")
    if not isinstance(part, Picture):
        return label(part, locale)
    words = _tr("like %1").replace("%1", reasons.names.get(part.source, ""))
    if abs(part.weight) != 1:
        words = f"{locale.toString(abs(part.weight), 'g', 4)} × {words}"
    return _tr("not: %1").replace("%1", words) if part.weight < 0 else words


def _among(one: PartScore, searched: int, locale: QLocale) -> str:
    """Where the photo stands among those searched."""
    if searched < 2:
        return _tr("The only photo searched")
    if one.rank == 1 and one.weight > 0:
        return _tr("The best of %1 photos searched").replace("%1", locale.toString(searched))
    above = (searched - one.rank) / (searched - 1)
    if one.weight < 0:
        more = _tr("Has more of it than %1 of the photos searched")
        less = _tr("Has less of it than %1 of the photos searched")
    else:
        more = _tr("Fits better than %1 of the photos searched")
        less = _tr("Fits less than %1 of the photos searched")
    words, share = (more, above) if above >= 0.5 else (less, 1 - above)
    return words.replace("%1", _share(share, searched, locale))


def _share(share: float, searched: int, locale: QLocale) -> str:
    """Never rounded up: 100 % would be all. In a large library the last percent is many photos."""
    figures = 1 if share > 0.99 and searched > 1000 else 0
    shown = math.floor(100 * share * 10**figures) / 10**figures
    return locale.toString(shown, "f", figures if shown < 100 else 0) + locale.percent()


def _fact(one: Filter, locale: QLocale) -> str:
    if one.key is not Key.DATE or one.negated:
        return label(one, locale)
    inside = all(_PERIOD.fullmatch(value) for value in one.values)
    return (_tr("taken in %1") if inside else _tr("taken: %1")).replace("%1", label(one, locale))


def _percent(part: float, locale: QLocale) -> str:
    shown = round(100 * part)
    return (f"<{locale.toString(1)}" if shown < 1 else locale.toString(shown)) + locale.percent()
