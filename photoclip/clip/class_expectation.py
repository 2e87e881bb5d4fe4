"""An image head that keeps what a pretrained image tower's own classifier knows.

A photo's embedding is the sum of two: what a small network makes of the tower's features, and the
mean of its classes' embeddings, weighted by how probable the classifier holds each class to be.
The second, an expectation, is strong where the classifier is sure and fades where it is not, so
that few captioned photos can teach the first everything else without the classes being forgotten.

As ConSE (Norouzi et al. 2014, "Zero-Shot Learning by Convex Combination of Semantic Embeddings"),
with class embeddings that are learned further.
"""

from typing import Any

import torch
from timm.layers import Mlp
from torch import Tensor, nn

SECTION = "class_expectation"
"""The part of a `model_cfg` that asks for this head: its arguments but for width and dim."""


class ClassExpectationHead(nn.Module):  # type: ignore[misc]  # torch is Any to mypy
    """Image features (n, width) to embeddings (n, dim).

    Args:
        width: of the features.
        dim: length of the embeddings.
        classes: of the classifier.
        hidden: units of the small network.
    """

    def __init__(self, width: int, dim: int, *, classes: int, hidden: int) -> None:
        super().__init__()
        # For training, which sets it: the classifier is to see the features whole.
        self.dropout = nn.Dropout(0.0)
        self.mlp = Mlp(width, hidden, dim)
        self.classifier = nn.Linear(width, classes)
        self.class_embeddings = nn.Parameter(torch.zeros(classes, dim))
        # Of the softmax: the classifier's own temperature is a place to start from.
        self.log_sharpness = nn.Parameter(torch.zeros(()))

    def forward(self, features: Tensor) -> Tensor:
        logits = self.log_sharpness.exp() * self.classifier(features)
        expected = logits.softmax(dim=-1) @ self.class_embeddings
        embeddings: Tensor = self.mlp(self.dropout(features)) + expected
        return embeddings


def put_head(model: nn.Module, embed_dim: int, section: dict[str, Any]) -> None:
    """Give an open_clip model, whose image tower is a timm trunk without a head, this one."""
    tower: Any = model.visual
    tower.head = ClassExpectationHead(tower.trunk.num_features, embed_dim, **section)
