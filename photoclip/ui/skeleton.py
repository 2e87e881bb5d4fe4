"""The ground on which the panes come, in their colours and places before they are made."""

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QInputMethodEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from photoclip.core.settings import Settings
from photoclip.ui.room import NARROW, RAIL, folds
from photoclip.ui.search_bar import SearchField
from photoclip.ui.theme import Theme

# As high as the status line.
_FOOT = 32


class Skeleton(QWidget):
    """Stands in place of the panes, and of the welcome in a new library.

    Args:
        settings: how wide a person made the panes.
        field: where what is composed here is written.

    Signals: painted, every time.
    """

    painted = Signal()

    def __init__(self, theme: Theme, settings: Settings, field: SearchField, empty: bool) -> None:
        super().__init__()
        self._theme, self._settings = theme, settings
        self._field, self._empty = field, empty
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # Not all of it would be painted by itself, and nothing shines through.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, painter = self._theme.tokens, QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.canvas))
        if not self._empty:
            panes = self.rect().adjusted(0, 0, 0, -_FOOT)
            before, after = self._widths()
            for left, width, line in (
                (0, before, before),
                (panes.width() - after, after, panes.width() - after - 1),
            ):
                if width:
                    place = QRect(left, 0, width, panes.height())
                    painter.fillRect(place, QColor(tokens.chrome))
                    painter.fillRect(QRect(line, 0, 1, panes.height()), QColor(tokens.line))
            foot = QRect(0, panes.height(), panes.width(), _FOOT)
            painter.fillRect(foot, QColor(tokens.chrome))
            painter.fillRect(QRect(0, foot.top(), foot.width(), 1), QColor(tokens.line))
        painter.end()
        self.painted.emit()

    def _widths(self) -> tuple[int, int]:
        """Of the sidebar and the details."""
        kept, window = self._settings, self.window().width()
        details = kept.details_open and window >= NARROW
        folded = folds(window, kept.sidebar_open, details)
        return RAIL if folded else kept.sidebar_width, kept.details_width if details else 0

    def inputMethodQuery(self, query: Qt.InputMethodQuery) -> object:
        if query == Qt.InputMethodQuery.ImEnabled:
            return True
        return self._field.inputMethodQuery(query)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._field.take_composition(event)
        event.accept()
