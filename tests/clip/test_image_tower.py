"""How a precision is chosen: only one that runs and keeps the embeddings."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photoclip.clip import image_tower
from photoclip.clip.devices import PROCESSOR, Device
from photoclip.clip.image_tower import ImageTower, prepare_image_tower, probe_pictures
from photoclip.clip.loading import load_towers
from photoclip.clip.models import find_model

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
