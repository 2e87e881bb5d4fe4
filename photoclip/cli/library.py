"""The commands about a photo library: index, search, tags, failures."""

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from photoclip.cli.session import (
    Session,
    drive,
    json_option,
    library_option,
    model_option,
    print_json,
    stopped_by_ctrl_c,
)
from photoclip.cli.use import let_serve, tell_unfinished
from photoclip.clip.encoder import Encoder
from photoclip.clip.models import find_model
from photoclip.clip.zeroshot import class_prototypes, probabilities
from photoclip.core import paths as own_paths
from photoclip.core.imaging import UnreadablePhoto
from photoclip.core.indexing import index as index_paths
from photoclip.core.library import Library
from photoclip.core.lookup import embed_files, stored_embedding
from photoclip.core.search import Searcher
from photoclip.core.tagging import Tagger
from photoclip.core.types import IndexReport, Scope, Tag
from photoclip.errors import PhotoClipError

Embedding = NDArray[np.float32]
Describe = Callable[[Embedding], list[Tag]]
Answer = dict[str, Any]

_STOPPED = "Stopped. What is done is kept; the same command goes on from there."


@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path())
@model_option
@library_option
@json_option
def index(folders: tuple[str, ...], model: str | None, session: Session, as_json: bool) -> int:
    """Add FOLDERS to the library, or bring them up to date.

    Only new and changed photos are read; the files are never written to.
    """
    with session.library() as library:
        encoder = session.encoder(library, model)
        report = _bring_up_to_date(library, encoder, folders)
        serves = True
        if model is not None and not report.stopped:
            # The photos of other folders come first: one folder's never answer for the library.
            source = find_model(model, own_paths.models_dir()).source
            switch = let_serve(library, source, encoder)
            tell_unfinished(encoder.name, switch)
            serves = switch.switched and not switch.stopped
        for folder in report.skipped_folders:
            click.echo(
                f'"{own_paths.display(folder.path)}" was left out. {folder.reason}', err=True
            )
        _tell(report, encoder, as_json)
    if report.stopped:
        click.echo(_STOPPED, err=True)
    return 0 if serves and not report.stopped else 1


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option(
    "--in", "folder", type=click.Path(), help="Search only here; new photos come in first."
)
@click.option(
    "-n", "limit", default=20, show_default=True, type=click.IntRange(1), help="How many."
)
@model_option
@library_option
@json_option
def search(
    query: tuple[str, ...],
    folder: str | None,
    limit: int,
    model: str | None,
    session: Session,
    as_json: bool,
) -> int:
    """Show the photos that look most like QUERY, best first."""
    with session.library() as library:
        encoder = session.encoder(library, model)
        inside = None if folder is None else library.spelled(folder)
        if inside is not None and (os.path.lexists(inside) or library.root_of(inside) is None):
            if _bring_up_to_date(library, encoder, [inside]).stopped:
                raise PhotoClipError(_STOPPED)
        hits = Searcher(library, encoder).search(" ".join(query), Scope(inside), limit)
        photos = library.photos([hit.photo_id for hit in hits], inside)
    found = [{"path": photos[hit.photo_id].path, "score": hit.score} for hit in hits]
    if as_json:
        print_json(found)
    elif not found:
        click.echo("There is no photo to search yet. Add a folder with --in FOLDER.", err=True)
    else:
        for item in found:
            click.echo(f"{item['score']:.3f}  {own_paths.display(str(item['path']))}")
    return 0


@click.command()
@click.argument("photos", metavar="PATH…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--labels", help="Names of your own, with commas between: which of them is it?")
@model_option
@library_option
@json_option
def tags(
    photos: tuple[Path, ...],
    labels: str | None,
    model: str | None,
    session: Session,
    as_json: bool,
) -> int:
    """Show what PhotoClip sees in photos, with how sure it is."""
    with session.library() as library:
        encoder = session.encoder(library, model)
        names = None if labels is None else [name.strip() for name in labels.split(",")]
        if names is not None and not all(names):
            raise PhotoClipError("A label is empty. Write them like this: --labels cat,dog")
        describe = _suggested(encoder) if names is None else _chosen(encoder, names)
        answers = [
            _answer(path, embedding, describe)
            for path, embedding in _embeddings(library, encoder, photos)
        ]
    if as_json:
        print_json(answers)
    else:
        for answer in answers:
            shown = ", ".join(f"{t['tag']} {t['probability']:.0%}" for t in answer["tags"])
            name = own_paths.display(answer["path"])
            click.echo(f"{name}: {shown or answer.get('error') or 'no tags'}")
    return 1 if all("error" in answer for answer in answers) else 0


@click.command()
@library_option
@json_option
def failures(session: Session, as_json: bool) -> int:
    """List the files that could not be read, and why."""
    with session.library() as library:
        found = library.failures()
    if as_json:
        print_json([asdict(failure) for failure in found])
    else:
        for failure in found:
            click.echo(f"{own_paths.display(failure.path)}: {failure.reason}")
        if not found:
            click.echo("Every file could be read.", err=True)
    return 0


COMMANDS = (index, search, tags, failures)


def _bring_up_to_date(library: Library, encoder: Encoder, folders: Sequence[str]) -> IndexReport:
    with stopped_by_ctrl_c() as stop:
        return drive(
            index_paths(
                library, encoder, Tagger(encoder, cache_dir=own_paths.cache_dir()), folders, stop
            )
        )


def _tagger(encoder: Encoder) -> Tagger:
    return Tagger(encoder, cache_dir=own_paths.cache_dir())


def _tell(report: IndexReport, encoder: Encoder, as_json: bool) -> None:
    rate = report.embedded / report.seconds if report.seconds else 0.0
    if as_json:
        counts = ("found", "indexed", "unchanged", "moved", "missing", "failed")
        print_json(
            {
                **{name: getattr(report, name) for name in counts},
                "seconds": round(report.seconds, 3),
                "photos_per_second": round(rate, 3),
                "model": encoder.name,
                # Not loaded, and so not known, where there was nothing to embed.
                "device": encoder.device if report.embedded else None,
                "precision": encoder.precision if report.embedded else None,
            }
        )
        return
    click.echo(
        f"{report.found} photos found: {report.indexed} indexed, {report.unchanged} unchanged,"
        f" {report.moved} moved, {report.missing} missing, {report.failed} not readable."
        f" {report.seconds:.1f} s, {rate:.1f} photos/s."
    )
    if not report.found:
        click.echo("PhotoClip reads JPEG, HEIC, PNG, RAW and more; there is none.", err=True)


def _embeddings(
    library: Library, encoder: Encoder, photos: tuple[Path, ...]
) -> list[tuple[Path, Embedding | UnreadablePhoto]]:
    """Each path with its embedding, from the library where it is known, else from the file."""
    found: dict[Path, Embedding | UnreadablePhoto] = {}
    for path in photos:
        embedding = stored_embedding(library, encoder.id, path)
        if embedding is not None:
            found[path] = embedding
    found.update(embed_files(encoder, [path for path in photos if path not in found]))
    return [(path, found[path]) for path in photos]


def _suggested(encoder: Encoder) -> Describe:
    tagger = _tagger(encoder)
    return lambda embedding: list(tagger.tags(embedding[None])[0])


def _chosen(encoder: Encoder, labels: list[str]) -> Describe:
    """The classic zero-shot question: a softmax over exactly these labels."""
    prototypes = class_prototypes(encoder, labels)

    def describe(embedding: Embedding) -> list[Tag]:
        shares = probabilities(embedding[None], prototypes, encoder.logit_scale)[0]
        tags = [Tag(label, float(p)) for label, p in zip(labels, shares, strict=True)]
        return sorted(tags, key=lambda tag: -tag.probability)

    return describe


def _answer(path: Path, embedding: Embedding | UnreadablePhoto, describe: Describe) -> Answer:
    if isinstance(embedding, UnreadablePhoto):
        return {"path": str(path), "tags": [], "error": str(embedding)}
    tags = [
        {"tag": tag.term, "probability": round(tag.probability, 6)} for tag in describe(embedding)
    ]
    return {"path": str(path), "tags": tags}
