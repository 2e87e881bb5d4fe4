"""Going from place to place and from page to page, and one step back from anything."""

import os
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt

from photoclip.core.paths import display_name
from photoclip.core.types import Scope
from photoclip.ui.focus import Focus
from photoclip.ui.main_window import MainWindow
from photoclip.ui.places import Place
from photoclip.ui.session import Session


class Navigation(QObject):
    """Moves the window about.

    Args:
        closers: each closes something that lies over the window, and says whether it was open.

    Attributes:
        focus: where the keyboard goes.
    """

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        focus: Focus,
        closers: Sequence[Callable[[], bool]],
    ) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        self.focus, self._closers = focus, closers
        self._pages, self._grid, self._field = window.pages, window.grid, window.field
        self._begun = False
        # Whether the person has asked for results that are still on their way.
        self._entering = False

    def begin(self, typing: bool) -> None:
        """Show where the session is, for the first time.

        Args:
            typing: whether the person is in the search field already.
        """
        self._begun = True
        self.choose_page()
        # What was typed meanwhile stands, and is asked for.
        self._show(self._session.place)
        self._field.ask_again()
        if self._pages.shows(self._pages.welcome):
            self._pages.welcome().setFocus(Qt.FocusReason.OtherFocusReason)
        elif not typing:
            self._grid.setFocus(Qt.FocusReason.OtherFocusReason)

    # Places

    def go(self, place: Place) -> None:
        """Show another place, and remember where the grid was."""
        self._window.indexing.hide()
        self.close_viewer()
        self._session.go(place, self._grid.bookmark())

    def step(self, by: int) -> None:
        """Back (-1) or forward (1)."""
        self._session.step(by, self._grid.bookmark())

    def step_back(self) -> None:
        """Esc: close what is open, else clear what is typed, selected, searched for."""
        window, place = self._window, self._session.place
        if any(close() for close in self._closers):
            return
        if self._pages.shows(self._pages.viewer):
            self.leave_viewer()
        elif self._pages.shows(self._pages.review):
            self._pages.review().left.emit()
        elif self._field.hasFocus() and self._field.query:
            self._field.clear_query()
        elif self._field.hasFocus():
            self.focus.content()
        elif window.sidebar.clear_filter():
            return
        elif self._grid.chosen.count() and not place.failures:
            self._grid.clearSelection()
        elif place.searching or place.failures:
            if self._session.can_go_back and not self._field.query.phrase:
                self.step(-1)
            else:
                self.go(place.without_search)
        elif window.isFullScreen():
            window.toggle_full_screen()

    def show_place(self, place: Place) -> None:
        """The session is at this place now."""
        self._field.show_query(place.text)
        self._show(place)

    def _show(self, place: Place) -> None:
        window = self._window
        window.sidebar.show_place(place)
        window.content.show_place(place, self._name_of(place))
        window.panes.show_content()
        window.actions_["back"].setEnabled(self._session.can_go_back)
        window.actions_["forward"].setEnabled(self._session.can_go_forward)
        if place.failures:
            self.focus.content()
        window.feed.renew()

    def leave_folder(self, path: str) -> None:
        """A folder was taken out of the library: nobody can stay in it."""
        here = self._session.place.scope.folder
        if here is not None and (here == path or here.startswith(os.path.join(path, ""))):
            self.go(Place())

    def go_to_tag(self, term: str) -> None:
        self.go(Place(Scope(tag=term)))

    def _name_of(self, place: Place) -> str:
        if place.scope.folder is not None:
            return display_name(place.scope.folder)
        return place.scope.tag or self._window.albums.name_of(place) or self.tr("All photos")

    # Pages

    def choose_page(self) -> None:
        """The welcome while there is nothing to show and nothing on its way."""
        if not self._begun:
            return
        pages, window = self._pages, self._window
        roots, running = window.folders.roots, window.work.job.running
        welcoming = pages.shows(pages.welcome)
        if roots == () and not running and not welcoming:
            pages.turn_to(pages.welcome)
        elif welcoming and (roots or running):
            pages.setCurrentWidget(pages.browser)
            window.panes.fit()
            self._grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_photo(self, photo_id: int) -> None:
        """Show a photo of the grid in the viewer."""
        model = self._window.model
        row = model.row_of(photo_id)
        if row is not None:
            self._pages.turn_to(self._pages.viewer)
            self._pages.viewer().open(model.ids, row)

    def close_viewer(self) -> None:
        """Back to the grid, which is as it was left."""
        if self._pages.shows(self._pages.viewer) or self._pages.shows(self._pages.review):
            self._pages.setCurrentWidget(self._pages.browser)
            self._grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave_viewer(self) -> None:
        """Back to where the photo was opened from: the grid, or a question about it."""
        if not self._window.tags.take_up():
            self.close_viewer()

    # Into the search and out of it

    def search(self) -> None:
        """Into the search field, from wherever a person is."""
        self.close_viewer()
        self.focus.search()

    def enter_results(self) -> None:
        """From the search field into its results, as soon as they are there."""
        self._entering = self._window.content.photos.answered != self._field.asked
        if not self._entering and self.focus.results():
            self._window.suggestions.remember(self._session.place.text)

    def enter_at_last(self) -> None:
        """Photos have come: into them, if they are the results that are waited for."""
        if self._entering and self._field.hasFocus():
            self.enter_results()

    def stay(self) -> None:
        """The person goes on typing, and waits for no results."""
        self._entering = False

    def open_menu(self) -> None:
        """The menu of the page: of a photo in the viewer, else the main one."""
        pages = self._pages
        if pages.shows(pages.welcome):
            pages.welcome().open_menu()
        elif pages.shows(pages.viewer):
            pages.viewer().open_menu()
        else:
            self._window.toolbar.open_menu()
