"""What a training is told: its lists, its towers, its stages; and how the record describes them."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from photoclip.clip.towers import NewTowers, PretrainedTowers
from photoclip.clip.training_precision import PrecisionName


@dataclass(frozen=True)
class Stage:
    """One stretch of training.

    Attributes:
        name: what progress calls it.
        epochs: how often each caption is shown.
        batch: pairs a step; fewer where there are fewer photos.
        rate: peak learning rate of the heads and the temperature.
        image_rate, text_rate: peak learning rates of the trunks; 0 keeps a trunk frozen.
        class_texts: classes a step with `seed_classifier`.
    """

    name: str
    epochs: int
    batch: int
    rate: float
    image_rate: float = 0.0
    text_rate: float = 0.0
    class_texts: int = 0


def pretrained_stages(
    warm_up_epochs: int, epochs: int, batch: int, text_rate: float
) -> tuple[Stage, ...]:
    """The starter's stages: the heads alone, then with the text tower; either may have 0 epochs.

    The heads go at twice the rate of the text tower, which only needs adjusting.
    """
    return (
        Stage("warm-up", warm_up_epochs, batch=1024, rate=2e-3, class_texts=256),
        Stage("fine-tuning", epochs, batch, 2 * text_rate, text_rate=text_rate, class_texts=128),
    )


def scratch_stages(epochs: int, batch: int, rate: float) -> tuple[Stage, ...]:
    """One stage for towers without anything pretrained: all of both, at one rate."""
    return (Stage("training", epochs, batch, rate, image_rate=rate, text_rate=rate),)


@dataclass(frozen=True)
class TrainSettings:
    """What to train, on what, how.

    Attributes:
        captions: the list `image<TAB>caption`.
        images: the folder its image names are relative to.
        output: the model's folder, new or replaced.
        towers: what to start from.
        stages: in order.
        exclude: a list of image names never to train on, e.g. a test split.
        holdout: photos kept out of training, drawn by `seed`, that the final figures are for.
        seed_classifier: build the image tower's classifier into the heads.
        views: views a photo with a frozen image tower; more than 1 mirrors and crops.
        seed: of everything drawn at random.
        precision: of frozen towers and of the pretrained text tower's tuning.
        feature_cache: a folder to keep image features in between runs, or None.
    """

    captions: Path
    images: Path
    output: Path
    towers: NewTowers | PretrainedTowers
    stages: tuple[Stage, ...]
    exclude: Path | None = None
    holdout: int = 0
    seed_classifier: bool = False
    views: int = 4
    seed: int = 0
    precision: PrecisionName = "auto"
    feature_cache: Path | None = None


def described(settings: TrainSettings, precision: torch.dtype) -> dict[str, Any]:
    """The settings as the record shows them: files by name, without this machine's folders."""
    towers = {
        key: value.name if isinstance(value, Path) else value
        for key, value in asdict(settings.towers).items()
        if key != "text_folder"
    }
    return {
        "towers": towers,
        "stages": [asdict(stage) for stage in settings.stages],
        "holdout": settings.holdout,
        "seed_classifier": settings.seed_classifier,
        "views": settings.views,
        "seed": settings.seed,
        "precision": str(precision).removeprefix("torch."),
    }
