"""A rescan looks at an unchanged folder once, and closer after whatever may have changed in it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from photoclip.core import survey as surveying
from photoclip.core.indexing import index
from photoclip.core.library import Library
from photoclip.core.survey import Survey, mark, survey
from photoclip.core.tagging import Tagger
from photoclip.progress import StopFlag
from tests.fakes import BrightColourEncoder, ColourEncoder, save_photo


@pytest.fixture
def folder(photos: Path, library: Library, encoder: ColourEncoder, tagger: Tagger) -> Path:
    """Three photos and one that cannot be read, indexed, surveyed since."""
    for name in ("a", "b", "c"):
        save_photo(photos / f"{name}.jpg", "red" if name == "a" else "blue", size=(40, ord(name)))
    (photos / "d.jpg").write_bytes(b"no photo")
    list(index(library, encoder, tagger, [str(photos)], StopFlag()))
    seen(library, photos)
    return photos


def seen(library: Library, folder: Path, model: str = ColourEncoder.id) -> Survey:
    *_, result = survey(library, model, [os.fsencode(folder)], StopFlag())
    return result


def looked_closer(library: Library, folder: Path, model: str = ColourEncoder.id) -> bool:
    """Whether a survey asks for the rows of files."""
    asked: list[str] = []
    library.store.db.conn.set_trace_callback(asked.append)
    seen(library, folder, model)
    library.store.db.conn.set_trace_callback(None)
    return any("FROM files WHERE directory_id" in one for one in asked)


def test_an_unchanged_folder_is_told_without_its_files_rows(folder: Path, library: Library) -> None:
    revision = library.revision()

    result = seen(library, folder)

    assert (result.found, result.unchanged, result.failed) == (4, 3, 1)
    assert not looked_closer(library, folder)
    assert library.revision() == revision


def gone(library: Library, folder: Path) -> None:
    (folder / "a.jpg").unlink()


def come(library: Library, folder: Path) -> None:
    save_photo(folder / "e.jpg", "green")


def renamed(library: Library, folder: Path) -> None:
    (folder / "a.jpg").rename(folder / "z.jpg")


def touched(library: Library, folder: Path) -> None:
    os.utime(folder / "a.jpg", ns=(1, 1))


def marked(library: Library, folder: Path) -> None:
    mark(library, {1}, missing=True)


def with_a_sidecar(library: Library, folder: Path) -> None:
    (folder / "a.xmp").write_text("<x/>")


def forgotten(library: Library, folder: Path) -> None:
    library.delete_vectors(ColourEncoder.id)


def written(sql: str) -> Callable[[Library, Path], None]:
    def write(library: Library, folder: Path) -> None:
        with library.store.write() as db:
            db.execute(sql)

    return write


@pytest.mark.parametrize(
    "change",
    [
        gone,
        come,
        renamed,
        touched,
        marked,
        with_a_sidecar,
        forgotten,
        written("UPDATE files SET own_read = 0 WHERE name = CAST('a.jpg' AS BLOB)"),
        written("UPDATE files SET permanent = 0 WHERE failure IS NOT NULL"),
        written("INSERT OR REPLACE INTO sidecars (file_id, seen) VALUES (1, '5-5')"),
        written("DELETE FROM files WHERE name = CAST('a.jpg' AS BLOB)"),
    ],
)
def test_whatever_may_matter_is_looked_at(
    folder: Path, library: Library, change: Callable[[Library, Path], None]
) -> None:
    change(library, folder)

    result = seen(library, folder)
    news = (result.candidates, result.vanished, result.returned, result.resaid, result.unread)
    assert any(news)


def test_another_decoder_tries_again_what_failed(
    folder: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surveying, "decoder_version", lambda: "another")
    assert [one.file.name for one in seen(library, folder).candidates] == [b"d.jpg"]


def test_another_model_looks_for_itself(folder: Path, library: Library) -> None:
    assert len(seen(library, folder, BrightColourEncoder.id).candidates) == 3
    assert not looked_closer(library, folder)


def test_what_is_written_during_a_survey_is_found_by_the_next(
    folder: Path, library: Library
) -> None:
    touch = written("UPDATE files SET own_read = own_read")
    touch(library, folder)
    for number, _ in enumerate(survey(library, ColourEncoder.id, [bytes(folder)], StopFlag())):
        if number == 0:
            written("UPDATE files SET own_read = 0 WHERE photo_id IS NOT NULL")(library, folder)

    assert len(seen(library, folder).unread) == 3


def test_a_folder_is_known_again_after_it_has_changed(
    folder: Path, library: Library, encoder: ColourEncoder, tagger: Tagger
) -> None:
    come(library, folder)
    list(index(library, encoder, tagger, [str(folder)], StopFlag()))
    assert looked_closer(library, folder)
    assert not looked_closer(library, folder)
