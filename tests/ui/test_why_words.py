"""What the reasons for a result say."""

import pytest
from PySide6.QtCore import QLocale

from photoclip.core.explaining import Explanation, Found, PartScore
from photoclip.core.query import Feedback, Filter, Key, Picture, Query, Words
from photoclip.core.relevance import Band
from photoclip.core.types import Tag
from photoclip.ui.why import Reasons
from photoclip.ui.why_words import facts, lines, nearest, title

ENGLISH = QLocale(QLocale.Language.English)
HASH = "0" * 32


def reasons(query: Query, *parts: PartScore, **more: object) -> Reasons:
    made = Explanation(1, 3.0, Band.STRONG if parts else None, parts, (), (), **more)  # type: ignore[arg-type]
    return Reasons(query, made, {HASH: "IMG_2034.jpg"})


def sentence(rank: int, searched: int, weight: float = 1.0) -> str:
    part = PartScore(Words("dog", weight), 2.0, weight, rank)
    [line] = lines(reasons(Query("dog"), part, searched=searched), ENGLISH)
    return line.sentence


@pytest.mark.parametrize(
    ("rank", "searched", "weight", "words"),
    [
        (1, 1, 1.0, "The only photo searched"),
        (1, 12_431, 1.0, "The best of 12,431 photos searched"),
        (2, 3, 1.0, "Fits better than 50% of the photos searched"),
        # Rounded up it would be better than all.
        (2, 1_000, 1.0, "Fits better than 99% of the photos searched"),
        (2, 100_000, 1.0, "Fits better than 99.9% of the photos searched"),
        (90, 101, 1.0, "Fits less than 89% of the photos searched"),
        (101, 101, 1.0, "Fits less than 100% of the photos searched"),
        (90, 101, -1.0, "Has less of it than 89% of the photos searched"),
        (3, 101, -1.0, "Has more of it than 98% of the photos searched"),
    ],
)
def test_a_score_is_told_by_the_other_photos(
    rank: int, searched: int, weight: float, words: str
) -> None:
    assert sentence(rank, searched, weight) == words


def test_parts_are_called_as_their_chips() -> None:
    parts = (Words("dog"), Words("people", -1.0), Words("snow", 2.0), Picture(HASH, -0.5),
             Feedback(HASH, True), Feedback(HASH, False))  # fmt: skip
    scored = [PartScore(part, -1.27, getattr(part, "weight", 0.75), 2) for part in parts]
    told = lines(reasons(Query("dog"), *scored, searched=9), ENGLISH)
    assert [line.label for line in told] == [
        "dog",
        "not: people",
        "2 × snow",
        "not: 0.5 × like IMG_2034.jpg",
        "your thumbs up",
        "your thumbs down",
    ]
    assert {line.score for line in told} == {"−1.3"}
    assert {line.bar for line in told} == {0.0}
    assert [line.unwanted for line in told[:4]] == [False, True, False, True]


def test_filters_are_facts_and_words_say_where_they_stand() -> None:
    query = Query("dog", (Filter(Key.DATE, ("2023",)), Filter(Key.DATE, ("last month",)),
                          Filter(Key.TAG, ("beach",), True), Filter(Key.EXACT, ("IMG",)),
                          Filter(Key.EXACT, ("copy",), True)))  # fmt: skip
    found = Explanation(
        1, 0.0, None, (), (Found("dog", ("tag", "caption")), Found("IMG", ("file name",))), ()
    )
    assert facts(Reasons(query, found, {}), ENGLISH) == [
        "You tagged it “dog”",
        "“dog” is in the caption",
        "“IMG” is in the file’s name",
        "taken in 2023",
        "taken: last month",
        "not: tag: beach",
        "not: “copy”",
    ]
    assert title(Reasons(query, found, {})) == "All filters fit"


def test_what_is_no_result_or_was_refused_is_said() -> None:
    gone = reasons(Query("dog", (Filter(Key.DATE, ("2023",)),)), listed=False)
    assert title(gone) == "Not among the results"
    assert facts(gone, ENGLISH) == []
    refused = reasons(Query("dog"), PartScore(Words("dog"), 1.0, 1.0, 1), refused=True)
    assert facts(refused, ENGLISH) == ["You said that this is not “dog”"]
    assert title(reasons(Query())) == ""


def test_the_nearest_words_stay_with_their_figures() -> None:
    tags = tuple(Tag(f"word {n}", 0.9 / 10**n) for n in range(8))
    told = nearest(Explanation(1, 0.0, None, (), (), tags), ENGLISH)
    assert told.split(", ")[:4] == [
        "word\u00a00\u00a090%",
        "word\u00a01\u00a09%",
        "word\u00a02\u00a01%",
        "word\u00a03\u00a0<1%",
    ]
    assert told.count(",") == 5
