"""Tiny lists, photos and settings that tests of training start from, and how they are run."""

import json
from itertools import product

import torch
from PIL import Image, ImageDraw
from safetensors.torch import load_file, save_file

from photoclip.clip.training.loop import train
from photoclip.clip.training.settings import TrainSettings, scratch_stages
from photoclip.clip.training.towers import NewTowers, PretrainedTowers
from photoclip.progress import StopFlag

ARCHITECTURE = {
    "embed_dim": 32,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "head_width": 32, "patch_size": 8},
    "text_cfg": {
        "context_length": 16,
        "vocab_size": 49408,
        "width": 32,
        "heads": 2,
        "layers": 1,
    },
}
COLOURS = ("red", "green", "blue", "yellow")
SHAPES = ("disc", "bar", "frame", "cross")


def write_pairs(folder):
    """Sixteen photos of a coloured shape on grey with two captions each; the list's path."""
    images = folder / "images"
    images.mkdir(parents=True)
    lines = []
    for colour, shape in product(COLOURS, SHAPES):
        photo = Image.new("RGB", (48, 48), (90, 90, 90))
        draw = ImageDraw.Draw(photo)
        if shape == "disc":
            draw.ellipse((8, 8, 40, 40), fill=colour)
        elif shape == "bar":
            draw.rectangle((0, 18, 48, 30), fill=colour)
        elif shape == "frame":
            draw.rectangle((4, 4, 44, 44), outline=colour, width=7)
        else:
            draw.line((4, 4, 44, 44), fill=colour, width=8)
            draw.line((4, 44, 44, 4), fill=colour, width=8)
        name = f"{colour}-{shape}.png"
        photo.save(images / name)
        lines += [f"{name}\ta {colour} {shape}", "", f"{name}\ta picture of a {shape} in {colour}"]
    path = folder / "pairs.tsv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def pretrained_towers(folder):
    """Untrained weights of a small timm tower with its classifier, and of a small BERT."""
    import timm
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder.mkdir(exist_ok=True)
    torch.manual_seed(7)
    save_file(timm.create_model("test_efficientnet").state_dict(), folder / "image.safetensors")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *COLOURS, *SHAPES, *"a picture of in".split()]
    tokenizer = Tokenizer(models.WordPiece({w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    text = folder / "text"
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
    ).save_pretrained(text)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    config.save_pretrained(text)
    save_file(BertModel(config).state_dict(), text / "model.safetensors")
    return PretrainedTowers(
        "test_efficientnet", folder / "image.safetensors", text, embed_dim=512, context_length=12
    )


def scratch_settings(folder, architecture=ARCHITECTURE):
    """Settings that train tiny towers from scratch for one epoch, in an empty folder."""
    pairs = write_pairs(folder)
    path = folder / "tiny.json"
    path.write_text(json.dumps(architecture), encoding="utf-8")
    return TrainSettings(
        captions=pairs,
        images=pairs.parent / "images",
        output=folder / "model",
        towers=NewTowers(str(path)),
        stages=scratch_stages(1, 16, 1e-3),
        device="cpu",
        precision="float32",
    )


def run(settings, stop_after=None):
    """Train to the end, or until so many steps are made; the reports and the record."""
    stop = StopFlag()
    steps = {stage.name for stage in settings.stages}
    work = train(settings, stop)
    reports = []
    while True:
        try:
            reports.append(next(work))
        except StopIteration as end:
            return reports, end.value
        if stop_after is not None and sum(each.phase in steps for each in reports) == stop_after:
            stop.stop()


def weights(settings):
    return load_file(settings.output / "open_clip_model.safetensors")
