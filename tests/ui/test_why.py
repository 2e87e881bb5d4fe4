"""Why a photo is here and where in it: in the details, in the viewer, and by key."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from photoclip.core.explaining import Explanation
from photoclip.errors import PhotoClipError
from photoclip.ui.actions import key_notes
from photoclip.ui.main_window import MainWindow
from photoclip.ui.shell import Shell
from tests.fakes import ColourEncoder, save_photo
from tests.ui.conftest import WAIT, Open, wait_indexed, wait_read

LEFT = Qt.MouseButton.LeftButton
COLOURS = ("red", "orange", "green", "blue", "cyan", "purple", "white", "black")


class SpotEncoder(ColourEncoder):
    """Sees the colourful spots of a picture, so that it can be told where they are.

    While its gate is closed, it does not see at all.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()

    def encode_images(
        self, pixels: NDArray[np.uint8], threads: int | None = None
    ) -> NDArray[np.float32]:
        self.gate.wait(WAIT / 1000)
        flat = pixels.reshape(len(pixels), -1, 3)
        rows = np.arange(len(flat))[:, None]
        spots = np.argsort(np.ptp(flat, axis=2), axis=1, kind="stable")[:, -2 * 64 :]
        spot = flat[rows, spots].mean(axis=1).astype(np.uint8)
        return super().encode_images(np.broadcast_to(spot[:, None, None], pixels.shape))


@pytest.fixture
def encoder() -> SpotEncoder:
    return SpotEncoder()


@pytest.fixture
def shell(qtbot: QtBot, open_shell: Open, photos: Path, encoder: SpotEncoder) -> Shell:
    """Photos of one colour each, and a grey one with a red and a blue spot, left and right."""
    for colour in COLOURS:
        save_photo(photos / f"{colour}.jpg", colour, taken="2023:08:12 12:00:00")
    spotted = Image.new("RGB", (96, 96), "grey")
    spotted.paste("red", (12, 12, 36, 36))
    spotted.paste("blue", (60, 60, 84, 84))
    spotted.save(photos / "spots.png")
    shell: Shell = open_shell([str(photos)], encoder)
    wait_indexed(qtbot, shell, len(COLOURS) + 1)
    shell.window.content.photos.show_new()
    if not shell.window.details.isVisible():
        shell.window.actions_["details"].trigger()
    return shell


@pytest.fixture
def window(shell: Shell) -> MainWindow:
    return shell.window


def until(qtbot: QtBot, condition: Callable[[], object]) -> None:
    qtbot.waitUntil(lambda: bool(condition()), timeout=WAIT)


def ask(qtbot: QtBot, window: MainWindow, text: str) -> None:
    with qtbot.waitSignal(window.session.listed, timeout=WAIT):
        window.field.setText(text)
        window.session.search(text)


def photo(window: MainWindow, name: str) -> int:
    library = window.session.library
    found = library.photo_at(str(Path(library.roots()[0]) / name))
    assert found is not None
    return found


def row_of(window: MainWindow, photo_id: int) -> int:
    """Where a photo is shown, be it among the weak ones."""
    if window.model.row_of(photo_id) is None:
        window.grid.foldAsked.emit()
    row = window.model.row_of(photo_id)
    assert row is not None
    return row


def look_at(qtbot: QtBot, window: MainWindow, name: str) -> str:
    """Select a photo; what is said of why it is here."""
    wanted = photo(window, name)
    row = row_of(window, wanted)
    with qtbot.waitSignal(
        window.why._why.explained,
        timeout=WAIT,
        check_params_cb=lambda reasons: reasons.explanation.photo_id == wanted,
    ):
        window.grid.chosen.select(row)
    return window.details.why.words()


def open_viewer(qtbot: QtBot, window: MainWindow, name: str) -> None:
    wanted = photo(window, name)
    row_of(window, wanted)
    with qtbot.waitSignal(window.viewer.view.known, timeout=WAIT):
        window.navigation.open_photo(wanted)


def darkness(window: MainWindow, x: float, y: float) -> int:
    """How dark the photo in the viewer is at a point of it, 0 to 1 in each direction."""
    canvas = window.viewer.canvas
    box = canvas.picture_rect()
    at = QPoint(round(box.left() + x * box.width()), round(box.top() + y * box.height()))
    return 255 - canvas.grab().toImage().pixelColor(at).value()


def said(window: MainWindow) -> list[str]:
    return window.details.why.words().split("\n")


def test_a_result_is_explained_part_by_part(qtbot: QtBot, window: MainWindow) -> None:
    library = window.session.library
    library.annotations.caption([photo(window, "orange.jpg")], "A red evening")
    ask(qtbot, window, "red -green 2:blue 2023")
    look_at(qtbot, window, "orange.jpg")

    lines = said(window)
    assert lines[0] == "Why here"
    assert lines[1].endswith("match")
    assert lines[2].startswith("red: ")
    assert "of the photos searched" in lines[2]
    assert lines[3].startswith("not: green: ")
    assert "Has " in lines[3]
    assert lines[4].startswith("2 × blue: −")
    assert lines[5:8] == ["“red” is in the caption", "taken in 2023", "Show where"]
    assert lines[8] == "Looks most like"
    assert 0 < lines[9].count(",") < 6


def test_the_panel_follows_selection_and_query(qtbot: QtBot, window: MainWindow) -> None:
    ask(qtbot, window, "red")
    look_at(qtbot, window, "red.jpg")
    assert "The best of 9 photos searched" in said(window)[2]
    look_at(qtbot, window, "cyan.jpg")
    assert said(window)[1] == "Weak match"
    assert "Fits less than 100% of the photos searched" in said(window)[2]
    # What is selected stays so while the query changes.
    ask(qtbot, window, "cyan")
    until(qtbot, lambda: said(window)[2].startswith("cyan: "))

    window.grid.selectAll()
    until(qtbot, window.details.why.isHidden)


def test_without_a_query_only_the_nearest_words_are_told(qtbot: QtBot, window: MainWindow) -> None:
    look_at(qtbot, window, "red.jpg")
    assert said(window)[0] == "Looks most like"
    assert len(said(window)) == 2
    assert window.details.why.where.isHidden()

    ask(qtbot, window, "type:jpeg")
    look_at(qtbot, window, "green.jpg")
    assert said(window)[:3] == ["Why here", "All filters fit", "type: JPEG"]
    assert window.details.why.where.isHidden()


def test_the_latest_photo_is_explained_and_those_before_are_not(
    qtbot: QtBot, window: MainWindow, encoder: SpotEncoder
) -> None:
    ask(qtbot, window, "red")
    look_at(qtbot, window, "red.jpg")
    encoder.gate.clear()
    panel, before = window.details.why, encoder.images_encoded
    qtbot.mouseClick(panel.where, LEFT)
    until(qtbot, lambda: window.details.preview.hint.text().startswith("Looking where…"))

    # Going on stops it after the pictures it is at, and looks in the next photo.
    look_at(qtbot, window, "spots.png")
    assert not window.details.preview.overlaid
    encoder.gate.set()
    until(qtbot, lambda: window.details.preview.overlaid)
    assert encoder.images_encoded - before < 172 + 1 + 3 * encoder.batch_size
    # With nothing selected nothing is looked for.
    window.grid.clearSelection()
    until(qtbot, lambda: not window.details.preview.overlaid)
    look_at(qtbot, window, "spots.png")
    qtbot.mouseClick(panel.where, LEFT)
    until(qtbot, lambda: window.details.preview.overlaid)
    qtbot.mouseClick(panel.where, LEFT)
    assert not window.details.preview.overlaid


def test_the_heat_map_darkens_what_does_not_matter(qtbot: QtBot, window: MainWindow) -> None:
    ask(qtbot, window, "red -blue")
    open_viewer(qtbot, window, "spots.png")
    viewer = window.viewer
    with qtbot.waitSignal(viewer.view.wanted, timeout=WAIT):
        viewer.view._ask.start()
    bright = darkness(window, 0.25, 0.25), darkness(window, 0.8, 0.8)

    qtbot.keyClick(viewer, Qt.Key.Key_H)
    until(qtbot, lambda: viewer.canvas.overlaid)
    assert darkness(window, 0.8, 0.8) > bright[1] + 60
    assert darkness(window, 0.25, 0.25) < darkness(window, 0.8, 0.8) - 60
    assert viewer.hint.text() == ""
    # It lies on the photo, however large that is shown.
    viewer.canvas.zoom(4)
    viewer.canvas.pan(QPointF(9999, 9999))
    assert darkness(window, 0.25, 0.25) < darkness(window, 0.6, 0.6) - 60

    qtbot.keyClick(viewer, Qt.Key.Key_H)
    assert not viewer.canvas.overlaid
    assert not viewer.where_button.isChecked()


def test_where_a_part_of_the_query_is(
    qtbot: QtBot, window: MainWindow, encoder: SpotEncoder
) -> None:
    ask(qtbot, window, "blue 2:red")
    open_viewer(qtbot, window, "spots.png")
    viewer = window.viewer
    qtbot.keyClick(viewer, Qt.Key.Key_I)
    until(qtbot, lambda: len(viewer.why.rows) == 2)
    blue, red = viewer.why.rows
    qtbot.mouseClick(red.where, LEFT)
    until(qtbot, lambda: viewer.canvas.overlaid)
    assert red.where.isChecked()
    assert not viewer.where_button.isChecked()
    spot = darkness(window, 0.25, 0.25)
    qtbot.mouseClick(blue.where, LEFT)
    assert not red.where.isChecked()
    until(qtbot, lambda: viewer.canvas.overlaid)
    assert darkness(window, 0.25, 0.25) > spot + 40

    # What was found a moment ago need not be looked for again.
    seen = encoder.images_encoded
    qtbot.mouseClick(red.where, LEFT)
    until(qtbot, lambda: viewer.canvas.overlaid and darkness(window, 0.25, 0.25) == spot)
    assert encoder.images_encoded == seen
    qtbot.keyClick(viewer, Qt.Key.Key_I)
    assert not viewer.why.isVisible()


def test_where_nothing_stands_out_that_is_said(qtbot: QtBot, window: MainWindow) -> None:
    ask(qtbot, window, "red")
    open_viewer(qtbot, window, "red.jpg")
    qtbot.keyClick(window.viewer, Qt.Key.Key_H)
    until(qtbot, lambda: window.viewer.hint.text() == "No part of the photo stands out.")
    assert not window.viewer.canvas.overlaid
    # It is looked for in the next photo too, until the person has had enough.
    by = row_of(window, photo(window, "spots.png")) - row_of(window, photo(window, "red.jpg"))
    window.viewer.go(by)
    until(qtbot, lambda: window.viewer.canvas.overlaid)
    assert window.viewer.hint.text() == ""


def test_without_anything_to_look_for_there_is_a_sentence(qtbot: QtBot, window: MainWindow) -> None:
    open_viewer(qtbot, window, "red.jpg")
    qtbot.keyClick(window.viewer, Qt.Key.Key_H)
    until(qtbot, lambda: "nothing to look for" in window.viewer.hint.text())
    assert not window.viewer.where_button.isChecked()


def test_a_photo_that_cannot_be_read_is_told(qtbot: QtBot, window: MainWindow) -> None:
    library = window.session.library
    wanted = photo(window, "spots.png")
    path = Path(library.roots()[0]) / "spots.png"
    path.unlink()
    library.thumbnails.path(library.content_hashes([wanted])[wanted]).unlink()
    ask(qtbot, window, "red")
    window.grid.chosen.select(row_of(window, wanted))
    until(qtbot, lambda: said(window)[0] == "Why here")
    qtbot.mouseClick(window.details.why.where, LEFT)
    until(qtbot, lambda: "Connect its drive" in window.details.preview.hint.text())
    assert window.details.why.where.text() == "Show where"

    window.navigation.open_photo(wanted)
    until(qtbot, lambda: "is not where it was" in window.viewer.view.problem)
    window.viewer.go(-1)
    until(qtbot, lambda: not window.viewer.view.problem)


def test_without_a_model_there_is_a_sentence(qtbot: QtBot, window: MainWindow) -> None:
    class Gone:
        def explain(self, *_: object) -> Sequence[Explanation]:
            raise PhotoClipError("The model file has gone. Get it again.")

    window.why._why._explains = Gone()
    with qtbot.waitSignal(window.why._why.failed, timeout=WAIT):
        window.grid.chosen.select(0)
    assert said(window) == ["The model file has gone. Get it again."]


def test_what_takes_its_time_is_said_in_a_quiet_line(qtbot: QtBot, window: MainWindow) -> None:
    why, go_on = window.why._why, threading.Event()
    explains = why._explains

    class Slow:
        def explain(self, *asked: Any) -> Sequence[Explanation]:
            go_on.wait(WAIT / 1000)
            return explains.explain(*asked)

    why._explains = Slow()
    window.why._ready = False
    window.grid.chosen.select(0)
    until(qtbot, lambda: said(window) == ["The model is getting ready…"])
    go_on.set()
    until(qtbot, lambda: said(window)[0] == "Looks most like")


def test_back_from_the_viewer_nothing_is_looked_for(
    qtbot: QtBot, window: MainWindow, encoder: SpotEncoder
) -> None:
    ask(qtbot, window, "red")
    look_at(qtbot, window, "spots.png")
    open_viewer(qtbot, window, "spots.png")
    encoder.gate.clear()
    qtbot.keyClick(window.viewer, Qt.Key.Key_H)
    until(qtbot, lambda: window.viewer.hint.text().startswith("Looking where…"))
    window.navigation.close_viewer()
    encoder.gate.set()
    wait_read(qtbot, window.session)
    assert window.details.preview.hint.text() == ""
    assert window.details.why.where.text() == "Show where"


def test_thumbs_in_the_viewer_move_the_query(qtbot: QtBot, window: MainWindow) -> None:
    open_viewer(qtbot, window, "red.jpg")
    qtbot.keyClick(window.viewer, Qt.Key.Key_Y)
    wait_read(qtbot, window.session)
    assert not window.field.query

    window.navigation.close_viewer()
    ask(qtbot, window, "red")
    open_viewer(qtbot, window, "orange.jpg")
    qtbot.keyClick(window.viewer, Qt.Key.Key_Y)
    until(qtbot, lambda: [one.liked for one in window.field.query.feedback] == [True])
    assert window.pages.currentWidget() is window.viewer
    qtbot.keyClick(window.viewer, Qt.Key.Key_N)
    until(qtbot, lambda: [one.liked for one in window.field.query.feedback] == [False])


def test_the_key_brings_the_reasons_into_view(qtbot: QtBot, window: MainWindow) -> None:
    ask(qtbot, window, "red")
    look_at(qtbot, window, "red.jpg")
    window.resize(1280, 420)
    window.grid.setFocus()
    qtbot.keyClick(window.grid, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    until(qtbot, lambda: not window.details.why.where.visibleRegion().isEmpty())
    assert window.details.why.where.hasFocus()

    window.actions_["details"].trigger()
    until(qtbot, lambda: not window.details.isVisible())
    window.actions_["why"].trigger()
    until(qtbot, lambda: window.details.why.isVisible())


def test_the_viewers_keys_are_listed(window: MainWindow) -> None:
    listed = {note.keys for note in key_notes() if note.where == "viewer"}
    assert {"Y N", "I", "H"} <= listed
