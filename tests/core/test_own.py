"""Keywords, ratings and captions that other programs left in photos and beside them."""

import io
import random
from typing import Any

import pytest
from PIL import Image

from photoclip.core.exif import NO_EXIF, read_exif
from photoclip.core.imaging import Decoded, decode
from photoclip.core.iptc import Iptc, read_iptc
from photoclip.core.own import Own, read_own
from photoclip.core.rdf import LONGEST

HEAD = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    'xmlns:lr="http://ns.adobe.com/lightroom/1.0/" '
    'xmlns:digiKam="http://www.digikam.org/ns/1.0/" '
)
TAIL = "</rdf:Description></rdf:RDF></x:xmpmeta>"


def items(name: str, *values: str, array: str = "Bag") -> str:
    inside = "".join(f"<rdf:li>{value}</rdf:li>" for value in values)
    return f"<{name}><rdf:{array}>{inside}</rdf:{array}></{name}>"


def packet(inside: str = "", rating: str = "", caption: str = "") -> bytes:
    if caption:
        inside += items("dc:description", caption, array="Alt")
    attribute = f'xmp:Rating="{rating}"' if rating else ""
    return f"{HEAD}{attribute}>{inside}{TAIL}".encode()


def dataset(record: int, number: int, value: bytes) -> bytes:
    return bytes((0x1C, record, number)) + len(value).to_bytes(2, "big") + value


def iptc(*keywords: bytes, caption: bytes = b"", utf8: bool = False) -> bytes:
    block = dataset(1, 90, b"\x1b%G") if utf8 else b""
    block += dataset(2, 0, b"\0\4") + b"".join(dataset(2, 25, word) for word in keywords)
    return block + (dataset(2, 120, caption) if caption else b"")


def resource(number: int, content: bytes, name: bytes = b"") -> bytes:
    pascal = bytes([len(name)]) + name
    padded = content + b"\0" * (len(content) % 2)
    size = len(content).to_bytes(4, "big")
    return b"8BIM" + number.to_bytes(2, "big") + pascal + b"\0" * (len(pascal) % 2) + size + padded


def photo(
    kind: str = "JPEG",
    xmp: bytes | None = None,
    exif: dict[int, Any] | None = None,
    iim: bytes = b"",
) -> bytes:
    block = Image.Exif()
    block.update(exif or {})
    options: dict[str, Any] = {"exif": block} if exif else {}
    if kind == "PNG" and xmp is not None:
        from PIL.PngImagePlugin import PngInfo

        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp.decode())
    elif kind == "TIFF":
        options["tiffinfo"] = ({0x02BC: xmp} if xmp else {}) | ({0x83BB: iim} if iim else {})
    elif xmp is not None:
        options["xmp"] = xmp
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, kind, **options)
    data = stream.getvalue()
    if kind == "JPEG" and iim:
        content = b"Photoshop 3.0\0" + resource(1005, b"odd", b"name") + resource(0x0404, iim)
        segment = b"\xff\xed" + (len(content) + 2).to_bytes(2, "big") + content
        data = data[:2] + segment + data[2:]
    return data


def read(*args: Any, sidecars: tuple[bytes, ...] = (), **options: Any) -> Own:
    data = photo(*args, **options)
    return read_own(data, decode(data, 8), sidecars)


EVERYTHING = packet(
    items("dc:subject", "Dog", "beach") + items("lr:hierarchicalSubject", "Animals|Dog", "beach"),
    "4",
    "Minka at the sea",
)
WANTED = Own((("Animals", "Dog"), ("beach",)), 4, "Minka at the sea")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_xmp_inside(kind: str) -> None:
    assert read(kind, EVERYTHING) == WANTED


def test_xmp_of_files_whose_decoders_do_not_give_it() -> None:
    def of(data: bytes, kind: str) -> Own:
        return read_own(data, Decoded(Image.new("RGB", (1, 1)), 1, 1, kind))

    uuid = b"uuid" + bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
    box = (len(EVERYTHING) + 24).to_bytes(4, "big") + uuid + EVERYTHING + b"\0\0\0\x08free"
    assert of(b"\0\0\0\x18ftypcrx " + b"\0" * 12 + box, "RAW") == WANTED
    assert of(b"\0\0\0\x0cjP  \r\n\x87\n" + box, "JPEG2000") == WANTED
    assert of(b"GIF89a...!\xff\x0bXMP DataXMP" + EVERYTHING + b"\1\xff\xfe\0;", "GIF") == WANTED
    raf = b"FUJIFILMCCD-RAW".ljust(84, b"\0") + (100).to_bytes(4, "big")
    assert of(raf.ljust(100, b"\0") + photo(xmp=EVERYTHING), "RAW") == WANTED
    dng = photo("TIFF", EVERYTHING, iim=iptc(b"harbour"))
    decoded = Decoded(Image.new("RGB", (1, 1)), 1, 1, "RAW", read_exif(dng))
    assert read_own(dng, decoded) == Own((*WANTED.tags, ("harbour",)), 4, WANTED.caption)


def test_nothing_said() -> None:
    assert read() == Own()
    assert read(xmp=packet()) == Own()


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_iptc_inside(kind: str) -> None:
    said = iptc("Größe".encode(), "猫".encode(), caption=b"a\rb", utf8=True)
    assert read(kind, iim=said) == Own((("Größe",), ("猫",)), 0, "a\nb")


def test_iptc_encodings() -> None:
    assert read_iptc(iptc("Müller – Söhne".encode("cp1252"))).keywords == ("Müller – Söhne",)
    assert read_iptc(iptc("Müller".encode())).keywords == ("Müller",)
    assert read_iptc(iptc("Müll".encode()[:2], utf8=True)).keywords == ("M",)


def test_a_keyword_that_iptc_has_no_room_for_is_the_one_in_xmp() -> None:
    long = "a keyword that is a good deal longer than the sixty-four bytes of IPTC"
    said = read(xmp=packet(items("dc:subject", long)), iim=iptc(long[:64].encode(), b"short"))
    assert said.tags == ((long,), ("short",))
    assert read(iim=iptc(long[:64].encode())).tags == ((long[:64],),)


def test_windows_tags() -> None:
    said = read(
        exif={
            0x4746: 5,
            0x9C9E: "Hund;海边\0".encode("utf-16-le"),
            0x9C9C: "A comment\0".encode("utf-16-le"),
        }
    )
    assert said == Own((("Hund",), ("海边",)), 5, "A comment")
    assert read(exif={0x010E: "A description", 0x4746: 0}) == Own(caption="A description")


def test_which_counts_first() -> None:
    exif = {0x4746: 1, 0x010E: "exif"}
    iim = iptc(b"iptc", caption=b"iptc")
    inside = packet(items("dc:subject", "xmp"), "2", "xmp")
    beside = packet(items("dc:subject", "sidecar"), "3", "sidecar")
    assert read(exif=exif) == Own((), 1, "exif")
    assert read(exif=exif, iim=iim) == Own((("iptc",),), 1, "iptc")
    assert read(exif=exif, iim=iim, xmp=inside) == Own((("xmp",), ("iptc",)), 2, "xmp")
    both = read(exif=exif, iim=iim, xmp=inside, sidecars=(beside, packet("", "4", "second")))
    assert both == Own((("sidecar",), ("xmp",), ("iptc",)), 3, "sidecar")
    assert read(xmp=inside, sidecars=(packet(),)).rating == 2
    assert read(xmp=inside, sidecars=(packet("", "0"),)).rating == 0


def of_packet(inside: str = "", **options: str) -> Own:
    nothing = Decoded(Image.new("RGB", (1, 1)), 1, 1, "PNG")
    return read_own(b"", nothing, (packet(inside, **options),))


@pytest.mark.parametrize(
    ("inside", "tags"),
    [
        # Lightroom lists all of a path as keywords, digiKam the last, some the path itself.
        (("Animals", "Dog"), [("Animals", "Dog")]),
        (("Dog",), [("Animals", "Dog")]),
        (("Animals|Dog",), [("Animals", "Dog")]),
        (("Cat", "Dog"), [("Animals", "Dog"), ("Cat",)]),
    ],
)
def test_keywords_that_are_part_of_a_path_are_none_of_their_own(
    inside: tuple[str, ...], tags: list[tuple[str, ...]]
) -> None:
    text = items("dc:subject", *inside) + items("lr:hierarchicalSubject", "Animals|Dog")
    assert list(of_packet(text).tags) == tags


def test_digikams_paths() -> None:
    tags = items("digiKam:TagsList", "Animals/Dog", "Bands/AC\\DC", "C\\D", array="Seq")
    assert of_packet(tags).tags == (("Animals", "Dog"), ("Bands", "AC/DC"), ("C/D",))
    named = items("dc:subject", "C\\D") + items("lr:hierarchicalSubject", "Animals|Dog")
    assert set(of_packet(tags + named).tags) == {
        ("Animals", "Dog"),
        ("Bands", "AC/DC"),
        ("C\\D",),
    }


@pytest.mark.parametrize(
    ("text", "rating"),
    [("1", 1), ("5", 5), ("3.0", 3), ("-1", -1), (" 2 ", 2), ("0", 0)]
    + [(text, 0) for text in ("", "6", "-2", "nan", "inf", "1e999", "many", "99999999999")],
)
def test_ratings(text: str, rating: int) -> None:
    assert of_packet(rating=text).rating == rating
    assert of_packet(f"<xmp:Rating>{text}</xmp:Rating>").rating == rating


@pytest.mark.parametrize(
    "text",
    [
        "OLYMPUS DIGITAL CAMERA", "SONY DSC", "EPSON DSC picture", " DIGITAL CAMERA ",
        "KODAK DIGITAL STILL CAMERA", "KONICA MINOLTA DIGITAL CAMERA", "SAMSUNG CAMERA PICTURES",
        "&lt;Digimax S500&gt;", "Exif_JPEG_PICTURE", "oznor", "cof_soft", "binary comment",
        "DSC00004", "IM000957.JPG", "IMG_1234", "                ",
    ],
)  # fmt: skip
def test_what_cameras_write_is_no_caption(text: str) -> None:
    assert of_packet(caption=text).caption == ""
    assert read(exif={0x010E: text.replace("&lt;", "<").replace("&gt;", ">")}).caption == ""


@pytest.mark.parametrize(
    "text",
    [
        "My first digital camera", "monkey", "coffee", "Sony DSC at the museum", "north",
        "EURO2024", "IMG", "Mongol Els", "海边的 Minka", "Two\nlines",
    ],
)  # fmt: skip
def test_what_people_write_is(text: str) -> None:
    assert of_packet(caption=text).caption == text


def test_captions_in_several_languages() -> None:
    both = (
        '<dc:description><rdf:Alt><rdf:li xml:lang="de">Hund</rdf:li>'
        '<rdf:li xml:lang="x-default">Dog</rdf:li></rdf:Alt></dc:description>'
    )
    assert of_packet(both).caption == "Dog"
    assert of_packet("<dc:description>Dog</dc:description>").caption == "Dog"


def test_qualified_values_and_comments() -> None:
    odd = (
        "<dc:subject><rdf:Bag><rdf:li>be<!-- ? -->ach</rdf:li><rdf:li><rdf:Description>"
        "<rdf:value>Dog</rdf:value></rdf:Description></rdf:li></rdf:Bag></dc:subject>"
    )
    assert of_packet(odd).tags == (("beach",), ("Dog",))


def beside(sidecar: bytes) -> Own:
    return read_own(b"", Decoded(Image.new("RGB", (1, 1)), 1, 1, "PNG"), (sidecar,))


def test_what_is_left_of_broken_sidecars() -> None:
    assert beside(EVERYTHING[: EVERYTHING.index(b"<dc:description")]).tags == WANTED.tags
    assert beside(EVERYTHING.replace(b"beach", b"be\0ach")) == WANTED
    latin = EVERYTHING.replace(b"sea", "Größe".encode("latin-1"))
    assert beside(latin).tags == WANTED.tags
    assert beside(EVERYTHING.decode().encode("utf-16")) == WANTED
    assert beside(b"\xef\xbb\xbf" + EVERYTHING) == WANTED
    assert beside(b'<?xml version="1.0" encoding="nonsense"?>' + EVERYTHING).rating == 4


BOMB = b"<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'>" + b"".join(
    b"<!ENTITY %c '%s'>" % (i + 1, b"&%c;" % i * 20) for i in range(ord("a"), ord("g"))
)


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\0" * 100,
        b"<",
        BOMB + b"]>" + packet(items("dc:subject", "&g;"), "&g;"),
        b"<!DOCTYPE r [<!ENTITY e SYSTEM 'file:///etc/hosts'>]>" + packet(caption="&e;"),
        packet("<dc:subject>" * 5000 + "</dc:subject>" * 5000),
        packet(items("dc:subject", "x" * 100_000)),
        packet() + b" " * LONGEST,
        packet().replace(b"rdf:RDF", b"rdf:Rdf"),
    ],
    ids=["empty", "zeros", "open", "bomb", "fetch", "deep", "name", "long", "foreign"],
)
def test_hostile_sidecars_say_nothing(hostile: bytes) -> None:
    assert beside(hostile) == Own()


def test_no_more_tags_than_a_person_gives() -> None:
    many = beside(packet(items("dc:subject", *(str(i) for i in range(20_000)))))
    assert len(many.tags) == 1000


def test_damage_of_any_kind_raises_nothing() -> None:
    dice = random.Random(3)
    whole = photo(xmp=EVERYTHING, iim=iptc(b"word", caption=b"text"), exif={0x010E: "text"})
    decoded = decode(whole, 8)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 30)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        cut = bytes(data[: dice.randrange(len(data))])
        sidecar = bytearray(EVERYTHING)
        for _ in range(dice.randint(1, 10)):
            sidecar[dice.randrange(len(sidecar))] = dice.randrange(256)
        read_own(cut, decoded, (bytes(sidecar),))
        read_iptc(bytes(dice.choices(iptc(b"word"), k=40)))
    assert read_iptc(b"\x1c\x02\x19\x80\x04") == Iptc()
    assert read_own(b"", Decoded(decoded.image, 1, 1, "RAW", NO_EXIF)) == Own()
