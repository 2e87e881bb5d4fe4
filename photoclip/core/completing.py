"""The filter that a person has begun to type in the search bar, and its text once completed."""

import re
from dataclasses import dataclass
from typing import Final

from photoclip.core.query import Key
from photoclip.core.query_text import KEYS
from photoclip.core.query_tokens import as_value

# A key at the beginning or after a space, values that are complete, and one that is not.
_BEGUN: Final = re.compile(
    r"(?:^|(?<=[\s，、]))[-－−]?([^\W\d_]+)[:：]"
    r"(?:(?:\"[^\"]*\"|“[^”]*”|[^\s,，\"“]+)[,，])*"
    r"(?:[\"“]([^\"“”]*)|([^\s,，\"“”]*))$"
)


@dataclass(frozen=True)
class Begun:
    """A filter of which the last value is being typed.

    Attributes:
        typed: what stands of that value, without a quotation mark.
        start, end: where in the text it stands, its quotation mark included.
        begins: where the filter begins.
    """

    key: Key
    typed: str
    start: int
    end: int
    begins: int


def begun_filter(text: str, at: int) -> Begun | None:
    """The filter whose value ends at the place `at` of the text; None where there is none."""
    match = _BEGUN.search(text[:at])
    key = KEYS.get(match[1].lower()) if match else None
    if match is None or key is None:
        return None
    quoted = match[2] is not None
    start = match.start(2) - 1 if quoted else match.start(3)
    return Begun(key, match[2] if quoted else match[3], start, at, match.start())


def without_begun(text: str, begun: Begun) -> str:
    """The text without the value that is being typed: without the filter, if it is the first."""
    several = text[begun.start - 1] in ",，"
    return text[: begun.start - 1 if several else begun.begins] + text[begun.end :]


def completed(text: str, begun: Begun, value: str) -> tuple[str, int]:
    """The text with this value in place of what was typed, and where the cursor is then.

    A space follows, with which the filter is finished.
    """
    rest = text[begun.end :].removeprefix('"').removeprefix("”").lstrip()
    head = f"{text[: begun.start]}{as_value(value)} "
    return head + rest, len(head)
