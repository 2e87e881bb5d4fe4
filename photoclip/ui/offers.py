"""A line below the search bar: why there is nothing to be found, and what would find something."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from photoclip.ui.chip_labels import label as label_of
from photoclip.ui.controls import FlowLayout, button, label
from photoclip.ui.searching import Offer


class OfferLine(QWidget):
    """A sentence, and buttons such as "without 2023: 12".

    Signals:
        accepted: the `Offer` to be taken.
    """

    accepted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problem = label("", "bad", wrap=True)
        self._reason = label("", "warn", wrap=True)
        self._row = QWidget()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self._row.setSizePolicy(policy)
        self._flow = FlowLayout(self._row, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 0, 16, 6)
        column.setSpacing(4)
        for widget in (self._problem, self._reason, self._row):
            column.addWidget(widget)
            widget.hide()
        self.hide()

    def clear(self) -> None:
        """Nothing stands in the way."""
        self.show_problem("")
        self.show_reason("")
        self.show_offers(())

    def show_problem(self, sentence: str) -> None:
        """Why there are no new results; "" once there are."""
        self._say(self._problem, sentence)

    def show_reason(self, sentence: str) -> None:
        """Why nothing can match; "" where something may."""
        self._say(self._reason, sentence)

    def show_offers(self, offers: Sequence[Offer]) -> None:
        self._flow.clear()
        number = self.locale().toString
        for offer in offers:
            text = self.tr("Everywhere: %1")
            if offer.without is not None:
                text = self.tr("Without %2: %1")
                text = text.replace("%2", label_of(offer.without, self.locale()))
            made = button(text.replace("%1", number(offer.count)).replace("&", "&&"))
            made.clicked.connect(lambda _=False, offer=offer: self.accepted.emit(offer))
            self._flow.addWidget(made)
            made.show()
        self._row.setVisible(bool(offers))
        self._row.updateGeometry()
        self._settle()

    def words(self) -> str:
        """The sentences that are shown."""
        shown = (self._problem, self._reason)
        return " ".join(one.text() for one in shown if one.text())

    def _say(self, where: QLabel, sentence: str) -> None:
        where.setText(sentence)
        where.setVisible(bool(sentence))
        self._settle()

    def _settle(self) -> None:
        self.setVisible(any(not w.isHidden() for w in (self._problem, self._reason, self._row)))
