"""A whole window over a real library, with an encoder that knows only colours."""

import gc
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photoclip.clip.encoder import Encoder
from photoclip.core import batches
from photoclip.core import settings as stored
from photoclip.core.library import Library
from photoclip.core.serving import Serving
from photoclip.ui import translations
from photoclip.ui.main_window import MainWindow
from photoclip.ui.session import Session
from photoclip.ui.shell import Shell
from photoclip.ui.theme import Theme
from photoclip.ui.workers import Opened
from tests.fakes import BrightColourEncoder, ColourEncoder, save_photo

COLOURS = ("red", "green", "blue", "yellow", "purple", "orange", "cyan", "white", "black", "pink")
WAIT = 20_000


class GatedEncoder(ColourEncoder):
    """Embeds so many pictures, then waits until it is let on: an indexing run held mid-way."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.batch_size = 2
        self._after = after
        self._gate = threading.Event()

    def open(self) -> None:
        self._gate.set()

    def encode_images(self, pixels, threads=None):  # type: ignore[no-untyped-def]
        if self.images_encoded >= self._after:
            self._gate.wait(WAIT / 1000)
        return super().encode_images(pixels)


class GatedBrightEncoder(BrightColourEncoder, GatedEncoder):
    """The second model, held after so many pictures until it is let on."""


Open = Callable[..., Shell]


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    """As the app begins."""
    return ["photoclip", "-style", "fusion"]


@pytest.fixture(scope="session")
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True, scope="module")
def looked_through(thawed: None) -> None:
    """What there is before these tests is not looked through after each: with torch, a million
    objects."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def nothing_left(qapp: QApplication) -> Iterator[None]:
    """Every test leaves neither threads nor running timers nor windows behind.

    What is left until the process ends is taken apart in any order then, which may crash."""
    before = set(threading.enumerate())
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    left = [t for t in threading.enumerate() if t not in before and t.is_alive()]
    assert not left, f"threads left running: {left}"
    timers = [
        timer
        for timer in gc.get_objects()
        # Not isinstance(), which asks every object for its class: some answer with a warning.
        if issubclass(type(timer), QTimer) and shiboken6.isValid(timer) and timer.isActive()
    ]
    assert not timers, f"timers left running: {[t.parent() for t in timers]}"
    windows = qapp.topLevelWidgets()
    for window in windows:
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not windows, f"windows left: {[(window, window.objectName()) for window in windows]}"


@pytest.fixture(autouse=True, scope="session")
def nothing_copied(qapp: QApplication) -> Iterator[None]:
    """Without a screen Qt frees what was copied when the process ends, after Python, whose object
    it is: a crash."""
    yield
    qapp.clipboard().clear()


@pytest.fixture(scope="session")
def english(qapp: QApplication) -> object:
    return translations.install(qapp)


@pytest.fixture
def theme(qapp: QApplication, english: object) -> Iterator[Theme]:
    made = Theme(qapp, "light")
    yield made
    made.deleteLater()


@pytest.fixture
def one_batch_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several side by side a later one may be embedded, and the gate close, before the first:
    then nothing is stored until it opens."""
    monkeypatch.setattr(batches, "side_by_side", lambda encoder: (1, None))


@pytest.fixture
def make_shell(tmp_path: Path, theme: Theme, one_batch_at_a_time: None) -> Iterator[Open]:
    """Makes the app over the library of this test; it is closed when the test ends."""
    shells: list[Shell] = []

    def make(open_encoder: Callable[[str], Encoder], running_on: str = "Processor") -> Shell:
        def changed(model: str) -> None:
            shell.bridge.post(lambda: shell.serve(model))

        def open_library() -> Opened:
            library = Library(tmp_path / "library.photoclip")
            serving = Serving(library, open_encoder, None, changed)
            models, cache = tmp_path / "models", tmp_path / "cache"
            return Opened(library, serving, serving.encoder.id, lambda: running_on, models, cache)

        shell = Shell(open_library, tmp_path / "settings.json", theme)
        shells.append(shell)
        return shell

    yield make
    for shell in shells:
        shell.close()


@pytest.fixture
def open_shell(qtbot: QtBot, make_shell: Open) -> Open:
    """Opens windows with a model that knows colours."""

    def open_it(
        paths: Sequence[str] = (),
        encoder: Encoder | None = None,
        size: tuple[int, int] = (1280, 800),
    ) -> Shell:
        used = encoder or ColourEncoder()
        shell = make_shell(lambda _: used)
        shell.window.resize(*size)
        shell.start(paths)
        wait_whole(qtbot, shell)
        return shell

    return open_it


@pytest.fixture
def open_app(qtbot: QtBot, tmp_path: Path, make_shell: Open, album: Path) -> Open:
    """Opens windows in which forty photos are indexed, with two models to choose from.

    The starter goes by its name, the second model by any other. Models are got from `mirror`.
    """

    def open_it(
        bright: ColourEncoder | None = None,
        starter: ColourEncoder | None = None,
        mirror: str = "",
        photos: int = 40,
    ) -> Shell:
        first, second = starter or ColourEncoder(), bright or BrightColourEncoder()
        stored.save(tmp_path / "settings.json", stored.Settings(model_mirror=mirror))
        shell = make_shell(
            lambda source: first if source == "starter" else second,
            running_on="Processor, 2 threads, bfloat16",
        )
        shell.start([str(album)])
        wait_whole(qtbot, shell)
        wait_indexed(qtbot, shell, photos)
        shell.window.content.photos.show_new()
        qtbot.waitUntil(lambda: shell.work.models.answering is not None, timeout=WAIT)
        return shell

    return open_it


@pytest.fixture
def album(photos: Path) -> Path:
    """Forty photos of ten colours over twenty days, some in a folder of their own."""
    for number in range(40):
        folder = photos / "西藏 2019年" if number % 4 == 0 else photos
        colour = COLOURS[number % len(COLOURS)]
        day = 1 + number // 4
        taken = f"2023:08:{day:02} 12:{number:02}:00"
        save_photo(folder / f"{colour}_{number:02}.jpg", colour, taken=taken)
    return photos


def wait_whole(qtbot: QtBot, shell: Shell) -> None:
    """Until the window has all its parts."""
    qtbot.waitUntil(lambda: shell.window.whole or shell.error is not None, timeout=WAIT)
    if shell.error is not None:
        raise shell.error


def wait_indexed(qtbot: QtBot, shell: Shell, photos: int) -> None:
    """Until indexing is over and all is shown."""
    window = shell.window
    qtbot.waitUntil(lambda: not shell.work.job.running, timeout=WAIT)
    qtbot.waitUntil(
        lambda: window.model.rowCount() + window.content.photos.held_count == photos, timeout=WAIT
    )


def wait_read(qtbot: QtBot, session: Session) -> None:
    """Until what was asked of the library before is answered."""
    answered: list[None] = []
    session.read("test", lambda: None, answered.append)
    qtbot.waitUntil(lambda: bool(answered), timeout=WAIT)


@pytest.fixture
def shown(qtbot: QtBot, open_shell: Open, album: Path) -> MainWindow:
    """A window whose forty photos are indexed and shown."""
    shell = open_shell([str(album)])
    qtbot.waitUntil(lambda: shell.work.job.running or bool(shell.work.job.latest), timeout=WAIT)
    qtbot.waitUntil(lambda: not shell.work.job.running, timeout=WAIT)
    window = shell.window
    qtbot.waitUntil(
        lambda: window.model.rowCount() + window.content.photos.held_count == 40, timeout=WAIT
    )
    window.content.photos.show_new()
    window.grid.restore(None)
    window.grid.clearSelection()
    return window
