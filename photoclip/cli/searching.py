"""The command that searches a library."""

import os
import re
from datetime import date
from typing import Any, Literal

import click

from photoclip.cli.library import bring_up_to_date
from photoclip.cli.session import (
    STOPPED,
    Session,
    json_option,
    library_option,
    model_option,
    print_json,
)
from photoclip.core import paths as own_paths
from photoclip.core.explaining import Explainer, Explanation
from photoclip.core.learning import library_tagger
from photoclip.core.query import Feedback, Part, Picture, Words
from photoclip.core.query_text import parse, written_item
from photoclip.core.relevance import Band
from photoclip.core.search import Searcher
from photoclip.core.types import Hit, Results, Scope
from photoclip.errors import PhotoClipError

Shown = Literal["strong", "likely", "all"]
Entry = dict[str, Any]

_NOTHING = "Nothing here looks like that."
_NO_PHOTO = "No photo passes these filters."
# So many of the nearest terms fit on a line.
_TERMS = 5
_NO_LIBRARY = "There is no photo to search yet. Add a folder with --in FOLDER."
# "-people", but not this command's own options.
_MINUS = re.compile(r"-(?!-|h$|n\d*$)\S.*", re.DOTALL)


class _Search(click.Command):
    """A command whose arguments may begin with a minus, as what is not wanted does."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(
            ctx, [f" {arg}" if _MINUS.fullmatch(arg) else arg for arg in args]
        )


@click.command(cls=_Search)
@click.argument("query", nargs=-1, required=True)
@click.option(
    "--in", "folder", type=click.Path(), help="Search only here; new photos come in first."
)
@click.option(
    "-n", "limit", default=20, show_default=True, type=click.IntRange(1), help="How many."
)
@click.option(
    "--band",
    default="all",
    show_default=True,
    type=click.Choice(["strong", "likely", "all"]),
    help="How sure they have to be; likely ones come after the strong.",
)
@click.option("--explain", is_flag=True, help="Say what each result is here for.")
@model_option
@library_option
@json_option
def search(
    query: tuple[str, ...],
    folder: str | None,
    limit: int,
    band: Shown,
    explain: bool,
    model: str | None,
    session: Session,
    as_json: bool,
) -> int:
    """Show the photos that look most like QUERY, best first.

    Words, what not (-people), weights (2:sunset), exact words ('"IMG 20"') and filters: dates,
    camera: lens: folder: tag: rating: is: type: has: near: and more; see docs/search.md.
    """
    with session.library() as library:
        encoder = session.encoder(library, model)
        inside = None if folder is None else library.spelled(folder)
        if inside is not None and (os.path.lexists(inside) or library.root_of(inside) is None):
            if bring_up_to_date(library, encoder, [inside]).stopped:
                raise PhotoClipError(STOPPED)
        asked = parse(" ".join(query), date.today())
        tagger = library_tagger(library, encoder, own_paths.cache_dir())
        searcher = Searcher(library, encoder, tagger.terms, curves=tagger.curves)
        results = searcher.answer(asked, Scope(inside))
        hits = _shown(results, band, limit)
        photos = library.photos([hit.photo_id for hit in hits], inside)
        found = [_entry(hit, photos[hit.photo_id].path) for hit in hits]
        if explain:
            explainer = Explainer(library, encoder, tagger, searcher)
            reasons = explainer.explain(asked, [hit.photo_id for hit in hits], Scope(inside))
            found = [{**entry, **_reason(why)} for entry, why in zip(found, reasons, strict=True)]
    if as_json:
        print_json(found)
        return 0
    if not len(results.photo_ids):
        narrowed = asked.filters or inside is not None
        click.echo(_NO_PHOTO if narrowed else _NO_LIBRARY, err=True)
    elif results.nothing or not found:
        click.echo(f"{_NOTHING} Closest:" if found else _NOTHING, err=True)
    for entry in found:
        _tell(entry)
    return 0


def _shown(results: Results, band: Shown, limit: int) -> list[Hit]:
    """The first of those that are sure enough; what was not scored is as sure as can be."""
    bands = {"strong": (None, Band.STRONG), "likely": (None, Band.STRONG, Band.LIKELY)}
    hits = results.hits(limit)
    return hits if band == "all" else [hit for hit in hits if hit.band in bands[band]]


def _entry(hit: Hit, path: str) -> Entry:
    return {"path": path, "score": hit.score, "band": hit.band, "matched": list(hit.matched)}


def _reason(why: Explanation) -> Entry:
    """The score of each part of the query, where words stand, the terms most probably shown."""
    parts = [
        {"part": _written(one.part), "weight": one.weight, "score": round(one.score, 3)}
        for one in why.parts
    ]
    found = [{"text": one.text, "places": list(one.places)} for one in why.found]
    nearest = why.nearest[:_TERMS]
    terms = [{"tag": tag.term, "probability": round(tag.probability, 3)} for tag in nearest]
    return {"parts": parts, "found": found, "terms": terms}


def _written(part: Part | Feedback) -> str:
    if isinstance(part, Words):
        return part.text
    return part.source if isinstance(part, Picture) else written_item(part)


def _tell(entry: Entry) -> None:
    click.echo(f"{entry['score']:.3f}  {entry['band'] or '':6}  {own_paths.display(entry['path'])}")
    if "parts" in entry:
        parts = [f"{p['part']} {p['score']:+.2f}" for p in entry["parts"]]
        terms = [f"{t['tag']} {t['probability']:.0%}" for t in entry["terms"]]
        words = [f"“{one['text']}” in {' and '.join(one['places'])}" for one in entry["found"]]
        click.echo("       " + "; ".join([*words, *parts, "nearest: " + ", ".join(terms)]))
