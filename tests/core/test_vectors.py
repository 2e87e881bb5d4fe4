"""The vectors of a library in memory, beside those that it has stored."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photoclip.core.library import Library
from photoclip.core.vectors import VectorIndex
from photoclip.errors import PhotoClipError
from tests.core.test_indexing import run
from tests.fakes import ColourEncoder, save_photo


def store_vectors(
    library: Library, model: str, photo_ids: NDArray[np.int64], vectors: NDArray[np.float32]
) -> None:
    """Photos with these ids, where they are new, and their vectors, stored after all others."""
    with library.store.write() as db:
        db.execute("INSERT OR IGNORE INTO models (key, name) VALUES (?, '')", [model])
        for photo_id, vector in zip(photo_ids.tolist(), vectors.astype(np.float16), strict=True):
            db.execute(
                "INSERT OR IGNORE INTO photos"
                " (id, hash, present, sort_time, width, height, format, size)"
                " VALUES (?, ?, 1, 0, 1, 1, 'JPEG', 1)",
                [photo_id, f"{photo_id:032x}"],
            )
            db.execute(
                "INSERT OR REPLACE INTO vectors (model_id, photo_id, vector)"
                " SELECT id, ?, ? FROM models WHERE key = ?",
                [photo_id, vector.tobytes(), model],
            )


def lengths(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Stands for what is kept beside each vector."""
    return np.abs(vectors).sum(axis=1)


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_it_follows_the_library(library: Library) -> None:
    """It grows, rows are replaced, and what it gives is of the vectors as they are now."""
    generator = np.random.default_rng(0)
    vectors = unit(generator.normal(size=(3000, 64)))
    index = VectorIndex(library, "m", 64, lengths)
    store_vectors(library, "m", np.arange(1, 2001), vectors[:2000])
    index.refresh()
    assert len(index) == 2000
    vectors[7] = -vectors[7]
    store_vectors(library, "m", np.array([*range(2001, 3001), 8]), vectors[[*range(2000, 3000), 7]])
    index.refresh()
    assert len(index) == 3000
    assert index.photo_ids.tolist() == list(range(1, 3001))
    directions = unit(generator.normal(size=(2, 64)))
    for wanted in (np.arange(3000, 0, -1), np.array([8, 3000, 5, 9999])):
        rows = index.rows(wanted)
        ids, rows = wanted[rows >= 0], rows[rows >= 0]
        assert list(ids) == [i for i in wanted if i <= 3000]
        of = vectors[ids - 1].astype(np.float16).astype(np.float32)
        expected = of @ directions.T
        np.testing.assert_allclose(index.scores(directions, rows), expected, atol=0.008)
        np.testing.assert_allclose(index.exact_scores(directions, rows), expected, atol=1e-6)
        np.testing.assert_allclose(index.spread(rows), lengths(of), rtol=1e-6)


def test_a_vector_that_was_deleted_meanwhile_keeps_its_score(library: Library) -> None:
    vectors = unit(np.random.default_rng(0).normal(size=(3, 64)))
    store_vectors(library, "m", np.arange(1, 4), vectors)
    index = VectorIndex(library, "m", 64, lengths)
    index.refresh()
    with library.store.write() as db:
        db.execute("DELETE FROM vectors WHERE photo_id = 2")
    scores = index.exact_scores(vectors[:1], index.rows(np.array([3, 2, 1])))
    np.testing.assert_allclose(scores[:, 0], vectors[::-1] @ vectors[0], atol=0.008)
    with library.store.write() as db:
        db.execute("DELETE FROM vectors")
    scores = index.exact_scores(vectors[:1], index.rows(np.array([3, 2, 1])))
    np.testing.assert_allclose(scores[:, 0], vectors[::-1] @ vectors[0], atol=0.008)


def test_the_sample_is_of_the_photos(library: Library) -> None:
    vectors = unit(np.random.default_rng(0).normal(size=(9, 64)))
    store_vectors(library, "m", np.arange(1, 10), vectors)
    index = VectorIndex(library, "m", 64, lengths)
    assert index.sample().shape[0] == 0
    index.refresh()
    np.testing.assert_allclose(index.sample(), vectors, atol=0.005)


def test_what_could_not_be_taken_in_is_taken_in_once_the_next_time(library: Library) -> None:
    vectors = unit(np.random.default_rng(0).normal(size=(9, 64)))
    store_vectors(library, "m", np.arange(1, 10), vectors)
    fails = [True, False]

    def spread(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        if fails.pop(0):
            raise PhotoClipError("The model is gone.")
        return lengths(vectors)

    index = VectorIndex(library, "m", 64, spread)
    with pytest.raises(PhotoClipError):
        index.refresh()
    index.refresh()
    assert len(index) == 9


def test_vectors_of_another_model_are_passed_over_once(
    library: Library, encoder: ColourEncoder, photos: Path
) -> None:
    for name in ("a", "b"):
        save_photo(photos / f"{name}.jpg", "red")
    run(library, encoder, photos)
    with library.store.write() as db:
        db.execute("INSERT INTO models (id, key, name) VALUES (9, 'm', 'm')")
        db.execute(
            "INSERT INTO vectors (model_id, photo_id, vector) SELECT 9, photo_id, vector"
            " FROM vectors"
        )
    index = VectorIndex(library, encoder.id, encoder.dim, lengths)
    index.refresh()
    assert (len(index), index.last) == (2, 4)
    save_photo(photos / "c.jpg", "blue")
    run(library, encoder, photos)
    index.refresh()
    assert (len(index), index.last) == (3, 5)
