"""The switch between results by relevance and by date."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from photoclip.ui.bands import Order
from photoclip.ui.controls import button


class OrderSwitch(QWidget):
    """Two buttons of which one is down. Signals: ordered, the `Order` chosen."""

    ordered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Order of the results"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._group = QButtonGroup(self)
        self._buttons = {}
        for order, text, end in (
            (Order.RELEVANCE, self.tr("Relevance"), "left"),
            (Order.DATE, self.tr("Date"), "right"),
        ):
            made = button(text)
            made.setProperty("segment", end)
            made.setCheckable(True)
            # A click leaves the keys where they are.
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            made.setAccessibleDescription(self.tr("Order of the results"))
            made.toggled.connect(lambda on, order=order: self.ordered.emit(order) if on else None)
            self._group.addButton(made)
            self._buttons[order] = made
            row.addWidget(made)
        self._buttons[Order.RELEVANCE].setChecked(True)

    @property
    def buttons(self) -> tuple[QWidget, ...]:
        return tuple(self._buttons.values())

    @property
    def order(self) -> Order:
        return Order.DATE if self._buttons[Order.DATE].isChecked() else Order.RELEVANCE

    def choose(self, order: Order) -> None:
        self._buttons[order].setChecked(True)
