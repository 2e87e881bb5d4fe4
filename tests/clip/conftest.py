"""Tiny models with random weights, built offline: every code path of a real one in a second."""

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from photoclip.clip.native import let_waiting_threads_sleep
from tests.clip.downloads import CONFIG, WEIGHTS
from tests.clip.hugging_face import save_clip, save_siglip
from tests.hub_server import HubServer, Repository

# Before torch is imported anywhere: tests run beside other work, too.
let_waiting_threads_sleep()

_WORDS = [
    "a",
    "an",
    "the",
    "photo",
    "of",
    "dog",
    "cat",
    "red",
    "car",
    "on",
    "beach",
    "in",
    "snow",
    ".",
    ",",
    "!",
    "##s",
]

_VIT: dict[str, Any] = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 64, "head_width": 32, "patch_size": 8},
    "text_cfg": {
        "context_length": 77,
        "vocab_size": 49408,
        "width": 32,
        "heads": 2,
        "layers": 2,
    },
}
_EFFICIENTNET_AND_BERT: dict[str, Any] = {
    "embed_dim": 24,
    "vision_cfg": {
        "timm_model_name": "test_efficientnet",
        "timm_model_pretrained": False,
        "timm_pool": "avg",
        "timm_proj": "mlp",
        "timm_proj_bias": True,
        "image_size": 64,
    },
    "text_cfg": {
        "hf_model_name": ".",
        "hf_tokenizer_name": ".",
        "hf_proj_type": "linear",
        "hf_pooler_type": "mean_pooler",
        "context_length": 24,
    },
}


@pytest.fixture(scope="session")
def tiny_model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A two-layer ViT and open_clip's own text transformer; embeddings of 24 numbers."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    return _save(folder, _VIT, {})


@pytest.fixture(scope="session")
def tiny_bert_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A convolutional timm tower and a BERT with its own tokenizer, built as the starter is."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("models") / "tiny-bert"
    folder.mkdir()
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *_WORDS]
    tokens += [
        *(set(letters) - set(tokens)),
        *(f"##{letter}" for letter in letters if letter != "s"),
    ]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    # Padding on the left, as transformers 5 reads some models' files.
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        padding_side="left",
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
    ).save_pretrained(folder)
    BertConfig(
        vocab_size=len(tokens),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=32,
        pad_token_id=0,
    ).save_pretrained(folder)
    half = {"mean": [0.5] * 3, "std": [0.5] * 3}
    return _save(folder, _EFFICIENTNET_AND_BERT, half)


@pytest.fixture(scope="session")
def clip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny CLIP as transformers saves it."""
    return save_clip(tmp_path_factory.mktemp("models") / "clip")


@pytest.fixture(scope="session")
def siglip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny SigLIP as transformers saves it."""
    return save_siglip(tmp_path_factory.mktemp("models") / "siglip")


@pytest.fixture(scope="session")
def siglip2_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny SigLIP 2 as transformers saves it."""
    return save_siglip(tmp_path_factory.mktemp("models") / "siglip2", second=True)


@pytest.fixture
def copy(tiny_model_folder: Path, tmp_path: Path) -> Path:
    """The tiny model of open_clip, to be damaged."""
    return Path(shutil.copytree(tiny_model_folder, tmp_path / "copy"))


@pytest.fixture
def hub() -> Iterator[HubServer]:
    """A hub of models on this computer, with the one that `downloads.OFFER` names."""
    with HubServer() as server:
        server.repositories["owner/tiny"] = Repository(
            {
                "open_clip_config.json": json.dumps(CONFIG).encode(),
                "tokenizer.json": random.Random(1).randbytes(40_000),
                WEIGHTS: random.Random(2).randbytes(300_000),
                "README.md": b"# Tiny",
                "open_clip_pytorch_model.bin": b"pickle",
            }
        )
        yield server


@pytest.fixture
def few_class_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training seeds a classifier's classes from two texts each, of the sixteen there are."""
    from photoclip.clip.training import loop
    from photoclip.clip.training.imagenet_texts import ClassTexts, imagenet_texts

    whole = imagenet_texts()
    texts = tuple(whole.texts[number] for own in whole.of_class for number in own[:2])
    of_class = tuple((2 * number, 2 * number + 1) for number in range(len(whole.of_class)))
    monkeypatch.setattr(loop, "imagenet_texts", lambda: ClassTexts(texts, of_class))


@pytest.fixture
def pictures() -> list[Image.Image]:
    """Landscape, portrait, tiny and square pictures of noise over ramps, the same every time."""
    generator = np.random.default_rng(5)
    made = []
    for width, height in [(160, 90), (75, 200), (5, 9), (64, 64)]:
        ramp = np.linspace(0, 180, width)[None, :, None] * np.array([1.0, 0.5, 0.2])
        noise = generator.integers(0, 75, (height, width, 3))
        made.append(Image.fromarray((ramp + noise).astype(np.uint8)))
    return made


def _save(folder: Path, model_cfg: dict[str, Any], preprocess_cfg: dict[str, Any]) -> Path:
    """Write configuration and random weights; normalisation statistics are made untrivial."""
    import open_clip
    import torch
    from safetensors.torch import save_file

    folder.mkdir(exist_ok=True)
    config = {"model_cfg": model_cfg, "preprocess_cfg": preprocess_cfg}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    buildable = json.loads(json.dumps(model_cfg))
    with torch.random.fork_rng():
        torch.manual_seed(1)
        if "hf_model_name" in model_cfg["text_cfg"]:
            buildable["text_cfg"] |= {"hf_model_name": str(folder), "hf_model_pretrained": False}
            model = open_clip.CustomTextCLIP(**buildable)
        else:
            model = open_clip.CLIP(**buildable)
        for part in model.modules():
            if isinstance(part, torch.nn.BatchNorm2d):
                part.running_mean.normal_(0, 0.2)
                part.running_var.uniform_(0.5, 2)
                torch.nn.init.uniform_(part.weight, 0.7, 1.4)
                torch.nn.init.normal_(part.bias, 0, 0.2)
    state = {name: value.contiguous().clone() for name, value in model.state_dict().items()}
    save_file(state, folder / "open_clip_model.safetensors")
    return folder
