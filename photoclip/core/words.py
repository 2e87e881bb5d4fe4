"""Exact words: which photos have them in a file's name, a folder's name or a caption.

SQLite's FTS5 holds them: the names of its files and the caption of each photo, and the path of each
folder once, however many photos lie there. What has to be read anew is noted by triggers, whoever
changed it; `WordIndex.refresh` catches up.
"""

import os
import re
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from photoclip.core.columns import column
from photoclip.core.formats import PHOTO_EXTENSIONS
from photoclip.core.library import Library
from photoclip.core.paths import display
from photoclip.progress import StopFlag

# Rows a transaction: other writers wait for milliseconds, and FTS5 has few segments to merge.
_AT_ONCE: Final = 5_000
# Scripts written without spaces: each character is a word of its own, so that any two or three of
# them next to one another are found as a phrase.
_UNSPACED: Final = re.compile(
    "([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)
_WORD: Final = re.compile(r"\w+")


class WordIndex:
    """Finds photos by the words that stand with them. For any thread."""

    def __init__(self, library: Library) -> None:
        self._store = library.store
        self._folders = library.folder_photos

    def refresh(self, stop: StopFlag | None = None) -> Iterator[int]:
        """Read the words of new and changed folders and photos.

        Yields:
            How many were done, batch by batch.
        """
        for table, key, read in (
            ("unread_folders", "directory_id", _read_folders),
            ("unread_words", "photo_id", _read_photos),
        ):
            unread = f"SELECT {key} FROM {table} ORDER BY {key} LIMIT {_AT_ONCE}"
            while stop is None or not stop.stopped:
                if self._store.row(unread) is None:
                    break
                with self._store.write() as db:
                    # Inside the transaction, so that what changes meanwhile is noted again.
                    read(db, unread)
                    done = db.execute(f"DELETE FROM {table} WHERE {key} IN ({unread})").rowcount
                yield done

    def photos(self, text: str) -> NDArray[np.int64]:
        """The photos where these words stand in this order, int64 (n,), some of them twice.

        A number at the end may go on, as the numbers of files do: "IMG_20" finds IMG_2034. A word
        may not: a car is no carnival. A text without any letter or digit finds nothing.
        """
        return np.concatenate(list(self.places(text).values()))

    def places(self, text: str) -> dict[str, NDArray[np.int64]]:
        """`photos` by what the words stand in: "names", "folders" and "caption"."""
        phrase, nowhere = _phrase(text), np.empty(0, np.int64)
        if phrase is None:
            return dict.fromkeys(("names", "folders", "caption"), nowhere)
        standing = "SELECT rowid FROM words WHERE words MATCH ?"
        # That a file's name ends in "jpg" says nothing of what was asked for.
        ending = f".{text.strip(' .*').lower()}" in PHOTO_EXTENSIONS
        return {
            "names": nowhere if ending else column(self._store, standing, [f"names : {phrase}"]),
            "folders": self._folders.within(
                column(
                    self._store,
                    "SELECT rowid FROM folder_words WHERE folder_words MATCH ?",
                    [phrase],
                ).tolist()
            ),
            "caption": column(self._store, standing, [f"caption : {phrase}"]),
        }


def _read_folders(db: Database, unread: str) -> None:
    rows = db.execute(f"SELECT id, path FROM directories WHERE id IN ({unread})").fetchall()
    db.execute(f"DELETE FROM folder_words WHERE rowid IN ({unread})")
    db.conn.executemany(
        "INSERT INTO folder_words (rowid, path) VALUES (?, ?)",
        [(directory_id, _spaced(display(os.fsdecode(path)))) for directory_id, path in rows],
    )


def _read_photos(db: Database, unread: str) -> None:
    names: dict[int, str] = {}
    for photo, name in db.execute(
        f"SELECT photo_id, name FROM files WHERE photo_id IN ({unread}) ORDER BY photo_id, name"
    ):
        shown = _shown(name)
        before = names.setdefault(photo, shown)
        # Copies mostly have one name.
        if shown not in before.split("\n"):
            names[photo] = f"{before}\n{shown}"
    captions = dict(
        db.execute(
            "SELECT photo_id, caption FROM annotations"
            f" WHERE caption != '' AND photo_id IN ({unread})"
        ).fetchall()
    )
    db.execute(f"DELETE FROM words WHERE rowid IN ({unread})")
    db.conn.executemany(
        "INSERT INTO words (rowid, names, caption) VALUES (?, ?, ?)",
        (
            (photo, _spaced(names.get(photo, "")), _spaced(captions.get(photo, "")))
            for photo in sorted(names.keys() | captions.keys())
        ),
    )


def _shown(path: bytes) -> str:
    """`display`, of which most names need no more than this."""
    text = path.decode("utf-8", "replace")
    return text if text.isprintable() else display(os.fsdecode(path))


def _phrase(text: str) -> str | None:
    """The FTS5 expression for words in this order; None for none."""
    if _WORD.search(text.replace("_", "")) is None:
        return None
    quoted = _spaced(text).replace('"', '""').replace("\0", " ")
    return f'"{quoted}"*' if text.rstrip()[-1:].isdigit() else f'"{quoted}"'


def _spaced(text: str) -> str:
    return text if text.isascii() else _UNSPACED.sub(r" \1 ", text)
