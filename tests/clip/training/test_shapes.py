"""The whole way: `photoclip train` teaches a small pair of towers from scratch to read scenes.

Two coloured shapes beside or above each other, with captions that say which and how. The recall is
that of scenes it has never seen, whose parts it knows from others: it must have learned colours,
shapes, words and their order, and to put them together.
"""

import json
from itertools import permutations, product

import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from photoclip.cli.train import train as command

COLOURS = ("red", "green", "blue", "yellow", "white")
SHAPES = ("circle", "square", "triangle")
BACKWARD = {"left of": "right of", "above": "below"}
SIZE = 32
EPOCHS = 30


def draw(canvas, colour, shape, x, y, radius=SIZE // 5):
    box = (x - radius, y - radius, x + radius, y + radius)
    if shape == "circle":
        canvas.ellipse(box, fill=colour)
    elif shape == "square":
        canvas.rectangle(box, fill=colour)
    else:
        canvas.polygon([(x, y - radius), (box[0], box[3]), (box[2], box[3])], fill=colour)


@pytest.fixture
def scenes(tmp_path):
    """420 scenes with two captions each, and a tokenizer that knows their words."""
    images = tmp_path / "images"
    images.mkdir()
    lines = []
    near, middle, far = SIZE // 4, SIZE // 2, SIZE - SIZE // 4
    for (one, other), where in product(permutations(product(COLOURS, SHAPES), 2), BACKWARD):
        photo = Image.new("RGB", (SIZE, SIZE), (40, 40, 40))
        canvas = ImageDraw.Draw(photo)
        places = [(near, middle), (far, middle)]
        if where == "above":
            places = [(x, y) for y, x in places]
        for what, place in zip((one, other), places, strict=True):
            draw(canvas, *what, *place)
        name = "-".join((*one, where.split()[0], *other)) + ".png"
        photo.save(images / name)
        lines.append(f"{name}\ta {' '.join(one)} {where} a {' '.join(other)}")
        lines.append(f"{name}\ta {' '.join(other)} {BACKWARD[where]} a {' '.join(one)}")
    (tmp_path / "pairs.tsv").write_text("\n".join(lines), encoding="utf-8")

    words = ["[PAD]", "[UNK]", "[END]", *"a left right of above below".split(), *COLOURS, *SHAPES]
    numbers = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(numbers, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A [END]", special_tokens=[("[END]", 2)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", eos_token="[END]"
    ).save_pretrained(tmp_path / "words")
    architecture = {
        "embed_dim": 64,
        "vision_cfg": {
            "image_size": SIZE,
            "layers": 1,
            "width": 64,
            "head_width": 16,
            "patch_size": 8,
            "pool_type": "avg",
        },
        "text_cfg": {
            "context_length": 9,
            "vocab_size": len(words),
            "width": 64,
            "heads": 4,
            "layers": 2,
            "no_causal_mask": True,
            "pool_type": "last",
            "hf_tokenizer_name": "words",
        },
        "custom_text": True,
    }
    (tmp_path / "towers.json").write_text(json.dumps(architecture), encoding="utf-8")
    return tmp_path


def test_a_small_pair_from_scratch_finds_scenes_it_has_never_seen(scenes):
    options = {
        "--images": scenes / "images",
        "--architecture": scenes / "towers.json",
        "--out": scenes / "model",
        "--metrics": scenes / "metrics.jsonl",
        "--holdout": 24,
        "--epochs": EPOCHS,
        "--batch": 48,
        "--rate": 2e-3,
        "--seed": 2,
        "--smallest-crop": 0.9,
        "--device": "cpu",
        "--precision": "float32",
        "--evaluate-every": 10,
    }
    told = [str(part) for pair in options.items() for part in pair]
    result = CliRunner().invoke(
        command, [str(scenes / "pairs.tsv"), *told, "--no-mirror", "--json"], standalone_mode=False
    )
    assert result.exception is None
    record = json.loads(result.stdout)
    assert (record["photos"], record["captions"]) == (396, 792)
    assert record["held_out"]["text_to_image"]["at_1"] >= 0.95
    assert record["held_out"]["image_to_text"]["at_1"] >= 0.95

    lines = [json.loads(line) for line in (scenes / "metrics.jsonl").read_text().splitlines()]
    losses = [line["loss"] for line in lines if "loss" in line]
    assert losses[-1] < losses[0] / 4
    measured = [line["held_out"] for line in lines if "held_out" in line]
    assert len(measured) == EPOCHS / 10
    assert measured[-1] == record["held_out"]
