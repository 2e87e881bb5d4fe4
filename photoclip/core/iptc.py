"""Keywords and caption in IPTC-IIM, what programs wrote into photos before there was XMP.

Sources: IPTC-NAA Information Interchange Model 4.2, records 1 and 2; Adobe Photoshop File Formats,
"Image Resource Blocks"; TIFF tags 0x83BB and 0x8649 as exiftool's tables name them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from photoclip.core.exif import Directory
from photoclip.core.jpeg import segments

_CHARACTER_SET, _KEYWORDS, _CAPTION = (1, 90), (2, 25), (2, 120)
_UTF8: Final = (b"\x1b%G", b"\x1b%/G", b"\x1b%/H", b"\x1b%/I")
_LONGEST_KEYWORD: Final = 64  # bytes, by the standard

_APP13: Final = 0xED
_PHOTOSHOP: Final = b"Photoshop 3.0\0"
_RESOURCE: Final = b"8BIM"
_IPTC_RESOURCE: Final = 0x0404
_TIFF_IPTC, _TIFF_PHOTOSHOP = 0x83BB, 0x8649


@dataclass(frozen=True)
class Iptc:
    """`cut` holds those of the keywords that may have been longer: IIM has room for 64 bytes."""

    keywords: tuple[str, ...] = ()
    cut: frozenset[str] = frozenset()
    caption: str = ""


NO_IPTC: Final = Iptc()


def iptc_of_jpeg(data: bytes) -> bytes:
    """The IIM block of a JPEG file's bytes, empty where it has none."""
    resources = b"".join(
        data[start + len(_PHOTOSHOP) : end]
        for marker, start, end in segments(data)
        if marker == _APP13 and data.startswith(_PHOTOSHOP, start)
    )
    return _of_resources(resources)


def iptc_of_tiff(main: Directory) -> bytes:
    """The IIM block of a TIFF structure, empty where it has none."""
    return main.raw(_TIFF_IPTC) or _of_resources(main.raw(_TIFF_PHOTOSHOP) or b"")


def read_iptc(block: bytes) -> Iptc:
    """Never raises: what is broken is absent."""
    found: list[tuple[tuple[int, int], bytes]] = list(_datasets(block))
    says_utf8 = any(key == _CHARACTER_SET and value in _UTF8 for key, value in found)
    words = [(_decoded(v, says_utf8), len(v)) for key, v in found if key == _KEYWORDS]
    captions = [_decoded(value, says_utf8) for key, value in found if key == _CAPTION]
    return Iptc(
        tuple(word for word, _ in words),
        # A character of several bytes may not have fitted as a whole.
        frozenset(word for word, size in words if size > _LONGEST_KEYWORD - 4),
        next((caption for caption in captions if caption.strip()), ""),
    )


def _of_resources(data: bytes) -> bytes:
    """Walk Photoshop's resources: signature, number, name, length, content, each padded to even."""
    at = 0
    while data.startswith(_RESOURCE, at) and at + 12 <= len(data):
        number = int.from_bytes(data[at + 4 : at + 6], "big")
        start = at + 6 + (data[at + 6] // 2 + 1) * 2
        end = start + 4 + int.from_bytes(data[start : start + 4], "big")
        if number == _IPTC_RESOURCE:
            return data[start + 4 : end]
        at = end + (end - start) % 2
    return b""


def _datasets(block: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Record and number of each dataset, with its bytes, until one that is none."""
    at = 0
    while at + 5 <= len(block) and block[at] == 0x1C:
        length = int.from_bytes(block[at + 3 : at + 5], "big")
        if length & 0x8000:  # an extended one, for objects of 32 kB and more
            return
        yield (block[at + 1], block[at + 2]), block[at + 5 : at + 5 + length]
        at += 5 + length


def _decoded(raw: bytes, says_utf8: bool) -> str:
    """UTF-8 where it is said or fits, else as Western Windows has it: most never said."""
    raw = raw.rstrip(b"\0")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        if says_utf8:
            return raw.decode("utf-8", "ignore")  # cut inside a character
        # Five bytes mean nothing in Windows' table, and are control characters in Latin-1.
        return raw.decode("cp1252", "ignore")
