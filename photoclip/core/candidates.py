"""Which photos a query is about: what its scope and filters leave, and what says its words."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from photoclip.core.columns import column
from photoclip.core.filters import Filtering, Lookups
from photoclip.core.library import Library
from photoclip.core.listings import Listed
from photoclip.core.query import Filter
from photoclip.core.terms import fold
from photoclip.core.types import Scope
from photoclip.core.vocabulary import Vocabulary
from photoclip.core.words import WordIndex

# Lists of photos kept until the library changes, of the filters asked for last: these stay while a
# person types.
_KEPT: Final = 12


class Candidates:
    """Looks up photos of a library by everything but their looks. For one thread at a time.

    What was looked up last is kept until the library changes.

    Args:
        model: the id of the encoder whose suggested tags count.
        live_album: the photos in a live album now, by its query's text and the day.
    """

    def __init__(
        self,
        library: Library,
        model: str,
        vocabulary: Vocabulary,
        live_album: Callable[[str, date], Sequence[int]],
    ) -> None:
        self._library = library
        self._model = model
        self._vocabulary = vocabulary
        self._live_album = live_album
        self._words = WordIndex(library)
        self._kept: tuple[object, dict[object, Listed]] = (None, {})
        self._numbered: tuple[object, dict[str, list[int]]] = (None, {})

    def photos(
        self,
        scope: Scope,
        filters: tuple[Filter, ...],
        today: date,
        within: tuple[str, ...] = (),
    ) -> Listed:
        """The photos in scope that pass the filters, newest first.

        Args:
            within: the queries of the live albums for which this is looked up.
        """
        if not filters:
            return self._library.listing(scope, self._model)
        revision = self._library.revision()
        if self._kept[0] != revision:
            self._kept = (revision, {})
        key = (scope, filters, today, within)
        # Taken out and put in again, so that the one not asked for the longest stands first.
        found = self._kept[1].pop(key, None)
        if found is None:
            found = self._looked_up(scope, filters, today)
        kept = self._kept[1]
        kept[key] = found
        if len(kept) > _KEPT:
            del kept[next(iter(kept))]
        return found

    def _looked_up(self, scope: Scope, filters: tuple[Filter, ...], today: date) -> Listed:
        lookups = Lookups(
            exact=self.saying,
            terms=self._meant,
            live_album=lambda text: self._live_album(text, today),
        )
        filtering = Filtering(self._library, self._model, today, lookups)
        photo_ids, times = self._library.listing(scope, self._model)
        kept = filtering.passing(filters).among(photo_ids)
        return photo_ids[kept], times[kept]

    def saying(self, text: str) -> NDArray[np.int64]:
        """The photos that have these words in a name, a caption or a tag of the person's own."""
        for _ in self._words.refresh():
            pass
        return np.concatenate([self._words.photos(text), self.tagged(text)])

    def tagged(self, name: str) -> NDArray[np.int64]:
        """The photos with a confirmed tag of this name, or of what it follows from; (n,)."""
        return self._library.tagged(self._meant(name))

    def rejected(self, name: str) -> NDArray[np.int64]:
        """The photos of which the person rejected the very tag of this name, (n,)."""
        term = self._vocabulary.find(name)
        return column(
            self._library.store,
            "SELECT photo_id FROM decisions WHERE NOT confirmed"
            " AND term_id IN (SELECT value FROM json_each(?))",
            [json.dumps(self._numbers([name, *(term.names if term else ())]))],
        )

    def _meant(self, name: str) -> list[int]:
        """The numbers of the terms that a tag's name means: itself, and those it follows from."""
        term = self._vocabulary.find(name)
        if term is None:
            return self._numbers([name])
        below = map(self._vocabulary.find, self._vocabulary.descendants(term.term))
        return self._numbers([name, *(n for one in (term, *below) if one for n in one.names)])

    def _numbers(self, names: Iterable[str]) -> list[int]:
        """The library's numbers of the terms with these names, in letters large or small.

        A tag may be called as a person typed it, or as a term was before it was renamed.
        """
        revision = self._library.revision()
        if self._numbered[0] != revision:
            numbered: dict[str, list[int]] = {}
            for number, term in self._library.store.rows("SELECT id, term FROM terms"):
                numbered.setdefault(fold(term), []).append(number)
            self._numbered = (revision, numbered)
        found = self._numbered[1]
        return [number for name in {*map(fold, names)} for number in found.get(name, ())]
