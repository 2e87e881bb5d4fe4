"""Writing a trained model as a folder that open_clip loads with its `local-dir:` scheme."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import torch

from photoclip.clip.disk import save_tensors, sync
from photoclip.clip.models import ABOUT_FILE, CONFIG_FILE
from photoclip.clip.training.towers import TEXT_FILES, Towers
from photoclip.errors import PhotoClipError

WEIGHTS_FILE = "open_clip_model.safetensors"
RECORD_FILE = "training.json"
# What people wrote about a model, true as long as it is made of the same towers.
_KEPT_FILES = ("README.md", ABOUT_FILE)


def check_output(folder: Path) -> None:
    """Refuse, before hours of work, a folder that could not be replaced at the end.

    Raises:
        PhotoClipError: the path is a file, or a folder with something else than a model in it.
    """
    if folder.exists() and not folder.is_dir():
        raise PhotoClipError(f"{folder} is a file. Choose a folder for the model.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / CONFIG_FILE).is_file():
        raise PhotoClipError(
            f"The folder {folder} holds other files than a model. Choose an empty or a new folder."
        )


def write_model(folder: Path, towers: Towers, record: Mapping[str, Any]) -> None:
    """Write weights in float16, configuration, tokenizer and record; replace a model of before.

    All is written beside `folder` first and renamed when it is on the disk, so that `folder` never
    holds half of a model; a power cut between the two renames leaves the old one beside it, under
    a name with a dot. What stands there for people is kept if it is about the same towers.

    Args:
        folder: as `check_output` allows it.
        towers: the trained model.
        record: how it was trained, for `training.json`.

    Raises:
        PhotoClipError: the weights are no numbers or do not fit into float16, or the disk refuses.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            _fill(fresh, towers, record)
            for name in _KEPT_FILES if _is_of_same_towers(folder, record) else ():
                if (folder / name).is_file():
                    shutil.copyfile(folder / name, fresh / name)
            # A temporary folder is for its owner alone.
            fresh.chmod(0o755)
            for path in (*fresh.iterdir(), fresh):
                sync(path)
            _swap(fresh, folder)
            sync(folder.parent)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise PhotoClipError(f"The model cannot be written to {folder}: {reason}.") from error


def _fill(folder: Path, towers: Towers, record: Mapping[str, Any]) -> None:
    state = {}
    for name, value in towers.model.state_dict().items():
        value = value.detach().cpu()
        # Temperature and bias are single numbers, whose last digits would be cut for nothing.
        small = value.half() if value.is_floating_point() and value.numel() > 1 else value
        if value.is_floating_point() and not torch.isfinite(value).all():
            raise PhotoClipError(
                "The trained weights are no longer numbers. Train with a lower rate or in float32."
            )
        if small.is_floating_point() and not torch.isfinite(small).all():
            raise PhotoClipError(
                "The trained weights are too large for 16 bits. Train with a lower learning rate."
            )
        state[name] = small.contiguous().clone()
    save_tensors(state, folder / WEIGHTS_FILE)
    config: dict[str, Any] = {
        "model_cfg": towers.model_cfg,
        "preprocess_cfg": towers.preprocess_cfg(),
    }
    if towers.licence:
        config["licence"] = towers.licence
    if towers.languages:
        config["languages"] = towers.languages
    _write_json(folder / CONFIG_FILE, config)
    _write_json(folder / RECORD_FILE, record)
    if towers.text_folder is not None:
        for name in TEXT_FILES:
            if (towers.text_folder / name).is_file():
                shutil.copyfile(towers.text_folder / name, folder / name)


def _is_of_same_towers(folder: Path, record: Mapping[str, Any]) -> bool:
    """Whether the model in a folder was trained from what the record names, in whatever size."""
    try:
        before = json.loads((folder / RECORD_FILE).read_bytes())
        return _named_towers(before) == _named_towers(record)
    except (AttributeError, KeyError, OSError, TypeError, ValueError):
        return False


def _named_towers(record: Mapping[str, Any]) -> dict[str, str]:
    towers = record["settings"]["towers"]
    return {key: value for key, value in towers.items() if isinstance(value, str)}


def _swap(fresh: Path, folder: Path) -> None:
    if not folder.exists():
        fresh.rename(folder)
        return
    old = fresh.with_name(fresh.name + ".old")
    folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _write_json(path: Path, document: Mapping[str, Any]) -> None:
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")
