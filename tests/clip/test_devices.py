"""Which devices are taken, what they are called, and the words for what runs where."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from photoclip.clip import devices
from photoclip.clip import encoder as encoder_module
from photoclip.clip.devices import (
    PROCESSOR,
    Device,
    batch_that_fits,
    largest_batch,
    usable_devices,
    works,
)
from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.models import find_model
from photoclip.clip.native import on_threads
from photoclip.clip.precision import remembered_precision
from photoclip.core.embedding import embed
from photoclip.errors import PhotoClipError

# Stands for a graphics card, and computes on the processor.
_CARD = Device("cuda", "NVIDIA GeForce RTX 3060", "cpu")
_TEXTS = ["a photo of a dog", "", "the red car on the beach", "a cat in snow", "a"]


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Device:
    monkeypatch.setattr(encoder_module, "usable_devices", lambda wanted: (_CARD, PROCESSOR))
    return _CARD


def _encoder(folder: Path, **options: Any) -> OpenClipEncoder:
    return OpenClipEncoder(find_model(str(folder), None), **{"precision": "float32"} | options)


def _pixels(encoder: OpenClipEncoder, pictures: list[Image.Image]) -> NDArray[np.uint8]:
    return np.stack([encoder.preprocessing.pixels(picture) for picture in pictures * 3])


def _fail_after(calls: int, error: Exception) -> Any:
    """A hook that lets a module run so many times."""
    seen: list[int] = []

    def hook(_: Any, inputs: tuple[torch.Tensor, ...]) -> None:
        seen.append(len(inputs[0]))
        if len(seen) > calls:
            raise error

    return hook


def test_a_computer_without_graphics_card_runs_on_its_processor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)

    for wanted in ("auto", "cuda", "mps", "cpu"):
        assert usable_devices(wanted) == (PROCESSOR,)


def test_the_best_device_that_works_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "GeForce GTX 1080")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "get_name", lambda: "Apple M2", raising=False)
    working = {"cuda", "mps", "cpu"}
    monkeypatch.setattr(devices, "works", lambda device: device.kind in working)

    def kinds(wanted: str) -> list[str]:
        return [device.kind for device in usable_devices(wanted)]

    assert kinds("auto") == ["cuda", "mps", "cpu"]
    assert kinds("mps") == ["mps", "cpu"]
    assert [device.name for device in usable_devices()] == [
        "NVIDIA GeForce GTX 1080",
        "Apple M2 graphics",
        "Processor",
    ]
    working.remove("cuda")
    assert kinds("auto") == ["mps", "cpu"]
    assert kinds("cuda") == ["cpu"]
    monkeypatch.setattr(torch.version, "hip", "6.2")
    working.add("cuda")
    assert usable_devices()[0].name == "AMD GeForce GTX 1080"


def test_a_driver_that_fails_is_no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> str:
        raise RuntimeError("CUDA driver error: unknown error")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", fail)

    assert usable_devices("cuda") == (PROCESSOR,)


@pytest.mark.parametrize(
    "error",
    [
        torch.AcceleratorError("CUDA error: no kernel image is available for execution"),
        AssertionError("Torch not compiled with CUDA enabled"),
        NotImplementedError("The operator 'aten::x' is not implemented for the MPS device"),
    ],
)
def test_a_device_has_to_compute_to_count(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    assert works(PROCESSOR)

    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(torch.nn.functional, "conv2d", fail)
    assert not works(PROCESSOR)
    monkeypatch.setattr(torch.nn.functional, "conv2d", lambda *_, **__: torch.zeros(1, 1, 2, 2))
    assert not works(PROCESSOR)


def test_batches_follow_the_free_memory() -> None:
    gigabyte, megabyte = 1e9, 1e6

    assert largest_batch(8 * gigabyte, 20 * megabyte) == 64
    assert largest_batch(80 * gigabyte, 20 * megabyte) == 256
    assert largest_batch(0.1 * gigabyte, 200 * megabyte) == 1
    assert largest_batch(gigabyte, 0) == 256
    assert batch_that_fits(PROCESSOR, lambda: pytest.fail("not measured"), 2, 8) == 8


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_one_thread_is_for_the_caller_alone(two_threads: None) -> None:
    elsewhere: list[int] = []

    def look() -> None:
        elsewhere.append(torch.get_num_threads())

    def look_elsewhere() -> None:
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    look_elsewhere()
    with on_threads(1):
        assert torch.get_num_threads() == 1
        look_elsewhere()
    assert torch.get_num_threads() == 2
    assert elsewhere == [2, 2]


@pytest.mark.parametrize("words", ["1 thread", "2 threads"])
def test_what_runs_where_is_said_in_words(
    tiny_model_folder: Path, two_threads: None, words: str
) -> None:
    torch.set_num_threads(int(words[0]))
    encoder = _encoder(tiny_model_folder, device="cpu")
    assert encoder.running_on == ""

    encoder.load()

    assert encoder.running_on == f"Processor, {words}, float32"


def test_a_card_is_used_with_its_own_batches_and_precision(
    tiny_model_folder: Path, card: Device, pictures: list[Image.Image], tmp_path: Path
) -> None:
    from photoclip.clip.precision import measurement_key

    encoder = _encoder(tiny_model_folder, precision=None, cache_dir=tmp_path)
    assert (encoder.device, encoder.batch_size) == ("cuda", 64)

    encoder.load()

    assert encoder.precision in ("float32", "float16", "bfloat16")
    assert encoder.running_on == f"NVIDIA GeForce RTX 3060, {encoder.precision}"
    key = measurement_key(encoder.id, card)
    assert remembered_precision(tmp_path, key) == encoder.precision


def test_a_card_without_memory_hands_both_towers_to_the_processor(
    tiny_model_folder: Path, card: Device, pictures: list[Image.Image]
) -> None:
    encoder = _encoder(tiny_model_folder)
    pixels = _pixels(encoder, pictures)
    expected = _encoder(tiny_model_folder, device="cpu").encode_images(pixels)
    error = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
    encoder._use().images.model.visual.register_forward_pre_hook(_fail_after(0, error))

    np.testing.assert_allclose(encoder.encode_images(pixels), expected, atol=1e-5)

    assert (encoder.device, encoder.batch_size) == ("cpu", 8)
    assert encoder.running_on.startswith("Processor, ")
    assert encoder.running_on.endswith(", float32 (the graphics card ran out of memory)")
    assert encoder._use().texts.model is encoder._use().images.model


def test_a_card_lost_in_the_middle_costs_no_picture(
    tiny_bert_folder: Path, card: Device, pictures: list[Image.Image]
) -> None:
    encoder = _encoder(tiny_bert_folder, batch_size=5)
    pixels = _pixels(encoder, pictures)
    expected = _encoder(tiny_bert_folder, device="cpu").encode_images(pixels)
    error = torch.AcceleratorError("CUDA error: unspecified launch failure")
    encoder._use().images.model.visual.register_forward_pre_hook(_fail_after(1, error))

    np.testing.assert_allclose(encoder.encode_images(pixels), expected, atol=1e-5)

    assert encoder.device == "cpu"
    assert encoder.running_on.endswith("(the graphics card failed)")


def test_a_card_lost_while_reading_texts_costs_no_text(
    tiny_bert_folder: Path, card: Device
) -> None:
    encoder = _encoder(tiny_bert_folder)
    expected = encoder.encode_texts(_TEXTS)
    encoder._use().texts.model.text.register_forward_pre_hook(
        _fail_after(0, RuntimeError("MPS: command buffer exited with error status"))
    )

    np.testing.assert_allclose(encoder.encode_texts(_TEXTS), expected, atol=1e-5)

    assert encoder.device == "cpu"


def test_numbers_that_only_the_card_gets_wrong_are_computed_again(
    tiny_model_folder: Path, card: Device, pictures: list[Image.Image]
) -> None:
    encoder = _encoder(tiny_model_folder)
    pixels = _pixels(encoder, pictures)
    expected = encoder.encode_images(pixels)
    encoder._use().images.model.visual.proj.data.fill_(float("nan"))

    np.testing.assert_allclose(encoder.encode_images(pixels), expected, atol=1e-5)

    assert encoder.device == "cpu"


@pytest.fixture
def overflowing_folder(tiny_model_folder: Path, tmp_path: Path) -> Path:
    """A model of which white, and nothing darker, overflows float16 in the first layer."""
    from safetensors.torch import load_file, save_file

    folder = Path(shutil.copytree(tiny_model_folder, tmp_path / "overflowing"))
    weights = load_file(folder / "open_clip_model.safetensors")
    weights["visual.conv1.weight"][0] = 200.0
    save_file(weights, folder / "open_clip_model.safetensors")
    return folder


def test_a_picture_that_overflows_float16_is_embedded_in_float32_on_the_card(
    overflowing_folder: Path, card: Device, pictures: list[Image.Image]
) -> None:
    encoder = _encoder(overflowing_folder, precision="float16")
    white = Image.new("RGB", (64, 64), "white")
    pixels = _pixels(encoder, [*pictures, white])
    half = encoder._use().images.features(pixels).isfinite().all(dim=1)
    assert half.tolist() == [True, True, True, True, False] * 3

    embeddings = encoder.encode_images(pixels)

    expected = _encoder(overflowing_folder, device="cpu").encode_images(pixels)
    assert (embeddings * expected).sum(axis=1).min() > 0.999
    assert (encoder.device, encoder.precision) == ("cuda", "float16")


@pytest.mark.parametrize("precision", ["float16", "float32"])
def test_a_picture_that_no_precision_embeds_fails_alone(
    tiny_model_folder: Path, card: Device, pictures: list[Image.Image], precision: str
) -> None:
    def lose_white(_: Any, inputs: tuple[torch.Tensor], output: torch.Tensor) -> torch.Tensor:
        [batch] = inputs
        white = (batch[:, 0] == batch[:, 0].max()).flatten(1).all(dim=1)
        return torch.where(white[:, None], torch.nan, output)

    encoder = _encoder(tiny_model_folder, precision=precision)
    encoder._use().images.model.visual.register_forward_hook(lose_white)
    pixels = _pixels(encoder, [*pictures, Image.new("RGB", (64, 64), "white")])

    with pytest.raises(PhotoClipError, match="can make nothing of one of the pictures"):
        encoder.encode_images(pixels)
    taken, embeddings = embed(list(pixels), encoder)

    assert taken.tolist() == [True, True, True, True, False] * 3
    assert np.isfinite(embeddings).all()
    assert encoder.device == "cuda"


def test_a_card_that_stopped_working_before_the_load_is_passed_over(
    tiny_model_folder: Path, card: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder_module, "works", lambda device: False)
    encoder = _encoder(tiny_model_folder)

    encoder.load()

    assert encoder.device == "cpu"
    assert "the graphics card failed" in encoder.running_on
