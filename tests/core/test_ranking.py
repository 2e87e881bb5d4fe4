"""Putting photos in order by their scores."""

import numpy as np
import pytest

from photoclip.core.ranking import by_score, largest, ranked


@pytest.mark.parametrize("count", [1, 3, 400])
@pytest.mark.parametrize("photos", [0, 1, 3, 2_000, 300_000])
def test_the_largest_are_found(photos: int, count: int) -> None:
    scores = np.random.default_rng(photos).normal(size=photos).astype(np.float32)
    found = largest(scores, count)
    assert found.tolist() == sorted(np.argsort(-scores)[:count].tolist())


def test_the_largest_are_found_where_they_stand_together_and_are_alike() -> None:
    scores = np.arange(300_000, dtype=np.float32)
    assert largest(scores, 400).tolist() == list(range(299_600, 300_000))
    assert len(largest(np.zeros(300_000, np.float32), 400)) == 400


def test_bands_come_in_their_order_and_equal_scores_as_they_stand() -> None:
    bands = np.array([2, 0, 1, 2, 0, 2, 2], np.int8)
    scores = np.array([5.0, 1.5, -0.0, -1.5, 2.5, -1.5, -7.25], np.float32)
    for best in (np.arange(7), np.empty(0, np.int64)):
        assert ranked(bands, scores, best, np.ones(7, bool)).tolist() == [4, 1, 2, 0, 3, 5, 6]
        assert ranked(bands, scores, best, bands < 2).tolist() == [4, 1, 2]
    assert by_score(scores).tolist() == [0, 4, 1, 2, 3, 5, 6]
    assert by_score(scores[:0]).tolist() == []


def test_the_best_are_told_apart_exactly_and_the_others_nearly() -> None:
    generator = np.random.default_rng(0)
    scores = generator.normal(size=5000).astype(np.float32)
    bands = generator.integers(0, 3, 5000).astype(np.int8)
    best = largest(scores, 900)
    # Nearer to one another than a step.
    scores[best] = 9 + generator.permutation(900).astype(np.float32) * 1e-6
    first = bands < 2
    order = ranked(bands, scores, best, first)
    assert sorted(order) == np.flatnonzero(first).tolist()
    assert (np.diff(bands[order]) >= 0).all()
    for band in (0, 1):
        of_band = order[bands[order] == band]
        leading = np.count_nonzero(scores[of_band] > 8)
        expected = of_band[np.lexsort((of_band, -scores[of_band]))]
        assert (of_band[:leading] == expected[:leading]).all()
        np.testing.assert_allclose(scores[of_band], scores[expected], atol=3e-4)
    order = by_score(scores)
    assert sorted(order) == list(range(5000))
    np.testing.assert_allclose(scores[order], np.sort(scores)[::-1], atol=3e-4)
