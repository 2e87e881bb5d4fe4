"""The classes of an image tower's own classifier, put into words for both towers to start from.

Photos with captions are few, and cover little of what the image tower can tell apart. The image
head keeps the classifier (`class_expectation`); here its classes get the embeddings of their
names, and a loss in which made-up features of the classes stand for photos of them. So the joined
towers know the classes before the first step and do not lose them to the captions.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 - the field's customary name
from torch import Tensor

from photoclip.clip.class_expectation import ClassExpectationHead
from photoclip.clip.losses import contrastive_loss, logit_scale
from photoclip.clip.training.imagenet_texts import ClassTexts
from photoclip.clip.training.towers import Towers, unit
from photoclip.errors import PhotoClipError

# Where these constants come from: the measurements in docs/models.md.
CLASS_LENGTH = 2.0  # of a class's embedding, about that of what is added to it
TEXT_WEIGHT = 0.05  # of the text projection, about 1 / length of the text features
BACKGROUND = 0.6  # most of a random photo's features mixed into a made-up one
STRENGTH = (6.0, 12.0)  # of the class's own row in it
CONTRAST = 0.5  # weight of the contrastive loss between made-up features and class texts
DISTILL = 1.0  # weight of the divergence from the classifier's opinion on real photos


def seed_heads(towers: Towers, class_means: Tensor, generator: torch.Generator) -> None:
    """Write what the classes mean into the image head, and a random rotation into the text head.

    Args:
        towers: joined pretrained towers with a class expectation; both heads are changed.
        class_means: (1000, text width), the mean of the text features of each class.
        generator: of the rotation.

    Raises:
        PhotoClipError: the classifier is not one of ImageNet's classes, or the embeddings are
            shorter than the text features.
    """
    head = _head(towers)
    dim, width = head.class_embeddings.shape[1], class_means.shape[1]
    if dim < width:
        raise PhotoClipError(
            f"Embeddings of length {dim} are too short for class names of length {width}. Take "
            "longer ones, or train without --keep-classifier."
        )
    rotation = torch.linalg.qr(torch.randn((dim, width), generator=generator)).Q
    with torch.no_grad():
        directions = unit(class_means - class_means.mean(dim=0)) @ rotation.T
        head.class_embeddings.copy_(CLASS_LENGTH * directions)
        towers.text_head.weight.copy_(TEXT_WEIGHT * rotation)


@dataclass(frozen=True)
class ClassSample:
    """Some different classes and a text of each.

    Attributes:
        classes: int64 (k,), numbers of the classes.
        texts: int64 (k,), numbers of the texts in `ClassTexts.texts`.
    """

    classes: Tensor
    texts: Tensor


class ClassifierLoss:
    """The terms that hold the towers to the classifier's knowledge, beside the pairs' loss."""

    def __init__(self, towers: Towers, texts: ClassTexts) -> None:
        self._towers = towers
        self._classifier = _head(towers).classifier
        self._of_class = texts.of_class
        numbers = {text: number for number, text in enumerate(dict.fromkeys(texts.texts))}
        self._wording = torch.tensor([numbers[text] for text in texts.texts])
        self._fits = torch.zeros((len(texts.of_class), len(numbers)), dtype=torch.bool)
        for number, own in enumerate(texts.of_class):
            self._fits[number, self._wording[list(own)]] = True

    def sample(self, count: int, generator: torch.Generator) -> ClassSample:
        """`count` different classes, or all if there are fewer, with a random text of each."""
        classes = torch.randperm(len(self._of_class), generator=generator)[:count]
        shares = torch.rand(len(classes), generator=generator).tolist()
        texts = [
            self._of_class[number][int(share * len(self._of_class[number]))]
            for number, share in zip(classes.tolist(), shares, strict=True)
        ]
        return ClassSample(classes, torch.tensor(texts))

    def made_up(self, sample: ClassSample, photos: Tensor, generator: torch.Generator) -> Tensor:
        """Features that stand for photos of the classes, float32 (k, width).

        Args:
            photos: (n, width), features of real photos, for the background.
        """
        count = len(sample.classes)
        backgrounds = photos[torch.randint(len(photos), (count,), generator=generator)]
        share = BACKGROUND * torch.rand((count, 1), generator=generator)
        low, high = STRENGTH
        strength = low + (high - low) * torch.rand((count, 1), generator=generator)
        rows = self._classifier.weight[sample.classes]
        return backgrounds * share + F.relu(rows * strength)

    def __call__(
        self,
        sample: ClassSample,
        made_up: Tensor,
        class_texts: Tensor,
        photo_features: Tensor,
        photos: Tensor,
        log_scale: Tensor,
    ) -> Tensor:
        """The weighted sum of both terms, a scalar.

        Args:
            sample: k classes and their texts.
            made_up: (k, d) embeddings of the made-up features.
            class_texts: (k, d) embeddings of the texts.
            photo_features: (n, width) of the real photos.
            photos: (n, d) embeddings of the same.
            log_scale: the t of the learned temperature.
        """
        # "a photo of a dog." drawn for one breed is no wrong text for another.
        ignored = self._fits[sample.classes[:, None], self._wording[sample.texts]]
        ignored.fill_diagonal_(False)
        contrast = contrastive_loss(made_up, class_texts, log_scale, ignored)
        opinion = F.log_softmax(self._classifier(photo_features)[:, sample.classes], dim=1)
        logits = logit_scale(log_scale) * unit(photos) @ unit(class_texts).T
        distill = F.kl_div(
            F.log_softmax(logits, dim=1), opinion, reduction="batchmean", log_target=True
        )
        return CONTRAST * contrast + DISTILL * distill


def _head(towers: Towers) -> ClassExpectationHead:
    head = towers.class_head
    if head is None or head.classifier.out_features != 1000:
        raise PhotoClipError(
            "The image tower has no classifier of ImageNet's 1,000 classes. "
            "Train without --keep-classifier."
        )
    return head
