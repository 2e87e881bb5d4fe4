"""open_clip's named architectures, read from its package files without importing it.

Importing open_clip means importing torch, some seconds; which architectures there are and what
pictures they want is also asked where no model will run.
"""

import importlib.util
import json
from pathlib import Path
from typing import Any

from photoclip.errors import PhotoClipError

_HALF = (0.5, 0.5, 0.5)

# What the published weights of an architecture family want, where it is not open_clip's default:
# the first entry whose key is part of the lower-case name. From open_clip's `pretrained.py`,
# which names it per download; for weights from a file it would fall back to OpenAI's values.
_PREPROCESSING: tuple[tuple[str, dict[str, Any]], ...] = (
    ("siglip", {"mean": _HALF, "std": _HALF, "resize_mode": "squash"}),
    (
        "clipa",
        {
            "mean": (0.485, 0.456, 0.406),
            "std": (0.229, 0.224, 0.225),
            "interpolation": "bilinear",
            "resize_mode": "squash",
        },
    ),
    ("mobileclip2-l", {}),
    ("mobileclip2-s3", {"interpolation": "bilinear"}),
    ("mobileclip2-s4", {"interpolation": "bilinear"}),
    ("mobileclip", {"mean": (0.0,) * 3, "std": (1.0,) * 3, "interpolation": "bilinear"}),
    (
        "pe-core",
        {"mean": _HALF, "std": _HALF, "interpolation": "bilinear", "resize_mode": "squash"},
    ),
    ("worldwide-378", {"resize_mode": "squash"}),
)

_ROBERTA: dict[str, Any] = {
    "attention_probs_dropout_prob": 0.1,
    "bos_token_id": 0,
    "eos_token_id": 2,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "hidden_size": 768,
    "intermediate_size": 3072,
    "layer_norm_eps": 1e-05,
    "max_position_embeddings": 514,
    "num_attention_heads": 12,
    "num_hidden_layers": 12,
    "pad_token_id": 1,
    "type_vocab_size": 1,
}
_XLM_ROBERTA = _ROBERTA | {"model_type": "xlm-roberta", "vocab_size": 250002}

# The settings of the text encoders that published models of open_clip name but do not bring:
# `config.json` of FacebookAI/roberta-base, xlm-roberta-base and xlm-roberta-large.
_TEXT_TOWERS: dict[str, dict[str, Any]] = {
    "roberta-base": _ROBERTA | {"model_type": "roberta", "vocab_size": 50265},
    "xlm-roberta-base": _XLM_ROBERTA,
    "xlm-roberta-large": _XLM_ROBERTA
    | {
        "hidden_size": 1024,
        "intermediate_size": 4096,
        "num_attention_heads": 16,
        "num_hidden_layers": 24,
    },
}


def text_tower_config(name: str) -> dict[str, Any] | None:
    """The `config.json` of a transformers text encoder by its public name, or None if unknown."""
    return _TEXT_TOWERS.get(name.removeprefix("FacebookAI/"))


def architecture_names() -> list[str]:
    """The names open_clip gives to its architectures, e.g. "ViT-B-32", sorted."""
    return sorted(path.stem for path in _config_folder().glob("*.json"))


def architecture_config_path(name: str) -> Path:
    """The file of open_clip that describes an architecture; it may not exist."""
    return _config_folder() / f"{name.replace('/', '-')}.json"


def architecture_config(name: str) -> dict[str, Any]:
    """The configuration of a named architecture, as in an `open_clip_config.json`.

    Returns:
        a dict with `model_cfg` and `preprocess_cfg`.

    Raises:
        KeyError: open_clip has no such architecture.
    """
    path = architecture_config_path(name)
    if not path.is_file():
        raise KeyError(name)
    model_cfg = json.loads(path.read_text(encoding="utf-8"))
    lower = name.lower()
    preprocess_cfg = next((values for key, values in _PREPROCESSING if key in lower), {})
    return {"model_cfg": model_cfg, "preprocess_cfg": dict(preprocess_cfg)}


def _config_folder() -> Path:
    # Finding a package's folder does not run the package.
    spec = importlib.util.find_spec("open_clip")
    if spec is None or not spec.submodule_search_locations:
        raise PhotoClipError("open_clip is missing; install PhotoClip again.")
    return Path(spec.submodule_search_locations[0]) / "model_configs"
