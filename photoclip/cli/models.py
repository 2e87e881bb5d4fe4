"""The commands about models: which there are, getting, importing and removing them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from photoclip.cli.session import (
    Session,
    drive,
    json_option,
    library_option,
    print_json,
    stopped_by_ctrl_c,
)
from photoclip.cli.use import use
from photoclip.clip.catalogue import OFFERS, Offer, find_offer
from photoclip.clip.download import discard_download, download_model, fetched_bytes
from photoclip.clip.models import (
    STARTER,
    Model,
    available_models,
    find_model,
    remembered_id,
    remove_model,
)
from photoclip.clip.weights import checkpoint_files
from photoclip.core import settings
from photoclip.core.paths import cache_dir, models_dir, settings_file
from photoclip.core.switching import choice
from photoclip.progress import Progress, retold


@click.group(invoke_without_command=True)
@library_option
@json_option
@click.pass_context
def models(ctx: click.Context, as_json: bool, session: Session) -> None:
    """List, get, import, remove and choose models."""
    if ctx.invoked_subcommand is None:
        _list(as_json)


@models.command("list")
@json_option
def list_models(as_json: bool) -> None:
    """List the models that are here, then those that can be got."""
    _list(as_json)


@models.command()
@click.argument("name")
@click.option("--mirror", help="The address of a mirror of the model hub, for this time.")
def get(name: str, mirror: str | None) -> int:
    """Download the model NAME, or go on with a download that was stopped.

    A mirror is taken from --mirror, else the settings, else the variable HF_ENDPOINT.
    """
    offer = find_offer(name)
    endpoint = mirror or settings.load(settings_file()).model_mirror or None
    with stopped_by_ctrl_c() as stop:
        work = download_model(offer, models_dir(), stop, endpoint=endpoint)
        model = drive(retold(work, _in_megabytes))
    if model is None:
        kept = fetched_bytes(offer.name, models_dir())
        click.echo(
            f"Stopped. What is fetched, {kept / 1e6:,.0f} MB, is kept; "
            "the same command goes on from there.",
            err=True,
        )
        return 1
    click.echo(
        f"The model “{model.name}” is here. Licence: {offer.licence} ({offer.page}).\n"
        f"To search with it: photoclip models use {model.name}"
    )
    return 0


@models.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--name", help="What to call it; without it, the file's or folder's name.")
@click.option("--architecture", help="open_clip's name of what a single file holds.")
def import_(path: Path, name: str | None, architecture: str | None) -> int:
    """Copy a model at PATH, a folder or a checkpoint, to the others, once it has proved to work."""
    from photoclip.clip.importing import import_model

    with stopped_by_ctrl_c() as stop:
        work = import_model(path, models_dir(), stop, name=name, architecture=architecture)
        model = drive(retold(work, _in_megabytes))
    if model is None:
        click.echo("Stopped. Nothing was imported.", err=True)
        return 1
    click.echo(
        f"The model “{model.name}” is here. To search with it: "
        f"photoclip models use {_quoted(model.name)}"
    )
    return 0


@models.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@library_option
def remove(name: str, yes: bool, session: Session) -> None:
    """Delete the model NAME, or what an unfinished download of it has brought."""
    kept = fetched_bytes(name, models_dir())
    there = any(model.name == name for model in available_models(models_dir()))
    if not there and kept:
        if not yes:
            click.confirm(f"Throw away {kept / 1e6:,.0f} MB of “{name}”?", abort=True)
        discard_download(name, models_dir())
        click.echo(f"The unfinished download of “{name}” is removed.")
        return
    if not yes and there and name != STARTER:
        use_of = _use_of(name, session)
        if use_of:
            click.echo(f"The library {session.library_path} {use_of} “{name}”.", err=True)
        click.confirm(f"Remove the model “{name}”?", abort=True)
    remove_model(name, models_dir())
    click.echo(f"The model “{name}” is removed.")


models.add_command(use)


def _list(as_json: bool) -> None:
    here = available_models(models_dir())
    names = {model.name for model in here}
    offered = [offer for offer in OFFERS if offer.name not in names]
    if as_json:
        print_json([*map(_described, here), *map(_described_offer, offered)])
        return
    width = max(len(name) for name in (*names, *(offer.name for offer in offered)))
    for model in here:
        click.echo(f"{model.name:{width}}  {' '.join(_facts(model))}")
    if offered:
        click.echo("\nOn offer, with photoclip models get NAME:")
    for offer in offered:
        click.echo(f"{offer.name:{width}}  {offer.good_at}{_notes(offer)}")


def _facts(model: Model) -> list[str]:
    size = sum(path.stat().st_size for path in checkpoint_files(model.checkpoint))
    facts = (
        model.description,
        "Understands Chinese." if model.understands("zh") else "",
        f"Licence: {model.licence}." if model.licence else "",
        f"{size / 1e6:,.0f} MB.",
    )
    return [fact for fact in facts if fact]


def _notes(offer: Offer) -> str:
    note = " Understands Chinese." if offer.chinese else ""
    kept = fetched_bytes(offer.name, models_dir())
    note += f" Licence: {offer.licence}."
    return note + (f" Unfinished, {kept / 1e6:,.0f} MB fetched." if kept else "")


def _described(model: Model) -> dict[str, Any]:
    return {
        "name": model.name,
        "id": remembered_id(model, cache_dir()),
        "dim": model.dim,
        "image_size": model.preprocessing.size,
        "licence": model.licence,
        "description": model.description,
        "chinese": model.understands("zh"),
        "installed": True,
    }


def _described_offer(offer: Offer) -> dict[str, Any]:
    return {
        "name": offer.name,
        "id": None,
        "dim": offer.dim,
        "image_size": offer.image_size,
        "licence": offer.licence,
        "description": offer.good_at,
        "chinese": offer.chinese,
        "installed": False,
        "title": offer.title,
        "languages": offer.spoken,
        "page": offer.page,
        "fetched_bytes": fetched_bytes(offer.name, models_dir()),
    }


def _use_of(name: str, session: Session) -> str:
    """What the library does with a model, as the middle of a sentence; "" for nothing."""
    if not session.library_path.exists():
        return ""
    source = find_model(name, models_dir()).source
    with session.library() as library:
        now = choice(library)
    if source == now.serving:
        return "is searched with"
    return "is being prepared for" if source == now.wanted else ""


def _in_megabytes(progress: Progress) -> Progress:
    """The same report with bytes counted in a unit that people read."""
    return replace(
        progress,
        phase=f"{progress.phase} megabytes" if progress.total else progress.phase,
        done=progress.done // 1_000_000,
        total=progress.total and max(progress.total // 1_000_000, 1),
        rate=progress.rate and progress.rate / 1e6,
    )


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
