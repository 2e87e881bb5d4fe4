"""The losses that bring photos and their captions together, with their learned temperature.

Sources: Radford et al., "Learning Transferable Visual Models From Natural Language Supervision"
(2021), figure 3 and section 2.5, for the symmetric contrastive loss; Zhai et al., "Sigmoid Loss for
Language Image Pre-Training" (2023), algorithm 1, for the sigmoid loss.
"""

import math

import torch
import torch.nn.functional as F  # noqa: N812 - the field's customary name
from torch import Tensor

MAX_LOGIT_SCALE = 100.0
"""Upper bound of exp(t): beyond it the paper found training unstable (section 2.5)."""

SIGMOID_LOG_SCALE = math.log(10.0)
"""What the paper of the sigmoid loss starts t' with (section 3.2)."""
SIGMOID_BIAS = -10.0
"""And b: at first no pair is taken for a match, as nearly all of a batch's are none."""

# The largest float32 below log 100: rounded up, a parameter at its bound would lie above it.
_MAX_LOG_SCALE = 9657741 / 2**21


def logit_scale(log_scale: Tensor) -> Tensor:
    """exp(t), the factor on the cosines, at most `MAX_LOGIT_SCALE`; a scalar tensor."""
    # Unlike with clamp(), a t at the bound keeps its gradient, and so its way back.
    return torch.where(log_scale > _MAX_LOG_SCALE, _MAX_LOG_SCALE, log_scale).exp()


def clamp_log_scale(log_scale: Tensor) -> None:
    """Bring the parameter t back into [0, log 100], in place; call it after each step.

    The bound inside `logit_scale` alone would let t drift into the region without gradient.
    """
    with torch.no_grad():
        log_scale.clamp_(0.0, _MAX_LOG_SCALE)


def contrastive_loss(
    images: Tensor, texts: Tensor, log_scale: Tensor, ignored: Tensor | None = None
) -> Tensor:
    """Mean of the cross-entropies image->text and text->image over a batch of n pairs.

    Args:
        images: (n, d) floating, row i belongs to row i of `texts`; any length, L2-normalised here.
        texts: (n, d) floating.
        log_scale: scalar t; the logits are exp(t) times the cosines.
        ignored: (n, n) boolean, True where text j is neither right nor wrong for image i, because
            it describes it as well; False on the diagonal. None, as in the paper, ignores none.

    Returns:
        A scalar tensor.
    """
    cosines = F.normalize(images, dim=-1) @ F.normalize(texts, dim=-1).T
    logits = logit_scale(log_scale) * cosines
    if ignored is not None:
        logits = logits.masked_fill(ignored, -math.inf)
    right = torch.arange(len(logits), device=logits.device)
    return (F.cross_entropy(logits, right) + F.cross_entropy(logits.T, right)) / 2


def preference_loss(images: Tensor, right: Tensor, wrong: Tensor, log_scale: Tensor) -> Tensor:
    """How little each image prefers its text to another that is wrong: -log of the right one's
    probability among the two, which is their cross-entropy.

    Args:
        images, right, wrong: (n, d) floating; any length, L2-normalised here.
        log_scale: scalar t; the logits are exp(t) times the cosines.

    Returns:
        A scalar tensor, the mean; 0 for n = 0.
    """
    if not len(images):
        return images.sum()
    lead = F.normalize(right, dim=-1) - F.normalize(wrong, dim=-1)
    lead = (F.normalize(images, dim=-1) * lead).sum(dim=-1)
    return F.softplus(-logit_scale(log_scale) * lead).mean()


def sigmoid_loss(images: Tensor, texts: Tensor, log_scale: Tensor, bias: Tensor) -> Tensor:
    """Every photo with every caption of a batch of n pairs, judged by itself: match or none.

    Args:
        images: (n, d) floating, row i belongs to row i of `texts`; any length, L2-normalised here.
        texts: (n, d) floating.
        log_scale: scalar t'; the logits are exp(t') times the cosines, plus the bias. Unlike the
            contrastive loss the paper's sets it no bound, and its models are beyond 100.
        bias: scalar b.

    Returns:
        A scalar tensor: the sum over all n * n combinations, divided by n.
    """
    cosines = F.normalize(images, dim=-1) @ F.normalize(texts, dim=-1).T
    logits = log_scale.exp() * cosines + bias
    signs = 2 * torch.eye(len(logits), dtype=logits.dtype, device=logits.device) - 1
    return -F.logsigmoid(signs * logits).sum() / len(logits)
