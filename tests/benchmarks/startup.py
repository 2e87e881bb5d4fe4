"""How long from the start of the process to a painted window, beside a bare window with one label.

    python -m tests.benchmarks.startup [--json] [--photos N --large M]

By turns, each in a process of its own on the offscreen platform: PySide6's `QMainWindow` with a
`QLabel`, and the app over libraries of 100,000 and of 1,000,000 photos as `searching` makes them,
whose folders are not connected. From just before the process is started to the end of the window's
first painting, by the machine's clock; the median of each. All files are in the system's cache.
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
# Tells when a window has painted itself, and ends the process.
_WATCH = """
import os, sys, time
from PySide6.QtCore import QEvent, QObject, QTimer
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self.tell)
        return False
    def tell(self):
        print(time.monotonic())
        sys.stdout.flush()
        os._exit(0)
"""
_BARE = """
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
application = QApplication([])
window = QMainWindow()
window.setCentralWidget(QLabel("PhotoClip"))
window.resize(1280, 820)
watch = Watch()
window.centralWidget().installEventFilter(watch)
window.show()
application.exec()
"""
_APP = """
from pathlib import Path
from photoclip import app
def watched(start):
    def begin(shell, *arguments):
        shell.watch = Watch()
        shell.window.grid.viewport().installEventFilter(shell.watch)
        start(shell, *arguments)
    return begin
# The app imports it a little later, and all of it.
from photoclip.ui.shell import Shell
Shell.start = watched(Shell.start)
app.run(Path(sys.argv[1]))
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
        took: dict[str, list[float]] = {"bare": [], **{kind: [] for kind in libraries}}
        for turn in range(_TURNS + 1):
            for kind, times in took.items():
                code = _BARE if kind == "bare" else _APP
                seconds = _start(code, libraries.get(kind), folder)
                if turn:  # the first brings the files into the system's cache
                    times.append(seconds)
    middle = {kind: statistics.median(times) for kind, times in took.items()}
    return {
        "bare_window_seconds": middle["bare"],
        "photoclip_seconds": middle["photoclip"],
        "photoclip_large_seconds": middle["large"],
        "times_bare": middle["photoclip"] / middle["bare"],
        "times_smaller": middle["large"] / middle["photoclip"],
    }


def _start(code: str, library: Path | None, home: Path) -> float:
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
    }
    start = time.monotonic()
    run = subprocess.run(
        [sys.executable, "-c", _WATCH + code, str(library)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    return float(run.stdout.split()[-1]) - start


if __name__ == "__main__":
    report(__doc__, measure, BARS, photos=_PHOTOS, large=_LARGE)
