"""A heat map as it lies on a photo: what the search did not look at is darkened."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

# The opacity, of 255, of what does not matter: it can still be made out.
_DARKEST = 190
# A map whose most is less shows nothing that a person could make out.
_LEAST = 0.35


def shade(heat: NDArray[np.float32]) -> QImage | None:
    """Black that thins out where it matters; None where nothing stands out.

    Args:
        heat: (h, w), 0 to 1, see `clip.heat_map`.
    """
    if heat.max() < _LEAST:
        return None
    alpha = np.rint(_DARKEST * (1 - heat)).astype(np.uint32)
    height, width = heat.shape
    # Premultiplied black is nothing but its opacity; the copy has pixels of its own.
    argb = (alpha << 24).tobytes()
    kind = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(argb, width, height, 4 * width, kind).copy()
