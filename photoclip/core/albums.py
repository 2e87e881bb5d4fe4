"""Albums: photos that a person put together, and live ones, which are what a query finds.

A live album is a name and the text of a query; it is looked into when it is opened, and grows as
photos arrive. Each act gives an `AlbumEdit`, which undoes it.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from photoclip.core.db import Store
from photoclip.core.query import Key, Query
from photoclip.core.query_text import parse
from photoclip.core.terms import fold, tidy
from photoclip.errors import PhotoClipError

_LONGEST_NAME = 200
# Never given twice, so that deleting can be undone after another album was made.
_IDS = 1 << 31
_AT_ONCE = 400  # rows a statement; SQLite allows 999 arguments in its older versions


@dataclass(frozen=True)
class Album:
    """An album as a list shows it.

    Attributes:
        query: of a live album, as it is written in the search bar; None for a plain one.
        count: of the photos in it that are there; None for a live one, which has to be asked.
    """

    id: int
    name: str
    query: str | None
    count: int | None

    @property
    def live(self) -> bool:
        return self.query is not None


@dataclass(frozen=True)
class AlbumEdit:
    """An album as it was before an act: to store that again undoes it.

    Attributes:
        before: its name and its query; None where there was no such album.
        touched: the photos that the act put in or took out.
        members: those of them that were in it.
    """

    album_id: int
    before: tuple[str, str | None] | None
    touched: tuple[int, ...] = ()
    members: tuple[int, ...] = ()


class Albums:
    """Reads and writes the albums of a library. For any thread.

    Raises:
        PhotoClipError: from methods that write: the album is gone, or its name or query is unfit.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> tuple[Album, ...]:
        """Every album, by name."""
        # Few photos are away: to take these off is ten times as fast as to look each one up.
        held = dict(
            self._store.rows("SELECT album_id, count(*) FROM album_photos GROUP BY album_id")
        )
        away = dict(
            self._store.rows(
                "SELECT album_id, count(*) FROM photos CROSS JOIN album_photos"
                " ON photo_id = photos.id WHERE NOT present GROUP BY album_id"
            )
        )
        albums = [
            Album(i, name, query, held.get(i, 0) - away.get(i, 0) if query is None else None)
            for i, name, query in self._store.rows("SELECT id, name, query FROM albums")
        ]
        return tuple(sorted(albums, key=lambda album: fold(album.name)))

    def photos(self, album_id: int) -> NDArray[np.int64]:
        """The photos in a plain album that are there, newest first; int64 (n,)."""
        rows = self._store.rows(
            "SELECT id FROM album_photos JOIN photos ON photos.id = photo_id"
            " WHERE album_id = ? AND present ORDER BY sort_time DESC, id DESC",
            [album_id],
        )
        return np.fromiter((row[0] for row in rows), np.int64, len(rows))

    def create(
        self, name: str, photo_ids: Sequence[int] = (), query: str | None = None
    ) -> AlbumEdit:
        """Make an album; `AlbumEdit.album_id` is its number.

        Args:
            photo_ids: what a plain album holds from the beginning.
            query: of a live album, as `written` gives it, thumbs up and down included.
        """
        name = _fit(name)
        if query is not None and not parse(query, date.today()):
            raise PhotoClipError("A live album needs something to look for. Type a query first.")
        photos = tuple(dict.fromkeys(int(photo) for photo in photo_ids)) if query is None else ()
        with self._store.write() as db:
            self._refuse_taken(db, name)
            self._refuse_loop_of(db, name, query)
            album_id = random.randrange(1, _IDS)
            while db.execute("SELECT 1 FROM albums WHERE id = ?", [album_id]).fetchone():
                album_id = random.randrange(1, _IDS)
            return _replace(db, album_id, (name, query), photos, photos)

    def rename(self, album_id: int, name: str) -> AlbumEdit:
        """Give it another name. Queries that name it by the old one no longer find it."""
        name = _fit(name)
        with self._store.write() as db:
            _, query = _there(db, album_id)
            self._refuse_taken(db, name, album_id)
            self._refuse_loop_of(db, name, query, album_id)
            return _replace(db, album_id, (name, query))

    def ask(self, album_id: int, query: str) -> AlbumEdit:
        """Give a live album another query."""
        if not parse(query, date.today()):
            raise PhotoClipError("A live album needs something to look for. Type a query first.")
        with self._store.write() as db:
            name, before = _there(db, album_id)
            if before is None:
                raise PhotoClipError(f"“{name}” holds the photos you put there, and no query.")
            self._refuse_loop_of(db, name, query, album_id)
            return _replace(db, album_id, (name, query))

    def delete(self, album_id: int) -> AlbumEdit:
        """Take the album away; its photos stay where they are."""
        with self._store.write() as db:
            _there(db, album_id)
            return _replace(db, album_id, None, _members(db, album_id))

    def add(self, album_id: int, photo_ids: Iterable[int]) -> AlbumEdit:
        """Put photos into a plain album; those in it already stay."""
        return self._change(album_id, photo_ids, inside=True)

    def remove(self, album_id: int, photo_ids: Iterable[int]) -> AlbumEdit:
        """Take photos out of a plain album."""
        return self._change(album_id, photo_ids, inside=False)

    def undo(self, edit: AlbumEdit) -> AlbumEdit:
        """Store again what was there before; what this gives is the redo."""
        with self._store.write() as db:
            if edit.before is not None:
                name, query = edit.before
                self._refuse_taken(db, name, edit.album_id)
                self._refuse_loop_of(db, name, query, edit.album_id)
                return _replace(db, edit.album_id, edit.before, edit.touched, edit.members)
            # What was put in since goes with the album, and comes back with it.
            return _replace(db, edit.album_id, None, _members(db, edit.album_id))

    def refuse_loops(self, query: Query) -> None:
        """See that no live album which a query names is part of itself.

        Only `album:` counts: what `in:` finds besides folders and places may be left out.

        Raises:
            PhotoClipError: one is; in a sentence that names it.
        """
        if _named(query):
            _refuse_loop(_named(query), self._queries(self._store.rows("SELECT * FROM albums")))

    def _change(self, album_id: int, photo_ids: Iterable[int], inside: bool) -> AlbumEdit:
        wanted = {int(photo) for photo in photo_ids}
        with self._store.write() as db:
            name, query = _there(db, album_id)
            if query is not None:
                raise PhotoClipError(
                    f"“{name}” holds what its query finds. Change the query, or use another album."
                )
            there = set(_members(db, album_id))
            touched = tuple(sorted(wanted - there if inside else wanted & there))
            return _replace(db, album_id, (name, query), touched, touched if inside else ())

    def _refuse_taken(self, db: Database, name: str, album_id: int = 0) -> None:
        for other_id, other in db.execute("SELECT id, name FROM albums").fetchall():
            if other_id != album_id and fold(other) == fold(name):
                raise PhotoClipError(
                    f"There is an album called “{other}” already. Choose another name."
                )

    def _refuse_loop_of(
        self, db: Database, name: str, query: str | None, album_id: int = 0
    ) -> None:
        rows = db.execute("SELECT * FROM albums WHERE id != ?", [album_id]).fetchall()
        _refuse_loop([name], self._queries([*rows, (album_id, name, query)]))

    def _queries(
        self, rows: Iterable[tuple[int, str, str | None]]
    ) -> dict[str, tuple[str, list[str]]]:
        """Of each live album, by its name however it is spelled: its name, the albums it names."""
        today = date.today()
        return {
            fold(name): (name, _named(parse(query, today)))
            for _, name, query in rows
            if query is not None
        }


def _named(query: Query) -> list[str]:
    albums = (one for one in query.filters if one.key is Key.ALBUM)
    return [value for one in albums for value in one.values]


def _refuse_loop(names: Sequence[str], queries: dict[str, tuple[str, list[str]]]) -> None:
    """Go from album to album, each once, and raise where one is come to from itself."""
    # What is still to be looked into, with the path that leads to it: no recursion, since a chain
    # of albums may be long.
    path, finished = list[str](), set[str]()
    waiting = [(fold(name), False) for name in names]
    while waiting:
        name, leaving = waiting.pop()
        if leaving:
            finished.add(path.pop())
        elif name in path:
            raise PhotoClipError(_sentence([queries[one][0] for one in path[path.index(name) :]]))
        elif name in queries and name not in finished:
            path.append(name)
            waiting.append((name, True))
            waiting.extend((fold(other), False) for other in queries[name][1])


def _sentence(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"The live album “{names[0]}” would be part of itself. Take it out of its own query."
    listed = f"{', '.join(f'“{name}”' for name in names[:-1])} and “{names[-1]}”"
    return f"The live albums {listed} would be part of one another. Change the query of one."


def _fit(name: str) -> str:
    name = tidy(name)
    if not name:
        raise PhotoClipError("Type a name for the album.")
    if len(name) > _LONGEST_NAME:
        raise PhotoClipError(
            f"The name of an album has at most {_LONGEST_NAME} characters; shorten it."
        )
    return name


def _there(db: Database, album_id: int) -> tuple[str, str | None]:
    row = db.execute("SELECT name, query FROM albums WHERE id = ?", [album_id]).fetchone()
    if row is None:
        raise PhotoClipError("This album is gone. Choose another.")
    return row[0], row[1]


def _members(db: Database, album_id: int) -> tuple[int, ...]:
    rows = db.execute("SELECT photo_id FROM album_photos WHERE album_id = ?", [album_id]).fetchall()
    return tuple(row[0] for row in rows)


def _replace(
    db: Database,
    album_id: int,
    album: tuple[str, str | None] | None,
    touched: Sequence[int] = (),
    members: Sequence[int] = (),
) -> AlbumEdit:
    """Have exactly this album, or none, and of the photos touched exactly these members in it."""
    before = db.execute("SELECT name, query FROM albums WHERE id = ?", [album_id]).fetchone()
    held = set[int]()
    for start in range(0, len(touched), _AT_ONCE):
        part = touched[start : start + _AT_ONCE]
        held.update(
            row[0]
            for row in db.execute(
                "SELECT photo_id FROM album_photos WHERE album_id = ?"
                f" AND photo_id IN ({','.join('?' * len(part))})",
                [album_id, *part],
            )
        )
    db.conn.executemany(
        "DELETE FROM album_photos WHERE album_id = ? AND photo_id = ?",
        ((album_id, photo) for photo in touched),
    )
    if album is None:
        db.execute("DELETE FROM albums WHERE id = ?", [album_id])
    else:
        db.execute(
            "INSERT INTO albums (id, name, query) VALUES (?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET name = excluded.name, query = excluded.query",
            [album_id, *album],
        )
        db.conn.executemany(
            "INSERT INTO album_photos (album_id, photo_id) VALUES (?, ?)",
            ((album_id, photo) for photo in members),
        )
    return AlbumEdit(album_id, before, tuple(touched), tuple(p for p in touched if p in held))
