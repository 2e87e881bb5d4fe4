"""Checkpoints that are damaged, lie or carry a program: refused in a sentence, and never run."""

import io
import json
import os
import pickle
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photoclip.errors import PhotoClipError
from tests.clip.imports import bring


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
            bring(path, models_dir, **options)

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
        bring(copy, models_dir)
    assert not (tmp_path / "ran").exists()


def test_a_torchscript_archive_is_refused(tmp_path: Path, models_dir: Path) -> None:
    with zipfile.ZipFile(tmp_path / "ViT-B-32.pt", "w") as archive:
        for name in ("data.pkl", "constants.pkl", "code/__torch__.py", "version"):
            archive.writestr(f"ViT-B-32/{name}", b"\x80\x02}q\x00.")

    with pytest.raises(PhotoClipError, match="photoclip models get"):
        bring(tmp_path / "ViT-B-32.pt", models_dir, architecture="ViT-B-32")


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
            bring(path, models_dir, **options)
        assert str(caught.value).startswith(("The model file ", "The file "))
        assert str(caught.value).count("\n") == 0
    assert not models_dir.exists()


@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
def test_a_truncated_or_tampered_file_is_refused_or_loads(
    copy: Path, tmp_path: Path, models_dir: Path, suffix: str
) -> None:
    import torch
    from safetensors.torch import load_file

    whole = (copy / "open_clip_model.safetensors").read_bytes()
    name = "open_clip_model.safetensors"
    if suffix == ".pt":
        buffer = io.BytesIO()
        torch.save(load_file(copy / "open_clip_model.safetensors"), buffer)
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
            bring(copy, models_dir, name=f"turn {turn}")
        except PhotoClipError:
            refused += 1
    assert refused >= 6
    assert len(list(models_dir.iterdir())) == 16 - refused if models_dir.exists() else True


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_are_refused(
    copy: Path, models_dir: Path, value: float
) -> None:
    from safetensors.torch import load_file, save_file

    state = load_file(copy / "open_clip_model.safetensors")
    state["transformer.resblocks.0.mlp.c_fc.weight"][3, 4] = value
    save_file(state, copy / "open_clip_model.safetensors")

    with pytest.raises(PhotoClipError, match="not finite"):
        bring(copy, models_dir)
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
        bring(folder, models_dir)
    assert not models_dir.exists()


def test_weights_of_another_architecture_are_explained(copy: Path, models_dir: Path) -> None:
    with pytest.raises(PhotoClipError, match="does not fit"):
        bring(copy / "open_clip_model.safetensors", models_dir, architecture="RN50")
    with pytest.raises(PhotoClipError, match=r"no architecture called “ViT-B-31”"):
        bring(copy / "open_clip_model.safetensors", models_dir, architecture="ViT-B-31")
