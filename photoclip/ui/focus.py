"""Where the keyboard goes: into the search, the content, and round the panes by F6."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from photoclip.ui.content import Content
from photoclip.ui.pages import Pages
from photoclip.ui.panes import Panes
from photoclip.ui.toolbar import Toolbar

_BY_KEY = Qt.FocusReason.ShortcutFocusReason


class Focus:
    """Gives the focus to one pane or another.

    Args:
        others: the panes to go round after toolbar and content, in order.
    """

    def __init__(
        self,
        pages: Pages,
        toolbar: Toolbar,
        content: Content,
        panes: Panes,
        others: tuple[QWidget, ...],
    ) -> None:
        self._pages = pages
        self._toolbar, self._content, self._others = toolbar, content, others
        self._panes = panes

    def search(self) -> None:
        """Into the search field, ready for another phrase."""
        self._toolbar.field.setFocus(_BY_KEY)
        self._toolbar.field.selectAll()

    def content(self) -> None:
        """Back to what is looked at: the viewer, or what stands in the middle."""
        if self._pages.shows(self._pages.viewer):
            self._pages.viewer().setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            # In a small window the details may stand in its place.
            self._panes.show_content()
            self._content.take_focus()

    def results(self) -> bool:
        """From the search field into the results; False where there are none."""
        grid = self._content.grid
        if not len(grid.photos.ids):
            return False
        grid.setFocus(_BY_KEY)
        rows = grid.visible_rows()
        if grid.currentIndex().row() not in rows or not grid.chosen.count():
            grid.chosen.select(rows.start)
            grid.mouse.start_at(rows.start)
        return True

    def step(self, by: int) -> None:
        """To the next pane (1) or the previous (-1) that can take the focus."""
        panes: list[QWidget] = [self._toolbar, self._content]
        panes += [pane for pane in self._others if pane.isVisible()]
        here = QApplication.focusWidget()
        at = next((i for i, p in enumerate(panes) if here and p.isAncestorOf(here)), 0)
        for offset in range(1, len(panes) + 1):
            if self._into(panes[(at + by * offset) % len(panes)]):
                return

    def _into(self, pane: QWidget) -> bool:
        if pane is self._content:
            self.content()
            return True
        if pane is self._toolbar:
            self.search()
            return True
        for child in pane.findChildren(QWidget):
            if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisible():
                child.setFocus(_BY_KEY)
                return True
        return False
