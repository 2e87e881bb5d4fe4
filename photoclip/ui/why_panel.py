"""Why a photo is here: how well each part of the query fits it, and what it looks like."""

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QBrush, QPainter, QPaintEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from photoclip.core.query import Feedback, Part
from photoclip.ui.controls import IconButton, button, label
from photoclip.ui.why import Reasons
from photoclip.ui.why_words import Line, facts, lines, nearest, title

# What is found out faster shows no sign of work, in ms.
_PATIENCE = 150


class _Bar(QWidget):
    """A score as the length of a bar; hatched where it counts against the photo."""

    def __init__(self, line: Line, tint: QPalette | None) -> None:
        super().__init__()
        self._line = line
        if tint is not None:
            self.setPalette(tint)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(80, 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        role, box = QPalette.ColorRole, QRectF(self.rect())
        painter.setBrush(self.palette().color(role.Midlight))
        painter.drawRoundedRect(box, 3, 3)
        box.setWidth(self._line.bar * box.width())
        if box.width() < 1:
            return
        colour = self.palette().color(role.Mid if self._line.unwanted else role.Accent)
        style = Qt.BrushStyle.Dense4Pattern if self._line.unwanted else Qt.BrushStyle.SolidPattern
        painter.setBrush(QBrush(colour, style))
        painter.drawRoundedRect(box, 3, 3)


class _Row(QWidget):
    """One part of the query: what it is, its score, and how that compares.

    Attributes:
        where: shows where in the photo this part is.
    """

    def __init__(self, line: Line, tint: QPalette | None, several: bool) -> None:
        super().__init__()
        self.line = line
        self.where = IconButton("where", self.tr("Show where: %1").replace("%1", line.label), 28)
        self.where.setCheckable(True)
        if not several:
            self.where.hide()
        if tint is not None:
            self.where.tint(tint)
        score = label(line.score)
        score.setToolTip(self.tr("Above what is usual, in standard deviations; above 3 is rare"))
        self.setAccessibleName(f"{line.label}: {line.score}. {line.sentence}")
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(label(line.label, "", wrap=True), 1)
        head.addWidget(score)
        head.addWidget(self.where)
        head.addStrut(24)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(head)
        column.addWidget(_Bar(line, tint))
        column.addWidget(label(line.sentence, "caption", wrap=True))


class WhyPanel(QWidget):
    """Shows the `Reasons` of one photo, or a sentence in their place.

    Attributes:
        rows: one for each part of the query.
        where: shows where in the photo all of it is.

    Signals:
        whereAsked: (whether to show where in the photo, of which part, None for all of them).
        appeared: it has come into sight, perhaps with what is out of date.
    """

    whereAsked = Signal(object, object)
    appeared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Why here"))
        self._tint: QPalette | None = None
        self.rows: list[_Row] = []
        self._head = label("", "section")
        self._title = label("", "strong", wrap=True)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(8)
        self._facts = label("", "", wrap=True)
        self._facts.setContentsMargins(0, 4, 0, 0)
        self.where = button("", "flat", "flush")
        self.where.setCheckable(True)
        # A click leaves the keys where they are.
        self.where.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.where.clicked.connect(lambda on: self.whereAsked.emit(on, None))
        self._nearest_head = label(self.tr("Looks most like"), "section")
        self._nearest = label("", "secondary", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._head)
        column.addWidget(self._title)
        column.addLayout(self._lines)
        column.addWidget(self._facts)
        column.addWidget(self.where, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._nearest_head)
        column.addWidget(self._nearest)
        self._sentence = ""
        self._wait = QTimer(self, singleShot=True, interval=_PATIENCE)
        self._wait.timeout.connect(lambda: self.show_sentence(self._sentence))
        self._show_nothing()
        self.show_where(False, None)

    def tint(self, palette: QPalette) -> None:
        """Draw icons with these colours whatever the window's are."""
        self._tint = palette

    def words(self) -> str:
        """All that stands there, line by line."""
        shown = [one for one in (self._head, self._title) if not one.isHidden()]
        rest = (self._facts, self.where, self._nearest_head, self._nearest)
        texts = [one.text() for one in shown]
        texts += [row.accessibleName() for row in self.rows]
        texts += [one.text() for one in rest if not one.isHidden()]
        return "\n".join(texts)

    def show_reasons(self, reasons: Reasons) -> None:
        self._wait.stop()
        self.setMinimumHeight(0)
        locale, explanation = self.locale(), reasons.explanation
        _put(self._head, self.tr("Why here") if reasons.query else "")
        _put(self._title, title(reasons))
        parts = lines(reasons, locale)
        # The same again leaves the focus where it is.
        if parts != [row.line for row in self.rows]:
            self._clear_rows()
            for line in parts:
                self._add(_Row(line, self._tint, len(parts) > 1))
        _put(self._facts, "\n".join(facts(reasons, locale)))
        self.where.setVisible(any(not line.unwanted for line in parts) or len(parts) == 1)
        words = nearest(explanation, locale)
        self._nearest_head.setVisible(bool(words))
        _put(self._nearest, words or self.tr("PhotoClip has not looked at this photo yet."))

    def show_waiting(self, sentence: str) -> None:
        """Say what is being done, should it take its time; until then what was there stays."""
        self._sentence = sentence
        self._wait.start()

    def show_sentence(self, sentence: str) -> None:
        """A sentence in place of reasons, which keeps their room: more may follow soon."""
        self._wait.stop()
        self.setMinimumHeight(self.height())
        self._show_nothing()
        _put(self._nearest, sentence)

    def show_where(self, on: bool, part: Part | Feedback | None) -> None:
        """Whether it is shown where in the photo this part is; None for all of the query."""
        shown = on and part is None
        self.where.setChecked(shown)
        self.where.setText(self.tr("Hide where") if shown else self.tr("Show where"))
        for row in self.rows:
            row.where.setChecked(on and row.line.part == part)

    def _add(self, row: _Row) -> None:
        part = row.line.part
        row.where.clicked.connect(lambda on: self.whereAsked.emit(on, part))
        self.rows.append(row)
        self._lines.addWidget(row)

    def _show_nothing(self) -> None:
        self._clear_rows()
        for one in (self._head, self._title, self._facts, self._nearest):
            _put(one, "")
        self._nearest_head.hide()
        self.where.hide()

    def _clear_rows(self) -> None:
        for row in self.rows:
            row.hide()
            row.deleteLater()
        self.rows = []

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.appeared.emit()


def _put(one: QLabel, text: str) -> None:
    one.setText(text)
    one.setVisible(bool(text))
