"""The toolbar: back and forward, the search field, tile size, details, menu. It never moves."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSlider, QWidget

from photoclip.ui.actions import Actions
from photoclip.ui.controls import IconButton
from photoclip.ui.menu_button import MENU_BAR, MenuButton
from photoclip.ui.search_bar import SearchField

TILES = (72, 352)
_STEP = 20


class Toolbar(QWidget):
    """Signals: tileSized with the wished side of a tile in logical pixels."""

    tileSized = Signal(object)

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toolbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(48)
        self.field = SearchField()
        self.field.setMaximumWidth(640)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(*TILES)
        self._slider.setSingleStep(_STEP)
        self._slider.setPageStep(2 * _STEP)
        self._slider.setFixedWidth(112)
        self._slider.setAccessibleName(self.tr("Size of the tiles"))
        self._slider.setToolTip(self.tr("Size of the tiles"))
        self._slider.valueChanged.connect(lambda side: self.tileSized.emit(side))
        back = IconButton("back", self.tr("Back"))
        back.follow(actions["back"])
        forward = IconButton("forward", self.tr("Forward"))
        forward.follow(actions["forward"])
        details = IconButton("details", self.tr("Details"))
        details.follow(actions["details"])
        self.buttons = [back, forward, details]
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(4)
        row.addWidget(back)
        row.addWidget(forward)
        row.addSpacing(4)
        row.addWidget(self.field, 100)
        row.addStretch(1)
        row.addSpacing(12)
        row.addWidget(self._slider)
        row.addSpacing(8)
        row.addWidget(details)
        self._menu = None if MENU_BAR else MenuButton()
        if self._menu is not None:
            row.addWidget(self._menu)

    def lead_to(self, menu: QMenu) -> None:
        """This is the main menu."""
        if self._menu is not None:
            self._menu.lead_to(menu)

    def set_tile(self, side: int) -> None:
        self._slider.setValue(side)

    def open_menu(self) -> None:
        if self._menu is not None:
            self._menu.open()

    def tile(self) -> int:
        return self._slider.value()

    def zoom(self, steps: int) -> None:
        """Larger or smaller tiles by so many steps."""
        self._slider.setValue(self._slider.value() + steps * _STEP)

    def narrow(self, narrow: bool) -> None:
        """Leave the slider out where the field needs the room; keys and wheel still do it."""
        self._slider.setVisible(not narrow)
