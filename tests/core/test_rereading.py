"""What files and sidecars say is taken in once it can be, and the later word counts."""

import os
import time
from pathlib import Path

import pytest
from PIL import Image

from photoclip.core import own, rereading
from photoclip.core.library import Library
from photoclip.core.own import Own
from photoclip.core.rereading import read_again
from photoclip.core.scan import FoundFile
from photoclip.core.sidecars import sidecar_stamp, write_sidecar
from photoclip.core.survey import Candidate
from photoclip.core.types import Annotation
from photoclip.progress import StopFlag
from tests.core.test_indexing import run
from tests.core.test_own import items, packet
from tests.fakes import ColourEncoder

HOUR = 3600


def photo_saying(path: Path, said: bytes, colour: str = "red") -> Path:
    Image.new("RGB", (96, 64), colour).save(path, xmp=said)
    return path


def saved(photo: Path, said: Own, before: Own | None, hours: float) -> None:
    """Another program writes the sidecar, so many hours from now."""
    sidecar = write_sidecar(str(photo), said, before).sidecar
    moment = time.time() + hours * HOUR
    os.utime(sidecar, (moment, moment))


@pytest.fixture
def photo(photos: Path, library: Library, encoder: ColourEncoder) -> Path:
    """An indexed photo that says one keyword and a rating, with a sidecar that says another."""
    path = photo_saying(photos / "a.jpg", packet(items("dc:subject", "sea"), rating="2"))
    saved(path, Own((("boat",),), 2, "Harbour"), None, -2)
    run(library, encoder, photos)
    return path


def number(library: Library, path: Path) -> int:
    photo_id = library.photo_at(str(path))
    assert photo_id is not None
    return photo_id


def test_photos_indexed_before_are_read_at_the_next_scan_and_only_then(
    library: Library,
    encoder: ColourEncoder,
    photo: Path,
    photos: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    photo_saying(photos / "says nothing.jpg", packet(), "blue")
    run(library, encoder, photos)
    # As a library is that was made before anything was read.
    with library.store.write() as db:
        for table in ("decisions", "annotations", "sidecars", "unwritten"):
            db.execute(f"DELETE FROM {table}")
        db.execute("UPDATE files SET own_read = 0")
    embedded = encoder.images_encoded
    report = run(library, encoder, photos)
    assert (report.unchanged, report.indexed, encoder.images_encoded) == (2, 0, embedded)
    photo_id = number(library, photo)
    assert library.annotations.tags(photo_id, "").confirmed == ("boat", "sea")
    assert library.annotations.annotation(photo_id) == Annotation(2, caption="Harbour")
    assert library.store.row("SELECT count(*) FROM unwritten") == (0,)

    def never(_: object) -> Own:
        raise AssertionError("an unchanged library is not read")

    monkeypatch.setattr(rereading, "_read_file", never)
    monkeypatch.setattr(rereading, "_read_beside", never)
    run(library, encoder, photos)


def test_a_later_version_reads_again_what_an_earlier_one_had_read(
    library: Library, encoder: ColourEncoder, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo_id = number(library, photo)
    library.annotations.forget([photo_id], "sea")
    library.annotations.rate([photo_id], 5)
    for module in ("survey", "rereading"):
        monkeypatch.setattr(f"photoclip.core.{module}.VERSION", own.VERSION + 1)
    run(library, encoder, photo.parent)
    # Nothing there is new: what was taken out here stays out.
    assert library.annotations.tags(photo_id, "").confirmed == ("boat",)
    assert library.annotations.annotation(photo_id).rating == 5
    assert library.store.rows("SELECT own_read FROM files") == [(own.VERSION + 1,)]


def test_a_file_that_cannot_be_read_now_is_read_another_time(
    library: Library, encoder: ColourEncoder, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with library.store.write() as db:
        db.execute("UPDATE files SET own_read = 0")
    monkeypatch.setattr(rereading, "_read_file", lambda _: None)
    run(library, encoder, photo.parent)
    assert library.store.rows("SELECT own_read FROM files") == [(0,)]
    monkeypatch.undo()
    run(library, encoder, photo.parent)
    assert library.store.rows("SELECT own_read FROM files") == [(own.VERSION,)]


@pytest.mark.parametrize(("hours", "theirs"), [(1, True), (-1, False)])
def test_the_later_word_counts(
    library: Library, encoder: ColourEncoder, photo: Path, hours: float, theirs: bool
) -> None:
    photo_id = number(library, photo)
    library.annotations.reject([photo_id], "dog")
    library.annotations.rate([photo_id], 4)
    library.annotations.caption([photo_id], "Mine")
    before = Own((("boat",),), 2, "Harbour")
    saved(photo, Own((("boat",), ("Dogs",)), 1, "Theirs"), before, hours)
    run(library, encoder, photo.parent)
    tags = library.annotations.tags(photo_id, "")
    assert ("dog" in tags.confirmed, "dog" in tags.rejected) == (theirs, not theirs)
    said = library.annotations.annotation(photo_id)
    assert said == (Annotation(1, caption="Theirs") if theirs else Annotation(4, caption="Mine"))


def test_a_later_file_that_says_the_same_as_before_changes_nothing(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    photo_id = number(library, photo)
    library.annotations.forget([photo_id], "boat")
    library.annotations.rate([photo_id], 4)
    moment = time.time() + HOUR
    os.utime(f"{photo}.xmp", (moment, moment))
    run(library, encoder, photo.parent)
    assert library.annotations.tags(photo_id, "").confirmed == ("sea",)
    assert library.annotations.annotation(photo_id).rating == 4


def test_a_first_sidecar_does_not_overrule_however_late_it_is(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    path = photo_saying(photos / "b.jpg", packet())
    run(library, encoder, photos)
    photo_id = number(library, path)
    library.annotations.rate([photo_id], 4)
    library.annotations.reject([photo_id], "dog")
    saved(path, Own((("dog",), ("cat",)), 1, "New"), None, 1)
    run(library, encoder, photos)
    tags = library.annotations.tags(photo_id, "")
    assert (tags.confirmed, tags.rejected) == (("cat",), ("dog",))
    assert library.annotations.annotation(photo_id) == Annotation(4, caption="New")


def test_a_sidecar_that_is_being_written_is_read_another_time(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    photo_id = number(library, photo)
    library.annotations.reject([photo_id], "boat")
    sidecar = Path(f"{photo}.xmp")
    whole, stamp = sidecar.read_bytes(), sidecar_stamp(str(photo))
    seen = library.store.rows("SELECT seen, read FROM sidecars")
    # The scan saw it as it was; by now another program has begun to write it anew.
    sidecar.write_bytes(whole[:100])
    found = Candidate(os.fsencode(photo.parent), FoundFile(os.fsencode(photo.name), 0, 0, stamp))
    list(read_again(library, library.vocabulary(), [], [found], StopFlag()))
    assert library.store.rows("SELECT seen, read FROM sidecars") == seen
    sidecar.write_bytes(whole)
    moment = time.time() + HOUR
    os.utime(sidecar, (moment, moment))
    run(library, encoder, photo.parent)
    assert library.annotations.tags(photo_id, "").rejected == ("boat",)


def test_the_sidecar_of_a_copy_is_read_in_the_same_run(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    copy = photo.parent / "copy.jpg"
    copy.write_bytes(photo.read_bytes())
    saved(copy, Own((("harbour seal",),), 0, ""), None, 0)
    run(library, encoder, photo.parent)
    assert "harbour seal" in library.annotations.tags(number(library, photo), "").confirmed
    assert library.store.rows("SELECT DISTINCT own_read FROM files") == [(own.VERSION,)]
