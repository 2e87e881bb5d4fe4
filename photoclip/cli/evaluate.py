"""The commands that measure a model on labelled photos."""

import sys
from dataclasses import asdict
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from photoclip.cli.session import json_option, model_option, open_encoder, print_json
from photoclip.clip.encoder import Encoder
from photoclip.clip.evaluate import Recall, image_rows, image_to_text, text_to_image, zero_shot
from photoclip.clip.models import STARTER
from photoclip.clip.pairs import read_captions, read_labels
from photoclip.clip.zeroshot import class_prototypes
from photoclip.core.imaging import UnreadablePhoto
from photoclip.core.lookup import embed_files
from photoclip.errors import PhotoClipError

_images_option = click.option(
    "--images", required=True, type=click.Path(path_type=Path), help="The folder of the photos."
)


@click.group("eval")
def evaluate() -> None:
    """Measure a model on photos with captions or labels."""


@evaluate.command()
@_images_option
@click.option(
    "--captions",
    required=True,
    type=click.Path(path_type=Path),
    help="Lines of image<TAB>caption, several an image.",
)
@model_option
@json_option
def retrieval(images: Path, captions: Path, model: str | None, as_json: bool) -> None:
    """How often a caption finds its photo, and a photo its caption: recall@k."""
    captions_of = read_captions(captions)
    encoder = open_encoder(model or STARTER)
    names = list(captions_of)
    owners = [name for name, texts in captions_of.items() for _ in texts]
    embeddings = _embed_photos(encoder, images, names)
    texts = encoder.encode_texts([text for texts in captions_of.values() for text in texts])
    rows = image_rows(names, owners)
    recalls = {
        "text_to_image": _recall(text_to_image(embeddings, texts, rows)),
        "image_to_text": _recall(image_to_text(embeddings, texts, rows)),
    }
    if as_json:
        print_json({"images": len(names), "captions": len(owners), **recalls})
        return
    click.echo(f"{len(names)} photos, {len(owners)} captions")
    for direction, recall in recalls.items():
        figures = "  ".join(f"{k} {share:.3f}" for k, share in recall.items())
        click.echo(f"{direction.replace('_', ' ')}: {figures}")


@evaluate.command()
@_images_option
@click.option(
    "--labels",
    required=True,
    type=click.Path(path_type=Path),
    help="Lines of image<TAB>label; an underscore is a space.",
)
@model_option
@json_option
def zeroshot(images: Path, labels: Path, model: str | None, as_json: bool) -> None:
    """How often the model names a photo rightly, having seen no example of any label."""
    label_of = read_labels(labels)
    encoder = open_encoder(model or STARTER)
    classes = sorted(set(label_of.values()))
    embeddings = _embed_photos(encoder, images, list(label_of))
    right = image_rows(classes, list(label_of.values()))
    accuracy = zero_shot(embeddings, class_prototypes(encoder, classes), right)
    result = {
        "images": len(label_of),
        "classes": len(classes),
        "top1": accuracy.top_1,
        "top5": accuracy.top_5,
    }
    if as_json:
        print_json(result)
    else:
        click.echo(
            f"{len(label_of)} photos of {len(classes)} classes:"
            f" top-1 {accuracy.top_1:.3f}, top-5 {accuracy.top_5:.3f}"
        )


def _recall(recall: Recall) -> dict[str, float]:
    return {name.replace("at_", "R@"): value for name, value in asdict(recall).items()}


def _embed_photos(encoder: Encoder, folder: Path, names: list[str]) -> NDArray[np.float32]:
    """Embeddings of shape (n, d), in the order of `names`.

    Raises:
        PhotoClipError: when a photo is missing or cannot be read.
    """
    embeddings = np.empty((len(names), encoder.dim), np.float32)
    with click.progressbar(
        embed_files(encoder, [folder / name for name in names]),
        length=len(names),
        label="Photos",
        file=sys.stderr,
    ) as read:
        for row, (path, embedding) in enumerate(read):
            if isinstance(embedding, UnreadablePhoto):
                raise PhotoClipError(f'"{path}" cannot be used. {embedding}')
            embeddings[row] = embedding
    return embeddings
