"""Tiny CLIP and SigLIP folders as transformers saves them, with real tokenizers of few words."""

import json
from pathlib import Path
from typing import Any

WORDS = ("photo", "dog", "cat", "red", "car", "beach", "snow", "the")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

_VISION: dict[str, Any] = {
    "hidden_size": 48,
    "intermediate_size": 74,  # no multiple of the width, as in SigLIP's so400m
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "image_size": 30,  # no multiple of the patch, as in the same model
    "patch_size": 8,
}
_TEXT: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 90,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 16,
}


def save_clip(
    folder: Path, *, text: dict[str, Any] | None = None, vision: dict[str, Any] | None = None
) -> Path:
    """A CLIP with OpenAI's kind of byte-pair tokens, in the way of openai/clip-vit-base-patch32."""
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel

    tokenizer = _clip_tokenizer()
    ends = {"eos_token_id": tokenizer.eos_token_id, "vocab_size": len(tokenizer)}
    config = CLIPConfig(
        text_config=_TEXT | ends | (text or {}), vision_config=_VISION | (vision or {})
    )
    config.projection_dim = 20
    _save(CLIPModel, config, folder)
    tokenizer.save_pretrained(folder)
    size = config.vision_config.image_size
    CLIPImageProcessor(size={"shortest_edge": size}, crop_size=size).save_pretrained(folder)
    return folder


def save_siglip(folder: Path, *, second: bool = False, **vision: Any) -> Path:
    """A SigLIP with T5's kind of tokens, or the second with Gemma's, as google/siglip2-* is."""
    from transformers import SiglipConfig, SiglipImageProcessor, SiglipModel

    tokenizer = _gemma_tokenizer() if second else _t5_tokenizer()
    config = SiglipConfig(
        text_config=_TEXT | {"vocab_size": len(tokenizer), "projection_size": 48},
        vision_config=_VISION | vision,
    )
    _save(SiglipModel, config, folder)
    tokenizer.save_pretrained(folder)
    change(folder / "tokenizer_config.json", padding_side="left")
    if not second:
        change(folder / "tokenizer_config.json", tokenizer_class="SiglipTokenizer")
    side = config.vision_config.image_size
    SiglipImageProcessor(
        size={"height": side, "width": side}, image_mean=[0.5] * 3, image_std=[0.5] * 3
    ).save_pretrained(folder)
    return folder


def change(file: Path, **entries: Any) -> None:
    """Set entries at the top level of a JSON file."""
    file.write_text(json.dumps(json.loads(file.read_text()) | entries))


def _save(kind: Any, config: Any, folder: Path) -> None:
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(3)
        model = kind(config)
        # As initialised, biases are zero and norms are ones, and could be confused unnoticed.
        for value in model.parameters():
            value.data += 0.1 * torch.randn(value.shape)
        model.logit_scale.data.fill_(2.0)
        if hasattr(model, "logit_bias"):
            model.logit_bias.data.fill_(-7.0)
    model.save_pretrained(folder)


def _clip_tokenizer() -> Any:
    from transformers import CLIPTokenizer

    merges = []
    pieces = [*_LETTERS, *(f"{letter}</w>" for letter in _LETTERS), ".", ".</w>", "!", "!</w>"]
    for word in WORDS:
        parts = [*word[:-1], f"{word[-1]}</w>"]
        while len(parts) > 1:
            merges.append((parts[0], parts[1]))
            parts = [parts[0] + parts[1], *parts[2:]]
            pieces.append(parts[0])
    pieces = [*dict.fromkeys(pieces), "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {piece: index for index, piece in enumerate(pieces)}
    return CLIPTokenizer(vocab=vocabulary, merges=list(dict.fromkeys(merges)))


def _t5_tokenizer() -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    pieces += [(f"▁{word}", -2.0) for word in WORDS]
    pieces += [(piece, -9.0) for piece in ("▁", *_LETTERS, *_LETTERS.upper(), ".", "!")]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=2))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing("$A </s>", "$A $B </s>", [("</s>", 1)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="</s>", eos_token="</s>", unk_token="<unk>"
    )


def _gemma_tokenizer() -> Any:
    from tokenizers import processors
    from transformers import GemmaTokenizer

    pieces = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
    pieces += [f"<0x{byte:02X}>" for byte in range(256)]
    pieces += ["▁", *_LETTERS, ".", "!", "雪", "山", "雪山"]
    merges = [("雪", "山")]
    for word in WORDS:
        for end in range(2, len(word) + 1):
            merges.append((word[: end - 1], word[end - 1]))
            pieces.append(word[:end])
    vocabulary = {piece: index for index, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = GemmaTokenizer(vocab=vocabulary, merges=list(dict.fromkeys(merges)))
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        "$A <eos>", "$A $B <eos>", [("<eos>", 1)]
    )
    return tokenizer
