"""Downloading a model on offer: it appears among the models whole and checked, or not at all.

Files come together in `models_dir/.downloads/NAME`; that folder takes its place in `models_dir`,
by one renaming, when each of them is complete and has its published checksum. A download that was
stopped, killed or broken off goes on from there at the next call.
"""

import errno
import os
import shutil
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from photoclip.clip.catalogue import Offer
from photoclip.clip.disk import sync
from photoclip.clip.fetch import Part, Patience, disk_failure, fetch, sleep_unless_stopped
from photoclip.clip.hub import Hub, hub_endpoint
from photoclip.clip.model_files import ModelFiles, model_files
from photoclip.clip.models import Model, find_model
from photoclip.clip.web import PassingError, UnreachableError
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, RateMeter, StopFlag

# With a dot, so that it is not looked into for models.
_DOWNLOADS = ".downloads"

# Left free for everything else that writes to the disk.
_SPARE_BYTES = 64_000_000

_SECONDS_BETWEEN_REPORTS = 0.1


def download_model(
    offer: Offer,
    models_dir: Path,
    stop: StopFlag,
    *,
    endpoint: str | None = None,
    patience: Patience | None = None,
) -> Generator[Progress, None, Model | None]:
    """Download a model into `models_dir`, going on where an earlier call has ended.

    `done` and `total` of the progress are bytes. Every file is one of the commit that was the
    newest when the hub was asked, and is checked against the checksum published there.

    Args:
        endpoint: the address of a mirror of the hub; without it HF_ENDPOINT counts, then
            huggingface.co.
        patience: how long to put up with a bad connection.

    Returns:
        the model, or None when stopped.

    Raises:
        PhotoClipError: the hub cannot be reached or lacks the model, what came is not what was
            published, the disk is full, or another process downloads the same model.
    """
    patience = patience or Patience()
    hub = Hub(hub_endpoint(endpoint), patience.timeout)
    target = models_dir / offer.name
    staging = _staging(offer.name, models_dir)
    with _only_one(offer.name, models_dir):
        wanted = yield from _ask(offer, hub, stop, patience)
        if wanted is None:
            return None
        if target.exists():
            yield from _check_installed(offer, wanted, target, stop)
            return None if stop.stopped else find_model(offer.name, models_dir)
        if not (yield from _gather(offer, wanted, staging, stop, patience)):
            return None
        # Said here, while the folder is not among the models yet.
        find_model(str(staging), None)
        _install(staging, target)
    return find_model(offer.name, models_dir)


def fetched_bytes(name: str, models_dir: Path) -> int:
    """How much an unfinished download has brought so far; 0 where there is none."""
    staging = _unfinished(name, models_dir)
    try:
        return sum(path.stat().st_size for path in staging.iterdir()) if staging else 0
    except OSError:
        return 0


def discard_download(name: str, models_dir: Path) -> bool:
    """Throw away what an unfinished download has brought; return whether there was anything.

    Raises:
        PhotoClipError: the download is under way, or the files cannot be removed.
    """
    staging = _unfinished(name, models_dir)
    if staging is None:
        return False
    with _only_one(name, models_dir):
        try:
            shutil.rmtree(staging)
        except OSError as error:
            raise disk_failure(error, staging) from error
    return True


def _ask(
    offer: Offer, hub: Hub, stop: StopFlag, patience: Patience
) -> Generator[Progress, None, ModelFiles | None]:
    """What to fetch; tried again only where the hub is there but busy."""
    asking = Progress("asking", 0, detail=offer.title)
    for wait in (*patience.waits, None):
        yield asking
        try:
            return model_files(offer, hub)
        except UnreachableError:
            raise
        except PassingError:
            if wait is None:
                raise
        sleep_unless_stopped(wait, stop)
        if stop.stopped:
            return None
    raise AssertionError("the last try returns or raises")


def _gather(
    offer: Offer, wanted: ModelFiles, staging: Path, stop: StopFlag, patience: Patience
) -> Generator[Progress, None, bool]:
    """Fill the staging folder; return False when stopped."""
    parts = [Part(file, staging) for file in wanted.files]
    try:
        _make_ready(staging, parts)
    except OSError as error:
        raise disk_failure(error, staging) from error
    yield from _take_up(parts, stop)
    if stop.stopped:
        return False
    _check_space(offer, wanted.size - sum(part.size for part in parts), staging)

    meter = RateMeter()
    for part in parts:
        reported = float("-inf")
        elsewhere = sum(other.size for other in parts if other is not part)
        steps = fetch(part, stop, patience)
        while True:
            try:
                waiting_for = next(steps)
            except StopIteration as end:
                if not end.value:
                    return False
                break
            if waiting_for or time.monotonic() - reported >= _SECONDS_BETWEEN_REPORTS:
                reported = time.monotonic()
                done = elsewhere + part.size
                rate = meter.update(done)
                left = (wanted.size - done) / rate if rate else None
                detail = waiting_for or part.file.name
                yield Progress("downloading", done, wanted.size, left, rate, detail)
    yield Progress("downloading", wanted.size, wanted.size)
    for part in parts:
        part.finish()
    for name, text in wanted.written.items():
        _write(staging / name, text)
    return True


def _make_ready(staging: Path, parts: list[Part]) -> None:
    staging.mkdir(parents=True, exist_ok=True)
    ours = {name for part in parts for name in (part.path.name, part.file.name)}
    for path in staging.iterdir():
        # Of an earlier commit, or from another hand.
        if path.name not in ours:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _take_up(parts: list[Part], stop: StopFlag) -> Generator[Progress, None, None]:
    """Read what an earlier call has left of the files."""
    done = 0
    for part in parts:
        for size in part.take_up():
            yield Progress("checking", done + size, detail=part.file.name)
            stop.wait_while_paused()
            if stop.stopped:
                return
        done += part.size


def _check_space(offer: Offer, needed: int, folder: Path) -> None:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise disk_failure(error, folder) from error
    if needed and free < needed + _SPARE_BYTES:
        raise PhotoClipError(
            f"“{offer.name}” needs {_megabytes(needed + _SPARE_BYTES)} more and the disk has "
            f"{_megabytes(free)} left. Free some space, then start again; what has been fetched "
            "is kept."
        )


def _check_installed(
    offer: Offer, wanted: ModelFiles, target: Path, stop: StopFlag
) -> Generator[Progress, None, None]:
    """See that a folder of this name holds the published model."""
    done = 0
    for file in wanted.files:
        checksum = file.checksum()
        try:
            with (target / file.name).open("rb") as there:
                while chunk := there.read(1 << 20):
                    checksum.update(chunk)
                    done += len(chunk)
                    yield Progress("checking", done, wanted.size, detail=file.name)
                    stop.wait_while_paused()
                    if stop.stopped:
                        return
        except OSError:
            checksum = file.checksum()
        if checksum.hexdigest() != file.digest:
            raise PhotoClipError(
                f"There is a model “{offer.name}” already, and it is not the one published now. "
                "Remove it, then download it again."
            )


def _install(staging: Path, target: Path) -> None:
    """Let the complete folder take its place, so that a power cut leaves it there or here."""
    try:
        sync(staging)
        staging.rename(target)
        sync(target.parent)
    except OSError as error:
        raise disk_failure(error, target.parent) from error


def _write(path: Path, text: str) -> None:
    try:
        with path.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise disk_failure(error, path.parent) from error


@contextmanager
def _only_one(name: str, models_dir: Path) -> Iterator[None]:
    """Hold the right to download this model, against other processes and threads.

    The system lets go of the lock when a process ends, however it ends; the file stays.
    """
    path = models_dir / _DOWNLOADS / f"{name}.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError as error:
        raise disk_failure(error, models_dir) from error
    with file:
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            # Some network drives know no locks: better without one than not at all.
            if error.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
                raise PhotoClipError(
                    f"“{name}” is being downloaded already. Let that finish, or stop it first."
                ) from error
        yield


def _staging(name: str, models_dir: Path) -> Path:
    return models_dir / _DOWNLOADS / name


def _unfinished(name: str, models_dir: Path) -> Path | None:
    """The folder of an unfinished download, looked up: what a person types may be any path."""
    try:
        there = list((models_dir / _DOWNLOADS).iterdir())
    except OSError:
        return None
    return next((path for path in there if path.name == name and path.is_dir()), None)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
