"""What a library itself shows: how frequent the commonest terms are in it."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photoclip.clip.calibration import RARE, Frequent, as_frequent
from photoclip.core.judging import store_embeddings
from photoclip.core.learning import (
    frequent_curves,
    is_due,
    learn,
    learned_curves,
    library_tagger,
    standard_scores,
)
from photoclip.core.library import Library
from photoclip.core.query import Query
from photoclip.core.relevance import Band
from photoclip.core.serving import Serving
from photoclip.core.term_files import built_in_terms
from photoclip.core.terms import Term
from photoclip.core.vocabulary import Vocabulary
from photoclip.progress import StopFlag
from tests.core.test_tagging import COLOURS
from tests.fakes import ColourEncoder, save_photo

CURVE = (2.0, -4.0)


@pytest.fixture
def encoder() -> ColourEncoder:
    return ColourEncoder()


@pytest.fixture
def library(library: Library) -> Library:
    """With a vocabulary of colours."""
    hidden = {term.term: '{"hidden": true}' for term in built_in_terms()}
    library.set_vocabulary(
        Vocabulary(built_in_terms(), hidden).added(Term(name, "colours") for name in COLOURS)
    )
    return library


def pictures(encoder: ColourEncoder, red: int, blue: int) -> NDArray[np.float32]:
    """Embeddings of so many photos more red than not, and of so many others."""
    random = np.random.default_rng(4)
    colours = np.concatenate(
        [
            random.integers((150, 0, 0), (250, 60, 60), (red, 3)),
            random.integers((0, 0, 150), (60, 60, 250), (blue, 3)),
        ]
    )
    pixels = np.broadcast_to(colours[:, None, None].astype(np.uint8), (red + blue, 32, 32, 3))
    return encoder.encode_images(pixels)


def measure(library: Library, encoder: ColourEncoder) -> None:
    """Let the encoder know red, as frequent as in half of the photos, with their scores."""
    scores = standard_scores(
        library_tagger(library, encoder, None).terms, "red", pictures(encoder, 100, 100)
    )
    assert scores is not None
    encoder.term_curves = {"red": CURVE}
    encoder.frequent_terms = {"red": Frequent(0.5, float(np.median(scores[:100])), 0.0)}


def fill(library: Library, encoder: ColourEncoder, red: int, blue: int) -> None:
    names = [f"{i}.jpg" for i in range(red + blue)]
    store_embeddings(library, encoder, names, pictures(encoder, red, blue))


def test_a_term_is_as_frequent_as_the_library_shows(
    library: Library, encoder: ColourEncoder
) -> None:
    measure(library, encoder)
    fill(library, encoder, red=400, blue=600)

    assert learn(library, encoder, library_tagger(library, encoder, None).terms)

    slope, intercept = learned_curves(library, encoder.id)["red"]
    assert slope == CURVE[0]
    assert intercept == pytest.approx(as_frequent(CURVE, RARE, 0.4)[1], abs=0.3)
    assert library_tagger(library, encoder, None).curves["red"] == (slope, intercept)
    assert not learn(library, encoder, library_tagger(library, encoder, None).terms)


def test_where_there_is_none_it_counts_as_rarer_still(
    library: Library, encoder: ColourEncoder
) -> None:
    measure(library, encoder)
    fill(library, encoder, red=0, blue=1000)

    learn(library, encoder, library_tagger(library, encoder, None).terms)

    assert learned_curves(library, encoder.id)["red"][1] < CURVE[1] - 1


def test_a_hidden_term_has_no_frequency(library: Library, encoder: ColourEncoder) -> None:
    measure(library, encoder)
    terms = library_tagger(library, encoder, None).terms
    assert set(frequent_curves(encoder, terms, pictures(encoder, 5, 5))) == {"red"}
    encoder.frequent_terms = {"no term": encoder.frequent_terms["red"]}
    assert frequent_curves(encoder, terms, pictures(encoder, 5, 5)) == {}


def test_learning_is_due_when_a_library_has_grown(library: Library, encoder: ColourEncoder) -> None:
    assert not is_due(library, encoder.id)
    fill(library, encoder, red=30, blue=30)
    assert is_due(library, encoder.id)
    learn(library, encoder, library_tagger(library, encoder, None).terms)
    assert not is_due(library, encoder.id)


def test_indexing_many_photos_ends_with_their_frequencies(
    library: Library, encoder: ColourEncoder, tmp_path: Path
) -> None:
    measure(library, encoder)
    for i in range(60):
        save_photo(tmp_path / "photos" / f"{i:02}.jpg", f"#{200 + i // 2:02x}0000")
    serving = Serving(library, lambda source: encoder, None)

    list(serving.index([str(tmp_path / "photos")], StopFlag()))

    assert learned_curves(library, encoder.id)["red"][1] > CURVE[1] + 1
    tagger = library_tagger(library, encoder, None)
    outdated = "SELECT count(*) FROM vectors WHERE tagged_with IS NOT ?"
    assert library.store.row(outdated, [tagger.version]) == (0,)


def test_search_goes_by_what_was_learned(library: Library, encoder: ColourEncoder) -> None:
    measure(library, encoder)
    fill(library, encoder, red=400, blue=600)
    serving = Serving(library, lambda source: encoder, None)
    before = serving.answer(Query("red")).count(Band.STRONG)

    list(serving.update_tags(StopFlag()))

    assert serving.answer(Query("red")).count(Band.STRONG) > before
