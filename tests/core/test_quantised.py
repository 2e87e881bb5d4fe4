"""Vectors at a byte a number, beside float32."""

import numpy as np
import pytest
from numpy.typing import NDArray

from photoclip.core.quantised import QuantisedMatrix

DIM = 512


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def vectors() -> NDArray[np.float32]:
    """As models give them: alike, and one number in which most of the length lies."""
    generator = np.random.default_rng(3)
    noise = generator.normal(size=(100_000, DIM))
    noise[:, 133] = 60 + generator.normal(size=len(noise))
    return unit(noise)


@pytest.fixture(scope="module")
def matrix(vectors: NDArray[np.float32]) -> QuantisedMatrix:
    matrix = QuantisedMatrix(DIM)
    for start in range(0, len(vectors), 30_000):
        rows = np.arange(start, min(start + 30_000, len(vectors)))
        matrix.put(rows, vectors[rows])
    return matrix


@pytest.mark.parametrize("count", [1, 3])
def test_products_are_nearly_those_of_float32(
    matrix: QuantisedMatrix, vectors: NDArray[np.float32], count: int
) -> None:
    queries = unit(np.random.default_rng(4).normal(size=(count, DIM)))
    expected = vectors @ queries.T
    products = matrix.products(queries)
    assert products.dtype == np.float32
    assert (products - expected).std() < 0.0006
    rows = np.random.default_rng(5).permutation(len(vectors))[:50_001].astype(np.int32)
    # The same to the last bits, which depend on the order of additions.
    np.testing.assert_allclose(matrix.products(queries, rows), products[rows], atol=1e-6)


def test_the_best_are_among_a_few_more(
    matrix: QuantisedMatrix, vectors: NDArray[np.float32]
) -> None:
    queries = unit(np.random.default_rng(6).normal(size=(20, DIM)))
    exact, products = vectors @ queries.T, matrix.products(queries)
    for k in range(len(queries)):
        best = np.argsort(-exact[:, k])[:200]
        assert np.isin(best, np.argsort(-products[:, k])[:300]).all()


def test_rows_are_replaced_and_none_is_needed() -> None:
    matrix = QuantisedMatrix(4)
    assert matrix.products(np.ones((2, 4), np.float32)).shape == (0, 2)
    matrix.put(np.empty(0, np.int64), np.empty((0, 4), np.float32))
    eye = np.eye(4, dtype=np.float32)
    matrix.put(np.arange(3), eye[:3])
    matrix.put(np.array([1, 3]), eye[[3, 1]])
    assert len(matrix) == 4
    np.testing.assert_allclose(matrix.products(eye), eye[[0, 3, 2, 1]], atol=0.02)
    np.testing.assert_allclose(matrix.products(eye, np.array([1], np.int32)), eye[[3]], atol=0.02)
