"""One photo as square RGB pixels for training: the plain view and seeded random ones.

Crops and mirroring are all there is. Jittered colours, common where only classes are learned,
would teach that a red car may be called blue: captions speak of colours. They also speak of left
and right, more rarely; such lists are trained on without mirroring.
"""

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from photoclip.errors import PhotoClipError

# What Pillow's decoders raise for files that are not what they claim to be.
_BROKEN = (OSError, SyntaxError, ValueError, IndexError, TypeError, OverflowError, struct.error)

SMALLEST_CROP = 0.5
"""Least share of the photo's area that a random view shows: captions speak of whole scenes."""


def open_photo(path: Path, size: int) -> Image.Image:
    """The upright RGB photo, decoded at the smallest scale with at least `size` pixels a side.

    Raises:
        PhotoClipError: the file is missing or is not a readable picture.
    """
    try:
        with Image.open(path) as file:
            width, height = file.size
            shortest = max(1, min(width, height))
            # The box has the photo's own aspect, else the scaled decode stops a step too early.
            file.draft("RGB", (2 * size * width // shortest, 2 * size * height // shortest))
            return ImageOps.exif_transpose(file).convert("RGB")
    except FileNotFoundError as error:
        raise PhotoClipError(
            f"The photo {path} is missing. Put it there or delete its lines from the list."
        ) from error
    except (*_BROKEN, Image.DecompressionBombError) as error:
        raise PhotoClipError(
            f"The photo {path} cannot be read. Replace it or delete its lines from the list."
        ) from error


def plain_view(photo: Image.Image, size: int) -> npt.NDArray[np.uint8]:
    """The view used after training too: shortest side to `size`, then the middle square.

    Returns:
        uint8 (size, size, 3).
    """
    scale = size / min(photo.size)
    width, height = (max(size, round(side * scale)) for side in photo.size)
    left, top = (width - size) // 2, (height - size) // 2
    resized = photo.resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(resized.crop((left, top, left + size, top + size)))


def random_view(
    photo: Image.Image,
    size: int,
    generator: np.random.Generator,
    smallest_crop: float = SMALLEST_CROP,
    mirror: bool = True,
    resampling: Image.Resampling = Image.Resampling.BICUBIC,
) -> npt.NDArray[np.uint8]:
    """A random near-square crop of `smallest_crop` to all of the area, mirrored half the time.

    Returns:
        uint8 (size, size, 3).
    """
    width, height = photo.size
    area = width * height * generator.uniform(smallest_crop, 1.0)
    aspect = np.exp(generator.uniform(np.log(3 / 4), np.log(4 / 3)))
    crop_width = min(width, max(1, round(np.sqrt(area * aspect))))
    crop_height = min(height, max(1, round(np.sqrt(area / aspect))))
    left = int(generator.integers(0, width - crop_width + 1))
    top = int(generator.integers(0, height - crop_height + 1))
    view = photo.resize(
        (size, size),
        resampling,
        box=(left, top, left + crop_width, top + crop_height),
    )
    pixels = np.asarray(view)
    mirrored = mirror and generator.random() < 0.5
    return np.ascontiguousarray(pixels[:, ::-1]) if mirrored else pixels
