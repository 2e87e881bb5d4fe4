"""What the shipped starter's record says of its training: never on the test photos."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from photoclip.clip.pairs import list_digest, read_captions, read_names, without
from photoclip.resources import resource_path

# SHA-256 of the sorted names of Flickr8k's official 1,000 test photos.
TEST_SPLIT = "fad160651f84c5737670587f6d888435dd5ef10c81b9a35fde81df8937e3bce8"
STARTER = resource_path("models", "starter")


@pytest.fixture(scope="module")
def record():
    return json.loads((STARTER / "training.json").read_text(encoding="utf-8"))


def test_the_test_split_was_excluded(record):
    assert record["excluded"] == {"photos": 1000, "list_sha256": TEST_SPLIT, "trained_on": 0}
    assert record["photos"] + record["settings"]["holdout"] == 7091


def test_the_recorded_list_is_the_rest_of_the_photos(record):
    """Recomputes the training list where the photos' captions are at hand."""
    default = Path(__file__).parents[4] / "shared" / "data"
    folder = Path(os.environ.get("PHOTOCLIP_TEST_DATA", default)) / "flickr8k"
    if not (folder / "captions.tsv").is_file():
        pytest.skip("Flickr8k's captions are not at hand")
    excluded = read_names(folder / "test1000.txt")
    names = sorted(without(read_captions(folder / "captions.tsv"), excluded))
    order = np.random.default_rng(record["settings"]["seed"]).permutation(len(names))
    held_out = {names[row] for row in order[: record["settings"]["holdout"]]}
    trained = set(names) - held_out
    assert list_digest(trained) == record["photo_list_sha256"]
    assert not trained & excluded


def test_the_learned_temperature_is_sensible(record):
    assert 15 <= record["logit_scale"] <= 60


def test_the_folder_is_complete_and_small():
    names = {path.name for path in STARTER.iterdir()}
    assert names == {
        "README.md",
        "config.json",
        "open_clip_config.json",
        "open_clip_model.safetensors",
        "photoclip.json",
        "special_tokens_map.json",
        "term_curves.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "training.json",
        "vocab.txt",
    }
    assert (STARTER / "open_clip_model.safetensors").stat().st_size <= 64_000_000
    for name in ("open_clip_config.json", "config.json", "training.json", "tokenizer_config.json"):
        assert '"/' not in (STARTER / name).read_text(encoding="utf-8")
