"""How long it takes from a key pressed in the search bar to the results painted in the grid.

    python -m tests.benchmarks.keystrokes [--json] [--photos N]

The app's own window, offscreen, over the library of a million photos that `searching` makes
(vectors of 512 numbers, rows with dates, cameras, places, ratings and tags; filling it takes some
minutes), with the starter in the process of the models. Texts are typed letter by letter, each as
soon as the last one's results are painted; before each the bar is emptied, which lists all photos
again. Every key counts but those that ask for nothing new, and the first text of each kind, with
which the model is loaded and filters are looked up for the first time. The time is until the grid
has painted the results of just this text; thumbnails, of which there are none here, come later in
any case.
"""

import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtTest import QTest

from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.model_process import ModelProcess
from photoclip.clip.models import STARTER, find_model
from photoclip.clip.remote_encoder import RemoteEncoder
from photoclip.core.library import Library
from photoclip.core.tagging import Tagger
from photoclip.ui.shell import Shell
from tests.benchmarks.reporting import Bar, report
from tests.benchmarks.running import running, until
from tests.benchmarks.searching import fill

BARS = (Bar("p95_ms", most=150.0),)

_PHOTOS = 1_000_000
# By kind, how each text begins, and how they go on.
_TYPED = {
    "words": ("", ("kite on the beach", "an old tractor", "red lantern at night", "violin")),
    "words_and_camera": ("camera:iphone ", ("dog in the snow", "teapot", "green canoe")),
    "words_and_year": ("2019 ", ("children at the harbour", "orchard", "a small sparrow")),
    "words_tag_and_rating": ("tag:dog rating:>=3 ", ("at the lake", "with a ball", "car")),
}


def measure(photos: int = _PHOTOS) -> dict[str, float]:
    """By what stands in the bar, and for all: median and 95th percentile in ms, and the keys."""
    encoder = OpenClipEncoder(find_model(STARTER, None), device="cpu")
    with TemporaryDirectory() as name:
        folder = Path(name)
        library = Library(folder / "library.photoclip")
        tagger = Tagger(encoder, cache_dir=folder / "cache")
        fill(
            library,
            encoder.id,
            tagger.terms.background_prototypes,
            photos,
            tagged_with=tagger.version,
        )
        library.close()
        del encoder, tagger
        return typed(folder)


def typed(folder: Path) -> dict[str, float]:
    """`measure` over the library in this folder, where the app's cache and settings come to lie."""
    process = ModelProcess()
    encoder = RemoteEncoder(process, find_model(STARTER, None))
    try:
        with running(folder / "library.photoclip", encoder, folder) as shell:
            watch = _Watch(shell)
            took = {kind: _type(shell, watch, *typed) for kind, typed in _TYPED.items()}
    finally:
        process.close()
    summary = {}
    took[""] = [one for times in took.values() for one in times]
    for kind, times in took.items():
        before = f"{kind}_" if kind else ""
        summary[f"{before}median_ms"] = statistics.median(times)
        summary[f"{before}p95_ms"] = float(np.quantile(times, 0.95))
        summary[f"{before}keys"] = float(len(times))
    return summary


class _Watch(QObject):
    """Tells when the grid has painted the answer to what stands in the bar."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._session = shell.work.session
        self._listed = self._painted = False
        self.asked: str | None = None
        shell.window.field.queried.connect(self._expect)
        shell.work.session.listed.connect(self._take)
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
                until(watch.answered)
                took.append((number, 1000 * (time.perf_counter() - start)))
    return [taken for number, taken in took if number]


if __name__ == "__main__":
    report(__doc__, measure, BARS, photos=_PHOTOS)
