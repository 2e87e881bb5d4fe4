"""RAW files: the preview the camera put in, or the sensor's data developed quickly."""

import io
from dataclasses import dataclass
from typing import Final

from PIL import Image

from photoclip.core.decode_budget import DecodeBudget
from photoclip.core.exif import NO_EXIF, Exif, exif_of_cr3, read_exif
from photoclip.core.formats import Format
from photoclip.core.jpeg import exif_of_jpeg
from photoclip.core.openers import open_picture
from photoclip.core.unreadable import cut_short, no_raw_decoder, too_large

try:
    import rawpy
except ImportError:  # no wheels for Intel Macs any more
    rawpy = None

# LibRaw's flip to EXIF orientation.
_FLIPS: Final = {3: 3, 5: 8, 6: 6}
# A file with fewer bytes than this share of its pixels has lost the sensor's data: no compression
# of that gets to a quarter bit a pixel. LibRaw would develop whatever the memory held before.
_LEAST_BYTES_PER_PIXEL: Final = 1 / 32
# The largest sensors have 150 megapixels; developing needs about so many bytes of memory for each.
_MOST_PIXELS: Final = 200_000_000
_BYTES_PER_PIXEL: Final = 16


@dataclass(frozen=True)
class RawPicture:
    """What a RAW file shows. Either `jpeg` (a preview, not yet decoded) or `image`."""

    jpeg: bytes | None
    image: Image.Image | None
    orientation: int
    """How the picture lies, 1 to 8 as in EXIF. A preview's own EXIF does not count."""
    width: int
    """Of the whole upright photo, px."""
    height: int


def read_raw(data: bytes, min_side: int, budget: DecodeBudget) -> RawPicture:
    """The largest preview of a RAW file, where its shorter side has `min_side` px, else developed.

    Raises UnreadablePhoto without rawpy, and whatever rawpy raises.
    """
    if rawpy is None:
        raise no_raw_decoder()
    with rawpy.imread(io.BytesIO(data)) as raw:
        sizes = raw.sizes
        orientation = _FLIPS.get(sizes.flip, 1)
        sensor = (int(sizes.width), int(sizes.height))
        upright = sensor if orientation in (1, 3) else sensor[::-1]
        preview = _preview(raw)
        if preview is not None and (
            min(_size(preview)) >= min(min_side, *sensor) or not _fits(sizes)
        ):
            return _as_picture(preview, orientation, sensor, upright)
        if not _fits(sizes):
            raise too_large(upright)
        if len(data) < _LEAST_BYTES_PER_PIXEL * sizes.raw_width * sizes.raw_height:
            if preview is None:
                raise cut_short()
            return _as_picture(preview, orientation, sensor, upright)
        try:
            with budget.of(_BYTES_PER_PIXEL * sizes.raw_width * sizes.raw_height):
                pixels = raw.postprocess(half_size=True, use_camera_wb=True, output_bps=8)
        except rawpy.LibRawError:
            if preview is None:
                raise
            return _as_picture(preview, orientation, sensor, upright)
        # LibRaw has turned it.
        return RawPicture(None, Image.fromarray(pixels), 1, *upright)


def exif_of_raw(data: bytes, preview: bytes | None) -> Exif:
    """The EXIF of a RAW file: its own, else that of its preview."""
    if data[4:12] == b"ftypcrx ":
        return exif_of_cr3(data)
    if data.startswith(b"FUJIFILM"):
        # The header keeps where the full JPEG starts.
        return exif_of_jpeg(data[int.from_bytes(data[84:88], "big") :])
    own = read_exif(data)
    if own is NO_EXIF and preview is not None:
        return exif_of_jpeg(preview)
    return own


def _preview(raw: "rawpy.RawPy") -> Image.Image | bytes | None:
    try:
        thumb = raw.extract_thumb()
    except rawpy.LibRawError:
        return None
    if thumb.format == rawpy.ThumbFormat.JPEG:
        return bytes(thumb.data)
    if thumb.format == rawpy.ThumbFormat.BITMAP:
        return Image.fromarray(thumb.data)
    return None


def _size(preview: Image.Image | bytes) -> tuple[int, int]:
    if isinstance(preview, Image.Image):
        return preview.size
    try:
        return open_picture(Format.JPEG, preview).size  # reads the header only
    except (SyntaxError, OSError, ValueError):
        return (0, 0)


def _as_picture(
    preview: Image.Image | bytes,
    orientation: int,
    sensor: tuple[int, int],
    upright: tuple[int, int],
) -> RawPicture:
    """A preview lies as the sensor does, unless its shape says that it was turned already."""
    width, height = _size(preview)
    lies_on_its_side = orientation in (6, 8)
    if lies_on_its_side and (width < height) != (sensor[0] < sensor[1]):
        orientation = 1
    if isinstance(preview, Image.Image):
        return RawPicture(None, preview, orientation, *upright)
    return RawPicture(preview, None, orientation, *upright)


def _fits(sizes: "rawpy.ImageSizes") -> bool:
    return bool(sizes.raw_width * sizes.raw_height <= _MOST_PIXELS)
