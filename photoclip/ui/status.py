"""The status line and its popover: how many photos there are, how indexing goes, pause, stop."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QMouseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from photoclip.core.types import Counts, IndexProgress
from photoclip.ui.controls import ElidedLabel, IconButton, button, label
from photoclip.ui.estimate import Estimate

# Looking through folders, as at every start, is not worth a word unless it takes longer than this,
# in ms, or finds something to do.
_WORTH_SAYING = 500


class StatusLine(QWidget):
    """Signals: pauseAsked, resumeAsked, stopAsked, failuresAsked, popoverAsked."""

    pauseAsked = Signal()
    resumeAsked = Signal()
    stopAsked = Signal()
    failuresAsked = Signal()
    popoverAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumHeight(32)
        self._counts = Counts(0, 0, 0)
        self._selected = (0, 0)
        self._progress: IndexProgress | None = None
        self._running_now = self._paused = self._stopping = False
        self._quiet = QTimer(self, singleShot=True, interval=_WORTH_SAYING)
        self._quiet.timeout.connect(self._speak)
        self._estimate = Estimate()
        self._left = ""
        self._library = ElidedLabel("", Qt.TextElideMode.ElideRight)
        self._failures = button("", "flat")
        self._failures.clicked.connect(lambda: self.failuresAsked.emit())
        self._failures.hide()
        self._pause = IconButton("pause", self.tr("Pause indexing"), 28)
        self._pause.clicked.connect(self._toggle)
        self._stop = IconButton("stop", self.tr("Stop indexing"), 28)
        self._stop.clicked.connect(lambda: self.stopAsked.emit())
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(120)
        self._bar.setAccessibleName(self.tr("Progress of indexing"))
        self._work = button("", "flat")
        self._work.setToolTip(self.tr("How indexing goes"))
        self._work.clicked.connect(lambda: self.popoverAsked.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 1, 8, 1)
        row.setSpacing(8)
        row.addWidget(self._library, 1)
        for widget in (self._failures, self._work, self._bar, self._pause, self._stop):
            row.addWidget(widget)
        self._speak()

    def show_counts(self, counts: Counts) -> None:
        self._counts = counts
        self._show_library()

    def show_selected(self, count: int, hidden: int) -> None:
        """How many photos are selected, and how many of them are not among those shown."""
        self._selected = (count, hidden)
        self._show_library()

    def show_state(self, running: bool, paused: bool, stopping: bool) -> None:
        """Whether indexing goes on."""
        if running and not self._running_now:
            self._estimate.restart()
            self._left, self._progress = "", None
            self._quiet.start()
        if paused or not running:
            self._quiet.stop()
        self._running_now, self._paused, self._stopping = running, paused, stopping
        self._pause.rename(
            self.tr("Resume indexing") if paused else self.tr("Pause indexing"),
            "play" if paused else "pause",
        )
        self._bar.setProperty("paused", paused)
        self._bar.style().polish(self._bar)
        self._show_library()
        self._speak()

    def show_progress(self, progress: IndexProgress) -> None:
        self._progress = progress
        self._left = self._estimate.words(progress)
        if progress.total:
            self._quiet.stop()
        self._speak()

    def summary(self) -> str:
        """What the line says of the library."""
        return self._library.full_text

    def lines(self) -> tuple[str, str, str]:
        """How indexing goes, in three lines: what, how fast, how long."""
        progress = self._progress
        if not self._running_now or progress is None:
            return self.tr("Looking for photos…") if self._running_now else "", "", ""
        number = self.locale().toString
        if progress.phase == "scanning":
            found = self.tr("Looking for photos: %1").replace("%1", number(progress.done))
            return found if progress.done else self.tr("Looking for photos…"), "", ""
        if progress.phase == "loading":
            return self.tr("Getting the model ready…"), "", ""
        what = self.tr("Indexing %1 of %2").replace("%1", number(progress.done))
        what = what.replace("%2", number(progress.total or 0))
        rate = ""
        if progress.rate:
            value = number(progress.rate, "f", 0 if progress.rate >= 10 else 1)
            rate = self.tr("%1 photos/s").replace("%1", value)
        if self._paused:
            return what, "", self.tr("Paused")
        return what, rate, self.tr("Stopping…") if self._stopping else self._left

    def popover_place(self) -> QPoint:
        """Where the popover's lower right corner belongs, in this widget's coordinates."""
        return QPoint(self.width() - 8, -8)

    @property
    def opener(self) -> QWidget:
        """What opens the popover, and closes it again."""
        return self._work

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_work()

    def _toggle(self) -> None:
        (self.resumeAsked if self._paused else self.pauseAsked).emit()

    def _speak(self) -> None:
        """Show how indexing goes, once that is worth it."""
        for widget in (self._work, self._pause, self._stop):
            widget.setVisible(self._tells)
        self._pause.setEnabled(not self._stopping)
        self._stop.setEnabled(not self._stopping)
        self._show_work()

    @property
    def _tells(self) -> bool:
        return self._running_now and not self._quiet.isActive()

    def _show_library(self) -> None:
        counts, number = self._counts, self.locale().toString
        text = self.tr("%Ln photo(s)", "", counts.photos)
        if counts.searchable < counts.photos:
            ready = self.tr("%1 searchable")
            if self._running_now:
                ready = self.tr("%1 searchable so far")
            text = f"{text}, {ready.replace('%1', number(counts.searchable))}"
        selected, hidden = self._selected
        if hidden:
            chosen = self.tr("%1 selected, %2 of them not shown")
            if hidden == selected:
                chosen = self.tr("%1 selected, not shown")
            text = f"{text} · {chosen.replace('%1', number(selected))}"
            text = text.replace("%2", number(hidden))
        elif selected > 1:
            text = f"{text} · {self.tr('%1 selected').replace('%1', number(selected))}"
        self._library.show_text(text if counts.photos else "")
        self._failures.setVisible(counts.failures > 0)
        self._failures.setText(self.tr("%Ln file(s) not read", "", counts.failures))
        self._failures.setToolTip(self.tr("Show which files could not be read, and why"))

    def _show_work(self) -> None:
        what, rate, left = self.lines()
        # The speed is the first to go where the window is narrow.
        parts: tuple[str, ...] = (what, rate, left) if self.width() > 900 else (what, left)
        if self.width() < 560:
            parts = (left or what,)
        self._work.setText(", ".join(part for part in parts if part))
        self._bar.setVisible(self._tells and self.width() > 560)
        progress = self._progress
        if progress is None or not progress.total or progress.phase == "loading":
            self._bar.setRange(0, 0 if not self._paused else 1)
        else:
            self._bar.setRange(0, progress.total)
            self._bar.setValue(progress.done)


class Popover(QFrame):
    """Indexing in a little more room; a click elsewhere closes it.

    Args:
        opener: the widget that opens and closes it.

    Signals: as the status line's.
    """

    pauseAsked = Signal()
    resumeAsked = Signal()
    stopAsked = Signal()
    failuresAsked = Signal()

    def __init__(self, parent: QWidget, opener: QWidget) -> None:
        super().__init__(parent)
        self._opener = opener
        self.setObjectName("popover")
        self.setAccessibleName(self.tr("Indexing"))
        self._what = label("", "heading")
        self._rate = label("", "secondary")
        self._left = label("", "secondary")
        self._pause = button(self.tr("Pause"))
        self._pause.clicked.connect(self._toggle)
        self._stop = button(self.tr("Stop"))
        self._stop.clicked.connect(lambda: self.stopAsked.emit())
        self._failures = button("", "flat", "flush")
        self._failures.clicked.connect(lambda: self.failuresAsked.emit())
        self._failures.hide()
        self._paused = False
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._pause)
        buttons.addWidget(self._stop)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(6)
        for widget in (self._what, self._rate, self._left):
            column.addWidget(widget)
        column.addSpacing(4)
        column.addLayout(buttons)
        column.addWidget(self._failures, 0, Qt.AlignmentFlag.AlignLeft)
        self.setMinimumWidth(260)
        self.hide()

    def show_lines(self, lines: tuple[str, str, str], failures: int) -> None:
        for text, widget in zip(lines, (self._what, self._rate, self._left), strict=True):
            widget.setText(text)
            widget.setVisible(bool(text))
        self._failures.setVisible(failures > 0)
        self._failures.setText(self.tr("%Ln file(s) not read", "", failures))
        self.adjustSize()

    def show_state(self, running: bool, paused: bool, stopping: bool) -> None:
        self._paused = paused
        self._pause.setText(self.tr("Resume") if paused else self.tr("Pause"))
        self._pause.setEnabled(running and not stopping)
        self._stop.setEnabled(running and not stopping)

    def focus_first(self) -> None:
        self._pause.setFocus(Qt.FocusReason.PopupFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if application := QApplication.instance():
            application.installEventFilter(self)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if application := QApplication.instance():
            application.removeEventFilter(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # Kept here, for a click passed on to the window would look like one elsewhere.
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            inside = watched is self or self.isAncestorOf(watched)
            if not inside and watched is not self._opener:
                self.hide()
        return False

    def _toggle(self) -> None:
        (self.resumeAsked if self._paused else self.pauseAsked).emit()
