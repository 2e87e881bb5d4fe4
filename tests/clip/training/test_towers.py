"""Every pair of towers learns, keeps what is locked, and loads like any other model."""

import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file

from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.loading import load_towers
from photoclip.clip.models import find_model
from photoclip.clip.training.settings import Stage, pretrained_stages, scratch_stages
from photoclip.clip.training.towers import ModelTowers, NewTowers, PretrainedTowers, build
from photoclip.errors import PhotoClipError
from tests.clip.training.tiny_training import (
    ARCHITECTURE,
    pretrained_towers,
    run,
    scratch_settings,
    weights,
)

RESNET = {"image_size": 32, "layers": [1, 1, 1, 1], "width": 8, "head_width": 8}
TIMM = {"timm_model_name": "test_vit", "timm_pool": "", "timm_proj": "linear", "image_size": 160}


@pytest.fixture
def scratch(tmp_path):
    return scratch_settings(tmp_path / "new")


@pytest.fixture(scope="module")
def two_towers(tmp_path_factory):
    return pretrained_towers(tmp_path_factory.mktemp("towers"))


def embeddings(settings):
    """A few texts through the finished model, as the app loads it."""
    encoder = OpenClipEncoder(find_model(str(settings.output), None), device="cpu")
    return encoder.encode_texts(["a red disc", "a blue cross in a picture of a frame"]), encoder


@pytest.mark.parametrize("vision", [RESNET, TIMM])
def test_any_image_tower_learns_with_either_text_tower(scratch, two_towers, vision, tmp_path):
    text_cfg = {
        "hf_model_name": str(two_towers.text_folder),
        "hf_pooler_type": "mean_pooler",
        "hf_proj_type": "linear",
        "context_length": 12,
    }
    for number, text in enumerate((ARCHITECTURE["text_cfg"], text_cfg)):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps({"embed_dim": 32, "vision_cfg": vision, "text_cfg": text}))
        settings = replace(scratch, towers=NewTowers(str(path)))
        _, record = run(settings)
        assert record["settings"]["towers"] == {"architecture": path.name}
        found, _ = embeddings(settings)
        assert found.shape == (2, 32)
        assert (
            str(two_towers.text_folder)
            not in (settings.output / "open_clip_config.json").read_text()
        )


@pytest.mark.parametrize("side", ["image", "text"])
def test_a_locked_tower_of_a_model_stays_as_it_is(scratch, tmp_path, side):
    run(scratch)
    before = weights(scratch)
    stages = scratch_stages(1, 8, 1e-3, lock_image=side == "image", lock_text=side == "text")
    model = find_model(str(scratch.output), None)
    tuned = replace(
        scratch, towers=ModelTowers(model), stages=stages, output=tmp_path / "tuned", holdout=4
    )
    _, record = run(tuned)
    assert record["settings"]["towers"] == {"model": model.id}
    after = weights(tuned)
    same = {name for name, value in before.items() if torch.equal(value, after[name])}
    image = {name for name in before if name.startswith("visual.")}
    text = before.keys() - image - {"logit_scale"}
    locked, learned = (image, text) if side == "image" else (text, image)
    assert locked <= same
    assert not {name for name in learned if name.endswith("weight")} <= same


def test_a_model_with_a_hugging_face_tower_is_tuned(tiny_bert_folder, scratch, tmp_path):
    model = find_model(str(tiny_bert_folder), None)
    settings = replace(scratch, towers=ModelTowers(model), output=tmp_path / "tuned")
    run(settings)
    old = OpenClipEncoder(model, device="cpu").encode_texts(["a red car"])
    new = OpenClipEncoder(find_model(str(settings.output), None), device="cpu")
    assert new.preprocessing == model.preprocessing
    assert (new.encode_texts(["a red car"]) != old).any()


def test_nothing_learns_with_both_towers_locked(scratch):
    stages = scratch_stages(1, 8, 1e-3, lock_image=True, lock_text=True)
    with pytest.raises(PhotoClipError, match="nothing can learn"):
        run(replace(scratch, stages=stages))


def test_a_new_text_tower_learns_beside_a_locked_image_tower(scratch, two_towers):
    stages = (Stage("training", 1, 8, 1e-3, text_rate=1e-3),)
    towers = replace(two_towers, new_text=True, embed_dim=32)
    settings = replace(scratch, towers=towers, stages=stages, views=2)
    before = build_seeded(towers, settings.seed)
    run(settings)
    after = weights(settings)
    image = load_file(two_towers.image_weights)["conv_stem.weight"].half()
    assert torch.equal(after["visual.trunk.conv_stem.weight"], image)
    words = "text.transformer.embeddings.word_embeddings.weight"
    assert not torch.equal(after[words], before[words].half())
    assert not torch.equal(
        before[words], load_file(two_towers.text_folder / "model.safetensors")[words[17:]]
    )
    embeddings(settings)


def test_a_new_image_tower_learns_beside_a_locked_text_tower(scratch, two_towers):
    stages = (Stage("training", 1, 8, 1e-3, image_rate=1e-3),)
    towers = replace(two_towers, image_weights=None, embed_dim=32)
    settings = replace(scratch, towers=towers, stages=stages)
    before = build_seeded(towers, settings.seed)
    run(settings)
    after = weights(settings)
    stem = "visual.trunk.conv_stem.weight"
    assert not torch.equal(after[stem], before[stem].half())
    layer = "encoder.layer.0.output.dense.weight"
    text = load_file(two_towers.text_folder / "model.safetensors")
    assert torch.equal(after[f"text.transformer.{layer}"], text[layer].half())


def test_open_clips_text_tower_joins_a_pretrained_image_tower(two_towers):
    towers = build(PretrainedTowers("test_efficientnet", two_towers.image_weights, None, 32, 8))
    assert towers.tokens(["a red disc"]).shape == (1, 8)
    assert towers.model_cfg["custom_text"] is True
    assert isinstance(towers.text_head, torch.nn.Identity)


def test_what_no_epoch_needs_is_not_computed(scratch, two_towers):
    stages = pretrained_stages(0, 1, 8, 1e-3, lock_image=False)
    reports, _ = run(replace(scratch, towers=replace(two_towers, embed_dim=32), stages=stages))
    phases = {report.phase for report in reports}
    assert phases == {"checking photos", "fine-tuning", "writing"}


def build_seeded(towers, seed):
    torch.manual_seed(seed)
    return build(towers).model.state_dict()


def test_the_sigmoid_loss_writes_a_sigmoid_model(scratch, tmp_path):
    settings = replace(scratch, loss="sigmoid", stages=scratch_stages(2, 16, 1e-3))
    _, record = run(settings)
    assert record["settings"]["loss"] == "sigmoid"
    _, encoder = embeddings(settings)
    assert encoder.logit_bias == pytest.approx(-10, abs=0.1)
    assert encoder.logit_bias != -10
    assert encoder.logit_scale == pytest.approx(10, rel=0.05)

    # Tuned further it stays one, unless told otherwise.
    model = ModelTowers(find_model(str(settings.output), None))
    tuned = replace(settings, towers=model, loss=None, output=tmp_path / "tuned")
    _, record = run(tuned)
    assert record["settings"]["loss"] == "sigmoid"
    run(replace(tuned, loss="contrastive"))
    assert embeddings(tuned)[1].logit_bias == 0.0


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_half_precisions_learn_too(scratch, precision):
    settings = replace(scratch, precision=precision, stages=scratch_stages(2, 16, 1e-3))
    _, record = run(settings)
    assert record["settings"]["precision"] == precision
    full = replace(settings, precision="float32", output=settings.output.with_name("full"))
    run(full)
    half = weights(settings)
    assert any(not torch.equal(value, half[name]) for name, value in weights(full).items())


def test_a_device_that_is_not_there_is_told_in_a_sentence(scratch):
    absent = "mps" if not torch.backends.mps.is_available() else "cuda"
    with pytest.raises(PhotoClipError, match=f"has no {absent} device"):
        run(replace(scratch, device=absent))


def test_a_folder_that_is_none_is_told_in_a_sentence(scratch, tmp_path):
    text = {"hf_model_name": "roberta-base", "hf_pooler_type": "mean_pooler"}
    path = tmp_path / "roberta.json"
    path.write_text(
        json.dumps({"embed_dim": 32, "vision_cfg": ARCHITECTURE["vision_cfg"], "text_cfg": text})
    )
    with pytest.raises(PhotoClipError, match="needs roberta-base to be a folder"):
        run(replace(scratch, towers=NewTowers(str(path))))


def test_an_architecture_that_cannot_be_built_is_told_in_a_sentence(scratch, tmp_path):
    path = tmp_path / "odd.json"
    vision = {**ARCHITECTURE["vision_cfg"], "colour": "blue"}
    path.write_text(json.dumps({**ARCHITECTURE, "vision_cfg": vision}))
    with pytest.raises(PhotoClipError, match=r"open_clip cannot build the architecture .*odd.json"):
        run(replace(scratch, towers=NewTowers(str(path))))


def test_texts_are_trained_on_as_the_written_model_reads_them(scratch, two_towers, tmp_path):
    text_cfg = {
        "hf_model_name": str(two_towers.text_folder),
        "hf_pooler_type": "mean_pooler",
        "hf_proj_type": "linear",
        "context_length": 12,
        "tokenizer_kwargs": {"clean": "canonicalize"},
    }
    path = tmp_path / "canonical.json"
    vision = ARCHITECTURE["vision_cfg"]
    path.write_text(json.dumps({"embed_dim": 32, "vision_cfg": vision, "text_cfg": text_cfg}))
    settings = replace(scratch, towers=NewTowers(str(path)))
    run(settings)
    texts = ["a_red, disc", "A picture of a cross."]
    written = load_towers(find_model(str(settings.output), None)).tokenize(texts)
    assert torch.equal(build(settings.towers).tokens(texts), written)


def test_what_is_written_about_a_model_stays_with_its_towers_only(scratch):
    run(scratch)
    (scratch.output / "README.md").write_text("A card.")
    (scratch.output / "photoclip.json").write_text('{"licence": "MIT", "languages": ["fr"]}')
    run(replace(scratch, seed=1))
    assert (scratch.output / "README.md").read_text() == "A card."

    base = find_model(str(scratch.output), None)
    tuned = replace(scratch, towers=ModelTowers(base), output=scratch.output.with_name("tuned"))
    run(tuned)
    (tuned.output / "README.md").write_text("Another card.")
    written = find_model(str(tuned.output), None)
    assert (written.licence, written.languages) == ("MIT", ("fr",))
    run(replace(scratch, output=tuned.output))
    assert not (tuned.output / "README.md").exists()


def test_without_an_epoch_there_is_nothing_to_train(scratch):
    with pytest.raises(PhotoClipError, match="Train for at least one"):
        run(replace(scratch, stages=scratch_stages(0, 8, 1e-3)))
