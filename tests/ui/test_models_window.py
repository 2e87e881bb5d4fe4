"""The window of models: getting, using, going back, removing; and the hint for other scripts."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from photoclip.core import settings as stored
from photoclip.core.switching import Choice, choice
from tests.hub_server import HubServer, Repository
from tests.ui.conftest import WAIT, GatedBrightEncoder, Open
from tests.ui.models_page import (
    CONFIG,
    LEFT,
    OTHER,
    SIGLIP,
    WEIGHTS,
    button_of,
    choose,
    click,
    open_models,
    press,
    put_model,
    row_of,
)


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        server.repositories["timm/ViT-B-16-SigLIP2"] = Repository(
            {
                "open_clip_config.json": json.dumps(CONFIG).encode(),
                WEIGHTS: random.Random(2).randbytes(300_000),
            }
        )
        yield server


def test_a_model_is_got_used_and_left_again(qtbot: QtBot, open_app: Open, hub: HubServer) -> None:
    shell = open_app(mirror=hub.url)
    window = open_models(qtbot, shell)
    assert row_of(window, "starter").section == "in use"
    assert row_of(window, "starter").note == "Runs on: Processor, 2 threads, bfloat16"
    assert "Processor" in shell.window.status.toolTip()
    offer = row_of(window, SIGLIP)
    assert offer.section == "offers"
    assert offer.chinese
    assert "109 languages, Chinese among them · Licence: Apache-2.0" in offer.facts
    # The second click of two is not one on "Pause", and asking again starts nothing again.
    press(qtbot, window.row(SIGLIP))
    qtbot.mouseDClick(window.row(SIGLIP).main, LEFT)
    qtbot.mouseRelease(window.row(SIGLIP).main, LEFT)
    assert button_of(window, SIGLIP) == "Pause"
    shell.work.models.do("get", SIGLIP)
    qtbot.waitUntil(lambda: row_of(window, SIGLIP).section == "here", timeout=WAIT)
    assert len(hub.requests_of(WEIGHTS)) == 1
    assert shell.window.notice.sentence == "SigLIP 2 ViT-B/16 is on this computer now."

    assert button_of(window, SIGLIP) == "Use"
    press(qtbot, window.row(SIGLIP))
    qtbot.waitUntil(lambda: row_of(window, SIGLIP).section == "in use", timeout=WAIT)
    assert shell.work.session.model == "bright-1"
    assert row_of(window, "starter").section == "here"
    qtbot.waitUntil(lambda: not shell.work.switch.running, timeout=WAIT)
    said = "SigLIP 2 ViT-B/16 answers now."
    qtbot.waitUntil(lambda: shell.window.notice.sentence == said, timeout=WAIT)
    assert shell.window.switch_line.isHidden()

    shell.window.notice.act()
    qtbot.waitUntil(lambda: row_of(window, "starter").section == "in use", timeout=WAIT)
    qtbot.waitUntil(lambda: not shell.work.switch.running, timeout=WAIT)
    assert shell.work.session.model == "colours-1"
    said = "Starter answers now."
    qtbot.waitUntil(lambda: shell.window.notice.sentence == said, timeout=WAIT)
    # To want the one that serves is to want no other.
    shell.work.models.do("use", "starter")
    assert shell.window.switch_line.isHidden()


def test_a_download_is_paused_and_goes_on_after_a_restart(
    qtbot: QtBot, open_app: Open, hub: HubServer
) -> None:
    hub.limit = 120_000
    shell = open_app(mirror=hub.url)
    window = open_models(qtbot, shell)
    press(qtbot, window.row(SIGLIP))
    qtbot.waitUntil(hub.at_limit.is_set, timeout=WAIT)
    qtbot.waitUntil(lambda: "of 300 kB" in row_of(window, SIGLIP).note, timeout=WAIT)
    assert button_of(window, SIGLIP) == "Pause"
    # With the window closed it goes on.
    window.close()
    press(qtbot, window.row(SIGLIP))
    assert not window.isVisible()
    hub.closing.set()
    hub.limit = None
    window = open_models(qtbot, shell)
    qtbot.waitUntil(lambda: button_of(window, SIGLIP) == "Resume", timeout=WAIT)
    qtbot.waitUntil(lambda: "kB fetched." in row_of(window, SIGLIP).note, timeout=WAIT)
    shell.close()

    window = open_models(qtbot, open_app(mirror=hub.url))
    assert "kB fetched." in row_of(window, SIGLIP).note
    press(qtbot, window.row(SIGLIP))
    qtbot.waitUntil(lambda: row_of(window, SIGLIP).section == "here", timeout=WAIT)
    assert "Range" in hub.requests_of(WEIGHTS)[-1].headers


def test_what_was_fetched_can_be_thrown_away(
    qtbot: QtBot, open_app: Open, models_dir: Path
) -> None:
    part = models_dir / ".downloads" / SIGLIP / "weights.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(5_000_000))
    window = open_models(qtbot, open_app())
    assert row_of(window, SIGLIP).note == "5 MB fetched."
    choose(window, SIGLIP, "Throw away what is fetched…")
    assert "That frees 5 MB" in window.row(SIGLIP).question
    click(qtbot, window.row(SIGLIP), "Remove")
    qtbot.waitUntil(lambda: button_of(window, SIGLIP) == "Get", timeout=WAIT)
    assert not part.exists()


def test_a_failure_stands_in_the_row_and_can_be_tried_again(
    qtbot: QtBot, open_app: Open, hub: HubServer
) -> None:
    lost = hub.repositories.pop("timm/ViT-B-16-SigLIP2")
    window = open_models(qtbot, open_app(mirror=hub.url))
    press(qtbot, window.row(SIGLIP))
    qtbot.waitUntil(lambda: bool(row_of(window, SIGLIP).problem), timeout=WAIT)
    assert "does not have this model any more" in row_of(window, SIGLIP).problem
    assert button_of(window, SIGLIP) == "Try again"
    hub.repositories["timm/ViT-B-16-SigLIP2"] = lost
    press(qtbot, window.row(SIGLIP))
    qtbot.waitUntil(lambda: row_of(window, SIGLIP).section == "here", timeout=WAIT)
    assert not row_of(window, SIGLIP).problem


def test_preparing_a_model_can_be_paused_and_left(
    qtbot: QtBot, open_app: Open, models_dir: Path
) -> None:
    put_model(models_dir, OTHER)
    bright = GatedBrightEncoder(after=16)
    shell = open_app(bright=bright)
    window, line = open_models(qtbot, shell), shell.window.switch_line
    press(qtbot, window.row(OTHER))
    qtbot.waitUntil(lambda: "of 40 photos" in line.words, timeout=WAIT)
    assert line.isVisible()
    assert line.words.startswith("Preparing OpenCLIP ViT-B/32 DataComp-XL: ")
    assert line.words.endswith("Your photos stay searchable.")
    press(qtbot, window.row(OTHER))
    assert shell.work.switch.job.paused
    assert "is paused at" in line.words
    assert button_of(window, OTHER) == "Resume"
    line.pauseAsked.emit()
    assert not shell.work.switch.job.paused
    line.cancelAsked.emit()
    bright.open()
    qtbot.waitUntil(lambda: not shell.work.switch.running, timeout=WAIT)
    assert line.isHidden()
    assert choice(shell.work.session.library) == Choice("starter")
    qtbot.waitUntil(lambda: button_of(window, OTHER) == "Use", timeout=WAIT)


def test_removing_asks_once_and_frees_the_disk(
    qtbot: QtBot, open_app: Open, models_dir: Path
) -> None:
    put_model(models_dir, OTHER)
    put_model(models_dir, "mine")
    window = open_models(qtbot, open_app())
    choose(window, OTHER, "Remove…")
    row = window.row(OTHER)
    assert "Remove OpenCLIP ViT-B/32 DataComp-XL from this computer?" in row.question
    assert "That frees 2 MB." in row.question
    qtbot.keyClick(QApplication.focusWidget() or row, Qt.Key.Key_Escape)
    assert not row.question
    assert window.isVisible()
    assert (models_dir / OTHER).exists()
    choose(window, "mine", "Remove…")
    click(qtbot, window.row("mine"), "Remove")
    qtbot.waitUntil(lambda: "mine" not in window.keys, timeout=WAIT)
    assert not (models_dir / "mine").exists()


def test_what_is_in_use_cannot_be_removed(qtbot: QtBot, open_app: Open, models_dir: Path) -> None:
    put_model(models_dir, OTHER)
    shell = open_app()
    window = open_models(qtbot, shell)
    assert not row_of(window, "starter").more
    press(qtbot, window.row(OTHER))
    qtbot.waitUntil(lambda: row_of(window, OTHER).section == "in use", timeout=WAIT)
    qtbot.waitUntil(lambda: not shell.work.switch.running, timeout=WAIT)
    assert [step.verb for step in row_of(window, OTHER).more] == ["page"]
    assert not row_of(window, "starter").more
    shell.work.models.do("remove", OTHER)
    qtbot.waitUntil(lambda: "in use" in row_of(window, OTHER).problem, timeout=WAIT)
    assert (models_dir / OTHER).exists()


def test_what_is_kept_of_another_model_can_be_forgotten(
    qtbot: QtBot, open_app: Open, models_dir: Path
) -> None:
    put_model(models_dir, OTHER)
    shell = open_app()
    window, library = open_models(qtbot, shell), shell.work.session.library
    press(qtbot, window.row(OTHER))
    qtbot.waitUntil(lambda: "kept:colours-1" in window.keys, timeout=WAIT)
    qtbot.waitUntil(lambda: not shell.work.switch.running, timeout=WAIT)
    assert "40 photos, 320 bytes" in row_of(window, "kept:colours-1").facts
    press(qtbot, window.row("kept:colours-1"))
    assert [model.id for model in library.stored_models()] == ["bright-1", "colours-1"]
    click(qtbot, window.row("kept:colours-1"), "Remove")
    qtbot.waitUntil(lambda: "kept:colours-1" not in window.keys, timeout=WAIT)
    assert [model.id for model in library.stored_models()] == ["bright-1"]


def test_what_is_dropped_is_imported_or_refused_in_a_sentence(
    qtbot: QtBot, open_app: Open, tmp_path: Path
) -> None:
    window = open_models(qtbot, open_app())
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"nothing")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(broken))])
    drop = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier
    )
    window.dropEvent(drop)
    key = str(broken)
    qtbot.waitUntil(lambda: key in window.keys and bool(row_of(window, key).problem), timeout=WAIT)
    assert row_of(window, key).title == "broken.safetensors"
    assert button_of(window, key) == "Try again"
    choose(window, key, "Dismiss")
    assert key not in window.keys


def test_the_mirror_is_checked_and_remembered(qtbot: QtBot, open_app: Open, tmp_path: Path) -> None:
    shell = open_app()
    window = open_models(qtbot, shell)
    [field] = window.findChildren(QLineEdit)
    assert not field.isVisible()
    unfold = next(b for b in window.findChildren(QPushButton) if b.text() == "Download from…")
    qtbot.mouseClick(unfold, LEFT)
    assert field.isVisible()
    field.setText("nowhere")
    field.editingFinished.emit()
    assert shell.window.settings().model_mirror == ""
    field.setText("https://mirror.example/")
    field.editingFinished.emit()
    assert shell.window.settings().model_mirror == "https://mirror.example"
    assert stored.load(tmp_path / "settings.json").model_mirror == "https://mirror.example"


def test_everything_is_named_and_reached_by_tab(
    qtbot: QtBot, open_app: Open, models_dir: Path
) -> None:
    put_model(models_dir, OTHER)
    window = open_models(qtbot, open_app())
    buttons = [b for b in window.findChildren(QAbstractButton) if b.isVisible()]
    assert all(b.accessibleName() or b.text() for b in buttons)
    reached: list[QWidget | None] = []
    for _ in range(2 * len(buttons)):
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        reached.append(QApplication.focusWidget())
    assert set(buttons) <= set(reached)
    # From the top to the bottom.
    first = [window.row(key).main for key in window.keys if window.row(key).main.isVisible()]
    places = [reached.index(main) for main in first]
    start = places.index(min(places))
    assert places[start:] + places[:start] == sorted(places)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()
