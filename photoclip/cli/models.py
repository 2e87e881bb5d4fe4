"""The command that lists the models there are."""

import click

from photoclip.cli.session import json_option, print_json
from photoclip.clip.models import available_models
from photoclip.core.paths import models_dir


@click.command()
@json_option
def models(as_json: bool) -> None:
    """List the models that can be used with --model."""
    there = available_models(models_dir())
    if as_json:
        print_json(
            [
                {
                    "name": model.name,
                    "id": model.id,
                    "dim": model.dim,
                    "image_size": model.preprocessing.size,
                    "licence": model.licence,
                    "description": model.description,
                }
                for model in there
            ]
        )
        return
    for model in there:
        click.echo(f"{model.name}: {model.description}")
