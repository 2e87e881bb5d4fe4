"""What the search field offers below itself: recent searches, examples, values of a filter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QEvent, QLocale, QObject, Qt
from PySide6.QtGui import QFocusEvent, QInputMethodEvent
from PySide6.QtWidgets import QWidget

from photoclip.core.albums import Album
from photoclip.core.completing import Begun, begun_filter, completed, without_begun
from photoclip.core.facets import Facet, Facets, facets_of
from photoclip.core.filter_values import FAVOURITE, LANDSCAPE, PANORAMA, PORTRAIT, SQUARE
from photoclip.core.query import Feedback, Filter, Key, Picture, Query
from photoclip.core.query_text import parse
from photoclip.core.settings import with_search
from photoclip.core.terms import fold
from photoclip.core.types import Folder, TagCount
from photoclip.ui.chip_labels import label
from photoclip.ui.offer_list import Line, OfferList
from photoclip.ui.search_bar import SearchField
from photoclip.ui.session import Session

_OFFERED = 8
_TAGS = 3
# Of more values the less frequent are not looked through at every key.
_LOOKED_THROUGH = 5_000
_ICONS = {
    Key.DATE: "calendar", Key.CAMERA: "camera", Key.LENS: "camera", Key.IN: "place",
    Key.FOLDER: "folder", Key.ALBUM: "album", Key.TAG: "tag", Key.RATING: "star",
    Key.TYPE: "photos", Key.IS: "photos", Key.HAS: "check",
}  # fmt: skip
_FIXED = {
    Key.RATING: ("5", ">=4", ">=3", "none", "rejected"),
    Key.IS: (FAVOURITE, LANDSCAPE, PORTRAIT, SQUARE, PANORAMA),
    Key.HAS: ("place", "caption", "tags", "rating"),
}
# Filters by a whole name: the beginning of one finds nothing.
_BY_NAME = (Key.TAG, Key.ALBUM, Key.IN)
# A window that comes back, or a menu that closes, brings the focus without being asked.
_BY_ITSELF = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


@dataclass(frozen=True)
class _Value:
    """The value of a filter that is begun, as the grammar has it."""

    text: str


@dataclass(frozen=True)
class _Forget:
    """To forget the recent searches."""


class Suggestions(QObject):
    """Offers something while the field is empty, or a filter is begun in it.

    The lists are read in the background; a key only looks through them.

    Attributes:
        recent: the recent searches, as `written` has them, the newest first.
        offers: the list.
    """

    def __init__(
        self, session: Session, field: SearchField, recent: Sequence[str], window: QWidget
    ) -> None:
        super().__init__(window)
        self._session, self._field = session, field
        self.recent = tuple(recent)
        self.offers = OfferList(field, self.tr("Suggestions for the search"))
        self.offers.chosen.connect(self._take)
        self._invited = False
        self._stale = True
        self._facets = Facets()
        self._tags: Sequence[TagCount] = ()
        self._values: dict[Key, Sequence[Facet]] = {
            key: [Facet(value, 0) for value in fixed] for key, fixed in _FIXED.items()
        }
        self._folded: dict[Key, tuple[Sequence[Facet], Sequence[tuple[str, Facet]]]] = {}
        session.tagsRead.connect(self._know_tags)
        session.albumsRead.connect(self._know_albums)
        session.foldersRead.connect(self._know_folders)
        session.counted.connect(lambda _: self._outdate())
        field.finished = self._finished
        field.installEventFilter(self)
        field.textChanged.connect(lambda _: self._show())
        field.textEdited.connect(self._edited)

    def remember(self, text: str) -> None:
        """This was searched for, and its results looked at."""
        self.recent = with_search(self.recent, text)

    # When something is offered

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.FocusIn and isinstance(event, QFocusEvent):
            if event.reason() not in _BY_ITSELF:
                self._invite()
        elif kind == QEvent.Type.MouseButtonPress and self._field.hasFocus():
            self._invite()
        elif isinstance(event, QInputMethodEvent) and event.preeditString():
            self.offers.hide()
        elif kind == QEvent.Type.FocusOut:
            self._invited = False
        return False

    def _invite(self) -> None:
        self._invited = True
        if self._stale:
            store = self._session.library.store
            self._session.read("facets", lambda: facets_of(store), self._know_facets)
        self._show()

    def _edited(self, text: str) -> None:
        self._invited = True
        self._show()

    def _show(self) -> None:
        field = self._field
        if not field.hasFocus() or field.composing:
            self.offers.hide()
            return
        begun = begun_filter(field.text(), field.cursorPosition())
        if begun is not None:
            self.offers.show_lines(self._completions(begun))
        elif self._invited and not field.query:
            self.offers.show_lines([*self._recent_lines(), *self._example_lines()])
        else:
            self.offers.hide()

    # What is offered

    def _recent_lines(self) -> list[Line]:
        lines = []
        for text in self.recent:
            query = parse(text, date.today())
            words = _described(query, self._field.locale())
            if words:
                lines.append(Line(words, query, "recent"))
        if not lines:
            return []
        forget = Line(self.tr("Clear recent searches"), _Forget(), "close")
        return [Line(self.tr("Recent")), *lines, forget]

    def _example_lines(self) -> list[Line]:
        number = self._field.locale().toString
        lines = [
            Line(
                tag.term,
                Query(items=(Filter(Key.TAG, (tag.term,)),)),
                "tag" if tag.own else "tag-guess",
                number(tag.count),
            )
            for tag in self._tags[:_TAGS]
        ]
        for key, facets in (
            (Key.DATE, self._facets.years), (Key.CAMERA, self._facets.cameras),
        ):  # fmt: skip
            for facet in facets[:1]:
                query = Query(items=(Filter(key, (facet.value,)),))
                lines.append(Line(facet.value, query, _ICONS[key], number(facet.count)))
        return [Line(self.tr("In your library")), *lines] if lines else []

    def _completions(self, begun: Begun) -> list[Line]:
        """Values that have in them what is typed, those that begin so first."""
        number, wanted = self._field.locale().toString, fold(begun.typed)
        found = [(name, facet) for name, facet in self._named(begun.key) if wanted in name]
        found.sort(key=lambda one: not one[0].startswith(wanted))
        lines = []
        for _, facet in found[:_OFFERED]:
            text = label(Filter(begun.key, (facet.value,)), self._field.locale())
            plain = facet.value if begun.key not in _FIXED else text
            aside = number(facet.count) if facet.count else ""
            lines.append(Line(plain, _Value(facet.value), _ICONS[begun.key], aside))
        # What is typed already need not be offered.
        return [] if [name for name, _ in found] == [wanted] else lines

    def _named(self, key: Key) -> Sequence[tuple[str, Facet]]:
        """The values by their folded names, which are not made anew at every key."""
        values = self._values.get(key, ())
        if self._folded.get(key, (None,))[0] is not values:
            self._folded[key] = (values, [(fold(facet.value), facet) for facet in values])
        return self._folded[key][1]

    def _finished(self, text: str) -> str:
        """The text without the beginning of a name where only whole names find anything."""
        field = self._field
        begun = begun_filter(text, field.cursorPosition()) if field.hasFocus() else None
        if begun is None or begun.key not in _BY_NAME:
            return text
        wanted = fold(begun.typed)
        names = [name for name, _ in self._named(begun.key)]
        beginning = wanted not in names and any(wanted in name for name in names)
        return without_begun(text, begun) if beginning else text

    def _take(self, value: object) -> None:
        field = self._field
        if isinstance(value, _Forget):
            self.recent = ()
            self._show()
        elif isinstance(value, Query):
            field.ask(value)
        elif isinstance(value, _Value):
            begun = begun_filter(field.text(), field.cursorPosition())
            if begun is not None:
                text, cursor = completed(field.text(), begun, value.text)
                field.complete(text, cursor)

    # What there is

    def _know_facets(self, facets: Facets) -> None:
        self._facets, self._stale = facets, False
        self._values |= {
            Key.CAMERA: facets.cameras,
            Key.LENS: facets.lenses,
            Key.TYPE: [Facet(facet.value.lower(), facet.count) for facet in facets.types],
            Key.DATE: facets.years,
        }
        if self._field.hasFocus() and not self.offers.pointed:
            self._show()

    def _know_tags(self, tags: Sequence[TagCount]) -> None:
        self._tags = sorted(tags, key=lambda tag: (tag.own == 0, -tag.count))
        self._values[Key.TAG] = [Facet(tag.term, tag.count) for tag in self._tags[:_LOOKED_THROUGH]]

    def _know_albums(self, albums: Sequence[Album]) -> None:
        self._values[Key.ALBUM] = [
            Facet(album.name, album.count or 0) for album in albums[:_LOOKED_THROUGH]
        ]
        self._know_names()

    def _know_folders(self, folders: Sequence[Folder]) -> None:
        counts: dict[str, int] = {}
        for folder in _all_of(folders):
            counts[folder.name] = counts.get(folder.name, 0) + folder.count
        ranked = sorted(counts.items(), key=lambda one: -one[1])[:_LOOKED_THROUGH]
        self._values[Key.FOLDER] = [Facet(name, count) for name, count in ranked]
        self._know_names()

    def _know_names(self) -> None:
        """`in:` takes folders and albums alike."""
        both = (*self._values.get(Key.ALBUM, ()), *self._values.get(Key.FOLDER, ()))
        self._values[Key.IN] = tuple({fold(facet.value): facet for facet in both}.values())

    def _outdate(self) -> None:
        self._stale = True


def _described(query: Query, locale: QLocale) -> str:
    """A query in words; "" where it is about pictures, which words do not tell apart."""
    if any(isinstance(item, Picture | Feedback) for item in query.items):
        return ""
    parts = [query.phrase, *(label(item, locale) for item in query.items)]
    return " · ".join(part for part in parts if part)


def _all_of(folders: Iterable[Folder]) -> Iterable[Folder]:
    for folder in folders:
        yield folder
        yield from _all_of(folder.children)
