"""A model's files as a torch model and a tokenizer, or one sentence why not.

Builds open_clip's own classes, so that any CLIP open_clip can express loads by the same path as
the starter. Nothing here reaches for the network.
"""

import copy
import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from photoclip.clip.architectures import text_tower_config
from photoclip.clip.hf_format import SECTION
from photoclip.clip.hf_weights import in_open_clip_names, is_of_transformers
from photoclip.clip.models import Model
from photoclip.clip.tokens import Tokenizer, load_tokenizer
from photoclip.clip.weights import read_state
from photoclip.errors import PhotoClipError

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Towers:
    """A loaded model, in float32 on the CPU, in evaluation mode.

    Attributes:
        model: open_clip's CLIP, CustomTextCLIP or CoCa.
        tokenize: texts to an int64 tensor (n, context length); may be called from any thread.
        padding: the token that fills up short texts on the right and that the text tower masks,
            so that columns of it may be trimmed; None where it masks none.
    """

    model: "torch.nn.Module"
    tokenize: Callable[[Sequence[str]], "torch.Tensor"]
    padding: int | None


def load_towers(model: Model) -> Towers:
    """Build the model and load its weights.

    Raises:
        PhotoClipError: files are missing, damaged, or do not belong together.
    """
    # In the order of the time it takes to find a fault.
    tokenizer = load_tokenizer(model)
    state = read_state(model.checkpoint)
    module = _build(model)
    _load_weights(module, state, model)
    # A transformers tower takes the dtype its config.json names.
    module.float().eval().requires_grad_(False)
    return Towers(module, tokenizer.tokenize, masked_padding(module, tokenizer))


def build(config: dict[str, Any], text_folder: Path) -> "torch.nn.Module":
    """An open_clip model with random weights, of whatever class its configuration asks for.

    Args:
        config: open_clip's `model_cfg`, and perhaps the sections of `hf_format`,
            `class_expectation` and `query_bank`; not changed.
        text_folder: where the `config.json` of a transformers text tower lies, unless it is one of
            `text_tower_config`.

    Raises:
        whatever open_clip, timm and transformers do with a configuration they do not know.
    """
    import open_clip

    from photoclip.clip import class_expectation, query_bank

    config = copy.deepcopy(config)
    hugging_face = config.pop(SECTION, {})
    expectation = config.pop(class_expectation.SECTION, None)
    bank = config.pop(query_bank.SECTION, None)
    embed_dim = config["embed_dim"]
    if bank is not None:
        config["embed_dim"] -= 1
    with ExitStack() as until_built:
        # Base weights of single towers would be fetched from the network.
        if timm_name := config["vision_cfg"].get("timm_model_name"):
            if ":" in timm_name:
                raise ValueError(f"{timm_name} is no architecture but a place to fetch one from")
            config["vision_cfg"]["timm_model_pretrained"] = False
        transformers_tower = config["text_cfg"].get("hf_model_name")
        if transformers_tower:
            known = text_tower_config(transformers_tower)
            if known is not None:
                text_folder = Path(until_built.enter_context(TemporaryDirectory()))
                (text_folder / "config.json").write_text(json.dumps(known), encoding="utf-8")
            config["text_cfg"]["hf_model_name"] = str(text_folder.resolve())
            config["text_cfg"]["hf_model_pretrained"] = False
        if "vision" in hugging_face:
            # Stands in for the tower that takes its place below.
            config["vision_cfg"] |= {"width": 64, "layers": 1}
        # How open_clip's create_model chooses the class.
        if config.pop("custom_text", False) or transformers_tower:
            class_ = open_clip.CoCa if "multimodal_cfg" in config else open_clip.CustomTextCLIP
        else:
            class_ = open_clip.CLIP
        module: torch.nn.Module = class_(**config)
    if "vision" in hugging_face:
        module.visual = _siglip_tower(**hugging_face["vision"])
    if expectation is not None:
        class_expectation.put_head(module, config["embed_dim"], expectation)
    if bank is not None:
        query_bank.put_bank(module, embed_dim, bank)
    return module


def _siglip_tower(*, norm_eps: float, **settings: Any) -> "torch.nn.Module":
    import torch
    from timm.models.vision_transformer import VisionTransformer

    tower: torch.nn.Module = VisionTransformer(
        class_token=False,
        global_pool="map",
        num_classes=0,
        norm_layer=partial(torch.nn.LayerNorm, eps=norm_eps),
        weight_init="skip",
        **settings,
    )
    return tower


def _build(model: Model) -> "torch.nn.Module":
    tower = model.config["text_cfg"].get("hf_model_name")
    if tower and text_tower_config(tower) is None:
        _check_text_tower(model)
    try:
        return build(model.config, model.folder)
    except (AssertionError, AttributeError, ImportError, KeyError, OSError) as error:
        raise _not_buildable(model) from error
    except (RuntimeError, TypeError, ValueError) as error:
        raise _not_buildable(model) from error


def _check_text_tower(model: Model) -> None:
    path = model.folder / "config.json"
    if not path.is_file():
        raise PhotoClipError(
            f"The model “{model.name}” needs the config.json of its text tower "
            f"in the folder {model.folder}. Put it there or choose another model."
        )
    try:
        brings_code = "auto_map" in json.loads(path.read_bytes())
    except (OSError, TypeError, ValueError) as error:
        raise _not_buildable(model) from error
    if brings_code:
        # transformers would ask on the terminal whether to run it.
        raise PhotoClipError(
            f"The model “{model.name}” brings a program of its own, which PhotoClip does not run. "
            "Choose another model."
        )


def _load_weights(
    module: "torch.nn.Module", state: "dict[str, torch.Tensor]", model: Model
) -> None:
    try:
        module.load_state_dict(_fitted(state, module))
    except (AttributeError, IndexError, KeyError, StopIteration, TypeError) as error:
        raise _does_not_fit(model) from error
    except (AssertionError, RuntimeError, ValueError) as error:
        raise _does_not_fit(model) from error


def _fitted(state: "dict[str, torch.Tensor]", module: Any) -> "dict[str, torch.Tensor]":
    """Weights under the names and in the shapes of the model, whoever saved them.

    As open_clip's `load_checkpoint`, which cannot be told never to unpickle, and which would
    stretch a model to another size of picture.
    """
    import torch
    from open_clip.convert import convert_state_dict
    from open_clip.model import convert_to_custom_text_state_dict

    if is_of_transformers(set(state)):
        state = in_open_clip_names(state)
    state = convert_state_dict(module, state)
    if "positional_embedding" in state and not hasattr(module, "positional_embedding"):
        state = convert_to_custom_text_state_dict(state)
    # Both are kept as a scalar and as a vector of one.
    for name in ("logit_scale", "logit_bias"):
        if name in state:
            state[name] = state[name].reshape(getattr(module, name).shape)
    if module.logit_bias is not None:
        state.setdefault("logit_bias", torch.zeros_like(module.logit_bias))
    return state


def masked_padding(module: "torch.nn.Module", tokenizer: Tokenizer) -> int | None:
    """The tokenizer's padding if the text tower ignores it, so that it may be trimmed, or None.

    open_clip's own text towers do not: theirs is a causal mask (`text_tower` makes use of it), or
    (SigLIP) none at all and the last token is pooled, so they take the full context length.
    """
    # Of a transformers tower alone.
    config = getattr(getattr(module, "text", None), "config", None)
    masked = getattr(config, "pad_token_id", None)
    return tokenizer.padding if tokenizer.padding == masked else None


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
