"""The window of models: getting, using, going back, removing; and the hint for other scripts."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from photoclip.core import settings as stored
from photoclip.core.library import Library
from photoclip.core.serving import Serving
from photoclip.core.switching import Choice, choice
from photoclip.core.types import IndexProgress
from photoclip.progress import Progress
from photoclip.ui.controls import IconButton
from photoclip.ui.languages import language_of
from photoclip.ui.model_row import ModelRow
from photoclip.ui.model_rows import Row, Switching, rows_of, switching_in_words
from photoclip.ui.model_shelf import Shelf, read_shelf
from photoclip.ui.models_window import ModelsWindow
from photoclip.ui.shell import Shell
from photoclip.ui.switch_line import SwitchLine
from photoclip.ui.theme import Theme
from photoclip.ui.transfers import Transfer
from tests.fakes import BrightColourEncoder, ColourEncoder
from tests.hub_server import HubServer, Repository
from tests.ui.conftest import WAIT, GatedEncoder, wait_indexed

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


class GatedBrightEncoder(BrightColourEncoder, GatedEncoder):
    """The second model, held after so many pictures until it is let on."""


@pytest.fixture(autouse=True)
def _no_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_ENDPOINT", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


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


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "models"


def put_model(models_dir: Path, name: str, languages: tuple[str, ...] = ("en",)) -> None:
    folder = models_dir / name
    folder.mkdir(parents=True)
    (folder / "open_clip_config.json").write_text(json.dumps(CONFIG))
    (folder / "photoclip.json").write_text(json.dumps({"languages": languages, "licence": "MIT"}))
    (folder / WEIGHTS).write_bytes(bytes(2_000_000))


Open = Callable[..., Shell]


@pytest.fixture
def open_app(
    qtbot: QtBot, tmp_path: Path, theme: Theme, album: Path, models_dir: Path
) -> Iterator[Open]:
    """Opens windows over one library of forty photos, whose models are fetched from `mirror`."""
    shells: list[Shell] = []

    def open_it(mirror: str = "", bright: ColourEncoder | None = None) -> Shell:
        library = Library(tmp_path / "library.photoclip")
        second = bright or BrightColourEncoder()
        encoders = {"starter": ColourEncoder(), SIGLIP: second, OTHER: second}

        def changed(model: str) -> None:
            shell.bridge.post(lambda: shell.serve(model))

        stored.save(tmp_path / "settings.json", stored.Settings(model_mirror=mirror))
        serving = Serving(library, encoders.__getitem__, None, changed)
        shell = Shell(
            library,
            serving.encoder.id,
            serving.index,
            lambda: serving,
            serving.switch,
            lambda: "Processor, 2 threads, bfloat16",
            models_dir,
            tmp_path / "settings.json",
            theme,
        )
        shells.append(shell)
        shell.start([str(album)])
        qtbot.waitExposed(shell.window)
        wait_indexed(qtbot, shell, 40)
        shell.window.content.show_new()
        qtbot.waitUntil(lambda: shell.models.answering is not None, timeout=WAIT)
        return shell

    yield open_it
    for shell in shells:
        shell.close()


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


def test_a_model_is_got_used_and_left_again(qtbot: QtBot, open_app: Open, hub: HubServer) -> None:
    shell = open_app(hub.url)
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
    shell.models.do("get", SIGLIP)
    qtbot.waitUntil(lambda: row_of(window, SIGLIP).section == "here", timeout=WAIT)
    assert len(hub.requests_of(WEIGHTS)) == 1
    assert shell.window.notice.sentence == "SigLIP 2 ViT-B/16 is on this computer now."

    assert button_of(window, SIGLIP) == "Use"
    press(qtbot, window.row(SIGLIP))
    qtbot.waitUntil(lambda: row_of(window, SIGLIP).section == "in use", timeout=WAIT)
    assert shell.session.model == "bright-1"
    assert row_of(window, "starter").section == "here"
    qtbot.waitUntil(lambda: not shell.switch.running, timeout=WAIT)
    assert shell.window.notice.sentence == "SigLIP 2 ViT-B/16 answers now."
    assert shell.window.switch_line.isHidden()

    shell.window.notice.act()
    qtbot.waitUntil(lambda: row_of(window, "starter").section == "in use", timeout=WAIT)
    qtbot.waitUntil(lambda: not shell.switch.running, timeout=WAIT)
    assert shell.session.model == "colours-1"
    assert shell.window.notice.sentence == "Starter answers now."
    # To want the one that serves is to want no other.
    shell.models.do("use", "starter")
    assert shell.window.switch_line.isHidden()


def test_a_download_is_paused_and_goes_on_after_a_restart(
    qtbot: QtBot, open_app: Open, hub: HubServer
) -> None:
    hub.limit = 120_000
    shell = open_app(hub.url)
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

    window = open_models(qtbot, open_app(hub.url))
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
    window = open_models(qtbot, open_app(hub.url))
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
    assert shell.switch.job.paused
    assert "is paused at" in line.words
    assert button_of(window, OTHER) == "Resume"
    line.pauseAsked.emit()
    assert not shell.switch.job.paused
    line.cancelAsked.emit()
    bright.open()
    qtbot.waitUntil(lambda: not shell.switch.running, timeout=WAIT)
    assert line.isHidden()
    assert choice(shell.session.library) == Choice("starter")
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
    qtbot.waitUntil(lambda: not shell.switch.running, timeout=WAIT)
    assert [step.verb for step in row_of(window, OTHER).more] == ["page"]
    assert not row_of(window, "starter").more
    shell.models.do("remove", OTHER)
    qtbot.waitUntil(lambda: "in use" in row_of(window, OTHER).problem, timeout=WAIT)
    assert (models_dir / OTHER).exists()


def test_what_is_kept_of_another_model_can_be_forgotten(
    qtbot: QtBot, open_app: Open, models_dir: Path
) -> None:
    put_model(models_dir, OTHER)
    shell = open_app()
    window, library = open_models(qtbot, shell), shell.session.library
    press(qtbot, window.row(OTHER))
    qtbot.waitUntil(lambda: "kept:colours-1" in window.keys, timeout=WAIT)
    qtbot.waitUntil(lambda: not shell.switch.running, timeout=WAIT)
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


def test_chinese_is_searched_for_and_a_model_for_it_offered_once(
    qtbot: QtBot, open_app: Open
) -> None:
    shell = open_app()
    main, notice = shell.window, shell.window.notice
    notice.hide()
    with qtbot.waitSignal(shell.session.listed, timeout=WAIT) as listed:
        main.field.setText("红色")
    assert len(listed.args[0].ids) == 40
    said = "This model understands English. For Chinese, get SigLIP 2 ViT-B/16."
    assert notice.sentence == said
    # What comes between does not take its place for good.
    notice.say("40 files indexed.")
    notice._dismiss()
    assert notice.sentence == said
    notice.act()
    window = main.models_display.window
    qtbot.waitUntil(lambda: window.row(SIGLIP).main.hasFocus(), timeout=WAIT)
    window.close()
    with qtbot.waitSignal(shell.session.listed, timeout=WAIT):
        main.field.setText("蓝色")
    assert notice.sentence == ""
    library = shell.session.library
    qtbot.waitUntil(lambda: bool(library.setting("language hint dismissed")), timeout=WAIT)
    shell.close()

    shell = open_app()
    with qtbot.waitSignal(shell.session.listed, timeout=WAIT):
        shell.window.field.setText("红色")
    assert "understands" not in shell.window.notice.sentence


def test_a_model_for_chinese_that_is_here_is_named_and_in_use_says_nothing(
    qtbot: QtBot, open_app: Open, models_dir: Path
) -> None:
    put_model(models_dir, OTHER, ("mul",))
    shell = open_app()
    with qtbot.waitSignal(shell.session.listed, timeout=WAIT):
        shell.window.field.setText("红色")
    assert shell.window.notice.sentence.endswith("For Chinese, use OpenCLIP ViT-B/32 DataComp-XL.")
    window = open_models(qtbot, shell)
    press(qtbot, window.row(OTHER))
    qtbot.waitUntil(lambda: row_of(window, OTHER).section == "in use", timeout=WAIT)
    qtbot.waitUntil(lambda: not shell.switch.running, timeout=WAIT)
    shell.close()
    shell = open_app()
    shell.window.notice.hide()
    with qtbot.waitSignal(shell.session.listed, timeout=WAIT):
        shell.window.field.setText("蓝色")
    assert "understands" not in shell.window.notice.sentence


@pytest.mark.parametrize(
    ("query", "language"),
    [
        ("dog on the beach", None),
        ("Hund im Café, 5 µm", None),
        ("🐕", None),
        ("", None),
        ("狗", "zh"),
        ("dog 狗", "zh"),
        ("浜辺の犬", "ja"),
        ("강아지", "ko"),
        ("собака", "mul"),
        ("ＤＯＧ", None),
    ],
)
def test_a_querys_language_is_told_by_its_script(query: str, language: str | None) -> None:
    assert language_of(query) == language


def test_a_wanted_model_that_is_gone_can_be_given_up() -> None:
    shelf = Shelf((), {}, {}, Choice("starter", "/drive/mine"), "")
    row = rows_of(shelf, {}, Switching(), (), {})[0]
    assert (row.title, row.main and row.main.verb) == ("mine", "cancel")


def test_a_model_in_use_from_elsewhere_is_on_the_shelf(
    tmp_path: Path, library: Library, models_dir: Path
) -> None:
    put_model(tmp_path, "mine")
    library.set_setting("model", str(tmp_path / "mine"))
    answering = read_shelf(library, models_dir, "").answering
    assert answering is not None
    assert answering.name == "mine"


def test_a_model_that_serves_already_cannot_be_left_any_more(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    line = SwitchLine(window)
    line.show_switching("SigLIP 2", Switching(running=True), can_cancel=False)
    button = next(b for b in line.findChildren(IconButton) if "Stay" in b.accessibleName())
    assert button.isHidden()


def test_how_it_goes_is_put_in_words(english: object) -> None:
    shelf = Shelf((), {}, {SIGLIP: 312_000_000}, Choice("starter"), "")
    progress = Progress("downloading", 312_000_000, 1_210_000_000, 150, 4_200_000)

    def note(transfer: Transfer | None) -> str:
        transfers = {} if transfer is None else {SIGLIP: transfer}
        rows = rows_of(shelf, transfers, Switching(), (), {})
        return next(row.note for row in rows if row.key == SIGLIP)

    assert note(Transfer(True, False, progress)) == ("312 MB of 1.2 GB, 4.2 MB/s, about 2 min left")
    assert note(None) == "312 MB fetched."
    embedding = IndexProgress("embedding", 3120, 18_400)
    assert switching_in_words(
        "SigLIP 2", Switching(True, False, False, embedding, "about 12 min")
    ) == (
        f"Preparing SigLIP 2: {QLocale().toString(3120)} of {QLocale().toString(18_400)} photos, "
        "about 12 min. Your photos stay searchable."
    )


def click(qtbot: QtBot, row: ModelRow, text: str) -> None:
    found = [b for b in row.findChildren(QPushButton) if b.text() == text and b.isVisible()]
    qtbot.mouseClick(found[0], LEFT, pos=QPoint(5, 5))
