"""Texts as the tokens a model was trained on: its own tokenizer, cleaning, length and padding.

A text padded on the other side, or with its capitals kept, gives an embedding without any error
that ranks photos wrongly, so all of it belongs to the model and nothing to the caller.
"""

import string
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photoclip.clip.hf_format import SECTION
from photoclip.clip.models import Model
from photoclip.errors import PhotoClipError

if TYPE_CHECKING:
    import torch

# One of these must be there where a model has a tokenizer of its own.
_TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
    "vocab.json",
    "spiece.model",
)

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
        PhotoClipError: its files are missing or cannot be read.
    """
    from open_clip.tokenizer import SimpleTokenizer

    text_cfg = model.config["text_cfg"]
    context_length = int(text_cfg.get("context_length", 77))
    padding: int | None = None
    tokenizer: Callable[[list[str]], torch.Tensor]
    if SECTION in model.config:
        tokenizer, padding = _as_transformers(model, context_length)
    elif text_cfg.get("hf_tokenizer_name") or text_cfg.get("hf_model_name"):
        tokenizer, padding = _as_open_clip(model, context_length)
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


def _as_open_clip(model: Model, context_length: int) -> _Read:
    """A tokenizer of transformers' files in open_clip's hands, which clean texts first."""
    from open_clip.tokenizer import HFTokenizer

    text_cfg = model.config["text_cfg"]
    mode = text_cfg.get("tokenizer_mode")

    def read(folder: str) -> Any:
        return HFTokenizer(
            folder,
            context_length=context_length,
            tokenizer_mode=mode,
            **_SAFELY,
            **(text_cfg.get("tokenizer_kwargs") or {}),
        )

    tokenizer = _read(model, read)
    _pad_on_the_right(tokenizer.tokenizer)
    # In the mode "clips" a class token follows the padding.
    return tokenizer, None if mode else tokenizer.tokenizer.pad_token_id


def _as_transformers(model: Model, context_length: int) -> _Read:
    """A tokenizer as transformers itself uses it, but for the capitals it forgets to lower."""
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    cleaning = model.config[SECTION]["clean"]
    # `SiglipTokenizer` asks for sentencepiece, and does no more than its tokenizer.json.
    kind = PreTrainedTokenizerFast if cleaning == "canonicalize" else AutoTokenizer
    tokenizer = _read(model, lambda folder: kind.from_pretrained(folder, **_SAFELY))
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


def _read(model: Model, read: Callable[[str], Any]) -> Any:
    if not any((model.folder / name).is_file() for name in _TOKENIZER_FILES):
        raise PhotoClipError(
            f"The model “{model.name}” needs its tokenizer files (tokenizer.json and "
            f"tokenizer_config.json) in the folder {model.folder}. "
            "Put them there or choose another model."
        )
    try:
        return read(str(model.folder.resolve()))
    except Exception as error:
        # Damaged files lead to any error, in Rust's part even to a bare `Exception`.
        raise PhotoClipError(
            f"The tokenizer files in {model.folder} cannot be read. "
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
