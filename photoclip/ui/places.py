"""Where a person is: all photos, a folder, a tag, a search in one of them; and the way back."""

from dataclasses import dataclass, replace

from photoclip.core.types import Scope
from photoclip.ui.grid_layout import Anchor


@dataclass(frozen=True)
class Place:
    """What the content shows.

    Attributes:
        text: the query asked in the scope as `query_text.written` has it, "" for none.
        failures: the list of unreadable files is shown instead of photos.
        album: the number of the live album whose query this is, as it was kept or as the person
            has changed it since; None where there is none.
    """

    scope: Scope = Scope()
    text: str = ""
    failures: bool = False
    album: int | None = None

    @property
    def searching(self) -> bool:
        return bool(self.text)

    @property
    def without_search(self) -> "Place":
        return Place(self.scope)

    def asking(self, text: str) -> "Place":
        """Another query here; a live album stays open while its query is changed."""
        return Place(self.scope, text, album=self.album if text else None)


@dataclass(frozen=True)
class Visit:
    """One step of the way.

    Attributes:
        changed: whether the person came here by changing a search, and not by going anywhere.
    """

    place: Place
    anchor: Anchor | None = None
    changed: bool = False


class History:
    """The places visited, in order, each with where its grid was left."""

    def __init__(self) -> None:
        self._visits = [Visit(Place())]
        self._at = 0

    @property
    def place(self) -> Place:
        return self._visits[self._at].place

    @property
    def can_go_back(self) -> bool:
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        return self._at + 1 < len(self._visits)

    def go(self, place: Place, leaving: Anchor | None, refined: bool = False) -> Anchor | None:
        """Move on to `place`.

        Args:
            refined: it is the same search, changed: typed on, or a chip taken out; no new step,
                unless it is a live album that is changed: Back leads to it as it was kept.

        Returns:
            The place in the grid to show, known where the step leads back out of a search.
        """
        visit = self._visits[self._at]
        here = visit.place
        if place == here:
            return leaving
        before = self._visits[self._at - 1].place if self._at else None
        if here.searching and before == place:
            return self.step(-1, leaving)
        kept = here.album is not None and not visit.changed
        if refined and here.text and place.text and here.scope == place.scope and not kept:
            self._visits[self._at] = Visit(place, changed=True)
            return None
        self._visits[self._at] = replace(self._visits[self._at], anchor=leaving)
        del self._visits[self._at + 1 :]
        self._visits.append(Visit(place, changed=refined))
        self._at += 1
        return None

    def become(self, place: Place) -> None:
        """What is shown is another place now, as a search that was kept as a live album."""
        self._visits[self._at] = Visit(place)

    def step(self, by: int, leaving: Anchor | None) -> Anchor | None:
        """Go back or forward; gives where the grid was left there."""
        self._visits[self._at] = replace(self._visits[self._at], anchor=leaving)
        self._at = min(max(self._at + by, 0), len(self._visits) - 1)
        return self._visits[self._at].anchor
