"""Long work that computes with models, done in their process and reported here."""

import contextlib
from collections.abc import Callable, Generator
from typing import Any, TypeVar

from photoclip.clip.model_process import DiedError, ModelProcess
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, StopFlag

_R = TypeVar("_R")


class _Errand:
    """The work there, step by step."""

    def __init__(
        self,
        function: Callable[..., Generator[Progress, None, object]],
        arguments: tuple[object, ...],
    ) -> None:
        self._stop = StopFlag()
        self._work = function(*arguments, self._stop)

    def step(self, stopped: bool) -> tuple[Progress | None, object]:
        """What it reports next, or None and what it returns."""
        if stopped:
            self._stop.stop()
        try:
            return next(self._work), None
        except StopIteration as end:
            return None, end.value

    def close(self) -> None:
        self._work.close()


def remote_work(
    process: ModelProcess,
    function: Callable[..., Generator[Progress, None, _R]],
    *arguments: Any,
) -> Generator[Progress, None, _R]:
    """`function(*arguments)`, computed in the process of the models.

    Asked to stop or to pause, it does so between two reports.

    Args:
        function: found there by its name; what it takes, reports and returns is pickled.
        arguments: the last is the `StopFlag`.

    Raises:
        PhotoClipError: also if the process dies.
    """
    *given, stop = arguments
    errand = process.make(_Errand, function, tuple(given))
    try:
        while True:
            progress, value = errand.call("step", stop.stopped)
            if progress is None:
                result: _R = value
                return result
            yield progress
            stop.wait_while_paused()
    except GeneratorExit:
        with contextlib.suppress(DiedError):
            errand.call("close")
        raise
    except DiedError as error:
        process.lost(errand)
        raise PhotoClipError(
            "What computes with models stopped while it was working, most likely because memory "
            "ran out. Close other programs and try again."
        ) from error
    finally:
        process.drop(errand)
