"""The review: is this what the tag says? One big photo after the other, one key each."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from photoclip.core.review import Question, Standing
from photoclip.ui.choice import Choice
from photoclip.ui.controls import ElidedLabel, IconButton, button, label
from photoclip.ui.next_photos import NextPhotos
from photoclip.ui.photo_view import PhotoView
from photoclip.ui.review import Queue
from photoclip.ui.review_round import Round
from photoclip.ui.tokens import VIEWER

# So many photos are got ready ahead.
_AHEAD = 2
# In a page narrower than this, in logical pixels, the photo needs the room more.
_NARROW = 760
# Marks the answer that was given.
_TICK = " ✓"


class ReviewPage(QWidget):
    """Asks about one tag at a time.

    Signals:
        termChosen: a tag to be asked about. moreAsked: more is to be asked about it.
        answered: (term, `Question`, yes).
        undoAsked: the last answer is to be taken back.
        openAsked: (photo ids, which of them): it is to be seen in the viewer.
        helpAsked: "?" was typed.
        left: the person is done.
    """

    termChosen = Signal(object)
    moreAsked = Signal(object)
    answered = Signal(object, object, object)
    undoAsked = Signal()
    openAsked = Signal(object, object)
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
        self._round = Round()
        self._note = ""
        self._standing = Standing(0, 0, 0)
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
        self.view = PhotoView(VIEWER.canvas)
        self.canvas = self.view.canvas
        self.next = NextPhotos()
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
        for one, words in ((self.yes, self.tr("Yes (Y)")), (self.no, self.tr("No (N)"))):
            one.setText(words + _TICK)
            one.setMinimumWidth(one.sizeHint().width())
            one.setText(words)
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
        self._pages.addWidget(self.view)
        self._pages.addWidget(end)
        self._pages.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.foot = QWidget()
        foot = QHBoxLayout(self.foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(8)
        # Whether there is something to undo or not, the others stay where they are.
        keep = self.undo.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.undo.setSizePolicy(keep)
        foot.addSpacing(self.undo.sizeHint().width())
        foot.addStretch(1)
        for one in (self.no, self.skip, self.yes):
            foot.addWidget(one)
        foot.addStretch(1)
        foot.addWidget(self.undo)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self._pages, 1)
        body.addWidget(self.next)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 8, 16, 12)
        whole.setSpacing(8)
        whole.addLayout(top)
        whole.addWidget(self._right)
        whole.addLayout(body, 1)
        whole.addWidget(self.foot)

    # What it shows

    @property
    def question(self) -> Question | None:
        """The one put now."""
        return self._round.question

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

    def show_tags(self, tags: Sequence[tuple[str, int]]) -> None:
        """The tags that can be reviewed, each with how many photos wait."""
        locale, chosen = self.locale(), self.term
        self.terms.clear()
        for term, count in tags:
            self.terms.addItem(f"{term}  {locale.toString(count)}", term)
        at = self.terms.findData(chosen)
        if at < 0 and chosen:
            self.terms.insertItem(0, chosen, chosen)
            at = 0
        self.terms.setCurrentIndex(at)

    def show_waiting(self, term: str) -> None:
        """The questions about this tag are on their way."""
        if term != self.term:
            self._note = ""
        self._begin(term)
        self.terms.setCurrentIndex(self.terms.findData(term))
        self._title.show_text(self.tr("Is this “%1”?").replace("%1", term))
        self._left.setText("")
        self._right.setText("")
        self._say_end(self.tr("Looking for the most doubtful photos…"), "", offer=False)

    def show_nothing(self) -> None:
        """No tag waits for an answer."""
        self._begin("")
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
        # What was skipped is not asked again before the person comes back to the tag.
        self._round = Round(queue.questions, self._round.skipped)
        self._standing = queue.standing
        self._turned()

    def show_standing(self, term: str, standing: Standing, answers: Mapping[int, bool]) -> None:
        """How the tag stands after answers, or after some were undone.

        Args:
            answers: what was answered of the questions put, by photo.
        """
        if term != self.term:
            return
        self._standing = standing
        if self._round.take_in(answers):
            self._turned()
        else:
            self._say_standing()
            self._mark()
            self._maybe_go_on()

    def show_note(self, note: str) -> None:
        """What comes of the answers, quietly; "" for nothing."""
        self._note = note
        self._say_standing()

    def _begin(self, term: str) -> None:
        self.term, self._round, self._standing = term, Round(), Standing(0, 0, 0)
        self.next.show_photos(())

    def _maybe_go_on(self) -> None:
        """Ask for more where more photos wait than are asked about at once."""
        # Not before the library has all answers, or it would ask again.
        if self._round.settled and self._standing.left > len(self._round.skipped):
            self.moreAsked.emit(self.term)

    def _say_standing(self) -> None:
        """How many photos wait, and how often the suggestions were right so far."""
        standing, locale = self._standing, self.locale()
        left = self.tr("%1 left").replace("%1", locale.toString(standing.left))
        question = self.question
        if question is not None and not question.suggested:
            left = self.tr("Not suggested, but near it")
        elif question is not None and question.sure:
            left = self.tr("PhotoClip is sure of this one")
        self._left.setText(left)
        precision = standing.precision
        words = self.tr("Answer a few, and you see how often PhotoClip is right.")
        if precision is not None:
            words = self.tr("Right so far %1 (%2 of %3)")
            words = words.replace("%1", locale.toString(round(100 * precision)) + " %")
            words = words.replace("%2", locale.toString(standing.right))
            words = words.replace("%3", locale.toString(standing.answered))
        self._right.setText(f"{words} · {self._note}" if self._note else words)

    def _turned(self) -> None:
        question = self.question
        asked = question is not None
        for one in (self.no, self.skip, self.yes):
            one.setEnabled(asked)
        ahead = self._round.ahead
        self.next.show_photos(ahead)
        self._say_standing()
        self._mark()
        if question is None:
            self._show_end()
            self._maybe_go_on()
            return
        self._pages.setCurrentIndex(0)
        self.canvas.setAccessibleName(self._title.full_text)
        self.view.turn(question.photo_id, ahead[:_AHEAD])

    def _mark(self) -> None:
        """Where a photo was answered already, which answer it was."""
        self.undo.setVisible(self._round.answered)
        answer = None if self.photo_id is None else self._round.answer_to(self.photo_id)
        self.yes.setText(self.tr("Yes (Y)") + (_TICK if answer else ""))
        self.no.setText(self.tr("No (N)") + (_TICK if answer is False else ""))

    def _show_end(self) -> None:
        if not self._round.questions and not self._standing.answered:
            note = self.tr("PhotoClip is sure of every “%1” that it suggests, or finds none.")
            self._say_end(self.tr("No doubts"), note.replace("%1", self.term))
        elif self._round.skipped:
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
            self._round.answer(yes)
            self.answered.emit(self.term, question, yes)
            self._step(1)

    def _step(self, by: int) -> None:
        if self._round.step(by):
            self._turned()

    def _take_back(self) -> None:
        """Undo the last answer and put its question again."""
        if self._round.take_back():
            self.undoAsked.emit()
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
        elif event.key() in (key.Key_Return, key.Key_Enter):
            self.openAsked.emit(self._round.photo_ids, self._round.at)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for one in (self.terms, self.next):
            one.setVisible(self.width() >= _NARROW)
