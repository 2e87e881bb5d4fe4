"""Any pixels to RGB in sRGB: depth, palette, alpha, CMYK and colour profiles.

Two steps, so that the costly second one sees the small picture: `shrinkable` gives pixels that may
be averaged, `to_srgb` turns those into upright sRGB colours on white.
"""

import io
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

# The colours behind transparent parts. Most transparent pictures are dark lines meant for a page,
# which on black or grey would vanish; a browser shows them on white too.
_PAPER: Final = (255, 255, 255)

_PROFILE_SPACES: Final = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab "}


def shrinkable(image: Image.Image) -> Image.Image:
    """The same picture in 8 bits a channel, in L, LA, RGB, RGBA, CMYK or LAB.

    Sixteen bits are scaled, not clipped. Floating point and 32 bit integers, which have no fixed
    white, are scaled to their own range.
    """
    mode = image.mode
    if mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if mode in ("I", "F"):
        return Image.fromarray(_scaled(np.asarray(image)))
    transparent = "transparency" in image.info
    if mode in ("1", "L", "RGB") and transparent:
        return image.convert("RGBA")
    if mode == "1":
        return image.convert("L")
    if mode == "P":
        # The palette itself may carry alpha.
        alpha = transparent or (image.palette is not None and image.palette.mode == "RGBA")
        return image.convert("RGBA" if alpha else "RGB")
    if mode == "PA":
        return image.convert("RGBA")
    if mode == "La":
        return image.convert("LA")
    if mode == "RGBa":
        return image.convert("RGBA")
    if mode in ("L", "LA", "RGB", "RGBA", "CMYK", "LAB"):
        return image
    return image.convert("RGB")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB, sRGB, transparent parts on white, from one of `shrinkable`'s modes.

    `profile` is an ICC profile. One that is broken or meant for other channels is passed over, as
    if the picture had none: then RGB is sRGB, and CMYK is converted without inks.
    """
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    if alpha is not None:
        image = image.convert("L" if image.mode == "LA" else "RGB")
    transform = _transform(profile or b"", image.mode)
    if transform is not None:
        converted = ImageCms.applyTransform(image, transform)
        assert converted is not None  # only inPlace gives None
        image = converted
    elif image.mode != "RGB":
        image = image.convert("RGB")
    if alpha is None:
        return image
    paper = Image.new("RGB", image.size, _PAPER)
    paper.paste(image, mask=alpha)
    return paper


@lru_cache(maxsize=64)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The way from a profile to sRGB, None where there is none to go.

    Kept because it costs 2 ms to make and a library has a handful of profiles; littleCMS allows
    several threads to use one. Relative colorimetric with black point compensation is what
    photo viewers do.
    """
    try:
        if mode == "LAB":
            source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        elif not profile:
            return None
        else:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if source.profile.xcolor_space != _PROFILE_SPACES[mode]:
                return None
        return ImageCms.buildTransform(
            source,
            ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION | ImageCms.Flags.NOCACHE,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError, KeyError):
        return None


def _scaled(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Eight bits from values whose white is not known: 1, 255, 65535, else the largest."""
    numbers = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = min(0.0, float(numbers.min())), float(numbers.max())
    whites = [w for w in (1.0, 255.0, 65535.0) if high <= w]
    white = whites[0] if whites else high
    if values.dtype.kind in "iu" and white == 1.0:
        white = 255.0
    return ((numbers - low) * (255.0 / (white - low))).clip(0, 255).astype(np.uint8)
