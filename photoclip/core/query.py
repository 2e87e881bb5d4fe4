"""A query as a value: words, pictures, feedback and filters, in the order they were given."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias


class Key(StrEnum):
    """What a filter looks at; the word before the colon, of `EXACT` none."""

    DATE = "date"
    CAMERA = "camera"
    LENS = "lens"
    IN = "in"
    FOLDER = "folder"
    ALBUM = "album"
    TAG = "tag"
    RATING = "rating"
    IS = "is"
    TYPE = "type"
    HAS = "has"
    NEAR = "near"
    EXACT = "exact"


@dataclass(frozen=True)
class Words:
    """A text to be embedded, and what its similarity counts: 1 as it is, -1 for "not this".

    The weight lies between -100 and 100 and is not 0.
    """

    text: str
    weight: float = 1.0

    @property
    def kind(self) -> str:
        return "words"

    @property
    def label(self) -> str:
        return _weighed(self.text, self.weight)


@dataclass(frozen=True)
class Picture:
    """A picture to be embedded: "more like this".

    Attributes:
        source: the content hash of a photo in the library, 32 hex digits, or the path of a file.
    """

    source: str
    weight: float = 1.0

    @property
    def kind(self) -> str:
        return "like"

    @property
    def label(self) -> str:
        return _weighed("like this picture", self.weight)


@dataclass(frozen=True)
class Feedback:
    """A result that a person found right or wrong; it moves the query."""

    content_hash: str
    liked: bool

    @property
    def kind(self) -> str:
        return "liked" if self.liked else "disliked"

    @property
    def label(self) -> str:
        return "more like this one" if self.liked else "less like this one"


@dataclass(frozen=True)
class Filter:
    """What a photo must be, have or lie in; or must not.

    Attributes:
        values: any of them will do; each in the one spelling that `filter_values` gives it. A
            date keeps its words, "last month", so that it goes with the time.
    """

    key: Key
    values: tuple[str, ...]
    negated: bool = False

    @property
    def kind(self) -> str:
        return self.key.value

    @property
    def label(self) -> str:
        values = " or ".join(self.values)
        match self.key:
            case Key.DATE | Key.IS:
                text = values
            case Key.EXACT:
                text = f'"{values}"'
            case Key.RATING:
                text = f"rating: {values.replace('>=', '≥ ').replace('<=', '≤ ')}"
            case Key.HAS:
                text = f"has {values}"
            case _:
                text = f"{self.key}: {values}"
        return f"not {text}" if self.negated else text


Part: TypeAlias = Words | Picture
Item: TypeAlias = Words | Picture | Feedback | Filter


@dataclass(frozen=True)
class Query:
    """All that was asked for.

    Attributes:
        phrase: the words without a weight of their own, one text to be embedded; words a single
            space apart, "" when there are none.
        items: all else, each a chip, in the order it was given.
    """

    phrase: str = ""
    items: tuple[Item, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.phrase or self.items)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is embedded and scored: the phrase first, then each weighted text and picture."""
        phrase = (Words(self.phrase),) if self.phrase else ()
        return phrase + tuple(item for item in self.items if isinstance(item, Words | Picture))

    @property
    def filters(self) -> tuple[Filter, ...]:
        return tuple(item for item in self.items if isinstance(item, Filter))

    @property
    def feedback(self) -> tuple[Feedback, ...]:
        return tuple(item for item in self.items if isinstance(item, Feedback))

    def without(self, item: Item) -> "Query":
        """The query with this item taken out, wherever it occurs; `Words(phrase)` is the phrase."""
        items = tuple(other for other in self.items if other != item)
        if len(items) == len(self.items) and item == Words(self.phrase):
            return replace(self, phrase="")
        return replace(self, items=items)

    def extended(self, *items: Item) -> "Query":
        """The query with these added at its end; one that is there already is not repeated."""
        return replace(self, items=tuple(dict.fromkeys((*self.items, *items))))


def _weighed(text: str, weight: float) -> str:
    """ "2 × sunset"; "not: people" for a weight of -1."""
    times = "" if abs(weight) == 1 else f"{abs(weight):g} × "
    return f"not: {times}{text}" if weight < 0 else times + text
