"""Small files that say they are huge, or would keep a decoder busy for minutes."""

import struct
import zlib
from io import BytesIO

from PIL import Image


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is that large, with hardly any pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100_000)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def jpeg_of_endless_scans() -> bytes:
    """A progressive JPEG of 48 megapixels that goes over all of them four hundred times."""
    stream = BytesIO()
    Image.new("RGB", (8000, 6000), "red").save(stream, "JPEG", progressive=True)
    whole = stream.getvalue()
    last_scan = whole[whole.rfind(b"\xff\xc4") : -2]
    return whole[:-2] + last_scan * 400 + b"\xff\xd9"
