"""The vocabulary: finding, changing and ordering terms, and what the shipped file must keep."""

import json
import re
import unicodedata
from itertools import groupby

import pytest

from photoclip.core.term_files import COLUMNS, built_in_terms
from photoclip.core.terms import Term, fold, from_json, refuse_cycle, to_json
from photoclip.core.vocabulary import Vocabulary
from photoclip.errors import PhotoClipError
from photoclip.resources import resource_path

ANIMAL = Term("animal", "animals", "动物")
DOG = Term("dog", "animals", "狗", ("animal",), ("doggy", "犬"))
PUPPY = Term("puppy", "animals", "小狗", ("dog",))
GLASSES = Term("glasses", "clothes", "眼镜", (), ("spectacles",), ("a pair of glasses",))
GLASS = Term("drinking glass", "home", "玻璃杯", (), ("glass", "wine-glass"))
TREE = Term("tree", "plants", "树")
CHRISTMAS_TREE = Term("Christmas tree", "events", "圣诞树", (), ("xmas tree",))
TERMS = (ANIMAL, DOG, PUPPY, GLASSES, GLASS, TREE, CHRISTMAS_TREE)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(TERMS)


@pytest.fixture(scope="module")
def built_in() -> tuple[Term, ...]:
    return built_in_terms()


def found(vocabulary: Vocabulary, name: str) -> str | None:
    term = vocabulary.find(name)
    return term and term.term


@pytest.mark.parametrize(
    ("name", "term"),
    [
        ("dog", "dog"),
        ("  DOGS ", "dog"),
        ("ｄｏｇ", "dog"),
        ("doggies", "dog"),
        ("狗", "dog"),
        ("犬", "dog"),
        ("puppies", "puppy"),
        ("glasses", "glasses"),
        ("glass", "drinking glass"),
        ("wine glass", "drinking glass"),
        ("wine-glasses", "drinking glass"),
        ("christmas  tree", "Christmas tree"),
        ("s", None),
        ("", None),
        ("giraffe", None),
    ],
)
def test_found_by_any_name(vocabulary: Vocabulary, name: str, term: str | None) -> None:
    assert found(vocabulary, name) == term


def test_a_name_of_its_own_goes_before_another_terms_synonym() -> None:
    vocabulary = Vocabulary([Term("bat", synonyms=("mouse",)), Term("mouse")])
    assert found(vocabulary, "mouse") == "mouse"


def test_completion_is_best_first(vocabulary: Vocabulary) -> None:
    def completed(text: str) -> list[str]:
        return [term.term for term in vocabulary.search(text)]

    assert completed("tree") == ["tree", "Christmas tree"]
    assert completed("TR") == ["tree", "Christmas tree"]
    assert completed("树") == ["tree", "Christmas tree"]
    assert completed("gl") == ["glasses", "drinking glass"]
    assert completed("glass") == ["drinking glass", "glasses"]
    assert completed("狗") == ["dog", "puppy"]
    assert completed("animal") == ["animal"]
    # Of names that fit as well as each other, the broadest is meant most often.
    assert [t.term for t in Vocabulary([*TERMS, Term("dot")]).search("do")] == ["dog", "dot"]
    assert completed("ree") == completed("") == []
    assert [term.term for term in vocabulary.search("d", limit=1)] == ["dog"]


def test_parents_follow_from_children(vocabulary: Vocabulary) -> None:
    assert vocabulary.ancestors("puppy") == ("dog", "animal")
    assert vocabulary.descendants("animal") == ("dog", "puppy")
    assert vocabulary.ancestors("animal") == vocabulary.ancestors("giraffe") == ()


def test_a_hidden_term_is_found_but_not_offered(vocabulary: Vocabulary) -> None:
    hidden = vocabulary.changed("dog", Term("dog", parents=("animal",), hidden=True))
    assert "dog" not in [term.term for term in hidden.terms]
    assert [term.term for term in hidden.hidden] == ["dog"]
    assert hidden.find("dog") is not None
    assert hidden.search("dog") == []
    # What stands above it still follows from what stands below.
    assert hidden.ancestors("puppy") == ("animal",)
    assert hidden.restored("dog").terms == vocabulary.terms


def test_a_renamed_term_is_found_by_its_former_names(vocabulary: Vocabulary) -> None:
    hound = vocabulary.changed("DOG", Term("hound", "animals", parents=("animal",)))
    again = hound.changed("hound", Term("pooch", "animals", parents=("animal",)))
    assert found(again, "dog") == found(again, "hound") == found(again, "pooch") == "pooch"
    assert again.ancestors("puppy") == ("pooch", "animal")
    assert Vocabulary(TERMS, again.own).terms == again.terms
    assert list(again.own) == ["dog"]
    assert again.restored("pooch").terms == vocabulary.terms


def test_only_what_was_changed_is_kept(vocabulary: Vocabulary) -> None:
    term = vocabulary.find("dog")
    assert term is not None
    edited = vocabulary.changed("dog", Term(**{**vars(term), "chinese": "狗狗"}))
    assert json.loads(edited.own["dog"]) == {"chinese": "狗狗"}
    better = Term("dog", "animals", "狗", ("animal",), prompts=("a dog, the animal",))
    newer = Vocabulary([better, ANIMAL], edited.own).find("dog")
    assert newer is not None
    assert (newer.chinese, newer.prompts) == ("狗狗", ("a dog, the animal",))


def test_own_terms_are_added_and_removed(vocabulary: Vocabulary) -> None:
    own = vocabulary.added([Term("Minka", parents=("cat", "狗")), Term("Tom", parents=("Minka",))])
    assert own.ancestors("minka") == ("cat", "dog", "animal")
    assert [term.term for term in own.terms[len(TERMS) :]] == ["Minka", "Tom", "cat"]
    assert own.is_own("MINKA")
    assert not own.is_own("dog")
    # The category is the one of the nearest parent that has one.
    assert [own.find(name).category for name in ("Tom", "cat")] == ["animals", "own"]  # type: ignore[union-attr]
    assert own.restored("Minka").find("Minka") is None
    assert Vocabulary(TERMS, own.own).terms == own.terms


def test_an_added_term_of_a_known_name_is_merged(vocabulary: Vocabulary) -> None:
    more = vocabulary.added([Term("犬", synonyms=("hound",), prompts=("a dog",))])
    assert len(more.terms) == len(TERMS)
    dog = more.find("hound")
    assert dog == Term("dog", "animals", "狗", ("animal",), ("doggy", "犬", "hound"), ("a dog",))


def test_what_cannot_be_is_told(vocabulary: Vocabulary) -> None:
    with pytest.raises(PhotoClipError, match="“puppy” is already a name of “puppy”"):
        vocabulary.changed("dog", Term("puppy"))
    with pytest.raises(PhotoClipError, match="“犬” is already a name of “dog”"):
        vocabulary.changed("puppy", Term("犬"))
    with pytest.raises(PhotoClipError, match="no term called “giraffe”"):
        vocabulary.changed("giraffe", Term("zebra"))
    with pytest.raises(PhotoClipError, match="needs a name"):
        vocabulary.added([Term(" \n ")])
    with pytest.raises(PhotoClipError, match="more than 200 characters"):
        vocabulary.added([Term("x" * 201)])
    with pytest.raises(PhotoClipError, match="dog → animal → puppy → dog|puppy → dog → animal"):
        vocabulary.changed("animal", Term("animal", parents=("puppy",)))


def test_a_long_circle_is_told_short() -> None:
    refuse_cycle({str(n): [str(n + 1)] for n in range(50_000)})
    with pytest.raises(PhotoClipError) as error:
        refuse_cycle({str(n): [str((n + 1) % 50_000)] for n in range(50_000)})
    assert len(str(error.value)) < 200


def test_a_circle_that_is_stored_ends(vocabulary: Vocabulary) -> None:
    circular = Vocabulary(TERMS, {"animal": '{"parents": ["puppy"]}'})
    assert circular.ancestors("dog") == ("animal", "puppy")


def test_the_first_name_of_an_own_term_is_never_taken_again(vocabulary: Vocabulary) -> None:
    own = vocabulary.added([Term("Minka")]).changed("Minka", Term("Mimi"))
    forgotten = own.changed("Mimi", Term("Mimi"))
    assert len(forgotten.added([Term("Minka", chinese="咪咪")]).terms) == len(TERMS) + 1
    # A later PhotoClip brings a term that somebody gave another one as its name.
    brought = Vocabulary([*TERMS, Term("Mimi", "animals")], own.own)
    assert [term.term for term in brought.terms][-2:] == ["Mimi", "Minka"]


def test_the_version_tells_what_affects_tagging(vocabulary: Vocabulary) -> None:
    same = vocabulary.changed("dog", Term("dog", "pets", "狗狗", ("animal",), ("hound",)))
    assert same.version == vocabulary.version == Vocabulary(reversed(TERMS)).version
    others = [
        Term("hound", parents=("animal",)),
        Term("dog"),
        Term("dog", parents=("animal",), prompts=("a dog, the animal",)),
        Term("dog", parents=("animal",), competes="pets"),
        Term("dog", parents=("animal",), hidden=True),
    ]
    versions = {vocabulary.changed("dog", term).version for term in others}
    assert len(versions | {vocabulary.version}) == 6


def test_json_keeps_what_a_newer_version_wrote() -> None:
    stored = '{"hidden": true, "synonyms": ["hound"], "chinese": 5, "sound": "woof"}'
    term = from_json(stored, DOG)
    assert term == Term("dog", "animals", "狗", ("animal",), ("hound",), hidden=True)
    written = {"hidden": True, "synonyms": ["hound"], "sound": "woof"}
    assert json.loads(to_json(term, DOG)) == written
    for broken in ("", "[]", "nonsense", '{"term": ""}', "[" * 100_000):
        assert from_json(broken, DOG) == DOG


def test_prompts_go_into_a_template_unless_they_are_sentences() -> None:
    crane = Term("crane", prompts=("a crane, the bird", "white crane", "A photo of a crane."))
    assert crane.questions() == (
        "a photo of a crane, the bird.",
        "a photo of a white crane.",
        "A photo of a crane.",
    )
    assert Term("owl").questions() == ("a photo of an owl.",)


def test_the_shipped_file_is_well_formed(built_in: tuple[Term, ...]) -> None:
    text = resource_path("terms.tsv").read_text(encoding="utf-8")
    header, *rows = [line.split("\t") for line in text.splitlines()]
    assert tuple(header) == COLUMNS
    assert all(len(row) == len(COLUMNS) for row in rows)
    assert text == unicodedata.normalize("NFC", text)
    assert '"' not in text
    # Nothing in it needed tidying, and no line repeats another.
    assert [row[0] for row in rows] == [term.term for term in built_in]
    lists = [[row[3], row[4], row[5]] for row in rows]
    assert lists == [["; ".join(x) for x in (t.parents, t.synonyms, t.prompts)] for t in built_in]
    # Each category stands together, so that a person can read and edit the file.
    categories = [category for category, _ in groupby(term.category for term in built_in)]
    assert len(set(categories)) == len(categories) > 20


def test_the_shipped_terms_are_sound(built_in: tuple[Term, ...]) -> None:
    assert len(built_in) >= 1_250
    han = re.compile("[\u4e00-\u9fff]")
    names = {term.term for term in built_in}
    for term in built_in:
        assert term.term.isascii(), term
        assert han.search(term.chinese), term
        assert all(han.search(name) or name.isascii() for name in term.synonyms), term
        assert names.issuperset(term.parents), term
        assert len(term.prompts) <= 3, term
        assert all(prompt.isascii() for prompt in term.prompts), term
    refuse_cycle({term.term: term.parents for term in built_in})


def test_no_shipped_name_means_two_things(built_in: tuple[Term, ...]) -> None:
    seen: dict[str, str] = {}
    for term in built_in:
        for name in term.names:
            assert seen.setdefault(fold(name), term.term) == term.term, name
        assert len(set(map(fold, term.names))) == len(term.names), term


def test_shipped_competitors_do_not_follow_from_each_other(built_in: tuple[Term, ...]) -> None:
    vocabulary = Vocabulary(built_in)
    sets: dict[str, set[str]] = {}
    for term in built_in:
        if term.competes:
            sets.setdefault(term.competes, set()).add(term.term)
    assert {"season", "time of day", "weather", "number of people"} <= set(sets)
    for members in sets.values():
        assert len(members) > 1
        assert not any(members.intersection(vocabulary.ancestors(name)) for name in members)


def test_shipped_prompts_read_as_english(built_in: tuple[Term, ...]) -> None:
    for term in built_in:
        for question in term.questions():
            assert not re.search(r"\b(a|an|the|some) (a|an|the|some)\b|\ban? people\b", question), (
                term
            )
            assert question.endswith("."), term


@pytest.mark.parametrize(
    ("name", "term"),
    [
        ("soccer", "football"),
        ("bike", "bicycle"),
        ("cellphone", "mobile phone"),
        ("mice", "mouse"),
        ("fall", "autumn"),
        ("过年", "Spring Festival"),
        ("西红柿", "tomato"),
        ("二维码", "QR code"),
    ],
)
def test_shipped_synonyms(built_in: tuple[Term, ...], name: str, term: str) -> None:
    assert found(Vocabulary(built_in), name) == term


def test_the_shipped_hierarchy(built_in: tuple[Term, ...]) -> None:
    vocabulary = Vocabulary(built_in)
    assert vocabulary.ancestors("puppy") == ("dog", "animal")
    assert vocabulary.ancestors("rose") == ("flower", "plant")
    assert vocabulary.ancestors("espresso") == ("coffee", "drink")
