"""The adapter of texts: what it learns, what it leaves alone, and how it is kept."""

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save

from photoclip.clip.adapter import Adapter, fit_adapter
from photoclip.errors import PhotoClipError

DIM = 16


def unit(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def pairs() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Photos, and texts that point elsewhere by a rotation."""
    rng = np.random.default_rng(0)
    images = unit(rng.standard_normal((80, DIM)))
    rotation = np.linalg.qr(rng.standard_normal((DIM, DIM)))[0]
    return images, unit(images @ rotation + 0.1 * rng.standard_normal((80, DIM)))


def fitted(
    images: NDArray[np.float32], texts: NDArray[np.float32], strength: float, same: str = "none"
) -> Adapter:
    numbers = np.arange(len(images)) if same == "none" else np.zeros(len(images), np.int64)
    known = unit(np.random.default_rng(1).standard_normal((20, DIM)))
    start = Adapter.none(DIM, "m")
    return fit_adapter(images, texts, np.stack([numbers] * 2, 1), known, strength, 20.0, start)


def test_none_changes_nothing(pairs: tuple[NDArray[np.float32], NDArray[np.float32]]) -> None:
    _, texts = pairs
    adapted = Adapter.none(DIM, "m").adapt(texts)
    assert adapted.dtype == np.float32
    assert adapted == pytest.approx(texts, abs=1e-6)
    assert Adapter.none(DIM, "m").adapt(texts[:0]).shape == (0, DIM)


def test_texts_come_nearer_to_their_photos(
    pairs: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> None:
    images, texts = pairs
    adapted = fitted(images, texts, 0.001).adapt(texts)
    assert np.linalg.norm(adapted, axis=1) == pytest.approx(1, abs=1e-5)
    assert np.mean(np.argmax(adapted @ images.T, axis=1) == np.arange(80)) > 0.9
    assert np.mean(np.argmax(texts @ images.T, axis=1) == np.arange(80)) < 0.3


def test_the_stronger_the_pull_the_less_is_changed(
    pairs: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> None:
    sizes = [np.abs(fitted(*pairs, strength).change).max() for strength in (0.01, 1.0, 100.0)]
    assert sizes[0] > 2 * sizes[1] > 4 * sizes[2]


def test_photos_of_which_the_same_is_said_are_not_told_apart(
    pairs: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> None:
    assert np.abs(fitted(*pairs, 0.001, same="all").change).max() < 1e-6


def test_it_reads_back_the_same(pairs: tuple[NDArray[np.float32], NDArray[np.float32]]) -> None:
    adapter = fitted(*pairs, 0.1)
    again = Adapter.from_bytes(adapter.to_bytes(), "m", DIM)
    assert np.array_equal(again.change, adapter.change)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not at all",
        Adapter.none(DIM, "m").to_bytes()[:-9],
        save({"change": np.zeros((DIM, DIM), np.float32)}),
        save({"other": np.zeros((DIM, DIM), np.float32)}, metadata={"model": "m"}),
        Adapter(np.full((DIM, DIM), np.nan, np.float32), "m").to_bytes(),
    ],
)
def test_a_broken_one_is_told(data: bytes) -> None:
    with pytest.raises(PhotoClipError, match="cannot be read"):
        Adapter.from_bytes(data, "m", DIM)


@pytest.mark.parametrize(("model", "dim"), [("other", DIM), ("m", DIM + 1)])
def test_one_of_another_model_is_told(model: str, dim: int) -> None:
    with pytest.raises(PhotoClipError, match="another model"):
        Adapter.from_bytes(Adapter.none(DIM, "m").to_bytes(), model, dim)
