"""The commands that bring photos into a library: index, failures."""

from collections.abc import Sequence
from dataclasses import asdict, replace

import click

from photoclip.cli.session import (
    STOPPED,
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
from photoclip.core import paths as own_paths
from photoclip.core.indexing import index as index_paths
from photoclip.core.learning import is_due, learn, library_tagger
from photoclip.core.library import Library
from photoclip.core.tagging import retag
from photoclip.core.types import IndexReport


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
        report = bring_up_to_date(library, encoder, folders)
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
        click.echo(STOPPED, err=True)
    return 0 if serves and not report.stopped else 1


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


def bring_up_to_date(library: Library, encoder: Encoder, folders: Sequence[str]) -> IndexReport:
    """Index these folders until done, or until Ctrl-C, with a bar.

    The tags then follow what many new photos show of the library.
    """
    cache = own_paths.cache_dir()
    tagger = library_tagger(library, encoder, cache)
    with stopped_by_ctrl_c() as stop:
        report = drive(index_paths(library, encoder, tagger, folders, stop))
        if stop.stopped or not is_due(library, encoder.id):
            return report
        if learn(library, encoder, tagger.terms):
            drive(retag(library, encoder.id, library_tagger(library, encoder, cache), stop))
        return replace(report, stopped=stop.stopped)


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
