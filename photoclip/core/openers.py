"""Which decoder opens which format. The one place to swap a decoder.

The decoders' classes are called directly and not through `PIL.Image.open`: that would try some
forty formats (EPS starts a program), would trust a registry that other code may change, and its
limit on pixels is a global that knows no scaled decode. Opening reads the header only.
"""

import io
from collections.abc import Callable
from typing import Final

from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from photoclip.core.formats import Format


def _open_heif(stream: io.BytesIO) -> ImageFile:
    # pillow-heif's wheels are GPL; here is where another decoder of HEIF would go. Imported at the
    # first HEIF, so that a broken installation costs only those photos.
    from pillow_heif import HeifImageFile

    opened: ImageFile = HeifImageFile(stream)
    return opened


_OPENERS: Final[dict[Format, Callable[[io.BytesIO], ImageFile]]] = {
    # An MPO (two or more pictures in a row) is a JPEG with the first of them.
    Format.JPEG: JpegImageFile,
    Format.PNG: PngImageFile,
    Format.WEBP: WebPImageFile,
    Format.GIF: GifImageFile,
    Format.TIFF: TiffImageFile,
    Format.BMP: BmpImageFile,
    Format.HEIF: _open_heif,
    # pillow-heif has no AVIF decoder any more; Pillow's libavif brings dav1d.
    Format.AVIF: AvifImageFile,
    Format.JPEG2000: Jpeg2KImageFile,
}


def open_picture(kind: Format, data: bytes) -> ImageFile:
    """Open the header: size, mode and metadata are known, no pixel is decoded.

    Raises whatever the decoder raises; RAW is not opened here.
    """
    return _OPENERS[kind](io.BytesIO(data))
