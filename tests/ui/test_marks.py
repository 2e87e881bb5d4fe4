"""Tags, ratings and captions in the window: typed, clicked, by key, and taken back."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from photoclip.core.intake import put_suggestions
from photoclip.core.types import Annotation, PhotoTags, Tag
from photoclip.ui.facts import Known
from photoclip.ui.main_window import MainWindow
from photoclip.ui.shell import Shell
from photoclip.ui.tag_chips import State, TagShown
from tests.fakes import save_photo
from tests.ui.conftest import WAIT, Open, wait_indexed, wait_read

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def shell(qtbot: QtBot, open_shell: Open, photos: Path) -> Shell:
    """Three photos, of which surf, beach and sea are suggested for the first two."""
    for number, colour in enumerate(("red", "green", "blue")):
        save_photo(photos / f"{colour}.jpg", colour, taken=f"2023:08:1{number} 12:00:00")
    shell: Shell = open_shell([str(photos)])
    wait_indexed(qtbot, shell, 3)
    window = shell.window
    window.content.photos.show_new()
    library = shell.work.session.library
    ids = window.model.ids
    # What the files say of themselves is beside the point.
    library.annotations.caption([int(photo) for photo in ids], "")
    with library.store.write() as db:
        (model,) = db.execute("SELECT id FROM models").fetchone()
        for photo in ids:
            put_suggestions(db, model, int(photo), ())
        put_suggestions(db, model, int(ids[0]), (Tag("surf", 0.82), Tag("beach", 0.6)))
        put_suggestions(db, model, int(ids[1]), (Tag("surf", 0.7), Tag("sea", 0.6)))
    qtbot.waitUntil(lambda: window.marking.offers("beach") != [], timeout=WAIT)
    window.grid.setFocus()
    return shell


@pytest.fixture
def window(shell: Shell) -> MainWindow:
    return shell.window


def look_at(qtbot: QtBot, window: MainWindow, row: int) -> int:
    """Select a photo, and wait until its details are there."""
    window.grid.chosen.select(row)
    photo_id = int(window.model.ids[row])
    qtbot.waitUntil(lambda: window.details.photo_id == photo_id, timeout=WAIT)
    return photo_id


def tags_of(window: MainWindow, photo_id: int) -> PhotoTags:
    session = window.session
    return session.library.annotations.tags(photo_id, session.model)


def said_of(window: MainWindow, photo_id: int) -> Annotation:
    return window.session.library.annotations.annotation(photo_id)


def states(window: MainWindow) -> list[tuple[str, State]]:
    return [(tag.term, tag.state) for tag in window.details.chips.tags]


def until(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=WAIT)


def focus() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def test_tags_differ_by_shape_and_are_decided_by_key(qtbot: QtBot, window: MainWindow) -> None:
    photo = look_at(qtbot, window, 0)
    chips = window.details.chips
    assert [chip.text() for chip in chips.chips] == ["surf?", "beach?"]
    assert chips.chip("surf").accessibleName() == "surf, suggested, 82%"
    chips.chip("surf").setFocus()

    qtbot.keyClick(chips.chip("surf"), Qt.Key.Key_Right)
    assert focus() is chips.chip("beach")
    qtbot.keyClick(chips.chip("beach"), Qt.Key.Key_N)
    until(qtbot, lambda: ("beach", State.REJECTED) in states(window))
    assert tags_of(window, photo).rejected == ("beach",)
    assert "beach" not in window.details.tag_names()
    assert window.notice.sentence == "Rejected “beach”"

    chips.chip("surf").setFocus()
    qtbot.keyClick(chips.chip("surf"), Qt.Key.Key_Y)
    until(qtbot, lambda: ("surf", State.OWN) in states(window))
    assert tags_of(window, photo).confirmed == ("surf",)
    assert window.details.tag_names() == ["surf"]
    assert focus() is chips.chip("surf")


def test_tab_finds_the_tags_where_they_stand_and_goes_on(qtbot: QtBot, window: MainWindow) -> None:
    look_at(qtbot, window, 0)
    details = window.details
    details.chips.show_tags(
        (
            TagShown("sea", State.REJECTED),
            TagShown("surf", State.SUGGESTED),
            TagShown("mine", State.OWN),
        )
    )
    fold = details.chips.findChild(QPushButton)
    assert isinstance(fold, QPushButton)
    fold.click()
    details.caption.setFocus()
    stops: list[QWidget] = []
    while window.field not in stops:
        qtbot.keyClick(focus(), Qt.Key.Key_Tab)
        assert focus() not in stops
        stops.append(focus())
    chip = details.chips.chip
    assert not details.why.where.isVisible()
    assert stops[1:6] == [chip("mine"), chip("surf"), fold, chip("sea"), details.tag_field]


def test_a_click_on_the_marks_decides_and_the_fold_gives_back(
    qtbot: QtBot, window: MainWindow
) -> None:
    photo = look_at(qtbot, window, 0)
    chips = window.details.chips
    chip = chips.chip("surf")
    qtbot.mouseClick(chip, LEFT, pos=chip.marks()["close"].center())
    until(qtbot, lambda: tags_of(window, photo).rejected == ("surf",))
    until(qtbot, lambda: chips._fold.isVisible())
    assert chips._fold.text() == "Rejected 1"
    qtbot.mouseClick(chips._fold, LEFT)
    chip = chips.chip("surf")
    assert chip.isVisible()
    qtbot.mouseClick(chip, LEFT, pos=chip.marks()["undo"].center())
    until(qtbot, lambda: ("surf", State.SUGGESTED) in states(window))
    chip = chips.chip("beach")
    qtbot.mouseClick(chip, LEFT, pos=chip.marks()["check"].center())
    until(qtbot, lambda: tags_of(window, photo).confirmed == ("beach",))
    # Anywhere else on it: all photos that have it.
    until(qtbot, lambda: ("beach", State.OWN) in states(window))
    qtbot.mouseClick(chips.chip("beach"), LEFT, pos=QPoint(14, 14))
    assert window.session.place.scope.tag == "beach"


def test_a_tag_is_completed_in_two_languages_and_a_new_word_is_ones_own(
    qtbot: QtBot, window: MainWindow
) -> None:
    photo = look_at(qtbot, window, 2)
    qtbot.keyClick(window.grid, Qt.Key.Key_T, CTRL)
    field = window.details.tag_field
    until(qtbot, lambda: focus() is field)
    QTest.keyClicks(field, "surfb")
    assert field.offers.offered == ["surfboard"]
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    until(qtbot, lambda: tags_of(window, photo).confirmed == ("surfboard",))
    assert field.text() == ""
    assert field.offers.offered == []

    QTest.keyClicks(field, "  our Cat  Minka, no. 7 ")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    until(qtbot, lambda: "our Cat Minka, no. 7" in tags_of(window, photo).confirmed)
    # A term of the vocabulary by any of its names is that term.
    field.setText("海滩")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    until(qtbot, lambda: "beach" in tags_of(window, photo).confirmed)
    # The person's own words are offered too.
    until(qtbot, lambda: bool(window.marking.offers("OUR")))
    assert window.marking.offers("OUR")[0] == ("our Cat Minka, no. 7", "")
    # Nothing is typed, so the key undoes the tag.
    qtbot.keyClick(field, Qt.Key.Key_Z, CTRL)
    until(qtbot, lambda: "beach" not in tags_of(window, photo).confirmed)


def test_offers_wait_for_the_input_method(qtbot: QtBot, window: MainWindow) -> None:
    asked: list[str] = []

    def offers(typed: str) -> list[tuple[str, str]]:
        asked.append(typed)
        return [("beach", "海滩")]

    look_at(qtbot, window, 0)
    field = window.details.tag_field
    field.offers_for = offers
    field.setFocus()
    QApplication.sendEvent(field, QInputMethodEvent("hai", []))
    assert asked == []
    commit = QInputMethodEvent()
    commit.setCommitString("海")
    QApplication.sendEvent(field, commit)
    assert asked[-1] == "海"
    assert field.offers.offered == ["beach"]
    # The list lies in the window and leaves the focus to the field, or input methods go off.
    assert not field.offers.isWindow()
    assert focus() is field
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.offers.offered == []
    assert field.text() == "海"
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""


def test_offers_stay_below_their_field_when_it_moves(qtbot: QtBot, window: MainWindow) -> None:
    photo = look_at(qtbot, window, 0)
    window.navigation.open_photo(photo)
    qtbot.keyClick(window.viewer, Qt.Key.Key_T)
    field = window.marks.prompt().field
    QTest.keyClicks(field, "be")
    before = field.mapTo(window.viewer, QPoint(0, field.height() + 2))
    assert field.offers.pos() == before
    window.resize(window.width() - 40, window.height())
    until(qtbot, lambda: field.offers.x() == before.x() - 20)
    assert field.offers.pos() == field.mapTo(window.viewer, QPoint(0, field.height() + 2))
    assert field.offers.offered


def test_a_caption_is_saved_on_leaving_and_given_back_on_escape(
    qtbot: QtBot, window: MainWindow
) -> None:
    photo = look_at(qtbot, window, 0)
    caption = window.details.caption
    qtbot.keyClick(window.grid, Qt.Key.Key_E, CTRL)
    until(qtbot, lambda: focus() is caption)
    QTest.keyClicks(caption, "Minka at the sea")
    qtbot.keyClick(caption, Qt.Key.Key_Return, SHIFT)
    QTest.keyClicks(caption, "wet")
    qtbot.keyClick(caption, Qt.Key.Key_Return)
    until(qtbot, lambda: said_of(window, photo).caption == "Minka at the sea\nwet")
    assert focus() is window.grid

    caption.setFocus()
    caption.setPlainText("something else")
    qtbot.keyClick(caption, Qt.Key.Key_Escape)
    assert caption.toPlainText() == "Minka at the sea\nwet"
    assert said_of(window, photo).caption == "Minka at the sea\nwet"

    # What was being written belongs to the photo it was written about.
    caption.setFocus()
    caption.setPlainText("Minka")
    look_at(qtbot, window, 1)
    until(qtbot, lambda: said_of(window, photo).caption == "Minka")
    assert said_of(window, int(window.model.ids[1])).caption == ""
    assert caption.toPlainText() == ""


def test_ratings_and_favourites_by_key_and_click(qtbot: QtBot, window: MainWindow) -> None:
    photo = look_at(qtbot, window, 0)
    details = window.details
    qtbot.keyClick(window.grid, Qt.Key.Key_4, CTRL)
    until(qtbot, lambda: details.stars.rating == 4)
    assert said_of(window, photo).rating == 4
    assert window.notice.sentence == "Rated ★★★★"
    qtbot.mouseClick(details.stars, LEFT, pos=QPoint(2 + 28 + 10, 15))
    until(qtbot, lambda: details.stars.rating == 2)
    # The last star lit takes them all away.
    qtbot.mouseClick(details.stars, LEFT, pos=QPoint(2 + 28 + 10, 15))
    until(qtbot, lambda: details.stars.rating == 0)
    # The commands go on working where the mouse has been.
    assert details.isAncestorOf(focus())
    qtbot.keyClick(focus(), Qt.Key.Key_D, CTRL)
    until(qtbot, lambda: said_of(window, photo).favourite)
    until(qtbot, lambda: details.favourite.isChecked())
    qtbot.mouseClick(details.favourite, LEFT)
    until(qtbot, lambda: not said_of(window, photo).favourite)


def test_all_is_undone_and_done_again(qtbot: QtBot, window: MainWindow) -> None:
    photo = look_at(qtbot, window, 0)
    assert not window.actions_["undo"].isEnabled()
    window.marking.rate([photo], 3)
    until(qtbot, lambda: said_of(window, photo).rating == 3)
    window.marking.tag([photo], "holiday")
    until(qtbot, lambda: tags_of(window, photo).confirmed == ("holiday",))
    until(qtbot, lambda: window.actions_["undo"].text() == "Undo: Tagged “holiday”")

    window.notice.act()
    until(qtbot, lambda: tags_of(window, photo).confirmed == ())
    until(qtbot, lambda: window.notice.sentence == "Undone: Tagged “holiday”")
    qtbot.keyClick(window.grid, Qt.Key.Key_Z, CTRL)
    until(qtbot, lambda: said_of(window, photo).rating == 0)
    until(qtbot, lambda: not window.actions_["undo"].isEnabled())
    until(qtbot, lambda: window.actions_["redo"].isEnabled())
    qtbot.keyClick(window.grid, Qt.Key.Key_Z, CTRL | SHIFT)
    until(qtbot, lambda: window.actions_["undo"].isEnabled())
    assert said_of(window, photo).rating == 3
    qtbot.keyClick(window.grid, Qt.Key.Key_Y, CTRL)
    until(qtbot, lambda: tags_of(window, photo).confirmed == ("holiday",))
    until(qtbot, lambda: not window.actions_["redo"].isEnabled())


def test_a_hundred_acts_are_remembered(qtbot: QtBot, window: MainWindow) -> None:
    photo = look_at(qtbot, window, 0)
    for number in range(104):
        window.marking.rate([photo], 1 + number % 5)
        wait_read(qtbot, window.session)
    undone = 0
    while window.actions_["undo"].isEnabled():
        window.undo.undo()
        wait_read(qtbot, window.session)
        undone += 1
    assert undone == 100


def test_several_photos_show_what_they_share_and_change_together(
    qtbot: QtBot, window: MainWindow
) -> None:
    ids = [int(i) for i in window.model.ids]
    window.marking.tag(ids[:2], "holiday")
    window.marking.rate(ids, 3)
    wait_read(qtbot, window.session)
    window.grid.selectAll()
    details = window.details
    until(qtbot, lambda: details.photo_ids == tuple(ids))
    assert details._name.full_text == "3 photos selected"
    asides = {tag.term: (tag.state, tag.aside) for tag in details.chips.tags}
    assert asides == {
        "holiday": (State.OWN, "2 of 3"),
        "surf": (State.SUGGESTED, "2 of 3"),
        "beach": (State.SUGGESTED, "1 of 3"),
        "sea": (State.SUGGESTED, "1 of 3"),
    }
    assert details.stars.rating == 3
    holiday = details.chips.chip("holiday")
    qtbot.mouseClick(holiday, LEFT, pos=holiday.marks()["check"].center())
    until(qtbot, lambda: tags_of(window, ids[2]).confirmed == ("holiday",))
    window.marking.rate(ids[:1], 5)
    until(qtbot, lambda: details.stars.rating is None)
    details.caption.setFocus()
    details.caption.setPlainText("Cornwall")
    details.caption.save()
    until(qtbot, lambda: all(said_of(window, i).caption == "Cornwall" for i in ids))
    until(qtbot, lambda: window.notice.sentence == "Caption saved for 3 photos")


def test_tags_take_the_room_that_they_need_and_no_more(qtbot: QtBot, window: MainWindow) -> None:
    details, chips = window.details, window.details.chips
    for width in (280, 340, 420):
        details.resize(width, 760)
        for tags in (1, 2, 9):
            own = tuple(TagShown(f"tag number {n}", State.OWN) for n in range(tags))
            guess = TagShown("surf", State.SUGGESTED, "82%")
            # With several photos there is no preview, and room to spare.
            details.show_known(Known(np.array([1, 2]), None, (*own, guess)))
            flows = [chips._flows[state] for state in (State.OWN, State.SUGGESTED)]
            homes = [chips._homes[state] for state in (State.OWN, State.SUGGESTED)]
            needed = [
                flow.heightForWidth(home.width()) for flow, home in zip(flows, homes, strict=True)
            ]
            until(
                qtbot,
                lambda homes=homes, needed=needed: [home.height() for home in homes] == needed,
            )


def test_suggestions_are_accepted_together(qtbot: QtBot, window: MainWindow) -> None:
    ids = [int(i) for i in window.model.ids]
    window.grid.selectAll()
    qtbot.keyClick(window.grid, Qt.Key.Key_T, CTRL | SHIFT)
    until(qtbot, lambda: tags_of(window, ids[0]).confirmed == ("beach", "surf"))
    assert tags_of(window, ids[1]).confirmed == ("sea", "surf")
    until(qtbot, lambda: window.actions_["undo"].isEnabled())
    window.undo.undo()
    until(qtbot, lambda: len(tags_of(window, ids[1]).suggested) == 2)
    window.grid.chosen.select(2)
    window.actions_["accept"].trigger()
    until(qtbot, lambda: window.notice.sentence == "Nothing is suggested here.")
    assert not window.actions_["undo"].isEnabled()


def test_all_suggestions_go_and_come_back(qtbot: QtBot, window: MainWindow) -> None:
    photo = look_at(qtbot, window, 0)
    window.marking.confirm([photo], "surf")
    until(qtbot, lambda: tags_of(window, photo).confirmed == ("surf",))
    action = window.actions_["suggestions"]
    action.trigger()
    until(qtbot, lambda: window.details.tag_names() == ["surf"])
    until(qtbot, lambda: action.text() == "Suggest tags again")
    until(qtbot, lambda: window.sidebar.names("tags") == ["surf"])
    window.undo.undo()
    until(qtbot, lambda: window.details.tag_names() == ["surf", "beach"])
    until(qtbot, lambda: action.text() == "Remove everything PhotoClip suggested")


def test_the_viewer_takes_bare_keys_and_has_a_prompt(qtbot: QtBot, window: MainWindow) -> None:
    photo = look_at(qtbot, window, 0)
    other = int(window.model.ids[1])
    window.navigation.open_photo(photo)
    viewer, prompt = window.viewer, window.marks.prompt()
    qtbot.keyClick(viewer, Qt.Key.Key_5)
    qtbot.keyClick(viewer, Qt.Key.Key_F)
    until(qtbot, lambda: said_of(window, photo) == Annotation(5, True))
    qtbot.keyClick(viewer, Qt.Key.Key_T)
    assert focus() is prompt.field
    # Digits and letters are typed there.
    QTest.keyClicks(prompt.field, "route 66")
    qtbot.keyClick(prompt.field, Qt.Key.Key_Return)
    until(qtbot, lambda: tags_of(window, photo).confirmed == ("route 66",))
    until(qtbot, lambda: "route 66" in [chip.text() for chip in prompt.chips.chips])
    qtbot.keyClick(prompt.field, Qt.Key.Key_Escape)
    assert not prompt.isVisible()
    assert focus() is viewer
    assert window.pages.currentWidget() is viewer

    qtbot.keyClick(viewer, Qt.Key.Key_C)
    QTest.keyClicks(prompt.caption, "The long way")
    # Going on saves what was written of the photo before.
    viewer.go(1)
    assert not prompt.isVisible()
    until(qtbot, lambda: said_of(window, photo).caption == "The long way")
    assert said_of(window, other).caption == ""
    qtbot.keyClick(viewer, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is not viewer


def test_one_esc_ends_the_prompt_and_the_next_leaves_the_viewer(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.navigation.open_photo(look_at(qtbot, window, 0))
    viewer, prompt = window.viewer, window.marks.prompt()
    qtbot.keyClick(viewer, Qt.Key.Key_T)
    QTest.keyClicks(prompt.field, "bea")
    until(qtbot, lambda: bool(prompt.field.offers.offered))
    qtbot.keyClick(prompt.field, Qt.Key.Key_Escape)
    assert not prompt.isVisible()
    assert not prompt.field.offers.offered
    assert window.pages.currentWidget() is viewer
    assert focus() is viewer
    qtbot.keyClick(viewer, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is not viewer


def test_a_word_that_nobody_suggests_is_taken_away_whole(qtbot: QtBot, window: MainWindow) -> None:
    photo = look_at(qtbot, window, 0)
    window.marking.tag([photo], "beahc")
    until(qtbot, lambda: ("beahc", State.OWN) in states(window))
    chip = window.details.chips.chip("beahc")
    chip.setFocus()
    qtbot.keyClick(chip, Qt.Key.Key_Delete)
    until(qtbot, lambda: "beahc" not in [term for term, _ in states(window)])
    assert tags_of(window, photo).rejected == ()


def test_the_sidebar_tells_own_tags_from_suggested_ones(qtbot: QtBot, window: MainWindow) -> None:
    photo = look_at(qtbot, window, 0)
    window.marking.tag([photo], "zebra crossing")
    sidebar = window.sidebar
    until(qtbot, lambda: "zebra crossing" in sidebar.names("tags"))
    assert sidebar.names("tags") == ["zebra crossing", "surf", "beach", "sea"]
    tags = sidebar._tags
    icons = [tags.child(row).data(Qt.ItemDataRole.UserRole + 2) for row in range(4)]
    assert icons == ["tag", "tag-guess", "tag-guess", "tag-guess"]
    spoken = tags.child(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "surf, 2 photos, suggested"
    # It counts what is asked about in one go: each tag has one photo that is doubtful.
    until(qtbot, lambda: sidebar._review.data(Qt.ItemDataRole.UserRole + 1) == 1)


def test_details_without_tags_still_offer_them(qtbot: QtBot, window: MainWindow) -> None:
    look_at(qtbot, window, 2)
    details = window.details
    assert details.tag_field.isVisible()
    assert details.caption.isVisible()
    assert details.caption.placeholderText() == "Add a caption…"
    assert details._no_tags.text() == "No tag yet, and none that fits well enough to suggest."
