"""Two towers in training: one open_clip model, seen as trunks and heads."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F  # noqa: N812 - the field's customary name
from PIL import Image
from torch import Tensor, nn

from photoclip.clip.class_expectation import ClassExpectationHead
from photoclip.clip.losses import SIGMOID_BIAS, SIGMOID_LOG_SCALE
from photoclip.clip.preprocess import Preprocessing
from photoclip.clip.query_bank import ImageBank, TextBank
from photoclip.clip.tokens import TOKENIZER_FILES
from photoclip.clip.training.views import plain_view
from photoclip.errors import PhotoClipError

TEXT_FILES = ("config.json", *TOKENIZER_FILES)
"""What rebuilds a Hugging Face text tower and its tokenizer, beside the weights."""


class Towers:
    """One open_clip model, seen as two towers with an optional split into trunk and head.

    A side that was joined has a head, the new part, which always learns, after a trunk that may
    stay frozen. All other towers are all trunk.

    Attributes:
        model: float32.
        model_cfg: what open_clip rebuilds the model from.
        preprocessing: how the image tower wants its pictures.
        image_size: side in pixels of the square input.
        mean, std: of the pixel normalisation, per channel, for pixels in 0..1.
        text_folder: where the files `TEXT_FILES` lie, or None for open_clip's own text tower.
        licence, languages: of the model these towers come from, or empty.
        device: where the model is.
    """

    def __init__(
        self,
        model: nn.Module,
        model_cfg: dict[str, Any],
        tokenizer: Callable[[list[str]], Tensor],
        mean: tuple[float, ...],
        std: tuple[float, ...],
        text_folder: Path | None = None,
        *,
        image_head: bool | None = None,
        text_head: bool | None = None,
        new_text: bool = False,
        padding: int | None = None,
        preprocessing: Preprocessing | None = None,
        licence: str = "",
        languages: tuple[str, ...] = (),
    ) -> None:
        """Put a model together with what training needs to know of it.

        Args:
            image_head, text_head: whether a side was joined; None where there is a `text_folder`.
            new_text: there is nothing pretrained in the text trunk.
            padding: the token on the right that an unsplit text tower masks, or None.
            preprocessing: None for a shortest side of the model's size by bicubic scaling.
        """
        self.model = model
        self.model_cfg = model_cfg
        self.preprocessing = preprocessing or Preprocessing(
            size=_side(model.visual.image_size), mean=_three(mean), std=_three(std)
        )
        self.image_size: int = self.preprocessing.size
        self.mean = mean
        self.std = std
        self.text_folder = text_folder
        self.licence = licence
        self.languages = languages
        self.device = torch.device("cpu")
        self._tokenizer = tokenizer
        self._image_split = text_folder is not None if image_head is None else image_head
        self._text_split = text_folder is not None if text_head is None else text_head
        self._new_text = new_text
        self._padding = padding

    def to(self, device: torch.device) -> None:
        """Move the model."""
        self.device = device
        self.model.to(device)

    @property
    def log_scale(self) -> nn.Parameter:
        """The scalar t of the learned temperature."""
        return self.model.logit_scale

    @property
    def bias(self) -> nn.Parameter | None:
        """The learned bias of models with the sigmoid loss."""
        return self.model.logit_bias

    def take_bias(self, has_bias: bool) -> None:
        """Make this a model of the sigmoid loss, with its first bias and temperature, or of the
        contrastive loss, without a bias; a model that is one already stays as it is."""
        if has_bias == (self.bias is not None):
            return
        if not has_bias:
            self.model.logit_bias = None
            self.model_cfg.pop("init_logit_bias", None)
            return
        with torch.no_grad():
            self.log_scale.fill_(SIGMOID_LOG_SCALE)
        self.model.logit_bias = nn.Parameter(torch.full_like(self.log_scale, SIGMOID_BIAS))
        self.model_cfg["init_logit_bias"] = SIGMOID_BIAS

    @property
    def image_trunk(self) -> nn.Module:
        return self.model.visual.trunk if self._image_split else self.model.visual

    @property
    def image_head(self) -> nn.Module:
        return _unbanked(self.model.visual.head) if self._image_split else nn.Identity()

    @property
    def class_head(self) -> ClassExpectationHead | None:
        """The image head, if it is new and keeps a classifier."""
        head = self.image_head
        return head if isinstance(head, ClassExpectationHead) else None

    @property
    def text_trunk(self) -> nn.Module:
        """What of the text trunk behaves otherwise in training."""
        if self._text_split:
            return self.model.text.transformer
        return self.model.text if hasattr(self.model, "text") else self.model.transformer

    def text_parameters(self) -> list[nn.Parameter]:
        """What learns when the text trunk does."""
        if self._text_split:
            part = self.model.text.transformer if self._new_text else self.text_layers
            return list(part.parameters())
        others = {*self.model.visual.parameters(), self.log_scale, self.bias}
        return [value for value in self.model.parameters() if value not in others]

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
        return _unbanked(self.model.text.proj) if self._text_split else nn.Identity()

    @property
    def has_bank(self) -> bool:
        """Whether a query bank is to be filled when training is over."""
        return self._image_split and isinstance(self.model.visual.head, ImageBank)

    def embedded_images(self, features: Tensor) -> Tensor:
        """Image features as the finished model embeds them, (n, d) of length 1."""
        return unit(self.model.visual.head(features) if self._image_split else features)

    def embedded_texts(self, features: Tensor) -> Tensor:
        """Text features as the finished model embeds them, (n, d) of length 1."""
        return unit(self.model.text.proj(features) if self._text_split else features)

    @property
    def is_pretrained(self) -> bool:
        """Whether the towers were joined by new heads."""
        return self._image_split

    def plain_view(self, photo: Image.Image, size: int) -> npt.NDArray[np.uint8]:
        """The view used after training too, uint8 (size, size, 3)."""
        shape = self.preprocessing.resize_mode, self.preprocessing.interpolation
        if shape == ("shortest", "bicubic"):
            return plain_view(photo, size)
        return replace(self.preprocessing, size=size).pixels(photo)

    def normalised(self, pixels: Tensor) -> Tensor:
        """uint8 (n, s, s, 3) to the towers' float32 input (n, 3, s, s), channels last in memory."""
        mean, std = (
            torch.tensor(values, device=pixels.device).view(1, 3, 1, 1)
            for values in (self.mean, self.std)
        )
        return (pixels.permute(0, 3, 1, 2).float().div(255) - mean) / std

    def tokens(self, texts: list[str]) -> Tensor:
        """Token ids, int64 (n, context length)."""
        return self._tokenizer(texts)

    def text_features(self, tokens: Tensor, precision: torch.dtype, chunk: int = 128) -> Tensor:
        """What the text trunk makes of the tokens, float32 (n, width), in the order given.

        Padding is trimmed to the longest text of each chunk of texts of similar length, where
        the tower masks padding anyway.
        """
        with self.autocast(precision):
            if not self._text_split:
                return self.model.encode_text(self._trimmed(tokens)).float()
            text = self.model.text
            lengths = (tokens != text.config.pad_token_id).sum(dim=1)
            order = torch.argsort(lengths, stable=True)
            pieces = []
            for rows in order.split(chunk):
                ids = tokens[rows, : int(lengths[rows].max())]
                mask = (ids != text.config.pad_token_id).long()
                hidden = text.transformer(input_ids=ids, attention_mask=mask).last_hidden_state
                weights = mask.unsqueeze(-1).float()
                pieces.append((hidden.float() * weights).sum(dim=1) / weights.sum(dim=1))
        return torch.cat(pieces)[torch.argsort(order)]

    def _trimmed(self, tokens: Tensor) -> Tensor:
        if self._padding is None:
            return tokens
        used = (tokens != self._padding).any(dim=0).nonzero()
        return tokens[:, : int(used.max()) + 1 if len(used) else 1]

    def image_features(self, pixels: Tensor, precision: torch.dtype) -> Tensor:
        """What the image trunk makes of uint8 (n, s, s, 3), float32 (n, width)."""
        with self.autocast(precision):
            return self.image_trunk(self.normalised(pixels)).float()

    def autocast(self, precision: torch.dtype) -> torch.autocast:
        """Within it the trunks compute their products in the precision."""
        return torch.autocast(self.device.type, dtype=precision, enabled=precision != torch.float32)

    def preprocess_cfg(self) -> dict[str, Any]:
        """open_clip's description of the pixels the image tower expects."""
        found: dict[str, Any] = {
            "mean": list(self.mean),
            "std": list(self.std),
            "interpolation": self.preprocessing.interpolation,
            "resize_mode": self.preprocessing.resize_mode,
        }
        if self.preprocessing.fill_color:
            found["fill_color"] = self.preprocessing.fill_color
        return found


def _unbanked(head: nn.Module) -> nn.Module:
    """What learns: a bank is filled when that is over."""
    return head.head if isinstance(head, (ImageBank, TextBank)) else head


def _side(size: int | tuple[int, int]) -> int:
    height, width = (size, size) if isinstance(size, int) else size
    if height != width:
        raise PhotoClipError("The image tower must take square pictures.")
    return int(height)


def _three(values: tuple[float, ...]) -> tuple[float, float, float]:
    red, green, blue = values
    return (red, green, blue)


def unit(embeddings: Tensor) -> Tensor:
    """Rows brought to length 1."""
    return F.normalize(embeddings, dim=-1)
