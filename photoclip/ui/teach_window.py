"""The window for teaching: what there is to learn from, how it goes, what came of it."""

from PySide6.QtCore import QDateTime, QLocale, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from photoclip.core.lessons import Taught
from photoclip.core.teach import LEAST_PHOTOS
from photoclip.ui.actions import Actions
from photoclip.ui.controls import button, label
from photoclip.ui.teach import Figures, Lessons, found_in_words, known_in_words


class TeachWindow(QWidget):
    """Shows `Lessons`."""

    def __init__(self, lessons: Lessons, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._lessons = lessons
        self.setObjectName("teach")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self.tr("Teach PhotoClip my words"))
        self.setMinimumSize(360, 300)
        self.resize(480, 340)
        self.card = _Card()
        self.card.forget.clicked.connect(lessons.forget)
        self.said = label("", "strong", wrap=True)
        self.figures = label("", "", wrap=True)
        self.material = label("", "", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of learning"))
        self.going = label("", "secondary")
        self.stop = button(self.tr("Stop"))
        self.stop.clicked.connect(lessons.stop)
        self.start = button(self.tr("Teach"), "primary")
        self.start.clicked.connect(lessons.teach)
        self._lay_out()
        for name in ("undo", "redo"):
            self.addAction(actions[name])
        lessons.changed.connect(self._show)
        lessons.outdated.connect(lambda: lessons.read() if self.isVisible() else None)

    def _lay_out(self) -> None:
        lead = label(
            self.tr(
                "PhotoClip can learn what you call things from the captions and tags you gave your "
                "photos, and then find other photos by those words. What it learns is kept only if "
                "it helps, and you can take it back."
            ),
            "secondary",
            wrap=True,
        )
        body = QWidget()
        body.setObjectName("detailsBody")
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(16)
        for widget in (lead, self.material, self.card):
            column.addWidget(widget)
        result = QVBoxLayout()
        result.setSpacing(6)
        result.addWidget(self.said)
        result.addWidget(self.figures)
        column.addLayout(result)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        foot = QWidget()
        foot.setObjectName("modelsFoot")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(foot)
        row.setContentsMargins(20, 10, 20, 10)
        row.setSpacing(12)
        work = QVBoxLayout()
        work.setSpacing(6)
        work.addWidget(self.going)
        work.addWidget(self.bar)
        row.addLayout(work, 1)
        row.addWidget(self.stop)
        row.addWidget(self.start)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(area, 1)
        whole.addWidget(foot)

    def open(self) -> None:
        """Come to the front."""
        self._lessons.read()
        if self.isVisible():
            self.raise_()
        self.show()
        self.activateWindow()
        self.start.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self) -> None:
        if not self.isVisible():
            return
        lessons, focused = self._lessons, self.focusWidget()
        photos, running = lessons.photos or 0, lessons.running
        enough = photos >= LEAST_PHOTOS
        self._show_material(photos, enough)
        self.card.show_taught(lessons.taught)
        self.card.forget.setEnabled(not running)
        said, _, figures = lessons.said.partition("\n")
        for text, words in ((self.said, said), (self.figures, figures)):
            text.setText(words)
            text.setVisible(bool(words))
        again = lessons.taught is not None
        self.start.setText(self.tr("Teach again") if again else self.tr("Teach"))
        self.start.setVisible(not running)
        self.start.setEnabled(enough)
        for widget in (self.stop, self.bar, self.going):
            widget.setVisible(running)
        self.stop.setEnabled(not lessons.stopping)
        self._show_progress()
        # Before it could be pressed, it could not take the focus either.
        lost = focused is None or not focused.isVisibleTo(self)
        if lost and focused in (None, self.start, self.stop, self.card.forget):
            (self.stop if running else self.start).setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_material(self, photos: int, enough: bool) -> None:
        self.material.setVisible(self._lessons.photos is not None)
        words = self.tr("Photos with a caption or tag of yours: %1.")
        if not enough:
            words += " " + self.tr("It takes at least %2: write or confirm some more.")
        locale = self.locale()
        words = words.replace("%1", locale.toString(photos))
        self.material.setText(words.replace("%2", locale.toString(LEAST_PHOTOS)))

    def _show_progress(self) -> None:
        progress = self._lessons.progress
        if progress is None:
            return
        words = self.tr("Learning: %1 of %2")
        if progress.phase == "reading":
            words = self.tr("Reading your words: %1 of %2")
        if not progress.total:
            words = self.tr("Getting ready…")
        if self._lessons.stopping:
            words = self.tr("Stopping…")
        locale = self.locale()
        words = words.replace("%1", locale.toString(progress.done))
        self.going.setText(words.replace("%2", locale.toString(progress.total or 0)))
        self.bar.setRange(0, progress.total or 0)
        self.bar.setValue(progress.done)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        close = event.matches(QKeySequence.StandardKey.Close)
        if close or event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()


class _Card(QFrame):
    """What is in use, with both figures, and the way to be rid of it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("modelCard")
        self._since = label("", "ok", wrap=True)
        self._found = label("", "", wrap=True)
        self._known = label("", "", wrap=True)
        self._note = label(self.tr("Only this model was taught."), "caption", wrap=True)
        self.forget = button(self.tr("Forget"))
        self.forget.setAccessibleName(self.tr("Forget what it was taught"))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        for text in (self._since, self._found, self._known):
            column.addWidget(text)
        row = QHBoxLayout()
        row.addWidget(self._note, 1)
        row.addWidget(self.forget)
        column.addLayout(row)
        self.hide()

    @property
    def words(self) -> str:
        """All that it says."""
        return " ".join(text.text() for text in (self._since, self._found, self._known))

    def show_taught(self, what: Taught | None) -> None:
        self.setVisible(what is not None)
        if what is None:
            return
        figures = Figures.of(what)
        self._since.setText(self.tr("In use since %1").replace("%1", _day(what.at, self.locale())))
        self._found.setText(found_in_words(figures, kept=True))
        self._known.setText(known_in_words(figures, kept=True))


def _day(at: str, locale: QLocale) -> str:
    when = QDateTime.fromString(at, Qt.DateFormat.ISODate).toLocalTime()
    return locale.toString(when.date(), QLocale.FormatType.LongFormat)
