"""Exact words: which photos have them in a file's name, a folder's name or a caption.

SQLite's FTS5 holds them, one row a photo. Which photos have to be read anew is noted by triggers,
whoever changed them; `WordIndex.refresh` catches up.
"""

import os
import re
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from photoclip.core.db import Store
from photoclip.core.formats import PHOTO_EXTENSIONS
from photoclip.core.paths import display
from photoclip.progress import StopFlag

_AT_ONCE: Final = 500  # photos a transaction, so that other writers wait for milliseconds
# Scripts written without spaces: each character is a word of its own, so that any two or three of
# them next to one another are found as a phrase.
_UNSPACED: Final = re.compile(
    "([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)
_WORD: Final = re.compile(r"\w+")


class WordIndex:
    """Finds photos by the words that stand with them. For any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def refresh(self, stop: StopFlag | None = None) -> Iterator[int]:
        """Read the words of new and changed photos; yields how many were done, batch by batch."""
        while stop is None or not stop.stopped:
            photos = [
                row[0]
                for row in self._store.rows("SELECT photo_id FROM unread_words LIMIT ?", [_AT_ONCE])
            ]
            if not photos:
                return
            marks = ",".join("?" * len(photos))
            with self._store.write() as db:
                # Inside the transaction, so that what changes meanwhile is noted again after it.
                names: dict[int, set[str]] = {photo: set() for photo in photos}
                folders: dict[int, set[str]] = {photo: set() for photo in photos}
                for photo, path, name in db.execute(
                    "SELECT photo_id, path, name FROM files JOIN directories"
                    f" ON directories.id = directory_id WHERE photo_id IN ({marks})",
                    photos,
                ):
                    names[photo].add(display(os.fsdecode(name)))
                    folders[photo].add(display(os.fsdecode(path)))
                captions = dict(
                    db.execute(
                        f"SELECT photo_id, caption FROM annotations WHERE photo_id IN ({marks})",
                        photos,
                    ).fetchall()
                )
                rows = [
                    (
                        photo,
                        _spaced("\n".join(sorted(names[photo]))),
                        _spaced("\n".join(sorted(folders[photo]))),
                        _spaced(captions.get(photo, "")),
                    )
                    for photo in photos
                ]
                for table, column in (("words", "rowid"), ("unread_words", "photo_id")):
                    db.execute(f"DELETE FROM {table} WHERE {column} IN ({marks})", photos)
                db.conn.executemany(
                    "INSERT INTO words (rowid, names, folders, caption) VALUES (?, ?, ?, ?)", rows
                )
            yield len(photos)

    def photos(self, text: str, limit: int = -1) -> NDArray[np.int64]:
        """The photos where these words stand in this order, best first, int64 (n,).

        See `matching`; a text without any letter or digit finds nothing.
        """
        phrase = matching(text)
        if phrase is None:
            return np.empty(0, np.int64)
        rows = self._store.rows(
            # A caption is written about this very photo; a folder's name is not.
            "SELECT rowid FROM words WHERE words MATCH ?"
            " ORDER BY bm25(words, 4.0, 1.0, 4.0), rowid LIMIT ?",
            [phrase, limit],
        )
        return np.fromiter((row[0] for row in rows), np.int64, len(rows))


def matching(text: str) -> str | None:
    """The FTS5 expression for words in this order; None for none.

    A number at the end may go on, as the numbers of files do: "IMG_20" finds IMG_2034. A word may
    not: a car is no carnival. That a file's name ends in "jpg" says nothing of what was asked for.
    """
    if _WORD.search(text.replace("_", "")) is None:
        return None
    quoted = _spaced(text).replace('"', '""').replace("\0", " ")
    if f".{text.strip(' .*').lower()}" in PHOTO_EXTENSIONS:
        return f'({{folders caption}} : "{quoted}")'
    return f'"{quoted}"*' if text.rstrip()[-1:].isdigit() else f'"{quoted}"'


def _spaced(text: str) -> str:
    return _UNSPACED.sub(r" \1 ", text)
