"""Captions put together from a vocabulary: what is said, what is left out, and in what order."""

import csv
import re
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from photoclip.clip.background import Background
from photoclip.core.describe import Caption, Describer, _noun, _parts
from photoclip.core.term_files import built_in_terms
from photoclip.core.terms import Term
from photoclip.core.vocabulary import Vocabulary
from photoclip.resources import resource_path

Vectors = NDArray[np.float32]
DIM = 128
TERMS = (
    Term("animal", "animals", "动物"),
    Term("dog", "animals", "狗", ("animal",)),
    Term("corgi", "animals", "柯基", ("dog",)),
    Term("beagle", "animals", "比格犬", ("dog",), prompts=("a beagle dog",)),
    Term("person", "people", "人", prompts=("people or apes",)),
    Term("woman", "people", "女人", ("person",)),
    Term("crane", "animals", "鹤", prompts=("a crane, the bird",)),
    Term("running", "activities", "奔跑", prompts=("a person running",)),
    Term("reading", "activities", "阅读", prompts=("a person reading a book",)),
    Term("beach", "nature", "海滩"),
    Term("sunset", "light", "日落", prompts=("a sunset over the horizon",)),
    Term("calm", "mood", "宁静", prompts=("A photo with a calm mood.",)),
    Term("Minka", "own"),
    *(Term(f"thing{number}", "objects") for number in range(400)),
    Term("sitting", "activities", "坐着", prompts=("a person sitting",)),
    Term("tennis", "sports", "网球", prompts=("a person playing tennis",)),
    Term("swing", "objects", "秋千", prompts=("a swing for children",)),
    Term("snow", "nature", "雪"),
)
VOCABULARY = Vocabulary(TERMS)


class Words:
    """Each term is a direction; a text is the sum of those of the terms whose names it holds."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.common = rng.standard_normal(DIM) / np.sqrt(DIM)
        self.of = {
            term.term: vector / np.linalg.norm(vector)
            for term, vector in zip(TERMS, rng.standard_normal((len(TERMS), DIM)), strict=True)
        }
        self.of["corgi"] = 0.75 * self.of["dog"] + 0.66 * self.of["corgi"]
        self.of["beagle"] = 0.75 * self.of["dog"] + 0.66 * self.of["beagle"]

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.array([self.vector(re.findall(r"\w+", text)) for text in texts], np.float32)

    def vector(self, names: Sequence[str]) -> Vectors:
        total = self.common + sum(self.of[name] for name in names if name in self.of)
        return (total / np.linalg.norm(total)).astype(np.float32)

    def photo(self, **shown: float) -> Vectors:
        rng = np.random.default_rng(1)
        total = 0.5 * rng.standard_normal(DIM) / np.sqrt(DIM)
        total += sum(strength * self.of[name] for name, strength in shown.items())
        return (total / np.linalg.norm(total)).astype(np.float32)


WORDS = Words()


@pytest.fixture(scope="module")
def describer() -> Describer:
    prototypes = np.array([WORDS.vector([term.term]) for term in TERMS])
    return Describer(VOCABULARY, prototypes, Background.of(prototypes), WORDS.embed)


@pytest.mark.parametrize(
    ("shown", "english", "chinese"),
    [
        ({"beach": 1.0}, "a beach", "海滩"),
        ({"dog": 1.0}, "a dog", "狗"),
        ({"crane": 1.0}, "a crane", "鹤"),
        ({"Minka": 1.0}, "Minka", "Minka"),
        ({"dog": 1.0, "running": 0.8}, "a dog running", "狗奔跑"),
        ({"dog": 1.0, "beach": 1.0}, "a dog on a beach", "狗在海滩上"),
        ({"dog": 1.0, "running": 1.0, "beach": 1.0}, "a dog running on a beach", "狗在海滩上奔跑"),
        ({"dog": 1.0, "sunset": 1.0}, "a dog at sunset", "狗，日落时分"),
        ({"reading": 1.0}, "a person reading a book", "有人阅读"),
        ({"tennis": 1.0}, "a person playing tennis", "有人打网球"),
        ({"swing": 1.0}, "a swing", "秋千"),
        ({"beach": 1.0, "snow": 0.9}, "a beach", "海滩"),
        (
            {"person": 1.0, "sitting": 0.8, "snow": 1.0},
            "a person sitting in the snow",
            "有人在雪地里坐着",
        ),
        ({"person": 1.0, "running": 0.3}, "a person", "人"),
        ({"woman": 1.0, "reading": 1.1}, "a woman reading a book", "女人阅读"),
    ],
)
def test_captions(
    describer: Describer, shown: dict[str, float], english: str, chinese: str
) -> None:
    caption = describer.describe(WORDS.photo(**shown))
    assert (caption.english, caption.chinese) == (english, chinese)


def test_what_may_be_either_is_called_what_both_are(describer: Describer) -> None:
    assert describer.describe(WORDS.photo(corgi=1.0)).english == "a corgi"
    assert describer.describe(WORDS.photo(corgi=0.6, beagle=0.6)).english == "a dog"


def test_of_a_photo_of_nothing_it_says_nothing(describer: Describer) -> None:
    assert describer.describe(WORDS.photo()) == Caption("", "")


def test_it_tells_the_terms_it_is_made_of(describer: Describer) -> None:
    assert describer.describe(WORDS.photo(dog=1.0, beach=1.0)).terms == ("dog", "beach")


def test_without_words_it_says_nothing() -> None:
    only = Vocabulary(TERMS[-1:])
    prototypes = WORDS.vector(["calm"])[None]
    quiet = Describer(only, prototypes, Background.of(prototypes), WORDS.embed)
    assert isinstance(quiet.describe(WORDS.photo(dog=1.0)).english, str)


def test_every_built_in_term_reads_as_a_noun_or_is_left_out() -> None:
    for term in built_in_terms():
        noun = _noun(term)
        if noun is not None:
            assert re.match(r"(an?|the|some|two|many) \S", noun.english), noun.english
            assert "," not in noun.english
            assert noun.caption.chinese


def test_every_setting_and_light_is_of_a_built_in_term() -> None:
    vocabulary = Vocabulary(built_in_terms())
    with resource_path("phrases.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        term = vocabulary.find(row["term"])
        assert term is not None
        assert term.term == row["term"]
        assert row["english"]
        assert row["chinese"]
    assert len({row["term"] for row in rows}) == len(rows)
    assert len(_parts("setting")) + len(_parts("light")) == len(rows)
    assert all(re.match(r"(on|in|at|by|under) ", p.english) for p in _parts("setting").values())
