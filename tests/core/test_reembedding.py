"""Vectors of another model for known photos: from thumbnails where these suffice."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photoclip.core.imaging import picture_of_thumbnail
from photoclip.core.indexing import index
from photoclip.core.library import Library
from photoclip.core.tagging import Tagger
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag
from tests.core.switches import embedded_in_order, switch_to
from tests.core.test_indexing import run
from tests.fakes import BrightColourEncoder, ColourEncoder, save_photo


def test_a_thumbnail_too_small_or_old_or_missing_leads_to_the_original(
    library: Library, photos: Path, encoder: ColourEncoder, bright: BrightColourEncoder
) -> None:
    for name, size in (("wide", (1600, 40)), ("old", (96, 64)), ("missing", (96, 64))):
        save_photo(photos / f"{name}.jpg", size=size)
    save_photo(photos / "small.jpg", size=(20, 20))
    run(library, encoder, photos)
    paths = {
        photo.path: library.thumbnails.path(photo.content_hash)
        for photo in library.photos([int(i) for i in library.listing()[0]]).values()
    }
    save_photo(paths[str(photos / "old.jpg")], "blue")
    paths[str(photos / "missing.jpg")].unlink()
    _, report = switch_to(library, bright)
    assert (report.embedded, report.from_thumbnails, report.left) == (4, 1, 0)
    assert report.switched
    red = bright.encode_texts(["red"])[0]
    for photo_id in map(int, library.listing()[0]):
        vector = library.vector(photo_id, bright.id)
        assert vector is not None
        assert vector @ red > 0.99
    # The thumbnails were made anew on the way.
    with library.store.write() as db:
        db.execute("UPDATE settings SET value = 'starter' WHERE name = 'model'")
    library.delete_vectors(bright.id)
    assert switch_to(library, bright)[1].from_thumbnails == 3


def test_a_file_that_is_another_photo_by_now_is_not_taken_for_it(
    library: Library, photos: Path, encoder: ColourEncoder, bright: BrightColourEncoder
) -> None:
    wide = save_photo(photos / "a.png", "red", size=(1600, 40))
    save_photo(photos / "b.jpg")
    run(library, encoder, photos)
    size = wide.stat().st_size
    save_photo(photos / "a.png", "blue", size=(1600, 40))
    assert wide.stat().st_size == size or os.truncate(wide, size) is None
    assert switch_to(library, bright)[1].left == 1


def test_a_photo_the_model_refuses_does_not_hold_up_the_others(
    library: Library, album: Path, bright: BrightColourEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed = bright.encode_images

    save_photo(album / "teal.jpg", "teal")
    run(library, ColourEncoder(), album)

    def refuse_teal(pixels: NDArray[np.uint8], threads: int | None = None) -> NDArray[np.float32]:
        if ((pixels[:, 16, 16, 0] < 50) & (pixels[:, 16, 16, 2] - 128 < 20)).any():
            raise PhotoClipError("The model gives no usable numbers.")
        return embed(pixels)

    monkeypatch.setattr(bright, "encode_images", refuse_teal)
    _, report = switch_to(library, bright)
    assert (report.switched, report.embedded, report.left) == (True, 40, 1)


def test_indexing_under_another_model_reads_no_original_it_need_not(
    library: Library, album: Path, bright: BrightColourEncoder
) -> None:
    """As after an update with a new starter, when there is no old model to serve meanwhile."""
    for path in album.iterdir():
        facts = path.stat()
        path.write_bytes(bytes(facts.st_size))  # whoever reads it finds no photo
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    save_photo(album / "wide.jpg", size=(1600, 40))
    work = index(library, bright, Tagger(bright), [str(album)], StopFlag())
    phases = [progress.phase for progress in work]
    assert phases.index("embedding") < phases.index("indexing")
    assert library.counts(bright.id).searchable == 41
    assert library.counts(bright.id).failures == 0
    order = embedded_in_order(library, bright.id)[:40]
    newest = [int(i) for i in library.listing()[0] if int(i) in order]
    assert order == newest
    assert run(library, bright, album).unchanged == 41


def test_a_returned_copy_that_this_model_has_not_seen_is_shown_at_once(
    library: Library, album: Path, encoder: ColourEncoder, bright: BrightColourEncoder
) -> None:
    copy = Path(shutil.copy2(album / "00.jpg", album / "copy.jpg"))
    run(library, encoder, album)
    copy.rename(album.parent / "away.jpg")
    run(library, encoder, album)
    (album.parent / "away.jpg").rename(copy)
    run(library, bright, album)
    assert library.store.rows("SELECT name FROM files WHERE missing") == []


def test_a_thumbnail_of_an_older_make_is_renewed_by_indexing(
    library: Library, photos: Path, encoder: ColourEncoder, bright: BrightColourEncoder
) -> None:
    save_photo(photos / "a.jpg")
    run(library, encoder, photos)
    [photo] = library.photos([int(i) for i in library.listing()[0]]).values()
    save_photo(library.thumbnails.path(photo.content_hash), "blue")
    run(library, bright, photos)
    jpeg = library.thumbnails.read(photo.content_hash)
    assert jpeg is not None
    assert picture_of_thumbnail(jpeg) is not None
