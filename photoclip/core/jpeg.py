"""What only JPEG needs: its segments, its decoder's memory, files without their last bytes."""

from collections.abc import Callable, Iterator
from typing import Final

from PIL import Image, ImageChops
from PIL.JpegImagePlugin import JpegImageFile

from photoclip.core.exif import NO_EXIF, Exif, read_exif
from photoclip.core.unreadable import damaged

_START_OF_SCAN: Final = 0xDA
_EXIF_SEGMENT: Final = 0xE1
_END: Final = b"\xff\xd9"
# Bytes that decode to something, without a marker (0xFF) among them.
_FILLER: Final = bytes(range(1, 251)) * 2
# libjpeg goes over some 1.6 gigapixels a second, so this is about five seconds.
_MOST_SCANNED: Final = 8_000_000_000
_SCANS_OF_ANY_SIZE: Final = 16
# How much of the height must be there for a picture to count as whole.
_WHOLE: Final = 0.98


def segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment's content, up to and with the first start of scan."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 2 or marker in (0x00, 0xD9):
            return
        yield marker, at + 4, at + 2 + length
        if marker == _START_OF_SCAN:
            return
        at += 2 + length


def exif_of_jpeg(data: bytes) -> Exif:
    """The EXIF of a JPEG file's bytes, without opening it as a picture."""
    for marker, start, end in segments(data):
        if marker == _EXIF_SEGMENT and data[start : start + 6] == b"Exif\0\0":
            return read_exif(data[start:end])
    return NO_EXIF


def coefficient_bytes(opened: JpegImageFile, data: bytes) -> int:
    """Memory for the whole picture's coefficients that libjpeg keeps whatever the scale.

    Only where the picture comes in several scans: two bytes for each sample of each channel.
    A picture in one scan is decoded row by row and needs none.
    """
    if not _in_several_scans(opened, data):
        return 0
    across, down = (max((layer[i] for layer in opened.layer), default=1) for i in (1, 2))
    share = sum(layer[1] * layer[2] for layer in opened.layer) / max(1, across * down)
    return int(2 * share * opened.width * opened.height)


def check_scans(opened: JpegImageFile, data: bytes) -> None:
    """Raise UnreadablePhoto for a small file that would keep libjpeg busy for minutes.

    A scan may be some bytes long and still go over all pixels. Real pictures have a dozen; the
    count also meets the markers in a trailing video, which the limit leaves room for.
    """
    if not _in_several_scans(opened, data):
        return
    scans = data.count(bytes((0xFF, _START_OF_SCAN)))
    if scans > _SCANS_OF_ANY_SIZE and scans * opened.width * opened.height > _MOST_SCANNED:
        raise damaged(f"{scans} scans over {opened.size}")


def _in_several_scans(opened: JpegImageFile, data: bytes) -> bool:
    """Progressive, or a scan for each channel."""
    channels = next((data[start] for m, start, _ in segments(data) if m == _START_OF_SCAN), 0)
    return "progressive" in opened.info or channels != len(opened.layer)


def without_its_end(data: bytes, decode: Callable[[bytes], Image.Image]) -> Image.Image | None:
    """The picture of a JPEG that lost only its last few bytes, None where part of it is missing.

    The file is decoded twice, with the end marker put behind it and with filler before the marker.
    Both agree where the file itself says what to show; where they begin to differ, it had ended.
    """
    data = data.rstrip(b"\xff")
    image, other = decode(data + _END), decode(data + _FILLER + _END)
    differing = ImageChops.difference(image.convert("RGB"), other.convert("RGB")).getbbox()
    if differing is not None and differing[1] < _WHOLE * image.height:
        return None
    return image
