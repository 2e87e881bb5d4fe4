"""Training: tiny towers learn, obey lists and seed, and say what is wrong in a sentence."""

import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image
from safetensors.torch import load_file

from photoclip.clip.evaluate import text_to_image
from photoclip.clip.losses import logit_scale
from photoclip.clip.pairs import list_digest
from photoclip.clip.training.batches import TrainingSet, epoch_batches
from photoclip.clip.training.classifier_seed import ClassifierLoss, seed_heads
from photoclip.clip.training.efficientnet_lite import timm_lite_state
from photoclip.clip.training.imagenet_texts import imagenet_texts
from photoclip.clip.training.loop import train
from photoclip.clip.training.optimizer import Groups, rate_factor
from photoclip.clip.training.settings import Stage, pretrained_stages, scratch_stages
from photoclip.clip.training.towers import NewTowers, build
from photoclip.clip.training.views import open_photo, plain_view, random_view
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag
from tests.clip.training.tiny_training import (
    COLOURS,
    SHAPES,
    pretrained_towers,
    run,
    scratch_settings,
    weights,
)


@pytest.fixture(autouse=True)
def one_thread():
    """Towers this small only wait for each other's threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def scratch(tmp_path):
    """Settings that train tiny towers from scratch for one epoch."""
    return scratch_settings(tmp_path)


@pytest.fixture(scope="module")
def two_towers(tmp_path_factory):
    return pretrained_towers(tmp_path_factory.mktemp("towers"))


@pytest.fixture
def joined(scratch, two_towers):
    """Settings that join two small pretrained towers, with one step in each stage."""
    stages = (
        Stage("warm-up", 1, 16, 1e-3, class_texts=20),
        Stage("fine-tuning", 1, 16, 1e-3, text_rate=1e-3, class_texts=20),
    )
    return replace(scratch, towers=two_towers, stages=stages, views=3)


def test_towers_from_scratch_learn_to_tell_photos_apart(scratch):
    settings = replace(scratch, stages=scratch_stages(110, 16, 1e-3))
    reports, record = run(settings)
    assert {report.phase for report in reports} == {"checking photos", "training", "writing"}

    towers = build(settings.towers)
    state = {name: value.float() for name, value in weights(settings).items()}
    towers.model.load_state_dict(state)
    towers.model.eval()
    names = sorted(path.name for path in settings.images.iterdir())
    size = towers.image_size
    pixels = np.stack([plain_view(open_photo(settings.images / n, size), size) for n in names])
    texts = [f"a {name[:-4].replace('-', ' ')}" for name in names]
    with torch.inference_mode():
        images = towers.model.encode_image(
            towers.normalised(torch.from_numpy(pixels)), normalize=True
        ).numpy()
        captions = towers.model.encode_text(towers.tokens(texts), normalize=True).numpy()
    assert text_to_image(images, captions, np.arange(len(names))).at_1 >= 0.8
    assert record["photos"] == 16
    assert record["captions"] == 32
    assert 1 <= record["logit_scale"] <= 100


def test_the_same_seed_gives_the_same_weights(scratch):
    first, again, other = (
        replace(scratch, output=scratch.output / str(number), seed=seed)
        for number, seed in enumerate((3, 3, 4))
    )
    for settings in (first, again, other):
        run(settings)
    same = weights(again)
    assert all(torch.equal(value, same[name]) for name, value in weights(first).items())
    different = weights(other)
    assert any(not torch.equal(value, different[name]) for name, value in same.items())


def test_temperature_stays_within_its_bound(scratch):
    stage = Stage("training", 4, 16, rate=1e6, image_rate=1e-3, text_rate=1e-3)
    _, record = run(replace(scratch, stages=(stage,)))
    assert 1.0 <= record["logit_scale"] <= 100.0
    assert logit_scale(weights(scratch)["logit_scale"].float()) <= 100.1


def test_excluded_photos_are_not_trained_on(scratch, tmp_path):
    excluded = [f"{colour}-disc.png" for colour in COLOURS]
    (tmp_path / "exclude.txt").write_text("\n".join(excluded))
    for name in excluded:
        # Reading one of them would end the training with an error.
        (scratch.images / name).write_bytes(b"")
    _, record = run(replace(scratch, exclude=tmp_path / "exclude.txt"))
    trained = {f"{c}-{s}.png" for c, s in product(COLOURS, SHAPES)} - set(excluded)
    assert record["photos"] == 12
    assert record["photo_list_sha256"] == list_digest(trained)
    assert record["excluded"] == {
        "photos": 4,
        "list_sha256": list_digest(excluded),
        "trained_on": 0,
    }


def test_held_out_photos_are_measured_and_not_trained_on(scratch):
    _, record = run(replace(scratch, holdout=5))
    assert record["photos"] == 11
    assert record["held_out"]["photos"] == 5
    assert record["held_out"]["text_to_image"]["at_5"] == 1.0


def test_joined_towers_train_heads_then_text_layers(joined, two_towers):
    reports, record = run(joined)
    phases = list(dict.fromkeys(report.phase for report in reports))
    assert phases == [
        "checking photos",
        "reading photos",
        "reading captions",
        "warm-up",
        "fine-tuning",
        "writing",
    ]
    trained = weights(joined)
    original = load_file(two_towers.text_folder / "model.safetensors")
    layer = "encoder.layer.0.output.dense.weight"
    words = "embeddings.word_embeddings.weight"
    assert not torch.equal(trained[f"text.transformer.{layer}"], original[layer].half())
    assert torch.equal(trained[f"text.transformer.{words}"], original[words].half())
    image = load_file(two_towers.image_weights)
    assert torch.equal(trained["visual.trunk.conv_stem.weight"], image["conv_stem.weight"].half())
    assert record["settings"]["precision"] == "float32"


def test_the_folder_holds_all_that_open_clip_needs(joined):
    run(joined)
    assert {path.name for path in joined.output.iterdir()} >= {
        "open_clip_config.json",
        "open_clip_model.safetensors",
        "config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "training.json",
    }
    config = json.loads((joined.output / "open_clip_config.json").read_text())
    assert config["model_cfg"]["text_cfg"]["hf_model_name"] == "."
    assert config["model_cfg"]["text_cfg"]["hf_pooler_type"] == "mean_pooler"
    assert config["preprocess_cfg"]["interpolation"] == "bicubic"
    assert config["preprocess_cfg"]["resize_mode"] == "shortest"
    for name in ("open_clip_config.json", "training.json"):
        assert str(joined.images.parent) not in (joined.output / name).read_text()


def test_an_image_tower_can_be_trained_from_pixels_too(joined):
    stage = Stage("training", 1, 8, 1e-3, image_rate=1e-3, text_rate=1e-3)
    run(replace(joined, stages=(stage,), holdout=4))
    image = load_file(joined.towers.image_weights)["conv_stem.weight"].half()
    assert not torch.equal(weights(joined)["visual.trunk.conv_stem.weight"], image)


def test_features_are_kept_between_runs(joined, tmp_path):
    settings = replace(joined, feature_cache=tmp_path / "cache")
    run(settings)
    first = weights(settings)
    assert len(list((tmp_path / "cache").iterdir())) == 1
    reports, _ = run(settings)
    assert "reading photos" not in {report.phase for report in reports}
    again = weights(settings)
    assert all(torch.equal(value, again[name]) for name, value in first.items())


def test_a_built_in_classifier_tells_classes_apart_before_training(two_towers):
    towers = build(replace(two_towers, keep_classifier=True))
    head = towers.class_head
    texts = imagenet_texts()
    generator = torch.Generator().manual_seed(0)
    means = torch.randn((1000, 32), generator=generator)
    with torch.no_grad():
        head.classifier.bias.zero_()
        head.classifier.weight.normal_(std=0.1, generator=generator)
    seed_heads(towers, means, generator)
    loss = ClassifierLoss(towers, texts)
    sample = loss.sample(200, generator)
    assert len(set(sample.classes.tolist())) == 200
    for number, text in zip(sample.classes.tolist(), sample.texts.tolist(), strict=True):
        assert text in texts.of_class[number]
    width = head.classifier.in_features
    photos = torch.rand((8, width), generator=generator)
    with torch.inference_mode():
        made_up = towers.image_head(loss.made_up(sample, photos, generator))
        names = towers.text_head(means - means.mean(dim=0))
        scores = torch.nn.functional.normalize(made_up) @ torch.nn.functional.normalize(names).T
    assert (scores.argmax(dim=1) == sample.classes).float().mean() > 0.5


def test_class_texts_cover_everyday_words():
    texts = imagenet_texts()
    dog = {texts.texts[number] for number in texts.of_class[207]}
    assert {"a photo of a golden retriever.", "a photo of a dog.", "dog"} <= dog
    assert texts.texts[texts.of_class[281][0]] == "a photo of a tabby cat."
    cats = [n for n, own in enumerate(texts.of_class) if "cat" in {texts.texts[i] for i in own}]
    assert cats == [281, 282, 283, 284, 285]


def test_seeding_trains_both_stages(joined):
    towers = replace(joined.towers, keep_classifier=True)
    _, record = run(replace(joined, towers=towers))
    assert record["settings"]["towers"]["keep_classifier"] is True


def test_seeding_needs_a_classifier_and_room_for_it(joined, scratch):
    untrained = replace(joined.towers, image_weights=None, keep_classifier=True)
    with pytest.raises(PhotoClipError, match="no trained classifier to keep"):
        run(replace(joined, towers=untrained))
    narrow = replace(joined.towers, embed_dim=16, keep_classifier=True)
    with pytest.raises(PhotoClipError, match="too short for class names"):
        run(replace(joined, towers=narrow))


def test_gains_and_biases_are_not_decayed(two_towers):
    towers = build(two_towers)
    groups = Groups.of(towers, 1e-3, 1e-3, 1e-3).groups
    trained = [value for group in groups for value in group["params"]]
    assert len({id(value) for value in trained}) == len(trained)
    for group in groups:
        for value in group["params"]:
            assert (group["weight_decay"] > 0) == (value.ndim > 1)


def test_rates_rise_and_fall():
    factors = [rate_factor(step, 100) for step in range(100)]
    assert max(factors) == pytest.approx(1.0, abs=0.01)
    assert factors[0] < 0.1
    assert factors[-1] < 0.02
    assert np.argmax(factors) == pytest.approx(10, abs=1)


def test_batches_show_each_caption_once_and_no_photo_twice():
    photos = TrainingSet.of(
        {"a": ["1", "2", "3"], "b": ["4"], **{str(n): [""] * 2 for n in range(9)}}
    )
    generator = np.random.default_rng(0)
    batches = list(epoch_batches(photos, 4, generator))
    for rows, captions in batches:
        assert len(set(rows.tolist())) == len(rows)
        assert (photos.photo_of_caption[captions] == rows).all()
    shown = sorted(caption for _, captions in batches for caption in captions)
    # The third caption of "a" would be alone in its batch.
    assert shown == [caption for caption in range(22) if caption in shown]
    assert len(shown) == 21


def test_stopped_training_writes_nothing(scratch):
    stop = StopFlag()
    work = train(scratch, stop)
    next(work)
    stop.stop()
    assert list(work) == []
    assert not scratch.output.exists()


def test_a_model_of_before_is_replaced_and_its_card_kept(scratch):
    run(scratch)
    before = weights(scratch)
    (scratch.output / "README.md").write_text("card")
    run(replace(scratch, seed=1))
    assert (scratch.output / "README.md").read_text() == "card"
    assert any(not torch.equal(value, before[name]) for name, value in weights(scratch).items())
    assert [path.name for path in scratch.output.parent.iterdir() if path.name[0] == "."] == []


def test_other_folders_are_not_replaced(scratch):
    scratch.output.mkdir()
    (scratch.output / "holiday.jpg").write_bytes(b"")
    with pytest.raises(PhotoClipError, match="holds other files than a model"):
        run(scratch)
    assert (scratch.output / "holiday.jpg").exists()


def test_missing_and_broken_photos_are_told_in_a_sentence(scratch):
    photo = scratch.images / "red-disc.png"
    photo.write_bytes(b"no picture")
    with pytest.raises(PhotoClipError, match=r"red-disc.png cannot be read"):
        run(scratch)
    photo.unlink()
    with pytest.raises(PhotoClipError, match=r"The photo red-disc.png is not in "):
        run(scratch)
    assert not scratch.output.exists()


def test_too_few_photos_are_told_in_a_sentence(scratch):
    with pytest.raises(PhotoClipError, match="fewer than two photos"):
        run(replace(scratch, holdout=15))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"broken", "are broken or not a weights file"), (None, "are missing")],
)
def test_broken_weights_are_told_in_a_sentence(joined, tmp_path, content, sentence):
    path = tmp_path / "weights.pth"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PhotoClipError, match=sentence):
        run(replace(joined, towers=replace(joined.towers, image_weights=path)))


def test_weights_of_another_architecture_are_told_in_a_sentence(joined):
    other = replace(joined.towers, image_tower="test_vit")
    with pytest.raises(PhotoClipError, match="are not those of test_vit"):
        run(replace(joined, towers=other))
    with pytest.raises(PhotoClipError, match="timm knows no image tower"):
        run(replace(joined, towers=replace(joined.towers, image_tower="no_such")))


def test_an_unknown_architecture_is_told_in_a_sentence(scratch):
    with pytest.raises(PhotoClipError, match="neither an architecture open_clip knows"):
        run(replace(scratch, towers=NewTowers("ViT-Z-99")))


def test_a_loss_that_is_no_number_ends_the_training(scratch):
    stage = Stage("training", 30, 16, 1e-3, image_rate=1e30, text_rate=1e30)
    with pytest.raises(PhotoClipError, match="Train with a lower rate"):
        run(replace(scratch, stages=(stage,)))


def test_lite_weights_get_timms_names():
    import timm

    model = timm.create_model("tf_efficientnet_lite0")
    value = torch.empty(0)
    places = {"_conv_stem.weight": "conv_stem.weight", "_fc.bias": "classifier.bias"}
    places |= {
        "_blocks.0._depthwise_conv.weight": "blocks.0.0.conv_dw.weight",
        "_blocks.0._project_conv.weight": "blocks.0.0.conv_pw.weight",
        "_blocks.2._expand_conv.weight": "blocks.1.1.conv_pw.weight",
        "_blocks.15._project_conv.weight": "blocks.6.0.conv_pwl.weight",
        "_bn1.bias": "bn2.bias",
        "surprise": "surprise",
    }
    found = timm_lite_state(dict.fromkeys(places, value), model)
    assert set(found) == set(places.values())
    assert set(places.values()) - {"surprise"} <= set(model.state_dict())


def test_random_views_stay_square_and_within_the_photo():
    photo = Image.new("RGB", (70, 31), (200, 10, 10))
    generator = np.random.default_rng(0)
    for _ in range(20):
        view = random_view(photo, 16, generator)
        assert view.shape == (16, 16, 3)
        assert (view == (200, 10, 10)).all()
    assert plain_view(photo, 16).shape == (16, 16, 3)


def test_the_command_prints_one_json_document(scratch):
    from photoclip.cli.train import train as command

    result = CliRunner().invoke(
        command,
        [
            str(scratch.captions),
            f"--images={scratch.images}",
            f"--out={scratch.output}",
            f"--architecture={scratch.towers.architecture}",
            *"--epochs 1 --batch 16 --holdout 4 --json".split(),
        ],
        standalone_mode=False,
    )
    assert result.exception is None
    document = json.loads(result.stdout)
    assert document["photos"] == 12
    assert set(document["held_out"]["text_to_image"]) == {"at_1", "at_5", "at_10"}


def test_stages_of_the_starter():
    warm_up, tuning = pretrained_stages(5, 3, 256, 1e-4)
    assert (warm_up.text_rate, tuning.text_rate) == (0.0, 1e-4)
    assert (warm_up.epochs, tuning.epochs, tuning.batch) == (5, 3, 256)


def test_importing_the_package_does_not_import_torch():
    import subprocess
    import sys

    code = "import photoclip.clip, photoclip.cli.train, sys; sys.exit('torch' in sys.modules)"
    root = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
