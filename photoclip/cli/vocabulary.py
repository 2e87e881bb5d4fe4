"""The commands about the vocabulary: which words there are for what photos show."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from photoclip.cli.session import (
    STOPPED,
    Session,
    drive,
    json_option,
    library_option,
    print_json,
    stopped_by_ctrl_c,
)
from photoclip.core.learning import library_tagger
from photoclip.core.library import Library
from photoclip.core.paths import cache_dir
from photoclip.core.tagging import retag
from photoclip.core.term_files import export_terms, import_terms
from photoclip.core.terms import OWN, Term
from photoclip.core.vocabulary import Vocabulary
from photoclip.errors import PhotoClipError

_file = click.Path(path_type=Path)


@click.group()
@library_option
def vocabulary(session: Session) -> None:
    """List, add, hide, rename, import and export the terms that photos are tagged with."""


@vocabulary.command("list")
@click.argument("beginning", required=False)
@click.option("--own", is_flag=True, help="Only those that you added.")
@click.option("--hidden", is_flag=True, help="Only those that you hid.")
@library_option
@json_option
def list_terms(
    beginning: str | None, own: bool, hidden: bool, session: Session, as_json: bool
) -> None:
    """List the terms, or those of which a name begins like BEGINNING."""
    with session.library() as library:
        known = library.vocabulary()
    terms = list(known.hidden if hidden else known.terms)
    if beginning is not None:
        found = known.search(beginning, len(known.terms))
        terms = [term for term in (terms if hidden else found) if hidden or term in found]
    if own:
        terms = [term for term in terms if known.is_own(term.term)]
    if as_json:
        print_json([_entry(known, term) for term in terms])
        return
    for term in terms:
        others = ", ".join(name for name in term.names[1:])
        click.echo(f"{term.term}  [{term.category}]" + (f"  {others}" if others else ""))
    if not terms:
        click.echo("There is no such term.", err=True)


@vocabulary.command()
@click.argument("names", metavar="TERM…", nargs=-1, required=True)
@click.option("--category", default="", help='The top level, such as "animals".')
@click.option("--chinese", default="", help="Its name in Chinese.")
@click.option("--parent", "parents", multiple=True, help="A term that follows from it.")
@click.option("--synonym", "synonyms", multiple=True, help="Another name.")
@click.option("--prompt", "prompts", multiple=True, help='What is asked: "a crane, the bird".')
@click.option("--competes", default="", help="A set of which a photo shows one term at most.")
@library_option
@json_option
def add(
    names: tuple[str, ...],
    category: str,
    chinese: str,
    parents: tuple[str, ...],
    synonyms: tuple[str, ...],
    prompts: tuple[str, ...],
    competes: str,
    session: Session,
    as_json: bool,
) -> int:
    """Add terms, or to terms; the whole library is tagged with them at once."""
    terms = [
        Term(name, category or OWN, chinese, parents, synonyms, prompts, competes) for name in names
    ]
    return _change(session, as_json, lambda known: known.added(terms), names)


@vocabulary.command()
@click.argument("name", metavar="TERM")
@click.option("--undo", is_flag=True, help="Show it again.")
@library_option
@json_option
def hide(name: str, undo: bool, session: Session, as_json: bool) -> int:
    """Never suggest TERM again, nor offer it."""

    def hidden(known: Vocabulary) -> Vocabulary:
        return known.changed(name, replace(_found(known, name), hidden=not undo))

    return _change(session, as_json, hidden, (name,))


@vocabulary.command()
@click.argument("name", metavar="TERM")
@click.argument("new")
@library_option
@json_option
def rename(name: str, new: str, session: Session, as_json: bool) -> int:
    """Call TERM by a NEW name; what it was called stays another name of it."""

    def renamed(known: Vocabulary) -> Vocabulary:
        return known.changed(name, replace(_found(known, name), term=new))

    return _change(session, as_json, renamed, (new,))


@vocabulary.command()
@click.argument("name", metavar="TERM")
@library_option
@json_option
def restore(name: str, session: Session, as_json: bool) -> int:
    """Make TERM what it was when PhotoClip came, or take it away where you added it."""

    def restored(known: Vocabulary) -> Vocabulary:
        return known.restored(_found(known, name).term)

    return _change(session, as_json, restored, (name,))


@vocabulary.command("import")
@click.argument("path", type=_file)
@click.option("--levels", default="|", help='What parts "Animals|Dog" in a plain list.')
@library_option
@json_option
def import_file(path: Path, levels: str, session: Session, as_json: bool) -> int:
    """Add the terms of a table (TSV, CSV), or of a list with one a line."""
    imported = import_terms(path, levels)
    names = tuple(term.term for term in imported.terms)
    if imported.duplicates:
        click.echo(f"In it more than once: {_some(imported.duplicates)}.", err=True)
    if imported.ignored:
        click.echo(f"Columns that mean nothing here: {_some(imported.ignored)}.", err=True)
    return _change(session, as_json, lambda known: known.added(imported.terms), names)


@vocabulary.command("export")
@click.argument("path", type=_file)
@click.option("--own", is_flag=True, help="Only those that you added.")
@library_option
@json_option
def export_file(path: Path, own: bool, session: Session, as_json: bool) -> None:
    """Write all terms to a table that can be edited and imported again."""
    with session.library() as library:
        known = library.vocabulary()
    terms = [t for t in (*known.terms, *known.hidden) if not own or known.is_own(t.term)]
    export_terms(path, terms)
    if as_json:
        print_json({"terms": len(terms), "path": str(path)})
    else:
        click.echo(f"{len(terms)} terms written to {path}.")


def _change(
    session: Session,
    as_json: bool,
    change: Callable[[Vocabulary], Vocabulary],
    names: tuple[str, ...],
) -> int:
    """Store a change of the vocabulary, suggest the tags of all photos anew, and tell both."""
    with session.library() as library:
        known = change(library.vocabulary())
        library.set_vocabulary(known)
        photos, stopped = _retag(library, session)
    found = [term for term in map(known.find, dict.fromkeys(names)) if term is not None]
    if as_json:
        print_json({"terms": [_entry(known, term) for term in found], "tagged": photos})
    else:
        shown = f" ({_some([term.term for term in found])})" if found else ""
        click.echo(f"{len(found)} terms{shown}; {photos} photos tagged anew.")
    if stopped:
        click.echo(STOPPED, err=True)
    return 1 if stopped else 0


def _retag(library: Library, session: Session) -> tuple[int, bool]:
    """How many photos were tagged anew from their stored vectors, and whether Ctrl-C came first."""
    (vectors,) = library.store.row("SELECT count(*) FROM vectors")
    if not vectors:
        return 0, False
    encoder = session.encoder(library, None)
    tagger = library_tagger(library, encoder, cache_dir())
    with stopped_by_ctrl_c() as stop:
        return drive(retag(library, encoder.id, tagger, stop)), stop.stopped


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + ("…" if len(names) > 5 else "")


def _found(known: Vocabulary, name: str) -> Term:
    term = known.find(name)
    if term is None:
        raise PhotoClipError(f"There is no term called “{name}”. See `photoclip vocabulary list`.")
    return term


def _entry(known: Vocabulary, term: Term) -> dict[str, Any]:
    return {
        "term": term.term,
        "category": term.category,
        "chinese": term.chinese,
        "parents": list(term.parents),
        "synonyms": list(term.synonyms),
        "prompts": list(term.prompts),
        "competes": term.competes,
        "hidden": term.hidden,
        "own": known.is_own(term.term),
    }
