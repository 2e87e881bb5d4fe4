"""The weights of Hugging Face's CLIP and SigLIP under the names that open_clip and timm give them.

Each pair below says what a part is called in transformers and in the module `loading` builds:
open_clip's CLIP for CLIP; for SigLIP open_clip's text tower beside timm's VisionTransformer.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_BLOCK = {
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "self_attn.q_proj": "attn.in_proj_",
    "self_attn.out_proj": "attn.out_proj",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
}
_TIMM_BLOCK = {
    "layer_norm1": "norm1",
    "layer_norm2": "norm2",
    "self_attn.q_proj": "attn.qkv",
    "self_attn.out_proj": "attn.proj",
    "mlp.fc1": "mlp.fc1",
    "mlp.fc2": "mlp.fc2",
}
_TEXT = {
    "text_model.embeddings.token_embedding.weight": "token_embedding.weight",
    "text_model.embeddings.position_embedding.weight": "positional_embedding",
    "text_model.final_layer_norm.weight": "ln_final.weight",
    "text_model.final_layer_norm.bias": "ln_final.bias",
}
_CLIP = _TEXT | {
    "text_projection.weight": "text_projection",
    "vision_model.embeddings.class_embedding": "visual.class_embedding",
    "vision_model.embeddings.patch_embedding.weight": "visual.conv1.weight",
    "vision_model.embeddings.position_embedding.weight": "visual.positional_embedding",
    "vision_model.pre_layrnorm.weight": "visual.ln_pre.weight",
    "vision_model.pre_layrnorm.bias": "visual.ln_pre.bias",
    "vision_model.post_layernorm.weight": "visual.ln_post.weight",
    "vision_model.post_layernorm.bias": "visual.ln_post.bias",
    "visual_projection.weight": "visual.proj",
}
_SIGLIP = {old: f"text.{new}" for old, new in _TEXT.items()} | {
    "text_model.head.weight": "text.text_projection.weight",
    "text_model.head.bias": "text.text_projection.bias",
    "vision_model.embeddings.patch_embedding.weight": "visual.patch_embed.proj.weight",
    "vision_model.embeddings.patch_embedding.bias": "visual.patch_embed.proj.bias",
    "vision_model.embeddings.position_embedding.weight": "visual.pos_embed",
    "vision_model.post_layernorm.weight": "visual.norm.weight",
    "vision_model.post_layernorm.bias": "visual.norm.bias",
    "vision_model.head.probe": "visual.attn_pool.latent",
    "vision_model.head.attention.out_proj.weight": "visual.attn_pool.proj.weight",
    "vision_model.head.attention.out_proj.bias": "visual.attn_pool.proj.bias",
    "vision_model.head.layernorm.weight": "visual.attn_pool.norm.weight",
    "vision_model.head.layernorm.bias": "visual.attn_pool.norm.bias",
    "vision_model.head.mlp.fc1.weight": "visual.attn_pool.mlp.fc1.weight",
    "vision_model.head.mlp.fc1.bias": "visual.attn_pool.mlp.fc1.bias",
    "vision_model.head.mlp.fc2.weight": "visual.attn_pool.mlp.fc2.weight",
    "vision_model.head.mlp.fc2.bias": "visual.attn_pool.mlp.fc2.bias",
}
_LAYER = re.compile(r"(text|vision)_model\.encoder\.layers\.(\d+)\.(.+)\.(weight|bias)")


def is_of_transformers(names: set[str]) -> bool:
    """Whether tensors of these names were saved by transformers' CLIP or SigLIP."""
    return "text_model.embeddings.token_embedding.weight" in names


def in_open_clip_names(state: "dict[str, torch.Tensor]") -> "dict[str, torch.Tensor]":
    """The same weights as open_clip's modules hold them; unknown names stay as they are.

    Raises:
        KeyError: a part is missing.
    """
    siglip = "vision_model.head.probe" in state
    names = _SIGLIP if siglip else _CLIP
    renamed = {}
    for name, value in state.items():
        layer = _LAYER.fullmatch(name)
        if layer is None:
            renamed[names.get(name, name)] = value
        elif layer[3] not in ("self_attn.k_proj", "self_attn.v_proj"):
            if layer[3] == "self_attn.q_proj":
                value = _joined(state, name)
            renamed[_in_layer(siglip, *layer.groups())] = value
    if siglip:
        renamed["visual.pos_embed"] = renamed["visual.pos_embed"][None]
        # torch's joint matrix asks with its first third and is asked with the others.
        for kind in ("weight", "bias"):
            joint = renamed.pop(f"vision_model.head.attention.in_proj_{kind}")
            third = len(joint) // 3
            renamed[f"visual.attn_pool.q.{kind}"] = joint[:third]
            renamed[f"visual.attn_pool.kv.{kind}"] = joint[third:]
    else:
        # transformers keeps a linear layer, open_clip the matrix to multiply with.
        for name in ("visual.proj", "text_projection"):
            renamed[name] = renamed[name].T
    return renamed


def _joined(state: "dict[str, torch.Tensor]", query: str) -> "torch.Tensor":
    """Query, key and value as the one matrix that open_clip and timm keep."""
    import torch

    return torch.cat([state[query.replace(".q_proj.", f".{part}_proj.")] for part in "qkv"])


def _in_layer(siglip: bool, tower: str, number: str, part: str, kind: str) -> str:
    if siglip and tower == "vision":
        return f"visual.blocks.{number}.{_TIMM_BLOCK[part]}.{kind}"
    start = "visual." if tower == "vision" else "text." if siglip else ""
    new = _BLOCK[part]
    dot = "" if new.endswith("_") else "."
    return f"{start}transformer.resblocks.{number}.{new}{dot}{kind}"
