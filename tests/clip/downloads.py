"""A tiny model on offer, how it is downloaded from a hub of the test's own, and what came of it."""

import json
import re
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import pytest

from photoclip.clip.catalogue import Offer
from photoclip.clip.download import download_model
from photoclip.clip.fetch import Patience
from photoclip.clip.models import Model, available_models
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, StopFlag
from tests.hub_server import HubServer

T = TypeVar("T")

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


def spoilt(body: bytes) -> bytes:
    """As many bytes, one of them another."""
    return body[:-1] + bytes([body[-1] ^ 1])
