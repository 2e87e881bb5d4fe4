"""How the grid keeps up with a million photos: laying out, scrolling, painting, choosing, loading.

    python -m tests.benchmarks.grid [--json] [--photos N]

The app's own grid, model and thumbnail loader, offscreen, over a library of so many photos by date,
with real JPEG thumbnails for the places gone to. Everything is timed to the end of the painting, in
ms. First in a window of 1280 × 820, then as large as a 4K screen, and both at two device pixels for
one. "Bare" is a widget that does nothing but draw the same pixmaps at the same places, by turns
with the grid: what painting costs at least. "Fresh" is from the jump to a place not seen before
until all its thumbnails are painted, their files in the system's cache; "fling" a scroll across
10,000 photos in a second, until all in view are painted.

The bars are for the window of 1280 × 820; on a 4K screen half of a frame goes by in copying pixels.
"""

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QPoint, QPointF, QRect, Qt, QTimer
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent, QPixmap, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from photoclip.core.library import Library
from photoclip.core.relevance import Band
from photoclip.ui import translations
from photoclip.ui.bands import BandSection
from photoclip.ui.grid import GridView
from photoclip.ui.grid_model import GridModel
from photoclip.ui.jobs import Bridge
from photoclip.ui.theme import Theme
from photoclip.ui.thumbnails import Thumbnails
from tests.benchmarks.grid_photos import add_thumbnails, with_photos
from tests.benchmarks.reporting import Bar, report

_SCREENS = {"": (1280, 820, 1), "4k_": (3840, 2160, 1), "hidpi_": (1280, 820, 2),
            "4k_hidpi_": (1920, 1080, 2)}  # fmt: skip
BARS = tuple(
    bar
    for screen in _SCREENS
    for bar in (
        Bar(f"{screen}reset_ms", most=20.0),
        Bar(f"{screen}resize_ms", most=20.0),
        Bar(f"{screen}paint_p99_ms", most=16.0),
        Bar(f"{screen}jump_most_ms", most=50.0),
    )
)

_PHOTOS = 1_000_000
# Places with thumbnails: so many, each of so many photos; and the way of the fling.
_PLACES, _AROUND, _FLING = 12, 1500, 10_000
_TURNS = 15
_LONGEST_S = 60


def measure(photos: int = _PHOTOS) -> dict[str, float]:
    """The figures of each screen, those of the larger ones with its name before them."""
    figures: dict[str, float] = {}
    with TemporaryDirectory() as name:
        path = Path(name) / "library.photoclip"
        library = with_photos(path, photos)
        ids, _ = library.listing()
        add_thumbnails(library, ids[np.concatenate([*_places(photos), _fling(photos)])])
        library.close()
        for screen, (width, height, ratio) in _SCREENS.items():
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
            # Qt reads it when the application starts, so each screen has a process of its own.
            os.environ["QT_SCALE_FACTOR"] = str(ratio)
            own = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(1, mp_context=own) as pool:
                found = pool.submit(_on_screen, path, width, height).result()
            figures |= {f"{screen}{figure}": value for figure, value in found.items()}
    return figures


def _places(photos: int) -> list[NDArray[np.int64]]:
    around = min(_AROUND, photos // _PLACES)
    firsts = np.linspace(0, photos - around, _PLACES).astype(np.int64)
    return [first + np.arange(around) for first in firsts]


def _fling(photos: int) -> NDArray[np.int64]:
    return photos // 3 + np.arange(min(_FLING, photos // 3))


def _on_screen(path: Path, width: int, height: int) -> dict[str, float]:
    """All figures of a grid of this size, in logical pixels."""
    application = QApplication.instance() or QApplication(["photoclip"])
    assert isinstance(application, QApplication)
    translations.install(application)
    theme = Theme(application, "light")
    library = Library(path)
    bridge = Bridge()
    thumbnails = Thumbnails(library, bridge)
    grid = GridView(GridModel(lambda photo_id, _: f"photo {photo_id}"), thumbnails)
    try:
        grid.resize(width, height)
        grid.show()
        QTest.qWaitForWindowExposed(grid)
        return _Session(grid, thumbnails, library).figures()
    finally:
        bridge.close()
        thumbnails.close()
        grid.close()
        grid.deleteLater()
        library.close()
        theme.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


class _Session:
    """One grid, used as a person would, with a stopwatch."""

    def __init__(self, grid: GridView, thumbnails: Thumbnails, library: Library) -> None:
        self._grid, self._thumbnails = grid, thumbnails
        self._ids, self._times = library.listing()
        self._random = np.random.default_rng(7)
        self._loop = QEventLoop()

    def figures(self) -> dict[str, float]:
        grid = self._grid
        found = {"reset_ms": self._median(self._show)}
        by_relevance = self._random.permutation(self._ids)
        bands = self._bands()
        found["relevance_ms"] = self._median(lambda: self._show(by_relevance, None, bands))
        found["sort_switch_ms"] = statistics.median(
            [self._one(lambda: self._show(by_relevance, None, bands)), self._one(self._show)] * 3
        )
        self._show()
        found |= self._sizes()
        found |= self._jumps()
        found |= self._scrolled()
        found |= self._keys()
        found |= self._chosen()
        found |= self._arrivals()
        found |= self._loading()
        interface = QAccessible.queryAccessibleInterface(grid)
        found["screen_reader_count_ms"] = self._median(interface.childCount, paint=False)
        return found

    # What is timed

    def _show(
        self,
        ids: NDArray[np.int64] | None = None,
        times: NDArray[np.int64] | None = None,
        bands: tuple[BandSection, ...] = (),
        anchored: bool = False,
    ) -> None:
        if ids is None:
            ids, times = self._ids, self._times
        anchor = self._grid.anchor() if anchored else None
        self._grid.show_photos(ids, times, anchor, keep_selection=True, bands=bands)

    def _bands(self) -> tuple[BandSection, ...]:
        count = len(self._ids)
        edges = (0, count // 100, count // 10, count)
        kinds = (Band.STRONG, Band.LIKELY, Band.WEAK)
        return tuple(
            BandSection(kind, first, end - first)
            for kind, first, end in zip(kinds, edges, edges[1:], strict=False)
        )

    def _sizes(self) -> dict[str, float]:
        """The window's edge dragged in and out, and the slider of the tiles."""
        grid, size = self._grid, self._grid.size()
        self._go(len(self._ids) // 2)
        self._settle()
        widths = [*range(0, 240, 8), *range(240, 0, -8)]
        drag = [
            self._one(lambda w=w: grid.resize(size.width() - w, size.height() - w // 2))  # type: ignore[misc]
            for w in widths
        ]
        grid.resize(size)
        tiles = [self._one(lambda s=side: grid.set_tile_size(s)) for side in (96, 128, 352, 176)]  # type: ignore[misc]
        self._settle()
        return {
            "resize_ms": statistics.median(drag),
            "resize_p99_ms": float(np.quantile(drag, 0.99)),
            "tile_size_ms": statistics.median(tiles),
        }

    def _jumps(self) -> dict[str, float]:
        """To dates anywhere, by the scroll bar with its years, and by the keys of the sections."""
        grid, bar = self._grid, self._grid.verticalScrollBar()
        places = self._random.integers(0, bar.maximum(), 60).tolist()
        jumps = [self._one(lambda y=y: bar.setValue(y)) for y in places]  # type: ignore[misc]
        grid.setFocus()
        alt = Qt.KeyboardModifier.AltModifier
        keys = [self._one(lambda: QTest.keyClick(grid, Qt.Key.Key_Down, alt)) for _ in range(40)]
        return {
            "jump_ms": statistics.median(jumps),
            "jump_most_ms": max(jumps),
            "next_section_ms": statistics.median(keys),
        }

    def _scrolled(self) -> dict[str, float]:
        """Whole views with their thumbnails in memory, and frames of a scroll through them."""
        grid, bar = self._grid, self._grid.verticalScrollBar()
        paints, bare, wheel, drag, floors = [], [], [], [], _Bare(grid, self._thumbnails)
        half = _AROUND // 2
        for place in _places(len(self._ids)):
            self._go(int(place[min(half, len(place) - 1)]))
            self._settle()
            for turn in range(10):
                here = bar.value()
                paints.append(self._one(lambda: bar.setValue(here + 7)))  # noqa: B023
                bare.append(floors.paint())
                bar.setValue(here)
                wheel.append(self._one(lambda down=turn % 2: self._wheel(down)))  # type: ignore[misc]
            bar.setSliderDown(True)
            for _ in range(10):
                drag.append(self._one(lambda: bar.setSliderPosition(bar.value() + 40)))
            bar.setSliderDown(False)
        floors.close()
        self._go(int(_places(len(self._ids))[3][100]))
        self._settle()
        before = self._one(lambda: grid.viewport().update())
        grid.selectAll()
        grid.show_marks({int(i): True for i in grid.visible_ids()})
        full = [self._one(lambda: grid.viewport().update()) for _ in range(30)]
        grid.show_marks({})
        grid.clearSelection()
        return {
            "paint_p50_ms": statistics.median(paints),
            "paint_p99_ms": float(np.quantile(paints, 0.99)),
            "bare_paint_p50_ms": statistics.median(bare),
            "paint_again_ms": before,
            "paint_selected_and_marked_p50_ms": statistics.median(full),
            "paint_selected_and_marked_p99_ms": float(np.quantile(full, 0.99)),
            "wheel_p99_ms": float(np.quantile(wheel, 0.99)),
            "scroll_bar_p99_ms": float(np.quantile(drag, 0.99)),
        }

    def _wheel(self, down: int) -> None:
        at = QPointF(200, 200)
        event = QWheelEvent(
            at, self._grid.viewport().mapToGlobal(at), QPoint(), QPoint(0, -120 if down else 120),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self._grid.viewport(), event)

    def _keys(self) -> dict[str, float]:
        grid, key = self._grid, Qt.Key
        self._go(len(self._ids) // 2)
        grid.chosen.select(len(self._ids) // 2)
        moves = (key.Key_Down, key.Key_Right, key.Key_PageDown, key.Key_Up)
        took = [self._one(lambda k=k: QTest.keyClick(grid, k)) for k in moves * 8]  # type: ignore[misc]
        ends = [self._one(lambda k=k: QTest.keyClick(grid, k)) for k in (key.Key_Home, key.Key_End)]  # type: ignore[misc]
        QTest.keyClick(grid, key.Key_Home)
        shift = Qt.KeyboardModifier.ShiftModifier
        whole = self._one(lambda: QTest.keyClick(grid, key.Key_End, shift))
        assert grid.chosen.count() == len(self._ids)
        grid.clearSelection()
        return {"key_ms": statistics.median(took), "home_end_ms": max(ends), "shift_end_ms": whole}

    def _chosen(self) -> dict[str, float]:
        """All photos selected, and what follows: counting, changing, another order, ids."""
        grid = self._grid
        found = {"select_all_ms": self._median(grid.selectAll)}
        found["count_selected_ms"] = self._median(grid.chosen.count, paint=False)
        found["ids_selected_ms"] = self._median(grid.chosen.ids, paint=False)
        toggle = grid.selectionModel().SelectionFlag.Toggle
        found["take_one_out_ms"] = self._one(lambda: grid.chosen.select(500, toggle))
        by_relevance = self._random.permutation(self._ids)
        found["all_selected_sort_ms"] = self._one(
            lambda: self._show(by_relevance, None, self._bands())
        )
        self._show()
        every_other = self._ids[::2].copy()
        found["select_every_other_ms"] = self._one(lambda: grid.chosen.select_ids(every_other))
        assert grid.chosen.count() == len(every_other)
        found["paint_every_other_ms"] = self._median(grid.viewport().update)
        found["every_other_sort_ms"] = self._one(
            lambda: self._show(by_relevance, None, self._bands())
        )
        self._show()
        ten_thousand = self._random.choice(self._ids, min(10_000, len(self._ids)), replace=False)
        found["select_10000_ms"] = self._one(lambda: grid.chosen.select_ids(ten_thousand))
        # Their rating or tag has changed: they are read and painted anew.
        found["changed_10000_ms"] = self._one(
            lambda: grid.ask_thumbnails_again(ten_thousand.tolist())
        )
        found["changed_one_ms"] = self._one(lambda: grid.ask_thumbnails_again([5]))
        found["clear_ms"] = self._one(grid.clearSelection)
        return found

    def _arrivals(self) -> dict[str, float]:
        """Batches of 32 photos that indexing brings, above the view and all over it."""
        grid, count = self._grid, len(self._ids)
        self._go(count // 2)
        took: dict[str, list[float]] = {"top": [], "anywhere": []}
        for turn in range(5):
            new = count + 1 + 32 * turn + np.arange(32)
            for where, times in (
                ("top", np.full(32, self._times[0] + 60)),
                ("anywhere", self._random.choice(self._times, 32)),
            ):
                ids = np.concatenate([new, self._ids])
                stamps = np.concatenate([times, self._times])
                order = np.argsort(-stamps, kind="stable")
                ids, stamps = ids[order], stamps[order]

                def arrive(ids: Any = ids, stamps: Any = stamps) -> None:
                    grid.preview_visible(ids, stamps)
                    self._show(ids, stamps, anchored=True)

                took[where].append(self._one(arrive))
                self._show(anchored=True)
        self._show()
        return {f"batch_{where}_ms": statistics.median(ms) for where, ms in took.items()}

    def _loading(self) -> dict[str, float]:
        """Fresh places until all in view is painted, and a fling across many photos."""
        grid, fresh = self._grid, []
        first, *rest = _fling(len(self._ids))[:: max(1, _FLING // 12)].tolist()
        for row in rest[1:]:
            start = time.perf_counter()
            self._go(row)
            self._until(self._all_there)
            grid.viewport().repaint()
            fresh.append(1000 * (time.perf_counter() - start))
        self._forget_pixmaps()
        with self._counted() as loaded:
            bar = grid.verticalScrollBar()
            self._go(first)
            begin = bar.value()
            end = grid.layout_.tile_rect(first + len(_fling(len(self._ids))) - 500).y
            slowest, started = 0.0, time.perf_counter()
            while (part := time.perf_counter() - started) < 1.0:
                slowest = max(
                    slowest, self._one(lambda: bar.setValue(round(begin + part * (end - begin))))
                )
                QCoreApplication.processEvents()
            stopped = time.perf_counter()
            bar.setValue(end)
            self._until(self._all_there)
            grid.viewport().repaint()
            rest_ms = 1000 * (time.perf_counter() - stopped)
        return {
            "fresh_ms": statistics.median(fresh),
            "fresh_per_thumbnail_ms": statistics.median(fresh) / len(grid.visible_ids()),
            "fling_slowest_frame_ms": slowest,
            "fling_until_painted_ms": rest_ms,
            "fling_photos_passed": float(_FLING - 500),
            "fling_thumbnails_loaded": float(len(loaded)),
            "thumbnails_in_view": float(len(grid.visible_ids())),
        }

    # Tools

    def _one(self, act: Callable[[], object], paint: bool = True) -> float:
        """How long it takes, with the painting that follows, in ms."""
        start = time.perf_counter()
        act()
        if paint:
            self._grid.viewport().repaint()
        return 1000 * (time.perf_counter() - start)

    def _median(self, act: Callable[[], object], paint: bool = True) -> float:
        return statistics.median(self._one(act, paint) for _ in range(_TURNS))

    def _go(self, row: int) -> None:
        """Show the line of a photo at the top."""
        grid = self._grid
        grid.verticalScrollBar().setValue(grid.layout_.tile_rect(row).y - 60)

    def _settle(self) -> None:
        """Until everything in view and around it is loaded and painted."""
        self._until(self._all_there)
        spent = QTimer(singleShot=True, interval=400)
        spent.start()
        self._until(lambda: not spent.isActive())

    def _all_there(self) -> bool:
        have = self._thumbnails
        return all(have.pixmap(i) is not None or have.missing(i) for i in self._grid.visible_ids())

    def _until(self, happened: Callable[[], bool]) -> None:
        late = time.monotonic() + _LONGEST_S
        wake = QTimer(interval=1)
        wake.timeout.connect(self._loop.quit)
        wake.start()
        while not happened():
            assert time.monotonic() < late
            self._loop.exec()

    def _forget_pixmaps(self) -> None:
        self._go(len(self._ids) - 1)
        self._settle()

    @contextmanager
    def _counted(self) -> Iterator[list[int]]:
        loaded: list[int] = []
        link = self._thumbnails.loaded.connect(loaded.extend)
        yield loaded
        self._thumbnails.loaded.disconnect(link)


class _Bare(QWidget):
    """Draws the pixmaps the grid has in view where they are, and nothing else."""

    def __init__(self, grid: GridView, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._grid, self._thumbnails = grid, thumbnails
        self._tiles: list[tuple[QRect, QPixmap]] = []
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.resize(grid.viewport().size())
        self.show()
        QTest.qWaitForWindowExposed(self)

    def paint(self) -> float:
        grid = self._grid
        self._tiles = [
            (grid.to_view(grid.layout_.tile_rect(row)), pixmap)
            for row in grid.visible_rows()
            if (pixmap := self._thumbnails.pixmap(grid.photos.id_at(row))) is not None
        ]
        start = time.perf_counter()
        self.repaint()
        return 1000 * (time.perf_counter() - start)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        for rect, pixmap in self._tiles:
            painter.drawPixmap(rect, pixmap)
        painter.end()


if __name__ == "__main__":
    report(__doc__, measure, BARS, photos=_PHOTOS)
