"""Which of open_clip's architectures a checkpoint belongs to, by the names and shapes in it.

The candidates that agree in a few shapes are built on torch's meta device, which takes no memory
and tenths of a second each, and compared tensor by tensor.
"""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from photoclip.clip.architectures import architecture_config, architecture_names
from photoclip.clip.hf_weights import is_of_transformers
from photoclip.clip.loading import build
from photoclip.clip.weights import read_shapes
from photoclip.errors import PhotoClipError

Shapes = Mapping[str, tuple[int, ...]]

# Parts of a text tower, which open_clip keeps under "text." in some classes and not in others.
_TEXT_PARTS = (
    "token_embedding", "positional_embedding", "transformer.", "ln_final", "text_projection",
)  # fmt: skip

# Scalars that not every saved model has, and that say nothing about its architecture.
_SCALARS = ("logit_scale", "logit_bias")


def recognise(checkpoint: Path) -> str:
    """The name of the architecture.

    Where several have the same shapes, the name under which open_clip publishes the file decides.

    Raises:
        PhotoClipError: none fits, several fit, or the file cannot be read.
    """
    shapes = read_shapes(checkpoint)
    if is_of_transformers(set(shapes)):
        raise PhotoClipError(
            f"The model file {checkpoint} belongs to a folder in Hugging Face's format. "
            "Import the whole folder, with its config.json and tokenizer files."
        )
    shapes = _comparable(shapes)
    fitting = [name for name in architecture_names() if _fits(name, shapes)]
    published = _published_for(checkpoint.name)
    if len(fitting) > 1 and published in fitting:
        return published
    if not fitting:
        raise PhotoClipError(
            f"The model file {checkpoint} belongs to none of the architectures that the installed "
            "open_clip knows. Choose another model."
        )
    if len(fitting) > 1:
        raise PhotoClipError(
            f"The model file {checkpoint} fits several architectures: {', '.join(fitting)}. "
            "Say which one it is; where you got the model should tell."
        )
    return fitting[0]


def _fits(name: str, shapes: Shapes) -> bool:
    config = architecture_config(name)["model_cfg"]
    if not _may_fit(config, shapes):
        return False
    import torch

    try:
        with torch.device("meta"):
            module = build(config, Path())
    except (AssertionError, AttributeError, ImportError, KeyError, OSError):
        return False  # a text tower that is not known here, or a timm that is too old
    except (RuntimeError, TypeError, ValueError):
        return False
    state = module.state_dict()
    return _comparable({key: tuple(value.shape) for key, value in state.items()}) == shapes


def _may_fit(config: dict[str, Any], shapes: Shapes) -> bool:
    """Whether what can be read off a configuration at once agrees; defaults are open_clip's."""
    vision, text = config["vision_cfg"], config["text_cfg"]
    timm = any(name.startswith("visual.trunk.") for name in shapes)
    if timm != bool(vision.get("timm_model_name")):
        return False
    if not timm:
        resnet = "visual.layer1.0.conv1.weight" in shapes
        if resnet != isinstance(vision.get("layers"), list):
            return False
        patch = vision.get("patch_size", 16)
        patches = (vision.get("width", 768), 3, patch, patch)
        if not resnet and shapes.get("visual.conv1.weight") != patches:
            return False
    if text.get("hf_model_name"):
        return "text.transformer.embeddings.word_embeddings.weight" in shapes
    tokens = (text.get("vocab_size", 49408), text.get("width", 512))
    return shapes.get("text.token_embedding.weight") == tokens


def _comparable(shapes: Shapes) -> dict[str, tuple[int, ...]]:
    return {
        f"text.{name}" if name.startswith(_TEXT_PARTS) else name: shape
        for name, shape in shapes.items()
        if name not in _SCALARS
    }


def _published_for(file_name: str) -> str | None:
    """The architecture for which open_clip offers a file of this name, if it is only one."""
    from open_clip import get_pretrained_cfg, list_pretrained

    found = set()
    for architecture, tag in list_pretrained():
        published = get_pretrained_cfg(architecture, tag)
        if PurePosixPath(published.get("url") or "").name == file_name:
            quick = "-quickgelu" if published.get("quick_gelu") else ""
            found.add(architecture.removesuffix(quick) + quick)
    return found.pop() if len(found) == 1 else None
