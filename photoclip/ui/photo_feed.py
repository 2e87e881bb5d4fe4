"""What is known and seen of photos, brought to those who show it: grid, details and viewer."""

from PySide6.QtCore import QObject, QTimer

from photoclip.ui.details import Details
from photoclip.ui.grid import GridView
from photoclip.ui.previews import Previews
from photoclip.ui.session import Facts, Session
from photoclip.ui.viewer import Viewer

# The details follow when a person stays on a photo this long, in ms.
_STAY = 60


class PhotoFeed(QObject):
    """Answers what the views want to show.

    Args:
        looking: reads the pictures for the details.
        viewing: reads those for the viewer; also an attribute.
    """

    def __init__(
        self,
        session: Session,
        grid: GridView,
        details: Details,
        viewer: Viewer,
        looking: Previews,
        viewing: Previews,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._grid, self._details = session, grid, details
        self._looking, self.viewing = looking, viewing
        self._soon = QTimer(self, singleShot=True, interval=_STAY)
        self._soon.timeout.connect(self._show_details)
        grid.picked.connect(self._soon.start)
        grid.settled.connect(self._learn)
        looking.quick.connect(lambda photo, image: details.show_image(photo.id, image))
        looking.sharp.connect(details.show_image)
        looking.failed.connect(details.show_problem)
        viewer.wanted.connect(self._feed_viewer)
        viewing.quick.connect(viewer.show_photo)
        viewing.sharp.connect(viewer.show_image)
        viewing.failed.connect(viewer.show_problem)

    def renew(self) -> None:
        """Show the details of the current photo soon: it, or their place, may be another."""
        self._soon.start()

    def _show_details(self) -> None:
        photo_id = self._grid.current_id()
        chosen = self._grid.chosen.count() > 0 or self._grid.keys.used
        if photo_id is None or not chosen or self._session.place.failures:
            self._details.show_nothing()
        elif self._details.isVisible():
            self._session.facts(photo_id, self._show_facts)

    def _show_facts(self, found: Facts | None) -> None:
        if found is None:
            self._details.show_nothing()
            return
        fresh = self._details.photo_id != found.photo.id
        self._details.show_photo(found.photo, found.tags, found.searchable)
        if fresh:
            self._looking.look(found.photo.id)
            width = round(self._details.width() * self._details.devicePixelRatioF())
            self._looking.sharpen(found.photo.id, width)

    def _learn(self, photo_ids: list[int]) -> None:
        photos = self._grid.photos
        unknown = [i for i in photo_ids if photos.fact(i) is None]
        if unknown:
            self._session.photos("learn", unknown, photos.learn)

    def _feed_viewer(self, photo_id: int, near: tuple[int, ...], side: int) -> None:
        if not side:
            self.viewing.look(photo_id)
            return
        self.viewing.sharpen(photo_id, side)
        self.viewing.prepare(near, side)
