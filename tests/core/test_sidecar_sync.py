"""What stands beside photos: read at every scan, written once the person wants it."""

import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from photoclip.core import rereading
from photoclip.core.keywords import path_of, tags_of
from photoclip.core.library import Library
from photoclip.core.own import NOTHING, Own, own_in
from photoclip.core.sidecar_sync import (
    SidecarReport,
    set_writes_sidecars,
    unwritten,
    write_sidecars,
    writes_sidecars,
)
from photoclip.core.sidecars import read_sidecars, write_sidecar
from photoclip.core.term_files import built_in_terms
from photoclip.core.types import Annotation
from photoclip.core.vocabulary import Vocabulary
from photoclip.progress import StopFlag
from tests.core.test_indexing import run
from tests.core.test_own import items, packet
from tests.fakes import BrightColourEncoder, ColourEncoder, save_photo

VOCABULARY = Vocabulary(built_in_terms())


def write(
    library: Library, stop: StopFlag | None = None, vocabulary: Vocabulary = VOCABULARY
) -> SidecarReport:
    work = write_sidecars(library, vocabulary, stop or StopFlag())
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def beside(photo: Path) -> Own:
    return own_in(read_sidecars(str(photo)))


def photo_at(library: Library, path: Path) -> int:
    photo_id = library.photo_at(str(path))
    assert photo_id is not None
    return photo_id


@pytest.fixture
def photo(photos: Path, library: Library, encoder: ColourEncoder) -> Path:
    """An indexed photo, with writing turned on."""
    path = save_photo(photos / "DSC_0001.jpg")
    run(library, encoder, photos)
    set_writes_sidecars(library, True)
    return path


def test_what_stands_beside_a_new_photo_becomes_the_persons_own(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    path = save_photo(photos / "DSC_0001.jpg")
    said = Own((("Tiere", "狗"), ("Minka",), ("BEACHES",)), 4, "At the sea")
    write_sidecar(str(path), said)
    run(library, encoder, photos)
    photo_id = photo_at(library, path)
    assert library.annotations.tags(photo_id, "").confirmed == ("beach", "dog", "Minka")
    assert library.annotations.annotation(photo_id) == Annotation(4, caption="At the sea")
    assert unwritten(library) == 0


def test_what_a_person_decided_here_stays(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    photo_id = photo_at(library, photo)
    library.annotations.reject([photo_id], "dog")
    library.annotations.rate([photo_id], 5)
    library.annotations.caption([photo_id], "Mine")
    write_sidecar(str(photo), Own((("Dogs",), ("sea",)), 2, "Theirs"))
    run(library, encoder, photo.parent)
    tags = library.annotations.tags(photo_id, "")
    assert (tags.confirmed, tags.rejected) == (("sea",), ("dog",))
    assert library.annotations.annotation(photo_id) == Annotation(5, caption="Mine")


def test_a_rescan_takes_in_new_and_changed_sidecars_without_embedding(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    photo_id, embedded = photo_at(library, photo), encoder.images_encoded
    write_sidecar(str(photo), Own((("sea",),), 2, ""))
    report = run(library, encoder, photo.parent)
    assert (report.unchanged, report.indexed) == (1, 0)
    assert library.annotations.annotation(photo_id).rating == 2
    # Another program goes on; nobody has rated it here meanwhile.
    write_sidecar(str(photo), Own((("sea",), ("boat",)), 3, "Harbour"), Own((("sea",),), 2, ""))
    run(library, encoder, photo.parent)
    assert library.annotations.tags(photo_id, "").confirmed == ("boat", "sea")
    assert library.annotations.annotation(photo_id) == Annotation(3, caption="Harbour")
    library.annotations.rate([photo_id], 5)
    os.utime(write_sidecar(str(photo), Own((), 1, ""), Own((), 3, "")).sidecar, (0, 0))
    run(library, encoder, photo.parent)
    assert library.annotations.annotation(photo_id).rating == 5
    assert encoder.images_encoded == embedded


def test_an_unchanged_sidecar_is_not_read_again(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    photo_id = photo_at(library, photo)
    write_sidecar(str(photo), Own((("sea",),), 0, ""))
    run(library, encoder, photo.parent)
    library.annotations.forget([photo_id], "sea")
    run(library, encoder, photo.parent)
    assert library.annotations.tags(photo_id, "").confirmed == ()


def test_what_was_taken_back_here_and_said_again_there_counts(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    photo_id, annotations = photo_at(library, photo), library.annotations
    annotations.rate([photo_id], 3)
    annotations.caption([photo_id], "Harbour")
    write(library)
    annotations.rate([photo_id], 0)
    annotations.caption([photo_id], "")
    write(library)
    assert (beside(photo).rating, beside(photo).caption) == (0, "")

    sidecar = write_sidecar(str(photo), Own((), 3, "Harbour"), Own()).sidecar
    later = time.time() + 5
    os.utime(sidecar, (later, later))
    annotations.confirm([photo_id], "dog")
    write(library)

    assert annotations.annotation(photo_id) == Annotation(3, caption="Harbour")
    assert (beside(photo).rating, beside(photo).caption) == (3, "Harbour")


def test_nothing_is_written_until_the_person_turns_it_on(library: Library, photo: Path) -> None:
    set_writes_sidecars(library, False)
    library.annotations.rate([photo_at(library, photo)], 3)
    assert write(library) == SidecarReport()
    assert [path.name for path in photo.parent.iterdir()] == [photo.name]
    set_writes_sidecars(library, True)
    assert writes_sidecars(library)
    assert write(library).written == 1
    assert beside(photo).rating == 3


def test_a_tag_is_written_with_what_it_belongs_to_and_taken_out_again(
    library: Library, photo: Path
) -> None:
    photo_id, before = photo_at(library, photo), photo.read_bytes()
    library.annotations.confirm([photo_id], "puppy")
    library.annotations.confirm([photo_id], "Minka, our cat / 猫 😺")
    library.annotations.caption([photo_id], "Am Meer")
    assert write(library).written == 1
    own = beside(photo)
    assert ("dog", "puppy") in [path[-2:] for path in own.tags]
    assert ("Minka, our cat / 猫 😺",) in own.tags
    assert own.caption == "Am Meer"
    assert (unwritten(library), write(library)) == (0, SidecarReport())
    library.annotations.reject([photo_id], "puppy")
    assert write(library).written == 1
    assert beside(photo).tags == (("Minka, our cat / 猫 😺",),)
    assert photo.read_bytes() == before


def test_what_other_programs_wrote_stays_where_it_is(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    path = save_photo(photos / "DSC_0001.jpg")
    theirs = Own((("Tiere", "狗"),), 4, "At the sea")
    write_sidecar(str(path), theirs)
    run(library, encoder, photos)
    set_writes_sidecars(library, True)
    photo_id = photo_at(library, path)
    library.annotations.confirm([photo_id], "Minka")
    write(library)
    assert beside(path) == Own((*theirs.tags, ("Minka",)), 4, "At the sea")
    library.annotations.rate([photo_id], 0)
    write(library)
    assert beside(path).rating == 0


def test_a_failure_is_told_and_tried_again(library: Library, photo: Path) -> None:
    sidecar = photo.with_name(photo.name + ".xmp")
    sidecar.write_text("no XMP")
    library.annotations.rate([photo_at(library, photo)], 3)
    report = write(library)
    assert (report.written, report.failures[0].path) == (0, str(photo))
    assert "damaged" in report.failures[0].reason
    assert sidecar.read_text() == "no XMP"
    sidecar.unlink()
    assert (write(library).written, write(library)) == (1, SidecarReport())


@pytest.mark.parametrize(("hours", "rating"), [(1, 2), (-1, 5)])
def test_the_later_word_is_written_where_both_spoke_since(
    library: Library, photo: Path, hours: float, rating: int
) -> None:
    photo_id = photo_at(library, photo)
    library.annotations.rate([photo_id], 3)
    assert write(library).written == 1
    library.annotations.rate([photo_id], 5)
    library.annotations.confirm([photo_id], "Minka")
    # No scan has seen yet what another program wrote.
    sidecar = write_sidecar(str(photo), Own((("sea",),), 2, ""), Own((), 3, "")).sidecar
    moment = time.time() + hours * 3600
    os.utime(sidecar, (moment, moment))
    write(library)
    assert beside(photo) == Own((("sea",), ("Minka",)), rating, "")
    assert library.annotations.annotation(photo_id).rating == rating
    assert library.annotations.tags(photo_id, "").confirmed == ("Minka", "sea")


def test_no_scan_takes_for_news_what_was_written_here(
    library: Library, encoder: ColourEncoder, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.annotations.confirm([photo_at(library, photo)], "dog")
    assert write(library).written == 1

    def never(_: object) -> None:
        raise AssertionError("nothing new stands there")

    monkeypatch.setattr(rereading, "_read_beside", never)
    run(library, encoder, photo.parent)


def test_a_tag_taken_out_here_may_be_given_again_elsewhere(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    photo_id = photo_at(library, photo)
    library.annotations.confirm([photo_id], "Minka")
    write(library)
    library.annotations.forget([photo_id], "Minka")
    write(library)
    assert beside(photo).tags == ()
    write_sidecar(str(photo), Own((("Minka",),), 0, ""))
    run(library, encoder, photo.parent)
    assert library.annotations.tags(photo_id, "").confirmed == ("Minka",)


def test_a_drive_that_is_away_unsays_nothing(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    photo_id = photo_at(library, photo)
    write_sidecar(str(photo), Own((("boats", "Minka"),), 0, ""))
    run(library, encoder, photo.parent)
    library.annotations.rate([photo_id], 3)
    away = photo.parent.with_name("drive")
    photo.parent.rename(away)
    write(library)
    away.rename(photo.parent)
    assert write(library).written == 1
    assert beside(photo).tags == (("boats", "Minka"),)


def test_photos_that_are_not_there_now_are_written_when_they_are_back(
    library: Library, photo: Path
) -> None:
    photo_id = photo_at(library, photo)
    library.annotations.rate([photo_id], 3)
    away = photo.parent.with_name("drive")
    photo.parent.rename(away)
    assert write(library) == SidecarReport(skipped=1, left=frozenset({photo_id}))
    away.rename(photo.parent)
    assert list(write_sidecars(library, VOCABULARY, StopFlag(), {photo_id}))[-1].total == 0
    assert write(library).written == 1


def test_a_photo_that_is_gone_waits_for_nothing(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    library.annotations.rate([photo_at(library, photo)], 3)
    photo.unlink()
    run(library, encoder, photo.parent)
    assert (unwritten(library), write(library)) == (0, SidecarReport())
    save_photo(photo)
    run(library, encoder, photo.parent)
    assert (unwritten(library), write(library).written) == (1, 1)


def test_turning_it_off_ends_it_between_two_photos(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    other = save_photo(photo.with_name("other.jpg"), "blue")
    run(library, encoder, photo.parent)
    library.annotations.rate([photo_at(library, p) for p in (photo, other)], 3)
    for progress in write_sidecars(library, VOCABULARY, StopFlag()):
        assert progress.done == 0
        set_writes_sidecars(library, False)
    assert unwritten(library) == 1


def test_each_copy_gets_a_sidecar(library: Library, encoder: ColourEncoder, photo: Path) -> None:
    copy = photo.parent / "copies" / "same.jpg"
    copy.parent.mkdir()
    shutil.copy(photo, copy)
    run(library, encoder, photo.parent)
    library.annotations.rate([photo_at(library, photo)], 3)
    assert write(library).written == 2
    assert beside(copy).rating == 3


def test_it_stops_and_goes_on(library: Library, encoder: ColourEncoder, photo: Path) -> None:
    library.annotations.rate([photo_at(library, photo)], 3)
    stop = StopFlag()
    stop.stop()
    assert write(library, stop).stopped
    assert write(library).written == 1


def test_a_keyword_of_ones_own_keeps_its_spelling() -> None:
    own = Own((("Orte", "Lisboa"), ("lisboa",), ("DOGS",), ("狗",), (" ",), ("x" * 201,)))
    assert tags_of(own, VOCABULARY) == ("Lisboa", "lisboa", "dog")
    assert path_of("Lisboa", own, VOCABULARY) == ("Orte", "Lisboa")
    assert path_of("Porto", NOTHING, VOCABULARY) == ("Porto",)
    assert path_of("puppy", NOTHING, VOCABULARY)[-2:] == ("dog", "puppy")


def test_sidecars_are_noticed_by_both_names(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    paths = [save_photo(photos / f"DSC_000{i}.jpg") for i in (1, 2)]
    run(library, encoder, photos)
    for path, name in zip(paths, ("DSC_0001.jpg.xmp", "DSC_0002.XMP"), strict=True):
        write_sidecar(str(path), Own((("sea",),)))
        os.rename(f"{path}.xmp", photos / name)
    run(library, encoder, photos)
    for path in paths:
        assert library.annotations.tags(photo_at(library, path), "").confirmed == ("sea",)


def test_what_stands_in_a_photo_itself_becomes_the_persons_own(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    said = packet(items("dc:subject", "狗", "Minka"), rating="3", caption="At the sea")
    Image.new("RGB", (96, 64), "red").save(photos / "a.jpg", xmp=said)
    run(library, encoder, photos)
    photo_id = photo_at(library, photos / "a.jpg")
    assert library.annotations.tags(photo_id, "").confirmed == ("dog", "Minka")
    assert library.annotations.annotation(photo_id) == Annotation(3, caption="At the sea")
    # It stands there already.
    set_writes_sidecars(library, True)
    assert write(library) == SidecarReport()
    # What a person took back does not come again with the next model.
    library.annotations.forget([photo_id], "Minka")
    run(library, BrightColourEncoder(), photos)
    assert library.annotations.tags(photo_id, "").confirmed == ("dog",)


def test_a_photo_moved_over_another_that_had_a_sidecar(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    other = save_photo(photo.parent / "DSC_0002.jpg")
    write_sidecar(str(photo), Own((("sea",),)))
    run(library, encoder, photo.parent)
    library.annotations.rate([photo_at(library, other)], 2)
    write(library)
    other.rename(photo)
    assert run(library, encoder, photo.parent).moved == 1
    assert library.annotations.annotation(photo_at(library, photo)).rating == 2


def rename(library: Library, name: str, new: str) -> Vocabulary:
    known = library.vocabulary()
    term = known.find(name)
    assert term is not None
    changed = known.changed(name, replace(term, term=new))
    library.set_vocabulary(changed)
    return changed


def test_a_term_renamed_is_renamed_in_the_sidecars_that_name_it(
    library: Library, photo: Path
) -> None:
    photo_id, before = photo_at(library, photo), photo.read_bytes()
    library.annotations.confirm([photo_id], "puppy")
    assert write(library).written == 1
    # Itself, and what it belongs to.
    for name, new in (("puppy", "whelp"), ("dog", "hound")):
        vocabulary = rename(library, name, new)
        assert unwritten(library) == 1
        assert write(library, vocabulary=vocabulary).written == 1
    assert [path[-2:] for path in beside(photo).tags] == [("hound", "whelp")]
    assert "puppy" not in Path(f"{photo}.xmp").read_text()
    assert library.annotations.tags(photo_id, "").confirmed == ("whelp",)
    assert photo.read_bytes() == before
    # And back again, as by undo.
    vocabulary = rename(library, "whelp", "puppy")
    assert write(library, vocabulary=vocabulary).written == 1
    assert [path[-1] for path in beside(photo).tags] == ["puppy"]


def test_a_keyword_of_the_persons_own_stays_whatever_its_term_is_called(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    photo_id, annotations = photo_at(library, photo), library.annotations
    write_sidecar(str(photo), Own((("Tiere", "dog"), ("sea",))))
    run(library, encoder, photo.parent)
    annotations.rate([photo_id], 3)
    annotations.confirm([photo_id], "boat")
    write(library)
    for name, new in (("dog", "hound"), ("boat", "my boat")):
        vocabulary = rename(library, name, new)
        write(library, vocabulary=vocabulary)
    theirs = (("Tiere", "dog"), ("sea",))
    assert beside(photo).tags[:2] == theirs
    assert [path[-1] for path in beside(photo).tags] == ["dog", "sea", "my boat"]
    assert annotations.tags(photo_id, "").confirmed == ("hound", "my boat", "sea")


def test_renaming_makes_no_sidecar_where_there_was_none(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    said = packet(items("dc:subject", "dog"))
    Image.new("RGB", (96, 64), "red").save(photos / "a.jpg", xmp=said)
    run(library, encoder, photos)
    set_writes_sidecars(library, True)
    vocabulary = rename(library, "dog", "hound")
    assert write(library, vocabulary=vocabulary) == SidecarReport()
    assert [path.name for path in photos.iterdir()] == ["a.jpg"]


def test_a_copy_with_an_old_sidecar_says_nothing_new(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    photo_id = photo_at(library, photo)
    library.annotations.confirm([photo_id], "Minka")
    write(library)
    copy = photo.parent / "copies" / photo.name
    copy.parent.mkdir()
    for name in (photo.name, f"{photo.name}.xmp"):
        shutil.copy(photo.parent / name, copy.parent / name)
    library.annotations.forget([photo_id], "Minka")
    run(library, encoder, photo.parent)
    assert library.annotations.tags(photo_id, "").confirmed == ()
