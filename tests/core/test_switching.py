"""Switching models: the old one answers until the new one can, and nothing is lost on the way."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from photoclip.core.embedding import side_by_side
from photoclip.core.library import Library
from photoclip.core.search import Searcher
from photoclip.core.serving import Serving
from photoclip.core.switching import Choice, cancel, choice, switch, want
from photoclip.core.tagging import Tagger
from photoclip.core.types import Change, SwitchReport
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag
from tests.core.switches import driven, embedded_in_order, everything_but, switch_to
from tests.core.test_indexing import run
from tests.fakes import BrightColourEncoder, ColourEncoder, save_photo


def test_a_switch_embeds_newest_first_and_then_the_wanted_model_serves(
    library: Library, album: Path, bright: BrightColourEncoder
) -> None:
    assert choice(library) == Choice("starter")
    want(library, "bright")
    assert choice(library) == Choice("starter", "bright")
    reports, report = switch_to(library, bright)
    assert report == replace(
        SwitchReport(switched=True, embedded=40, from_thumbnails=40), seconds=report.seconds
    )
    assert choice(library) == Choice("bright")
    assert embedded_in_order(library, bright.id) == [int(i) for i in library.listing()[0]]
    assert [r.change.model for r in reports if r.change] == [True]
    done = [(r.done, r.total) for r in reports if r.phase == "embedding" and r.total]
    assert done == [(n, 40) for n in range(8, 41, 8)]
    assert library.counts(bright.id).searchable == 40
    assert not list(library.unembedded(bright.id))


def test_the_embeddings_and_tags_are_those_of_indexing_under_that_model(
    library: Library, album: Path, bright: BrightColourEncoder, tmp_path: Path
) -> None:
    switch_to(library, bright)
    fresh = Library(tmp_path / "fresh.photoclip")
    run(fresh, bright, album)
    for photo_id in map(int, library.listing()[0]):
        photo = library.photo(photo_id)
        assert photo is not None
        other = fresh.photo_at(photo.path)
        assert other is not None
        ours, theirs = library.vector(photo_id, bright.id), fresh.vector(other, bright.id)
        assert ours is not None
        assert theirs is not None
        np.testing.assert_allclose(ours, theirs, atol=0.02)
        ours_tags, theirs_tags = (
            library.annotations.tags(photo_id, bright.id).suggested,
            fresh.annotations.tags(other, bright.id).suggested,
        )
        assert [tag.term for tag in ours_tags] == [tag.term for tag in theirs_tags]
    fresh.close()


def test_the_old_index_answers_fully_until_the_switch(
    library: Library, album: Path, encoder: ColourEncoder, bright: BrightColourEncoder
) -> None:
    """Searched from another thread all along, as the app does."""
    opened = {"starter": encoder, "bright": bright}
    serving = Serving(library, opened.__getitem__, None)
    old = Searcher(library, encoder, Tagger(encoder).terms).search("red")
    new: list[Any] = []
    answers: list[Any] = []
    done, searched = threading.Event(), threading.Event()

    def ask() -> None:
        while not done.is_set():
            answers.append(serving.search("red"))
            searched.set()

    thread = threading.Thread(target=ask)
    thread.start()
    want(library, "bright")
    for progress in serving.switch("bright", StopFlag()):
        if progress.change.model:
            new = Searcher(library, bright, Tagger(bright).terms).search("red")
        searched.clear()
        assert searched.wait(10)  # an answer at every step
    done.set()
    thread.join()
    assert serving.search("red") == new != old
    switched = answers.index(new)
    assert switched > 5
    assert all(answer == old for answer in answers[:switched])
    assert all(answer == new for answer in answers[switched:])
    assert len(old) == len(new) == 40


def test_nothing_but_the_new_models_vectors_and_tags_is_written(
    library: Library, album: Path, bright: BrightColourEncoder
) -> None:
    library.set_setting("anything", "a person's own")
    before = everything_but(library, bright.id)
    files = {path: path.stat().st_mtime_ns for path in album.iterdir()}
    switch_to(library, bright)
    assert everything_but(library, bright.id) == before
    assert {path: path.stat().st_mtime_ns for path in album.iterdir()} == files


def test_going_back_is_at_once_and_embeds_nothing(
    library: Library, album: Path, encoder: ColourEncoder, bright: BrightColourEncoder
) -> None:
    serving = Serving(library, {"starter": encoder, "bright": bright}.__getitem__, None)
    old = serving.search("red")
    switch_to(library, bright)
    assert serving.search("red") != old
    images = encoder.images_encoded
    reports, report = switch_to(library, encoder, "starter")
    assert serving.search("red") == old
    assert (report.switched, report.embedded) == (True, 0)
    assert encoder.images_encoded == images
    assert [r.change.model for r in reports if r.change] == [True]


def test_with_few_photos_missing_it_serves_first_and_embeds_them_then(
    library: Library, photos: Path, encoder: ColourEncoder, bright: BrightColourEncoder
) -> None:
    for i in range(100):
        save_photo(photos / f"{i}.jpg", size=(32, 32))
    run(library, encoder, photos)
    switch_to(library, bright)
    save_photo(photos / "new.jpg", "blue")
    run(library, bright, photos)
    reports, report = switch_to(library, encoder, "starter")
    assert (report.switched, report.embedded) == (True, 1)
    assert reports[0].change.model
    embedded = [report for report in reports if report.phase == "embedding"]
    assert embedded[-1].change.added == (library.photo_at(str(photos / "new.jpg")),)
    switch_to(library, bright)
    for i in range(2):
        save_photo(photos / f"newer {i}.jpg", "blue")
    run(library, bright, photos)
    reports, report = switch_to(library, encoder, "starter")
    assert (report.switched, report.embedded) == (True, 2)
    assert reports[-1].change.model


def test_photos_indexed_meanwhile_belong_to_both(
    library: Library, album: Path, encoder: ColourEncoder, bright: BrightColourEncoder
) -> None:
    want(library, "bright")
    added = False
    for progress in switch(library, "bright", bright, Tagger(bright), StopFlag()):
        if progress.phase == "embedding" and not added:
            save_photo(album / "meanwhile.jpg", "blue", taken="2024:01:01 00:00:00")
            added = run(library, encoder, album).indexed == 1
    assert added
    assert choice(library) == Choice("bright")
    assert library.counts(bright.id).searchable == 41
    assert library.counts(encoder.id).searchable == 41


def test_cancelled_by_anyone_it_ends_and_keeps_what_is_done(
    library: Library, album: Path, bright: BrightColourEncoder
) -> None:
    other = Library(library.path)
    want(library, "bright")
    work = switch(library, "bright", bright, Tagger(bright), StopFlag())
    assert [next(work).done for _ in range(3)] == [0, 8, 16]
    cancel(other)
    reports, report = driven(work)
    assert (reports, report.stopped, report.switched, report.embedded) == ([], True, False, 16)
    assert choice(library) == Choice("starter")
    report = switch_to(other, bright)[1]
    assert (report.switched, report.embedded) == (True, 24)
    # Only batches that were being embedded when it was cancelled are embedded again.
    in_flight = side_by_side(bright)[0] + 1
    assert 40 <= bright.images_encoded <= 40 + in_flight * bright.batch_size
    other.close()


def test_wanting_another_or_the_serving_one_ends_it(
    library: Library, album: Path, bright: BrightColourEncoder
) -> None:
    for instead, expected in (
        ("third", Choice("starter", "third")),
        ("starter", Choice("starter")),
    ):
        want(library, "bright")
        work = switch(library, "bright", bright, Tagger(bright), StopFlag())
        assert [next(work).phase for _ in range(2)] == ["loading", "embedding"]
        want(library, instead)
        assert driven(work)[1].stopped
        assert choice(library) == expected


def test_stopped_it_goes_on_where_it_was(
    library: Library,
    album: Path,
    bright: BrightColourEncoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What is being embedded when it is stopped is still stored: on many cores that is all.
    monkeypatch.setattr("photoclip.core.embedding._MOST_ON_PROCESSOR", 1)
    want(library, "bright")
    stop = StopFlag()
    work = switch(library, "bright", bright, Tagger(bright), stop)
    assert [next(work).done for _ in range(2)] == [0, 8]
    stop.stop()
    report = driven(work)[1]
    assert (report.stopped, report.switched) == (True, False)
    assert choice(library) == Choice("starter", "bright")
    done = bright.images_encoded
    assert 8 <= done < 40
    assert switch_to(library, bright)[1].embedded == 40 - done
    assert bright.images_encoded == 40


def test_two_programs_at_once_store_each_vector_once(
    library: Library, album: Path, bright: BrightColourEncoder
) -> None:
    other, second = Library(library.path), BrightColourEncoder()
    want(library, "bright")
    ours = switch(library, "bright", bright, Tagger(bright), StopFlag())
    theirs = switch(other, "bright", second, Tagger(second), StopFlag())
    for _ in range(4):
        next(ours)
        next(theirs)
    reports = [driven(ours)[1], driven(theirs)[1]]
    assert all(report.switched for report in reports)
    assert choice(library) == choice(other) == Choice("bright")
    assert len(embedded_in_order(library, bright.id)) == 40
    other.close()


def test_what_cannot_be_reached_does_not_hold_up_the_switch_and_follows_later(
    library: Library,
    album: Path,
    encoder: ColourEncoder,
    bright: BrightColourEncoder,
    tmp_path: Path,
) -> None:
    drive = tmp_path / "drive"
    for i in range(2):
        save_photo(drive / f"{i}.jpg", "blue", size=(1600, 40))
    run(library, encoder, drive)
    drive.rename(tmp_path / "not connected")
    _, report = switch_to(library, bright)
    assert (report.switched, report.embedded, report.left) == (True, 40, 2)
    assert library.counts(bright.id).searchable == 40
    (tmp_path / "not connected").rename(drive)
    assert run(library, bright, drive).indexed == 2
    assert library.counts(bright.id).searchable == 42


def test_a_model_that_more_than_a_few_photos_are_out_of_reach_of_does_not_take_over(
    library: Library,
    album: Path,
    encoder: ColourEncoder,
    bright: BrightColourEncoder,
    tmp_path: Path,
) -> None:
    drive = tmp_path / "drive"
    for i in range(3):
        save_photo(drive / f"{i}.jpg", "blue", size=(1600, 40))
    run(library, encoder, drive)
    drive.rename(tmp_path / "not connected")
    _, report = switch_to(library, bright)
    assert (report.switched, report.stopped, report.left) == (False, False, 3)
    assert choice(library) == Choice("starter", "bright")
    (tmp_path / "not connected").rename(drive)
    _, report = switch_to(library, bright)
    assert (report.switched, report.embedded) == (True, 3)


def test_a_model_that_fails_altogether_leaves_the_old_one_serving(
    library: Library, album: Path, bright: BrightColourEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: NDArray[np.uint8], threads: int | None = None) -> NDArray[np.float32]:
        raise PhotoClipError("The file of the model is damaged.")

    monkeypatch.setattr(bright, "encode_images", fail)
    with pytest.raises(PhotoClipError, match="damaged"):
        switch_to(library, bright)
    assert choice(library) == Choice("starter", "bright")


def test_a_model_that_serves_already_is_not_wanted_any_more(library: Library) -> None:
    want(library, "bright")
    library.set_setting("model", "bright")
    assert choice(library) == Choice("bright")


def test_an_empty_library_switches_at_once(library: Library, bright: BrightColourEncoder) -> None:
    assert switch_to(library, bright)[1].switched
    assert choice(library) == Choice("bright")


def test_hidden_photos_are_not_waited_for(
    library: Library, album: Path, encoder: ColourEncoder, bright: BrightColourEncoder
) -> None:
    (album / "00.jpg").unlink()
    run(library, encoder, album)
    report = switch_to(library, bright)[1]
    assert (report.switched, report.embedded) == (True, 39)


def test_stored_models_are_listed_and_one_models_vectors_deleted(
    library: Library,
    album: Path,
    encoder: ColourEncoder,
    bright: BrightColourEncoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    switch_to(library, bright)
    found = {model.name: model for model in library.stored_models()}
    assert set(found) == {"colours", "bright"}
    assert (found["bright"].id, found["bright"].vectors) == (bright.id, 40)
    assert (found["bright"].bytes, found["colours"].bytes) == (40 * 5 * 2, 40 * 4 * 2)
    before = everything_but(library, encoder.id)
    monkeypatch.setattr("photoclip.core.library._DELETED_AT_ONCE", 16)
    asked = iter([True, False])
    assert library.delete_vectors(encoder.id, lambda: next(asked)) == Change(tags=True)
    assert library.counts(encoder.id).searchable == 24
    assert library.delete_vectors(encoder.id) == Change(tags=True)
    assert [model.name for model in library.stored_models()] == ["bright"]
    assert everything_but(library, encoder.id) == before
    assert library.annotations.tag_counts(encoder.id) == ()
    assert switch_to(library, encoder, "starter")[1].embedded == 40
