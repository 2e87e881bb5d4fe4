"""Reviewing tags, and learning from the answers: thresholds follow, everything can be undone."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from photoclip.core.indexing import index
from photoclip.core.learning import is_due, learn, learned_curves, library_tagger
from photoclip.core.library import Library
from photoclip.core.review import SURE, Doubts, Question, Review, Standing, doubts
from photoclip.core.search import Searcher
from photoclip.core.serving import Serving
from photoclip.core.tagging import Tagger, retag
from photoclip.core.term_files import built_in_terms
from photoclip.core.terms import Term
from photoclip.core.vocabulary import Vocabulary
from photoclip.progress import StopFlag
from tests.core.test_tagging import COLOURS
from tests.fakes import ColourEncoder, save_photo

# Ten of the photos below are more probably orange than not, four more perhaps.
CURVE = (2.0, -1.8)


@pytest.fixture
def encoder() -> ColourEncoder:
    encoder = ColourEncoder()
    encoder.term_curves = {"orange": CURVE}
    return encoder


@pytest.fixture
def library(tmp_path: Path, encoder: ColourEncoder) -> Iterator[Library]:
    """Thirty photos from blue to orange; a vocabulary of colours."""
    library = Library(tmp_path / "library.photoclip")
    hidden = {term.term: '{"hidden": true}' for term in built_in_terms()}
    library.set_vocabulary(
        Vocabulary(built_in_terms(), hidden).added(Term(name, "colours") for name in COLOURS)
    )
    for i in range(30):
        save_photo(tmp_path / "photos" / f"{i:02}.jpg", f"#{i * 8:02x}50{232 - i * 8:02x}")
    tagger = library_tagger(library, encoder, None)
    list(index(library, encoder, tagger, [str(tmp_path / "photos")], StopFlag()))
    yield library
    library.close()


def review(library: Library, encoder: ColourEncoder) -> Review:
    terms = library_tagger(library, encoder, None).terms
    return Review(library, encoder, terms, "orange")


def suggested(library: Library, encoder: ColourEncoder) -> set[int]:
    count = library.counts(encoder.id).photos
    return {
        photo_id
        for photo_id in range(1, count + 1)
        if "orange" in {t.term for t in library.annotations.tags(photo_id, encoder.id).suggested}
    }


def test_the_most_doubtful_are_asked_first_and_those_suggested_before_others(
    library: Library, encoder: ColourEncoder
) -> None:
    questions = review(library, encoder).questions(30)
    yes = [q for q in questions if q.suggested]
    no = [q for q in questions if not q.suggested]
    assert yes
    assert no
    assert list(questions) == yes + no
    assert {q.photo_id for q in yes} == suggested(library, encoder)
    for some in (yes, no):
        doubts = [abs(q.probability - 0.5) for q in some]
        assert doubts == sorted(doubts)
    assert all(q.probability >= 0.1 for q in no)
    assert review(library, encoder).questions(3) == questions[:3]


def test_an_answer_counts_is_not_asked_again_and_can_be_undone(
    library: Library, encoder: ColourEncoder
) -> None:
    asked = review(library, encoder)
    first, second, *others = asked.questions(30)
    total = sum(q.suggested for q in (first, second, *others))
    assert asked.standing() == Standing(0, 0, total)
    assert asked.standing().precision is None
    asked.answer([first], yes=True)
    edit = asked.answer([second], yes=False)
    assert asked.standing() == Standing(1, 2, total - 2)
    assert asked.standing().precision == 0.5
    assert asked.questions(30) == tuple(others)
    tags = library.annotations.tags(first.photo_id, encoder.id)
    assert tags.confirmed == ("orange",)
    assert "orange" not in {tag.term for tag in tags.suggested}
    library.annotations.undo(edit)
    assert asked.standing() == Standing(1, 1, total - 1)
    assert asked.questions(30)[0] == second


def test_doubts_are_counted_by_tag(library: Library, encoder: ColourEncoder) -> None:
    asked = review(library, encoder)
    left = asked.standing().left
    before = doubts(library, encoder.id)
    assert dict(before.tags)["orange"] == left > 1
    assert list(before.tags) == sorted(before.tags, key=lambda tag: (-tag[1], tag[0]))
    assert before.photos == before.tags[0][1]
    first, second, *_ = asked.questions(30)
    asked.answer([first], yes=True)
    asked.answer([second], yes=False)
    assert asked.answers([first.photo_id, second.photo_id, 999]) == {
        first.photo_id: True,
        second.photo_id: False,
    }
    assert dict(doubts(library, encoder.id).tags)["orange"] == left - 2
    # One that PhotoClip is sure of comes after the others, and waits for nobody.
    third = asked.questions(1)[0]
    with library.store.write() as db:
        db.execute(
            "UPDATE suggestions SET probability = 0.8 WHERE photo_id = ? AND term_id ="
            " (SELECT id FROM terms WHERE term = 'orange')",
            [third.photo_id],
        )
    *others, last = [q for q in asked.questions(30) if q.suggested]
    assert (last.photo_id, last.sure) == (third.photo_id, True)
    assert not any(q.sure for q in others)
    assert dict(doubts(library, encoder.id).tags)["orange"] == asked.standing().left == left - 3
    assert doubts(library, "no model") == Doubts()


def test_no_more_is_asked_than_is_worth_it(library: Library, encoder: ColourEncoder) -> None:
    with library.store.write() as db:
        db.execute(
            "INSERT OR REPLACE INTO suggestions (photo_id, term_id, model_id, probability)"
            " SELECT photos.id, terms.id, models.id, 0.6 FROM photos, terms, models"
            " WHERE term = 'orange'"
        )
    asked = review(library, encoder)
    assert len(asked.questions()) == 20
    assert asked.standing().left == dict(doubts(library, encoder.id).tags)["orange"] == 20
    # Thirty are doubtful, but after twenty answers PhotoClip knows.
    asked.answer(asked.questions(19), yes=True)
    assert asked.standing().left == dict(doubts(library, encoder.id).tags)["orange"] == 1
    asked.answer(asked.questions(1), yes=True)
    assert asked.standing() == Standing(20, 20, 0)
    assert "orange" not in dict(doubts(library, encoder.id).tags)
    # Whoever comes back to it is asked all the same.
    assert len(asked.questions()) == 10


def test_what_was_not_suggested_says_nothing_of_suggestions(
    library: Library, encoder: ColourEncoder
) -> None:
    asked = review(library, encoder)
    other = next(q for q in asked.questions(30) if not q.suggested and q.probability < 0.5)
    asked.answer([other], yes=True)
    library.annotations.confirm([other.photo_id], "red", encoder.id)
    assert asked.standing().answered == 0
    [(model, score)] = library.store.rows(
        "SELECT key, score FROM decisions JOIN models ON models.id = model_id"
    )
    assert (model, score) == (encoder.id, pytest.approx(other.probability))


def test_the_questions_are_the_same_by_vectors_in_memory(
    library: Library, encoder: ColourEncoder
) -> None:
    terms = library_tagger(library, encoder, None).terms
    multiply = Searcher(library, encoder, terms).multiply

    questions = Review(library, encoder, terms, "orange", multiply).questions(30)

    expected = review(library, encoder).questions(30)
    assert [q.photo_id for q in questions] == [q.photo_id for q in expected]
    assert any(not q.suggested for q in questions)


def test_a_tag_without_a_term_has_only_its_suggestions(
    library: Library, encoder: ColourEncoder
) -> None:
    terms = library_tagger(library, encoder, None).terms
    assert Review(library, encoder, terms, "our car").questions() == ()


def test_rejections_raise_a_threshold_and_confirmations_lower_it(
    library: Library, encoder: ColourEncoder
) -> None:
    before = suggested(library, encoder)
    asked = review(library, encoder)
    terms = library_tagger(library, encoder, None).terms
    doubtful = [q for q in asked.questions(30) if q.suggested][: len(before) // 2]
    edit = asked.answer(doubtful, yes=False)
    assert learn(library, encoder, terms)
    assert not learn(library, encoder, terms)
    tagger = library_tagger(library, encoder, None)
    assert tagger.version != Tagger(encoder, library.vocabulary()).version
    list(retag(library, encoder.id, tagger, StopFlag()))
    assert suggested(library, encoder) < before - {q.photo_id for q in doubtful}
    library.annotations.undo(edit)
    assert learn(library, encoder, terms)
    assert learned_curves(library, encoder.id) == {}
    asked.answer([q for q in asked.questions(30) if not q.suggested][:8], yes=True)
    learn(library, encoder, terms)
    list(retag(library, encoder.id, library_tagger(library, encoder, None), StopFlag()))
    assert min(suggested(library, encoder)) < min(before)
    slope, intercept = learned_curves(library, encoder.id)["orange"]
    assert -intercept / slope < -CURVE[1] / CURVE[0]


def test_photos_tagged_unasked_do_not_move_a_threshold(
    library: Library, encoder: ColourEncoder
) -> None:
    unlikely = sorted(set(range(1, 31)) - suggested(library, encoder))
    library.annotations.confirm(unlikely, "orange", encoder.id)
    assert not learn(library, encoder, library_tagger(library, encoder, None).terms)
    assert learned_curves(library, encoder.id) == {}


def test_learning_is_due_after_some_answers(library: Library, encoder: ColourEncoder) -> None:
    asked = review(library, encoder)
    questions = [Question(photo_id, 0.4, False) for photo_id in range(1, 31)]
    asked.answer(questions[:19], yes=True)
    assert not is_due(library, encoder.id)
    asked.answer(questions[19:20], yes=False)
    assert is_due(library, encoder.id)
    learn(library, encoder, library_tagger(library, encoder, None).terms)
    assert not is_due(library, encoder.id)


def test_serving_follows_what_was_learned_and_the_vocabulary(
    library: Library, encoder: ColourEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = Serving(library, lambda source: encoder, None)
    before = suggested(library, encoder)
    first = serving.search("orange")
    asked = serving.review("orange")
    asked.answer([q for q in asked.questions(30) if q.suggested][:3], yes=False)
    reports = list(serving.update_tags(StopFlag()))
    assert [(r.phase, r.done, r.total) for r in reports] == [("tagging", 30, 30)]
    assert len(suggested(library, encoder)) < len(before) - 3
    # Another program adds a term.
    other = Library(library.path)
    other.set_vocabulary(other.vocabulary().added([Term("amber", synonyms=("kwgold",))]))
    other.close()
    list(serving.update_tags(StopFlag()))
    assert np.isclose(
        [hit.score for hit in serving.search("kwgold")],
        [hit.score for hit in serving.search("amber")],
    ).all()
    assert [hit.photo_id for hit in first]
    # Nothing is read again while the library stays as it is.
    monkeypatch.setattr(library, "own_terms", None)
    assert serving.search("orange")
    assert not serving.learning_is_due()


def test_the_library_counts_as_doubtful_what_review_does(library: Library) -> None:
    written = "\n".join(
        sql for (sql,) in library.store.rows("SELECT sql FROM sqlite_master WHERE sql != ''")
    )
    assert set(re.findall(r"probability < ([0-9.]+)", written)) == {str(SURE)}
