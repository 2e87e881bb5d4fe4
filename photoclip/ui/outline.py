"""The sections in which the grid shows photos: by date, by band of relevance, or none."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QLocale

from photoclip.ui.bands import BandSection, band_title
from photoclip.ui.headings import section_title
from photoclip.ui.timeline import Period, Timeline

# By the day, small tiles would stand more under headings than beside each other.
_SMALL = 112


@dataclass(frozen=True, eq=False)
class Outline:
    """What stands under which heading.

    Attributes:
        timeline: of the first photos, which stand under their dates; None for no such sections.
        bands: the sections after those.
        tile: the side a person wishes a tile to have.
    """

    timeline: Timeline | None = None
    bands: tuple[BandSection, ...] = ()
    tile: int = 176

    @cached_property
    def period(self) -> Period:
        if self.timeline is None:
            return "none"
        return self.timeline.fitting_period(self.tile < _SMALL)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """The first row of each section; empty for one without heading."""
        dated = np.empty(0, np.int64)
        if self.timeline is not None:
            dated = self.timeline.starts(self.period)
        if not self.bands:
            return dated
        # Where headings follow, the first photos have one too, though not by their dates.
        first = [0] if self.bands[0].first and not len(dated) else []
        made = np.concatenate([first, dated, [band.first for band in self.bands]])
        return made.astype(np.int64)

    def band(self, section: int) -> BandSection | None:
        """The band that a section is, None for one of a date."""
        number = section - (len(self.starts) - len(self.bands))
        return self.bands[number] if 0 <= number < len(self.bands) else None

    @property
    def fold(self) -> int | None:
        """The section that can be folded and unfolded, if there is one."""
        if not self.bands or not self.bands[-1].folds:
            return None
        return len(self.starts) - 1

    @property
    def folded(self) -> bool:
        """Whether photos are hidden behind the last heading."""
        return bool(self.bands) and self.bands[-1].folded

    def title(self, section: int, locale: QLocale) -> str:
        """The date or band of a section."""
        band = self.band(section)
        if band is not None:
            return band_title(band.band)
        if self.timeline is None or self.period == "none":
            return QCoreApplication.translate("GridView", "All dates")
        taken = int(self.timeline.times[self.starts[section]])
        return section_title(taken, self.period, locale)

    def years(self) -> list[tuple[int, int]]:
        """Each year there are photos of, with the section in which it begins."""
        if self.timeline is None or not len(self.starts):
            return []
        rows = self.timeline.starts("year")
        within = np.searchsorted(self.starts, rows, "right") - 1
        return [
            (self.timeline.year_of(int(row)), int(section))
            for row, section in zip(rows, within, strict=True)
        ]
