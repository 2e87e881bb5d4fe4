"""Results over time: slim bars above the grid; a click, a drag or the keys make a date of them."""

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from photoclip.core.over_time import Bar, over_time, span_in_words
from photoclip.ui.headings import said_span
from photoclip.ui.theme import scaled

_HEIGHT, _NARROWEST, _WIDEST = 40, 5, 48
# More bars say no more.
_MOST = 120
_TOP = 4
_EDGE = 16  # as everything in the content


class Histogram(QWidget):
    """Bars of how many results are from when.

    They keep their place while one searches, however few results there are: coming and going,
    they would make the photos jump at every letter.

    Attributes:
        bars: those that are shown.

    Signals:
        chosen: a span of time, as a date filter has it: "2019-08..2020-02".
        pointed: what is under the pointer or marked, in words; "" for nothing.
    """

    chosen = Signal(object)
    pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("histogram")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._times = np.empty(0, np.int64)
        self.bars: tuple[Bar, ...] = ()
        self._hovered = -1
        self._from = self._to = -1
        self._held = False
        self._wanted, self._room_for_it = False, True
        self.hide()

    def show_times(self, times: NDArray[np.int64] | None) -> None:
        """Show when these photos were taken, seconds each; None where nothing is searched for."""
        self._wanted = times is not None
        self._times = np.empty(0, np.int64) if times is None else times
        self._hovered = self._from = self._to = -1
        self._held = False
        self._fill()
        # Where nothing is from any time, the keys pass it by.
        self.setEnabled(bool(self.bars))
        self.setVisible(self._wanted and self._room_for_it)

    def show_room(self, high: bool) -> None:
        """Give the room to the photos where there is little."""
        if high != self._room_for_it:
            self._room_for_it = high
            self.setVisible(self._wanted and high)

    def _fill(self) -> None:
        room = self.width() - 2 * self._margin()
        most = min(_MOST, max(12, room // _NARROWEST))
        self.bars = over_time(self._times, most)
        if self.bars:
            first, last = self.bars[0].start, self.bars[-1].end - timedelta(days=1)
            name = self.tr("Results over time, %1 to %2")
            name = name.replace("%1", str(first.year)).replace("%2", str(last.year))
            self.setAccessibleName(name)
        self.update()

    def _margin(self) -> int:
        """Room for a year on either side, below the heading's first letter and the last button."""
        return _EDGE + QFontMetrics(scaled(self.font(), 0.85)).horizontalAdvance("0000") + 8

    def sizeHint(self) -> QSize:
        return QSize(400, _HEIGHT)

    # Where the bars are

    def _room(self) -> QRect:
        margin = self._margin()
        return QRect(margin, _TOP, self.width() - 2 * margin, self.height() - _TOP - 4)

    def bar_rect(self, number: int) -> QRect:
        """The column of a bar, whatever its height."""
        room, count = self._room(), max(1, len(self.bars))
        left = room.x() + room.width() * number // count
        right = room.x() + room.width() * (number + 1) // count
        return QRect(left, room.y(), right - left, room.height())

    def _at(self, x: int) -> int:
        room = self._room()
        number = (x - room.x()) * len(self.bars) // max(1, room.width())
        return min(max(number, 0), len(self.bars) - 1)

    # Choosing

    def _choose(self) -> None:
        first, last = sorted((self._from, self._to))
        if not any(bar.count for bar in self.bars[first : last + 1]):
            # A gap between bars leads to no photo.
            return
        self.chosen.emit(span_in_words(self.bars[first].start, self.bars[last].end))

    def words(self) -> str:
        """What is marked, in words: the span and how many photos are from it."""
        first, last = sorted((self._from, self._to))
        if first < 0:
            first = last = self._hovered
        if first < 0:
            return ""
        count = sum(bar.count for bar in self.bars[first : last + 1])
        span = span_in_words(self.bars[first].start, self.bars[last].end)
        photos = QCoreApplication.translate("Content", "%Ln photo(s)", None, count)
        return f"{said_span(span, self.locale())}: {photos}"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = True
            self._from = self._to = self._at(round(event.position().x()))
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        number = self._at(round(event.position().x()))
        if self._held:
            self._to = number
        self._hovered = number
        self.pointed.emit(self.words())
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held and event.button() == Qt.MouseButton.LeftButton:
            self._held = False
            self._choose()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = -1
        self.pointed.emit(self.words())
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, last = event.key(), len(self.bars) - 1
        moves = {
            Qt.Key.Key_Left: self._to - 1, Qt.Key.Key_Right: self._to + 1,
            Qt.Key.Key_Home: 0, Qt.Key.Key_End: last,
        }  # fmt: skip
        if key in moves:
            self._to = min(max(moves[Qt.Key(key)], 0), last)
            if not event.modifiers() & Qt.KeyboardModifier.ShiftModifier or self._from < 0:
                self._from = self._to
            self._tell()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._from >= 0:
            self._choose()
        elif key == Qt.Key.Key_Escape and self._held:
            self._held, self._from, self._to = False, -1, -1
            self.update()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        by_key = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if event.reason() in by_key and self._from < 0:
            self._from = self._to = len(self.bars) - 1
            self._tell()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._from = self._to = -1
        self.pointed.emit("")
        self.update()

    def _tell(self) -> None:
        """Show and say what the keys mark."""
        self.setAccessibleDescription(self.words())
        self.pointed.emit(self.words())
        if QAccessible.isActive():
            changed = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
            QAccessible.updateAccessibility(changed)
        self.update()

    # Painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fill()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.bars:
            return
        painter = QPainter(self)
        role, colors = QPalette.ColorRole, self.palette()
        largest = max(bar.count for bar in self.bars)
        marked = range(min(self._from, self._to), max(self._from, self._to) + 1)
        for number, bar in enumerate(self.bars):
            column = self.bar_rect(number)
            held = self._from >= 0 and number in marked
            if held or number == self._hovered:
                painter.fillRect(column, colors.color(role.Midlight))
            if not bar.count:
                continue
            room = column.width() - (1 if column.width() > 3 else 0)
            width = min(room, _WIDEST)
            # A photo is seen beside a thousand: the square root, and never less than two pixels.
            height = max(2, round(column.height() * (bar.count / largest) ** 0.5))
            left = column.x() + (room - width) // 2
            box = QRect(left, column.bottom() - height + 1, width, height)
            painter.fillRect(box, colors.color(role.Accent if held else role.Mid))
        self._paint_ends(painter)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colors.color(role.Accent), 2))
            outline = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(outline, 4, 4)

    def _paint_ends(self, painter: QPainter) -> None:
        """From when to when: years, names and no numbers, so without a thousands separator."""
        painter.setFont(scaled(self.font(), 0.85))
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        ends = self.rect().adjusted(_EDGE, 0, -_EDGE, -3)
        low = Qt.AlignmentFlag.AlignBottom
        first, last = self.bars[0].start, self.bars[-1].end - timedelta(days=1)
        painter.drawText(ends, low | Qt.AlignmentFlag.AlignLeft, str(first.year))
        if last.year != first.year:
            painter.drawText(ends, low | Qt.AlignmentFlag.AlignRight, str(last.year))
