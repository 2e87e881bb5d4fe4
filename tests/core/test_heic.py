"""HEIC decoded tile by tile: the same picture as libheif's, and libheif for all that is unusual."""

import io
import random
import struct
import sys
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pillow_heif import HeifImageFile, from_pillow

from photoclip.core.heic import Tiles, tiles
from photoclip.core.hevc import decode_smaller
from photoclip.core.imaging import UnreadablePhoto, decode

pytest.importorskip("av", reason="there is no ffmpeg for this computer")


def scene(width: int, height: int) -> Image.Image:
    """Smooth colours, another in each part, that any wrong place, turn or matrix would change."""
    pixels = np.random.default_rng(7).integers(0, 256, (5, 6, 3), np.uint8)
    return Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC)


def heic(image: Image.Image, orientation: int = 1, **options: Any) -> bytes:
    stream, file = io.BytesIO(), from_pillow(image)
    exif = Image.Exif()
    exif[0x0112] = orientation  # written as the properties irot and imir too
    file[0].info["exif"] = exif.tobytes()
    file.save(stream, quality=95, **options)
    return stream.getvalue()


def grid(image: Image.Image, tile: int, quarters: int = 0, stills: int | None = None) -> bytes:
    """A HEIC as phones write it; of so many stills, all that are needed unless told otherwise."""
    columns, rows = -(-image.width // tile), -(-image.height // tile)
    parts = []
    for place in range(columns * rows):
        left, top = place % columns * tile, place // columns * tile
        part = tiles(heic(image.crop((left, top, left + tile, top + tile))))
        assert part is not None
        parts.append(part)
    configuration, coded = parts[0].configuration, [part.stills[0] for part in parts[:stills]]
    items = range(1, len(coded) + 2)
    kinds = [b"hvc1"] * len(coded) + [b"grid"]
    told = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, *image.size)
    properties = (
        box(b"hvcC", configuration),
        full(b"ispe", struct.pack(">II", tile, tile)),
        full(b"ispe", struct.pack(">II", *image.size)),
        box(b"irot", bytes([quarters])),
    )
    said = [bytes([2, 0x81, 2])] * len(coded) + [bytes([2, 3, 0x84])]
    entries = [
        full(b"infe", struct.pack(">HH4sB", item, 0, kind, 0), version=2)
        for item, kind in zip(items, kinds, strict=True)
    ]
    sources = struct.pack(f">HH{len(coded)}H", items[-1], len(coded), *items[:-1])
    associations = b"".join(
        struct.pack(">H", item) + one for item, one in zip(items, said, strict=True)
    )

    def file(at: int) -> bytes:
        places, end = [], at
        for item, still in zip(items, coded, strict=False):
            places.append(struct.pack(">HHHHII", item, 0, 0, 1, end, len(still)))
            end += len(still)
        places.append(struct.pack(">HHHHII", items[-1], 1, 0, 1, 0, len(told)))
        meta = full(
            b"meta",
            full(b"hdlr", struct.pack(">I4s12x", 0, b"pict") + b"\0"),
            full(b"pitm", struct.pack(">H", items[-1])),
            full(b"iinf", struct.pack(">H", len(items)), *entries),
            full(b"iref", box(b"dimg", sources)),
            box(
                b"iprp",
                box(b"ipco", *properties),
                full(b"ipma", struct.pack(">I", len(items)), associations),
            ),
            full(b"iloc", bytes([0x44, 0]), struct.pack(">H", len(items)), *places, version=1),
            box(b"idat", told),
        )
        head = box(b"ftyp", b"heic\0\0\0\0mif1heic") + meta
        return head + box(b"mdat", *coded)

    return file(len(file(0)) - sum(map(len, coded)))


def box(name: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I", 8 + len(content)) + name + content


def full(name: bytes, *parts: bytes, version: int = 0) -> bytes:
    return box(name, bytes([version, 0, 0, 0]), *parts)


def found(data: bytes) -> Tiles:
    laid = tiles(data)
    assert laid is not None
    return laid


def assert_as_libheif(data: bytes, factor: int) -> Image.Image:
    image = decode_smaller(found(data), factor)
    assert image is not None
    whole = HeifImageFile(io.BytesIO(data)).convert("RGB")
    wanted = whole.resize(image.size, Image.Resampling.BOX)
    assert image.size == (whole.width // factor, whole.height // factor)
    difference = np.abs(np.asarray(image, np.int16) - np.asarray(wanted, np.int16))
    assert difference.mean() < 1.5
    assert difference.max() < 16
    return image


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("factor", [2, 3, 8])
def test_a_grid_is_laid_cut_and_turned_as_libheif_does(quarters: int, factor: int) -> None:
    data = grid(scene(288, 208), 128, quarters)
    laid = found(data)
    assert (len(laid.stills), laid.columns, laid.size) == (6, 3, (288, 208))
    assert_as_libheif(data, factor)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_one_still_is_turned_as_libheif_does(orientation: int) -> None:
    assert_as_libheif(heic(scene(192, 128), orientation), 2)


@pytest.mark.parametrize("factor", [2, 3])
def test_an_odd_size(factor: int) -> None:
    assert_as_libheif(grid(scene(201, 133), 64), factor)


@pytest.mark.parametrize("full_range", [0, 1])
@pytest.mark.parametrize("matrix", [1, 6, 9])
def test_colours_are_decoded_as_the_file_says(matrix: int, full_range: int) -> None:
    data = heic(scene(128, 128), matrix_coefficients=matrix, full_range_flag=full_range)
    assert_as_libheif(data, 2)


def test_a_large_grid_is_read_by_its_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    data = grid(scene(1024, 768), 512, 3)
    monkeypatch.setattr(HeifImageFile, "load", _never)
    decoded = decode(data, 256)
    assert (decoded.width, decoded.height, decoded.image.size) == (768, 1024, (384, 512))


def _never(*_: object) -> None:
    raise AssertionError("libheif decodes the whole picture")


def test_without_pyav_libheif_decodes(monkeypatch: pytest.MonkeyPatch) -> None:
    data = grid(scene(1024, 768), 512)
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.setitem(sys.modules, "av.error", None)
    assert decode_smaller(found(data), 2) is None
    assert decode(data, 256).image.size == (512, 384)


@pytest.mark.parametrize("orientation", [2, 4, 5, 7])
def test_a_mirrored_picture_is_left_to_libheif(orientation: int) -> None:
    assert tiles(heic(scene(128, 64), orientation)) is None


@pytest.mark.parametrize(
    "image", [scene(1024, 768).convert("L"), scene(1024, 768).convert("RGBA")], ids=["grey", "RGBA"]
)
def test_grey_and_transparent_pictures_are_read(image: Image.Image) -> None:
    if image.mode == "RGBA":
        image.paste((0, 0, 0, 0), (0, 0, 512, 768))
    decoded = decode(heic(image), 256)
    assert decoded.image.size == (512, 384)
    if image.mode == "RGBA":
        assert decoded.image.getpixel((100, 100)) == (255, 255, 255)


def test_other_chroma_is_left_to_libheif() -> None:
    assert decode_smaller(found(heic(scene(128, 128), chroma=444)), 2) is None


def test_a_grid_that_misses_a_still_is_left_to_libheif() -> None:
    assert tiles(grid(scene(256, 256), 128, stills=3)) is None


def test_stills_that_share_their_bytes_are_left_to_libheif() -> None:
    data = grid(scene(256, 256), 128)
    stills = found(data).stills
    first, total = data.index(stills[0]), sum(map(len, stills))
    for still in stills:
        place = struct.pack(">II", data.index(still), len(still))
        assert data.count(place) == 1
        data = data.replace(place, struct.pack(">II", first, total))
    assert tiles(data) is None


def test_places_told_in_no_bytes_are_not_counted_through() -> None:
    items = struct.pack(">HHHH", 1, 0, 0, 65_535) * 60_000
    meta = full(
        b"meta",
        full(b"pitm", struct.pack(">H", 1)),
        full(b"iinf", struct.pack(">H", 1), full(b"infe", b"\0\1\0\0hvc1\0", version=2)),
        box(b"iprp", box(b"ipco")),
        full(b"iloc", bytes([0, 0]), struct.pack(">H", 60_000), items, version=1),
    )
    assert tiles(box(b"ftyp", b"heic\0\0\0\0mif1heic") + meta) is None


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_grid_that_is_cut_short_is_refused(part: float) -> None:
    data = grid(scene(1024, 768), 512)
    with pytest.raises(UnreadablePhoto, match="cut short"):
        decode(data[: int(len(data) * part)], 256)


def test_a_still_larger_than_the_file_says_is_not_decoded() -> None:
    small, large = found(heic(scene(128, 128))), found(heic(scene(1024, 1024)))
    lying = Tiles(large.configuration, large.stills, small.tile, 1, small.size, 0, small.coding)
    assert decode_smaller(lying, 2) is None


def test_damage_gives_a_picture_or_leaves_it_to_libheif() -> None:
    chance, whole = random.Random(5), grid(scene(256, 192), 128)
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 4))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            laid = tiles(bytes(damaged))
        except EOFError:
            continue
        if laid is not None and laid.size[0] * laid.size[1] < 1_000_000:
            image = decode_smaller(laid, 2)
            assert image is None or image.mode == "RGB"
