"""The command that lets another model serve a library."""

from dataclasses import asdict

import click

from photoclip.cli.session import (
    Session,
    drive,
    json_option,
    library_option,
    print_json,
    stopped_by_ctrl_c,
)
from photoclip.clip.encoder import Encoder
from photoclip.clip.models import find_model
from photoclip.core.learning import library_tagger
from photoclip.core.library import Library
from photoclip.core.paths import cache_dir, models_dir
from photoclip.core.switching import switch, want
from photoclip.core.types import SwitchReport


@click.command()
@click.argument("name")
@library_option
@json_option
def use(name: str, session: Session, as_json: bool) -> int:
    """Let the model NAME search, tag and index this library from now on.

    The photos are embedded for it first, newest first, while the present model goes on serving
    the app. Nothing of the present model is lost: going back to it takes a moment. To keep the
    present model after all, name it.
    """
    with session.library() as library:
        source = find_model(name, models_dir()).source
        encoder = session.encoder(library, source)
        report = let_serve(library, source, encoder)
    if as_json:
        print_json({"model": encoder.name, "id": encoder.id, **asdict(report)})
    else:
        click.echo(
            f"{report.embedded} photos embedded, {report.from_thumbnails} of them from their"
            f" thumbnails, in {report.seconds:.1f} s."
        )
        if report.switched:
            click.echo(f"The model “{encoder.name}” serves this library now.")
        tell_unfinished(encoder.name, report)
    return 0 if report.switched and not report.stopped else 1


def let_serve(library: Library, source: str, encoder: Encoder) -> SwitchReport:
    """Want this model and prepare it until it serves, or until Ctrl-C."""
    want(library, source)
    tagger = library_tagger(library, encoder, cache_dir())
    with stopped_by_ctrl_c() as stop:
        return drive(switch(library, source, encoder, tagger, stop))


def tell_unfinished(name: str, report: SwitchReport) -> None:
    """Say on standard error what a switch has left undone, if anything."""
    if report.stopped and not report.switched:
        click.echo(
            "Stopped. What is done is kept; the same command, or the app, goes on from there.",
            err=True,
        )
    elif not report.switched:
        click.echo(
            f"The model “{name}” could not embed {report.left} photos, too many for search to lose,"
            " so the present one goes on serving. Connect their drive, then give the same command.",
            err=True,
        )
    elif report.left:
        click.echo(
            f"Photos that could not be embedded now: {report.left}. Connect their drive, then index"
            " their folder again.",
            err=True,
        )
