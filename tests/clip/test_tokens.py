"""Each family's tokens for a known sentence, and what a wrong padding would do to a ranking."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photoclip.clip.architectures import text_tower_config
from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.loading import load_towers
from photoclip.clip.models import STARTER, find_model
from photoclip.clip.tokens import load_tokenizer
from photoclip.errors import PhotoClipError
from photoclip.resources import resource_path
from tests.clip.hugging_face import WORDS, change, save_clip, save_siglip


def _tokens(folder: Path, *texts: str) -> list[list[int]]:
    tokens: list[list[int]] = load_tokenizer(find_model(str(folder), None)).tokenize(texts).tolist()
    return tokens


def _open_clip_folder(folder: Path, text_cfg: dict[str, Any]) -> Path:
    """A configuration with a tokenizer; its weights are never read."""
    folder.mkdir(exist_ok=True)
    config = {"model_cfg": {"embed_dim": 8, "vision_cfg": {}, "text_cfg": text_cfg}}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    (folder / "open_clip_model.safetensors").touch()
    return folder


def _sentencepiece(folder: Path, special: list[str], end: str, **settings: Any) -> None:
    """A unigram tokenizer, as T5, mT5 and XLM-R have them, with the WORDS after the `special`."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    pieces = [(piece, 0.0) for piece in special] + [(f"▁{word}", -2.0) for word in WORDS]
    pieces += [(piece, -9.0) for piece in ("▁", "▁a", "s", ".", "雪山", "▁Dog")]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=special.index("<unk>")))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    template = "<s> $A </s>" if "<s>" in special else "$A </s>"
    ends = [(piece, special.index(piece)) for piece in ("<s>", "</s>") if piece in special]
    tokenizer.post_processor = processors.TemplateProcessing(template, None, ends)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token=end, unk_token="<unk>", **settings
    ).save_pretrained(folder)


def test_openai(tmp_path: Path) -> None:
    folder = _open_clip_folder(tmp_path / "model", {"context_length": 77})

    (tokens, chinese) = _tokens(folder, "A Photo of a DOG, &amp; a cat’s.", "雪山")

    words = [320, 1125, 539, 320, 1929, 267, 261, 320, 2368, 568, 269]
    assert tokens == [49406, *words, 49407] + [0] * 64
    # The bytes of two characters, in pieces: nothing it was trained on.
    assert chinese[:7] == [49406, 165, 249, 103, 46096, 365, 49407]


def test_word_pieces_of_the_starter() -> None:
    (tokens,) = _tokens(resource_path("models", STARTER), "A photo of Dogs.")

    assert tokens[:8] == [101, 1037, 6302, 1997, 6077, 1012, 102, 0]
    assert set(tokens[8:]) == {0}


def test_siglip_of_open_clip(tmp_path: Path) -> None:
    folder = _open_clip_folder(
        tmp_path / "model",
        {
            "context_length": 8,
            "hf_tokenizer_name": "timm/ViT-B-16-SigLIP",
            "tokenizer_kwargs": {"clean": "canonicalize"},
        },
    )
    special = ["<pad>", "</s>", "<unk>"]
    _sentencepiece(folder, special, "</s>", pad_token="</s>", padding_side="left")

    short, long = _tokens(folder, "The  DOG.", "dog " * 20)

    the, dog = 3 + WORDS.index("the"), 3 + WORDS.index("dog")
    # Punctuation and capitals gone, and filled up with its end.
    assert short == [the, dog, 1, 1, 1, 1, 1, 1]
    assert long == [dog] * 7 + [1]


def test_xlm_roberta(tmp_path: Path) -> None:
    folder = _open_clip_folder(
        tmp_path / "model",
        {
            "context_length": 8,
            "hf_model_name": "xlm-roberta-base",
            "hf_tokenizer_name": "xlm-roberta-base",
        },
    )
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    _sentencepiece(folder, special, "</s>", pad_token="<pad>", bos_token="<s>")

    english, chinese = _tokens(folder, "Dog.", "雪山")

    end = 4 + len(WORDS)
    # Capitals and punctuation are kept.
    assert english == [0, end + 5, end + 3, 2, 1, 1, 1, 1]
    assert chinese == [0, end, end + 4, 2, 1, 1, 1, 1]


def test_clip_of_hugging_face(tmp_path: Path) -> None:
    folder = save_clip(tmp_path / "model")
    vocabulary = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]

    (tokens,) = _tokens(folder, "The DOG!")

    start, end = vocabulary["<|startoftext|>"], vocabulary["<|endoftext|>"]
    words = [vocabulary[word] for word in ("the</w>", "dog</w>", "!</w>")]
    assert tokens == [start, *words] + [end] * 12


def test_siglip_of_hugging_face(tmp_path: Path) -> None:
    folder = save_siglip(tmp_path / "model")

    short, odd = _tokens(folder, "The DOG!", " the_dog ")

    the, dog = 3 + WORDS.index("the"), 3 + WORDS.index("dog")
    assert short == [the, dog] + [1] * 14
    assert odd[:1] == [the]
    assert odd[-1] == 1


def test_siglip_2_of_hugging_face(tmp_path: Path) -> None:
    folder = save_siglip(tmp_path / "model", second=True)
    vocabulary = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]

    english, chinese, long = _tokens(folder, "The DOG!", "雪山", "dog " * 40)

    # Gemma's: lowered, punctuation kept, the end once, then padding on the right.
    words = [vocabulary[word] for word in ("the", "▁", "dog", "!")]
    assert english == [*words, 1] + [0] * 11
    assert chinese == [vocabulary["雪山"], 1] + [0] * 14
    assert len(long) == 16
    assert long[-1] == 1


@pytest.mark.parametrize("second", [False, True])
def test_a_tokenizer_without_padding_takes_its_end(tmp_path: Path, second: bool) -> None:
    folder = save_siglip(tmp_path / "model", second=second)
    config = json.loads((folder / "tokenizer_config.json").read_text())
    config["pad_token"] = None
    (folder / "tokenizer_config.json").write_text(json.dumps(config))

    tokens = _tokens(folder, "dog")

    assert tokens[0][-1] in (0, 1)  # Gemma's class has a padding of its own
    assert len(tokens[0]) == 16


@pytest.mark.parametrize("second", [False, True])
def test_rankings_survive_a_padding_side_that_is_wrong_in_the_files(
    tmp_path: Path, second: bool
) -> None:
    """The last position is pooled: padded on the left it is always the end of the text."""
    import torch

    folder = save_siglip(tmp_path / "model", second=second)
    assert json.loads((folder / "tokenizer_config.json").read_text())["padding_side"] == "left"
    encoder = OpenClipEncoder(find_model(str(folder), None), device="cpu", precision="float32")
    texts = [*WORDS, "the dog", "the cat", "the red car", "a photo of the beach"]
    towers = load_towers(find_model(str(folder), None))
    tokens = towers.tokenize(texts)
    filling = tokens[0, -1]
    wrong = torch.stack([_filled_on_the_left(row, int(filling)) for row in tokens])

    def ranking(embeddings: Any) -> Any:
        return np.argsort(-(embeddings @ embeddings[8]))

    embeddings = encoder.encode_texts(texts)
    model: Any = towers.model
    with torch.inference_mode():
        right = model.encode_text(tokens, normalize=True).numpy()
        left = model.encode_text(wrong, normalize=True).numpy()
    np.testing.assert_array_equal(ranking(embeddings), ranking(right))
    assert not np.array_equal(ranking(embeddings), ranking(left))


def _filled_on_the_left(row: Any, filling: int) -> Any:
    import torch

    length = int((row != filling).sum()) + (filling == 1)  # the end itself is a filling
    return torch.cat([torch.full((len(row) - length,), filling), row[:length]])


def test_a_tokenizer_that_brings_a_program_is_not_run(tmp_path: Path) -> None:
    folder = save_clip(tmp_path / "model")
    marker = tmp_path / "ran"
    (folder / "own.py").write_text(f"open({str(marker)!r}, 'w')\nclass Own: pass\n")
    change(
        folder / "tokenizer_config.json",
        tokenizer_class="Own",
        auto_map={"AutoTokenizer": ["own.Own", "own.Own"]},
    )

    try:
        _tokens(folder, "dog")
    except PhotoClipError as error:
        assert "tokenizer files" in str(error)  # noqa: PT017
    assert not marker.exists()


def test_a_text_tower_that_brings_a_program_is_not_run(
    tiny_bert_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(tiny_bert_folder, tmp_path / "copy"))
    change(folder / "config.json", model_type="own", auto_map={"AutoConfig": "own.Config"})
    (folder / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")

    with pytest.raises(PhotoClipError, match="brings a program of its own|cannot be read"):
        load_towers(find_model(str(folder), None))
    assert not (tmp_path / "ran").exists()


def test_text_towers_named_by_published_models_are_known() -> None:
    from transformers import AutoConfig

    for name in ("roberta-base", "xlm-roberta-base", "FacebookAI/xlm-roberta-large"):
        known = text_tower_config(name)
        assert known is not None
        config = AutoConfig.for_model(**known)
        assert config.pad_token_id == 1
        assert config.max_position_embeddings == 514
    assert text_tower_config(".") is None


@pytest.mark.parametrize(
    "text_cfg", [{"context_length": "many"}, {"tokenizer_kwargs": {"unheard": 1}}], ids=str
)
def test_a_damaged_configuration_is_told(tmp_path: Path, text_cfg: dict[str, Any]) -> None:
    folder = _open_clip_folder(tmp_path / "damaged", text_cfg)
    with pytest.raises(PhotoClipError, match="does not describe a tokenizer"):
        load_tokenizer(find_model(str(folder), None))
