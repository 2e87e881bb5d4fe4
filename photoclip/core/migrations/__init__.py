"""The library's schema, one migration after another, each in a module. A released one is never
edited.

Paths are stored as bytes (`os.fsencode`), since a file name need not be valid text. A photo is a
content; files point to it; what a person or a model says of it hangs on the photo.
"""

import sqlite3

from sqlite_utils import Database, Migrations

from photoclip.core.migrations.annotations import ANNOTATIONS
from photoclip.core.migrations.bulk import BULK
from photoclip.core.migrations.counts import COUNTS
from photoclip.core.migrations.coverings import COVERINGS
from photoclip.core.migrations.first_light import FIRST_LIGHT
from photoclip.core.migrations.shown import SHOWN

migrations = Migrations("photoclip")


@migrations()
def first_light(db: Database) -> None:
    _run(db, FIRST_LIGHT)


@migrations()
def annotations(db: Database) -> None:
    _run(db, ANNOTATIONS)


@migrations()
def counts(db: Database) -> None:
    _run(db, COUNTS)


@migrations()
def coverings(db: Database) -> None:
    _run(db, COVERINGS)


@migrations()
def shown(db: Database) -> None:
    _run(db, SHOWN)


@migrations()
def bulk(db: Database) -> None:
    _run(db, BULK)


def _run(db: Database, statements: str) -> None:
    """Run several statements inside the open transaction, which `executescript` would commit."""
    statement = ""
    for line in statements.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            db.execute(statement)
            statement = ""
