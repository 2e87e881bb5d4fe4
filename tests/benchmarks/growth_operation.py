"""One thing a person does, as `growth` measures it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.growing import Grown


@dataclass(frozen=True)
class Operation:
    """Something a person does.

    Attributes:
        costs: what dominates, in a word or two.
        run: what is measured, given the library and what `prepare` gave before.
        times: how often it is measured; the median counts.
    """

    name: str
    costs: str
    run: Callable[[Grown, Any], object]
    prepare: Callable[[Grown], Any] = lambda grown: None
    times: int = 5
