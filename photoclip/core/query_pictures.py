"""The pictures of a query as embeddings: photos of the library, and files from anywhere."""

import os
import re
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.encoder import Encoder
from photoclip.core.library import Library
from photoclip.core.lookup import embed_files, stored_embedding
from photoclip.core.paths import display_name
from photoclip.core.unreadable import UnreadablePhoto
from photoclip.errors import PhotoClipError

# Gives a picture's embedding, float32 (d,); raises UnreadablePhoto where there is none.
EmbedFile = Callable[[Path], NDArray[np.float32]]

# Files whose embeddings are remembered, each until the file changes.
_KEPT: Final = 100
# No photo's file is larger, as indexing has it.
_LARGEST_FILE: Final = 1 << 30
_HASH: Final = re.compile("[0-9a-f]{32}")


class QueryPictures:
    """Embeddings of pictures by their source; see `Picture`. For one thread at a time.

    Args:
        embed_file: by which a file that the library does not know is embedded; None for decoding
            it and asking the encoder.
    """

    def __init__(
        self, library: Library, encoder: Encoder, embed_file: EmbedFile | None = None
    ) -> None:
        self._library = library
        self._encoder = encoder
        self._embed_file = embed_file or self._embedded
        self._known: OrderedDict[object, NDArray[np.float32]] = OrderedDict()

    def embedding(self, source: str) -> NDArray[np.float32] | None:
        """Float32 (d,), of length 1; None for a photo that is not indexed.

        Raises:
            PhotoClipError: the file cannot be read, or the model cannot be used.
        """
        if _HASH.fullmatch(source):
            photo_id = self._library.photo_with(source)
            return None if photo_id is None else self._library.vector(photo_id, self._encoder.id)
        try:
            return self._of_file(Path(source))
        except UnreadablePhoto as error:
            name = display_name(source.replace("\0", ""))
            reason = str(error)[:1].lower() + str(error)[1:]
            raise PhotoClipError(f"The picture “{name}” cannot be used: {reason}") from error

    def _of_file(self, path: Path) -> NDArray[np.float32]:
        try:
            facts = os.stat(path)
            # Anything but a file, such as a pipe, might be read for ever.
            there = os.path.isfile(path)
        except (OSError, ValueError):
            there = False
        if not there:
            raise UnreadablePhoto("It is not there, or may not be read.", permanent=False)
        if facts.st_size > _LARGEST_FILE:
            raise UnreadablePhoto("It is larger than any photo.")
        key = (str(path), facts.st_size, facts.st_mtime_ns)
        if key not in self._known:
            stored = stored_embedding(self._library, self._encoder.id, path)
            self._known[key] = self._embed_file(path) if stored is None else stored
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]

    def _embedded(self, path: Path) -> NDArray[np.float32]:
        [(_, found)] = embed_files(self._encoder, [path])
        if isinstance(found, UnreadablePhoto):
            raise found
        return found
