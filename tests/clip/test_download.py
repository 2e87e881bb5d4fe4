"""Downloading: the right model or a plain sentence, never half a model, whatever the hub does."""

import errno
import io
import json
import random
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from photoclip.clip import download, fetch
from photoclip.clip.download import discard_download, download_model, fetched_bytes
from photoclip.clip.models import available_models
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag
from tests.clip.downloads import (
    CONFIG,
    OFFER,
    PATIENCE,
    WEIGHTS,
    get,
    is_whole,
    refuses,
    run,
    spoilt,
)
from tests.hub_server import HubServer

ROOT = Path(__file__).parent.parent.parent


def test_a_model_is_downloaded_and_is_the_published_one(hub: HubServer, models_dir: Path) -> None:
    model = get(hub, models_dir)

    assert model is not None
    assert (model.name, model.dim, model.folder) == ("tiny", 24, models_dir / "tiny")
    assert (model.licence, model.description, model.languages) == ("MIT", "Tests.", ("en",))
    assert is_whole(hub, models_dir)
    assert "tiny" in [model.name for model in available_models(models_dir)]
    commit = hub.repositories["owner/tiny"].commit
    fetched = [asked.path for asked in hub.asked if "/resolve/" in asked.path]
    assert len(fetched) == 3
    assert all(f"/resolve/{commit}/" in path for path in fetched)
    assert all("Authorization" not in asked.headers for asked in hub.asked)


def test_progress_counts_bytes_to_the_end(hub: HubServer, models_dir: Path) -> None:
    work = download_model(OFFER, models_dir, StopFlag(), endpoint=hub.url, patience=PATIENCE)
    reports = [report for report in work if report.phase == "downloading"]

    counts = [report.done for report in reports]
    assert counts == sorted(counts)
    assert reports[-1].done == reports[-1].total == 340_000 + len(json.dumps(CONFIG))


def test_sizes_and_checksums_come_from_headers_where_the_listing_has_none(
    hub: HubServer, models_dir: Path
) -> None:
    hub.lists_blobs = False
    hub.elsewhere = ""
    get(hub, models_dir)

    assert is_whole(hub, models_dir)
    assert len(hub.requests_of(WEIGHTS, "HEAD")) == 1


CHILD = """
import sys
from pathlib import Path
from photoclip.clip.download import download_model
from photoclip.progress import StopFlag
from tests.clip.downloads import OFFER

for _ in download_model(OFFER, Path(sys.argv[2]), StopFlag(), endpoint=sys.argv[1]):
    pass
heavy = {"torch", "open_clip", "transformers", "huggingface_hub"} & set(sys.modules)
sys.exit(" ".join(heavy) or 0)
"""


def test_killed_at_ten_random_points_it_goes_on_to_the_right_model(
    hub: HubServer, models_dir: Path
) -> None:
    generator = random.Random(7)
    total = sum(len(body) for body in hub.repositories["owner/tiny"].files.values()) - 12
    points = sorted(generator.randrange(1, total) for _ in range(10))
    command = [sys.executable, "-c", CHILD, hub.url, str(models_dir)]
    lost = 0
    for point in points:
        hub.at_limit.clear()
        hub.limit = point + lost
        with subprocess.Popen(command, cwd=ROOT) as child:
            assert hub.at_limit.wait(60)
            child.kill()
        assert child.returncode == -9
        assert not (models_dir / "tiny").exists()
        # What was still on its way is sent once more.
        lost = hub.sent - fetched_bytes("tiny", models_dir)
    hub.limit = None
    subprocess.run(command, cwd=ROOT, check=True)

    assert is_whole(hub, models_dir)
    assert hub.sent == total + lost


def test_a_stopped_download_goes_on_where_it_was(hub: HubServer, models_dir: Path) -> None:
    stop = StopFlag()
    work = download_model(OFFER, models_dir, stop, endpoint=hub.url, patience=PATIENCE)
    report = next(work)
    while report.phase != "downloading" or report.detail != WEIGHTS:
        report = next(work)
    stop.stop()
    assert run(work) is None
    kept = fetched_bytes("tiny", models_dir)
    assert 0 < kept < 340_000
    assert not (models_dir / "tiny").exists()

    phases = []
    work = download_model(OFFER, models_dir, StopFlag(), endpoint=hub.url, patience=PATIENCE)
    for report in work:
        phases.append(report.phase)
    assert is_whole(hub, models_dir)
    assert phases.index("checking") < phases.index("downloading")
    assert len(hub.requests_of("tokenizer.json")) == 1
    assert fetched_bytes("tiny", models_dir) == 0


def test_a_paused_download_waits(hub: HubServer, models_dir: Path) -> None:
    stop = StopFlag()
    work = download_model(OFFER, models_dir, stop, endpoint=hub.url, patience=PATIENCE)
    while next(work).phase != "downloading":
        pass
    stop.pause()
    done = threading.Event()

    def finish() -> None:
        run(work)
        done.set()

    thread = threading.Thread(target=finish)
    thread.start()
    assert not done.wait(0.2)
    stop.resume()
    thread.join(20)
    assert done.is_set()
    assert is_whole(hub, models_dir)


def test_a_full_disk_is_told_first(
    hub: HubServer, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(models_dir.parent)._replace(free=64_100_000)
    monkeypatch.setattr(download.shutil, "disk_usage", lambda path: usage)
    assert "and the disk has 64 MB left" in refuses(hub, models_dir)
    assert hub.sent == 0


class _FullDisk(io.FileIO):
    """Takes so many bytes over all files, then no more."""

    left = 0

    def write(self, data: object) -> int:
        taken = memoryview(data)[: type(self).left]  # type: ignore[arg-type]
        if not taken:
            raise OSError(errno.ENOSPC, "No space left on device")
        type(self).left -= len(taken)
        return super().write(taken)


def test_a_disk_that_is_full_at_99_percent(
    hub: HubServer, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(_FullDisk, "left", 337_000)
        patched.setattr(fetch, "open_to_append", lambda path: _FullDisk(path, "ab"))
        assert refuses(hub, models_dir) == (
            "The disk is full. Free some space, then start again; what has been fetched is kept."
        )
    assert fetched_bytes("tiny", models_dir) == 337_000

    get(hub, models_dir)
    assert is_whole(hub, models_dir)
    assert hub.requests_of(WEIGHTS)[-1].headers["Range"].startswith("bytes=29")


def test_a_folder_that_cannot_be_written_to(hub: HubServer, tmp_path: Path) -> None:
    (tmp_path / "models").touch()
    with pytest.raises(PhotoClipError, match="cannot write to"):
        get(hub, tmp_path / "models")


def test_two_at_once_do_not_meet(hub: HubServer, models_dir: Path) -> None:
    first = download_model(OFFER, models_dir, StopFlag(), endpoint=hub.url, patience=PATIENCE)
    next(first)

    with pytest.raises(PhotoClipError, match="is being downloaded already"):
        get(hub, models_dir)
    while next(first).phase != "downloading":
        pass
    with pytest.raises(PhotoClipError, match="is being downloaded already"):
        discard_download("tiny", models_dir)
    run(first)

    assert is_whole(hub, models_dir)


def test_a_lock_left_behind_locks_nothing(hub: HubServer, models_dir: Path) -> None:
    hub.limit = 10
    command = [sys.executable, "-c", CHILD, hub.url, str(models_dir)]
    with subprocess.Popen(command, cwd=ROOT) as child:
        assert hub.at_limit.wait(60)
        with pytest.raises(PhotoClipError, match="is being downloaded already"):
            get(hub, models_dir)
        child.kill()
    hub.limit = None
    get(hub, models_dir)
    assert is_whole(hub, models_dir)


def test_a_model_that_is_there_is_checked_and_not_fetched_again(
    hub: HubServer, models_dir: Path
) -> None:
    get(hub, models_dir)
    sent = hub.sent
    model = get(hub, models_dir)
    assert model is not None
    assert hub.sent == sent

    damaged = models_dir / "tiny" / WEIGHTS
    damaged.write_bytes(spoilt(damaged.read_bytes()))
    with pytest.raises(PhotoClipError, match="Remove it, then download it again"):
        get(hub, models_dir)
    assert damaged.exists()


def test_a_run_killed_while_naming_its_files_fetches_nothing_twice(
    hub: HubServer, models_dir: Path
) -> None:
    get(hub, models_dir)
    staging = models_dir / ".downloads" / "tiny"
    (models_dir / "tiny").rename(staging)
    (staging / "of another commit.part").touch()
    sent = hub.sent

    get(hub, models_dir)

    assert is_whole(hub, models_dir)
    assert hub.sent == sent


def test_an_unfinished_download_can_be_thrown_away(hub: HubServer, models_dir: Path) -> None:
    assert not discard_download("tiny", models_dir)
    hub.faults[WEIGHTS].append(lambda answer: answer.status(404))
    refuses(hub, models_dir)
    assert fetched_bytes("tiny", models_dir) > 0

    assert discard_download("tiny", models_dir)
    assert fetched_bytes("tiny", models_dir) == 0


def test_only_downloads_can_be_thrown_away(models_dir: Path) -> None:
    photos = models_dir.parent / "photos"
    for folder in (photos, models_dir / ".downloads"):
        folder.mkdir(parents=True)
    (photos / "one.jpg").write_bytes(b"one")
    for name in (str(photos), "../../photos", "..", ".", ""):
        assert fetched_bytes(name, models_dir) == 0
        assert not discard_download(name, models_dir)
    assert (photos / "one.jpg").is_file()
    assert models_dir.is_dir()
