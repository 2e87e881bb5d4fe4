"""How long from the start of the process to the window, and to its photos, beside a bare window.

    python -m tests.benchmarks.startup [--json] [--photos N --large M]

By turns, each in a process of its own on the offscreen platform: PySide6's `QMainWindow` with a
`QLabel`, and the app, as `python -m photoclip` and a double click start it, over libraries of
100,000 and of 1,000,000 photos as `searching` makes them, whose folders are not connected. By the
machine's clock from just before the process is started, medians, with all files in the system's
cache and all modules compiled, as an installed program has them.

    bare_window_seconds         to the end of the bare window's first painting
    photoclip_seconds           to the end of the first painting of the app's own window, with its
                                toolbar, search field and the ground of its panes in place; what a
                                person types from then on is searched for
    photoclip_photos_seconds    to the end of the first painting of the grid in which all photos of
                                the library are listed; nothing about this one has to hold

and the last two again for the larger library. The app opens the library and makes its panes after
the first painting, and imports torch when the photos are shown.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from photoclip.clip.models import STARTER, find_model
from photoclip.core.library import Library
from tests.benchmarks.reporting import Bar, report
from tests.benchmarks.searching import fill

BARS = (Bar("times_bare", most=1.8), Bar("times_smaller", most=1.3))

_PHOTOS, _LARGE = 100_000, 1_000_000
_TURNS = 9
# Tells when a widget has painted itself.
_WATCH = """
import os, sys, time
from PySide6.QtCore import QEvent, QObject, QTimer
class Watch(QObject):
    def __init__(self, watched, call):
        super().__init__(watched)
        self.call = call
        watched.installEventFilter(self)
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self.tell)
        return False
    def tell(self):
        self.call(time.monotonic())
def tell(*moments):
    print(*moments)
    sys.stdout.flush()
    os._exit(0)
"""
_BARE = """
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
application = QApplication([])
window = QMainWindow()
window.setCentralWidget(QLabel("PhotoClip"))
window.resize(1280, 820)
watch = Watch(window.centralWidget(), tell)
window.show()
application.exec()
"""
_APP = """
from photoclip import app
shown = []
def watched(start):
    def begin(shell, *arguments):
        window = shell.window
        def photos(moment):
            if len(window.grid.photos.ids):
                tell(shown[0], moment)
        Watch(window.toolbar, shown.append)
        window.when_whole(lambda: Watch(window.grid.viewport(), photos))
        start(shell, *arguments)
    return begin
make = app._application
def made():
    # When Qt is there and the app has begun, so that nothing is imported out of turn.
    application = make()
    from photoclip.ui.shell import Shell
    Shell.start = watched(Shell.start)
    return application
app._application = made
from photoclip.__main__ import main
main()
"""


def measure(photos: int = _PHOTOS, large: int = _LARGE) -> dict[str, float]:
    """Seconds of each, and how they compare."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        libraries = {"photoclip": folder / "small.photoclip", "large": folder / "large.photoclip"}
        words = np.random.default_rng(0).normal(size=(64, 512)).astype(np.float32)
        for path, count in zip(libraries.values(), (photos, large), strict=True):
            library = Library(path)
            fill(library, find_model(STARTER, None).id, words, count)
            library.close()
        took: dict[str, list[list[float]]] = {"bare": [], **{kind: [] for kind in libraries}}
        for turn in range(_TURNS + 1):
            for kind, times in took.items():
                code = _BARE if kind == "bare" else _APP
                seconds = _start(code, libraries.get(kind), folder)
                if turn:  # the first brings the files into the system's cache
                    times.append(seconds)
    middle = {
        kind: [statistics.median(one) for one in zip(*times, strict=True)]
        for kind, times in took.items()
    }
    (bare,), small, large_ = middle["bare"], middle["photoclip"], middle["large"]
    return {
        "bare_window_seconds": bare,
        "photoclip_seconds": small[0],
        "photoclip_large_seconds": large_[0],
        "photoclip_photos_seconds": small[1],
        "photoclip_large_photos_seconds": large_[1],
        "times_bare": small[0] / bare,
        "times_smaller": large_[0] / small[0],
    }


def _start(code: str, library: Path | None, home: Path) -> list[float]:
    """Start a process, and give the seconds until each of the moments that it tells."""
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
        # Compiled modules, for both, whatever the environment says and whoever owns the sources.
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(home / "compiled"),
    }
    with TemporaryDirectory(dir=home) as sockets:
        environment["TMPDIR"] = sockets
        return _run(code, library, environment)


def _run(code: str, library: Path | None, environment: dict[str, str]) -> list[float]:
    start = time.monotonic()
    run = subprocess.run(
        [sys.executable, "-c", _WATCH + code],
        env=environment if library is None else {**environment, "PHOTOCLIP_LIBRARY": str(library)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    return [float(moment) - start for moment in run.stdout.split()]


if __name__ == "__main__":
    report(__doc__, measure, BARS, photos=_PHOTOS, large=_LARGE)
