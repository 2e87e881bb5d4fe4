"""The CLIP models on this computer: where they lie and what is known of them without torch.

A model is a folder as open_clip's `local-dir:` reads it: `open_clip_config.json`, a checkpoint
(`open_clip_model.safetensors`) and, where the text tower asks for them, tokenizer files and the
tower's `config.json`; or a CLIP or SigLIP as Hugging Face's `save_pretrained` leaves it, see
`hf_format`. What a person may want to know stands at the top level of `open_clip_config.json` or
in a `photoclip.json` beside it, all of it optional: the strings `licence` and `description`, and
`languages`, a list of ISO 639 codes ("mul" for many).
"""

import difflib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import xxhash

from photoclip.clip import hf_format
from photoclip.clip.architectures import (
    architecture_config,
    architecture_config_path,
    architecture_names,
)
from photoclip.clip.calibration import Curve, Frequent, read_curves
from photoclip.clip.preprocess import Preprocessing
from photoclip.clip.remembered import note, recall
from photoclip.clip.weights import PICKLES, SAFETENSORS, checkpoint_files
from photoclip.errors import PhotoClipError
from photoclip.resources import resource_path

STARTER = "starter"
CONFIG_FILE = "open_clip_config.json"
CHECKPOINT_FILE = "open_clip_model.safetensors"
ABOUT_FILE = "photoclip.json"
# By term, the slope and intercept of its curve; see `calibration`.
CURVES_FILE = "term_curves.json"

# In the cache folder.
_IDS_FILE = "model-ids.json"


_OPENAI_TOKENS = 49408

# In the order of preference; the later ones are what older downloads of open_clip contain.
_CHECKPOINT_FILES = (
    CHECKPOINT_FILE,
    "open_clip_pytorch_model.safetensors",
    "open_clip_pytorch_model.bin",
)


@dataclass(frozen=True)
class Model:
    """One model that can be loaded.

    Attributes:
        name: what a person calls it: "starter", a folder's name, or an architecture's.
        source: what `find_model` turns into this model again, for settings.
        folder: where tokenizer files are looked for.
        config_path: the file the configuration came from.
        checkpoint: the file of the weights.
        config: open_clip's `model_cfg`, as in the file or told from Hugging Face's; not to be
            changed.
        dim: the length of an embedding.
        preprocessing: how the image tower wants its pictures.
        licence: a short name such as "Apache-2.0", or "".
        description: one sentence for a person, or "".
        languages: ISO 639 codes of what its texts may be in; empty where that is not known.
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
    languages: tuple[str, ...] = ()

    @cached_property
    def id(self) -> str:
        """Names the embedding space: its image tower, its width, and xxh3_128 over the rest.

        That is over configuration, preprocessing and weights, not over the name, so that a model
        keeps its vectors when it is renamed. Vectors of different ids cannot be compared. The
        first access reads the whole checkpoint; `remembered_id` does so once for a file.

        Raises:
            PhotoClipError: the checkpoint cannot be read.
        """
        digest = xxhash.xxh3_128()
        digest.update(json.dumps(_shaping(self), sort_keys=True).encode())
        for path in checkpoint_files(self.checkpoint):
            try:
                with path.open("rb") as file:
                    while chunk := file.read(1 << 20):
                        digest.update(chunk)
            except OSError as error:
                raise PhotoClipError(
                    f"The model file {path} cannot be read. Get the model again or choose another."
                ) from error
        return f"{_tower_name(self.config)}-{self.dim}-{digest.hexdigest()}"

    @property
    def term_curves(self) -> dict[str, Curve]:
        """How sure its scores make one of each term, where that was measured; often empty."""
        return self._calibration[0]

    @property
    def frequent_terms(self) -> dict[str, Frequent]:
        """What tells how frequent a term is in a library, of those that often are; often empty."""
        return self._calibration[1]

    @cached_property
    def _calibration(self) -> tuple[dict[str, Curve], dict[str, Frequent]]:
        return read_curves(self.folder / CURVES_FILE)

    @property
    def sigmoid(self) -> bool:
        """Whether it was trained with the sigmoid loss, so that the sigmoid of one logit, with the
        model's scale and bias, is the probability that picture and text belong together; a
        softmax model only compares texts with each other."""
        return self.config.get("init_logit_bias") is not None

    def understands(self, language: str) -> bool | None:
        """Whether texts in a language (an ISO 639 code) mean something to it; None if unknown."""
        if not self.languages:
            return None
        return language in self.languages or "mul" in self.languages


def remembered_id(model: Model, cache_dir: Path | None) -> str:
    """`Model.id` as it was found when these files, by size and time, were last read.

    A checkpoint has up to gigabytes, and the id is asked for before a window can show.

    Args:
        cache_dir: where ids are remembered; None reads the checkpoint.

    Raises:
        PhotoClipError: the checkpoint cannot be read.
    """
    try:
        key = _files_key(model)
    except OSError:
        return model.id  # which says what is wrong
    known = recall(cache_dir, _IDS_FILE, key)
    if isinstance(known, str):
        return known
    note(cache_dir, _IDS_FILE, key, model.id)
    return model.id


def known_id(model: Model, cache_dir: Path | None) -> str | None:
    """What `remembered_id` gives without reading the checkpoint; None where it would have to."""
    try:
        known = recall(cache_dir, _IDS_FILE, _files_key(model))
    except OSError:
        return None
    return known if isinstance(known, str) else None


def _files_key(model: Model) -> str:
    """Names the state of a model's files."""
    facts = [
        (os.path.abspath(path), path.stat().st_size, path.stat().st_mtime_ns)
        for path in checkpoint_files(model.checkpoint)
    ]
    told = json.dumps([facts, _shaping(model)], sort_keys=True)
    return xxhash.xxh3_128_hexdigest(told.encode())


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


def remove_model(name: str, models_dir: Path) -> None:
    """Delete the folder of a listed model; the starter stays.

    It is renamed first, so that half of a model is never listed.

    Raises:
        PhotoClipError: there is no such model in `models_dir`, or it cannot be removed.
    """
    if name == STARTER:
        raise PhotoClipError("The starter comes with PhotoClip and cannot be removed.")
    folder = next((path for path in _folders(models_dir) if path.name == name), None)
    if folder is None:
        raise PhotoClipError(f"There is no model called “{name}” in {models_dir}.")
    try:
        if folder.is_symlink():
            folder.unlink()
            return
        rubbish = Path(mkdtemp(prefix=".removed-", dir=models_dir))
        try:
            folder.rename(rubbish / name)
        finally:
            # What another program still reads is left to be swept up later.
            shutil.rmtree(rubbish, ignore_errors=True)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise PhotoClipError(
            f"The model “{name}” cannot be removed from {models_dir}: {reason}."
        ) from error


def _listed_folders(models_dir: Path | None) -> Iterator[Path]:
    starter = resource_path("models", STARTER)
    if starter.is_dir():
        yield starter
    if models_dir is not None:
        yield from _folders(models_dir)


def _folders(models_dir: Path) -> list[Path]:
    if not models_dir.is_dir():
        return []
    # What begins with a dot is not finished, or on its way out.
    return sorted(
        path for path in models_dir.iterdir() if path.is_dir() and not path.name.startswith(".")
    )


def _model_in(folder: Path, source: str) -> Model:
    names: tuple[str, ...] = _CHECKPOINT_FILES
    config_path = folder / CONFIG_FILE
    # Some published folders hold the same model in both ways, but not always both checkpoints.
    ours = config_path.is_file() and _first(folder, names) is not None
    hugging_face = not ours and hf_format.is_hugging_face(folder)
    if hugging_face:
        names, config_path = hf_format.CHECKPOINT_FILES, folder / hf_format.CONFIG_FILE
    elif not config_path.is_file():
        raise PhotoClipError(
            f"The model folder {folder} has no {CONFIG_FILE}, nor the {hf_format.CONFIG_FILE} of a "
            "CLIP or SigLIP. Choose a folder that has one."
        )
    try:
        if hugging_face:
            config = hf_format.read_config(folder)
        else:
            config = json.loads(config_path.read_bytes())
    except (AttributeError, KeyError, OSError, TypeError, ValueError, ZeroDivisionError) as error:
        raise _bad_config(config_path) from error
    checkpoint = _first(folder, names)
    if checkpoint is None:
        raise PhotoClipError(
            f"The model folder {folder} has no {names[0]}, or not all of its parts. "
            "Get the model again or choose another."
        )
    return _model(folder.name, source, config_path, checkpoint, config)


def _first(folder: Path, names: tuple[str, ...]) -> Path | None:
    """The first of the checkpoints that is there, with all parts that an index lists."""
    there = (folder / name for name in names if (folder / name).is_file())
    return next((path for path in there if all(map(Path.is_file, checkpoint_files(path)))), None)


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
    if checkpoint.suffix.lower() not in (SAFETENSORS, *PICKLES):
        raise PhotoClipError(
            f"The file {checkpoint} is not a model file. Give a .safetensors or .pt file."
        )
    # Not resolved: Hugging Face's cache links from names to blobs of none.
    checkpoint = Path(os.path.abspath(checkpoint))
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
    about = _about(config_path, config)
    return Model(
        name=name,
        source=source,
        folder=checkpoint.parent,
        config_path=config_path,
        checkpoint=checkpoint,
        config=model_cfg,
        dim=dim,
        preprocessing=preprocessing,
        licence=_text(about, "licence"),
        description=_text(about, "description"),
        languages=_languages(about, model_cfg),
    )


def _about(config_path: Path, config: dict[str, Any]) -> dict[str, Any]:
    """What the configuration says for people, and over it what stands beside it."""
    try:
        beside = json.loads((config_path.parent / ABOUT_FILE).read_bytes())
    except (OSError, ValueError):
        return config
    return config | beside if isinstance(beside, dict) else config


def _text(about: dict[str, Any], key: str) -> str:
    value = about.get(key)
    return value if isinstance(value, str) else ""


def _languages(about: dict[str, Any], model_cfg: dict[str, Any]) -> tuple[str, ...]:
    given = about.get("languages")
    if isinstance(given, list) and all(isinstance(code, str) for code in given):
        return tuple(given)
    text_cfg = model_cfg["text_cfg"]
    own_files = text_cfg.get("hf_tokenizer_name") or text_cfg.get("hf_model_name")
    # OpenAI's tokens were made from English, and so is what models with them were trained on.
    openai = not own_files or text_cfg.get("vocab_size") == _OPENAI_TOKENS
    return ("en",) if openai else ()


def _shaping(model: Model) -> dict[str, Any]:
    """What shapes embeddings beside the weights."""
    return {"model_cfg": model.config, "preprocessing": _fields(model.preprocessing)}


def _fields(preprocessing: Preprocessing) -> dict[str, Any]:
    # Written out, so that ids stay when there is once more to say about preprocessing.
    return {
        "size": preprocessing.size,
        "resize_mode": preprocessing.resize_mode,
        "interpolation": preprocessing.interpolation,
        "mean": preprocessing.mean,
        "std": preprocessing.std,
        "fill_color": preprocessing.fill_color,
    }


def _tower_name(config: dict[str, Any]) -> str:
    """A readable word for an image tower, e.g. "tf_efficientnet_lite2", "vit32" or "resnet"."""
    vision = config["vision_cfg"]
    if vision.get("timm_model_name"):
        # Also names folders and keys; what follows a dot says which pretrained weights.
        return str(vision["timm_model_name"]).partition(".")[0].replace("/", "_")
    if isinstance(vision.get("layers"), list):
        return "resnet"
    return f"vit{vision.get('patch_size', 16)}"


def _bad_config(path: Path) -> PhotoClipError:
    return PhotoClipError(
        f"The file {path} is not a model configuration that can be read. "
        "Get the model again or choose another."
    )
