"""A round of questions: where one is in it, and what the library holds of its answers."""

import pytest

from photoclip.core.review import Question
from photoclip.ui.review_round import Round


@pytest.fixture
def round_() -> Round:
    return Round([Question(photo, 0.6, True) for photo in (11, 12, 13)])


def test_questions_are_put_one_after_the_other(round_: Round) -> None:
    assert round_.question is not None
    assert round_.question.photo_id == 11
    assert round_.ahead == [12, 13]
    assert not round_.step(-1)
    for _ in range(3):
        round_.answer(True)
        assert round_.step(1)
    assert round_.question is None
    assert not round_.step(1)
    assert round_.answer_to(12) is True
    assert round_.answer_to(99) is None


def test_it_is_settled_when_the_library_has_every_answer(round_: Round) -> None:
    round_.answer(True)
    round_.step(1)
    round_.step(1)
    assert not round_.settled
    round_.answer(False)
    round_.step(1)
    assert not round_.settled
    assert not round_.take_in({11: True})
    assert not round_.settled
    assert not round_.take_in({11: True, 13: False, 99: True})
    assert round_.settled
    assert round_.skipped == {12}
    assert not Round().settled


def test_what_was_skipped_is_not_in_the_next_round(round_: Round) -> None:
    round_.answer(True)
    after = Round([Question(photo, 0.6, True) for photo in (12, 14)], round_.skipped)
    assert after.photo_ids == [14]
    after.answer(True)
    assert after.skipped == {12, 13}


def test_answers_are_taken_back_the_last_first(round_: Round) -> None:
    for yes in (True, False):
        round_.answer(yes)
        round_.step(1)
    assert round_.take_back()
    assert round_.at == 1
    assert round_.answer_to(12) is None
    assert round_.take_back()
    assert not round_.take_back()
    assert not round_.answered


def test_an_answer_that_was_undone_is_asked_for_again(round_: Round) -> None:
    for yes in (True, False, True):
        round_.answer(yes)
        round_.step(1)
    assert not round_.take_in({11: True, 12: False})
    # The third is still on its way into the library.
    assert round_.answer_to(13) is True
    assert round_.take_in({11: True})
    assert round_.question is not None
    assert round_.question.photo_id == 12
    assert round_.answer_to(12) is None
    # Done again, or decided elsewhere.
    assert not round_.take_in({11: True, 12: True})
    assert round_.answer_to(12) is True
