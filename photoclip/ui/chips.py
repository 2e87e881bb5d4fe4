"""The chips of a query below the search bar: how they look, edit and go, in at most two lines."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import QCoreApplication, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from photoclip.core.query import Feedback, Item, Picture
from photoclip.ui import icons
from photoclip.ui.chip_labels import feedback_label, label

PICTURE = 24
"""The side of a picture in its chip, in logical pixels."""
HEIGHT = 28
_GAP = 6
_LINES = 2
_WIDEST = 320
# More chips than could ever stand in two lines are only counted.
_MOST = 60
_MOST_LISTED = 100


def _tr(text: str) -> str:
    return QCoreApplication.translate("Chips", text)


class QueryChip(QAbstractButton):
    """A pill for items of a query; its cross takes them out, a click on its words edits them.

    Signals:
        removed, edited.
    """

    removed = Signal()
    edited = Signal()

    def __init__(self, text: str, name: str, parent: QWidget, editable: bool = True) -> None:
        super().__init__(parent)
        self._editable = editable
        self._pixmap: QPixmap | None = None
        self.has_picture = False
        self._minus = False
        self.setText(text)
        self.setAccessibleName(name)
        self.setToolTip(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        # Pressed by the keyboard or a screen reader: the mouse says where.
        self.clicked.connect(lambda: self.removed.emit())

    def expect_picture(self, strike: bool = False) -> None:
        """Leave room for a picture; `strike` says that its like are not wanted."""
        self.has_picture, self._minus = True, strike
        self.updateGeometry()

    def show_picture(self, image: QImage) -> None:
        self._pixmap = None if image.isNull() else QPixmap.fromImage(image)
        self.update()

    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance(self.text()) if self.text() else 0
        picture = PICTURE + (6 if words else 0) if self.has_picture else 0
        left = 2 if self.has_picture else 12
        return QSize(min(left + picture + words + 30, _WIDEST), HEIGHT)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        inside = self.rect().contains(event.position().toPoint())
        self.setDown(False)
        if event.button() != Qt.MouseButton.LeftButton or not inside:
            return
        if event.position().x() >= self.width() - 28:
            self.removed.emit()
        elif self._editable:
            self.edited.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2) and self._editable:
            self.edited.emit()
        elif key == Qt.Key.Key_Left:
            self.focusPreviousChild()
        elif key == Qt.Key.Key_Right:
            self.focusNextChild()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        role, colors = QPalette.ColorRole, self.palette()
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        ground = colors.color(role.Midlight)
        if self.isDown() or self.underMouse():
            ground = ground.darker(106) if ground.lightness() > 128 else ground.lighter(125)
        painter.setPen(QPen(colors.color(role.Accent), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        left = 12
        if self.has_picture:
            self._paint_picture(painter, QRectF(2, 2, PICTURE, PICTURE))
            left = PICTURE + 8
        room = self.rect().adjusted(left, 0, -28, 0)
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideMiddle, room.width() + 1
        )
        painter.setPen(colors.color(role.Text))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        ratio = self.devicePixelRatioF()
        cross = icons.pixmap("close", colors.color(role.PlaceholderText), 14, ratio)
        painter.drawPixmap(self.width() - 23, (self.height() - 14) // 2, cross)

    def _paint_picture(self, painter: QPainter, box: QRectF) -> None:
        role, colors = QPalette.ColorRole, self.palette()
        shape = QPainterPath()
        shape.addEllipse(box)
        if self._pixmap is None:
            painter.fillPath(shape, colors.color(role.Mid))
        else:
            painter.save()
            painter.setClipPath(shape)
            painter.drawPixmap(box, self._pixmap, QRectF(self._pixmap.rect()))
            painter.restore()
        if self._minus:
            painter.setPen(QPen(colors.color(role.BrightText), 2))
            painter.drawLine(box.topRight() + QPoint(-4, 4), box.bottomLeft() + QPoint(4, -4))


class ChipRow(QWidget):
    """The chips of a query in at most two lines; how many more there are, a button says.

    Signals:
        removed: the items of a chip to take out of the query, a tuple.
        edited: the item whose chip is to become text again.
        pictured: the source of a picture that a chip waits for; see `show_picture`.
    """

    removed = Signal(object)
    edited = Signal(object)
    pictured = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._groups: tuple[tuple[Item, ...], ...] = ()
        self._chips: list[QueryChip] = []
        self._first: QWidget | None = None
        self._beyond = 0
        self._more = _More(self)
        self._more.clicked.connect(self._list_more)
        self._more.hide()
        self.hide()

    def lead_with(self, widget: QWidget) -> None:
        """A chip that is no item of the query, such as the folder searched in, stands first."""
        self._first = widget
        widget.setParent(self)

    def show_items(self, items: Sequence[Item]) -> None:
        """Show these; feedback is one chip."""
        feedback = tuple(one for one in items if isinstance(one, Feedback))
        groups: tuple[tuple[Item, ...], ...] = tuple(
            (one,) for one in items if not isinstance(one, Feedback)
        )
        if feedback:
            groups += (feedback,)
        if groups == self._groups:
            self.arrange()
            return
        focused = next((i for i, chip in enumerate(self._chips) if chip.hasFocus()), -1)
        kept: Mapping[tuple[Item, ...], QueryChip] = dict(
            zip(self._groups, self._chips, strict=False)
        )
        self._groups = groups
        self._chips = [kept.get(group) or self._made(group) for group in groups[:_MOST]]
        for chip in kept.values():
            if chip not in self._chips:
                chip.hide()
                chip.deleteLater()
        self.arrange()
        chain = [self._first, *self._chips, self._more]
        links = [widget for widget in chain if widget is not None]
        for one, other in pairwise(links):
            QWidget.setTabOrder(one, other)
        if focused >= 0 and self._chips:
            self._chips[min(focused, len(self._chips) - 1)].setFocus()

    def show_picture(self, source: str, image: QImage) -> None:
        """The picture of a source is here."""
        for group, chip in zip(self._groups, self._chips, strict=False):
            if isinstance(group[0], Picture) and group[0].source == source:
                chip.show_picture(image)

    def labels(self) -> list[str]:
        """What the chips in view say."""
        return [chip.text() for chip in self._chips if chip.isVisibleTo(self)]

    @property
    def more_button(self) -> QWidget:
        return self._more

    @property
    def more(self) -> int:
        """How many chips there is no room for."""
        return self._beyond

    def chip(self, number: int) -> QueryChip:
        return self._chips[number]

    def _made(self, group: tuple[Item, ...]) -> QueryChip:
        item = group[0]
        if isinstance(item, Feedback):
            given = [one for one in group if isinstance(one, Feedback)]
            text = feedback_label(given)
            name = _tr("Moved by your thumbs: %1. Take out").replace("%1", text)
            made = QueryChip(text, name, self, editable=False)
        else:
            text = label(item, self.locale())
            name = text or _tr("a picture")
            editable = not isinstance(item, Picture)
            made = QueryChip(text, _tr("%1. Take out").replace("%1", name), self, editable)
        made.removed.connect(lambda: self.removed.emit(group))
        made.edited.connect(lambda: self.edited.emit(item))
        if isinstance(item, Picture):
            made.expect_picture(strike=item.weight < 0)
            self.pictured.emit(item.source)
        return made

    def arrange(self) -> None:
        """Put the chips where there is room for them."""
        widgets: list[QWidget] = list(self._chips)
        if self._first is not None and not self._first.isHidden():
            widgets.insert(0, self._first)
        sizes = [min(widget.sizeHint().width(), max(60, self.width())) for widget in widgets]
        places = self._places(sizes, len(self._groups) - len(self._chips))
        hidden = len(widgets) - len(places)
        self._beyond = hidden + len(self._groups) - len(self._chips)
        for widget, place in zip(widgets, places, strict=False):
            widget.setGeometry(place)
            widget.show()
        for widget in widgets[len(places) :]:
            widget.hide()
        self._more.setVisible(self._beyond > 0)
        if self._beyond:
            self._more.count(self._beyond)
            end = places[-1].topRight() if places else QPoint(-_GAP, 0)
            self._more.setGeometry(QRect(end + QPoint(_GAP + 1, 0), self._more.sizeHint()))
        lines = 1 + max((place.y() for place in places), default=0) // (HEIGHT + _GAP)
        self.setVisible(bool(widgets))
        self.setFixedHeight(lines * HEIGHT + (lines - 1) * _GAP)

    def _places(self, widths: Sequence[int], beyond: int) -> list[QRect]:
        """Where the first of them stand, room for "+3" left where not all do."""
        places: list[QRect] = []
        x, line = 0, 0
        for number, width in enumerate(widths):
            if x and x + width > self.width():
                x, line = 0, line + 1
            if line == _LINES:
                break
            places.append(QRect(x, line * (HEIGHT + _GAP), width, HEIGHT))
            x += width + _GAP
            last = number == len(widths) - 1
            if last and not beyond:
                return places
        room = self.width() - self._more.widest - _GAP
        while places and places[-1].y() > 0 and places[-1].right() > room:
            places.pop()
        return places

    def _list_more(self) -> None:
        """The chips without room, each to be taken out."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for group in self._groups[len(self._groups) - self._beyond :][:_MOST_LISTED]:
            item = group[0]
            given = [one for one in group if isinstance(one, Feedback)]
            text = feedback_label(given) if given else label(item, self.locale())
            action = menu.addAction(
                _tr("Take out %1").replace("%1", (text or _tr("a picture")).replace("&", "&&"))
            )
            action.triggered.connect(lambda _=False, group=group: self.removed.emit(group))
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.arrange()


class _More(QAbstractButton):
    """Says how many chips there is no room for."""

    widest = 60

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def count(self, number: int) -> None:
        self.setText(f"+{self.locale().toString(number)}")
        self.setAccessibleName(
            _tr("More filters: %1").replace("%1", self.locale().toString(number))
        )
        self.setToolTip(self.accessibleName())

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self.text()) + 20
        return QSize(min(width, self.widest), HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role, colors = QPalette.ColorRole, self.palette()
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        focus = self.hasFocus()
        painter.setPen(QPen(colors.color(role.Accent if focus else role.Mid), 2 if focus else 1))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setPen(colors.color(role.Text))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
