"""Why photos are here, found out off the GUI thread: one photo at a time, the latest asked for."""

from collections import OrderedDict
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from photoclip.core.explaining import Explanation
from photoclip.core.paths import display_name
from photoclip.core.query import Feedback, Part, Picture, Query
from photoclip.core.query_text import parse
from photoclip.core.types import Scope
from photoclip.progress import Progress, StopFlag
from photoclip.ui.jobs import Bridge, Lane
from photoclip.ui.places import Place
from photoclip.ui.session import Session
from photoclip.ui.shade import shade

T = TypeVar("T")

# Explanations and heat maps kept: a person goes back and forth between a few photos.
_KEPT = 12


class Explains(Protocol):
    """What explains results; see `photoclip.core.serving.Serving`."""

    def explain(
        self, query: Query, photo_ids: Sequence[int], scope: Scope = ..., today: date | None = ...
    ) -> Sequence[Explanation]: ...

    def heat_map(
        self, query: Query, photo_id: int, stop: StopFlag, part: Part | Feedback | None = ...
    ) -> Generator[Progress, None, NDArray[np.float32] | None]: ...


@dataclass(frozen=True)
class Reasons:
    """Why a photo is where it is.

    Attributes:
        query: what was asked for; empty where nothing was.
        names: of the pictures in it, by their source, as a person knows them.
    """

    query: Query
    explanation: Explanation
    names: Mapping[str, str]


class Why(QObject):
    """Explains photos, and finds where in them a search is answered.

    Signals:
        explained: the `Reasons` of the photo asked about last.
        failed: why there are none, a sentence.
        mapped: what to lay over the photo, a QImage in its shape; None where nothing stands out.
        mapping: how much of a heat map is done, 0 to 1.
        mapFailed: why there is no heat map, a sentence.
    """

    explained = Signal(object)
    failed = Signal(object)
    mapped = Signal(object)
    mapping = Signal(object)
    mapFailed = Signal(object)

    def __init__(
        self, session: Session, explains: Explains, bridge: Bridge, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._explains, self._bridge = session, explains, bridge
        # Two lanes: a heat map takes seconds, and why the next photo is here should not wait.
        self._lane = Lane(bridge, "why")
        self._mapping_lane = Lane(bridge, "where")
        self._kept: OrderedDict[object, Reasons] = OrderedDict()
        self._maps: OrderedDict[object, QImage | None] = OrderedDict()
        self._stop = StopFlag()

    def explain(self, photo_id: int, place: Place) -> None:
        """Say why a photo is in this place; what was asked before is forgotten."""
        session, today = self._session, date.today()
        model = session.model

        def work() -> Reasons:
            library = session.library
            key = (photo_id, place, today, model, library.revision())
            if key not in self._kept:
                query = parse(place.text, today)
                [explanation] = self._explains.explain(query, [photo_id], place.scope, today)
                _keep(self._kept, key, Reasons(query, explanation, self._names(query)))
            return self._kept[key]

        self._lane.submit(
            "explain", work, self.explained.emit, lambda error: self.failed.emit(str(error))
        )

    def find(self, photo_id: int, place: Place, part: Part | Feedback | None) -> None:
        """Find where in a photo a search is answered, or a part of it; None for all of it."""
        self.stop_finding()
        stop = self._stop = StopFlag()
        key, today = (photo_id, place.text, part, self._session.model), date.today()

        def work() -> QImage | None:
            if key not in self._maps:
                query = parse(place.text, today)
                heat = self._followed(self._explains.heat_map(query, photo_id, stop, part), stop)
                if heat is None:
                    return None
                _keep(self._maps, key, shade(heat))
            return self._maps[key]

        def done(image: QImage | None) -> None:
            if not stop.stopped:
                self.mapped.emit(image)

        self._mapping_lane.submit("find", work, done, lambda error: self.mapFailed.emit(str(error)))

    def forget(self) -> None:
        """Nothing is asked any more."""
        self._lane.cancel("explain")
        self.stop_finding()

    def stop_finding(self) -> None:
        self._stop.stop()
        self._mapping_lane.cancel("find")

    def close(self) -> None:
        self._stop.stop()
        self._mapping_lane.close()
        self._lane.close()

    def _followed(
        self, work: Generator[Progress, None, NDArray[np.float32] | None], stop: StopFlag
    ) -> NDArray[np.float32] | None:
        """Drive the work to its end and tell how far it is."""
        while True:
            try:
                progress = next(work)
            except StopIteration as end:
                heat: NDArray[np.float32] | None = end.value
                return heat
            self._bridge.post(self._telling(progress.done / (progress.total or 1), stop))

    def _telling(self, part: float, stop: StopFlag) -> Callable[[], None]:
        return lambda: None if stop.stopped else self.mapping.emit(part)

    def _names(self, query: Query) -> dict[str, str]:
        """What a person calls the pictures asked for."""
        library, names = self._session.library, {}
        for source in {part.source for part in query.parts if isinstance(part, Picture)}:
            photo_id = library.photo_with(source)
            photo = None if photo_id is None else library.photo(photo_id)
            names[source] = display_name(source if photo is None else photo.path)
        return names


def _keep(kept: OrderedDict[object, T], key: object, value: T) -> None:
    kept[key] = value
    while len(kept) > _KEPT:
        kept.popitem(last=False)
