"""Photos as pictures to look at: thumbnails and decoded originals as QImage, in any thread."""

from pathlib import Path

from PIL import Image
from PySide6.QtGui import QImage

from photoclip.core.decode_budget import IN_VIEW
from photoclip.core.imaging import decode
from photoclip.core.library import Library
from photoclip.core.paths import display_name
from photoclip.core.types import Photo
from photoclip.errors import PhotoClipError

# Asked of the decoder when every pixel of the original is wanted.
WHOLE = 1_000_000


def thumbnail(library: Library, content_hash: str) -> QImage:
    """The stored thumbnail; null when there is none."""
    jpeg = library.thumbnails.read(content_hash)
    return QImage.fromData(jpeg) if jpeg else QImage()


def picture(photo: Photo, min_side: int) -> QImage:
    """The photo decoded so that its shorter side has at least `min_side` pixels, if it has them.

    Raises:
        PhotoClipError: when the file is gone or cannot be read, with its name.
    """
    name = display_name(photo.path)
    try:
        data = Path(photo.path).read_bytes()
    except FileNotFoundError as error:
        raise PhotoClipError(
            f'"{name}" is not where it was. Connect its drive, or rescan its folder.'
        ) from error
    except OSError as error:
        raise PhotoClipError(
            f'"{name}" may not be read. Change its permissions, then try again.'
        ) from error
    try:
        image = decode(data, min_side, IN_VIEW).image
    except PhotoClipError as error:
        raise PhotoClipError(f'"{name}": {error}') from error
    return to_qimage(image)


def to_qimage(image: Image.Image) -> QImage:
    """A QImage with pixels of its own."""
    pixels = image.convert("RGB").tobytes()
    shared = QImage(pixels, image.width, image.height, 3 * image.width, QImage.Format.Format_RGB888)
    # The conversion also detaches the image from Python's buffer, and is what a screen wants.
    return shared.convertToFormat(QImage.Format.Format_RGB32)
