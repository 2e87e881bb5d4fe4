"""What the hub says of a repository, and which of its files make up a model."""

import hashlib
import json
from collections.abc import Iterator

import pytest

from photoclip.clip.catalogue import find_offer
from photoclip.clip.hub import HUGGING_FACE, Hub, hub_endpoint
from photoclip.clip.model_files import model_files
from photoclip.errors import PhotoClipError
from tests.hub_server import Answer, HubServer, Repository, git_sha1

LARGE = bytes(range(256)) * 8
SMALL = b"{}"


@pytest.fixture
def server() -> Iterator[HubServer]:
    with HubServer() as server:
        yield server


@pytest.fixture
def hub(server: HubServer) -> Hub:
    return Hub(server.url, timeout=20)


@pytest.mark.parametrize("lists_blobs", [True, False])
@pytest.mark.parametrize("elsewhere", [None, "", "http://127.0.0.1:1"])
def test_size_and_checksum_of_large_and_small_files(
    server: HubServer, hub: Hub, lists_blobs: bool, elsewhere: str | None
) -> None:
    server.lists_blobs = lists_blobs
    server.elsewhere = elsewhere
    repository = Repository({"large.bin": LARGE, "small file.json": SMALL})
    server.repositories["a/b"] = repository

    there = hub.repository("a/b")
    large, small = hub.file(there, "large.bin"), hub.file(there, "small file.json")

    assert there.commit == repository.commit
    assert (large.size, large.digest) == (len(LARGE), hashlib.sha256(LARGE).hexdigest())
    assert (small.size, small.digest) == (len(SMALL), git_sha1(SMALL))
    assert large.url == f"{server.url}/a/b/resolve/{repository.commit}/large.bin"
    for file, body in ((large, LARGE), (small, SMALL)):
        checksum = file.checksum()
        checksum.update(body)
        assert checksum.hexdigest() == file.digest


def test_a_repository_that_has_moved(server: HubServer, hub: Hub) -> None:
    server.repositories["new/name"] = Repository({"small.json": SMALL})
    moved = "/api/models/new/name/revision/main"
    server.faults["main"].append(lambda answer: answer.status(307, {"Location": moved}))

    assert "small.json" in hub.repository("old/name").files


def test_an_endless_listing_is_not_read(server: HubServer, hub: Hub) -> None:
    def endless(answer: Answer) -> None:
        answer.handler.send_response(200)
        answer.handler.end_headers()
        while True:
            answer.handler.wfile.write(bytes(1 << 20))

    server.faults["main"].append(endless)
    with pytest.raises(PhotoClipError, match="does not answer as a model hub does"):
        hub.repository("a/b")


def test_the_endpoint_given_counts_before_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    assert hub_endpoint() == hub_endpoint("") == HUGGING_FACE
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example/")
    assert hub_endpoint() == "https://mirror.example"
    assert hub_endpoint("http://10.0.0.1:8080/hub/") == "http://10.0.0.1:8080/hub"


@pytest.mark.parametrize(
    "address",
    [
        "ftp://mirror",
        "file:///etc",
        "mirror.example",
        "https://",
        "https://a b",
        "https://[",
        "x:1",
    ],
)
def test_an_address_off_the_web_is_refused(address: str) -> None:
    with pytest.raises(PhotoClipError, match="not an address to fetch models from"):
        hub_endpoint(address)


@pytest.mark.parametrize("address", ["http://a..b", "http://镜像/路径"])
def test_an_address_that_no_request_can_be_made_of(address: str) -> None:
    with pytest.raises(PhotoClipError, match="does not answer as a model hub does"):
        Hub(address, timeout=20).repository("a/b")


def test_a_mirror_below_a_path(server: HubServer) -> None:
    server.repositories["a/b"] = Repository({"small.json": SMALL})
    with pytest.raises(PhotoClipError, match="does not have this model"):
        Hub(f"{server.url}/mirror", timeout=20).repository("a/b")
    assert server.asked[-1].path == "/mirror/api/models/a/b/revision/main"


def _names(hub: Hub, offer_name: str) -> list[str]:
    return sorted(file.name for file in model_files(find_offer(offer_name), hub).files)


def test_safetensors_are_preferred_and_needless_files_left_out(server: HubServer, hub: Hub) -> None:
    names = [
        ".gitattributes", "README.md", "config.json", "merges.txt", "open_clip_config.json",
        "open_clip_model.safetensors", "open_clip_pytorch_model.bin", "pytorch_model.bin",
        "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.json",
    ]  # fmt: skip
    repository = Repository(dict.fromkeys(names, SMALL))
    server.repositories[find_offer("openai-vit-b-32").repository] = repository
    tokenizer = [
        "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.json",
    ]  # fmt: skip

    assert _names(hub, "openai-vit-b-32") == [
        "merges.txt", "open_clip_config.json", "open_clip_model.safetensors", *tokenizer,
    ]  # fmt: skip
    del repository.files["open_clip_model.safetensors"]
    assert "open_clip_pytorch_model.bin" in _names(hub, "openai-vit-b-32")


def test_a_transformers_repository(server: HubServer, hub: Hub) -> None:
    offer = find_offer("openai-clip-vit-base-patch32")
    names = [
        "README.md", "config.json", "flax_model.msgpack", "merges.txt", "model.safetensors",
        "preprocessor_config.json", "pytorch_model.bin", "tf_model.h5", "tokenizer.json",
    ]  # fmt: skip
    repository = Repository(dict.fromkeys(names, SMALL))
    server.repositories[offer.repository] = repository

    assert _names(hub, offer.name) == [
        "config.json", "merges.txt", "model.safetensors", "preprocessor_config.json",
        "tokenizer.json",
    ]  # fmt: skip
    assert set(model_files(offer, hub).written) == {"photoclip.json"}
    del repository.files["config.json"]
    with pytest.raises(PhotoClipError, match="does not hold a model"):
        model_files(offer, hub)


def test_a_repository_with_nothing_but_weights_and_tokenizer(server: HubServer, hub: Hub) -> None:
    offer = find_offer("xlm-roberta-vit-b-32")
    server.repositories[offer.repository] = Repository(
        {"open_clip_pytorch_model.bin": LARGE, "tokenizer.json": SMALL, "README.md": SMALL}
    )
    server.repositories[offer.text_tower] = Repository(
        {"config.json": b"[]", "tokenizer.json": b"[]", "model.safetensors": b"[]"}
    )

    wanted = model_files(offer, hub)

    assert {file.name: file.digest for file in wanted.files} == {
        "config.json": git_sha1(b"[]"),
        "tokenizer.json": git_sha1(SMALL),
        "open_clip_pytorch_model.bin": hashlib.sha256(LARGE).hexdigest(),
    }
    assert wanted.files[-1].name == "open_clip_pytorch_model.bin"
    assert wanted.size == len(LARGE) + 4
    text_cfg = json.loads(wanted.written["open_clip_config.json"])["model_cfg"]["text_cfg"]
    assert text_cfg["hf_model_name"] == "xlm-roberta-base"
