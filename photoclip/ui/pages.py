"""The pages of the window: the photos, and those that are made when they are first shown."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget

from photoclip.ui.later import Lazy

if TYPE_CHECKING:
    from photoclip.ui.review_page import ReviewPage
    from photoclip.ui.viewer import Viewer
    from photoclip.ui.welcome import Welcome


class Pages(QStackedWidget):
    """One of them is shown.

    Attributes:
        browser: the photos, with all that is around them.
        menu: the main menu, for the welcome; None on macOS.
    """

    def __init__(self, browser: QWidget) -> None:
        super().__init__()
        self.browser = browser
        self.menu: QMenu | None = None
        self.welcome: Lazy[Welcome] = Lazy(self._make_welcome)
        self.viewer: Lazy[Viewer] = Lazy(_make_viewer)
        self.review: Lazy[ReviewPage] = Lazy(_make_review)
        self.addWidget(browser)
        for page in (self.welcome, self.viewer, self.review):
            page.when_made(self.addWidget)

    def turn_to(self, page: "Lazy[Welcome] | Lazy[Viewer] | Lazy[ReviewPage]") -> None:
        """Show one of those that are made when they are first shown."""
        self.setCurrentWidget(page())

    def shows(self, page: "Lazy[Welcome] | Lazy[Viewer] | Lazy[ReviewPage]") -> bool:
        return self.currentWidget() is page.made

    def looked_at(self) -> int | None:
        """The photo in the viewer; None while another page is shown."""
        return self.viewer().photo_id if self.shows(self.viewer) else None

    def _make_welcome(self) -> "Welcome":
        from photoclip.ui.welcome import Welcome, suggested_folders

        return Welcome(suggested_folders(), self.menu)


def _make_viewer() -> "Viewer":
    from photoclip.ui.viewer import Viewer

    return Viewer()


def _make_review() -> "ReviewPage":
    from photoclip.ui.review_page import ReviewPage

    return ReviewPage()
