"""HEVC stills decoded by ffmpeg into one picture made smaller.

Over nine photos of two phones this takes 175 ms of a core where libheif takes 330, and two bytes of
memory a pixel where it takes ten; the pictures differ by half a level on average. Where anything is
unusual it declines, so that libheif decodes as it would without PyAV.
"""

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final

from PIL import Image

from photoclip.core.heic import Tiles

if TYPE_CHECKING:
    from av import VideoFrame

# Weights of red and blue in luma, by MatrixCoefficients (ISO/IEC 23091-2): BT.709; what is not
# said, which libheif takes for BT.601; BT.601 in two numbers; BT.2020.
_WEIGHTS: Final = {
    1: (0.2126, 0.0722),
    2: (0.299, 0.114),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    9: (0.2627, 0.0593),
}
# libavutil's AVColorRange; 0 says nothing.
_RANGES: Final = {1: False, 2: True}
# Eight bits with chroma of half the width and height; the second says "and full range".
_PIXELS: Final = ("yuv420p", "yuvj420p")
_TURNS: Final = (
    None,
    Image.Transpose.ROTATE_90,
    Image.Transpose.ROTATE_180,
    Image.Transpose.ROTATE_270,
)


def decode_smaller(tiles: Tiles, factor: int) -> Image.Image | None:
    """The picture that these stills make up, RGB, upright, smaller by `factor`, at least 2.

    None without PyAV, and where a still is damaged or not of the usual kind.
    """
    try:
        from av.error import FFmpegError
    except ImportError:  # a platform that has no wheels of it
        return None
    try:
        return _decoded(tiles, factor)
    except FFmpegError:
        return None


def _decoded(tiles: Tiles, factor: int) -> Image.Image | None:
    (width, height), (across, down) = tiles.size, tiles.tile
    halves = ((width + 1) // 2, (height + 1) // 2)
    planes = [Image.new("L", size) for size in (tiles.size, halves, halves)]
    coding: tuple[int, bool | None] | None = tiles.coding
    laid = 0
    for frame in _frames(tiles):
        if frame.format.name not in _PIXELS or (frame.width, frame.height) != tiles.tile:
            return None
        coding = coding or (int(frame.colorspace), _RANGES.get(int(frame.color_range)))
        left, top = laid % tiles.columns * across, laid // tiles.columns * down
        for place, (plane, part) in enumerate(zip(planes, frame.planes, strict=True)):
            size, line = (part.width, part.height), part.line_size
            # Pillow takes any buffer, though its types name few.
            still = Image.frombuffer("L", size, part, "raw", "L", line, 1)  # type: ignore[arg-type]
            plane.paste(still, (left, top) if place == 0 else (left // 2, top // 2))
        laid += 1
    if laid != len(tiles.stills) or coding is None:
        return None
    matrix = _to_rgb(*coding)
    if matrix is None:
        return None
    smaller, half = (width // factor, height // factor), (0.0, 0.0, width / 2, height / 2)
    # A gap of one averages whole pixels first and leaves the filter what is over.
    y, cb, cr = (
        plane.resize(smaller, Image.Resampling.BICUBIC, box, reducing_gap=1.0)
        for plane, box in zip(planes, (None, half, half), strict=True)
    )
    # Pillow's own YCbCr is BT.601 in full range alone; as RGB it can be given any matrix.
    image = Image.merge("RGB", (y, cb, cr)).convert("RGB", matrix)
    turn = _TURNS[tiles.quarters]
    return image if turn is None else image.transpose(turn)


def _frames(tiles: Tiles) -> Iterator["VideoFrame"]:
    from av import CodecContext, Packet, VideoCodecContext

    width, height = tiles.tile
    context = CodecContext.create("hevc", "r")
    assert isinstance(context, VideoCodecContext)
    context.extradata = tiles.configuration
    context.thread_count = 1
    context.options = {
        "err_detect": "explode",
        # Stills whose header says that they are far larger than the file says.
        "max_pixels": str(2 * (width + 64) * (height + 64)),
        # It smooths the edges of blocks, which no other block is predicted from; made smaller, the
        # picture is the same within a tenth of a level.
        "skip_loop_filter": "all",
    }
    packets = map(Packet, tiles.stills)
    yield from chain.from_iterable(context.decode(packet) for packet in packets)
    yield from context.decode(None)


def _to_rgb(matrix: int, full_range: bool | None) -> tuple[float, ...] | None:
    """Twelve numbers that make RGB of luma and chroma, three times three and what is added.

    From the equations of ISO/IEC 23091-2, 8.3; None for a coding that is not one of these.
    """
    if matrix not in _WEIGHTS or full_range is None:
        return None
    red, blue = _WEIGHTS[matrix]
    green = 1 - red - blue
    black, scale, spread = (0, 1.0, 1.0) if full_range else (16, 255 / 219, 255 / 224)
    rows = (
        (0.0, 2 * (1 - red)),
        (-2 * blue * (1 - blue) / green, -2 * red * (1 - red) / green),
        (2 * (1 - blue), 0.0),
    )
    numbers: list[float] = []
    for from_blue, from_red in rows:
        by = (scale, spread * from_blue, spread * from_red)
        numbers += [*by, -black * by[0] - 128 * (by[1] + by[2])]
    return tuple(numbers)
