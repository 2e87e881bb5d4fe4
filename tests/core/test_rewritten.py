"""Another program writes into a photo's file: what a person said of it stays with the picture."""

import io
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photoclip.core.imaging import thumbnail_jpeg
from photoclip.core.library import Library
from photoclip.core.paths import thumbnails_dir
from photoclip.core.same_picture import same_picture
from photoclip.core.types import Annotation
from tests.core.test_indexing import run
from tests.core.test_own import items, packet
from tests.fakes import BrightColourEncoder, ColourEncoder

SAID = Annotation(4, True, "At the sea")


def picture(seed: int) -> Image.Image:
    """Soft blots of colour, as different for each seed as two photos are."""
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 9, 3), np.uint8)
    return Image.fromarray(coarse).resize((360, 240), Image.Resampling.BICUBIC)


def save(path: Path, image: Image.Image, quality: int = 92, **more: object) -> None:
    image.save(path, quality=quality, **more)


def number(library: Library, path: Path) -> int:
    photo_id = library.photo_at(str(path))
    assert photo_id is not None
    return photo_id


@pytest.fixture
def photo(photos: Path, library: Library, encoder: ColourEncoder) -> Path:
    """A photo of which a person has said all there is to say."""
    path = photos / "a.jpg"
    save(path, picture(1), xmp=packet(items("dc:subject", "boat")))
    run(library, encoder, photos)
    photo_id, annotations = number(library, path), library.annotations
    annotations.confirm([photo_id], "dog")
    annotations.reject([photo_id], "cat")
    annotations.rate([photo_id], SAID.rating)
    annotations.favour([photo_id], SAID.favourite)
    annotations.caption([photo_id], SAID.caption)
    with library.store.write() as db:
        db.execute("INSERT INTO albums (id, name) VALUES (1, 'Best')")
        db.execute("INSERT INTO album_photos (album_id, photo_id) VALUES (1, ?)", [photo_id])
    return path


def assert_as_said(library: Library, photo_id: int, *more: str) -> None:
    tags = library.annotations.tags(photo_id, "")
    assert (set(tags.confirmed), tags.rejected) == ({"boat", "dog", *more}, ("cat",))
    assert library.annotations.annotation(photo_id) == SAID
    assert library.store.rows("SELECT photo_id FROM album_photos") == [(photo_id,)]


def half(image: Image.Image) -> Image.Image:
    return image.resize((image.width // 2, image.height // 2))


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda path: save(path, picture(1), xmp=packet(items("dc:subject", "boat", "sea"))),
        lambda path: save(path, picture(1), 60),
        lambda path: save(path, half(picture(1))),
        lambda path: save(path, picture(1).transpose(Image.Transpose.ROTATE_90)),
    ],
    ids=["keywords", "quality", "smaller", "turned"],
)
def test_a_rewritten_file_is_the_same_photo(
    library: Library,
    encoder: ColourEncoder,
    photo: Path,
    rewrite: Callable[[Path], None],
    request: pytest.FixtureRequest,
) -> None:
    photo_id, before = number(library, photo), library.photos([1])[1]
    rewrite(photo)
    report = run(library, encoder, photo.parent)
    assert (report.indexed, report.embedded, report.missing) == (1, 1, 0)
    assert number(library, photo) == photo_id
    now = library.photo(photo_id)
    assert now is not None
    assert now.content_hash != before.content_hash
    assert (now.present, now.size) == (True, photo.stat().st_size)
    keywords = ("sea",) if "keywords" in request.node.name else ()
    assert_as_said(library, photo_id, *keywords)
    assert list(library.listing()[0]) == [photo_id]
    # What speaks of the photo by its old bytes still finds it.
    assert library.photo_with(before.content_hash) == photo_id


def test_a_rewritten_file_is_the_same_photo_though_its_thumbnail_is_gone(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    photo_id = number(library, photo)
    shutil.rmtree(thumbnails_dir(library.path))
    save(photo, picture(1), xmp=packet(items("dc:subject", "boat", "sea")))
    run(library, encoder, photo.parent)
    assert number(library, photo) == photo_id
    assert_as_said(library, photo_id, "sea")
    shutil.rmtree(thumbnails_dir(library.path))
    save(photo, Image.new("RGB", (360, 240), "blue"))
    run(library, encoder, photo.parent)
    assert number(library, photo) != photo_id


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "one by one"])
def test_copies_that_are_rewritten_alike_keep_what_was_said(
    library: Library, encoder: ColourEncoder, photo: Path, at_once: bool
) -> None:
    copy = photo.parent / "mirror" / "a.jpg"
    copy.parent.mkdir()
    copy.write_bytes(photo.read_bytes())
    run(library, encoder, photo.parent)
    before = number(library, photo)
    assert number(library, copy) == before
    save(photo, picture(1), xmp=packet(items("dc:subject", "cat", "sea"), rating="1"))
    if not at_once:
        run(library, encoder, photo.parent)
        assert (number(library, copy), number(library, photo) == before) == (before, False)
    copy.write_bytes(photo.read_bytes())
    run(library, encoder, photo.parent)
    photo_id = number(library, photo)
    assert number(library, copy) == photo_id
    assert list(library.listing()[0]) == [photo_id]
    tags = library.annotations.tags(photo_id, "")
    # "cat" is rejected, though it came with the new bytes.
    assert (set(tags.confirmed), tags.rejected) == ({"boat", "dog", "sea"}, ("cat",))
    assert library.annotations.annotation(photo_id) == SAID
    assert photo_id in library.albums.photos(1)


def test_another_picture_inherits_nothing(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    other = photo.parent / "b.jpg"
    save(other, picture(2))
    run(library, encoder, photo.parent)
    photo.write_bytes(other.read_bytes())
    run(library, encoder, photo.parent)
    assert library.annotations.annotation(number(library, photo)) == Annotation()


def test_what_was_done_before_can_be_undone_after(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    photo_id = number(library, photo)
    edit = library.annotations.rate([photo_id], 1)
    save(photo, picture(1), 70)
    run(library, encoder, photo.parent)
    library.annotations.undo(edit)
    assert_as_said(library, number(library, photo))


def test_the_new_vector_takes_the_place_of_the_old(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    photo_id = number(library, photo)
    last, *_ = library.vectors_after(encoder.id, 0)
    save(photo, picture(1), 60)
    run(library, encoder, photo.parent)
    _, _, photo_ids, _ = library.vectors_after(encoder.id, last)
    assert list(photo_ids) == [photo_id]
    assert library.counts(encoder.id).searchable == 1


def test_a_photo_without_a_date_keeps_its_place(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    before = library.listing()[1][0]
    save(photo, picture(1), 60)
    assert run(library, encoder, photo.parent).indexed == 1
    assert library.listing()[1][0] == before


def test_another_picture_under_the_same_name_is_another_photo(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    old, bytes_before = number(library, photo), photo.read_bytes()
    save(photo, picture(2))
    run(library, encoder, photo.parent)
    new = number(library, photo)
    assert new != old
    assert library.annotations.annotation(new) == Annotation()
    assert library.annotations.tags(new, "").confirmed == ()
    # Never lost: it comes back with its bytes.
    (photo.parent / "restored.jpg").write_bytes(bytes_before)
    run(library, encoder, photo.parent)
    assert number(library, photo.parent / "restored.jpg") == old
    assert_as_said(library, old)


def test_what_has_a_copy_stays_with_the_copy(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    old = number(library, photo)
    copy = photo.parent / "copy.jpg"
    copy.write_bytes(photo.read_bytes())
    run(library, encoder, photo.parent)
    save(photo, picture(1), 60)
    run(library, encoder, photo.parent)
    assert number(library, copy) == old
    assert number(library, photo) != old
    assert_as_said(library, old)


def test_a_copy_that_has_gone_is_in_nobodys_way(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    old, bytes_before = number(library, photo), photo.read_bytes()
    copy = photo.parent / "copy.jpg"
    copy.write_bytes(bytes_before)
    run(library, encoder, photo.parent)
    copy.unlink()
    run(library, encoder, photo.parent)
    save(photo, picture(1), 60)
    run(library, encoder, photo.parent)
    assert number(library, photo) == old
    assert_as_said(library, old)
    # Should it come back, it holds what the photo does not hold any more.
    copy.write_bytes(bytes_before)
    run(library, encoder, photo.parent)
    assert number(library, copy) != old
    assert library.counts(encoder.id).photos == 2


def test_a_scan_in_the_midst_of_writing_loses_nothing(
    library: Library, encoder: ColourEncoder, photo: Path
) -> None:
    old = number(library, photo)
    save(photo, picture(1), 60)
    whole = photo.read_bytes()
    photo.write_bytes(whole[:400])
    assert run(library, encoder, photo.parent).failed == 1
    assert run(library, encoder, photo.parent).failed == 1
    photo.write_bytes(whole)
    run(library, encoder, photo.parent)
    assert number(library, photo) == old
    assert_as_said(library, old)
    assert library.failures() == ()


def test_it_is_so_while_another_model_indexes(library: Library, photo: Path) -> None:
    old = number(library, photo)
    save(photo, picture(1), 60)
    run(library, BrightColourEncoder(), photo.parent)
    assert number(library, photo) == old
    assert_as_said(library, old)


def thumbnail(image: Image.Image) -> bytes:
    return thumbnail_jpeg(image)


def saved_again(image: Image.Image, quality: int) -> Image.Image:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    stream.seek(0)
    return Image.open(stream).convert("RGB")


def test_the_same_picture_is_known_again_and_no_other() -> None:
    for seed in range(10):
        one = picture(seed)
        assert same_picture(thumbnail(one), thumbnail(saved_again(one, 50)))
        assert same_picture(thumbnail(one), thumbnail(half(one)))
        assert same_picture(thumbnail(one), thumbnail(one.transpose(Image.Transpose.ROTATE_180)))
        assert not same_picture(thumbnail(one), thumbnail(picture(seed + 100)))
        assert not same_picture(thumbnail(one), thumbnail(one.crop((60, 40, 300, 200))))
        assert not same_picture(thumbnail(one), thumbnail(one.crop((0, 0, 300, 240))))


def test_pictures_of_one_colour_are_the_same_where_the_colour_is() -> None:
    red, green = (thumbnail(Image.new("RGB", (90, 60), c)) for c in ("red", "green"))
    assert same_picture(red, thumbnail(saved_again(Image.new("RGB", (90, 60), "red"), 60)))
    assert not same_picture(red, green)
    noise = random.Random(1).randbytes(90 * 60 * 3)
    assert not same_picture(red, thumbnail(Image.frombytes("RGB", (90, 60), noise)))


@pytest.mark.parametrize("broken", [None, b"", b"\xff\xd8\xff", b"no picture"])
def test_without_a_thumbnail_nothing_is_the_same(broken: bytes | None) -> None:
    whole = thumbnail(picture(1))
    assert not same_picture(whole, broken)
    assert not same_picture(broken, whole)
    assert not same_picture(whole, whole[: len(whole) // 2])
