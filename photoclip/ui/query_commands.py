"""What changes the query besides typing: thumbs, more like these, pictures, dates, offers."""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from photoclip.core.decode_budget import IN_VIEW
from photoclip.core.imaging import decode
from photoclip.core.library import Library
from photoclip.core.paths import cache_dir
from photoclip.core.query import Feedback, Filter, Key, Picture, Query
from photoclip.core.query_text import parse, written
from photoclip.core.types import Change
from photoclip.errors import PhotoClipError
from photoclip.ui.actions import Actions
from photoclip.ui.chips import PICTURE
from photoclip.ui.content import Content
from photoclip.ui.pictures import thumbnail, to_qimage
from photoclip.ui.places import Place
from photoclip.ui.search_bar import SearchField
from photoclip.ui.searching import Offer
from photoclip.ui.session import Listing, Session
from photoclip.ui.undo import Act, Done, UndoStack

# More pictures in a query only blur what they have in common.
_MOST_PICTURES, _MOST_THUMBS = 20, 100


class QueryCommands(QObject):
    """Carries out commands on the query.

    Args:
        undo: where thumbs, and keeping a search as an album, can be undone.
        targets: the photos that the commands are about.

    Signals:
        asked: a `Place` to go to.
        foldersGiven: paths dropped on the search that are folders.
    """

    asked = Signal(object)
    foldersGiven = Signal(object)

    def __init__(
        self,
        actions: Actions,
        session: Session,
        field: SearchField,
        content: Content,
        undo: UndoStack,
        targets: Callable[[], list[int]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._actions, self._session, self._field = actions, session, field
        self._content, self._undo, self._targets = content, undo, targets
        actions.connect("similar", self._similar)
        actions.connect("like", lambda: self._thumb(liked=True))
        actions.connect("dislike", lambda: self._thumb(liked=False))
        for name in ("like", "dislike"):
            actions[name].setEnabled(False)
        session.listed.connect(self._enable)
        field.picturesGiven.connect(self._take_files)
        field.imageGiven.connect(self._take_image)
        field.chipsChanged.connect(content.chips.show_items)
        content.chips.removed.connect(field.take_out)
        content.chips.edited.connect(field.edit_chip)
        content.chips.pictured.connect(self._fetch)
        content.histogram.chosen.connect(self._date)
        content.offers.accepted.connect(self._accept)

    def _enable(self, listing: Listing) -> None:
        """Thumbs are for what was ranked."""
        for name in ("like", "dislike"):
            self._actions[name].setEnabled(listing.found.bands is not None)

    # Photos of the library

    def _similar(self) -> None:
        """Look for more like these photos, in the whole library."""

        def ask(hashes: Mapping[int, str]) -> None:
            if hashes:
                pictures = tuple(map(Picture, hashes.values()))
                self.asked.emit(Place(text=written(Query(items=pictures))))

        self._with_hashes("similar", self._targets()[:_MOST_PICTURES], ask)

    def _thumb(self, liked: bool) -> None:
        """Results are right, or wrong; said of them a second time, it is taken back."""

        def say(hashes: Mapping[int, str]) -> None:
            query, said = self._field.query, [Feedback(one, liked) for one in hashes.values()]
            words = self.tr("More like %Ln result(s)", "", len(said))
            if not liked:
                words = self.tr("Less like %Ln result(s)", "", len(said))
            if set(said) <= set(query.feedback):
                said, words = [], self.tr("%Ln thumb(s) taken back", "", len(said))
            about = frozenset(hashes.values())
            before = tuple(one for one in query.feedback if one.content_hash in about)
            place = self._session.place
            self._undo.do(self._thumbs(place, about, tuple(said), before), words)

        self._with_hashes("thumb", self._targets()[:_MOST_THUMBS], say)

    def _thumbs(
        self,
        place: Place,
        about: frozenset[str],
        said: tuple[Feedback, ...],
        before: tuple[Feedback, ...],
    ) -> Act:
        """The act of saying this of the photos with these hashes, of which `before` was said.

        Args:
            place: the search whose results they are.
        """

        def show() -> None:
            query, first = self._field.query, parse(place.text, date.today())
            same = _about_others(query, about) == _about_others(first, about)
            still = same or any(one.content_hash in about for one in query.feedback)
            if still and self._session.place.scope == place.scope:
                self._field.ask(_about_others(query, about).extended(*said))
            else:
                # The person has gone on since: what is undone is seen where it was done.
                asked = written(_about_others(first, about).extended(*said))
                self.asked.emit(replace(place, text=asked))

        def act() -> Done:
            return Done(Change(), self._thumbs(place, about, before, said), show)

        return act

    def _with_hashes(
        self, key: str, ids: Sequence[int], done: Callable[[Mapping[int, str]], None]
    ) -> None:
        library = self._session.library
        if ids:
            self._session.read(key, lambda: library.content_hashes(ids), done)

    # Pictures from outside

    def _take_files(self, paths: Sequence[str]) -> None:
        folders = [path for path in paths if os.path.isdir(path)]
        if folders:
            self.foldersGiven.emit(folders)
        files = [path for path in paths if path not in folders][:_MOST_PICTURES]
        if files:
            library = self._session.library
            self._session.read("files", lambda: [_source(library, f) for f in files], self._add)

    def _take_image(self, image: QImage) -> None:
        """An image without a file is given one, so that the query can name it."""
        self._session.read("image", lambda: [_kept(image)], self._add)

    def _add(self, sources: Sequence[str]) -> None:
        self._field.ask(self._field.query.extended(*map(Picture, sources)))
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fetch(self, source: str) -> None:
        """Bring the picture for a chip."""
        library, row = self._session.library, self._content.chips
        side = round(PICTURE * row.devicePixelRatioF())
        self._session.read(
            f"picture {source}",
            lambda: _small(library, source, side),
            lambda image: row.show_picture(source, image),
        )

    # What stands above the results

    def _date(self, span: str) -> None:
        """Keep to a span of time, which lies within what was asked for before."""
        query = self._field.query
        items = tuple(
            item
            for item in query.items
            if not (isinstance(item, Filter) and item.key is Key.DATE and not item.negated)
        )
        self._field.ask(replace(query, items=(*items, Filter(Key.DATE, (span,)))))

    def _accept(self, offer: Offer) -> None:
        if offer.without is None:
            self._content.scopeCleared.emit()
        else:
            self._field.ask(self._field.query.without(offer.without))


def _about_others(query: Query, hashes: frozenset[str]) -> Query:
    """The query without what it says of the photos with these hashes."""
    kept = (
        item
        for item in query.items
        if not isinstance(item, Feedback) or item.content_hash not in hashes
    )
    return replace(query, items=tuple(kept))


def _source(library: Library, path: str) -> str:
    """A photo of the library by its content, so that it may move; else the file."""
    photo_id = library.photo_at(path)
    hashes = {} if photo_id is None else library.content_hashes([photo_id])
    return hashes.get(photo_id or 0, path)


def _kept(image: QImage) -> str:
    """The path of a file with this image, the same for the same pixels."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB32)
    name = hashlib.sha256(bytes(rgb.constBits())).hexdigest()[:16]
    folder = Path(cache_dir()) / "pasted"
    folder.mkdir(parents=True, exist_ok=True)
    path = str(folder / f"{name}.png")
    if not os.path.exists(path) and not rgb.save(path):
        raise PhotoClipError("The picture could not be kept. Free some space, then paste again.")
    return path


def _small(library: Library, source: str, side: int) -> QImage:
    """The middle square of a picture; null where it cannot be read, which the search says."""
    try:
        if os.path.isabs(source):
            image = to_qimage(decode(Path(source).read_bytes(), side, IN_VIEW).image)
        else:
            image = thumbnail(library, source)
    except (PhotoClipError, OSError):
        return QImage()
    short = min(image.width(), image.height())
    left, top = (image.width() - short) // 2, (image.height() - short) // 2
    smooth = Qt.TransformationMode.SmoothTransformation
    ignore = Qt.AspectRatioMode.IgnoreAspectRatio
    return image.copy(left, top, short, short).scaled(side, side, ignore, smooth)
