"""The bars over time under mouse and keys."""

from calendar import timegm
from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest
from PySide6.QtCore import QLocale, QPoint, Qt
from pytestqt.qtbot import QtBot

from photoclip.ui.headings import said_span
from photoclip.ui.histogram import Histogram
from photoclip.ui.theme import Theme

LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key


def years(*counted: tuple[int, int]) -> np.ndarray:
    days = [date(year, 1 + n % 12, 5) for year, count in counted for n in range(count)]
    return np.array([timegm(day.timetuple()) for day in days], np.int64)


@pytest.fixture
def histogram(qtbot: QtBot, theme: Theme, english: object) -> Iterator[Histogram]:
    made = Histogram()
    made.resize(300, 40)
    made.show_times(years((2001, 8), (2010, 12), (2020, 4)))
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.close()
    made.deleteLater()


def middle(histogram: Histogram, number: int) -> QPoint:
    return histogram.bar_rect(number).center()


def test_it_keeps_its_place_while_a_search_narrows(qtbot: QtBot, histogram: Histogram) -> None:
    for few in (years((2001, 2), (2010, 1)), years((2010, 1))):
        histogram.show_times(few)
        assert histogram.isVisible()
        assert sum(bar.count for bar in histogram.bars) == len(few)
    chosen: list[str] = []
    histogram.chosen.connect(chosen.append)
    qtbot.mouseClick(histogram, LEFT, pos=middle(histogram, 0))
    assert chosen == ["2010-01-05"]
    histogram.show_times(np.empty(0, np.int64))
    assert histogram.isVisible()
    # There is nothing in it for the keys.
    assert not histogram.isEnabled()
    histogram.show_times(None)
    assert not histogram.isVisible()


def test_a_click_and_a_drag_make_dates(qtbot: QtBot, histogram: Histogram) -> None:
    chosen: list[str] = []
    histogram.chosen.connect(chosen.append)
    qtbot.mouseClick(histogram, LEFT, pos=middle(histogram, 9))
    qtbot.mousePress(histogram, LEFT, pos=middle(histogram, 9))
    qtbot.mouseMove(histogram, middle(histogram, 0))
    assert "20 photos" in histogram.words()
    qtbot.mouseRelease(histogram, LEFT, pos=middle(histogram, 0))
    assert chosen == ["2010", "2001..2010"]


def test_a_gap_between_bars_is_not_chosen(qtbot: QtBot, histogram: Histogram) -> None:
    with qtbot.assertNotEmitted(histogram.chosen):
        qtbot.mouseClick(histogram, LEFT, pos=middle(histogram, 5))


def test_the_keys_do_what_the_mouse_does(qtbot: QtBot, histogram: Histogram) -> None:
    chosen: list[str] = []
    histogram.chosen.connect(chosen.append)
    histogram.clearFocus()
    histogram.setFocus(Qt.FocusReason.TabFocusReason)
    assert histogram.words() == "2020: 4 photos"
    qtbot.keyClick(histogram, KEY.Key_Left)
    qtbot.keyClick(histogram, KEY.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert histogram.accessibleDescription() == "2019 – 2020: 4 photos"
    qtbot.keyClick(histogram, KEY.Key_Return)
    qtbot.keyClick(histogram, KEY.Key_Home)
    qtbot.keyClick(histogram, KEY.Key_Space)
    assert chosen == ["2019..2020", "2001"]


def test_a_wider_view_has_finer_bars(histogram: Histogram) -> None:
    histogram.resize(2000, 40)
    assert len(histogram.bars) == 78


@pytest.mark.parametrize(
    ("span", "english", "chinese"),
    [
        ("2019", "2019", "2019年"),
        ("2019..2020", "2019 – 2020", "2019年 – 2020年"),
        ("2019-08", "August 2019", "2019年8月"),
        ("2019-08-05..2019-08-11", "5 August 2019 – 11 August 2019",
         "2019年8月5日 – 2019年8月11日"),
        ("2019..", "2019 –", "2019年 –"),
        ("last summer", "last summer", "last summer"),
        ("2019-13-45", "2019-13-45", "2019-13-45"),
    ],
)  # fmt: skip
def test_spans_are_said_in_the_persons_language(span: str, english: str, chinese: str) -> None:
    assert said_span(span, QLocale("en_GB")) == english
    assert said_span(span, QLocale("zh_CN")) == chinese
