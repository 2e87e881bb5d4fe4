"""Importing models from disk: what arrives works, what is refused says why and leaves nothing."""

import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.importing import import_model
from photoclip.clip.models import Model, available_models, find_model
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag
from tests.clip.imports import bring, driven

_TEXTS = ["a dog", "a photo of the red car on the beach, in snow"]


def _encoder(model: Model) -> OpenClipEncoder:
    return OpenClipEncoder(model, device="cpu", precision="float32")


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "not there yet" / "models"


@pytest.fixture(params=["tiny_model_folder", "tiny_bert_folder", "clip_folder"])
def folder(request: pytest.FixtureRequest) -> Path:
    value: Path = request.getfixturevalue(request.param)
    return value


def test_a_folder_is_imported_as_it_is(folder: Path, models_dir: Path) -> None:
    model, reports = driven(folder, models_dir)

    assert model == find_model(folder.name, models_dir)
    assert model.folder == models_dir / folder.name
    assert model.id == find_model(str(folder), None).id
    assert [path.name for path in models_dir.iterdir()] == [folder.name]
    np.testing.assert_array_equal(
        _encoder(model).encode_texts(_TEXTS),
        _encoder(find_model(str(folder), None)).encode_texts(_TEXTS),
    )
    assert [report.phase for report in (reports[0], reports[-1])] == ["checking", "copying"]
    assert reports[-1].done == reports[-1].total == model.checkpoint.stat().st_size


def test_only_what_belongs_to_a_model_is_taken_along(
    clip_folder: Path, tmp_path: Path, models_dir: Path
) -> None:
    folder = Path(shutil.copytree(clip_folder, tmp_path / "copy"))
    for name in ("modeling_own.py", "tf_model.h5", "pytorch_model.bin", "notes.docx"):
        (folder / name).write_text("not needed")
    (folder / "README.md").write_text("A card.")
    (folder / "photoclip.json").write_text('{"licence": "MIT", "languages": ["en"]}')

    model = bring(folder, models_dir, name="Mine, 中文 2")

    assert sorted(path.name for path in model.folder.iterdir()) == [
        "README.md", "config.json", "model.safetensors", "photoclip.json",
        "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json",
    ]  # fmt: skip
    assert (model.name, model.licence, model.languages) == ("Mine, 中文 2", "MIT", ("en",))


def test_split_weights_are_imported(clip_folder: Path, tmp_path: Path, models_dir: Path) -> None:
    from transformers import CLIPModel

    folder = Path(shutil.copytree(clip_folder, tmp_path / "copy"))
    (folder / "model.safetensors").unlink()
    CLIPModel.from_pretrained(clip_folder).save_pretrained(folder, max_shard_size="50KB")

    model, reports = driven(folder, models_dir)

    assert model is not None
    assert model.id == find_model(str(folder), None).id
    assert reports[-1].done == reports[-1].total


def test_a_file_of_a_cache_of_links_is_imported(
    tiny_model_folder: Path, tmp_path: Path, models_dir: Path
) -> None:
    snapshot = Path(shutil.copytree(tiny_model_folder, tmp_path / "hub" / "snapshot"))
    weights = snapshot / "open_clip_model.safetensors"
    blob = weights.rename(tmp_path / "hub" / "0123abcd")
    weights.symlink_to(blob)

    model = bring(weights, models_dir)

    assert model.name == "snapshot"
    assert not model.checkpoint.is_symlink()
    assert model.id == find_model(str(tiny_model_folder), None).id


@pytest.mark.parametrize("name", ["siglip_folder", "siglip2_folder"])
def test_a_siglip_is_imported(request: pytest.FixtureRequest, models_dir: Path, name: str) -> None:
    folder: Path = request.getfixturevalue(name)

    model = bring(folder, models_dir)

    np.testing.assert_array_equal(
        _encoder(model).encode_texts(_TEXTS),
        _encoder(find_model(str(folder), None)).encode_texts(_TEXTS),
    )


@pytest.mark.parametrize("name", ["open_clip_pytorch_model.bin", "pytorch_model.bin"])
def test_pickled_weights_become_safetensors(
    copy: Path, clip_folder: Path, tmp_path: Path, models_dir: Path, name: str
) -> None:
    import torch
    from safetensors.torch import load_file

    before = copy if name.startswith("open_clip") else clip_folder
    folder = Path(shutil.copytree(before, tmp_path / "pickled"))
    safe = next(folder.glob("*.safetensors"))
    torch.save(load_file(safe), folder / name)
    safe.unlink()

    model = bring(folder, models_dir)

    assert model.checkpoint.name == safe.name
    assert not (model.folder / name).exists()
    np.testing.assert_array_equal(
        _encoder(model).encode_texts(_TEXTS),
        _encoder(find_model(str(before), None)).encode_texts(_TEXTS),
    )


@pytest.mark.parametrize("architecture", ["RN50", "ViT-B-32"])
def test_checkpoints_of_open_clip_give_its_embeddings(
    tmp_path: Path, models_dir: Path, architecture: str
) -> None:
    import open_clip
    import torch
    from safetensors.torch import save_file

    with torch.random.fork_rng():
        torch.manual_seed(1)
        reference = open_clip.create_model(architecture).eval().half()
    # In half precision, as many are published; it halves the time of writing, too.
    state = {name: value.clone() for name, value in reference.state_dict().items()}
    reference.float()
    if architecture == "RN50":
        path = tmp_path / "weights.safetensors"
        save_file(state, path)
    else:
        # As open_clip's training leaves it.
        path = tmp_path / "weights.pt"
        state = {f"module.{name}": value for name, value in state.items()}
        torch.save({"state_dict": state, "epoch": 3}, path)

    model = bring(path, models_dir, architecture=architecture)
    encoder = _encoder(model)

    pixels = np.random.default_rng(2).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    mean = torch.tensor(open_clip.OPENAI_DATASET_MEAN).view(3, 1, 1)
    std = torch.tensor(open_clip.OPENAI_DATASET_STD).view(3, 1, 1)
    pictures = (torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255 - mean) / std
    with torch.inference_mode():
        images = reference.encode_image(pictures, normalize=True).numpy()
        words = reference.encode_text(
            open_clip.get_tokenizer(architecture)(_TEXTS), normalize=True
        ).numpy()
    np.testing.assert_allclose(encoder.encode_images(pixels), images, atol=1e-4)
    np.testing.assert_allclose(encoder.encode_texts(_TEXTS), words, atol=1e-4)
    assert model.checkpoint.suffix == ".safetensors"
    assert model.name == architecture
    assert model.preprocessing == find_model(f"{architecture}={path}", None).preprocessing


def test_weights_of_nobodys_architecture_are_explained(copy: Path, models_dir: Path) -> None:
    (copy / "open_clip_config.json").unlink()

    with pytest.raises(PhotoClipError, match="none of the architectures"):
        bring(copy / "open_clip_model.safetensors", models_dir)


def test_a_file_within_a_model_folder_means_the_folder(
    clip_folder: Path, tmp_path: Path, models_dir: Path
) -> None:
    assert bring(clip_folder / "model.safetensors", models_dir).name == "clip"

    shutil.copy(clip_folder / "model.safetensors", tmp_path / "alone.safetensors")
    with pytest.raises(PhotoClipError, match="Import the whole folder"):
        bring(tmp_path / "alone.safetensors", models_dir)


def test_an_architecture_with_its_own_tokens_takes_the_files_beside(
    tmp_path: Path, models_dir: Path
) -> None:
    (tmp_path / "weights.safetensors").write_bytes(b"")

    with pytest.raises(PhotoClipError, match="needs its tokenizer files"):
        bring(tmp_path / "weights.safetensors", models_dir, architecture="ViT-B-16-SigLIP")


def test_names_that_are_taken_or_impossible_are_refused(folder: Path, models_dir: Path) -> None:
    bring(folder, models_dir, name="taken")
    for name in ("taken", "starter", "Starter"):
        with pytest.raises(PhotoClipError, match=r"already a model called .*\. Give another name"):
            bring(folder, models_dir, name=name)
    for name in ("", ".", "..", ".hidden", "a/b", "a\\b", "x" * 200, "tab\t", "end ", "what?"):
        with pytest.raises(PhotoClipError, match=r"cannot be called .*\. Give another name, of"):
            bring(folder, models_dir, name=name)
    assert [path.name for path in models_dir.iterdir()] == ["taken"]


def test_who_gave_no_name_is_told_what_to_rename(
    copy: Path, tmp_path: Path, models_dir: Path
) -> None:
    """As in the window, where none can be given."""
    bring(copy, models_dir)
    with pytest.raises(PhotoClipError) as caught:
        bring(copy, models_dir)
    assert str(caught.value) == (
        f"There is already a model called “copy”. Give the folder {copy} another name, "
        "or remove that model first."
    )
    starter = copy.rename(tmp_path / "starter")
    with pytest.raises(PhotoClipError, match=rf"Give the folder {starter} another name\.$"):
        bring(starter, models_dir)
    file = tmp_path / "end .safetensors"
    file.write_bytes(b"")
    with pytest.raises(PhotoClipError, match=rf"Give the file {file} another name, of letters"):
        bring(file, models_dir, architecture="ViT-B-32")


@pytest.mark.parametrize("phase", ["checking", "copying"])
def test_stopped_it_leaves_nothing(folder: Path, models_dir: Path, phase: str) -> None:
    model, _ = driven(folder, models_dir, stop_at=phase)

    assert model is None
    assert not models_dir.exists() or list(models_dir.iterdir()) == []


def test_abandoned_it_leaves_nothing(folder: Path, models_dir: Path) -> None:
    work = import_model(folder, models_dir, StopFlag())
    while next(work).phase != "copying":
        pass
    assert len(list(models_dir.iterdir())) == 1
    assert [model.name for model in available_models(models_dir)] == ["starter"]

    work.close()

    assert list(models_dir.iterdir()) == []


def test_what_a_crash_left_behind_is_swept_up_later(folder: Path, models_dir: Path) -> None:
    for name in (".importing-old", ".removed-old", ".importing-now", ".other-old", "model-old"):
        (models_dir / name).mkdir(parents=True)
        if name.endswith("old"):
            os.utime(models_dir / name, (time.time() - 1e6,) * 2)

    bring(folder, models_dir, name="new")

    left = sorted(path.name for path in models_dir.iterdir())
    assert left == [".importing-now", ".other-old", "model-old", "new"]


def test_a_disk_without_room_is_explained(
    folder: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 0))

    with pytest.raises(PhotoClipError, match="has no room for the"):
        bring(folder, models_dir)
    assert list(models_dir.iterdir()) == []


@pytest.mark.parametrize("pickled", [False, True])
def test_a_disk_that_refuses_in_the_middle_is_explained(
    copy: Path, models_dir: Path, pickled: bool
) -> None:
    import torch
    from safetensors.torch import load_file

    resource = pytest.importorskip("resource")
    if pickled:
        torch.save(
            load_file(copy / "open_clip_model.safetensors"), copy / "open_clip_pytorch_model.bin"
        )
        (copy / "open_clip_model.safetensors").unlink()
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    work = import_model(copy, models_dir, StopFlag())
    assert next(work).phase == "checking"
    # As a full disk does, from within the write.
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(PhotoClipError, match=r"cannot be written to|has no room"):
            for _ in work:
                pass
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))

    assert list(models_dir.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_explained(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(PhotoClipError, match="cannot be written to"):
        bring(folder, tmp_path / "file" / "models")


def test_what_is_not_there_is_explained(folder: Path, tmp_path: Path, models_dir: Path) -> None:
    with pytest.raises(PhotoClipError, match="nothing at"):
        bring(tmp_path / "nowhere", models_dir)
    with pytest.raises(PhotoClipError, match="is a folder"):
        bring(folder, models_dir, architecture="ViT-B-32")
    (tmp_path / "note.txt").write_text("x")
    with pytest.raises(PhotoClipError, match=r"Give a \.safetensors or \.pt file"):
        bring(tmp_path / "note.txt", models_dir, architecture="ViT-B-32")


def test_an_imported_model_is_read_as_open_clip_reads_it(
    tmp_path: Path, models_dir: Path, copy: Path
) -> None:
    import open_clip
    import torch

    model = bring(copy, models_dir)
    reference = open_clip.create_model(f"local-dir:{model.folder}").eval()
    tokens = open_clip.get_tokenizer(f"local-dir:{model.folder}")(_TEXTS)
    with torch.inference_mode():
        theirs: NDArray[np.float32] = reference.encode_text(tokens, normalize=True).numpy()

    np.testing.assert_allclose(_encoder(model).encode_texts(_TEXTS), theirs, atol=1e-4)
