"""What a library's photos can be found by: cameras, lenses, file types and years, with counts."""

from dataclasses import dataclass

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
    """Those of the photos that are there."""
    found: dict[str, list[Facet]] = {"camera": [], "lens": [], "type": [], "year": []}
    for kind, value, count in store.rows(
        "SELECT kind, value, photos FROM facets WHERE photos AND value != ''"
        " ORDER BY photos DESC, value"
    ):
        found[kind].append(Facet(value, count))
    return Facets(*(tuple(facets) for facets in found.values()))
