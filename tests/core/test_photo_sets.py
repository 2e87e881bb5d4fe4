"""Sets of photos against Python's own."""

import itertools

import numpy as np

from photoclip.core.photo_sets import EVERY_PHOTO, NO_PHOTO, PhotoSet

WORLD = np.arange(1, 40, dtype=np.int64)


def test_they_join_as_sets_do() -> None:
    random = np.random.default_rng(0)
    world = set(WORLD.tolist())
    known: list[tuple[PhotoSet, set[int]]] = [(NO_PHOTO, set()), (EVERY_PHOTO, world)]
    for most in (3, 10, 30):
        ids = random.integers(1, most + 1, 6)
        known += [(PhotoSet.of(ids), set(ids.tolist()))]
    known += [(~one, world - those) for one, those in known]
    for (one, those), (other, these) in itertools.product(known, repeat=2):
        for found, meant in (
            (one | other, those | these),
            (one & other, those & these),
            (one - other, those - these),
        ):
            assert set(WORLD[found.among(WORLD)].tolist()) == meant


def test_the_order_of_those_asked_for_is_theirs() -> None:
    ids = np.array([90, 2, 5, 7, 2])
    assert PhotoSet.of([5, 2]).among(ids).tolist() == [False, True, True, False, True]
    assert (~PhotoSet.of([5, 2])).among(ids).tolist() == [True, False, False, True, False]
    assert PhotoSet.of([5, 2]).among(ids[:0]).tolist() == []
