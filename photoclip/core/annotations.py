"""What a person says of photos: tags confirmed or rejected, ratings, favourites, captions.

It hangs on the content of a photo, so moves, rescans and other models leave it alone. Each act
gives an `Edit`, which undoes it.
"""

import json
import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from photoclip.core.db import Store
from photoclip.core.edits import (
    Edit,
    annotate,
    annotate_again,
    deciding,
    each_once,
    marks,
    now,
    parts,
)
from photoclip.core.types import Annotation, Change, PhotoTags, Tag, TagCount
from photoclip.errors import PhotoClipError

PERSON, FILE = "person", "file"
LEAST_RATING, MOST_RATING = -1, 5
_LONGEST_CAPTION = 20_000
LONGEST_TAG = 200
# Whether suggested tags are shown; "off" after "Remove everything PhotoClip suggested".
_SUGGESTIONS = "suggestions"

_MODEL = "(SELECT id FROM models WHERE key = ?)"
_NAMED = "(SELECT id FROM models WHERE key = :model)"
_NOTHING = Annotation()


class Annotations:
    """Reads and writes what a person says of the photos of a library. For any thread.

    Methods that take a `model` want the id of the encoder whose suggestions are meant.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    # Tags

    def confirm(
        self,
        photo_ids: Sequence[int],
        term: str,
        model: str = "",
        asked: Mapping[int, float] | None = None,
    ) -> Edit:
        """Make a tag the person's own.

        Args:
            asked: by photo, how probable `model` found the tag where it asked for an answer
                without having suggested it.

        Raises:
            PhotoClipError: the tag has no name, or one that is too long.
        """
        return self._decide(photo_ids, term, True, model, asked)

    def reject(
        self,
        photo_ids: Sequence[int],
        term: str,
        model: str = "",
        asked: Mapping[int, float] | None = None,
    ) -> Edit:
        """Say that a tag is wrong: it is not suggested for these photos again, by any model."""
        return self._decide(photo_ids, term, False, model, asked)

    def forget(self, photo_ids: Sequence[int], term: str) -> Edit:
        """Take back what was decided, so that models may suggest the tag again."""
        with self._store.write() as db:
            row = db.execute("SELECT id FROM terms WHERE term = ?", [term]).fetchone()
            if row is None:
                return Edit((), ())
            with deciding(db, each_once(photo_ids), row[0]) as edit:
                return edit

    def tags(self, photo_id: int, model: str) -> PhotoTags:
        """The tags of a photo by what is known of them; suggestions surest first."""
        decided = self._store.rows(
            "SELECT term, confirmed, score FROM decisions JOIN terms ON terms.id = term_id"
            " WHERE photo_id = ? ORDER BY term COLLATE NOCASE",
            [photo_id],
        )
        suggested = self._store.rows(
            "SELECT term, probability FROM suggestions JOIN terms ON terms.id = term_id"
            f" WHERE photo_id = ? AND model_id = {_MODEL} AND NOT EXISTS (SELECT 1 FROM decisions"
            " WHERE decisions.photo_id = suggestions.photo_id"
            " AND decisions.term_id = suggestions.term_id) ORDER BY probability DESC, term",
            [photo_id, model],
        )
        return PhotoTags(
            confirmed=tuple(term for term, confirmed, _ in decided if confirmed),
            suggested=tuple(Tag(*row) for row in suggested) if self.suggesting else (),
            rejected=tuple(term for term, confirmed, _ in decided if not confirmed),
        )

    def tag_counts(self, model: str) -> tuple[TagCount, ...]:
        """Every tag that some photo has, confirmed or suggested, the most frequent first."""
        rows = self._store.rows(
            "SELECT term, terms.photos + coalesce(suggested.photos, 0) AS total, terms.photos"
            f" FROM terms LEFT JOIN suggested ON term_id = id AND model_id = {_MODEL} AND ?"
            " WHERE total > 0 ORDER BY total DESC, term",
            [model, self.suggesting],
        )
        return tuple(TagCount(*row) for row in rows)

    def confirmed_in(self, photo_ids: Sequence[int]) -> dict[str, int]:
        """How many of these photos have each confirmed tag: "beach" 8 of 12."""
        counts: dict[str, int] = {}
        for part in parts([int(photo) for photo in photo_ids]):
            for term, count in self._store.rows(
                "SELECT term, count(*) FROM decisions JOIN terms ON terms.id = term_id"
                f" WHERE confirmed AND photo_id IN ({marks(part)}) GROUP BY term_id",
                part,
            ):
                counts[term] = counts.get(term, 0) + count
        return counts

    def rejected(self, term_ids: Sequence[int]) -> NDArray[np.int64]:
        """The photos for which one of these terms was rejected; int64 (n,)."""
        rows = self._store.rows(
            "SELECT DISTINCT photo_id FROM decisions"
            " WHERE NOT confirmed AND term_id IN (SELECT value FROM json_each(?))",
            [json.dumps([int(term_id) for term_id in term_ids])],
        )
        return np.fromiter((row[0] for row in rows), np.int64, len(rows))

    @property
    def suggesting(self) -> bool:
        """Whether suggested tags are shown and counted."""
        row = self._store.row("SELECT value FROM settings WHERE name = ?", [_SUGGESTIONS])
        return row is None or row[0] != "off"

    def show_suggestions(self, shown: bool) -> Change:
        """Take every suggested tag out of sight at once, or bring all back."""
        with self._store.write() as db:
            db.execute(
                "INSERT OR REPLACE INTO settings VALUES (?, ?)",
                [_SUGGESTIONS, "on" if shown else "off"],
            )
        return Change(tags=True)

    # Ratings, favourites, captions

    def annotation(self, photo_id: int) -> Annotation:
        return self.annotations([photo_id]).get(photo_id, Annotation())

    def annotations(self, photo_ids: Sequence[int]) -> dict[int, Annotation]:
        """What is said of these photos; those of which nothing is said are left out."""
        found: dict[int, Annotation] = {}
        for part in parts([int(photo) for photo in photo_ids]):
            for photo, rating, favourite, caption in self._store.rows(
                "SELECT photo_id, rating, favourite, caption FROM annotations"
                f" WHERE photo_id IN ({marks(part)})",
                part,
            ):
                found[photo] = Annotation(rating, bool(favourite), caption)
        return found

    def said_in(self, photo_ids: Sequence[int]) -> dict[Annotation, int]:
        """What is said of these photos, and of how many each; of the others nothing is."""
        counts: dict[Annotation, int] = {}
        for part in parts([int(photo) for photo in photo_ids]):
            for rating, favourite, caption, count in self._store.rows(
                "SELECT rating, favourite, caption, count(*) FROM annotations"
                f" WHERE photo_id IN ({marks(part)}) GROUP BY rating, favourite, caption",
                part,
            ):
                said = Annotation(rating, bool(favourite), caption)
                counts[said] = counts.get(said, 0) + count
        return counts

    def rate(self, photo_ids: Sequence[int], rating: int) -> Edit:
        """1 to 5 stars, 0 for none, -1 for rejected."""
        if not LEAST_RATING <= rating <= MOST_RATING:
            raise PhotoClipError("A rating goes from 1 to 5 stars, or 0 for none.")
        return self._annotate(photo_ids, "rating", rating)

    def favour(self, photo_ids: Sequence[int], favourite: bool) -> Edit:
        return self._annotate(photo_ids, "favourite", int(favourite))

    def caption(self, photo_ids: Sequence[int], caption: str) -> Edit:
        caption = caption.replace("\0", "").strip()
        if len(caption) > _LONGEST_CAPTION:
            raise PhotoClipError(
                f"The caption is longer than {_LONGEST_CAPTION:,} characters; shorten it."
            )
        return self._annotate(photo_ids, "caption", caption)

    def take_in(
        self,
        photo_id: int,
        tags: Sequence[str],
        said: Annotation,
        before: Annotation = _NOTHING,
        changed_at: str = "",
    ) -> None:
        """Store what a photo's file and sidecars say of it that they did not say before.

        What the person said here stays, unless that was before `changed_at`.

        Args:
            tags: as the library names them.
            said: the rating and caption there; 0 and "" where they do not speak.
            before: what they said when they were last read. What stands here is theirs as long
                as it is that.
            changed_at: when they were written to, as `decided_at`; "" where that is not known.
        """
        with self._store.write() as db:
            marked = "SELECT 1 FROM unwritten WHERE photo_id = ?"
            was_unwritten = db.execute(marked, [photo_id]).fetchone() is not None
            for tag in tags:
                db.execute(
                    "INSERT INTO decisions (photo_id, term_id, confirmed, source)"
                    " VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE SET confirmed = 1,"
                    " source = excluded.source, model_id = NULL, score = NULL, decided_at = ?"
                    " WHERE NOT confirmed AND decided_at < ?",
                    [photo_id, term_number(db, tag), FILE, changed_at, changed_at],
                )
            for column in ("rating", "caption"):
                theirs, last = getattr(said, column), getattr(before, column)
                if theirs and theirs != last:
                    db.execute(
                        f"INSERT INTO annotations (photo_id, {column}) VALUES (?, ?)"
                        f" ON CONFLICT (photo_id) DO UPDATE SET {column} = excluded.{column}"
                        f" WHERE {column} = ? OR changed_at < ?",
                        [photo_id, theirs, last, changed_at],
                    )
            if not was_unwritten:
                # It stands in the file or beside it already.
                db.execute("DELETE FROM unwritten WHERE photo_id = ?", [photo_id])

    def undo(self, edit: Edit) -> Edit:
        """Store again what was there before; what this gives is the redo.

        What else was said of the photos since, by another program even, stays.
        """
        with self._store.write() as db:
            if edit.term_id is None:
                return annotate_again(db, edit)
            with deciding(db, edit.photos, edit.term_id) as redo:
                db.conn.executemany("INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?)", edit.rows)
                return redo

    # How

    def _decide(
        self,
        photo_ids: Sequence[int],
        term: str,
        confirmed: bool,
        model: str,
        asked: Mapping[int, float] | None = None,
    ) -> Edit:
        term = tag_name(term)
        with self._store.write() as db:
            term_id = term_number(db, term)
            with deciding(db, each_once(photo_ids), term_id) as edit:
                db.execute(
                    "INSERT INTO decisions SELECT touched.photo_id, :term, :confirmed, :source,"
                    " model_id, probability, :now FROM touched LEFT JOIN suggestions AS s"
                    f" ON s.photo_id = touched.photo_id AND model_id = {_NAMED}"
                    " AND term_id = :term",
                    {
                        "term": term_id,
                        "confirmed": confirmed,
                        "source": PERSON,
                        "model": model,
                        "now": now(db),
                    },
                )
                db.conn.executemany(
                    f"UPDATE decisions SET model_id = {_MODEL}, score = ?"
                    " WHERE photo_id = ? AND term_id = ? AND model_id IS NULL",
                    [(model, score, int(i), term_id) for i, score in (asked or {}).items()],
                )
                return edit

    def _annotate(self, photo_ids: Sequence[int], column: str, value: object) -> Edit:
        with self._store.write() as db:
            return annotate(db, each_once(photo_ids), column, value)


def tag_name(text: str) -> str:
    """A tag as it is kept: on one line, white space collapsed.

    Raises:
        PhotoClipError: it is empty or too long.
    """
    name = re.sub(r"[\s\0]+", " ", text).strip()
    if not name:
        raise PhotoClipError("Type a name for the tag.")
    if len(name) > LONGEST_TAG:
        raise PhotoClipError(f"A tag has at most {LONGEST_TAG} characters; shorten it.")
    return name


def term_number(db: Database, term: str) -> int:
    """The number of a term in the library, which gets one if it has none. Inside a write."""
    db.execute("INSERT OR IGNORE INTO terms (term) VALUES (?)", [term])
    (number,) = db.execute("SELECT id FROM terms WHERE term = ?", [term]).fetchone()
    return int(number)


def rename_term(db: Database, term: str, new: str) -> None:
    """Have all that is said with a term said with another. Inside a write."""
    row = db.execute("SELECT id FROM terms WHERE term = ?", [term]).fetchone()
    if row is None:
        return
    other = db.execute("SELECT id FROM terms WHERE term = ?", [new]).fetchone()
    if other is None:
        db.execute("UPDATE terms SET term = ? WHERE id = ?", [new, row[0]])
        return
    for table in ("decisions", "suggestions", "curves", "personal_tags"):
        # Where both were said, the new one stays.
        db.execute(f"UPDATE OR IGNORE {table} SET term_id = ? WHERE term_id = ?", [*other, *row])
        db.execute(f"DELETE FROM {table} WHERE term_id = ?", row)


def write_again(db: Database, terms: Sequence[str]) -> None:
    """Note that these tags have to be written into the sidecars they are in. Inside a write."""
    db.execute(
        "INSERT INTO unwritten SELECT DISTINCT files.photo_id FROM sidecars"
        " JOIN files ON files.id = file_id JOIN decisions ON decisions.photo_id = files.photo_id"
        " WHERE written IS NOT NULL AND confirmed AND term_id IN"
        " (SELECT id FROM terms WHERE term IN (SELECT value FROM json_each(?)))"
        " AND files.photo_id NOT IN (SELECT photo_id FROM unwritten)",
        [json.dumps(list(terms))],
    )
