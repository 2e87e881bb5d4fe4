"""The button of the main menu; macOS has that menu at the top of the screen instead."""

import sys

from PySide6.QtCore import QCoreApplication, QPoint
from PySide6.QtWidgets import QMenu

from photoclip.ui.controls import IconButton

MENU_BAR = sys.platform == "darwin"


class MenuButton(IconButton):
    """Opens a menu below itself, flush with its right edge so that it stays over the window."""

    def __init__(self) -> None:
        super().__init__("menu", QCoreApplication.translate("Menus", "Menu"))
        self._opens: QMenu | None = None
        self._wanted = False
        self.clicked.connect(self.open)

    def lead_to(self, menu: QMenu) -> None:
        """This is the menu."""
        self._opens = menu
        if self._wanted:
            self.open()

    def open(self) -> None:
        menu = self._opens
        self._wanted = menu is None
        if menu is not None:
            corner = self.rect().bottomRight() - QPoint(menu.sizeHint().width(), -4)
            menu.popup(self.mapToGlobal(corner))
