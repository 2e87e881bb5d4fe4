"""How long it takes from a key pressed in the search bar to the results painted in the grid.

    python -m tests.benchmarks.keystrokes [--json] [--photos N]

The app's own window, offscreen, over the library that `searching` makes (vectors of 512 numbers,
rows with dates, cameras, places, ratings and tags), with the starter. Texts are typed letter by
letter, each as soon as the last one's results are painted; every key counts but those that ask for
nothing new, and the first text, which loads the model. The time is until the grid has painted the
results of just this text; thumbnails, of which there are none here, come later in any case.
"""

import argparse
import json
import os
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.models import STARTER, find_model
from photoclip.clip.precision import machine
from photoclip.core.library import Library
from photoclip.core.serving import Serving
from photoclip.core.tagging import Tagger
from photoclip.ui import translations
from photoclip.ui.shell import Shell
from photoclip.ui.theme import Theme
from tests.benchmarks.searching import fill

MOST_MEDIAN_MS = 150.0

_PHOTOS = 100_000
# Before that all photos are tagged, as they are once in every library.
_LONGEST_S = 600
# By kind, how each text begins, and how they go on.
_TYPED = {
    "words": ("", ("kite on the beach", "an old tractor", "red lantern at night", "violin")),
    "words beside a camera": ("camera:iphone ", ("dog in the snow", "teapot", "green canoe")),
    "words beside a year": ("2019 ", ("children at the harbour", "orchard", "a small sparrow")),
    "words beside tag and rating": ("tag:dog rating:>=3 ", ("at the lake", "with a ball", "car")),
}


def main() -> None:
    """Measure, print a table or one JSON document, and say whether the aim is met."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--photos", type=int, default=_PHOTOS, help="how many photos there are")
    arguments = parser.parse_args()
    summary = measure(arguments.photos)
    holds = summary["all"]["median_ms"] < MOST_MEDIAN_MS
    if arguments.json:
        print(json.dumps({"machine": machine(), "summary": summary, "holds": holds}, indent=1))
        return
    print(machine())
    for kind, figures in summary.items():
        print(f"{kind:38}" + "".join(f"{name} {value:8.1f}   " for name, value in figures.items()))
    print("The aim is met." if holds else "The aim is missed.")


def measure(photos: int = _PHOTOS) -> dict[str, dict[str, float]]:
    """By what stands in the bar, and for all: median and 95th percentile in ms, and the keys."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication(["photoclip"])
    assert isinstance(application, QApplication)
    translations.install(application)
    encoder = OpenClipEncoder(find_model(STARTER, None), device="cpu")
    with TemporaryDirectory() as name:
        folder = Path(name)
        library = Library(folder / "library.photoclip")
        cache = folder / "cache"
        words = Tagger(encoder, cache_dir=cache).terms.background_prototypes
        fill(library, encoder.id, words, photos)
        serving = Serving(library, lambda _: encoder, cache)
        shell = Shell(
            library, encoder.id, serving.index, lambda: serving, serving.switch,
            lambda: encoder.running_on, folder / "models", cache, folder / "settings.json",
            Theme(application, "light"), serving,
        )  # fmt: skip
        try:
            shell.window.resize(1280, 820)
            shell.start()
            watch = _Watch(shell)
            watch.until(lambda: shell.window.model.rowCount() == photos and not shell.job.running)
            took = {kind: _type(shell, watch, *typed) for kind, typed in _TYPED.items()}
        finally:
            shell.close()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    everything = [one for times in took.values() for one in times]
    return {kind: _figures(times) for kind, times in {**took, "all": everything}.items()}


class _Watch(QObject):
    """Tells when the grid has painted the answer to what stands in the bar."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._session = shell.session
        self._listed = self._painted = False
        self.asked: str | None = None
        self._loop = QEventLoop()
        shell.window.field.queried.connect(self._expect)
        shell.session.listed.connect(self._take)
        # Where nothing is found, a sentence stands in the grid's place.
        self._shown = (shell.window.grid.viewport(), shell.window.content)
        for widget in self._shown:
            widget.installEventFilter(self)

    def forget(self) -> None:
        """Before a key: nothing is asked."""
        self.asked = None
        self._listed = self._painted = False

    def _expect(self, text: str) -> None:
        self.asked = text

    def answered(self) -> bool:
        return self._painted

    def until(self, happened) -> None:  # type: ignore[no-untyped-def]
        """Run the application until then."""
        late = time.monotonic() + _LONGEST_S
        wake = QTimer(interval=1)
        wake.timeout.connect(self._loop.quit)
        wake.start()
        while not happened():
            assert time.monotonic() < late, f"no answer to {self.asked!r}"
            self._loop.exec()
        wake.stop()

    def _take(self, _: object) -> None:
        self._listed = self._session.place.text == self.asked
        if self._listed:
            for widget in self._shown:
                widget.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        grid = self._shown[0]
        if (
            event.type() == QEvent.Type.Paint
            and self._listed
            and watched in ((grid,) if grid.isVisible() else self._shown)
        ):
            # The filter comes before the painting, which is done when the loop goes on.
            QTimer.singleShot(0, self._note)
        return False

    def _note(self) -> None:
        self._painted = True


def _type(shell: Shell, watch: _Watch, before: str, texts: tuple[str, ...]) -> list[float]:
    """Type each text behind `before`; how long each key took, in ms."""
    field = shell.window.field
    took: list[tuple[int, float]] = []
    for number, text in enumerate(texts):
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        field.clear_query()
        for letter in before + text:
            watch.forget()
            start = time.perf_counter()
            QTest.keyClicks(field, letter)
            # A space, or one letter alone, asks for nothing new.
            if watch.asked is not None:
                watch.until(watch.answered)
                took.append((number, 1000 * (time.perf_counter() - start)))
    return [taken for number, taken in took if number]


def _figures(took: list[float]) -> dict[str, float]:
    return {
        "median_ms": statistics.median(took),
        "p95_ms": float(np.quantile(took, 0.95)),
        "keys": float(len(took)),
    }


if __name__ == "__main__":
    main()
