"""Suggested tags: what fits, nothing where nothing fits, anew when the vocabulary changes."""

from pathlib import Path

import numpy as np
import pytest

from photoclip.core.library import Library
from photoclip.core.tagging import Tagger, retag
from photoclip.core.terms import Term
from photoclip.core.vocabulary import Vocabulary
from photoclip.progress import StopFlag
from tests.core.test_indexing import run
from tests.fakes import ColourEncoder, save_photo

# Sure of each colour where a photo stands out for it at all.
SURE = (4.0, -3.0)
COLOURS = ("red", "blue", "green", "yellow", "purple", "orange", "white", "black", "pink", "cyan")


def colours(*more: Term, without: tuple[str, ...] = ()) -> Vocabulary:
    names = (name for name in COLOURS if name not in without)
    return Vocabulary((*(Term(name, "colours") for name in names), *more))


def plain(encoder: ColourEncoder, colour: tuple[int, int, int]) -> np.ndarray:
    return encoder.encode_images(np.full((1, 32, 32, 3), colour, np.uint8))


def test_what_fits_is_suggested_with_how_sure_that_is(encoder: ColourEncoder) -> None:
    tagger = Tagger(encoder, colours(), curves={"red": SURE, "blue": SURE})
    red = plain(encoder, (255, 0, 0))

    [tags] = tagger.tags(red)

    assert [tag.term for tag in tags] == ["red"]
    [probabilities] = tagger.probabilities(red)
    assert tags[0].probability == pytest.approx(probabilities[COLOURS.index("red")], abs=1e-3)
    assert 0.5 <= tags[0].probability <= 1


def test_a_term_of_which_nothing_is_known_needs_to_stand_far_out(encoder: ColourEncoder) -> None:
    [tags] = Tagger(encoder, colours()).tags(plain(encoder, (255, 0, 0)))

    assert tags == ()


def test_the_model_knows_its_terms_and_the_person_knows_better(encoder: ColourEncoder) -> None:
    encoder.term_curves = {"red": SURE}
    red = plain(encoder, (255, 0, 0))

    assert [tag.term for tag in Tagger(encoder, colours()).tags(red)[0]] == ["red"]
    rejected = Tagger(encoder, colours(), curves={"red": (4.0, -60.0)})
    assert rejected.tags(red) == [()]
    assert rejected.version != Tagger(encoder, colours()).version


def test_of_terms_that_exclude_one_another_the_likeliest_stays(encoder: ColourEncoder) -> None:
    alike = (Term("red car", competes="car"), Term("crimson car", competes="car"))
    curves = {"red car": SURE, "crimson car": SURE, "red": SURE}

    [tags] = Tagger(encoder, colours(*alike), curves=curves).tags(plain(encoder, (255, 0, 0)))

    assert sorted(tag.term for tag in tags) == ["red", "red car"]


def test_at_most_twelve_tags_the_surest_first(encoder: ColourEncoder) -> None:
    things = tuple(Term(f"red {letter}") for letter in "abcdefghijklmnopq")

    tagger = Tagger(encoder, colours(*things), curves={thing.term: (4.0, 0.0) for thing in things})
    [tags] = tagger.tags(plain(encoder, (255, 0, 0)))

    assert len(tags) == 12
    assert [t.probability for t in tags] == sorted((t.probability for t in tags), reverse=True)


def test_a_hidden_term_is_not_suggested(encoder: ColourEncoder) -> None:
    vocabulary = colours().changed("red", Term("red", "colours", hidden=True))

    assert Tagger(encoder, vocabulary, curves={"red": SURE}).tags(plain(encoder, (255, 0, 0))) == [
        ()
    ]


def test_an_empty_vocabulary_suggests_nothing(encoder: ColourEncoder) -> None:
    assert Tagger(encoder, Vocabulary(())).tags(plain(encoder, (255, 0, 0))) == [()]


def test_embedded_terms_are_kept_and_only_new_ones_embedded(
    encoder: ColourEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    red = plain(encoder, (255, 0, 0))
    first = Tagger(encoder, colours(), tmp_path).probabilities(red)
    [kept] = tmp_path.iterdir()
    asked: list[str] = []
    embed = ColourEncoder.encode_texts

    def counting(self: ColourEncoder, texts: list[str]) -> np.ndarray:
        asked.extend(texts)
        return embed(self, texts)

    monkeypatch.setattr(ColourEncoder, "encode_texts", counting)
    assert (Tagger(encoder, colours(), tmp_path).probabilities(red) == first).all()
    assert asked == []
    Tagger(encoder, colours(Term("brown")), tmp_path).probabilities(red)
    assert asked == ["a photo of a brown."]
    kept.write_bytes(b"broken")
    assert (Tagger(encoder, colours(), tmp_path).probabilities(red) == first).all()


def test_a_new_vocabulary_changes_the_tags_from_stored_vectors(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    save_photo(photos / "red.jpg", "red")
    save_photo(photos / "blue.jpg", "blue")
    run(library, encoder, photos)
    crimson = colours(Term("crimson"), Term("navy"), without=("red", "blue"))
    for vocabulary, expected in (
        (colours(), {"red": 1, "blue": 1}),
        (crimson, {"crimson": 1, "navy": 1}),
    ):
        curves = dict.fromkeys(expected, SURE)
        tagger = Tagger(encoder, vocabulary, curves=curves)
        assert [progress.done for progress in retag(library, encoder.id, tagger, StopFlag())] == [2]
        assert list(retag(library, encoder.id, tagger, StopFlag())) == []
        counts = library.annotations.tag_counts(encoder.id)
        assert {count.term: count.count for count in counts} == expected
    assert encoder.images_encoded == 2


def test_what_a_person_decided_survives_tagging_anew(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    save_photo(photos / "red.jpg", "red")
    run(library, encoder, photos)
    photo_id = library.photo_at(str(photos / "red.jpg"))
    assert photo_id is not None
    library.annotations.confirm([photo_id], "our car")
    library.annotations.reject([photo_id], "red", encoder.id)

    list(retag(library, encoder.id, Tagger(encoder, colours(), curves={"red": SURE}), StopFlag()))

    tags = library.annotations.tags(photo_id, encoder.id)
    assert (tags.confirmed, tags.suggested, tags.rejected) == (("our car",), (), ("red",))


def test_tagging_anew_stops_when_told(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    save_photo(photos / "red.jpg", "red")
    run(library, encoder, photos)
    stop = StopFlag()
    stop.stop()

    assert list(retag(library, encoder.id, Tagger(encoder, colours()), stop)) == []
