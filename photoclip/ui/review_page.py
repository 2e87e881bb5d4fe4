"""The review: is this what the tag says? One big photo after the other, one key each."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from photoclip.core.review import Question, Standing
from photoclip.core.types import Photo, TagCount
from photoclip.ui.canvas import Canvas
from photoclip.ui.choice import Choice
from photoclip.ui.controls import ElidedLabel, IconButton, button, label
from photoclip.ui.review import Queue
from photoclip.ui.tokens import VIEWER

# So many photos are got ready ahead.
_AHEAD = 2
_STAY = 30


class ReviewPage(QWidget):
    """Asks about one tag at a time.

    Signals:
        termChosen: a tag to be asked about.
        answered: (term, `Question`, yes).
        undoAsked: the last answer is to be taken back.
        wanted: (photo id, ids to get ready, shorter side in pixels): a picture is needed.
        openAsked: a photo is to be seen in the viewer. helpAsked: "?" was typed.
        left: the person is done.
    """

    termChosen = Signal(object)
    answered = Signal(object, object, object)
    undoAsked = Signal()
    wanted = Signal(object, object, object)
    helpAsked = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("review")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Review"))
        self.term = ""
        self._questions: tuple[Question, ...] = ()
        self._answers: dict[int, bool] = {}
        self._at = 0
        self._standing = Standing(0, 0, 0)
        self._photo: Photo | None = None
        self._title = ElidedLabel("title")
        self._left = label("", "secondary")
        self._right = label("", "secondary", wrap=True)
        self.terms = Choice()
        self.terms.setAccessibleName(self.tr("Tag to be reviewed"))
        self.terms.setSizeAdjustPolicy(
            Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.terms.setMinimumContentsLength(12)
        self.terms.activated.connect(lambda _: self.termChosen.emit(self.terms.currentData()))
        self.canvas = Canvas(VIEWER.canvas)
        self._problem = label("", "warn", wrap=True)
        self._problem.hide()
        self._end = label("", "heading", wrap=True)
        self._end.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._end_note = label("", "secondary", wrap=True)
        self._end_note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._next_tag = button(self.tr("Next tag"), "primary")
        self._next_tag.clicked.connect(self._go_on)
        self.no = button(self.tr("No (N)"), "large")
        self.skip = button(self.tr("Skip (S)"), "large")
        self.yes = button(self.tr("Yes (Y)"), "large", "primary")
        self.undo = button(self.tr("Undo"), "flat")
        for one, call in (
            (self.no, lambda: self._answer(False)),
            (self.skip, lambda: self._step(1)),
            (self.yes, lambda: self._answer(True)),
            (self.undo, self._take_back),
        ):
            one.clicked.connect(call)
            # A click leaves the keys where they are.
            one.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._ask = QTimer(self, singleShot=True, interval=_STAY)
        self._ask.timeout.connect(self._want)
        self.canvas.scaled.connect(lambda _: self._ask.start())
        self._lay_out()

    def _lay_out(self) -> None:
        back = IconButton("close", self.tr("Close (Esc)"))
        back.clicked.connect(lambda: self.left.emit())
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(back)
        top.addWidget(self._title, 1)
        top.addWidget(self._left)
        top.addWidget(self.terms)
        end = QWidget()
        column = QVBoxLayout(end)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(self._end)
        column.addWidget(self._end_note)
        column.addWidget(self._next_tag, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.canvas)
        self._pages.addWidget(end)
        self._pages.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.foot = QWidget()
        foot = QHBoxLayout(self.foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(8)
        foot.addStretch(1)
        for one in (self.no, self.skip, self.yes):
            foot.addWidget(one)
        foot.addStretch(1)
        foot.addWidget(self.undo)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 8, 16, 12)
        whole.setSpacing(8)
        whole.addLayout(top)
        whole.addWidget(self._right)
        whole.addWidget(self._pages, 1)
        whole.addWidget(self._problem)
        whole.addWidget(self.foot)

    # What it shows

    @property
    def question(self) -> Question | None:
        """The one put now."""
        return self._questions[self._at] if self._at < len(self._questions) else None

    @property
    def photo_id(self) -> int | None:
        return None if self.question is None else self.question.photo_id

    @property
    def said(self) -> tuple[str, str, str]:
        """The question, how many are left, how often it was right."""
        return self._title.full_text, self._left.text(), self._right.text()

    @property
    def ended(self) -> str:
        """What stands in place of a photo; "" while there is one."""
        return self._end.text() if self._pages.currentIndex() == 1 else ""

    def show_tags(self, tags: Sequence[TagCount]) -> None:
        """The tags that can be reviewed, with how many photos wait."""
        locale, chosen = self.locale(), self.term
        self.terms.clear()
        for tag in tags:
            count = locale.toString(tag.count - tag.own)
            self.terms.addItem(f"{tag.term}  {count}", tag.term)
        at = self.terms.findData(chosen)
        if at < 0 and chosen:
            self.terms.insertItem(0, chosen, chosen)
            at = 0
        self.terms.setCurrentIndex(at)

    def show_waiting(self, term: str) -> None:
        """The questions about this tag are on their way."""
        self.term, self._questions, self._answers, self._at = term, (), {}, 0
        self._standing = Standing(0, 0, 0)
        self.terms.setCurrentIndex(self.terms.findData(term))
        self._title.show_text(self.tr("Is this “%1”?").replace("%1", term))
        self._left.setText("")
        self._right.setText("")
        self._say_end(self.tr("Looking for the most doubtful photos…"), "", offer=False)

    def show_nothing(self) -> None:
        """No tag waits for an answer."""
        self.term, self._questions, self._answers, self._at = "", (), {}, 0
        self._title.show_text(self.tr("Review"))
        self._left.setText("")
        self._right.setText("")
        self.undo.hide()
        note = self.tr("Tags that PhotoClip suggests are reviewed here, one at a time.")
        self._say_end(self.tr("All answered"), note)

    def show_failure(self, sentence: str) -> None:
        """Say why there are no questions."""
        self._say_end(sentence, "")

    def show_queue(self, queue: Queue) -> None:
        if queue.term != self.term:
            return
        self._questions, self._answers, self._at = queue.questions, {}, 0
        self.show_standing(queue.term, queue.standing)
        self._turned()

    def show_standing(self, term: str, standing: Standing) -> None:
        """How many photos wait, and how often the suggestions were right so far."""
        if term != self.term:
            return
        self._standing, locale = standing, self.locale()
        self._left.setText(self.tr("%1 left").replace("%1", locale.toString(standing.left)))
        precision = standing.precision
        words = self.tr("Answer a few, and you see how often PhotoClip is right.")
        if precision is not None:
            words = self.tr("Right so far %1 (%2 of %3)")
            words = words.replace("%1", locale.toString(round(100 * precision)) + " %")
            words = words.replace("%2", locale.toString(standing.right))
            words = words.replace("%3", locale.toString(standing.answered))
        self._right.setText(words)

    def show_photo(self, photo: Photo, quick: QImage) -> None:
        """A photo's facts and its thumbnail; the sharp picture follows."""
        if photo.id != self.photo_id:
            return
        fresh = self._photo is None or self._photo.id != photo.id
        self._photo = photo
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
        """Say why the photo is not seen sharply."""
        if photo_id == self.photo_id:
            self._problem.setText(sentence)
            self._problem.show()

    def _turned(self) -> None:
        self._problem.hide()
        question = self.question
        asked = question is not None
        for one in (self.no, self.skip, self.yes):
            one.setEnabled(asked)
        self.undo.setVisible(bool(self._answers))
        if question is None:
            self._show_end()
            return
        self._pages.setCurrentIndex(0)
        self._photo = None
        self._mark(self._answers.get(question.photo_id))
        self.canvas.setAccessibleName(self._title.full_text)
        self.wanted.emit(question.photo_id, (), 0)

    def _mark(self, answer: bool | None) -> None:
        """Where a photo was answered already, which answer it was."""
        self.yes.setText(self.tr("Yes (Y)") + (" ✓" if answer else ""))
        self.no.setText(self.tr("No (N)") + (" ✓" if answer is False else ""))

    def _show_end(self) -> None:
        if not self._questions and not self._standing.answered:
            note = self.tr("PhotoClip is sure of every “%1” that it suggests, or finds none.")
            self._say_end(self.tr("No doubts"), note.replace("%1", self.term))
        elif self._questions and len(self._answers) < len(self._questions):
            note = self.tr("What you skipped waits for another time.")
            self._say_end(self.tr("That was the last one"), note)
        else:
            note = self.tr("From your answers PhotoClip learns when to suggest “%1”.")
            self._say_end(self.tr("All answered"), note.replace("%1", self.term))

    def _say_end(self, words: str, note: str, offer: bool = True) -> None:
        self._end.setText(words)
        self._end_note.setText(note)
        self._end_note.setVisible(bool(note))
        self._next_tag.setVisible(offer and self._other_term() is not None)
        for one in (self.no, self.skip, self.yes):
            one.setEnabled(False)
        self._pages.setCurrentIndex(1)

    # What the person does

    def _answer(self, yes: bool) -> None:
        question = self.question
        if question is not None:
            self._answers[question.photo_id] = yes
            self.answered.emit(self.term, question, yes)
            self._step(1)

    def _step(self, by: int) -> None:
        at = min(max(self._at + by, 0), len(self._questions))
        if at != self._at:
            self._at = at
            self._turned()

    def _take_back(self) -> None:
        """Undo the last answer and put its question again."""
        if self._answers:
            photo_id, _ = self._answers.popitem()
            self.undoAsked.emit()
            self._at = [question.photo_id for question in self._questions].index(photo_id)
            self._turned()

    def _other_term(self) -> str | None:
        """The tag to go on with."""
        at = self.terms.findData(self.term)
        found = self.terms.itemData(at + 1) if at + 1 < self.terms.count() else None
        return None if found is None else str(found)

    def _go_on(self) -> None:
        term = self._other_term()
        if term is not None:
            self.termChosen.emit(term)
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _want(self) -> None:
        if self._photo is None or self._photo.id != self.photo_id:
            return
        photo, ratio = self._photo, self.devicePixelRatioF()
        ahead = self._questions[self._at + 1 : self._at + 1 + _AHEAD]
        view = round(min(self.canvas.width(), self.canvas.height()) * ratio)
        side = max(1, min(view, photo.width, photo.height))
        self.wanted.emit(photo.id, tuple(question.photo_id for question in ahead), side)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key
        if event.modifiers() & ~(
            Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
        ):
            super().keyPressEvent(event)
        elif event.text() in ("?", "？"):
            self.helpAsked.emit()
        elif event.key() == key.Key_Y:
            self._answer(True)
        elif event.key() == key.Key_N:
            self._answer(False)
        elif event.key() in (key.Key_S, key.Key_Right):
            self._step(1)
        elif event.key() in (key.Key_Left, key.Key_Backspace):
            self._step(-1)
        elif event.key() == key.Key_Z:
            self.canvas.toggle()
        elif event.key() in (key.Key_Return, key.Key_Enter) and self.ended:
            self._go_on()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < 760
        self.terms.setVisible(not narrow)
