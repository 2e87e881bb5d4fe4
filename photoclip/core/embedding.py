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
        PhotoClipError: when the model takes no picture at all.
    """
    taken = np.ones(len(pixels), np.bool_)
    if not pixels:
        return taken, np.empty((0, encoder.dim), np.float32)
    try:
        return taken, encoder.encode_images(np.stack(pixels))
    except PhotoClipError:
        # Whether it is the model, which would refuse any picture, or one of these.
        encoder.encode_images(_any_picture(encoder.preprocessing.size))
    embeddings = [np.empty((0, encoder.dim), np.float32)]
    for i, own in enumerate(pixels):
        try:
            embeddings.append(encoder.encode_images(own[None]))
        except PhotoClipError:
            taken[i] = False
    return taken, np.concatenate(embeddings)


def _any_picture(size: int) -> NDArray[np.uint8]:
    """Shades of grey from side to side, uint8 (1, size, size, 3)."""
    shades = np.linspace(0, 255, size).astype(np.uint8)
    return np.broadcast_to(shades[:, None], (1, size, size, 3)).copy()
