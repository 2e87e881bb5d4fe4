"""Thumbnails: which are loaded, in which order, and how large."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from photoclip.core.imaging import thumbnail_jpeg
from photoclip.ui.jobs import Bridge
from photoclip.ui.thumbnails import Thumbnails, square


class HeldStore:
    """Has a thumbnail of every photo, and lets its readers wait."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.read_by: list[str] = []
        self._jpeg = thumbnail_jpeg(Image.new("RGB", (400, 300), "red"))

    def read(self, content_hash: str) -> bytes:
        self.read_by.append(content_hash)
        self.gate.wait(20)
        return self._jpeg


class HeldLibrary:
    def __init__(self) -> None:
        self.thumbnails = HeldStore()

    def content_hashes(self, photo_ids: list[int]) -> dict[int, str]:
        return {photo_id: str(photo_id) for photo_id in photo_ids}


@pytest.fixture
def library() -> HeldLibrary:
    return HeldLibrary()


@pytest.fixture
def thumbnails(qtbot: QtBot, library: HeldLibrary) -> Iterator[Thumbnails]:
    bridge = Bridge()
    made = Thumbnails(library, bridge)  # type: ignore[arg-type]
    yield made
    library.thumbnails.gate.set()
    bridge.close()
    made.close()


def test_what_scrolled_away_is_not_loaded_and_the_newest_comes_first(
    qtbot: QtBot, library: HeldLibrary, thumbnails: Thumbnails
) -> None:
    store = library.thumbnails
    thumbnails.want(range(1000), (), 64)
    qtbot.waitUntil(lambda: len(store.read_by) > 0)
    for first in (2000, 3000, 4000):
        thumbnails.want(range(first, first + 40), range(first + 40, first + 60), 64)
    store.gate.set()
    qtbot.waitUntil(lambda: all(thumbnails.pixmap(i) is not None for i in range(4000, 4060)))
    read = [int(one) for one in store.read_by]
    # Of what was wished for first, only the groups that had been begun; of the rest nothing.
    begun = [one for one in read if one < 4000]
    assert len(begun) <= 16
    assert all(one < 1000 for one in begun)
    visible = [place for place, one in enumerate(read) if 4000 <= one < 4040]
    around = [place for place, one in enumerate(read) if one >= 4040]
    # Each thread takes a group at a time, so the last of one kind may overlap the other's first.
    assert sorted(visible)[30] < min(around)


def test_what_was_wished_for_before_and_still_is_is_loaded_once(
    qtbot: QtBot, library: HeldLibrary, thumbnails: Thumbnails
) -> None:
    for first in range(0, 40, 4):
        thumbnails.want(range(first, first + 60), (), 64)
    library.thumbnails.gate.set()
    qtbot.waitUntil(lambda: all(thumbnails.pixmap(i) is not None for i in range(36, 96)))
    assert len(set(library.thumbnails.read_by)) == len(library.thumbnails.read_by)


@pytest.mark.parametrize("size", [(512, 384), (384, 512), (90, 60), (1, 700)])
def test_a_thumbnail_is_as_large_as_its_tile(tmp_path: Path, size: tuple[int, int]) -> None:
    jpeg = thumbnail_jpeg(Image.new("RGB", size, "green"))
    image = square(jpeg, 176)
    assert (image.width(), image.height()) == (176, 176)
    assert image.pixelColor(88, 88).green() > 100


def test_pixmaps_are_kept_for_a_few_views_only(
    qtbot: QtBot, library: HeldLibrary, thumbnails: Thumbnails
) -> None:
    library.thumbnails.gate.set()
    for first in range(0, 2000, 100):
        thumbnails.want(range(first, first + 100), (), 8)
        shown = range(first, first + 100)
        qtbot.waitUntil(lambda shown=shown: all(thumbnails.pixmap(i) for i in shown))
    assert thumbnails.pixmap(1200) is not None
    assert thumbnails.pixmap(0) is None
