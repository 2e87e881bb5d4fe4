"""What the search field offers: recent searches, examples from the library, values of filters."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QListWidget
from pytestqt.qtbot import QtBot

from photoclip.core import settings as stored
from photoclip.core.query import Filter, Key
from photoclip.core.types import TagCount
from photoclip.ui.main_window import MainWindow
from photoclip.ui.places import Place
from tests.ui.conftest import WAIT, wait_read

KEY = Qt.Key


def focus(qtbot: QtBot, window: MainWindow) -> None:
    """Into the field by its key, until what is read for it is there."""
    window.grid.setFocus()
    qtbot.keyClick(window, KEY.Key_F, Qt.KeyboardModifier.ControlModifier)
    wait_read(qtbot, window.session)


@pytest.fixture
def window(qtbot: QtBot, shown: MainWindow) -> MainWindow:
    wait_read(qtbot, shown.session)
    shown.suggestions._know_tags([TagCount("beach", 9), TagCount("海滩", 3, 3), TagCount("bee", 1)])
    return shown


def test_an_empty_field_offers_searches_and_examples(qtbot: QtBot, window: MainWindow) -> None:
    window.suggestions.remember("dog camera:canon")
    window.suggestions.remember("like:" + "0" * 32)
    focus(qtbot, window)
    assert window.suggestions.offers.offered == [
        "Recent", "dog · camera: canon", "Clear recent searches",
        "In your library", "海滩", "beach", "bee", "2023",
    ]  # fmt: skip
    qtbot.keyClicks(window.field, "d")
    assert window.suggestions.offers.offered == []
    qtbot.keyClick(window.field, KEY.Key_Backspace)
    assert window.suggestions.offers.offered[0] == "Recent"


def test_by_keyboard_alone(qtbot: QtBot, window: MainWindow) -> None:
    window.suggestions.remember("orange date:2023")
    focus(qtbot, window)
    field, offers = window.field, window.suggestions.offers
    qtbot.keyClick(field, KEY.Key_Down)
    assert offers.pointed
    assert field.hasFocus()
    with qtbot.waitSignal(window.session.listed, timeout=WAIT):
        qtbot.keyClick(field, KEY.Key_Return)
    assert window.session.place == Place(text="orange date:2023")
    assert (field.text(), offers.isVisible(), field.hasFocus()) == ("orange", False, True)
    # And on into the results, as ever.
    qtbot.keyClick(field, KEY.Key_Down)
    assert window.grid.hasFocus()


def test_esc_closes_the_list_and_nothing_else(qtbot: QtBot, window: MainWindow) -> None:
    focus(qtbot, window)
    field, offers = window.field, window.suggestions.offers
    assert offers.isVisible()
    qtbot.keyClick(field, KEY.Key_Escape)
    assert not offers.isVisible()
    assert field.hasFocus()
    # Now Down and Enter go into the photos.
    qtbot.keyClick(field, KEY.Key_Down)
    assert window.grid.hasFocus()
    focus(qtbot, window)
    qtbot.keyClick(field, KEY.Key_Return)
    assert window.grid.hasFocus()
    assert not offers.isVisible()


def test_down_beyond_the_last_goes_into_the_photos(qtbot: QtBot, window: MainWindow) -> None:
    focus(qtbot, window)
    for _ in range(4):
        qtbot.keyClick(window.field, KEY.Key_Down)
        assert window.field.hasFocus()
    qtbot.keyClick(window.field, KEY.Key_Up)
    qtbot.keyClick(window.field, KEY.Key_Down)
    qtbot.keyClick(window.field, KEY.Key_Down)
    assert window.grid.hasFocus()


def test_an_example_is_a_chip(qtbot: QtBot, window: MainWindow) -> None:
    focus(qtbot, window)
    rows = window.suggestions.offers.findChild(QListWidget)
    assert rows is not None
    place = rows.visualItemRect(rows.item(1)).center()
    with qtbot.waitSignal(window.session.listed, timeout=WAIT):
        qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.field.items == (Filter(Key.TAG, ("海滩",)),)
    assert window.field.hasFocus()


def test_a_filter_begun_is_completed(qtbot: QtBot, window: MainWindow) -> None:
    focus(qtbot, window)
    field, offers = window.field, window.suggestions.offers
    qtbot.keyClicks(field, "red tag:e")
    # What begins so comes first.
    assert offers.offered == ["beach", "bee"]
    qtbot.keyClicks(field, "e")
    assert offers.offered == ["bee"]
    qtbot.keyClick(field, KEY.Key_Down)
    qtbot.keyClick(field, KEY.Key_Return)
    assert field.items == (Filter(Key.TAG, ("bee",)),)
    assert field.text().strip() == "red"
    assert not offers.isVisible()
    qtbot.keyClicks(field, " rating:")
    assert ">=4" in offers.offered[1].replace("≥ ", ">=")
    # Enter without a row is the field's own.
    qtbot.keyClicks(field, "5")
    qtbot.keyClick(field, KEY.Key_Return)
    assert field.items[-1] == Filter(Key.RATING, ("5",))


def test_the_beginning_of_a_name_is_not_asked_for(qtbot: QtBot, window: MainWindow) -> None:
    focus(qtbot, window)
    asked: list[object] = []
    window.field.queried.connect(asked.append)
    qtbot.keyClicks(window.field, "orange tag:be")
    assert asked[-1] == "orange"
    # And what was typed stays, though the photos are those of "orange".
    qtbot.waitUntil(lambda: window.session.place == Place(text="orange"), timeout=WAIT)
    wait_read(qtbot, window.session)
    assert window.field.text() == "orange tag:be"
    assert window.suggestions.offers.offered == ["beach", "bee"]
    qtbot.keyClicks(window.field, "e")
    assert asked[-1] == "orange tag:bee"
    # Enter asks for what is there.
    qtbot.keyClick(window.field, KEY.Key_Backspace)
    qtbot.keyClick(window.field, KEY.Key_Return)
    assert asked[-1] == "orange tag:be"
    # What no name begins with is asked for as it is.
    qtbot.keyClicks(window.field, " tag:xyz")
    assert "tag:xyz" in str(asked[-1])


def test_albums_and_folders_are_completed_under_their_names(
    qtbot: QtBot, window: MainWindow
) -> None:
    library = window.session.library
    library.albums.create("Our, holiday")
    window.session.read_all()
    wait_read(qtbot, window.session)
    focus(qtbot, window)
    field, offers = window.field, window.suggestions.offers
    qtbot.keyClicks(field, "album:hol")
    assert offers.offered == ["Our, holiday"]
    qtbot.keyClick(field, KEY.Key_Down)
    qtbot.keyClick(field, KEY.Key_Return)
    assert window.content.chips.labels() == ["album: Our, holiday"]
    qtbot.keyClicks(field, "in:")
    assert offers.offered == ["Our, holiday", "photos", "西藏 2019年"]
    field.setText("文件夹：")
    assert "西藏 2019年" in offers.offered


def test_recent_searches_are_kept_and_can_be_cleared(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.field.setFocus()
    for n in range(12):
        window.suggestions.remember(f"search {n}")
    assert len(window.settings().recent_searches) == 10
    focus(qtbot, window)
    window.suggestions._take(window.suggestions.offers._lines()[11].value)
    assert window.settings().recent_searches == ()
    assert window.suggestions.offers.offered[0] == "In your library"
    assert stored.Settings().recent_searches == ()


def test_opening_a_result_remembers_its_search(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.session.listed, timeout=WAIT):
        window.navigation.go(Place(text="orange"))
    qtbot.mouseDClick(
        window.grid.viewport(), Qt.MouseButton.LeftButton,
        pos=window.grid.visualRect(window.grid.index_of(0)).center(),
    )  # fmt: skip
    assert window.suggestions.recent == ("orange",)


def test_nothing_is_offered_while_an_input_method_composes(
    qtbot: QtBot, window: MainWindow
) -> None:
    focus(qtbot, window)
    QApplication.sendEvent(window.field, QInputMethodEvent("zhong", []))
    assert not window.suggestions.offers.isVisible()
    done = QInputMethodEvent("", [])
    done.setCommitString("标签：")
    QApplication.sendEvent(window.field, done)
    assert window.suggestions.offers.offered == ["海滩", "beach", "bee"]


def test_in_a_small_window_the_list_stays_inside(qtbot: QtBot, window: MainWindow) -> None:
    for n in range(10):
        window.suggestions.remember(f"{'a very long search indeed ' * 4}{n}")
    window.resize(640, 340)
    focus(qtbot, window)
    offers = window.suggestions.offers
    assert window.rect().contains(offers.geometry())
    top = window.field.mapTo(window, QPoint(0, window.field.height())).y()
    assert offers.y() >= top


def test_leaving_the_field_closes_the_list(qtbot: QtBot, window: MainWindow) -> None:
    focus(qtbot, window)
    qtbot.keyClick(window.field, KEY.Key_Tab)
    assert not window.suggestions.offers.isVisible()


def test_of_many_values_the_first_are_offered(window: MainWindow) -> None:
    window.suggestions._know_tags([TagCount(f"标签 tag {n}", n) for n in range(50_000)])
    window.field.setFocus()
    window.field.setText("tag:999")
    assert len(window.suggestions.offers.offered) == 8


def test_a_filter_typed_fast_keeps_its_colon(qtbot: QtBot, window: MainWindow) -> None:
    focus(qtbot, window)
    # All of it before the first of it is asked for.
    with qtbot.waitSignal(
        window.session.moved, timeout=WAIT, check_params_cb=lambda place: place.text == "tag"
    ):
        qtbot.keyClicks(window.field, "tag:")
    assert window.field.text() == "tag:"
    qtbot.keyClicks(window.field, "bea")
    assert window.suggestions.offers.offered == ["beach"]
