"""Lists of photos, newest first, read once for all who ask and kept up to date."""

import json
import os
import threading
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from photoclip.core.columns import among, column, columns
from photoclip.core.db import Store
from photoclip.core.folders import below
from photoclip.core.types import Scope

# So many lists of places are kept, of those asked for last: 16 bytes a photo each.
_KEPT: Final = 4

# The ids of photos and their `sort_time`s, each int64 (n,).
Listed = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class _Everything:
    """All photos as they stood at a revision; `number` is of the last change that is in it."""

    revision: int
    number: int
    listed: Listed


class Listings:
    """Lists the photos of a library. For any thread.

    What two threads ask for at once, as a window that shows all photos while its search goes
    through them, is read once: the second waits for the first. The list of all photos is never
    read again: what has changed in it is put in its place.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._everything: _Everything | None = None
        self._revision: object = None
        self._kept: dict[tuple[Scope, str], Listed] = {}

    def photos(self, scope: Scope, model: str) -> Listed:
        """The photos in `scope`, see `Library.listing`. Neither array may be written to."""
        with self._lock:
            revision = self._store.revision()
            if scope == Scope():
                self._everything = self._up_to_date(self._everything, revision)
                return self._everything.listed
            if self._revision != revision:
                self._revision, self._kept = revision, {}
            # Only tags hang on the model.
            key = (scope, model if scope.tag is not None else "")
            # Taken out and put in again, so that the one not asked for the longest stands first.
            listed = self._kept.pop(key, None) or self._read(scope, model)
            self._kept[key] = listed
            if len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
            return listed

    def _up_to_date(self, known: _Everything | None, revision: int) -> _Everything:
        if known is not None and known.revision == revision:
            return known
        # First, so that what is written meanwhile counts once more rather than not at all.
        oldest, newest = self._store.row(
            "SELECT coalesce(min(number), 0), coalesce(max(number), 0) FROM shown_changes"
        )
        if known is None or known.number + 1 < oldest:
            return _Everything(revision, newest, self._read(Scope(), ""))
        listed = known.listed
        if newest > known.number:
            changed = column(
                self._store,
                "SELECT DISTINCT photo_id FROM shown_changes WHERE number > ?",
                [known.number],
            )
            listed = _with(_without(listed, changed), self._read_some(changed))
        return _Everything(revision, newest, listed)

    def _read(self, scope: Scope, model: str) -> Listed:
        where, arguments = _condition(scope, model)
        photo_ids, times = columns(
            self._store,
            f"SELECT id, sort_time FROM photos WHERE present{where}"
            " ORDER BY sort_time DESC, id DESC",
            arguments,
        )
        return _shared(photo_ids, times)

    def _read_some(self, photo_ids: NDArray[np.int64]) -> Listed:
        """Those of them that are there, newest first."""
        found, times = columns(
            self._store,
            "SELECT id, sort_time FROM photos WHERE present AND id IN"
            " (SELECT value FROM json_each(?)) ORDER BY sort_time DESC, id DESC",
            [json.dumps(photo_ids.tolist())],
        )
        return found, times


def _without(listed: Listed, photo_ids: NDArray[np.int64]) -> Listed:
    kept = ~among(listed[0], photo_ids)
    return listed if kept.all() else (listed[0][kept], listed[1][kept])


def _with(listed: Listed, new: Listed) -> Listed:
    """With other photos in their places; both lists have the newest first."""
    photo_ids, times = listed
    rising = times[::-1]
    # Before each new one stand those of a later time, and of the same time those added later.
    at = len(times) - np.searchsorted(rising, new[1], side="right")
    of_its_time = len(times) - np.searchsorted(rising, new[1], side="left")
    for i in np.flatnonzero(at < of_its_time):
        beside = photo_ids[at[i] : of_its_time[i]][::-1]
        at[i] += len(beside) - bisect_left(beside, new[0][i])
    return _shared(np.insert(photo_ids, at, new[0]), np.insert(times, at, new[1]))


def _shared(photo_ids: NDArray[np.int64], times: NDArray[np.int64]) -> Listed:
    for array in (photo_ids, times):
        array.flags.writeable = False
    return photo_ids, times


def _condition(scope: Scope, model: str) -> tuple[str, list[object]]:
    """The SQL that keeps the photos of `scope`, to follow a WHERE, and its arguments."""
    where, arguments = "", list[object]()
    if scope.folder is not None:
        folder = os.fsencode(scope.folder)
        where += (
            " AND id IN (SELECT photo_id FROM files WHERE photo_id IS NOT NULL AND NOT missing"
            " AND directory_id IN"
            " (SELECT id FROM directories WHERE path = ? OR (path >= ? AND path < ?)))"
        )
        arguments += [folder, *below(folder)]
    if scope.tag is not None:
        where += (
            " AND id IN (SELECT photo_id FROM decisions"
            " WHERE confirmed AND term_id = (SELECT id FROM terms WHERE term = ?)"
            " UNION ALL SELECT photo_id FROM suggestions AS s"
            " WHERE model_id = (SELECT id FROM models WHERE key = ?)"
            " AND term_id = (SELECT id FROM terms WHERE term = ?) AND NOT EXISTS (SELECT 1"
            " FROM decisions AS d WHERE d.photo_id = s.photo_id AND d.term_id = s.term_id))"
        )
        arguments += [scope.tag, model, scope.tag]
    if scope.album is not None:
        where += " AND id IN (SELECT photo_id FROM album_photos WHERE album_id = ?)"
        arguments.append(scope.album)
    return where, arguments
