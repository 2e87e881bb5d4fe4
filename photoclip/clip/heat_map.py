"""Where in a picture its score comes from: parts are blurred, or kept alone, and scored again.

That needs nothing but a model's embeddings ("occlusion", Zeiler and Fergus 2014, arXiv:1311.2901;
masks averaged over each pixel as in RISE, Petsiuk et al. 2018, arXiv:1806.07421). Blurring finds
what is small and cannot be missed; where the surroundings say as much as the thing itself, as with
a dog that fills the picture, only keeping parts alone finds it.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from photoclip.clip.encoder import Encoder
from photoclip.clip.preprocess import Preprocessing
from photoclip.progress import Progress, StopFlag

# The radius of the blur and the soft edge of a square, as shares of the picture and the square:
# what is taken away leaves no edges that a model could see. On the map the edges are softer still.
_BLUR, _SOFT, _SOFT_ON_MAP = 1 / 12, 0.25, 0.6
# Scores are averaged as if each pixel lay under so much more, as a share of the most: pixels at the
# rim lie under few squares, whose scores by chance would stand out.
_RESERVE = 0.3
# The map's side while it is made, and the longer side of the one that is given, px.
_SIDE, _LONGEST = 130, 260


@dataclass(frozen=True)
class _Squares:
    """A grid of overlapping squares.

    Attributes:
        count: along each side of the picture. width: of one, as a share of the picture.
        kept: whether each is kept and all else blurred, or it is blurred.
    """

    count: int
    width: float
    kept: bool = False

    def profiles(self, side: int, soft: float) -> NDArray[np.float32]:
        """How much of each pixel lies in the squares of one column, float32 (count, side)."""
        centres = (np.arange(self.count) + 0.5) * side / self.count
        distances = np.abs(np.arange(side) + 0.5 - centres[:, None])
        inside = (self.width * side / 2 - distances) / (soft * self.width * side) + 0.5
        return np.clip(inside, 0, 1).astype(np.float32)

    def averaged(self, scores: NDArray[np.float32], side: int) -> NDArray[np.float32]:
        """The mean over the squares on each pixel, from scores in reading order."""
        profiles = self.profiles(side, _SOFT_ON_MAP)
        cover = profiles.sum(axis=0)
        most = np.outer(cover, cover)
        total = profiles.T @ scores.reshape(self.count, self.count) @ profiles
        averaged: NDArray[np.float32] = total / (most + _RESERVE * most.max())
        return averaged


# Chosen by eye on Flickr8k's test photos, starter. A third scale adds time and no sharpness.
_GRIDS = (_Squares(6, 0.34), _Squares(10, 0.17), _Squares(6, 0.34, kept=True))


def heat_map(
    encoder: Encoder,
    image: Image.Image,
    direction: NDArray[np.float32],
    unit: float,
    stop: StopFlag,
) -> Generator[Progress, None, NDArray[np.float32] | None]:
    """Find what in a picture makes it score on a direction; 172 pictures are encoded for it.

    Args:
        image: upright.
        direction: float32 (d,), what embeddings are multiplied with for a score.
        unit: the change of a score that is worth showing in full, such as the spread of words on
            the picture; a map whose most is less stays fainter than 1.

    Yields:
        "explaining", picture by picture.

    Returns:
        float32 (h, w), 0 to 1, in the shape of the picture, the longer side 260 px; 0 where the
        model did not look. None when it was stopped.

    Raises:
        PhotoClipError: when the model cannot be loaded or run.
    """
    pixels = encoder.preprocessing.pixels(image)
    side = len(pixels)
    blurred = np.asarray(
        Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(_BLUR * side)), np.float32
    )
    total = sum(grid.count**2 for grid in _GRIDS)
    yield Progress("explaining", 0, total)
    whole = float(encoder.encode_images(pixels[None])[0] @ direction)
    heat = np.zeros((_SIDE, _SIDE), np.float32)
    done = 0
    for grid in _GRIDS:
        scores = np.empty(grid.count**2, np.float32)
        masks = _masks(grid, side)
        for start in range(0, len(scores), encoder.batch_size):
            stop.wait_while_paused()
            if stop.stopped:
                return None
            count = min(encoder.batch_size, len(scores) - start)
            # One by one from the generator: all masks at once would take a hundred MB.
            batch = np.stack([_mixed(pixels, blurred, next(masks)) for _ in range(count)])
            scores[start : start + count] = encoder.encode_images(batch) @ direction
            done += count
            yield Progress("explaining", done, total)
        gained = scores - np.median(scores) if grid.kept else whole - scores
        heat += np.maximum(grid.averaged(gained, _SIDE), 0)
    heat /= max(unit, float(heat.max()), 1e-6)
    return _in_frame(heat, image.size, encoder.preprocessing)


def _masks(grid: _Squares, side: int) -> Iterator[NDArray[np.float32]]:
    """Of each square in reading order, how much of each pixel is blurred; float32 (s, s, 1)."""
    profiles = grid.profiles(side, _SOFT)
    for row in profiles:
        for column in profiles:
            inside = np.outer(row, column)[..., None]
            yield 1 - inside if grid.kept else inside


def _mixed(
    pixels: NDArray[np.uint8], blurred: NDArray[np.float32], mask: NDArray[np.float32]
) -> NDArray[np.uint8]:
    return np.rint(pixels + (blurred - pixels) * mask).astype(np.uint8)


def _in_frame(
    heat: NDArray[np.float32], size: tuple[int, int], preprocessing: Preprocessing
) -> NDArray[np.float32]:
    """A map of the model's square as one of the whole picture of this size, width and height."""
    scale = _LONGEST / max(size)
    width, height = (max(1, round(side * scale)) for side in size)
    square = Image.fromarray(heat)
    if preprocessing.resize_mode == "shortest":
        side = min(width, height)
        framed = Image.new("F", (width, height))
        scaled = square.resize((side, side), Image.Resampling.BICUBIC)
        framed.paste(scaled, ((width - side) // 2, (height - side) // 2))
    elif preprocessing.resize_mode == "longest":
        # The square holds the picture in its middle, and fill beside it.
        left, top = ((_LONGEST - side) / 2 * _SIDE / _LONGEST for side in (width, height))
        box = (left, top, _SIDE - left, _SIDE - top)
        framed = square.resize((width, height), Image.Resampling.BICUBIC, box=box)
    else:
        framed = square.resize((width, height), Image.Resampling.BICUBIC)
    shown: NDArray[np.float32] = np.clip(np.asarray(framed, np.float32), 0, 1)
    return shown
