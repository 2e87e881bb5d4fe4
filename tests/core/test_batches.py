"""Reading and embedding side by side: in order, bounded, and over soon when stopped."""

import threading
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from photoclip.core.batches import read_and_embed
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag
from tests.fakes import ColourEncoder


class _SlowFirst(ColourEncoder):
    """Embeds the first batch only when another one has been embedded."""

    def __init__(self) -> None:
        super().__init__()
        self._second = threading.Event()

    def encode_images(
        self, pixels: NDArray[np.uint8], threads: int | None = None
    ) -> NDArray[np.float32]:
        if pixels[0].mean() == 0:
            self._second.wait()
        else:
            self._second.set()
        return super().encode_images(pixels)


def _read(number: int) -> NDArray[np.uint8]:
    return np.full((32, 32, 3), number, np.uint8)


def _values(pictures: Sequence[NDArray[np.uint8]]) -> list[int]:
    return [int(picture[0, 0, 0]) for picture in pictures]


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photoclip.core.embedding.os.cpu_count", lambda: 2)


def test_batches_come_in_order_though_a_later_one_is_embedded_first() -> None:
    encoder = _SlowFirst()
    batches = list(read_and_embed(_read, range(40), lambda p: p, encoder, StopFlag()))

    assert [value for batch in batches for value in _values(batch.outcomes)] == list(range(40))
    for batch in batches:
        assert batch.taken == tuple(range(len(batch.outcomes)))
        np.testing.assert_array_equal(
            batch.embeddings, ColourEncoder().encode_images(np.stack(batch.outcomes))
        )


def test_what_has_no_picture_is_given_out_in_its_place() -> None:
    batches = list(
        read_and_embed(
            _read,
            range(20),
            lambda p: p if p[0, 0, 0] % 2 else None,
            ColourEncoder(),
            StopFlag(),
        )
    )

    assert [value for batch in batches for value in _values(batch.outcomes)] == list(range(20))
    for batch in batches:
        assert all(batch.outcomes[place][0, 0, 0] % 2 for place in batch.taken)
        assert len(batch.embeddings) == len(batch.taken)
    assert sum(len(batch.taken) for batch in batches) == 10


def test_stopped_it_gives_out_what_is_begun_and_no_more_and_leaves_no_thread() -> None:
    before, read = threading.active_count(), []
    stop = StopFlag()

    def noted(number: int) -> NDArray[np.uint8]:
        read.append(number)
        return _read(number % 256)

    batches = read_and_embed(noted, range(10_000), lambda p: p, ColourEncoder(), stop)
    given = len(next(batches).outcomes)
    stop.stop()
    given += sum(len(batch.outcomes) for batch in batches)

    # Two being embedded, one waiting, one given out; and what lies ready to be decoded.
    assert given <= 32
    assert len(read) <= 64
    assert threading.active_count() == before


def test_a_model_that_takes_nothing_ends_it() -> None:
    class Refusing(ColourEncoder):
        def encode_images(
            self, pixels: NDArray[np.uint8], threads: int | None = None
        ) -> NDArray[np.float32]:
            raise PhotoClipError("The model is broken. Get it again.")

    before = threading.active_count()
    with pytest.raises(PhotoClipError, match="broken"):
        list(read_and_embed(_read, range(100), lambda p: p, Refusing(), StopFlag()))
    assert threading.active_count() == before


def test_what_was_read_before_a_failure_is_given_out_first() -> None:
    encoder = ColourEncoder()
    encoder.batch_size = 2

    def read(number: int) -> NDArray[np.uint8]:
        if number == 7:
            raise PhotoClipError("The disk is full.")
        return _read(number)

    batches = read_and_embed(read, range(100), lambda p: p, encoder, StopFlag())
    given: list[int] = []
    with pytest.raises(PhotoClipError, match="full"):
        given.extend(value for batch in batches for value in _values(batch.outcomes))
    assert given == list(range(6))
