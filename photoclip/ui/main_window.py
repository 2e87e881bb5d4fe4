"""The main window from its first frame on: the toolbar, and the ground on which the panes come."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from photoclip.core.settings import Appearance, Settings
from photoclip.ui.actions import Actions
from photoclip.ui.drops import local_paths
from photoclip.ui.pages import Pages
from photoclip.ui.room import NARROW
from photoclip.ui.skeleton import Skeleton
from photoclip.ui.theme import Theme
from photoclip.ui.toolbar import Toolbar

if TYPE_CHECKING:
    # What `assembly` makes when the window is on the screen.
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QMenu

    from photoclip.ui.albums_display import AlbumsDisplay
    from photoclip.ui.content import Content
    from photoclip.ui.describe_display import DescribeDisplay
    from photoclip.ui.details import Details
    from photoclip.ui.failures import Failures
    from photoclip.ui.folder_commands import FolderCommands
    from photoclip.ui.grid import GridView
    from photoclip.ui.grid_model import GridModel
    from photoclip.ui.index_display import IndexDisplay
    from photoclip.ui.later import Lazy
    from photoclip.ui.marking import Marking
    from photoclip.ui.marks_display import MarksDisplay
    from photoclip.ui.models_display import ModelsDisplay
    from photoclip.ui.navigation import Navigation
    from photoclip.ui.overlays import DropHint, Keys, Notice
    from photoclip.ui.panes import Panes
    from photoclip.ui.personal_display import PersonalDisplay
    from photoclip.ui.photo_commands import PhotoCommands
    from photoclip.ui.photo_feed import PhotoFeed
    from photoclip.ui.query_commands import QueryCommands
    from photoclip.ui.review_page import ReviewPage
    from photoclip.ui.session import Session
    from photoclip.ui.settings_display import SettingsDisplay
    from photoclip.ui.sidebar import Sidebar
    from photoclip.ui.spoken_photos import SpokenPhotos
    from photoclip.ui.status import Popover, StatusLine
    from photoclip.ui.suggestions import Suggestions
    from photoclip.ui.switch_line import SwitchLine
    from photoclip.ui.tags_display import TagsDisplay
    from photoclip.ui.teach_window import TeachWindow
    from photoclip.ui.undo import UndoStack
    from photoclip.ui.viewer import Viewer
    from photoclip.ui.welcome import Welcome
    from photoclip.ui.why_display import WhyDisplay
    from photoclip.ui.workers import Workers


class MainWindow(QMainWindow):
    """Shown before the rest of the app is there. What a person types, pastes as a picture or drops
    until it is whole is not lost: it is done then, as are the commands asked for.

    Args:
        empty: whether the library is a new one, for which there is no toolbar but a welcome.

    Attributes:
        whole: whether all parts are there, which `assembly` makes.

    Signals:
        painted: the first frame is on the screen.
        closed: the person closed the window.
    """

    painted = Signal()
    closed = Signal()

    work: "Workers"
    session: "Session"
    undo: "UndoStack"
    model: "GridModel"
    grid: "GridView"
    content: "Content"
    failures: "Failures"
    sidebar: "Sidebar"
    details: "Details"
    panes: "Panes"
    switch_line: "SwitchLine"
    status: "StatusLine"
    notice: "Notice"
    hint: "DropHint"
    help: "Lazy[Keys]"
    photo_menu: "QMenu"
    appearances: "dict[Appearance, QAction]"
    indexing: "IndexDisplay"
    photo_commands: "PhotoCommands"
    queries: "QueryCommands"
    spoken: "SpokenPhotos"
    describing: "DescribeDisplay"
    marking: "Marking"
    marks: "MarksDisplay"
    albums: "AlbumsDisplay"
    suggestions: "Suggestions"
    folders: "FolderCommands"
    models_display: "ModelsDisplay"
    settings_display: "SettingsDisplay"
    tags: "TagsDisplay"
    personal: "PersonalDisplay"
    why: "WhyDisplay"
    teaching: "Lazy[TeachWindow]"
    feed: "PhotoFeed"
    navigation: "Navigation"

    def __init__(self, theme: Theme, settings: Settings, empty: bool = False) -> None:
        super().__init__()
        self._theme, self._settings = theme, settings
        self.whole = False
        self._meanwhile: list[Callable[[], object]] = []
        self.setWindowTitle("PhotoClip")
        self.setMinimumSize(640, 340)
        self.setAcceptDrops(True)
        self.resize(self.sizeHint())
        self.actions_ = Actions(self)
        self.toolbar = Toolbar(self.actions_)
        self.field = self.toolbar.field
        self._ground = Skeleton(theme, settings, self.field, empty)
        self.pages = Pages(self._browser())
        self.setCentralWidget(self.pages)
        self._restore()
        self.toolbar.setVisible(not empty)
        self._ground.setFocus(Qt.FocusReason.OtherFocusReason)
        self._ground.painted.connect(self._tell_painted)
        for given in (self.field.picturesGiven, self.field.imageGiven):
            given.connect(lambda what, again=given: self._keep(lambda: again.emit(what)))
        for name in ("close", "quit"):
            self.actions_.connect_at_once(name, self.close)
        self.actions_.connect_at_once("full_screen", self.toggle_full_screen)
        self.actions_.connect_at_once("search", self._search)

    def _browser(self) -> QWidget:
        browser = QWidget()
        browser.setObjectName("chrome")
        self._column = QVBoxLayout(browser)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.toolbar)
        self._column.addWidget(self._ground, 1)
        return browser

    def _restore(self) -> None:
        kept, actions = self._settings, self.actions_
        self.toolbar.set_tile(kept.tile_size)
        if kept.window:
            self.restoreGeometry(QByteArray.fromBase64(kept.window.encode()))
        actions["sidebar"].setChecked(kept.sidebar_open)
        for name in ("back", "forward"):
            actions[name].setEnabled(False)

    def _wish_details(self) -> None:
        """In a small window they give way to the photos."""
        wished = self._settings.details_open and self.width() >= NARROW
        self.actions_["details"].setChecked(wished)

    # Pages and overlays that are made when they are first asked for

    @property
    def welcome(self) -> "Welcome":
        return self.pages.welcome()

    @property
    def viewer(self) -> "Viewer":
        return self.pages.viewer()

    @property
    def review(self) -> "ReviewPage":
        return self.pages.review()

    @property
    def keys(self) -> "Keys":
        return self.help()

    @property
    def popover(self) -> "Popover":
        return self.indexing.popover

    # From the first frame to the whole

    def _tell_painted(self) -> None:
        self._ground.painted.disconnect(self._tell_painted)
        # When the frame is not only painted but shown.
        QTimer.singleShot(0, self, self.painted.emit)

    def when_whole(self, call: Callable[[], object]) -> None:
        """Call this as soon as all parts are there."""
        if self.whole:
            call()
        else:
            self._meanwhile.append(call)

    def become_whole(self) -> None:
        """Put the parts in the place of the ground, and do what was asked meanwhile."""
        typing = self.field.hasFocus()
        self.setUpdatesEnabled(False)
        self._column.removeWidget(self._ground)
        self._column.addWidget(self.panes, 1)
        self._column.addWidget(self.switch_line)
        self._column.addWidget(self.status)
        self.panes.fit()
        for part in (self.toolbar, self.panes, self.status):
            part.show()
        for one, other in pairwise((self.field, *self.content.tab_chain())):
            QWidget.setTabOrder(one, other)
        QWidget.setTabOrder(self.grid, self.details)
        self.whole = True
        self.navigation.begin(typing)
        # Not before the focus has gone elsewhere, which else would pass through the search.
        self._ground.hide()
        self._ground.deleteLater()
        self.setUpdatesEnabled(True)
        meanwhile, self._meanwhile = self._meanwhile, []
        for call in meanwhile:
            call()
        self.actions_.release()

    def _keep(self, again: Callable[[], object]) -> None:
        """What was given to the search when nobody took it is given again."""
        if not self.whole:
            self._meanwhile.append(again)

    # Saying things

    def say(self, sentence: str, offer: str = "", call: Callable[[], object] | None = None) -> None:
        """Tell the person something, in one sentence above the status line."""
        self.notice.say(sentence, offer, call)

    def announce(self, sentence: str, urgent: bool = False) -> None:
        """Let a screen reader say it, politely unless what was just asked for failed."""
        from photoclip.ui.announcing import announce

        announce(self, sentence, urgent)

    # What the person does

    def add_paths(self, paths: Sequence[str]) -> None:
        """Take folders or files into the library."""
        self.when_whole(lambda: self.folders.add(paths))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Letters go to the search from wherever nothing else is made of them."""
        commands = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        text = event.text()
        typed = bool(text.strip()) and text.isprintable() and not event.modifiers() & commands
        if not typed or self.pages.currentWidget() is not self.pages.browser:
            super().keyPressEvent(event)
        elif text in ("?", "？"):
            self.when_whole(lambda: self.keys.open())
        else:
            self.field.take_text("" if text == "/" else text)

    def _search(self) -> None:
        if self.whole:
            self.navigation.search()
        else:
            self.field.take_text("")

    def toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()
        self.actions_["full_screen"].setChecked(self.isFullScreen())

    def set_appearance(self, appearance: Appearance) -> None:
        self._settings = replace(self._settings, appearance=appearance)
        self._theme.set_appearance(appearance)

    # Room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.toolbar.narrow(self.width() < 720)
        if not self.whole:
            self._wish_details()
        else:
            self.make_room()
            if self.help.made is not None and self.keys.isVisible():
                self.keys.open()

    def make_room(self) -> None:
        """Keep what lies over the window at its place."""
        self.indexing.place()
        if self.notice.isVisible():
            self.notice.place()

    def sizeHint(self) -> QSize:
        return QSize(1280, 820)

    # Files dropped, and the end

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_paths(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.when_whole(self._invite)

    def _invite(self) -> None:
        """Say what a drop does; the welcome does that already."""
        if self.pages.shows(self.pages.welcome):
            self.welcome.hold(True)
        else:
            self.hint.cover()

    def _take_back(self) -> None:
        """Nothing is held over the window any more."""
        self.hint.hide()
        if self.pages.welcome.made is not None:
            self.welcome.hold(False)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.when_whole(self._take_back)

    def dropEvent(self, event: QDropEvent) -> None:
        self.when_whole(self._take_back)
        paths = local_paths(event.mimeData())
        if paths:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.add_paths(paths)

    def close_others(self) -> None:
        """Close the windows beside this one."""
        if not self.whole:
            return
        for part in (self.models_display, self.tags, self.settings_display, self.albums):
            part.close()
        if self.teaching.made is not None:
            self.teaching.made.close()

    def settings(self) -> Settings:
        """What to remember."""
        kept = replace(
            self._settings,
            tile_size=self.toolbar.tile(),
            sidebar_open=self.actions_["sidebar"].isChecked(),
            window=bytes(self.saveGeometry().toBase64().data()).decode(),
        )
        if not self.whole:
            return kept
        sidebar_width, details_width = self.panes.widths()
        return replace(
            kept,
            details_open=self.panes.details_wanted,
            sidebar_width=sidebar_width,
            details_width=details_width,
            recent_searches=self.suggestions.recent,
            model_mirror=self.work.models.mirror,
        )

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        self.closed.emit()
