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
