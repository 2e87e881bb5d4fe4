"""The command that measures how fast this computer indexes and searches."""

from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

import click
import numpy as np

from photoclip.cli.session import (
    Session,
    drive,
    json_option,
    library_option,
    model_option,
    open_encoder,
    print_json,
    stopped_by_ctrl_c,
)
from photoclip.clip.devices import usable_devices
from photoclip.clip.encoder import Encoder, OpenClipEncoder
from photoclip.clip.models import STARTER, find_model
from photoclip.core.gauging import Decoding
from photoclip.core.health import Budget, Health, check
from photoclip.core.paths import cache_dir, models_dir
from photoclip.core.switching import choice
from photoclip.core.verdict import sensible, verdict

# The whole stays below two minutes with it.
BUDGET = Budget()
# So many of a person's photos are read.
_PHOTOS = 40


@dataclass(frozen=True)
class _Own:
    """What is looked up in the library: the model, some photos, how many there are."""

    source: str = STARTER
    paths: tuple[str, ...] = ()
    photos: int = 0
    unknown: int = 0


@click.command()
@model_option
@library_option
@json_option
def bench(model: str | None, session: Session, as_json: bool) -> int:
    """Measure how fast this computer indexes and searches, and say what limits it.

    It takes two minutes at most, reads some of your photos, and changes nothing.
    """
    with ExitStack() as opened:
        own = _looked_up(session, model)
        encoder = open_encoder(own.source)
        stop = opened.enter_context(stopped_by_ctrl_c())

        def open_on(device: str, precision: str | None) -> Encoder:
            return _open_on(own.source, device, precision)

        # Not before the encoder is made, which settles how torch begins.
        devices = usable_devices()
        health = drive(
            check(encoder, open_on, devices, own.paths, own.photos, own.unknown, stop, BUDGET)
        )
    if health is None:
        click.echo("Stopped. Nothing was changed.", err=True)
        return 1
    if as_json:
        print_json({**_rounded(asdict(health)), "limits": verdict(health)})
    else:
        _tell(health)
    return 0


def _looked_up(session: Session, model: str | None) -> _Own:
    """What the library says; it is closed again before anything is measured."""
    if not session.library_path.exists():
        return _Own(model or STARTER)
    with session.library() as library:
        source = model or choice(library).serving
        counts = library.counts(open_encoder(source).id)
        photo_ids, _ = library.listing()
        chosen = photo_ids[
            np.linspace(0, len(photo_ids) - 1, min(_PHOTOS, len(photo_ids)), dtype=int)
        ]
        paths = [photo.path for photo in library.photos(chosen.tolist()).values()]
    return _Own(source, tuple(paths), counts.photos, counts.photos - counts.searchable)


def _open_on(source: str, device: str, precision: str | None) -> Encoder:
    model = find_model(source, models_dir())
    return OpenClipEncoder(model, device=device, precision=precision, cache_dir=cache_dir())


def _rounded(figures: Any) -> Any:
    """The same with no more digits than are known."""
    if isinstance(figures, dict):
        return {name: _rounded(figure) for name, figure in figures.items()}
    if isinstance(figures, list | tuple):
        return [_rounded(figure) for figure in figures]
    return float(f"{figures:.3g}") if isinstance(figures, float) else figures


def _tell(health: Health) -> None:
    searching = health.searching
    rows = [(f"Decoding {_of_what(health.decoding)}", health.decoding.per_second)]
    rows += [
        (f"The model {health.model} on {one.device}, {one.precision}", one.per_second)
        for one in health.encodings
    ]
    # Where a run of both takes too long, what each alone allows.
    rows.append(("Both together", health.together or health.bound))
    times = [
        ("Understanding the words", searching.text_ms),
        (f"Comparing them with {searching.photos:,} photos", searching.matching_ms),
    ]
    if searching.megabytes >= 1:
        memory = f"Reading {sensible(searching.megabytes)} MB of memory once"
        times.append((memory, searching.reading_ms))
    width = max(len(what) for what, _ in rows + times)
    for header, lines in (("photos/s", rows), ("ms", times)):
        click.echo(f"{'':{width}}  {header:>8}")
        for what, figure in lines:
            click.echo(f"{what:{width}}  {sensible(figure):>8}")
        click.echo()
    for sentence in verdict(health):
        click.echo(sentence)
    click.echo(f"Measured in {health.seconds:.0f} s.", err=True)


def _of_what(decoding: Decoding) -> str:
    if decoding.own:
        return f"{decoding.photos} of your photos"
    return "pictures of 12 megapixels, made of noise"
