"""Acts on what is said of photos, however many, each with what undoes it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from photoclip.core.bulk import count_decided, counts_itself, touch

# What stands in `annotations` where nothing was said, in the order of its columns.
_UNSAID = {"rating": 0, "favourite": 0, "caption": ""}
_AT_ONCE = 400  # rows a statement; SQLite allows 999 arguments in its older versions
_TOUCHED = "photo_id IN (SELECT photo_id FROM touched)"


@dataclass(frozen=True)
class Edit:
    """What stood of some photos in a table before an act: to store it again undoes the act.

    Attributes:
        photos: those that the act touched, each once.
        rows: the whole rows that were there; a photo without one had none.
        term_id: the term of `decisions` that the act was about; None for `annotations`.
        column: the one of `annotations` that the act was about.
    """

    photos: tuple[int, ...]
    rows: tuple[tuple[Any, ...], ...]
    term_id: int | None = None
    column: str = ""

    def __bool__(self) -> bool:
        return bool(self.photos)


@contextmanager
def deciding(db: Database, photos: Sequence[int], term_id: int) -> Iterator[Edit]:
    """Take away what was decided on a term for these photos, which stand in `touched`.

    Inside, other decisions on this term and any of them may be stored. Inside a write.
    """
    touch(db, photos)
    before = _rows(db, "decisions", "term_id = ?", [term_id])
    count_decided(db, term_id, -1)
    with counts_itself(db):
        if before:
            _note_decided(db, "decisions.term_id = ?", [term_id])
            db.execute(f"DELETE FROM decisions WHERE term_id = ? AND {_TOUCHED}", [term_id])
        yield Edit(tuple(photos), before, term_id)
        # What came with a file stands there.
        _note_decided(db, "decisions.term_id = ? AND source != 'file'", [term_id])
    count_decided(db, term_id, 1)


def annotate(db: Database, photos: Sequence[int], column: str, value: object) -> Edit:
    """Have one column say this of these photos, as from now. Inside a write."""
    touch(db, photos)
    db.execute("DELETE FROM touched WHERE photo_id NOT IN (SELECT id FROM photos)")
    before = _rows(db, "annotations")
    with counts_itself(db):
        _note_resaid(db, column, value)
        db.execute(
            f"INSERT INTO annotations (photo_id, {column}, changed_at)"
            " SELECT photo_id, ?, ? FROM touched WHERE true"
            f" ON CONFLICT (photo_id) DO UPDATE SET {column} = excluded.{column},"
            " changed_at = excluded.changed_at",
            [value, now(db)],
        )
    return Edit(tuple(photos), before, column=column)


def annotate_again(db: Database, edit: Edit) -> Edit:
    """Have in its one column what the edit found there, as from now. Inside a write."""
    touch(db, edit.photos)
    said, changed_at = _rows(db, "annotations"), now(db)
    db.conn.executemany("DELETE FROM touched WHERE photo_id = ?", ((r[0],) for r in edit.rows))
    # Of those that are left nothing was said.
    others = " AND ".join(
        f"{name} = {unsaid!r}" for name, unsaid in _UNSAID.items() if name != edit.column
    )
    with counts_itself(db):
        _note_resaid(db, edit.column, _UNSAID[edit.column])
        db.execute(f"DELETE FROM annotations WHERE {_TOUCHED} AND {others}")
        db.execute(
            f"UPDATE annotations SET {edit.column} = ?, changed_at = ? WHERE {_TOUCHED}",
            [_UNSAID[edit.column], changed_at],
        )
    place = 1 + list(_UNSAID).index(edit.column)
    db.conn.executemany(
        f"INSERT INTO annotations (photo_id, {edit.column}, changed_at) VALUES (?, ?, ?)"
        f" ON CONFLICT (photo_id) DO UPDATE SET {edit.column} = excluded.{edit.column},"
        " changed_at = excluded.changed_at",
        ((row[0], row[place], changed_at) for row in edit.rows),
    )
    return Edit(edit.photos, said, column=edit.column)


def _rows(
    db: Database, table: str, condition: str = "true", arguments: Sequence[object] = ()
) -> tuple[tuple[Any, ...], ...]:
    """The rows of the photos touched."""
    return tuple(
        db.execute(
            f"SELECT {table}.* FROM touched CROSS JOIN {table} USING (photo_id) WHERE {condition}",
            arguments,
        ).fetchall()
    )


def _note_resaid(db: Database, column: str, value: object) -> None:
    """What is said anew of the photos touched does not stand in their sidecars."""
    if column != "favourite":  # which sidecars have no place for
        db.execute(
            "INSERT OR IGNORE INTO unwritten SELECT photo_id FROM touched"
            f" LEFT JOIN annotations USING (photo_id) WHERE coalesce({column}, ?) != ?",
            [_UNSAID[column], value],
        )


def _note_decided(db: Database, condition: str, arguments: Sequence[object]) -> None:
    """What was decided for the photos touched does not stand in their sidecars."""
    db.execute(
        "INSERT OR IGNORE INTO unwritten SELECT photo_id"
        f" FROM touched CROSS JOIN decisions USING (photo_id) WHERE {condition}",
        arguments,
    )


def now(db: Database) -> str:
    """This moment, as `changed_at` and `decided_at` have it."""
    (moment,) = db.execute("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now')").fetchone()
    return str(moment)


def each_once(photo_ids: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(int(photo) for photo in photo_ids))


def parts(values: Sequence[int]) -> Iterator[list[int]]:
    """As many at a time as a statement takes."""
    for start in range(0, len(values), _AT_ONCE):
        yield list(values[start : start + _AT_ONCE])


def marks(values: Sequence[object]) -> str:
    """The places of these values in a statement."""
    return ",".join("?" * len(values))
