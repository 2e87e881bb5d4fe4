"""What the heads and the loss of a training step start from: the outputs of both trunks.

Those of a frozen trunk are computed once and looked up, those of a learning one are computed from
pixels and tokens, in parts where a whole batch does not fit the memory.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from photoclip.clip.colour_words import recoloured
from photoclip.clip.training.batches import Rows
from photoclip.clip.training.data import TrainingData
from photoclip.clip.training.features import image_features
from photoclip.clip.training.gradient_cache import CachedPass
from photoclip.clip.training.imagenet_texts import ClassTexts
from photoclip.clip.training.settings import Stage, TrainSettings
from photoclip.clip.training.towers import Towers
from photoclip.clip.training.views import open_photo, random_view
from photoclip.look_ahead import look_ahead
from photoclip.progress import Progress, StopFlag

TEXT_BATCH = 1024  # captions encoded at once outside of training steps


class TrainingInputs:
    """The trunks' outputs for rows of photos and captions.

    Args:
        draw: which view of a photo with frozen features a step sees.
    """

    def __init__(
        self,
        settings: TrainSettings,
        towers: Towers,
        data: TrainingData,
        precision: torch.dtype,
        draw: torch.Generator,
        stop: StopFlag,
    ) -> None:
        self._settings = settings
        self._towers = towers
        self._data = data
        self._precision = precision
        self._draw = draw
        self._stop = stop
        self._image_features = torch.empty(0)
        self._held_out_features: Tensor | None = None
        self._text_features = torch.empty(0)
        captions = list(data.training.captions)
        self._tokens = towers.tokens(captions)
        if settings.colour_weight:
            self._recoloured, texts = _recoloured_once(captions, settings.seed)
            # In one row, so that both are looked up and encoded alike.
            self._tokens = (
                torch.cat([self._tokens, towers.tokens(texts)]) if texts else self._tokens
            )
        else:
            self._recoloured = torch.full((len(captions),), -1)
        self._class_features = torch.empty(0)
        self._class_tokens = torch.empty(0)
        held_out = data.held_out
        self._held_out_texts: Tensor | None = None
        self._text_learned = False
        self._held_out_tokens = towers.tokens(list(held_out.captions)) if held_out else None

    def prepare(self) -> Iterator[Progress]:
        """Compute what stays the same while trunks are frozen."""
        settings, data = self._settings, self._data
        stages = settings.active_stages
        if any(stage.image_rate == 0 for stage in stages):
            # All in one order, so that the cache serves whatever part is held out.
            names = data.names
            features = yield from self._read(names, settings.views, settings.feature_cache)
            if self._stop.stopped:
                return
            row = {name: number for number, name in enumerate(names)}
            self._image_features = features[:, [row[name] for name in data.training.names]]
            if data.held_out and not settings.learns_from_pixels:
                self._held_out_features = features[0, [row[name] for name in data.held_out.names]]
        if any(stage.text_rate == 0 for stage in stages):
            self._text_features = yield from self._encode(self._tokens, "reading captions")

    def class_means(self, texts: ClassTexts) -> Generator[Progress, None, Tensor]:
        """Take in the classes' texts; the mean text features of each class, (classes, width)."""
        tokens = self._towers.tokens(list(texts.texts))
        features = yield from self._encode(tokens, "reading class names")
        if self._stop.stopped:
            return torch.empty(0)
        self._class_tokens, self._class_features = tokens, features.to(self._towers.device)
        return torch.stack([features[list(own)].mean(dim=0) for own in texts.of_class])

    def pixels(
        self, stage: Stage, batches: Sequence[Rows], step: int
    ) -> Generator[Tensor | None, None, None]:
        """A fresh random view of each photo, uint8 (n, s, s, 3), where the image tower learns.

        Args:
            batches: rows of photos.
            step: how many steps in all are behind the first of them; the views depend on the
                training's seed, the step and the place in the batch alone.
        """
        settings = self._settings
        if stage.image_rate == 0:
            yield from (None for _ in batches)
            return

        def load(item: tuple[Path, int, int]) -> npt.NDArray[np.uint8]:
            path, at_step, place = item
            size = self._towers.image_size
            generator = np.random.default_rng((settings.seed, 2, at_step, place))
            photo = open_photo(path, size)
            resampling = self._towers.preprocessing.resampling
            return random_view(
                photo, size, generator, settings.smallest_crop, settings.mirror, resampling
            )

        names = self._data.training.names
        items = (
            (settings.images / names[row], number, place)
            for number, rows in enumerate(batches, start=step)
            for place, row in enumerate(rows)
        )
        with closing(look_ahead(load, items, 2 * stage.batch)) as loaded:
            for rows in batches:
                yield torch.from_numpy(np.stack([next(loaded) for _ in rows]))

    def photos(self, rows: Tensor, pixels: Tensor | None) -> CachedPass:
        """The image trunk's output for rows of photos, from pixels or from what is known."""
        towers = self._towers
        if pixels is None:
            views = torch.randint(len(self._image_features), rows.shape, generator=self._draw)
            return self._known(self._image_features[views, rows].float())

        def forward(part: Tensor) -> Tensor:
            return towers.image_features(pixels[part].to(towers.device), self._precision)

        at_once = self._settings.memory_batch
        return CachedPass(forward, len(rows), at_once, towers.image_trunk, towers.device)

    def recoloured(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Which of the captions in these rows name a colour, and the rows of their recoloured
        versions, captions too for `captions`; int64 (k,) both."""
        found = self._recoloured[rows]
        places = (found >= 0).nonzero().flatten()
        return places, found[places]

    def captions(self, stage: Stage, rows: Tensor, class_texts: Tensor | None) -> CachedPass:
        """The text trunk's output for rows of captions, followed by that for class texts."""
        towers = self._towers
        if stage.text_rate == 0:
            found = self._text_features[rows].to(towers.device)
            if class_texts is not None:
                found = torch.cat([found, self._class_features[class_texts]])
            return self._known(found)
        self._text_learned, self._held_out_texts = True, None
        tokens = self._tokens[rows]
        if class_texts is not None:
            tokens = torch.cat([tokens, self._class_tokens[class_texts.cpu()]])

        def forward(part: Tensor) -> Tensor:
            return towers.text_features(tokens[part].to(towers.device), self._precision)

        at_once = self._settings.memory_batch
        return CachedPass(forward, len(tokens), at_once, towers.text_trunk, towers.device)

    def all_captions(self) -> Generator[Progress, None, Tensor]:
        """The text trunk's output for all training captions, (m, width)."""
        captions = self._tokens[: len(self._data.training.captions)]
        return (yield from self._encode(captions, "reading captions"))

    def plain_photos(self) -> Tensor:
        """The frozen image trunk's output for the training photos' plain views, (n, width)."""
        return self._image_features[0].float().to(self._towers.device)

    def held_out(self) -> Generator[Progress, None, tuple[Tensor, Tensor]]:
        """Both trunks' outputs for the held-out photos' plain views and captions, or something
        empty when stopped."""
        held_out, tokens = self._data.held_out, self._held_out_tokens
        assert held_out is not None
        assert tokens is not None
        self._towers.model.eval()
        features = self._held_out_features
        if features is None:
            views = yield from self._read(held_out.names, 1, None)
            if self._stop.stopped:
                return torch.empty(0), torch.empty(0)
            features = views[0]
        texts = self._held_out_texts
        if texts is None:
            texts = yield from self._encode(tokens, "reading captions")
        if not self._text_learned and not self._stop.stopped:
            self._held_out_texts = texts
        return features, texts

    def _known(self, features: Tensor) -> CachedPass:
        device = self._towers.device
        found = features.to(device)
        return CachedPass(lambda _: found, len(found), None, self._towers.model, device)

    def _read(
        self, names: Sequence[str], views: int, cache: Path | None
    ) -> Generator[Progress, None, Tensor]:
        """Image features of the photos, float16 (views, n, width)."""
        settings = self._settings
        return (
            yield from image_features(
                self._towers,
                [settings.images / name for name in names],
                views,
                settings.seed,
                self._precision,
                self._stop,
                cache,
                settings.mirror,
            )
        )

    def _encode(self, tokens: Tensor, phase: str) -> Generator[Progress, None, Tensor]:
        """Text features outside of training, float32 (n, width), encoded in order of length."""
        towers = self._towers
        towers.model.eval()
        order = torch.argsort((tokens != 0).sum(dim=1), stable=True)
        found: list[Tensor] = []
        for rows in order.split(TEXT_BATCH):
            self._stop.wait_while_paused()
            if self._stop.stopped:
                return torch.empty(0)
            with torch.no_grad():
                part = tokens[rows].to(towers.device)
                found.append(towers.text_features(part, self._precision).cpu())
            yield Progress(phase, sum(map(len, found)), len(tokens))
        return torch.cat(found)[torch.argsort(order)]


def _recoloured_once(captions: Sequence[str], seed: int) -> tuple[Tensor, list[str]]:
    """Captions with one colour replaced by another, one for each caption that names a colour.

    Returns:
        for each caption the row of its recoloured version, counted on from the last caption, or
        -1; and the recoloured ones.
    """
    generator = np.random.default_rng((seed, 3))
    rows = torch.full((len(captions),), -1)
    texts: list[str] = []
    for row, caption in enumerate(captions):
        versions = recoloured(caption)
        if versions:
            rows[row] = len(captions) + len(texts)
            texts.append(versions[int(generator.integers(len(versions)))])
    return rows, texts
