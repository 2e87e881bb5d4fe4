"""Where a HEIC keeps its picture: the HEVC stills that it is laid from, found without decoding.

Phones store a photo as a grid of some fifty tiles. Sources: ISO/IEC 14496-12 (boxes, `iloc`,
`iref`), ISO/IEC 23008-12 (`grid`, `ipma`, `irot`), ISO/IEC 14496-15 (`hvcC`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

Size = tuple[int, int]

# What the picture is, but for its turn; anything else that must not be passed over is for libheif.
_UNDERSTOOD: Final = frozenset((b"hvcC", b"ispe", b"irot", b"colr", b"pixi"))
_CHANGES_THE_PICTURE: Final = frozenset((b"clap", b"imir"))
_MOST_TILES: Final = 10_000


@dataclass(frozen=True)
class Tiles:
    """HEVC stills of one size that make up a picture, row by row from the top left.

    Attributes:
        configuration: the parameter sets of them all, an `hvcC` record.
        stills: the coded bytes of each.
        tile: width and height of each, px.
        columns: how many stand side by side.
        size: width and height of the picture that is cut from the top left of them, px.
        quarters: quarter turns to the left that make it upright.
        coding: how colours are coded, as MatrixCoefficients of ISO/IEC 23091-2, and whether black
            is 0 and white 255; None where only the stills tell.
    """

    configuration: bytes
    stills: tuple[bytes, ...]
    tile: Size
    columns: int
    size: Size
    quarters: int
    coding: tuple[int, bool] | None


def tiles(data: bytes) -> Tiles | None:
    """The stills of a HEIC's primary picture; None where it is laid in any less usual way.

    Cropped, mirrored, overlaid, derived or damaged: all of that is for a decoder that knows all of
    HEIF. Transparency is not looked for.

    Raises:
        EOFError: the file ends before they do, which libheif would show as a green field.
    """
    try:
        return _tiles(data)
    except (_UnusualError, IndexError, KeyError):
        return None


class _UnusualError(Exception):
    pass


@dataclass(frozen=True)
class _Box:
    name: bytes
    content: memoryview


@dataclass(frozen=True)
class _Property:
    box: _Box
    essential: bool


class _Numbers:
    """Unsigned big-endian numbers, one after another."""

    def __init__(self, content: memoryview) -> None:
        self._content, self._at = content, 0

    def take(self, count: int) -> memoryview:
        taken = self._content[self._at : self._at + count]
        if len(taken) < count:
            raise _UnusualError
        self._at += count
        return taken

    def next(self, width: int) -> int:
        return int.from_bytes(self.take(width), "big")

    def rest(self) -> memoryview:
        return self._content[self._at :]


def _boxes(content: memoryview) -> Iterator[_Box]:
    at = 0
    while at + 8 <= len(content):
        numbers = _Numbers(content[at:])
        length, name, header = numbers.next(4), bytes(numbers.take(4)), 8
        if length == 1:
            length, header = numbers.next(8), 16
        elif length == 0:
            length = len(content) - at
        if length < header or at + length > len(content):
            raise _UnusualError
        yield _Box(name, content[at + header : at + length])
        at += length


def _tiles(data: bytes) -> Tiles:
    view = memoryview(data)
    (meta,) = [box.content for box in _first_boxes(view) if box.name == b"meta"] or [view[:0]]
    parts = {box.name: box.content for box in _boxes(meta[4:])}
    primary = _primary(parts[b"pitm"])
    types, properties = _types(parts[b"iinf"]), _properties(parts[b"iprp"])
    places = _Places(view, parts[b"iloc"], parts.get(b"idat"))
    own = _understood(properties[primary])
    if types[primary] == b"grid":
        sources = _sources(parts[b"iref"], primary)
        rows, columns, size = _grid(places.content(primary))
        if len(sources) != rows * columns or len(sources) > _MOST_TILES:
            raise _UnusualError
    else:
        sources, columns, size = [primary], 1, _extent(own)
    if any(types[source] != b"hvc1" for source in sources):
        raise _UnusualError
    first = _understood(properties[sources[0]])
    if any(properties[source] != first for source in sources):
        raise _UnusualError
    tile = _extent(first)
    if len(sources) > 1 and (_only(first, b"irot") is not None or _extent(own) != size):
        raise _UnusualError
    if size[0] > columns * tile[0] or size[1] > len(sources) // columns * tile[1]:
        raise _UnusualError
    configuration, turn = _only(first, b"hvcC"), _only(own, b"irot")
    if configuration is None:
        raise _UnusualError
    return Tiles(
        bytes(configuration),
        tuple(places.content(source) for source in sources),
        tile,
        columns,
        size,
        0 if turn is None else turn[0] & 3,
        _coding(own + first),
    )


def _first_boxes(view: memoryview) -> Iterator[_Box]:
    """Up to and with the first `meta`: what comes after it may be cut short."""
    for box in _boxes(view):
        yield box
        if box.name == b"meta":
            return


def _primary(content: memoryview) -> int:
    numbers = _Numbers(content)
    return numbers.next(2 if numbers.next(4) >> 24 == 0 else 4)


def _types(content: memoryview) -> dict[int, bytes]:
    """The kind of each item."""
    numbers = _Numbers(content)
    numbers.next(2 if numbers.next(4) >> 24 == 0 else 4)
    types = {}
    for box in _boxes(numbers.rest()):
        entry = _Numbers(box.content)
        version = entry.next(4) >> 24
        if box.name != b"infe" or version not in (2, 3):
            raise _UnusualError
        item = entry.next(2 if version == 2 else 4)
        if entry.next(2):  # protected
            raise _UnusualError
        types[item] = bytes(entry.take(4))
    return types


def _properties(content: memoryview) -> dict[int, tuple[_Property, ...]]:
    """What is said of each item, in the order in which it counts."""
    known: list[_Box] = []
    said: dict[int, tuple[_Property, ...]] = {}
    for part in _boxes(content):
        if part.name == b"ipco":
            known = list(_boxes(part.content))
    for part in _boxes(content):
        if part.name != b"ipma":
            continue
        numbers = _Numbers(part.content)
        head = numbers.next(4)
        wide = 2 if head & 1 else 1
        for _ in range(numbers.next(4)):
            item = numbers.next(2 if head >> 24 == 0 else 4)
            found = []
            for _ in range(numbers.next(1)):
                number = numbers.next(wide)
                flag = 1 << (8 * wide - 1)
                index = number & ~flag
                if index:
                    found.append(_Property(known[index - 1], bool(number & flag)))
            said[item] = tuple(found)
    return said


def _understood(said: tuple[_Property, ...]) -> tuple[_Property, ...]:
    for one in said:
        name = one.box.name
        if name in _CHANGES_THE_PICTURE or (one.essential and name not in _UNDERSTOOD):
            raise _UnusualError
    return said


def _sources(content: memoryview, item: int) -> list[int]:
    """The items that a derived one is made from, in order."""
    numbers = _Numbers(content)
    wide = 2 if numbers.next(4) >> 24 == 0 else 4
    for box in _boxes(numbers.rest()):
        reference = _Numbers(box.content)
        if box.name == b"dimg" and reference.next(wide) == item:
            return [reference.next(wide) for _ in range(reference.next(2))]
    raise _UnusualError


def _grid(content: bytes) -> tuple[int, int, Size]:
    """Rows, columns and the size of the whole."""
    numbers = _Numbers(memoryview(content))
    if numbers.next(1):
        raise _UnusualError
    wide = 4 if numbers.next(1) & 1 else 2
    rows, columns = numbers.next(1) + 1, numbers.next(1) + 1
    return rows, columns, (numbers.next(wide), numbers.next(wide))


def _only(said: tuple[_Property, ...], name: bytes) -> memoryview | None:
    found = [one.box.content for one in said if one.box.name == name]
    if len(found) > 1:
        raise _UnusualError
    return found[0] if found else None


def _extent(said: tuple[_Property, ...]) -> Size:
    content = _only(said, b"ispe")
    if content is None:
        raise _UnusualError
    numbers = _Numbers(content)
    numbers.next(4)
    width, height = numbers.next(4), numbers.next(4)
    if not width or not height:
        raise _UnusualError
    return width, height


def _coding(said: tuple[_Property, ...]) -> tuple[int, bool] | None:
    """As a `colr` of the kind `nclx` says."""
    told = set()
    for content in (one.box.content for one in said if one.box.name == b"colr"):
        numbers = _Numbers(content)
        if bytes(numbers.take(4)) == b"nclx":
            numbers.next(4)  # primaries and transfer, which libheif does not act upon either
            told.add((numbers.next(2), bool(numbers.next(1) >> 7)))
    if len(told) > 1:
        raise _UnusualError
    return told.pop() if told else None


class _Places:
    """The bytes of items, as `iloc` tells them."""

    def __init__(self, data: memoryview, content: memoryview, idat: memoryview | None) -> None:
        self._from = {0: data, 1: idat}
        # Items that share bytes could make gigabytes of a small file.
        self._left = len(data)
        self._extents: dict[int, tuple[int, list[tuple[int, int]]]] = {}
        numbers = _Numbers(content)
        version = numbers.next(4) >> 24
        sizes = numbers.next(2)
        if not sizes >> 8 & 15:  # no length is told: "to the end of the file", any number of times
            raise _UnusualError
        wide = 4 if version == 2 else 2
        for _ in range(numbers.next(wide)):
            item = numbers.next(wide)
            method = numbers.next(2) & 15 if version else 0
            elsewhere = numbers.next(2)
            base = numbers.next(sizes >> 4 & 15)
            extents = []
            for _ in range(numbers.next(2)):
                if version:
                    numbers.next(sizes & 15)
                extents.append((base + numbers.next(sizes >> 12), numbers.next(sizes >> 8 & 15)))
            if not elsewhere:
                self._extents[item] = method, extents

    def content(self, item: int) -> bytes:
        method, extents = self._extents[item]
        source = self._from[method]
        if source is None:
            raise _UnusualError
        if not extents or any(length == 0 for _, length in extents):  # "to the end of the file"
            raise _UnusualError
        if any(start + length > len(source) for start, length in extents):
            raise EOFError("the file ends before its picture")
        self._left -= sum(length for _, length in extents)
        if self._left < 0:
            raise _UnusualError
        return b"".join(source[start : start + length] for start, length in extents)
