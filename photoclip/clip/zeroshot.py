"""Zero-shot classification: prompt templates, class prototypes, probabilities over any labels.

As in Radford et al. 2021, "Learning Transferable Visual Models From Natural Language Supervision",
section 3.1: a label is put into several prompts, whose mean embedding stands for the class.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.encoder import Encoder
from photoclip.errors import PhotoClipError

# For photos of a personal library; few, as each label costs one text per template.
TEMPLATES: tuple[str, ...] = (
    "a photo of a {}.",
    "a photo of the {}.",
    "a close-up photo of a {}.",
    "a snapshot of a {}.",
)

# For models that read Chinese, with labels in Chinese.
_CHINESE = ("{}", "{}的照片", "一张{}的照片。", "照片里有{}。")

PHOTOS = "photos"
IMAGENET = "imagenet"
_SETS = {
    PHOTOS: TEMPLATES,
    "plain": ("{}",),
    "photo": ("a photo of a {}.",),
    "chinese": _CHINESE,
}
# In the order in which a person is told of them.
TEMPLATE_SETS = (*_SETS, IMAGENET)

# A label that begins with one of these brings its own article.
_DETERMINERS = frozenset(
    ("a", "an", "the", "my", "our", "your", "his", "her", "their", "its", "this", "that", "some")
)
# Pronounced other than spelled: "a university" but "an uninvited guest", "an hour".
_CONSONANT_SOUNDS = tuple(
    "eu one- ufo ukulele unicorn unicycle uniform union unit universit usb use utensil".split()
)
_VOWEL_SOUNDS = ("heir", "honest", "honor", "honour", "hour")


def fill(template: str, label: str) -> str:
    """Put a label into a template, with the article English wants.

    "a photo of a {}." gives "a photo of an owl." and, as a label may bring its own determiner,
    "a photo of the crane, a bird.".
    """
    label = " ".join(label.split())
    before, hole, after = template.partition("{}")
    if not hole:
        raise ValueError(f"the template {template!r} has no {{}}")
    for article in ("a ", "the "):
        if (" " + before).endswith(" " + article):
            stem = before[: len(before) - len(article)]
            first = label.partition(" ")[0].lower()
            if first in _DETERMINERS:
                return stem + label + after
            if article == "a " and _begins_with_vowel_sound(label.lower()):
                return stem + "an " + label + after
    return before + label + after


def prompt_templates(name_or_path: str) -> tuple[str, ...]:
    """The prompt templates of a set by its name, or of a file with one a line.

    "imagenet" are the 80 that OpenAI found for ImageNet, as open_clip has them.

    Raises:
        PhotoClipError: there is no such set or file, or a line of it has no single "{}".
    """
    if name_or_path in _SETS:
        return _SETS[name_or_path]
    if name_or_path == IMAGENET:
        from open_clip import OPENAI_IMAGENET_TEMPLATES

        return tuple(template("{}") for template in OPENAI_IMAGENET_TEMPLATES)
    path = Path(name_or_path)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise PhotoClipError(
            f"There are no prompt templates called “{name_or_path}”, and no such text file. "
            f"Choose one of {', '.join(TEMPLATE_SETS)}, or give a file with one template a line."
        ) from error
    templates = tuple(line.strip() for line in lines if line.strip())
    bad = next((template for template in templates if template.count("{}") != 1), None)
    if bad is not None or not templates:
        what = f"The template “{bad}” in {path} has no single {{}}" if bad else f"{path} is empty"
        raise PhotoClipError(
            f"{what}. Each line needs one {{}} where the label goes, as in “a photo of a {{}}.”."
        )
    return templates


def class_prototypes(
    encoder: Encoder, labels: Sequence[str], templates: Sequence[str] = TEMPLATES
) -> NDArray[np.float32]:
    """One direction per label: the mean of its prompts' embeddings, normalised again.

    Args:
        labels: k nouns or noun phrases.
        templates: each with one "{}".

    Returns:
        float32 (k, d), each of length 1.

    Raises:
        PhotoClipError: the encoder cannot be loaded or run.
    """
    if not labels:
        return np.zeros((0, encoder.dim), np.float32)
    prompts = [fill(template, label) for label in labels for template in templates]
    embeddings = encoder.encode_texts(prompts)
    mean = embeddings.reshape(len(labels), len(templates), -1).mean(axis=1)
    lengths = np.linalg.norm(mean, axis=1, keepdims=True)
    prototypes: NDArray[np.float32] = (mean / np.maximum(lengths, 1e-12)).astype(np.float32)
    return prototypes


def probabilities(
    image_embeddings: NDArray[np.float32],
    prototypes: NDArray[np.float32],
    logit_scale: float,
    logit_bias: float = 0.0,
) -> NDArray[np.float32]:
    """How probable each class is for each picture, given that exactly one of them is right.

    The softmax of `logit_scale` · cosine + `logit_bias`. (A bias common to all classes cancels
    out; it is taken so that a sigmoid model's logits are the ones it was trained with.)

    Args:
        image_embeddings: (n, d), L2-normalised.
        prototypes: (k, d), L2-normalised.
        logit_scale: the encoder's, 1 / temperature.
        logit_bias: the encoder's.

    Returns:
        float32 (n, k); each row sums to 1.
    """
    logits = image_embeddings.astype(np.float64) @ prototypes.astype(np.float64).T
    logits = logit_scale * logits + logit_bias
    if logits.size == 0:
        return logits.astype(np.float32)
    # Relative to the largest, so that no exponential overflows.
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.float32] = exponentials / exponentials.sum(axis=1, keepdims=True)
    return shares.astype(np.float32)


def _begins_with_vowel_sound(label: str) -> bool:
    if label.startswith(_VOWEL_SOUNDS):
        return True
    return label.startswith(tuple("aeiou")) and not label.startswith(_CONSONANT_SOUNDS)
