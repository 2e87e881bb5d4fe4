"""Suggested tags: what fits, nothing where nothing fits, anew when the vocabulary changes."""

from pathlib import Path

import numpy as np
import pytest

from photoclip.core import tagging
from photoclip.core.library import Library
from photoclip.core.tagging import Tagger, read_vocabulary, retag
from photoclip.progress import StopFlag
from photoclip.resources import resource_path
from tests.core.test_indexing import run
from tests.fakes import ColourEncoder, save_photo


@pytest.fixture
def colours(tmp_path: Path) -> Path:
    return write(tmp_path / "colours.tsv", "red", "blue", "green")


def write(path: Path, *terms: str) -> Path:
    path.write_text("term\tgroup\tprompt\n" + "".join(f"{term}\tcolours\t\n" for term in terms))
    return path


def plain(colour: tuple[int, int, int]) -> np.ndarray:
    return np.full((1, 32, 32, 3), colour, np.uint8)


def test_what_fits_is_suggested_with_its_share(encoder: ColourEncoder, colours: Path) -> None:
    [tags] = Tagger(encoder, colours).tags(encoder.encode_images(plain((255, 0, 0))))
    assert [tag.term for tag in tags] == ["red"]
    assert 0.9 < tags[0].probability <= 1


def test_nothing_is_suggested_where_nothing_fits(encoder: ColourEncoder, tmp_path: Path) -> None:
    alike = write(tmp_path / "v.tsv", *(f"{thing} thing" for thing in "abcdefgh"))
    [tags] = Tagger(encoder, alike).tags(encoder.encode_images(plain((255, 0, 0))))
    assert tags == ()


def test_at_most_six_tags(
    encoder: ColourEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagging, "_LEAST_SHARE", 0.01)
    reds = write(tmp_path / "r.tsv", *(f"red {thing}" for thing in "abcdefgh"))
    [tags] = Tagger(encoder, reds).tags(encoder.encode_images(plain((255, 0, 0))))
    assert len(tags) == 6


def test_the_embedded_vocabulary_is_kept(
    encoder: ColourEncoder, colours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    red = encoder.encode_images(plain((255, 0, 0)))
    first = Tagger(encoder, colours, tmp_path).tags(red)
    [kept] = tmp_path.glob("*.npy")
    monkeypatch.setattr(encoder, "encode_texts", None)
    assert Tagger(encoder, colours, tmp_path).tags(red) == first
    kept.write_bytes(b"broken")
    monkeypatch.undo()
    assert Tagger(encoder, colours, tmp_path).tags(red) == first


def test_a_new_vocabulary_changes_the_tags_from_stored_vectors(
    library: Library, encoder: ColourEncoder, photos: Path, colours: Path, tmp_path: Path
) -> None:
    save_photo(photos / "red.jpg", "red")
    save_photo(photos / "blue.jpg", "blue")
    run(library, encoder, photos)
    for vocabulary, expected in (
        (colours, {"red": 1, "blue": 1}),
        (write(tmp_path / "new.tsv", "crimson", "navy"), {"crimson": 1, "navy": 1}),
    ):
        tagger = Tagger(encoder, vocabulary)
        assert [done for done, *_ in retag(library, encoder.id, tagger, StopFlag())] == [2]
        assert list(retag(library, encoder.id, tagger, StopFlag())) == []
        assert {t.term: t.count for t in library.tag_counts(encoder.id)} == expected
    assert encoder.images_encoded == 2
    photo_id = library.photo_at(str(photos / "red.jpg"))
    assert photo_id is not None
    assert [tag.term for tag in library.tags(photo_id, encoder.id)] == ["crimson"]


def test_the_built_in_vocabulary_is_sound() -> None:
    terms = read_vocabulary(resource_path("vocabulary.tsv"))
    assert len(terms) >= 300
    assert len({term.term for term in terms}) == len(terms)
    assert all(term.term and term.group and term.prompt for term in terms)
