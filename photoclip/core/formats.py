"""Which files may be photos, by name, and which format bytes really are, by content."""

import os
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Final

from photoclip.core.exif import Directory, directory_at, first_directory

_PICTURES: Final = """
    .jpg .jpeg .jpe .jfif .jif .mpo .png .apng .webp .gif .tif .tiff .bmp .dib
    .heic .heif .hif .heics .heifs .avif .avifs .jp2 .j2k .jpf .jpx .j2c .jpc
"""
_RAW: Final = """
    .3fr .ari .arw .cap .cr2 .cr3 .crw .dcr .dcs .dng .erf .fff .gpr .iiq .k25 .kdc .mdc .mef .mos
    .mrw .nef .nrw .orf .ori .pef .ptx .raf .raw .rw2 .rwl .rwz .sr2 .srf .srw .x3f
"""

PHOTO_EXTENSIONS: Final = frozenset((_PICTURES + _RAW).split())
"""Lower-case suffixes, with the dot, of the files that are candidates."""


_ENCODED_SUFFIXES: Final = frozenset(os.fsencode(extension[1:]) for extension in PHOTO_EXTENSIONS)


def is_photo_name(name: str | bytes) -> bool:
    """Whether a file of this name is a candidate; "._x.jpg", the shadow file of macOS, is none."""
    encoded = name if isinstance(name, bytes) else os.fsencode(name)
    # Asked of every file there is, so without the generality of `os.path`.
    dot = encoded.rfind(b".")
    return _is_photo_suffix(encoded[dot + 1 :]) and dot > 0 and encoded[:2] != b"._"


@lru_cache(maxsize=1000)
def _is_photo_suffix(suffix: bytes) -> bool:
    return suffix.lower() in _ENCODED_SUFFIXES


class Format(StrEnum):
    """A format that PhotoClip decodes."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    GIF = "GIF"
    TIFF = "TIFF"
    BMP = "BMP"
    HEIF = "HEIF"
    AVIF = "AVIF"
    JPEG2000 = "JPEG2000"
    RAW = "RAW"


_MAGIC: Final = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"GIF87a", Format.GIF),
    (b"GIF89a", Format.GIF),
    (b"\xff\x4f\xff\x51", Format.JPEG2000),
    (b"\0\0\0\x0cjP  \r\n\x87\n", Format.JPEG2000),
    (b"FUJIFILMCCD-RAW", Format.RAW),
    (b"IIRO", Format.RAW),  # Olympus ORF
    (b"IIRS", Format.RAW),
    (b"MMOR", Format.RAW),
    (b"IIU\0", Format.RAW),  # Panasonic RW2, Leica RWL
    (b"\0MRM", Format.RAW),  # Minolta MRW
    (b"FOVb", Format.RAW),  # Sigma X3F
)
# The sizes a BMP's header may have; two letters alone begin many a text.
_BMP_HEADERS: Final = (12, 16, 40, 52, 56, 64, 108, 124)
_TIFF_MAGIC: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_HEIF_BRANDS: Final = frozenset(
    (
        b"heic",
        b"heix",
        b"heim",
        b"heis",
        b"hevc",
        b"hevx",
        b"hevm",
        b"hevs",
        b"mif1",
        b"mif2",
        b"msf1",
    )
)

_SUBFILE, _COMPRESSION, _PHOTOMETRIC, _MAKE, _SUB_IFDS, _DNG_VERSION = (
    0x00FE, 0x0103, 0x0106, 0x010F, 0x014A, 0xC612,
)  # fmt: skip
# Colour filter array and linear raw (DNG 1.7, table "PhotometricInterpretation").
_RAW_PHOTOMETRIC: Final = (32803, 34892)
# Kodak, Sony ARW, Nikon packed, Samsung, Nikon NEF, Kodak DCR, Pentax PEF (as LibRaw lists them).
_RAW_COMPRESSION: Final = (262, 32767, 32769, 32770, 34713, 65000, 65535)


def sniff(data: bytes) -> Format | None:
    """The format of these bytes by their content alone, None where it is none of ours."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Format.WEBP
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return Format.BMP
    if data[6:14] == b"HEAPCCDR":  # Canon CRW
        return Format.RAW
    if data[:4] in _TIFF_MAGIC:
        return Format.RAW if _is_raw_tiff(data) else Format.TIFF
    if data[4:8] == b"ftyp":
        return _isobmff(data)
    return None


def is_whole(data: bytes, kind: Format) -> bool:
    """False where the container says that bytes are missing at the end; True where in doubt."""
    if kind is Format.JPEG:
        return data.rfind(b"\xff\xd9") > data.rfind(b"\xff\xda")
    if kind is Format.PNG:
        return b"IEND" in data[-4096:]
    if kind is Format.WEBP:
        return len(data) >= 8 + int.from_bytes(data[4:8], "little")
    if kind is Format.BMP:
        return len(data) >= int.from_bytes(data[2:6], "little")
    if kind in (Format.HEIF, Format.AVIF):
        return all(end <= len(data) for _, end in _boxes(data))
    return True


def _isobmff(data: bytes) -> Format | None:
    end = min(int.from_bytes(data[:4], "big"), 256)
    major, brands = data[8:12], {data[at : at + 4] for at in range(16, end, 4)}
    if major == b"crx ":  # Canon CR3
        return Format.RAW
    if major in (b"avif", b"avis") or (major not in _HEIF_BRANDS and b"avif" in brands):
        return Format.AVIF
    if major in (b"mif1", b"mif2", b"msf1") and brands & {b"avif", b"avis"}:
        return Format.AVIF
    if major in _HEIF_BRANDS or brands & _HEIF_BRANDS:
        return Format.HEIF
    return None


def _boxes(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Name and end of each top-level box (ISO/IEC 14496-12, 4.2)."""
    at = 0
    while at + 8 <= len(data):
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if length == 1:
            length = int.from_bytes(data[at + 8 : at + 16], "big")
        if length < 8:  # 0 means "to the end of the file"; the rest is nonsense
            return
        at += length
        yield name, at


def _is_raw_tiff(data: bytes) -> bool:
    """Whether a TIFF structure is a camera's RAW file and not a picture in TIFF.

    Pillow would open such a file and give its small first picture, or noise.
    """
    if data[8:10] == b"CR" or data[8:12] == b"IIII":  # Canon CR2, Phase One IIQ
        return True
    main = first_directory(data)
    if main is None:
        return False
    if _DNG_VERSION in main.entries:
        return True
    directories = [main, directory_at(main, main.following)]
    directories += [directory_at(main, offset) for offset in main.numbers(_SUB_IFDS)]
    if any(map(_holds_raw, directories)):
        return True
    # Other makers hide the sensor's data in tags of their own behind a reduced picture.
    return _MAKE in main.entries and main.number(_SUBFILE) == 1 and _SUB_IFDS in main.entries


def _holds_raw(directory: Directory) -> bool:
    return (
        directory.number(_PHOTOMETRIC) in _RAW_PHOTOMETRIC
        or directory.number(_COMPRESSION) in _RAW_COMPRESSION
    )
