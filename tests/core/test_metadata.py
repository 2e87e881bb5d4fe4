"""When, where and with what a photo was taken, from EXIF and XMP; nonsense is None."""

import io
import os
import random
import struct
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational
from pillow_heif import from_pillow

from photoclip.core.camera import camera_name, lens_name
from photoclip.core.exif import exif_of_cr3, read_exif
from photoclip.core.imaging import Decoded, decode
from photoclip.core.metadata import Metadata, read_metadata
from photoclip.core.xmp import NO_XMP, read_xmp

DATA = Path(os.environ.get("PHOTOCLIP_TEST_DATA", Path(__file__).parents[2] / "../shared/data"))
GPS, EXIF = 0x8825, 0x8769


def photo(
    main: dict[int, Any] | None = None,
    exif: dict[int, Any] | None = None,
    gps: dict[int, Any] | None = None,
    kind: str = "JPEG",
    **options: Any,
) -> bytes:
    block = Image.Exif()
    block.update(main or {})
    for pointer, tags in ((EXIF, exif), (GPS, gps)):
        block.get_ifd(pointer).update(tags or {})
        if kind == "TIFF" and tags:
            block[pointer] = 0  # its writer leaves out a directory without a pointer to it
    image, stream = Image.new("RGB", (16, 16)), io.BytesIO()
    if kind == "HEIF":
        file = from_pillow(image)
        file[0].info["exif"] = block.tobytes()
        file.save(stream, quality=50)
    else:
        image.save(stream, kind, exif=block, **options)
    return stream.getvalue()


def read(*args: Any, **options: Any) -> Metadata:
    return read_metadata(decode(photo(*args, **options), 16))


def xmp(properties: str) -> bytes:
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" '
        f'xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" {properties}</rdf:RDF></x:xmpmeta>'
    ).encode()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_all_of_it_from_every_format(kind: str) -> None:
    found = read(
        {0x010F: "NIKON CORPORATION", 0x0110: "NIKON D90", 0x0132: "2020:01:01 00:00:00"},
        {
            0x9003: "2023:08:12 14:03:22",
            0x9011: "+05:30",
            0x829A: IFDRational(1, 250),
            0x829D: IFDRational(28, 10),
            0x8827: 400,
            0x920A: IFDRational(50, 1),
            0xA434: "AF-S 50mm f/1.4G\0\0",
        },
        {1: "N", 2: (30.0, 15.0, 36.0), 3: "W", 4: (97.0, 45.0, 0.0)},
        kind,
    )
    assert asdict(found) == {
        "captured_at": "2023-08-12T14:03:22",
        "captured_offset": 330,
        "camera": "Nikon D90",
        "lens": "AF-S 50mm f/1.4G",
        "latitude": pytest.approx(30.26),
        "longitude": pytest.approx(-97.75),
        "exposure_time": pytest.approx(0.004),
        "f_number": pytest.approx(2.8),
        "iso": 400,
        "focal_length": 50.0,
    }


def test_a_photo_that_says_nothing() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, "PNG")
    assert read_metadata(decode(stream.getvalue(), 8)) == Metadata()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2023:08:12 14:03:22", "2023-08-12T14:03:22"),
        ("2023-08-12T14:03:22", "2023-08-12T14:03:22"),
        ("2023:08:12 14:03:22.75", "2023-08-12T14:03:22"),
        ("2023:08:12 14:03", "2023-08-12T14:03:00"),
        ("2023:08:12", "2023-08-12T00:00:00"),
        ("  2023:08:12 14:03:22 \0\0", "2023-08-12T14:03:22"),
        ("1826:06:01 08:00:00", "1826-06-01T08:00:00"),
        ("2016:12:31 23:59:60", "2016-12-31T23:59:59"),
        ("0000:00:00 00:00:00", None),
        ("    :  :     :  :  ", None),
        ("2023:02:30 10:00:00", None),
        ("2023:08:12 25:03:22", None),
        ("1825:01:01 00:00:00", None),
        (f"{datetime.now().year + 2}:01:01 00:00:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(text: str, wanted: str | None) -> None:
    assert read(exif={0x9003: text}).captured_at == wanted


def test_order_of_dates() -> None:
    changed = {0x0132: "2022:03:03 03:03:03"}
    digitized = {0x9004: "2021:02:02 02:02:02"}
    packet = {"xmp": xmp('photoshop:DateCreated="1999-05-05T05:05:05"/>')}
    both = {0x9003: "2020:01:01 01:01:01", **digitized}
    assert read(changed, both, **packet).captured_at == "2020-01-01T01:01:01"
    assert read(changed, digitized, **packet).captured_at == "2021-02-02T02:02:02"
    assert read(changed, **packet).captured_at == "1999-05-05T05:05:05"
    assert read(changed).captured_at == "2022-03-03T03:03:03"
    broken = {0x9003: "0000:00:00 00:00:00", **digitized}
    assert read(changed, broken).captured_at == "2021-02-02T02:02:02"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("+02:00", 120), ("-09:30", -570), ("+0545", 345), ("+14:00", 840), ("+15:00", None),
     ("Z", None), ("   :  ", None), ("+02:75", None)],
)  # fmt: skip
def test_offsets(text: str, wanted: int | None) -> None:
    assert read(exif={0x9003: "2023:08:12 14:03:22", 0x9011: text}).captured_offset == wanted


def test_the_offset_of_the_change_counts_where_both_clocks_agree() -> None:
    when = "2023:08:12 14:03:22"
    assert read({0x0132: when}, {0x9003: when, 0x9010: "+02:00"}).captured_offset == 120
    later = {0x0132: "2023:09:01 00:00:00"}
    assert read(later, {0x9003: when, 0x9010: "+02:00"}).captured_offset is None


@pytest.mark.parametrize(
    ("local", "wanted"),
    [("2023:08:12 14:03:22", 120), ("2023:08:12 17:48:22", 345), ("2023:08:11 23:59:10", -725 + 5),
     ("2023:08:12 14:10:22", None), ("2023:08:20 14:03:22", None)],
)  # fmt: skip
def test_the_time_of_the_satellites_tells_the_offset(local: str, wanted: int | None) -> None:
    gps = {29: "2023:08:12", 7: (12.0, 3.0, 20.0)}
    found = read(exif={0x9003: local}, gps=gps)
    assert found.captured_offset == wanted
    assert found.captured_at == local.replace(":", "-", 2).replace(" ", "T")


def test_only_the_satellites_told_the_time() -> None:
    found = read(gps={29: "2023:08:12", 7: (12.0, 3.0, 20.5)})
    assert (found.captured_at, found.captured_offset) == ("2023-08-12T12:03:20", 0)


@pytest.mark.parametrize(
    ("gps", "wanted"),
    [
        ({1: "S", 2: (33.0, 51.5, 0.0), 3: "E", 4: (151.0, 12.0, 36.0)}, (-33.8583333, 151.21)),
        ({1: "N", 2: (45.5,), 3: "E", 4: (7.25,)}, (45.5, 7.25)),
        ({1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)}, None),
        ({1: "", 2: (0.0, 0.0, 0.0), 3: "", 4: (0.0, 0.0, 0.0)}, None),
        ({2: (45.0, 0.0, 0.0), 4: (7.0, 0.0, 0.0)}, None),
        ({1: "N", 2: (91.0, 0.0, 0.0), 3: "E", 4: (7.0, 0.0, 0.0)}, None),
        ({1: "N", 2: (45.0, 0.0, 0.0), 3: "E", 4: (181.0, 0.0, 0.0)}, None),
        ({1: "N", 2: (45.0, 0.0, 0.0)}, None),
        ({1: "N", 2: (IFDRational(0, 0),) * 3, 3: "E", 4: (7.0, 0.0, 0.0)}, None),
        ({1: "N", 2: (45.0, 30.0, IFDRational(0, 0)), 3: "E", 4: (7.25, 0.0, 0.0)}, (45.5, 7.25)),
    ],
)
def test_places(gps: dict[int, Any], wanted: tuple[float, float] | None) -> None:
    found = read(gps=gps)
    assert (found.latitude, found.longitude) == (wanted or (None, None))


@pytest.mark.parametrize(
    ("properties", "at", "offset"),
    [
        ('xmp:CreateDate="2010-08-14T12:00:00+02:00"/>', "2010-08-14T12:00:00", 120),
        ('exif:DateTimeOriginal="2010-08-14T12:00:00Z"/>', "2010-08-14T12:00:00", 0),
        ('><photoshop:DateCreated>1975-07-01</photoshop:DateCreated></rdf:Description>',
         "1975-07-01T00:00:00", None),
        ('photoshop:DateCreated="1975"/>', None, None),
    ],
)  # fmt: skip
def test_xmp_dates(properties: str, at: str | None, offset: int | None) -> None:
    found = read(xmp=xmp(properties))
    assert (found.captured_at, found.captured_offset) == (at, offset)


def test_xmp_place_and_lens() -> None:
    packet = xmp('exif:GPSLatitude="37,47.12S" exif:GPSLongitude="122,30,36E" aux:Lens="A 50mm"/>')
    found = read(xmp=packet)
    assert (found.latitude, found.longitude) == (pytest.approx(-37.785333), pytest.approx(122.51))
    assert found.lens == "A 50mm"


ENTITIES = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "%s">]><a>%s</a>' % (
    b"&b;" * 5000,
    b"&c;" * 5000,
)


@pytest.mark.parametrize(
    "packet",
    [b"", b"<", b"\0\0", b"<a>" * 5000, b'<?xml version="1.0" encoding="no"?><a/>', ENTITIES],
    ids=["empty", "open", "zeros", "deep", "encoding", "entities"],
)
def test_broken_xmp_says_nothing(packet: bytes) -> None:
    assert read_xmp(packet) == NO_XMP


@pytest.mark.parametrize(
    ("make", "model", "wanted"),
    [
        ("NIKON CORPORATION", "NIKON D90", "Nikon D90"),
        ("NIKON", "COOLPIX P6000", "Nikon COOLPIX P6000"),
        ("Canon", "Canon EOS 6D", "Canon EOS 6D"),
        ("Canon", "EOS R5", "Canon EOS R5"),
        ("SONY", "ILCE-7SM3", "Sony ILCE-7SM3"),
        ("OLYMPUS IMAGING CORP.  ", "E-M5", "Olympus E-M5"),
        ("EASTMAN KODAK COMPANY", "KODAK CX7530", "Kodak CX7530"),
        ("Hewlett-Packard", "hp PhotoSmart 43x", "HP PhotoSmart 43x"),
        ("RICOH IMAGING COMPANY, LTD.", "PENTAX K-1", "Pentax K-1"),
        ("LEICA CAMERA AG", "LEICA Q2", "Leica Q2"),
        ("SAMSUNG TECHWIN CO., LTD.", "NV10", "Samsung NV10"),
        ("samsung", "SM-G930F", "Samsung SM-G930F"),
        ("HTC", "One", "HTC One"),
        ("Apple", None, "Apple"),
        (None, "X100", "X100"),
        (None, None, None),
        ("", "  ", None),
    ],
)
def test_camera_names(make: str | None, model: str | None, wanted: str | None) -> None:
    assert camera_name(make, model) == wanted


@pytest.mark.parametrize(
    ("make", "model", "wanted"),
    [
        ("NIKON", "NIKKOR Z 50mm", "Nikon NIKKOR Z 50mm"),
        ("Apple", "Apple back camera", "Apple back camera"),
        (None, "----", None),
        (None, "0.0 mm f/0.0", None),
        ("Canon", None, None),
    ],
)
def test_lens_names(make: str | None, model: str | None, wanted: str | None) -> None:
    assert lens_name(make, model) == wanted


def test_nonsense_numbers_are_none() -> None:
    found = read(exif={0x829A: IFDRational(1, 0), 0x829D: IFDRational(0, 1), 0x8827: 0, 0x920A: -1})
    assert found == Metadata()


def test_canon_cr3_keeps_three_structures() -> None:
    def box(name: bytes, tag: int, text: bytes) -> bytes:
        content = b"II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, tag, 2, len(text), 26)
        content += b"\0" * 4 + text
        return struct.pack(">I", len(content) + 8) + name + content

    data = b"\0\0\0\x18ftypcrx " + b"\0" * 12
    data += box(b"CMT1", 0x0110, b"Canon EOS R5\0") + box(b"CMT2", 0x9003, b"2023:08:12 14:03:22\0")
    found = read_metadata(Decoded(Image.new("RGB", (1, 1)), 1, 1, "RAW", exif_of_cr3(data)))
    assert (found.camera, found.captured_at) == ("Canon EOS R5", "2023-08-12T14:03:22")


def test_garbage_never_raises() -> None:
    block = Image.Exif()
    block.update({0x010F: "Maker", 0x0110: "Model", 0x0132: "2020:01:01 00:00:00"})
    block.get_ifd(EXIF).update({0x9003: "2020:01:01 00:00:00", 0x829A: IFDRational(1, 60)})
    block.get_ifd(GPS).update({1: "N", 2: (1.0, 2.0, 3.0), 3: "E", 4: (4.0, 5.0, 6.0)})
    data = block.tobytes()
    chance = random.Random(7)
    for _ in range(3000):
        broken = bytearray(data)
        for _ in range(chance.choice((1, 4, 20))):
            broken[chance.randrange(len(broken))] = chance.choice((0, 1, 0x7F, 0xFF, 42))
        exif = read_exif(bytes(broken[: chance.randrange(len(broken))]))
        found = read_metadata(Decoded(Image.new("RGB", (1, 1)), 1, 1, "JPEG", exif))
        assert found.latitude is None or abs(found.latitude) <= 90


@pytest.mark.skipif(not DATA.is_dir(), reason="no shared photos (PHOTOCLIP_TEST_DATA)")
def test_real_photos() -> None:
    def of(name: str) -> Metadata:
        return read_metadata(decode((DATA / name).read_bytes(), 64))

    phone = of("camera/Apple/iPhone XR/IMG_3578.HEIC")
    assert (phone.captured_at, phone.captured_offset) == ("2020-04-17T10:03:40", -360)
    assert phone.camera == "Apple iPhone XR"
    place = of("formats/ianare_exif_samples/jpg/gps/DSCN0010.jpg")
    assert place.latitude == pytest.approx(43.467448, abs=1e-5)
    assert place.longitude == pytest.approx(11.885127, abs=1e-5)
    raw = of("formats/photoprism_examples/canon_eos_6d.dng")
    assert (raw.captured_at, raw.camera) == ("2019-06-06T07:29:51", "Canon EOS 6D")
    assert raw.lens == "EF24-105mm f/4L IS USM"
