"""Writing tags, ratings and captions into sidecars: nothing of anybody else's is lost."""

import json
import os
import random
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import canonicalize

import pytest
from lxml import etree
from PIL import Image

from photoclip.core import sidecars
from photoclip.core.imaging import Decoded
from photoclip.core.own import Own, read_own
from photoclip.core.rdf import LONGEST
from photoclip.core.sidecars import find_sidecars, read_sidecars, write_sidecar
from photoclip.errors import PhotoClipError

OWN = Own((("Animals", "Dog"), ("beach",)), 4, "Minka at the sea")

# Of everything that a sidecar may hold, as several programs would have written it.
THEIRS = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<!-- kept by hand -->
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xap="http://ns.adobe.com/xap/1.0/"
    xmlns:darktable="http://darktable.sf.net/"
    xmlns:mine="https://example.org/mine/"
   xap:Rating="2"
   darktable:history_end="2"
   mine:note="&lt;kept&gt; &#10;as &quot;it&quot; is">
   <darktable:history>
    <rdf:Seq>
     <rdf:li
      darktable:operation="exposure"
      darktable:params="gz08eJxjYGBgYAFiCQ"/>
     <rdf:li darktable:operation="sharpen"/>
    </rdf:Seq>
   </darktable:history>
   <!-- a comment -->
   <mine:plain><![CDATA[<not markup>]]></mine:plain>
   <mine:structure rdf:parseType="Resource"><mine:part>1</mine:part></mine:structure>
  </rdf:Description>
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
    xmlns:digiKam="http://www.digikam.org/ns/1.0/">
   <dc:subject>
    <rdf:Bag>
     <rdf:li>Folk</rdf:li>
     <rdf:li>dance</rdf:li>
    </rdf:Bag>
   </dc:subject>
   <lr:hierarchicalSubject>
    <rdf:Bag>
     <rdf:li>Music|Folk</rdf:li>
    </rdf:Bag>
   </lr:hierarchicalSubject>
   <digiKam:TagsList>
    <rdf:Seq>
     <rdf:li>Music/Folk</rdf:li>
    </rdf:Seq>
   </digiKam:TagsList>
   <dc:description>
    <rdf:Alt>
     <rdf:li xml:lang="x-default">Dancers</rdf:li>
     <rdf:li xml:lang="de-DE">Tänzer</rdf:li>
    </rdf:Alt>
   </dc:description>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""


def block(properties: str, inside: str = "") -> str:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
        f"{properties}>{inside}</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "IMG_1.jpg"
    path.write_bytes(b"a photo")
    return path


@pytest.fixture
def sidecar(photo: Path) -> Path:
    path = Path(f"{photo}.xmp")
    path.write_text(THEIRS, encoding="utf-8")
    return path


def write(photo: Path, own: Own, previous: Own | None = None) -> bool:
    return write_sidecar(str(photo), own, previous).changed


def read(photo: Path) -> Own:
    nothing = Decoded(Image.new("RGB", (1, 1)), 1, 1, "PNG")
    return read_own(b"", nothing, read_sidecars(str(photo)))


def left(photo: Path) -> list[str]:
    return sorted(path.name for path in photo.parent.iterdir())


def test_a_photo_without_a_sidecar_gets_one(photo: Path) -> None:
    written = write_sidecar(str(photo), OWN)
    assert written == sidecars.Written(f"{photo}.xmp", changed=True)
    assert read(photo) == OWN
    assert left(photo) == ["IMG_1.jpg", "IMG_1.jpg.xmp"]
    assert photo.read_bytes() == b"a photo"


def test_a_sidecar_that_was_removed_is_made_again(photo: Path) -> None:
    assert write(photo, OWN, OWN)
    assert read(photo) == OWN


def test_nothing_to_say_makes_no_sidecar(photo: Path) -> None:
    assert not write(photo, Own())
    assert left(photo) == ["IMG_1.jpg"]


ODD_NAMES = [
    "AC/DC", "a|b", "a/b|c", "A\\B", "red, green; blue", "🐶 👩‍👩‍👧", "חוף ים", "\u200fשלום\u200f",
    "東京　塔",
    "<b> & \"q\" 'a'", "]]>", "&amp;", "x" * 200, "é", "e\u0301", "a=b", "#1", "{x}", "50 %",
]  # fmt: skip


@pytest.mark.parametrize("name", ODD_NAMES)
@pytest.mark.parametrize("above", [(), ("Things",)])
def test_any_name_survives(photo: Path, name: str, above: tuple[str, ...]) -> None:
    own = Own(((*above, name), ("plain",)), -1, f"{name}\n\nin two paragraphs")
    write(photo, own)
    assert read(photo) == own
    assert not write(photo, own, own)
    write(photo, Own(), own)
    assert read(photo) == Own()


def test_any_set_of_tags_survives(photo: Path) -> None:
    dice = random.Random(7)
    for _ in range(100):
        names = ["".join(dice.choices("ab/ ,;猫🐶", k=4)).strip() or "x" for _ in range(6)]
        tags = {tuple(dice.choices(names, k=dice.randint(1, 3))) for _ in range(5)}
        own = Own(tuple(tags), dice.randint(-1, 5))
        Path(f"{photo}.xmp").unlink(missing_ok=True)
        write(photo, own)
        found = read(photo)
        assert set(found.tags) == tags
        assert found.rating == own.rating


def test_what_xml_cannot_hold_is_left_out(photo: Path) -> None:
    write(photo, Own((("a\0b\x07", "\ud800"), (" ", "")), 1, "one\r\ntwo\x0b\udcff"))
    assert read(photo) == Own((("a b",),), 1, "one\ntwo")


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="needs exiftool")
def test_exiftool_reads_the_same(photo: Path) -> None:
    own = Own((("Animals", "Dog"), ("AC/DC",), ("猫, 🐶",)), 3, 'Two "lines"\n& <more>')
    write(photo, own)
    command = ["exiftool", "-j", "-G1", "-n", "-api", "charset=utf8", f"{photo}.xmp"]
    said = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)[0]
    assert said["XMP-dc:Subject"] == ["Dog", "AC/DC", "猫, 🐶"]
    assert said["XMP-lr:HierarchicalSubject"] == ["Animals|Dog", "AC/DC", "猫, 🐶"]
    assert said["XMP-digiKam:TagsList"] == ["Animals/Dog", "AC\\DC", "猫, 🐶"]
    assert said["XMP-xmp:Rating"] == 3
    assert said["XMP-dc:Description"] == 'Two "lines"\n& <more>'


@pytest.mark.skipif(shutil.which("exiv2") is None, reason="needs exiv2")
def test_exiv2_reads_the_same_and_what_was_there(photo: Path, sidecar: Path) -> None:
    def properties() -> set[str]:
        command = ["exiv2", "-PXkyv", str(sidecar)]
        return set(subprocess.run(command, capture_output=True, text=True).stdout.splitlines())

    ours = ("Xmp.dc", "Xmp.lr", "Xmp.digiKam", "Xmp.xmp.Rating")
    before = {line for line in properties() if not line.startswith(ours)}
    write(photo, OWN)
    after = {" ".join(line.split()) for line in properties()}
    assert len(before) > 5
    assert {" ".join(line.split()) for line in before} < after
    assert {
        "Xmp.dc.subject XmpBag Folk, dance, Dog, beach",
        "Xmp.lr.hierarchicalSubject XmpBag Music|Folk, Animals|Dog, beach",
        "Xmp.digiKam.TagsList XmpSeq Music/Folk, Animals/Dog, beach",
        "Xmp.xmp.Rating XmpText 4",
    } < after


@pytest.mark.parametrize(
    ("others", "found"),
    [
        (["IMG_1.jpg.xmp"], ["IMG_1.jpg.xmp"]),
        (["IMG_1.jpg.XMP"], ["IMG_1.jpg.XMP"]),
        (["IMG_1.xmp"], ["IMG_1.xmp"]),
        (["IMG_1.XMP"], ["IMG_1.XMP"]),
        (["IMG_1.xmp", "IMG_1.jpg.xmp"], ["IMG_1.jpg.xmp", "IMG_1.xmp"]),
        (["IMG_1.xmp", "IMG_1.CR2"], []),
        (["IMG_1.xmp", "IMG_1.nef", "IMG_1.jpg.xmp"], ["IMG_1.jpg.xmp"]),
        (["IMG_1.xmp", "IMG_1.mov"], ["IMG_1.xmp"]),
        (["IMG_2.xmp", "IMG_1.jpg.xmp.bak"], []),
    ],
)
def test_which_sidecar_is_the_photos(photo: Path, others: list[str], found: list[str]) -> None:
    for name in others:
        (photo.parent / name).write_text(block(""))
    assert [os.path.basename(path) for path in find_sidecars(str(photo))] == found
    written = write_sidecar(str(photo), OWN)
    assert os.path.basename(written.sidecar) == (found or ["IMG_1.jpg.xmp"])[0]
    assert written.changed


def test_the_raw_of_a_pair_has_adobes_sidecar(photo: Path) -> None:
    raw = photo.with_suffix(".CR2")
    raw.write_bytes(b"raw")
    photo.with_suffix(".xmp").write_text(block(""))
    assert write_sidecar(str(raw), OWN).sidecar == str(photo.with_suffix(".xmp"))
    assert read(raw) == OWN
    assert read(photo) == Own()


def test_all_else_stays(photo: Path, sidecar: Path) -> None:
    write(photo, OWN, Own())
    text = sidecar.read_text(encoding="utf-8")
    for kept in (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>', '<?xpacket end="w"?>',
        "<!-- kept by hand -->", "<!-- a comment -->", "<![CDATA[<not markup>]]>",
        'x:xmptk="XMP Core 4.4.0-Exiv2"', 'darktable:operation="sharpen"',
        'mine:note="&lt;kept&gt; &#10;as &quot;it&quot; is"', 'xml:lang="de-DE">Tänzer<',
        'xap:Rating="4"', 'xml:lang="x-default">Minka at the sea<',
    ):  # fmt: skip
        assert kept in text
    assert "<?xml " not in text
    assert read(photo) == Own(
        (("Music", "Folk"), ("Animals", "Dog"), ("beach",), ("dance",)), 4, "Minka at the sea"
    )


def test_taking_our_own_out_again_leaves_what_was_there(photo: Path, sidecar: Path) -> None:
    tags = Own(OWN.tags)
    write(photo, tags)
    write(photo, Own(), tags)
    was, now = (canonicalize(x, with_comments=True) for x in (THEIRS, sidecar.read_text("utf-8")))
    assert now == was


def test_only_what_we_wrote_and_the_person_took_away_goes(photo: Path, sidecar: Path) -> None:
    write(photo, OWN)
    write(photo, Own((("beach",),), 4), OWN)
    assert read(photo) == Own((("Music", "Folk"), ("beach",), ("dance",)), 4, "Tänzer")
    assert "Minka" not in sidecar.read_text("utf-8")


def test_a_tag_that_moves_in_its_hierarchy(photo: Path) -> None:
    write(photo, OWN)
    moved = Own((("Pets", "Dog"), ("beach",)), OWN.rating, OWN.caption)
    write(photo, moved, OWN)
    assert set(read(photo).tags) == set(moved.tags)


def test_a_keyword_in_another_case_is_the_same(photo: Path) -> None:
    Path(f"{photo}.xmp").write_text(
        block("", "<dc:subject><rdf:Bag><rdf:li>BEACH</rdf:li></rdf:Bag></dc:subject>")
    )
    write(photo, Own((("beach",),)))
    root = etree.parse(f"{photo}.xmp")
    subjects = root.find(".//{http://purl.org/dc/elements/1.1/}subject")
    assert subjects is not None
    assert "".join(subjects.itertext()).split() == ["BEACH"]


@pytest.mark.parametrize(
    ("theirs", "base", "mine", "wanted"),
    [
        ("", None, 3, 3),
        ("", 3, 3, 3),
        ("0", 0, 3, 3),
        ("2", 2, 3, 3),
        ("2", None, 3, 3),
        ("2", 3, 3, 2),  # changed elsewhere, not in PhotoClip
        ("2", 1, 3, 3),  # changed in both
        ("2", None, 0, 2),
        ("2", 2, 0, 0),
        ("2", 3, 0, 2),
        ("3.0", 3, 3, 3),
        ("nonsense", None, 3, 3),
        ("-1", -1, 5, 5),
    ],
)
@pytest.mark.parametrize("form", ["attribute", "element"])
def test_ratings(
    photo: Path, theirs: str, base: int | None, mine: int, wanted: int, form: str
) -> None:
    if form == "attribute":
        text = block(f'xmp:Rating="{theirs}"' if theirs else "")
    else:
        text = block("", f"<xmp:Rating>{theirs}</xmp:Rating>" if theirs else "")
    Path(f"{photo}.xmp").write_text(text)
    write(photo, Own(rating=mine), None if base is None else Own(rating=base))
    assert read(photo).rating == wanted
    assert Path(f"{photo}.xmp").read_text().count("xmp:Rating=") <= (form == "attribute")


ALT = '<dc:description><rdf:Alt><rdf:li xml:lang="{}">{}</rdf:li></rdf:Alt></dc:description>'


@pytest.mark.parametrize(
    "text",
    [
        block("", ALT.format("x-default", "theirs")),
        block("", ALT.format("en-US", "theirs")),
        block("", "<dc:description>theirs</dc:description>"),
        block('dc:description="theirs"'),
        block("", "<dc:description><rdf:Bag><rdf:li>theirs</rdf:li></rdf:Bag></dc:description>"),
    ],
    ids=["default", "english", "element", "attribute", "bag"],
)
def test_captions(photo: Path, text: str) -> None:
    Path(f"{photo}.xmp").write_text(text)
    agreed = Own(caption="agreed")
    assert not write(photo, agreed, agreed)
    assert read(photo).caption == "theirs"
    assert not write(photo, Own(), agreed)
    write(photo, Own(caption="mine"), agreed)
    assert read(photo).caption == "mine"
    write(photo, Own(), Own(caption="mine"))
    assert "mine" not in Path(f"{photo}.xmp").read_text()


def test_a_plain_keyword_becomes_the_first_of_the_list(photo: Path) -> None:
    Path(f"{photo}.xmp").write_text(block('dc:subject="old"'))
    write(photo, Own((("new",),)))
    assert {tag[-1] for tag in read(photo).tags} == {"old", "new"}


def test_other_prefixes(photo: Path, sidecar: Path) -> None:
    sidecar.write_text(
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="urn:other">'
        '<r:Description dc:title="t"/></r:RDF>'
    )
    write(photo, OWN)
    assert read(photo) == OWN
    assert 'dc:title="t"' in sidecar.read_text()


def test_a_sidecar_that_describes_nothing_yet(photo: Path, sidecar: Path) -> None:
    sidecar.write_text('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>')
    assert not write(photo, Own())
    write(photo, OWN)
    assert read(photo) == OWN


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_other_encodings(photo: Path, sidecar: Path, encoding: str) -> None:
    text = ("\ufeff" if encoding == "utf-16-le" else "") + THEIRS
    sidecar.write_bytes(text.encode(encoding))
    write(photo, OWN)
    assert "Tänzer" in sidecar.read_text("utf-8")
    assert read(photo).caption == OWN.caption


def test_nothing_is_written_where_nothing_changes(photo: Path, sidecar: Path) -> None:
    write(photo, OWN)
    os.utime(sidecar, ns=(1, 1))
    before = sidecar.stat(), sidecar.read_bytes()
    assert not write(photo, OWN, OWN)
    assert (sidecar.stat().st_ino, sidecar.stat().st_mtime_ns) == (before[0].st_ino, 1)
    assert sidecar.read_bytes() == before[1]


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[int], None]) -> None:
    """Have another program act between our reading and our replacing."""
    merged, times = sidecars.merged, iter(range(100))

    def slow(*arguments: object) -> bytes | None:
        content = merged(*arguments)  # type: ignore[arg-type]
        act(next(times))
        return content

    monkeypatch.setattr(sidecars, "merged", slow)


@pytest.mark.parametrize("existed", [True, False])
def test_what_another_program_writes_meanwhile_stays(
    photo: Path, sidecar: Path, monkeypatch: pytest.MonkeyPatch, existed: bool
) -> None:
    if not existed:
        sidecar.unlink()

    def act(time: int) -> None:
        if time == 0:
            sidecar.write_text(THEIRS.replace("dance", "waltz"), encoding="utf-8")

    meanwhile(monkeypatch, act)
    assert write(photo, OWN)
    assert {("waltz",), ("Animals", "Dog")} < set(read(photo).tags)
    assert left(photo) == ["IMG_1.jpg", "IMG_1.jpg.xmp"]


def test_a_sidecar_that_never_rests_is_given_up(
    photo: Path, sidecar: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, lambda time: sidecar.write_text(THEIRS + "\n" * (time + 1), "utf-8"))
    with pytest.raises(PhotoClipError, match="keeps writing"):
        write(photo, OWN)
    assert "Minka" not in sidecar.read_text("utf-8")
    assert left(photo) == ["IMG_1.jpg", "IMG_1.jpg.xmp"]


BOMB = (
    '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 20}">' for a, b in zip("abcdef", "bcdefg", strict=True))
    + "]>"
    + block("", "<dc:subject>&g;</dc:subject>")
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"\0" * 4096,
        THEIRS.encode()[:900],
        THEIRS.replace("Folk<", "F\x08olk<").encode(),
        THEIRS.encode("latin-1", "replace"),
        b"<a><b/></a>",
        BOMB.encode(),
        b'<!DOCTYPE x [<!ENTITY e "secret">]>' + block("", "<dc:source>&e;</dc:source>").encode(),
        block("", "<dc:a>" * 5000 + "</dc:a>" * 5000).encode(),
        block("").encode() + b" " * LONGEST,
    ],
    ids=[
        "empty",
        "text",
        "zeros",
        "cut",
        "control",
        "latin",
        "foreign",
        "bomb",
        "entity",
        "deep",
        "long",
    ],
)
def test_a_damaged_sidecar_is_left_alone(photo: Path, sidecar: Path, content: bytes) -> None:
    sidecar.write_bytes(content)
    with pytest.raises(PhotoClipError, match=r'"IMG_1.jpg.xmp" is damaged .*\. Repair it'):
        write(photo, OWN)
    assert sidecar.read_bytes() == content
    assert left(photo) == ["IMG_1.jpg", "IMG_1.jpg.xmp"]


def test_a_read_only_sidecar_is_left_alone(photo: Path, sidecar: Path) -> None:
    sidecar.chmod(0o444)
    with pytest.raises(PhotoClipError, match="may not be written"):
        write(photo, OWN)
    assert sidecar.read_text("utf-8") == THEIRS


def test_a_folder_that_refuses(photo: Path, sidecar: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:  # chmod would not keep out the system's administrator
        raise PermissionError

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PhotoClipError, match="may not be written"):
        write(photo, OWN)
    assert sidecar.read_text("utf-8") == THEIRS
    assert left(photo) == ["IMG_1.jpg", "IMG_1.jpg.xmp"]


def test_a_full_disk_leaves_the_sidecar_whole(photo: Path, sidecar: Path) -> None:
    resource = pytest.importorskip("resource")
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(PhotoClipError, match="no space left"):
            write(photo, OWN)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert sidecar.read_text("utf-8") == THEIRS
    assert left(photo) == ["IMG_1.jpg", "IMG_1.jpg.xmp"]


def test_a_photo_that_is_gone_gets_none(photo: Path) -> None:
    photo.unlink()
    with pytest.raises(PhotoClipError, match="is not where it was"):
        write(photo, OWN)
    assert left(photo) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_permissions_are_kept(photo: Path, sidecar: Path) -> None:
    sidecar.chmod(0o640)
    write(photo, OWN)
    assert stat.S_IMODE(sidecar.stat().st_mode) == 0o640
    assert sidecar.stat().st_mtime_ns > 1


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
@pytest.mark.parametrize("there", [True, False])
def test_a_linked_sidecar_is_written_where_it_lies(
    photo: Path, sidecar: Path, tmp_path_factory: pytest.TempPathFactory, there: bool
) -> None:
    real = tmp_path_factory.mktemp("elsewhere") / "real.xmp"
    sidecar.replace(real)
    if not there:
        real.unlink()
    sidecar.symlink_to(real)
    write(photo, OWN)
    assert sidecar.is_symlink()
    assert b"Minka" in real.read_bytes()
    assert [path.name for path in real.parent.iterdir()] == ["real.xmp"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_no_sidecar(photo: Path) -> None:
    os.mkfifo(f"{photo}.xmp")
    assert read_sidecars(str(photo)) == ()
    with pytest.raises(PhotoClipError, match="damaged or no XMP"):
        write(photo, OWN)


def test_huge_and_unreadable_sidecars_are_not_read(photo: Path, sidecar: Path) -> None:
    with sidecar.open("r+b") as file:
        file.truncate(100 * 1024 * 1024)
    assert read_sidecars(str(photo)) == ()
    assert read(photo) == Own()
