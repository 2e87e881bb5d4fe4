"""Teaching the model a person's words, as the app works on it: one run at a time, undoable."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QLocale, QObject, Signal

from photoclip.core.lessons import Taught, photos_with_words, put, taught
from photoclip.core.teach import Lesson, Verdict
from photoclip.core.types import Change
from photoclip.progress import Progress, StopFlag
from photoclip.ui.jobs import Bridge
from photoclip.ui.session import Session
from photoclip.ui.undo import Act, Done, UndoStack
from photoclip.ui.work import Work


class Teaches(Protocol):
    """What learns words; see `photoclip.core.serving.Serving`."""

    def teach(self, stop: StopFlag) -> Generator[Progress, None, Lesson | None]: ...


@dataclass(frozen=True)
class Figures:
    """What teaching did, shares in 0..1 as in `core.teach.Lesson`."""

    recall_before: float
    recall_after: float
    known_before: float
    known_after: float

    @classmethod
    def of(cls, what: Lesson | Taught) -> "Figures":
        return cls(what.recall_before, what.recall_after, what.known_before, what.known_after)


class Lessons(QObject):
    """Teaches the model that answers, and knows what it was taught.

    Attributes:
        photos: how many have a caption or a tag to learn from; None until `read`.
        taught: what is in use.
        progress: of the run that goes on, None while none does.
        said: why the last run changed nothing; "" when there is nothing to say.

    Signals:
        changed: any of these.
        outdated: they may be others by now.
    """

    changed = Signal()
    outdated = Signal()

    def __init__(
        self,
        session: Session,
        undo: UndoStack,
        teaches: Teaches,
        bridge: Bridge,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._undo, self._teaches, self._bridge = session, undo, teaches, bridge
        self._work: Work | None = None
        self.photos: int | None = None
        self.taught: Taught | None = None
        self.progress: Progress | None = None
        self.said = ""
        session.tagsRead.connect(lambda _: self.outdated.emit())
        undo.changed.connect(self.outdated)

    @property
    def running(self) -> bool:
        return self._work is not None

    @property
    def stopping(self) -> bool:
        return self._work is not None and self._work.stopping

    def read(self) -> None:
        """Find out what there is to learn from, and what was learned."""
        library, model = self._session.library, self._session.model

        def keep(found: tuple[int, Taught | None]) -> None:
            self.photos, self.taught = found
            self.changed.emit()

        self._session.read(
            "lessons", lambda: (photos_with_words(library, model), taught(library, model)), keep
        )

    def teach(self) -> None:
        """Learn, and use what was learned if it helps."""
        if self._work is not None:
            return
        self.said, self.progress = "", Progress("reading", 0)
        self._work = work = Work("teach", self._teaches.teach, self._bridge, self)
        work.progressed.connect(self._show)
        work.ended.connect(self._end)
        work.failed.connect(lambda sentence: self._end(None, sentence))
        work.start()
        self.changed.emit()

    def stop(self) -> None:
        """End the run at its next safe point; nothing is changed."""
        if self._work is not None:
            self._work.stop()
            self.changed.emit()

    def forget(self) -> None:
        """Take back all that the model was taught."""
        if self.taught is not None:
            self.said = ""
            self._put(self.taught.model, None, self.tr("PhotoClip forgot your words"))

    def close(self) -> None:
        if self._work is not None:
            self._work.close()
            self._work = None

    def _show(self, progress: Progress) -> None:
        self.progress = progress
        self.changed.emit()

    def _end(self, lesson: Lesson | None, problem: str = "") -> None:
        stopped = self.stopping
        if self._work is not None:
            self._work.deleteLater()
        self._work = self.progress = None
        if lesson is not None and lesson.verdict is Verdict.KEPT:
            what = Taught.of(lesson)
            self._put(what.model, what, self.tr("PhotoClip learned your words"))
        elif lesson is not None:
            self.said = refused(lesson)
        elif problem:
            self.said = problem
        elif stopped:
            self.said = self.tr("Stopped. Nothing was changed.")
        self.changed.emit()

    def _put(self, model: str, what: Taught | None, sentence: str) -> None:
        library = self._session.library

        def putting(wanted: Taught | None) -> Act:
            def act() -> Done:
                # What answers is another now, as after a change of model.
                return Done(Change(model=True), putting(put(library, model, wanted)))

            return act

        self._undo.do(putting(what), sentence, done=self.read)


def refused(lesson: Lesson) -> str:
    """Why nothing was changed, and the figures, each on a line."""
    figures = Figures.of(lesson)
    if lesson.verdict is Verdict.TOO_MUCH_FORGOTTEN:
        lead = _tr("What worked before would get worse, so nothing was changed.")
    elif figures.recall_after > figures.recall_before:
        lead = _tr("It would help too little, so nothing was changed.")
    else:
        lead = _tr("It would not help, so nothing was changed.")
    return "\n".join(
        (lead, found_in_words(figures, kept=False), known_in_words(figures, kept=False))
    )


def found_in_words(figures: Figures, kept: bool) -> str:
    """How often texts that were left out find their photo, before and after.

    Args:
        kept: whether that is so from now on, or only would be.
    """
    before, after, of = _counts(figures.recall_before, figures.recall_after)
    words = _tr("Your own words found their photo %2 of %3 times instead of %1.")
    if not kept:
        words = _tr("Your own words would find their photo %2 of %3 times; now they do %1 times.")
        if before == after:
            words = _tr("Your own words find their photo %1 of %3 times, with it or without.")
    return words.replace("%1", before).replace("%2", after).replace("%3", of)


def known_in_words(figures: Figures, kept: bool) -> str:
    """How often what worked before still works."""
    before, after, of = _counts(figures.known_before, figures.known_after)
    if before == after:
        words = _tr("What worked before still works: %2 of %3 times, as it was.")
    elif kept:
        words = _tr("What worked before still works: %2 of %3 times, %1 before.")
    else:
        words = _tr("What worked before would work %2 of %3 times instead of %1.")
    return words.replace("%1", before).replace("%2", after).replace("%3", of)


def _counts(before: float, after: float) -> tuple[str, str, str]:
    """Both shares as so many of a hundred; of a thousand where that would look the same."""
    of = 100 if round(100 * before) != round(100 * after) or before == after else 1_000
    locale = QLocale()
    return (
        locale.toString(round(of * before)),
        locale.toString(round(of * after)),
        locale.toString(of),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("Teach", text)
