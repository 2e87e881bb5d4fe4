"""What a frozen image tower makes of each training photo, computed once per view and kept.

The views of a photo are: plain, mirrored if that is allowed, then random crops. With the tower
frozen, an epoch over these features costs a fraction of a second instead of minutes.
"""

import copy
import hashlib
import os
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from photoclip.clip.disk import save_tensors
from photoclip.clip.training.towers import Towers
from photoclip.clip.training.views import open_photo, plain_view, random_view
from photoclip.errors import PhotoClipError
from photoclip.look_ahead import look_ahead
from photoclip.progress import Progress, StopFlag

BATCH = 32


def load_views(
    path: Path,
    size: int,
    views: int,
    seed: int,
    number: int,
    mirror: bool = True,
    plain: Callable[[Image.Image, int], npt.NDArray[np.uint8]] = plain_view,
    resampling: Image.Resampling = Image.Resampling.BICUBIC,
) -> npt.NDArray[np.uint8]:
    """The first `views` views of one photo, uint8 (views, size, size, 3).

    Args:
        seed, number: the random crops depend on these two alone; `number` is the photo's own.
        mirror: False leaves out the mirrored view and mirrors no crop.
        plain: makes the plain view.
        resampling: the filter of the random crops.
    """
    photo = open_photo(path, size)
    made = [plain(photo, size)]
    if views > 1 and mirror:
        made.append(np.ascontiguousarray(made[0][:, ::-1]))
    generator = np.random.default_rng((seed, number))
    crops = range(len(made), views)
    made.extend(
        random_view(photo, size, generator, mirror=mirror, resampling=resampling) for _ in crops
    )
    return np.stack(made)


def image_features(
    towers: Towers,
    photos: Sequence[Path],
    views: int,
    seed: int,
    precision: torch.dtype,
    stop: StopFlag,
    cache: Path | None = None,
    mirror: bool = True,
) -> Generator[Progress, None, Tensor]:
    """The image trunk's features of the photos, float16 (views, n, width).

    Args:
        towers: only the image trunk is used.
        photos: n files.
        views: how many views of each.
        seed: of the random crops.
        precision: what the trunk computes in, float32 or bfloat16.
        stop: ends the work early, with None for the features.
        cache: a folder that keeps the features for another run with the same weights, photo
            files, views, seed and precision; None keeps nothing.
        mirror: whether views may be mirrored.

    Raises:
        PhotoClipError: a photo is missing or unreadable, or the cache cannot be written.
    """
    kept = _cache_file(cache, towers, photos, views, seed, precision, mirror)
    if kept is not None and (known := _kept_features(kept)) is not None:
        return known
    trunk = copy.deepcopy(towers.image_trunk).eval().to(precision)
    trunk = trunk.to(memory_format=torch.channels_last)
    step = max(1, BATCH // views)
    batches = [
        range(start, min(start + step, len(photos))) for start in range(0, len(photos), step)
    ]

    def load(row: int) -> npt.NDArray[np.uint8]:
        return load_views(
            photos[row],
            towers.image_size,
            views,
            seed,
            row,
            mirror,
            towers.plain_view,
            towers.preprocessing.resampling,
        )

    found: list[Tensor] = []
    started = time.monotonic()
    with closing(look_ahead(load, range(len(photos)), 2 * step)) as loaded:
        for rows in batches:
            stop.wait_while_paused()
            if stop.stopped:
                return torch.empty(0)
            pixels = torch.from_numpy(np.stack([next(loaded) for _ in rows]))
            found.append(_forward(trunk, towers, pixels, precision))
            rate = rows.stop / (time.monotonic() - started)
            left = (len(photos) - rows.stop) / rate
            yield Progress("reading photos", rows.stop, len(photos), left, rate)
    features = torch.cat(found, dim=1)
    if kept is not None:
        _keep(features, kept)
    return features


def _forward(trunk: nn.Module, towers: Towers, pixels: Tensor, precision: torch.dtype) -> Tensor:
    photos, views = pixels.shape[:2]
    with torch.inference_mode():
        inputs = towers.normalised(pixels.flatten(0, 1).to(towers.device)).to(precision)
        features = trunk(inputs.contiguous(memory_format=torch.channels_last)).half().cpu()
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
    mirror: bool,
) -> Path | None:
    if cache is None:
        return None
    digest = hashlib.sha256()
    for name, value in towers.image_trunk.state_dict().items():
        digest.update(name.encode())
        digest.update(value.cpu().numpy().tobytes())
    for photo in photos:
        try:
            stat = photo.stat()
        except OSError:
            continue  # told when it is opened
        digest.update(f"{photo} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    shown = f"{towers.preprocessing} {views} {seed} {precision} {mirror}"
    digest.update(shown.encode())
    return cache / f"features-{digest.hexdigest()[:24]}.safetensors"


def _kept_features(path: Path) -> Tensor | None:
    try:
        return load_file(path)["features"]
    except (KeyError, OSError, SafetensorError):
        return None  # not there, or damaged


def _keep(features: Tensor, path: Path) -> None:
    fresh = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            save_tensors({"features": features}, fresh)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise PhotoClipError(
            f"The features of the photos cannot be kept in {path.parent}: {reason}."
        ) from error
