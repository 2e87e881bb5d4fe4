"""What changes the query besides typing: thumbs, more like these, pictures, dates, offers."""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from photoclip.core.imaging import decode
from photoclip.core.library import Library
from photoclip.core.paths import cache_dir
from photoclip.core.query import Feedback, Filter, Key, Picture, Query
from photoclip.core.query_text import parse, written
from photoclip.errors import PhotoClipError
from photoclip.ui.actions import Actions
from photoclip.ui.chip_labels import label
from photoclip.ui.chips import PICTURE
from photoclip.ui.content import Content
from photoclip.ui.keep_album import keeping
from photoclip.ui.pictures import thumbnail, to_qimage
from photoclip.ui.places import Place
from photoclip.ui.search_bar import SearchField
from photoclip.ui.session import Listing, Offer, Session
from photoclip.ui.undo import UndoStack

# More pictures in a query only blur what they have in common.
_MOST_PICTURES, _MOST_THUMBS = 20, 100


class QueryCommands(QObject):
    """Carries out commands on the query.

    Args:
        undo: where keeping a search as an album can be undone.
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
        actions.connect("keep_search", self._name_album)
        for name in ("like", "dislike", "keep_search"):
            actions[name].setEnabled(False)
        session.listed.connect(self._enable)
        content.keep.asked.connect(self._name_album)
        content.keep.named.connect(self._keep)
        content.keep.left.connect(content.take_focus)
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
        self._actions["keep_search"].setEnabled(listing.place.searching)

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
            query, said = self._field.query, {Feedback(one, liked) for one in hashes.values()}
            before = set(query.feedback)
            about = {one.content_hash for one in said}
            kept = [
                item
                for item in query.items
                if not isinstance(item, Feedback) or item.content_hash not in about
            ]
            new = [] if said <= before else [Feedback(one, liked) for one in hashes.values()]
            self._field.ask(replace(query, items=(*kept, *new)))

        self._with_hashes("thumb", self._targets()[:_MOST_THUMBS], say)

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

    # Live albums

    def _name_album(self) -> None:
        query, locale = self._field.query, self._content.locale()
        labels = [label(item, locale) for item in query.filters]
        self._content.keep.begin(query.phrase or ", ".join(labels))

    def _keep(self, name: str) -> None:
        """The query as an album that grows; the folder or tag searched in becomes a filter."""
        place = self._session.place
        scope = {Key.FOLDER: place.scope.folder, Key.TAG: place.scope.tag}
        inside = [Filter(key, (value,)) for key, value in scope.items() if value is not None]
        query = written(parse(place.text, date.today()).extended(*inside))
        sentence = self.tr("Kept as the live album “%1”").replace("%1", name)
        self._undo.do(keeping(self._session.library.albums, name, query), sentence)

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
            image = to_qimage(decode(Path(source).read_bytes(), side).image)
        else:
            image = thumbnail(library, source)
    except (PhotoClipError, OSError):
        return QImage()
    short = min(image.width(), image.height())
    left, top = (image.width() - short) // 2, (image.height() - short) // 2
    smooth = Qt.TransformationMode.SmoothTransformation
    ignore = Qt.AspectRatioMode.IgnoreAspectRatio
    return image.copy(left, top, short, short).scaled(side, side, ignore, smooth)
