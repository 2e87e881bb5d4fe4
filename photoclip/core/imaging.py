"""The path of one photo: from its file's bytes, by one decode, to an upright picture in sRGB."""

import io
import re
from dataclasses import dataclass, field
from typing import Final

from PIL import Image
from PIL.ImageFile import ImageFile

from photoclip.core.colour import shrinkable, to_srgb
from photoclip.core.decode_budget import IN_BACKGROUND, DecodeBudget
from photoclip.core.exif import NO_EXIF, ORIENTATION, Exif, read_exif
from photoclip.core.formats import PHOTO_EXTENSIONS, Format, is_photo_name, is_whole, sniff
from photoclip.core.quiet import ignore_decoder_warnings
from photoclip.core.raw import exif_of_raw, read_raw
from photoclip.core.scaled import THUMBNAIL_BOX, decode_scaled, reduced
from photoclip.core.unreadable import (
    UnreadablePhoto,
    cut_short,
    damaged,
    empty,
    no_memory,
    not_a_picture,
    only_zeros,
    too_large,
)

__all__ = [
    "PHOTO_EXTENSIONS",
    "THUMBNAIL_BOX",
    "Decoded",
    "UnreadablePhoto",
    "decode",
    "is_photo_name",
    "picture_of_thumbnail",
    "thumbnail_jpeg",
]

# Raise it when the same file comes to give a noticeably other thumbnail: those made before are
# still shown, but no longer embedded. The first, of quality 82 with 4:2:0, had no version.
_THUMBNAIL_VERSION: Final = b"PhotoClip 2"

# EXIF orientation to what makes it upright (CIPA DC-008, tag 0x0112).
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_XMP_ORIENTATION: Final = re.compile(rb"""tiff:Orientation(?:\s*=\s*["']|>)\s*([1-8])""")
_CUT_SHORT: Final = re.compile("truncated|unexpected end|end of file|premature|not enough", re.I)


@dataclass(frozen=True, eq=False)
class Decoded:
    """One photo, decoded small.

    `image` is RGB, upright, sRGB, on white where it was transparent, and carries no metadata.
    `width` and `height` are those of the whole upright original, px. `format` is the format by
    content: "JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "HEIF", "AVIF", "JPEG2000" or "RAW".
    `exif` and `xmp` are what `metadata.read_metadata` reads; for TIFF and RAW `exif` keeps the
    file's bytes alive.
    """

    image: Image.Image
    width: int
    height: int
    format: str
    exif: Exif = field(default=NO_EXIF, repr=False)
    xmp: bytes | None = field(default=None, repr=False)


def decode(data: bytes, min_side: int, budget: DecodeBudget = IN_BACKGROUND) -> Decoded:
    """Decode a photo from the bytes of its file, just large enough.

    The picture's shorter side is at least `min_side` px and its longer side at least nearly
    THUMBNAIL_BOX px (within 3 %), or the original's where that is smaller; so one picture serves
    for the thumbnail and for a model that looks at `min_side` px. It is less than about twice as
    large. It waits until `budget` has the memory.

    Any number of threads may call this. Raises UnreadablePhoto and nothing else, whatever the
    bytes are.
    """
    ignore_decoder_warnings()
    try:
        by_format = _decode_raw if sniff(data) is Format.RAW else _decode
        return by_format(data, min_side, budget)
    except UnreadablePhoto as failure:
        reason = failure
    except Exception as error:  # noqa: BLE001  decoders of hostile bytes raise nearly anything
        reason = _explained(error, data)
    # Raised out here, so that no traceback keeps the decoder's frames and pixels alive.
    raise reason


def thumbnail_jpeg(image: Image.Image, box: int = THUMBNAIL_BOX) -> bytes:
    """A JPEG that fits into `box` × `box` px, never enlarged, without metadata.

    Good enough to embed in place of the original. Over 67 photos of cameras and phones the
    starter's embeddings of the two have a median cosine of .995, the worst .965; at quality 88
    .993 and .924, at 82 with 4:2:0, in half the bytes, .969 and .887. Baseline loads the quickest.
    """
    scale = box / max(image.size)
    small = image.convert("RGB")
    if scale < 1:
        width, height = (max(1, round(side * scale)) for side in image.size)
        small = small.resize((width, height), Image.Resampling.LANCZOS)
    small.info = {}
    stream = io.BytesIO()
    # Not optimised: that saves 6 % of the bytes, takes twice the time and fails for noise.
    small.save(stream, "JPEG", quality=92, subsampling=0, comment=_THUMBNAIL_VERSION)
    return stream.getvalue()


def picture_of_thumbnail(jpeg: bytes) -> Image.Image | None:
    """What a thumbnail shows, if it is whole and was made the way `thumbnail_jpeg` makes them."""
    try:
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as opened:
            if opened.info.get("comment") != _THUMBNAIL_VERSION:
                return None
            return opened.convert("RGB")
    except (OSError, SyntaxError, ValueError):
        return None


def _decode(data: bytes, min_side: int, budget: DecodeBudget) -> Decoded:
    if not data:
        raise empty()
    kind = sniff(data)
    if kind is None:
        raise only_zeros() if not data.strip(b"\0") else not_a_picture()
    opened, image, (width, height) = decode_scaled(kind, data, min_side, budget)
    xmp = _xmp(opened)
    exif = read_exif(data if kind is Format.TIFF else _exif_block(opened))
    # Pillow turns TIFF by itself and libheif HEIF, and both leave the tag in the file.
    turn = 1 if kind in (Format.TIFF, Format.HEIF) else _orientation(exif, xmp, kind)
    if turn >= 5:
        width, height = height, width
    return Decoded(_upright(image, turn), width, height, kind.value, exif, xmp)


def _decode_raw(data: bytes, min_side: int, budget: DecodeBudget) -> Decoded:
    picture = read_raw(data, min_side, budget)
    if picture.jpeg is not None:
        _, image, _ = decode_scaled(Format.JPEG, picture.jpeg, min_side, budget)
    else:
        assert picture.image is not None
        image = to_srgb(reduced(shrinkable(picture.image), min_side), None)
    exif = exif_of_raw(data, picture.jpeg)
    image = _upright(image, picture.orientation)
    return Decoded(image, picture.width, picture.height, Format.RAW.value, exif)


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    if orientation in _TURNS:
        image = image.transpose(_TURNS[orientation])
    # A plain picture: the decoder's class would keep its buffers and metadata.
    plain = Image.new("RGB", image.size)
    plain.paste(image)
    return plain


def _orientation(exif: Exif, xmp: bytes | None, kind: Format) -> int:
    # AVIF keeps its own turn, which Pillow has written over the tag.
    if ORIENTATION in exif.main.entries or kind is Format.AVIF or not xmp:
        return exif.orientation
    found = _XMP_ORIENTATION.search(xmp)
    return int(found[1]) if found else 1


def _exif_block(opened: ImageFile) -> bytes:
    block = opened.info.get("exif")
    if isinstance(block, bytes):
        return block
    # Programs wrote EXIF into PNG as text in hex before there was a chunk for it.
    for key in ("Raw profile type exif", "Raw profile type APP1"):
        text = opened.info.get(key)
        if isinstance(text, str):
            try:
                return bytes.fromhex("".join(text.split("\n")[3:]))
            except ValueError:
                return b""
    return b""


def _xmp(opened: ImageFile) -> bytes | None:
    packet = opened.info.get("xmp") or opened.info.get("XML:com.adobe.xmp")
    if isinstance(packet, str):
        return packet.encode("utf-8", "replace")
    return packet if isinstance(packet, bytes) else None


def _explained(error: Exception, data: bytes) -> UnreadablePhoto:
    detail = f"{type(error).__name__}: {error}"
    kind = sniff(data)
    if isinstance(error, MemoryError):
        return no_memory(detail)
    if isinstance(error, Image.DecompressionBombError):
        return too_large(None, detail)
    if kind is None:
        return not_a_picture(detail)
    if isinstance(error, EOFError) or _CUT_SHORT.search(str(error)) or not is_whole(data, kind):
        return cut_short(detail)
    return damaged(detail)
