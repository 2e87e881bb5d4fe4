"""Bounds on the memory of all decodes together, however many threads decode."""

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# Room for a photo of a phone in a format without scaled decoding on each core.
_FOR_EACH_CORE: Final = 128 * 1024**2


class DecodeBudget:
    """Lets decodes begin while their estimated memory together stays within a bound.

    They begin in the order in which they asked, so that a large one is not overtaken for ever. One
    that exceeds the bound by itself waits for all others to end and then runs alone.

    Args:
        total: bytes.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._used = 0
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def of(self, cost: int) -> Iterator[None]:
        """Hold so many bytes of it; waits until they are free."""
        turn = object()
        with self._changed:
            self._waiting.append(turn)
            self._changed.wait_for(lambda: self._waiting[0] is turn and self._fits(cost))
            self._waiting.popleft()
            self._used += cost
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._used -= cost
                self._changed.notify_all()

    def _fits(self, cost: int) -> bool:
        return self._used == 0 or self._used + cost <= self._total


IN_BACKGROUND: Final = DecodeBudget(_FOR_EACH_CORE * (os.cpu_count() or 1))
"""Of what goes over folders: memory is one, whoever decodes."""

IN_VIEW: Final = DecodeBudget(_FOR_EACH_CORE)
"""Of the few pictures that a person waits for, who is not to stand behind a folder of panoramas."""
