"""What a library's photos can be found by: cameras, lenses, file types and years, with counts."""

from dataclasses import dataclass

import numpy as np

from photoclip.core.columns import column
from photoclip.core.db import Store


@dataclass(frozen=True)
class Facet:
    """A value that photos have, and how many have it."""

    value: str
    count: int


@dataclass(frozen=True)
class Facets:
    """Each list with the most frequent first."""

    cameras: tuple[Facet, ...] = ()
    lenses: tuple[Facet, ...] = ()
    types: tuple[Facet, ...] = ()
    years: tuple[Facet, ...] = ()


def facets_of(store: Store) -> Facets:
    """Those of the photos that are there; reads all of them, a second for a million."""
    cameras, lenses, types = dict[str, int](), dict[str, int](), dict[str, int]()
    for camera, lens, file_type, count in store.rows(
        "SELECT camera, lens, format, count(*) FROM photos WHERE +present"
        " GROUP BY camera, lens, format"
    ):
        for found, value in ((cameras, camera), (lenses, lens), (types, file_type)):
            if value:
                found[value] = found.get(value, 0) + count
    times = column(store, "SELECT sort_time FROM photos WHERE present")
    # The years that a date can be in.
    numbers, counts = np.unique(
        np.clip(times, -62_135_596_800, 253_402_300_799)
        .astype("datetime64[s]")
        .astype("datetime64[Y]")
        .astype(np.int64),
        return_counts=True,
    )
    years = {str(1970 + int(year)): int(n) for year, n in zip(numbers, counts, strict=True)}
    return Facets(_ranked(cameras), _ranked(lenses), _ranked(types), _ranked(years))


def _ranked(found: dict[str, int]) -> tuple[Facet, ...]:
    return tuple(
        Facet(value, count) for value, count in sorted(found.items(), key=lambda one: -one[1])
    )
