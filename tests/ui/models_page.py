"""Models put on the disk, and the window of models as a person reads and uses it."""

import json
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from photoclip.ui.model_row import ModelRow
from photoclip.ui.model_rows import Row
from photoclip.ui.models_window import ModelsWindow
from photoclip.ui.shell import Shell
from tests.ui.conftest import WAIT

SIGLIP, OTHER = "siglip2-vit-b-16", "datacomp-vit-b-32"
WEIGHTS = "open_clip_model.safetensors"
CONFIG = {
    "model_cfg": {
        "embed_dim": 24,
        "vision_cfg": {"image_size": 32},
        "text_cfg": {"hf_tokenizer_name": "tokens"},
    }
}
LEFT = Qt.MouseButton.LeftButton


def put_model(models_dir: Path, name: str, languages: tuple[str, ...] = ("en",)) -> None:
    folder = models_dir / name
    folder.mkdir(parents=True)
    (folder / "open_clip_config.json").write_text(json.dumps(CONFIG))
    (folder / "photoclip.json").write_text(json.dumps({"languages": languages, "licence": "MIT"}))
    (folder / WEIGHTS).write_bytes(bytes(2_000_000))


def open_models(qtbot: QtBot, shell: Shell) -> ModelsWindow:
    shell.window.actions_["models"].trigger()
    window = shell.window.models_display.window
    qtbot.waitUntil(window.isActiveWindow, timeout=WAIT)
    qtbot.waitUntil(lambda: "starter" in window.keys and bool(window.row("starter")), timeout=WAIT)
    return window


def row_of(window: ModelsWindow, key: str) -> Row:
    return window.row(key).row


def button_of(window: ModelsWindow, key: str) -> str:
    row = window.row(key)
    return row.main.text() if row.main.isVisible() and row.main.isEnabled() else ""


def press(qtbot: QtBot, row: ModelRow) -> None:
    qtbot.mouseClick(row.main, LEFT)


def choose(window: ModelsWindow, key: str, text: str) -> None:
    """Choose from a row's menu."""
    actions = {action.text(): action for action in window.row(key).menu().actions()}
    actions[text].trigger()


def click(qtbot: QtBot, row: ModelRow, text: str) -> None:
    found = [b for b in row.findChildren(QPushButton) if b.text() == text and b.isVisible()]
    qtbot.mouseClick(found[0], LEFT, pos=QPoint(5, 5))
