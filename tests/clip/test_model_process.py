"""Models in a process of their own: the same embeddings, and what happens when it dies."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.model_process import DiedError, ModelProcess
from photoclip.clip.models import Model, find_model
from photoclip.clip.remote_encoder import RemoteEncoder
from photoclip.clip.remote_work import remote_work
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, StopFlag

PIXELS = np.random.default_rng(0).integers(0, 255, (3, 32, 32, 3), np.uint8)
# For a process to end, in seconds; it takes none.
PATIENCE = 30


LINUX = pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="Linux alone tells when a process ends"
)


@contextmanager
def _end_of(pid: int) -> Iterator[Callable[[], None]]:
    """Gives what waits until a process has ended."""
    process = os.pidfd_open(pid)

    def wait() -> None:
        ended, _, _ = select.select([process], [], [], PATIENCE)
        assert ended

    try:
        yield wait
    finally:
        os.close(process)


@pytest.fixture(scope="module")
def model(tiny_model_folder: Path) -> Model:
    return find_model(str(tiny_model_folder), None)


@pytest.fixture(scope="module")
def process() -> Iterator[ModelProcess]:
    made = ModelProcess()
    yield made
    made.close()


@pytest.fixture
def own_process() -> Iterator[ModelProcess]:
    made = ModelProcess()
    yield made
    made.close()


def _pid(process: ModelProcess) -> int:
    assert process.pid is not None
    return process.pid


def test_it_answers_as_an_encoder_in_this_process_does(process: ModelProcess, model: Model) -> None:
    here, there = OpenClipEncoder(model), RemoteEncoder(process, model)
    assert there.running_on == ""
    assert (there.id, there.dim, there.device) == (here.id, here.dim, here.device)
    np.testing.assert_array_equal(here.encode_texts(["a dog"]), there.encode_texts(["a dog"]))
    np.testing.assert_array_equal(here.encode_images(PIXELS), there.encode_images(PIXELS))
    np.testing.assert_array_equal(here.encode_images(PIXELS, 1), there.encode_images(PIXELS, 1))
    assert (there.batch_size, there.precision) == (here.batch_size, here.precision)
    assert there.running_on == here.running_on
    assert (there.logit_scale, there.logit_bias) == (here.logit_scale, here.logit_bias)
    assert there.encode_texts([]).shape == (0, here.dim)


def test_errors_arrive_as_they_were_raised(
    process: ModelProcess, model: Model, tmp_path: Path, tiny_model_folder: Path
) -> None:
    with pytest.raises(ValueError, match="pixels are uint8") as bug:
        RemoteEncoder(process, model).encode_images(PIXELS[:, 1:])
    assert "in encode_images" in bug.value.__notes__[0]

    for file in tiny_model_folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    broken = find_model(str(tmp_path), None)
    broken.checkpoint.write_bytes(b"not weights")
    with pytest.raises(PhotoClipError, match="damaged|cannot be read|not"):
        RemoteEncoder(process, broken).encode_texts(["a dog"])


def test_a_process_that_dies_is_started_again(process: ModelProcess, model: Model) -> None:
    encoder = RemoteEncoder(process, model)
    before, first = encoder.encode_texts(["a dog"]), _pid(process)
    os.kill(first, signal.SIGTERM)
    np.testing.assert_array_equal(encoder.encode_texts(["a dog"]), before)
    assert _pid(process) != first


class _Failing:
    """There, everything goes wrong."""

    def break_off(self) -> None:
        raise EOFError("The file ends too soon.")

    def import_torch(self) -> None:
        raise type("OutOfMemoryError", (RuntimeError,), {"__module__": "torch.cuda"})("no memory")


def test_an_error_there_is_not_taken_for_its_death(process: ModelProcess) -> None:
    remote = process.make(_Failing)
    pid = _pid(process)
    with pytest.raises(EOFError, match="too soon"):
        remote.call("break_off")
    with pytest.raises(RuntimeError, match="OutOfMemoryError: no memory") as raised:
        remote.call("import_torch")
    assert type(raised.value) is RuntimeError
    assert _pid(process) == pid
    process.drop(remote)


@LINUX
def test_one_that_died_while_nobody_asked_is_started_again(own_process: ModelProcess) -> None:
    first = own_process.make(_Failing)
    with _end_of(_pid(own_process)) as ended:
        os.kill(_pid(own_process), signal.SIGTERM)
        ended()
    with pytest.raises(DiedError):
        first.call("break_off")
    with pytest.raises(EOFError):
        own_process.make(_Failing).call("break_off")


def test_a_closed_one_starts_no_other(own_process: ModelProcess, model: Model) -> None:
    encoder = RemoteEncoder(own_process, model)
    assert encoder.device
    own_process.close()
    assert own_process.pid is None
    with pytest.raises(PhotoClipError, match="closing"):
        encoder.encode_texts(["a dog"])


def test_it_ends_when_no_encoder_needs_it(own_process: ModelProcess, model: Model) -> None:
    process = own_process
    first, second = RemoteEncoder(process, model), RemoteEncoder(process, model)
    first.encode_texts(["a dog"])
    second.encode_texts(["a dog"])
    first.unload()
    assert process.pid is not None
    assert first.running_on == ""
    assert second.running_on != ""
    second.unload()
    assert process.pid is None
    second.unload()


class _Dying:
    """A process that dies at every call."""

    def __init__(self) -> None:
        self.deaths = 0

    def make(self, *arguments: object) -> "_Dying":
        return self

    def call(self, method: str, *arguments: object) -> None:
        raise DiedError

    def lost(self, remote: object) -> None:
        self.deaths += 1


def test_one_that_dies_again_is_told(model: Model) -> None:
    process = _Dying()
    with pytest.raises(PhotoClipError, match="memory"):
        RemoteEncoder(process, model).encode_texts(["a dog"])  # type: ignore[arg-type]
    assert process.deaths == 2


def _counting(count: int, stop: StopFlag) -> Generator[Progress, None, int]:
    for done in range(count):
        if stop.stopped:
            break
        if done == 7:
            raise PhotoClipError("Seven is too many.")
        yield Progress("counting", done, count)
    return os.getpid()


def _to_its_end(work: Generator[Progress, None, int]) -> tuple[list[int], int]:
    seen = []
    while True:
        try:
            seen.append(next(work).done)
        except StopIteration as end:
            return seen, end.value


def test_long_work_reports_from_there(process: ModelProcess) -> None:
    seen, pid = _to_its_end(remote_work(process, _counting, 5, StopFlag()))
    assert seen == [0, 1, 2, 3, 4]
    assert pid != os.getpid()

    stop = StopFlag()
    work = remote_work(process, _counting, 5, stop)
    assert next(work).done == 0
    stop.stop()
    assert _to_its_end(work)[0] == []

    with pytest.raises(PhotoClipError, match="Seven"):
        _to_its_end(remote_work(process, _counting, 9, StopFlag()))


def test_long_work_that_is_given_up_leaves_nothing(own_process: ModelProcess) -> None:
    process = own_process
    work = remote_work(process, _counting, 5, StopFlag())
    next(work)
    assert process.pid is not None
    work.close()
    assert process.pid is None


def test_long_work_tells_when_the_process_has_died(process: ModelProcess) -> None:
    work = remote_work(process, _counting, 5, StopFlag())
    next(work)
    os.kill(_pid(process), signal.SIGTERM)
    with pytest.raises(PhotoClipError, match="memory"):
        next(work)


_APP = """
import sys
from photoclip.clip.model_process import ModelProcess
from photoclip.clip.models import find_model
from photoclip.clip.remote_encoder import RemoteEncoder
process = ModelProcess()
RemoteEncoder(process, find_model(sys.argv[1], None)).device
print(process.pid, flush=True)
sys.stdin.read()
"""


@LINUX
def test_it_does_not_outlive_the_app(tiny_model_folder: Path) -> None:
    app = subprocess.Popen(
        [sys.executable, "-c", _APP, str(tiny_model_folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with app:
        assert app.stdout is not None
        with _end_of(int(app.stdout.readline())) as ended:
            app.kill()
            ended()
