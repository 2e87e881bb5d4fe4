"""The main window: puts the panes beside each other and wires what they say to each other."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QByteArray, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from photoclip.core import settings as stored
from photoclip.core.paths import display_name
from photoclip.core.settings import Appearance, Settings
from photoclip.core.types import Change, Counts, Failure, IndexReport, Scope
from photoclip.ui import desktop, facts
from photoclip.ui.actions import Actions, key_notes
from photoclip.ui.content import Content
from photoclip.ui.details import Details
from photoclip.ui.failures import Failures
from photoclip.ui.grid import GridView
from photoclip.ui.grid_model import GridModel
from photoclip.ui.icons import app_icon
from photoclip.ui.index_job import IndexJob
from photoclip.ui.menus import appearance_menu, main_menu, photo_menu
from photoclip.ui.overlays import DropHint, Keys, Notice
from photoclip.ui.panes import Panes
from photoclip.ui.photo_commands import PhotoCommands
from photoclip.ui.places import Place
from photoclip.ui.previews import Previews
from photoclip.ui.session import Facts, Session
from photoclip.ui.sidebar import Entry, Sidebar
from photoclip.ui.status import Popover, StatusLine
from photoclip.ui.theme import Theme
from photoclip.ui.thumbnails import Thumbnails
from photoclip.ui.toolbar import Toolbar
from photoclip.ui.viewer import Viewer
from photoclip.ui.welcome import Welcome, suggested_folders


class MainWindow(QMainWindow):
    """Signals: closed, when the person closes the window."""

    closed = Signal()

    def __init__(
        self,
        session: Session,
        job: IndexJob,
        thumbnails: Thumbnails,
        looking: Previews,
        viewing: Previews,
        theme: Theme,
        settings: Settings,
    ) -> None:
        super().__init__()
        self.session, self.job, self._theme = session, job, theme
        self._looking, self._viewing = looking, viewing
        self._settings = settings
        self._counts = Counts(0, 0, 0)
        self._failures: tuple[Failure, ...] = ()
        self._roots: tuple[str, ...] | None = None
        self._names: dict[int, str] = {}
        self.setWindowTitle("PhotoClip")
        self.setWindowIcon(app_icon())
        self.setMinimumSize(640, 340)
        self.setAcceptDrops(True)
        self.resize(1280, 820)

        self.actions_ = Actions(self)
        appearance, self._appearances = appearance_menu(self)
        menu = main_menu(self, self.actions_, appearance)
        self.model = GridModel(lambda _, photo: facts.spoken(photo, self.locale()), self)
        self.grid = GridView(self.model, thumbnails)
        self.grid.setAccessibleName(self.tr("Photos"))
        self.failures = Failures()
        self.content = Content(self.grid, self.failures)
        self.toolbar = Toolbar(self.actions_, menu)
        self.field = self.toolbar.field
        self.sidebar = Sidebar()
        self.details = Details()
        self.status = StatusLine()
        self.welcome = Welcome(suggested_folders())
        self.viewer = Viewer()
        self._photo_menu = photo_menu(self, self.actions_)
        self._lay_out()
        self.popover = Popover(self)
        self.notice = Notice(self)
        self.hint = DropHint(self)
        self.keys = Keys(self.actions_.commands, key_notes(), self)
        self.photo_commands = PhotoCommands(
            self.actions_, session, self.grid, self._looked_at, self
        )
        self._detail = QTimer(self, singleShot=True, interval=60)
        self._detail.timeout.connect(self._show_details)
        self._announce = QTimer(self, singleShot=True, interval=500)
        self._announce.timeout.connect(lambda: self.announce(self.content.words()))
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
        column.addWidget(self.status)
        self.pages = QStackedWidget()
        for page in (self.welcome, browser, self.viewer):
            self.pages.addWidget(page)
        self._browser = browser
        self.setCentralWidget(self.pages)
        QWidget.setTabOrder(self.field, self.grid)
        QWidget.setTabOrder(self.grid, self.details)

    def _wire(self) -> None:
        session, job, grid, content = self.session, self.job, self.grid, self.content
        session.moved.connect(self._show_place)
        session.listed.connect(content.show_listing)
        session.listed.connect(lambda _: self._announce.start())
        session.searching.connect(content.show_searching)
        session.searchFailed.connect(content.show_problem)
        session.counted.connect(self._show_counts)
        session.foldersRead.connect(self.sidebar.show_folders)
        session.tagsRead.connect(self.sidebar.show_tags)
        session.failuresRead.connect(self._show_failures)
        session.rootsRead.connect(self._show_roots)
        job.progressed.connect(lambda progress: self.status.show_progress(progress))
        job.progressed.connect(lambda _: self._show_popover_lines())
        job.changed.connect(self._library_changed)
        job.ended.connect(self._ended)
        job.stateChanged.connect(self._show_state)

        self.field.queried.connect(lambda text: session.search(text, grid.bookmark()))
        self.field.entered.connect(self._enter_results)
        self.toolbar.tileSized.connect(grid.set_tile_size)
        self.sidebar.chosen.connect(lambda scope: self.go(Place(scope)))
        self.sidebar.menuAsked.connect(self._sidebar_menu)
        self.sidebar.unfoldAsked.connect(self.panes.unfold)
        self.panes.arranged.connect(self._detail.start)
        content.scopeCleared.connect(lambda: self.go(replace(session.place, scope=Scope())))
        grid.compose_in(self.field)
        grid.typed.connect(self.field.take_text)
        grid.composed.connect(self.field.take_composition)
        grid.opened.connect(self.open_photo)
        grid.picked.connect(self._detail.start)
        grid.settled.connect(self._learn)
        grid.zoomed.connect(self.toolbar.zoom)
        grid.menuAsked.connect(self._photo_menu.popup)
        grid.helpAsked.connect(self.keys.open)
        commands = self.photo_commands
        commands.said.connect(self.say)
        commands.openAsked.connect(self.open_photo)
        commands.similarAsked.connect(self._show_similar)
        commands.dragging.connect(lambda dragging: self.setAcceptDrops(not dragging))
        self.details.tagChosen.connect(lambda term: self.go(Place(Scope(tag=term))))
        self._looking.quick.connect(lambda photo, image: self.details.show_image(photo.id, image))
        self._looking.sharp.connect(self.details.show_image)
        self._looking.failed.connect(self.details.show_problem)
        self.viewer.left.connect(self.close_viewer)
        self.viewer.menuAsked.connect(self._photo_menu.popup)
        self.viewer.helpAsked.connect(self.keys.open)
        self.viewer.wanted.connect(self._feed_viewer)
        self._viewing.quick.connect(self.viewer.show_photo)
        self._viewing.sharp.connect(self.viewer.show_image)
        self._viewing.failed.connect(self.viewer.show_problem)
        self.failures.retryAsked.connect(self._retry)
        self.failures.showAsked.connect(self.photo_commands.show_file)
        self.welcome.folderChosen.connect(lambda path: self.add_paths([path]))
        self.welcome.chooseAsked.connect(self.choose_folder)
        for source in (self.status, self.popover):
            source.pauseAsked.connect(job.pause)
            source.resumeAsked.connect(job.resume)
            source.stopAsked.connect(job.stop)
            source.failuresAsked.connect(lambda: self.go(Place(failures=True)))
        self.status.popoverAsked.connect(self._toggle_popover)

    def _command(self) -> None:
        actions = self.actions_
        actions.attach("grid", [self.grid])
        actions.attach("photo", [self.grid, self.viewer])
        for name, call in {
            "search": self._focus_search, "add_folder": self.choose_folder,
            "rescan": self.rescan, "pause": self._toggle_pause, "stop": self.job.stop,
            "failures": lambda: self.go(Place(failures=True)),
            "back": lambda: self._step(-1), "forward": lambda: self._step(1),
            "step_back": self.step_back, "next_pane": lambda: self._pane(1),
            "previous_pane": lambda: self._pane(-1),  "full_screen": self._toggle_full_screen,
            "keys": self.keys.open, "close": self.close, "quit": self.close,
            "select_all": self.grid.selectAll, "select_none": self.grid.clearSelection,
            "larger": lambda: self.toolbar.zoom(1), "smaller": lambda: self.toolbar.zoom(-1),
        }.items():  # fmt: skip
            actions.connect(name, call)
        for appearance, action in self._appearances.items():
            action.triggered.connect(lambda _=False, a=appearance: self.set_appearance(a))
        self._show_state()

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
        self.panes.arrange()

    def begin(self, roots: Sequence[str]) -> None:
        """Before the first paint: the welcome for a library without folders, else its photos."""
        self.pages.setCurrentWidget(self._browser if roots else self.welcome)
        self._show_roots(tuple(roots))
        self._show_place(self.session.place)
        if roots:
            self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    # Places

    def go(self, place: Place) -> None:
        """Show another place, and remember where the grid was."""
        self._hide_popover()
        if self.pages.currentWidget() is self.viewer:
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
                self._focus_content()
                return
        if self.pages.currentWidget() is self.viewer:
            self.close_viewer()
        elif self.field.hasFocus() and self.field.text():
            self.field.clear()
        elif self.field.hasFocus():
            self._focus_content()
        elif self.grid.selected_count() and not place.failures:
            self.grid.clearSelection()
        elif place.searching or place.failures:
            if self.session.can_go_back and not place.text:
                self._step(-1)
            else:
                self.go(place.without_search)
        elif self.isFullScreen():
            self.showNormal()

    def _show_place(self, place: Place) -> None:
        self.sidebar.show_scope(None if place.searching or place.failures else place.scope)
        self.field.show_phrase(place.text)
        self.content.show_place(place, self._name_of(place))
        self.actions_["back"].setEnabled(self.session.can_go_back)
        self.actions_["forward"].setEnabled(self.session.can_go_forward)
        if place.failures:
            self.failures.focus_list()
        self._detail.start()

    def _name_of(self, place: Place) -> str:
        if place.similar is not None:
            name = self._names.get(place.similar, "")
            return self.tr("Similar to “%1”").replace("%1", name)
        if place.text:
            return f"“{place.text}”"
        if place.scope.folder is not None:
            return display_name(place.scope.folder)
        return place.scope.tag or self.tr("All photos")

    # What the library says

    def _show_counts(self, counts: Counts) -> None:
        self._counts = counts
        self.status.show_counts(counts)
        self.content.show_counts(counts)
        self.sidebar.show_count(counts.photos)
        self.actions_["failures"].setEnabled(counts.failures > 0)
        self._show_popover_lines()

    def _show_failures(self, failures: tuple[Failure, ...]) -> None:
        self._failures = failures
        self.failures.show_failures(failures)

    def _show_roots(self, roots: tuple[str, ...]) -> None:
        self._roots = roots
        self.actions_["rescan"].setEnabled(bool(roots))
        self._choose_page()

    def _choose_page(self) -> None:
        """The welcome while there is nothing to show and nothing on its way."""
        current = self.pages.currentWidget()
        empty = self._roots == () and not self.job.running
        if empty and current is not self.welcome:
            self.pages.setCurrentWidget(self.welcome)
        elif not empty and current is self.welcome and (self._roots or self.job.running):
            self.pages.setCurrentWidget(self._browser)
            self.panes.arrange()
            self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def _library_changed(self, change: Change) -> None:
        self.session.refresh(change)
        if change.added:
            self.grid.ask_thumbnails_again()

    def _show_state(self) -> None:
        job, actions = self.job, self.actions_
        for widget in (self.status, self.popover):
            widget.show_state(job.running, job.paused, job.stopping)
        self.content.show_indexing(job.running)
        actions["pause"].setEnabled(job.running and not job.stopping)
        actions["pause"].setChecked(job.paused)
        actions["stop"].setEnabled(job.running and not job.stopping)
        if not job.running:
            self._hide_popover()
        self._show_popover_lines()
        self._choose_page()

    def _ended(self, paths: Sequence[str], report: IndexReport | None) -> None:
        self.session.refresh(Change(folders=True, tags=True, failures=True))
        # The person who stopped it, or was told of an error, needs no report.
        if report is None or report.stopped:
            return
        if report.skipped_folders:
            first = report.skipped_folders[0]
            self.say(f"“{display_name(first.path)}”: {first.reason}")
        elif report.found == 0 and len(paths) == 1:
            name = display_name(paths[0])
            self.say(
                self.tr(
                    "No photos in “%1”. PhotoClip reads JPEG, HEIC, PNG, RAW and more."
                ).replace("%1", name)
            )
        elif report.indexed:
            done = self.tr("%Ln file(s) indexed.", "", report.indexed)
            self.say(done)
            self.announce(done)

    # What the person does

    def add_paths(self, paths: Sequence[str]) -> None:
        """Take folders or files into the library."""
        there = [os.path.abspath(path) for path in paths if os.path.exists(path)]
        for path in paths:
            if not os.path.exists(path):
                self.say(self.tr("“%1” is not there any more.").replace("%1", display_name(path)))
        if there:
            self.session.holding_root(there[0], self._say_already_there)
            self.job.add(there)
            self._choose_page()

    def _say_already_there(self, path: str, root: str) -> None:
        name, inside = display_name(path), display_name(root)
        if path == root:
            sentence = self.tr("“%1” is already in the library. It is looked through again.")
        else:
            sentence = self.tr("“%1” is already in the library, inside “%2”.")
        self.say(sentence.replace("%1", name).replace("%2", inside))

    def choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Add a folder of photos"))
        if chosen:
            self.add_paths([chosen])

    def rescan(self) -> None:
        """Look for new, changed and missing files in every folder of the library."""
        if self._roots:
            self.job.add(self._roots)

    def _retry(self, paths: Sequence[str]) -> None:
        self.job.add(paths)

    def open_photo(self, photo_id: int) -> None:
        row = self.model.row_of(photo_id)
        if row is not None:
            self.pages.setCurrentWidget(self.viewer)
            self.viewer.open(self.model.ids, row)

    def close_viewer(self) -> None:
        """Back to the grid, which is as it was left."""
        if self.pages.currentWidget() is self.viewer:
            self.pages.setCurrentWidget(self._browser)
            self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def _feed_viewer(self, photo_id: int, near: tuple[int, ...], side: int) -> None:
        if not side:
            self._viewing.look(photo_id)
            return
        self._viewing.sharpen(photo_id, side)
        self._viewing.prepare(near, side)

    def _show_details(self) -> None:
        photo_id = self.grid.current_id()
        chosen = self.grid.selected_count() > 0 or self.grid.keys.used
        if photo_id is None or not chosen or self.session.place.failures:
            self.details.show_nothing()
        elif self.details.isVisible():
            self.session.facts(photo_id, self._show_facts)

    def _show_facts(self, found: Facts | None) -> None:
        if found is None:
            self.details.show_nothing()
            return
        fresh = self.details.photo_id != found.photo.id
        self._names[found.photo.id] = display_name(found.photo.path)
        self.details.show_photo(found.photo, found.tags, found.searchable)
        if fresh:
            self._looking.look(found.photo.id)
            width = round(self.details.width() * self.devicePixelRatioF())
            self._looking.sharpen(found.photo.id, width)

    def _learn(self, photo_ids: list[int]) -> None:
        unknown = [i for i in photo_ids if self.model.fact(i) is None]
        if unknown:
            self.session.photos("learn", unknown, self.model.learn)

    def _looked_at(self) -> int | None:
        """The photo in the viewer, None while the grid is shown."""
        return self.viewer.photo_id if self.pages.currentWidget() is self.viewer else None

    def _show_similar(self, photo_id: int, name: str) -> None:
        self._names[photo_id] = name
        self.go(Place(similar=photo_id))

    def _sidebar_menu(self, entry: Entry, place: QPoint) -> None:
        if entry.kind != "folder":
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Show in file manager"), lambda: desktop.open_folder(entry.name))
        menu.addAction(self.tr("Rescan"), lambda: self.job.add([entry.name]))
        if self._roots and entry.name in self._roots:
            menu.addSeparator()
            menu.addAction(self.tr("Take out of the library"), lambda: self._take_out(entry.name))
        menu.popup(place)

    def _take_out(self, path: str) -> None:
        self.session.write(lambda: self.session.library.remove_root(path))
        if self.session.place.scope.folder is not None:
            self.go(Place())
        name = display_name(path)
        self.say(
            self.tr("“%1” is out of the library. Its files are as they were.").replace("%1", name),
            self.tr("Undo"),
            lambda: self.add_paths([path]),
        )

    # Saying things

    def say(
        self, sentence: str, button: str = "", call: Callable[[], object] | None = None
    ) -> None:
        """Tell the person something, in one sentence above the status line."""
        self.notice.say(sentence, button, call)

    def announce(self, sentence: str) -> None:
        """Let a screen reader say it, politely."""
        if QAccessible.isActive() and sentence:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, sentence))

    def _show_popover_lines(self) -> None:
        if self.popover.isVisible():
            self.popover.show_lines(self.status.lines(), self._counts.failures)
            self._place_popover()

    def _toggle_popover(self) -> None:
        self.popover.setVisible(not self.popover.isVisible())
        if self.popover.isVisible():
            self._show_popover_lines()
            self.popover.raise_()
            self.popover.focus_first()

    def _hide_popover(self) -> None:
        focus = QApplication.focusWidget()
        inside = focus is not None and self.popover.isAncestorOf(focus)
        self.popover.hide()
        if inside:
            self._focus_content()

    def _place_popover(self) -> None:
        corner = self.status.mapTo(self, self.status.popover_place())
        self.popover.move(corner - QPoint(self.popover.width(), self.popover.height()))

    # Keys and panes

    def _focus_search(self) -> None:
        self.close_viewer()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def _enter_results(self) -> None:
        grid = self.grid
        if not self.model.rowCount():
            return
        grid.setFocus(Qt.FocusReason.ShortcutFocusReason)
        text = self.field.text().strip()
        self._settings = replace(
            self._settings,
            recent_searches=stored.with_search(self._settings.recent_searches, text),
        )
        rows = grid.visible_rows()
        if grid.currentIndex().row() not in rows or not grid.selected_count():
            grid.select_row(rows.start)
            grid.mouse.start_at(rows.start)

    def _focus_content(self) -> None:
        if self.pages.currentWidget() is self.viewer:
            self.viewer.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.session.place.failures:
            self.failures.focus_list()
        else:
            self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def _pane(self, step: int) -> None:
        panes: list[QWidget] = [self.toolbar, self.content]
        panes += [p for p in (self.details, self.sidebar) if p.isVisible()] + [self.status]
        here = QApplication.focusWidget()
        at = next((i for i, p in enumerate(panes) if here and p.isAncestorOf(here)), 0)
        for offset in range(1, len(panes) + 1):
            pane = panes[(at + step * offset) % len(panes)]
            if self._focus_into(pane):
                return

    def _focus_into(self, pane: QWidget) -> bool:
        if pane is self.content:
            self._focus_content()
            return True
        if pane is self.toolbar:
            self._focus_search()
            return True
        for child in pane.findChildren(QWidget):
            if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisible():
                child.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return True
        return False

    def _toggle_pause(self) -> None:
        if self.job.paused:
            self.job.resume()
        else:
            self.job.pause()

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
        for overlay in (self.notice, self.popover):
            if overlay.isVisible():
                self.notice.place() if overlay is self.notice else self._place_popover()
        if self.keys.isVisible():
            self.keys.open()

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
            details_open=self.actions_["details"].isChecked(),
            sidebar_width=sidebar_width,
            details_width=details_width,
            window=geometry,
        )

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        self.closed.emit()
