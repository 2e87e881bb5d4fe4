"""Decoding a picture just large enough, in bounded memory, to sRGB."""

from typing import Final

from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from photoclip.core.colour import shrinkable, to_srgb
from photoclip.core.decode_budget import DecodeBudget
from photoclip.core.formats import Format
from photoclip.core.heic import tiles
from photoclip.core.hevc import decode_smaller
from photoclip.core.jpeg import check_scans, coefficient_bytes, without_its_end
from photoclip.core.openers import open_picture
from photoclip.core.unreadable import cut_short, damaged, too_large

THUMBNAIL_BOX: Final = 512
"""Longest side of a stored thumbnail, px."""

# A phone's 4,032 px decoded at an eighth are nearly as long as that, in half the time of a quarter.
_LEAST_LONGER_SIDE: Final = 496

# One decode may take this much memory, by an estimate from the header; more is refused. What all
# take together, a `DecodeBudget` bounds.
_MOST: Final = 2 * 1024**3
# No camera, scanner or stitcher makes pictures longer than this, in px: such a header is noise.
_LONGEST_SIDE: Final = 1_000_000

# Bytes of memory for a pixel of the whole picture at the peak of a decode, measured on 36 Mpx and
# rounded up: Pillow's four for RGB, twice where it must be converted, and the planes and copies of
# the decoders that keep some. It lets pass 268 Mpx of PNG, 214 of HEIF (a phone's largest has 200),
# and 4 gigapixels of baseline JPEG.
_COST_BY_MODE: Final = {"1": 3, "L": 2, "P": 6, "I;16": 8, "I;16B": 8, "I": 28, "F": 28}
_COST_OF_RGB: Final = 8
_COST_OF_TILES: Final = 5
_COST_BY_FORMAT: Final = {
    Format.WEBP: 16,
    Format.HEIF: 10,
    Format.AVIF: 10,
    Format.JPEG2000: 24,
}


def decode_scaled(
    kind: Format, data: bytes, min_side: int, budget: DecodeBudget
) -> tuple[ImageFile, Image.Image, tuple[int, int]]:
    """The opened file, its first picture as RGB in sRGB, and the size of the whole of it in px.

    The opened file is for its metadata. The picture is not yet turned.

    The shorter side is at least `min_side` px and the longer one at least nearly THUMBNAIL_BOX,
    where the original has that many, and both are less than twice as long as needed for it. The
    memory is taken from `budget`.
    Raises UnreadablePhoto for what is too large or cut short, and whatever the decoders raise.
    """
    opened = open_picture(kind, data)
    size, cost = opened.size, _cost(opened, kind, data, min_side)
    if max(size) > _LONGEST_SIDE:
        raise damaged(f"header says {size}")
    if cost > _MOST:
        raise too_large(size)
    image = _by_tiles(opened, data, min_side, budget) if kind is Format.HEIF else None
    if image is None:
        with budget.of(cost):
            image = _decode(opened, kind, data, min_side)
    return opened, to_srgb(image, opened.info.get("icc_profile")), size


def reduced(image: Image.Image, min_side: int) -> Image.Image:
    """A picture of one of `shrinkable`'s modes made smaller by a whole factor, by averaging."""
    factor = int(_spare(image.size, min_side))
    return image.reduce(factor) if factor > 1 else image


def _decode(opened: ImageFile, kind: Format, data: bytes, min_side: int) -> Image.Image:
    try:
        _load(opened, min_side)
    except OSError as error:
        if kind is not Format.JPEG or "truncated" not in str(error):
            raise
        whole = without_its_end(data, lambda completed: _reopened(completed, min_side))
        if whole is None:
            raise cut_short(str(error)) from None
        return reduced(shrinkable(whole), min_side)
    return reduced(shrinkable(opened), min_side)


def _by_tiles(
    opened: ImageFile, data: bytes, min_side: int, budget: DecodeBudget
) -> Image.Image | None:
    """A HEIC of the usual kind; None leaves it to libheif."""
    found, factor = tiles(data), int(_spare(opened.size, min_side))
    if found is None or factor < 2 or opened.mode != "RGB":
        return None
    if opened.size != (found.size[::-1] if found.quarters % 2 else found.size):
        return None
    with budget.of(_COST_OF_TILES * opened.width * opened.height):
        return decode_smaller(found, factor)


def _reopened(data: bytes, min_side: int) -> Image.Image:
    opened = open_picture(Format.JPEG, data)
    _load(opened, min_side)
    return opened


def _load(opened: ImageFile, min_side: int) -> None:
    spare = _spare(opened.size, min_side)
    if spare > 1:
        # A box of the picture's own shape: of one of another shape libjpeg takes the worse side.
        # HEIF answers with an embedded preview, where there is one of that size.
        width, height = opened.size
        opened.draft(None, (max(1, int(width / spare)), max(1, int(height / spare))))
    opened.load()


def _spare(size: tuple[int, int], min_side: int) -> float:
    """How many times smaller a picture may become."""
    return max(1.0, min(min(size) / min_side, max(size) / _LEAST_LONGER_SIDE))


def _cost(opened: ImageFile, kind: Format, data: bytes, min_side: int) -> int:
    width, height = opened.size
    if isinstance(opened, JpegImageFile):
        check_scans(opened, data)
        spare = _spare(opened.size, min_side)
        scale = next(s for s in (8, 4, 2, 1) if spare >= s)
        return coefficient_bytes(opened, data) + _COST_OF_RGB * width * height // scale**2
    by_mode = _COST_BY_MODE.get(opened.mode, _COST_OF_RGB)
    return width * height * _COST_BY_FORMAT.get(kind, by_mode)
