"""Switching a library from one model to another, and what that may and may not have changed."""

from collections.abc import Generator
from typing import Any

from photoclip.core.library import Library
from photoclip.core.switching import switch, want
from photoclip.core.tagging import Tagger
from photoclip.core.types import IndexProgress, SwitchReport
from photoclip.progress import StopFlag
from tests.fakes import ColourEncoder


def switch_to(
    library: Library, encoder: ColourEncoder, source: str = "bright"
) -> tuple[list[IndexProgress], SwitchReport]:
    want(library, source)
    return driven(switch(library, source, encoder, Tagger(encoder), StopFlag()))


def driven(
    work: Generator[IndexProgress, None, SwitchReport],
) -> tuple[list[IndexProgress], SwitchReport]:
    reports = []
    while True:
        try:
            reports.append(next(work))
        except StopIteration as end:
            return reports, end.value


def everything_but(library: Library, model: str) -> dict[str, list[Any]]:
    """All rows of all tables, those of one model and the choice of models left out."""
    own = f"(SELECT id FROM models WHERE key = '{model}')"
    queries = {
        table: f"SELECT * FROM {table} ORDER BY 1, 2" for table in ("roots", "photos", "files")
    }
    for table in ("vectors", "suggestions"):
        queries[table] = f"SELECT * FROM {table} WHERE model_id IS NOT {own} ORDER BY 1, 2, 3"
    # Without what tells that something was written.
    queries["directories"] = "SELECT id, path, photos FROM directories ORDER BY 1"
    queries["settings"] = "SELECT * FROM settings WHERE name NOT IN ('model', 'wanted model')"
    return {table: library.store.rows(query) for table, query in queries.items()}


def embedded_in_order(library: Library, model: str) -> list[int]:
    """Photo ids in the order in which their vectors were stored."""
    return [int(i) for i in library.vectors_after(model, 0)[2]]
