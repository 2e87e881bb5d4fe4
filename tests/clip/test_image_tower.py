"""How a precision is chosen: only one that runs and keeps the embeddings."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from photoclip.clip import image_tower
from photoclip.clip.devices import PROCESSOR, Device
from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.image_tower import ImageTower, prepare_image_tower, probe_pictures
from photoclip.clip.loading import load_towers
from photoclip.clip.models import find_model
from photoclip.clip.packed_vision import FirstTokenBlock, pack_vision

_CARD = Device("cuda", "NVIDIA GeForce RTX 3060", "cpu")


@pytest.fixture
def rates(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """The speeds that will be measured; each candidate is run once."""
    wanted = {"float32": 10.0, "float16": 30.0, "bfloat16": 20.0}

    def measured(candidates: Any, pictures: int) -> dict[str, float]:
        for encode in candidates.values():
            assert len(encode()) == pictures
        return {name: wanted[name] for name in candidates}

    monkeypatch.setattr(image_tower, "rates_in_turns", measured)
    return wanted


def _prepared(folder: Path, device: Device) -> ImageTower:
    model = find_model(str(folder), None)
    towers = load_towers(model)
    return prepare_image_tower(towers.model, model.preprocessing, device, None, model.id, None)


def test_the_fastest_is_taken(tiny_model_folder: Path, rates: dict[str, float]) -> None:
    assert _prepared(tiny_model_folder, _CARD).precision == "float16"
    rates["bfloat16"] = 100.0
    assert _prepared(tiny_model_folder, _CARD).precision == "bfloat16"


def test_a_precision_that_changes_the_embeddings_is_not_taken(
    tiny_model_folder: Path, rates: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ImageTower.features

    def broken(self: ImageTower, pixels: Any) -> Any:
        given = real(self, pixels)
        return given * float("nan") if self.precision == "float16" else given

    monkeypatch.setattr(ImageTower, "features", broken)

    assert _prepared(tiny_model_folder, _CARD).precision == "bfloat16"


@pytest.mark.parametrize(
    "error", [TypeError("BFloat16 is not supported on MPS"), RuntimeError("not for 'Half'")]
)
def test_a_precision_that_cannot_run_is_not_taken(
    tiny_model_folder: Path,
    rates: dict[str, float],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    real = ImageTower.features

    def broken(self: ImageTower, pixels: Any) -> Any:
        if self.precision != "float32":
            raise error
        return real(self, pixels)

    monkeypatch.setattr(ImageTower, "features", broken)

    assert _prepared(tiny_model_folder, _CARD).precision == "float32"


def test_a_small_card_is_measured_with_few_pictures(
    tiny_model_folder: Path, rates: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ImageTower.features
    seen: list[int] = []

    def small(self: ImageTower, pixels: Any) -> Any:
        seen.append(len(pixels))
        if len(pixels) > 4:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return real(self, pixels)

    monkeypatch.setattr(ImageTower, "features", small)

    assert _prepared(tiny_model_folder, _CARD).precision == "float16"
    assert seen[:2] == [16, 2]


def test_a_processor_without_units_for_bfloat16_is_not_made_to_emulate_it(
    tiny_model_folder: Path, rates: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_tower, "_multiplies_bfloat16", lambda: False)
    assert _prepared(tiny_model_folder, PROCESSOR).precision == "float32"
    monkeypatch.setattr(image_tower, "_multiplies_bfloat16", lambda: True)
    assert _prepared(tiny_model_folder, PROCESSOR).precision == "bfloat16"


def test_the_probe_looks_like_photos() -> None:
    pictures = probe_pictures(64, 3)

    assert pictures.shape == (3, 64, 64, 3)
    assert pictures.dtype == np.uint8
    # Neighbouring pixels are alike, unlike in plain noise.
    differences = np.abs(np.diff(pictures.astype(int), axis=1)).mean()
    assert differences < 0.8 * pictures.std()  # there it is 1.13
    np.testing.assert_array_equal(pictures[:1], probe_pictures(64, 1))


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("pool", ["tok", "avg"])
def test_a_transformer_on_the_processor_is_packed_and_embeds_the_same(
    tiny_model_folder: Path, precision: str, pool: str
) -> None:
    model = find_model(str(tiny_model_folder), None)
    plain, visual = (load_towers(model).model.visual for _ in range(2))
    plain.pool_type = visual.pool_type = pool
    pixels = torch.rand(5, 3, 32, 32)

    with torch.inference_mode():
        wanted = plain(pixels)
        visual.to(getattr(torch, precision))
        pack_vision(visual)
        given = visual(pixels.to(getattr(torch, precision))).float()

    assert not any(type(part) in (nn.Linear, nn.Conv2d) for part in visual.modules())
    assert isinstance(visual.transformer.resblocks[-1], FirstTokenBlock) == (pool == "tok")
    assert torch.nn.functional.cosine_similarity(wanted, given).min() > 0.9995


def test_a_tower_that_cannot_be_packed_works_as_it_is(
    tiny_model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = probe_pictures(32, 3)
    wanted = OpenClipEncoder(find_model(str(tiny_model_folder), None), device="cpu")
    expected = wanted.encode_images(pixels)

    def refuse(*_: Any, **__: Any) -> None:
        raise RuntimeError("mkldnn_reorder_linear_weight: not supported")

    monkeypatch.setattr("photoclip.clip.packed_linear.PackedLinear.__init__", refuse)
    encoder = OpenClipEncoder(find_model(str(tiny_model_folder), None), device="cpu")

    assert (encoder.encode_images(pixels) * expected).sum(axis=1).min() > 0.999
