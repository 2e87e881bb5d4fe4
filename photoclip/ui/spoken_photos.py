"""The photos of the grid as a screen reader says them, with tags that are read when it asks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent

from photoclip.core.library import Library
from photoclip.core.relevance import Band
from photoclip.core.types import Annotation, Photo, PhotoTags
from photoclip.ui import facts
from photoclip.ui.bands import spoken_band
from photoclip.ui.grid import GridView
from photoclip.ui.session import Session

# More are not asked about before the first are answered: a screen reader has moved on.
_MOST_AT_ONCE = 100
_MOST_KEPT = 2_000


@dataclass(frozen=True)
class _Heard:
    """What is known of a photo; nothing of one that has gone."""

    photo: Photo | None
    said: Annotation
    tags: PhotoTags


class SpokenPhotos(QObject):
    """Says photos in words. Reads the library only for those that somebody asks about.

    Args:
        band_of: how well a photo matches, None where nothing was ranked.
    """

    def __init__(
        self,
        session: Session,
        grid: GridView,
        band_of: Callable[[int], Band | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._grid, self._band_of = session, grid, band_of
        self._heard: dict[int, _Heard] = {}
        self._wanted: dict[int, None] = {}
        grid.photos.spoken = self.words
        # Said again of the library as it is then, to whoever asks again.
        session.counted.connect(lambda _: self._heard.clear())

    def words(self, photo_id: int, photo: Photo | None) -> str:
        """The photo in a line: at once its name, and what is read by now."""
        heard, band = self._heard.get(photo_id), self._band_of(photo_id)
        if heard is None:
            self._want(photo_id)
            heard = _Heard(photo, Annotation(), PhotoTags())
        match, locale = "" if band is None else spoken_band(band), self._grid.locale()
        return facts.spoken_whole(photo or heard.photo, heard.said, match, heard.tags, locale)

    def _want(self, photo_id: int) -> None:
        self._wanted[photo_id] = None
        while len(self._wanted) > _MOST_AT_ONCE:
            del self._wanted[next(iter(self._wanted))]
        ids, library, model = list(self._wanted), self._session.library, self._session.model

        def show(read: dict[int, _Heard]) -> None:
            if len(self._heard) > _MOST_KEPT:
                self._heard.clear()
            self._heard.update(read)
            for one in ids:
                self._wanted.pop(one, None)
            self._tell(ids)

        self._session.read("spoken", lambda: _heard(library, ids, model), show)

    def _tell(self, photo_ids: Sequence[int]) -> None:
        """Let a screen reader know that there is more to say of these."""
        photos, current = self._grid.photos, self._grid.currentIndex().row()
        for photo_id in photo_ids:
            row = photos.row_of(photo_id)
            if row is None:
                continue
            index = photos.index(row)
            photos.dataChanged.emit(index, index, [Qt.ItemDataRole.AccessibleTextRole])
            if row == current and QAccessible.isActive():
                named = QAccessibleEvent(self._grid, QAccessible.Event.NameChanged)
                named.setChild(row)
                QAccessible.updateAccessibility(named)


def _heard(library: Library, photo_ids: Sequence[int], model: str) -> dict[int, _Heard]:
    photos, annotations = library.photos(photo_ids), library.annotations
    said = annotations.annotations(photo_ids)
    return {
        photo_id: _Heard(
            photos.get(photo_id),
            said.get(photo_id, Annotation()),
            annotations.tags(photo_id, model),
        )
        for photo_id in photo_ids
    }
