"""Photos in the order they were taken: where each day, month and year of them begins."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Period = Literal["day", "month", "year", "none"]

# A library with fewer photos a day than this is easier to read by month, then by year.
_FULL_PERIOD = {"day": 4, "month": 4, "year": 10}


@dataclass(frozen=True, eq=False)
class Timeline:
    """When the photos shown were taken; what is found out of a million is kept.

    Attributes:
        times: (n,) seconds since 1970 on the camera's clock, in the order shown.
    """

    times: NDArray[np.int64]

    def starts(self, period: Period) -> NDArray[np.int64]:
        """The first row of each run of photos of the same period."""
        if not len(self.times) or period == "none":
            return np.empty(0, np.int64)
        return {"day": self._days, "month": self._months, "year": self._years}[period]

    def fitting_period(self, small_tiles: bool = False) -> Period:
        """The finest period with several photos on average, "none" if there is none."""
        periods: tuple[Period, ...] = ("month", "year") if small_tiles else ("day", "month", "year")
        for period in periods:
            if len(self.times) >= _FULL_PERIOD[period] * max(1, len(self.starts(period))):
                return period
        # So few photos over so many years are read at a glance, without any headings.
        return "none"

    def year_of(self, row: int) -> int:
        return (
            int(self.times[row].astype("datetime64[s]").astype("datetime64[Y]").astype(int)) + 1970
        )

    @cached_property
    def _days(self) -> NDArray[np.int64]:
        return _changes(self.times // 86_400)

    @cached_property
    def _months(self) -> NDArray[np.int64]:
        return self._longer("M")

    @cached_property
    def _years(self) -> NDArray[np.int64]:
        return self._longer("Y")

    def _longer(self, unit: str) -> NDArray[np.int64]:
        # A month and a year begin with a day, so only the days' first photos need a calendar.
        spans = self.times[self._days].astype("datetime64[s]").astype(f"datetime64[{unit}]")
        return self._days[_changes(spans.astype(np.int64))]


def _changes(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """The positions at which a new key begins."""
    return np.concatenate(([0], np.flatnonzero(keys[1:] != keys[:-1]) + 1)).astype(np.int64)
