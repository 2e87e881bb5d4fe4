"""Personal tags in a library: found from a few examples, refined, followed, taken back."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from photoclip.core import personal_tags
from photoclip.core.finding import renew
from photoclip.core.indexing import index
from photoclip.core.learning import library_tagger
from photoclip.core.library import Library
from photoclip.core.personal_tags import (
    examples,
    is_built_in,
    learned,
    look_for,
    sought,
    stop_looking,
    waiting,
)
from photoclip.core.query_text import parse
from photoclip.core.review import Review
from photoclip.core.search import Searcher
from photoclip.core.switching import switch, want
from photoclip.core.tagging import Tagger
from photoclip.core.term_vectors import TermVectors
from photoclip.core.terms import Term
from photoclip.core.types import Scope
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag
from tests.core.switches import driven
from tests.fakes import ColourEncoder, FineColourEncoder, OtherFineEncoder, save_photo

MINKA = "our cat / Minka 😺"
# A tight group among photos of all colours.
TODAY = date(2024, 1, 1)
FUR, CATS, OTHERS = (250, 140, 20), 8, 92


@pytest.fixture
def encoder() -> FineColourEncoder:
    return FineColourEncoder()


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos of one cat, indexed among others."""
    folder = tmp_path_factory.mktemp("personal")
    rng = np.random.default_rng(0)
    for i, colour in enumerate(rng.integers(0, 256, (OTHERS, 3))):
        save_photo(folder / "photos" / f"other{i:02}.jpg", hexadecimal(colour))
    save_cats(folder / "photos", range(CATS))
    library = Library(folder / "library.photoclip")
    update(library, FineColourEncoder(), folder / "photos")
    library.close()
    return folder


@pytest.fixture
def library(tmp_path: Path, indexed: Path) -> Iterator[Library]:
    shutil.copy(indexed / "library.photoclip", tmp_path)
    library = Library(tmp_path / "library.photoclip")
    yield library
    library.close()


@pytest.fixture
def cats(library: Library, indexed: Path, encoder: FineColourEncoder) -> list[int]:
    """The photos of the cat; three of them are tagged."""
    paths = sorted((indexed / "photos").glob("cat*"))
    found = [library.photo_at(str(path)) for path in paths]
    cats = [photo_id for photo_id in found if photo_id is not None]
    assert len(cats) == CATS
    library.annotations.confirm(cats[:3], MINKA, encoder.id)
    return cats


def save_cats(folder: Path, numbers: range) -> list[Path]:
    rng = np.random.default_rng(numbers.start + 1)
    colours = np.array(FUR) + rng.integers(-5, 6, (len(numbers), 3))
    return [
        save_photo(folder / f"cat{i:02}.jpg", hexadecimal(colour))
        for i, colour in zip(numbers, colours, strict=True)
    ]


def hexadecimal(colour: np.ndarray) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def update(library: Library, encoder: ColourEncoder, folder: Path) -> None:
    tagger = library_tagger(library, encoder, None)
    list(index(library, encoder, tagger, [str(folder)], StopFlag()))


def find(library: Library, encoder: ColourEncoder, term: str = MINKA) -> set[int]:
    """The photos that the tag is suggested for, brought up to date."""
    list(renew(library, encoder.id, terms(library, encoder), StopFlag()))
    return suggested(library, encoder, term)


def suggested(library: Library, encoder: ColourEncoder, term: str = MINKA) -> set[int]:
    annotations = library.annotations
    ids = (int(i) for i in library.listing()[0])
    tags = {i: annotations.tags(i, encoder.id).suggested for i in ids}
    return {i for i, found in tags.items() if term in {tag.term for tag in found}}


def terms(library: Library, encoder: ColourEncoder) -> TermVectors:
    return library_tagger(library, encoder, None).terms


def test_three_examples_find_the_rest(
    library: Library, encoder: FineColourEncoder, cats: list[int]
) -> None:
    assert find(library, encoder) == set()
    look_for(library, MINKA, encoder.id)
    assert sought(library) == (MINKA,)
    assert find(library, encoder) == set(cats[3:])
    assert waiting(library, MINKA, encoder.id) == len(cats) - 3
    assert examples(library, MINKA) == 3
    by_tag = library.listing(Scope(tag=MINKA), encoder.id)[0]
    assert set(by_tag.tolist()) == set(cats)
    # All is as it should be: nothing is asked again.
    assert list(renew(library, encoder.id, terms(library, encoder), StopFlag())) == []


def test_suggestions_of_the_vocabulary_stay_beside_it(
    library: Library, encoder: FineColourEncoder, cats: list[int], photos: Path
) -> None:
    encoder.term_curves = {"orange car": (1.0, 60.0)}
    library.set_vocabulary(library.vocabulary().added([Term("orange car")]))
    look_for(library, MINKA, encoder.id)
    find(library, encoder)
    update(library, encoder, photos)
    assert suggested(library, encoder) == set(cats[3:])
    assert len(suggested(library, encoder, "orange car")) == CATS + OTHERS


def test_a_rejection_is_never_suggested_again_and_refines(
    library: Library, encoder: FineColourEncoder, cats: list[int], photos: Path
) -> None:
    look_for(library, MINKA, encoder.id)
    find(library, encoder)
    library.annotations.reject(cats[3:4], MINKA, encoder.id)
    before = learned(library, encoder.id, terms(library, encoder).background)[MINKA]
    assert cats[3] not in find(library, encoder)
    after = learned(library, encoder.id, terms(library, encoder).background)[MINKA]
    assert before.to_bytes() != after.to_bytes()
    update(library, encoder, photos)
    assert cats[3] not in suggested(library, encoder)


def test_photos_indexed_later_get_it(
    library: Library, encoder: FineColourEncoder, cats: list[int], photos: Path
) -> None:
    look_for(library, MINKA, encoder.id)
    find(library, encoder)
    later = save_cats(photos, range(50, 54))
    update(library, encoder, photos)
    ids = {library.photo_at(str(path)) for path in later}
    assert ids <= suggested(library, encoder)
    # They were asked about alone: what was learned is as it was.
    assert set(cats[3:]) <= suggested(library, encoder)


def test_it_is_learned_anew_for_another_model(
    library: Library, encoder: FineColourEncoder, cats: list[int]
) -> None:
    look_for(library, MINKA, encoder.id)
    find(library, encoder)
    other = OtherFineEncoder()
    want(library, "other")
    _, report = driven(switch(library, "other", other, Tagger(other), StopFlag()))
    assert report.switched
    assert suggested(library, other) == set(cats[3:])
    assert suggested(library, encoder) == set(cats[3:])


def test_to_take_it_back_takes_its_suggestions(
    library: Library, encoder: FineColourEncoder, cats: list[int]
) -> None:
    look_for(library, MINKA, encoder.id)
    find(library, encoder)
    stop_looking(library, MINKA)
    assert suggested(library, encoder) == set()
    assert sought(library) == ()
    assert find(library, encoder) == set()
    assert set(library.annotations.confirmed_in(cats)) == {MINKA}


def test_without_its_examples_nothing_is_suggested(
    library: Library, encoder: FineColourEncoder, cats: list[int]
) -> None:
    look_for(library, MINKA, encoder.id)
    find(library, encoder)
    edit = library.annotations.forget(cats[:3], MINKA)
    assert find(library, encoder) == set()
    library.annotations.undo(edit)
    assert find(library, encoder) == set(cats[3:])


def test_an_own_term_that_is_looked_for_no_more_is_suggested_by_its_name_again(
    library: Library,
    encoder: FineColourEncoder,
    cats: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(personal_tags, "_OUTDATED_AT_ONCE", 30)
    library.set_vocabulary(library.vocabulary().added([Term(MINKA)]))
    look_for(library, MINKA, encoder.id)
    stop_looking(library, MINKA)
    left = "SELECT count(*) FROM vectors WHERE tagged_with IS NOT NULL"
    assert library.store.row(left) == (0,)


def test_what_was_taken_back_meanwhile_stays_so(
    library: Library, encoder: FineColourEncoder, cats: list[int]
) -> None:
    look_for(library, MINKA, encoder.id)
    work = renew(library, encoder.id, terms(library, encoder), StopFlag())
    next(work)
    stop_looking(library, MINKA)
    list(work)
    assert suggested(library, encoder) == set()
    assert sought(library) == ()


def test_what_has_too_few_examples_left_is_not_looked_for_at_every_photo_that_comes(
    library: Library, encoder: FineColourEncoder, cats: list[int], tmp_path: Path
) -> None:
    look_for(library, MINKA, encoder.id)
    library.annotations.forget(cats[:1], MINKA)
    assert find(library, encoder) == set()
    save_cats(tmp_path / "photos", range(100, 102))
    update(library, encoder, tmp_path / "photos")
    revision = library.revision()
    assert list(renew(library, encoder.id, terms(library, encoder), StopFlag())) == []
    assert library.revision() == revision


def test_what_only_another_model_has_seen_is_passed_over_once(
    library: Library, encoder: FineColourEncoder, cats: list[int]
) -> None:
    look_for(library, MINKA, encoder.id)
    assert find(library, encoder)
    with library.store.write() as db:
        db.execute("INSERT INTO models (key, name) VALUES ('another', '')")
        db.execute(
            "INSERT INTO vectors (model_id, photo_id, vector)"
            " SELECT models.id, photo_id, vector FROM vectors JOIN models ON key = 'another'"
        )

    def renewed() -> list[object]:
        return list(renew(library, encoder.id, terms(library, encoder), StopFlag()))

    assert renewed()
    assert renewed() == []


def test_it_stops_and_goes_on(
    library: Library, encoder: FineColourEncoder, cats: list[int]
) -> None:
    look_for(library, MINKA, encoder.id)
    stop = StopFlag()
    stop.stop()
    assert list(renew(library, encoder.id, terms(library, encoder), stop)) == []
    assert find(library, encoder) == set(cats[3:])


def test_too_few_examples_are_refused(
    library: Library, encoder: FineColourEncoder, cats: list[int]
) -> None:
    library.annotations.forget(cats[:1], MINKA)
    with pytest.raises(PhotoClipError, match="at least 3 photos of it"):
        look_for(library, MINKA, encoder.id)
    with pytest.raises(PhotoClipError, match="at least 3 photos of it"):
        look_for(library, "never heard of", encoder.id)


def test_what_photoclip_looks_for_anyway_is_refused(
    library: Library, encoder: FineColourEncoder, cats: list[int]
) -> None:
    library.annotations.confirm(cats[:3], "cat", encoder.id)
    assert is_built_in(library.vocabulary(), "cat")
    with pytest.raises(PhotoClipError, match="Review its suggestions"):
        look_for(library, "cat", encoder.id)


def test_a_term_of_ones_own_is_suggested_by_its_examples_and_no_more_by_its_name(
    library: Library, encoder: FineColourEncoder, cats: list[int], photos: Path
) -> None:
    encoder.term_curves = {"Minka": (1.0, 60.0)}
    library.set_vocabulary(library.vocabulary().added([Term("Minka")]))
    library.annotations.confirm(cats[:3], "Minka", encoder.id)
    update(library, encoder, photos)
    assert len(suggested(library, encoder, "Minka")) == CATS + OTHERS - 3
    look_for(library, "Minka", encoder.id)
    assert find(library, encoder, "Minka") == set(cats[3:])
    update(library, encoder, photos)
    assert suggested(library, encoder, "Minka") == set(cats[3:])
    stop_looking(library, "Minka")
    update(library, encoder, photos)
    assert len(suggested(library, encoder, "Minka")) == CATS + OTHERS - 3


def test_a_hidden_term_is_not_suggested(
    library: Library, encoder: FineColourEncoder, cats: list[int]
) -> None:
    vocabulary = library.vocabulary().added([Term("Minka")])
    library.set_vocabulary(vocabulary)
    library.annotations.confirm(cats[:3], "Minka", encoder.id)
    look_for(library, "Minka", encoder.id)
    assert find(library, encoder, "Minka")
    library.set_vocabulary(vocabulary.changed("Minka", Term("Minka", hidden=True)))
    assert find(library, encoder, "Minka") == set()


def test_a_renamed_tag_is_still_looked_for(
    library: Library, encoder: FineColourEncoder, cats: list[int]
) -> None:
    vocabulary = library.vocabulary().added([Term("Minka")])
    library.set_vocabulary(vocabulary)
    library.annotations.confirm(cats[:3], "Minka", encoder.id)
    look_for(library, "Minka", encoder.id)
    library.set_vocabulary(vocabulary.changed("Minka", Term("Minki")))
    assert sought(library) == ("Minki",)
    assert find(library, encoder, "Minki") == set(cats[3:])


def test_asking_for_it_in_words_finds_the_photos(
    library: Library, encoder: FineColourEncoder, cats: list[int]
) -> None:
    library.annotations.confirm(cats[:3], "Minka", encoder.id)
    searcher = Searcher(library, encoder, terms(library, encoder))
    before = searcher.answer(parse("minka", TODAY))
    assert set(before.photo_ids[:3].tolist()) == set(cats[:3])
    look_for(library, "Minka", encoder.id)
    find(library, encoder, "Minka")
    results = searcher.answer(parse("minka", TODAY))
    relevant = results.photo_ids[results.relevant]
    assert set(relevant[: len(cats)].tolist()) == set(cats)
    tagged = searcher.answer(parse("tag:minka", TODAY))
    assert set(tagged.photo_ids.tolist()) == set(cats)


def test_the_review_asks_about_photos_that_it_is_not_suggested_for(
    library: Library, encoder: FineColourEncoder, cats: list[int]
) -> None:
    look_for(library, MINKA, encoder.id)
    find(library, encoder)
    review = Review(library, encoder, terms(library, encoder), MINKA)
    questions = review.questions()
    yes = {question.photo_id for question in questions if question.suggested}
    assert yes == set(cats[3:])
    tag = learned(library, encoder.id, terms(library, encoder).background)[MINKA]
    for question in questions:
        vector = library.vector(question.photo_id, encoder.id)
        assert vector is not None
        expected = float(tag.probabilities(vector[None])[0])
        assert question.probability == pytest.approx(expected, abs=1e-3)


@pytest.fixture
def other_library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path / "other.photoclip")
    yield made
    made.close()


def test_an_empty_library_has_nothing_to_find(
    other_library: Library, encoder: FineColourEncoder
) -> None:
    assert (
        list(
            renew(
                other_library,
                encoder.id,
                TermVectors(encoder, other_library.vocabulary(), None),
                StopFlag(),
            )
        )
        == []
    )
