"""Which files a walk finds, and that it ends."""

import os
from pathlib import Path

import pytest

from photoclip.core.scan import Listing, scan
from photoclip.core.types import Failure
from photoclip.progress import StopFlag


def found(*roots: Path) -> list[str]:
    """The paths of what is found, relative to the first root."""
    base = os.fsencode(roots[0])
    return sorted(
        os.fsdecode(os.path.relpath(os.path.join(item.directory, file.name), base))
        for item in scan([os.fsencode(root) for root in roots], StopFlag())
        if isinstance(item, Listing)
        for file in item.files
    )


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_photo_files_below_are_found_by_their_extension(tmp_path: Path) -> None:
    for name in ("a.jpg", "b/c.HEIC", "b/d/e.Png", "f.txt", "g", "h.mov"):
        touch(tmp_path / name)
    assert found(tmp_path) == ["a.jpg", "b/c.HEIC", "b/d/e.Png"]


@pytest.mark.parametrize(
    "name",
    [".hidden/a.jpg", "._a.jpg", "Cache/a.jpg", "@eaDir/a.jpg", "x.lrdata/a.jpg",
     "lib.thumbnails/a.jpg", "L.photoslibrary/resources/a.jpg"],
)  # fmt: skip
def test_hidden_files_and_caches_are_left_out(tmp_path: Path, name: str) -> None:
    touch(tmp_path / name)
    assert found(tmp_path) == []


def test_originals_in_an_apple_library_are_found(tmp_path: Path) -> None:
    touch(tmp_path / "L.photoslibrary" / "originals" / "A" / "a.jpg")
    assert len(found(tmp_path)) == 1


def test_a_folder_named_by_the_person_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    touch(tmp_path / "cache" / "a.jpg")
    assert found(tmp_path / "cache") == ["a.jpg"]


def test_links_in_circles_end(tmp_path: Path) -> None:
    touch(tmp_path / "a" / "a.jpg")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a" / "self")
    assert found(tmp_path) == ["a/a.jpg"]
    assert found(tmp_path / "a") == ["a.jpg"]


def test_a_link_out_is_followed_once(tmp_path: Path) -> None:
    touch(tmp_path / "outside" / "a.jpg")
    root = tmp_path / "root"
    root.mkdir()
    (root / "one").symlink_to(tmp_path / "outside")
    (root / "two").symlink_to(tmp_path / "outside")
    (root / "x.jpg").symlink_to(touch(tmp_path / "other.jpg"))
    (root / "y.jpg").symlink_to(tmp_path / "other.jpg")
    (root / "nowhere.jpg").symlink_to(tmp_path / "nothing.jpg")
    assert len(found(root)) == 2


def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    [item] = scan([os.fsencode(tmp_path / "gone")], StopFlag())
    assert isinstance(item, Failure)
    assert item.reason


def test_a_folder_that_may_not_be_read_is_told_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path / "a" / "a.jpg")
    touch(tmp_path / "b" / "b.jpg")
    scandir = os.scandir

    def refuse(path: bytes) -> object:  # chmod would not keep out the system's administrator
        if path.endswith(b"a"):
            raise PermissionError
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    items = list(scan([os.fsencode(tmp_path)], StopFlag()))
    [failure] = [item for item in items if isinstance(item, Failure)]
    assert failure.path == str(tmp_path / "a")
    assert "permissions" in failure.reason
    assert found(tmp_path) == ["b/b.jpg"]


def test_a_folder_named_like_a_photo_is_a_folder(tmp_path: Path) -> None:
    touch(tmp_path / "album.jpg" / "a.jpg")
    assert found(tmp_path) == ["album.jpg/a.jpg"]


def test_pipes_are_not_opened(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(tmp_path / "a.jpg")
    assert found(tmp_path) == []


def test_it_stops_when_asked(tmp_path: Path) -> None:
    for i in range(3):
        touch(tmp_path / str(i) / "a.jpg")
    stop = StopFlag()
    walk = scan([os.fsencode(tmp_path)], stop)
    next(walk)
    stop.stop()
    assert list(walk) == []
