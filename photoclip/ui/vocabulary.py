"""The person's vocabulary as the app works on it: changes, files, and tags suggested anew."""

from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from photoclip.core.term_files import export_terms, import_terms
from photoclip.core.terms import Term, fold
from photoclip.core.types import Change, IndexProgress
from photoclip.core.vocabulary import Vocabulary
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, StopFlag
from photoclip.ui.jobs import Bridge
from photoclip.ui.review import Tagging
from photoclip.ui.session import Session
from photoclip.ui.undo import Act, Done, UndoStack
from photoclip.ui.work import Work

Edited = Callable[[Vocabulary], Vocabulary]

# Several changes in a row are tagged for once, in ms.
_SETTLE = 400


class Words(QObject):
    """Reads and changes the vocabulary of the library, each change undoable.

    Args:
        tagging: suggests tags anew from the stored vectors, with the library's vocabulary as it
            is then.

    Attributes:
        vocabulary: as last read, None before that.

    Signals:
        changed: the `Vocabulary` is another.
        refused: why the last change could not be made, a sentence.
        told: what was done, a sentence.
        tagging: (photos done, photos to do) while tags are suggested anew; (0, 0) at the end.
        tagged: a `Change` to be shown.
    """

    changed = Signal(object)
    refused = Signal(object)
    told = Signal(object)
    tagging = Signal(object, object)
    tagged = Signal(object)

    def __init__(
        self,
        session: Session,
        undo: UndoStack,
        tagging: Tagging,
        bridge: Bridge,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._undo, self._tagging, self._bridge = session, undo, tagging, bridge
        self.vocabulary: Vocabulary | None = None
        self._work: Work | None = None
        self._closed = self._learning = self._again = False
        self._soon = QTimer(self, singleShot=True, interval=_SETTLE)
        self._soon.timeout.connect(self._tag)
        undo.changed.connect(self.read)

    def read(self) -> None:
        """Read the vocabulary, soon."""

        library, before = self._session.library, self.vocabulary

        def read() -> tuple[Vocabulary, str] | None:
            if before is not None and library.own_terms() == before.own:
                return None
            vocabulary = library.vocabulary()
            vocabulary.search("a")  # sorts its names here rather than at the first letter typed
            return vocabulary, vocabulary.version

        self._session.read("words", read, self._keep)

    def add(self, term: Term) -> None:
        self._change(lambda v: _new(v, term), self.tr("Added “%1”").replace("%1", term.term))

    def edit(self, name: str, to: Term) -> None:
        """Have the term of this name be `to`."""
        words = self.tr("Changed “%1”").replace("%1", to.term)
        self._change(lambda v: v.changed(name, to), words)

    def move(self, names: list[str], category: str) -> None:
        """Put terms into a category."""
        words = self.tr("Moved to “%1”").replace("%1", category)
        self._change(lambda v: _each(v, names, lambda t: replace(t, category=category)), words)

    def hide(self, names: list[str], hidden: bool) -> None:
        """Let terms never be suggested, or again."""
        words = self.tr("%Ln term(s) hidden", "", len(names))
        if not hidden:
            words = self.tr("%Ln term(s) shown again", "", len(names))
        self._change(lambda v: _each(v, names, lambda t: replace(t, hidden=hidden)), words)

    def restore(self, name: str) -> None:
        """Have a term as it was built in; one that the person added goes."""
        own = self.vocabulary is not None and self.vocabulary.is_own(name)
        words = self.tr("Removed “%1”") if own else self.tr("“%1” is as it was built in")
        self._change(lambda v: v.restored(name), words.replace("%1", name))

    def bring(self, path: Path) -> None:
        """Add the terms of a file."""
        told: list[str] = []

        def edited(vocabulary: Vocabulary) -> Vocabulary:
            found = import_terms(path)
            told.append(self.tr("%Ln term(s) imported", "", len(found.terms)))
            return vocabulary.added(found.terms)

        self._change(edited, self.tr("Imported %1").replace("%1", path.name), told)

    def export(self, path: Path) -> None:
        """Write all terms to a file."""
        vocabulary = self.vocabulary
        if vocabulary is None:
            return

        def write() -> str:
            terms = (*vocabulary.terms, *vocabulary.hidden)
            try:
                export_terms(path, terms)
            except PhotoClipError as error:
                return str(error)
            return ""

        def tell(problem: str) -> None:
            if problem:
                self.refused.emit(problem)
            else:
                self.told.emit(self.tr("Exported to %1").replace("%1", path.name))

        self._session.read("export", write, tell)

    def learn(self) -> None:
        """Suggest tags by what was answered lately."""
        self._learning = True
        self._tag()

    def close(self) -> None:
        """Stop what is under way; the next start goes on."""
        self._closed = True
        self._soon.stop()
        if self._work is not None:
            self._work.close()

    def _change(self, edited: Edited, sentence: str, told: list[str] | None = None) -> None:
        library = self._session.library
        problem: list[str] = []

        def act() -> Done:
            try:
                return _changing(edited)()
            except PhotoClipError as error:
                problem.append(str(error))
                return Done(Change(), None)

        def _changing(how: Edited) -> Act:
            def act() -> Done:
                before = library.vocabulary()
                after = how(before)
                if after.own == before.own:
                    return Done(Change(), None)
                return Done(library.set_vocabulary(after), _changing(lambda _: before))

            return act

        def done() -> None:
            if problem:
                self.refused.emit(problem[0])
            else:
                self.told.emit(told[0] if told else sentence)

        self._undo.do(act, sentence, done=done)

    def _keep(self, read: tuple[Vocabulary, str] | None) -> None:
        if read is None:
            return
        vocabulary, version = read
        before, self.vocabulary = self.vocabulary, vocabulary
        self.changed.emit(vocabulary)
        if before is not None and before.version != version and not self._closed:
            self._soon.start()

    def _tag(self) -> None:
        """Suggest tags anew; what is under way does so with the former terms and ends."""
        if self._work is not None:
            self._again = True
            self._work.stop()
            return
        self._again = False
        learning, self._learning = self._learning, False

        def run(stop: StopFlag) -> Generator[Progress, None, object]:
            yield from self._tagging.update_tags(stop, learning)
            return None

        self._work = work = Work("retag", run, self._bridge, self)
        work.progressed.connect(self._show)
        work.ended.connect(lambda _: self._end(work))
        work.failed.connect(self.refused)
        work.failed.connect(lambda _: self._end(work))
        work.start()

    def _show(self, progress: IndexProgress) -> None:
        self.tagging.emit(progress.done, progress.total or 0)
        self.tagged.emit(progress.change)

    def _end(self, work: Work) -> None:
        self._work = None
        self.tagging.emit(0, 0)
        self.tagged.emit(Change(tags=True))
        if self._again and not self._closed:
            self._tag()


def _new(vocabulary: Vocabulary, term: Term) -> Vocabulary:
    known = vocabulary.find(term.term)
    if known is not None and fold(term.term) in map(fold, known.names):
        raise PhotoClipError(f"“{term.term}” is already a name of “{known.term}”.")
    return vocabulary.added([term])


def _each(vocabulary: Vocabulary, names: list[str], make: Callable[[Term], Term]) -> Vocabulary:
    # `added` merges each with what is known of it, all in one go.
    return vocabulary.added(
        make(term) for name in names if (term := vocabulary.find(name)) is not None
    )
