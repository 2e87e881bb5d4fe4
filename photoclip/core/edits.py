"""What an act did to the rows of a table, so that it can be undone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

_KEYS = {"decisions": ("photo_id", "term_id"), "annotations": ("photo_id",)}
# What stands in `annotations` where nothing was said, in the order of its columns.
_UNSAID = {"rating": 0, "favourite": 0, "caption": ""}
_AT_ONCE = 400  # rows a statement; SQLite allows 999 arguments in its older versions
# As `changed_at` and `decided_at` have it.
NOW = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"


@dataclass(frozen=True)
class Edit:
    """The rows of one table as they were before an act: to store them again undoes it.

    Attributes:
        keys: the primary keys that the act touched, each once.
        rows: the whole rows that were there; a key without one had none.
        column: of which alone the act was; "" where it was of the whole rows.
    """

    table: str
    keys: tuple[tuple[int, ...], ...]
    rows: tuple[tuple[Any, ...], ...]
    column: str = ""

    def __bool__(self) -> bool:
        return bool(self.keys)


def replace_rows(
    db: Database,
    table: str,
    keys: Iterable[tuple[int, ...]],
    rows: Iterable[tuple[Any, ...]],
) -> Edit:
    """Have exactly `rows` of all that `keys` name. Inside a write."""
    keys = tuple(keys)
    before = stored_rows(db, table, keys)
    condition = " AND ".join(f"{column} = ?" for column in _KEYS[table])
    db.conn.executemany(f"DELETE FROM {table} WHERE {condition}", keys)
    rows = list(rows)
    if rows:
        db.conn.executemany(f"INSERT INTO {table} VALUES ({marks(rows[0])})", rows)
    return Edit(table, keys, before)


def annotate_again(db: Database, edit: Edit) -> Edit:
    """Have in its one column what the edit found there, as from now. Inside a write."""
    now = stored_rows(db, edit.table, edit.keys)
    place = 1 + list(_UNSAID).index(edit.column)
    before = {row[0]: row[place] for row in edit.rows}
    db.conn.executemany(
        f"INSERT INTO annotations (photo_id, {edit.column}, changed_at) VALUES (?, ?, {NOW})"
        f" ON CONFLICT (photo_id) DO UPDATE SET {edit.column} = excluded.{edit.column},"
        " changed_at = excluded.changed_at",
        [(photo, before.get(photo, _UNSAID[edit.column])) for (photo,) in edit.keys],
    )
    db.conn.executemany(
        "DELETE FROM annotations WHERE photo_id = ?"
        " AND rating = 0 AND NOT favourite AND caption = ''",
        [key for key in edit.keys if key[0] not in before],
    )
    return Edit(edit.table, edit.keys, now, edit.column)


def stored_rows(
    db: Database, table: str, keys: Sequence[tuple[int, ...]]
) -> tuple[tuple[Any, ...], ...]:
    """The rows of all that `keys` name, in no order. Inside a write."""
    same = (f"{name} = column{number}" for number, name in enumerate(_KEYS[table], 1))
    condition = " AND ".join(same)
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(keys), _AT_ONCE):
        part = keys[start : start + _AT_ONCE]
        places = ", ".join(f"({marks(key)})" for key in part)
        values = [value for key in part for value in key]
        found += db.execute(
            f"SELECT {table}.* FROM (VALUES {places}) CROSS JOIN {table} ON {condition}", values
        ).fetchall()
    return tuple(found)


def each_once(photo_ids: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(int(photo) for photo in photo_ids))


def parts(values: Sequence[int]) -> Iterator[list[int]]:
    """As many at a time as a statement takes."""
    for start in range(0, len(values), _AT_ONCE):
        yield list(values[start : start + _AT_ONCE])


def marks(values: Sequence[object]) -> str:
    """The places of these values in a statement."""
    return ",".join("?" * len(values))
