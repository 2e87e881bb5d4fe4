"""Albums in the window: made, named, filled, shown, changed, counted; by mouse and by keyboard."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from photoclip.core.types import Change
from photoclip.ui.main_window import MainWindow
from photoclip.ui.photo_drag import add_photos, photos_in
from photoclip.ui.places import Place
from photoclip.ui.sidebar import Sidebar
from photoclip.ui.sidebar_rows import CountRole, IconRole, Row
from tests.fakes import save_photo
from tests.ui.conftest import WAIT, wait_read

KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton
COPY = Qt.DropAction.CopyAction
NONE = Qt.KeyboardModifier.NoModifier


def until(qtbot: QtBot, met: Callable[[], bool]) -> None:
    qtbot.waitUntil(met, timeout=WAIT)


def make(qtbot: QtBot, window: MainWindow, name: str, count: int = 0, query: str = "") -> int:
    """An album with the first photos of the grid, or a live one; its number."""
    albums = window.session.library.albums
    ids = window.model.ids[:count].tolist()
    made = albums.create(name, ids, query or None).album_id
    window.session.refresh(Change(albums=True))
    until(qtbot, lambda: name in window.sidebar.names("albums"))
    return made


def go(qtbot: QtBot, window: MainWindow, name: str) -> None:
    with qtbot.waitSignal(window.session.listed, timeout=WAIT):
        window.sidebar.click("album", name)


def row(sidebar: Sidebar, name: str) -> Row:
    return next(row for row in sidebar._albums.rows() if row.text() == name)


def place_of(sidebar: Sidebar, name: str) -> QPoint:
    found = sidebar._albums if name == "Albums" else row(sidebar, name)
    sidebar._tree.scrollTo(found.index())
    return sidebar._tree.visualRect(found.index()).center()


def held_over(sidebar: Sidebar, name: str, data: QMimeData) -> bool:
    """Hold something over a row; whether it may be dropped there."""
    place, viewport = place_of(sidebar, name), sidebar._tree.viewport()
    enter = QDragEnterEvent(place, COPY, data, LEFT, NONE)
    QApplication.sendEvent(viewport, enter)
    move = QDragMoveEvent(place, COPY, data, LEFT, NONE)
    QApplication.sendEvent(viewport, move)
    return enter.isAccepted() and move.isAccepted()


def drop(sidebar: Sidebar, name: str, data: QMimeData) -> None:
    place = QPointF(place_of(sidebar, name))
    event = QDropEvent(place, COPY, data, LEFT, NONE)
    QApplication.sendEvent(sidebar._tree.viewport(), event)


def dragged(window: MainWindow, count: int) -> QMimeData:
    data = QMimeData()
    add_photos(data, window.session.library.path, window.model.ids[:count])
    return data


def editor(window: MainWindow) -> QLineEdit:
    found = QApplication.focusWidget()
    assert isinstance(found, QLineEdit)
    assert window.sidebar.isAncestorOf(found)
    return found


def albums_of(window: MainWindow) -> list[tuple[str, int | None]]:
    return [(album.name, album.count) for album in window.session.library.albums.all()]


# Making and naming


def test_a_new_album_holds_the_selection_and_is_named_in_place(
    qtbot: QtBot, shown: MainWindow
) -> None:
    shown.grid.setFocus()
    shown.grid.chosen.select_ranges([(0, 3)])
    qtbot.keyClick(shown.grid, KEY.Key_N, CTRL)
    field = editor(shown)
    assert field.selectedText() == "New album"
    field.setText("西藏 Minka & 🐱")
    qtbot.keyClick(field, KEY.Key_Return)
    until(qtbot, lambda: shown.sidebar.names("albums") == ["西藏 Minka & 🐱"])
    assert row(shown.sidebar, "西藏 Minka & 🐱").data(CountRole) == 3
    assert shown.notice.sentence == "New album “西藏 Minka & 🐱” with 3 photos"
    shown.actions_["undo"].trigger()
    until(qtbot, lambda: shown.sidebar.names("albums") == [])
    shown.actions_["redo"].trigger()
    until(qtbot, lambda: albums_of(shown) == [("西藏 Minka & 🐱", 3)])


def test_esc_makes_no_album(qtbot: QtBot, shown: MainWindow) -> None:
    shown.actions_["new_album"].trigger()
    qtbot.keyClick(editor(shown), KEY.Key_Escape)
    assert shown.sidebar.names("albums") == []
    assert albums_of(shown) == []
    assert shown.grid.hasFocus()
    # What comes meanwhile leaves the row that is being named alone.
    shown.actions_["new_album"].trigger()
    field = editor(shown)
    make(qtbot, shown, "A")
    assert shown.sidebar.names("albums") == ["New album", "A"]
    qtbot.keyClicks(field, "B")
    qtbot.keyClick(field, KEY.Key_Return)
    until(qtbot, lambda: shown.sidebar.names("albums") == ["A", "B"])


def test_the_plus_of_the_heading_makes_one(qtbot: QtBot, shown: MainWindow) -> None:
    tree = shown.sidebar._tree
    place = tree.plus_place(shown.sidebar._albums.index()).center()
    qtbot.mouseClick(tree.viewport(), LEFT, pos=place)
    assert editor(shown).text() == "New album"
    assert tree.isExpanded(shown.sidebar._albums.index())


def test_in_a_small_window_the_sidebar_opens_for_the_name(qtbot: QtBot, shown: MainWindow) -> None:
    shown.resize(640, 340)
    until(qtbot, lambda: shown.sidebar.folded)
    shown.grid.setFocus()
    shown.actions_["new_album"].trigger()
    assert not shown.sidebar.folded
    assert editor(shown).isVisible()
    qtbot.keyClicks(editor(shown), "Rome")
    qtbot.keyClick(editor(shown), KEY.Key_Return)
    # It opened for the name alone, and the person was at the photos.
    until(qtbot, lambda: shown.sidebar.names("albums") == ["Rome"])
    assert shown.sidebar.folded
    assert shown.grid.hasFocus()


def test_a_name_that_is_taken_is_told_and_can_be_mended(qtbot: QtBot, shown: MainWindow) -> None:
    make(qtbot, shown, "Rome")
    shown.grid.chosen.select_ranges([(0, 2)])
    shown.actions_["new_album"].trigger()
    field = editor(shown)
    qtbot.keyClicks(field, "rome")
    qtbot.keyClick(field, KEY.Key_Return)
    until(qtbot, lambda: "“Rome” already" in shown.notice.sentence)
    assert field.hasFocus()
    qtbot.keyClick(field, KEY.Key_End)
    qtbot.keyClicks(field, " 2")
    qtbot.keyClick(field, KEY.Key_Return)
    until(qtbot, lambda: albums_of(shown) == [("Rome", 0), ("rome 2", 2)])


def test_naming_ends_where_the_person_clicks_elsewhere(qtbot: QtBot, shown: MainWindow) -> None:
    shown.actions_["new_album"].trigger()
    qtbot.keyClicks(editor(shown), "Rome")
    shown.field.setFocus()
    until(qtbot, lambda: albums_of(shown) == [("Rome", 0)])
    assert shown.field.hasFocus()


def test_the_keys_stay_at_the_album_that_is_renamed(qtbot: QtBot, shown: MainWindow) -> None:
    for name in ("Rome", "Venice"):
        make(qtbot, shown, name)
    tree = shown.sidebar._tree
    tree.setCurrentIndex(row(shown.sidebar, "Venice").index())
    shown.sidebar.focus_tree()
    qtbot.keyClick(tree, KEY.Key_F2)
    editor(shown).setText("Athens")
    qtbot.keyClick(editor(shown), KEY.Key_Return)
    until(qtbot, lambda: shown.sidebar.names("albums") == ["Athens", "Rome"])
    qtbot.keyClick(tree, KEY.Key_Delete)
    until(qtbot, lambda: albums_of(shown) == [("Rome", 0)])


def test_renaming_by_keyboard_alone(qtbot: QtBot, shown: MainWindow) -> None:
    make(qtbot, shown, "Rome", 4)
    go(qtbot, shown, "Rome")
    shown.sidebar.focus_tree()
    qtbot.keyClick(shown.sidebar._tree, KEY.Key_F2)
    field = editor(shown)
    assert field.selectedText() == "Rome"
    field.setText("罗马")
    qtbot.keyClick(field, KEY.Key_Return)
    until(qtbot, lambda: shown.sidebar.names("albums") == ["罗马"])
    # The heading follows, and the place stays marked.
    assert shown.content.words() == "罗马: 4 photos"
    assert shown.sidebar._tree.selectionModel().isSelected(row(shown.sidebar, "罗马").index())
    shown.actions_["undo"].trigger()
    until(qtbot, lambda: shown.content.words() == "Rome: 4 photos")


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_of_an_album(qtbot: QtBot, shown: MainWindow) -> None:
    make(qtbot, shown, "Rome", 4)
    go(qtbot, shown, "Rome")
    entry = row(shown.sidebar, "Rome").entry
    shown.sidebar.menuAsked.emit(entry, QPoint(10, 10))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions()] == ["Rename", "Delete the album"]
    menu.actions()[1].trigger()
    menu.close()
    # Nobody stays in an album that is gone.
    until(qtbot, lambda: shown.session.place == Place())
    until(qtbot, lambda: shown.notice.sentence.startswith("The album “Rome” is deleted. Its"))
    shown.actions_["undo"].trigger()
    until(qtbot, lambda: albums_of(shown) == [("Rome", 4)])


def test_delete_in_the_sidebar_is_about_albums_alone(qtbot: QtBot, shown: MainWindow) -> None:
    make(qtbot, shown, "Rome")
    shown.sidebar.focus_tree()
    qtbot.keyClick(shown.sidebar._tree, KEY.Key_Delete)
    wait_read(qtbot, shown.session)
    assert albums_of(shown) == [("Rome", 0)]
    go(qtbot, shown, "Rome")
    shown.sidebar.focus_tree()
    qtbot.keyClick(shown.sidebar._tree, KEY.Key_Delete)
    until(qtbot, lambda: albums_of(shown) == [])


# Showing and filling


def test_an_album_is_a_place(qtbot: QtBot, shown: MainWindow) -> None:
    make(qtbot, shown, "Best of", 5)
    make(qtbot, shown, "Empty")
    ids = shown.model.ids[:5].tolist()
    go(qtbot, shown, "Best of")
    assert shown.model.ids.tolist() == ids
    assert shown.content.words() == "Best of: 5 photos"
    go(qtbot, shown, "Empty")
    assert "No photos in this album yet" in shown.content.words()
    assert "Add to album" in shown.content.words()
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.actions_["back"].trigger()
    assert shown.content.words() == "Best of: 5 photos"
    # A search stays inside, and says so.
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.field.setText("orange")
    assert shown.content.scope_chip.text() == "in: Best of"
    assert set(shown.model.ids.tolist()) <= set(ids)
    # And counts what is inside.
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.field.setText("date:2023")
    assert shown.content.words() == "5 of 5"


def test_photos_are_dropped_on_an_album(qtbot: QtBot, shown: MainWindow) -> None:
    make(qtbot, shown, "A", 1)
    make(qtbot, shown, "Live", query="orange")
    sidebar, data = shown.sidebar, dragged(shown, 3)
    assert held_over(sidebar, "A", data)
    assert sidebar._tree.target.data() == "A"
    drop(sidebar, "A", data)
    assert not sidebar._tree.target.isValid()
    until(qtbot, lambda: albums_of(shown) == [("A", 3), ("Live", None)])
    until(qtbot, lambda: shown.notice.sentence == "3 photos added to “A”")
    until(qtbot, lambda: row(sidebar, "A").data(CountRole) == 3)
    # They are in it already.
    assert held_over(sidebar, "A", data)
    drop(sidebar, "A", data)
    until(qtbot, lambda: shown.notice.sentence == "The 3 photos are in “A” already.")
    shown.actions_["undo"].trigger()
    until(qtbot, lambda: albums_of(shown)[0] == ("A", 1))
    # A live album finds its photos itself; files from elsewhere are for the window.
    assert not held_over(sidebar, "Live", data)
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile("/tmp/a.jpg")])
    assert not held_over(sidebar, "A", files)


def test_photos_dropped_on_the_heading_are_a_new_album(qtbot: QtBot, shown: MainWindow) -> None:
    data = dragged(shown, 2)
    assert held_over(shown.sidebar, "Albums", data)
    drop(shown.sidebar, "Albums", data)
    until(qtbot, lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    qtbot.keyClick(editor(shown), KEY.Key_Return)
    until(qtbot, lambda: albums_of(shown) == [("New album", 2)])


def test_the_grid_drags_all_that_is_selected(
    qtbot: QtBot, shown: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[list[int]] = []

    def let_go(drag: QDrag, *_: object) -> None:
        found.append(photos_in(drag.mimeData(), shown.session.library.path))

    monkeypatch.setattr(QDrag, "exec", let_go)
    shown.grid.selectAll()
    until(qtbot, lambda: shown.model.fact(int(shown.model.ids[0])) is not None)
    shown.grid.dragged.emit()
    assert [set(ids) for ids in found] == [set(shown.model.ids.tolist())]


def test_dragged_photos_belong_to_their_library(shown: MainWindow) -> None:
    library = shown.session.library.path
    data = dragged(shown, 40)
    assert len(photos_in(data, library)) == 40
    assert photos_in(data, Path("/another.photoclip")) == []
    broken = QMimeData()
    broken.setData("application/x-photoclip-photos", b"[]")
    assert photos_in(broken, library) == []
    assert photos_in(QMimeData(), library) == []


def test_the_prompt_completes_and_makes_albums(qtbot: QtBot, shown: MainWindow) -> None:
    make(qtbot, shown, "Wedding")
    make(qtbot, shown, "Best weeks", 1)
    make(qtbot, shown, "Live", query="orange")
    shown.grid.setFocus()
    shown.grid.chosen.select_ranges([(0, 2)])
    qtbot.keyClick(shown.grid, KEY.Key_B, CTRL)
    prompt = shown.albums.prompt
    assert prompt.field.hasFocus()
    assert prompt.offers.offered == ["Best weeks", "Wedding"]
    qtbot.keyClicks(prompt.field, "we")
    assert prompt.offers.offered == ["Wedding", "Best weeks", "New album “we”"]
    qtbot.keyClick(prompt.field, KEY.Key_Down)
    qtbot.keyClick(prompt.field, KEY.Key_Return)
    assert not prompt.isVisible()
    assert shown.grid.hasFocus()
    until(qtbot, lambda: ("Wedding", 2) in albums_of(shown))
    # What was filled last is offered first; a name as typed makes a new one.
    qtbot.keyClick(shown.grid, KEY.Key_B, CTRL)
    assert prompt.offers.offered == ["Wedding", "Best weeks"]
    qtbot.keyClicks(prompt.field, "we")
    qtbot.keyClick(prompt.field, KEY.Key_Return)
    until(qtbot, lambda: ("we", 2) in albums_of(shown))
    qtbot.keyClick(shown.grid, KEY.Key_B, CTRL)
    qtbot.keyClicks(prompt.field, "live")
    assert prompt.offers.offered == []
    qtbot.keyClick(prompt.field, KEY.Key_Return)
    until(qtbot, lambda: "what its query finds" in shown.notice.sentence)
    qtbot.keyClick(shown.grid, KEY.Key_B, CTRL)
    assert prompt.offers.offered
    qtbot.keyClick(prompt.field, KEY.Key_Escape)
    assert not prompt.isVisible()
    assert shown.grid.hasFocus()
    assert shown.grid.chosen.count() == 2
    # Whoever goes on elsewhere leaves it too.
    qtbot.keyClick(shown.grid, KEY.Key_B, CTRL)
    qtbot.keyClick(prompt.field, KEY.Key_F, CTRL)
    assert not prompt.isVisible()
    assert shown.field.hasFocus()


def test_the_prompt_over_the_viewer_is_about_its_photo(qtbot: QtBot, shown: MainWindow) -> None:
    shown.grid.chosen.select_ranges([(5, 9)])
    photo = int(shown.model.ids[0])
    shown.navigation.open_photo(photo)
    qtbot.keyClick(shown.viewer, KEY.Key_N, CTRL)
    prompt = shown.albums.prompt
    assert prompt.parent() is shown.viewer
    wait_read(qtbot, shown.session)
    assert prompt.isVisible()
    qtbot.keyClicks(prompt.field, "Minka")
    qtbot.keyClick(prompt.field, KEY.Key_Return)
    until(qtbot, lambda: albums_of(shown) == [("Minka", 1)])
    album = shown.session.library.albums.all()[0].id
    assert shown.session.library.albums.photos(album).tolist() == [photo]
    assert shown.viewer.hasFocus()
    qtbot.keyClick(shown.viewer, KEY.Key_B, CTRL)
    shown.viewer.go(1)
    assert not prompt.isVisible()


def test_photos_are_taken_out_of_the_album_they_are_seen_in(
    qtbot: QtBot, shown: MainWindow
) -> None:
    make(qtbot, shown, "A", 4)
    make(qtbot, shown, "Live", query="orange")
    action = shown.actions_["from_album"]
    assert not action.isVisible()
    go(qtbot, shown, "Live")
    assert not action.isVisible()
    go(qtbot, shown, "A")
    assert action.isVisible()
    shown.grid.chosen.select_ranges([(1, 3)])
    action.trigger()
    until(qtbot, lambda: shown.model.rowCount() == 2)
    until(qtbot, lambda: shown.notice.sentence == "2 photos removed from “A”")
    shown.actions_["undo"].trigger()
    until(qtbot, lambda: shown.model.rowCount() + shown.content.photos.held_count == 4)


# Live ones


def test_a_live_album_shows_its_query_which_can_be_changed_and_kept(
    qtbot: QtBot, shown: MainWindow
) -> None:
    make(qtbot, shown, "Oranges", query="orange")
    go(qtbot, shown, "Oranges")
    keep, content = shown.content.keep, shown.content
    assert shown.field.text() == "orange"
    assert content.words() == f"Oranges: {shown.model.rowCount()} photos"
    assert not keep.isVisible()
    assert shown.sidebar._tree.selectionModel().isSelected(row(shown.sidebar, "Oranges").index())
    shown.field.setFocus()
    with qtbot.waitSignal(
        shown.session.listed, timeout=WAIT, check_params_cb=lambda x: "2023" in x.place.text
    ):
        qtbot.keyClicks(shown.field, " date:2023")
        qtbot.keyClick(shown.field, KEY.Key_Return)
    assert content.words().startswith("Oranges: ")
    assert content.words().endswith("· changed")
    assert shown.sidebar._tree.selectionModel().isSelected(row(shown.sidebar, "Oranges").index())
    assert keep.button.text() == "Keep the change"
    qtbot.mouseClick(keep.button, LEFT)
    albums = shown.session.library.albums
    until(qtbot, lambda: albums.all()[0].query == "orange date:2023")
    until(qtbot, lambda: not keep.isVisible())
    shown.actions_["undo"].trigger()
    until(qtbot, lambda: albums.all()[0].query == "orange")
    until(qtbot, keep.isVisible)
    # By key it is kept under the same name, or as another album.
    qtbot.keyClick(shown, KEY.Key_S, CTRL)
    assert keep.field.text() == "Oranges"
    qtbot.keyClicks(keep.field, "Oranges of 2023")
    qtbot.keyClick(keep.field, KEY.Key_Return)
    until(qtbot, lambda: [a.query for a in albums.all()] == ["orange", "orange date:2023"])


def test_back_leads_to_a_live_album_as_it_was_kept(qtbot: QtBot, shown: MainWindow) -> None:
    make(qtbot, shown, "Oranges", query="orange")
    go(qtbot, shown, "Oranges")
    album = shown.session.place
    shown.field.setFocus()
    for more in (" sky", " sea"):
        qtbot.keyClicks(shown.field, more)
        until(qtbot, lambda more=more: shown.session.place.text.endswith(more))  # type: ignore[misc]
    shown.actions_["back"].trigger()
    assert shown.session.place == album
    shown.actions_["back"].trigger()
    assert shown.session.place == Place()


def test_whoever_keeps_a_search_is_in_its_album(qtbot: QtBot, shown: MainWindow) -> None:
    make(qtbot, shown, "Rome")
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.field.setText("orange")
    keep = shown.content.keep
    shown.actions_["keep_search"].trigger()
    keep.field.setText("rome")
    qtbot.keyClick(keep.field, KEY.Key_Return)
    until(qtbot, lambda: "“Rome” already" in shown.notice.sentence)
    assert keep.field.hasFocus()
    keep.field.setText("Oranges")
    qtbot.keyClick(keep.field, KEY.Key_Return)
    until(qtbot, lambda: shown.content.words().startswith("Oranges: "))
    assert not keep.isVisible()
    assert shown.sidebar._tree.selectionModel().isSelected(row(shown.sidebar, "Oranges").index())
    # It is the same step, under its name.
    shown.actions_["back"].trigger()
    assert shown.session.place == Place()
    # Undone, it is a search again.
    shown.actions_["forward"].trigger()
    shown.actions_["undo"].trigger()
    until(qtbot, lambda: shown.session.place == Place(text="orange"))
    until(qtbot, keep.isVisible)


def test_in_a_small_window_the_name_is_asked_where_it_is_seen(
    qtbot: QtBot, shown: MainWindow
) -> None:
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.field.setText("orange")
    shown.resize(640, 340)
    until(qtbot, lambda: not shown.details.isVisible())
    shown.actions_["details"].trigger()
    shown.actions_["keep_search"].trigger()
    assert shown.content.keep.field.isVisible()
    assert shown.content.keep.field.hasFocus()


def test_a_live_album_stays_open_while_its_only_filter_is_edited(
    qtbot: QtBot, shown: MainWindow
) -> None:
    make(qtbot, shown, "Wide", 3)
    made = make(qtbot, shown, "Live", query="album:Wide")
    go(qtbot, shown, "Live")
    shown.field.setFocus()
    qtbot.keyClick(shown.field, KEY.Key_Backspace)
    assert shown.field.text() == "album:Wide"
    qtbot.keyClick(shown.field, KEY.Key_Backspace)
    wait_read(qtbot, shown.session)
    assert shown.session.place == Place(text="album:Wide", album=made)
    assert shown.suggestions.offers.offered == ["Wide"]
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        qtbot.keyClicks(shown.field, " orange")
    assert shown.session.place.album == made


def test_without_a_query_one_is_out_of_the_live_album(qtbot: QtBot, shown: MainWindow) -> None:
    make(qtbot, shown, "Oranges", query="orange")
    go(qtbot, shown, "Oranges")
    shown.field.clear_query()
    until(qtbot, lambda: shown.session.place == Place())
    assert shown.sidebar._tree.selectionModel().selectedIndexes()[0].data() == "All photos"


def test_a_search_in_an_album_is_kept_with_it(qtbot: QtBot, shown: MainWindow) -> None:
    make(qtbot, shown, "Our, best", 9)
    go(qtbot, shown, "Our, best")
    with qtbot.waitSignal(shown.session.listed, timeout=WAIT):
        shown.field.setText("orange")
    shown.content.keep.named.emit("Live")
    albums = shown.session.library.albums
    until(qtbot, lambda: len(albums.all()) == 2)
    assert albums.all()[0].query == 'orange album:"Our, best"'


def test_the_count_of_a_live_album_follows_as_photos_arrive(
    qtbot: QtBot, shown: MainWindow, album: Path
) -> None:
    until(qtbot, lambda: shown.albums.counts._ready)
    make(qtbot, shown, "Oranges", query='"orange"')
    make(qtbot, shown, "Loop", query='"nothing"')
    sidebar = shown.sidebar
    until(qtbot, lambda: row(sidebar, "Oranges").data(CountRole) == 4)
    assert row(sidebar, "Oranges").data(IconRole) == "live-album"
    spoken = row(sidebar, "Oranges").data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Oranges, 4 photos, live album"
    until(qtbot, lambda: row(sidebar, "Loop").data(CountRole) == 0)
    save_photo(album / "new_orange.jpg", "orange", taken="2024:08:01 12:00:00")
    shown.folders.rescan()
    until(qtbot, lambda: row(sidebar, "Oranges").data(CountRole) == 5)


def test_an_album_whose_query_cannot_be_asked_has_no_count(qtbot: QtBot, shown: MainWindow) -> None:
    until(qtbot, lambda: shown.albums.counts._ready)
    with shown.session.library.store.write() as db:
        db.execute("INSERT INTO albums (id, name, query) VALUES (7, 'A', 'album:A')")
    with qtbot.waitSignal(shown.albums.counts.counted, timeout=WAIT) as counted:
        shown.session.refresh(Change(albums=True))
    assert counted.args == [7, None]
    assert "part of itself" not in shown.notice.sentence


# Many, and long ones


def test_a_thousand_albums(qtbot: QtBot, shown: MainWindow) -> None:
    albums = shown.session.library.albums
    ids = shown.model.ids.tolist()
    with shown.session.library.store.write() as db:
        for n in range(1, 1001):
            db.execute("INSERT INTO albums VALUES (?, ?, ?)", [n, f"Album {n:04}", None])
            db.execute("INSERT INTO album_photos VALUES (?, ?)", [n, ids[n % 40]])
    sidebar = shown.sidebar
    sidebar.show_albums(albums.all())
    sidebar.show_albums(albums.all())
    assert len(sidebar.names("albums")) == 1000
    sidebar._filter.setFocus()
    assert sidebar._filter.isVisible()
    qtbot.keyClicks(sidebar._filter, "0777")
    assert sidebar.names("albums") == ["Album 0777"]
    go(qtbot, shown, "Album 0777")
    assert shown.model.rowCount() == 1
    sidebar._filter.setFocus()
    qtbot.keyClick(sidebar._filter, KEY.Key_Escape)
    assert len(sidebar.names("albums")) == 1000


def test_a_long_name_is_elided_and_told_whole(qtbot: QtBot, shown: MainWindow) -> None:
    name = "婚礼 " + "very long " * 18
    make(qtbot, shown, name.strip(), 2)
    found = row(shown.sidebar, name.strip())
    assert found.toolTip() == name.strip()
    width = shown.sidebar._tree.viewport().width()
    assert shown.sidebar._tree.visualRect(found.index()).right() <= width
    shown.albums.acts.delete(found.entry.album)
    until(qtbot, lambda: shown.notice.sentence.startswith("The album “婚礼 very"))
    assert len(shown.notice.sentence) < 90


@pytest.mark.parametrize("kind", ["albums", "tags"])
def test_a_section_closed_stays_closed(qtbot: QtBot, shown: MainWindow, kind: str) -> None:
    make(qtbot, shown, "A", 1)
    sidebar = shown.sidebar
    heading = sidebar._albums if kind == "albums" else sidebar._tags
    until(qtbot, lambda: heading.rowCount() > 0)
    sidebar._tree.collapse(heading.index())
    make(qtbot, shown, "B", 1) if kind == "tags" else sidebar.show_albums(sidebar._albums.albums)
    assert not sidebar._tree.isExpanded(heading.index())
