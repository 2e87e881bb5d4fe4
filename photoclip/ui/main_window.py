"""The main window: puts the panes beside each other and wires what they say to each other."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from PySide6.QtCore import QByteArray, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from photoclip.core.paths import display_name
from photoclip.core.settings import Appearance, Settings
from photoclip.core.types import Change, Counts, Photo, Scope
from photoclip.ui import desktop, facts
from photoclip.ui.actions import Actions, key_notes
from photoclip.ui.albums_display import AlbumsDisplay
from photoclip.ui.bands import spoken_band
from photoclip.ui.content import Content
from photoclip.ui.describe import Proposals
from photoclip.ui.describe_display import DescribeDisplay
from photoclip.ui.details import Details
from photoclip.ui.failures import Failures
from photoclip.ui.focus import Focus
from photoclip.ui.folder_commands import FolderCommands
from photoclip.ui.grid import GridView
from photoclip.ui.grid_model import GridModel
from photoclip.ui.icons import app_icon
from photoclip.ui.index_display import IndexDisplay
from photoclip.ui.index_job import IndexJob
from photoclip.ui.marking import Marking
from photoclip.ui.marks_display import MarksDisplay
from photoclip.ui.menus import appearance_menu, main_menu, photo_menu
from photoclip.ui.models import Models
from photoclip.ui.models_display import ModelsDisplay
from photoclip.ui.overlays import DropHint, Keys, Notice
from photoclip.ui.panes import Panes
from photoclip.ui.personal import PersonalTags
from photoclip.ui.personal_display import PersonalDisplay
from photoclip.ui.photo_commands import PhotoCommands
from photoclip.ui.photo_feed import PhotoFeed
from photoclip.ui.places import Place
from photoclip.ui.previews import Previews
from photoclip.ui.query_commands import QueryCommands
from photoclip.ui.review import Reviews
from photoclip.ui.review_page import ReviewPage
from photoclip.ui.session import Session
from photoclip.ui.settings_display import SettingsDisplay
from photoclip.ui.sidebar import Sidebar
from photoclip.ui.sidebar_rows import Entry
from photoclip.ui.sidecar_job import SidecarJob
from photoclip.ui.spoken_photos import SpokenPhotos
from photoclip.ui.status import StatusLine
from photoclip.ui.suggestions import Suggestions
from photoclip.ui.switch_line import SwitchLine
from photoclip.ui.tags_display import TagsDisplay
from photoclip.ui.theme import Theme
from photoclip.ui.thumbnails import Thumbnails
from photoclip.ui.toolbar import Toolbar
from photoclip.ui.undo import UndoStack
from photoclip.ui.viewer import Viewer
from photoclip.ui.vocabulary import Words
from photoclip.ui.welcome import Welcome, suggested_folders
from photoclip.ui.why import Why
from photoclip.ui.why_display import WhyDisplay


class MainWindow(QMainWindow):
    """Signals: closed, when the person closes the window."""

    closed = Signal()

    def __init__(
        self,
        session: Session,
        job: IndexJob,
        models: Models,
        thumbnails: Thumbnails,
        looking: Previews,
        viewing: Previews,
        theme: Theme,
        settings: Settings,
    ) -> None:
        super().__init__()
        self.session, self.job, self._theme = session, job, theme
        self._models = models
        self._settings = settings
        self.setWindowTitle("PhotoClip")
        self.setWindowIcon(app_icon())
        self.setMinimumSize(640, 340)
        self.setAcceptDrops(True)
        self.resize(1280, 820)

        self.actions_ = Actions(self)
        appearance, self._appearances = appearance_menu(self)
        menu = main_menu(self, self.actions_, appearance)
        self.model = GridModel(self._describe, self)
        self.grid = GridView(self.model, thumbnails)
        self.grid.setAccessibleName(self.tr("Photos"))
        self.failures = Failures()
        self.content = Content(self.grid, self.failures)
        self.toolbar = Toolbar(self.actions_, menu)
        self.field = self.toolbar.field
        self.sidebar = Sidebar()
        self.details = Details()
        self.status = StatusLine()
        self.switch_line = SwitchLine()
        self.welcome = Welcome(suggested_folders(), menu)
        self.viewer = Viewer()
        self.review = ReviewPage()
        self._photo_menu = photo_menu(self, self.actions_)
        self._lay_out()
        self.indexing = IndexDisplay(job, self.actions_, self.status, self.content, self)
        self.popover = self.indexing.popover
        self.notice = Notice(self, (self.switch_line, self.status, self.review.foot))
        self.hint = DropHint(self, self.tr("Drop to add to the library"))
        self.keys = Keys(self.actions_.commands, key_notes(), self)
        self.photo_commands = PhotoCommands(
            self.actions_, session, self.grid, self._looked_at, self
        )
        self.undo = UndoStack(session, self.actions_, self)
        self.marking = Marking(self.actions_, session, self.undo, self.photo_commands.targets, self)
        self.marks = MarksDisplay(
            self.marking, self.undo, session, self.actions_, self.details, self.viewer,
            self._looked_at, self,
        )  # fmt: skip
        self.queries = QueryCommands(
            self.actions_, session, self.field, self.content, self.undo,
            self.photo_commands.targets, self,
        )  # fmt: skip
        self.spoken = SpokenPhotos(session, self.grid, self.content.band_of, self)
        self.albums = AlbumsDisplay(
            self.actions_, session, self.undo, self.sidebar, self.content, self.field, self.viewer,
            self.photo_commands.targets, self._looked_at, self,
        )  # fmt: skip
        self.suggestions = Suggestions(session, self.field, settings.recent_searches, self)
        self.folders = FolderCommands(self.actions_, session, job, self)
        self.models_display = ModelsDisplay(
            models, session, self.actions_, self.status, self.switch_line, self.notice, self
        )
        self._focus = Focus(
            self.pages, self.viewer, self.toolbar, self.content, self.panes,
            (self.details, self.sidebar, self.switch_line, self.status),
        )  # fmt: skip
        self.feed = PhotoFeed(session, self.grid, self.details, self.viewer, looking, viewing, self)
        self._announce = QTimer(self, singleShot=True, interval=500)
        self._announce.timeout.connect(lambda: self.announce(self.content.spoken()))
        self._wire()
        self._command()
        self._restore()

    # Making

    def _lay_out(self) -> None:
        self.panes = Panes(self.actions_, self.sidebar, self.content, self.details)
        browser = QWidget()
        browser.setObjectName("chrome")
        column = QVBoxLayout(browser)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.toolbar)
        column.addWidget(self.panes, 1)
        column.addWidget(self.switch_line)
        column.addWidget(self.status)
        self.pages = QStackedWidget()
        for page in (self.welcome, browser, self.viewer, self.review):
            self.pages.addWidget(page)
        self._browser = browser
        self.setCentralWidget(self.pages)
        for one, other in pairwise((self.field, *self.content.tab_chain())):
            QWidget.setTabOrder(one, other)
        QWidget.setTabOrder(self.grid, self.details)

    def _wire(self) -> None:
        session, job, grid, content = self.session, self.job, self.grid, self.content
        session.moved.connect(self._show_place)
        session.listed.connect(content.show_listing)
        session.listed.connect(lambda _: self._announce.start())
        session.searching.connect(content.show_searching)
        session.searchFailed.connect(content.show_problem)
        session.searchFailed.connect(lambda sentence: self.announce(sentence, urgent=True))
        session.contradicted.connect(content.offers.show_reason)
        session.offered.connect(content.offers.show_offers)
        session.counted.connect(self._show_counts)
        session.foldersRead.connect(self.sidebar.show_folders)
        session.foldersRead.connect(content.show_folders)
        session.tagsRead.connect(self.sidebar.show_tags)
        session.failuresRead.connect(self.failures.show_failures)
        session.rootsRead.connect(self._show_roots)
        job.changed.connect(self._library_changed)
        job.ended.connect(
            lambda *_: session.refresh(Change(folders=True, tags=True, failures=True))
        )
        job.stateChanged.connect(self._choose_page)
        self.indexing.failuresAsked.connect(lambda: self.go(Place(failures=True)))
        self.indexing.left.connect(self._focus.content)
        self.models_display.said.connect(self.say)
        self.models_display.moved.connect(self._make_room)
        folders = self.folders
        folders.said.connect(self.say)
        folders.announced.connect(self.announce)
        folders.left.connect(self._leave_folder)

        self.field.queried.connect(lambda text: session.search(text, grid.bookmark()))
        self.field.entered.connect(self._enter_results)
        self.toolbar.tileSized.connect(grid.set_tile_size)
        self.sidebar.chosen.connect(self.go)
        self.sidebar.menuAsked.connect(self._sidebar_menu)
        self.sidebar.unfoldAsked.connect(self.panes.unfold)
        self.sidebar.foldAsked.connect(self.panes.fold_again)
        self.panes.arranged.connect(self.feed.renew)
        content.scopeCleared.connect(lambda: self.go(replace(session.place, scope=Scope())))
        content.folderAsked.connect(folders.choose)
        self.queries.asked.connect(self.go)
        self.queries.foldersGiven.connect(self.add_paths)
        grid.foldReached.connect(lambda: self.announce(": ".join(grid.heading(grid.fold() or 0))))
        grid.compose_in(self.field)
        grid.typed.connect(self.field.take_text)
        grid.composed.connect(self.field.take_composition)
        grid.opened.connect(self.open_photo)
        grid.opened.connect(lambda _: self.suggestions.remember(session.place.text))
        grid.picked.connect(self._show_selected)
        grid.zoomed.connect(self.toolbar.zoom)
        grid.menuAsked.connect(self._photo_menu.popup)
        grid.helpAsked.connect(self.keys.open)
        commands = self.photo_commands
        self.pages.currentChanged.connect(lambda _: commands.enable())
        self.pages.currentChanged.connect(lambda _: self._make_room())
        commands.said.connect(self.say)
        commands.openAsked.connect(self.open_photo)
        commands.dragging.connect(lambda dragging: self.setAcceptDrops(not dragging))
        self.undo.said.connect(self.say)
        self.undo.said.connect(lambda sentence, *_: self.announce(sentence))
        self.undo.changed.connect(self.feed.renew)
        self.marks.left.connect(self._focus.content)
        self.albums.left.connect(self._focus.content)
        self.albums.asked.connect(self.go)
        self.albums.became.connect(lambda place: session.become(place, grid.bookmark()))
        self.details.tagChosen.connect(lambda term: self.go(Place(Scope(tag=term))))
        self.viewer.left.connect(self._leave_viewer)
        self.viewer.menuAsked.connect(self._photo_menu.popup)
        self.viewer.helpAsked.connect(self.keys.open)
        self.failures.retryAsked.connect(job.add)
        self.failures.showAsked.connect(self.photo_commands.show_file)
        self.welcome.folderChosen.connect(lambda path: folders.add([path]))
        self.welcome.chooseAsked.connect(folders.choose)

    def _command(self) -> None:
        actions = self.actions_
        actions.attach("grid", [self.grid])
        actions.attach("photo", [self.grid, self.viewer, self.details])
        for name, call in {
            "search": self._search, "failures": lambda: self.go(Place(failures=True)),
            "back": lambda: self._step(-1), "forward": lambda: self._step(1),
            "step_back": self.step_back, "next_pane": lambda: self._focus.step(1),
            "previous_pane": lambda: self._focus.step(-1),
            "full_screen": self._toggle_full_screen,
            "keys": self.keys.open, "menu": self._open_menu,
            "close": self.close, "quit": self.close,
            "paste": self.field.paste_query,
            "select_all": self.grid.selectAll, "select_none": self.grid.clearSelection,
            "larger": lambda: self.toolbar.zoom(1), "smaller": lambda: self.toolbar.zoom(-1),
        }.items():  # fmt: skip
            actions.connect(name, call)
        for appearance, action in self._appearances.items():
            action.triggered.connect(lambda _=False, a=appearance: self.set_appearance(a))
        self.indexing.show_state()

    def _restore(self) -> None:
        kept = self._settings
        self.toolbar.set_tile(kept.tile_size)
        self.grid.set_tile_size(kept.tile_size)
        self.actions_["sidebar"].setChecked(kept.sidebar_open)
        self.actions_["details"].setChecked(kept.details_open)
        self._appearances[kept.appearance].setChecked(True)
        if kept.window:
            self.restoreGeometry(QByteArray.fromBase64(kept.window.encode()))
        self.panes.set_widths(kept.sidebar_width, kept.details_width)
        self.panes.fit()

    def follow(self, words: Words, reviews: Reviews) -> None:
        """Show the vocabulary and the review of tags."""
        self.tags = TagsDisplay(
            words, reviews, self.session, self.undo, self.actions_, self.sidebar, self.pages,
            self.review, self.viewer, self.feed.viewing, self,
        )  # fmt: skip
        self.tags.photosAsked.connect(lambda term: self.go(Place(Scope(tag=term))))
        self.tags.announced.connect(self.announce)
        words.changed.connect(self.marking.know)
        self.review.left.connect(self.close_viewer)
        self.review.helpAsked.connect(self.keys.open)

    def find_more(self, personal: PersonalTags) -> None:
        """Offer to find more photos of what a person tagged."""
        self.personal = PersonalDisplay(
            personal, self.marking, self.session, self.actions_, self.notice, self.sidebar,
            self._photo_menu, self.photo_commands.targets, self,
        )  # fmt: skip
        self.personal.said.connect(self.announce)
        self.personal.reviewAsked.connect(self.tags.open_review)

    def explain(self, why: Why) -> None:
        """Say why photos are among the results."""
        self.why = WhyDisplay(
            why, self.session, self.undo, self.actions_, self.details, self.viewer,
            self._looked_at, self,
        )  # fmt: skip

    def keep(self, sidecars: SidecarJob) -> None:
        """Show the settings, and how writing sidecars goes."""
        self.settings_display = SettingsDisplay(
            self.actions_, self._appearances, self.session, self._models, sidecars, self.notice,
            self,
        )  # fmt: skip
        sidecars.heard.connect(self.undo.changed)

    def propose(self, proposals: Proposals) -> None:
        """Suggest captions where the person writes them."""
        self.describing = DescribeDisplay(
            proposals, self.session, self.undo, self.actions_, self.details, self.marks.prompt,
            self.viewer, self.photo_commands.targets, self._looked_at, self,
        )  # fmt: skip

    def begin(self, roots: Sequence[str]) -> None:
        """Before the first paint: the welcome for a library without folders, else its photos."""
        self.pages.setCurrentWidget(self._browser if roots else self.welcome)
        self._show_roots(tuple(roots))
        self._show_place(self.session.place)
        (self.grid if roots else self.welcome).setFocus(Qt.FocusReason.OtherFocusReason)

    # Places

    def go(self, place: Place) -> None:
        """Show another place, and remember where the grid was."""
        self.indexing.hide()
        self.close_viewer()
        self.session.go(place, self.grid.bookmark())

    def _step(self, by: int) -> None:
        self.session.step(by, self.grid.bookmark())

    def step_back(self) -> None:
        """Esc: close what is open, else clear what is typed, selected, searched for."""
        place = self.session.place
        for overlay in (self.keys, self.popover):
            if overlay.isVisible():
                overlay.hide()
                self._focus.content()
                return
        if self.marks.step_back() or self.albums.step_back():
            return
        if self.pages.currentWidget() is self.viewer:
            self._leave_viewer()
        elif self.pages.currentWidget() is self.review:
            self.review.left.emit()
        elif self.field.hasFocus() and self.field.query:
            self.field.clear_query()
        elif self.field.hasFocus():
            self._focus.content()
        elif self.sidebar.clear_filter():
            return
        elif self.grid.chosen.count() and not place.failures:
            self.grid.clearSelection()
        elif place.searching or place.failures:
            if self.session.can_go_back and not self.field.query.phrase:
                self._step(-1)
            else:
                self.go(place.without_search)
        elif self.isFullScreen():
            self._toggle_full_screen()

    def _show_place(self, place: Place) -> None:
        self.sidebar.show_place(place)
        self.field.show_query(place.text)
        self.content.show_place(place, self._name_of(place))
        self.panes.show_content()
        self.actions_["back"].setEnabled(self.session.can_go_back)
        self.actions_["forward"].setEnabled(self.session.can_go_forward)
        if place.failures:
            self._focus.content()
        self.feed.renew()

    def _name_of(self, place: Place) -> str:
        if place.scope.folder is not None:
            return display_name(place.scope.folder)
        return place.scope.tag or self.albums.name_of(place) or self.tr("All photos")

    # What the library says

    def _show_counts(self, counts: Counts) -> None:
        self.indexing.show_counts(counts)
        self.content.show_counts(counts)
        self.sidebar.show_count(counts.photos)

    def _show_roots(self, roots: tuple[str, ...]) -> None:
        self.folders.know(roots)
        self._choose_page()

    def _choose_page(self) -> None:
        """The welcome while there is nothing to show and nothing on its way."""
        current, roots, running = self.pages.currentWidget(), self.folders.roots, self.job.running
        if roots == () and not running and current is not self.welcome:
            self.pages.setCurrentWidget(self.welcome)
        elif current is self.welcome and (roots or running):
            self.pages.setCurrentWidget(self._browser)
            self.panes.fit()
            self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def _library_changed(self, change: Change) -> None:
        self.session.refresh(change)
        if change.added:
            self.grid.ask_thumbnails_again(change.added)

    def _show_selected(self) -> None:
        self.status.show_selected(self.grid.chosen.count(), self.grid.chosen.hidden_count())

    # What the person does

    def add_paths(self, paths: Sequence[str]) -> None:
        """Take folders or files into the library."""
        self.folders.add(paths)

    def open_photo(self, photo_id: int) -> None:
        row = self.model.row_of(photo_id)
        if row is not None:
            self.pages.setCurrentWidget(self.viewer)
            self.viewer.open(self.model.ids, row)

    def close_viewer(self) -> None:
        """Back to the grid, which is as it was left."""
        if self.pages.currentWidget() in (self.viewer, self.review):
            self.pages.setCurrentWidget(self._browser)
            self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave_viewer(self) -> None:
        """Back to where the photo was opened from: the grid, or a question about it."""
        if not self.tags.take_up():
            self.close_viewer()

    def _looked_at(self) -> int | None:
        """The photo in the viewer, None while the grid is shown."""
        return self.viewer.photo_id if self.pages.currentWidget() is self.viewer else None

    def _describe(self, photo_id: int, photo: Photo | None) -> str:
        """A photo of the grid in words, and how well it matches."""
        words, band = facts.spoken(photo, self.locale()), self.content.band_of(photo_id)
        return words if band is None else f"{words}, {spoken_band(band)}"

    def _sidebar_menu(self, entry: Entry, place: QPoint) -> None:
        if entry.kind == "folder":
            self.folders.open_menu(entry.name, place)

    def _leave_folder(self, path: str) -> None:
        here = self.session.place.scope.folder
        if here is not None and (here == path or here.startswith(os.path.join(path, ""))):
            self.go(Place())

    # Saying things

    def say(self, sentence: str, offer: str = "", call: Callable[[], object] | None = None) -> None:
        """Tell the person something, in one sentence above the status line."""
        self.notice.say(sentence, offer, call)

    def announce(self, sentence: str, urgent: bool = False) -> None:
        """Let a screen reader say it, politely unless what was just asked for failed."""
        if QAccessible.isActive() and sentence:
            event = QAccessibleAnnouncementEvent(self, sentence)
            if urgent:
                event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
            QAccessible.updateAccessibility(event)

    # Keys and panes

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Letters go to the search from wherever nothing else is made of them."""
        commands = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        text = event.text()
        typed = bool(text.strip()) and text.isprintable() and not event.modifiers() & commands
        if not typed or self.pages.currentWidget() is not self._browser:
            super().keyPressEvent(event)
        elif text in ("?", "？"):
            self.keys.open()
        else:
            self.field.take_text("" if text == "/" else text)

    def _open_menu(self) -> None:
        page = self.pages.currentWidget()
        openers: dict[QWidget | None, Callable[[], None]] = {
            self.welcome: self.welcome.open_menu,
            self.viewer: self.viewer.open_menu,
        }
        openers.get(page, self.toolbar.open_menu)()

    def _search(self) -> None:
        self.close_viewer()
        self._focus.search()

    def _enter_results(self) -> None:
        if self._focus.results():
            self.suggestions.remember(self.session.place.text)

    def _toggle_full_screen(self) -> None:
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
        self._make_room()
        if self.keys.isVisible():
            self.keys.open()

    def _make_room(self) -> None:
        """Keep what lies over the window at its place."""
        self.indexing.place()
        if self.notice.isVisible():
            self.notice.place()

    def sizeHint(self) -> QSize:
        return QSize(1280, 820)

    # Files dropped, and the end

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if desktop.local_paths(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.hint.cover()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.hint.hide()
        paths = desktop.local_paths(event.mimeData())
        if paths:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.add_paths(paths)

    def settings(self) -> Settings:
        """What to remember."""
        sidebar_width, details_width = self.panes.widths()
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        return replace(
            self._settings,
            tile_size=self.toolbar.tile(),
            sidebar_open=self.actions_["sidebar"].isChecked(),
            details_open=self.panes.details_wanted,
            sidebar_width=sidebar_width,
            details_width=details_width,
            window=geometry,
            recent_searches=self.suggestions.recent,
            model_mirror=self._models.mirror,
        )

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        self.closed.emit()
