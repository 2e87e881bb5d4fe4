"""Indexing real files into real libraries, with a fake encoder that counts what it embeds."""

import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photoclip.core import indexing
from photoclip.core.indexing import index
from photoclip.core.library import Library
from photoclip.core.tagging import Tagger
from photoclip.core.types import IndexReport, Scope
from photoclip.core.words import WordIndex
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag
from tests.fakes import ColourEncoder, save_photo


def run(library: Library, encoder: ColourEncoder, *paths: Path) -> IndexReport:
    work = index(library, encoder, Tagger(encoder), [str(p) for p in paths], StopFlag())
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def names(library: Library, scope: Scope = Scope()) -> list[str]:
    ids = library.listing(scope)[0]
    found = library.photos([int(i) for i in ids])
    return [Path(found[i].path).name for i in ids]


def test_each_photo_is_embedded_once(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    for i in range(20):
        save_photo(photos / f"sub{i % 3}" / f"{i}.jpg")
    first = run(library, encoder, photos)
    assert (first.found, first.indexed, first.failed) == (20, 20, 0)
    assert encoder.images_encoded == 20
    second = run(library, encoder, photos)
    assert (second.found, second.indexed, second.unchanged) == (20, 0, 20)
    assert encoder.images_encoded == 20


def test_copies_are_one_photo(library: Library, encoder: ColourEncoder, photos: Path) -> None:
    save_photo(photos / "a.jpg")
    shutil.copy(photos / "a.jpg", photos / "b.jpg")
    report = run(library, encoder, photos)
    assert (report.found, report.indexed) == (2, 2)
    assert encoder.images_encoded == 1
    assert len(names(library)) == 1


def test_moved_and_renamed_files_keep_their_photo(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    for i in range(10):
        save_photo(photos / f"{i}.jpg", "blue")
    run(library, encoder, photos)
    before = {int(i) for i in library.listing()[0]}
    for i in range(5):
        (photos / "new place").mkdir(exist_ok=True)
        (photos / f"{i}.jpg").rename(photos / "new place" / f"renamed {i}.jpg")
    report = run(library, encoder, photos)
    assert (report.moved, report.indexed, report.missing, report.unchanged) == (5, 0, 0, 5)
    assert encoder.images_encoded == 10
    assert {int(i) for i in library.listing()[0]} == before
    assert sorted(names(library))[-1] == "renamed 4.jpg"


def test_a_move_from_one_root_to_another(
    library: Library, encoder: ColourEncoder, photos: Path, tmp_path: Path
) -> None:
    save_photo(photos / "a.jpg")
    run(library, encoder, photos)
    (tmp_path / "other").mkdir()
    (photos / "a.jpg").rename(tmp_path / "other" / "a.jpg")
    report = run(library, encoder, tmp_path / "other")
    assert (report.moved, report.indexed) == (1, 0)
    assert encoder.images_encoded == 1


def test_a_vanished_file_is_hidden_and_comes_back_unread(
    library: Library, encoder: ColourEncoder, photos: Path, tmp_path: Path
) -> None:
    save_photo(photos / "a.jpg")
    save_photo(photos / "b.jpg")
    run(library, encoder, photos)
    (photos / "a.jpg").rename(tmp_path / "away.jpg")
    report = run(library, encoder, photos)
    assert (report.found, report.missing) == (1, 1)
    assert names(library) == ["b.jpg"]
    assert run(library, encoder, photos).missing == 0, "told once"
    (tmp_path / "away.jpg").rename(photos / "a.jpg")
    assert run(library, encoder, photos).unchanged == 2
    assert encoder.images_encoded == 2
    assert len(names(library)) == 2


def test_a_folder_that_is_gone_takes_nothing_with_it(
    library: Library, encoder: ColourEncoder, photos: Path, tmp_path: Path
) -> None:
    save_photo(photos / "a.jpg")
    run(library, encoder, photos)
    photos.rename(tmp_path / "unplugged")
    report = run(library, encoder, photos)
    assert report.missing == 0
    assert [folder.path for folder in report.skipped_folders] == [str(photos)]
    assert names(library) == ["a.jpg"]
    assert not library.folder_tree()[0].online


def test_a_vanished_subfolder_is_missing(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    save_photo(photos / "a.jpg")
    save_photo(photos / "sub" / "b.jpg")
    run(library, encoder, photos)
    shutil.rmtree(photos / "sub")
    assert run(library, encoder, photos).missing == 1


def test_changed_content_is_read_again(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    save_photo(photos / "a.jpg", "red")
    run(library, encoder, photos)
    save_photo(photos / "a.jpg", "blue", size=(100, 100))
    report = run(library, encoder, photos)
    assert (report.indexed, report.unchanged) == (1, 0)
    [photo] = library.photos([int(library.listing()[0][0])]).values()
    assert photo.width == 100


def test_a_touched_file_is_not_embedded_again(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    path = save_photo(photos / "a.jpg")
    run(library, encoder, photos)
    os.utime(path, ns=(1, 1))
    report = run(library, encoder, photos)
    assert (report.indexed, report.unchanged, report.moved) == (0, 1, 0)
    assert encoder.images_encoded == 1


def test_a_broken_file_is_told_and_not_tried_again(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    save_photo(photos / "good.jpg")
    (photos / "empty.jpg").touch()
    (photos / "text.png").write_text("I am no picture")
    report = run(library, encoder, photos)
    assert (report.found, report.indexed, report.failed) == (3, 1, 2)
    assert [Path(f.path).name for f in library.failures()] == ["empty.jpg", "text.png"]
    assert all(f.reason and f.permanent for f in library.failures())
    report = run(library, encoder, photos)
    assert (report.found, report.unchanged, report.failed) == (3, 1, 2)
    save_photo(photos / "empty.jpg")
    assert run(library, encoder, photos).indexed == 1
    assert len(library.failures()) == 1


def test_a_stopped_run_is_continued(
    library: Library, encoder: ColourEncoder, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is being embedded when it is stopped is still stored: on many cores that is all.
    monkeypatch.setattr("photoclip.core.embedding._MOST_ON_PROCESSOR", 1)
    for i in range(40):
        save_photo(photos / f"{i:02}.jpg")
    stop = StopFlag()
    work = index(library, encoder, Tagger(encoder), [str(photos)], stop)
    for progress in work:
        if progress.phase == "indexing":
            stop.stop()
    done = encoder.images_encoded
    assert 0 < done < 40
    assert library.counts(encoder.id).searchable == done
    report = run(library, encoder, photos)
    assert (report.indexed, report.unchanged) == (40 - done, done)
    assert encoder.images_encoded == 40


def test_progress_adds_up_and_tells_what_was_added(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    for i in range(20):
        save_photo(photos / f"{i}.jpg")
    reports = list(index(library, encoder, Tagger(encoder), [str(photos)], StopFlag()))
    assert [r.phase for r in reports if r.phase == "indexing"]
    assert (reports[-1].done, reports[-1].total) == (20, 20)
    added = [i for report in reports for i in report.change.added]
    assert sorted(added) == sorted(int(i) for i in library.listing()[0])


def test_files_that_go_away_meanwhile_are_told_and_the_others_go_on(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    for i in range(60):
        save_photo(photos / f"{i:02}.jpg")
    for progress in index(library, encoder, Tagger(encoder), [str(photos)], StopFlag()):
        if progress.phase == "indexing" and (photos / "59.jpg").exists():
            (photos / "59.jpg").unlink()
    [failure] = library.failures()
    assert Path(failure.path).name == "59.jpg"
    assert not failure.permanent
    assert len(names(library)) == 59
    assert run(library, encoder, photos).missing == 1
    assert library.failures() == ()


def test_a_full_disk_is_told_and_what_is_done_stays(
    library: Library, encoder: ColourEncoder, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for i in range(40):
        save_photo(photos / f"{i:02}.jpg")
    write = library.thumbnails.write
    room = iter(range(20))

    def write_while_there_is_room(content_hash: str, jpeg: bytes) -> None:
        if next(room, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(content_hash, jpeg)

    monkeypatch.setattr(library.thumbnails, "write", write_while_there_is_room)
    with pytest.raises(PhotoClipError, match="disk is full"):
        run(library, encoder, photos)
    done = library.counts(encoder.id).searchable
    assert done > 0
    monkeypatch.undo()
    assert run(library, encoder, photos).indexed == 40 - done


def test_one_photo_may_be_added_by_itself(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    one = save_photo(photos / "one.jpg")
    save_photo(photos / "two.jpg")
    assert run(library, encoder, one).found == 1
    assert library.roots() == (str(one),)
    report = run(library, encoder, photos)
    assert (report.found, report.indexed, report.unchanged) == (2, 1, 1)
    assert library.roots() == (str(photos),), "the folder takes the photo's place"
    assert run(library, encoder, one).missing == 0


def test_what_does_not_exist_is_told(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    with pytest.raises(PhotoClipError, match="does not exist"):
        run(library, encoder, photos / "nowhere")


def test_grid_order_is_by_capture_time(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    save_photo(photos / "old.jpg", taken="2001:01:01 10:00:00")
    save_photo(photos / "new.jpg", taken="2020:01:01 10:00:00")
    save_photo(photos / "undated.jpg")
    os.utime(photos / "undated.jpg", (1.3e9, 1.3e9))  # in 2011
    run(library, encoder, photos)
    assert names(library) == ["new.jpg", "undated.jpg", "old.jpg"]


def test_folders_and_their_counts(library: Library, encoder: ColourEncoder, photos: Path) -> None:
    for path in ("a.jpg", "2023/b.jpg", "2023/May/c.jpg", "2024/d.jpg"):
        save_photo(photos / path)
    run(library, encoder, photos)
    [root] = library.folder_tree()
    assert (root.name, root.count) == ("photos", 4)
    assert [(f.name, f.count) for f in root.children] == [("2023", 2), ("2024", 1)]
    assert sorted(names(library, Scope(folder=str(photos / "2023")))) == ["b.jpg", "c.jpg"]


def test_odd_names_survive(library: Library, encoder: ColourEncoder, photos: Path) -> None:
    odd = ["with space.jpg", "line\nbreak.jpg", "海边的狗.jpg", "🐕.jpg"]
    for name in odd:
        save_photo(photos / name)
    not_text = os.path.join(os.fsencode(photos), b"caf\xe9.jpg")
    try:
        shutil.copy(save_photo(photos / "x.jpg", "green"), not_text)
        (photos / "x.jpg").unlink()
        odd.append(os.fsdecode(b"caf\xe9.jpg"))
    except OSError:
        pass  # this file system takes text only
    report = run(library, encoder, photos)
    assert report.indexed == len(odd)
    assert sorted(names(library)) == sorted(odd)


def test_original_files_are_not_written_to(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    path = save_photo(photos / "a.jpg")
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    run(library, encoder, photos)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert sorted(p.name for p in photos.iterdir()) == ["a.jpg"]


def test_removing_a_folder_hides_it_and_adding_it_brings_it_back(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    save_photo(photos / "a.jpg")
    run(library, encoder, photos)
    library.remove_root(str(photos))
    assert names(library) == []
    assert library.roots() == ()
    run(library, encoder, photos)
    assert names(library) == ["a.jpg"]
    assert encoder.images_encoded == 1


def test_a_folder_taken_out_while_it_is_read_leaves_nothing_behind(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    for i in range(40):
        save_photo(photos / f"{i}.jpg")
    for progress in index(library, encoder, Tagger(encoder), [str(photos)], StopFlag()):
        if progress.phase == "indexing":
            library.remove_root(str(photos))
    assert library.roots() == ()
    assert names(library) == []
    assert library.failures() == ()


def test_a_known_file_that_cannot_be_read_now_keeps_its_photo(
    library: Library, encoder: ColourEncoder, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_photo(photos / "a.jpg")
    run(library, encoder, photos)
    os.utime(path, ns=(1, 1))

    def refuse(*_: object) -> None:  # chmod would not keep out the system's administrator
        raise PermissionError

    monkeypatch.setattr(indexing, "open", refuse, raising=False)
    assert run(library, encoder, photos).failed == 1
    assert names(library) == ["a.jpg"]
    monkeypatch.undo()
    assert run(library, encoder, photos).unchanged == 1


def test_a_photo_the_model_cannot_take_does_not_hold_up_the_others(
    library: Library, encoder: ColourEncoder, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for i in range(10):
        save_photo(photos / f"{i}.jpg", "black" if i == 5 else "red")
    embed = encoder.encode_images

    def refuse_black(pixels: NDArray[np.uint8], threads: int | None = None) -> NDArray[np.float32]:
        if (pixels.max(axis=(1, 2, 3)) < 10).any():
            raise PhotoClipError("no usable numbers")
        return embed(pixels)

    monkeypatch.setattr(encoder, "encode_images", refuse_black)
    report = run(library, encoder, photos)
    assert (report.indexed, report.failed) == (9, 1)
    for i in range(10):
        (photos / f"{i}.jpg").unlink()
    save_photo(photos / "x.jpg", "black", size=(80, 60))
    report = run(library, encoder, photos)
    assert (report.indexed, report.failed) == (0, 1)


def test_a_model_that_takes_no_photo_is_told_and_no_photo_blamed(
    library: Library, encoder: ColourEncoder, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_photo(photos / "a.jpg")

    def refuse(_: object, threads: int | None = None) -> NDArray[np.float32]:
        raise PhotoClipError("no usable numbers")

    monkeypatch.setattr(encoder, "encode_images", refuse)
    with pytest.raises(PhotoClipError, match="no usable numbers"):
        run(library, encoder, photos)
    assert library.failures() == ()


def test_moved_photos_never_leave_the_grid(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    for i in range(10):
        save_photo(photos / "here" / f"{i}.jpg")
    run(library, encoder, photos)
    (photos / "here").rename(photos / "there")
    for _ in index(library, encoder, Tagger(encoder), [str(photos)], StopFlag()):
        assert library.counts(encoder.id).photos == 10


def test_a_skipped_folder_that_was_asked_for_stays(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    save_photo(photos / "a.jpg")
    save_photo(photos / "Cache" / "b.jpg")
    run(library, encoder, photos)
    assert names(library) == ["a.jpg"]
    run(library, encoder, photos / "Cache")
    run(library, encoder, photos)
    assert sorted(names(library)) == ["a.jpg", "b.jpg"]
    assert len(library.roots()) == 2


def test_what_a_link_leads_to_may_be_away_for_a_while(
    library: Library, encoder: ColourEncoder, photos: Path, tmp_path: Path
) -> None:
    save_photo(tmp_path / "drive" / "a.jpg")
    (photos / "link").symlink_to(tmp_path / "drive")
    run(library, encoder, photos)
    (tmp_path / "drive").rename(tmp_path / "unplugged")
    assert run(library, encoder, photos).missing == 0
    assert names(library) == ["a.jpg"]


def test_a_folder_added_by_another_way_is_the_same_folder(
    library: Library, encoder: ColourEncoder, photos: Path, tmp_path: Path
) -> None:
    save_photo(photos / "sub" / "a.jpg")
    (tmp_path / "link").symlink_to(photos)
    run(library, encoder, photos)
    for path in (tmp_path / "link", tmp_path / "link" / "sub"):
        report = run(library, encoder, path)
        assert (report.found, report.unchanged, report.missing) == (1, 1, 0)
    assert library.roots() == (str(photos),)


def test_lost_thumbnails_are_made_again(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    path = save_photo(photos / "a.jpg")
    run(library, encoder, photos)
    [content_hash] = library.content_hashes([library.photo_at(str(path)) or 0]).values()
    library.thumbnails.path(content_hash).write_bytes(b"")
    os.utime(path, ns=(1, 1))
    run(library, encoder, photos)
    assert library.thumbnails.read(content_hash)
    assert encoder.images_encoded == 1


def test_times_out_of_this_world_are_taken(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    path = save_photo(photos / "a.jpg")
    try:
        os.utime(path, (12_000_000_000, 12_000_000_000))  # the year 2350
    except OSError:
        pytest.skip("this file system has no such times")
    run(library, encoder, photos)
    assert names(library) == ["a.jpg"]
    assert run(library, encoder, photos).unchanged == 1


@pytest.mark.parametrize("name", ["notes.txt", ""])
def test_what_is_no_photo_is_refused(
    library: Library, encoder: ColourEncoder, photos: Path, name: str
) -> None:
    (photos / "notes.txt").touch()
    path = str(photos / name) if name else ""
    with pytest.raises(PhotoClipError):
        list(index(library, encoder, Tagger(encoder), [path], StopFlag()))
    assert library.roots() == ()


def test_many_runs_leave_no_connections_open(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    for i in range(8):
        save_photo(photos / f"{i}.jpg")
        run(library, encoder, photos)
    assert len(library.store._connections) <= 2 + (os.cpu_count() or 1)


def test_the_words_of_what_was_indexed_are_known(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    save_photo(photos / "regatta.jpg")
    run(library, encoder, photos)
    assert set(WordIndex(library).photos("regatta")) == {1}
