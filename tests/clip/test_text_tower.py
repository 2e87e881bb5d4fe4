"""The text tower's precision and threads."""

from pathlib import Path
from typing import Any

import pytest
import torch

from photoclip.clip.devices import PROCESSOR
from photoclip.clip.loading import Towers, load_towers
from photoclip.clip.models import find_model
from photoclip.clip.text_tower import TextTower, prepare_text_tower


@pytest.fixture(params=["tiny_model_folder", "tiny_bert_folder"])
def towers(request: pytest.FixtureRequest) -> Towers:
    folder: Path = request.getfixturevalue(request.param)
    return load_towers(find_model(str(folder), None))


def _features(tower: TextTower, text: str = "a photo of a dog") -> torch.Tensor:
    tokens, lengths = tower.tokens([text])
    return tower.features(tokens[:, : lengths.max()])


def test_a_lower_precision_is_taken_where_it_keeps_the_embeddings(towers: Towers) -> None:
    full = prepare_text_tower(towers, PROCESSOR, "float32")
    half = prepare_text_tower(towers, PROCESSOR, "bfloat16")

    assert full.model is towers.model
    assert _features(half).dtype == torch.bfloat16
    assert half.model.visual is towers.model.visual
    assert _features(full).dtype == torch.float32
    assert torch.cosine_similarity(_features(full), _features(half).float()) > 0.999


def test_a_lower_precision_that_changes_the_embeddings_is_not_taken(
    towers: Towers, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = TextTower.features

    def broken(self: TextTower, tokens: Any) -> Any:
        features = real(self, tokens)
        return features * float("inf") if features.dtype == torch.bfloat16 else features

    monkeypatch.setattr(TextTower, "features", broken)

    assert prepare_text_tower(towers, PROCESSOR, "bfloat16").model is towers.model


def test_a_query_keeps_to_one_core(tiny_bert_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    towers = load_towers(find_model(str(tiny_bert_folder), None))
    seen: list[int] = []
    towers.model.text.register_forward_pre_hook(
        lambda *_: seen.append(torch.get_num_threads()) or None
    )
    tower = prepare_text_tower(towers, PROCESSOR, "float32")
    before = torch.get_num_threads()

    _features(tower)
    tower.features(tower.tokens(["a dog"] * 30)[0])

    assert seen == [1, before]
    assert torch.get_num_threads() == before
