"""Embedding a batch, photo by photo where the model refuses them together."""

import os
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.encoder import Encoder
from photoclip.errors import PhotoClipError

# On a processor several batches at once, each by one thread, in place of one by all, whose threads
# wait for one another at every layer. No more than these, as each fetches the weights for itself.
_MOST_ON_PROCESSOR = 16
# While one batch is computed the next is brought over.
_ON_ACCELERATOR = 2


def side_by_side(encoder: Encoder) -> tuple[int, int | None]:
    """How many batches to embed at once, and on how many threads each; None for any."""
    if encoder.device != "cpu":
        return _ON_ACCELERATOR, None
    cores = os.cpu_count() or 1
    at_once = min(cores, _MOST_ON_PROCESSOR)
    return at_once, cores // at_once


def embed(
    pixels: Sequence[NDArray[np.uint8]], encoder: Encoder, threads: int | None = None
) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Embed what the model can take, so that one photo does not hold up the others.

    Args:
        pixels: n pictures, each as `Preprocessing.pixels` gives it.
        threads: how many the processor computes on.

    Returns:
        Which of them it took, (n,), and the embeddings of these, in their order, (m, d).

    Raises:
        PhotoClipError: when the model takes no picture at all.
    """
    taken = np.ones(len(pixels), np.bool_)
    if not pixels:
        return taken, np.empty((0, encoder.dim), np.float32)
    try:
        return taken, encoder.encode_images(np.stack(pixels), threads)
    except PhotoClipError:
        # Whether it is the model, which would refuse any picture, or one of these.
        encoder.encode_images(_any_picture(encoder.preprocessing.size), threads)
    embeddings = [np.empty((0, encoder.dim), np.float32)]
    for i, own in enumerate(pixels):
        try:
            embeddings.append(encoder.encode_images(own[None], threads))
        except PhotoClipError:
            taken[i] = False
    return taken, np.concatenate(embeddings)


def _any_picture(size: int) -> NDArray[np.uint8]:
    """Shades of grey from side to side, uint8 (1, size, size, 3)."""
    shades = np.linspace(0, 255, size).astype(np.uint8)
    return np.broadcast_to(shades[:, None], (1, size, size, 3)).copy()
