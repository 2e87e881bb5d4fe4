"""The way down for lack of memory and failing devices, with places that fail as torch's do."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from photoclip.clip.batching import Ladder
from photoclip.errors import PhotoClipError

_OUT_OF_MEMORY: list[Exception] = [
    MemoryError(),
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    RuntimeError("CUDA error: out of memory"),
    RuntimeError("HIP out of memory. Tried to allocate 2.00 GiB."),
    RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"),
    RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."),
    RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"),
    RuntimeError("Invalid buffer size: 21.47 GB"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
]
_FAILURES: list[Exception] = [
    torch.AcceleratorError("CUDA error: device-side assert triggered"),
    torch.AcceleratorError("CUDA error: unspecified launch failure"),
    torch.AcceleratorError("CUDA error: no kernel image is available for execution on the device"),
    RuntimeError("CUDA error: device lost"),
    RuntimeError("MPS: command buffer exited with error status"),
    NotImplementedError("The operator 'aten::x' is not currently implemented for the MPS device"),
    TypeError("BFloat16 is not supported on MPS"),
    FloatingPointError("an embedding has no direction"),
]


@dataclass
class _Place:
    """A device on which batches above `room`, or all calls after `lasts`, fail with `error`."""

    name: str
    batch_sizes: dict[str, int] = field(default_factory=lambda: {"pictures": 8, "texts": 8})
    room: int = 1000
    lasts: int = 1000
    error: Exception = field(default_factory=RuntimeError)
    seen: list[int] = field(default_factory=list)

    def encode(self, part: slice) -> NDArray[np.float32]:
        length = part.stop - part.start
        self.seen.append(length)
        if length > self.room or len(self.seen) > self.lasts:
            raise self.error
        return np.arange(part.start, part.stop, dtype=np.float32)[:, None]


def _ladder(*places: _Place | Exception) -> Ladder[_Place | Exception, _Place]:
    def prepare(place: _Place | Exception) -> _Place:
        if isinstance(place, Exception):
            raise place
        return place

    return Ladder(lambda: places, prepare)


def _run(ladder: Ladder[_Place | Exception, _Place], count: int, kind: str = "pictures") -> None:
    """Each thing exactly once, in order."""
    given = ladder.run(kind, _Place.encode, count)
    np.testing.assert_array_equal(given, np.arange(count, dtype=np.float32)[:, None])


def test_work_that_fits_is_done_in_full_batches() -> None:
    place = _Place("card")
    ladder = _ladder(place)

    _run(ladder, 20)

    assert place.seen == [8, 8, 4]
    assert ladder.reason is None


def test_places_are_looked_for_and_made_ready_at_the_first_use() -> None:
    asked: list[str] = []

    def find() -> Sequence[str]:
        asked.append("find")
        return ("card", "processor")

    def prepare(name: str) -> _Place:
        asked.append(name)
        return _Place(name)

    ladder = Ladder(find, prepare)
    assert ladder.ready is None
    assert asked == []
    assert ladder.rung == "card"
    assert asked == ["find"]
    assert ladder.place() is ladder.place() is ladder.ready
    assert asked == ["find", "card"]


@pytest.mark.parametrize("error", _OUT_OF_MEMORY, ids=repr)
def test_batches_are_halved_until_they_fit_and_stay_so(error: Exception) -> None:
    card = _Place("card", room=3, error=error)
    ladder = _ladder(card, _Place("processor"))

    _run(ladder, 9)
    assert card.seen == [8, 4, 2, 2, 2, 2, 1]
    _run(ladder, 3)
    assert card.seen[7:] == [2, 1]
    # What was learned of pictures does not hold for texts.
    assert card.batch_sizes == {"pictures": 2, "texts": 8}
    assert ladder.place() is card


@pytest.mark.parametrize("error", _OUT_OF_MEMORY, ids=repr)
def test_without_room_for_one_the_next_place_goes_on(error: Exception) -> None:
    card, processor = _Place("card", lasts=1, error=error), _Place("processor")
    ladder = _ladder(card, processor)

    _run(ladder, 20)

    assert card.seen == [8, 8, 4, 2, 1]
    assert processor.seen == [8, 4]
    assert ladder.reason == "memory"
    _run(ladder, 8, "texts")
    assert processor.seen == [8, 4, 8]


@pytest.mark.parametrize("error", _FAILURES, ids=repr)
def test_a_failing_device_is_left_at_once_and_nothing_lost(error: Exception) -> None:
    card, processor = _Place("card", lasts=1, error=error), _Place("processor")
    ladder = _ladder(card, processor)

    _run(ladder, 20)

    assert card.seen == [8, 8]
    assert processor.seen == [8, 4]
    assert ladder.reason == ("numbers" if isinstance(error, FloatingPointError) else "failure")
    assert ladder.rung is processor


@pytest.mark.parametrize("error", _FAILURES, ids=repr)
def test_what_fails_in_the_last_place_too_is_raised_as_it_is(error: Exception) -> None:
    ladder = _ladder(_Place("card", lasts=0, error=error), _Place("cpu", lasts=0, error=error))

    with pytest.raises(type(error)) as caught:
        _run(ladder, 3)
    assert caught.value is error


@pytest.mark.parametrize("error", _OUT_OF_MEMORY, ids=repr)
def test_memory_that_never_suffices_is_explained(error: Exception) -> None:
    place = _Place("processor", room=0, error=error)

    with pytest.raises(PhotoClipError, match="not enough memory"):
        _run(_ladder(place), 7)
    assert place.seen == [7, 3, 1]


def test_errors_that_no_device_makes_are_not_tried_again() -> None:
    card = _Place("card", lasts=0, error=KeyError("a bug"))

    with pytest.raises(KeyError):
        _run(_ladder(card, _Place("processor")), 3)
    assert card.seen == [3]


@pytest.mark.parametrize(
    ("error", "reason"),
    [(_OUT_OF_MEMORY[1], "memory"), (_FAILURES[2], "failure"), (_FAILURES[-1], "numbers")],
    ids=repr,
)
def test_a_place_that_cannot_be_made_ready_is_passed_over(error: Exception, reason: str) -> None:
    processor = _Place("processor")
    ladder = _ladder(error, processor)

    _run(ladder, 3)

    assert ladder.place() is processor
    assert ladder.reason == reason


def test_no_place_at_all_is_explained_or_raised() -> None:
    with pytest.raises(PhotoClipError, match="not enough memory"):
        _ladder(_FAILURES[0], MemoryError()).place()
    with pytest.raises(RuntimeError, match="a bug"):
        _ladder(_FAILURES[0], RuntimeError("a bug")).place()
    with pytest.raises(PhotoClipError, match="no such file"):
        _ladder(PhotoClipError("no such file"), _Place("processor")).place()


def test_threads_step_down_together() -> None:
    meeting = threading.Barrier(4)
    made: list[str] = []
    results: list[NDArray[np.float32]] = []

    def prepare(name: str) -> _Place:
        made.append(name)
        return _Place(name)

    def encode(place: _Place, part: slice) -> NDArray[np.float32]:
        if place.name == "card":
            meeting.wait(10)
            raise torch.AcceleratorError("CUDA error: unspecified launch failure")
        return place.encode(part)

    ladder = Ladder(lambda: ("card", "spare card", "processor"), prepare)
    work: Callable[[], None] = lambda: results.append(ladder.run("texts", encode, 12))  # noqa: E731
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # One step for one failure, though each thread met it.
    assert made == ["card", "spare card"]
    assert ladder.rung == "spare card"
    for result in results:
        np.testing.assert_array_equal(result, np.arange(12, dtype=np.float32)[:, None])
    assert len(results) == 4


def test_the_tensors_of_a_failed_batch_are_let_go_before_the_next() -> None:
    import weakref

    class Tensor:
        pass

    alive: list[weakref.ref[Tensor]] = []

    def encode(place: _Place, part: slice) -> NDArray[np.float32]:
        assert not any(reference() for reference in alive)
        tensor = Tensor()
        alive.append(weakref.ref(tensor))
        if part.stop - part.start > 1:
            raise MemoryError
        return place.encode(part)

    given = _ladder(_Place("processor")).run("pictures", encode, 5)

    assert len(given) == 5
    assert len(alive) == 7
