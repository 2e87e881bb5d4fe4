"""The switch between results by relevance and by date."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from photoclip.ui.bands import Order
from photoclip.ui.controls import button


class OrderSwitch(QWidget):
    """Two `buttons` of which one is down. Signals: ordered, the `Order` chosen."""

    ordered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Order of the results"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.buttons = (
            self._made(Order.RELEVANCE, self.tr("Relevance"), "left"),
            self._made(Order.DATE, self.tr("Date"), "right"),
        )
        group = QButtonGroup(self)
        for made in self.buttons:
            group.addButton(made)
            row.addWidget(made)
        self.buttons[0].setChecked(True)

    def _made(self, order: Order, text: str, end: str) -> QPushButton:
        made = button(text)
        made.setProperty("segment", end)
        made.setCheckable(True)
        # A click leaves the keys where they are.
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setAccessibleDescription(self.tr("Order of the results"))
        made.toggled.connect(lambda on: self.ordered.emit(order) if on else None)
        return made
