"""Searching in the window: bands, order, thumbs, pictures, what to do where nothing is found."""

import threading
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QLocale, QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QImage
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from photoclip.core.intake import put_suggestions
from photoclip.core.library import Library
from photoclip.core.query import Feedback, Filter, Key, Picture, Query
from photoclip.core.query_text import parse
from photoclip.core.types import Change, Results, Scope, Tag
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag
from photoclip.ui.headings import said_span
from photoclip.ui.main_window import MainWindow
from photoclip.ui.places import Place
from tests.ui.conftest import wait_read

WAIT = 8_000
KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
CTRL_SHIFT = CTRL | Qt.KeyboardModifier.ShiftModifier


class Banded:
    """Answers with 3 strong and 9 likely photos of the scope, newest first; "giraffe", and all
    with a filter beside words, finds nothing."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self.queries: list[Query] = []
        self.left_out: set[int] = set()

    def answer(
        self,
        query: Query,
        scope: Scope = Scope(),
        today: date | None = None,
        stop: StopFlag | None = None,
    ) -> Results:
        self.queries.append(query)
        if query.phrase == "broken":
            raise PhotoClipError("The model cannot be read. Choose another.")
        ids, times = self._library.listing(scope)
        kept = ~np.isin(ids, list(self.left_out))
        if any("1990" in one.values for one in query.filters):
            kept[:] = False
        ids, times = ids[kept], times[kept]
        if not query.parts and not query.feedback:
            return Results.listed(ids, times)
        bands = np.full(len(ids), 2, np.int8)
        if query.phrase != "giraffe" and not query.filters:
            bands[:12] = 1
            bands[:3] = 0
        scores = np.linspace(3, -1, len(ids), dtype=np.float32)
        return Results(ids, scores, bands, np.zeros(len(ids), bool), times)


@pytest.fixture
def answers(shown: MainWindow) -> Banded:
    made = Banded(shown.session.library)
    shown.session.searching._searches = made
    return made


def ask(qtbot: QtBot, window: MainWindow, text: str) -> None:
    """Type a query, press Enter, and wait for its results."""
    window.field.setFocus()
    window.field.clear_query()
    with qtbot.waitSignal(
        window.session.listed, timeout=WAIT, check_params_cb=lambda x: x.place.text == text
    ):
        qtbot.keyClicks(window.field, text)
    window.content.show_searching(False)


def offered(window: MainWindow) -> list[QAbstractButton]:
    buttons = window.content.offers.findChildren(QAbstractButton)
    return [button for button in buttons if button.isVisible()]


def headings(window: MainWindow) -> list[tuple[str, str]]:
    return [window.grid.heading(n) for n in range(len(window.grid.layout_.starts))]


def test_results_come_in_bands_and_the_weak_are_folded(
    qtbot: QtBot, shown: MainWindow, answers: Banded
) -> None:
    ask(qtbot, shown, "dog")
    assert headings(shown) == [("Strong", "3"), ("Likely", "9"), ("Weak", "28")]
    assert shown.model.rowCount() == 12
    assert shown.content.words() == "12 of 40"
    assert shown.content.spoken() == "12 of 40: 3 strong, 9 likely, 28 weak"
    first = shown.grid.index_of(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert first.endswith("strong match")


def test_a_click_shows_the_weak_and_hides_them_again(
    qtbot: QtBot, shown: MainWindow, answers: Banded
) -> None:
    shown.resize(1000, 500)
    ask(qtbot, shown, "dog")
    grid = shown.grid
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum())
    heading = grid.to_view(grid.layout_.heading_rect(2))
    seen = grid.anchor()
    qtbot.mouseClick(grid.viewport(), LEFT, pos=heading.center())
    assert shown.model.rowCount() == 40
    assert grid.anchor() == seen
    # Now a click on the heading selects, as on any other, and one on its arrow folds.
    heading = grid.to_view(grid.layout_.heading_rect(2))
    qtbot.mouseClick(grid.viewport(), LEFT, pos=heading.center())
    assert grid.chosen.count() == 28
    qtbot.mouseClick(grid.viewport(), LEFT, pos=QPoint(24, heading.center().y()))
    assert shown.model.rowCount() == 12


def test_the_keys_reach_the_fold(qtbot: QtBot, shown: MainWindow, answers: Banded) -> None:
    ask(qtbot, shown, "dog")
    qtbot.keyClick(shown.field, KEY.Key_Return)
    grid = shown.grid
    qtbot.keyClick(grid, KEY.Key_End)
    qtbot.keyClick(grid, KEY.Key_Down)
    assert grid.keys.at_fold
    qtbot.keyClick(grid, KEY.Key_Up)
    assert not grid.keys.at_fold
    assert grid.currentIndex().row() == 11
    qtbot.keyClick(grid, KEY.Key_Down)
    qtbot.keyClick(grid, KEY.Key_Return)
    assert shown.model.rowCount() == 40
    assert grid.currentIndex().row() == 12
    assert shown.pages.currentWidget() is not shown.viewer


def test_a_new_query_folds_again(qtbot: QtBot, shown: MainWindow, answers: Banded) -> None:
    ask(qtbot, shown, "dog")
    shown.grid.foldAsked.emit()
    assert shown.model.rowCount() == 40
    ask(qtbot, shown, "cat")
    assert shown.model.rowCount() == 12


def test_by_date_the_relevant_stand_under_their_days(
    qtbot: QtBot, shown: MainWindow, answers: Banded
) -> None:
    ask(qtbot, shown, "dog")
    shown.grid.chosen.select(1)
    chosen = shown.grid.current_id()
    shown.grid.setFocus()
    qtbot.mouseClick(shown.content.order.buttons[1], LEFT)
    assert shown.grid.hasFocus()
    titles = [title for title, _ in headings(shown)]
    assert titles[-1] == "Weak"
    assert any("August" in title for title in titles[:-1])
    assert shown.grid.current_id() == chosen
    # The choice holds for the next query.
    ask(qtbot, shown, "cat")
    assert [title for title, _ in headings(shown)] == titles


def test_the_next_letter_ends_the_work_of_the_last(
    qtbot: QtBot, shown: MainWindow, answers: Banded, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()
    ended: list[str] = []
    answer = Banded.answer

    def long(
        self: Banded, query: Query, scope: Scope, today: date | None, stop: StopFlag
    ) -> Results:
        if query.phrase == "dog":
            return answer(self, query, scope, today, stop)
        begun.set()
        stop.pause()
        stop.wait_while_paused()
        ended.append(query.phrase)
        stop.check()
        raise AssertionError

    monkeypatch.setattr(Banded, "answer", long)
    shown.field.setFocus()
    qtbot.keyClicks(shown.field, "do")
    assert begun.wait(10)
    with qtbot.waitSignal(
        shown.session.listed, timeout=WAIT, check_params_cb=lambda x: x.place.text == "dog"
    ):
        qtbot.keyClicks(shown.field, "g")
    assert ended == ["do"]


def test_filters_alone_rank_nothing(qtbot: QtBot, shown: MainWindow, answers: Banded) -> None:
    ask(qtbot, shown, "date:2023")
    assert shown.content.words() == shown.content.spoken() == "40 of 40"
    assert not shown.content.order.isVisible()
    assert not shown.actions_["like"].isEnabled()
    assert "August" in headings(shown)[0][0]


def test_where_nothing_looks_like_it_the_closest_are_shown(
    qtbot: QtBot, shown: MainWindow, answers: Banded
) -> None:
    ask(qtbot, shown, "giraffe")
    assert shown.content.words() == "Nothing here looks like that. Closest:"
    assert shown.model.rowCount() == 12
    assert headings(shown) == []
    assert offered(shown) == []


def test_a_filter_that_is_to_blame_can_be_left_out(
    qtbot: QtBot, shown: MainWindow, answers: Banded
) -> None:
    ask(qtbot, shown, "dog date:1990")
    qtbot.keyClick(shown.field, KEY.Key_Return)
    qtbot.waitUntil(lambda: bool(offered(shown)), timeout=WAIT)
    (offer,) = offered(shown)
    assert offer.text() == "Without 1990: 12"
    assert shown.content.words().startswith("No photo is all of this")
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        offer.click()
    assert shown.session.place == Place(text="dog")
    assert shown.content.chips.labels() == []
    assert shown.content.words() == "12 of 40"
    assert offered(shown) == []


def test_a_folder_without_a_match_offers_the_rest(
    qtbot: QtBot, shown: MainWindow, answers: Banded, album: Path
) -> None:
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.sidebar.click("folder", str(album / "西藏 2019年"))
    inside = shown.model.ids.tolist()
    answers.left_out = set(inside)
    ask(qtbot, shown, "dog")
    qtbot.waitUntil(lambda: bool(offered(shown)), timeout=WAIT)
    (offer,) = offered(shown)
    assert offer.text() == "Everywhere: 12"
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        offer.click()
    assert shown.session.place == Place(text="dog")


def test_filters_that_exclude_each_other_are_told(
    qtbot: QtBot, shown: MainWindow, answers: Banded
) -> None:
    ask(qtbot, shown, "dog before:2000 after:2010")
    words = shown.content.offers.words()
    assert "exclude each other" in words
    assert shown.content.offers.isVisible()
    ask(qtbot, shown, "dog")
    assert shown.content.offers.words() == ""
    assert not shown.content.offers.isVisible()


def test_an_error_is_a_sentence_and_the_results_stay(
    qtbot: QtBot, shown: MainWindow, answers: Banded
) -> None:
    ask(qtbot, shown, "dog")
    before = shown.model.ids
    with qtbot.waitSignal(shown.session.searching.failed, timeout=WAIT):
        shown.field.ask(Query("broken"))
    assert shown.content.offers.words() == "The model cannot be read. Choose another."
    assert shown.model.ids is before
    ask(qtbot, shown, "cat")
    assert shown.content.offers.words() == ""


def test_thumbs_move_the_query_and_can_be_taken_back(
    qtbot: QtBot, shown: MainWindow, answers: Banded
) -> None:
    ask(qtbot, shown, "dog")
    qtbot.keyClick(shown.field, KEY.Key_Return)
    hashes = shown.session.library.content_hashes(shown.model.ids[:2].tolist())
    liked, other = shown.model.id_at(0), shown.model.id_at(1)
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        qtbot.keyClick(shown.grid, KEY.Key_Y, CTRL_SHIFT)
    assert answers.queries[-1] == Query("dog", (Feedback(hashes[liked], True),))
    shown.grid.chosen.select(1)
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        qtbot.keyClick(shown.grid, KEY.Key_N, CTRL_SHIFT)
    assert shown.content.chips.labels() == ["+1 −1"]
    assert dict(shown.grid.marks) == {liked: True, other: False}
    # The other thumb replaces the first; the same one takes it back.
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        qtbot.keyClick(shown.grid, KEY.Key_Y, CTRL_SHIFT)
    assert shown.content.chips.labels() == ["+2"]
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        qtbot.keyClick(shown.grid, KEY.Key_Y, CTRL_SHIFT)
    assert shown.content.chips.labels() == ["+1"]
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.content.chips.chip(0).click()
    assert shown.session.place == Place(text="dog")
    assert not shown.grid.marks
    # All of that was one search: a step back leads out of it.
    shown.actions_["back"].trigger()
    assert shown.session.place == Place()


def test_thumbs_go_with_the_phrase_they_are_about(
    qtbot: QtBot, shown: MainWindow, answers: Banded
) -> None:
    ask(qtbot, shown, "dog tag:holiday")
    qtbot.keyClick(shown.field, KEY.Key_Return)
    liked = shown.model.id_at(0)
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        qtbot.keyClick(shown.grid, KEY.Key_Y, CTRL_SHIFT)
    thumb = answers.queries[-1].feedback
    assert shown.content.chips.labels() == ["tag: holiday", "+1"]

    def typed(text: str, phrase: str) -> Query:
        shown.field.setFocus()
        with qtbot.waitSignal(
            shown.session.listed,
            timeout=WAIT,
            check_params_cb=lambda x: parse(x.place.text, date.today()).phrase == phrase,
        ):
            qtbot.keyClicks(shown.field, text)
        return answers.queries[-1]

    # Typed on, it is the same search.
    assert typed(" beach", "dog beach").feedback == thumb
    assert dict(shown.grid.marks) == {liked: True}
    # Another phrase in its place is another: filters are asked for still, thumbs are not.
    shown.field.selectAll()
    assert typed("cat", "cat") == Query("cat", (Filter(Key.TAG, ("holiday",)),))
    assert shown.content.chips.labels() == ["tag: holiday"]
    assert not shown.grid.marks


def test_a_screen_reader_hears_what_is_known_of_a_photo(
    qtbot: QtBot, shown: MainWindow, answers: Banded
) -> None:
    photo, other = shown.model.id_at(0), shown.model.id_at(1)
    annotations = shown.session.library.annotations
    annotations.favour([photo], True)
    annotations.confirm([photo], "beach", shown.session.model)
    annotations.confirm([photo], "dog", shown.session.model)
    with shown.session.library.store.write() as db:
        (model,) = db.execute("SELECT id FROM models").fetchone()
        put_suggestions(db, model, photo, (Tag("surf", 0.7), Tag("dog", 0.6)))
    ask(qtbot, shown, "cat")
    index, role = shown.grid.index_of(0), Qt.ItemDataRole.AccessibleTextRole
    qtbot.waitUntil(lambda: shown.model.fact(photo) is not None, timeout=WAIT)
    plain = index.data(Qt.ItemDataRole.ToolTipRole)
    assert plain.endswith("strong match")
    assert not shown.spoken._heard

    # At once what the row holds; the rest is read, and told.
    with qtbot.waitSignal(shown.model.dataChanged, timeout=WAIT) as told:
        assert index.data(role) == plain
    assert told.args[0] == index
    name, match = plain.rsplit(", ", 1)
    spoken = f"{name}, favourite, {match}; tags beach, dog; suggested surf"
    assert index.data(role) == spoken
    face = QAccessible.queryAccessibleInterface(shown.grid)
    assert face.child(0).text(QAccessible.Text.Name) == spoken
    # Nobody asked about the others.
    assert other not in shown.spoken._heard
    # What is said of it changes.
    shown.marking.favour([photo], False)
    qtbot.waitUntil(lambda: "favourite" not in index.data(role), timeout=WAIT)


def test_thumbs_are_undone_and_done_again(qtbot: QtBot, shown: MainWindow, answers: Banded) -> None:
    ask(qtbot, shown, "dog")
    qtbot.keyClick(shown.field, KEY.Key_Return)
    hashes = shown.session.library.content_hashes(shown.model.ids[:1].tolist())
    liked = Query("dog", (Feedback(hashes[shown.model.id_at(0)], True),))
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        qtbot.keyClick(shown.grid, KEY.Key_Y, CTRL_SHIFT)
    assert answers.queries[-1] == liked
    assert shown.notice.sentence == "More like this result"
    assert shown.actions_["undo"].text() == "Undo: More like this result"
    for key, query in ((KEY.Key_Z, Query("dog")), (KEY.Key_Y, liked), (KEY.Key_Z, Query("dog"))):
        with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
            qtbot.keyClick(shown.grid, key, CTRL)
        assert answers.queries[-1] == query
    shown.undo.redo()
    qtbot.waitUntil(lambda: shown.field.query == liked, timeout=WAIT)

    # Words typed since stay; a place gone to is left for the one where the thumb was given.
    ask(qtbot, shown, "dog beach")
    shown.field.ask(Query("dog beach", liked.items))
    shown.undo.undo()
    qtbot.waitUntil(lambda: shown.field.query == Query("dog beach"), timeout=WAIT)
    shown.undo.redo()
    qtbot.waitUntil(lambda: shown.field.query == liked, timeout=WAIT)
    shown.navigation.go(Place())
    shown.undo.undo()
    qtbot.waitUntil(lambda: shown.session.place == Place(text="dog"), timeout=WAIT)


def test_more_like_several(qtbot: QtBot, shown: MainWindow, answers: Banded) -> None:
    shown.grid.setFocus()
    shown.grid.chosen.select_ranges([(0, 3)])
    ids = shown.model.ids[:3].tolist()
    hashes = shown.session.library.content_hashes(ids)
    with qtbot.waitSignal(
        shown.session.listed, timeout=WAIT, check_params_cb=lambda x: x.place.searching
    ):
        qtbot.keyClick(shown.grid, KEY.Key_L, CTRL)
    assert set(answers.queries[-1].parts) == {Picture(one) for one in hashes.values()}
    assert not set(ids) & set(shown.model.ids.tolist())
    chips = shown.content.chips
    assert chips.labels() == ["", "", ""]
    wait_read(qtbot, shown.session)
    assert chips.chip(0).grab().toImage().pixelColor(14, 14).saturation() >= 0
    # Words added refine the same search.
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.field.setFocus()
        qtbot.keyClicks(shown.field, "at night")
    qtbot.waitUntil(lambda: answers.queries[-1].phrase == "at night", timeout=WAIT)
    assert len(answers.queries[-1].parts) == 4


def test_a_picture_on_the_bar_is_the_photo_or_the_file(
    qtbot: QtBot, shown: MainWindow, answers: Banded, tmp_path: Path
) -> None:
    photo = shown.session.library.photo(shown.model.id_at(0))
    assert photo is not None
    outside = tmp_path / "outside.png"
    QImage(30, 20, QImage.Format.Format_RGB32).save(str(outside))
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.field.picturesGiven.emit([photo.path, str(outside)])
    assert answers.queries[-1].parts == (Picture(photo.content_hash), Picture(str(outside)))
    assert shown.content.chips.labels() == ["", "outside.png"]
    assert shown.field.hasFocus()


def test_a_pasted_image_becomes_a_file(
    qtbot: QtBot, shown: MainWindow, answers: Banded, own_home: Path
) -> None:
    image = QImage(30, 20, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.field.imageGiven.emit(image)
    (picture,) = answers.queries[-1].parts
    assert isinstance(picture, Picture)
    assert QImage(picture.source).pixelColor(3, 3) == Qt.GlobalColor.red
    assert own_home in Path(picture.source).parents


def test_a_folder_on_the_bar_is_added(
    qtbot: QtBot, shown: MainWindow, answers: Banded, tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    shown.field.picturesGiven.emit([str(tmp_path / "new")])
    qtbot.waitUntil(lambda: "No photos in “new”" in shown.notice.sentence, timeout=WAIT)


def test_the_histogram_makes_a_date(qtbot: QtBot, shown: MainWindow, answers: Banded) -> None:
    ask(qtbot, shown, "has:tags")
    histogram = shown.content.histogram
    assert histogram.isVisible()
    assert sum(bar.count for bar in histogram.bars) == 40
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        qtbot.mouseClick(histogram, LEFT, pos=histogram.bar_rect(2).center())
    assert parse(shown.session.place.text, date.today()).items[-1] == Filter(
        Key.DATE, ("2023-08-03",)
    )
    assert shown.content.chips.labels() == ["has tags", said_span("2023-08-03", QLocale())]
    # A span within it takes its place.
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        histogram.chosen.emit("2023-08")
    assert shown.content.chips.labels() == ["has tags", said_span("2023-08", QLocale())]
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.content.chips.chip(1).click()
    assert shown.content.chips.labels() == ["has tags"]
    # It stays while one searches, and goes with the search.
    ask(qtbot, shown, "dog")
    assert histogram.isVisible()
    assert sum(bar.count for bar in histogram.bars) == 12
    shown.navigation.go(Place())
    assert not histogram.isVisible()


def test_new_results_never_move_those_in_view(
    qtbot: QtBot, shown: MainWindow, answers: Banded
) -> None:
    new = set(shown.model.ids[[0, 1, 20]].tolist())
    answers.left_out = new
    ask(qtbot, shown, "dog")
    before = shown.model.ids.tolist()
    answers.left_out = set()
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.session.refresh(Change(added=(1,)))
    assert shown.model.ids.tolist() == before
    assert shown.content.photos.held_count == 2
    # They wait on while the weak ones are looked at.
    for _ in range(2):
        shown.grid.foldAsked.emit()
        assert shown.content.photos.held_count > 0
    shown.content.photos.show_new()
    assert shown.model.rowCount() == 12
    assert new & set(shown.model.ids.tolist())


def test_what_is_new_among_the_weak_comes_in_unseen(
    qtbot: QtBot, shown: MainWindow, answers: Banded
) -> None:
    answers.left_out = set(shown.model.ids[20:25].tolist())
    ask(qtbot, shown, "dog")
    assert headings(shown)[-1] == ("Weak", "23")
    answers.left_out = set()
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.session.refresh(Change(added=(1,)))
    assert headings(shown)[-1] == ("Weak", "28")
    assert shown.content.photos.held_count == 0


def test_esc_takes_the_whole_query_back(qtbot: QtBot, shown: MainWindow, answers: Banded) -> None:
    ask(qtbot, shown, "dog tag:holiday")
    qtbot.keyClicks(shown.field, " ")
    assert shown.content.chips.labels() == ["tag: holiday"]
    qtbot.keyClick(shown.field, KEY.Key_Escape)
    qtbot.waitUntil(lambda: shown.session.place == Place(), timeout=WAIT)
    assert shown.content.chips.labels() == []
    assert not shown.content.chips.isVisible()


def test_going_forward_shows_the_chips_of_then(
    qtbot: QtBot, shown: MainWindow, answers: Banded
) -> None:
    ask(qtbot, shown, "dog date:2023 -people")
    shown.navigation.go(Place())
    assert shown.content.chips.labels() == []
    shown.actions_["forward"].trigger()
    assert shown.field.text() == "dog"
    assert shown.content.chips.labels() == ["2023", "not: people"]


def test_the_grid_says_that_it_is_at_the_fold(
    qtbot: QtBot, shown: MainWindow, answers: Banded
) -> None:
    ask(qtbot, shown, "dog")
    qtbot.keyClick(shown.field, KEY.Key_Return)
    said: list[object] = []
    shown.grid.foldReached.connect(lambda: said.append(shown.grid.heading(2)))
    qtbot.keyClick(shown.grid, KEY.Key_End)
    qtbot.keyClick(shown.grid, KEY.Key_Down)
    assert said == [("Weak", "28")]
    assert QAccessible.queryAccessibleInterface(shown.content.histogram) is not None


def test_a_search_is_kept_as_a_live_album(
    qtbot: QtBot, shown: MainWindow, answers: Banded, album: Path
) -> None:
    folder = str(album / "西藏 2019年")
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.sidebar.click("folder", folder)
    assert not shown.actions_["keep_search"].isEnabled()
    ask(qtbot, shown, "dog date:2023")
    qtbot.keyClick(shown.field, KEY.Key_Return)
    qtbot.keyClick(shown, KEY.Key_S, CTRL)
    name = shown.content.keep.field
    assert (name.text(), name.hasFocus()) == ("dog", True)
    qtbot.keyClick(name, KEY.Key_Escape)
    assert not name.isVisible()
    assert shown.session.place.text == "dog date:2023"
    qtbot.keyClick(shown, KEY.Key_S, CTRL)
    qtbot.keyClicks(name, "Dogs of Tibet")
    qtbot.keyClick(name, KEY.Key_Return)
    assert shown.grid.hasFocus()
    albums = shown.session.library.albums
    qtbot.waitUntil(lambda: len(albums.all()) == 1, timeout=WAIT)
    (kept,) = albums.all()
    assert kept.name == "Dogs of Tibet"
    assert kept.query == f'dog date:2023 folder:"{folder}"'
    qtbot.waitUntil(lambda: "Dogs of Tibet" in shown.notice.sentence, timeout=WAIT)
    shown.actions_["undo"].trigger()
    qtbot.waitUntil(lambda: not albums.all(), timeout=WAIT)


def test_in_a_low_window_the_photos_get_the_room(
    qtbot: QtBot, shown: MainWindow, answers: Banded
) -> None:
    ask(qtbot, shown, "has:tags")
    assert shown.content.histogram.isVisible()
    shown.resize(640, 340)
    qtbot.waitUntil(lambda: not shown.content.histogram.isVisible(), timeout=WAIT)
    shown.resize(1280, 800)
    qtbot.waitUntil(shown.content.histogram.isVisible, timeout=WAIT)


def test_copied_photos_are_pasted_into_the_search(
    qtbot: QtBot, shown: MainWindow, answers: Banded
) -> None:
    shown.grid.setFocus()
    shown.grid.chosen.select(4)
    chosen = shown.model.id_at(4)
    clipboard = QGuiApplication.clipboard()
    with qtbot.waitSignal(clipboard.dataChanged, timeout=WAIT):
        qtbot.keyClick(shown.grid, KEY.Key_C, CTRL)
    with qtbot.waitSignal(
        shown.session.listed, timeout=WAIT, check_params_cb=lambda x: x.place.searching
    ):
        qtbot.keyClick(shown.grid, KEY.Key_V, CTRL)
    hashes = shown.session.library.content_hashes([chosen])
    assert answers.queries[-1] == Query("", (Picture(hashes[chosen]),))
    assert shown.field.hasFocus()
