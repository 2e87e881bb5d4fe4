"""How the window comes up: what is there at once, what is made later, and that nothing is lost."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from photoclip.core import settings as stored
from photoclip.core.library import Library
from photoclip.core.serving import Serving
from photoclip.errors import PhotoClipError
from photoclip.ui.actions import Actions
from photoclip.ui.jobs import Bridge
from photoclip.ui.later import Lazy, Steps
from photoclip.ui.menu_button import MenuButton
from photoclip.ui.settings_window import SettingsWindow
from photoclip.ui.shell import Shell
from photoclip.ui.theme import Theme
from photoclip.ui.wiring import Wiring
from photoclip.ui.workers import Opened
from tests.fakes import ColourEncoder, save_photo
from tests.ui.conftest import WAIT, Open, wait_whole

Begin = Callable[..., Shell]
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def gate() -> threading.Event:
    """The library opens when it is set."""
    return threading.Event()


@pytest.fixture
def begin(qtbot: QtBot, tmp_path: Path, theme: Theme, gate: threading.Event) -> Iterator[Begin]:
    """Shows the first frame of a window, whose library is still to be opened."""
    shells: list[Shell] = []

    def open_library() -> Opened:
        gate.wait(WAIT / 1000)
        library = Library(tmp_path / "library.photoclip")
        with library.store.write() as db:
            db["roots"].insert({"path": bytes(tmp_path / "folder")}, ignore=True)
        serving = Serving(library, lambda _: ColourEncoder(), None)
        return Opened(library, serving, serving.encoder.id, lambda: "", tmp_path, None)

    def begin(
        size: tuple[int, int] = (1280, 800), opens: Callable[[], Opened] = open_library
    ) -> Shell:
        shell = Shell(opens, tmp_path / "settings.json", theme)
        shells.append(shell)
        shell.window.resize(*size)
        with qtbot.waitSignal(shell.window.painted, timeout=WAIT):
            shell.start()
        return shell

    yield begin
    gate.set()
    for shell in shells:
        shell.close()


def left_edges(widget: QWidget) -> set[int]:
    """Where the colour of the middle row changes, in pixels from the left."""
    image = widget.grab().toImage()
    row = [image.pixelColor(x, image.height() // 2).name() for x in range(image.width())]
    return {x for x in range(1, len(row)) if row[x] != row[x - 1]}


@pytest.mark.parametrize("size", [(1400, 800), (1280, 800), (1000, 640), (700, 400)])
@pytest.mark.parametrize("details", [True, False])
def test_the_panes_come_where_the_first_frame_has_them(
    begin: Begin, qtbot: QtBot, gate: threading.Event, tmp_path: Path,
    size: tuple[int, int], details: bool,
) -> None:  # fmt: skip
    kept = stored.Settings(sidebar_width=250, details_width=290, details_open=details)
    stored.save(tmp_path / "settings.json", kept)
    shell = begin(size)
    window = shell.window
    assert window.field.isVisible()
    bar = window.toolbar.grab().toImage()
    edges = left_edges(window)
    gate.set()
    wait_whole(qtbot, shell)
    panes = window.panes
    right = window.details.x() if window.details.isVisible() else window.width()
    assert panes.y() == window.toolbar.height()
    expected = {window.content.x() - 1, window.content.x()}
    if right < window.width():
        expected |= {right - 1, right}
    assert edges == expected
    assert window.toolbar.grab().toImage() == bar
    assert window.settings().details_open == details


def test_what_is_typed_before_the_library_is_open_is_searched_for(
    begin: Begin, qtbot: QtBot, gate: threading.Event
) -> None:
    shell = begin()
    window = shell.window
    for letter in "red":
        QTest.keyClicks(window.focusWidget(), letter)
    assert window.field.text() == "red"
    gate.set()
    wait_whole(qtbot, shell)
    assert window.field.text() == "red"
    assert window.field.hasFocus()
    qtbot.waitUntil(lambda: window.session.place.text == "red", timeout=WAIT)


def test_what_is_composed_before_the_library_is_open_is_searched_for(
    begin: Begin, qtbot: QtBot, gate: threading.Event
) -> None:
    shell = begin()
    window = shell.window
    composed = QInputMethodEvent("", [])
    composed.setCommitString("海滩")
    QApplication.sendEvent(window.focusWidget(), composed)
    gate.set()
    wait_whole(qtbot, shell)
    qtbot.waitUntil(lambda: window.session.place.text == "海滩", timeout=WAIT)


def test_a_command_asked_for_before_the_library_is_open_is_done_then(
    begin: Begin, qtbot: QtBot, gate: threading.Event
) -> None:
    shell = begin()
    window = shell.window
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Comma, control)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_I, control)
    assert window.actions_["details"].isChecked()
    gate.set()
    wait_whole(qtbot, shell)
    assert not window.actions_["details"].isChecked()
    assert not window.details.isVisible()
    opened = [one for one in window.findChildren(QWidget) if type(one) is SettingsWindow]
    assert [one.isVisible() for one in opened] == [True]


def test_what_needs_only_the_first_frame_is_done_at_once(begin: Begin) -> None:
    shell = begin()
    window = shell.window
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.field.hasFocus()
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_F11)
    assert window.isFullScreen()


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_asked_for_before_it_is_there_opens_when_it_is(
    begin: Begin, qtbot: QtBot, gate: threading.Event
) -> None:
    shell = begin()
    button = shell.window.findChild(MenuButton)
    assert button is not None
    button.click()
    gate.set()
    wait_whole(qtbot, shell)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert shell.window.actions_["settings"] in menu.actions()
    menu.close()


def test_the_size_of_tiles_chosen_while_the_parts_are_made_holds(
    begin: Begin, qtbot: QtBot, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = Wiring.session

    def choose(wiring: Wiring) -> None:
        shell.window.toolbar.set_tile(300)
        wire(wiring)

    monkeypatch.setattr(Wiring, "session", choose)
    shell = begin()
    gate.set()
    wait_whole(qtbot, shell)
    assert shell.window.grid.outline.tile == 300


def test_a_command_kept_is_done_once_by_all_who_do_it(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    actions, done = Actions(window), []
    actions["pause"].trigger()
    actions.connect("pause", lambda: done.append(actions["pause"].isChecked()))
    actions["pause"].trigger()
    actions["pause"].trigger()
    assert not done
    assert not actions["pause"].isChecked()
    actions.release()
    assert done == [True, False, True]


# In a process of its own, since the app ends the application that it runs.
_UNPAINTED = """
import gc
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from photoclip import app
from photoclip.core import paths
from photoclip.core.library import Library
from photoclip.core.serving import Serving
from photoclip.ui import single
from photoclip.ui.skeleton import Skeleton
from photoclip.ui.workers import Opened
from tests.fakes import ColourEncoder

folder, photos = Path(sys.argv[1]), sys.argv[2]
path = folder / "library.photoclip"
library = Library(path)
handed = []

def opened(*_):
    serving = Serving(library, lambda _: ColourEncoder(), None)
    return Opened(library, serving, serving.encoder.id, lambda: "", folder, None)

def start_again():
    if not handed and single.hand_over(path, [photos]):
        handed.append(True)
    if handed and library.roots():
        print(library.roots()[0], gc.isenabled(), gc.get_freeze_count() > 0)
        again.stop()
        QTimer.singleShot(0, application.quit)

Skeleton.paintEvent = lambda skeleton, event: None
app._open, paths.settings_file = opened, lambda: folder / "settings.json"
application = app._application()
gc.disable()  # as `run` does
again = QTimer(interval=20)
again.timeout.connect(start_again)
again.start()
sys.exit(app._run(application, path, []))
"""


def test_a_window_that_is_not_painted_hears_later_starts(tmp_path: Path, photos: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _UNPAINTED, str(tmp_path), str(photos)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    # By then garbage is looked for again, but not among what stays.
    assert (done.returncode, done.stdout) == (0, f"{photos} True True\n"), done.stderr


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_folder_dropped_before_the_library_is_open_is_added(
    begin: Begin, qtbot: QtBot, gate: threading.Event, photos: Path
) -> None:
    save_photo(photos / "red.jpg", "red")
    shell = begin()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(photos))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    for event in (
        QDragEnterEvent(QPoint(600, 400), copy, data, left, none),
        QDropEvent(QPointF(600, 400), copy, data, left, none),
    ):
        QApplication.sendEvent(shell.window, event)
        assert event.isAccepted()
    gate.set()
    wait_whole(qtbot, shell)
    qtbot.waitUntil(lambda: shell.window.model.rowCount() == 1, timeout=WAIT)


def test_a_picture_dropped_on_the_search_meanwhile_is_searched_for(
    begin: Begin, qtbot: QtBot, gate: threading.Event, photos: Path
) -> None:
    save_photo(photos / "red.jpg", "red")
    shell = begin()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(photos / "red.jpg"))])
    shell.window.field.take_data(data)
    gate.set()
    wait_whole(qtbot, shell)
    qtbot.waitUntil(lambda: bool(shell.window.field.items), timeout=WAIT)


def test_a_library_that_cannot_be_opened_is_said_and_the_window_closed(
    begin: Begin, qtbot: QtBot
) -> None:
    sentence = "“library.photoclip” is damaged."

    def fails() -> Opened:
        raise PhotoClipError(sentence)

    closed: list[bool] = []
    shell = begin(opens=fails)
    shell.closed.connect(lambda: closed.append(True))
    qtbot.waitUntil(lambda: shell.error is not None, timeout=WAIT)
    assert str(shell.error) == sentence
    qtbot.waitUntil(lambda: bool(closed), timeout=WAIT)
    assert not shell.window.whole


def test_closed_before_the_library_is_open_nothing_is_left_behind(
    begin: Begin, tmp_path: Path, gate: threading.Event
) -> None:
    shell = begin()
    shell.window.toolbar.set_tile(240)
    # Opened at last, while the window waits for it with closing.
    threading.Timer(0.05, gate.set).start()
    shell.close()
    assert stored.load(tmp_path / "settings.json").tile_size == 240


def test_a_damaged_library_is_said_by_the_app(tmp_path: Path) -> None:
    library = tmp_path / "library.photoclip"
    library.write_bytes(b"not a database, but long enough to be read as one" * 100)
    code = (
        "import sys; from pathlib import Path; from photoclip import app\n"
        "app.run(Path(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(library)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "PhotoClipError" in done.stderr.splitlines()[-1]
    assert "library.photoclip" in done.stderr.splitlines()[-1]


def test_the_first_frame_needs_nothing_of_the_library() -> None:
    heavy = ("torch", "numpy", "sqlite3", "sqlite_utils", "PIL", "msgspec", "PySide6.QtNetwork")
    code = (
        "import sys; from photoclip import app; app._application()\n"
        "import photoclip.ui.shell, photoclip.ui.single\n"
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_imports_read_no_sources() -> None:
    code = (
        "import linecache; from photoclip import app; app._application()\n"
        "import photoclip.ui.shell\n"
        "print([name for name in linecache.cache if name.endswith('shell.py')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_line_makes_no_window_wait() -> None:
    code = (
        "import sys, photoclip.cli\n"
        "print([m for m in ('numpy', 'PIL', 'sqlite_utils') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux runs without screen")
def test_a_double_click_starts_the_app_and_says_why_it_cannot() -> None:
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    blind = {name: value for name, value in os.environ.items() if name not in screens}
    done = subprocess.run(
        [sys.executable, "-m", "photoclip"], capture_output=True, text=True, check=False, env=blind
    )
    assert done.returncode == 1
    assert done.stderr.startswith("There is no screen here.")


def test_what_is_rarely_opened_is_made_when_it_is_first_opened(
    qtbot: QtBot, open_shell: Open
) -> None:
    window = open_shell().window
    pages = window.pages
    assert (
        pages.viewer.made is pages.review.made is window.help.made is window.teaching.made is None
    )
    names = {type(one).__name__ for one in window.findChildren(QWidget)}
    rare = {"SettingsWindow", "ModelsWindow", "VocabularyWindow", "AlbumPrompt", "MarkPrompt"}
    assert not names & (rare | {"Viewer", "ReviewPage", "Keys"})
    for command, kind in {
        "settings": "SettingsWindow", "models": "ModelsWindow", "vocabulary": "VocabularyWindow",
        "teach": "TeachWindow", "keys": "Keys",
    }.items():  # fmt: skip
        window.actions_[command].trigger()
        made = [one for one in window.findChildren(QWidget) if type(one).__name__ == kind]
        assert [one.isVisible() for one in made] == [True]


def test_a_lazy_part_is_made_once_and_told_to_who_waits() -> None:
    made: list[list[str]] = []
    lazy = Lazy(lambda: made.append([]) or made[-1])  # type: ignore[func-returns-value]
    lazy.when_made(lambda part: part.append("first"))
    lazy.when_made(lambda part: lazy().append("second"))
    assert lazy.made is None
    assert lazy() is lazy()
    lazy.when_made(lambda part: part.append("third"))
    assert made == [["first", "second", "third"]]


def test_steps_let_events_in_between(qtbot: QtBot) -> None:
    parent = QObject()
    done: list[str] = []
    bridge = Bridge(parent)

    def work() -> Iterator[None]:
        bridge.post(lambda: done.append("event"))
        yield
        done.append("step")
        yield

    steps = Steps(work(), parent)
    with qtbot.waitSignal(steps.ended, timeout=WAIT):
        pass
    assert done == ["event", "step"]


def test_a_bridge_holds_what_comes_too_early(qtbot: QtBot) -> None:
    parent = QObject()
    bridge, came = Bridge(parent), list[int]()
    bridge.hold()
    for number in range(3):
        bridge.post(lambda number=number: came.append(number))  # type: ignore[misc]
    QApplication.processEvents()
    assert not came
    for call in bridge.release():
        call()
    bridge.post(lambda: came.append(3))
    qtbot.waitUntil(lambda: came == [0, 1, 2, 3], timeout=WAIT)
