"""Teaching a library's model its person's words: gathered, learned, used by search, taken back."""

from collections.abc import Generator

import numpy as np
import pytest

from photoclip.clip.adapter import Adapter
from photoclip.core.lessons import Taught, photos_with_words, put, taught
from photoclip.core.library import Library
from photoclip.core.query import Query
from photoclip.core.serving import Serving
from photoclip.core.teach import Lesson, Verdict
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, StopFlag
from tests.fakes import BrightColourEncoder
from tests.words import MINKA, WordEncoder, photos_of_things

COUNT, MINKAS = 160, 90
NEVER_SAID = range(61, MINKAS + 1)
MODEL = WordEncoder.id


@pytest.fixture
def shown(library: Library) -> list[str]:
    """What the photos of a library show; on ninety of them Minka is to be seen."""
    return photos_of_things(library, WordEncoder(), COUNT, MINKAS)


@pytest.fixture
def serving(library: Library) -> Serving:
    models = {"starter": WordEncoder(), "bright": BrightColourEncoder()}
    return Serving(library, models.__getitem__, None)


@pytest.fixture
def captioned(library: Library, shown: list[str]) -> None:
    """All photos have captions, but for thirty on which Minka is to be seen as well."""
    for photo_id, words in enumerate(shown, start=1):
        if photo_id not in NEVER_SAID:
            library.annotations.caption([photo_id], words)


def drive(
    work: Generator[Progress, None, Lesson | None],
) -> tuple[Lesson | None, list[Progress]]:
    found: list[Lesson | None] = []

    def through() -> Generator[Progress, None, None]:
        found.append((yield from work))

    reports = list(through())
    return found[0], reports


def learned(serving: Serving) -> Lesson:
    lesson, _ = drive(serving.teach(StopFlag()))
    assert lesson is not None
    return lesson


def minkas_found(serving: Serving) -> float:
    """Of the thirty best photos for her name that nobody captioned, how many show her."""
    results = serving.answer(Query(MINKA))
    seen = results.photo_ids[~results.said][:30]
    return float(np.mean(np.isin(seen, NEVER_SAID)))


def nothing_learned() -> Taught:
    """An adapter that changes nothing, with made-up figures."""
    none = Adapter.none(WordEncoder.dim, MODEL)
    return Taught.of(Lesson(Verdict.KEPT, none, 40, 0.4, 0.5, 0.9, 0.9))


@pytest.mark.usefixtures("captioned")
def test_what_was_taught_is_used_by_search_and_can_be_taken_back(
    serving: Serving, library: Library
) -> None:
    before = minkas_found(serving)
    lesson, reports = drive(serving.teach(StopFlag()))
    assert lesson is not None
    assert lesson.verdict is Verdict.KEPT
    assert lesson.pairs == COUNT - len(NEVER_SAID)
    assert {report.phase for report in reports} == {"reading", "teaching"}
    assert reports[-1].done == reports[-1].total
    assert minkas_found(serving) == before

    what = Taught.of(lesson)
    assert put(library, MODEL, what) is None
    assert taught(library, MODEL) == what
    after = minkas_found(serving)
    assert after > before + 0.3
    assert put(library, MODEL, None) == what
    assert taught(library, MODEL) is None
    assert minkas_found(serving) == before
    put(library, MODEL, what)
    assert minkas_found(serving) == after


def test_tags_are_taught_as_well_as_captions(
    serving: Serving, library: Library, shown: list[str]
) -> None:
    for photo_id, words in enumerate(shown, start=1):
        if photo_id not in NEVER_SAID:
            for word in words.split():
                library.annotations.confirm([photo_id], word)
    library.annotations.reject([2], "thing1")
    lesson = learned(serving)
    assert lesson.pairs == COUNT - len(NEVER_SAID)
    assert lesson.verdict is Verdict.KEPT


def test_only_photos_that_are_there_and_seen_count(library: Library, shown: list[str]) -> None:
    annotations = library.annotations
    assert photos_with_words(library, MODEL) == 0
    annotations.caption([1, 2], "On the sofa")
    annotations.confirm([2, 3], "sofa")
    annotations.reject([4], "sofa")
    annotations.caption([5], "")
    assert photos_with_words(library, MODEL) == 3
    with library.store.write() as db:
        db.execute("UPDATE photos SET present = 0 WHERE id = 1")
        db.execute("DELETE FROM vectors WHERE photo_id = 3")
    assert photos_with_words(library, MODEL) == 1
    assert photos_with_words(library, "another") == 0


def test_too_few_words_are_told(serving: Serving, library: Library, shown: list[str]) -> None:
    library.annotations.caption(range(1, 20), "On the sofa")
    with pytest.raises(PhotoClipError, match="at least 20 photos"):
        drive(serving.teach(StopFlag()))


def test_an_empty_library_has_nothing_to_teach(serving: Serving, library: Library) -> None:
    with pytest.raises(PhotoClipError, match="at least 20 photos"):
        drive(serving.teach(StopFlag()))


@pytest.mark.usefixtures("captioned")
@pytest.mark.parametrize("phase", ["reading", "teaching"])
def test_it_stops_when_asked(serving: Serving, phase: str) -> None:
    stop = StopFlag()
    work = serving.teach(stop)
    while next(work).phase != phase:
        pass
    stop.stop()
    with pytest.raises(StopIteration) as end:
        next(work)
    assert end.value.value is None


def test_it_belongs_to_its_model(library: Library, shown: list[str]) -> None:
    put(library, MODEL, nothing_learned())
    with library.store.write() as db:
        db.execute("INSERT INTO models (key, name) VALUES ('other', '')")
    assert taught(library, "other") is None
    put(library, "other", None)
    assert taught(library, MODEL) is not None


@pytest.mark.usefixtures("captioned")
@pytest.mark.parametrize("data", [b"", b"broken", Adapter.none(7, MODEL).to_bytes()])
def test_searching_goes_on_where_it_cannot_be_read(
    serving: Serving, library: Library, data: bytes
) -> None:
    before = serving.search(MINKA)
    put(library, MODEL, nothing_learned())
    with library.store.write() as db:
        db.execute("UPDATE adapters SET adapter = ?, pairs = pairs + 1", [data])
    assert serving.search(MINKA) == before


@pytest.mark.usefixtures("captioned")
def test_of_very_many_words_some_are_taught(
    serving: Serving, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photoclip.core.lessons.MOST_PAIRS", 50)
    assert learned(serving).pairs == 50
