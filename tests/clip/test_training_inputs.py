"""Captions with another colour, as training looks them up beside their own."""

from photoclip.clip.colour_words import colour_words
from photoclip.clip.training_inputs import _recoloured_once

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
