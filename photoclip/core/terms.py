"""A term of the vocabulary: its names, what a model is asked for it, and its form as JSON."""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import msgspec

from photoclip.clip.zeroshot import fill
from photoclip.errors import PhotoClipError

# The category of a person's terms that stand in no other.
OWN = "own"
# In characters; no word is as long, but a file of another kind has such lines.
LONGEST = 200


@dataclass(frozen=True)
class Term:
    """A word for what a photo shows.

    Attributes:
        term: its name, which no other has; English in the built-in terms, any language in a
            person's own. Lower case unless it is a proper name.
        category: the top level that it stands under, such as "animals".
        chinese: its name in Simplified Chinese.
        parents: names of terms that follow from this one: of "puppy", "dog".
        synonyms: its other names in any language.
        prompts: what a model is asked, see `questions`; none for the term itself.
        competes: the name of a set of which a photo shows one at most, such as "season".
        hidden: never suggested and never offered.
        unknown: what a newer PhotoClip wrote of it; kept as it is.
    """

    term: str
    category: str = OWN
    chinese: str = ""
    parents: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    competes: str = ""
    hidden: bool = False
    unknown: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is called, its own name first."""
        return tuple(name for name in (self.term, self.chinese, *self.synonyms) if name)

    def questions(self, template: str = "a photo of a {}.") -> tuple[str, ...]:
        """What a model is asked: each prompt put into the template.

        A prompt that ends with a full stop is a whole sentence and asked as it is, for what no
        template fits: "A photo with a calm, peaceful mood."
        """
        prompts = self.prompts or (self.term,)
        return tuple(p if p.endswith((".", "。")) else fill(template, p) for p in prompts)


def tidy(text: str) -> str:
    """A name as it is kept: composed (NFC), white space and control characters collapsed."""
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        bad = ("Cc", "Cs")
        text = "".join(" " if unicodedata.category(c) in bad else c for c in text)
    return " ".join(text.split())


def fold(name: str) -> str:
    """What all spellings of a name share: neither case nor width nor white space counts."""
    plain = name.lower() if name.isascii() else unicodedata.normalize("NFKC", name).casefold()
    return " ".join(plain.split())


def checked(term: Term) -> Term:
    """The term with its names tidy and each once.

    Raises:
        PhotoClipError: it has no name, or something of it has more than `LONGEST` characters.
    """
    name, chinese = tidy(term.term), tidy(term.chinese)
    if not name:
        raise PhotoClipError("A term needs a name.")
    term = replace(
        term,
        term=name,
        category=tidy(term.category) or OWN,
        chinese=chinese,
        parents=_each_once(term.parents, name),
        synonyms=_each_once(term.synonyms, name, chinese),
        prompts=_each_once(term.prompts),
        competes=tidy(term.competes),
    )
    for text in (*term.names, term.category, *term.parents, *term.prompts, term.competes):
        if len(text) > LONGEST:
            raise PhotoClipError(f"“{text[:40]}…” has more than {LONGEST} characters. Shorten it.")
    return term


def combined(first: Term, second: Term) -> Term:
    """Two accounts of one term: lists are joined; of the rest, what the second says wins."""
    return checked(
        replace(
            first,
            category=first.category if second.category == OWN else second.category,
            chinese=second.chinese or first.chinese,
            parents=first.parents + second.parents,
            synonyms=first.synonyms + second.synonyms,
            prompts=first.prompts + second.prompts,
            competes=second.competes or first.competes,
            hidden=second.hidden,
        )
    )


def to_json(term: Term, base: Term) -> str:
    """What a person changed of a term, to be stored; what is as in `base` is left out."""
    changed = {
        name: getattr(term, name) for name in _TYPES if getattr(term, name) != getattr(base, name)
    }
    return json.dumps({**term.unknown, **changed}, ensure_ascii=False)


def from_json(text: str, base: Term) -> Term:
    """The term that `to_json` wrote; whatever makes no sense is as in `base`."""
    try:
        stored = json.loads(text)
    except (ValueError, RecursionError):
        return base
    if not isinstance(stored, dict):
        return base
    values: dict[str, Any] = {}
    for name, kind in _TYPES.items():
        if name in stored:
            try:
                values[name] = msgspec.convert(stored.pop(name), kind)
            except msgspec.ValidationError:
                continue
    try:
        return checked(replace(base, **values, unknown=stored))
    except PhotoClipError:
        return base


def refuse_cycle(parents: Mapping[str, Iterable[str]]) -> None:
    """Make sure that no term is its own ancestor; in linear time.

    Args:
        parents: of each term's name, those of its parents.

    Raises:
        PhotoClipError: one is; the text names the terms concerned.
    """
    ring = _cycle(parents)
    if ring:
        shown = ring if len(ring) <= 7 else [*ring[:3], "…", *ring[-3:]]
        raise PhotoClipError(
            f"“{ring[0]}” would be a part of itself: {' → '.join(shown)}. "
            "Take one of these parents away."
        )


_TYPES: Mapping[str, Any] = {f.name: f.type for f in fields(Term) if f.name != "unknown"}


def _each_once(names: tuple[str, ...], *others: str) -> tuple[str, ...]:
    """The tidy names in order, without those that spell another one again."""
    if not names:
        return ()
    found = {fold(other): "" for other in others}
    for name in map(tidy, names):
        found.setdefault(fold(name), name)
    return tuple(name for name in found.values() if name)


def _cycle(parents: Mapping[str, Iterable[str]]) -> list[str]:
    """A ring of terms, each a parent of the one before, the last also the first; or nothing."""
    done: set[str] = set()
    for start in parents:
        path = {} if start in done else {start: iter(parents[start])}
        while path:
            name = next(reversed(path))
            parent = next(path[name], None)
            if parent is None:
                done.add(name)
                del path[name]
            elif parent in path:
                ring = list(path)
                return [*ring[ring.index(parent) :], parent]
            elif parent not in done:
                path[parent] = iter(parents.get(parent, ()))
    return []
