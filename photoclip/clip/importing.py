"""Bringing a model from disk into the folder of models: checked, copied whole, never half.

What arrives is a folder like any other: weights as safetensors, so that no later load unpickles,
the configuration, and the tokenizer files that belong to it.
"""

import errno
import json
import os
import shutil
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from photoclip.clip import hf_format
from photoclip.clip.disk import save_tensors, sync
from photoclip.clip.loading import load_towers
from photoclip.clip.models import (
    ABOUT_FILE,
    CHECKPOINT_FILE,
    CONFIG_FILE,
    STARTER,
    Model,
    find_model,
)
from photoclip.clip.preprocess import Preprocessing
from photoclip.clip.recognition import recognise
from photoclip.clip.tokens import TOKENIZER_FILES
from photoclip.clip.weights import SAFETENSORS, checkpoint_files, read_state
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, RateMeter, StopFlag

if TYPE_CHECKING:
    import torch

# What is taken along from a model's folder, where it is there. Nothing that could run.
_FOLDER_FILES: tuple[str, ...] = (
    CONFIG_FILE, ABOUT_FILE, hf_format.CONFIG_FILE, "preprocessor_config.json",
    "processor_config.json", "training.json", "README.md", "LICENSE", "LICENSE.txt", "LICENSE.md",
    *TOKENIZER_FILES,
)  # fmt: skip

# Names of checkpoints that say nothing about the model.
_NAMELESS = (
    "open_clip_model", "open_clip_pytorch_model", "pytorch_model", "model", "weights", "checkpoint",
)  # fmt: skip

_STAGING = ".importing-"
_RUBBISH = (_STAGING, ".removed-")
# How old, in seconds, what an earlier run left behind must be before it is swept up: another
# program may be importing just now.
_STALE = 24 * 3600

_CHUNK = 4 << 20

# Not allowed in a file's name on Windows, where a library may go one day.
_FORBIDDEN = set('<>:"/\\|?*')


def import_model(
    path: Path,
    models_dir: Path,
    stop: StopFlag,
    *,
    name: str | None = None,
    architecture: str | None = None,
) -> Generator[Progress, None, Model | None]:
    """Copy a model into `models_dir` after trying it on one picture and one sentence.

    Args:
        path: a folder of open_clip's or Hugging Face's, or one checkpoint file, beside which
            lie the tokenizer files that its architecture may need.
        models_dir: made if it is not there.
        stop: leaves nothing behind.
        name: what the model shall be called; None takes the folder's or the file's name.
        architecture: open_clip's name for what a single file holds; None works it out.

    Yields:
        `Progress` with the phases "checking" and, in bytes, "copying".

    Returns:
        the model in its new place, or None if stopped.

    Raises:
        PhotoClipError: the model cannot be used, the name cannot be taken, or the disk refuses.
    """
    # Not resolved: Hugging Face's cache links from names to blobs of none.
    path = Path(os.path.abspath(path.expanduser()))
    yield Progress("checking", 0)
    source = _source(path, architecture)
    if name is None:
        chosen, bears_it = _name_of(path, source)
        _check_name(chosen, models_dir, f"Give {bears_it} another name")
    else:
        chosen = name
        _check_name(chosen, models_dir, "Give another name")
    if stop.stopped:
        return None
    _try_out(source)
    if stop.stopped:
        return None
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        _sweep(models_dir)
        _check_room(source, models_dir)
        staging = Path(mkdtemp(prefix=_STAGING, dir=models_dir))
        try:
            yield from _fill(staging, source, stop)
            if stop.stopped:
                return None
            # A temporary folder is for its owner alone.
            staging.chmod(0o755)
            sync(staging)
            staging.rename(models_dir / chosen)
            sync(models_dir)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _no_room(source, models_dir) from error
        reason = error.strerror or "unknown reason"
        raise PhotoClipError(
            f"The model “{chosen}” cannot be written to {models_dir}: {reason}."
        ) from error
    return find_model(chosen, models_dir)


def _source(path: Path, architecture: str | None) -> Model:
    """What lies at a path, as a model in its old place."""
    if path.is_dir():
        if architecture is not None:
            raise PhotoClipError(
                f"{path} is a folder, which says itself what it holds. "
                "Leave out the architecture, or choose one file."
            )
        return find_model(str(path), None)
    if not path.is_file():
        raise PhotoClipError(f"There is nothing at {path}. Choose a model file or a model folder.")
    if architecture is None:
        try:
            around = find_model(str(path.parent), None)
        except PhotoClipError:
            around = None
        if around is not None:
            own = (around.checkpoint, *checkpoint_files(around.checkpoint))
            if path.name in {file.name for file in own}:
                return around
        architecture = recognise(path)
    return find_model(f"{architecture}={path}", None)


def _name_of(path: Path, source: Model) -> tuple[str, str]:
    """The name that a model has without being given one, and what to rename to change that."""
    if source.folder == source.config_path.parent:
        return source.folder.name, f"the folder {source.folder}"
    return source.name if path.stem in _NAMELESS else path.stem, f"the file {path}"


def _check_name(name: str, models_dir: Path, remedy: str) -> None:
    """Refuse a name that cannot be or is taken.

    Args:
        remedy: the beginning of a sentence, how whoever imports can choose another.
    """
    printable = name.isprintable() and not _FORBIDDEN & set(name)
    if not printable or name != name.strip(" .") or not 0 < len(name) <= 100:
        raise PhotoClipError(
            f"A model cannot be called “{name}”. {remedy}, of letters, digits, spaces and dashes."
        )
    if name.lower() == STARTER:
        raise PhotoClipError(f"There is already a model called “{name}”. {remedy}.")
    if (models_dir / name).exists():
        raise PhotoClipError(
            f"There is already a model called “{name}”. {remedy}, or remove that model first."
        )


def _try_out(source: Model) -> None:
    """Load the model once and embed a picture and a sentence.

    Raises:
        PhotoClipError: it cannot be loaded, or does not give finite numbers of the right length.
    """
    import torch

    towers = load_towers(source)
    for value in towers.model.state_dict().values():
        if not torch.isfinite(value).all():
            raise PhotoClipError(
                f"The model file {source.checkpoint} holds numbers that are not finite, as "
                "training that failed leaves them. Get the model again or choose another."
            )
    model: Any = towers.model
    try:
        with torch.inference_mode():
            features = (
                model.encode_image(_test_picture(source.preprocessing)),
                model.encode_text(towers.tokenize(["A photo of a dog on the beach."])),
            )
    except (AssertionError, IndexError, RuntimeError, TypeError, ValueError) as error:
        raise _unusable(source) from error
    for vector in features:
        if tuple(vector.shape) != (1, source.dim) or not torch.isfinite(vector).all():
            raise _unusable(source)


def _test_picture(preprocessing: Preprocessing) -> "torch.Tensor":
    import torch

    ramp = torch.linspace(0, 1, preprocessing.size)
    picture = torch.stack([ramp[:, None] + ramp, ramp[:, None] - ramp, ramp * ramp[:, None]])
    mean, std = (torch.tensor(c).view(3, 1, 1) for c in (preprocessing.mean, preprocessing.std))
    return ((picture.clamp(0, 1) - mean) / std)[None]


def _check_room(source: Model, models_dir: Path) -> None:
    needed = sum(file.stat().st_size for file in checkpoint_files(source.checkpoint))
    if shutil.disk_usage(models_dir).free < needed:
        raise _no_room(source, models_dir)


def _fill(staging: Path, source: Model, stop: StopFlag) -> Iterator[Progress]:
    in_folder = source.folder == source.config_path.parent
    hugging_face = hf_format.SECTION in source.config
    weights = checkpoint_files(source.checkpoint)
    if weights[0].suffix.lower() == SAFETENSORS:
        yield from _copy_weights(staging, source, weights, hugging_face, stop)
    else:
        total = source.checkpoint.stat().st_size
        yield Progress("copying", 0, total)
        _convert(source.checkpoint, staging / _weights_name(hugging_face))
        yield Progress("copying", total, total)
    names = _FOLDER_FILES if in_folder else _files_beside(source)
    if not in_folder:
        _write_config(staging / CONFIG_FILE, source)
    for name in names:
        if (source.folder / name).is_file():
            shutil.copyfile(source.folder / name, staging / name)
            sync(staging / name)


def _files_beside(source: Model) -> tuple[str, ...]:
    """What of the files beside a single checkpoint its architecture has a use for."""
    text_cfg = source.config["text_cfg"]
    if text_cfg.get("hf_model_name"):
        return (*TOKENIZER_FILES, hf_format.CONFIG_FILE)
    return TOKENIZER_FILES if text_cfg.get("hf_tokenizer_name") else ()


def _copy_weights(
    staging: Path, source: Model, weights: list[Path], hugging_face: bool, stop: StopFlag
) -> Iterator[Progress]:
    targets = {file: staging / file.name for file in weights}
    if weights == [source.checkpoint]:
        targets = {source.checkpoint: staging / _weights_name(hugging_face)}
    else:
        shutil.copyfile(source.checkpoint, staging / source.checkpoint.name)
    total = sum(file.stat().st_size for file in weights)
    done = 0
    meter = RateMeter()
    for file, target in targets.items():
        with file.open("rb") as read, target.open("wb") as written:
            while chunk := read.read(_CHUNK):
                written.write(chunk)
                done += len(chunk)
                rate = meter.update(done)
                left = (total - done) / rate if rate else None
                yield Progress("copying", done, total, seconds_left=left, rate=rate)
                stop.wait_while_paused()
                if stop.stopped:
                    return
            written.flush()
            os.fsync(written.fileno())


def _convert(checkpoint: Path, target: Path) -> None:
    """The tensors of a pickle as safetensors.

    Raises:
        OSError: the disk refuses.
    """
    # Clones, since safetensors does not keep that two names share one tensor.
    state = {name: value.contiguous().clone() for name, value in read_state(checkpoint).items()}
    save_tensors(state, target)


def _weights_name(hugging_face: bool) -> str:
    return hf_format.CHECKPOINT_FILES[0] if hugging_face else CHECKPOINT_FILE


def _write_config(path: Path, source: Model) -> None:
    preprocessing = source.preprocessing
    document = {
        "model_cfg": source.config,
        "preprocess_cfg": {
            "mean": preprocessing.mean,
            "std": preprocessing.std,
            "interpolation": preprocessing.interpolation,
            "resize_mode": preprocessing.resize_mode,
            "fill_color": preprocessing.fill_color,
        },
    }
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    sync(path)


def _sweep(models_dir: Path) -> None:
    for path in models_dir.iterdir():
        if path.name.startswith(_RUBBISH) and time.time() - path.stat().st_mtime > _STALE:
            shutil.rmtree(path, ignore_errors=True)


def _unusable(source: Model) -> PhotoClipError:
    return PhotoClipError(
        f"The model in {source.checkpoint} can be loaded but gives no usable embeddings; its files "
        "may not belong together. Get the model again or choose another."
    )


def _no_room(source: Model, models_dir: Path) -> PhotoClipError:
    size = sum(file.stat().st_size for file in checkpoint_files(source.checkpoint)) / 1e6
    return PhotoClipError(
        f"The disk of {models_dir} has no room for the {size:,.0f} MB of the model. "
        "Make room and try again."
    )
