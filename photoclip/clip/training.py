"""Training two towers on photos and captions with the symmetric contrastive loss.

Two ways, one loop: an open_clip architecture from scratch, learning from pixels and tokens; or
pretrained towers, whose new heads learn first, over features computed once, before the text
tower's layers are tuned with them.
"""

import math
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's customary name
from torch import Tensor

from photoclip.clip.batches import TrainingSet, epoch_batches
from photoclip.clip.checkpoint import check_output, write_model
from photoclip.clip.classifier_seed import ClassifierLoss, seed_heads
from photoclip.clip.evaluate import image_to_text, text_to_image
from photoclip.clip.features import image_features, random_pixels
from photoclip.clip.imagenet_texts import imagenet_texts
from photoclip.clip.losses import clamp_log_scale, contrastive_loss, logit_scale
from photoclip.clip.optimizer import Groups, optimizer, rate_factor
from photoclip.clip.pairs import list_digest, read_captions, read_names, without
from photoclip.clip.towers import PretrainedTowers, Towers, build, unit
from photoclip.clip.training_precision import precision_type
from photoclip.clip.training_settings import Stage, TrainSettings, described
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, StopFlag

FEATURE_DROPOUT = 0.1  # of frozen towers' features
HIDDEN_DROPOUT = 0.4  # of the image head's hidden units
TEXT_BATCH = 1024  # captions encoded at once outside of training steps


def train(
    settings: TrainSettings, stop: StopFlag
) -> Generator[Progress, None, dict[str, Any] | None]:
    """Train, write the model's folder and return its record, as in its `training.json`.

    A stopped training writes nothing and returns None.

    The same settings give the same weights on the same machine and number of threads, if the
    precision is named. Torch's global generator is seeded anew.

    Raises:
        PhotoClipError: a list, photo or weights file is missing or broken, the settings do not
            fit together, the loss is no longer finite, or the folder cannot be written.
    """
    check_output(settings.output)
    started = time.monotonic()
    photos, held_out, excluded = _split(settings)
    torch.manual_seed(settings.seed)
    towers = build(settings.towers)
    run = _Run(settings, towers, photos, held_out, precision_type(settings.precision), stop)
    yield from run.prepare()
    for stage in settings.stages:
        yield from run.stage(stage)
    figures = yield from run.figures()
    if stop.stopped:
        return None
    record = {
        "settings": described(settings, run.precision),
        "photos": len(photos.names),
        "captions": len(photos.captions),
        "photo_list_sha256": list_digest(photos.names),
        "excluded": {
            "photos": len(excluded),
            "list_sha256": list_digest(excluded),
            "trained_on": len(excluded & {Path(name).name for name in photos.names}),
        },
        "logit_scale": run.logit_scale,
        "held_out": figures,
        "seconds": round(time.monotonic() - started, 1),
    }
    write_model(settings.output, towers, record)
    yield Progress("writing", 1, 1, 0.0, None, str(settings.output))
    return record


def _split(settings: TrainSettings) -> tuple[TrainingSet, TrainingSet | None, frozenset[str]]:
    """The photos to train on, the held-out ones, and the names of the excluded."""
    if settings.seed_classifier and not isinstance(settings.towers, PretrainedTowers):
        raise PhotoClipError("Only pretrained towers have a classifier to build in.")
    excluded = read_names(settings.exclude) if settings.exclude else frozenset()
    captions = without(read_captions(settings.captions), excluded)
    names = sorted(captions)
    for name in names:
        if not (settings.images / name).is_file():
            raise PhotoClipError(
                f"The photo {name} is not in {settings.images}. "
                f"Put it there or delete its lines from {settings.captions}."
            )
    if len(names) - settings.holdout < 2:
        raise PhotoClipError(
            f"{settings.captions} leaves fewer than two photos to train on. "
            "Exclude or hold out fewer."
        )
    order = np.random.default_rng(settings.seed).permutation(len(names))
    held = frozenset(names[row] for row in order[: settings.holdout])
    training = TrainingSet.of({name: captions[name] for name in names if name not in held})
    held_out = TrainingSet.of({name: captions[name] for name in sorted(held)}) if held else None
    return training, held_out, excluded


class _Run:
    """The state of one training: the towers and what frozen parts of them have computed."""

    def __init__(
        self,
        settings: TrainSettings,
        towers: Towers,
        photos: TrainingSet,
        held_out: TrainingSet | None,
        precision: torch.dtype,
        stop: StopFlag,
    ) -> None:
        self.precision = precision
        self._settings = settings
        self._towers = towers
        self._photos = photos
        self._held_out = held_out
        self._stop = stop
        self._draw = torch.Generator().manual_seed(settings.seed)
        self._numbers = np.random.default_rng((settings.seed, 1))
        self._image_features = torch.empty(0)
        self._held_out_features: Tensor | None = None
        self._text_features = torch.empty(0)
        self._tokens = towers.tokens(list(photos.captions))
        self._class_features = torch.empty(0)
        self._class_tokens = torch.empty(0)
        self._classes: ClassifierLoss | None = None

    @property
    def logit_scale(self) -> float:
        """exp(t) as learned so far."""
        return float(logit_scale(self._towers.log_scale.detach()))

    def prepare(self) -> Iterator[Progress]:
        """Compute what stays the same while trunks are frozen, and seed the heads."""
        settings, towers = self._settings, self._towers
        if any(stage.image_rate == 0 for stage in settings.stages):
            # All in one order, so that the cache serves whatever part is held out.
            held = self._held_out.names if self._held_out else ()
            names = sorted([*self._photos.names, *held])
            features = yield from self._read(names, settings.views)
            if self._stop.stopped:
                return
            row = {name: number for number, name in enumerate(names)}
            self._image_features = features[:, [row[name] for name in self._photos.names]]
            if all(stage.image_rate == 0 for stage in settings.stages):
                self._held_out_features = features[0, [row[name] for name in held]]
        if any(stage.text_rate == 0 for stage in settings.stages):
            self._text_features = yield from self._encode(self._tokens, "reading captions")
        if settings.seed_classifier and not self._stop.stopped:
            texts = imagenet_texts()
            self._class_tokens = towers.tokens(list(texts.texts))
            self._class_features = yield from self._encode(
                self._class_tokens, "reading class names"
            )
            if self._stop.stopped:
                return
            means = torch.stack(
                [self._class_features[list(own)].mean(dim=0) for own in texts.of_class]
            )
            seed_heads(towers, means, self._draw)
            self._classes = ClassifierLoss(towers, texts)

    def stage(self, stage: Stage) -> Iterator[Progress]:
        """Train through one stage."""
        towers = self._towers
        groups = Groups.of(
            towers, stage.rate, stage.image_rate, stage.text_rate, seeded=self._classes is not None
        )
        adamw = optimizer(groups)
        batches = [
            batch
            for _ in range(stage.epochs)
            for batch in epoch_batches(self._photos, stage.batch, self._numbers)
        ]
        self._set_mode(stage)
        started = time.monotonic()
        for step, (photos, captions) in enumerate(batches):
            self._stop.wait_while_paused()
            if self._stop.stopped:
                break
            factor = rate_factor(step, len(batches))
            for group in adamw.param_groups:
                group["lr"] = group["peak"] * factor
            loss = self._loss(stage, torch.from_numpy(photos), torch.from_numpy(captions))
            if not math.isfinite(loss.item()):
                raise PhotoClipError("The loss is no longer a number. Train with a lower rate.")
            adamw.zero_grad()
            loss.backward()
            adamw.step()
            clamp_log_scale(towers.log_scale)
            rate = (step + 1) / (time.monotonic() - started)
            scale = self.logit_scale
            yield Progress(
                stage.name,
                step + 1,
                len(batches),
                (len(batches) - step - 1) / rate,
                rate,
                f"loss {loss.item():.3f}, logit scale {scale:.1f}",
            )
        towers.model.eval().requires_grad_(False)

    def figures(self) -> Generator[Progress, None, dict[str, Any] | None]:
        """Recall on the held-out photos' plain views, or None without any."""
        held_out, towers = self._held_out, self._towers
        if held_out is None or self._stop.stopped:
            return None
        features = self._held_out_features
        if features is None:
            features = (yield from self._read(held_out.names, 1))[0]
        tokens = towers.tokens(list(held_out.captions))
        texts = yield from self._encode(tokens, "reading captions")
        if self._stop.stopped:
            return None
        with torch.inference_mode():
            images = unit(towers.image_head(features.float())).numpy()
            captions = unit(towers.text_head(texts)).numpy()
        rows = held_out.photo_of_caption
        return {
            "photos": len(held_out.names),
            "text_to_image": asdict(text_to_image(images, captions, rows)),
            "image_to_text": asdict(image_to_text(images, captions, rows)),
        }

    def _loss(self, stage: Stage, photos: Tensor, captions: Tensor) -> Tensor:
        towers = self._towers
        features = self._photo_features(stage, photos)
        sample = self._classes.sample(stage.class_texts, self._draw) if self._classes else None
        texts = self._caption_features(stage, captions, None if sample is None else sample.texts)
        images = towers.image_head(self._dropped(features))
        embedded = towers.text_head(self._dropped(texts))
        pairs = len(photos)
        loss = contrastive_loss(images, embedded[:pairs], towers.log_scale)
        if self._classes is None or sample is None:
            return loss
        made_up = self._classes.made_up(sample, features, self._draw)
        return loss + self._classes(
            sample,
            towers.image_head(self._dropped(made_up)),
            embedded[pairs:],
            features,
            images,
            towers.log_scale,
        )

    def _photo_features(self, stage: Stage, photos: Tensor) -> Tensor:
        if stage.image_rate == 0:
            views = torch.randint(len(self._image_features), photos.shape, generator=self._draw)
            return self._image_features[views, photos].float()
        paths = [self._settings.images / self._photos.names[row] for row in photos.tolist()]
        pixels = random_pixels(paths, self._towers.image_size, self._numbers)
        return self._towers.image_trunk(self._towers.normalised(pixels))

    def _caption_features(
        self, stage: Stage, captions: Tensor, class_texts: Tensor | None
    ) -> Tensor:
        """Text features of the captions, followed by those of the class texts."""
        if stage.text_rate == 0:
            found = self._text_features[captions]
            if class_texts is None:
                return found
            return torch.cat([found, self._class_features[class_texts]])
        tokens = self._tokens[captions]
        if class_texts is not None:
            tokens = torch.cat([tokens, self._class_tokens[class_texts]])
        return self._towers.text_features(tokens, self.precision)

    def _dropped(self, features: Tensor) -> Tensor:
        """Dropout ahead of a head; towers from scratch have none and go without."""
        return F.dropout(features, FEATURE_DROPOUT) if self._towers.is_pretrained else features

    def _set_mode(self, stage: Stage) -> None:
        towers = self._towers
        towers.model.train()
        if towers.is_pretrained:
            towers.image_trunk.train(stage.image_rate > 0)
            towers.model.text.transformer.train(stage.text_rate > 0)
            towers.image_head.mlp.drop1.p = HIDDEN_DROPOUT

    def _read(self, names: Sequence[str], views: int) -> Generator[Progress, None, Tensor]:
        """Image features of the photos, float16 (views, n, width)."""
        settings = self._settings
        paths = [settings.images / name for name in names]
        return (
            yield from image_features(
                self._towers,
                paths,
                views,
                settings.seed,
                self.precision,
                self._stop,
                settings.feature_cache,
            )
        )

    def _encode(self, tokens: Tensor, phase: str) -> Generator[Progress, None, Tensor]:
        """Text features outside of training, float32 (n, width), encoded in order of length."""
        towers = self._towers
        towers.model.eval()
        order = torch.argsort((tokens != 0).sum(dim=1), stable=True)
        found = []
        for rows in order.split(TEXT_BATCH):
            self._stop.wait_while_paused()
            if self._stop.stopped:
                return torch.empty(0)
            with torch.no_grad():
                found.append(towers.text_features(tokens[rows], self.precision))
            yield Progress(phase, sum(map(len, found)), len(tokens))
        return torch.cat(found)[torch.argsort(order)]
