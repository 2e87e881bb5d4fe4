"""Filters that no photo can pass together, told in a sentence before anyone searches in vain."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from photoclip.core.dates import days
from photoclip.core.filter_values import (
    LANDSCAPE,
    MOST_STARS,
    PANORAMA,
    PORTRAIT,
    REJECTED,
    SQUARE,
    TYPES,
    rating_range,
)
from photoclip.core.query import Filter, Key, Query

# Each shape as the kinds of photos that have it.
_SHAPES: Final[Mapping[str, tuple[str, ...]]] = {
    LANDSCAPE: ("wide", "very wide"),
    PORTRAIT: ("high", "very high"),
    SQUARE: ("square",),
    PANORAMA: ("very wide", "very high"),
}
_ANY_SHAPE: Final = frozenset(kind for kinds in _SHAPES.values() for kind in kinds)


def contradiction(query: Query, today: date) -> str | None:
    """Why nothing can match, in one plain sentence; None where something may.

    Only what is certain of any library: dates, ratings, types and shapes that exclude one
    another, and a filter together with its own opposite.
    """
    filters = tuple(dict.fromkeys(query.filters))
    return (
        _opposites(filters)
        or _outside(filters, Key.RATING, frozenset(range(REJECTED, MOST_STARS + 1)), _stars)
        or _outside(filters, Key.TYPE, frozenset(TYPES), lambda value: (value,))
        or _outside(
            [one for one in filters if set(one.values) <= set(_SHAPES)],
            Key.IS,
            _ANY_SHAPE,
            lambda value: _SHAPES[value],
        )
        or _no_day(filters, today)
    )


def _opposites(filters: Sequence[Filter]) -> str | None:
    """A filter beside another that wants the contrary."""
    unwanted = {(one.key, value) for one in filters if one.negated for value in one.values}
    for one in filters:
        if not one.negated and unwanted.issuperset((one.key, value) for value in one.values):
            against = next(
                other
                for other in filters
                if other.negated and other.key == one.key and one.values[0] in other.values
            )
            return _sentence((one, against))
    return None


def _outside(
    filters: Iterable[Filter],
    key: Key,
    possible: frozenset[Hashable],
    meant: Callable[[str], Iterable[Hashable]],
) -> str | None:
    """Filters of one key that leave nothing of what is possible."""
    left, used = possible, dict[Filter, frozenset[Hashable]]()
    for one in filters:
        if one.key is not key:
            continue
        found = frozenset(each for value in one.values for each in meant(value))
        used[one] = possible - found if one.negated else found
        left &= used[one]
        if not left:
            against = next((other for other in used if not used[other] & used[one]), None)
            return _sentence(list(used) if against is None else list(dict.fromkeys((against, one))))
    return None


def _stars(value: str) -> Iterable[int]:
    low, high = rating_range(value)
    return range(low, high + 1)


def _no_day(filters: Sequence[Filter], today: date) -> str | None:
    """Dates of which no day fits all."""
    dated = [one for one in filters if one.key is Key.DATE]
    if not dated or _some_day(dated, today):
        return None
    # With two it is plain which; of a few, the first pair that leaves no day between them.
    few = dated if len(dated) <= 20 else []
    pairs = ((a, b) for i, b in enumerate(few) for a in few[:i])
    return _sentence(next((pair for pair in pairs if not _some_day(pair, today)), dated))


def _some_day(dated: Sequence[Filter], today: date) -> bool:
    """Whether a day lies in every wanted date and in no unwanted one."""
    # How many filters begin (+1) and end (-1) to cover the days at each bound: wanted, unwanted.
    steps = dict[date, list[int]]()
    for one in dated:
        for start, end in _merged(one.values, today):
            steps.setdefault(start, [0, 0])[one.negated] += 1
            steps.setdefault(end, [0, 0])[one.negated] -= 1
    steps.setdefault(date.min, [0, 0])
    wanted = sum(not one.negated for one in dated)
    covering = [0, 0]
    for day in sorted(steps):
        covering = [now + step for now, step in zip(covering, steps[day], strict=True)]
        if covering == [wanted, 0] and day < date.max:
            return True
    return False


def _merged(values: Sequence[str], today: date) -> list[tuple[date, date]]:
    """The days that any of these dates means, as ranges that do not overlap."""
    meant = [found for value in values if (found := days(value, today)) is not None]
    merged = list[tuple[date, date]]()
    for start, end in sorted((one.start or date.min, one.end or date.max) for one in meant):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _sentence(filters: Sequence[Filter]) -> str:
    if len(filters) == 1:
        return f"No photo can match “{filters[0].label}”."
    if len(filters) > 4:
        return f"These {len(filters)} filters exclude one another, so no photo can match."
    labels = [f"“{one.label}”" for one in filters]
    return f"{', '.join(labels[:-1])} and {labels[-1]} exclude each other, so no photo can match."
