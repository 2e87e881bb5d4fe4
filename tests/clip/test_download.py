"""Downloading: the right model or a plain sentence, never half a model, whatever the hub does."""

import errno
import gzip
import io
import json
import random
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from photoclip.clip import download, fetch, web
from photoclip.clip.catalogue import Offer
from photoclip.clip.download import discard_download, download_model, fetched_bytes
from photoclip.clip.fetch import Patience
from photoclip.clip.models import Model, available_models
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, StopFlag
from tests.hub_server import Answer, HubServer, Repository

T = TypeVar("T")

ROOT = Path(__file__).parent.parent.parent
WEIGHTS = "open_clip_model.safetensors"
OFFER = Offer(
    name="tiny",
    title="Tiny",
    repository="owner/tiny",
    architecture="ViT-B-32",
    tag="",
    licence="MIT",
    dim=24,
    image_size=32,
    good_at="Tests.",
)
CONFIG = {"model_cfg": {"embed_dim": 24, "vision_cfg": {"image_size": 32}, "text_cfg": {}}}
PATIENCE = Patience(timeout=20, waits=(0.0, 0.0, 0.0))


@pytest.fixture(autouse=True)
def _no_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_ENDPOINT", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        server.repositories["owner/tiny"] = Repository(
            {
                "open_clip_config.json": json.dumps(CONFIG).encode(),
                "tokenizer.json": random.Random(1).randbytes(40_000),
                WEIGHTS: random.Random(2).randbytes(300_000),
                "README.md": b"# Tiny",
                "open_clip_pytorch_model.bin": b"pickle",
            }
        )
        yield server


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "models"


def run(work: Generator[Progress, None, T]) -> T:
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def get(
    hub: HubServer, models_dir: Path, patience: Patience = PATIENCE, stop: StopFlag | None = None
) -> Model | None:
    return run(
        download_model(OFFER, models_dir, stop or StopFlag(), endpoint=hub.url, patience=patience)
    )


def is_whole(hub: HubServer, models_dir: Path) -> bool:
    """The folder holds exactly the published files that are needed, and where they are from."""
    repository = hub.repositories["owner/tiny"]
    names = ("open_clip_config.json", "tokenizer.json", WEIGHTS)
    there = {path.name: path.read_bytes() for path in (models_dir / "tiny").iterdir()}
    about = json.loads(there.pop("photoclip.json"))
    assert about["source"].endswith(f"owner/tiny/tree/{repository.commit}")
    return there == {name: repository.files[name] for name in names}


def refuses(hub: HubServer, models_dir: Path, patience: Patience = PATIENCE) -> str:
    """The sentence with which a download ends; nothing has appeared among the models."""
    with pytest.raises(PhotoClipError) as caught:
        get(hub, models_dir, patience)
    text = str(caught.value)
    assert not (models_dir / "tiny").exists()
    assert "tiny" not in [model.name for model in available_models(models_dir)]
    assert "\n" not in text
    assert 1 <= len(re.findall(r"\.( |$)", text)) <= 2
    return text


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
from tests.clip.test_download import OFFER

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


def test_a_connection_that_drops_ten_times(hub: HubServer, models_dir: Path) -> None:
    body = hub.repositories["owner/tiny"].files[WEIGHTS]
    hub.faults[WEIGHTS].extend(
        [lambda answer: answer.file(body, drop_after=20_000) for _ in range(10)]
    )
    get(hub, models_dir)

    assert is_whole(hub, models_dir)
    asked = hub.requests_of(WEIGHTS)
    assert [a.headers.get("Range") for a in asked] == [
        None,
        *(f"bytes={n * 20_000}-" for n in range(1, 11)),
    ]


def test_drops_that_bring_nothing_end_in_a_sentence_and_keep_the_rest(
    hub: HubServer, models_dir: Path
) -> None:
    body = hub.repositories["owner/tiny"].files[WEIGHTS]
    hub.faults[WEIGHTS].append(lambda answer: answer.file(body, drop_after=100_000))
    hub.faults[WEIGHTS].extend([lambda answer: answer.file(body, drop_after=0)] * 4)

    assert "what has been fetched is kept" in refuses(hub, models_dir)
    assert fetched_bytes("tiny", models_dir) > 140_000
    get(hub, models_dir)
    assert is_whole(hub, models_dir)


def test_tries_are_bounded_however_much_each_brings(hub: HubServer, models_dir: Path) -> None:
    body = hub.repositories["owner/tiny"].files[WEIGHTS]
    hub.faults[WEIGHTS].extend([lambda answer: answer.file(body, drop_after=1)] * 20)

    sentence = refuses(hub, models_dir, Patience(timeout=20, waits=(0.0,), tries=20))

    assert "keeps breaking" in sentence
    assert len(hub.requests_of(WEIGHTS)) == 20


def test_a_stall_is_noticed(hub: HubServer, models_dir: Path) -> None:
    body = hub.repositories["owner/tiny"].files[WEIGHTS]
    hub.faults["tokenizer.json"].extend([lambda answer: answer.wait()] * 2)
    patience = Patience(timeout=0.2, waits=(0.0,))
    assert "did not answer in time" in refuses(hub, models_dir, patience)

    def stall(answer: Answer) -> None:
        answer.file(body, drop_after=10)
        answer.wait()

    hub.faults[WEIGHTS].append(stall)
    get(hub, models_dir, Patience(timeout=0.5, waits=(0.0, 0.0, 0.0)))
    assert is_whole(hub, models_dir)
    assert hub.requests_of(WEIGHTS)[-1].headers["Range"] == "bytes=10-"


def _wrong(body: bytes) -> bytes:
    return body[:-1] + bytes([body[-1] ^ 1])


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda answer, body: answer.file(_wrong(body)), id="wrong bytes"),
        pytest.param(lambda answer, body: answer.file(body[:-7]), id="short"),
        pytest.param(lambda answer, body: answer.file(body + b"more"), id="long"),
        pytest.param(
            lambda answer, body: answer.status(200, {"Content-Length": "7"}, b"nothing"),
            id="another file",
        ),
    ],
)
def test_wrong_contents_are_thrown_away(
    hub: HubServer, models_dir: Path, spoil: Callable[[Answer, bytes], None]
) -> None:
    body = hub.repositories["owner/tiny"].files[WEIGHTS]
    hub.faults[WEIGHTS].append(lambda answer: spoil(answer, body))

    assert "is not the published one and was thrown away" in refuses(hub, models_dir)
    assert not list(models_dir.rglob(f"{WEIGHTS}*"))
    get(hub, models_dir)
    assert is_whole(hub, models_dir)


def test_wrong_bytes_of_a_small_file_are_noticed_too(hub: HubServer, models_dir: Path) -> None:
    name = "open_clip_config.json"
    body = hub.repositories["owner/tiny"].files[name]
    assert len(body) < hub.small
    hub.faults[name].append(lambda answer: answer.file(_wrong(body)))

    assert "is not the published one" in refuses(hub, models_dir)


def test_bytes_beyond_the_promised_length_do_no_harm(hub: HubServer, models_dir: Path) -> None:
    body = hub.repositories["owner/tiny"].files[WEIGHTS]
    hub.faults[WEIGHTS].append(lambda answer: answer.file(body + b"more", length=len(body)))
    get(hub, models_dir)
    assert is_whole(hub, models_dir)


def test_without_a_length_the_checksum_decides(hub: HubServer, models_dir: Path) -> None:
    body = hub.repositories["owner/tiny"].files[WEIGHTS]

    def endless(answer: Answer) -> None:
        answer.handler.send_response(200)
        answer.handler.end_headers()
        answer.handler.wfile.write(body + body)

    hub.faults[WEIGHTS].append(endless)
    get(hub, models_dir)
    assert is_whole(hub, models_dir)


def test_a_damaged_part_is_fetched_anew(hub: HubServer, models_dir: Path) -> None:
    body = hub.repositories["owner/tiny"].files[WEIGHTS]
    hub.faults[WEIGHTS].append(lambda answer: answer.file(body, drop_after=50_000))
    hub.faults[WEIGHTS].extend([lambda answer: answer.status(503)] * 4)
    refuses(hub, models_dir)
    [part] = models_dir.rglob(f"{WEIGHTS}*")
    assert part.stat().st_size == 50_000
    part.write_bytes(bytes(50_000))

    get(hub, models_dir)
    assert is_whole(hub, models_dir)


def test_a_part_longer_than_the_file_is_fetched_anew(hub: HubServer, models_dir: Path) -> None:
    body = hub.repositories["owner/tiny"].files[WEIGHTS]
    hub.faults[WEIGHTS].append(lambda answer: answer.file(body, drop_after=50_000))
    hub.faults[WEIGHTS].extend([lambda answer: answer.status(503)] * 4)
    refuses(hub, models_dir)
    [part] = models_dir.rglob(f"{WEIGHTS}*")
    part.write_bytes(bytes(400_000))

    get(hub, models_dir)
    assert is_whole(hub, models_dir)


def test_a_file_changed_between_two_tries_restarts(hub: HubServer, models_dir: Path) -> None:
    files = hub.repositories["owner/tiny"].files
    body = files[WEIGHTS]
    hub.faults[WEIGHTS].append(lambda answer: answer.file(body, drop_after=50_000))
    hub.faults[WEIGHTS].extend([lambda answer: answer.status(503)] * 4)
    refuses(hub, models_dir)
    files[WEIGHTS] = random.Random(3).randbytes(300_000)

    get(hub, models_dir)

    assert is_whole(hub, models_dir)
    assert "Range" not in hub.requests_of(WEIGHTS)[-1].headers


def test_a_file_changed_during_a_download_is_noticed(hub: HubServer, models_dir: Path) -> None:
    body = hub.repositories["owner/tiny"].files[WEIGHTS]
    other = random.Random(4).randbytes(len(body))
    hub.faults[WEIGHTS].append(lambda answer: answer.file(body, drop_after=50_000))
    hub.faults[WEIGHTS].append(lambda answer: answer.file(other))

    assert "is not the published one" in refuses(hub, models_dir)


def test_a_server_without_ranges(hub: HubServer, models_dir: Path) -> None:
    body = hub.repositories["owner/tiny"].files[WEIGHTS]
    hub.faults[WEIGHTS].append(lambda answer: answer.file(body, drop_after=50_000))
    hub.faults[WEIGHTS].append(lambda answer: answer.file(body, ranges=False))
    get(hub, models_dir)
    assert is_whole(hub, models_dir)


def test_a_server_that_answers_another_range(hub: HubServer, models_dir: Path) -> None:
    body = hub.repositories["owner/tiny"].files[WEIGHTS]
    hub.faults[WEIGHTS].append(lambda answer: answer.file(body, drop_after=50_000))
    hub.faults[WEIGHTS].append(
        lambda answer: answer.file(body, headers={"Content-Range": "bytes 7-299999/300000"})
    )
    hub.faults[WEIGHTS].append(lambda answer: answer.file(body, drop_after=50_000))
    hub.faults[WEIGHTS].append(lambda answer: answer.status(416))
    get(hub, models_dir)
    assert is_whole(hub, models_dir)


def test_redirects_are_followed(hub: HubServer, models_dir: Path) -> None:
    with HubServer() as storage:
        storage.repositories = hub.repositories
        for elsewhere in ("", storage.url):
            hub.elsewhere = elsewhere
            get(hub, models_dir)
            assert is_whole(hub, models_dir)
            shutil.rmtree(models_dir / "tiny")
        assert len(storage.requests_of(WEIGHTS)) == 1


def test_a_range_is_asked_for_through_redirects(hub: HubServer, models_dir: Path) -> None:
    body = hub.repositories["owner/tiny"].files[WEIGHTS]
    hub.elsewhere = ""
    hub.faults[WEIGHTS].append(lambda answer: answer.right())
    hub.faults[WEIGHTS].append(lambda answer: answer.file(body, drop_after=60_000))
    get(hub, models_dir)

    assert is_whole(hub, models_dir)
    assert hub.requests_of(WEIGHTS)[-1].headers["Range"] == "bytes=60000-"
    assert "/elsewhere/" in hub.requests_of(WEIGHTS)[-1].path


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_redirects_off_the_web_are_not_followed(
    hub: HubServer, models_dir: Path, target: str
) -> None:
    hub.faults[WEIGHTS].append(lambda answer: answer.status(302, {"Location": target}))
    assert "not a safe place" in refuses(hub, models_dir)


def test_redirects_in_a_circle(hub: HubServer, models_dir: Path) -> None:
    hub.faults[WEIGHTS].extend([lambda a: a.status(302, {"Location": a.path})] * 20)
    assert "only leads from one address to the next" in refuses(hub, models_dir)


@pytest.mark.parametrize("where", [WEIGHTS, "main"])
@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "does not give this model to everyone"),
        (403, "does not give this model to everyone"),
        (404, "does not have this model"),
        (418, "does not answer as a model hub does"),
        (429, "asked too often"),
        (500, "out of order"),
        (503, "out of order"),
    ],
)
def test_refusals_are_plain_sentences(
    hub: HubServer, models_dir: Path, where: str, status: int, sentence: str
) -> None:
    hub.faults[where].extend([lambda answer: answer.status(status)] * 9)

    assert sentence in refuses(hub, models_dir)
    passing = status in (429, 500, 503)
    assert len(hub.requests_of(where)) == (4 if passing else 1)


@pytest.mark.parametrize("where", [WEIGHTS, "main"])
def test_once_out_of_order_is_not_told(hub: HubServer, models_dir: Path, where: str) -> None:
    hub.faults[where].append(lambda answer: answer.status(503))
    get(hub, models_dir)
    assert is_whole(hub, models_dir)


@pytest.mark.parametrize("where", [WEIGHTS, "main"])
def test_a_page_to_sign_in_is_recognised(hub: HubServer, models_dir: Path, where: str) -> None:
    page = b"<html>Welcome to the hotel</html>"
    hub.faults[where].append(lambda a: a.status(200, {"Content-Type": "text/html"}, page))
    assert "answered with a web page" in refuses(hub, models_dir)


def test_packed_files_are_refused(hub: HubServer, models_dir: Path) -> None:
    packed = gzip.compress(hub.repositories["owner/tiny"].files[WEIGHTS])
    hub.faults[WEIGHTS].append(lambda a: a.file(packed, headers={"Content-Encoding": "gzip"}))
    assert "packed" in refuses(hub, models_dir)


@pytest.mark.parametrize(
    "answer",
    [b"", b"no JSON", b"[]", b"{}", b'{"sha": "x", "siblings": 7}', b'{"sha": 7, "siblings": []}'],
)
def test_a_listing_that_makes_no_sense(hub: HubServer, models_dir: Path, answer: bytes) -> None:
    hub.faults["main"].append(lambda a: a.status(200, None, answer))
    assert "does not answer as a model hub does" in refuses(hub, models_dir)


def test_names_in_a_listing_cannot_leave_the_folder(hub: HubServer, models_dir: Path) -> None:
    hub.repositories["owner/tiny"].files |= {
        "../../escaped.json": b"{}",
        "/tmp/escaped.json": b"{}",
        "folder/tokenizer.json": b"{}",
    }
    get(hub, models_dir)
    assert is_whole(hub, models_dir)
    assert not list(models_dir.parent.rglob("escaped.json"))


def test_a_repository_without_weights(hub: HubServer, models_dir: Path) -> None:
    files = hub.repositories["owner/tiny"].files
    del files[WEIGHTS], files["open_clip_pytorch_model.bin"]
    assert "does not hold a model" in refuses(hub, models_dir)


def test_a_hub_that_publishes_no_checksums(hub: HubServer, models_dir: Path) -> None:
    hub.publishes = False
    assert "does not publish how" in refuses(hub, models_dir)
    assert hub.sent == 0


def test_a_configuration_that_cannot_be_used_is_not_installed(
    hub: HubServer, models_dir: Path
) -> None:
    hub.repositories["owner/tiny"].files["open_clip_config.json"] = b'{"model_cfg": 7}'
    assert "not a model configuration" in refuses(hub, models_dir)


def test_without_network_it_says_so(models_dir: Path) -> None:
    with HubServer() as hub:
        pass
    assert refuses(hub, models_dir) == (
        f"PhotoClip could not reach {hub.url[7:]}. Check the connection; "
        "what has been fetched is kept."
    )


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
    damaged.write_bytes(_wrong(damaged.read_bytes()))
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


def test_https_is_not_left_however_it_is_spelt(monkeypatch: pytest.MonkeyPatch) -> None:
    class Leading:
        status = 302

        def __init__(self, target: str) -> None:
            self.headers = {"Location": target}

        def close(self) -> None:
            pass

    monkeypatch.setattr(web, "_ask", lambda *_: Leading("http://hub.example/x"))
    with pytest.raises(PhotoClipError, match="not a safe place"):
        web.open_url("HTTPS://hub.example/x", timeout=1)
