"""How results are laid out: in bands by relevance, or by date; the weak ones folded away."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QLocale

from photoclip.core.relevance import BANDS, WEAK, Band

# So many are shown where none is relevant.
CLOSEST = 12


class Order(StrEnum):
    RELEVANCE = "relevance"
    DATE = "date"


@dataclass(frozen=True)
class BandSection:
    """A heading among results.

    Attributes:
        first: the row it begins at.
        count: how many photos belong to it.
        folded: none of them is shown until asked for.
    """

    band: Band
    first: int
    count: int
    folded: bool = False

    @property
    def folds(self) -> bool:
        return self.band is Band.WEAK


@dataclass(frozen=True, eq=False)
class Ranking:
    """What a query found.

    Attributes:
        ids: int64 (n,), best first; newest first where nothing was ranked.
        bands: int8 (n,), indices into `BANDS`, rising; None where nothing was ranked.
        times: int64 (n,), seconds: when they were taken.
        marks: the photos found right (True) or wrong by thumbs.
        places: int64 (n,), where each would stand among all, newest first; None where they stand
            so already.
        unfolded: gives the ids with the weak ones in their order too, which takes a while for a
            million; until then they stand as they were listed, but for the best.
        among: how many photos there are in the folder, tag or album that was searched in; None
            for the whole library.
    """

    ids: NDArray[np.int64]
    bands: NDArray[np.int8] | None
    times: NDArray[np.int64]
    marks: Mapping[int, bool] = field(default_factory=dict)
    places: NDArray[np.int64] | None = None
    unfolded: Callable[[], NDArray[np.int64]] | None = None
    among: int | None = None

    @cached_property
    def ordered_ids(self) -> NDArray[np.int64]:
        """All in their order, int64 (n,)."""
        return self.ids if self.unfolded is None else self.unfolded()

    @property
    def relevant(self) -> int:
        """How many photos come before the weak ones; all of them where nothing was ranked."""
        if self.bands is None:
            return len(self.ids)
        return int(np.searchsorted(self.bands, WEAK))

    @property
    def nothing(self) -> bool:
        """Whether photos were ranked, and none is relevant."""
        return len(self.ids) > 0 and not self.relevant


@dataclass(frozen=True, eq=False)
class Arrangement:
    """What the grid shows of a place.

    Attributes:
        times: (m,), by which the first m photos stand under their dates; None for no dates.
        sections: the headings of bands, after those.
    """

    ids: NDArray[np.int64]
    times: NDArray[np.int64] | None
    sections: tuple[BandSection, ...] = ()


def arranged(found: Ranking, order: Order, folded: bool) -> Arrangement:
    """Lay results out; `folded` hides the weak ones behind their heading."""
    if found.bands is None:
        return Arrangement(found.ids, found.times)
    if found.nothing:
        return Arrangement(found.ids[:CLOSEST], None)
    relevant = found.relevant
    weak = len(found.ids) - relevant
    weak_ids = found.ids[:0] if folded else found.ordered_ids[relevant:]
    last = (BandSection(Band.WEAK, relevant, weak, folded),) * bool(weak)
    if order is Order.DATE:
        newest = _newest(found, relevant)
        ids = np.concatenate([found.ids[newest], weak_ids])
        return Arrangement(ids, found.times[newest], last)
    starts = np.searchsorted(found.bands, np.arange(len(BANDS)))
    first = tuple(
        BandSection(band, int(start), int(end - start))
        for band, start, end in zip(BANDS, starts, starts[1:], strict=False)
        if end > start
    )
    return Arrangement(np.concatenate([found.ids[:relevant], weak_ids]), None, first + last)


def _newest(found: Ranking, relevant: int) -> NDArray[np.int64]:
    """Where the relevant ones stand, the newest first; by a table, since sorting takes long."""
    if found.places is None:
        return np.arange(relevant)
    places = found.places[:relevant]
    standing = np.full(1 + int(places.max(initial=0)), -1)
    standing[places] = np.arange(relevant)
    newest: NDArray[np.int64] = standing[standing >= 0]
    return newest


def band_title(band: Band) -> str:
    titles = {
        Band.STRONG: QCoreApplication.translate("Bands", "Strong"),
        Band.LIKELY: QCoreApplication.translate("Bands", "Likely"),
        Band.WEAK: QCoreApplication.translate("Bands", "Weak"),
    }
    return titles[band]


def spoken_counts(found: Ranking, locale: QLocale) -> str:
    """How many photos are in each band, for a screen reader; "" where nothing was ranked."""
    if found.bands is None:
        return ""
    spoken = {
        Band.STRONG: QCoreApplication.translate("Bands", "%1 strong"),
        Band.LIKELY: QCoreApplication.translate("Bands", "%1 likely"),
        Band.WEAK: QCoreApplication.translate("Bands", "%1 weak"),
    }
    counts = np.bincount(found.bands, minlength=len(BANDS))
    return ", ".join(
        spoken[band].replace("%1", locale.toString(int(count)))
        for band, count in zip(BANDS, counts, strict=True)
        if count
    )


def spoken_band(band: Band) -> str:
    """How well a photo matches, for a screen reader."""
    spoken = {
        Band.STRONG: QCoreApplication.translate("Bands", "strong match"),
        Band.LIKELY: QCoreApplication.translate("Bands", "likely match"),
        Band.WEAK: QCoreApplication.translate("Bands", "weak match"),
    }
    return spoken[band]
