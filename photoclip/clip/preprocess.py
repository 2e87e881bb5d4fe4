"""A picture as the square of pixels an image tower expects, by Pillow and NumPy alone.

open_clip does this with torchvision, which costs seconds to import and is not needed in the
threads that decode photos. The arithmetic here follows open_clip's `image_transform_v2` up to its
normalisation; normalising happens on the encoder's device, so that only bytes travel.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ResizeMode = Literal["shortest", "longest", "squash"]
Interpolation = Literal["bicubic", "bilinear"]
Channels = tuple[float, float, float]

# Mean and standard deviation of OpenAI's CLIP training pictures, open_clip's default.
OPENAI_MEAN: Channels = (0.48145466, 0.4578275, 0.40821073)
OPENAI_STD: Channels = (0.26862954, 0.26130258, 0.27577711)

_RESAMPLING = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
}


@dataclass(frozen=True)
class Preprocessing:
    """How a model wants its pictures.

    Attributes:
        size: the side of the square, in pixels.
        resize_mode: "shortest" scales the shorter side to `size` and crops the centre, "longest"
            scales the longer side and fills the rest, "squash" ignores the aspect ratio.
        interpolation: the filter of the scaling.
        mean: per channel (red, green, blue), subtracted from pixels scaled to 0..1.
        std: per channel, what the difference is then divided by.
        fill_color: the grey level, 0..255, of what "longest" leaves empty.
    """

    size: int = 224
    resize_mode: ResizeMode = "shortest"
    interpolation: Interpolation = "bicubic"
    mean: Channels = OPENAI_MEAN
    std: Channels = OPENAI_STD
    fill_color: int = 0

    @property
    def resampling(self) -> Image.Resampling:
        """Pillow's name of the filter."""
        return _RESAMPLING[self.interpolation]

    @classmethod
    def from_config(cls, config: Mapping[str, Any], size: object) -> "Preprocessing":
        """Read the `preprocess_cfg` of an open_clip configuration.

        Args:
            config: the mapping; missing and null entries take open_clip's defaults.
            size: the image tower's `image_size`, an int or an equal pair.

        Raises:
            ValueError: a value is not one that open_clip knows, or the pictures are not square.
        """
        resize_mode = config.get("resize_mode") or "shortest"
        interpolation = config.get("interpolation") or "bicubic"
        if interpolation == "random":  # means bicubic outside training
            interpolation = "bicubic"
        if resize_mode not in get_args(ResizeMode):
            raise ValueError(f"unknown resize_mode {resize_mode!r}")
        if interpolation not in get_args(Interpolation):
            raise ValueError(f"unknown interpolation {interpolation!r}")
        std = _channels(config.get("std"), OPENAI_STD)
        if min(std) <= 0:
            raise ValueError("std is not positive")
        return cls(
            size=_side(size),
            resize_mode=cast(ResizeMode, resize_mode),
            interpolation=cast(Interpolation, interpolation),
            mean=_channels(config.get("mean"), OPENAI_MEAN),
            std=std,
            fill_color=int(config.get("fill_color") or 0),
        )

    def pixels(self, image: Image.Image) -> NDArray[np.uint8]:
        """Scale and crop a picture, already turned upright, to the model's square.

        Equal to open_clip's transform before normalisation, up to one level of rounding.
        Pictures that are not RGB are converted first (open_clip converts last, and so scales
        palette pictures badly); what is transparent should have been filled before.

        Returns:
            uint8 of shape (size, size, 3), red, green, blue.
        """
        if image.mode != "RGB":
            image = image.convert("RGB")
        if self.resize_mode == "shortest":
            image = self._shortest(image)
        elif self.resize_mode == "longest":
            image = self._longest(image)
        else:
            image = image.resize((self.size, self.size), self.resampling)
        return np.asarray(image, dtype=np.uint8)

    def _shortest(self, image: Image.Image) -> Image.Image:
        width, height = image.size
        scaled_width = max(self.size, self.size * width // height)
        scaled_height = max(self.size, self.size * height // width)
        # torchvision rounds the offset of the crop in the scaled picture, half to even.
        left = round((scaled_width - self.size) / 2)
        top = round((scaled_height - self.size) / 2)
        # Scaling only what the crop keeps gives the same pixels in two thirds of the time, and
        # keeps a strip of 1 × 10,000 pixels from becoming a picture of gigabytes.
        x, y = width / scaled_width, height / scaled_height
        box = (left * x, top * y, (left + self.size) * x, (top + self.size) * y)
        box = (box[0], box[1], min(box[2], width), min(box[3], height))
        return image.resize((self.size, self.size), self.resampling, box=box)

    def _longest(self, image: Image.Image) -> Image.Image:
        scale = max(image.size) / self.size
        width, height = (max(1, round(side / scale)) for side in image.size)
        scaled = image.resize((width, height), self.resampling)
        square = Image.new("RGB", (self.size, self.size), (self.fill_color,) * 3)
        square.paste(scaled, ((self.size - width) // 2, (self.size - height) // 2))
        return square


def _side(size: object) -> int:
    sides = list(size) if isinstance(size, (list, tuple)) else [size]
    if not sides or any(side != sides[0] for side in sides):
        raise ValueError(f"pictures of size {size!r} are not square")
    side = sides[0]
    if not isinstance(side, int) or side <= 0:
        raise ValueError(f"{size!r} is not a size")
    return side


def _channels(value: object, default: Channels) -> Channels:
    if value is None:
        return default
    values = list(value) if isinstance(value, (list, tuple)) else [value] * 3
    if len(values) != 3 or not all(isinstance(number, (int, float)) for number in values):
        raise ValueError(f"{value!r} is not one number per channel")
    red, green, blue = (float(number) for number in cast(list[float], values))
    return (red, green, blue)
