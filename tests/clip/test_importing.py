"""Importing models from disk: what arrives works, what is refused says why and leaves nothing."""

import io
import json
import os
import pickle
import shutil
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.importing import import_model
from photoclip.clip.models import Model, available_models, find_model
from photoclip.clip.recognition import recognise
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, StopFlag
from tests.clip.hugging_face import save_clip, save_siglip

_TEXTS = ["a dog", "a photo of the red car on the beach, in snow"]


def _import(path: Path, models_dir: Path, **options: Any) -> Model:
    model, _ = _driven(path, models_dir, **options)
    assert model is not None
    return model


def _driven(
    path: Path, models_dir: Path, *, stop_at: str = "", **options: Any
) -> tuple[Model | None, list[Progress]]:
    stop = StopFlag()
    work = import_model(path, models_dir, stop, **options)
    reports = []
    while True:
        try:
            reports.append(next(work))
        except StopIteration as end:
            return end.value, reports
        if reports[-1].phase == stop_at:
            stop.stop()


def _encoder(model: Model) -> OpenClipEncoder:
    return OpenClipEncoder(model, device="cpu", precision="float32")


def _weights(folder: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return dict(load_file(folder / "open_clip_model.safetensors"))


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "not there yet" / "models"


@pytest.fixture(scope="module")
def clip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_clip(tmp_path_factory.mktemp("hf") / "tiny-clip")


@pytest.fixture
def copy(tiny_model_folder: Path, tmp_path: Path) -> Path:
    """The tiny model of open_clip, to be damaged."""
    return Path(shutil.copytree(tiny_model_folder, tmp_path / "copy"))


@pytest.fixture(params=["tiny_model_folder", "tiny_bert_folder", "clip_folder"])
def folder(request: pytest.FixtureRequest) -> Path:
    value: Path = request.getfixturevalue(request.param)
    return value


def test_a_folder_is_imported_as_it_is(folder: Path, models_dir: Path) -> None:
    model, reports = _driven(folder, models_dir)

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

    model = _import(folder, models_dir, name="Mine, 中文 2")

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

    model, reports = _driven(folder, models_dir)

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

    model = _import(weights, models_dir)

    assert model.name == "snapshot"
    assert not model.checkpoint.is_symlink()
    assert model.id == find_model(str(tiny_model_folder), None).id


@pytest.mark.parametrize("second", [False, True])
def test_a_siglip_is_imported(tmp_path: Path, models_dir: Path, second: bool) -> None:
    folder = save_siglip(tmp_path / "siglip", second=second)

    model = _import(folder, models_dir)

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

    model = _import(folder, models_dir)

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

    model = _import(path, models_dir, architecture=architecture)
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


def _meta_state(architecture: str) -> dict[str, Any]:
    """The weights of an architecture, all of them the same few zeros in the file."""
    import torch

    from photoclip.clip.architectures import architecture_config
    from photoclip.clip.loading import build

    with torch.device("meta"):
        module = build(architecture_config(architecture)["model_cfg"], Path())
    return {
        name: torch.zeros((), dtype=torch.int8).expand(value.shape)
        for name, value in module.state_dict().items()
    }


@pytest.mark.parametrize(
    ("architecture", "file_name"),
    [
        ("ViT-B-16-SigLIP2", "weights.pt"),
        ("ViT-S-32", "weights.pt"),
        ("RN50-quickgelu", "rn50-quickgelu-yfcc15m-455df137.pt"),
        ("ViT-B-32", "vit_b_32-laion2b_e16-af8dbd0c.pth"),
        ("xlm-roberta-base-ViT-B-32", "weights.pt"),
    ],
)
def test_an_architecture_is_recognised(tmp_path: Path, architecture: str, file_name: str) -> None:
    import torch

    torch.save(_meta_state(architecture), tmp_path / file_name)

    assert recognise(tmp_path / file_name) == architecture


def test_several_fitting_architectures_are_listed(tmp_path: Path) -> None:
    import torch

    torch.save(_meta_state("ViT-B-32"), tmp_path / "weights.pt")

    with pytest.raises(PhotoClipError, match=r"several architectures: ViT-B-32, ViT-B-32-quickgel"):
        recognise(tmp_path / "weights.pt")


def test_shapes_of_safetensors_are_recognised_without_reading_them(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    state = {name: value.contiguous() for name, value in _meta_state("ViT-S-32").items()}
    save_file(state, tmp_path / "weights.safetensors")

    assert recognise(tmp_path / "weights.safetensors") == "ViT-S-32"


def test_weights_of_nobodys_architecture_are_explained(copy: Path, models_dir: Path) -> None:
    (copy / "open_clip_config.json").unlink()

    with pytest.raises(PhotoClipError, match="none of the architectures"):
        _import(copy / "open_clip_model.safetensors", models_dir)


def test_a_file_within_a_model_folder_means_the_folder(
    clip_folder: Path, tmp_path: Path, models_dir: Path
) -> None:
    assert _import(clip_folder / "model.safetensors", models_dir).name == "tiny-clip"

    shutil.copy(clip_folder / "model.safetensors", tmp_path / "alone.safetensors")
    with pytest.raises(PhotoClipError, match="Import the whole folder"):
        _import(tmp_path / "alone.safetensors", models_dir)


def test_an_architecture_with_its_own_tokens_takes_the_files_beside(
    tmp_path: Path, models_dir: Path
) -> None:
    (tmp_path / "weights.safetensors").write_bytes(b"")

    with pytest.raises(PhotoClipError, match="needs its tokenizer files"):
        _import(tmp_path / "weights.safetensors", models_dir, architecture="ViT-B-16-SigLIP")


def test_names_that_are_taken_or_impossible_are_refused(folder: Path, models_dir: Path) -> None:
    _import(folder, models_dir, name="taken")
    for name in ("taken", "starter", "Starter"):
        with pytest.raises(PhotoClipError, match="already a model called"):
            _import(folder, models_dir, name=name)
    for name in ("", ".", "..", ".hidden", "a/b", "a\\b", "x" * 200, "tab\t", "end ", "what?"):
        with pytest.raises(PhotoClipError, match="cannot be called"):
            _import(folder, models_dir, name=name)
    assert [path.name for path in models_dir.iterdir()] == ["taken"]


@pytest.mark.parametrize("phase", ["checking", "copying"])
def test_stopped_it_leaves_nothing(folder: Path, models_dir: Path, phase: str) -> None:
    model, _ = _driven(folder, models_dir, stop_at=phase)

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

    _import(folder, models_dir, name="new")

    left = sorted(path.name for path in models_dir.iterdir())
    assert left == [".importing-now", ".other-old", "model-old", "new"]


def test_a_disk_without_room_is_explained(
    folder: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 0))

    with pytest.raises(PhotoClipError, match="has no room for the"):
        _import(folder, models_dir)
    assert list(models_dir.iterdir()) == []


@pytest.mark.parametrize("pickled", [False, True])
def test_a_disk_that_refuses_in_the_middle_is_explained(
    copy: Path, models_dir: Path, pickled: bool
) -> None:
    import torch

    resource = pytest.importorskip("resource")
    if pickled:
        torch.save(_weights(copy), copy / "open_clip_pytorch_model.bin")
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
        _import(folder, tmp_path / "file" / "models")


def test_what_is_not_there_is_explained(folder: Path, tmp_path: Path, models_dir: Path) -> None:
    with pytest.raises(PhotoClipError, match="nothing at"):
        _import(tmp_path / "nowhere", models_dir)
    with pytest.raises(PhotoClipError, match="is a folder"):
        _import(folder, models_dir, architecture="ViT-B-32")
    (tmp_path / "note.txt").write_text("x")
    with pytest.raises(PhotoClipError, match=r"Give a \.safetensors or \.pt file"):
        _import(tmp_path / "note.txt", models_dir, architecture="ViT-B-32")


class _Trap:
    """Opened by a careless reader, this makes a file."""

    def __init__(self, marker: Path) -> None:
        self._marker = str(marker)

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, (f"touch '{self._marker}'",)


def _zipped(path: Path, trap: _Trap) -> None:
    import torch

    torch.save({"state_dict": {"weight": torch.zeros(2)}, "extra": trap}, path)


def _legacy(path: Path, trap: _Trap) -> None:
    import torch

    torch.save({"weight": trap}, path, _use_new_zipfile_serialization=False)


def _bare(path: Path, trap: _Trap) -> None:
    path.write_bytes(pickle.dumps(trap))


def _oldest(path: Path, trap: _Trap) -> None:
    path.write_bytes(pickle.dumps(trap, protocol=0))


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".bin"])
@pytest.mark.parametrize("write", [_zipped, _legacy, _bare, _oldest])
def test_a_pickle_with_a_payload_is_refused_and_not_run(
    tmp_path: Path, models_dir: Path, write: Callable[[Path, _Trap], None], suffix: str
) -> None:
    path = tmp_path / f"weights{suffix}"
    write(path, _Trap(tmp_path / "ran"))
    for options in ({}, {"architecture": "RN50"}):
        with pytest.raises(PhotoClipError, match=r"holds a program|is damaged"):
            _import(path, models_dir, **options)

    assert not (tmp_path / "ran").exists()
    assert not models_dir.exists()
    # The trap does work.
    if write is _bare:
        pickle.loads(path.read_bytes())
        assert (tmp_path / "ran").exists()


def test_a_payload_under_a_safe_name_is_not_run(copy: Path, tmp_path: Path, models_dir: Path
) -> None:  # fmt: skip
    _zipped(copy / "open_clip_model.safetensors", _Trap(tmp_path / "ran"))

    with pytest.raises(PhotoClipError, match="is damaged"):
        _import(copy, models_dir)
    assert not (tmp_path / "ran").exists()


def test_a_torchscript_archive_is_refused(tmp_path: Path, models_dir: Path) -> None:
    with zipfile.ZipFile(tmp_path / "ViT-B-32.pt", "w") as archive:
        for name in ("data.pkl", "constants.pkl", "code/__torch__.py", "version"):
            archive.writestr(f"ViT-B-32/{name}", b"\x80\x02}q\x00.")

    with pytest.raises(PhotoClipError, match="photoclip models get"):
        _import(tmp_path / "ViT-B-32.pt", models_dir, architecture="ViT-B-32")


def _header(header: bytes, length: int | None = None) -> bytes:
    return struct.pack("<Q", len(header) if length is None else length) + header


def _entry(shape: list[int], start: int, end: int) -> bytes:
    entry = {"x": {"dtype": "F32", "shape": shape, "data_offsets": [start, end]}}
    return json.dumps(entry).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"short",
        b"<!DOCTYPE html><html><body>404</body></html>",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 123\n",
        _header(b"{}", length=100 << 30),
        _header(b"{}", length=2**64 - 1),
        _header(b"{" * 1000),
        _header(b"[" * 100_000),
        _header(b"\xff\xfe"),
        _header(_entry([1_000_000], 0, 4_000_000)) + bytes(4),
        _header(_entry([4], 0, 4)) + bytes(4),
        _header(_entry([1], 4, 0)) + bytes(4),
        _header(_entry([2**40, 2**40], 0, 4)) + bytes(4),
        _header(b"{}"),
    ],
)
@pytest.mark.parametrize("name", ["open_clip_model.safetensors", "open_clip_pytorch_model.bin"])
def test_files_that_lie_are_refused_in_one_sentence(
    copy: Path, models_dir: Path, content: bytes, name: str
) -> None:
    (copy / "open_clip_model.safetensors").unlink()
    (copy / name).write_bytes(content)

    for path, options in ((copy, {}), (copy / name, {}), (copy / name, {"architecture": "RN50"})):
        with pytest.raises(PhotoClipError) as caught:
            _import(path, models_dir, **options)
        assert str(caught.value).startswith(("The model file ", "The file "))
        assert str(caught.value).count("\n") == 0
    assert not models_dir.exists()


@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
def test_a_truncated_or_tampered_file_is_refused_or_loads(
    copy: Path, tmp_path: Path, models_dir: Path, suffix: str
) -> None:
    import torch

    whole = (copy / "open_clip_model.safetensors").read_bytes()
    name = "open_clip_model.safetensors"
    if suffix == ".pt":
        buffer = io.BytesIO()
        torch.save(_weights(copy), buffer)
        whole, name = buffer.getvalue(), "open_clip_pytorch_model.bin"
        (copy / "open_clip_model.safetensors").unlink()
    generator = np.random.default_rng(4)
    refused = 0
    for turn in range(16):
        damaged = bytearray(whole)
        if turn < 6:
            del damaged[int(generator.integers(0, len(damaged))) :]
        else:
            # Near the ends, where headers and directories lie.
            for _ in range(4):
                place = int(generator.integers(0, 2_000)) * (1 if turn % 2 else -1)
                damaged[place] ^= int(generator.integers(1, 256))
        (copy / name).write_bytes(damaged)
        try:
            _import(copy, models_dir, name=f"turn {turn}")
        except PhotoClipError:
            refused += 1
    assert refused >= 6
    assert len(list(models_dir.iterdir())) == 16 - refused if models_dir.exists() else True


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_are_refused(
    copy: Path, models_dir: Path, value: float
) -> None:
    from safetensors.torch import save_file

    state = _weights(copy)
    state["transformer.resblocks.0.mlp.c_fc.weight"][3, 4] = value
    save_file(state, copy / "open_clip_model.safetensors")

    with pytest.raises(PhotoClipError, match="not finite"):
        _import(copy, models_dir)
    assert not models_dir.exists()


@pytest.mark.parametrize("missing", ["tokenizer.json", "vocabulary"])
def test_a_tokenizer_that_is_missing_or_of_another_model_is_explained(
    clip_folder: Path, tmp_path: Path, models_dir: Path, missing: str
) -> None:
    folder = Path(shutil.copytree(clip_folder, tmp_path / "copy"))
    sentence = "needs its tokenizer files"
    if missing == "vocabulary":
        tokenizer = json.loads((folder / "tokenizer.json").read_text())
        vocabulary = tokenizer["model"]["vocab"]
        vocabulary["a</w>"] = 10_000
        (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
        sentence = "no usable embeddings"
    else:
        for name in ("tokenizer.json", "tokenizer_config.json"):
            (folder / name).unlink()

    with pytest.raises(PhotoClipError, match=sentence):
        _import(folder, models_dir)
    assert not models_dir.exists()


def test_weights_of_another_architecture_are_explained(copy: Path, models_dir: Path) -> None:
    with pytest.raises(PhotoClipError, match="does not fit"):
        _import(copy / "open_clip_model.safetensors", models_dir, architecture="RN50")
    with pytest.raises(PhotoClipError, match=r"no architecture called “ViT-B-31”"):
        _import(copy / "open_clip_model.safetensors", models_dir, architecture="ViT-B-31")


def test_an_imported_model_is_read_as_open_clip_reads_it(
    tmp_path: Path, models_dir: Path, copy: Path
) -> None:
    import open_clip
    import torch

    model = _import(copy, models_dir)
    reference = open_clip.create_model(f"local-dir:{model.folder}").eval()
    tokens = open_clip.get_tokenizer(f"local-dir:{model.folder}")(_TEXTS)
    with torch.inference_mode():
        theirs: NDArray[np.float32] = reference.encode_text(tokens, normalize=True).numpy()

    np.testing.assert_allclose(_encoder(model).encode_texts(_TEXTS), theirs, atol=1e-4)
