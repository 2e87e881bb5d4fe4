"""What a person said of a photo in other programs: keywords, rating and caption.

They stand in XMP sidecars, in XMP and IPTC inside the file, and in the tags that Windows writes
into EXIF. Sources: XMP Specification part 1; Metadata Working Group, Guidelines 2.0; digiKam's
dmetadata_tags.cpp for how its paths are written.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from photoclip.core.exif import Directory
from photoclip.core.imaging import Decoded
from photoclip.core.iptc import iptc_of_jpeg, iptc_of_tiff, read_iptc
from photoclip.core.jpeg import segments
from photoclip.core.rdf import LONGEST, NotXmp, default_text, name, parse, values

if TYPE_CHECKING:
    from lxml.etree import _ElementTree

SUBJECT: Final = name("dc:subject")
CAPTION: Final = name("dc:description")
RATING: Final = name("xmp:Rating")
HIERARCHICAL: Final = name("lr:hierarchicalSubject")
TAGS_LIST: Final = name("digiKam:TagsList")

# Tags of EXIF; those with an X are of Windows, in UTF-16.
_IMAGE_DESCRIPTION, _XMP_IN_TIFF, _RATING = 0x010E, 0x02BC, 0x4746
_XP_COMMENT, _XP_KEYWORDS = 0x9C9C, 0x9C9E

_XMP_SEGMENT, _XMP_HEAD = 0xE1, b"http://ns.adobe.com/xap/1.0/\0"
_XMP_BOX: Final = b"uuid" + bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_XMP_IN_GIF: Final = b"!\xff\x0bXMP DataXMP"

# A catalogue's photos have some dozen keywords; more than this is no person's work.
_MOST_TAGS: Final = 1000
_LONGEST_NAME: Final = 256
_DEEPEST: Final = 32

# Raise it when more is read from files: those read before are then read again.
VERSION: Final = 1

_NOT_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")

# What cameras, phones and programs write where a person's caption would stand.
_NO_CAPTION: Final = re.compile(
    r"""(?x)
    (?:[A-Z]+\s){0,2}DIGITAL\s(?:STILL\s?)?CAMERA | Digital\sStill\s?Camera
    | SONY\sDSC | (?:EPSON|MINOLTA|Minolta)\sDSC(?:\s[Pp]icture)? | DCIM | DSC
    | SAMSUNG(?:\sCAMERA\sPICTURES)? | <Digimax.*> | KODAK\s.*CAMERA
    | (?i:exif[_ ]jpeg(?:[_ ]picture)?) | JPEG | DEFAULT | default | Picasa | binary\scomment
    | (?i:created\s(?:with|by)\s(?:the\s)?(?:gimp|imlib)) | charset=\w+
    # Huawei's and Honor's names for how a picture was processed
    | (?:oznor|oznorWO|cof|qrf|rhdr|hdr|hdrpl|sdr|nor|mon|mde|dav|edf|btf|btfmdn|btfhdr|btr|fbt
      |fbthdr|rbt|nrbt|rpt|ptr|frem|fshbty|frontbhdp|burst)(?:_\w+)?
    # the file's own name
    | (?:DSC[NF_]?|_?IMG_?|_MG_|IM|PICT|HPIM|DCP_?|CIMG|EPSN|MVC|SAM_|P)\d{4,8}(?:\.\w{2,4})?
    """
)


# Each is a path from the root of its hierarchy to the tag itself, ("Animals", "Dog"); a keyword
# without a hierarchy is a path of one.
Tags = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Own:
    """A person's tags, rating and caption of one photo.

    `rating` is 1 to 5 stars, 0 none, -1 rejected.
    """

    tags: Tags = ()
    rating: int = 0
    caption: str = ""


NOTHING: Final = Own()


@dataclass(frozen=True)
class Said:
    """What one source says, as it says it. None where it does not speak of a thing.

    `paths` have their separator still in them: "|" in `hierarchical`, "/" in `tags_list`.
    """

    keywords: tuple[str, ...] = ()
    hierarchical: tuple[str, ...] = ()
    tags_list: tuple[str, ...] = ()
    rating: int | None = None
    caption: str | None = None


def read_own(data: bytes, decoded: Decoded, sidecars: Sequence[bytes] = ()) -> Own:
    """What the bytes of a photo's file and of its sidecars say. Never raises.

    Keywords are united. For rating and caption the first counts that speaks of it: the sidecars in
    their order, then XMP in the file, IPTC and EXIF.
    """
    packets = (*sidecars, decoded.xmp or _xmp_of(data, decoded))
    sources = [_said_in_packet(packet) for packet in packets]
    block = iptc_of_jpeg(data) if decoded.format == "JPEG" else iptc_of_tiff(decoded.exif.main)
    sources.append(_said_in_iptc(block, {word for said in sources for word in said.keywords}))
    sources.append(_said_in_exif(decoded.exif.main))
    return _united(sources)


def read_both(data: bytes, decoded: Decoded, sidecars: Sequence[bytes]) -> tuple[Own, Tags]:
    """`read_own`, and the tags that stand in the file alone."""
    own = read_own(data, decoded, sidecars)
    return own, read_own(data, decoded).tags if sidecars else own.tags


def own_in(packets: Sequence[bytes]) -> Own:
    """What sidecars alone say; as `read_own`."""
    return _united([_said_in_packet(packet) for packet in packets])


def said_in(tree: "_ElementTree") -> Said:
    """What an XMP packet says."""
    return Said(
        tuple(values(tree, SUBJECT)),
        tuple(values(tree, HIERARCHICAL)),
        tuple(values(tree, TAGS_LIST)),
        _rating(next(iter(values(tree, RATING)), "")),
        caption_text(default_text(tree, CAPTION)) or None,
    )


def tag_name(text: str) -> str:
    """A tag's name as XML can hold it, on one line. Emoji and marks of direction stay."""
    return _NOT_XML.sub("", _CONTROL.sub(" ", text)).strip()


def caption_text(text: str) -> str:
    """A caption as XML can hold it, its lines ended as everywhere else."""
    return _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def lightroom_path(tag: Sequence[str]) -> str | None:
    """The tag for lr:hierarchicalSubject, "Animals|Dog".

    None where a name holds the separator itself: no program has an escape for it. Such a tag is
    whole in the other two properties.
    """
    return None if any("|" in part for part in tag) else "|".join(tag)


def digikam_path(tag: Sequence[str]) -> str:
    """The tag for digiKam:TagsList, "Animals/Dog".

    A slash in a name becomes a backslash, as digiKam does with names that come from Lightroom.
    """
    return "/".join(part.replace("/", "\\") for part in tag)


def _united(sources: Sequence[Said]) -> Own:
    keywords = [tag_name(word) for said in sources for word in said.keywords]
    joined = {path for said in sources for path in said.hierarchical}
    # Names as they are, which tell what a backslash in digiKam's paths stands for.
    known = set(keywords).union(*(_path(path, "|") for path in joined))
    paths: list[tuple[str, ...]] = []
    for said in sources:
        for path in said.tags_list:
            parts = _path(path, "/")
            paths.append(tuple(p if p in known else p.replace("\\", "/") for p in parts))
        paths += [_path(path, "|") for path in said.hierarchical]
    # Of a path's parts some programs list the last as a keyword, some all, some the whole.
    covered = joined.union(*paths)
    tags = dict.fromkeys([*paths, *((word,) for word in keywords if word not in covered)])
    return Own(
        tuple(tag for tag in tags if _is_sensible(tag))[:_MOST_TAGS],
        next((said.rating for said in sources if said.rating is not None), 0),
        next((said.caption for said in sources if _is_caption(said.caption)), None) or "",
    )


def _is_sensible(tag: tuple[str, ...]) -> bool:
    return 0 < len(tag) <= _DEEPEST and all(0 < len(part) <= _LONGEST_NAME for part in tag)


def _path(text: str, separator: str) -> tuple[str, ...]:
    if len(text) > _DEEPEST * (_LONGEST_NAME + 1):
        return ()
    return tuple(part for part in map(tag_name, text.split(separator)) if part)


def _is_caption(text: str | None) -> bool:
    return bool(text) and not _NO_CAPTION.fullmatch(text or "")


def _rating(text: str) -> int | None:
    """A rating of XMP; some write "3.0". None where it is none of -1 to 5."""
    try:
        rating = float(text)
    except ValueError:
        return None
    return int(rating) if -1 <= rating <= 5 else None


def _said_in_packet(packet: bytes | None) -> Said:
    try:
        return said_in(parse(packet, forgiving=True)) if packet else Said()
    except NotXmp:
        return Said()


def _said_in_iptc(block: bytes, in_xmp: set[str]) -> Said:
    iptc = read_iptc(block)
    # The same keyword stands whole in XMP.
    cut = {word for word in iptc.cut if any(whole.startswith(word) for whole in in_xmp)}
    keywords = tuple(word for word in iptc.keywords if word not in cut)
    return Said(keywords, caption=caption_text(iptc.caption) or None)


def _said_in_exif(main: Directory) -> Said:
    rating = main.number(_RATING)
    description = (main.raw(_IMAGE_DESCRIPTION) or b"").split(b"\0", 1)[0]
    try:
        caption = description.decode("utf-8")
    except UnicodeDecodeError:
        caption = description.decode("cp1252", "ignore")
    if not _is_caption(caption_text(caption)):
        caption = _windows_text(main, _XP_COMMENT)
    return Said(
        tuple(_windows_text(main, _XP_KEYWORDS).split(";")),
        rating=int(rating) if rating is not None and 1 <= rating <= 5 else None,
        caption=caption_text(caption) or None,
    )


def _windows_text(main: Directory, tag: int) -> str:
    return (main.raw(tag) or b"").decode("utf-16-le", "ignore").split("\0", 1)[0]


def _xmp_of(data: bytes, decoded: Decoded) -> bytes | None:
    """The packet in files whose decoders do not give it."""
    if decoded.format == "GIF":
        # What follows the packet, GIF's own, is past the end of the XML.
        at = data.find(_XMP_IN_GIF)
        return data[at + len(_XMP_IN_GIF) : at + LONGEST] if at >= 0 else None
    if decoded.format == "JPEG2000":
        return _xmp_of_box(data, len(data))
    if decoded.format != "RAW":
        return None
    if data.startswith(b"FUJIFILM"):
        # The header keeps where the full JPEG starts.
        return _xmp_of_jpeg(data[int.from_bytes(data[84:88], "big") :])
    if data[4:12] == b"ftypcrx ":
        return _xmp_of_box(data, 1 << 20)  # near the start; see `exif_of_cr3`
    return decoded.exif.main.raw(_XMP_IN_TIFF)


def _xmp_of_box(data: bytes, within: int) -> bytes | None:
    """Of JPEG 2000 and Canon's CR3, which have it in a box of its own (XMP part 3, 1.1.5)."""
    at = data.find(_XMP_BOX, 0, within)
    length = int.from_bytes(data[at - 4 : at], "big") if at >= 4 else 0
    return data[at + len(_XMP_BOX) : at - 4 + length] if length > len(_XMP_BOX) else None


def _xmp_of_jpeg(data: bytes) -> bytes | None:
    for marker, start, end in segments(data):
        if marker == _XMP_SEGMENT and data.startswith(_XMP_HEAD, start):
            return data[start + len(_XMP_HEAD) : end]
    return None
