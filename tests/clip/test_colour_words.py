"""Captions with another colour: every word by every other, and nothing else changed."""

import pytest

from photoclip.clip.colour_words import COLOURS, colour_words, recoloured


@pytest.mark.parametrize(
    ("caption", "colours"),
    [
        ("A dog runs .", []),
        ("A red and white dog .", ["red", "white"]),
        ("The Grey cat, the gray sky", ["gray", "gray"]),
        ("a hundred blackbirds in a reddish greenhouse", []),
        ("BLUE-green water", ["blue", "green"]),
        ("", []),
    ],
)
def test_colour_words_are_found(caption: str, colours: list[str]) -> None:
    assert colour_words(caption) == colours


def test_each_word_is_replaced_by_each_other_colour() -> None:
    changed = recoloured("a black and white dog in gray snow")

    assert len(changed) == len(set(changed)) == 3 * (len(COLOURS) - 1)
    assert changed[0] == "a red and white dog in gray snow"
    assert changed[10] == "a black and red dog in gray snow"
    assert changed[-1] == "a black and white dog in white snow"
    assert "a black and white dog in grey snow" not in changed
    assert recoloured("a dog") == []


@pytest.mark.parametrize(
    ("caption", "colour", "expected"),
    [
        ("A red car", "orange", "An orange car"),
        ("an orange car", "red", "a red car"),
        ("a bright red car", "orange", "a bright orange car"),
        ("Red cars", "blue", "Blue cars"),
        ("AN ORANGE CAR", "red", "A RED CAR"),
        ("panda red", "orange", "panda orange"),
    ],
)
def test_capitals_and_articles_fit_the_new_colour(caption: str, colour: str, expected: str) -> None:
    assert expected in recoloured(caption)
    assert colour in colour_words(expected)
