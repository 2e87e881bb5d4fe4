"""Reviewing a tag as the app works on it: questions brought, answers stored, learning started."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from photoclip.core.edits import Edit
from photoclip.core.review import Question, Standing, doubts
from photoclip.core.types import IndexProgress
from photoclip.progress import StopFlag
from photoclip.ui.jobs import Bridge, Lane
from photoclip.ui.session import Session
from photoclip.ui.thumbnails import square
from photoclip.ui.undo import UndoStack, annotated


class Asks(Protocol):
    """The questions about one tag; see `photoclip.core.review.Review`."""

    def questions(self, limit: int = ...) -> Sequence[Question]: ...

    def standing(self) -> Standing: ...

    def answers(self, photo_ids: Sequence[int]) -> Mapping[int, bool]: ...

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
        doubted: the `Doubts` in the whole library.
        begun: the `Queue` asked for.
        stands: (term, its `Standing`, what was answered of its questions by photo id), after
            answers or what undid them.
        pictured: thumbnails by photo id.
        failed: why no questions can be asked, a sentence.
        learned: enough was answered for the tags to be suggested anew.
    """

    doubted = Signal(object)
    begun = Signal(object)
    stands = Signal(object, object, object)
    pictured = Signal(object)
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
        self._asked: list[int] = []
        undo.changed.connect(self._follow)
        session.tagsRead.connect(lambda _: self.count())

    def begin(self, term: str) -> None:
        """Ask about a tag."""
        self._term = term

        def read() -> Queue:
            review = self._tagging.review(term)
            return Queue(term, tuple(review.questions()), review.standing())

        def show(queue: Queue) -> None:
            self._asked = [question.photo_id for question in queue.questions]
            self.begun.emit(queue)

        self._lane.submit("begin", read, show, lambda error: self.failed.emit(str(error)))

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

    def picture(self, photo_ids: Sequence[int], side: int) -> None:
        """Read the middle squares of photos, `side` pixels wide."""
        library = self._session.library

        def read() -> dict[int, QImage]:
            hashes = library.content_hashes(photo_ids)
            found = {one: library.thumbnails.read(key) for one, key in hashes.items()}
            return {one: square(jpeg, side) for one, jpeg in found.items() if jpeg}

        self._lane.submit("picture", read, self.pictured.emit)

    def end(self) -> None:
        """The person is done: learn from what was answered, if it is enough."""
        self._term, self._asked = "", []
        self._lane.submit("due", self._tagging.learning_is_due, self._learn)

    def close(self) -> None:
        self._lane.close()

    def look(self) -> None:
        """Find out how the tag that is asked about stands now."""
        term, asked = self._term, self._asked
        if not term:
            return

        def read() -> tuple[Standing, Mapping[int, bool]]:
            review = self._tagging.review(term)
            return review.standing(), review.answers(asked)

        self._lane.submit("stands", read, lambda found: self.stands.emit(term, *found))

    def _follow(self) -> None:
        """Something was answered, or undone."""
        if self._term:
            self.look()
            self._lane.submit("due", self._tagging.learning_is_due, self._learn)

    def count(self) -> None:
        """Find out what is doubtful."""
        library, model = self._session.library, self._session.model
        self._lane.submit("doubts", lambda: doubts(library, model), self.doubted.emit)
        self.look()

    def _learn(self, due: bool) -> None:
        if due:
            self.learned.emit()
