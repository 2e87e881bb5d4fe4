"""What a frozen image tower makes of each training photo, computed once per view and kept.

The views of a photo are: plain, mirrored, then random crops. With the tower frozen, an epoch over
these features costs a fraction of a second instead of minutes.
"""

import copy
import hashlib
import time
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from photoclip.clip.towers import Towers
from photoclip.clip.views import flipped_view, open_photo, plain_view, random_view
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, StopFlag

BATCH = 32


def load_views(path: Path, size: int, views: int, seed: int, number: int) -> npt.NDArray[np.uint8]:
    """The first `views` views of one photo, uint8 (views, size, size, 3).

    Args:
        seed, number: the random crops depend on these two alone; `number` is the photo's own.
    """
    photo = open_photo(path, size)
    made = [plain_view(photo, size)]
    if views > 1:
        made.append(flipped_view(photo, size))
    generator = np.random.default_rng((seed, number))
    made.extend(random_view(photo, size, generator) for _ in range(2, views))
    return np.stack(made)


def image_features(
    towers: Towers,
    photos: Sequence[Path],
    views: int,
    seed: int,
    precision: torch.dtype,
    stop: StopFlag,
    cache: Path | None = None,
) -> Generator[Progress, None, Tensor]:
    """The image trunk's features of the photos, float16 (views, n, width).

    Args:
        towers: only the image trunk is used.
        photos: n files.
        views: how many views of each.
        seed: of the random crops.
        precision: what the trunk computes in, float32 or bfloat16.
        stop: ends the work early, with None for the features.
        cache: a folder that keeps the features for another run with the same weights, photos,
            views, seed and precision; None keeps nothing.

    Raises:
        PhotoClipError: a photo is missing or unreadable.
    """
    kept = _cache_file(cache, towers, photos, views, seed, precision)
    if kept is not None and kept.is_file():
        return load_file(kept)["features"]
    trunk = copy.deepcopy(towers.image_trunk).eval().to(precision)
    trunk = trunk.to(memory_format=torch.channels_last)
    step = max(1, BATCH // views)
    batches = [
        range(start, min(start + step, len(photos))) for start in range(0, len(photos), step)
    ]

    def load(rows: range) -> npt.NDArray[np.uint8]:
        size = towers.image_size
        return np.stack([load_views(photos[row], size, views, seed, row) for row in rows])

    found: list[Tensor] = []
    started = time.monotonic()
    with ThreadPoolExecutor(1) as loader:
        ahead = loader.submit(load, batches[0])
        for position, rows in enumerate(batches):
            stop.wait_while_paused()
            if stop.stopped:
                return torch.empty(0)
            pixels = torch.from_numpy(ahead.result())
            if position + 1 < len(batches):
                ahead = loader.submit(load, batches[position + 1])
            found.append(_forward(trunk, towers, pixels, precision))
            rate = rows.stop / (time.monotonic() - started)
            left = (len(photos) - rows.stop) / rate
            yield Progress("reading photos", rows.stop, len(photos), left, rate)
    features = torch.cat(found, dim=1)
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        save_file({"features": features}, kept)
    return features


def _forward(trunk: nn.Module, towers: Towers, pixels: Tensor, precision: torch.dtype) -> Tensor:
    photos, views = pixels.shape[:2]
    with torch.inference_mode():
        inputs = towers.normalised(pixels.flatten(0, 1)).to(precision)
        features = trunk(inputs.contiguous(memory_format=torch.channels_last)).half()
    if not torch.isfinite(features).all():
        raise PhotoClipError("The image tower's weights are broken: they give infinite features.")
    # A clone leaves inference mode behind, so that training may save the features for backward.
    return features.unflatten(0, (photos, views)).transpose(0, 1).clone()


def _cache_file(
    cache: Path | None,
    towers: Towers,
    photos: Sequence[Path],
    views: int,
    seed: int,
    precision: torch.dtype,
) -> Path | None:
    if cache is None:
        return None
    digest = hashlib.sha256()
    for name, value in towers.image_trunk.state_dict().items():
        digest.update(name.encode())
        digest.update(value.numpy().tobytes())
    digest.update("\n".join(str(photo) for photo in photos).encode())
    digest.update(f"{towers.image_size} {views} {seed} {precision}".encode())
    return cache / f"features-{digest.hexdigest()[:24]}.safetensors"


def random_pixels(photos: Sequence[Path], size: int, generator: np.random.Generator) -> Tensor:
    """A fresh random view of each photo, uint8 (n, size, size, 3), for an image tower in training.

    Raises:
        PhotoClipError: a photo is missing or unreadable.
    """
    return torch.from_numpy(
        np.stack([random_view(open_photo(path, size), size, generator) for path in photos])
    )
