"""From filters to the photos they keep: each value's set of photos by an index, then joined."""

import os
import unicodedata
from calendar import timegm
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Final

import numpy as np
from numpy.typing import NDArray

from photoclip.core.columns import column
from photoclip.core.dates import days
from photoclip.core.db import Arguments
from photoclip.core.distances import photos_near
from photoclip.core.filter_values import (
    FAVOURITE,
    LANDSCAPE,
    MOST_STARS,
    PANORAMA,
    PORTRAIT,
    REJECTED,
    SQUARE,
    TYPES,
    near,
    rating_range,
)
from photoclip.core.folders import inside
from photoclip.core.library import Library
from photoclip.core.photo_sets import EVERY_PHOTO, NO_PHOTO, PhotoSet
from photoclip.core.query import Filter, Key

# Makers do not use more in a name; a filter that does matches nothing.
_MOST_WORDS: Final = 20

# Nearly as wide as high counts as square: cameras round to whole blocks of pixels.
_NOT_SQUARE: Final = "abs(width - height) * 50 > max(width, height)"
# Each is answered by an index of its own, which has to be asked in its very words (`coverings`).
_IS: Final = {
    SQUARE: "SELECT id FROM photos WHERE abs(width - height) * 50 <= max(width, height)",
    LANDSCAPE: f"SELECT id FROM photos WHERE width > height AND {_NOT_SQUARE}",
    PORTRAIT: f"SELECT id FROM photos WHERE width < height AND {_NOT_SQUARE}",
    PANORAMA: "SELECT id FROM photos WHERE max(width, height) >= 2 * min(width, height)",
    FAVOURITE: "SELECT photo_id FROM annotations WHERE favourite",
}
_HAS: Final = {
    "place": "SELECT id FROM photos WHERE latitude IS NOT NULL",
    "caption": "SELECT photo_id FROM annotations WHERE caption != ''",
    "rating": "SELECT photo_id FROM annotations WHERE rating != 0 AND rating > 0",
}
_MODEL: Final = "(SELECT id FROM models WHERE key = ?)"
# Those that a person has not decided on all of.
_LEFT: Final = (
    "SELECT DISTINCT photo_id FROM decisions AS rejected WHERE NOT confirmed AND EXISTS ("
    f" SELECT 1 FROM suggestions AS s WHERE s.photo_id = rejected.photo_id AND model_id = {_MODEL}"
    " AND NOT EXISTS (SELECT 1 FROM decisions AS d"
    " WHERE d.photo_id = s.photo_id AND d.term_id = s.term_id))"
)


@dataclass(frozen=True)
class Lookups:
    """What filters ask others.

    Attributes:
        exact: the photos whose file name, folders, tags or caption hold these words.
        terms: the ids of the terms that a tag's name means: itself, synonyms, what follows.
        place: the photos taken in a place of that name.
        live_album: the photos in a live album, by its query's text.
    """

    exact: Callable[[str], NDArray[np.int64]]
    terms: Callable[[str], Collection[int]]
    place: Callable[[str], Sequence[int]] = lambda name: ()
    live_album: Callable[[str], Sequence[int]] = lambda text: ()


class Filtering:
    """Looks up what filters keep, for one library, model and day.

    Args:
        model: the id of the encoder whose suggested tags count.
        today: the day from which "last month" is counted.
    """

    def __init__(self, library: Library, model: str, today: date, lookups: Lookups) -> None:
        self._store = library.store
        self._folders = library.folder_photos
        self._model = model
        self._today = today
        self._lookups = lookups
        self._having: Mapping[Key, Callable[[str], PhotoSet]] = {
            Key.DATE: self._taken,
            Key.CAMERA: lambda value: self._made_by("camera", value),
            Key.LENS: lambda value: self._made_by("lens", value),
            Key.IN: self._in,
            Key.FOLDER: self._in_folder,
            Key.ALBUM: self._in_album,
            Key.TAG: self._tagged,
            Key.RATING: lambda value: self._rated(*rating_range(value)),
            Key.IS: lambda value: self._found(_IS[value]),
            Key.TYPE: lambda value: self._found(
                "SELECT id FROM photos WHERE format = ?", [TYPES[value].value]
            ),
            Key.HAS: self._has,
            Key.NEAR: lambda value: PhotoSet.of(photos_near(self._store, near(value))),
            Key.EXACT: lambda value: PhotoSet.of(self._lookups.exact(bindable(value))),
        }

    def passing(self, filters: Iterable[Filter]) -> PhotoSet:
        """What passes all filters, for the library as it is now.

        Whether a photo is still there is not asked: among those that are gone, too, some pass.
        """
        return reduce(and_, map(self._kept, dict.fromkeys(filters)), EVERY_PHOTO)

    def _kept(self, item: Filter) -> PhotoSet:
        any_of = _any(map(self._having[item.key], dict.fromkeys(item.values)))
        # What is not known of a photo it has not.
        return ~any_of if item.negated else any_of

    def _found(self, sql: str, arguments: Arguments = ()) -> PhotoSet:
        return PhotoSet.of(column(self._store, sql, arguments))

    def _taken(self, value: str) -> PhotoSet:
        meant = days(value, self._today)
        assert meant is not None
        bounds = [
            (sign, timegm(day.timetuple()))
            for sign, day in ((">=", meant.start), ("<", meant.end))
            if day is not None
        ]
        where = "".join(f" AND sort_time {sign} ?" for sign, _ in bounds)
        return self._found(
            f"SELECT id FROM photos WHERE present{where}", [moment for _, moment in bounds]
        )

    def _made_by(self, field: str, value: str) -> PhotoSet:
        """All words occur in the name, in letters large or small: "iphone 12" in "iPhone 12 Pro".

        Names of cameras and lenses are ASCII but for the rarest, as is SQLite's `lower`.
        """
        words = list(dict.fromkeys(bindable(value).lower().split()))
        if len(words) > _MOST_WORDS:
            return NO_PHOTO
        # The few names there are, and not each photo's.
        names = "SELECT value FROM facets WHERE kind = ?" + (
            " AND instr(lower(value), lower(?))" * len(words)
        )
        return self._found(f"SELECT id FROM photos WHERE {field} IN ({names})", [field, *words])

    def _in(self, name: str) -> PhotoSet:
        """In a folder, an album or a place of that very name."""
        wanted = _folded(name)
        folder = self._in_folders(lambda path, names: wanted in names)
        return folder | self._in_album(name) | PhotoSet.of(self._lookups.place(bindable(name)))

    def _in_folder(self, value: str) -> PhotoSet:
        """In or below a folder: by its whole path, or by a part of its name or last names."""
        if os.path.isabs(value):
            try:
                whole = os.fsencode(os.path.normpath(value))
            except UnicodeEncodeError:
                return NO_PHOTO
            return self._in_folders(lambda path, names: inside(path, whole))
        part = _folded(value.replace(os.sep, "/"))
        return self._in_folders(lambda path, names: part in "/".join(names))

    def _in_folders(self, wanted: Callable[[bytes, list[str]], bool]) -> PhotoSet:
        """In one of the folders that `wanted` answers for, given path and names."""
        roots = {path for (path,) in self._store.rows("SELECT path FROM roots")}
        ids = [
            directory_id
            for directory_id, path in self._store.rows("SELECT id, path FROM directories")
            if wanted(path, _names(path, roots))
        ]
        return PhotoSet.of(self._folders.within(ids))

    def _in_album(self, name: str) -> PhotoSet:
        """In an album of that name; albums may differ in letters large and small."""
        return _any(
            self._found("SELECT photo_id FROM album_photos WHERE album_id = ?", [album_id])
            if query is None
            else PhotoSet.of(self._lookups.live_album(query))
            for album_id, album, query in self._store.rows("SELECT id, name, query FROM albums")
            if _folded(album) == _folded(name)
        )

    def _tagged(self, name: str) -> PhotoSet:
        """Confirmed, or suggested by the model and not rejected."""
        return _any(map(self._said_of, self._lookups.terms(bindable(name))))

    def _said_of(self, term_id: int) -> PhotoSet:
        suggested = self._found(
            f"SELECT photo_id FROM suggestions WHERE model_id = {_MODEL} AND term_id = ?",
            [self._model, term_id],
        )
        # A suggestion stands until someone has decided.
        confirmed, rejected = (
            self._found(
                "SELECT photo_id FROM decisions WHERE term_id = ? AND confirmed = ?",
                [term_id, yes],
            )
            for yes in (1, 0)
        )
        return (suggested - rejected) | confirmed

    def _has(self, what: str) -> PhotoSet:
        return self._with_tags() if what == "tags" else self._found(_HAS[what])

    def _with_tags(self) -> PhotoSet:
        """Of the photos with suggestions only those are looked at where one was rejected."""
        suggested = self._found(
            # The plus keeps SQLite from the index of terms, where a photo's do not stand together.
            f"SELECT DISTINCT photo_id FROM suggestions WHERE +model_id = {_MODEL}",
            [self._model],
        )
        rejected = self._found("SELECT photo_id FROM decisions WHERE NOT confirmed")
        confirmed = self._found("SELECT photo_id FROM decisions WHERE confirmed")
        return (suggested - rejected) | confirmed | self._found(_LEFT, [self._model])

    def _rated(self, low: int, high: int) -> PhotoSet:
        """So many stars; a photo of which nothing is said has none."""
        if low <= 0 <= high:
            return ~(self._rated(REJECTED, low - 1) | self._rated(high + 1, MOST_STARS))
        return self._found(
            "SELECT photo_id FROM annotations WHERE rating != 0 AND rating BETWEEN ? AND ?",
            [low, high],
        )


def bindable(text: str) -> str:
    """`text` as SQLite takes it: file names that are no text have halves of characters in them."""
    return text.encode("utf-8", "replace").decode()


def _any(sets: Iterable[PhotoSet]) -> PhotoSet:
    return reduce(or_, sets, NO_PHOTO)


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
