"""The photos in each folder, read once, and again only where a folder has changed."""

import json
import threading
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from photoclip.core.db import Store


class FolderPhotos:
    """Knows which photos have files in a folder; 8 bytes each. For any thread.

    What a folder holds is told by a counter of its own (`directories.changes`), so that after one
    photo has come nobody reads a million rows again.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._revision: int | None = None
        self._changes: dict[int, int] = {}
        # As they were at a number of changes; of a folder that nobody asked for there are none.
        self._photos: dict[int, tuple[int, NDArray[np.int64]]] = {}

    def within(self, directory_ids: Collection[int]) -> NDArray[np.int64]:
        """The photos with a file there in one of these directories, int64 (n,), some twice."""
        with self._lock:
            self._catch_up()
            wanted = [one for one in directory_ids if one in self._changes]
            unread = [one for one in wanted if one not in self._photos]
            if unread:
                self._photos |= self._read(unread)
            found = [self._photos[one][1] for one in wanted]
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def _catch_up(self) -> None:
        """Forget what has changed."""
        revision = self._store.revision()
        if self._revision != revision:
            # First, so that what is written meanwhile is read once more rather than not at all.
            self._changes = dict(self._store.rows("SELECT id, changes FROM directories"))
            self._photos = {
                one: known
                for one, known in self._photos.items()
                if known[0] == self._changes.get(one)
            }
            self._revision = revision

    def _read(self, directory_ids: Collection[int]) -> dict[int, tuple[int, NDArray[np.int64]]]:
        """What each of them holds."""
        texts = dict(
            self._store.rows(
                # As `columns` does: one text a folder is several times as fast as row by row.
                "SELECT directory_id, group_concat(photo_id) FROM files"
                " WHERE photo_id IS NOT NULL AND NOT missing"
                " AND directory_id IN (SELECT value FROM json_each(?)) GROUP BY directory_id",
                [json.dumps(list(directory_ids))],
            )
        )
        return {
            one: (self._changes[one], np.fromstring(texts.get(one, ""), np.int64, sep=","))
            for one in directory_ids
        }
