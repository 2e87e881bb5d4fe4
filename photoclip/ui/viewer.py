"""The viewer: one photo in the whole window, always dark; arrows go on, Esc goes back."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from photoclip.core.paths import display_name
from photoclip.core.types import Photo
from photoclip.ui.controls import ElidedLabel, IconButton, label
from photoclip.ui.facts import capture_line
from photoclip.ui.hint import Hint
from photoclip.ui.photo_view import PhotoView
from photoclip.ui.theme import palette
from photoclip.ui.tokens import VIEWER
from photoclip.ui.why_panel import WhyPanel

# The side with why the photo is here: as wide as this, but never most of the window.
_SIDE, _MOST_SIDE = 304, 0.45


class Viewer(QWidget):
    """Shows the photos of a list one at a time.

    Attributes:
        why: why the photo is here, at the side while its button is checked.
        why_button, where_button: in the bar.
        hint: at the foot of the photo.

    Signals:
        left: the person is done.
        turned: another photo is looked at.
        menuAsked: where, in global coordinates, the photo menu is wanted.
        helpAsked: "?" was typed.
    """

    left = Signal()
    turned = Signal()
    menuAsked = Signal(object)
    helpAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("viewer")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Viewer"))
        self.setPalette(palette(VIEWER))
        self._ids: NDArray[np.int64] = np.empty(0, np.int64)
        self._row = 0
        self.view = PhotoView(VIEWER.canvas)
        self.view.known.connect(self._show_photo)
        self.canvas = self.view.canvas
        self.canvas.scaled.connect(self._scaled)
        self._name = ElidedLabel("strong")
        self._when = ElidedLabel("caption", Qt.TextElideMode.ElideRight)
        self._number = label("", "caption")
        self._percent = label("", "caption")
        self.why = WhyPanel()
        self.why.tint(palette(VIEWER))
        self._side = self._beside()
        self.hint = Hint(self.canvas)
        self._bar = self._top_bar()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.view, 1)
        row.addWidget(self._side)
        column.addLayout(row, 1)
        self._arrows()

    @property
    def photo_id(self) -> int | None:
        return int(self._ids[self._row]) if len(self._ids) else None

    def open(self, ids: NDArray[np.int64], row: int) -> None:
        """Begin at one of these photos."""
        self._ids, self._row = ids, row
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._turned()

    def go(self, by: int) -> None:
        """Go on by so many photos, as far as there are any."""
        self._go_to(self._row + by)

    def open_menu(self) -> None:
        """Ask for the photo menu below its button."""
        self.menuAsked.emit(self._more.mapToGlobal(QPoint(0, self._more.height())))

    def _go_to(self, row: int) -> None:
        row = min(max(row, 0), len(self._ids) - 1)
        if row != self._row:
            self._row = row
            self._turned()

    def _turned(self) -> None:
        locale = self.locale()
        self._number.setText(
            f"{locale.toString(self._row + 1)} / {locale.toString(len(self._ids))}"
        )
        self._previous.setVisible(self._row > 0)
        self._next.setVisible(self._row + 1 < len(self._ids))
        near = [row for row in (self._row + 1, self._row - 1) if 0 <= row < len(self._ids)]
        self.view.turn(self.photo_id, [int(self._ids[row]) for row in near])
        self.turned.emit()

    def _show_photo(self, photo: Photo) -> None:
        self._name.show_text(display_name(photo.path))
        self._when.show_text(capture_line(photo, self.locale()))
        self._when.setVisible(bool(self._when.full_text))
        self.canvas.setAccessibleName(display_name(photo.path))

    def _scaled(self, scale: float) -> None:
        self._percent.setText(self.locale().toString(round(scale * 100)) + self.locale().percent())
        fitted = self.canvas.fitted
        self._fit.rename(
            self.tr("Show at 100 % (Z)") if fitted else self.tr("Fit into the window (Z)"),
            "large-tiles" if fitted else "fit",
        )
        self._fit.setEnabled(not fitted or scale != 1.0)

    def _top_bar(self) -> QWidget:
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(8, 6, 8, 6)
        row.setSpacing(8)
        close = self._button("close", self.tr("Close (Esc)"))
        close.clicked.connect(lambda: self.left.emit())
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addStretch()
        names.addWidget(self._name)
        names.addWidget(self._when)
        names.addStretch()
        self._fit = self._button("fit", self.tr("Fit into the window (Z)"))
        self._fit.clicked.connect(lambda: self.canvas.toggle())
        self.why_button = self._button("why", self.tr("Why here (I)"))
        self.why_button.setCheckable(True)
        self.why_button.toggled.connect(self._show_side)
        self.where_button = self._button("where", self.tr("Show where (H)"))
        self.where_button.setCheckable(True)
        self._more = self._button("more", self.tr("What can be done with this photo"))
        self._more.clicked.connect(self.open_menu)
        row.addWidget(close)
        row.addSpacing(4)
        row.addLayout(names, 1)
        row.addWidget(self._number)
        row.addWidget(self._percent)
        for button in (self.why_button, self.where_button, self._fit, self._more):
            row.addWidget(button)
        bar.setFixedHeight(52)
        return bar

    def _beside(self) -> QScrollArea:
        area = QScrollArea()
        area.setObjectName("side")
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(16, 8, 16, 16)
        column.addWidget(self.why)
        column.addStretch()
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setAccessibleName(self.tr("Why here"))
        area.hide()
        return area

    def _show_side(self, shown: bool) -> None:
        self._side.setVisible(shown)
        self._arrange()

    def _arrows(self) -> None:
        self._previous = self._button("back", self.tr("Previous photo (Left)"), self.canvas)
        self._next = self._button("forward", self.tr("Next photo (Right)"), self.canvas)
        self._previous.clicked.connect(lambda: self.go(-1))
        self._next.clicked.connect(lambda: self.go(1))

    def _button(self, icon: str, name: str, parent: QWidget | None = None) -> IconButton:
        made = IconButton(icon, name, 40 if parent is not None else 36, parent)
        made.tint(palette(VIEWER))
        made.setProperty("floating", parent is not None)
        return made

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Put what lies over the photo in its place."""
        self._side.setFixedWidth(min(_SIDE, round(_MOST_SIDE * self.width())))
        layout = self.layout()
        if layout is not None:
            layout.activate()
        middle = self.canvas.height() // 2 - 20
        self._previous.move(12, middle)
        self._next.move(self.canvas.width() - 52, middle)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menuAsked.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        commands = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        if event.modifiers() & commands or not self._key(event):
            super().keyPressEvent(event)

    def _key(self, event: QKeyEvent) -> bool:
        key = Qt.Key
        moves = {
            key.Key_Right: lambda: self.go(1),
            key.Key_Left: lambda: self.go(-1),
            key.Key_PageDown: lambda: self.go(1),
            key.Key_PageUp: lambda: self.go(-1),
            key.Key_Home: lambda: self._go_to(0),
            key.Key_End: lambda: self._go_to(len(self._ids) - 1),
            key.Key_Z: lambda: self.canvas.toggle(),
            key.Key_Plus: lambda: self.canvas.zoom(1),
            key.Key_Equal: lambda: self.canvas.zoom(1),
            key.Key_Minus: lambda: self.canvas.zoom(-1),
            key.Key_Space: lambda: self.left.emit(),
            key.Key_Return: lambda: self.left.emit(),
            key.Key_Enter: lambda: self.left.emit(),
        }
        if event.text() in ("?", "？"):
            self.helpAsked.emit()
            return True
        move = moves.get(key(event.key()))
        if move is None:
            return False
        move()
        return True
