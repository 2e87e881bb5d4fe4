"""AdamW over the parts of two towers, and the schedule of its learning rates.

Weight decay is for matrices only: gains, biases and the temperature have no scale to keep small
(Radford et al. 2021, section 2.5).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from photoclip.clip.class_expectation import ClassExpectationHead
from photoclip.clip.training.towers import Towers

DECAY = 0.1
WARM_UP = 0.1
"""Share of a stage's steps over which the rate rises to its peak."""
FINAL_FACTOR = 0.01
"""Of the peak rate, left at the end of a stage."""
CLASSES_FACTOR = 0.3
"""Of the heads' rate, for the embeddings of a kept classifier's classes."""


@dataclass(frozen=True)
class Groups:
    """AdamW's parameter groups, each with its `peak` learning rate."""

    groups: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, towers: Towers, rate: float, image_rate: float, text_rate: float) -> "Groups":
        """The trained parts at their rates; every other parameter is frozen, a kept classifier
        among them, whose classes' embeddings learn without decay, and slowly if they are new."""
        towers.model.requires_grad_(False)
        heads = [*towers.image_head.parameters(), *towers.text_head.parameters(), towers.log_scale]
        if towers.bias is not None:
            heads.append(towers.bias)
        classes: list[nn.Parameter] = []
        kept: set[nn.Parameter] = set()
        for part in towers.model.visual.modules():
            if isinstance(part, ClassExpectationHead):
                classes = [part.class_embeddings]
                kept = {*part.classifier.parameters(), part.class_embeddings}
        found = _groups((value for value in heads if value not in kept), rate)
        if towers.class_head is not None:
            found += _groups(classes, rate * CLASSES_FACTOR, decay=0.0)
        if image_rate:
            trunk = towers.image_trunk.parameters()
            found += _groups((value for value in trunk if value not in kept), image_rate)
            if towers.class_head is None:
                found += _groups(classes, image_rate, decay=0.0)
        if text_rate:
            found += _groups(towers.text_parameters(), text_rate)
        return cls(tuple(found))


def optimizer(groups: Groups) -> torch.optim.AdamW:
    """AdamW with the second moment's decay of the paper's transformers, 0.98."""
    return torch.optim.AdamW([dict(group) for group in groups.groups], betas=(0.9, 0.98), eps=1e-6)


def rate_factor(step: int, steps: int) -> float:
    """The share of the peak rate at a step: a linear rise, then half a cosine down."""
    rise = max(1.0, WARM_UP * steps)
    if step < rise:
        return (step + 1) / (rise + 1)
    along = (step - rise) / max(1.0, steps - rise)
    return FINAL_FACTOR + (1 - FINAL_FACTOR) * (1 + math.cos(math.pi * along)) / 2


def _groups(
    parameters: Iterable[nn.Parameter], rate: float, decay: float = DECAY
) -> list[dict[str, Any]]:
    values = [value.requires_grad_(True) for value in parameters]
    kinds = (
        ([value for value in values if value.ndim > 1], decay),
        ([value for value in values if value.ndim <= 1], 0.0),
    )
    return [
        {"params": some, "lr": rate, "peak": rate, "weight_decay": part}
        for some, part in kinds
        if some
    ]
