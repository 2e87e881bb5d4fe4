"""Reading EXIF: the tags of a TIFF structure, wherever a photo keeps one.

One small reader serves JPEG, HEIF, PNG and WebP (an EXIF block), TIFF, and RAW (DNG, NEF, CR2, ARW,
ORF, RW2 … are TIFF structures; CR3 and RAF contain some). It reads only the tags asked for, follows
no offset it was not told to, and never raises or warns: what is broken is absent.
Sources: TIFF 6.0; CIPA DC-008-2023 (Exif 3.0); for CR3 the CMT boxes as LibRaw and ExifTool read
them.
"""

import math
import struct
from dataclasses import dataclass, field
from typing import Final

ORIENTATION: Final = 0x0112
_EXIF_POINTER: Final = 0x8769
_GPS_POINTER: Final = 0x8825

# Bytes per value by TIFF type: 1 BYTE … 12 DOUBLE, 13 IFD, 129 UTF-8 (Exif 3.0).
_SIZES: Final = {
    1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1,
}  # fmt: skip
_CODES: Final = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I"}
_TEXT_TYPES: Final = (1, 2, 7, 129)

# A directory of a real photo has under 300 entries, and no tag we want is long, except XMP in TIFF.
_MOST_ENTRIES: Final = 2000
_MOST_NUMBERS: Final = 64
_LONGEST: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Directory:
    """One image file directory: its tags, read when asked for."""

    data: bytes = b""
    order: str = "<"
    entries: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    """Tag to (type, number of values, where they start in `data`)."""
    following: int = 0
    """Offset of the next directory in the chain, 0 at its end."""

    def raw(self, tag: int) -> bytes | None:
        """The bytes of a tag, None where it is absent or runs out of the file."""
        if tag not in self.entries:
            return None
        kind, count, start = self.entries[tag]
        length = _SIZES[kind] * count
        if length > _LONGEST or start + length > len(self.data):
            return None
        return self.data[start : start + length]

    def text(self, tag: int) -> str | None:
        """A text without padding, None where it is empty. UTF-8, else Latin-1."""
        if tag not in self.entries or self.entries[tag][0] not in _TEXT_TYPES:
            return None
        raw = (self.raw(tag) or b"").split(b"\0", 1)[0]
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
        return "".join(c for c in text if c.isprintable()).strip() or None

    def numbers(self, tag: int) -> tuple[float, ...]:
        """The values of a numeric tag; NaN for a fraction over zero; empty where it is absent."""
        raw = self.raw(tag)
        if raw is None:
            return ()
        kind, count, _ = self.entries[tag]
        count = min(count, _MOST_NUMBERS)
        if kind in (5, 10):
            parts = struct.unpack_from(f"{self.order}{2 * count}{'I' if kind == 5 else 'i'}", raw)
            pairs = zip(parts[::2], parts[1::2], strict=True)
            return tuple(top / bottom if bottom else math.nan for top, bottom in pairs)
        if kind not in _CODES:
            return ()
        return struct.unpack_from(f"{self.order}{count}{_CODES[kind]}", raw)

    def number(self, tag: int) -> float | None:
        """The first value of a numeric tag where it is finite, else None."""
        values = self.numbers(tag)
        return values[0] if values and math.isfinite(values[0]) else None


@dataclass(frozen=True, slots=True)
class Exif:
    """The three directories that describe a photo; an absent one is empty."""

    main: Directory
    exif: Directory
    gps: Directory

    @property
    def orientation(self) -> int:
        """How the stored pixels lie, 1 to 8; 1 (upright) where it is not said or nonsense."""
        value = self.main.number(ORIENTATION)
        return int(value) if value is not None and 1 <= value <= 8 else 1


NO_EXIF: Final = Exif(Directory(), Directory(), Directory())


def read_exif(block: bytes) -> Exif:
    """The EXIF of a TIFF structure, with or without the "Exif\\0\\0" of a JPEG before it."""
    while block.startswith(b"Exif\0\0"):
        block = block[6:]
    main = first_directory(block)
    if main is None:
        return NO_EXIF
    return Exif(
        main,
        directory_at(main, main.number(_EXIF_POINTER)),
        directory_at(main, main.number(_GPS_POINTER)),
    )


def first_directory(data: bytes) -> Directory | None:
    """The first directory of a TIFF structure, None where the bytes are not one.

    The magic number is not looked at: ORF and RW2 have their own. BigTIFF is not read.
    """
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 14 or 43 in (data[2], data[3]):
        return None
    (offset,) = struct.unpack_from(f"{order}I", data, 4)
    return _directory(data, order, offset)


def directory_at(of: Directory, offset: float | None) -> Directory:
    """Another directory of the same structure; an empty one where there is none at `offset`."""
    if not offset:
        return Directory()
    return _directory(of.data, of.order, int(offset)) or Directory()


def exif_of_cr3(data: bytes) -> Exif:
    """The EXIF of a Canon CR3: TIFF structures in boxes CMT1 (main), CMT2 (EXIF) and CMT4 (GPS)."""

    def box(name: bytes) -> Directory:
        # They lie in moov, near the start; the walk through moov and uuid would find the same.
        at = data.find(name, 0, 1 << 20)
        if at < 4:
            return Directory()
        length = int.from_bytes(data[at - 4 : at], "big")
        return first_directory(data[at + 4 : at - 4 + length]) or Directory()

    return Exif(box(b"CMT1"), box(b"CMT2"), box(b"CMT4"))


def _directory(data: bytes, order: str, offset: int) -> Directory | None:
    if not 8 <= offset <= len(data) - 2:
        return None
    (count,) = struct.unpack_from(f"{order}H", data, offset)
    entries: dict[int, tuple[int, int, int]] = {}
    at = offset + 2
    for _ in range(min(count, _MOST_ENTRIES)):
        if at + 12 > len(data):
            break
        tag, kind, values, start = struct.unpack_from(f"{order}HHII", data, at)
        if kind in _SIZES:
            inline = _SIZES[kind] * values <= 4
            # The first of a repeated tag counts, as in other readers.
            entries.setdefault(tag, (kind, values, at + 8 if inline else start))
        at += 12
    following = struct.unpack_from(f"{order}I", data, at)[0] if at + 4 <= len(data) else 0
    return Directory(data, order, entries, following)
