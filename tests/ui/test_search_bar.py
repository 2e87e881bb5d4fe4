"""The search field and its chips under real events."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QInputMethodEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from photoclip.core.query import Feedback, Filter, Key, Picture, Query, Words
from photoclip.ui.chip_labels import feedback_label, label
from photoclip.ui.chips import ChipRow
from photoclip.ui.search_bar import SearchField
from photoclip.ui.theme import Theme

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
HASH = "0123456789abcdef" * 2


class Bar(QWidget):
    """A field with its chips below, as the window has them."""

    def __init__(self) -> None:
        super().__init__()
        self.field, self.chips = SearchField(), ChipRow()
        self.asked: list[str] = []
        self.field.queried.connect(self.asked.append)
        self.field.chipsChanged.connect(self.chips.show_items)
        self.chips.removed.connect(self.field.take_out)
        self.chips.edited.connect(self.field.edit_chip)
        column = QVBoxLayout(self)
        column.addWidget(self.field)
        column.addWidget(self.chips)
        column.addStretch()
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)


@pytest.fixture
def bar(qtbot: QtBot, theme: Theme) -> Iterator[Bar]:
    made = Bar()
    made.resize(420, 200)
    made.show()
    qtbot.waitExposed(made)
    made.field.setFocus()
    yield made
    made.close()
    made.deleteLater()


def compose(field: SearchField, preedit: str = "", commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QApplication.sendEvent(field, event)


def test_a_filter_becomes_a_chip_at_the_space_after_it(qtbot: QtBot, bar: Bar) -> None:
    qtbot.keyClicks(bar.field, "dog 2019")
    assert bar.chips.labels() == []
    assert bar.asked[-1] == "dog date:2019"
    asked = len(bar.asked)
    qtbot.keyClicks(bar.field, " ")
    assert bar.chips.labels() == ["2019"]
    assert bar.field.text() == "dog "
    # A chip asks for the same as its text did.
    assert len(bar.asked) == asked
    qtbot.keyClicks(bar.field, "-people ")
    assert bar.chips.labels() == ["2019", "not: people"]
    assert bar.asked[-1] == "dog date:2019 -people"


@pytest.mark.parametrize(
    ("typed", "chip", "asked"),
    [
        ("2019 to 2021 ", "2019 to 2021", 'date:"2019 to 2021"'),
        ("dog 2019 to 2021 ", "2019 to 2021", 'dog date:"2019 to 2021"'),
        ("may 2019 - june 2020 ", "may 2019 - june 2020", 'date:"may 2019 - june 2020"'),
        ("2019..2021 ", "2019 – 2021", "date:2019..2021"),
    ],
)
def test_a_range_is_one_chip_though_its_first_half_was_one(
    qtbot: QtBot, bar: Bar, typed: str, chip: str, asked: str
) -> None:
    qtbot.keyClicks(bar.field, typed)
    assert bar.chips.labels() == [chip]
    assert bar.asked[-1] == asked
    # What was asked before its last figure was typed was never two dates at odds.
    assert not any(one.count("date:") > 1 for one in bar.asked)
    bar.chips.removed.emit(bar.field.items)
    assert "date" not in bar.asked[-1]


def test_a_word_after_a_date_begins_no_range_where_none_follows(qtbot: QtBot, bar: Bar) -> None:
    qtbot.keyClicks(bar.field, "2019 to the beach ")
    assert bar.chips.labels() == ["2019"]
    assert bar.field.text() == "to the beach "


def test_enter_and_leaving_make_chips_of_what_stands_last(qtbot: QtBot, bar: Bar) -> None:
    qtbot.keyClicks(bar.field, "dog camera:iphone")
    with qtbot.waitSignal(bar.field.entered):
        qtbot.keyClick(bar.field, KEY.Key_Return)
    assert (bar.field.text(), bar.chips.labels()) == ("dog", ["camera: iphone"])
    bar.field.setText("dog rating:>=3")
    bar.field.clearFocus()
    assert (bar.field.text(), bar.chips.labels()) == ("dog", ["camera: iphone", "rating: ≥ 3"])


def test_words_stay_text(qtbot: QtBot, bar: Bar) -> None:
    qtbot.keyClicks(bar.field, "a dog on the beach may ")
    assert bar.field.text() == "a dog on the beach may "
    assert bar.chips.labels() == []
    assert not bar.chips.isVisible()


def test_backspace_at_the_start_makes_text_of_the_last_chip(qtbot: QtBot, bar: Bar) -> None:
    qtbot.keyClicks(bar.field, "2019 tag:dog sand")
    qtbot.keyClick(bar.field, KEY.Key_Home)
    asked = len(bar.asked)
    qtbot.keyClick(bar.field, KEY.Key_Backspace)
    assert bar.field.text() == "tag:dog sand"
    assert bar.field.cursorPosition() == len("tag:dog")
    assert bar.chips.labels() == ["2019"]
    assert len(bar.asked) == asked
    # And letter by letter as usual.
    qtbot.keyClick(bar.field, KEY.Key_Backspace)
    assert bar.field.text() == "tag:do sand"


def test_backspace_takes_pictures_and_thumbs_out(qtbot: QtBot, bar: Bar) -> None:
    bar.field.ask(Query("dog", (Picture(HASH), Feedback(HASH, True), Feedback(HASH[::-1], False))))
    assert bar.chips.labels() == ["", "+1 −1"]
    assert bar.chips.chip(0).has_picture
    bar.field.setCursorPosition(0)
    qtbot.keyClick(bar.field, KEY.Key_Backspace)
    assert bar.asked[-1] == f"dog like:{HASH}"
    qtbot.keyClick(bar.field, KEY.Key_Backspace)
    assert bar.asked[-1] == "dog"
    assert bar.field.text() == "dog"


def test_the_cross_of_a_chip_takes_it_out_and_its_words_edit_it(qtbot: QtBot, bar: Bar) -> None:
    qtbot.keyClicks(bar.field, "dog 2019 -people ")
    chip = bar.chips.chip(0)
    qtbot.mouseClick(chip, LEFT, pos=QPoint(chip.width() - 12, 14))
    assert bar.asked[-1] == "dog -people"
    chip = bar.chips.chip(0)
    qtbot.mouseClick(chip, LEFT, pos=QPoint(20, 14))
    assert bar.field.text() == "-people dog "
    assert bar.field.hasFocus()
    assert bar.asked[-1] == "dog -people"


def test_chips_are_taken_out_by_keys(qtbot: QtBot, bar: Bar) -> None:
    qtbot.keyClicks(bar.field, "2019 -people tag:dog ")
    bar.chips.chip(0).setFocus()
    qtbot.keyClick(bar.chips.chip(0), KEY.Key_Right)
    assert bar.chips.chip(1).hasFocus()
    qtbot.keyClick(bar.chips.chip(1), KEY.Key_Delete)
    assert bar.chips.labels() == ["2019", "tag: dog"]
    assert bar.chips.chip(1).hasFocus()
    qtbot.keyClick(bar.chips.chip(1), KEY.Key_Space)
    assert bar.chips.labels() == ["2019"]
    assert bar.asked[-1] == "date:2019"


def test_copying_the_bar_copies_the_whole_query(qtbot: QtBot, bar: Bar) -> None:
    clipboard = QGuiApplication.clipboard()
    qtbot.keyClicks(bar.field, "dog 2019 -people ")
    bar.field.selectAll()
    qtbot.keyClick(bar.field, KEY.Key_C, CTRL)
    assert clipboard.text() == "dog date:2019 -people"
    # A part of the text is just that.
    bar.field.setSelection(0, 2)
    qtbot.keyClick(bar.field, KEY.Key_C, CTRL)
    assert clipboard.text() == "do"
    clipboard.setText("dog date:2019\n-people")
    bar.field.clear_query()
    assert bar.asked[-1] == ""
    qtbot.keyClick(bar.field, KEY.Key_V, CTRL)
    assert bar.asked[-1] == "dog date:2019 -people"
    assert bar.chips.labels() == ["2019", "not: people"]
    bar.field.selectAll()
    qtbot.keyClick(bar.field, KEY.Key_X, CTRL)
    assert clipboard.text() == "dog date:2019 -people"
    assert bar.asked[-1] == ""


def test_a_query_pasted_over_another_keeps_its_own_thumbs(qtbot: QtBot, bar: Bar) -> None:
    bar.field.ask(Query("dog", (Feedback(HASH, True),)))
    pasted = f"cat disliked:{HASH[::-1]}"
    QGuiApplication.clipboard().setText(pasted)
    bar.field.selectAll()
    qtbot.keyClick(bar.field, KEY.Key_V, CTRL)
    assert bar.asked[-1] == pasted
    assert bar.chips.labels() == ["−1"]


def test_nothing_becomes_a_chip_while_composing(qtbot: QtBot, bar: Bar) -> None:
    qtbot.keyClicks(bar.field, "2019")
    bar.field.selectAll()
    asked = list(bar.asked)
    for text in ("q", "qu nian", "qu nian xia tian "):
        compose(bar.field, text)
    qtbot.keyClick(bar.field, KEY.Key_Backspace)
    assert bar.asked == asked
    assert bar.chips.labels() == []
    compose(bar.field, commit="去年夏天")
    assert bar.asked[-1] == "date:去年夏天"
    qtbot.keyClick(bar.field, KEY.Key_Return)
    assert bar.chips.labels() == ["去年夏天"]


def test_many_chips_are_two_lines_and_a_count(qtbot: QtBot, bar: Bar) -> None:
    items = tuple(Filter(Key.TAG, (f"term {number}",)) for number in range(3000))
    bar.field.ask(Query("", items))
    shown = bar.chips.labels()
    assert 4 <= len(shown) < 12
    assert bar.chips.more == 3000 - len(shown)
    assert bar.chips.height() == 2 * 28 + 6
    assert len(bar.chips.children()) < 100
    lowest = max(bar.chips.chip(n).geometry().bottom() for n in range(len(shown)))
    assert lowest < bar.chips.height()
    bar.resize(900, 200)
    qtbot.waitUntil(lambda: len(bar.chips.labels()) > len(shown))


def test_a_long_chip_fits_the_row(bar: Bar) -> None:
    bar.field.ask(Query("", (Filter(Key.CAMERA, ("Canon " * 60,)),)))
    assert bar.chips.chip(0).width() <= bar.chips.width()


def test_pictures_are_dropped_and_pasted(qtbot: QtBot, bar: Bar, tmp_path: Path) -> None:
    files: list[list[str]] = []
    images: list[QImage] = []
    bar.field.picturesGiven.connect(files.append)
    bar.field.imageGiven.connect(images.append)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "cat.jpg"))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 10), copy, data, LEFT, none)
    QApplication.sendEvent(bar.field, enter)
    assert enter.isAccepted()
    assert bar.field.placeholderText() == "Drop to find similar"
    QApplication.sendEvent(bar.field, QDropEvent(QPointF(50, 10), copy, data, LEFT, none))
    assert bar.field.placeholderText().startswith("Search")
    assert files == [[str(tmp_path / "cat.jpg")]]
    pasted = QImage(8, 8, QImage.Format.Format_RGB32)
    pasted.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(pasted)
    qtbot.keyClick(bar.field, KEY.Key_V, CTRL)
    assert [image.size() for image in images] == [pasted.size()]
    assert bar.field.text() == ""


def test_the_query_of_a_place_is_shown_without_asking_again(bar: Bar) -> None:
    bar.field.show_query("dog on the beach date:2019 -people")
    assert bar.field.text() == "dog on the beach"
    assert bar.chips.labels() == ["2019", "not: people"]
    assert bar.asked == []
    bar.field.show_query("")
    assert (bar.field.text(), bar.field.items, bar.asked) == ("", (), [])


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (Words("sunset", 2.0), "2 × sunset"),
        (Words("red car", -1.0), "not: red car"),
        (Words("fog", -0.5), "not: 0.5 × fog"),
        (Picture("/home/me/cat.jpg"), "cat.jpg"),
        (Filter(Key.CAMERA, ("iphone", "nikon")), "camera: iphone or nikon"),
        (Filter(Key.TAG, ("dog",), negated=True), "not: tag: dog"),
        (Filter(Key.RATING, (">=3",)), "rating: ≥ 3"),
        (Filter(Key.IS, ("favourite",)), "favourite"),
        (Filter(Key.HAS, ("place",)), "has place"),
        (Filter(Key.TYPE, ("raw",)), "type: RAW"),
        (Filter(Key.FOLDER, ("/home/me/Photos",)), "folder: Photos"),
        (Filter(Key.NEAR, ("48.85,2.35,5km",)), "near 48.85, 2.35 · 5 km"),
        (Filter(Key.DATE, ("before 2020",)), "before 2020"),
        (Filter(Key.DATE, ("2019..2021",)), "2019 – 2021"),
        (Filter(Key.DATE, ("2019-01..2021-03",)), "January 2019 – March 2021"),
        (Filter(Key.DATE, ("before 2020-02",)), "before February 2020"),
        (Filter(Key.DATE, ("last summer",)), "last summer"),
        (Filter(Key.EXACT, ("IMG_2034",)), "“IMG_2034”"),
    ],
)
def test_what_chips_say(english: object, item: Filter, expected: str) -> None:
    assert label(item, QLocale("en_GB")) == expected


def test_what_the_chip_of_thumbs_says() -> None:
    liked, wrong = Feedback(HASH, True), Feedback(HASH[::-1], False)
    assert feedback_label([liked]) == "+1"
    assert feedback_label([liked, liked, liked, wrong]) == "+3 −1"
    assert feedback_label([wrong]) == "−1"
