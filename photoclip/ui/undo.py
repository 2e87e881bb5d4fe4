"""What a person did, one act after the other, each of which can be taken back."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from photoclip.core.annotations import Annotations
from photoclip.core.edits import Edit
from photoclip.core.types import Change
from photoclip.errors import PhotoClipError
from photoclip.ui.actions import Actions
from photoclip.ui.session import Session

# As many acts are remembered.
_MOST = 100


@dataclass(frozen=True)
class Done:
    """What an act has done.

    Attributes:
        back: undoes it, and gives what does it again; None where nothing was changed.
        show: what follows from it in the window, where that is not read from the library.
    """

    change: Change
    back: "Act | None"
    show: Callable[[], None] | None = None


# Changes the library; called in another thread.
Act = Callable[[], Done]


@dataclass(frozen=True)
class _Step:
    act: Act
    sentence: str
    quiet: bool = False


class UndoStack(QObject):
    """Does things to the library in the background, and takes them back in the reverse order.

    Signals:
        said: (what was done in a sentence, what is offered about it, what that does).
        changed: the library is another now, and what can be undone.
    """

    said = Signal(object, object, object)
    changed = Signal()

    def __init__(self, session: Session, actions: Actions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._actions = session, actions
        self._done: list[_Step] = []
        self._undone: list[_Step] = []
        self._waiting: deque[Callable[[], bool]] = deque()
        self._busy = False
        actions.connect("undo", self.undo)
        actions.connect("redo", self.redo)
        self._enable()

    def do(
        self,
        act: Act,
        sentence: str,
        quiet: bool = False,
        otherwise: str = "",
        done: Callable[[], None] | None = None,
    ) -> None:
        """Do something that can be undone.

        Args:
            sentence: what was done, told with the offer to undo it.
            quiet: say nothing, where it shows well enough in its place.
            otherwise: what to say when it turns out that there was nothing to do.
            done: called when it is done and can be read.
        """

        def push(back: Act) -> None:
            step = _Step(back, sentence, quiet)
            self._done = [*self._done, step][-_MOST:]
            self._undone = []
            self._say(step, sentence, self.tr("Undo"), self.undo)

        def show(changed: bool) -> None:
            if not changed and otherwise:
                self.said.emit(otherwise, "", None)
            if done is not None:
                done()

        def begin() -> bool:
            self._carry_out(act, push, show)
            return True

        self._in_turn(begin)

    def undo(self) -> None:
        """Take back what was done last."""
        self._in_turn(self._undo)

    def redo(self) -> None:
        """Do again what was taken back last."""
        self._in_turn(self._redo)

    def _undo(self) -> bool:
        if not self._done:
            return False
        step = self._done.pop()

        def push(back: Act) -> None:
            self._undone.append(replace(step, act=back))
            words = self.tr("Undone: %1").replace("%1", step.sentence)
            self._say(step, words, self.tr("Redo"), self.redo)

        self._carry_out(step.act, push)
        return True

    def _redo(self) -> bool:
        if not self._undone:
            return False
        step = self._undone.pop()

        def push(back: Act) -> None:
            self._done.append(replace(step, act=back))
            self._say(step, step.sentence, self.tr("Undo"), self.undo)

        self._carry_out(step.act, push)
        return True

    def _say(self, step: _Step, words: str, offer: str, call: Callable[[], None]) -> None:
        if not step.quiet:
            self.said.emit(words, offer, call)

    def _in_turn(self, begin: Callable[[], bool]) -> None:
        """Begin when what was asked before is done: keys may come faster than the disk writes.

        Args:
            begin: False if there is nothing to do.
        """
        self._waiting.append(begin)
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting and not self._busy:
            self._busy = self._waiting.popleft()()

    def _carry_out(
        self,
        act: Act,
        push: Callable[[Act], None],
        done: Callable[[bool], None] = lambda _: None,
    ) -> None:
        found: list[Done] = []
        problem: list[Exception] = []

        def work() -> Change:
            try:
                found.append(act())
            except Exception as error:  # noqa: BLE001 - raised below, where the next may begin
                problem.append(error)
                return Change()
            return found[0].change

        def show() -> None:
            self._busy = False
            back = found[0].back if found else None
            if back is not None:
                push(back)
            if found and found[0].show is not None:
                found[0].show()
            self._enable()
            self._go_on()
            if problem and isinstance(problem[0], PhotoClipError):
                self.said.emit(str(problem[0]), "", None)
            elif problem:
                raise problem[0]
            else:
                self.changed.emit()
                done(back is not None)

        self._session.write(work, show)

    def _enable(self) -> None:
        for name, steps, plain, full in (
            ("undo", self._done, self.tr("Undo"), self.tr("Undo: %1")),
            ("redo", self._undone, self.tr("Redo"), self.tr("Redo: %1")),
        ):
            action = self._actions[name]
            action.setEnabled(bool(steps))
            action.setText(full.replace("%1", steps[-1].sentence) if steps else plain)


def annotated(annotations: Annotations, edit: Callable[[], Sequence[Edit]]) -> Act:
    """The act of saying something of photos, given the edits it makes."""

    def act() -> Done:
        edits = [made for made in edit() if made]

        def back() -> Sequence[Edit]:
            return [annotations.undo(made) for made in reversed(edits)]

        return Done(Change(tags=bool(edits)), annotated(annotations, back) if edits else None)

    return act
