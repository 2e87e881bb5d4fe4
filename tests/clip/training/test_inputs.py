"""What training steps start from: recoloured captions, views of photos and features kept."""

from dataclasses import replace

import numpy as np
import torch
from PIL import Image

from photoclip.clip.colour_words import colour_words
from photoclip.clip.preprocess import Preprocessing
from photoclip.clip.training import features
from photoclip.clip.training.inputs import _recoloured_once
from photoclip.clip.training.loop import train
from photoclip.clip.training.towers import build
from photoclip.clip.training.views import random_view
from photoclip.progress import StopFlag
from tests.clip.training.tiny_training import run, scratch_settings

CAPTIONS = ["a red car", "two dogs run", "a Blue shirt and white shoes"]


def test_each_caption_with_a_colour_has_one_other_version():
    rows, texts = _recoloured_once(CAPTIONS, seed=1)
    assert rows.tolist() == [3, -1, 4]
    assert len(texts) == 2
    for caption, text in zip((CAPTIONS[0], CAPTIONS[2]), texts, strict=True):
        own, other = colour_words(caption), colour_words(text)
        assert sum(a != b for a, b in zip(own, other, strict=True)) == 1


def test_the_seed_decides_which():
    assert _recoloured_once(CAPTIONS, 1)[1] == _recoloured_once(CAPTIONS, 1)[1]
    assert len({tuple(_recoloured_once(CAPTIONS, seed)[1]) for seed in range(9)}) > 1


def test_stopped_while_held_out_photos_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(features, "BATCH", 2)
    settings = replace(scratch_settings(tmp_path), holdout=4)
    stop = StopFlag()
    work = train(settings, stop)
    for report in work:
        if report.phase == "evaluating":
            stop.stop()
    assert not settings.output.exists()
    _, record = run(settings)
    assert record["held_out"]["photos"] == 4


def test_a_photo_that_changed_is_read_again(tmp_path):
    settings = scratch_settings(tmp_path)
    photo = next(settings.images.iterdir())
    cache = tmp_path / "cache"
    towers = build(settings.towers)

    def read():
        stop = StopFlag()
        return _driven(features.image_features(towers, [photo], 1, 0, torch.float32, stop, cache))

    reports, first = read()
    assert reports
    reports, again = read()
    assert not reports
    assert torch.equal(first, again)
    next(cache.iterdir()).write_bytes(b"damaged")
    reports, again = read()
    assert reports
    assert torch.equal(first, again)
    Image.new("RGB", (48, 48), "pink").save(photo)
    reports, other = read()
    assert reports
    assert not torch.equal(first, other)


def _driven(work):
    reports = []
    while True:
        try:
            reports.append(next(work))
        except StopIteration as end:
            return reports, end.value


def test_random_views_are_scaled_as_the_model_wants():
    ramp = np.arange(48 * 48 * 3, dtype=np.uint32).reshape(48, 48, 3) * 7919 % 256
    photo = Image.fromarray(ramp.astype(np.uint8))

    def view(**how):
        return random_view(photo, 16, np.random.default_rng(1), **how)

    bilinear = Preprocessing(interpolation="bilinear").resampling
    assert not np.array_equal(view(), view(resampling=bilinear))
    assert np.array_equal(view(), view(resampling=Preprocessing().resampling))
