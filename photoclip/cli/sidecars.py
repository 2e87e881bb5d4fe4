"""The command that keeps sidecars beside photos."""

from typing import Literal

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
from photoclip.core.library import Library
from photoclip.core.paths import display
from photoclip.core.sidecar_sync import (
    set_writes_sidecars,
    unwritten,
    write_sidecars,
    writes_sidecars,
)
from photoclip.errors import PhotoClipError


@click.command()
@click.argument(
    "act", metavar="[on|off|write]", type=click.Choice(["on", "off", "write"]), required=False
)
@library_option
@json_option
def sidecars(act: Literal["on", "off", "write"] | None, session: Session, as_json: bool) -> int:
    """Turn XMP sidecars on or off for this library, or write what is to be written.

    Confirmed tags, ratings and captions go into a file beside each photo, where other programs find
    them, merged with what stands there. The photos themselves are never written to.
    """
    with session.library() as library:
        if act == "write":
            return _write(library, as_json)
        if act is not None:
            set_writes_sidecars(library, act == "on")
        on, count = writes_sidecars(library), unwritten(library)
    if as_json:
        print_json({"on": on, "unwritten": count})
    else:
        click.echo(f"Sidecars are {'on' if on else 'off'}; {count} photos have something to write.")
    return 0


def _write(library: Library, as_json: bool) -> int:
    if not writes_sidecars(library):
        raise PhotoClipError(
            "Sidecars are off for this library. Turn them on with `photoclip sidecars on`."
        )
    with stopped_by_ctrl_c() as stop:
        report = drive(write_sidecars(library, library.vocabulary(), stop))
    failed = [{"path": f.path, "reason": f.reason} for f in report.failures]
    if as_json:
        print_json({"written": report.written, "failed": failed, "skipped": report.skipped})
    else:
        click.echo(f"{report.written} sidecars written.")
        for failure in report.failures:
            click.echo(f"{display(failure.path)}: {failure.reason}", err=True)
        if report.skipped:
            click.echo(
                f"Photos that are not there now: {report.skipped}. Connect their drive, then give"
                " the same command.",
                err=True,
            )
    if report.stopped:
        click.echo(STOPPED, err=True)
    return 1 if report.failures or report.stopped else 0
