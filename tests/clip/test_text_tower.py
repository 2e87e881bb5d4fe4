"""The text tower's precision and threads."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from photoclip.clip.devices import PROCESSOR
from photoclip.clip.loading import Towers, load_towers
from photoclip.clip.models import find_model
from photoclip.clip.packed_linear import PackedLinear
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

    assert _features(prepare_text_tower(towers, PROCESSOR, "bfloat16")).dtype == torch.float32


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_packed_weights_give_the_same_embeddings(towers: Towers, precision: str) -> None:
    plain = TextTower(towers.model, "cpu", towers.tokenize, towers.padding)
    wanted = [_features(plain), plain.features(plain.tokens(["a dog", "three cats"] * 40)[0])]

    packed = prepare_text_tower(towers, PROCESSOR, precision)
    given = [_features(packed), packed.features(packed.tokens(["a dog", "three cats"] * 40)[0])]

    assert any(isinstance(module, PackedLinear) for module in packed.model.modules())
    assert not any(isinstance(module, PackedLinear) for module in towers.model.modules())
    for one, other in zip(wanted, given, strict=True):
        assert torch.cosine_similarity(one, other.float()).min() > 0.999
        if precision == "float32":
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_where_weights_cannot_be_packed_the_tower_works_as_it_is(
    towers: Towers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("no oneDNN")

    monkeypatch.setattr("photoclip.clip.packed_linear.PackedLinear.__init__", refuse)

    assert _features(prepare_text_tower(towers, PROCESSOR, "bfloat16")).dtype == torch.bfloat16
    assert prepare_text_tower(towers, PROCESSOR, "float32").model is towers.model


@pytest.mark.parametrize("class_", ["CLIP", "CustomTextCLIP"])
@pytest.mark.parametrize("pooling", ["argmax", "eos"])
def test_what_comes_after_the_end_of_a_text_is_left_away(
    tiny_model_folder: Path, class_: str, pooling: str
) -> None:
    folder = find_model(str(tiny_model_folder), None)
    text = folder.config["text_cfg"] | {"pool_type": pooling, "eos_id": 49407}
    config = folder.config | {"text_cfg": text, "custom_text": class_ == "CustomTextCLIP"}
    towers = load_towers(replace(folder, config=config))
    tower = prepare_text_tower(towers, PROCESSOR, "float32")
    seen: list[torch.Size] = []
    ln_final = getattr(tower.model, "text", tower.model).ln_final
    ln_final.register_forward_pre_hook(lambda _, given: seen.append(given[0].shape))

    texts = ["", "dog", "a photo of two people on the beach at sunset", "word " * 100]
    tokens, lengths = tower.tokens(texts)

    assert type(towers.model).__name__ == class_
    assert lengths.tolist() == [2, 3, 12, 77]
    with torch.inference_mode():
        wanted = towers.model.encode_text(tokens)
    for some in ([0], [1], [0, 2], [0, 1, 2, 3], [2, 1]):
        given = tower.features(tokens[some, : lengths[some].max()])
        assert seen.pop()[1] == lengths[some].max()
        torch.testing.assert_close(given, wanted[some], rtol=0, atol=1e-5)


@pytest.mark.parametrize("change", [{"no_causal_mask": True}, {"pool_type": "last"}])
def test_a_tower_for_which_it_matters_sees_all(
    tiny_model_folder: Path, change: dict[str, Any]
) -> None:
    folder = find_model(str(tiny_model_folder), None)
    text = folder.config["text_cfg"] | change
    towers = load_towers(replace(folder, config=folder.config | {"text_cfg": text}))
    tower = prepare_text_tower(towers, PROCESSOR, "float32")

    tokens, lengths = tower.tokens(["dog"])

    assert lengths.tolist() == [77]
    with torch.inference_mode():
        torch.testing.assert_close(tower.features(tokens), towers.model.encode_text(tokens))


def test_a_query_keeps_to_one_core(tiny_bert_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    towers = load_towers(find_model(str(tiny_bert_folder), None))
    seen: list[int] = []
    tower = prepare_text_tower(towers, PROCESSOR, "float32")
    tower.model.text.register_forward_pre_hook(
        lambda *_: seen.append(torch.get_num_threads()) or None
    )
    before = torch.get_num_threads()

    _features(tower)
    tower.features(tower.tokens(["a dog"] * 30)[0])

    assert seen == [1, before]
    assert torch.get_num_threads() == before
