"""The viewer: one photo in the whole window, always dark; arrows go on, Esc goes back."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QImage, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from photoclip.core.paths import display_name
from photoclip.core.types import Photo
from photoclip.ui.canvas import Canvas
from photoclip.ui.controls import ElidedLabel, IconButton, label
from photoclip.ui.facts import capture_line
from photoclip.ui.pictures import WHOLE
from photoclip.ui.theme import palette
from photoclip.ui.tokens import VIEWER

# The sharp picture is asked for when a person stays on a photo this long, in ms.
_STAY = 40


class Viewer(QWidget):
    """Shows the photos of a list one at a time.

    Signals:
        left: the person is done.
        wanted: (photo id, ids to get ready, shorter side in pixels): a picture is needed.
        menuAsked: where, in global coordinates, the photo menu is wanted.
        helpAsked: "?" was typed.
    """

    left = Signal()
    wanted = Signal(object, object, object)
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
        self._photo: Photo | None = None
        self.canvas = Canvas(VIEWER.canvas)
        self.canvas.scaled.connect(self._scaled)
        self._name = ElidedLabel("strong")
        self._when = ElidedLabel("caption", Qt.TextElideMode.ElideRight)
        self._number = label("", "caption")
        self._percent = label("", "caption")
        self._problem = label("", "problem", wrap=True)
        self._problem.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._problem.hide()
        self._ask = QTimer(self, singleShot=True, interval=_STAY)
        self._ask.timeout.connect(self._want)
        self._bar = self._top_bar()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self.canvas, 1)
        column.addWidget(self._problem)
        self._arrows()

    @property
    def photo_id(self) -> int | None:
        return int(self._ids[self._row]) if len(self._ids) else None

    def open(self, ids: NDArray[np.int64], row: int) -> None:
        """Begin at one of these photos."""
        self._ids, self._row = ids, row
        self._photo = None
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._turned()

    def go(self, by: int) -> None:
        """Go on by so many photos, as far as there are any."""
        self._go_to(self._row + by)

    def show_photo(self, photo: Photo, quick: QImage) -> None:
        """The current photo's facts and its thumbnail; the sharp picture follows."""
        if photo.id != self.photo_id:
            return
        fresh = self._photo is None or self._photo.id != photo.id
        self._photo = photo
        self._name.show_text(display_name(photo.path))
        self._when.show_text(capture_line(photo, self.locale()))
        self._when.setVisible(bool(self._when.full_text))
        self.canvas.setAccessibleName(display_name(photo.path))
        if fresh:
            self.canvas.show_photo(QSize(photo.width, photo.height))
            if not quick.isNull():
                self.canvas.show_image(quick)
            self._ask.start()

    def show_image(self, photo_id: int, image: QImage) -> None:
        if photo_id == self.photo_id and not image.isNull():
            self._problem.hide()
            self.canvas.show_image(image)

    def show_problem(self, photo_id: int, sentence: str) -> None:
        """Say why the photo cannot be seen; the next one works."""
        if photo_id == self.photo_id:
            self._problem.setText(sentence)
            self._problem.show()

    def open_menu(self) -> None:
        """Ask for the photo menu below its button."""
        self.menuAsked.emit(self._more.mapToGlobal(QPoint(0, self._more.height())))

    def _go_to(self, row: int) -> None:
        row = min(max(row, 0), len(self._ids) - 1)
        if row != self._row:
            self._row = row
            self._turned()

    def _turned(self) -> None:
        self._problem.hide()
        locale = self.locale()
        self._number.setText(
            f"{locale.toString(self._row + 1)} / {locale.toString(len(self._ids))}"
        )
        self._previous.setVisible(self._row > 0)
        self._next.setVisible(self._row + 1 < len(self._ids))
        photo_id = self.photo_id
        if photo_id is not None:
            self.wanted.emit(photo_id, (), 0)

    def _want(self) -> None:
        if self._photo is None:
            return
        photo, ratio = self._photo, self.devicePixelRatioF()
        near = [
            int(self._ids[row])
            for row in (self._row + 1, self._row - 1)
            if 0 <= row < len(self._ids)
        ]
        if self.canvas.fitted:
            view = min(self.canvas.width(), self.canvas.height()) * ratio
            side = min(round(view), min(photo.width, photo.height))
            self.wanted.emit(photo.id, tuple(near), max(1, side))
        else:
            self.wanted.emit(photo.id, (), WHOLE)

    def _scaled(self, scale: float) -> None:
        self._percent.setText(self.locale().toString(round(scale * 100)) + self.locale().percent())
        fitted = self.canvas.fitted
        self._fit.rename(
            self.tr("Show at 100 % (Z)") if fitted else self.tr("Fit into the window (Z)"),
            "large-tiles" if fitted else "fit",
        )
        self._fit.setEnabled(not fitted or scale != 1.0)
        self._ask.start()

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
        self._more = self._button("more", self.tr("What can be done with this photo"))
        self._more.clicked.connect(self.open_menu)
        row.addWidget(close)
        row.addSpacing(4)
        row.addLayout(names, 1)
        for widget in (self._number, self._percent, self._fit, self._more):
            row.addWidget(widget)
        bar.setFixedHeight(52)
        return bar

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
        self._place_arrows()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._place_arrows()

    def _place_arrows(self) -> None:
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
