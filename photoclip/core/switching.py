"""Switching models: the one that serves goes on serving until all photos know the wanted one.

Both are written down in the library, so that any program may prepare the wanted model, go on
where another stopped, or see that it is no longer wanted.
"""

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlite_utils import Database

from photoclip.clip.encoder import Encoder
from photoclip.clip.models import STARTER
from photoclip.core.library import Library
from photoclip.core.reembedding import reembed
from photoclip.core.tagging import Tagger, retag
from photoclip.core.types import Change, IndexProgress, SwitchReport
from photoclip.progress import StopFlag

_SERVING = "model"
_WANTED = "wanted model"
# With so few photos unknown to it, a share of all, a model serves at once and embeds them then.
_FEW = 0.01
# A model does not serve while more photos than this share of all are out of its reach: search would
# lose them.
_LOST = 0.05
_TAKEN_OVER = Change(tags=True, model=True)
_Step = TypeVar("_Step")


@dataclass(frozen=True)
class Choice:
    """The models of a library, each as `find_model` takes it.

    Attributes:
        serving: the one that searches, tags and embeds new photos.
        wanted: the one being prepared to take its place; None for none.
    """

    serving: str
    wanted: str | None = None


def choice(library: Library) -> Choice:
    """Which model serves, and which is wanted."""
    rows = library.store.rows(
        "SELECT name, value FROM settings WHERE name IN (?, ?)", [_SERVING, _WANTED]
    )
    return _choice(dict(rows))


def want(library: Library, source: str) -> None:
    """Ask for another model to serve, in place of any that is wanted now.

    To ask for the one that serves is to want no other. What was embedded is kept in either case.

    Args:
        source: `Model.source` of the wanted one.
    """
    with library.store.write() as db:
        if source == _choice_in(db).serving:
            db.execute("DELETE FROM settings WHERE name = ?", [_WANTED])
        else:
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", [_WANTED, source])


def cancel(library: Library) -> None:
    """Want no other model. What was embedded is kept for the next time."""
    with library.store.write() as db:
        db.execute("DELETE FROM settings WHERE name = ?", [_WANTED])


def switch(
    library: Library, source: str, encoder: Encoder, tagger: Tagger, stop: StopFlag
) -> Generator[IndexProgress, None, SwitchReport]:
    """Prepare the wanted model, and let it serve as soon as it can answer as fully as the old one.

    It embeds the photos that it has not seen, newest first, and takes over when none is left but
    a few (5 % of all at most) that cannot be embedded now, as on a drive that is not connected;
    indexing embeds these when their files are back. With more of them left it does not take over,
    since search would lose these photos; it stays wanted. Where hardly any is missing (1 % at
    most), as on the way back to a model used before, it takes over at once and embeds them then.

    It ends early when the model is no longer wanted. Run for the serving model it embeds what is
    missing.

    Args:
        source: what `want` was told. encoder, tagger: of that model.

    Returns:
        The report, as the generator's value. The report whose `change.model` is true comes after
        the moment of the switch.

    Raises:
        PhotoClipError: when the disk is full or the model cannot be used. What was stored stays,
            and the model stays wanted.
    """
    started = time.monotonic()
    report = SwitchReport()
    left: set[int] = set()
    few = int(_FEW * library.counts(encoder.id).photos)
    serves = _serves(library, source)
    while not stop.stopped and _is_asked(library, source):
        if not serves and _take_over(library, source, encoder.id, left, few):
            serves = True
            yield IndexProgress("embedding", 0, change=_TAKEN_OVER)
        few = 0
        missing = [i for i in library.unembedded(encoder.id) if int(i) not in left]
        if not missing:
            break
        for progress, batch in _asked(
            library, source, reembed(library, encoder, tagger, missing, stop)
        ):
            left.update(batch.left)
            report = replace(
                report,
                embedded=report.embedded + len(batch.embedded),
                from_thumbnails=report.from_thumbnails + batch.from_thumbnails,
                left=len(left),
            )
            # Nobody looks at the vectors of a model that does not serve yet.
            yield progress if serves else replace(progress, change=Change())
        if not serves and not stop.stopped and _is_asked(library, source):
            # No photo is to be without tags when it does; until then it is not ready.
            tagging = retag(library, encoder.id, tagger, stop)
            for step in _asked(library, source, tagging):
                yield replace(step, phase="loading", change=Change())
    if serves:
        yield from retag(library, encoder.id, tagger, stop)
    return replace(
        report,
        switched=serves and _serves(library, source),
        seconds=time.monotonic() - started,
        stopped=stop.stopped or not _is_asked(library, source),
    )


def _asked(library: Library, source: str, work: Generator[_Step, None, object]) -> Iterator[_Step]:
    """Go on with the work while anyone asks for the model; another program may want another."""
    with closing(work):
        for step in work:
            yield step
            if not _is_asked(library, source):
                return


def _take_over(library: Library, source: str, model: str, left: set[int], few: int) -> bool:
    """Let the wanted model serve, if it is still wanted and can answer.

    Returns whether it serves now, be it that another program was first.

    Args:
        left: photos that it need not know. few: so many others it need not know either.
    """
    if not _can_answer(library, model, left, few):
        return False
    # Asked again where nobody can write in between.
    with library.store.write() as db:
        now = _choice_in(db)
        if now.wanted != source or not _can_answer(library, model, left, few):
            return now.serving == source
        db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", [_SERVING, source])
        db.execute("DELETE FROM settings WHERE name = ?", [_WANTED])
    return True


def _can_answer(library: Library, model: str, left: set[int], few: int) -> bool:
    missing = sum(int(i) not in left for i in library.unembedded(model))
    return missing <= few and (not left or len(left) <= _LOST * library.counts(model).photos)


def _serves(library: Library, source: str) -> bool:
    return choice(library).serving == source


def _is_asked(library: Library, source: str) -> bool:
    now = choice(library)
    return source in (now.serving, now.wanted)


def _choice_in(db: Database) -> Choice:
    rows = db.execute("SELECT name, value FROM settings WHERE name IN (?, ?)", [_SERVING, _WANTED])
    return _choice(dict(rows.fetchall()))


def _choice(settings: dict[str, str]) -> Choice:
    serving, wanted = settings.get(_SERVING, STARTER), settings.get(_WANTED)
    return Choice(serving, wanted if wanted != serving else None)
