"""Lists of photos that are read once for all who ask."""

import threading
from pathlib import Path

import numpy as np
import pytest

from photoclip.core.library import Library
from photoclip.core.types import Scope
from tests.core.test_indexing import run
from tests.core.test_vectors import store_vectors
from tests.fakes import ColourEncoder, save_photo


def stored(library: Library, *photo_ids: int) -> None:
    ids = np.array(photo_ids)
    store_vectors(library, "m", ids, np.ones((len(ids), 4), np.float32))


def test_what_another_thread_has_read_is_not_read_again(library: Library) -> None:
    stored(library, 1, 2, 3)
    found = []
    thread = threading.Thread(target=lambda: found.append(library.listing(Scope(), "m")))
    thread.start()
    thread.join()
    photo_ids, times = library.listing(Scope(), "another")
    assert photo_ids.tolist() == [3, 2, 1]
    assert (photo_ids is found[0][0], times is found[0][1]) == (True, True)
    with pytest.raises(ValueError, match="read-only"):
        photo_ids[0] = 9


def test_it_is_read_again_when_anyone_has_written(library: Library) -> None:
    stored(library, 1)
    assert library.listing()[0].tolist() == [1]
    stored(library, 2)
    assert library.listing()[0].tolist() == [2, 1]
    thread = threading.Thread(target=lambda: stored(library, 3))
    thread.start()
    thread.join()
    assert library.listing()[0].tolist() == [3, 2, 1]
    program = Library(library.path)
    stored(program, 4)
    program.close()
    assert library.listing()[0].tolist() == [4, 3, 2, 1]


def test_the_list_of_all_stays_where_nothing_in_it_changed(library: Library) -> None:
    stored(library, 1, 2)
    before = library.listing()
    library.annotations.rate([1], 3)
    assert library.listing()[0] is before[0]


def test_the_list_of_all_is_kept_up_to_date_as_if_it_were_read_again(library: Library) -> None:
    stored(library, *range(1, 60))
    generator = np.random.default_rng(0)
    looked_at = Library(library.path)
    for _ in range(40):
        with library.store.write() as db:
            for photo_id in generator.integers(1, 60, generator.integers(0, 6)).tolist():
                kind, time = generator.integers(0, 3), int(generator.integers(0, 4))
                if kind == 0:
                    db.execute("UPDATE photos SET present = ? WHERE id = ?", [time > 1, photo_id])
                elif kind == 1:
                    db.execute("UPDATE photos SET sort_time = ? WHERE id = ?", [time, photo_id])
                else:
                    db.execute("DELETE FROM vectors WHERE photo_id = ?", [photo_id])
                    db.execute("DELETE FROM photos WHERE id = ?", [photo_id])
        stored(library, int(generator.integers(60, 70)), int(generator.integers(1, 60)))
        fresh = Library(library.path)
        for shown, expected in zip(looked_at.listing(), fresh.listing(), strict=True):
            assert shown.tolist() == expected.tolist()
        fresh.close()
    looked_at.close()


def test_whoever_missed_too_much_reads_all_again(library: Library) -> None:
    stored(library, *range(1, 30))
    before = library.listing()[0].tolist()
    with library.store.write() as db:
        for time in range(1, 401):
            db.execute("UPDATE photos SET sort_time = ?", [time])
        db.execute("UPDATE photos SET sort_time = 500 WHERE id = 3")
    assert library.store.row("SELECT count(*) FROM shown_changes") == (10_000,)
    after = library.listing()[0].tolist()
    assert after[0] == 3
    assert sorted(after) == sorted(before)


def test_places_and_models_are_told_apart(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    for number in range(6):
        save_photo(photos / str(number) / "red.jpg", "red", size=(40 + number, 40))
    run(library, encoder, photos)
    everything = library.listing()[0]
    assert len(everything) == 6
    for number in range(6):
        inside = library.listing(Scope(folder=str(photos / str(number))))[0]
        assert len(inside) == 1
    assert library.listing()[0].tolist() == everything.tolist()
    tag = library.annotations.tag_counts(encoder.id)[0].term
    assert len(library.listing(Scope(tag=tag), encoder.id)[0])
    assert not len(library.listing(Scope(tag=tag), "another")[0])
