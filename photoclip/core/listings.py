"""Lists of photos, newest first, each read once for all who ask until the library changes."""

import os
import threading
from typing import Final

import numpy as np
from numpy.typing import NDArray

from photoclip.core.columns import columns
from photoclip.core.db import Store
from photoclip.core.folders import below
from photoclip.core.types import Scope

# So many lists are kept, of the places asked for last: 16 bytes a photo each.
_KEPT: Final = 4

# The ids of photos and their `sort_time`s, each int64 (n,).
Listed = tuple[NDArray[np.int64], NDArray[np.int64]]


class Listings:
    """Lists the photos of a library. For any thread.

    What two threads ask for at once, as a window that shows all photos while its search goes
    through them, is read once: the second waits for the first.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._revision: object = None
        self._kept: dict[tuple[Scope, str], Listed] = {}

    def photos(self, scope: Scope, model: str) -> Listed:
        """The photos in `scope`, see `Library.listing`. Neither array may be written to."""
        # Only tags hang on the model.
        key = (scope, model if scope.tag is not None else "")
        with self._lock:
            revision = self._store.revision()
            if self._revision != revision:
                self._revision, self._kept = revision, {}
            # Taken out and put in again, so that the one not asked for the longest stands first.
            listed = self._kept.pop(key, None) or self._read(scope, model)
            self._kept[key] = listed
            if len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
            return listed

    def _read(self, scope: Scope, model: str) -> Listed:
        where, arguments = _condition(scope, model)
        photo_ids, times = columns(
            self._store,
            f"SELECT id, sort_time FROM photos WHERE present{where}"
            " ORDER BY sort_time DESC, id DESC",
            arguments,
        )
        for shared in (photo_ids, times):
            shared.flags.writeable = False
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
