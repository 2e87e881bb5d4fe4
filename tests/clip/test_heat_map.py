"""Where in a picture a score comes from, with an encoder that sees nothing but pure red."""

from collections.abc import Generator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from photoclip.clip.heat_map import heat_map
from photoclip.clip.preprocess import Preprocessing
from photoclip.progress import Progress, StopFlag
from tests.fakes import ColourEncoder

RED = np.array([1, 0, 0, 0], np.float32)


class RedEncoder(ColourEncoder):
    """The more pixels of a picture are pure red, the more its embedding turns to `RED`."""

    def __init__(self, resize_mode: Any = "shortest") -> None:
        super().__init__()
        self.preprocessing = Preprocessing(size=32, resize_mode=resize_mode)

    def encode_images(
        self, pixels: NDArray[np.uint8], threads: int | None = None
    ) -> NDArray[np.float32]:
        self.images_encoded += len(pixels)
        red = (pixels[..., 0] > 180) & (pixels[..., 1] < 40)
        share = np.minimum(8 * red.mean(axis=(1, 2)), 1)
        return np.stack([share, np.sqrt(1 - share**2), 0 * share, 0 * share], 1).astype(np.float32)


def picture(size: tuple[int, int], box: tuple[int, int, int, int]) -> Image.Image:
    """Grey, with a red box: left, top, right, bottom."""
    image = Image.new("RGB", size, (90, 110, 120))
    image.paste((255, 0, 0), box)
    return image


def made(work: Generator[Progress, None, NDArray[np.float32] | None]) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def centre(heat: NDArray[np.float32]) -> tuple[float, float]:
    """Of the heat, as shares of width and height."""
    y, x = np.indices(heat.shape)
    return (
        float((x * heat).sum() / heat.sum() / heat.shape[1]),
        float((y * heat).sum() / heat.sum() / heat.shape[0]),
    )


@pytest.mark.parametrize(("left", "top"), [(40, 60), (180, 40), (110, 180)])
def test_the_heat_lies_where_the_thing_is(left: int, top: int) -> None:
    image = picture((256, 256), (left, top, left + 50, top + 50))

    heat = made(heat_map(RedEncoder(), image, RED, 0.1, StopFlag()))

    assert heat.dtype == np.float32
    assert heat.shape == (260, 260)
    assert heat.min() >= 0
    assert heat.max() == pytest.approx(1, abs=0.01)
    assert centre(heat) == pytest.approx(((left + 25) / 256, (top + 25) / 256), abs=0.08)
    outside = np.ones((256, 256), bool)
    outside[max(top - 60, 0) : top + 110, max(left - 60, 0) : left + 110] = False
    assert heat[:256, :256][outside].max() < 0.3


def test_the_map_has_the_shape_of_the_photo_and_ends_where_the_model_looks() -> None:
    image = picture((400, 200), (150, 75, 200, 125))

    heat = made(heat_map(RedEncoder(), image, RED, 0.1, StopFlag()))

    assert heat.shape == (130, 260)
    assert not heat[:, :65].any()
    assert not heat[:, -65:].any()
    assert centre(heat)[0] == pytest.approx(175 / 400, abs=0.05)


@pytest.mark.parametrize("mode", ["longest", "squash"])
def test_models_that_see_the_whole_photo(mode: str) -> None:
    image = picture((200, 400), (50, 300, 110, 360))

    heat = made(heat_map(RedEncoder(mode), image, RED, 0.1, StopFlag()))

    assert heat.shape == (260, 130)
    assert centre(heat) == pytest.approx((80 / 200, 330 / 400), abs=0.08)


def test_what_makes_little_difference_stays_faint() -> None:
    image = picture((256, 256), (100, 100, 150, 150))

    whole = made(heat_map(RedEncoder(), image, RED, 0.1, StopFlag()))
    faint = made(heat_map(RedEncoder(), image, RED, 20.0, StopFlag()))

    assert whole.max() > 0.99
    assert 0 < faint.max() < 0.2
    assert not made(heat_map(RedEncoder(), image, np.zeros(4, np.float32), 0.1, StopFlag())).any()


def test_a_strip_of_one_pixel_takes_no_memory() -> None:
    heat = made(heat_map(RedEncoder(), Image.new("RGB", (30_000, 1)), RED, 0.1, StopFlag()))

    assert heat.shape == (1, 260)


def test_it_reports_and_stops() -> None:
    encoder, stop = RedEncoder(), StopFlag()
    work = heat_map(encoder, picture((64, 64), (8, 8, 24, 24)), RED, 0.1, stop)

    assert next(work) == Progress("explaining", 0, 172)
    assert next(work) == Progress("explaining", 8, 172)
    stop.stop()

    assert made(work) is None
    assert encoder.images_encoded < 20
