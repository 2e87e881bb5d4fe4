"""Training two towers on photos and captions.

One loop for all ways: an open_clip architecture from scratch; pretrained towers, whose new heads
learn first, over features computed once, before a tower's layers are tuned with them; or a
finished model that is tuned further. Interrupted, it goes on as if nothing had happened.
"""

import math
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's customary name
from torch import Tensor

from photoclip.clip.evaluate import image_to_text, text_to_image
from photoclip.clip.losses import (
    clamp_log_scale,
    contrastive_loss,
    logit_scale,
    preference_loss,
    sigmoid_loss,
)
from photoclip.clip.pairs import list_digest
from photoclip.clip.query_bank import fill_bank
from photoclip.clip.training.batches import Rows, epoch_batches
from photoclip.clip.training.checkpoint import check_output, write_model
from photoclip.clip.training.classifier_seed import ClassifierLoss, seed_heads
from photoclip.clip.training.data import TrainingData, check_photos, read_data
from photoclip.clip.training.imagenet_texts import imagenet_texts
from photoclip.clip.training.inputs import TrainingInputs
from photoclip.clip.training.log import TrainingLog
from photoclip.clip.training.optimizer import Groups, optimizer, rate_factor
from photoclip.clip.training.precision import precision_type, training_device
from photoclip.clip.training.random_state import all_states, restore_all, seed_all
from photoclip.clip.training.settings import Stage, TrainSettings, check_settings, described
from photoclip.clip.training.state import (
    Position,
    TrainingState,
    check_same,
    digest,
    find_state,
    save_state,
    state_path,
)
from photoclip.clip.training.towers import Towers, build, unit
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, StopFlag, retold

FEATURE_DROPOUT = 0.3  # of joined towers' features
HIDDEN_DROPOUT = 0.4  # of the joined image head's hidden units


def train(
    settings: TrainSettings, stop: StopFlag
) -> Generator[Progress, None, dict[str, Any] | None]:
    """Train, write the model's folder and return its record, as in its `training.json`.

    A stopped training writes no model and returns None; its state lies beside the folder, at
    `state.state_path`, and the same settings go on from there.

    The same settings give the same weights on the same machine and number of threads, stopped in
    between or not, if the precision is named. The global generators are seeded anew.

    Raises:
        PhotoClipError: a list, photo or weights file is missing or broken, the settings do not
            fit together or to the state found, the loss is no longer finite, or a file cannot be
            written.
    """
    check_output(settings.output)
    check_settings(settings)
    device = training_device(settings.device)
    saved = find_state(settings.output, settings.resume)
    started = time.monotonic() - (saved.seconds if saved else 0.0)
    data = read_data(settings)
    yield from check_photos(settings, data.names, stop)
    if stop.stopped:
        return None
    seed_all(settings.seed)
    towers = build(settings.towers)
    loss = settings.loss or ("contrastive" if towers.bias is None else "sigmoid")
    towers.take_bias(loss == "sigmoid")
    if saved and settings.precision == "auto":
        precision = getattr(torch, saved.told["settings"]["precision"])
    else:
        precision = precision_type(settings.precision, device, settings.learns_from_pixels)
    told = {
        "settings": described(settings, loss, precision),
        "photos": data.training.digest(),
        "held_out_photos": data.held_out.digest() if data.held_out else None,
        "starting_weights": digest(towers.model.state_dict()),
    }
    if saved:
        check_same(saved, told, state_path(settings.output))
    towers.to(device)
    with TrainingLog(settings.metrics, saved.log if saved else 0) as log:
        run = _Run(settings, towers, data, precision, saved, told, log, started, stop)
        yield from run.prepare()
        yield from run.stages()
        yield from run.fill_bank()
        figures = yield from run.figures()
    if stop.stopped:
        return None
    record = {
        "settings": told["settings"],
        "photos": len(data.training.names),
        "captions": len(data.training.captions),
        "repeated_rows": data.repeated,
        "photo_list_sha256": list_digest(data.training.names),
        "excluded": {
            "photos": len(data.excluded),
            "list_sha256": list_digest(data.excluded),
            "trained_on": len(data.excluded & {Path(name).name for name in data.training.names}),
        },
        "logit_scale": run.logit_scale,
        "held_out": figures,
        "device": device.type,
        "seconds": round(time.monotonic() - started, 1),
    }
    write_model(settings.output, towers, record)
    state_path(settings.output).unlink(missing_ok=True)
    yield Progress("writing", 1, 1, 0.0, None, str(settings.output))
    return record


class _Run:
    """One training on its way: the towers, and how far it is."""

    def __init__(
        self,
        settings: TrainSettings,
        towers: Towers,
        data: TrainingData,
        precision: torch.dtype,
        saved: TrainingState | None,
        told: dict[str, Any],
        log: TrainingLog,
        started: float,
        stop: StopFlag,
    ) -> None:
        self._settings = settings
        self._towers = towers
        self._data = data
        self._saved = saved
        self._told = told
        self._log = log
        self._started = started
        self._stop = stop
        device = towers.device
        self._draw = torch.Generator().manual_seed(settings.seed)
        self._class_draw = self._draw
        if device.type != "cpu":
            self._class_draw = torch.Generator(device).manual_seed(settings.seed)
        self._numbers = np.random.default_rng((settings.seed, 1))
        self._numbers_before = self._numbers.bit_generator.state
        self._inputs = TrainingInputs(settings, towers, data, precision, self._draw, stop)
        self._classes: ClassifierLoss | None = None
        self._scaler = torch.amp.GradScaler(device.type, enabled=precision == torch.float16)
        self._position = saved.position if saved else Position()
        self._saved_at = time.monotonic()

    @property
    def logit_scale(self) -> float:
        """exp(t) as learned so far."""
        t = self._towers.log_scale.detach()
        return float(logit_scale(t) if self._towers.bias is None else t.exp())

    def prepare(self) -> Iterator[Progress]:
        """Compute what stays the same while trunks are frozen, and seed the heads."""
        towers = self._towers
        yield from self._inputs.prepare()
        if towers.class_head is None or self._stop.stopped:
            return
        texts = imagenet_texts()
        means = yield from self._inputs.class_means(texts)
        if self._stop.stopped:
            return
        with towers.device:
            seed_heads(towers, means.to(towers.device), self._class_draw)
            self._classes = ClassifierLoss(towers, texts)

    def stages(self) -> Iterator[Progress]:
        """Train through all stages, or through what is left of them."""
        for number in range(self._position.stage, len(self._settings.active_stages)):
            if self._stop.stopped:
                return
            if number > self._position.stage:
                self._position = Position(stage=number, step=self._position.step)
            yield from self._stage(self._settings.active_stages[number])

    def fill_bank(self) -> Iterator[Progress]:
        """Put the training captions into the query bank, where there is one."""
        towers = self._towers
        if not towers.has_bank or self._stop.stopped:
            return
        texts = yield from self._inputs.all_captions()
        if self._stop.stopped:
            return
        with torch.inference_mode():
            captions = unit(towers.text_head(texts.to(towers.device)))
            photos = unit(towers.image_head(self._inputs.plain_photos()))
        fill_bank(towers.model, captions, photos, self._draw)

    def figures(self) -> Generator[Progress, None, dict[str, Any] | None]:
        """Recall on the held-out photos' plain views, or None without any."""
        held_out, towers = self._data.held_out, self._towers
        if held_out is None or self._stop.stopped:
            return None
        features, texts = yield from retold(
            self._inputs.held_out(), lambda report: replace(report, phase="evaluating")
        )
        if self._stop.stopped:
            return None
        with torch.inference_mode():
            images = towers.embedded_images(features.float().to(towers.device)).cpu().numpy()
            captions = towers.embedded_texts(texts.to(towers.device)).cpu().numpy()
        rows = held_out.photo_of_caption
        found = {
            "photos": len(held_out.names),
            "text_to_image": asdict(text_to_image(images, captions, rows)),
            "image_to_text": asdict(image_to_text(images, captions, rows)),
        }
        self._log.write({"step": self._position.step, "held_out": found})
        return found

    def _stage(self, stage: Stage) -> Iterator[Progress]:
        towers, photos = self._towers, self._data.training
        adamw = optimizer(
            Groups.of(
                towers,
                stage.rate,
                stage.image_rate,
                stage.text_rate,
            )
        )
        self._restore(adamw)
        first, every = self._position, self._settings.evaluate_every
        is_last = first.stage + 1 == len(self._settings.active_stages)
        for epoch in range(first.epoch, stage.epochs):
            self._numbers_before = self._numbers.bit_generator.state
            batches = list(epoch_batches(photos, stage.batch, self._numbers))
            self._set_mode(stage)
            yield from self._epoch(stage, adamw, batches)
            if self._stop.stopped:
                break
            # The finished model is measured when all of it is made.
            is_end = is_last and epoch + 1 == stage.epochs
            if every and (epoch + 1) % every == 0 and not is_end:
                yield from self.figures()
                if self._stop.stopped:
                    break
            self._position = replace(self._position, epoch=epoch + 1, batch=0)
        else:
            self._numbers_before = self._numbers.bit_generator.state
        # At the end of all, too: what follows can be stopped or fail, and is never done twice.
        if self._stop.stopped or is_last:
            self._save(adamw)
        towers.model.eval().requires_grad_(False)

    def _epoch(
        self, stage: Stage, adamw: torch.optim.AdamW, batches: list[tuple[Rows, Rows]]
    ) -> Iterator[Progress]:
        """The rest of an epoch."""
        begin, epoch = self._position.batch, self._position.epoch
        rest, total = batches[begin:], stage.epochs * len(batches)
        started = before = time.monotonic()
        all_pixels = self._inputs.pixels(stage, [photos for photos, _ in rest], self._position.step)
        with closing(all_pixels):
            for number, (photos, captions) in enumerate(rest, start=begin):
                self._stop.wait_while_paused()
                if self._stop.stopped:
                    return
                done = epoch * len(batches) + number
                factor = rate_factor(done, total)
                for group in adamw.param_groups:
                    group["lr"] = group["peak"] * factor
                rows = torch.from_numpy(photos), torch.from_numpy(captions)
                loss = self._step(stage, adamw, *rows, next(all_pixels))
                now = time.monotonic()
                self._position = replace(
                    self._position, batch=number + 1, step=self._position.step + 1
                )
                self._note(stage, loss, stage.rate * factor, len(photos) / (now - before))
                before = now
                if now - self._saved_at >= 60 * self._settings.save_minutes:
                    self._save(adamw)
                rate = (number + 1 - begin) / (now - started)
                yield Progress(
                    stage.name,
                    done + 1,
                    total,
                    (total - done - 1) / rate,
                    rate,
                    f"loss {loss:.3f}, logit scale {self.logit_scale:.1f}",
                )

    def _step(
        self,
        stage: Stage,
        adamw: torch.optim.AdamW,
        photos: Tensor,
        captions: Tensor,
        pixels: Tensor | None,
    ) -> float:
        """Learn from one batch; returns its loss."""
        towers, classes = self._towers, self._classes
        images = self._inputs.photos(photos, pixels)
        with towers.device:
            sample = classes.sample(stage.class_texts, self._class_draw) if classes else None
        coloured, recoloured = self._inputs.recoloured(captions)
        rows = torch.cat([captions, recoloured])
        texts = self._inputs.captions(stage, rows, sample.texts if sample else None)
        image_embeddings = self._embedded(images.output)
        text_embeddings = towers.text_head(self._dropped(texts.output))
        pairs = len(photos)
        captioned, named = pairs + len(coloured), text_embeddings[:pairs]
        if towers.bias is None:
            loss = contrastive_loss(image_embeddings, named, towers.log_scale)
        else:
            loss = sigmoid_loss(image_embeddings, named, towers.log_scale, towers.bias)
        if len(coloured):
            coloured = coloured.to(towers.device)
            loss = loss + self._settings.colour_weight * preference_loss(
                image_embeddings[coloured],
                named[coloured],
                text_embeddings[pairs:captioned],
                towers.log_scale,
            )
        if classes and sample:
            with towers.device:
                made_up = classes.made_up(sample, images.output, self._class_draw)
                loss = loss + classes(
                    sample,
                    self._embedded(made_up),
                    text_embeddings[captioned:],
                    images.output,
                    image_embeddings,
                    towers.log_scale,
                )
        value: float = loss.item()
        if not math.isfinite(value):
            raise PhotoClipError(
                f"The loss is no longer a number at step {self._position.step + 1}, and no model "
                "was written. Train with a lower rate or in float32."
            )
        adamw.zero_grad()
        self._scaler.scale(loss).backward()
        images.backward()
        texts.backward()
        self._scaler.step(adamw)
        self._scaler.update()
        if towers.bias is None:
            clamp_log_scale(towers.log_scale)
        return value

    def _dropped(self, features: Tensor) -> Tensor:
        """Dropout ahead of a new head; towers that are all trunk go without."""
        return F.dropout(features, FEATURE_DROPOUT) if self._towers.is_pretrained else features

    def _embedded(self, features: Tensor) -> Tensor:
        towers = self._towers
        # A head that keeps a classifier drops features by itself, but for the classifier.
        embeddings: Tensor = towers.image_head(
            self._dropped(features) if towers.class_head is None else features
        )
        return embeddings

    def _set_mode(self, stage: Stage) -> None:
        towers = self._towers
        towers.model.train()
        towers.image_trunk.train(stage.image_rate > 0)
        towers.text_trunk.train(stage.text_rate > 0)
        if towers.is_pretrained:
            towers.image_head.mlp.drop1.p = HIDDEN_DROPOUT
        if towers.class_head is not None:
            towers.class_head.dropout.p = FEATURE_DROPOUT

    def _note(self, stage: Stage, loss: float, rate: float, pairs_per_second: float) -> None:
        line = {
            "step": self._position.step,
            "stage": stage.name,
            "epoch": self._position.epoch + 1,
            "loss": loss,
            "logit_scale": self.logit_scale,
            "learning_rate": rate,
            "pairs_per_second": round(pairs_per_second, 1),
        }
        if self._towers.bias is not None:
            line["logit_bias"] = float(self._towers.bias.detach())
        self._log.write(line)

    def _save(self, adamw: torch.optim.AdamW) -> None:
        state = TrainingState(
            told=self._told,
            position=self._position,
            numbers=self._numbers_before,
            draws=[self._draw.get_state(), self._class_draw.get_state()],
            random=all_states(self._towers.device),
            model=self._towers.model.state_dict(),
            optimizer=adamw.state_dict(),
            scaler=self._scaler.state_dict(),
            log=self._log.position,
            seconds=time.monotonic() - self._started,
        )
        save_state(state, state_path(self._settings.output))
        self._saved_at = time.monotonic()

    def _restore(self, adamw: torch.optim.AdamW) -> None:
        """Take up the state found, if one was found and not yet taken up."""
        saved, self._saved = self._saved, None
        if saved is None:
            return
        self._towers.model.load_state_dict(saved.model)
        adamw.load_state_dict(saved.optimizer)
        self._scaler.load_state_dict(saved.scaler)
        self._numbers.bit_generator.state = saved.numbers
        for generator, state in zip((self._draw, self._class_draw), saved.draws, strict=True):
            generator.set_state(state)
        restore_all(saved.random, self._towers.device)
