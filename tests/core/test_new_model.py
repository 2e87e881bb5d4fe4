"""A model that is new: photos do not wait for its terms to be embedded, and get their tags then."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from photoclip.core.indexing import index
from photoclip.core.library import Library
from photoclip.core.tagging import Tagger, retag
from photoclip.core.term_vectors import TermVectors
from photoclip.core.terms import Term
from photoclip.core.types import IndexProgress
from photoclip.core.vocabulary import Vocabulary
from photoclip.progress import StopFlag
from tests.core.switches import switch_to
from tests.core.test_indexing import run
from tests.core.test_tagging import COLOURS, SURE
from tests.fakes import BrightColourEncoder, ColourEncoder, save_photo

# As many that embedding them takes several parts.
VOCABULARY = Vocabulary(
    (*(Term(name, "colours") for name in COLOURS), *(Term(f"thing {i}") for i in range(140)))
)
PHOTOS = 20


class Asked(ColourEncoder):
    """Keeps what it was asked to embed."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return super().encode_texts(texts)


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def colourful(photos: Path) -> Path:
    for i in range(PHOTOS):
        save_photo(photos / f"{i}.jpg", COLOURS[i % 4])
    return photos


def tagger_of(encoder: ColourEncoder, cache_dir: Path | None = None) -> Tagger:
    return Tagger(encoder, VOCABULARY, cache_dir, curves=dict.fromkeys(COLOURS, SURE))


def untagged(library: Library) -> int:
    return library.store.row("SELECT count(*) FROM vectors WHERE tagged_with IS NULL")[0]


def tags(library: Library) -> list[Any]:
    return library.store.rows(
        "SELECT hash, tagged_with, term, probability FROM photos"
        " JOIN vectors ON vectors.photo_id = photos.id"
        " LEFT JOIN suggestions ON suggestions.photo_id = photos.id"
        " LEFT JOIN terms ON terms.id = term_id ORDER BY hash, term"
    )


def indexed(
    library: Library, tagger: Tagger, encoder: ColourEncoder, photos: Path
) -> list[IndexProgress]:
    return list(index(library, encoder, tagger, [str(photos)], StopFlag()))


def test_photos_are_searchable_before_any_term_is_embedded(
    library: Library, asked: Asked, colourful: Path
) -> None:
    work = index(library, asked, tagger_of(asked), [str(colourful)], StopFlag())

    first = next(progress for progress in work if progress.change.added)

    assert len(first.change.added) == library.counts(asked.id).searchable > 0
    assert asked.asked == []
    assert untagged(library) == len(first.change.added)
    reports = list(work)
    assert untagged(library) == 0
    tagging = [(r.done, r.total) for r in reports if r.phase == "tagging"]
    assert tagging[-1][0] == tagging[-1][1] > 0
    assert len(asked.asked) == len(set(asked.asked)) > 100


def test_the_tags_are_those_of_a_model_that_is_known(
    library: Library, asked: Asked, colourful: Path, tmp_path: Path
) -> None:
    indexed(library, tagger_of(asked, tmp_path), asked, colourful)
    asked.asked.clear()
    other = Library(tmp_path / "other.photoclip")

    reports = indexed(other, tagger_of(asked, tmp_path), asked, colourful)

    assert asked.asked == []
    assert [r for r in reports if r.phase == "tagging"] == []
    assert tags(other) == tags(library)
    assert {row[2] for row in tags(library)} >= set(COLOURS[:4])
    other.close()


def test_photos_that_come_once_the_terms_are_embedded_are_tagged_at_once(
    library: Library, asked: Asked, photos: Path
) -> None:
    for i in range(60):
        save_photo(photos / f"{i}.jpg", COLOURS[i % 4])
    work = index(library, asked, tagger_of(asked), [str(photos)], StopFlag())

    last = [progress for progress in work if progress.phase == "indexing"][-1]

    assert last.done == 60
    tagged = library.store.rows("SELECT tagged_with FROM vectors")
    assert len(set(tagged)) == 1


def test_stopped_in_between_they_stay_searchable_and_are_tagged_next_time(
    library: Library, asked: Asked, colourful: Path, tmp_path: Path
) -> None:
    stop = StopFlag()
    for progress in index(library, asked, tagger_of(asked, tmp_path), [str(colourful)], stop):
        if progress.phase == "indexing" and asked.asked:
            stop.stop()
    stored, embedded = library.counts(asked.id).searchable, len(asked.asked)
    assert untagged(library) == stored > 0
    assert 0 < embedded < 150

    run_again = Asked()
    indexed(library, tagger_of(run_again, tmp_path), run_again, colourful)

    assert untagged(library) == 0
    assert not set(run_again.asked) & set(asked.asked)
    undisturbed = Library(tmp_path / "undisturbed.photoclip")
    indexed(undisturbed, tagger_of(asked), asked, colourful)
    assert tags(library) == tags(undisturbed)
    undisturbed.close()


def test_tagging_anew_stops_between_parts_of_the_vocabulary_and_keeps_them(
    library: Library, asked: Asked, colourful: Path
) -> None:
    run(library, asked, colourful)
    asked.asked.clear()
    tagger, stop = tagger_of(asked), StopFlag()
    work = retag(library, asked.id, tagger, stop)

    first = next(work)
    stop.stop()
    assert list(work) == []

    assert (first.phase, first.done, first.total) == ("tagging", 0, PHOTOS)
    assert 0 < len(asked.asked) < 100
    assert list(retag(library, asked.id, tagger, StopFlag()))[-1].done == PHOTOS
    assert len(asked.asked) == len(set(asked.asked))


def test_terms_that_cannot_be_kept_in_a_file_are_embedded_once(
    asked: Asked, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    terms = TermVectors(asked, VOCABULARY, tmp_path / "file" / "cache")
    assert not terms.are_ready

    assert [done for done, _ in terms.embed(StopFlag())][-1] == len(asked.asked)

    assert terms.are_ready
    assert terms.prototypes.shape == (150, asked.dim)
    assert len(asked.asked) == len(set(asked.asked))


def test_a_few_new_terms_are_no_reason_to_wait(
    library: Library, asked: Asked, colourful: Path, tmp_path: Path
) -> None:
    list(TermVectors(asked, VOCABULARY, tmp_path).embed(StopFlag()))
    more = VOCABULARY.added([Term("brown")])

    reports = indexed(library, Tagger(asked, more, tmp_path), asked, colourful)

    assert [r for r in reports if r.phase == "tagging"] == []
    assert untagged(library) == 0


def test_a_model_that_takes_over_has_tagged_what_it_embedded(
    library: Library, album: Path, bright: BrightColourEncoder
) -> None:
    reports, _ = switch_to(library, bright)

    [over] = [i for i, report in enumerate(reports) if report.change.model]
    assert {report.phase for report in reports[:over]} == {"loading", "embedding"}
    assert all(not report.change for report in reports[:over])
    assert untagged(library) == 0
    assert reports[over + 1 :] == []
