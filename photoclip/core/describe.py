"""A proposed caption for a photo: its subject, what that does, where, and in what light.

As CLIP interrogators do, words are chosen by how well they fit the photo; but only such are put
together as make plain English, whole sentences are compared with the photo again, and whatever does
not make the sentence fit clearly better is left out. A short caption is right more often.
"""

import csv
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.background import Background
from photoclip.clip.zeroshot import fill
from photoclip.core.terms import OWN, Term
from photoclip.core.vocabulary import Vocabulary
from photoclip.resources import resource_path

# Chosen on captions of 290 of Flickr8k's photos, starter. How far a term must stand out, in
# standard deviations, and what share of all it must have together with those below it.
_LEAST_THING, _SURE = 3.5, 0.3
_LEAST_HINT, _HINT = 2.5, 0.1
_LEAST_DOING, _SURE_DOING = 4.0, 0.35
_SURE_PERSON = 0.5
_LEAST_ACTION, _LEAST_SETTING, _LEAST_LIGHT = 2.0, 4.0, 4.0
_ACTIONS, _SETTINGS, _LIGHTS = 2, 3, 2
# A term below another is named in its place where it has this much of its share; of sharper ones.
_MOST, _SHARPER = 0.6, 1.5
# How much nearer to the photo, as a cosine, a sentence must be for something more said.
_WORTH_SAYING, _WORTH_DOING = 0.04, 0.08

_THINGS = frozenset(
    "animals people food drinks objects toys music technology travel plants home art landmarks "
    "documents screenshots buildings nature damage work".split()
) | {OWN}
_DOINGS = frozenset(("activities", "sports"))
_ANIMALS, _PERSON = "animals", "person"
_PERSONS = ("man", "woman", "boy", "girl", "child", "baby")
# What animals do as well as people.
_OF_ANIMALS = ("running", "walking", "swimming", "jumping", "lying down", "sleeping", "sitting")
# Of somebody of whom no more is known; too much that moves is taken for running.
_OF_PERSONS = tuple(name for name in _OF_ANIMALS if name != "running")
# Said of nearly anything, and so of no use to anyone.
_ABSTRACT = frozenset(
    ("sport", "nature", "travel", "animal tracks", "landscape", "vehicle", "sports team")
)
# Whoever is seen takes the place of these at the beginning of an activity's prompt.
_SOMEBODY = re.compile(r"(?:a person|some people|some children) (\w+ing\b.*|on an? .*)")
_DETERMINED = re.compile(r"(?:an?|the|some|two|many) ")


@dataclass(frozen=True)
class Caption:
    """A proposed caption; both texts are empty where nothing can be said.

    Attributes:
        english: such as "a dog running on a beach at sunset".
        chinese: the same, such as "狗在海滩上奔跑，日落时分".
        terms: what it was put together from.
    """

    english: str
    chinese: str
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Draft:
    """A caption so far: in English as it reads, in Chinese by parts, whose order is another."""

    english: str
    terms: tuple[str, ...]
    who: str = ""
    where: str = ""
    does: str = ""
    light: str = ""

    def with_part(self, part: "_Draft") -> "_Draft":
        return _Draft(
            f"{self.english} {part.english}",
            self.terms + part.terms,
            self.who,
            self.where or part.where,
            self.does or part.does,
            self.light or part.light,
        )

    @property
    def caption(self) -> Caption:
        light = f"，{self.light}" if self.light else ""
        return Caption(self.english, self.who + self.where + self.does + light, self.terms)


class Describer:
    """Proposes captions with the words of a vocabulary.

    Args:
        prototypes: of its terms, float32 (k, d).
        background: of the same model.
        embed: texts to float32 (n, d), each of length 1; asked for some ten a photo, many of
            them again and again.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        prototypes: NDArray[np.float32],
        background: Background,
        embed: Callable[[Sequence[str]], NDArray[np.float32]],
    ) -> None:
        self._vocabulary = vocabulary
        self._background = background
        self._directions = background.directions(prototypes)
        self._embed = embed
        self._terms = vocabulary.terms
        self._row = {term.term: row for row, term in enumerate(self._terms)}
        self._settings, self._lights = _parts("setting"), _parts("light")
        self._things = self._rows(_THINGS)
        self._doings = self._rows(_DOINGS)
        self._persons = [self._row[name] for name in _PERSONS if name in self._row]
        self._above = [
            [self._row[a] for a in vocabulary.ancestors(t.term) if a in self._row]
            for t in self._terms
        ]

    def describe(self, photo: NDArray[np.float32]) -> Caption:
        """A caption for a photo, float32 (d,), of length 1."""
        scores = (self._directions @ photo) / self._background.spread(photo[None])[0]
        settings = self._best(scores, self._settings, _LEAST_SETTING, _SETTINGS)
        subjects = self._about(scores) or self._nouns(settings)
        if not subjects:
            return Caption("", "")
        draft, nearness = self._nearest(photo, subjects)
        animal, person = self._is_animal(draft), draft.terms == (_PERSON,)
        done = _OF_ANIMALS if animal else _OF_PERSONS if person else ()
        actions = self._best(scores, done, _LEAST_ACTION, _ACTIONS)
        if draft.terms[0] in self._settings:
            settings = []  # it is a place itself
        lights = self._best(scores, self._lights, _LEAST_LIGHT, _LIGHTS)
        for parts, worth in (
            ([self._action(name) for name in actions], _WORTH_SAYING if animal else _WORTH_DOING),
            ([self._settings[name] for name in settings], _WORTH_SAYING),
            ([self._lights[name] for name in lights], _WORTH_SAYING),
        ):
            longer = [draft.with_part(part) for part in parts if self._says_more(draft, part)]
            if longer:
                found, found_nearness = self._nearest(photo, longer)
                if found_nearness > nearness + worth:
                    draft, nearness = found, found_nearness
        return draft.caption

    def _about(self, scores: NDArray[np.float32]) -> list[_Draft]:
        """What the photo may be of: things, and somebody doing something."""
        names = self._surest(scores, self._things, _LEAST_THING, _SURE)
        names = names or self._surest(scores, self._things, _LEAST_HINT, _HINT)
        names += self._surest(scores, self._doings, _LEAST_DOING, _SURE_DOING)
        persons = self._surest(scores, self._persons, 0.0, _SURE_PERSON)
        about = self._nouns(names)
        for draft in list(about):
            if self._is_animal(draft):
                done_too = [name for name in names if name in _OF_ANIMALS]
                about += [draft.with_part(self._action(name)) for name in done_too]
            done = _SOMEBODY.fullmatch(draft.english)
            for person in persons if done else ():
                who = self._terms[self._row[person]]
                about.append(
                    replace(
                        draft,
                        english=f"{fill('a {}', who.term)} {done[1] if done else ''}",
                        terms=(who.term, *draft.terms),
                        who=who.chinese or who.term,
                    )
                )
        return about

    def _is_animal(self, draft: _Draft) -> bool:
        return self._terms[self._row[draft.terms[0]]].category == _ANIMALS

    def _rows(self, categories: Collection[str]) -> list[int]:
        return [row for row, term in enumerate(self._terms) if term.category in categories]

    def _surest(
        self, scores: NDArray[np.float32], rows: Sequence[int], least: float, sure: float
    ) -> list[str]:
        """Those among terms of which one is sure while of none below them one is.

        Hedging one's bets (Deng et al. 2012, "Optimizing Accuracy-Specificity Trade-offs in Large
        Scale Visual Recognition"): where it may be a corgi or a collie, it is a dog.
        """
        if not rows:
            return []
        shares = self._shares(scores, rows, 1.0)
        sharper = self._shares(scores, rows, _SHARPER)
        worthy = {term for row in rows if scores[row] >= least for term in (row, *self._above[row])}
        found = sorted(term for term, share in shares.items() if share >= sure and term in worthy)
        tops = [term for term in found if not set(found) & set(self._above[term])]
        named = [self._descend(term, sharper) for term in tops]
        return [self._terms[r].term for r in named if self._terms[r].term not in _ABSTRACT]

    def _shares(
        self, scores: NDArray[np.float32], rows: Sequence[int], sharpness: float
    ) -> dict[int, float]:
        """What share each term has of all, together with those below it."""
        chosen = scores[np.asarray(rows, np.int64)]
        shares = np.exp(sharpness * (chosen - chosen.max()))
        together: dict[int, float] = {}
        for row, share in zip(rows, (shares / shares.sum()).tolist(), strict=True):
            for term in (row, *self._above[row]):
                together[term] = together.get(term, 0.0) + share
        return together

    def _descend(self, term: int, shares: Mapping[int, float]) -> int:
        """The term below this one that is, time and again, most of it."""
        while True:
            below = [row for row in shares if term in self._above[row]]
            best = max(below, key=lambda row: shares[row], default=term)
            if best == term or shares[best] < _MOST * shares[term]:
                return term
            term = best

    def _nouns(self, names: Iterable[str]) -> list[_Draft]:
        nouns = (_noun(self._terms[self._row[name]]) for name in names)
        return [noun for noun in nouns if noun is not None]

    def _action(self, name: str) -> _Draft:
        return _Draft(name, (name,), does=self._terms[self._row[name]].chinese)

    def _best(
        self, scores: NDArray[np.float32], names: Iterable[str], least: float, count: int
    ) -> list[str]:
        """Those of the terms in use that stand out most."""
        known = [name for name in names if name in self._row and scores[self._row[name]] >= least]
        return sorted(known, key=lambda name: -scores[self._row[name]])[:count]

    def _nearest(
        self, photo: NDArray[np.float32], drafts: Sequence[_Draft]
    ) -> tuple[_Draft, float]:
        cosines = self._embed([draft.english for draft in drafts]) @ photo
        best = int(np.argmax(cosines))
        return drafts[best], float(cosines[best])

    def _says_more(self, draft: _Draft, part: _Draft) -> bool:
        """Whether a part is about something else than what is said already."""
        above = self._vocabulary.ancestors
        said = {word for term in draft.terms for word in (term, *above(term))}
        new = {word for term in part.terms for word in (term, *above(term))}
        words = set(" ".join(part.terms).split())
        return not said & new and not words & set(draft.english.split())


def _noun(term: Term) -> _Draft | None:
    """A term as what a caption is about; None where it is no noun."""
    asked = term.prompts[0] if term.prompts else fill("a {}", term.term)
    if asked.endswith((".", "。")):
        return None
    # What follows a comma, or such a word, only tells the model which meaning is meant.
    english = asked.partition(",")[0].removesuffix(" for children")
    if term.term == _PERSON:
        english = "a person"  # its prompt is for telling people from other animals
    elif term.category == OWN and english == fill("a {}", term.term) and term.term[:1].isupper():
        english = term.term  # somebody's name
    elif not _DETERMINED.match(english):
        english = fill("a {}", english)
    chinese = term.chinese or term.term
    if term.category in _DOINGS:
        who = "有人" if _SOMEBODY.fullmatch(english) else ""
        if who and chinese.endswith("球"):
            chinese = ("踢" if chinese.endswith("足球") else "打") + chinese
        return _Draft(english, (term.term,), who=who, does=chinese)
    return _Draft(english, (term.term,), who=chinese)


def _parts(role: str) -> dict[str, _Draft]:
    """How settings or lights are said, by their term."""
    with resource_path("phrases.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    parts = {}
    for row in rows:
        if row["role"] == role:
            said = _Draft(row["english"], (row["term"],))
            chinese = row["chinese"]
            parts[row["term"]] = (
                replace(said, where=chinese) if role == "setting" else replace(said, light=chinese)
            )
    return parts
