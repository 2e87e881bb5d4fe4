"""The CLIP models on this computer: where they lie and what is known of them without torch.

A model is a folder as open_clip's `local-dir:` reads it: `open_clip_config.json`, a checkpoint
(`open_clip_model.safetensors`) and, where the text tower asks for them, tokenizer files and the
tower's `config.json`. PhotoClip reads two optional strings more at the top level of
`open_clip_config.json`: `licence` and `description`.
"""

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import xxhash

from photoclip.clip.architectures import (
    architecture_config,
    architecture_config_path,
    architecture_names,
)
from photoclip.clip.preprocess import Preprocessing
from photoclip.errors import PhotoClipError
from photoclip.resources import resource_path

STARTER = "starter"
CONFIG_FILE = "open_clip_config.json"
CHECKPOINT_FILE = "open_clip_model.safetensors"

_STARTER_LICENCE = "Apache-2.0"
_STARTER_DESCRIPTION = "The small, fast model that comes with PhotoClip; understands English."

# In the order of preference; the later ones are what older downloads of open_clip contain.
_CHECKPOINT_FILES = (
    CHECKPOINT_FILE,
    "open_clip_pytorch_model.safetensors",
    "open_clip_pytorch_model.bin",
)
_CHECKPOINT_SUFFIXES = (".safetensors", ".pt", ".pth", ".bin")


@dataclass(frozen=True)
class Model:
    """One model that can be loaded.

    Attributes:
        name: what a person calls it: "starter", a folder's name, or an architecture's.
        source: what `find_model` turns into this model again, for settings.
        folder: where tokenizer files are looked for.
        config_path: the file the configuration came from.
        checkpoint: the file of the weights.
        config: open_clip's `model_cfg`, as in the file; not to be changed.
        dim: the length of an embedding.
        preprocessing: how the image tower wants its pictures.
        licence: a short name such as "Apache-2.0", or "".
        description: one sentence for a person, or "".
    """

    name: str
    source: str
    folder: Path
    config_path: Path
    checkpoint: Path
    config: dict[str, Any] = field(compare=False, repr=False)
    dim: int
    preprocessing: Preprocessing
    licence: str = ""
    description: str = ""

    @cached_property
    def id(self) -> str:
        """Names the embedding space: the name and xxh3_128 over configuration and weights.

        Vectors of different ids cannot be compared. The first access reads the whole checkpoint.

        Raises:
            PhotoClipError: the checkpoint cannot be read.
        """
        digest = xxhash.xxh3_128()
        shaping = {"model_cfg": self.config, "preprocessing": repr(self.preprocessing)}
        digest.update(json.dumps(shaping, sort_keys=True).encode())
        try:
            with self.checkpoint.open("rb") as file:
                while chunk := file.read(1 << 20):
                    digest.update(chunk)
        except OSError as error:
            raise PhotoClipError(
                f"The model file {self.checkpoint} cannot be read. "
                "Get the model again or choose another."
            ) from error
        return f"{self.name}-{digest.hexdigest()}"


def available_models(models_dir: Path | None) -> list[Model]:
    """The shipped starter, then the complete models among the folders in `models_dir`, by name.

    Folders that cannot be read as a model are left out; `find_model` says why.
    """
    models: dict[str, Model] = {}
    for folder in _listed_folders(models_dir):
        try:
            model = _model_in(folder, source=folder.name)
        except PhotoClipError:
            continue
        models.setdefault(model.name, model)
    return list(models.values())


def find_model(name_or_path: str, models_dir: Path | None) -> Model:
    """The model a person means.

    Args:
        name_or_path: a listed name, the path of a model folder, or `ARCHITECTURE=CHECKPOINT`
            with one of open_clip's architectures and a local file, e.g.
            "ViT-B-32=weights.safetensors".
        models_dir: the folder whose sub-folders are models; may not exist.

    Raises:
        PhotoClipError: there is no such model, or it is incomplete.
    """
    for folder in _listed_folders(models_dir):
        if folder.name == name_or_path:
            return _model_in(folder, source=folder.name)
    path = Path(name_or_path).expanduser()
    if name_or_path and path.is_dir():
        path = path.resolve()
        return _model_in(path, source=str(path))
    architecture, equals, checkpoint = name_or_path.partition("=")
    if equals:
        return _model_of(architecture.strip(), Path(checkpoint.strip()).expanduser())
    names = [model.name for model in available_models(models_dir)]
    listed = f"The models here are: {', '.join(names)}." if names else "No models are here yet."
    raise PhotoClipError(
        f"There is no model called “{name_or_path}”. {listed} "
        "You can also give the path of a model folder, or ARCHITECTURE=CHECKPOINT."
    )


def _listed_folders(models_dir: Path | None) -> Iterator[Path]:
    starter = resource_path("models", STARTER)
    if starter.is_dir():
        yield starter
    if models_dir is not None and models_dir.is_dir():
        yield from sorted(path for path in models_dir.iterdir() if path.is_dir())


def _model_in(folder: Path, source: str) -> Model:
    config_path = folder / CONFIG_FILE
    if not config_path.is_file():
        raise PhotoClipError(
            f"The model folder {folder} has no {CONFIG_FILE}. Choose a folder that has one."
        )
    try:
        config = json.loads(config_path.read_bytes())
    except (OSError, ValueError) as error:
        raise _bad_config(config_path) from error
    checkpoint = next(
        (folder / name for name in _CHECKPOINT_FILES if (folder / name).is_file()), None
    )
    if checkpoint is None:
        raise PhotoClipError(
            f"The model folder {folder} has no {CHECKPOINT_FILE}. "
            "Get the model again or choose another."
        )
    return _model(folder.name, source, config_path, checkpoint, config)


def _model_of(architecture: str, checkpoint: Path) -> Model:
    try:
        config = architecture_config(architecture)
    except KeyError:
        close = difflib.get_close_matches(architecture, architecture_names(), n=3)
        hint = f"Did you mean {' or '.join(close)}?" if close else "An example is ViT-B-32."
        raise PhotoClipError(
            f"open_clip has no architecture called “{architecture}”. {hint}"
        ) from None
    if not checkpoint.is_file():
        raise PhotoClipError(
            f"There is no model file {checkpoint}. Give the path of a .safetensors or .pt file."
        )
    if checkpoint.suffix.lower() not in _CHECKPOINT_SUFFIXES:
        raise PhotoClipError(
            f"The file {checkpoint} is not a model file. Give a .safetensors or .pt file."
        )
    checkpoint = checkpoint.resolve()
    source = f"{architecture}={checkpoint}"
    config_path = architecture_config_path(architecture)
    return _model(config_path.stem, source, config_path, checkpoint, config)


def _model(name: str, source: str, config_path: Path, checkpoint: Path, config: object) -> Model:
    try:
        if not isinstance(config, dict):
            raise ValueError("not an object")
        model_cfg = config["model_cfg"]
        dim = model_cfg["embed_dim"]
        if not isinstance(dim, int) or dim <= 0 or not isinstance(model_cfg["text_cfg"], dict):
            raise ValueError("no usable embed_dim or text_cfg")
        preprocessing = Preprocessing.from_config(
            config.get("preprocess_cfg") or {}, model_cfg["vision_cfg"].get("image_size", 224)
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _bad_config(config_path) from error
    shipped = config_path.parent == resource_path("models", STARTER)
    return Model(
        name=name,
        source=source,
        folder=checkpoint.parent,
        config_path=config_path,
        checkpoint=checkpoint,
        config=model_cfg,
        dim=dim,
        preprocessing=preprocessing,
        licence=_text(config, "licence") or (_STARTER_LICENCE if shipped else ""),
        description=_text(config, "description") or (_STARTER_DESCRIPTION if shipped else ""),
    )


def _text(config: dict[str, Any], key: str) -> str:
    value = config.get(key)
    return value if isinstance(value, str) else ""


def _bad_config(path: Path) -> PhotoClipError:
    return PhotoClipError(
        f"The file {path} is not a model configuration that can be read. "
        "Get the model again or choose another."
    )
