"""One photo from bytes: every format upright and in sRGB, every broken file one plain sentence."""

import io
import os
import random
import struct
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms
from pillow_heif import from_pillow

from photoclip.core import raw as raw_module
from photoclip.core.imaging import (
    THUMBNAIL_BOX,
    Decoded,
    UnreadablePhoto,
    decode,
    is_photo_name,
    picture_of_thumbnail,
    thumbnail_jpeg,
)
from photoclip.errors import PhotoClipError
from tests.bombs import jpeg_of_endless_scans, png_of

DATA = Path(os.environ.get("PHOTOCLIP_TEST_DATA", Path(__file__).parents[2] / "../shared/data"))

RED, GREEN, BLUE, GREY = (220, 30, 30), (30, 200, 30), (30, 30, 220), (120, 120, 120)


def corners(width: int = 96, height: int = 64) -> Image.Image:
    """Red top left, green top right, blue bottom left, grey bottom right."""
    image = Image.new("RGB", (width, height))
    for colour, x, y in ((RED, 0, 0), (GREEN, 1, 0), (BLUE, 0, 1), (GREY, 1, 1)):
        part = Image.new("RGB", (width // 2, height // 2), colour)
        image.paste(part, (x * width // 2, y * height // 2))
    return image


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def heic(image: Image.Image, exif: Image.Exif | None = None) -> bytes:
    stream = io.BytesIO()
    file = from_pillow(image)
    if exif is not None:
        # An orientation in here is written as the HEIF properties irot and imir too.
        file[0].info["exif"] = exif.tobytes()
    file.save(stream, quality=95)
    return stream.getvalue()


def noise(width: int, height: int, seed: int = 1) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height // 8, width // 8, 3), np.uint8)
    return Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC)


def assert_corners(decoded: Decoded, within: int = 14) -> None:
    image = decoded.image
    assert image.mode == "RGB"
    x, y = image.width // 4, image.height // 4
    places = ((x, y), (3 * x, y), (x, 3 * y), (3 * x, 3 * y))
    for place, wanted in zip(places, (RED, GREEN, BLUE, GREY), strict=True):
        found = image.getpixel(place)
        assert isinstance(found, tuple)
        assert max(abs(a - b) for a, b in zip(found, wanted, strict=True)) <= within, (place, found)


def failure(data: bytes) -> UnreadablePhoto:
    with pytest.raises(UnreadablePhoto) as caught:
        decode(data, 64)
    return caught.value


@pytest.mark.parametrize(
    "name",
    ["a.jpg", "B.JPEG", "x.y.HeIc", "1.nef", "2.CR3", "p.avif", "照片.png", "s.tif", "r.rwl"],
)
def test_photo_names(name: str) -> None:
    assert is_photo_name(name)


@pytest.mark.parametrize("name", ["a.txt", "jpg", ".jpg", "a.jpg.xmp", "._a.jpg", "a.mp4", ""])
def test_other_names(name: str) -> None:
    assert not is_photo_name(name)


# What turns an upright picture into the one stored under each orientation.
STORED_AS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def stored(orientation: int) -> tuple[Image.Image, Image.Exif]:
    turn = STORED_AS[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    return (corners() if turn is None else corners().transpose(turn)), exif


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_orientation_is_applied_exactly_once(kind: str, orientation: int) -> None:
    image, exif = stored(orientation)
    decoded = decode(encoded(image, kind, exif=exif, quality=95), 16)
    assert_corners(decoded)
    assert (decoded.width, decoded.height) == (96, 64)
    assert decoded.format == kind


@pytest.mark.parametrize("orientation", [1, 6, 7])
def test_heic_which_the_decoder_has_turned_is_not_turned_again(orientation: int) -> None:
    image, exif = stored(orientation)
    decoded = decode(heic(image, exif), 16)
    assert_corners(decoded)
    assert (decoded.width, decoded.height, decoded.format) == (96, 64, "HEIF")


def test_orientation_from_xmp_where_exif_has_none() -> None:
    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf='
        b'"http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
    )
    image, exif = stored(6)
    assert_corners(decode(encoded(image, "JPEG", quality=95, xmp=packet), 16))
    assert_corners(decode(encoded(image, "JPEG", quality=95, xmp=packet, exif=exif), 16))


@pytest.mark.parametrize("orientation", [0, 9, 250])
def test_nonsense_orientation_means_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert_corners(decode(encoded(corners(), "JPEG", quality=95, exif=exif), 16))


@pytest.mark.parametrize(
    ("size", "min_side"),
    [((4000, 3000), 384), ((3568, 2368), 300), ((3000, 3000), 384), ((5000, 700), 384)],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_decodes_just_large_enough_for_thumbnail_and_model(
    kind: str, size: tuple[int, int], min_side: int
) -> None:
    options = {"compress_level": 1} if kind == "PNG" else {}
    decoded = decode(encoded(Image.new("RGB", size, GREEN), kind, **options), min_side)
    assert (decoded.width, decoded.height) == size
    assert min(decoded.image.size) >= min_side
    assert max(decoded.image.size) >= 0.96 * THUMBNAIL_BOX
    spare = min(min(decoded.image.size) / min_side, max(decoded.image.size) / THUMBNAIL_BOX)
    assert spare < 2.1


def test_a_small_original_keeps_its_size() -> None:
    assert decode(encoded(corners(40, 30), "PNG"), 384).image.size == (40, 30)


def test_content_decides_and_not_the_name() -> None:
    assert decode(encoded(corners(), "PNG"), 16).format == "PNG"
    assert decode(encoded(corners(), "BMP"), 16).format == "BMP"
    assert decode(encoded(corners(), "JPEG2000"), 16).format == "JPEG2000"


def test_sixteen_bits_are_scaled_and_not_clipped() -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (16, 1))
    for kind in ("PNG", "TIFF"):
        image = decode(encoded(Image.fromarray(ramp), kind), 16).image
        assert np.abs(np.asarray(image)[8, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_floating_point_tiff() -> None:
    ramp = np.tile(np.linspace(0, 1, 256, dtype=np.float32), (16, 1))
    ramp[0, 0] = np.nan
    image = decode(encoded(Image.fromarray(ramp), "TIFF"), 16).image
    assert np.abs(np.asarray(image)[8, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_cmyk_jpeg() -> None:
    assert_corners(decode(encoded(corners().convert("CMYK"), "JPEG", quality=95), 16), 20)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "LAB", "YCbCr", "I", "F"])
def test_every_mode_of_tiff_becomes_rgb(mode: str) -> None:
    ramp = Image.linear_gradient("L")
    if mode == "LAB":
        spaces = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        image = ImageCms.profileToProfile(ramp.convert("RGB"), *spaces, outputMode="LAB")
    else:
        image = ramp.convert(mode)
    assert image is not None
    pixels = np.asarray(decode(encoded(image, "TIFF"), 64).image)
    assert pixels.shape == (256, 256, 3)
    assert pixels[:20].mean() < 60
    assert pixels[-20:].mean() > 190


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "AVIF"])
def test_transparent_parts_are_white(kind: str) -> None:
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    image.paste((*RED, 255), (0, 0, 32, 64))
    pixel = decode(encoded(image, kind), 16).image.getpixel
    assert pixel((50, 32)) == (255, 255, 255)
    assert np.abs(np.subtract(pixel((10, 32)), RED)).max() < 12


def test_transparency_of_palette_grey_and_rgb_png() -> None:
    palette = Image.new("P", (32, 32), 1)
    palette.putpalette([9, 9, 9, 220, 30, 30])
    palette.paste(0, (16, 0, 32, 32))
    for transparency in (0, b"\x00\xff"):
        pixel = decode(encoded(palette, "PNG", transparency=transparency), 16).image.getpixel
        assert (pixel((4, 4)), pixel((24, 4))) == (RED, (255, 255, 255))
    rgb = decode(encoded(Image.new("RGB", (16, 16), RED), "PNG", transparency=RED), 16)
    grey = decode(encoded(Image.new("L", (16, 16), 7), "PNG", transparency=7), 16)
    assert rgb.image.getpixel((3, 3)) == grey.image.getpixel((3, 3)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_first_frame_of_an_animation(kind: str) -> None:
    frames = [Image.new("RGB", (96, 64), GREEN), Image.new("RGB", (96, 64), RED)]
    data = encoded(corners(), kind, save_all=True, append_images=frames, lossless=True)
    assert_corners(decode(data, 16), 20)


def test_first_picture_of_mpo() -> None:
    data = encoded(corners(), "MPO", save_all=True, append_images=[noise(96, 64)], quality=95)
    decoded = decode(data, 16)
    assert_corners(decoded)
    assert decoded.format == "JPEG"


def test_avif_and_heif_are_told_apart() -> None:
    assert decode(encoded(corners(), "AVIF", quality=95), 16).format == "AVIF"
    assert_corners(decode(heic(corners()), 16))


def test_a_broken_or_foreign_profile_is_passed_over() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = decode(encoded(corners(), "PNG"), 16)
    same = decode(encoded(corners(), "PNG", icc_profile=srgb), 16)
    assert np.abs(np.asarray(plain.image).astype(int) - np.asarray(same.image)).max() <= 2
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for passed_over in (lab, b"no profile at all", srgb[:200], b"\0" * 500):
        other = decode(encoded(corners(), "PNG", icc_profile=passed_over), 16)
        assert_corners(other, 0)


def test_a_profile_of_other_primaries_changes_colours() -> None:
    # Swap the red and green primaries of sRGB: its tags rXYZ and gXYZ name each other's data.
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"????", 1).replace(b"gXYZ", b"rXYZ", 1)
    swapped = swapped.replace(b"????", b"gXYZ", 1)
    image = decode(encoded(Image.new("RGB", (32, 32), (255, 0, 0)), "PNG", icc_profile=swapped), 16)
    red, green, _ = image.image.getpixel((9, 9))  # type: ignore[misc]
    assert green > 240
    assert red < 40


def test_decoded_pictures_carry_nothing_of_the_file() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    decoded = decode(encoded(corners(), "JPEG", exif=exif, comment=b"private", quality=95), 16)
    assert type(decoded.image) is Image.Image
    assert not decoded.image.info


def test_thumbnail_fits_the_box_and_carries_no_metadata() -> None:
    image = noise(1200, 800)
    image.info = {"exif": b"Exif\0\0II", "comment": b"private", "icc_profile": b"x", "xmp": b"<x/>"}
    data = thumbnail_jpeg(image)
    with Image.open(io.BytesIO(data)) as thumbnail:
        assert thumbnail.size == (512, 341)
        assert thumbnail.format == "JPEG"
        assert "progressive" not in thumbnail.info
        assert set(thumbnail.info) <= {
            "jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "comment",
        }  # fmt: skip
        assert thumbnail.info["comment"] == b"PhotoClip 2"
    picture = picture_of_thumbnail(data)
    assert picture is not None
    assert picture.size == (512, 341)


def test_a_thumbnail_of_another_make_or_damaged_is_not_taken_for_the_photo() -> None:
    stream = io.BytesIO()
    noise(300, 200).save(stream, "JPEG", quality=82)
    assert picture_of_thumbnail(stream.getvalue()) is None
    data = thumbnail_jpeg(noise(300, 200))
    for broken in (b"", b"nothing", data[: len(data) // 2]):
        assert picture_of_thumbnail(broken) is None
    assert b"private" not in data


@pytest.mark.parametrize(
    ("size", "box", "wanted"), [((40, 30), 512, (40, 30)), ((9000, 3), 512, (512, 1))]
)
def test_thumbnail_is_never_enlarged_nor_empty(
    size: tuple[int, int], box: int, wanted: tuple[int, int]
) -> None:
    with Image.open(io.BytesIO(thumbnail_jpeg(Image.new("RGB", size), box))) as thumbnail:
        assert thumbnail.size == wanted


def test_noise_has_a_thumbnail_too() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (512, 512, 3), np.uint8)
    assert picture_of_thumbnail(thumbnail_jpeg(Image.fromarray(pixels))) is not None


# --- what cannot be read ---


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "It is empty."),
        (b"\0" * 5000, "It is empty: it holds nothing but zeros."),
        (b"Dear diary, " * 40, "It is not a picture PhotoClip can read."),
        (b"BMW is not a bitmap. " * 9, "It is not a picture PhotoClip can read."),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "It is not a picture PhotoClip can read."),
        (b"\xff\xd8\xff\xe0", "It is cut short and cannot be read."),
        (b"\x89PNG\r\n\x1a\n", "It is cut short and cannot be read."),
    ],
)
def test_sentences(data: bytes, sentence: str) -> None:
    reason = failure(data)
    assert isinstance(reason, PhotoClipError)
    assert str(reason) == sentence
    assert reason.permanent


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF"])
def test_half_a_file_is_cut_short(kind: str) -> None:
    image = noise(256, 192)
    data = heic(image) if kind == "HEIF" else encoded(image, kind)
    reason = failure(data[: len(data) // 2])
    assert str(reason) == "It is cut short and cannot be read."
    assert reason.permanent


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("lost", [1, 2, 3, 6, 12])
def test_a_jpeg_without_its_last_bytes_is_read(lost: int, progressive: bool) -> None:
    data = encoded(noise(1024, 768), "JPEG", quality=90, progressive=progressive)
    whole, short = decode(data, 384).image, decode(data[:-lost], 384).image
    rows = int(whole.height * 0.95)
    box = (0, 0, whole.width, rows)
    assert np.array_equal(np.asarray(whole.crop(box)), np.asarray(short.crop(box)))


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_jpeg_that_misses_visible_rows_is_refused(part: float, progressive: bool) -> None:
    data = encoded(noise(1024, 768), "JPEG", quality=90, progressive=progressive)
    assert "cut short" in str(failure(data[: int(len(data) * part)]))


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    reason = failure(png_of(60_000, 60_000))
    assert str(reason) == "It is too large: 60,000 × 60,000 pixels."
    assert reason.permanent


def test_a_large_panorama_is_read_scaled() -> None:
    # 300 Mpx, beyond where Pillow's own check stops.
    decoded = decode(encoded(Image.new("L", (30_000, 10_000), 90), "JPEG"), 384)
    assert (decoded.width, decoded.height) == (30_000, 10_000)
    assert decoded.image.height < 800


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    failure(jpeg_of_endless_scans())


def test_raw_without_its_decoder_is_a_plain_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_module, "rawpy", None)
    assert "RAW is not supported" in str(failure(b"FUJIFILMCCD-RAW 0201" + b"\0" * 200))


def test_broken_raw_is_a_plain_failure() -> None:
    pytest.importorskip("rawpy", reason="there is no RAW decoder on this computer")
    for start in (b"FUJIFILMCCD-RAW 0201", b"IIRO\x08\0\0\0", b"\0MRM", b"II*\0\x10\0\0\0CR\x02\0"):
        assert failure(start + b"\x11" * 4000).permanent


def test_no_memory_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("photoclip.core.imaging.decode_scaled", fails)
    assert not failure(encoded(corners(), "PNG")).permanent


def test_warnings_of_the_decoder_do_not_escape() -> None:
    # EXIF whose one entry points behind its end: Pillow warns about it.
    block = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 0x010F, 2, 4000, 90) + b"\0" * 4
    data = encoded(corners(), "JPEG", exif=block, quality=95)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_corners(decode(data, 16))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "HEIF", "AVIF"])
def test_flipped_bytes_give_a_picture_or_a_sentence(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0110] = "Camera"
    image = noise(64, 48)
    data = heic(image) if kind == "HEIF" else encoded(image, kind, exif=exif)
    chance = random.Random(kind)
    for _ in range(120):
        broken = bytearray(data)
        for _ in range(chance.choice((1, 3, 10))):
            # Half of them in the headers, where it hurts most.
            end = len(data) if chance.random() < 0.5 else min(len(data), 200)
            broken[chance.randrange(end)] = chance.randrange(256)
        with suppress(UnreadablePhoto):
            assert decode(bytes(broken), 32).image.mode == "RGB"


def test_many_threads_decode_the_same() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = noise(640, 480)
    files = [
        encoded(image, "JPEG", icc_profile=profile),
        encoded(image, "PNG", icc_profile=profile),
        encoded(image, "WEBP"),
        heic(image),
    ]
    wanted = [decode(data, 128).image.tobytes() for data in files]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda i: decode(files[i % 4], 128).image.tobytes(), range(64)))
    assert all(found[i] == wanted[i % 4] for i in range(64))


@pytest.mark.skipif(not DATA.is_dir(), reason="no shared photos (PHOTOCLIP_TEST_DATA)")
@pytest.mark.parametrize("folder", ["bad", "formats"])
def test_real_and_broken_files_give_a_picture_or_a_sentence(folder: str) -> None:
    files = [p for p in sorted((DATA / folder).rglob("*")) if p.is_file()]
    unread = {}
    for path in files:
        try:
            thumbnail_jpeg(decode(path.read_bytes(), 384).image)
        except UnreadablePhoto as reason:
            unread[path.name] = str(reason)
    if folder == "formats":
        unread = {name: why for name, why in unread.items() if is_photo_name(name)}
        # Stubs without pixels, and a GIF cut in its first frame.
        assert set(unread) == {"Nikon.nef", "DNG.dng", "IMG_1361.dng", "truncated.gif"}


@pytest.mark.skipif(not DATA.is_dir(), reason="no shared photos (PHOTOCLIP_TEST_DATA)")
def test_raw_shows_its_preview_or_is_developed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rawpy", reason="there is no RAW decoder on this computer")
    with_preview = decode((DATA / "formats/photoprism_examples/canon_eos_6d.dng").read_bytes(), 384)
    assert (with_preview.format, with_preview.width, with_preview.height) == ("RAW", 1224, 816)
    assert min(with_preview.image.size) >= 384
    monkeypatch.setattr(raw_module, "_preview", lambda _: None)
    developed = decode((DATA / "formats/photoprism_examples/canon_eos_6d.dng").read_bytes(), 384)
    assert (developed.width, developed.height) == (1224, 816)
    assert developed.image.getextrema() != ((0, 0), (0, 0), (0, 0))
    # 12 megapixels in 64 kB: the sensor's data was taken out.
    with pytest.raises(UnreadablePhoto, match="cut short"):
        decode((DATA / "formats/exiv2_test_data/IMG_1361.dng").read_bytes(), 384)
