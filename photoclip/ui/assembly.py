"""Makes the parts of the main window, one after the other."""

from collections.abc import Iterator

from PySide6.QtWidgets import QWidget

from photoclip.core.settings import Settings
from photoclip.core.types import Photo
from photoclip.ui import facts
from photoclip.ui.actions import key_notes
from photoclip.ui.albums_display import AlbumsDisplay
from photoclip.ui.bands import spoken_band
from photoclip.ui.content import Content
from photoclip.ui.describe_display import DescribeDisplay
from photoclip.ui.details import Details
from photoclip.ui.failures import Failures
from photoclip.ui.focus import Focus
from photoclip.ui.folder_commands import FolderCommands
from photoclip.ui.grid import GridView
from photoclip.ui.grid_model import GridModel
from photoclip.ui.icons import app_icon
from photoclip.ui.index_display import IndexDisplay
from photoclip.ui.later import Lazy
from photoclip.ui.main_window import MainWindow
from photoclip.ui.marking import Marking
from photoclip.ui.marks_display import MarksDisplay
from photoclip.ui.menus import appearance_menu, main_menu, photo_menu
from photoclip.ui.models_display import ModelsDisplay
from photoclip.ui.navigation import Navigation
from photoclip.ui.overlays import DropHint, Keys, Notice
from photoclip.ui.panes import Panes
from photoclip.ui.personal_display import PersonalDisplay
from photoclip.ui.photo_commands import PhotoCommands
from photoclip.ui.photo_feed import PhotoFeed
from photoclip.ui.query_commands import QueryCommands
from photoclip.ui.settings_display import SettingsDisplay
from photoclip.ui.sidebar import Sidebar
from photoclip.ui.spoken_photos import SpokenPhotos
from photoclip.ui.status import StatusLine
from photoclip.ui.suggestions import Suggestions
from photoclip.ui.switch_line import SwitchLine
from photoclip.ui.tags_display import TagsDisplay
from photoclip.ui.teach_window import TeachWindow
from photoclip.ui.why_display import WhyDisplay
from photoclip.ui.wiring import Wiring
from photoclip.ui.workers import Workers


def assemble(
    window: MainWindow, work: Workers, settings: Settings, roots: tuple[str, ...]
) -> Iterator[None]:
    """Make all parts, in steps between which the window answers; then it can become whole.

    Args:
        roots: the folders of the library.
    """
    window.work, window.session, window.undo = work, work.session, work.undo
    made, wiring = _Assembly(window, work, settings), Wiring(window, work)
    for step in (
        made.menus, made.grid, made.content, made.sidebar, made.details, made.panes, made.overlays,
        made.commands, made.marks, made.lists, made.windows, made.tags, made.navigation,
        wiring.session, wiring.views, wiring.pages, wiring.commands,
    ):  # fmt: skip
        step()
        yield
    window.folders.know(roots)


class _Assembly:
    """Each method is a step."""

    def __init__(self, window: MainWindow, work: Workers, settings: Settings) -> None:
        self._window, self._work, self._settings = window, work, settings
        self._actions, self._session = window.actions_, work.session
        self._viewer, self._review = window.pages.viewer, window.pages.review

    # What is seen

    def menus(self) -> None:
        window, actions = self._window, self._actions
        window.setWindowIcon(app_icon())
        appearance, window.appearances = appearance_menu(window)
        window.appearances[self._settings.appearance].setChecked(True)
        for name, action in window.appearances.items():
            action.triggered.connect(lambda _=False, a=name: window.set_appearance(a))
        window.pages.menu = menu = main_menu(window, actions, appearance)
        if menu is not None:
            window.toolbar.lead_to(menu)
        window.photo_menu = photo_menu(window, actions)

    def grid(self) -> None:
        window = self._window

        def describe(photo_id: int, photo: Photo | None) -> str:
            """A photo of the grid in words, and how well it matches."""
            words = facts.spoken(photo, window.locale())
            band = window.content.photos.band_of(photo_id)
            return words if band is None else f"{words}, {spoken_band(band)}"

        window.model = GridModel(describe, window)
        window.grid = GridView(window.model, self._work.thumbnails)
        window.grid.setAccessibleName(window.tr("Photos"))

    def content(self) -> None:
        window = self._window
        window.failures = Failures()
        window.content = Content(window.grid, window.failures)

    def sidebar(self) -> None:
        self._window.sidebar = Sidebar()

    def details(self) -> None:
        self._window.details = Details()

    def panes(self) -> None:
        window, kept = self._window, self._settings
        window.panes = Panes(self._actions, window.sidebar, window.content, window.details)
        window.panes.keep(kept.sidebar_width, kept.details_width, kept.details_open)
        window.status = StatusLine()
        window.switch_line = SwitchLine()

    def overlays(self) -> None:
        window = self._window
        window.notice = Notice(window, [window.switch_line, window.status])
        self._review.when_made(lambda page: window.notice.keep_off(page.foot))
        window.hint = DropHint(window, window.tr("Drop to add to the library"))
        window.help = Lazy(lambda: Keys(self._actions.commands, key_notes(), window))
        window.indexing = IndexDisplay(
            self._work.job, self._actions, window.status, window.content, window
        )

    # What a person does with it

    def commands(self) -> None:
        window, actions, session = self._window, self._actions, self._session
        window.photo_commands = commands = PhotoCommands(
            actions, session, window.grid, window.pages.looked_at, window
        )
        window.queries = QueryCommands(
            actions, session, window.field, window.content, window.undo, commands.targets, window
        )
        window.spoken = SpokenPhotos(session, window.grid, window.content.photos.band_of, window)
        window.folders = FolderCommands(actions, session, self._work.job, window)

    def marks(self) -> None:
        window, actions, session, work = self._window, self._actions, self._session, self._work
        targets = window.photo_commands.targets
        window.marking = Marking(actions, session, work.undo, targets, window)
        window.marks = MarksDisplay(
            window.marking, work.undo, session, actions, window.details, self._viewer,
            window.pages.looked_at, window,
        )  # fmt: skip
        window.why = WhyDisplay(
            work.why, session, work.undo, actions, window.details, self._viewer,
            window.pages.looked_at, window,
        )  # fmt: skip
        window.describing = DescribeDisplay(
            work.proposals, session, work.undo, actions, window.details, window.marks.prompt,
            self._viewer, targets, window.pages.looked_at, window,
        )  # fmt: skip

    def lists(self) -> None:
        window, session, work = self._window, self._session, self._work
        window.albums = AlbumsDisplay(
            self._actions, session, work.undo, window.sidebar, window.content, window.field,
            self._viewer, window.photo_commands.targets, window.pages.looked_at, window,
        )  # fmt: skip
        window.suggestions = Suggestions(
            session, window.field, self._settings.recent_searches, window
        )
        window.feed = PhotoFeed(
            session, window.grid, window.details, self._viewer, work.looking, work.viewing, window
        )

    def windows(self) -> None:
        window, actions, session, work = self._window, self._actions, self._session, self._work
        window.models_display = ModelsDisplay(
            work.models, session, actions, window.status, window.switch_line, window.notice, window
        )
        window.settings_display = SettingsDisplay(
            actions, window.appearances, session, work.models, work.sidecars, window.notice, window
        )
        work.sidecars.heard.connect(work.undo.changed)
        window.teaching = Lazy(lambda: TeachWindow(work.lessons, actions, window))
        actions.connect("teach", lambda: window.teaching().open())

    def tags(self) -> None:
        window, session, work = self._window, self._session, self._work
        window.tags = tags = TagsDisplay(
            work.words, work.reviews, session, work.undo, self._actions, window.sidebar,
            window.pages, work.viewing, window,
        )  # fmt: skip
        tags.announced.connect(window.announce)
        work.words.changed.connect(window.marking.know)
        work.words.changed.connect(work.personal.know)
        window.personal = personal = PersonalDisplay(
            work.personal, window.marking, session, self._actions, window.notice, window.sidebar,
            window.photo_menu, window.photo_commands.targets, window,
        )  # fmt: skip
        personal.said.connect(window.announce)
        personal.reviewAsked.connect(tags.open_review)

    def navigation(self) -> None:
        window = self._window
        focus = Focus(
            window.pages, window.toolbar, window.content, window.panes,
            (window.details, window.sidebar, window.switch_line, window.status),
        )  # fmt: skip

        def close_keys() -> bool:
            return window.help.made is not None and close(window.help())

        def close(overlay: QWidget) -> bool:
            if not overlay.isVisible():
                return False
            overlay.hide()
            focus.content()
            return True

        closers = (
            close_keys,
            lambda: close(window.popover),
            window.marks.step_back,
            window.albums.step_back,
        )
        window.navigation = Navigation(window, self._session, focus, closers)
