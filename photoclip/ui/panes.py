"""The three panes beside each other, and who gives way to whom where room is short."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from photoclip.ui.actions import Actions
from photoclip.ui.room import NARROW, RAIL, WIDE, folds, kind_of
from photoclip.ui.sidebar import Sidebar

_SIDEBAR, _DETAILS = (180, 320), (280, 420)
_NO_LIMIT = 16_777_215


class Panes(QSplitter):
    """Sidebar, content and details: three where there is plenty of room; below that the details
    fold the sidebar to a rail, and in a small window they stand in place of the content.

    Signals: arranged, whenever a pane may have come or gone.
    """

    arranged = Signal()

    def __init__(
        self,
        actions: Actions,
        sidebar: Sidebar,
        content: QWidget,
        details: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._sidebar, self._content, self._details = sidebar, content, details
        self._wish_sidebar, self._wish_details = actions["sidebar"], actions["details"]
        self._widths = (220, 304)
        self._kind: str | None = None
        self._gave_way = False
        # What sidebar and details were to be before the rail was unfolded.
        self._before = (True, False)
        self.setHandleWidth(1)
        for widget in (sidebar, content, details):
            self.addWidget(widget)
            self.setCollapsible(self.indexOf(widget), False)
        self.setStretchFactor(1, 1)
        content.setMinimumWidth(240)
        details.setMinimumWidth(_DETAILS[0])
        details.setMaximumWidth(_DETAILS[1])
        actions.connect("sidebar", lambda: self.arrange(self._wish_sidebar.isChecked()))
        actions.connect("details", self._ask_details)
        # Only a handle moved by the person: a window made smaller squeezes the panes too.
        self.splitterMoved.connect(lambda *_: self._keep_widths())

    def keep(self, sidebar: int, details: int, details_open: bool) -> None:
        """How a person left the panes: their widths, and whether they want the details."""
        self._widths = (sidebar, details)
        self._gave_way = details_open and not self._wish_details.isChecked()

    def widths(self) -> tuple[int, int]:
        """What a person made the sidebar and the details, in logical pixels."""
        return self._widths

    @property
    def details_wanted(self) -> bool:
        """Whether the details are open, or come back once there is room."""
        return self._wish_details.isChecked() or self._gave_way

    def show_content(self) -> None:
        """Let the details give way to the content where they stand in its place."""
        if not self._content.isVisibleTo(self):
            self._gave_way = True
            self._wish_details.setChecked(False)
            self.arrange()

    def _ask_details(self) -> None:
        self._gave_way = False
        self.arrange()

    def unfold(self) -> None:
        """Make a sidebar of the rail."""
        self._before = (self._wish_sidebar.isChecked(), self._wish_details.isChecked())
        self._wish_sidebar.setChecked(True)
        self.arrange(prefer_sidebar=True)
        self._sidebar.focus_tree()

    def fold_again(self) -> None:
        """Give the panes the room they had before `unfold`."""
        sidebar, details = self._before
        self._wish_sidebar.setChecked(sidebar)
        self._wish_details.setChecked(details)
        self.arrange()

    def arrange(self, prefer_sidebar: bool = False) -> None:
        """Give the panes their room; with `prefer_sidebar` the details give way to it."""
        width = self.window().width()
        details = self._wish_details.isChecked()
        wide, narrow = width >= WIDE, width < NARROW
        if details and prefer_sidebar and not wide:
            details = False
            self._wish_details.setChecked(False)
        folded = folds(width, self._wish_sidebar.isChecked(), details)
        if prefer_sidebar and self._wish_sidebar.isChecked():
            folded = False
        self._sidebar.fold(folded)
        self._sidebar.setMinimumWidth(RAIL if folded else _SIDEBAR[0])
        self._sidebar.setMaximumWidth(RAIL if folded else _SIDEBAR[1])
        self._details.setVisible(details)
        self._content.setVisible(not (details and narrow))
        self._details.setMaximumWidth(_NO_LIMIT if narrow else _DETAILS[1])
        side = RAIL if folded else self._widths[0]
        room = self.width() or width
        beside = self._widths[1] if details else 0
        if details and narrow:
            self.setSizes([side, 0, room - side])
        else:
            self.setSizes([side, room - side - beside - 2, beside])
        self._kind = kind_of(width)
        self.arranged.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._kind is not None and kind_of(self.window().width()) != self._kind:
            self.fit()

    def fit(self) -> None:
        """Arrange for the room there is: in a small window the photos come before the details,
        until these are asked for."""
        narrow = self.window().width() < NARROW
        if narrow and self._wish_details.isChecked():
            self._gave_way = True
            self._wish_details.setChecked(False)
        elif not narrow and self._gave_way:
            self._gave_way = False
            self._wish_details.setChecked(True)
        self.arrange()

    def _keep_widths(self) -> None:
        side, _, beside = self.sizes()
        keep_side = not self._sidebar.folded and _SIDEBAR[0] <= side <= _SIDEBAR[1]
        keep_beside = self._details.isVisible() and _DETAILS[0] <= beside <= _DETAILS[1]
        self._widths = (
            side if keep_side else self._widths[0],
            beside if keep_beside else self._widths[1],
        )
