"""What the settings are made of: a section with a heading, and rows of words and a control."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from photoclip.ui.controls import label


class Section(QWidget):
    """A heading above a card of rows."""

    def __init__(self, title: str, *rows: QWidget) -> None:
        super().__init__()
        self.setAccessibleName(title)
        card = QFrame()
        card.setObjectName("modelCard")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 12, 16, 12)
        inside.setSpacing(8)
        for row in rows:
            inside.addWidget(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(label(title, "section"))
        column.addWidget(card)


class Row(QWidget):
    """Words with a control beside them."""

    def __init__(self, words: QLabel, control: QWidget) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(words, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)


def note(text: str = "") -> QLabel:
    """A sentence in the quieter colour."""
    return label(text, "secondary", wrap=True)
