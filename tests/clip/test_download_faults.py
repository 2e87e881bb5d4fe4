"""Hubs that break off, stall, lie or refuse: the right model or a plain sentence all the same."""

import gzip
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from photoclip.clip import web
from photoclip.clip.download import fetched_bytes
from photoclip.clip.fetch import Patience
from photoclip.errors import PhotoClipError
from tests.clip.downloads import WEIGHTS, get, is_whole, refuses, spoilt
from tests.hub_server import Answer, HubServer


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


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda answer, body: answer.file(spoilt(body)), id="wrong bytes"),
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
    hub.faults[name].append(lambda answer: answer.file(spoilt(body)))

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
