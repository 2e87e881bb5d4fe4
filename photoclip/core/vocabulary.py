"""The vocabulary: the built-in terms, overlaid with what a person changed and added."""

import heapq
import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

import xxhash

from photoclip.core.terms import (
    OWN,
    Term,
    checked,
    combined,
    fold,
    from_json,
    refuse_cycle,
    to_json,
)
from photoclip.errors import PhotoClipError


class Vocabulary:
    """Terms and how they hang together; immutable, each change makes another vocabulary.

    A term keeps for good the name that it had first, its *key*: a person's changes are stored
    under it, and it finds the term after any renaming.

    Args:
        built_in: the terms that PhotoClip brings.
        own: a person's changes as they are stored: by key, `to_json` of what is other than built
            in. A key that is no built-in term's adds one.

    Attributes:
        terms: those in use, the built-in ones first.
        hidden: those that the person hid.
        own: the changes, to be stored.
    """

    def __init__(self, built_in: Iterable[Term], own: Mapping[str, str] | None = None) -> None:
        self.own: Mapping[str, str] = dict(own or {})
        self._built_in = {term.term: term for term in built_in}
        self._by_key = dict(self._built_in)
        for key, entry in self.own.items():
            self._by_key[key] = self._under_its_key(key, from_json(entry, self._base(key)))
        everything = self._by_key.values()
        self.terms = tuple(term for term in everything if not term.hidden)
        self.hidden = tuple(term for term in everything if term.hidden)

    def find(self, name: str) -> Term | None:
        """The term with that name in any language, be it hidden or not.

        Case, width, hyphens and a plural's "s" do not count; but a name that is written just so
        goes before one that is not, and a term's own name before another's synonym.
        """
        wanted = fold(name)
        for keys in (self._keys, self._loose_keys):
            for form in (wanted, *_looser(wanted)):
                if form in keys:
                    return self._by_key[keys[form]]
        return None

    def search(self, prefix: str, limit: int = 10) -> list[Term]:
        """Terms in use with a name, or a word in one, that begins so; the best first.

        First a whole name, then one that begins so, then one with such a word further on; own
        names go before synonyms, those with many terms below them and short ones before others.
        """
        wanted = fold(prefix)
        best: dict[str, tuple[bool, bool, bool, int, int, str]] = {}
        for at in range(bisect_left(self._starts, (wanted,)), len(self._starts)):
            text, inside, synonym, length, key = self._starts[at]
            if not wanted or not text.startswith(wanted):
                break
            below = len(self._children.get(key, ()))
            rank = (inside, text != wanted, synonym, -below, length, key)
            best[key] = min(rank, best.get(key, rank))
        return [self._by_key[rank[-1]] for rank in heapq.nsmallest(limit, best.values())]

    def ancestors(self, name: str) -> tuple[str, ...]:
        """The names of all terms in use that follow from this one, the nearest first."""
        return self._reach(name, self._parents)

    def descendants(self, name: str) -> tuple[str, ...]:
        """The names of all terms in use from which this one follows, the nearest first."""
        return self._reach(name, self._children)

    def is_own(self, name: str) -> bool:
        """Whether the person added it, rather than PhotoClip brought it."""
        key = self._keys.get(fold(name))
        return key is not None and key not in self._built_in

    @cached_property
    def version(self) -> str:
        """A hash of all that decides which tags are suggested: where it is equal, they are."""
        said = sorted(
            (term.term, term.prompts, sorted(self.ancestors(term.term)), term.competes)
            for term in self.terms
        )
        return xxhash.xxh3_64_hexdigest(json.dumps(said).encode())

    def changed(self, name: str, to: Term) -> "Vocabulary":
        """With the term of this name being `to`: renamed, regrouped, hidden, edited.

        Its former name stays one of its synonyms, so that decisions and searches still find it.
        Parents that are no terms yet become terms.

        Raises:
            PhotoClipError: there is no such term, the new name is another's, a name is unfit, or
                a term would be its own ancestor.
        """
        key = self._key(name)
        to = checked(to)
        other = self._keys.get(fold(to.term), key)
        if other != key:
            raise PhotoClipError(
                f"“{to.term}” is already a name of “{self._by_key[other].term}”. Choose another."
            )
        to = checked(replace(to, synonyms=(*to.synonyms, self._by_key[key].term)))
        return self._with({**self.own, key: to_json(to, self._base(key))}, [to])

    def added(self, terms: Iterable[Term]) -> "Vocabulary":
        """With these terms too; one whose name is known is merged with the known (`combined`).

        Parents that are no terms yet become terms. A term without a category takes the one of
        its nearest parent. In linear time.

        Raises:
            PhotoClipError: a name is unfit, or a term would be its own ancestor.
        """
        given: dict[str, Term] = {}
        new_keys: dict[str, str] = {}
        for term in map(checked, terms):
            folded = fold(term.term)
            key = self._keys.get(folded) or new_keys.setdefault(folded, term.term)
            known = given.get(key) or self._by_key.get(key)
            given[key] = combined(known, term) if known else term
        for key, term in given.items():
            if term.category == OWN:
                given[key] = replace(term, category=self._category(term, given))
        entries = {key: to_json(term, self._base(key)) for key, term in given.items()}
        return self._with({**self.own, **entries}, given.values())

    def restored(self, name: str) -> "Vocabulary":
        """With a built-in term as it was built in, or without an own one.

        Raises:
            PhotoClipError: there is no such term.
        """
        key = self._key(name)
        return self._with({k: entry for k, entry in self.own.items() if k != key}, [])

    def _with(self, own: Mapping[str, str], given: Iterable[Term]) -> "Vocabulary":
        """One with these changes, and with whatever the terms given name as parents."""
        names: set[str] = set(self._keys)
        parents: dict[str, str] = {}
        for term in given:
            names.update(map(fold, term.names))
            for parent in term.parents:
                parents.setdefault(fold(parent), parent)
        missing = {parent: "{}" for folded, parent in parents.items() if folded not in names}
        made = Vocabulary(self._built_in.values(), {**own, **missing})
        called = {key: term.term for key, term in made._by_key.items()}
        refuse_cycle(
            {called[key]: [called[k] for k in found] for key, found in made._parents.items()}
        )
        return made

    def _key(self, name: str) -> str:
        key = self._keys.get(fold(name))
        if key is None:
            raise PhotoClipError(f"There is no term called “{name}”.")
        return key

    def _base(self, key: str) -> Term:
        return self._built_in.get(key) or Term(key)

    def _under_its_key(self, key: str, term: Term) -> Term:
        """The term, certain to be found by its key and not to take a built-in term's name."""
        if fold(term.term) == fold(key):
            return term
        if term.term in self._built_in:
            return replace(term, term=key)
        return checked(replace(term, synonyms=(*term.synonyms, key)))

    def _category(self, term: Term, given: Mapping[str, Term]) -> str:
        """That of the nearest ancestor which has one."""
        waiting = list(term.parents)
        seen: set[str] = set()
        for name in waiting:
            key = self._keys.get(fold(name), name)
            parent = given.get(key) or self._by_key.get(key)
            if parent is not None and key not in seen:
                if parent.category != OWN:
                    return parent.category
                seen.add(key)
                waiting += parent.parents
        return OWN

    @cached_property
    def _keys(self) -> dict[str, str]:
        """Keys by folded names: own names come first, then the Chinese ones, then synonyms."""
        keys = {fold(term.term): key for key, term in self._by_key.items()}
        for key, term in self._by_key.items():
            if term.chinese:
                keys.setdefault(fold(term.chinese), key)
        for key, term in self._by_key.items():
            for synonym in term.synonyms:
                keys.setdefault(fold(synonym), key)
        return keys

    @cached_property
    def _loose_keys(self) -> dict[str, str]:
        loose: dict[str, str] = {}
        for name, key in self._keys.items():
            for form in _looser(name):
                loose.setdefault(form, key)
        return loose

    @cached_property
    def _starts(self) -> list[tuple[str, bool, bool, int, str]]:
        """All names in use, from each word on, in order: text, inside, synonym, length, key."""
        starts = []
        for key, term in self._by_key.items():
            own = (term.term, term.chinese)
            for name in () if term.hidden else term.names:
                text = fold(name)
                for at in _word_starts(text):
                    starts.append((text[at:], at > 0, name not in own, len(text), key))
        return sorted(starts)

    @cached_property
    def _parents(self) -> dict[str, tuple[str, ...]]:
        """The keys of each key's parents, as far as they are terms."""
        found = {}
        for key, term in self._by_key.items():
            keys = (self._keys.get(fold(parent)) for parent in term.parents)
            found[key] = tuple(dict.fromkeys(k for k in keys if k is not None and k != key))
        return found

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        children: dict[str, list[str]] = {}
        for key, parents in self._parents.items():
            for parent in parents:
                children.setdefault(parent, []).append(key)
        return children

    def _reach(self, name: str, steps: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
        start = self._keys.get(fold(name))
        waiting = [] if start is None else [start]
        reached = set(waiting)
        for key in waiting:
            for step in steps.get(key, ()):
                if step not in reached:
                    reached.add(step)
                    waiting.append(step)
        found = (self._by_key[key] for key in waiting[1:])
        return tuple(term.term for term in found if not term.hidden)


def _looser(name: str) -> list[str]:
    """Forms that pass for this folded name: the singular, and without hyphens."""
    forms = []
    if len(name) > 3 and name.endswith("s") and not name.endswith("ss"):
        forms.append(name[:-1])
        if name.endswith("es"):
            forms.append(name[:-2])
        if name.endswith("ies"):
            forms.append(name[:-3] + "y")
    if "-" in name:
        forms.append(" ".join(name.replace("-", " ").split()))
    return [form for form in forms if form]


def _word_starts(text: str) -> Iterator[int]:
    """Where words begin: in Chinese, which does not part them, any character may."""
    yield 0
    for at in range(1, len(text)):
        if text[at].isalnum() and ("㐀" <= text[at] <= "鿿" or not text[at - 1].isalnum()):
            yield at
