"""Finding models, and saying plainly why one cannot be used."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from photoclip.clip.architectures import architecture_names
from photoclip.clip.loading import build
from photoclip.clip.models import (
    STARTER,
    available_models,
    find_model,
    known_id,
    remembered_id,
    remove_model,
)
from photoclip.errors import PhotoClipError


@pytest.fixture
def models_dir(tmp_path: Path, tiny_model_folder: Path) -> Path:
    shutil.copytree(tiny_model_folder, tmp_path / "models" / "mine")
    return tmp_path / "models"


def test_models_are_listed_and_found_by_name(models_dir: Path) -> None:
    (models_dir / "half-copied").mkdir()
    (models_dir / "note.txt").touch()

    names = [model.name for model in available_models(models_dir)]
    model = find_model("mine", models_dir)

    assert names[-1] == "mine"
    assert "half-copied" not in names
    assert model.dim == 24
    assert model.preprocessing.size == 32
    assert model.checkpoint == models_dir / "mine" / "open_clip_model.safetensors"
    assert model.config["vision_cfg"]["layers"] == 2


def test_a_model_is_found_by_its_folder(models_dir: Path) -> None:
    model = find_model(str(models_dir / "mine"), None)

    assert model.id == find_model("mine", models_dir).id
    assert find_model(model.source, None) == model


def test_an_architecture_takes_a_local_file(tmp_path: Path) -> None:
    checkpoint = tmp_path / "weights.safetensors"
    checkpoint.write_bytes(b"weights")

    model = find_model(f"ViT-B-16-SigLIP-256={checkpoint}", None)

    assert (model.name, model.dim, model.folder) == ("ViT-B-16-SigLIP-256", 768, tmp_path.resolve())
    assert model.preprocessing.size == 256
    assert model.preprocessing.resize_mode == "squash"
    assert model.preprocessing.mean == (0.5, 0.5, 0.5)
    assert find_model(model.source, None) == model


def test_preprocessing_of_architectures_is_that_of_their_published_weights(tmp_path: Path) -> None:
    from open_clip import get_pretrained_cfg, list_pretrained

    checkpoint = tmp_path / "weights.pt"
    checkpoint.touch()
    tried = 0
    for architecture, tag in list_pretrained():
        families = ("SigLIP", "CLIPA", "MobileCLIP", "PE-Core", "worldwide")
        if architecture not in architecture_names() or not any(f in architecture for f in families):
            continue
        published = get_pretrained_cfg(architecture, tag)
        ours = find_model(f"{architecture}={checkpoint}", None).preprocessing
        for key in ("mean", "std", "interpolation", "resize_mode"):
            assert getattr(ours, key) == published[key], (architecture, key)
        tried += 1
    assert tried > 30


def test_the_id_changes_with_weights_and_configuration_only(models_dir: Path) -> None:
    folder = models_dir / "mine"
    before = find_model("mine", models_dir).id

    config = json.loads((folder / "open_clip_config.json").read_text())
    config["description"] = "For mountains."
    (folder / "open_clip_config.json").write_text(json.dumps(config, indent=4))
    described = find_model("mine", models_dir)
    described_id = described.id
    config["preprocess_cfg"]["mean"] = [0.1, 0.2, 0.3]
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    preprocessed = find_model("mine", models_dir).id
    weights = bytearray((folder / "open_clip_model.safetensors").read_bytes())
    weights[-1] ^= 1
    (folder / "open_clip_model.safetensors").write_bytes(weights)
    retrained = find_model("mine", models_dir).id

    assert described.description == "For mountains."
    assert described_id == before
    assert len({before, preprocessed, retrained}) == 3


def test_the_id_is_that_of_the_content_and_stays(tmp_path: Path) -> None:
    # Vectors of people's libraries hang on ids: these may not change for the same model.
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        config = {
            "model_cfg": {
                "embed_dim": 8,
                "vision_cfg": {"image_size": 32, "patch_size": 16},
                "text_cfg": {},
            },
            "preprocess_cfg": {"mean": 0.5, "interpolation": "bilinear"},
            "description": f"The model called {name}.",
        }
        (tmp_path / name / "open_clip_config.json").write_text(json.dumps(config))
        (tmp_path / name / "open_clip_model.safetensors").write_bytes(b"weights")

    ids = {find_model(name, tmp_path).id for name in ("one", "two")}

    assert ids == {"vit16-8-f649d619294b051798fb0bc6c6b9bac8"}


def test_what_a_person_may_want_to_know_can_stand_beside_the_files(models_dir: Path) -> None:
    folder = models_dir / "mine"
    config = json.loads((folder / "open_clip_config.json").read_text())
    config |= {"licence": "MIT", "description": "First.", "languages": ["en"]}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    inside = find_model("mine", models_dir)
    (folder / "photoclip.json").write_text('{"description": "Second.", "languages": ["mul"]}')
    beside = find_model("mine", models_dir)
    (folder / "photoclip.json").write_text('["no object"]')

    assert (inside.licence, inside.description, inside.languages) == ("MIT", "First.", ("en",))
    assert (beside.licence, beside.description, beside.languages) == ("MIT", "Second.", ("mul",))
    assert beside.id == inside.id
    assert find_model("mine", models_dir).description == "First."


def test_a_model_knows_whether_it_understands_a_language(
    tiny_model_folder: Path, tiny_bert_folder: Path, tmp_path: Path
) -> None:
    english = find_model(str(tiny_model_folder), None)
    unknown = find_model(str(tiny_bert_folder), None)
    many = Path(shutil.copytree(tiny_bert_folder, tmp_path / "many"))
    (many / "photoclip.json").write_text('{"languages": ["mul"]}')
    chinese = Path(shutil.copytree(tiny_bert_folder, tmp_path / "chinese"))
    (chinese / "photoclip.json").write_text('{"languages": ["zh"]}')

    assert (english.understands("en"), english.understands("zh")) == (True, False)
    assert unknown.understands("zh") is None
    assert find_model(str(many), None).understands("zh")
    assert find_model(str(chinese), None).understands("en") is False
    assert available_models(None)[0].understands("zh") is False


def test_a_model_knows_its_loss(tiny_model_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "weights.pt").touch()

    assert not find_model(str(tiny_model_folder), None).sigmoid
    assert find_model(f"ViT-B-16-SigLIP2={tmp_path / 'weights.pt'}", None).sigmoid


def test_unfinished_folders_are_not_listed(models_dir: Path) -> None:
    (models_dir / "mine").rename(models_dir / ".importing-x")

    assert [model.name for model in available_models(models_dir)] == [STARTER]
    with pytest.raises(PhotoClipError, match="no model called"):
        find_model(".importing-x", models_dir)


def test_a_model_is_removed_whole(models_dir: Path) -> None:
    remove_model("mine", models_dir)

    assert list(models_dir.iterdir()) == []


@pytest.mark.parametrize("name", [STARTER, "", ".", "..", "yours", "../models/mine", "mine/", "/"])
def test_nothing_else_is_ever_removed(models_dir: Path, name: str) -> None:
    (models_dir / STARTER).mkdir()

    with pytest.raises(PhotoClipError, match="starter comes with|no model called"):
        remove_model(name, models_dir)

    assert len(list((models_dir / "mine").iterdir())) == 2
    assert (models_dir / STARTER).is_dir()
    assert available_models(models_dir)[0].name == STARTER


def test_removing_a_link_leaves_what_it_points_to(models_dir: Path, tmp_path: Path) -> None:
    (models_dir / "mine").rename(tmp_path / "elsewhere")
    (models_dir / "mine").symlink_to(tmp_path / "elsewhere")

    remove_model("mine", models_dir)

    assert list(models_dir.iterdir()) == []
    assert len(list((tmp_path / "elsewhere").iterdir())) == 2


def _remove_config(folder: Path) -> None:
    (folder / "open_clip_config.json").unlink()


def _remove_checkpoint(folder: Path) -> None:
    (folder / "open_clip_model.safetensors").unlink()


def _break_json(folder: Path) -> None:
    (folder / "open_clip_config.json").write_text('{"model_cfg": {')


def _break_encoding(folder: Path) -> None:
    (folder / "open_clip_config.json").write_bytes(b"\xff\xfe\xfd")


def _remove_model_cfg(folder: Path) -> None:
    (folder / "open_clip_config.json").write_text('{"preprocess_cfg": {}}')


def _write_list(folder: Path) -> None:
    (folder / "open_clip_config.json").write_text("[1, 2]")


def _write_wrong_types(folder: Path) -> None:
    (folder / "open_clip_config.json").write_text(
        '{"model_cfg": {"embed_dim": "many", "vision_cfg": 7, "text_cfg": null}}'
    )


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (_remove_config, "has no open_clip_config.json"),
        (_remove_checkpoint, "has no open_clip_model.safetensors"),
        (_break_json, "not a model configuration that can be read"),
        (_break_encoding, "not a model configuration that can be read"),
        (_remove_model_cfg, "not a model configuration that can be read"),
        (_write_list, "not a model configuration that can be read"),
        (_write_wrong_types, "not a model configuration that can be read"),
    ],
)
def test_an_incomplete_folder_is_explained(models_dir: Path, damage, sentence: str) -> None:
    damage(models_dir / "mine")

    for name in ("mine", str(models_dir / "mine")):
        with pytest.raises(PhotoClipError, match=sentence) as caught:
            find_model(name, models_dir)
        assert str(models_dir / "mine") in str(caught.value)
    assert "mine" not in [model.name for model in available_models(models_dir)]


def test_an_unknown_name_lists_what_there_is(models_dir: Path) -> None:
    with pytest.raises(PhotoClipError, match=r"no model called “yours”.*: .*mine"):
        find_model("yours", models_dir)
    with pytest.raises(PhotoClipError, match="no model called “”"):
        find_model("", models_dir)


def test_a_wrong_architecture_or_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(PhotoClipError, match=r"architecture called “ViT-B-31”.*ViT-B-32"):
        find_model("ViT-B-31=weights.pt", None)
    with pytest.raises(PhotoClipError, match="no model file"):
        find_model(f"ViT-B-32={tmp_path / 'missing.pt'}", None)
    (tmp_path / "weights.onnx").touch()
    with pytest.raises(PhotoClipError, match="not a model file"):
        find_model(f"ViT-B-32={tmp_path / 'weights.onnx'}", None)


def test_a_checkpoint_removed_later_is_explained(models_dir: Path) -> None:
    model = find_model("mine", models_dir)
    model.checkpoint.unlink()

    with pytest.raises(PhotoClipError, match="cannot be read"):
        _ = model.id


def test_the_starter_comes_first() -> None:
    starter = available_models(None)[0]

    assert starter.name == STARTER
    assert starter == find_model(STARTER, None)
    assert starter.licence
    assert starter.description


def test_importing_needs_no_torch() -> None:
    script = (
        "import sys, photoclip.clip.encoder, photoclip.clip.models, photoclip.clip.zeroshot\n"
        "from photoclip.clip.models import available_models\n"
        "for model in available_models(None):\n"
        "    photoclip.clip.encoder.OpenClipEncoder(model)\n"
        "heavy = {'torch', 'open_clip', 'transformers', 'timm', 'torchvision', 'safetensors'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_a_checkpoint_that_is_a_link_keeps_its_name(
    tiny_model_folder: Path, tmp_path: Path
) -> None:
    """As in Hugging Face's cache, whose names lead to blobs without an ending."""
    (tmp_path / "blobs").mkdir()
    blob = tmp_path / "blobs" / "0123abcd"
    shutil.copyfile(tiny_model_folder / "open_clip_model.safetensors", blob)
    link = tmp_path / "weights.safetensors"
    link.symlink_to(blob)
    model = find_model(f"ViT-B-32={link}", None)
    assert model.checkpoint == link
    assert find_model(model.source, None) == model


def test_an_id_is_remembered_until_the_files_change(
    tiny_model_folder: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_model_folder, tmp_path / "mine")
    weights, cache = folder / "open_clip_model.safetensors", tmp_path / "cache"
    first = find_model(str(folder), None)
    assert known_id(first, cache) is None
    assert remembered_id(first, cache) == first.id == known_id(first, cache)
    times = weights.stat().st_atime_ns, weights.stat().st_mtime_ns
    changed = bytearray(weights.read_bytes())
    changed[-1] ^= 1
    weights.write_bytes(changed)
    os.utime(weights, ns=times)
    # Only who reads the file could tell, so it was not read again.
    assert remembered_id(find_model(str(folder), None), cache) == first.id
    os.utime(weights, ns=(times[0], times[1] + 1))
    again = find_model(str(folder), None)
    assert known_id(again, cache) is None
    assert remembered_id(again, cache) == again.id != first.id
    assert remembered_id(again, None) == again.id
    (cache / "model-ids.json").write_text("[")
    assert remembered_id(again, cache) == again.id


@pytest.mark.parametrize("name", ["hf-hub:timm/resnet18", "local-dir:/tmp/x"])
def test_an_image_tower_from_elsewhere_is_refused(name: str) -> None:
    config = {"embed_dim": 8, "vision_cfg": {"timm_model_name": name}, "text_cfg": {}}
    with pytest.raises(ValueError, match="no architecture"):
        build(config, Path())
