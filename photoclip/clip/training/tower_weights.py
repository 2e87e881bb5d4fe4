"""Pretrained weights of a single tower, read from files into a timm or transformers network."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from photoclip.clip.training.efficientnet_lite import is_lite_state, timm_lite_state
from photoclip.errors import PhotoClipError


def load_image_weights(model: nn.Module, path: Path, architecture: str) -> None:
    """Read all weights of a timm network, its classifier included.

    Raises:
        PhotoClipError: the file is missing, broken or of another architecture.
    """
    state = _read_state(path)
    if is_lite_state(state):
        state = timm_lite_state(state, model)
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise PhotoClipError(f"The weights {path} are not those of {architecture}.") from error


def load_text_weights(transformer: nn.Module, folder: Path) -> None:
    """Read the weights of a transformers encoder from its folder.

    Raises:
        PhotoClipError: they are missing, broken, or do not fit the `config.json` beside them.
    """
    path = folder / "model.safetensors"
    # Encoders saved with a language-model head carry their kind's name in front.
    prefix = f"{transformer.base_model_prefix}."
    state = {key.removeprefix(prefix): value for key, value in _read_state(path).items()}
    wanted = transformer.state_dict()
    missing = [key for key in wanted if key not in state]
    if missing or any(state[key].shape != wanted[key].shape for key in wanted):
        raise PhotoClipError(f"The weights {path} do not fit the config.json beside them.")
    # What is left over is the encoder's own pooler, which mean pooling does without.
    transformer.load_state_dict({key: state[key] for key in wanted})


def _read_state(path: Path) -> dict[str, Tensor]:
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise PhotoClipError(f"The weights {path} are missing.") from error
    except Exception as error:  # torch and safetensors raise a dozen kinds for a broken file
        raise PhotoClipError(
            f"The weights {path} are broken or not a weights file. Fetch them again."
        ) from error
    if not isinstance(state, dict):
        raise PhotoClipError(f"The file {path} holds no named weights.")
    return state
