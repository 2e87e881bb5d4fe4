"""What is known and seen of photos, brought to those who show it: grid, details and viewer."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from photoclip.progress import StopFlag
from photoclip.ui.details import Details
from photoclip.ui.facts import Known, known_of, known_together
from photoclip.ui.grid import GridView
from photoclip.ui.later import Lazy
from photoclip.ui.previews import Previews
from photoclip.ui.session import Session

if TYPE_CHECKING:
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
        viewer: "Lazy[Viewer]",
        looking: Previews,
        viewing: Previews,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._grid, self._details = session, grid, details
        self._looking, self.viewing = looking, viewing
        self._soon = QTimer(self, singleShot=True, interval=_STAY)
        self._soon.timeout.connect(self._show_details)
        # Of what is looked up for the details now: of a million photos it takes seconds.
        self._stop = StopFlag()
        grid.picked.connect(self._soon.start)
        grid.settled.connect(self._learn)
        looking.quick.connect(lambda photo, image: details.show_image(photo.id, image))
        looking.sharp.connect(details.show_image)
        looking.failed.connect(details.show_problem)
        viewer.when_made(lambda made: made.view.feed_from(viewing))

    def renew(self) -> None:
        """Show the details of the current photo soon: it, or their place, may be another."""
        self._soon.start()

    def _show_details(self) -> None:
        self._stop.stop()
        # What is selected is what commands act on, wherever the keys have moved to, and even where
        # it is not shown now.
        ids = self._grid.chosen.ids()
        passed = self._grid.current_id() if self._grid.keys.used else None
        one = int(ids[0]) if len(ids) else passed
        session = self._session
        library, model, folder = session.library, session.model, session.place.scope.folder
        if one is None or session.place.failures:
            self._details.show_nothing()
        elif not self._details.isVisible():
            return
        elif len(ids) > 1:
            self._stop = stop = StopFlag()
            session.read(
                "facts", lambda: known_together(library, ids, model, stop), self._show_known
            )
        else:
            session.read("facts", lambda: known_of(library, one, model, folder), self._show_known)

    def _show_known(self, known: Known | None) -> None:
        if known is None:
            self._details.show_nothing()
            return
        before = self._details.photo_id
        self._details.show_known(known)
        if known.photo is not None and before != known.photo.id:
            self._looking.look(known.photo.id)
            width = round(self._details.width() * self._details.devicePixelRatioF())
            self._looking.sharpen(known.photo.id, width)

    def _learn(self, photo_ids: list[int]) -> None:
        photos = self._grid.photos
        unknown = [i for i in photo_ids if photos.fact(i) is None]
        if unknown:
            self._session.photos("learn", unknown, photos.learn)
