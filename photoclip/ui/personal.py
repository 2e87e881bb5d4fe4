"""Personal tags as the app works on them: looked for in the background, refined by every answer."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from photoclip.core import personal_tags
from photoclip.core.personal import LEAST_EXAMPLES
from photoclip.core.types import IndexProgress
from photoclip.core.vocabulary import Vocabulary
from photoclip.progress import Progress, StopFlag
from photoclip.ui.jobs import Bridge
from photoclip.ui.session import Session
from photoclip.ui.undo import Done, UndoStack
from photoclip.ui.work import Work

# After the last of several answers, in ms.
_SETTLE = 1000


class Finds(Protocol):
    """What finds the photos of personal tags; see `photoclip.core.serving.Serving`."""

    def find_more(self, stop: StopFlag) -> Iterator[IndexProgress]: ...


@dataclass(frozen=True)
class Standing:
    """What can be done about a tag.

    Attributes:
        examples: how many photos have it as the person's own.
        waiting: for how many others it is suggested.
        built_in: whether PhotoClip suggests it without being asked.
        sought: whether it is looked for already.
        shown: whether suggested tags are shown at all.
    """

    term: str
    examples: int
    waiting: int
    built_in: bool
    sought: bool
    shown: bool

    @property
    def can_be_sought(self) -> bool:
        return not self.built_in and self.shown and self.examples >= LEAST_EXAMPLES


class PersonalTags(QObject):
    """Has tags looked for, and keeps what is found in line with what the person says.

    Signals:
        began: the tag that is looked for now.
        found: the `Standing` of a tag that was looked for.
        failed: why nothing can be looked for, a sentence.
        changed: a `Change` to be shown.
    """

    began = Signal(object)
    found = Signal(object)
    failed = Signal(object)
    changed = Signal(object)

    def __init__(
        self,
        session: Session,
        undo: UndoStack,
        finds: Finds,
        bridge: Bridge,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._undo, self._finds, self._bridge = session, undo, finds, bridge
        self._vocabulary: Vocabulary | None = None
        self._asked: list[str] = []
        self._work: Work | None = None
        self._closed = self._again = False
        self._soon = QTimer(self, singleShot=True, interval=_SETTLE)
        self._soon.timeout.connect(self._refine)
        undo.changed.connect(self._soon.start)

    def know(self, vocabulary: Vocabulary) -> None:
        """These are the terms now."""
        self._vocabulary = vocabulary

    def look_for(self, term: str) -> None:
        """Find the photos that show what this tag's photos show."""
        words = self.tr("Looked for more photos of “%1”").replace("%1", term)

        def begin() -> None:
            self.began.emit(term)
            self._asked.append(term)
            self._find()

        self._undo.do(self._looking(term, True), words, done=begin)

    def stop_looking(self, term: str) -> None:
        """Take away what was found, and look for no more."""
        words = self.tr("“%1” is suggested no more. Your own photos keep it.").replace("%1", term)
        self._undo.do(self._looking(term, False), words)

    def read(self, terms: list[str], done: Callable[[list[Standing]], None], key: str) -> None:
        """Call `done` with what can be done about these tags; `key` tells apart those who ask."""
        vocabulary = self._vocabulary
        if vocabulary is not None:
            read = [self._standing(term, vocabulary) for term in terms]
            self._session.read(key, lambda: [one() for one in read], done)

    def close(self) -> None:
        """Stop what is under way; the next start goes on."""
        self._closed = True
        self._soon.stop()
        if self._work is not None:
            self._work.close()

    def _looking(self, term: str, wanted: bool) -> Callable[[], Done]:
        library, model = self._session.library, self._session.model

        def act() -> Done:
            if wanted:
                change = personal_tags.look_for(library, term, model)
            else:
                change = personal_tags.stop_looking(library, term)
            return Done(change, self._looking(term, not wanted))

        return act

    def _standing(self, term: str, vocabulary: Vocabulary) -> Callable[[], Standing]:
        library, model = self._session.library, self._session.model

        def read() -> Standing:
            return Standing(
                term,
                personal_tags.examples(library, term),
                personal_tags.waiting(library, term, model),
                personal_tags.is_built_in(vocabulary, term),
                term in personal_tags.sought(library),
                library.annotations.suggesting,
            )

        return read

    def _refine(self) -> None:
        """Suggest by what was said lately, where any tag is looked for."""
        library = self._session.library
        self._session.read(
            "sought",
            lambda: personal_tags.sought(library),
            lambda sought: self._find() if sought else None,
        )

    def _find(self) -> None:
        if self._closed:
            return
        if self._work is not None:
            self._again = True
            return
        self._again = False
        asked, self._asked = self._asked, []

        def run(stop: StopFlag) -> Generator[Progress, None, object]:
            yield from self._finds.find_more(stop)
            return None

        self._work = work = Work("personal", run, self._bridge, self)
        work.progressed.connect(lambda progress: self.changed.emit(progress.change))
        work.ended.connect(lambda _: self._end(asked))
        work.failed.connect(self.failed)
        work.failed.connect(lambda _: self._end([]))
        work.start()

    def _end(self, asked: list[str]) -> None:
        self._work = None

        def tell(standings: list[Standing]) -> None:
            for standing in standings:
                self.found.emit(standing)

        if asked:
            self.read(asked, tell, "found")
        if self._again:
            self._find()
