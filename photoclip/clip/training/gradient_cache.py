"""Large batches on small memory: a tower's pass in parts, with the gradient of the whole.

The contrastive loss needs all embeddings of a batch at once, but not all activations behind them.
So the parts first go forward without keeping any; when the loss has said what it wants of each
embedding, they go again, one after the other, and back. Source: Gao et al., "Scaling Deep
Contrastive Learning Batch Size under Memory Limited Setup" (2021).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from photoclip.clip.training.random_state import RandomState


class CachedPass:
    """A network's output for n rows, computed so that only some rows need memory at a time.

    The gradient is that of the plain pass, dropout included, which draws the same both times. A
    network with batch norms in training is the exception: it normalises by the rows of a part.

    Args:
        forward: gives the output, floating (k, width), for rows int64 (k,).
        rows: n, the number of rows.
        at_once: the most rows that fit the memory; None for all.
        network: what `forward` computes with; its buffers count each row once.
        device: where it does.
    """

    def __init__(
        self,
        forward: Callable[[Tensor], Tensor],
        rows: int,
        at_once: int | None,
        network: nn.Module,
        device: torch.device,
    ) -> None:
        self._forward = forward
        self._network = network
        self._device = device
        self._parts: list[_Part] = []
        everything = torch.arange(rows)
        if at_once is None or rows <= at_once:
            self.output = forward(everything)
            return
        pieces = []
        with torch.no_grad():
            # Even parts: batch norms cannot take a single row.
            for part in everything.tensor_split(math.ceil(rows / at_once)):
                self._parts.append(_Part(part, RandomState.now(device)))
                pieces.append(forward(part))
        self.output = torch.cat(pieces).requires_grad_(True)

    def backward(self) -> None:
        """Carry on what the loss's backward() left in `output`, down to the network's weights."""
        wanted = self.output.grad if self._parts else None
        if wanted is None:
            return
        buffers = [value.clone() for value in self._network.buffers()]
        after = RandomState.now(self._device)
        for part in self._parts:
            part.random_state.restore(self._device)
            self._forward(part.rows).backward(wanted[part.rows.to(wanted.device)])
        after.restore(self._device)
        for value, counted in zip(self._network.buffers(), buffers, strict=True):
            value.copy_(counted)


@dataclass(frozen=True)
class _Part:
    """Some rows, and what dropout was about to draw for them."""

    rows: Tensor
    random_state: RandomState
