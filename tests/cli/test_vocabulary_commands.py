"""`photoclip vocabulary`: the terms, changed by a person, and files of them."""

from pathlib import Path

import pytest

from photoclip.core.library import Library
from tests.cli.conftest import Run
from tests.fakes import ColourEncoder, save_photo


def found(run: Run, *arguments: object) -> list[str]:
    return [term["term"] for term in run("vocabulary", "list", *arguments, "--json").json]


def test_terms_are_listed_and_searched_in_every_language(run: Run) -> None:
    terms = run("vocabulary", "list", "--json").json
    assert len(terms) >= 1200
    dog = next(term for term in terms if term["term"] == "dog")
    assert (dog["chinese"], dog["own"], dog["hidden"]) == ("狗", False, False)
    assert found(run, "狗")[0] == "dog"
    assert "dog  [animals]" in run("vocabulary", "list", "dog").out
    assert "no such term" in run("vocabulary", "list", "qwertz").err


def test_a_new_term_is_suggested_at_once(run: Run, photos: Path, encoder: ColourEncoder) -> None:
    encoder.term_curves = {"our orange car": (4.0, 40.0)}
    path = save_photo(photos / "a.jpg", "orange")
    run("index", photos)
    answer = run(
        "vocabulary", "add", "our orange car", "--parent", "car", "--synonym", "Kwsy", "--json"
    ).json
    assert answer["tagged"] == 1
    [term] = answer["terms"]
    assert (term["own"], term["parents"], term["synonyms"]) == (True, ["car"], ["Kwsy"])
    [photo] = run("tags", path, "--json").json
    assert "our orange car" in {tag["tag"] for tag in photo["tags"]}
    assert found(run, "--own") == ["our orange car"]
    assert run("vocabulary", "hide", "kwsy").code == 0
    [photo] = run("tags", path, "--json").json
    assert "our orange car" not in {tag["tag"] for tag in photo["tags"]}
    assert found(run, "--hidden") == ["our orange car"]
    run("vocabulary", "hide", "kwsy", "--undo")
    assert found(run, "--hidden") == []
    run("vocabulary", "restore", "kwsy")
    assert found(run, "--own") == []


def test_what_photos_are_tagged_with_follows_a_new_name(run: Run, photos: Path) -> None:
    path = save_photo(photos / "a.jpg")
    run("index", photos)
    run("tag", "dog", path)
    assert run("vocabulary", "rename", "dog", "hound").code == 0
    [answer] = run("tags", path, "--state", "confirmed", "--json").json
    assert [tag["tag"] for tag in answer["tags"]] == ["hound"]
    for name in ("hound", "dog", "狗"):
        assert len(run("search", f"tag:{name}", "--json").json) == 1
    run("vocabulary", "restore", "hound")
    [answer] = run("tags", path, "--state", "confirmed", "--json").json
    assert [tag["tag"] for tag in answer["tags"]] == ["dog"]


def test_a_new_term_takes_no_other_terms_photos(run: Run, photos: Path, tmp_path: Path) -> None:
    path = save_photo(photos / "a.jpg")
    run("index", photos)
    run("tag", "dog", path)
    run("vocabulary", "add", "Dogs")
    library = Library(tmp_path / "library.photoclip")
    assert library.annotations.tags(1, "").confirmed == ("dog",)
    library.close()


def test_terms_are_exported_and_imported_again(run: Run, tmp_path: Path) -> None:
    run("vocabulary", "add", "Minka", "--category", "animals", "--parent", "cat")
    file = tmp_path / "terms.tsv"
    assert run("vocabulary", "export", file, "--own", "--json").json["terms"] == 1
    run("vocabulary", "restore", "Minka")
    answer = run("vocabulary", "import", file, "--json").json
    assert [term["term"] for term in answer["terms"]] == ["Minka"]
    assert answer["terms"][0]["parents"] == ["cat"]
    assert run("vocabulary", "export", file).code == 0
    assert len(file.read_text("utf-8-sig").splitlines()) > 1200


def test_what_a_file_says_twice_is_told(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "terms.csv"
    file.write_text("term,colour,synonyms\nMinka,red,\nminka,blue,cat of ours\n")
    answer = run("vocabulary", "import", file)
    assert answer.code == 0
    assert "more than once: Minka" in answer.err
    assert "colour" in answer.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("hide", "qwertz"), "no term called"),
        (("rename", "dog", "cat"), "already a name"),
        (("add", "  "), "needs a name"),
        (("add", "animal", "--parent", "puppy"), "part of itself"),
        (("import", "no such file"), "could not be read"),
        (("export", "/no/such/folder/x.tsv"), "could not be written"),
    ],
)
def test_errors_are_one_sentence(run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    answer = run("vocabulary", *arguments)
    assert answer.code == 1
    assert sentence in answer.err
    assert answer.err.strip().count("\n") == 0
