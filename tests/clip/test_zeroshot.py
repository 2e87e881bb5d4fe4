"""Prototypes and probabilities against numbers worked out by hand."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photoclip.clip.preprocess import Preprocessing
from photoclip.clip.zeroshot import (
    TEMPLATE_SETS,
    TEMPLATES,
    class_prototypes,
    fill,
    probabilities,
    prompt_templates,
)
from photoclip.errors import PhotoClipError


class _TwoDirections:
    """Embeds prompts by a table, so that means can be worked out by hand."""

    id = name = "two"
    dim = 2
    preprocessing = Preprocessing(size=8)
    logit_scale = 10.0
    logit_bias = 0.0
    device = "cpu"
    precision = "float32"
    batch_size = 1

    def __init__(self, table: dict[str, tuple[float, float]]) -> None:
        self._table = table

    def encode_images(
        self, pixels: NDArray[np.uint8], threads: int | None = None
    ) -> NDArray[np.float32]:
        raise NotImplementedError

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self._table[text] for text in texts], np.float32)


def test_a_prototype_is_the_normalised_mean_of_its_prompts() -> None:
    encoder = _TwoDirections(
        {"an owl": (1, 0), "owl!": (0.6, 0.8), "a cow": (0, 1), "cow!": (0, 1)}
    )

    prototypes = class_prototypes(encoder, ["owl", "cow"], ("a {}", "{}!"))

    # (1.6, .8) / 2 has the direction (2, 1) / √5.
    np.testing.assert_allclose(prototypes, [[2 / 5**0.5, 1 / 5**0.5], [0, 1]], rtol=1e-6)
    assert prototypes.dtype == np.float32


def test_no_labels_give_no_prototypes() -> None:
    assert class_prototypes(_TwoDirections({}), []).shape == (0, 2)


def test_probabilities_are_the_softmax_of_scaled_cosines() -> None:
    images = np.array([[1, 0], [0.6, 0.8]], np.float32)
    prototypes = np.array([[1, 0], [0, 1], [-1, 0]], np.float32)

    given = probabilities(images, prototypes, logit_scale=2.0)

    # Row 1: e², e⁰, e⁻². Row 2: e^1.2, e^1.6, e^-1.2.
    expected = np.exp([[2, 0, -2], [1.2, 1.6, -1.2]])
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(given, expected, rtol=1e-6)
    assert given.dtype == np.float32


def test_probabilities_are_stable_and_do_not_depend_on_a_common_bias() -> None:
    images = np.array([[1, 0]], np.float32)
    prototypes = np.array([[1, 0], [0.99, 0.14]], np.float32)

    sharp = probabilities(images, prototypes, logit_scale=1e6)

    assert sharp.tolist() == [[1, 0]]
    np.testing.assert_allclose(
        probabilities(images, prototypes, 10.0, logit_bias=-16.5),
        probabilities(images, prototypes, 10.0),
        rtol=1e-5,
    )


def test_probabilities_of_nothing() -> None:
    prototypes = np.eye(2, dtype=np.float32)

    assert probabilities(np.zeros((0, 2), np.float32), prototypes, 10.0).shape == (0, 2)
    assert probabilities(prototypes, np.zeros((0, 2), np.float32), 10.0).shape == (2, 0)


@pytest.mark.parametrize(
    ("template", "label", "prompt"),
    [
        ("a photo of a {}.", "dog", "a photo of a dog."),
        ("a photo of a {}.", "owl", "a photo of an owl."),
        ("a photo of a {}.", "Airport", "a photo of an Airport."),
        ("a photo of a {}.", "hourglass", "a photo of an hourglass."),
        ("a photo of a {}.", "horse", "a photo of a horse."),
        ("a photo of a {}.", "university campus", "a photo of a university campus."),
        ("a photo of a {}.", "umbrella", "a photo of an umbrella."),
        ("a photo of a {}.", "the sea", "a photo of the sea."),
        ("a photo of the {}.", "my bike", "a photo of my bike."),
        ("a {}", "an old  car", "an old car"),
        ("a photo of the {}.", "owl", "a photo of the owl."),
        ("sofa {}", "apple", "sofa apple"),
        ("{}", "{braces}", "{braces}"),
    ],
)
def test_labels_fit_into_templates(template: str, label: str, prompt: str) -> None:
    assert fill(template, label) == prompt


def test_a_template_needs_a_place_for_the_label() -> None:
    with pytest.raises(ValueError, match="template"):
        fill("a photo", "dog")
    assert all("{}" in template for template in TEMPLATES)


def test_every_named_set_of_templates_can_be_filled() -> None:
    sizes = {}
    for name in TEMPLATE_SETS:
        templates = prompt_templates(name)
        assert all("dog" in fill(template, "dog") for template in templates)
        assert len(set(templates)) == len(templates)
        sizes[name] = len(templates)

    assert prompt_templates("photos") == TEMPLATES
    assert prompt_templates("plain") == ("{}",)
    assert sizes["imagenet"] == 80
    assert "a bad photo of a {}." in prompt_templates("imagenet")
    assert "一张{}的照片。" in prompt_templates("chinese")


def test_templates_can_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("\ufeffa sketch of a {}.\n\n  {} 的画 \n", encoding="utf-8")

    assert prompt_templates(str(path)) == ("a sketch of a {}.", "{} 的画")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a photo of a {}.\na photo\n", "The template “a photo” in .* has no single {}"),
        (b"{} and {}\n", "“{} and {}” in .* has no single {}"),
        (b"\n", "is empty"),
        (b"\xff\xfe{}", "no such text file"),
        (None, "Choose one of photos, plain, .*imagenet, or give a file"),
    ],
)
def test_templates_that_cannot_be_used_are_explained(
    tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    path = tmp_path / "mine.txt"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(PhotoClipError, match=sentence):
        prompt_templates(str(path))
