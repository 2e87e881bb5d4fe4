"""Photos and texts of a list as embeddings, with a bar on standard error."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from photoclip.clip.encoder import Encoder
from photoclip.core.imaging import UnreadablePhoto
from photoclip.core.lookup import embed_files
from photoclip.errors import PhotoClipError

# Texts at a time: enough to sort them by length, few enough for the bar to move.
_TEXTS = 1024


def embed_photos(encoder: Encoder, folder: Path, names: Sequence[str]) -> NDArray[np.float32]:
    """Embeddings of shape (n, d), in the order of `names`.

    Raises:
        PhotoClipError: a photo is missing, which is found out before any work, or cannot be read.
    """
    paths = [folder / name for name in names]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise PhotoClipError(
            f"{len(missing)} of the {len(paths)} photos in the list are not there, "
            f'such as "{missing[0]}". Check the folder given with --images.'
        )
    embeddings = np.empty((len(paths), encoder.dim), np.float32)
    with click.progressbar(
        embed_files(encoder, paths), length=len(paths), label="Photos", file=sys.stderr
    ) as read:
        for row, (path, embedding) in enumerate(read):
            if isinstance(embedding, UnreadablePhoto):
                raise PhotoClipError(f'"{path}" cannot be used. {embedding}')
            embeddings[row] = embedding
    return embeddings


def embed_texts(encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
    """Embeddings of shape (n, d), in the order of `texts`."""
    embeddings = np.empty((len(texts), encoder.dim), np.float32)
    with click.progressbar(length=len(texts), label="Texts", file=sys.stderr) as bar:
        for start in range(0, len(texts), _TEXTS):
            part = texts[start : start + _TEXTS]
            embeddings[start : start + len(part)] = encoder.encode_texts(part)
            bar.update(len(part))
    return embeddings
