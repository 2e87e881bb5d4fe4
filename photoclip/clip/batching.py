"""Work in batches that fit, in a place that works: halved for lack of memory, then the next place.

Knows neither torch nor devices beyond the errors they raise, so that every way down can be tried
on any computer.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.devices import is_out_of_memory, release_memory
from photoclip.errors import PhotoClipError

Reason = Literal["memory", "failure", "numbers"]

# What a device, its driver or its numbers fail with. torch's own errors are RuntimeErrors, an
# operation that a device lacks is a NotImplementedError, which is one, or a TypeError.
_FAILURES = (ArithmeticError, MemoryError, RuntimeError, TypeError)


class Place(Protocol):
    """Something made ready to run somewhere."""

    @property
    def batch_sizes(self) -> dict[str, int]:
        """How many things of each kind to take at a time; lowered to what proves to fit."""


_R = TypeVar("_R")
_P = TypeVar("_P", bound=Place)


class Ladder(Generic[_R, _P]):
    """The places where work can run, best first, and how far down it has had to go.

    A batch for which memory does not suffice is repeated in halves, down to single things, and
    then in the next place. A batch that fails in any other way is repeated in the next place at
    once: what is wrong with the work itself, and not with the place, fails in the last one too,
    and is raised there. May be used from any number of threads, which step down together.

    Args:
        rungs: tells what the places are, at least one; called at the first use.
        prepare: makes a place ready; when it fails, the next one is taken.
    """

    def __init__(self, rungs: Callable[[], Sequence[_R]], prepare: Callable[[_R], _P]) -> None:
        self._find = rungs
        self._prepare = prepare
        self._preparing = threading.Lock()
        self._rungs: tuple[_R, ...] = ()
        self._step = 0
        self._place: _P | None = None
        self._reason: Reason | None = None

    @property
    def rung(self) -> _R:
        """Where work runs, or will run if that can be made ready."""
        if not self._rungs:
            self._rungs = tuple(self._find())
        return self._rungs[self._step]

    @property
    def ready(self) -> _P | None:
        """The place, if it is ready already; never waits."""
        return self._place

    @property
    def reason(self) -> Reason | None:
        """Why the last step down was taken, or None on the first rung."""
        return self._reason

    def place(self) -> _P:
        """The place where work runs now, made ready if it is not; others that need it wait.

        Raises:
            PhotoClipError: memory does not suffice for any of the places.
        """
        with self._preparing:
            while (place := self._place) is None:
                try:
                    self._place = self._prepare(self.rung)
                except _FAILURES as error:
                    reason = _reason(error)
                    if self._is_last():
                        _explain(error)
                        raise
                else:
                    continue
                release_memory()
                self._step_down(reason)
            return place

    def release(self) -> None:
        """Let go of the place; it is made ready again when it is next needed."""
        with self._preparing:
            self._place = None
        release_memory()

    def run(
        self, kind: str, encode: Callable[[_P, slice], NDArray[np.float32]], count: int
    ) -> NDArray[np.float32]:
        """Encode `count` > 0 things, each exactly once, in order.

        Args:
            kind: which of the place's `batch_sizes` holds.
            encode: gives the embeddings, (length of the slice, d), of a part of the things.

        Returns:
            the embeddings, (count, d).

        Raises:
            PhotoClipError: memory does not suffice for one thing in the last place.
        """
        parts: list[NDArray[np.float32]] = []
        start = 0
        while start < count:
            place = self.place()
            length = min(place.batch_sizes[kind], count - start)
            try:
                part = encode(place, slice(start, start + length))
            except _FAILURES as error:
                reason = _reason(error)
                if self._is_at_end(place) and (reason != "memory" or length == 1):
                    _explain(error)
                    raise
            else:
                parts.append(part)
                start += length
                continue
            # Outside of the handler, whose traceback keeps the tensors of the failed batch alive.
            if reason == "memory" and length > 1:
                place.batch_sizes[kind] = min(place.batch_sizes[kind], length // 2)
            else:
                self._leave(place, reason)
            del place
            release_memory()
        return np.concatenate(parts)

    def _leave(self, place: _P, reason: Reason) -> None:
        with self._preparing:
            # Else another thread has met the same failure before.
            if place is self._place:
                self._place = None
                self._step_down(reason)

    def _step_down(self, reason: Reason) -> None:
        self._step += 1
        self._reason = reason

    def _is_last(self) -> bool:
        return self._step == len(self._rungs) - 1

    def _is_at_end(self, place: _P) -> bool:
        return place is self._place and self._is_last()


def _reason(error: Exception) -> Reason:
    if is_out_of_memory(error):
        return "memory"
    return "numbers" if isinstance(error, FloatingPointError) else "failure"


def _explain(error: Exception) -> None:
    """Tell a lack of memory, which a person can do something about, in a sentence."""
    if is_out_of_memory(error):
        raise PhotoClipError(
            "There is not enough memory to run the model, even for one picture at a time. "
            "Close other programs or choose a smaller model."
        ) from error
