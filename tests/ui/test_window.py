"""How the panes get on with each other: room, focus, what is marked and what is said."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QMenu, QPushButton, QTreeView, QWidget
from pytestqt.qtbot import QtBot

from photoclip.core.types import Folder, Scope, TagCount
from photoclip.ui import icons
from photoclip.ui.controls import FlowLayout, button
from photoclip.ui.main_window import MainWindow
from photoclip.ui.places import Place
from photoclip.ui.sidebar import Sidebar
from photoclip.ui.theme import Theme
from tests.ui.conftest import WAIT, GatedEncoder, Open, wait_indexed

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


def marked(sidebar: Sidebar) -> list[str]:
    """The rows that are shown as the place."""
    tree = sidebar.findChild(QTreeView)
    assert tree is not None
    return [index.data() for index in tree.selectionModel().selectedIndexes()]


def row_place(tree: QTreeView, name: str) -> QPoint:
    model = tree.model()
    found = model.match(
        model.index(0, 0), Qt.ItemDataRole.DisplayRole, name, 1,
        Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive,
    )  # fmt: skip
    return tree.visualRect(found[0]).center()


def test_a_button_that_was_disabled_is_drawn_as_enabled_again(
    qtbot: QtBot, open_shell: Open, theme: Theme
) -> None:
    window = open_shell().window
    back = window.toolbar.buttons[0]
    assert not back.isEnabled()
    window.set_appearance("dark")
    image = back.icon().pixmap(20, 20, mode=icons.QIcon.Mode.Normal).toImage()
    colours = {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }
    assert colours == {theme.tokens.text.lower()}


def test_no_notice_that_stays_is_lost_to_a_later_one(qtbot: QtBot, open_shell: Open) -> None:
    notice = open_shell().window.notice
    for sentence in ("The disk is full.", "A model is gone.", "A model is gone."):
        notice.say(sentence, stay=True)
    notice.say("Starter answers now.")
    shown = []
    while notice.sentence:
        shown.append(notice.sentence)
        notice.act()
    assert shown == ["Starter answers now.", "A model is gone.", "The disk is full."]


def test_a_line_of_a_centred_flow_stands_in_the_middle(qtbot: QtBot) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    flow = FlowLayout(box, 8, centred=True)
    buttons = [button("Pictures"), button("Choose a folder…")]
    for one in buttons:
        flow.addWidget(one)
    flow.setGeometry(QRect(0, 0, 600, 200))
    left, right = buttons[0].geometry().left(), buttons[1].geometry().right()
    assert abs(left - (599 - right)) <= 1
    assert flow.heightForWidth(600) == buttons[0].height()
    assert flow.heightForWidth(100) > 2 * buttons[0].height()


def test_a_flow_asks_again_for_sizes_that_have_changed(qtbot: QtBot) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    flow = FlowLayout(box)
    one, other = button("Pictures"), button("Desktop")
    flow.addWidget(one)
    line = flow.heightForWidth(200)
    flow.addWidget(other)
    assert flow.heightForWidth(200) == line
    other.setText("A folder of a longer name")
    assert flow.heightForWidth(200) > line
    flow.takeAt(1)
    assert flow.heightForWidth(200) == line


def test_the_welcome_has_the_menu_and_enter_chooses(
    qtbot: QtBot, open_shell: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_shell().window
    places: list[QPoint] = []
    monkeypatch.setattr(QMenu, "popup", lambda _, place: places.append(place))
    assert window.pages.currentWidget() is window.welcome
    window.actions_["menu"].trigger()
    window.pages.setCurrentIndex(1)
    window.actions_["menu"].trigger()
    window.pages.setCurrentIndex(0)
    # In the same corner of the window as later in the toolbar.
    assert len(places) == 2
    assert abs(places[0].x() - places[1].x()) <= 2
    assert places[0].y() < window.mapToGlobal(QPoint(0, 60)).y()
    asked: list[bool] = []
    window.welcome.chooseAsked.disconnect()
    window.welcome.chooseAsked.connect(lambda: asked.append(True))
    qtbot.keyClick(window.welcome, Qt.Key.Key_Return)
    primary = [b for b in window.welcome.findChildren(QPushButton) if b.property("primary")]
    qtbot.keyClick(primary[0], Qt.Key.Key_Return)
    assert asked == [True, True]


def test_the_menu_of_a_folder_leaves_the_place_marked(
    qtbot: QtBot, shown: MainWindow, album: Path
) -> None:
    sidebar = shown.sidebar
    qtbot.waitUntil(lambda: bool(sidebar.names("tags")), timeout=WAIT)
    tree = sidebar.findChild(QTreeView)
    assert tree is not None
    assert marked(sidebar) == ["All photos"]
    qtbot.mouseClick(tree.viewport(), RIGHT, pos=row_place(tree, "西藏 2019年"))
    assert marked(sidebar) == ["All photos"]
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        qtbot.mouseClick(tree.viewport(), LEFT, pos=row_place(tree, "西藏 2019年"))
    assert marked(sidebar) == ["西藏 2019年"]


def test_the_tag_shown_stays_marked_when_others_overtake_it(qtbot: QtBot) -> None:
    sidebar = Sidebar()
    qtbot.addWidget(sidebar)
    sidebar.show_tags([TagCount("dog", 3), TagCount("cat", 2)])
    sidebar.show_place(Place(Scope(tag="dog")))
    sidebar.show_tags([TagCount("cat", 5), TagCount("dog", 3)])
    assert marked(sidebar) == ["dog"]
    sidebar.show_tags([TagCount("cat", 5)])
    assert marked(sidebar) == []


def test_letters_typed_in_the_sidebar_go_to_the_search(qtbot: QtBot, shown: MainWindow) -> None:
    shown.sidebar.focus_tree()
    tree = shown.sidebar.findChild(QTreeView)
    assert tree is not None
    with qtbot.waitSignal(
        shown.session.listed, timeout=WAIT, check_params_cb=lambda x: x.place.text == "blue"
    ):
        qtbot.keyClick(tree, "b")
        assert shown.field.hasFocus()
        qtbot.keyClicks(shown.field, "lue")


def test_esc_in_the_tag_filter_clears_it_first(qtbot: QtBot, shown: MainWindow) -> None:
    sidebar = shown.sidebar
    shown.navigation.go(Place(text="red"))
    sidebar.show_tags([TagCount(f"tag {n}", 1) for n in range(20)])
    sidebar._filter.setFocus()
    qtbot.keyClicks(sidebar._filter, "tag 7")
    assert sidebar.names("tags") == ["tag 7"]
    qtbot.keyClick(sidebar._filter, Qt.Key.Key_Escape)
    assert len(sidebar.names("tags")) == 20
    assert shown.session.place.text == "red"


def test_in_a_small_window_photos_come_before_details(qtbot: QtBot, shown: MainWindow) -> None:
    widths = shown.panes.sizes()
    shown.resize(640, 400)
    qtbot.waitUntil(lambda: not shown.details.isVisible())
    assert shown.grid.isVisible()
    assert shown.settings().details_open
    # Asked for, the details take the whole room, until there are results to be seen.
    shown.actions_["details"].trigger()
    assert shown.details.isVisible()
    assert not shown.content.isVisible()
    shown.navigation.go(Place(text="red"))
    assert shown.grid.isVisible()
    # Nor do the keys go into a grid that is not seen.
    shown.actions_["details"].trigger()
    shown.details.tag_field.setFocus()
    qtbot.keyClick(shown.details.tag_field, Qt.Key.Key_Escape)
    assert shown.grid.isVisible()
    assert shown.grid.hasFocus()
    shown.resize(1280, 800)
    qtbot.waitUntil(shown.details.isVisible)
    assert shown.panes.sizes() == widths
    assert shown.settings().sidebar_width == widths[0]


def test_how_many_are_selected_is_said(qtbot: QtBot, shown: MainWindow, album: Path) -> None:
    shown.grid.selectAll()
    assert shown.status.summary() == "40 photos · 40 selected"
    tree = shown.sidebar.findChild(QTreeView)
    assert tree is not None
    shown.status.show_selected(3, 1)
    assert shown.status.summary() == "40 photos · 3 selected, 1 of them not shown"
    shown.status.show_selected(1, 1)
    assert shown.status.summary() == "40 photos · 1 selected, not shown"
    shown.grid.clearSelection()
    assert shown.status.summary() == "40 photos"


def test_the_details_are_of_what_is_selected_even_where_it_is_not_shown(
    qtbot: QtBot, shown: MainWindow
) -> None:
    grid, details = shown.grid, shown.details
    first, ids = grid.photos.id_at(0), grid.photos.ids
    grid.show_photos(ids[1:], None, None)
    grid.chosen.select_ids(ids[:1])
    assert (grid.current_id(), grid.chosen.hidden_count()) == (None, 1)
    qtbot.waitUntil(lambda: details.photo_id == first, timeout=WAIT)
    grid.clearSelection()
    qtbot.waitUntil(lambda: details.photo_id is None, timeout=WAIT)


def test_a_click_elsewhere_closes_the_popover(qtbot: QtBot, open_shell: Open, album: Path) -> None:
    encoder = GatedEncoder(after=8)
    shell = open_shell([str(album)], encoder)
    window = shell.window
    qtbot.waitUntil(lambda: window.model.rowCount() >= 4, timeout=WAIT)
    qtbot.mouseClick(window.status.opener, LEFT)
    assert window.popover.isVisible()
    qtbot.mouseClick(window.popover, LEFT)
    assert window.popover.isVisible()
    qtbot.mouseClick(window.status.opener, LEFT)
    assert not window.popover.isVisible()
    qtbot.mouseClick(window.status.opener, LEFT)
    qtbot.mouseClick(window.grid.viewport(), LEFT)
    assert not window.popover.isVisible()
    encoder.open()
    wait_indexed(qtbot, shell, 40)


def test_a_folder_that_is_away_is_not_called_empty(
    qtbot: QtBot, shown: MainWindow, album: Path
) -> None:
    content, place = shown.content, str(album / "西藏 2019年")
    away = Folder(place, "西藏 2019年", 10, online=False)
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.sidebar.click("folder", place)
    content.show_folders([Folder(str(album), "photos", 40, children=(away,))])
    assert content.words() == "西藏 2019年: 10 photos · not connected"


def test_an_empty_library_offers_another_folder(
    qtbot: QtBot, open_shell: Open, photos: Path
) -> None:
    window = open_shell([str(photos)]).window
    qtbot.waitUntil(lambda: "No photos in your folders" in window.content.words(), timeout=WAIT)
    window.content.folderAsked.disconnect()
    with qtbot.waitSignal(window.content.folderAsked):
        window.content.photos.empty._button.click()
