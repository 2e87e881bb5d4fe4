"""The model that answers for a library, followed from switch to switch, whoever makes it."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from photoclip.clip.encoder import Encoder
from photoclip.clip.models import STARTER
from photoclip.core.indexing import index
from photoclip.core.library import Library
from photoclip.core.paths import display_name
from photoclip.core.search import Searcher
from photoclip.core.switching import choice, switch
from photoclip.core.tagging import Tagger
from photoclip.core.types import Hit, IndexProgress, IndexReport, Scope, SwitchReport
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag


@dataclass(frozen=True, eq=False)
class _Engine:
    encoder: Encoder
    tagger: Tagger
    searcher: Searcher
    stamp: object


class Serving:
    """Searches and indexes with the model that the library says serves.

    It looks at every search, and at the start of every indexing run. Safe to call from any thread.

    Args:
        open_encoder: gives the encoder of a model as `find_model` takes it, not loaded yet.
        cache_dir: where embedded vocabularies are kept.
        changed: called in whichever thread finds that another model answers, with its id; it may
            not call back.
        stamp: tells the files of a model from others that come to lie in their place, as its
            checkpoint's path, size and time do; raises PhotoClipError where they are gone.
    """

    def __init__(
        self,
        library: Library,
        open_encoder: Callable[[str], Encoder],
        cache_dir: Path | None,
        changed: Callable[[str], None] = lambda _: None,
        stamp: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._library = library
        self._open_encoder = open_encoder
        self._cache_dir = cache_dir
        self._changed = changed
        self._stamp = stamp
        self._lock = threading.Lock()
        self._engines: OrderedDict[str, _Engine] = OrderedDict()
        self._answers: _Engine | None = None
        self.problem = ""

    @property
    def encoder(self) -> Encoder:
        """That of the model that answers now: of the starter, where the serving one is gone.

        `problem` then says so in a sentence.

        Raises:
            PhotoClipError: when not even the starter is there.
        """
        return self._now().encoder

    def search(self, text: str, scope: Scope = Scope(), limit: int = 500) -> list[Hit]:
        """As `Searcher.search`."""
        return self._now().searcher.search(text, scope, limit)

    def similar(self, photo_id: int, scope: Scope = Scope(), limit: int = 500) -> list[Hit]:
        """As `Searcher.similar`."""
        return self._now().searcher.similar(photo_id, scope, limit)

    def index(
        self, paths: Sequence[str], stop: StopFlag
    ) -> Generator[IndexProgress, None, IndexReport]:
        """As `indexing.index`."""
        engine = self._now()
        return (yield from index(self._library, engine.encoder, engine.tagger, paths, stop))

    def switch(self, source: str, stop: StopFlag) -> Generator[IndexProgress, None, SwitchReport]:
        """As `switching.switch`, for a model as `find_model` takes it.

        It is loaded before it may serve, and its vectors kept in memory as they come, so that no
        search has to wait for that.
        """
        engine = self._opened(source)
        yield IndexProgress("loading", 0)
        engine.searcher.search("photo", limit=1)
        work = switch(self._library, source, engine.encoder, engine.tagger, stop)
        while True:
            try:
                progress = next(work)
            except StopIteration as end:
                report: SwitchReport = end.value
                return report
            engine.searcher.refresh()
            if progress.change.model:
                self._now()
            yield progress

    def _now(self) -> _Engine:
        engine = self._found(choice(self._library).serving)
        with self._lock:
            before, self._answers = self._answers, engine
            if before is not None and before is not engine:
                self._changed(engine.encoder.id)
        if before is not None and before is not engine:
            # Its weights stay, for going back; the vectors of a large library are gigabytes.
            before.searcher.rest()
        return engine

    def _found(self, source: str) -> _Engine:
        try:
            engine = self._opened(source)
        except PhotoClipError:
            if source == STARTER:
                raise
            engine = self._opened(STARTER)
            name = display_name(source)
            self.problem = (
                f"The model “{name}” cannot be found or read, so the starter answers instead. "
                "Get it again, or use another model."
            )
        else:
            self.problem = ""
        return engine

    def _opened(self, source: str) -> _Engine:
        stamp = self._stamp(source)
        with self._lock:
            engine = self._engines.get(source)
        if engine is None or engine.stamp != stamp:
            # Outside of the lock, since it reads the whole model once: searching goes on.
            encoder = self._open_encoder(source)
            engine = _Engine(
                encoder,
                Tagger(encoder, cache_dir=self._cache_dir),
                Searcher(self._library, encoder),
                stamp,
            )
        with self._lock:
            before = self._engines.get(source)
            if before is not None and before.stamp == stamp:
                engine = before  # another thread was first
            self._engines[source] = engine
            self._engines.move_to_end(source)
            # Beside the one that answers, the one that is being prepared or that answered before
            # is kept: going back to it must not wait for its weights.
            for idle in [s for s, e in self._engines.items() if e is not self._answers][:-1]:
                del self._engines[idle]
        return engine
