"""Teaching a library's model its person's words: what there is to learn, what was learned, kept."""

import json
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.adapter import Adapter
from photoclip.clip.encoder import Encoder
from photoclip.core.columns import column
from photoclip.core.library import Library
from photoclip.core.relevance import sampled
from photoclip.core.teach import MOST_PAIRS, Known, Lesson, Pairs, Teach, teach, texts_of
from photoclip.core.term_vectors import TermVectors
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, StopFlag

# Texts embedded between two reports: a second's work.
_AT_ONCE = 256
_MODEL = "(SELECT id FROM models WHERE key = ?)"
_COLUMNS = "taught_at, pairs, recall_before, recall_after, known_before, known_after"


@dataclass(frozen=True)
class Taught:
    """What a model was taught; the figures as in `teach.Lesson`.

    Attributes:
        at: when, in UTC, as ISO 8601.
        model: the encoder's id.
        adapter: as `Adapter.to_bytes` gives it.
    """

    at: str
    pairs: int
    recall_before: float
    recall_after: float
    known_before: float
    known_after: float
    model: str
    adapter: bytes

    @classmethod
    def of(cls, lesson: Lesson) -> "Taught":
        """A lesson that was worth it, as from now."""
        assert lesson.adapter is not None
        return cls(
            datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            lesson.pairs,
            lesson.recall_before,
            lesson.recall_after,
            lesson.known_before,
            lesson.known_after,
            lesson.adapter.model,
            lesson.adapter.to_bytes(),
        )


def photos_with_words(library: Library, model: str) -> int:
    """How many photos have a caption or a confirmed tag, and a vector of this model."""
    (count,) = library.store.row(
        "SELECT count(*) FROM (SELECT photo_id FROM annotations WHERE caption != ''"
        " UNION SELECT photo_id FROM decisions WHERE confirmed) JOIN vectors USING (photo_id)"
        f" JOIN photos ON photos.id = photo_id WHERE present AND model_id = {_MODEL}",
        [model],
    )
    return int(count)


def learn_words(
    library: Library,
    encoder: Encoder,
    terms: TermVectors,
    stop: StopFlag,
    teach: Teach = teach,
) -> Generator[Progress, None, Lesson | None]:
    """Teach a model the captions and tags of a library, and judge what came of it; see `teach`.

    Nothing is stored: that does `put`.

    Args:
        terms: those of the library's vocabulary, under the encoder.
        teach: `teach.teach`, or the same done elsewhere.

    Returns:
        What came of it, or None if it was stopped.

    Raises:
        PhotoClipError: too few photos have a text, or the model cannot be used.
    """
    photos, words, images = _said(library, encoder)
    unlike = list(dict.fromkeys(words))
    texts: dict[str, NDArray[np.float32]] = {}
    for start in range(0, len(unlike), _AT_ONCE):
        yield Progress("reading", start, len(unlike))
        stop.wait_while_paused()
        if stop.stopped:
            return None
        part = unlike[start : start + _AT_ONCE]
        texts.update(zip(part, encoder.encode_texts(part), strict=True))
    embedded = np.array([texts[text] for text in words], np.float32)
    pairs = Pairs(images, embedded.reshape(images.shape), photos, words)
    known = Known(_sample(library, encoder), terms.prototypes, terms.background)
    return (yield from teach(pairs, known, encoder.id, encoder.logit_scale, stop))


def taught(library: Library, model: str) -> Taught | None:
    """What a model was taught in this library, if anything was kept."""
    row = library.store.row(
        f"SELECT {_COLUMNS}, key, adapter FROM adapters JOIN models ON models.id = model_id"
        " WHERE key = ?",
        [model],
    )
    return None if row is None else Taught(*row)


def put(library: Library, model: str, what: Taught | None) -> Taught | None:
    """Have a model answer as it was taught from now on, or as it came.

    Returns:
        What it was taught before: to put that undoes it.
    """
    before = taught(library, model)
    with library.store.write() as db:
        db.execute(f"DELETE FROM adapters WHERE model_id = {_MODEL}", [model])
        if what is not None:
            figures = [what.recall_before, what.recall_after, what.known_before, what.known_after]
            db.execute(
                f"INSERT INTO adapters (model_id, {_COLUMNS}, adapter)"
                f" VALUES ({_MODEL}, ?, ?, ?, ?, ?, ?, ?)",
                [model, what.at, what.pairs, *figures, what.adapter],
            )
    return before


class AdapterInUse:
    """The adapter that is in use for a model, read again when it is another. Not thread-safe."""

    def __init__(self, library: Library, encoder: Encoder) -> None:
        self._library, self._encoder = library, encoder
        self._read: tuple[object, ...] | None = None
        self._adapter: Adapter | None = None

    def refresh(self) -> None:
        """Find out whether something else was taught, or forgotten."""
        row = self._library.store.row(
            f"SELECT {_COLUMNS} FROM adapters WHERE model_id = {_MODEL}", [self._encoder.id]
        )
        if row == self._read:
            return
        self._read, self._adapter = row, None
        what = taught(self._library, self._encoder.id) if row is not None else None
        if what is not None:
            # What cannot be read is as if it had not been taught; searching goes on.
            with suppress(PhotoClipError):
                encoder = self._encoder
                self._adapter = Adapter.from_bytes(what.adapter, encoder.id, encoder.dim)

    def adapt(self, texts: NDArray[np.float32]) -> NDArray[np.float32]:
        """Embeddings of texts (n, d) as the model was taught to see them; the same again."""
        return texts if self._adapter is None else self._adapter.adapt(texts)


def _said(
    library: Library, encoder: Encoder
) -> tuple[NDArray[np.int64], list[str], NDArray[np.float32]]:
    """Photos (n,), what is said of each, and their vectors (n, d); a photo may come twice.

    Of more than can be learned from in a minute or two, some.
    """
    tags: dict[int, list[str]] = {}
    for photo, term in library.store.rows(
        "SELECT photo_id, term FROM decisions JOIN terms ON terms.id = term_id WHERE confirmed"
        " ORDER BY term COLLATE NOCASE"
    ):
        tags.setdefault(photo, []).append(term)
    captions = dict(
        library.store.rows("SELECT photo_id, caption FROM annotations WHERE caption != ''")
    )
    seen = {
        photo
        for (photo,) in library.store.rows(
            "SELECT photo_id FROM vectors JOIN photos ON photos.id = photo_id"
            f" WHERE present AND model_id = {_MODEL}"
            " AND photo_id IN (SELECT value FROM json_each(?))",
            [encoder.id, json.dumps(sorted(tags.keys() | captions.keys()))],
        )
    }
    said = [
        (photo, text)
        for photo in sorted(seen)
        for text in texts_of(captions.get(photo, ""), tags.get(photo, ()))
    ]
    if len(said) > MOST_PAIRS:
        chosen = np.random.default_rng(0).choice(len(said), MOST_PAIRS, replace=False)
        said = [said[row] for row in sorted(chosen.tolist())]
    photos = np.array([photo for photo, _ in said], np.int64)
    unlike, again = np.unique(photos, return_inverse=True)
    return photos, [text for _, text in said], _vectors(library, encoder, unlike)[again]


def _sample(library: Library, encoder: Encoder) -> NDArray[np.float32]:
    """The vectors of some photos, spread over the library; float32 (m, d)."""
    every = f"SELECT photo_id FROM vectors WHERE model_id = {_MODEL} ORDER BY photo_id"
    photos = column(library.store, every, [encoder.id])
    return _vectors(library, encoder, photos[sampled(len(photos))])


def _vectors(library: Library, encoder: Encoder, photos: NDArray[np.int64]) -> NDArray[np.float32]:
    """The vectors of photos that have one, in order of rising ids; float32 (n, d)."""
    rows = library.store.rows(
        f"SELECT vector FROM vectors WHERE model_id = {_MODEL}"
        " AND photo_id IN (SELECT value FROM json_each(?)) ORDER BY photo_id",
        [encoder.id, json.dumps(photos.tolist())],
    )
    vectors = np.frombuffer(b"".join(row[0] for row in rows), np.float16)
    return vectors.astype(np.float32).reshape(len(rows), encoder.dim)
