"""The grid under real mouse and keyboard events."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QContextMenuEvent,
    QMouseEvent,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photoclip.ui.grid import GridView
from photoclip.ui.grid_model import GridModel
from photoclip.ui.theme import Theme

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
KEY = Qt.Key
DAY = 86_400


class NoThumbnails(QObject):
    loaded = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.wanted: tuple[list[int], list[int], int] = ([], [], 0)

    def want(self, visible: list[int], around: list[int], side: int) -> None:
        self.wanted = (visible, around, side)

    def pixmap(self, photo_id: int) -> QPixmap | None:
        return None

    def missing(self, photo_id: int) -> bool:
        return photo_id % 2 == 0

    def retry_missing(self) -> None:
        return


@pytest.fixture
def grid(qtbot: QtBot, theme: Theme) -> Iterator[GridView]:
    model = GridModel(lambda photo_id, _: f"photo {photo_id}")
    made = GridView(model, NoThumbnails())  # type: ignore[arg-type]
    made.resize(800, 600)
    made.show()
    qtbot.waitExposed(made)
    ids = np.arange(1000, 900, -1)
    times = np.repeat(np.arange(20)[::-1] * DAY, 5)
    made.show_photos(ids, times, None)
    made.setFocus()
    yield made
    made.close()
    made.deleteLater()


def middle(grid: GridView, row: int) -> QPoint:
    return grid.visualRect(grid.index_of(row)).center()


def click(qtbot: QtBot, grid: GridView, row: int, modifiers=Qt.KeyboardModifier.NoModifier) -> None:  # type: ignore[no-untyped-def]
    qtbot.mouseClick(grid.viewport(), LEFT, modifiers, middle(grid, row))


def chosen(grid: GridView) -> list[int]:
    return sorted(1000 - int(i) for i in grid.chosen.ids())


def test_clicks_select_as_in_a_file_manager(qtbot: QtBot, grid: GridView) -> None:
    click(qtbot, grid, 2)
    assert chosen(grid) == [2]
    click(qtbot, grid, 4, CTRL)
    assert chosen(grid) == [2, 4]
    click(qtbot, grid, 2, CTRL)
    assert chosen(grid) == [4]
    click(qtbot, grid, 6)
    click(qtbot, grid, 9, SHIFT)
    assert chosen(grid) == [6, 7, 8, 9]
    click(qtbot, grid, 5, SHIFT)
    assert chosen(grid) == [5, 6]
    click(qtbot, grid, 0, SHIFT | CTRL)
    assert chosen(grid) == [0, 1, 2, 3, 4, 5, 6]


def test_a_click_on_one_of_several_leaves_only_it(qtbot: QtBot, grid: GridView) -> None:
    grid.chosen.select_ranges([(0, 5)], grid.selectionModel().SelectionFlag.ClearAndSelect)
    qtbot.mousePress(grid.viewport(), LEFT, pos=middle(grid, 3))
    assert chosen(grid) == [0, 1, 2, 3, 4]
    qtbot.mouseRelease(grid.viewport(), LEFT, pos=middle(grid, 3))
    assert chosen(grid) == [3]


def drag(grid: GridView, start: QPoint, end: QPoint, modifiers: Qt.KeyboardModifier) -> None:
    kinds = QEvent.Type
    for kind, place, button in (
        (kinds.MouseButtonPress, start, LEFT),
        (kinds.MouseMove, (start + end) / 2, Qt.MouseButton.NoButton),
        (kinds.MouseMove, end, Qt.MouseButton.NoButton),
    ):
        at = QPointF(place)
        everywhere = grid.viewport().mapToGlobal(at)
        event = QMouseEvent(kind, at, everywhere, button, LEFT, modifiers)
        QApplication.sendEvent(grid.viewport(), event)


def release(grid: GridView, place: QPoint) -> None:
    everywhere = grid.viewport().mapToGlobal(QPointF(place))
    kind, none = QEvent.Type.MouseButtonRelease, Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(kind, QPointF(place), everywhere, LEFT, Qt.MouseButton.NoButton, none)
    QApplication.sendEvent(grid.viewport(), event)


def test_a_rubber_band_over_a_section_edge(grid: GridView) -> None:
    none = Qt.KeyboardModifier.NoModifier
    start = QPoint(4, middle(grid, 0).y())
    end = middle(grid, 6)
    drag(grid, start, end, none)
    assert grid.mouse.band() is not None
    grid.viewport().repaint()
    release(grid, end)
    assert grid.mouse.band() is None
    assert chosen(grid) == [0, 1, 4, 5, 6]
    drag(grid, QPoint(4, middle(grid, 9).y()), middle(grid, 9), CTRL)
    release(grid, middle(grid, 9))
    assert chosen(grid) == [0, 1, 4, 5, 6, 9]


def test_a_rubber_band_scrolls_at_the_edge(qtbot: QtBot, grid: GridView) -> None:
    drag(grid, QPoint(4, 300), QPoint(400, 620), Qt.KeyboardModifier.NoModifier)
    qtbot.waitUntil(lambda: grid.top > 800)
    release(grid, QPoint(400, 620))
    assert len(chosen(grid)) > 10


def test_a_click_into_a_gap_selects_nothing(qtbot: QtBot, grid: GridView) -> None:
    click(qtbot, grid, 2)
    qtbot.mouseClick(grid.viewport(), LEFT, pos=QPoint(4, middle(grid, 0).y()))
    assert chosen(grid) == []


def test_the_mark_of_a_heading_selects_its_section(qtbot: QtBot, grid: GridView) -> None:
    qtbot.mouseClick(grid.viewport(), LEFT, pos=QPoint(60, 20))
    assert chosen(grid) == [0, 1, 2, 3, 4]
    assert grid.chosen.holds_section(0)
    qtbot.mouseClick(grid.viewport(), LEFT, pos=QPoint(60, 20))
    assert chosen(grid) == []


def test_arrows_move_and_extend(qtbot: QtBot, grid: GridView) -> None:
    assert grid.layout_.columns == 4
    for keys, row in (
        ((KEY.Key_Home,), 0), ((KEY.Key_Right,), 1), ((KEY.Key_Down,), 4), ((KEY.Key_Down,), 5),
        ((KEY.Key_Up,), 4), ((KEY.Key_Left,), 3), ((KEY.Key_End,), 99), ((KEY.Key_Right,), 99),
        ((KEY.Key_Home,), 0), ((KEY.Key_Left,), 0),
    ):  # fmt: skip
        qtbot.keyClick(grid, *keys)
        assert grid.currentIndex().row() == row
        assert chosen(grid) == [row]
        assert row in grid.visible_rows()
    qtbot.keyClick(grid, KEY.Key_Right, SHIFT)
    qtbot.keyClick(grid, KEY.Key_Right, SHIFT)
    assert chosen(grid) == [0, 1, 2]
    qtbot.keyClick(grid, KEY.Key_Left, SHIFT)
    assert chosen(grid) == [0, 1]
    qtbot.keyClick(grid, KEY.Key_Right, CTRL)
    qtbot.keyClick(grid, KEY.Key_Right, CTRL)
    assert (chosen(grid), grid.currentIndex().row()) == ([0, 1], 3)
    qtbot.keyClick(grid, KEY.Key_Return, CTRL)
    assert chosen(grid) == [0, 1, 3]


def test_pages_and_sections(qtbot: QtBot, grid: GridView) -> None:
    qtbot.keyClick(grid, KEY.Key_Home)
    qtbot.keyClick(grid, KEY.Key_PageDown)
    assert 4 < grid.currentIndex().row() < 20
    qtbot.keyClick(grid, KEY.Key_PageUp)
    assert grid.currentIndex().row() == 0
    alt = Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(grid, KEY.Key_Down, alt)
    qtbot.keyClick(grid, KEY.Key_Down, alt)
    assert grid.currentIndex().row() == 10
    qtbot.keyClick(grid, KEY.Key_Right)
    qtbot.keyClick(grid, KEY.Key_Up, alt)
    assert grid.currentIndex().row() == 10
    qtbot.keyClick(grid, KEY.Key_Up, alt)
    assert grid.currentIndex().row() == 5


def test_opening(qtbot: QtBot, grid: GridView) -> None:
    with qtbot.waitSignal(grid.opened) as opened:
        qtbot.mouseDClick(grid.viewport(), LEFT, pos=middle(grid, 7))
    assert opened.args == [993]
    click(qtbot, grid, 2)
    for key in (KEY.Key_Return, KEY.Key_Space):
        with qtbot.waitSignal(grid.opened) as opened:
            qtbot.keyClick(grid, key)
        assert opened.args == [998]


def test_a_right_click_selects_first(qtbot: QtBot, grid: GridView) -> None:
    def menu(row: int) -> None:
        place = middle(grid, row)
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Mouse, place, grid.viewport().mapToGlobal(place)
        )
        QApplication.sendEvent(grid.viewport(), event)

    asked: list[object] = []
    grid.menuAsked.connect(asked.append)
    menu(3)
    assert chosen(grid) == [3]
    click(qtbot, grid, 4, CTRL)
    menu(3)
    assert chosen(grid) == [3, 4]
    assert len(asked) == 2


def test_a_notch_of_the_wheel_is_half_a_row(grid: GridView) -> None:
    def wheel(modifiers: Qt.KeyboardModifier) -> None:
        at = QPointF(200, 200)
        event = QWheelEvent(
            at, grid.viewport().mapToGlobal(at), QPoint(), QPoint(0, -120),
            Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(grid.viewport(), event)

    wheel(Qt.KeyboardModifier.NoModifier)
    assert abs(grid.top - grid.layout_.pitch / 2) <= 3
    steps: list[int] = []
    grid.zoomed.connect(steps.append)
    wheel(CTRL)
    assert steps == [-1]


def test_selection_and_place_follow_the_ids(qtbot: QtBot, grid: GridView) -> None:
    click(qtbot, grid, 2)
    click(qtbot, grid, 4, CTRL)
    grid.verticalScrollBar().setValue(700)
    seen, anchor = grid.visible_ids(), grid.anchor()
    ids = np.concatenate([np.arange(1020, 1000, -1), grid.photos.ids])
    times = np.concatenate([np.full(20, 30 * DAY), np.repeat(np.arange(20)[::-1] * DAY, 5)])
    grid.show_photos(ids, times, anchor)
    assert chosen(grid) == [2, 4]
    assert grid.visible_ids() == seen
    assert grid.anchor() == anchor
    grid.show_photos(ids[:22], None, None)
    assert (chosen(grid), grid.chosen.hidden_count()) == ([2, 4], 2)
    grid.show_photos(ids, times, None)
    assert (chosen(grid), grid.chosen.hidden_count()) == ([2, 4], 0)


def test_resizing_and_tile_size_keep_the_place(qtbot: QtBot, grid: GridView) -> None:
    grid.verticalScrollBar().setValue(1500)
    first = grid.anchor()
    assert first is not None
    grid.resize(560, 500)
    assert first.photo_id in grid.visible_ids()
    grid.set_tile_size(96)
    assert first.photo_id in grid.visible_ids()
    assert grid.layout_.tile < 120


def test_only_what_is_near_is_loaded(grid: GridView) -> None:
    thumbnails = grid._wishes._thumbnails
    grid.verticalScrollBar().setValue(1500)
    grid.viewport().repaint()
    visible, around, side = thumbnails.wanted  # type: ignore[attr-defined]
    assert visible == grid.visible_ids()
    assert len(around) <= 2 * len(visible)
    assert side == round(grid.layout_.tile * grid.devicePixelRatioF())


def test_a_screen_reader_sees_a_list_with_names(grid: GridView) -> None:
    interface = QAccessible.queryAccessibleInterface(grid)
    assert interface.role() == QAccessible.Role.List
    assert interface.childCount() >= 100
    assert interface.child(3).text(QAccessible.Text.Name) == "photo 997"


def test_all_but_one_of_very_many(qtbot: QtBot, grid: GridView) -> None:
    ids = np.arange(1_000_000, 0, -1)
    grid.show_photos(ids, None, None)
    grid.selectAll()
    assert grid.chosen.count() == 1_000_000
    click(qtbot, grid, 2, CTRL)
    assert grid.chosen.count() == 999_999
    assert not grid.chosen.holds(2)
    assert 999_998 not in set(grid.chosen.ids()[:4].tolist())
    # They stay selected in any other order.
    grid.show_photos(np.random.default_rng(0).permutation(ids), None, None)
    assert grid.chosen.count() == 999_999
    assert not grid.chosen.holds(grid.photos.row_of(999_998) or 0)
    qtbot.keyClick(grid, KEY.Key_Home)
    qtbot.keyClick(grid, KEY.Key_End, SHIFT)
    assert grid.chosen.count() == 1_000_000


def test_a_screen_reader_hears_what_is_selected_wherever_it_looks(
    qtbot: QtBot, grid: GridView
) -> None:
    def heard(row: int) -> bool:
        return grid.selectionModel().isSelected(grid.index_of(row))

    grid.chosen.select_ranges([(1, 3), (60, 62)])
    assert [heard(row) for row in range(4)] == [False, True, True, False]
    with qtbot.waitSignal(grid.settled):
        grid.scrollTo(grid.index_of(61), GridView.ScrollHint.PositionAtTop)
    assert (heard(61), heard(62)) == (True, False)


def test_what_is_picked_is_told_once(grid: GridView) -> None:
    grid.chosen.select_ranges([(0, 3)])
    told: list[None] = []
    grid.picked.connect(lambda: told.append(None))
    grid.show_photos(grid.photos.ids[::-1].copy(), None, None)
    assert len(told) == 1
    assert chosen(grid) == [0, 1, 2]


def test_while_the_window_is_stretched_thumbnails_stay_as_they_are(
    qtbot: QtBot, grid: GridView
) -> None:
    thumbnails = grid._wishes._thumbnails
    grid.viewport().repaint()
    before = thumbnails.wanted[2]  # type: ignore[attr-defined]
    with qtbot.waitSignal(grid.settled):
        for width in (780, 760, 740):
            grid.resize(width, 600)
            grid.viewport().repaint()
            assert thumbnails.wanted[2] == before  # type: ignore[attr-defined]
    grid.viewport().repaint()
    assert thumbnails.wanted[2] == grid.thumbnail_side() != before  # type: ignore[attr-defined]


def test_a_loaded_thumbnail_is_painted_alone(qtbot: QtBot, grid: GridView) -> None:
    painted: list[QRect] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                painted.append(event.region().boundingRect())  # type: ignore[attr-defined]
            return False

    grid.viewport().repaint()
    watch = Watch()
    grid.viewport().installEventFilter(watch)
    grid._wishes._thumbnails.loaded.emit((996, 5))
    qtbot.waitUntil(lambda: bool(painted))
    assert painted == [grid.visualRect(grid.index_of(4))]
    grid.viewport().removeEventFilter(watch)
