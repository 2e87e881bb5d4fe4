"""Hugging Face's folders of CLIP and SigLIP, told in open_clip's words.

`transformers` saves such a model as `config.json`, `model.safetensors`, tokenizer files and
`preprocessor_config.json`. Its arithmetic is that of open_clip's classes (and, for SigLIP's
pictures, timm's) with other words for the settings; `hf_weights` has the names of the weights. What
open_clip cannot express exactly is refused. Follows transformers 5's `configuration_clip.py`,
`configuration_siglip.py` and their modelling code, which also take in SigLIP 2 of fixed size.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from photoclip.clip.preprocess import OPENAI_MEAN, OPENAI_STD
from photoclip.errors import PhotoClipError

CONFIG_FILE = "config.json"
CHECKPOINT_FILES = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin")

# In a model's configuration: what open_clip's settings have no place for.
SECTION = "hugging_face"

_FAMILIES = ("clip", "siglip", "siglip2")

# What a configuration leaves out, since only what differs from these need be in the file.
_CLIP = {"hidden_act": "quick_gelu", "layer_norm_eps": 1e-5, "num_hidden_layers": 12}
_CLIP_VISION = _CLIP | {
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_attention_heads": 12,
    "num_channels": 3,
    "image_size": 224,
    "patch_size": 32,
}
_CLIP_TEXT = _CLIP | {
    "hidden_size": 512,
    "intermediate_size": 2048,
    "num_attention_heads": 8,
    "vocab_size": 49408,
    "max_position_embeddings": 77,
    "eos_token_id": 49407,
}
_SIGLIP = {
    "hidden_act": "gelu_pytorch_tanh",
    "layer_norm_eps": 1e-6,
    "num_hidden_layers": 12,
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_attention_heads": 12,
}
_SIGLIP_VISION = _SIGLIP | {
    "num_channels": 3,
    "image_size": 224,
    "patch_size": 16,
    "vision_use_head": True,
}
_SIGLIP_TEXT = _SIGLIP | {"vocab_size": 32000, "max_position_embeddings": 64}

# timm's and open_clip's names; open_clip tells "tanh" by a keyword and QuickGELU by a flag.
_ACTIVATIONS = {"quick_gelu": "quick_gelu", "gelu": "gelu", "gelu_pytorch_tanh": "gelu_tanh"}

# Pillow's numbers of its filters.
_INTERPOLATION = {2: "bilinear", 3: "bicubic"}


def is_hugging_face(folder: Path) -> bool:
    """Whether the folder's `config.json` is that of a CLIP or SigLIP by its own words."""
    try:
        config = json.loads((folder / CONFIG_FILE).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and config.get("model_type") in _FAMILIES


def read_config(folder: Path) -> dict[str, Any]:
    """The configuration of a folder as an `open_clip_config.json` would have it.

    Returns:
        a dict with `model_cfg` and `preprocess_cfg`. `model_cfg` has the section `SECTION` more:
        "clean", how texts are prepared ("", "lower" or "canonicalize"), and for SigLIP "vision",
        the arguments of timm's VisionTransformer.

    Raises:
        PhotoClipError: open_clip cannot be told to compute the same.
        KeyError, TypeError, ValueError: the files make no sense, or are not JSON.
        OSError: a file cannot be read.
    """
    config = json.loads((folder / CONFIG_FILE).read_bytes())
    pictures = _pictures_config(folder)
    if config["model_type"] == "clip":
        model_cfg = _clip(folder, config)
        preprocess_cfg = _preprocessing(folder, pictures, model_cfg, OPENAI_MEAN, OPENAI_STD)
    else:
        model_cfg = _siglip(folder, config)
        half = (0.5, 0.5, 0.5)
        preprocess_cfg = _preprocessing(folder, pictures, model_cfg, half, half)
    return {"model_cfg": model_cfg, "preprocess_cfg": preprocess_cfg}


def _clip(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    vision = _section(config, "vision_config", _CLIP_VISION)
    text = _section(config, "text_config", _CLIP_TEXT)
    image, words = _activation(folder, vision), _activation(folder, text)
    if image != words and "quick_gelu" in (image, words):
        raise _inexact(folder, "has different activations in its two towers")
    legacy = text["eos_token_id"] == 2
    model_cfg: dict[str, Any] = {
        "embed_dim": config.get("projection_dim", 512),
        "quick_gelu": image == "quick_gelu",
        "vision_cfg": {
            "image_size": vision["image_size"],
            "patch_size": vision["patch_size"],
            "width": vision["hidden_size"],
            "layers": vision["num_hidden_layers"],
            "head_width": vision["hidden_size"] // vision["num_attention_heads"],
            "mlp_ratio": _mlp_ratio(vision),
            "norm_kwargs": {"eps": vision["layer_norm_eps"]},
            "act_kwargs": _act_kwargs(image),
        },
        "text_cfg": _text_cfg(text)
        # A number wrong in old files means the token with the highest number of a text.
        | ({"pool_type": "argmax"} if legacy else {"pool_type": "eos"})
        | ({} if legacy else {"eos_id": text["eos_token_id"]}),
        SECTION: {"clean": ""},
    }
    _check_sides(folder, vision)
    return model_cfg


def _siglip(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    if config["model_type"] == "siglip2" and "image_size" not in config.get("vision_config", {}):
        raise _inexact(
            folder, "is a SigLIP 2 for pictures of any shape (NaFlex), which it cannot run; "
            "the one of fixed size can be used",
        )  # fmt: skip
    vision = _section(config, "vision_config", _SIGLIP_VISION)
    text = _section(config, "text_config", _SIGLIP_TEXT)
    dim = vision["hidden_size"]
    if not vision["vision_use_head"] or (text.get("projection_size") or text["hidden_size"]) != dim:
        raise _inexact(folder, "has no common space for pictures and texts")
    words = _activation(folder, text)
    _check_sides(folder, vision)
    return {
        "embed_dim": dim,
        "custom_text": True,
        "quick_gelu": words == "quick_gelu",
        "init_logit_bias": 0.0,
        "vision_cfg": {"image_size": vision["image_size"], "patch_size": vision["patch_size"]},
        "text_cfg": _text_cfg(text)
        | {"no_causal_mask": True, "pool_type": "last", "proj_bias": True},
        SECTION: {
            "clean": _siglip_cleaning(folder),
            "vision": {
                "img_size": vision["image_size"],
                "patch_size": vision["patch_size"],
                "embed_dim": dim,
                "depth": vision["num_hidden_layers"],
                "num_heads": vision["num_attention_heads"],
                "mlp_ratio": _mlp_ratio(vision),
                "act_layer": _activation(folder, vision),
                "norm_eps": vision["layer_norm_eps"],
            },
        },
    }


def _text_cfg(text: dict[str, Any]) -> dict[str, Any]:
    return {
        "context_length": text["max_position_embeddings"],
        "vocab_size": text["vocab_size"],
        "hf_tokenizer_name": ".",
        "width": text["hidden_size"],
        "heads": text["num_attention_heads"],
        "layers": text["num_hidden_layers"],
        "mlp_ratio": _mlp_ratio(text),
        "norm_kwargs": {"eps": text["layer_norm_eps"]},
        "act_kwargs": _act_kwargs(_ACTIVATIONS[text["hidden_act"]]),
    }


def _section(config: dict[str, Any], name: str, defaults: Mapping[str, Any]) -> dict[str, Any]:
    # Files of 2022 say the same twice, and transformers believes the second.
    older = config.get(f"{name}_dict")
    given = {**(config.get(name) or {}), **({**defaults, **older} if older else {})}
    return {**defaults, **given}


def _activation(folder: Path, section: dict[str, Any]) -> str:
    name = section["hidden_act"]
    if name not in _ACTIVATIONS:
        raise _inexact(folder, f"uses the activation “{name}”")
    return _ACTIVATIONS[name]


def _act_kwargs(activation: str) -> dict[str, str] | None:
    return {"approximate": "tanh"} if activation == "gelu_tanh" else None


def _mlp_ratio(section: dict[str, Any]) -> float:
    # Half a unit more, because open_clip and timm cut the product with the width to a whole number.
    return float((section["intermediate_size"] + 0.5) / section["hidden_size"])


def _check_sides(folder: Path, vision: dict[str, Any]) -> None:
    sides = (vision["image_size"], vision["patch_size"])
    if not all(isinstance(side, int) for side in sides) or vision["num_channels"] != 3:
        raise _inexact(folder, "does not take square pictures of three colours")


def _siglip_cleaning(folder: Path) -> str:
    """SigLIP was trained on lower-case texts without punctuation, SigLIP 2 on lower-case ones.

    transformers does the first within `SiglipTokenizer`, and the second within `Siglip2Tokenizer`
    only, though the published files name Gemma's. Other tokenizers do what their file says.
    """
    try:
        content = json.loads((folder / "tokenizer_config.json").read_bytes())
        name = str(content.get("tokenizer_class", ""))
    except (AttributeError, OSError, ValueError):
        return ""
    if name.startswith("SiglipTokenizer"):
        return "canonicalize"
    return "lower" if name.startswith(("Gemma", "Siglip2")) else ""


def _pictures_config(folder: Path) -> dict[str, Any]:
    file = folder / "preprocessor_config.json"
    if file.is_file():
        return dict(json.loads(file.read_bytes()))
    # Where transformers 5 puts it.
    file = folder / "processor_config.json"
    if file.is_file():
        return dict(json.loads(file.read_bytes()).get("image_processor") or {})
    return {}


def _preprocessing(
    folder: Path,
    given: dict[str, Any],
    model_cfg: dict[str, Any],
    mean: tuple[float, ...],
    std: tuple[float, ...],
) -> dict[str, Any]:
    side = model_cfg["vision_cfg"]["image_size"]
    wanted = {"height": side, "width": side}
    clip = "vision" not in model_cfg[SECTION]
    size = given.get("size") or ({"shortest_edge": side} if clip else wanted)
    if isinstance(size, int):
        size = {"shortest_edge": size} if clip else {"height": size, "width": size}
    crop = given.get("crop_size") or wanted
    if isinstance(crop, int):
        crop = {"height": crop, "width": crop}
    cropped = given.get("do_center_crop", clip)
    if size == wanted and (not cropped or crop == wanted):
        resize_mode = "squash"
    elif size == {"shortest_edge": side} and cropped and crop == wanted:
        resize_mode = "shortest"
    else:
        raise _inexact(folder, "scales and crops pictures in a way of its own")
    resample = given.get("resample", 3)
    scale = given.get("rescale_factor", 1 / 255)
    steps = [given.get(key, True) for key in ("do_resize", "do_rescale", "do_normalize")]
    if resample not in _INTERPOLATION or not all(steps) or abs(scale * 255 - 1) > 1e-6:
        raise _inexact(folder, "prepares pictures in a way of its own")
    return {
        "mean": given.get("image_mean") or mean,
        "std": given.get("image_std") or std,
        "interpolation": _INTERPOLATION[resample],
        "resize_mode": resize_mode,
    }


def _inexact(folder: Path, why: str) -> PhotoClipError:
    return PhotoClipError(
        f"PhotoClip cannot use the model in {folder}: it {why}. Choose another model."
    )
