"""A model's files as a torch model and a tokenizer, or one sentence why not.

Builds open_clip's own classes, so that any CLIP open_clip can express loads by the same path as
the starter. Nothing here reaches for the network.
"""

import copy
import pickle
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photoclip.clip.models import Model
from photoclip.errors import PhotoClipError

if TYPE_CHECKING:
    import torch

# Longer texts are cut before tokenizing, some times over what fits the context of any model in
# any language, because byte-pair encoding takes seconds for a "word" of 10,000 characters.
_CHARACTERS_PER_TOKEN = 20

_TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "spiece.model")


@dataclass(frozen=True)
class Towers:
    """A loaded model, in float32 on the CPU, in evaluation mode.

    Attributes:
        model: open_clip's CLIP, CustomTextCLIP or CoCa.
        tokenize: texts to an int64 tensor (n, context length); may be called from any thread.
        padding: the token that fills up short texts on the right and that the text tower masks,
            so that columns of it may be trimmed; None where every column counts.
    """

    model: "torch.nn.Module"
    tokenize: Callable[[Sequence[str]], "torch.Tensor"]
    padding: int | None


def load_towers(model: Model) -> Towers:
    """Build the model and load its weights.

    Raises:
        PhotoClipError: files are missing, damaged, or do not belong together.
    """
    tokenize, pad_token = _load_tokenizer(model)
    module = _build(model)
    _load_weights(module, model)
    # A transformers tower takes the dtype its config.json names.
    module.float().eval().requires_grad_(False)
    padding = pad_token if _masks_padding(module, model, pad_token) else None
    return Towers(module, tokenize, padding)


def _build(model: Model) -> "torch.nn.Module":
    import open_clip

    config = copy.deepcopy(model.config)
    # Base weights of single towers would be fetched from the network.
    if config["vision_cfg"].get("timm_model_name"):
        config["vision_cfg"]["timm_model_pretrained"] = False
    transformers_tower = bool(config["text_cfg"].get("hf_model_name"))
    if transformers_tower:
        if not (model.folder / "config.json").is_file():
            raise PhotoClipError(
                f"The model “{model.name}” needs the config.json of its text tower "
                f"in the folder {model.folder}. Put it there or choose another model."
            )
        config["text_cfg"]["hf_model_name"] = str(model.folder.resolve())
        config["text_cfg"]["hf_model_pretrained"] = False
    # How open_clip's create_model chooses the class.
    custom_text = config.pop("custom_text", False) or transformers_tower
    if custom_text:
        build = open_clip.CoCa if "multimodal_cfg" in config else open_clip.CustomTextCLIP
    else:
        build = open_clip.CLIP
    try:
        module: torch.nn.Module = build(**config)
    except (AssertionError, AttributeError, ImportError, KeyError, OSError) as error:
        raise _not_buildable(model) from error
    except (RuntimeError, TypeError, ValueError) as error:
        raise _not_buildable(model) from error
    return module


def _load_weights(module: "torch.nn.Module", model: Model) -> None:
    import open_clip
    from safetensors import SafetensorError

    if not model.checkpoint.is_file():
        raise PhotoClipError(
            f"The model file {model.checkpoint} is missing. Get the model again or choose another."
        )
    try:
        # weights_only: unpickling anything else could run code that hides in the file.
        open_clip.load_checkpoint(module, str(model.checkpoint), strict=True, weights_only=True)
    except MemoryError as error:
        raise PhotoClipError(
            f"There is not enough memory for the model “{model.name}”. Choose a smaller one."
        ) from error
    except (SafetensorError, pickle.UnpicklingError, EOFError, OSError) as error:
        raise _does_not_fit(model) from error
    except (AttributeError, IndexError, KeyError, StopIteration, TypeError) as error:
        # What taking a file of another kind for a state dictionary leads to.
        raise _does_not_fit(model) from error
    except (AssertionError, RuntimeError, ValueError) as error:
        raise _does_not_fit(model) from error


def _load_tokenizer(
    model: Model,
) -> tuple[Callable[[Sequence[str]], "torch.Tensor"], int | None]:
    """The tokenizer, and the token it pads with on the right if that is one of its own."""
    from open_clip.tokenizer import HFTokenizer, SimpleTokenizer

    text_cfg = model.config["text_cfg"]
    context_length = int(text_cfg.get("context_length", 77))
    options: dict[str, Any] = dict(text_cfg.get("tokenizer_kwargs") or {})
    pad_token: int | None = None
    if text_cfg.get("hf_tokenizer_name") or text_cfg.get("hf_model_name"):
        if not any((model.folder / name).is_file() for name in _TOKENIZER_FILES):
            raise PhotoClipError(
                f"The model “{model.name}” needs its tokenizer files (tokenizer.json and "
                f"tokenizer_config.json) in the folder {model.folder}. "
                "Put them there or choose another model."
            )
        mode = text_cfg.get("tokenizer_mode")
        try:
            tokenizer = HFTokenizer(
                str(model.folder.resolve()),
                context_length=context_length,
                tokenizer_mode=mode,
                local_files_only=True,
                **options,
            )
        except (AttributeError, ImportError, KeyError, OSError, TypeError, ValueError) as error:
            raise PhotoClipError(
                f"The tokenizer files in {model.folder} cannot be read. "
                "Get the model again or choose another."
            ) from error
        # transformers 5 pads Gemma's tokenizer (SigLIP 2) on the left unless its files say
        # otherwise, which turns the ranking upside down without any error.
        tokenizer.tokenizer.padding_side = "right"
        tokenizer.tokenizer.truncation_side = "right"
        # In the mode "clips" a class token follows the padding.
        pad_token = None if mode else tokenizer.tokenizer.pad_token_id
    else:
        tokenizer = SimpleTokenizer(context_length=context_length, **options)

    # transformers' fast tokenizers hold padding settings that two threads must not borrow at once.
    lock = threading.Lock()

    def tokenize(texts: Sequence[str]) -> "torch.Tensor":
        cut = [_clean(text, context_length * _CHARACTERS_PER_TOKEN) for text in texts]
        with lock:
            tokens: torch.Tensor = tokenizer(cut)
        return tokens

    return tokenize, pad_token


def _clean(text: str, length: int) -> str:
    # File names can hold lone surrogates, which no tokenizer takes.
    text = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join(text[: 2 * length].split())[:length]


def _masks_padding(module: "torch.nn.Module", model: Model, pad_token: int | None) -> bool:
    """Whether the text tower ignores padding, so that it may be trimmed.

    open_clip's own text towers do not: theirs is a causal mask, or (SigLIP) none at all and the
    last token is pooled, so they need the full context length.
    """
    if pad_token is None or not model.config["text_cfg"].get("hf_model_name"):
        return False
    config = getattr(getattr(module, "text", None), "config", None)
    return getattr(config, "pad_token_id", None) == pad_token


def _not_buildable(model: Model) -> PhotoClipError:
    return PhotoClipError(
        f"The file {model.config_path} does not describe a model that the installed open_clip "
        "can build. Get the model again or choose another."
    )


def _does_not_fit(model: Model) -> PhotoClipError:
    return PhotoClipError(
        f"The model file {model.checkpoint} does not fit its configuration. "
        "Get the model again or choose another."
    )
