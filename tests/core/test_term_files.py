"""Files of terms: whatever form a person keeps them in is read, and what is written reads back."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photoclip.core.term_files import Imported, export_terms, import_terms
from photoclip.core.terms import LONGEST, Term, checked, fold
from photoclip.errors import PhotoClipError


def read(folder: Path, text: str, name: str = "terms.txt", encoding: str = "utf-8") -> Imported:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return import_terms(path)


def names(imported: Imported) -> list[str]:
    return [term.term for term in imported.terms]


_texts = st.text(max_size=12) | st.sampled_from(
    [
        "AC/DC",
        "a; b",
        "a\\",
        "\\;",
        '"quoted"',
        "x\ty",
        "שלום",
        "👨‍👩‍👧",
        "e\u0301",
        "；",
        "term",
        "-",
    ]
)
_names = _texts.filter(lambda text: _is_name(text))
_lists = st.lists(_texts, max_size=3).map(tuple)
_terms = st.builds(
    Term, _names, _texts, _texts, st.just(()), _lists, _lists, _texts, hidden=st.booleans()
).map(checked)


def _is_name(text: str) -> bool:
    try:
        checked(Term(text))
    except PhotoClipError:
        return False
    return True


@st.composite
def _vocabularies(draw: st.DrawFn) -> list[Term]:
    """Terms of different names, each with parents among those before it, or elsewhere."""
    terms = draw(st.lists(_terms, min_size=1, max_size=6, unique_by=lambda t: fold(t.term)))
    made: list[Term] = []
    for term in terms:
        parents = st.sampled_from([t.term for t in made] or ["somewhere else"])
        chosen = tuple(draw(st.lists(parents, max_size=2)))
        made.append(checked(Term(**{**vars(term), "parents": chosen})))
    return made


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(terms=_vocabularies())
def test_what_is_exported_reads_back_the_same(tmp_path: Path, terms: list[Term]) -> None:
    export_terms(tmp_path / "terms.tsv", terms)
    assert import_terms(tmp_path / "terms.tsv") == Imported(tuple(terms))


def test_an_export_is_a_table_that_excel_opens(tmp_path: Path) -> None:
    dog = Term("dog", "animals", "狗", ("animal", "pet"), ("hound",), ("a dog, the animal",))
    export_terms(tmp_path / "terms.tsv", [dog])
    assert (tmp_path / "terms.tsv").read_bytes().decode("utf-8") == (
        "\ufeffterm\tcategory\tchinese\tparents\tsynonyms\tprompts\tcompetes\n"
        "dog\tanimals\t狗\tanimal; pet\thound\ta dog, the animal\t\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["terms.tsv"]


def test_an_export_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "terms.tsv").mkdir()
    with pytest.raises(PhotoClipError, match="could not be written"):
        export_terms(tmp_path / "terms.tsv", [Term("dog")])
    with pytest.raises(PhotoClipError, match="could not be written"):
        export_terms(tmp_path / "nowhere" / "terms.tsv", [Term("dog")])
    assert [path.name for path in tmp_path.iterdir()] == ["terms.tsv"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings(tmp_path: Path, encoding: str, newline: str) -> None:
    text = newline.join(["dog", "狗", "", "猫", ""])
    assert names(read(tmp_path, text, encoding=encoding)) == ["dog", "狗", "猫"]


def test_a_plain_list_keeps_its_terms_as_they_are(tmp_path: Path) -> None:
    kept = ["AC/DC", "red, green; blue", "C:\\photos", '"Minka"', "👨‍👩‍👧 us", "שלום עולם", "24/7"]
    assert names(read(tmp_path, "\n".join(kept))) == kept
    assert names(read(tmp_path, "  our   cat\u00a0Minka \n")) == ["our cat Minka"]
    assert names(read(tmp_path, "cafe\u0301\n")) == ["caf\u00e9"]


def test_levels_in_a_plain_list(tmp_path: Path) -> None:
    dogs = [Term("Animals"), Term("Dog", parents=("Animals",)), Term("Puppy", parents=("Dog",))]
    bars = read(tmp_path, "Animals\nAnimals|Dog\nAnimals|Dog|Puppy\n")
    assert bars == Imported(tuple(dogs))
    slashes = tmp_path / "slashes.txt"
    slashes.write_text("Animals/Dog/Puppy\n", "utf-8")
    assert import_terms(slashes, levels="|/") == Imported(tuple(dogs))
    assert names(import_terms(slashes)) == ["Animals/Dog/Puppy"]


def test_an_outline_as_lightroom_writes_it(tmp_path: Path) -> None:
    imported = read(tmp_path, "Animals\n\tDog\n\t\t{hound}\n\t\tPuppy\n\tCat\nPlants\n")
    assert imported.terms == (
        Term("Animals"),
        Term("Dog", parents=("Animals",), synonyms=("hound",)),
        Term("Puppy", parents=("Dog",)),
        Term("Cat", parents=("Animals",)),
        Term("Plants"),
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tsv", "dog\tanimals\t狗\t\thound; pooch\ta dog, a pet\t\tyes\n"),
        ("a.csv", 'dog,animals,狗,,hound; pooch,"a dog, a pet",,yes\n'),
        ("a.csv", 'dog;animals;狗;;"hound; pooch";a dog, a pet;;yes\n'),
        (
            "a.txt",
            "hidden,TERM,Group,chinese,synonym,prompt\n"
            '1,dog,animals,狗,hound；pooch,"a dog, a pet"',
        ),
        (
            "a.tsv",
            "chinese\tterm\tsynonyms\tcategory\tprompts\thidden\n"
            '狗\tdog\thound;pooch\tanimals\t"a dog, a pet"\tyes\n',
        ),
    ],
)
def test_tables(tmp_path: Path, name: str, text: str) -> None:
    dog = Term("dog", "animals", "狗", (), ("hound", "pooch"), ("a dog, a pet",), hidden=True)
    assert read(tmp_path, text, name).terms == (dog,)


def test_columns_that_mean_nothing_are_told(tmp_path: Path) -> None:
    imported = read(tmp_path, "term\tnote\tchinese\ndog\tours\t狗\n")
    assert imported == Imported((Term("dog", chinese="狗"),), ignored=("note",))


def test_duplicates_are_merged_and_told(tmp_path: Path) -> None:
    text = "term\tchinese\tsynonyms\ndog\t\thound\ncat\t猫\t\nＤog\t狗\tHound; canine\n"
    imported = read(tmp_path, text)
    assert imported.duplicates == ("dog",)
    dog = Term("dog", chinese="狗", synonyms=("hound", "canine"))
    assert imported.terms == (dog, Term("cat", chinese="猫"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds no terms"),
        ("term\tchinese\n", "holds no terms"),
        ("dog\n" + "x" * (LONGEST + 1), "Line 2 of terms.txt: “x{40}…” has more than 200"),
        ("term\tchinese\ndog\t狗\n\n\t猫\n", "Line 4 of terms.txt: A term needs a name"),
        ("term\tchinese\ndog\t狗\t!\n", "Line 2 of terms.txt has 3 columns instead of 2"),
        ("term\tterm\ndog\tdog\n", "Line 1 of terms.txt has two columns called “term”"),
        ("term\tchinese\ndog\t" + '"' + "x\n" * 90_000, "Line 2 of terms.txt cannot be read"),
        ("a|b\nb|c\nC|a\n", "“a” would be a part of itself: a → c → b → a"),
        ("dog\0cat\0and much else", "not a text file"),
    ],
)
def test_the_wrong_form_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(PhotoClipError, match=told):
        read(tmp_path, text)


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(PhotoClipError, match=r"Line 2 of gbk\.txt is not in UTF-8"):
        read(tmp_path, "dog\n狗\n", "gbk.txt", "gb18030")
    with pytest.raises(PhotoClipError, match="could not be read"):
        import_terms(tmp_path)
    with pytest.raises(PhotoClipError, match="could not be read"):
        import_terms(tmp_path / "none.txt")
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(PhotoClipError, match="too large"):
        import_terms(tmp_path / "huge.txt")


def test_the_time_for_many_terms_is_linear(tmp_path: Path) -> None:
    def seconds(count: int) -> float:
        lines = (f"word {n}\t\t词{n}\tword {n // 3}\tname {n}" for n in range(1, count))
        start = time.process_time()
        assert len(read(tmp_path, "\n".join(lines), "many.tsv").terms) == count - 1
        return time.process_time() - start

    # Ten times the terms; were it quadratic, it would take a hundred times as long, always.
    few = max(seconds(2_000), 0.02)
    assert any(seconds(20_000) < 40 * few for _ in range(5))
