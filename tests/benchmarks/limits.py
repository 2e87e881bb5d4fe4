"""How the window bears what few libraries have: many albums, many tags, pictures made to choke on.

    python -m tests.benchmarks.limits [--json] [--albums N --tags M]

Offscreen, in ms, the median of several: showing so many albums with their counts in the sidebar,
showing them again when one count is another, and leaving one by its filter; what a key costs in
the field for tags, where so many of the person's own are known; and refusing a PNG of 3.6
gigapixels, and a JPEG of four hundred scans too many. A million photos in the grid are measured by
`grid`.
"""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from photoclip.core.albums import Album
from photoclip.core.imaging import UnreadablePhoto, decode
from photoclip.core.library import Library
from photoclip.core.types import Results, TagCount
from photoclip.ui import translations
from photoclip.ui.actions import Actions
from photoclip.ui.jobs import Bridge
from photoclip.ui.marking import Marking
from photoclip.ui.searching import Searching
from photoclip.ui.session import Session
from photoclip.ui.sidebar import Sidebar
from photoclip.ui.theme import Theme
from photoclip.ui.undo import UndoStack
from tests.benchmarks.reporting import Bar, report
from tests.bombs import jpeg_of_endless_scans, png_of

BARS = (
    Bar("albums_shown_ms", most=1000.0),
    Bar("albums_again_ms", most=500.0),
    Bar("tag_key_most_ms", most=250.0),
    Bar("bomb_refused_ms", most=500.0),
    Bar("endless_scans_refused_ms", most=2000.0),
)

_ALBUMS, _TAGS = 1000, 50_000
_TURNS = 5


def measure(albums: int = _ALBUMS, tags: int = _TAGS) -> dict[str, float]:
    """Each in ms."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication(["photoclip"])
    assert isinstance(application, QApplication)
    translations.install(application)
    theme = Theme(application, "light")
    found = _sidebar(albums)
    with TemporaryDirectory() as folder:
        library = Library(Path(folder) / "library.photoclip")
        owner = QWidget()
        bridge = Bridge(owner)
        searching = Searching(library, _Nobody(), bridge, owner)
        session = Session(library, searching, "", bridge, owner)
        try:
            known = tuple(TagCount(f"标签{n}", n, own=True) for n in range(tags))
            found |= _tag_field(session, owner, known)
        finally:
            session.close()
            library.close()
            owner.deleteLater()
    theme.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return found | _bombs()


class _Nobody:
    def answer(self, *_: object) -> Results:
        raise AssertionError("nothing is searched for here")


def _sidebar(count: int) -> dict[str, float]:
    albums = [Album(n, f"Album {n:04}", None, n % 77) for n in range(1, count + 1)]
    others = [replace(albums[0], count=78), *albums[1:]]
    first, again, left = [], [], []
    for _ in range(_TURNS):
        sidebar = Sidebar()
        sidebar.resize(260, 820)
        sidebar.show()
        first.append(_took(lambda shown=sidebar: shown.show_albums(albums), sidebar))
        again.append(_took(lambda shown=sidebar: shown.show_albums(others), sidebar))
        field = sidebar.findChild(QLineEdit)
        left.append(_took(lambda one=field: one.setText("0777"), sidebar))
        sidebar.close()
        sidebar.deleteLater()
    return {
        "albums_shown_ms": statistics.median(first),
        "albums_again_ms": statistics.median(again),
        "albums_filtered_ms": statistics.median(left),
    }


def _tag_field(session: Session, owner: QWidget, tags: tuple[TagCount, ...]) -> dict[str, float]:
    """What the field for tags asks at each key."""
    actions = Actions(owner)
    marking = Marking(actions, session, UndoStack(session, actions, owner), list, owner)
    marking.know(session.library.vocabulary())
    keys = []
    for _ in range(_TURNS):
        session.tagsRead.emit(tags)
        keys += [_took(lambda text=text: marking.offers(text)) for text in _typed("标签99")]
    return {"tag_key_ms": statistics.median(keys), "tag_key_most_ms": max(keys)}


def _typed(text: str) -> list[str]:
    return [text[:end] for end in range(1, len(text) + 1)]


def _bombs() -> dict[str, float]:
    bombs = {
        "bomb_refused_ms": png_of(60_000, 60_000),
        "endless_scans_refused_ms": jpeg_of_endless_scans(),
    }
    return {
        figure: statistics.median(_took(lambda data=data: _refused(data)) for _ in range(_TURNS))
        for figure, data in bombs.items()
    }


def _refused(data: bytes) -> None:
    try:
        decode(data, 384)
    except UnreadablePhoto:
        return
    raise AssertionError("it was read")


def _took(act: Callable[[], object], painted: QWidget | None = None) -> float:
    """How long it takes, with the painting of a widget where one is given, in ms."""
    start = time.perf_counter()
    act()
    if painted is not None:
        painted.repaint()
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    report(__doc__, measure, BARS, albums=_ALBUMS, tags=_TAGS)
