"""What the parts of the main window say to each other."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QTimer

from photoclip.core.types import Change, Counts, Scope
from photoclip.ui.main_window import MainWindow
from photoclip.ui.places import Place
from photoclip.ui.sidebar_rows import Entry
from photoclip.ui.workers import Workers

if TYPE_CHECKING:
    from photoclip.ui.review_page import ReviewPage
    from photoclip.ui.viewer import Viewer
    from photoclip.ui.welcome import Welcome


class Wiring:
    """Connects the parts once they are made; each public method is a step."""

    def __init__(self, window: MainWindow, work: Workers) -> None:
        self._window, self._work = window, work

    def session(self) -> None:
        """What the library says, to those who show it."""
        window, session, job = self._window, self._work.session, self._work.job
        content, go, searching = window.content, window.navigation, session.searching
        announcing = QTimer(window, singleShot=True, interval=500)
        announcing.timeout.connect(lambda: window.announce(content.spoken()))
        session.moved.connect(go.show_place)
        session.listed.connect(content.photos.show_listing)
        session.listed.connect(lambda _: go.enter_at_last())
        session.listed.connect(lambda _: announcing.start())
        searching.busy.connect(content.show_searching)
        searching.failed.connect(content.offers.show_problem)
        searching.failed.connect(lambda sentence: window.announce(sentence, urgent=True))
        searching.contradicted.connect(content.offers.show_reason)
        searching.offered.connect(content.offers.show_offers)
        session.counted.connect(self._show_counts)
        session.foldersRead.connect(window.sidebar.show_folders)
        session.foldersRead.connect(content.show_folders)
        session.tagsRead.connect(window.sidebar.show_tags)
        session.failuresRead.connect(window.failures.show_failures)
        session.rootsRead.connect(window.folders.know)
        session.rootsRead.connect(lambda _: go.choose_page())
        job.changed.connect(self._library_changed)
        job.ended.connect(
            lambda *_: session.refresh(Change(folders=True, tags=True, failures=True))
        )
        job.stateChanged.connect(go.choose_page)
        window.indexing.show_state()

    def views(self) -> None:
        """The panes of the browser."""
        window, session, go = self._window, self._work.session, self._window.navigation
        grid, content, field, sidebar = window.grid, window.content, window.field, window.sidebar
        field.queried.connect(lambda text: session.search(text, grid.bookmark()))
        field.queried.connect(lambda _: go.stay())
        field.entered.connect(go.enter_results)
        field.installEventFilter(self._work.resting)
        window.toolbar.tileSized.connect(grid.set_tile_size)
        grid.set_tile_size(window.toolbar.tile())
        sidebar.chosen.connect(go.go)
        sidebar.menuAsked.connect(self._open_sidebar_menu)
        sidebar.unfoldAsked.connect(window.panes.unfold)
        sidebar.foldAsked.connect(window.panes.fold_again)
        window.panes.arranged.connect(window.feed.renew)
        content.scopeCleared.connect(lambda: go.go(replace(session.place, scope=Scope())))
        content.folderAsked.connect(window.folders.choose)
        window.queries.asked.connect(go.go)
        window.queries.foldersGiven.connect(window.add_paths)
        grid.foldReached.connect(lambda: window.announce(": ".join(grid.heading(grid.fold() or 0))))
        grid.compose_in(field)
        grid.typed.connect(field.take_text)
        grid.composed.connect(field.take_composition)
        grid.opened.connect(go.open_photo)
        grid.opened.connect(lambda _: window.suggestions.remember(session.place.text))
        grid.picked.connect(
            lambda: window.status.show_selected(grid.chosen.count(), grid.chosen.hidden_count())
        )
        grid.zoomed.connect(window.toolbar.zoom)
        grid.menuAsked.connect(window.photo_menu.popup)
        grid.helpAsked.connect(self._open_keys)
        window.details.tagChosen.connect(go.go_to_tag)
        window.tags.photosAsked.connect(go.go_to_tag)
        window.failures.retryAsked.connect(self._work.job.add)
        window.failures.showAsked.connect(window.photo_commands.show_file)

    def pages(self) -> None:
        """The pages, and what is done and said on all of them."""
        window, session, go = self._window, self._work.session, self._window.navigation
        commands, folders, undo = window.photo_commands, window.folders, window.undo
        pages = window.pages
        pages.currentChanged.connect(lambda _: commands.enable())
        pages.currentChanged.connect(lambda _: window.make_room())
        pages.viewer.when_made(self._wire_viewer)
        pages.review.when_made(self._wire_review)
        pages.welcome.when_made(self._wire_welcome)
        for said in (commands.said, undo.said, folders.said, window.models_display.said):
            said.connect(window.say)
        undo.said.connect(lambda sentence, *_: window.announce(sentence))
        folders.announced.connect(window.announce)
        folders.left.connect(go.leave_folder)
        commands.openAsked.connect(go.open_photo)
        commands.dragging.connect(lambda dragging: window.setAcceptDrops(not dragging))
        undo.changed.connect(window.feed.renew)
        window.models_display.moved.connect(window.make_room)
        window.indexing.failuresAsked.connect(lambda: go.go(Place(failures=True)))
        for left in (window.indexing.left, window.marks.left, window.albums.left):
            left.connect(go.focus.content)
        window.albums.asked.connect(go.go)
        window.albums.became.connect(lambda place: session.become(place, window.grid.bookmark()))

    def commands(self) -> None:
        """The commands that are about the window itself."""
        window, actions, go = self._window, self._window.actions_, self._window.navigation
        actions.attach("grid", [window.grid])
        actions.attach("photo", [window.grid, window.details])
        calls: dict[str, Callable[[], object]] = {
            "failures": lambda: go.go(Place(failures=True)),
            "back": lambda: go.step(-1), "forward": lambda: go.step(1),
            "step_back": go.step_back, "next_pane": lambda: go.focus.step(1),
            "previous_pane": lambda: go.focus.step(-1),
            "keys": self._open_keys, "menu": go.open_menu,
            "paste": window.field.paste_query,
            "select_all": window.grid.selectAll, "select_none": window.grid.clearSelection,
            "larger": lambda: window.toolbar.zoom(1), "smaller": lambda: window.toolbar.zoom(-1),
        }  # fmt: skip
        for name, call in calls.items():
            actions.connect(name, call)

    def _wire_viewer(self, viewer: "Viewer") -> None:
        window = self._window
        window.actions_.attach("photo", [viewer])
        viewer.left.connect(window.navigation.leave_viewer)
        viewer.menuAsked.connect(window.photo_menu.popup)
        viewer.helpAsked.connect(self._open_keys)

    def _wire_review(self, page: "ReviewPage") -> None:
        page.left.connect(self._window.navigation.close_viewer)
        page.helpAsked.connect(self._open_keys)

    def _wire_welcome(self, welcome: "Welcome") -> None:
        folders = self._window.folders
        welcome.folderChosen.connect(lambda path: folders.add([path]))
        welcome.chooseAsked.connect(folders.choose)

    def _show_counts(self, counts: Counts) -> None:
        self._window.indexing.show_counts(counts)
        self._window.content.show_counts(counts)
        self._window.sidebar.show_count(counts.photos)

    def _library_changed(self, change: Change) -> None:
        self._work.session.refresh(change)
        if change.added:
            self._window.grid.ask_thumbnails_again(change.added)

    def _open_sidebar_menu(self, entry: Entry, place: QPoint) -> None:
        if entry.kind == "folder":
            self._window.folders.open_menu(entry.name, place)

    def _open_keys(self) -> None:
        self._window.keys.open()
