"""Texts as the tokens a model was trained on: its own tokenizer, cleaning, length and padding.

A text padded on the other side, or with its capitals kept, gives an embedding without any error
that ranks photos wrongly, so all of it belongs to the model and nothing to the caller.
"""

import string
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photoclip.clip.hf_format import SECTION
from photoclip.clip.models import Model
from photoclip.errors import PhotoClipError

if TYPE_CHECKING:
    import torch

TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "vocab.txt",
    "spiece.model",
    "sentencepiece.bpe.model",
    "tokenizer.model",
)
"""What transformers saves tokenizers as, each as some of these. Nothing that could run."""

# Longer texts are cut before tokenizing, some times over what fits the context of any model in
# any language, because byte-pair encoding takes seconds for a "word" of 10,000 characters.
_CHARACTERS_PER_TOKEN = 20

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)

# Without the second, a folder may bring a tokenizer of its own in Python, and ask to run it.
_SAFELY = {"local_files_only": True, "trust_remote_code": False}


@dataclass(frozen=True)
class Tokenizer:
    """A model's tokenizer.

    Attributes:
        tokenize: texts to an int64 tensor (n, context length); may be called from any thread.
        padding: the token that fills up short texts on the right, if it is one of a tokenizer
            from files; None for open_clip's own (which fills with 0) and where a class token
            follows the padding.
    """

    tokenize: Callable[[Sequence[str]], "torch.Tensor"]
    padding: int | None


def load_tokenizer(model: Model) -> Tokenizer:
    """The tokenizer that a model's configuration asks for.

    Raises:
        PhotoClipError: its files are missing or cannot be read, or the configuration is damaged.
    """
    try:
        return read_tokenizer(model.config, model.folder)
    except (TypeError, ValueError) as error:
        raise PhotoClipError(
            f"The file {model.config_path} does not describe a tokenizer that can be built. "
            "Get the model again or choose another."
        ) from error


def read_tokenizer(config: Mapping[str, Any], folder: Path) -> Tokenizer:
    """The tokenizer that a configuration asks for.

    Args:
        config: open_clip's `model_cfg`, and perhaps the section of `hf_format`.
        folder: where the tokenizer's files lie, if it is one of files.

    Raises:
        PhotoClipError: its files are missing or cannot be read.
        TypeError, ValueError: the configuration is damaged.
    """
    from open_clip.tokenizer import SimpleTokenizer

    text_cfg = config["text_cfg"]
    context_length = int(text_cfg.get("context_length", 77))
    padding: int | None = None
    tokenizer: Callable[[list[str]], torch.Tensor]
    if SECTION in config:
        tokenizer, padding = _as_transformers(config, folder, context_length)
    elif text_cfg.get("hf_tokenizer_name") or text_cfg.get("hf_model_name"):
        tokenizer, padding = _as_open_clip(text_cfg, folder, context_length)
    else:
        options = text_cfg.get("tokenizer_kwargs") or {}
        tokenizer = SimpleTokenizer(context_length=context_length, **options)

    # transformers' fast tokenizers hold padding settings that two threads must not borrow at once.
    lock = threading.Lock()

    def tokenize(texts: Sequence[str]) -> "torch.Tensor":
        cut = [_cut(text, context_length * _CHARACTERS_PER_TOKEN) for text in texts]
        with lock:
            tokens: torch.Tensor = tokenizer(cut)
        return tokens

    return Tokenizer(tokenize, padding)


_Read = tuple[Callable[[list[str]], "torch.Tensor"], int | None]


def _as_open_clip(text_cfg: Mapping[str, Any], folder: Path, context_length: int) -> _Read:
    """A tokenizer of transformers' files in open_clip's hands, which clean texts first."""
    from open_clip.tokenizer import HFTokenizer

    mode = text_cfg.get("tokenizer_mode")

    def read(folder: str) -> Any:
        return HFTokenizer(
            folder,
            context_length=context_length,
            tokenizer_mode=mode,
            **_SAFELY,
            **(text_cfg.get("tokenizer_kwargs") or {}),
        )

    tokenizer = _read(folder, read)
    _pad_on_the_right(tokenizer.tokenizer)
    # In the mode "clips" a class token follows the padding.
    return tokenizer, None if mode else tokenizer.tokenizer.pad_token_id


def _as_transformers(config: Mapping[str, Any], folder: Path, context_length: int) -> _Read:
    """A tokenizer as transformers itself uses it, but for the capitals it forgets to lower."""
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    cleaning = config[SECTION]["clean"]
    # `SiglipTokenizer` asks for sentencepiece, and does no more than its tokenizer.json.
    kind = PreTrainedTokenizerFast if cleaning == "canonicalize" else AutoTokenizer
    tokenizer = _read(folder, lambda path: kind.from_pretrained(path, **_SAFELY))
    _pad_on_the_right(tokenizer)
    clean: Callable[[str], str] = {"canonicalize": _canonical, "lower": str.lower}.get(
        cleaning, str
    )

    def tokenize(texts: list[str]) -> "torch.Tensor":
        tokens: torch.Tensor = tokenizer(
            [clean(text) for text in texts],
            max_length=context_length,
            padding="max_length",
            truncation=True,
            return_tensors="pt",
        ).input_ids
        return tokens

    return tokenize, tokenizer.pad_token_id


def _read(folder: Path, read: Callable[[str], Any]) -> Any:
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise PhotoClipError(
            "The model needs its tokenizer files (tokenizer.json and tokenizer_config.json) in the "
            f"folder {folder}. Put them there or choose another model."
        )
    try:
        return read(str(folder.resolve()))
    except Exception as error:
        # Damaged files lead to any error, in Rust's part even to a bare `Exception`.
        raise PhotoClipError(
            f"The tokenizer files in {folder} cannot be read. "
            "Get the model again or choose another."
        ) from error


def _pad_on_the_right(tokenizer: Any) -> None:
    # transformers 5 pads Gemma's tokenizer (SigLIP 2) on the left unless its files say
    # otherwise, which turns the ranking upside down without any error.
    tokenizer.padding_side = "right"
    tokenizer.truncation_side = "right"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token


def _canonical(text: str) -> str:
    """A text as SigLIP was trained on it: lower case, no ASCII punctuation, single spaces."""
    return " ".join(text.lower().translate(_NO_PUNCTUATION).split())


def _cut(text: str, length: int) -> str:
    # File names can hold lone surrogates, which no tokenizer takes.
    text = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join(text[: 2 * length].split())[:length]
