"""Linear layers whose weights lie as oneDNN wants them, for a processor and a few rows.

torch hands a layer's weights to oneDNN, which rearranges them at every call. For a batch that is
nothing; for the ten tokens of a query it is half of the time: ten rows through 1536 x 384 took
743 microseconds in float32 and 250 rearranged beforehand, in bfloat16 177 and 109. Many rows are no
slower. torch's own compiler emits the same two operations.
"""

import torch
from torch import nn

# How many rows of a query to arrange for.
_ROWS = 16


class PackedLinear(nn.Linear):  # type: ignore[misc]
    """Computes what `linear` does, without gradients; its weights cannot be saved or changed.

    Args:
        rows: how many to arrange the weights for.
        activation: what oneDNN applies to the results while it has them at hand: "none" or "gelu".
    """

    def __init__(self, linear: nn.Linear, *, rows: int = _ROWS, activation: str = "none") -> None:
        # Without parameters of its own.
        nn.Module.__init__(self)
        self.in_features, self.out_features = linear.in_features, linear.out_features
        self.bias = linear.bias
        # The rearranged weights are opaque: only their dtype may be asked for.
        self.weight = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach(), rows)
        self._activation = activation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = torch.ops.mkldnn._linear_pointwise(
            x, self.weight, self.bias, self._activation, [], "none"
        )
        return y


def pack(module: nn.Module, leave: nn.Module | None = None) -> None:
    """Replace every plain linear layer in `module`, in place, but for what is in `leave`.

    Raises:
        RuntimeError, AttributeError: this torch or processor cannot; what is replaced by then
            computes the same.
    """
    with torch.inference_mode():
        for name, child in module.named_children():
            if child is leave:
                continue
            # A subclass may have its weights read by whoever it belongs to.
            if type(child) is nn.Linear:
                setattr(module, name, PackedLinear(child))
            else:
                pack(child, leave)
