"""What captions tell about a model's terms, and how search and tags are judged by labels."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photoclip.clip.calibration import (
    PRIOR,
    RARE,
    Frequent,
    as_frequent,
    fit_curve,
    measure_frequent,
    read_curves,
    score_at,
    write_curves,
)
from photoclip.core.calibrating import (
    frequent_terms,
    mentioned,
    surer,
    taken_as_rare,
    term_curves,
)
from photoclip.core.judging import absent_words, judge_relevance, judge_tags, store_embeddings
from photoclip.core.library import Library
from photoclip.core.query import Query
from photoclip.core.relevance import WEAK, Band, Calibration
from photoclip.core.search import Searcher
from photoclip.core.tagging import Tagger
from photoclip.core.terms import Term
from photoclip.core.vocabulary import Vocabulary
from tests.fakes import ColourEncoder

TERMS = (
    Term("animal"),
    Term("dog", parents=("animal",), synonyms=("hound",)),
    Term("puppy", parents=("dog",)),
    Term("red car"),
    *(Term(name) for name in ("red", "green", "blue", "yellow", "purple", "orange", "white")),
)
NAMES = [f"{i}.jpg" for i in range(40)]


@pytest.fixture
def vocabulary() -> Vocabulary:
    return Vocabulary(TERMS)


@pytest.fixture
def embeddings(encoder: ColourEncoder) -> NDArray[np.float32]:
    """Of forty photos: ten red ones, ten green ones, twenty blue ones, none quite alike."""
    random = np.random.default_rng(0)
    plain = np.array([(220, 30, 30)] * 10 + [(30, 220, 30)] * 10 + [(30, 30, 220)] * 20)
    noisy = np.clip(plain + random.normal(0, 20, plain.shape), 0, 255).astype(np.uint8)
    return encoder.encode_images(np.broadcast_to(noisy[:, None, None], (40, 32, 32, 3)).copy())


@pytest.fixture
def labels() -> dict[str, set[str]]:
    colours = ["red"] * 10 + ["green"] * 10 + ["blue"] * 20
    return {name: {colour} for name, colour in zip(NAMES, colours, strict=True)}


def test_captions_name_terms_by_any_name_and_what_they_imply(vocabulary: Vocabulary) -> None:
    shown = mentioned(
        vocabulary,
        [["Two hounds, running."], ["A red car"], ["a puppy", "it is blue"], ["nothing"], []],
    )

    found = [{TERMS[i].term for i in np.flatnonzero(row)} for row in shown]
    assert found == [
        {"dog", "animal"},
        {"red car", "red"},
        {"puppy", "dog", "animal", "blue"},
        set(),
        set(),
    ]


def test_a_curve_says_how_often_a_score_is_right() -> None:
    random = np.random.default_rng(1)
    scores = random.normal(size=4000).astype(np.float32)
    shown = random.random(4000) < 1 / (1 + np.exp(-(2 * scores - 1)))

    slope, intercept = fit_curve(scores, shown)

    assert slope == pytest.approx(2, abs=0.2)
    assert intercept == pytest.approx(-1, abs=0.2)
    assert score_at((slope, intercept), 0.5) == pytest.approx(-intercept / slope)


def test_few_examples_hardly_move_a_curve_and_none_leave_it() -> None:
    nothing = np.empty(0)
    assert fit_curve(nothing.astype(np.float32), nothing.astype(bool)) == pytest.approx(PRIOR)
    one = fit_curve(np.array([3.0], np.float32), np.array([True]))
    assert PRIOR[1] < one[1] < PRIOR[1] + 4


def test_the_curves_of_captioned_photos(
    encoder: ColourEncoder, vocabulary: Vocabulary, embeddings: NDArray[np.float32]
) -> None:
    terms = Tagger(encoder, vocabulary).terms
    captions = [["a red thing"]] * 10 + [["green"]] * 10 + [["blue"]] * 17 + [["a puppy"]] * 3
    shown = mentioned(vocabulary, captions)

    curves = term_curves(terms, embeddings, shown)

    # Of three puppies too little is known.
    assert set(curves) == {"red", "green", "blue"}
    tagger = Tagger(encoder, vocabulary, curves=curves)
    columns = [[term.term for term in TERMS].index(name) for name in ("red", "green", "blue")]
    found = tagger.probabilities(embeddings)[:, columns]
    assert (found.argmax(axis=1)[:10] == 0).all()
    assert (found.argmax(axis=1)[10:20] == 1).all()
    slope, _ = surer(curves, terms, embeddings, shown)
    assert slope > 0


def test_a_frequent_term_counts_as_rare_until_a_library_shows_that_it_is_not() -> None:
    random = np.random.default_rng(2)

    def scores(count: int, share: float) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        shown = np.arange(count) < share * count
        return random.normal(np.where(shown, 4, 0)).astype(np.float32), shown

    measured, shown = scores(4000, 0.6)
    frequent = measure_frequent(measured, shown)
    assert frequent is not None
    assert frequent.share == pytest.approx(0.6)
    assert frequent.median == pytest.approx(4, abs=0.1)

    for share in (0.0, 0.2, 0.6):
        assert frequent.share_of(scores(4000, share)[0]) == pytest.approx(share, abs=0.03)
    # More is not believed, nor that all of few photos show it.
    assert frequent.share_of(scores(4000, 0.9)[0]) == pytest.approx(0.6, abs=0.03)
    assert frequent.share_of(np.full(5, 4, np.float32)) < 2 * RARE
    assert frequent.share_of(np.empty(0, np.float32)) == RARE
    # A library that looks like it throughout, but nowhere as photos that show it do.
    assert frequent.share_of(np.full(4000, 2, np.float32)) < RARE

    curve = fit_curve(measured, shown)
    rare = as_frequent(curve, 0.6, RARE)
    assert rare[0] == curve[0]
    assert score_at(rare, 0.5) > score_at(curve, 0.5) + 0.5
    assert as_frequent(rare, RARE, 0.6) == pytest.approx(curve)


def test_only_frequent_terms_that_scores_tell_are_measured() -> None:
    random = np.random.default_rng(3)
    scores = random.normal(size=1000).astype(np.float32)
    seldom = np.arange(1000) < 1000 * RARE
    assert measure_frequent(scores + 4 * seldom, seldom) is None
    assert measure_frequent(scores, np.arange(1000) < 500) is None
    assert measure_frequent(scores, np.ones(1000, bool)) is None
    assert measure_frequent(scores[:0], seldom[:0]) is None


def test_the_frequencies_of_captioned_photos(
    encoder: ColourEncoder, vocabulary: Vocabulary, embeddings: NDArray[np.float32]
) -> None:
    terms = Tagger(encoder, vocabulary).terms
    captions = [["a red thing"]] * 10 + [["green"]] * 10 + [["blue"]] * 19 + [["a puppy"]]
    shown = mentioned(vocabulary, captions)

    curves = term_curves(terms, embeddings, shown)
    frequent = frequent_terms(terms, embeddings, shown)
    shares = dict(zip((t.term for t in terms.vocabulary.terms), shown.mean(axis=0), strict=True))
    rare = taken_as_rare(curves, shares)

    assert frequent["red"].share == pytest.approx(0.25)
    assert "dog" not in frequent
    assert rare["red"][1] < curves["red"][1]


def test_curves_are_kept_in_a_file_that_is_read_leniently(tmp_path: Path) -> None:
    path = tmp_path / "curves.json"
    frequent = {"dog": Frequent(0.25, 1.5, 0.125)}
    write_curves(path, {"dog": (1.25, -3.5), '狗 "x"': (1.0, -4.0)}, frequent)

    assert read_curves(path) == ({"dog": (1.25, -3.5), '狗 "x"': (1.0, -4.0)}, frequent)
    for broken in ("", "[]", '{"dog": 1}', '{"dog": ["a", "b"]}', '{"dog": [NaN, 1]}',
                   '{"dog": [1]}', '{"dog": [1, 2, 3]}', '{"dog": [0, -5]}',
                   f'{{"dog": [1, {"9" * 400}]}}'):  # fmt: skip
        path.write_text(broken)
        assert read_curves(path) == ({}, {})
    assert read_curves(tmp_path / "none.json") == ({}, {})
    # Frequencies that would have no odds, or scores that tell nothing.
    path.write_text('{"dog": [1, -5, 1, 2, 0.1], "cat": [1, -5, 0.3, 2, 0.5]}')
    assert read_curves(path) == ({"dog": (1, -5), "cat": (1, -5)}, {})


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path / "library.photoclip")
    yield library
    library.close()


def test_relevance_is_judged_by_labels(
    library: Library,
    encoder: ColourEncoder,
    vocabulary: Vocabulary,
    embeddings: NDArray[np.float32],
    labels: dict[str, set[str]],
) -> None:
    terms = Tagger(encoder, vocabulary).terms
    ids = store_embeddings(library, encoder, NAMES, embeddings)
    curves = dict.fromkeys(("red", "green", "blue"), (6.0, -6.0))
    searcher = Searcher(library, encoder, terms, curves=curves)

    agreements, nothing = judge_relevance(
        lambda text: searcher.answer(Query(text)),
        dict(zip(ids, NAMES, strict=True)),
        labels,
        ["a purple unicorn of another kind altogether"],
    )

    strong, likely = agreements[Band.STRONG], agreements[Band.LIKELY]
    assert strong.precision == 1
    assert likely.recall >= strong.recall > 0.5
    assert nothing in (0.0, 1.0)


def test_tags_are_judged_by_labels(
    encoder: ColourEncoder,
    vocabulary: Vocabulary,
    embeddings: NDArray[np.float32],
    labels: dict[str, set[str]],
) -> None:
    labels = {name: {*found, "unheard of"} for name, found in labels.items()}
    curves = dict.fromkeys(("red", "green", "blue"), (6.0, -6.0))

    precision, micro, judged = judge_tags(
        Tagger(encoder, vocabulary, curves=curves), embeddings, NAMES, labels
    )

    assert judged == ["blue", "green", "red"]
    assert precision > 0.95
    assert micro.precision == 1
    assert micro.recall > 0.5


def test_absent_words_are_far_from_every_label(vocabulary: Vocabulary) -> None:
    absent = absent_words(vocabulary, {"dog", "red"}, 100)

    assert not {"dog", "puppy", "animal", "red"} & set(absent)
    assert "green" in absent
    assert len(absent_words(vocabulary, {"dog"}, 3)) == 3


def test_of_few_photos_one_that_stands_out_is_an_answer() -> None:
    random = np.random.default_rng(5)
    usual = Calibration.of(random.normal(size=(300, 1000)).astype(np.float32))
    scores = random.normal(size=3).astype(np.float32)
    scores[:] = (0.2, -0.5, 3.5)

    assert (usual.bands(scores) != WEAK).tolist() == [False, False, True]
    # Among many it is what chance brings.
    many = np.concatenate([scores, np.zeros(3000, np.float32)])
    assert (usual.bands(many) == WEAK).all()
    # Where it is known that such a score is seldom right, it is none.
    assert (usual.bands(scores, (1.0, -9.0)) == WEAK).all()
    scores[2] = 1.5
    assert (usual.bands(scores) == WEAK).all()
