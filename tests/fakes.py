"""Stand-ins for tests in which the real model is beside the point."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from photoclip.clip.calibration import Curve, Frequent
from photoclip.clip.preprocess import Preprocessing


class ColourEncoder:
    """An encoder that knows colours and nothing else: deterministic, instant, without torch.

    A picture is embedded as its mean colour, a text as the mean of the colours it names; so
    "a red car" is nearest to the reddest picture.
    """

    id = "colours-1"
    name = "colours"
    dim = 4
    preprocessing = Preprocessing(
        size=32,
        resize_mode="shortest",
        interpolation="bicubic",
        mean=(0.0, 0.0, 0.0),
        std=(1.0, 1.0, 1.0),
    )
    logit_scale = 50.0
    logit_bias = 0.0
    term_curves: ClassVar[dict[str, Curve]] = {}
    frequent_terms: ClassVar[dict[str, Frequent]] = {}
    device = "cpu"
    precision = "float32"
    running_on = "Nowhere"
    batch_size = 8

    def __init__(self) -> None:
        self.images_encoded = 0

    def unload(self) -> None:
        """There is nothing to free."""

    def encode_images(
        self, pixels: NDArray[np.uint8], threads: int | None = None
    ) -> NDArray[np.float32]:
        assert pixels.dtype == np.uint8
        assert pixels.shape[1:] == (32, 32, 3)
        self.images_encoded += len(pixels)
        return _normalised(pixels.astype(np.float32).mean(axis=(1, 2)))

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return _normalised(np.array([_colour_of(text) for text in texts], np.float32))


class BrightColourEncoder(ColourEncoder):
    """A second model: another space, of another width, with other scores for the same colours."""

    id = "bright-1"
    name = "bright"
    dim = 5

    def encode_images(
        self, pixels: NDArray[np.uint8], threads: int | None = None
    ) -> NDArray[np.float32]:
        return _with_brightness(super().encode_images(pixels))

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return _with_brightness(super().encode_texts(texts))


class FineColourEncoder(ColourEncoder):
    """Tells apart what a few directions cannot: near colours are alike, all others are not.

    Random Fourier features of the colour (Rahimi and Recht 2007); a text without a colour has one
    of its own.
    """

    id = "fine-1"
    name = "fine"
    dim = 64
    seed = 0

    def encode_images(
        self, pixels: NDArray[np.uint8], threads: int | None = None
    ) -> NDArray[np.float32]:
        self.images_encoded += len(pixels)
        return self._features(pixels.astype(np.float32).mean(axis=(1, 2)))

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._features(np.array([_any_colour_of(text) for text in texts], np.float32))

    def _features(self, colours: NDArray[np.float32]) -> NDArray[np.float32]:
        rng = np.random.default_rng(self.seed)
        waves = rng.standard_normal((3, self.dim)).astype(np.float32) / 30
        features = 0.5 + np.cos(colours @ waves + rng.uniform(0, 2 * np.pi, self.dim))
        lengths = np.linalg.norm(features, axis=1, keepdims=True)
        return (features / lengths).astype(np.float32)


class OtherFineEncoder(FineColourEncoder):
    """A second model that tells them apart, in another space of another width."""

    id = "other-fine-1"
    name = "other fine"
    dim = 80
    seed = 1


def _with_brightness(embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
    sums = embeddings[:, :3].sum(axis=1, keepdims=True) + 3
    wider = np.concatenate([embeddings, sums], axis=1)
    return (wider / np.linalg.norm(wider, axis=1, keepdims=True)).astype(np.float32)


def _colour_of(text: str) -> NDArray[np.float32]:
    named = [word for word in re.findall("[a-z]+", text.lower()) if word in ImageColor.colormap]
    colours = [ImageColor.getrgb(word)[:3] for word in named]
    return np.array(colours or [(128, 128, 128)], np.float32).mean(axis=0)


def _any_colour_of(text: str) -> NDArray[np.float32]:
    if {*re.findall("[a-z]+", text.lower())} & ImageColor.colormap.keys():
        return _colour_of(text)
    return np.frombuffer(hashlib.md5(text.encode()).digest()[:3], np.uint8).astype(np.float32)


def _normalised(colours: NDArray[np.float32]) -> NDArray[np.float32]:
    """Centred on grey with a constant part, so that opposite colours point apart."""
    extended = np.concatenate([colours - 128, np.full((len(colours), 1), 16)], axis=1)
    return (extended / np.linalg.norm(extended, axis=1, keepdims=True)).astype(np.float32)


def save_photo(
    path: Path, colour: str = "red", size: tuple[int, int] = (96, 64), taken: str | None = None
) -> Path:
    """A photo of one colour; `taken` as EXIF writes it, e.g. "2023:08:12 14:03:22".

    The file's name goes into its comment, so that no two photos have the same content.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif[0x010E] = path.name.encode("ascii", "replace").decode()
    if taken is not None:
        exif.get_ifd(0x8769)[0x9003] = taken
    Image.new("RGB", size, colour).save(path, exif=exif)
    return path
