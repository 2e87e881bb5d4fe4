"""The texts of queries as embeddings, kept while a person types, deletes and types again."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.encoder import Encoder
from photoclip.core.lessons import AdapterInUse
from photoclip.core.library import Library

# Embeddings of earlier texts kept.
_KEPT: Final = 1000


class QueryTexts:
    """Embeds texts as the model was taught to see them. For one thread at a time."""

    def __init__(self, library: Library, encoder: Encoder) -> None:
        self._encoder = encoder
        self._taught = AdapterInUse(library, encoder)
        # As the encoder gives them; what it was taught comes on top.
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def refresh(self) -> None:
        """Find out whether something else was taught, or forgotten."""
        self._taught.refresh()

    def embeddings(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Float32 (n, d), each of length 1.

        Raises:
            PhotoClipError: the model cannot be used.
        """
        missing = [text for text in texts if text not in self._known]
        if missing:
            # All at once, which takes little longer than one.
            embeddings = self._encoder.encode_texts(missing)
            self._known.update(zip(missing, embeddings, strict=True))
        for text in texts:
            self._known.move_to_end(text)
        found = np.array([self._known[text] for text in texts])
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return self._taught.adapt(found)
