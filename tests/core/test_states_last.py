"""What a person said of a photo lasts: through moves, rescans, other models and back."""

import shutil
from pathlib import Path

import pytest

from photoclip.core.indexing import index
from photoclip.core.learning import library_tagger
from photoclip.core.library import Library
from photoclip.core.switching import switch, want
from photoclip.core.terms import Term
from photoclip.core.types import Annotation, PhotoTags
from photoclip.progress import StopFlag
from tests.core.switches import driven
from tests.fakes import BrightColourEncoder, ColourEncoder, save_photo

# So sure of orange cars that one is suggested for every photo.
SURE = {"orange car": (0.1, 60.0)}
SAID = Annotation(4, True, "At the sea")


@pytest.fixture
def photo(photos: Path, library: Library, encoder: ColourEncoder) -> int:
    """A photo with the same tag suggested by two models; confirmed, rejected and own tags."""
    library.set_vocabulary(library.vocabulary().added([Term("orange car")]))
    encoder.term_curves = SURE
    save_photo(photos / "a.jpg", "orange")
    save_photo(photos / "b.jpg", "orange")
    rescan(library, encoder, photos)
    photo_id = library.photo_at(str(photos / "a.jpg"))
    assert photo_id is not None
    assert "orange car" in suggested(library, photo_id, encoder)
    annotations = library.annotations
    annotations.confirm([photo_id], "dog", encoder.id)
    annotations.confirm([photo_id], "our cat / Minka 😺")
    annotations.reject([photo_id], "orange car", encoder.id)
    annotations.rate([photo_id], SAID.rating)
    annotations.favour([photo_id], SAID.favourite)
    annotations.caption([photo_id], SAID.caption)
    return photo_id


def rescan(library: Library, encoder: ColourEncoder, folder: Path) -> None:
    tagger = library_tagger(library, encoder, None)
    list(index(library, encoder, tagger, [str(folder)], StopFlag()))


def suggested(library: Library, photo_id: int, encoder: ColourEncoder) -> set[str]:
    return {tag.term for tag in library.annotations.tags(photo_id, encoder.id).suggested}


def assert_as_said(library: Library, path: Path, encoder: ColourEncoder) -> None:
    photo_id = library.photo_at(str(path))
    assert photo_id is not None
    tags = library.annotations.tags(photo_id, encoder.id)
    assert (tags.confirmed, tags.rejected) == (("dog", "our cat / Minka 😺"), ("orange car",))
    assert "orange car" not in suggested(library, photo_id, encoder)
    assert library.annotations.annotation(photo_id) == SAID


def test_confirmed_and_rejected_tags_outlast_everything(
    library: Library, encoder: ColourEncoder, photos: Path, photo: int
) -> None:
    moved = photos / "2023" / "renamed.jpg"
    moved.parent.mkdir()
    (photos / "a.jpg").rename(moved)
    rescan(library, encoder, photos)
    assert_as_said(library, moved, encoder)

    bright = BrightColourEncoder()
    bright.term_curves = SURE
    want(library, "bright")
    _, report = driven(
        switch(library, "bright", bright, library_tagger(library, bright, None), StopFlag())
    )
    assert report.switched
    other = library.photo_at(str(photos / "b.jpg"))
    assert other is not None
    assert "orange car" in suggested(library, other, bright)
    assert_as_said(library, moved, bright)

    # Gone for a scan, and back elsewhere.
    away = photos.with_name("away.jpg")
    moved.rename(away)
    rescan(library, bright, photos)
    shutil.copy(away, photos / "back.jpg")
    rescan(library, bright, photos)
    assert_as_said(library, photos / "back.jpg", bright)

    want(library, "starter")
    driven(switch(library, "starter", encoder, library_tagger(library, encoder, None), StopFlag()))
    assert_as_said(library, photos / "back.jpg", encoder)


def test_they_outlast_the_folder_and_the_program(
    library: Library, encoder: ColourEncoder, photos: Path, photo: int
) -> None:
    library.remove_root(str(photos))
    again = Library(library.path)
    rescan(again, encoder, photos)
    assert_as_said(again, photos / "a.jpg", encoder)
    again.close()


def test_they_hang_on_the_content(
    library: Library, encoder: ColourEncoder, photos: Path, photo: int
) -> None:
    """Another photo under the same name has nothing of it; the copy has all."""
    shutil.copy(photos / "a.jpg", photos / "copy.jpg")
    save_photo(photos / "a.jpg", "orange", size=(100, 64))
    rescan(library, encoder, photos)
    other = library.photo_at(str(photos / "a.jpg"))
    assert other is not None
    assert library.annotations.tags(other, "") == PhotoTags()
    assert "orange car" in suggested(library, other, encoder)
    assert_as_said(library, photos / "copy.jpg", encoder)
