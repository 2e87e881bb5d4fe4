"""Embedding a batch, photo by photo where the model refuses them together."""

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.encoder import Encoder
from photoclip.errors import PhotoClipError


def embed(
    pixels: list[NDArray[np.uint8]], encoder: Encoder
) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Embed what the model can take, so that one photo does not hold up the others.

    Args:
        pixels: n pictures, each as `Preprocessing.pixels` gives it.

    Returns:
        Which of them it took, (n,), and the embeddings of these, in their order, (m, d).

    Raises:
        PhotoClipError: when the model takes none of them.
    """
    taken = np.ones(len(pixels), np.bool_)
    if not pixels:
        return taken, np.empty((0, encoder.dim), np.float32)
    try:
        return taken, encoder.encode_images(np.stack(pixels))
    except PhotoClipError:
        if len(pixels) == 1:
            raise
    embeddings: list[NDArray[np.float32]] = []
    for i, own in enumerate(pixels):
        try:
            embeddings.append(encoder.encode_images(own[None])[0])
        except PhotoClipError:
            taken[i] = False
            if i == len(pixels) - 1 and not embeddings:
                raise
    return taken, np.stack(embeddings)
