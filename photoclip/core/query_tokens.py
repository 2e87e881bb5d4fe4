"""The pieces of a query's text: words, quoted texts, and keys with their values.

Of form alone: whether a key's values mean anything is for `query_text` to say. Both kinds of comma,
colon and minus are taken that a keyboard may give, and both kinds of quotation marks.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

# Commas between Chinese words part them as spaces do.
_GAP: Final = re.compile(r"[\s，、]*")
_RUN: Final = re.compile(r"[^\s，、]+")
_LITERAL: Final = re.compile(r"\\(\S+)")
_MINUS: Final = re.compile(r"[-－−]")
_WEIGHT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?|\.[0-9]+)[:：]")
_KEY: Final = re.compile(r"([^\W\d_]+)[:：]")
# Possessive: a mark that is never closed is found out in one go.
_QUOTED: Final = re.compile(r'"((?:[^"]++|"")*+)"|“([^”]*+)”')
_VALUE: Final = re.compile(r'[^\s,，"“][^\s,，]*+')
_COMMA: Final = re.compile("[,，]")
HEAVIEST: Final = 100.0


@dataclass(frozen=True)
class Value:
    """One of the values after a key."""

    text: str
    quoted: bool


@dataclass(frozen=True)
class Token:
    """A piece of a query's text, from `start` to `end`.

    Attributes:
        text: a word, or what stands between quotation marks; "" with a key.
        key: as typed, in lower case, or "".
        values: what follows the key.
        minus: whether a minus stands before it.
        weight: the number before it, or None; at most `HEAVIEST`, more than 0.
        quoted: whether `text` stood between quotation marks.
        literal: whether it is a word because a backslash says so.
    """

    start: int
    end: int
    text: str = ""
    key: str = ""
    values: tuple[Value, ...] = ()
    minus: bool = False
    weight: float | None = None
    quoted: bool = False
    literal: bool = False


def begin(text: str, at: int) -> int:
    """Where the next piece begins, the end of the text if there is none."""
    match = _GAP.match(text, at)
    assert match is not None
    return match.end()


def word_at(text: str, at: int) -> Token:
    """All up to the next space or Chinese comma as a word, whatever it holds."""
    if match := _LITERAL.match(text, at):
        return Token(at, match.end(), match[1], literal=True)
    match = _RUN.match(text, at)
    assert match is not None
    return Token(at, match.end(), match[0])


def token_at(text: str, at: int) -> Token:
    """The piece that begins at `at`; a word where it is nothing else."""
    body, minus, weight = at, False, None
    if match := _MINUS.match(text, at):
        body, minus = match.end(), True
    after_minus = body
    if match := _WEIGHT.match(text, body):
        if 0 < float(match[1]) <= HEAVIEST:
            body, weight = match.end(), float(match[1])
    if match := _KEY.match(text, body):
        values, end = _values(text, match.end())
        if values:
            return Token(at, end, "", match[1].lower(), values, minus, weight)
    if found := _quoted(text, body):
        return Token(at, found[1], found[0], minus=minus, weight=weight, quoted=True)
    # "12:30 clock" and "16:9" are no weights, "->" and "--" are no minus.
    for begins, weighs in ((body, weight), (after_minus, None)):
        if begins > at and begins < len(text) and _may_begin(text[begins], weighs is None):
            match = _RUN.match(text, begins)
            assert match is not None
            return Token(at, match.end(), match[0], minus=minus, weight=weighs)
    return word_at(text, at)


def in_marks(text: str) -> str:
    """`text` between quotation marks, its own doubled."""
    return '"' + text.replace('"', '""') + '"'


def as_value(text: str) -> str:
    """`text` as it may stand after a key."""
    return text if _VALUE.fullmatch(text) else in_marks(text)


def _may_begin(character: str, figures: bool) -> bool:
    """Whether a word with a minus or a weight may begin so: letters, emoji, perhaps figures."""
    if character.isdigit():
        return figures
    return character.isalpha() or unicodedata.category(character) == "So"


def _values(text: str, at: int) -> tuple[tuple[Value, ...], int]:
    """The values from `at` on, and where they end; empty ones left out."""
    values = list[Value]()
    while True:
        if found := _quoted(text, at):
            values.append(Value(found[0], True))
            at = found[1]
        elif match := _VALUE.match(text, at):
            values.append(Value(match[0], False))
            at = match.end()
        if not _COMMA.match(text, at):
            return tuple(value for value in values if value.text), at
        at += 1


def _quoted(text: str, at: int) -> tuple[str, int] | None:
    """What stands between the quotation marks that open at `at`, and where they end."""
    match = _QUOTED.match(text, at)
    if match is None:
        return None
    return match[1].replace('""', '"') if match[1] is not None else match[2], match.end()
