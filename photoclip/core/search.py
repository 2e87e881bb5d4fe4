"""Search: from a phrase, or a photo, to the photos that look like it, best first."""

import threading
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.encoder import Encoder
from photoclip.core.library import Library
from photoclip.core.types import Hit, Scope
from photoclip.core.vectors import VectorIndex
from photoclip.errors import PhotoClipError

# Embeddings of earlier queries kept: a person types, deletes and types again.
_QUERIES_KEPT = 1000


class Searcher:
    """Answers queries over a library with one model. Exact: every photo in scope is scored.

    Safe to call from any thread; queries run one after the other.
    """

    def __init__(self, library: Library, encoder: Encoder) -> None:
        self._library = library
        self._encoder = encoder
        self._vectors = VectorIndex(library, encoder.id, encoder.dim)
        self._lock = threading.Lock()
        self._candidates: tuple[object, NDArray[np.int64]] = (None, np.empty(0, np.int64))
        self._embed = lru_cache(_QUERIES_KEPT)(self._embed_text)

    def search(self, text: str, scope: Scope = Scope(), limit: int = 500) -> list[Hit]:
        """The photos in `scope` nearest to a phrase, best first, at most `limit`.

        Raises:
            PhotoClipError: when the phrase is empty or the model cannot be used.
        """
        words = " ".join(text.split())
        if not words:
            raise PhotoClipError('Type what the photo shows, for example "a dog on the beach".')
        with self._lock:
            return self._nearest(self._embed(words), scope, limit)

    def similar(self, photo_id: int, scope: Scope = Scope(), limit: int = 500) -> list[Hit]:
        """The photos nearest to a photo, itself left out; none while it is not indexed."""
        vector = self._library.vector(photo_id, self._encoder.id)
        if vector is None:
            return []
        with self._lock:
            hits = self._nearest(vector / np.linalg.norm(vector), scope, limit + 1)
        return [hit for hit in hits if hit.photo_id != photo_id][:limit]

    def refresh(self) -> None:
        """Take in what was embedded since the last query, so that the next need not."""
        with self._lock:
            self._vectors.refresh()

    def rest(self) -> None:
        """Free the memory that the vectors take; the next query reads them again."""
        with self._lock:
            self._vectors = VectorIndex(self._library, self._encoder.id, self._encoder.dim)

    def _embed_text(self, words: str) -> NDArray[np.float32]:
        embedding: NDArray[np.float32] = self._encoder.encode_texts([words])[0]
        return embedding

    def _nearest(self, query: NDArray[np.float32], scope: Scope, limit: int) -> list[Hit]:
        self._vectors.refresh()
        photo_ids, scores = self._vectors.scores(query, self._in_scope(scope))
        if len(scores) > limit:
            best = np.argpartition(-scores, limit)[:limit]
            photo_ids, scores = photo_ids[best], scores[best]
        # Equal scores keep one order from query to query.
        order = np.lexsort((photo_ids, -scores))
        return [Hit(int(photo_ids[i]), float(scores[i])) for i in order]

    def _in_scope(self, scope: Scope) -> NDArray[np.int64]:
        """The ids of the photos in scope, looked up again only after the library has changed."""
        key = (scope, threading.get_ident(), self._library.revision())
        if self._candidates[0] != key:
            self._candidates = (key, self._library.listing(scope, self._encoder.id)[0])
        return self._candidates[1]
