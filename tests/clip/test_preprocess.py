"""The pixels a model is given: those of open_clip's own transform."""

import numpy as np
import pytest
from PIL import Image

from photoclip.clip.preprocess import Preprocessing


def _open_clip_pixels(image: Image.Image, preprocessing: Preprocessing) -> np.ndarray:
    """What open_clip's transform makes of a picture, its normalisation undone."""
    from open_clip.transform import PreprocessCfg, image_transform_v2

    transform = image_transform_v2(
        PreprocessCfg(
            size=preprocessing.size,
            mean=(0.0, 0.0, 0.0),
            std=(1.0, 1.0, 1.0),
            interpolation=preprocessing.interpolation,
            resize_mode=preprocessing.resize_mode,
            fill_color=preprocessing.fill_color,
        ),
        is_train=False,
    )
    return (transform(image).permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)


@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
@pytest.mark.parametrize("mode", ["shortest", "longest", "squash"])
@pytest.mark.parametrize("size", [(640, 427), (333, 500), (7, 4), (3, 61), (260, 260), (261, 259)])
def test_the_pixels_are_those_of_open_clip(
    size: tuple[int, int], mode: str, interpolation: str
) -> None:
    width, height = size
    noise = np.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=np.uint8)
    image = Image.fromarray(noise)
    preprocessing = Preprocessing(
        size=96, resize_mode=mode, interpolation=interpolation, fill_color=77
    )

    pixels = preprocessing.pixels(image)

    assert pixels.dtype == np.uint8
    assert pixels.shape == (96, 96, 3)
    difference = np.abs(pixels.astype(int) - _open_clip_pixels(image, preprocessing))
    assert difference.max() <= 1
    assert (difference > 0).mean() < 0.005


@pytest.mark.parametrize("size", [(20_000, 1), (1, 20_000)])
def test_a_strip_does_not_become_a_picture_of_gigabytes(size: tuple[int, int]) -> None:
    for mode in ("shortest", "longest", "squash"):
        pixels = Preprocessing(size=96, resize_mode=mode).pixels(Image.new("RGB", size, "red"))

        assert tuple(pixels.max(axis=(0, 1))) == (255, 0, 0)


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK", "RGBA", "I;16"])
def test_pictures_of_every_mode_are_taken(mode: str) -> None:
    source = Image.new("L" if mode == "I;16" else "RGB", (50, 40))

    assert Preprocessing(size=8).pixels(source.convert(mode)).shape == (8, 8, 3)


def test_an_open_clip_configuration_is_read() -> None:
    config = {
        "mean": 0.5,
        "std": [0.1, 0.2, 0.3],
        "interpolation": "random",
        "resize_mode": "squash",
        "fill_color": None,
        "mode": "RGB",
    }

    assert Preprocessing.from_config(config, [128, 128]) == Preprocessing(
        128, "squash", "bicubic", (0.5, 0.5, 0.5), (0.1, 0.2, 0.3), 0
    )


@pytest.mark.parametrize(
    ("config", "size"),
    [
        ({}, [224, 336]),
        ({}, "224"),
        ({}, 0),
        ({"mean": [1, 2]}, 224),
        ({"std": [1, 0, 1]}, 224),
        ({"resize_mode": "stretch"}, 224),
        ({"interpolation": "nearest"}, 224),
    ],
)
def test_an_unknown_configuration_is_refused(config: dict[str, object], size: object) -> None:
    with pytest.raises(ValueError, match=r"size|square|channel|positive|unknown"):
        Preprocessing.from_config(config, size)
