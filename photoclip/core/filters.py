"""From filters to SQL: the condition under which a photo's row is kept."""

import json
import os
import unicodedata
from calendar import timegm
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from photoclip.core.columns import column
from photoclip.core.dates import days
from photoclip.core.db import Store
from photoclip.core.distances import photos_near
from photoclip.core.filter_values import (
    FAVOURITE,
    LANDSCAPE,
    PANORAMA,
    PORTRAIT,
    SQUARE,
    TYPES,
    near,
    rating_range,
)
from photoclip.core.folders import inside
from photoclip.core.query import Filter, Key

# Joined at most so many at once: SQLite bounds the depth of an expression and its arguments.
_AT_ONCE: Final = 30
_AND, _OR = " AND ", " OR "
# Makers do not use more in a name; a filter that does matches nothing.
_MOST_WORDS: Final = 20

# Nearly as wide as high counts as square: cameras round to whole blocks of pixels.
_IS_SQUARE: Final = "abs(photos.width - photos.height) * 50 <= max(photos.width, photos.height)"
_SHAPES: Final = {
    SQUARE: _IS_SQUARE,
    LANDSCAPE: f"(photos.width > photos.height AND NOT {_IS_SQUARE})",
    PORTRAIT: f"(photos.width < photos.height AND NOT {_IS_SQUARE})",
    PANORAMA: "max(photos.width, photos.height) >= 2 * min(photos.width, photos.height)",
    FAVOURITE: "photos.id IN (SELECT photo_id FROM annotations WHERE favourite)",
}
# Few photos are rated, and an index knows which.
_RATED: Final = "photos.id IN (SELECT photo_id FROM annotations WHERE rating != 0 AND rating {})"
_MODEL: Final = "(SELECT id FROM models WHERE key = ?)"
# A suggestion stands until someone has decided.
_UNDECIDED: Final = (
    "NOT EXISTS (SELECT 1 FROM decisions AS d"
    " WHERE d.photo_id = s.photo_id AND d.term_id = s.term_id)"
)
_HAS: Final = {
    "place": "photos.latitude IS NOT NULL",
    "caption": "photos.id IN (SELECT photo_id FROM annotations WHERE caption <> '')",
    "rating": _RATED.format("> 0"),
}


@dataclass(frozen=True)
class Condition:
    """An SQL expression over a row of `photos`, true of what is kept, and its arguments."""

    sql: str
    arguments: tuple[object, ...] = ()


NOTHING: Final = Condition("0")
EVERYTHING: Final = Condition("1")


@dataclass(frozen=True)
class Lookups:
    """What filters ask others.

    Attributes:
        exact: the condition that a photo's file name, folders, tags or caption hold these words.
        terms: the ids of the terms that a tag's name means: itself, synonyms, what follows.
        place: the condition that a photo was taken in a place of that name.
        live_album: the ids of the photos in a live album, by its query's text.
    """

    exact: Callable[[str], Condition]
    terms: Callable[[str], Collection[int]]
    place: Callable[[str], Condition] = lambda name: NOTHING
    live_album: Callable[[str], Collection[int]] = lambda text: ()


class Filtering:
    """Makes conditions of filters, for one library, model and day.

    Args:
        model: the id of the encoder whose suggested tags count.
        today: the day from which "last month" is counted.
    """

    def __init__(self, store: Store, model: str, today: date, lookups: Lookups) -> None:
        self._store = store
        self._model = model
        self._today = today
        self._lookups = lookups
        self._conditions: Mapping[Key, Callable[[str], Condition]] = {
            Key.DATE: self._date,
            Key.CAMERA: lambda value: _words_in("camera", value),
            Key.LENS: lambda value: _words_in("lens", value),
            Key.IN: self._in,
            Key.FOLDER: self._folder,
            Key.ALBUM: self._album,
            Key.TAG: self._tag,
            Key.RATING: lambda value: _rated(*rating_range(value)),
            Key.IS: lambda value: Condition(_SHAPES[value]),
            Key.TYPE: lambda value: Condition("photos.format = ?", (TYPES[value].value,)),
            Key.HAS: self._has,
            Key.NEAR: lambda value: photos_among(photos_near(self._store, near(value))),
            Key.EXACT: lambda value: self._lookups.exact(bindable(value)),
        }

    def condition(self, filters: Iterable[Filter]) -> Condition:
        """What keeps the photos that pass all filters; `EVERYTHING` when there are none.

        To be used where `photos` is among the tables. It holds for the library as it is now.
        """
        return self._joined(_AND, [self._one(item) for item in dict.fromkeys(filters)])

    def photo_ids(self, filters: Sequence[Filter]) -> NDArray[np.int64]:
        """The photos there are that pass all filters, in no order; int64 of shape (n,)."""
        condition = self.condition(filters)
        # By the index of dates a whole library is read ten times slower than as it lies, which a
        # plus keeps SQLite from.
        dated = any(one.key is Key.DATE and not one.negated for one in filters)
        return column(
            self._store,
            f"SELECT id FROM photos WHERE {'' if dated else '+'}present AND {condition.sql}",
            condition.arguments,
        )

    def _one(self, item: Filter) -> Condition:
        values = dict.fromkeys(item.values)
        any_of = self._joined(_OR, [self._conditions[item.key](value) for value in values])
        if not item.negated:
            return any_of
        # What is not known of a photo it has not.
        return Condition(f"({any_of.sql}) IS NOT TRUE", any_of.arguments)

    def _joined(self, operator: str, conditions: Sequence[Condition]) -> Condition:
        """All of these, or any. Where they are many, what the first ones keep is looked up."""
        kept, rest = conditions[:_AT_ONCE], conditions[_AT_ONCE:]
        while rest:
            kept = [self._looked_up(_join(operator, kept)), *rest[: _AT_ONCE - 1]]
            rest = rest[_AT_ONCE - 1 :]
        return _join(operator, kept)

    def _looked_up(self, condition: Condition) -> Condition:
        rows = self._store.rows(f"SELECT id FROM photos WHERE {condition.sql}", condition.arguments)
        return photos_among(row[0] for row in rows)

    def _date(self, value: str) -> Condition:
        meant = days(value, self._today)
        assert meant is not None
        bounds = ((">=", meant.start), ("<", meant.end))
        return _join(
            _AND,
            [
                Condition(f"photos.sort_time {sign} ?", (timegm(day.timetuple()),))
                for sign, day in bounds
                if day is not None
            ],
        )

    def _in(self, name: str) -> Condition:
        """In a folder, an album or a place of that very name."""
        wanted = _folded(name)
        folder = self._in_folders(lambda path, names: wanted in names)
        return _join(_OR, [folder, self._album(name), self._lookups.place(bindable(name))])

    def _folder(self, value: str) -> Condition:
        """In or below a folder: by its whole path, or by a part of its name or last names."""
        if os.path.isabs(value):
            try:
                whole = os.fsencode(os.path.normpath(value))
            except UnicodeEncodeError:
                return NOTHING
            return self._in_folders(lambda path, names: inside(path, whole))
        part = _folded(value.replace(os.sep, "/"))
        return self._in_folders(lambda path, names: part in "/".join(names))

    def _in_folders(self, wanted: Callable[[bytes, list[str]], bool]) -> Condition:
        """In one of the folders that `wanted` answers for, given path and names."""
        roots = {path for (path,) in self._store.rows("SELECT path FROM roots")}
        ids = [
            directory_id
            for directory_id, path in self._store.rows("SELECT id, path FROM directories")
            if wanted(path, _names(path, roots))
        ]
        return Condition(
            "photos.id IN (SELECT photo_id FROM files WHERE photo_id IS NOT NULL AND NOT missing"
            " AND directory_id IN (SELECT value FROM json_each(?)))",
            (json.dumps(ids),),
        )

    def _album(self, name: str) -> Condition:
        """In an album of that name; albums may differ in letters large and small."""
        found = list[Condition]()
        for album_id, album, query in self._store.rows("SELECT id, name, query FROM albums"):
            if _folded(album) != _folded(name):
                continue
            if query is not None:
                found.append(photos_among(self._lookups.live_album(query)))
            else:
                found.append(
                    Condition(
                        "photos.id IN (SELECT photo_id FROM album_photos WHERE album_id = ?)",
                        (album_id,),
                    )
                )
        return self._joined(_OR, found)

    def _tag(self, name: str) -> Condition:
        """Confirmed, or suggested by the model and not rejected."""
        ids = json.dumps([int(term_id) for term_id in self._lookups.terms(bindable(name))])
        terms = "term_id IN (SELECT value FROM json_each(?))"
        return Condition(
            f"photos.id IN (SELECT photo_id FROM decisions WHERE {terms} AND confirmed"
            f" UNION ALL SELECT photo_id FROM suggestions AS s"
            f" WHERE model_id = {_MODEL} AND {terms} AND {_UNDECIDED})",
            (ids, self._model, ids),
        )

    def _has(self, what: str) -> Condition:
        if what != "tags":
            return Condition(_HAS[what])
        # Most photos have suggestions, and need not be asked for more then.
        return Condition(
            "(EXISTS (SELECT 1 FROM suggestions AS s WHERE s.photo_id = photos.id"
            f" AND s.model_id = {_MODEL} AND {_UNDECIDED})"
            " OR EXISTS (SELECT 1 FROM decisions WHERE photo_id = photos.id AND confirmed))",
            (self._model,),
        )


def photos_among(photo_ids: Iterable[int]) -> Condition:
    """That a photo is one of these, however many."""
    ids = json.dumps([int(photo_id) for photo_id in photo_ids])
    return Condition("photos.id IN (SELECT value FROM json_each(?))", (ids,))


def bindable(text: str) -> str:
    """`text` as SQLite takes it: file names that are no text have halves of characters in them."""
    return text.encode("utf-8", "replace").decode()


def _join(operator: str, conditions: Sequence[Condition]) -> Condition:
    """In brackets, so that it may stand beside others; what has no say left out, since SQLite
    uses no index beside it."""
    neutral = NOTHING if operator == _OR else EVERYTHING
    conditions = [one for one in conditions if one != neutral]
    if not conditions:
        return neutral
    if len(conditions) == 1:
        return conditions[0]
    arguments = tuple(argument for one in conditions for argument in one.arguments)
    return Condition(f"({operator.join(f'({one.sql})' for one in conditions)})", arguments)


def _rated(low: int, high: int) -> Condition:
    """So many stars; a photo of which nothing is said has none."""
    if low <= 0 <= high:
        others = _RATED.format("NOT BETWEEN ? AND ?")
        return Condition(f"NOT {others}", (low, high))
    return Condition(_RATED.format("BETWEEN ? AND ?"), (low, high))


def _words_in(field: str, value: str) -> Condition:
    """All words occur in the field, in letters large or small: "iphone 12" in "Apple iPhone 12".

    Names of cameras and lenses are ASCII but for the rarest, as is SQLite's `lower`.
    """
    words = list(dict.fromkeys(bindable(value).lower().split()))
    if len(words) > _MOST_WORDS:
        return NOTHING
    # The few names there are, and not each photo's.
    names = "SELECT value FROM facets WHERE kind = ?" + " AND instr(lower(value), lower(?))" * len(
        words
    )
    return Condition(f"photos.{field} IN ({names})", (field, *words))


def _names(path: bytes, roots: Collection[bytes]) -> list[str]:
    """The names of a folder and of those it lies in, from the one a person added on."""
    names, at = [], path
    while True:
        names.append(_folded(os.fsdecode(os.path.basename(at) or at)))
        parent = os.path.dirname(at)
        if at in roots:
            return names[::-1]
        if parent == at:
            # Only its files were added.
            return names[:1]
        at = parent


def _folded(text: str) -> str:
    """For comparing names: letters large and small, composed and decomposed are one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
