"""Captions with a colour word, and the same captions with another colour.

Whether a model prefers the true caption tells if it sees colours, or only things. What is meant
by a word is not looked at: a "white man" or an "orange" that is a fruit count like a white dog.
"""

import re

# The eleven basic colour terms of Berlin and Kay 1969, of which grey is spelled in two ways.
COLOURS = (
    "red",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
    "brown",
    "black",
    "white",
    "gray",
)
_WORD = re.compile(rf"\b(?:(an?)(\s+))?({'|'.join(COLOURS)}|grey)\b", re.IGNORECASE)


def colour_words(caption: str) -> list[str]:
    """The colours named in a caption, in its order, as they stand in `COLOURS`."""
    return [_colour(match) for match in _WORD.finditer(caption)]


def recoloured(caption: str) -> list[str]:
    """The caption with one colour word replaced by another colour: every word by every other.

    Nothing but the colour changes: the new word takes over the capital and the article fits it
    ("a red car", "an orange car"), so that grammar gives no hint. Without a colour word there are
    none, with k of them 10 k.
    """
    return [
        caption[: match.start()] + _replacement(match, colour) + caption[match.end() :]
        for match in _WORD.finditer(caption)
        for colour in COLOURS
        if colour != _colour(match)
    ]


def _colour(match: re.Match[str]) -> str:
    word = match[3].lower()
    return "gray" if word == "grey" else word


def _replacement(match: re.Match[str], colour: str) -> str:
    article, space, word = match.groups()
    colour = _like(word, colour)
    if article is None:
        return colour
    return _like(article, "an" if colour[0] in "oO" else "a") + space + colour


def _like(model: str, word: str) -> str:
    if model.isupper() and len(model) > 1:
        return word.upper()
    return word.capitalize() if model[0].isupper() else word
