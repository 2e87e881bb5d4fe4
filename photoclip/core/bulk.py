"""Many rows changed at once: what the triggers would count row by row is counted in sets.

The photos meant stand in the temporary table `touched` of the connection, in the order of their
ids, in which the rows of most tables lie. Everything here is called inside a write.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlite_utils import Database

# What these photos count for, one sign for what is taken off and one for what is added. Photos
# that are not there count for nothing.
_THERE = "touched.photo_id NOT IN (SELECT id FROM photos WHERE NOT present)"
_UNDECIDED = (
    "NOT EXISTS (SELECT 1 FROM decisions AS d"
    " WHERE d.photo_id = s.photo_id AND d.term_id = s.term_id)"
)


def touch(db: Database, photo_ids: Iterable[int]) -> None:
    """Have exactly these photos in `touched`."""
    db.execute("CREATE TEMP TABLE IF NOT EXISTS touched (photo_id INTEGER PRIMARY KEY)")
    db.execute("DELETE FROM touched")
    db.execute(
        "INSERT INTO touched SELECT value FROM json_each(?)", [json.dumps(sorted(photo_ids))]
    )


@contextmanager
def counts_itself(db: Database) -> Iterator[None]:
    """Inside, no trigger counts or notes what happens to decisions and annotations, nor whether
    files are missing. A failure takes the transaction with it, and so the mark."""
    db.execute("INSERT INTO counts_itself VALUES (1)")
    yield
    db.execute("DELETE FROM counts_itself")


def count_decided(db: Database, term_id: int, sign: int) -> None:
    """Add, or take off, what the photos touched count for with one term."""
    arguments = {"term": term_id, "sign": sign}
    db.execute(
        "UPDATE terms SET photos = photos + :sign * (SELECT count(*) FROM touched"
        " CROSS JOIN decisions AS d ON d.photo_id = touched.photo_id AND d.term_id = :term"
        f" WHERE confirmed AND {_THERE}) WHERE id = :term",
        arguments,
    )
    db.execute(
        "UPDATE suggested SET photos = suggested.photos + :sign * its.photos,"
        " doubtful = suggested.doubtful + :sign * its.doubtful FROM (SELECT s.model_id,"
        " count(*) AS photos, sum(s.probability < 0.8) AS doubtful FROM suggested AS known"
        " CROSS JOIN touched CROSS JOIN suggestions AS s ON s.photo_id = touched.photo_id"
        " AND s.model_id = known.model_id AND s.term_id = known.term_id"
        f" WHERE known.term_id = :term AND {_THERE} AND {_UNDECIDED} GROUP BY 1) AS its"
        " WHERE suggested.term_id = :term AND suggested.model_id = its.model_id",
        arguments,
    )


def set_missing(db: Database, files: str, arguments: dict[str, object], missing: bool) -> None:
    """Have files be missing, or there again, and with them their photos.

    Args:
        files: the SQL condition for the rows of `files` that are meant.
        arguments: what it names; not "missing".
    """
    for table in ("touched (photo_id INTEGER PRIMARY KEY)", "turned (id INTEGER PRIMARY KEY)"):
        db.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table}")
    db.execute("DELETE FROM turned")
    db.execute(
        f"INSERT INTO turned SELECT id FROM files WHERE missing != :missing AND ({files})"
        " ORDER BY id",
        {**arguments, "missing": missing},
    )
    with counts_itself(db):
        _count_in_folders(db, -1)
        db.execute("UPDATE files SET missing = ? WHERE id IN (SELECT id FROM turned)", [missing])
        _count_in_folders(db, 1)
        db.execute("DELETE FROM touched")
        db.execute(
            "INSERT INTO touched SELECT DISTINCT photo_id FROM turned CROSS JOIN files USING (id)"
            " WHERE photo_id IS NOT NULL AND (SELECT present FROM photos WHERE id = photo_id)"
            " != EXISTS (SELECT 1 FROM files AS one WHERE one.photo_id = files.photo_id"
            " AND NOT one.missing) ORDER BY photo_id"
        )
        _count_photos(db, -1 if missing else 1)
        db.execute(
            "UPDATE photos SET present = ? WHERE id IN (SELECT photo_id FROM touched)",
            [not missing],
        )
        db.execute("INSERT INTO shown_changes (photo_id) SELECT photo_id FROM touched")
        db.execute(
            "DELETE FROM shown_changes"
            " WHERE number <= (SELECT max(number) FROM shown_changes) - 10000"
        )
    db.execute(
        "UPDATE directories SET changes = changes + turns FROM (SELECT directory_id,"
        " count(*) AS turns FROM turned CROSS JOIN files USING (id) GROUP BY 1) AS its"
        " WHERE directories.id = its.directory_id"
    )


def _count_in_folders(db: Database, sign: int) -> None:
    """Count the photos of the files turned in each of their folders, once where it has copies."""
    db.execute(
        "UPDATE directories SET photos = directories.photos + ? * its.photos FROM ("
        " SELECT file.directory_id, count(DISTINCT file.photo_id) AS photos FROM turned"
        " CROSS JOIN files AS file USING (id) WHERE EXISTS (SELECT 1 FROM files AS one"
        " WHERE one.photo_id = file.photo_id AND one.directory_id = file.directory_id"
        " AND NOT one.missing) GROUP BY 1) AS its WHERE directories.id = its.directory_id",
        [sign],
    )


def _count_photos(db: Database, sign: int) -> None:
    """Add, or take off, all that the photos touched count for, whether they are there or not."""
    db.execute(
        "INSERT INTO facets SELECT kind, value, ? * count(*) FROM touched"
        " CROSS JOIN photo_facets AS its ON its.id = touched.photo_id GROUP BY kind, value"
        " ON CONFLICT DO UPDATE SET photos = facets.photos + excluded.photos",
        [sign],
    )
    db.execute(
        "UPDATE models SET searchable = searchable + ? * (SELECT count(*) FROM touched"
        " CROSS JOIN vectors AS v ON v.photo_id = touched.photo_id AND v.model_id = models.id)",
        [sign],
    )
    db.execute(
        "UPDATE terms SET photos = terms.photos + ? * its.photos FROM (SELECT term_id,"
        " count(*) AS photos FROM touched CROSS JOIN decisions USING (photo_id) WHERE confirmed"
        " GROUP BY 1) AS its WHERE terms.id = its.term_id",
        [sign],
    )
    db.execute(
        "UPDATE suggested SET photos = suggested.photos + :sign * its.photos,"
        " doubtful = suggested.doubtful + :sign * its.doubtful FROM (SELECT s.model_id, s.term_id,"
        " count(*) AS photos, sum(s.probability < 0.8) AS doubtful FROM touched"
        f" CROSS JOIN suggestions AS s USING (photo_id) WHERE {_UNDECIDED} GROUP BY 1, 2) AS its"
        " WHERE suggested.model_id = its.model_id AND suggested.term_id = its.term_id",
        {"sign": sign},
    )
