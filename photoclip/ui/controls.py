"""Small controls the panels share: icon buttons, elided labels, tag chips, a flowing layout."""

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QLayout,
    QLayoutItem,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from photoclip.ui import icons
from photoclip.ui.theme import body_size, scaled


def label(text: str = "", role: str = "", wrap: bool = False) -> QLabel:
    """A label dressed by its role in the style sheet."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wrap)
    return made


def button(text: str = "", *kinds: str) -> QPushButton:
    """A button that Enter presses too, dressed by its kinds ("flat", "large", "primary")."""
    made = QPushButton(text)
    made.setAutoDefault(True)
    for kind in kinds:
        made.setProperty(kind, True)
    return made


class IconButton(QToolButton):
    """A square button with an icon, re-tinted with the palette; its name is also its tool tip."""

    def __init__(self, icon: str, name: str, size: int = 32, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._tint: QPalette | None = None
        self.setIconSize(QSize(20, 20))
        self.setFixedSize(size, size)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.rename(name)
        self._draw()

    def rename(self, name: str, icon: str | None = None) -> None:
        """Say, and show, what the button does now."""
        self.setAccessibleName(name)
        self.setToolTip(name)
        if icon is not None and icon != self._icon:
            self._icon = icon
            self._draw()

    def tint(self, palette: QPalette) -> None:
        """Draw the icon with these colours whatever the window's are."""
        self._tint = palette
        self._draw()

    def follow(self, action: QAction) -> None:
        """Trigger the action, and be enabled and checked as it is."""

        def show() -> None:
            self.setEnabled(action.isEnabled())
            if action.isCheckable():
                self.setCheckable(True)
                self.setChecked(action.isChecked())

        self.clicked.connect(lambda: action.trigger())
        action.changed.connect(show)
        keys = action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)
        if keys:
            self.setToolTip(f"{self.accessibleName()} ({keys})")
        show()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._tint is None:
            self._draw()

    def _draw(self) -> None:
        self.setIcon(icons.icon(self._icon, self._tint or self.palette()))


class ElidedLabel(QLabel):
    """One line of text that loses its middle rather than its end where there is no room."""

    def __init__(
        self,
        role: str = "",
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._full = ""
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if role:
            self.setProperty("role", role)

    def show_text(self, text: str) -> None:
        self._full = text
        self.setAccessibleName(text)
        self._elide()

    @property
    def full_text(self) -> str:
        return self._full

    def minimumSizeHint(self) -> QSize:
        return QSize(20, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self._full) + 4
        return QSize(width, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._full, self._mode, max(20, self.width() - 2))
        self.setText(shown)
        self.setToolTip(self._full if shown != self._full else "")


class Chip(QAbstractButton):
    """A pill with a word: outlined and dashed for a guess, filled for what is certain.

    Attributes:
        aside: a short addition in a quieter colour, such as a percentage.
    """

    def __init__(
        self, text: str, aside: str = "", guess: bool = False, closable: bool = False
    ) -> None:
        super().__init__()
        self.setText(text)
        self.aside = aside
        self._guess = guess
        self._closable = closable
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"{text}, {aside}" if aside else text)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        text = self.fontMetrics().horizontalAdvance(self.text())
        small = scaled(self.font(), 0.85)
        aside = self.fontMetrics().horizontalAdvance(self.aside) if self.aside else 0
        width = 24 + text + (aside + 6 if aside else 0) + (18 if self._closable else 0)
        return QSize(min(width, 360), max(28, body_size(small) + 16))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(80, self.sizeHint().width()), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role, colors = QPalette.ColorRole, self.palette()
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        ground = QColor(Qt.GlobalColor.transparent)
        if self.isDown() or self.underMouse() or not self._guess:
            ground = colors.color(role.Midlight)
        pen = QPen(colors.color(role.Mid), 1)
        if self._guess:
            pen.setDashPattern([3, 2.5])
        if self.hasFocus():
            pen = QPen(colors.color(role.Accent), 2)
        painter.setPen(pen if self._guess or self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        self._paint_text(painter)

    def _paint_text(self, painter: QPainter) -> None:
        role, colors, metrics = QPalette.ColorRole, self.palette(), self.fontMetrics()
        room = self.rect().adjusted(12, 0, -12 - (18 if self._closable else 0), 0)
        aside = metrics.horizontalAdvance(self.aside) + 6 if self.aside else 0
        text = metrics.elidedText(
            self.text(), Qt.TextElideMode.ElideMiddle, max(10, room.width() - aside + 1)
        )
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setPen(colors.color(role.Text))
        painter.drawText(room, flags, text)
        if self.aside:
            painter.setPen(colors.color(role.PlaceholderText))
            painter.drawText(
                room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self.aside
            )
        if self._closable:
            ratio = self.devicePixelRatioF()
            cross = icons.pixmap("close", colors.color(role.PlaceholderText), 14, ratio)
            painter.drawPixmap(self.width() - 26, (self.height() - 14) // 2, cross)


class FlowLayout(QLayout):
    """Puts widgets beside each other and goes on in the next line when one is full.

    Args:
        centred: whether the lines stand in the middle.
    """

    def __init__(
        self, parent: QWidget | None = None, spacing: int = 6, centred: bool = False
    ) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        # What each item wishes, and how high they are at a width, as long as that holds: Qt asks
        # for it again and again.
        self._wishes: list[QSize] = []
        self._least: QSize | None = None
        self._heights: dict[int, int] = {}
        self._gap = spacing
        self._centred = centred
        self.setContentsMargins(0, 0, 0, 0)

    def invalidate(self) -> None:
        super().invalidate()
        self._wishes, self._least, self._heights = [], None, {}

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        if not 0 <= index < len(self._items):
            return None
        self.invalidate()
        return self._items.pop(index)

    def clear(self) -> None:
        """Remove and delete every widget."""
        while self._items:
            widget = self._items.pop().widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.invalidate()

    def expandingDirections(self) -> Qt.Orientation:
        # A layout that does not say so takes all the room there is.
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            self._heights[width] = self._place(QRect(0, 0, width, 0), move=False)
        return self._heights[width]

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        if self._least is None:
            size = QSize()
            for item in self._items:
                size = size.expandedTo(item.minimumSize())
            self._least = size
        return self._least

    def _place(self, rect: QRect, move: bool) -> int:
        y = rect.y() - self._gap
        for line in self._lines(rect.width()):
            y += self._gap
            free = rect.width() - sum(size.width() + self._gap for _, size in line) + self._gap
            x = rect.x() + (free // 2 if self._centred else 0)
            for item, size in line:
                if move:
                    item.setGeometry(QRect(QPoint(x, y), size))
                x += size.width() + self._gap
            y += max(size.height() for _, size in line)
        return max(0, y - rect.y())

    def _lines(self, width: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        """The items with their sizes, line by line."""
        if not self._wishes:
            self._wishes = [item.sizeHint() for item in self._items]
        lines: list[list[tuple[QLayoutItem, QSize]]] = []
        used = 0
        for item, wish in zip(self._items, self._wishes, strict=True):
            size = wish.boundedTo(QSize(max(40, width), 10_000))
            if not lines or used + size.width() > width:
                lines.append([])
                used = 0
            lines[-1].append((item, size))
            used += size.width() + self._gap
        return lines
