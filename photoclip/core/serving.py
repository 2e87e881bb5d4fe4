"""The model that answers for a library, followed from switch to switch, whoever makes it."""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.calibration import Curve
from photoclip.clip.encoder import Encoder
from photoclip.clip.models import STARTER
from photoclip.clip.native import give_back_memory
from photoclip.core.describe import Caption, Describer
from photoclip.core.explaining import Explainer, Explanation
from photoclip.core.finding import renew
from photoclip.core.indexing import index
from photoclip.core.learning import is_due, learn, learned_curves
from photoclip.core.lessons import learn_words
from photoclip.core.library import Library
from photoclip.core.paths import display_name
from photoclip.core.query import Feedback, Part, Query
from photoclip.core.review import Review
from photoclip.core.search import Searcher
from photoclip.core.switching import choice, switch
from photoclip.core.tagging import Tagger, retag
from photoclip.core.teach import Lesson, Teach, teach
from photoclip.core.types import Hit, IndexProgress, IndexReport, Results, Scope, SwitchReport
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, StopFlag


@dataclass(frozen=True, eq=False)
class _Engine:
    encoder: Encoder
    tagger: Tagger
    searcher: Searcher
    explainer: Explainer
    stamp: object
    # What the tagger was made of: the person's changes to the vocabulary, the learned curves.
    vocabulary: Mapping[str, str]
    curves: Mapping[str, Curve]

    @cached_property
    def describer(self) -> Describer:
        terms = self.tagger.terms
        return Describer(
            terms.vocabulary, terms.prototypes, terms.background, self.encoder.encode_texts
        )


class Serving:
    """Searches, tags, describes and indexes with the model that the library says serves.

    It looks at every search, and at the start of every indexing run; likewise whether the
    vocabulary or what was learned has changed. Safe to call from any thread.

    Args:
        open_encoder: gives the encoder of a model as `find_model` takes it, not loaded yet.
        cache_dir: where embedded vocabularies are kept.
        changed: called in whichever thread finds that another model answers, with its id; it may
            not call back.
        stamp: tells the files of a model from others that come to lie in their place, as its
            checkpoint's path, size and time do; raises PhotoClipError where they are gone.
        teach: computes what is taught, here or elsewhere.
    """

    def __init__(
        self,
        library: Library,
        open_encoder: Callable[[str], Encoder],
        cache_dir: Path | None,
        changed: Callable[[str], None] = lambda _: None,
        stamp: Callable[[str], object] = lambda _: None,
        teach: Teach = teach,
    ) -> None:
        self._library = library
        self._open_encoder = open_encoder
        self._cache_dir = cache_dir
        self._changed = changed
        self._stamp = stamp
        self._teach = teach
        self._lock = threading.Lock()
        self._engines: OrderedDict[str, _Engine] = OrderedDict()
        self._answers: _Engine | None = None
        # The library's revision when this thread last looked and what it found, by model.
        self._looked = threading.local()
        self.problem = ""

    @property
    def encoder(self) -> Encoder:
        """That of the model that answers now: of the starter, where the serving one is gone.

        `problem` then says so in a sentence.

        Raises:
            PhotoClipError: when not even the starter is there.
        """
        return self._now().encoder

    def answer(
        self,
        query: Query,
        scope: Scope = Scope(),
        today: date | None = None,
        stop: StopFlag | None = None,
    ) -> Results:
        """As `Searcher.answer`."""
        return self._now().searcher.answer(query, scope, today, stop)

    def search(self, text: str, scope: Scope = Scope(), limit: int = 500) -> list[Hit]:
        """As `Searcher.search`."""
        return self._now().searcher.search(text, scope, limit)

    def similar(self, photo_id: int, scope: Scope = Scope(), limit: int = 500) -> list[Hit]:
        """As `Searcher.similar`."""
        return self._now().searcher.similar(photo_id, scope, limit)

    def explain(
        self,
        query: Query,
        photo_ids: Sequence[int],
        scope: Scope = Scope(),
        today: date | None = None,
    ) -> tuple[Explanation, ...]:
        """As `Explainer.explain`."""
        return self._now().explainer.explain(query, photo_ids, scope, today)

    def heat_map(
        self, query: Query, photo_id: int, stop: StopFlag, part: Part | Feedback | None = None
    ) -> Generator[Progress, None, NDArray[np.float32] | None]:
        """As `Explainer.heat_map`."""
        return (yield from self._now().explainer.heat_map(query, photo_id, stop, part))

    def index(
        self, paths: Sequence[str], stop: StopFlag
    ) -> Generator[IndexProgress, None, IndexReport]:
        """As `indexing.index`; the tags then follow what many new photos show of the library, and
        what was changed in the vocabulary meanwhile."""
        engine = self._now()
        report = yield from index(self._library, engine.encoder, engine.tagger, paths, stop)
        if not stop.stopped:
            yield from self.update_tags(stop, learning=self.learning_is_due())
        return report

    def review(self, term: str) -> Review:
        """The questions that a tag raises."""
        engine = self._now()
        terms, multiply = engine.tagger.terms, engine.searcher.multiply
        return Review(self._library, engine.encoder, terms, term, multiply)

    def update_tags(self, stop: StopFlag, learning: bool = True) -> Iterator[IndexProgress]:
        """Suggest tags anew where they are outdated: after a review, or a change of vocabulary.

        Args:
            learning: whether to learn from the answers first.
        """
        engine = self._now()
        if learning and learn(self._library, engine.encoder, engine.tagger.terms):
            engine = self._now()
        yield from retag(self._library, engine.encoder.id, engine.tagger, stop)

    def find_more(self, stop: StopFlag) -> Iterator[IndexProgress]:
        """Suggest personal tags by the examples that there are now."""
        engine = self._now()
        terms, multiply = engine.tagger.terms, engine.searcher.multiply
        yield from renew(self._library, engine.encoder.id, terms, stop, multiply)

    def teach(self, stop: StopFlag) -> Generator[Progress, None, Lesson | None]:
        """As `lessons.learn_words`."""
        engine = self._now()
        terms = engine.tagger.terms
        return (yield from learn_words(self._library, engine.encoder, terms, stop, self._teach))

    def describe(self, photo_id: int) -> Caption:
        """A proposed caption.

        Raises:
            PhotoClipError: the model cannot be used, or has not seen the photo.
        """
        engine = self._now()
        photo = self._library.vector(photo_id, engine.encoder.id)
        if photo is None:
            raise PhotoClipError(
                "PhotoClip has not looked at this photo yet. Try again when it is indexed."
            )
        return engine.describer.describe(photo)

    def learning_is_due(self) -> bool:
        """Whether `update_tags` would learn something worth it."""
        return is_due(self._library, self._now().encoder.id)

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
                break
            engine.searcher.refresh()
            if progress.change.model:
                self._now()
            yield progress
        if report.switched:
            # What was answered under other models is as true under this one.
            yield from self.update_tags(stop)
        return report

    def rest(self) -> None:
        """Free the memory of the models, which are loaded again when they are next used.

        The vectors stay in memory, since reading them again takes longer.
        """
        with self._lock:
            encoders = [engine.encoder for engine in self._engines.values()]
        for encoder in encoders:
            encoder.unload()
        give_back_memory()

    def _now(self) -> _Engine:
        engine = self._found(choice(self._library).serving)
        with self._lock:
            before, self._answers = self._answers, engine
            other = before is not None and before.encoder is not engine.encoder
            if other:
                self._changed(engine.encoder.id)
        if before is not None and other:
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
            engine = self._made(self._open_encoder(source), stamp)
        newer = self._up_to_date(engine)
        with self._lock:
            before = self._engines.get(source)
            if newer is engine and before is not None and before.stamp == stamp:
                newer = before  # another thread was first
            self._engines[source] = engine = newer
            self._engines.move_to_end(source)
            # Beside the one that answers, the one that is being prepared or that answered before
            # is kept: going back to it must not wait for its weights.
            answers = self._answers.encoder if self._answers is not None else None
            idle = [s for s, e in self._engines.items() if e.encoder is not answers][:-1]
            dropped = [self._engines.pop(source).encoder for source in idle]
        for encoder in dropped:
            encoder.unload()
        return engine

    def _made(self, encoder: Encoder, stamp: object, before: _Engine | None = None) -> _Engine:
        vocabulary = self._library.vocabulary()
        curves = learned_curves(self._library, encoder.id)
        tagger = Tagger(encoder, vocabulary, self._cache_dir, curves)
        if before is not None and before.vocabulary == vocabulary.own:
            # Its vectors are in memory.
            searcher = before.searcher
            searcher.curves = tagger.curves
        else:
            searcher = Searcher(self._library, encoder, tagger.terms, curves=tagger.curves)
        explainer = Explainer(self._library, encoder, tagger, searcher)
        return _Engine(encoder, tagger, searcher, explainer, stamp, vocabulary.own, curves)

    def _up_to_date(self, engine: _Engine) -> _Engine:
        """The engine, or another in its place where what its tagger is made of has changed.

        That is looked up again only after the library has changed.
        """
        looked: dict[str, object] = self._looked.__dict__.setdefault("looked", {})
        revision, model = self._library.revision(), engine.encoder.id
        # A thread that looked earlier may have put an older engine in the place of what was found.
        if looked.get(model) == (revision, weakref.ref(engine)):
            return engine
        own, curves = self._library.own_terms(), learned_curves(self._library, model)
        if (own, curves) != (engine.vocabulary, engine.curves):
            engine = self._made(engine.encoder, engine.stamp, engine)
        looked[model] = revision, weakref.ref(engine)
        return engine
