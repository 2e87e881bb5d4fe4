"""Tokens, palettes, settings, keys and names: what can be checked by rule."""

import calendar
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QColor, QKeySequence, QPalette
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from photoclip import app
from photoclip.core import settings as stored
from photoclip.core.settings import Settings
from photoclip.errors import PhotoClipError
from photoclip.resources import resource_path
from photoclip.ui import icons
from photoclip.ui.actions import commands
from photoclip.ui.headings import section_title, time_left
from photoclip.ui.main_window import MainWindow
from photoclip.ui.theme import Theme, readable_accent
from photoclip.ui.tokens import DARK, LIGHT, VIEWER, Tokens, contrast
from tests.ui.conftest import Open

RESERVED = ("Ctrl+Space", "Shift+Space", "Ctrl+.", "Ctrl+;", "Ctrl+Shift+B", "Ctrl+Shift+E",
            "Ctrl+Shift+F", "Ctrl+Shift+U")  # fmt: skip


@pytest.mark.parametrize("tokens", [LIGHT, DARK, VIEWER])
def test_text_reads_on_every_surface(tokens: Tokens) -> None:
    for ground in (tokens.canvas, tokens.chrome, tokens.raised, tokens.hover, tokens.press):
        for text in (tokens.text, tokens.text2, tokens.accent, tokens.bad, tokens.warn, tokens.ok):
            assert contrast(QColor(text), QColor(ground)) >= 4.5, (text, ground)
        assert contrast(QColor(tokens.edge), QColor(ground)) >= 2.9
    assert contrast(QColor(tokens.on_accent), QColor(tokens.accent)) >= 4.5


@pytest.mark.parametrize("wish", ["#ff00aa", "#ffff00", "#000000", "#ffffff", "#3daee9"])
@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_the_systems_accent_is_made_readable(wish: str, tokens: Tokens) -> None:
    accent = readable_accent(QColor(wish), tokens)
    assert contrast(accent, QColor(tokens.canvas)) >= 4.5
    assert contrast(accent, QColor(tokens.on_accent)) >= 4.5


def test_the_look_changes_while_running(qtbot: QtBot, open_shell: Open, theme: Theme) -> None:
    window = open_shell().window
    window.pages.setCurrentIndex(1)
    before = window.toolbar.buttons[2].icon().cacheKey()
    with qtbot.waitSignal(theme.changed):
        window.set_appearance("dark")
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    assert application.palette().color(QPalette.ColorRole.Base) == QColor(DARK.canvas)
    assert window.toolbar.buttons[2].icon().cacheKey() != before
    assert window.grid.palette().color(QPalette.ColorRole.Base) == QColor(DARK.canvas)
    corner = window.grid.viewport().grab().toImage().pixelColor(3, 3)
    assert corner == QColor(DARK.canvas)
    window.set_appearance("light")
    assert application.palette().color(QPalette.ColorRole.Base) == QColor(LIGHT.canvas)


def test_the_look_follows_the_system(
    qtbot: QtBot, theme: Theme, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The offscreen platform has no colour scheme of its own to change.
    class Hints:
        scheme = Qt.ColorScheme.Dark

        def colorScheme(self) -> Qt.ColorScheme:
            return self.scheme

    hints = Hints()
    monkeypatch.setattr(theme, "_hints", hints)
    theme.set_appearance("system")
    assert theme.tokens.dark
    hints.scheme = Qt.ColorScheme.Light
    with qtbot.waitSignal(theme.changed):
        qapp.styleHints().colorSchemeChanged.emit(hints.scheme)
    assert not theme.tokens.dark


def test_no_two_commands_share_a_key() -> None:
    seen: dict[tuple[str, str], str] = {}
    for command in commands():
        for keys in command.keys:
            portable = QKeySequence(keys).toString()
            assert portable, keys
            assert portable not in RESERVED
            # What works everywhere also works in the grid and the viewer.
            for where in {command.where, "everywhere"}:
                assert (where, portable) not in seen, (command.name, portable)
            seen[command.where, portable] = command.name
    for where, keys in list(seen):
        if where == "everywhere":
            assert ("grid", keys) not in seen
            assert ("photo", keys) not in seen
        if where == "grid":
            assert ("photo", keys) not in seen


def test_every_command_does_something(qtbot: QtBot, open_shell: Open) -> None:
    window = open_shell().window
    for command in commands():
        action = window.actions_[command.name]
        assert action.receivers("2triggered(bool)") >= 1, command.name


def test_every_control_has_a_name(qtbot: QtBot, shown: MainWindow) -> None:
    nameless = [
        widget
        for widget in shown.findChildren(QWidget)
        if isinstance(widget, QAbstractButton | QLineEdit | QAbstractItemView)
        and not widget.objectName().startswith("qt_")
        and not (widget.accessibleName() or getattr(widget, "text", str)())
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not (isinstance(widget, QAbstractButton) and widget.isHidden())
    ]
    assert not nameless


def test_tab_reaches_the_panes_and_leaves_the_grid(qtbot: QtBot, shown: MainWindow) -> None:
    shown.field.setFocus()
    reached: list[QWidget | None] = []
    for _ in range(40):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        reached.append(QApplication.focusWidget())
    assert shown.grid in reached
    assert shown.field in reached
    assert any(shown.sidebar.isAncestorOf(widget) for widget in reached if widget)


def test_f6_goes_round_the_panes(qtbot: QtBot, shown: MainWindow) -> None:
    shown.grid.setFocus()
    seen = set()
    for _ in range(5):
        qtbot.keyClick(shown, Qt.Key.Key_F6)
        widget = QApplication.focusWidget()
        seen.add(next(p for p in (shown.toolbar, shown.content, shown.details, shown.sidebar,
                                  shown.status, shown) if p.isAncestorOf(widget)))  # fmt: skip
    assert {shown.toolbar, shown.content, shown.sidebar} <= seen


@pytest.mark.parametrize("size", [(640, 400), (800, 600), (1000, 640), (1440, 900)])
def test_the_window_has_room_at_every_size(
    qtbot: QtBot, shown: MainWindow, size: tuple[int, int]
) -> None:
    shown.resize(*size)
    assert (shown.width(), shown.height()) == size
    qtbot.waitUntil(lambda: shown.toolbar.width() == size[0])
    assert shown.content.isVisible() or shown.details.isVisible()
    assert shown.content.isHidden() or shown.content.width() >= 240
    buttons = [button.geometry().right() for button in shown.toolbar.buttons]
    assert max(buttons) < size[0]
    shown.actions_["details"].trigger()
    shown.actions_["sidebar"].trigger()
    shown.actions_["sidebar"].trigger()
    assert shown.width() == size[0]


def test_every_icon_is_drawn_in_the_colour_asked_for(qapp: QApplication) -> None:
    names = sorted(path.stem for path in resource_path("icons").glob("*.svg"))
    assert len(names) > 20
    for name in names:
        if name != "photoclip":
            image = icons.pixmap(name, QColor("#123456"), 20, 2.0).toImage()
            colours = {
                image.pixelColor(x, y).name()
                for x in range(40)
                for y in range(40)
                if image.pixelColor(x, y).alpha() == 255
            }
            assert colours == {"#123456"}, name


def test_settings_are_read_leniently(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.json"
    assert stored.load(path) == Settings()
    stored.save(path, Settings(tile_size=240, appearance="dark"))
    written = json.loads(path.read_text("utf-8"))
    written |= {"tile_size": 9999, "sidebar_open": "yes", "later": {"a": 1}}
    path.write_text(json.dumps(written), "utf-8")
    read = stored.load(path)
    assert (read.tile_size, read.sidebar_open, read.appearance) == (176, True, "dark")
    stored.save(path, read)
    assert json.loads(path.read_text("utf-8"))["later"] == {"a": 1}
    path.write_text("[1, 2", "utf-8")
    assert stored.load(path) == Settings()
    path.write_text("[]", "utf-8")
    assert stored.load(path) == Settings()


def test_searches_are_remembered_once() -> None:
    recent = stored.with_search(("Dog", "cat"), " dog ")
    assert recent == ("dog", "cat")
    assert stored.with_search(recent, "  ") == recent
    assert len(stored.with_search(tuple("abcdefghijk"), "new")) == stored.RECENT_SEARCHES


def test_importing_the_app_imports_neither_torch_nor_qt() -> None:
    code = (
        "import sys, photoclip.app;"
        "print([m for m in ('torch', 'open_clip', 'PySide6') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_window_needs_no_torch_to_be_shown() -> None:
    code = (
        "import sys, photoclip.ui.shell, photoclip.core.indexing, photoclip.core.search;"
        "print([m for m in ('torch', 'open_clip', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux runs without screen")
def test_without_a_screen_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(PhotoClipError, match="There is no screen here"):
        app.run(Path("library.photoclip"))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names of Debian packages")
def test_a_missing_system_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_qt(name: str) -> object:
        raise ImportError("libEGL.so.1: cannot open shared object file: No such file")

    monkeypatch.setattr(app.importlib, "import_module", no_qt)
    with pytest.raises(PhotoClipError, match=r"libEGL\.so\.1.*sudo apt-get install .*libegl1"):
        app._application()


def test_every_counted_sentence_has_its_english_plural() -> None:
    package = Path(app.__file__).parent
    known = (resource_path("translations", "photoclip_en.ts")).read_text("utf-8")
    for module in sorted((package / "ui").glob("*.py")):
        for sentence in re.findall(r'"([^"]*%Ln[^"]*\(s\)[^"]*)"', module.read_text("utf-8")):
            assert f"<source>{sentence}</source>" in known, sentence


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en_GB", ("Saturday 12 August 2023", "August 2023", "2023")),
        ("en_US", ("Saturday August 12, 2023", "August 2023", "2023")),
        ("zh_CN", ("2023年8月12日星期六", "2023年8月", "2023年")),
    ],
)
def test_dates_read_as_in_the_persons_language(
    language: str, expected: tuple[str, str, str]
) -> None:
    seconds = 1_691_798_400  # 2023-08-12
    locale = QLocale(language)
    assert section_title(seconds, "day", locale) == expected[0]
    assert section_title(seconds, "month", locale) == expected[1]
    assert section_title(seconds, "year", locale) == expected[2]


def test_the_current_year_goes_without_saying() -> None:
    seconds = calendar.timegm((time.localtime().tm_year, 8, 12, 0, 0, 0))
    assert section_title(seconds, "day", QLocale("zh_CN")).startswith("8月12日")
    assert section_title(seconds, "day", QLocale("en_GB")).endswith(" 12 August")


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(20, "less than a minute left"), (61, "about 1 min left"), (7300, "about 2 h left")],
)
def test_time_left_is_rounded(english: object, seconds: float, expected: str) -> None:
    assert time_left(seconds) == expected
