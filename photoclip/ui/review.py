"""Reviewing a tag as the app works on it: questions brought, answers stored, learning started."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from photoclip.core.annotations import Edit
from photoclip.core.review import Question, Standing
from photoclip.core.types import IndexProgress, TagCount
from photoclip.progress import StopFlag
from photoclip.ui.jobs import Bridge, Lane
from photoclip.ui.session import Session
from photoclip.ui.undo import UndoStack, annotated


class Asks(Protocol):
    """The questions about one tag; see `photoclip.core.review.Review`."""

    def questions(self, limit: int = ...) -> Sequence[Question]: ...

    def standing(self) -> Standing: ...

    def answer(self, questions: Sequence[Question], yes: bool) -> Edit: ...


class Tagging(Protocol):
    """What suggests tags and learns from answers; see `photoclip.core.serving.Serving`."""

    def review(self, term: str) -> Asks: ...

    def update_tags(self, stop: StopFlag, learning: bool = ...) -> Iterator[IndexProgress]: ...

    def learning_is_due(self) -> bool: ...


@dataclass(frozen=True)
class Queue:
    """The questions about one tag, the most doubtful first."""

    term: str
    questions: tuple[Question, ...]
    standing: Standing


class Reviews(QObject):
    """Brings questions and takes answers, off the GUI thread.

    Signals:
        begun: the `Queue` asked for.
        stands: (term, its `Standing`), after answers.
        failed: why no questions can be asked, a sentence.
        learned: enough was answered for the tags to be suggested anew.
    """

    begun = Signal(object)
    stands = Signal(object, object)
    failed = Signal(object)
    learned = Signal()

    def __init__(
        self,
        session: Session,
        undo: UndoStack,
        tagging: Tagging,
        bridge: Bridge,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._undo, self._tagging = session, undo, tagging
        # A lane of its own: the first question may have to wait for the model.
        self._lane = Lane(bridge, "review")
        self._term = ""
        undo.changed.connect(self._look)

    def begin(self, term: str) -> None:
        """Ask about a tag."""
        self._term = term

        def read() -> Queue:
            review = self._tagging.review(term)
            return Queue(term, tuple(review.questions()), review.standing())

        self._lane.submit(
            "begin", read, self.begun.emit, lambda error: self.failed.emit(str(error))
        )

    def answer(self, term: str, question: Question, yes: bool) -> None:
        words = self.tr("Yes, “%1”") if yes else self.tr("No, not “%1”")
        self._undo.do(
            annotated(
                self._session.library.annotations,
                lambda: [self._tagging.review(term).answer([question], yes)],
            ),
            words.replace("%1", term),
            quiet=True,
        )

    def end(self) -> None:
        """The person is done: learn from what was answered, if it is enough."""
        self._term = ""
        self._lane.submit("due", self._tagging.learning_is_due, self._learn)

    def close(self) -> None:
        self._lane.close()

    def _look(self) -> None:
        term = self._term
        if not term:
            return

        def read() -> tuple[Standing, bool]:
            return self._tagging.review(term).standing(), self._tagging.learning_is_due()

        def show(found: tuple[Standing, bool]) -> None:
            self.stands.emit(term, found[0])
            self._learn(found[1])

        self._lane.submit("stands", read, show)

    def _learn(self, due: bool) -> None:
        if due:
            self.learned.emit()


def waiting(tags: Sequence[TagCount]) -> list[TagCount]:
    """The tags with suggestions that nobody has decided on, those with the most first."""
    return sorted((tag for tag in tags if tag.count > tag.own), key=lambda tag: tag.own - tag.count)
