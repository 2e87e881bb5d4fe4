"""The app over a library, offscreen, for benchmarks of what a person sees."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from photoclip.clip.encoder import Encoder
from photoclip.core.library import Library
from photoclip.core.serving import Serving
from photoclip.ui import translations
from photoclip.ui.shell import Shell
from photoclip.ui.theme import Theme
from photoclip.ui.workers import Opened

# Before that all photos are tagged, as they are once in every library.
_LONGEST_S = 900


@contextmanager
def running(library_path: Path, encoder: Encoder, folder: Path) -> Iterator[Shell]:
    """The app with its window of 1280 x 820, whole, with nothing left to index.

    Args:
        folder: where its settings, models and cache lie.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication(["photoclip", "-style", "fusion"])
    assert isinstance(application, QApplication)
    translations.install(application)

    def opened() -> Opened:
        library = Library(library_path)
        serving = Serving(library, lambda _: encoder, folder / "cache")
        return Opened(
            library,
            serving,
            serving.encoder.id,
            lambda: encoder.running_on,
            folder / "models",
            folder / "cache",
        )

    shell = Shell(opened, folder / "settings.json", Theme(application, "light"))
    try:
        shell.window.resize(1280, 820)
        shell.start()
        until(lambda: shell.window.whole and shell.window.model.rowCount() > 0)
        until(lambda: not shell.work.job.running)
        yield shell
    finally:
        shell.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def until(happened: Callable[[], bool]) -> None:
    """Run the application until then."""
    late = time.monotonic() + _LONGEST_S
    loop = QEventLoop()
    wake = QTimer(interval=1)
    wake.timeout.connect(loop.quit)
    wake.start()
    while not happened():
        assert time.monotonic() < late, "it did not happen"
        loop.exec()
    wake.stop()


def search(shell: Shell, text: str) -> None:
    """Type it, and wait for its results."""
    shell.window.field.setFocus(Qt.FocusReason.OtherFocusReason)
    shell.window.field.clear_query()
    session, listed = shell.work.session, []
    session.listed.connect(lambda listing: listed.append(listing.place.text))
    QTest.keyClicks(shell.window.field, text)
    until(lambda: text in listed)
