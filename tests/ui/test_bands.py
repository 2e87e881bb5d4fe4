"""How results are laid out in bands and by date."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from photoclip.core.relevance import Band
from photoclip.ui.bands import CLOSEST, Order, Ranking, arranged


def ranking(strong: int, likely: int, weak: int) -> Ranking:
    count = strong + likely + weak
    bands = np.repeat(np.array([0, 1, 2], np.int8), [strong, likely, weak])
    # The less alike, the newer.
    times = np.arange(count, dtype=np.int64)
    return Ranking(np.arange(100, 100 + count), bands, times, places=times[::-1])


def test_bands_begin_where_they_do_and_the_weak_are_folded() -> None:
    shown = arranged(ranking(2, 3, 4), Order.RELEVANCE, folded=True)
    assert shown.ids.tolist() == [100, 101, 102, 103, 104]
    assert [(s.band, s.first, s.count, s.folded) for s in shown.sections] == [
        (Band.STRONG, 0, 2, False),
        (Band.LIKELY, 2, 3, False),
        (Band.WEAK, 5, 4, True),
    ]
    unfolded = arranged(ranking(2, 3, 4), Order.RELEVANCE, folded=False)
    assert len(unfolded.ids) == 9
    assert not unfolded.sections[-1].folded


def test_a_band_without_photos_has_no_heading() -> None:
    shown = arranged(ranking(0, 3, 0), Order.RELEVANCE, folded=True)
    assert [section.band for section in shown.sections] == [Band.LIKELY]


def test_by_date_the_relevant_are_newest_first_and_the_weak_stay_apart() -> None:
    shown = arranged(ranking(2, 2, 3), Order.DATE, folded=False)
    assert shown.ids.tolist() == [103, 102, 101, 100, 104, 105, 106]
    assert shown.times is not None
    assert shown.times.tolist() == [3, 2, 1, 0]
    assert [section.band for section in shown.sections] == [Band.WEAK]


def test_where_nothing_is_relevant_the_closest_are_shown() -> None:
    found = ranking(0, 0, 40)
    assert found.nothing
    shown = arranged(found, Order.DATE, folded=True)
    assert shown.ids.tolist() == list(range(100, 100 + CLOSEST))
    assert shown.sections == ()


def test_what_was_not_ranked_stays_as_it_is() -> None:
    found = Ranking(np.array([3, 1]), None, np.array([9, 5]))
    assert found.relevant == 2
    shown = arranged(found, Order.RELEVANCE, folded=True)
    assert shown.times is found.times
    assert shown.sections == ()


def test_the_weak_are_put_in_order_when_they_are_unfolded() -> None:
    asked = []

    def unfolded() -> NDArray[np.int64]:
        asked.append(1)
        return np.array([100, 101, 103, 102])

    found = replace(ranking(1, 1, 2), unfolded=unfolded)
    for order in Order:
        assert len(arranged(found, order, folded=True).ids) == 2
    assert not asked
    for order in Order:
        assert arranged(found, order, folded=False).ids.tolist()[2:] == [103, 102]
    assert len(asked) == 1
