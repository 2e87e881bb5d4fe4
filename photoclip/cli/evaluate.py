"""The commands that measure models on photos with captions or labels."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import numpy as np

from photoclip.cli.embedding import embed_photos, embed_texts
from photoclip.cli.judge import judge, relevance
from photoclip.cli.session import json_option, open_encoder, print_json
from photoclip.clip.colour_words import COLOURS, colour_words, recoloured
from photoclip.clip.encoder import Encoder
from photoclip.clip.evaluate import (
    Recall,
    average_precision,
    caption_ranks,
    class_accuracy,
    class_ranks,
    image_ranks,
    image_rows,
    median_rank,
    preference,
    recall,
)
from photoclip.clip.models import STARTER
from photoclip.clip.pairs import read_captions, read_labels, read_names
from photoclip.clip.zeroshot import PHOTOS, TEMPLATE_SETS, class_prototypes, prompt_templates
from photoclip.errors import PhotoClipError

_WORST = 5  # classes to name of those a model is worst at

_Figures = dict[str, Any]

_file = click.Path(path_type=Path)
_images_option = click.option(
    "--images", required=True, type=_file, help="The folder of the photos."
)
_only_option = click.option(
    "--only", type=_file, help="A list of image names; all others are left out."
)
_models_option = click.option(
    "--model",
    "models",
    multiple=True,
    help="The model to measure; see `photoclip models`. Several go side by side.",
)


@click.group("eval")
def evaluate() -> None:
    """Measure models on photos with captions or labels."""


evaluate.add_command(relevance)
evaluate.add_command(judge)


@evaluate.command()
@_images_option
@click.option(
    "--captions", required=True, type=_file, help="Lines of image<TAB>caption, several an image."
)
@_only_option
@_models_option
@json_option
def retrieval(
    images: Path, captions: Path, only: Path | None, models: tuple[str, ...], as_json: bool
) -> None:
    """How often a caption finds its photo, and a photo its caption: recall@k."""
    captions_of = _chosen(read_captions(captions), only)
    names = list(captions_of)
    owners = image_rows(names, [name for name, texts in captions_of.items() for _ in texts])
    texts = [text for texts in captions_of.values() for text in texts]

    def measure(encoder: Encoder) -> _Figures:
        photos = embed_photos(encoder, images, names)
        embedded = embed_texts(encoder, texts)
        ranks = {
            "text_to_image": image_ranks(photos, embedded, owners),
            "image_to_text": caption_ranks(photos, embedded, owners),
        }
        return {
            "images": len(names),
            "captions": len(texts),
            **{direction: _recall(recall(found)) for direction, found in ranks.items()},
            "median_rank": {direction: median_rank(found) for direction, found in ranks.items()},
        }

    figures = _of_each(models, measure)
    if as_json:
        _print_figures(figures)
        return
    click.echo(f"{len(names)} photos, {len(texts)} captions")
    for direction in ("text_to_image", "image_to_text"):
        rows = [
            (name, [*found[direction].values(), f"{found['median_rank'][direction]:g}"])
            for name, found in figures
        ]
        header = (direction.replace("_", " "), "R@1", "R@5", "R@10", "median rank")
        click.echo(f"\n{_table(header, rows)}")


@evaluate.command()
@_images_option
@click.option(
    "--labels",
    required=True,
    type=_file,
    help="Lines of image<TAB>label; an underscore is a space.",
)
@click.option(
    "--templates",
    default=PHOTOS,
    show_default=True,
    help=f"Prompt templates: {', '.join(TEMPLATE_SETS)}, or a file with one a line.",
)
@click.option(
    "--multi-label",
    is_flag=True,
    help="An image may stand on several lines; gives the mean average precision.",
)
@_models_option
@json_option
def zeroshot(
    images: Path,
    labels: Path,
    templates: str,
    multi_label: bool,
    models: tuple[str, ...],
    as_json: bool,
) -> None:
    """How well the model names photos, having seen no example of any label."""
    labels_of = _label_sets(labels, multi_label)
    classes = sorted({label for own in labels_of.values() for label in own})
    if len(classes) < 2:
        raise PhotoClipError(
            f"All photos in {labels} have the label “{classes[0]}”, so any model is right. "
            "Give photos of at least two labels."
        )
    prompts = prompt_templates(templates)
    names = list(labels_of)
    shown = np.zeros((len(names), len(classes)), np.bool_)
    for row, own in enumerate(labels_of.values()):
        shown[row, image_rows(classes, own)] = True

    def measure(encoder: Encoder) -> _Figures:
        photos = embed_photos(encoder, images, names)
        prototypes = class_prototypes(encoder, classes, prompts)
        if multi_label:
            by_class = average_precision(photos @ prototypes.T, shown)
            found = {"mAP": float(by_class.mean())}
        else:
            right = shown.argmax(axis=1)
            ranks = class_ranks(photos, prototypes, right)
            by_class = class_accuracy(ranks, right, len(classes))
            found = {"top1": float(np.mean(ranks < 1)), "top5": float(np.mean(ranks < 5))}
        worst = np.argsort(by_class, kind="stable")[:_WORST]
        return {
            "images": len(names),
            "classes": len(classes),
            **found,
            "templates": templates,
            "worst": {classes[row]: float(by_class[row]) for row in worst},
        }

    figures = _of_each(models, measure)
    shares = ("mAP",) if multi_label else ("top1", "top5")
    if as_json:
        _print_figures(figures)
        return
    click.echo(
        f"{len(names)} photos of {len(classes)} classes, prompt templates: {templates} "
        f"({len(prompts)} a label)\n"
    )
    header = ("zero-shot", *(share.replace("top", "top-") for share in shares))
    rows = [(name, [found[share] for share in shares]) for name, found in figures]
    click.echo(_table(header, rows))
    click.echo()
    for name, found in figures:
        worst = ", ".join(f"{label} {share:.3f}" for label, share in found["worst"].items())
        click.echo(f"{name} is worst at: {worst}")


@evaluate.command()
@click.argument("captions", type=_file)
@_images_option
@_only_option
@_models_option
@json_option
def colours(
    captions: Path, images: Path, only: Path | None, models: tuple[str, ...], as_json: bool
) -> None:
    """How often a caption fits its photo better than the same caption with another colour.

    Of the captions with a colour word in CAPTIONS, lines of image<TAB>caption, each colour word is
    replaced by each other colour in turn. "pairwise" is the mean share of these that score below
    the true caption, chance being 0.5; "over_all" the share of captions above all of theirs.
    """
    captions_of = _chosen(read_captions(captions), only)
    pairs = [
        (name, text) for name, texts in captions_of.items() for text in texts if colour_words(text)
    ]
    if not pairs:
        raise PhotoClipError(f"No caption in {captions} has a colour word.")
    names = list(dict.fromkeys(name for name, _ in pairs))
    photo_of = image_rows(names, [name for name, _ in pairs])
    texts = [text for _, text in pairs]
    others = [recoloured(text) for text in texts]
    caption_of = np.repeat(np.arange(len(texts)), [len(changed) for changed in others])
    replaced = np.repeat(
        [COLOURS.index(word) for text in texts for word in colour_words(text)], len(COLOURS) - 1
    )

    def measure(encoder: Encoder) -> _Figures:
        photos = embed_photos(encoder, images, names)[photo_of]
        own = (embed_texts(encoder, texts) * photos).sum(axis=1)
        changed = embed_texts(encoder, [text for changed in others for text in changed])
        scores = (changed * photos[caption_of]).sum(axis=1)
        beaten = scores < own[caption_of]
        return {
            "captions": len(texts),
            "pairs": len(scores),
            **asdict(preference(own, scores, caption_of)),
            "by_colour": {
                colour: float(beaten[replaced == row].mean())
                for row, colour in enumerate(COLOURS)
                if (replaced == row).any()
            },
        }

    figures = _of_each(models, measure)
    if as_json:
        _print_figures(figures)
        return
    click.echo(f"{len(texts)} captions with a colour word, {len(caption_of)} with another\n")
    named = list(figures[0][1]["by_colour"])
    rows = [
        (name, [found["pairwise"], found["over_all"], *found["by_colour"].values()])
        for name, found in figures
    ]
    click.echo(_table(("colours", "pairwise", "over all", *named), rows))


def _of_each(
    models: tuple[str, ...], measure: Callable[[Encoder], _Figures]
) -> list[tuple[str, _Figures]]:
    """Each model's name and figures; all models are looked up before the first is measured."""
    encoders = [open_encoder(model) for model in models or (STARTER,)]
    figures = []
    while encoders:
        # Let go of each before the next one is loaded.
        encoder = encoders.pop(0)
        figures.append((encoder.name, measure(encoder)))
    return figures


def _print_figures(figures: Sequence[tuple[str, _Figures]]) -> None:
    """One model's figures as an object, those of several as a list of such with their names."""
    if len(figures) == 1:
        [(_, found)] = figures
        print_json(found)
    else:
        print_json([{"model": name, **found} for name, found in figures])


def _table(header: Sequence[str], rows: Sequence[tuple[str, Sequence[float | str]]]) -> str:
    """The first column to the left, the others, with three decimals, to the right."""
    cells = [
        list(header),
        *(
            [name, *(value if isinstance(value, str) else f"{value:.3f}" for value in values)]
            for name, values in rows
        ),
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in cells
    )


def _chosen(captions_of: dict[str, list[str]], only: Path | None) -> dict[str, list[str]]:
    if only is None:
        return captions_of
    names = read_names(only)
    chosen = {name: texts for name, texts in captions_of.items() if name in names}
    if not chosen:
        raise PhotoClipError(f"None of the images in {only} has a caption. Check the names.")
    return chosen


def _label_sets(path: Path, multi_label: bool) -> dict[str, list[str]]:
    if not multi_label:
        return {name: [label] for name, label in read_labels(path).items()}
    return {
        name: [label.replace("_", " ") for label in labels]
        for name, labels in read_captions(path).items()
    }


def _recall(found: Recall) -> dict[str, float]:
    return {name.replace("at_", "R@"): value for name, value in asdict(found).items()}
