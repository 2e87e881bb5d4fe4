"""What a training is told: its lists, its towers, its stages; and how the record describes them."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from photoclip.clip.training.precision import DeviceName, PrecisionName
from photoclip.clip.training.towers import ModelTowers, NewTowers, PretrainedTowers
from photoclip.clip.training.views import SMALLEST_CROP
from photoclip.errors import PhotoClipError

LossName = Literal["contrastive", "sigmoid"]


@dataclass(frozen=True)
class Stage:
    """One stretch of training.

    Attributes:
        name: what progress calls it.
        epochs: how often each caption is shown.
        batch: pairs a step; fewer where there are fewer photos.
        rate: peak learning rate of the heads and the temperature.
        image_rate, text_rate: peak learning rates of the trunks; 0 keeps a trunk frozen.
        class_texts: classes a step, where a classifier is kept.
    """

    name: str
    epochs: int
    batch: int
    rate: float
    image_rate: float = 0.0
    text_rate: float = 0.0
    class_texts: int = 0


def pretrained_stages(
    warm_up_epochs: int,
    epochs: int,
    batch: int,
    rate: float,
    lock_image: bool = True,
    lock_text: bool = False,
) -> tuple[Stage, ...]:
    """The starter's stages: the heads alone, then with the text tower; either may have 0 epochs.

    The heads go at twice the rate of the towers, which only need adjusting.
    """
    image_rate, text_rate = (0.0 if locked else rate for locked in (lock_image, lock_text))
    warm_up = Stage("warm-up", warm_up_epochs, batch=1024, rate=2e-3, class_texts=256)
    tuning = Stage("fine-tuning", epochs, batch, 2 * rate, image_rate, text_rate, class_texts=128)
    return (warm_up, tuning)


def scratch_stages(
    epochs: int, batch: int, rate: float, lock_image: bool = False, lock_text: bool = False
) -> tuple[Stage, ...]:
    """One stage at one rate, for all of both towers or for what is not locked."""
    image_rate, text_rate = (0.0 if locked else rate for locked in (lock_image, lock_text))
    return (Stage("training", epochs, batch, rate, image_rate, text_rate),)


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
        views: views a photo with a frozen image tower; more than 1 mirrors and crops.
        mirror: whether views may be mirrored; not where captions speak of left and right.
        colour_weight: of the loss that tells each caption from the same with another colour.
        smallest_crop: least share of a photo's area in a view for an image tower that learns.
        loss: None for the one the towers were made for, else the contrastive.
        memory_batch: the most photos or captions that go through a tower at a time; larger batches
            are put together by cached gradients. None for whole batches.
        seed: of everything drawn at random.
        device: where to train.
        precision: of the trunks' products.
        feature_cache: a folder to keep image features in between runs, or None.
        metrics: a file for the course of the training as JSON lines, or None.
        evaluate_every: epochs between two evaluations on the held-out photos; 0 for the end only.
        save_minutes: how often the state is saved, to go on from after an interruption.
        resume: True demands an interrupted training to go on with, False starts afresh, and None
            goes on where there is one.
    """

    captions: Path
    images: Path
    output: Path
    towers: NewTowers | PretrainedTowers | ModelTowers
    stages: tuple[Stage, ...]
    exclude: Path | None = None
    holdout: int = 0
    views: int = 4
    mirror: bool = True
    colour_weight: float = 0.0
    smallest_crop: float = SMALLEST_CROP
    loss: LossName | None = None
    memory_batch: int | None = None
    seed: int = 0
    device: DeviceName = "auto"
    precision: PrecisionName = "auto"
    feature_cache: Path | None = None
    metrics: Path | None = None
    evaluate_every: int = 1
    save_minutes: float = 10.0
    resume: bool | None = None

    @property
    def active_stages(self) -> tuple[Stage, ...]:
        """Those of any epochs."""
        return tuple(stage for stage in self.stages if stage.epochs)

    @property
    def learns_from_pixels(self) -> bool:
        """Whether an image tower learns in any stage."""
        return any(stage.image_rate > 0 for stage in self.active_stages)


def check_settings(settings: TrainSettings) -> None:
    """Refuse, before hours of work, what does not fit together.

    Raises:
        PhotoClipError: says what.
    """
    if not settings.active_stages:
        raise PhotoClipError("Without an epoch nothing is learned. Train for at least one.")
    if any(stage.batch < 2 for stage in settings.stages):
        raise PhotoClipError(
            "A batch of one has nothing to be told apart from. Train with a batch of at least two."
        )
    if isinstance(settings.towers, PretrainedTowers) and settings.towers.query_bank:
        if settings.learns_from_pixels:
            raise PhotoClipError("A query bank needs a locked image tower. Train with one of them.")
    if settings.memory_batch is not None and settings.memory_batch < 1:
        raise PhotoClipError("At least one photo must go through a tower at a time.")
    if not 0 < settings.smallest_crop <= 1:
        raise PhotoClipError("The smallest crop is a share of a photo, above 0 and at most 1.")
    if not isinstance(settings.towers, PretrainedTowers):
        if any(not stage.image_rate and not stage.text_rate for stage in settings.stages):
            raise PhotoClipError("With both towers locked nothing can learn. Unlock one of them.")


def described(settings: TrainSettings, loss: LossName, precision: torch.dtype) -> dict[str, Any]:
    """The settings as the record shows them: files by name, without this machine's folders."""
    return {
        "towers": _described_towers(settings.towers),
        "stages": [asdict(stage) for stage in settings.stages],
        "loss": loss,
        "holdout": settings.holdout,
        "views": settings.views,
        "mirror": settings.mirror,
        "colour_weight": settings.colour_weight,
        "smallest_crop": settings.smallest_crop,
        "memory_batch": settings.memory_batch,
        "seed": settings.seed,
        "precision": str(precision).removeprefix("torch."),
    }


def _described_towers(towers: NewTowers | PretrainedTowers | ModelTowers) -> dict[str, Any]:
    if isinstance(towers, ModelTowers):
        return {"model": towers.model.id}
    described = {
        key: value.name if isinstance(value, Path) else value
        for key, value in asdict(towers).items()
        if key != "text_folder"
    }
    if isinstance(towers, NewTowers) and towers.architecture.endswith(".json"):
        described["architecture"] = Path(towers.architecture).name
    return described
