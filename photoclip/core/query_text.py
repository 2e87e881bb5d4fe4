"""The language of the search bar: from a text to a query, and back.

`docs/search.md` has the grammar. Nothing typed is an error: what is no filter is words.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from photoclip.core.dates import date_at, date_before_words, range_from
from photoclip.core.filter_values import canonical
from photoclip.core.query import Feedback, Filter, Item, Key, Picture, Query, Words
from photoclip.core.query_tokens import (
    Token,
    Value,
    as_value,
    begin,
    in_marks,
    token_at,
    word_at,
)

KEYS: Final[Mapping[str, Key]] = {key.value: key for key in Key if key is not Key.EXACT} | {
    "日期": Key.DATE, "相机": Key.CAMERA, "镜头": Key.LENS, "地点": Key.IN, "文件夹": Key.FOLDER,
    "相册": Key.ALBUM, "标签": Key.TAG, "评分": Key.RATING, "类型": Key.TYPE, "附近": Key.NEAR,
}  # fmt: skip
"""What a filter's key may be called."""
_RELATIONS: Final = ("before", "after", "since", "until")
_RELATION: Final = re.compile(f"({'|'.join(_RELATIONS)}) (.+)")
_LIKE, _LIKED, _DISLIKED = "like", "liked", "disliked"
_HASH: Final = re.compile("[0-9a-f]{32}")
_WORD: Final = re.compile(r"\S+")
# The other half of a range may follow.
_RANGE_BEGINS: Final = re.compile(r"(from|between)\b", re.I)
# No word is taken for a date later that is none by then: years come, they do not go.
_FAR: Final = date(9000, 1, 1)


@dataclass(frozen=True)
class Chips:
    """What of a text in the bar has become chips, and the text that stays there."""

    items: tuple[Item, ...]
    rest: str


@dataclass(frozen=True)
class _Piece:
    """A part of the text: an item, or a word of the phrase."""

    start: int
    end: int
    item: Item | None = None
    word: str = ""
    literal: bool = False


def parse(text: str, today: date) -> Query:
    """The query that a person typed. Never raises; takes time in proportion to the text.

    Args:
        today: by which a year may be told from a number; dates themselves stay in words.
    """
    pieces = _pieces(text, today)
    return Query(
        phrase=" ".join(piece.word for piece in pieces if piece.word),
        items=tuple(piece.item for piece in pieces if piece.item is not None),
    )


def written(query: Query) -> str:
    """The query as text: `parse(written(query), today) == query`, whatever day it is."""
    phrase = (_written_phrase(query.phrase),) if query.phrase else ()
    return " ".join((*phrase, *map(written_item, query.items)))


def written_item(item: Item) -> str:
    """One chip as text."""
    match item:
        case Words(text, weight):
            plain = text.isalpha()
            if weight == -1 and plain and date_at([text], 0, _FAR) is None:
                return f"-{text}"
            return f"{_figures(weight)}:{text if plain else in_marks(text)}"
        case Picture(source, weight):
            prefix = {1.0: "", -1.0: "-"}.get(weight, f"{_figures(weight)}:")
            return f"{prefix}{_LIKE}:{source if _HASH.fullmatch(source) else in_marks(source)}"
        case Feedback(content_hash, liked):
            return f"{_LIKED if liked else _DISLIKED}:{content_hash}"
        case Filter(key, values, negated):
            return "-" * negated + _written_filter(key, values)


def chips(text: str, today: date, entered: bool = False) -> Chips:
    """Which finished pieces of the text in the bar become chips, for when a space is typed.

    Args:
        entered: on Enter, or when the bar loses the focus: what stands last is finished too.
    """
    pieces = _pieces(text, today)
    items, rest = list[Item](), list[str]()
    for piece in pieces:
        last = piece is pieces[-1] and not entered
        if piece.item is None or (last and _may_go_on(text, pieces)):
            rest.append(text[piece.start : piece.end])
        else:
            items.append(piece.item)
    space = " " if rest and text[-1:].isspace() else ""
    return Chips(tuple(items), " ".join(rest) + space)


def rejoined(items: tuple[Item, ...], text: str, today: date) -> tuple[tuple[Item, ...], str]:
    """Chips and the text in the bar; a date that became a chip before its range was complete is
    text again: the chip "2019" with "dog to 2021" is "dog 2019 to 2021"."""
    last = items[-1] if items else None
    if not isinstance(last, Filter) or last.key is not Key.DATE or last.negated:
        return items, text
    words = list(_WORD.finditer(text))
    for i, word in enumerate(words):
        onward = [one[0] for one in words[i:]]
        if len(last.values) == 1 and range_from(last.values[0], onward, today):
            at = word.start()
            return items[:-1], f"{text[:at]}{last.values[0]} {text[at:]}"
    return items, text


def _may_go_on(text: str, pieces: Sequence[_Piece]) -> bool:
    """Whether what is typed next may still be part of the last piece: "from 2019 to 2021"."""
    piece = pieces[-1]
    if piece.end == len(text):
        return True
    if not isinstance(piece.item, Filter) or piece.item.key is not Key.DATE:
        return False
    if _RANGE_BEGINS.match(piece.item.values[0]):
        return False
    before = pieces[-2].word if len(pieces) > 1 else ""
    return bool(_RANGE_BEGINS.match(text, piece.start) or _RANGE_BEGINS.fullmatch(before))


def _pieces(text: str, today: date) -> list[_Piece]:
    """All pieces, dates among the words included."""
    pieces = list(_plain_pieces(text, today))
    words = [piece.word if not piece.literal else "" for piece in pieces]
    found = list[_Piece]()
    at = 0
    while at < len(pieces):
        piece, word = pieces[at], words[at]
        if word and (several := date_at(words, at, today)):
            last = pieces[at + several.count - 1]
            found.append(_Piece(piece.start, last.end, Filter(Key.DATE, (several.text,))))
            at += several.count
            continue
        if word and (one := date_before_words(word, today)):
            # One date a word: a whole text may stand without spaces.
            middle = piece.start + one[1]
            found.append(_Piece(piece.start, middle, Filter(Key.DATE, (one[0],))))
            piece = replace(piece, start=middle, word=word[one[1] :])
            words[at] = ""
        if piece.start < piece.end:
            found.append(piece)
        at += 1
    return found


def _plain_pieces(text: str, today: date) -> Iterator[_Piece]:
    """The pieces by their form, left to right."""
    at = begin(text, 0)
    while at < len(text):
        token = token_at(text, at)
        piece = _piece(token, today)
        if piece is None:
            token = word_at(text, at)
            piece = _Piece(token.start, token.end, word=token.text, literal=token.literal)
        yield piece
        at = begin(text, piece.end)


def _piece(token: Token, today: date) -> _Piece | None:
    """What a token means; None where its values mean nothing."""
    weight = (token.weight or 1.0) * (-1 if token.minus else 1)
    if token.key:
        item = _keyed(token, weight, today)
        return None if item is None else _Piece(token.start, token.end, item)
    text = " ".join(token.text.split())
    if token.quoted and not text:
        return _Piece(token.start, token.end)
    if token.quoted and token.weight is None:
        return _Piece(token.start, token.end, Filter(Key.EXACT, (text,), token.minus))
    if token.weight is not None:
        return _Piece(token.start, token.end, Words(text, weight))
    if token.minus:
        found = date_at([text], 0, today)
        item = Filter(Key.DATE, (found.text,), True) if found else Words(text, weight)
        return _Piece(token.start, token.end, item)
    return _Piece(token.start, token.end, word=token.text, literal=token.literal)


def _keyed(token: Token, weight: float, today: date) -> Item | None:
    if token.key == _LIKE:
        source = _source(token.values)
        return None if source is None else Picture(source, weight)
    if token.weight is not None:
        return None
    values = tuple(value.text for value in token.values)
    if token.key in (_LIKED, _DISLIKED):
        content_hash = values[0].lower()
        if len(values) > 1 or token.minus or not _HASH.fullmatch(content_hash):
            return None
        return Feedback(content_hash, token.key == _LIKED)
    key = KEYS.get(token.key)
    if token.key in _RELATIONS:
        key, values = Key.DATE, tuple(f"{token.key} {value}" for value in values)
    spelled = canonical(key, values, today) if key else None
    return Filter(key, spelled, token.minus) if key and spelled else None


def _source(values: tuple[Value, ...]) -> str | None:
    """A content hash, or a path, which without quotation marks has to look like one."""
    value = values[0]
    if len(values) > 1 or not value.text.strip():
        return None
    if _HASH.fullmatch(value.text.lower()):
        return value.text.lower()
    return value.text if value.quoted or "/" in value.text or "\\" in value.text else None


def _written_phrase(phrase: str) -> str:
    """The phrase, with a backslash before each word that would else be something other."""
    words = phrase.split()
    # "" takes part in no date, as a word with a backslash does not.
    plain = [word if _is_plain(word) else "" for word in words]
    for i, word in enumerate(plain):
        if word and (date_at(plain, i, _FAR) or date_before_words(word, _FAR)):
            plain[i] = ""
    return " ".join(kept or f"\\{word}" for word, kept in zip(words, plain, strict=True))


def _is_plain(word: str) -> bool:
    """Whether `word` reads as itself, whatever stands after it; dates are another matter."""
    if any(mark in word for mark in '"“，、'):
        return False
    piece = next(_plain_pieces(word, _FAR))
    return piece == _Piece(0, len(word), word=word)


def _written_filter(key: Key, values: tuple[str, ...]) -> str:
    if key is Key.EXACT:
        return in_marks(values[0])
    if key is Key.NEAR:
        return f"{key}:{values[0]}"
    if key is Key.DATE and len(values) == 1 and (match := _RELATION.fullmatch(values[0])):
        return f"{match[1]}:{as_value(match[2])}"
    return f"{key}:{','.join(map(as_value, values))}"


def _figures(weight: float) -> str:
    """Never 1e-05, which would be words."""
    return f"{Decimal(repr(weight)).normalize():f}"
