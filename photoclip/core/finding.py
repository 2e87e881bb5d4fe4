"""Finding the photos that personal tags show: learned from examples, asked of all vectors.

Photos with the tag are the examples, photos where it was rejected the counterexamples. A tag is
learned anew when these are others, the vocabulary is another, or the library has doubled.
"""

import json
import math
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xxhash
from numpy.typing import NDArray

from photoclip.clip.background import Background
from photoclip.core.columns import column
from photoclip.core.library import Library
from photoclip.core.personal import (
    LEAST_EXAMPLES,
    LEAST_PROBABILITY,
    SAMPLE,
    Name,
    PersonalTag,
    learn,
    spread_over,
)
from photoclip.core.term_vectors import TermVectors
from photoclip.core.types import Change, IndexProgress
from photoclip.core.vocabulary import Vocabulary
from photoclip.progress import StopFlag

# Raise it when the method changes, so that all is learned anew.
_METHOD = 1
# Of examples and counterexamples the latest; more would not say more.
_MOST_EXAMPLES = 1_000
_MODEL = "(SELECT id FROM models WHERE key = ?)"


@dataclass(frozen=True, eq=False)
class _Sought:
    """A tag that a model looks for.

    Attributes:
        examples, counterexamples: the photos to learn it from, int64.
        learned_from: a hash of all that decides what is learned. before: of what did last time.
        learned: what was learned then, None where there were too few examples.
        last_vector: the last one that it was asked about.
    """

    term_id: int
    term: str
    examples: NDArray[np.int64]
    counterexamples: NDArray[np.int64]
    learned_from: str
    before: str
    learned: bytes | None
    last_vector: int

    @property
    def is_outdated(self) -> bool:
        return self.learned_from != self.before

    def is_behind(self, last: int) -> bool:
        """Whether it knows what to look for, and was not asked about all vectors yet."""
        return not self.is_outdated and self.learned is not None and self.last_vector < last


@dataclass(frozen=True, eq=False)
class Products:
    """Vectors of photos multiplied with some directions.

    Attributes:
        last: the number up to which all vectors are among them.
        photo_ids: int64 (n,). products: float32 (n, k). spread: `Background.spread`, float32 (n,).
    """

    last: int
    photo_ids: NDArray[np.int64]
    products: NDArray[np.float32]
    spread: NDArray[np.float32]


# Multiplies all photos with directions, float32 (k, d).
Multiply = Callable[[NDArray[np.float32]], Products]


def renew(
    library: Library,
    model: str,
    terms: TermVectors,
    stop: StopFlag,
    multiply: Multiply | None = None,
) -> Generator[IndexProgress, None, None]:
    """Bring what personal tags are suggested for in line with their examples and with the photos.

    Args:
        terms: those of the library's vocabulary, under the model.
        multiply: of vectors that are in memory; None to read them from the library.
    """
    # Of whatever model, which takes a look where the model's own would take all.
    (last,) = library.store.row("SELECT coalesce(max(id), 0) FROM vectors")
    photos = library.vector_count(model)
    wanted = list(_wanted(library, model, terms.vocabulary, photos)) if photos else []
    outdated = [one for one in wanted if one.is_outdated]
    if outdated:
        sample = _sample(library, model)
        again = [_taught(library, model, terms, sample, one) for one in outdated]
        yield from _suggest(library, model, terms.background, again, photos, stop, multiply)
    behind = [one for one in wanted if one.is_behind(last)]
    if behind and not stop.stopped:
        yield from _suggest(library, model, terms.background, behind, photos, stop, newest=last)


def _wanted(library: Library, model: str, vocabulary: Vocabulary, photos: int) -> Iterator[_Sought]:
    hidden = {term.term for term in vocabulary.hidden}
    for term_id, term, before, learned, last_vector in library.store.rows(
        "SELECT terms.id, term, coalesce(learned_from, ''), learned, coalesce(last_vector, 0)"
        " FROM (SELECT DISTINCT term_id FROM personal_tags) AS wanted"
        " JOIN terms ON terms.id = wanted.term_id LEFT JOIN personal_tags AS here"
        f" ON here.term_id = wanted.term_id AND here.model_id = {_MODEL}",
        [model],
    ):
        examples = _decided(library, model, term_id, confirmed=True)
        if term in hidden:
            # Whatever it shows, it is never suggested.
            examples = examples[:0]
        against = _decided(library, model, term_id, confirmed=False)
        said = [_METHOD, term, vocabulary.version, photos.bit_length()]
        said += [examples.tolist(), against.tolist()]
        learned_from = xxhash.xxh3_64_hexdigest(json.dumps(said).encode())
        yield _Sought(term_id, term, examples, against, learned_from, before, learned, last_vector)


def _decided(library: Library, model: str, term_id: int, confirmed: bool) -> NDArray[np.int64]:
    """The latest photos on which a person decided so, and which the model has seen; (n,)."""
    return column(
        library.store,
        "SELECT photo_id FROM decisions WHERE term_id = ? AND confirmed = ? AND EXISTS (SELECT 1"
        f" FROM vectors WHERE vectors.photo_id = decisions.photo_id AND model_id = {_MODEL})"
        " ORDER BY decided_at DESC, photo_id LIMIT ?",
        [term_id, int(confirmed), model, _MOST_EXAMPLES],
    )


def _taught(
    library: Library, model: str, terms: TermVectors, sample: NDArray[np.float32], one: _Sought
) -> _Sought:
    """The tag with what its examples teach now, to be asked about every photo."""
    tag = None
    if len(one.examples) >= LEAST_EXAMPLES:
        background = terms.background
        direction = background.directions(terms.named(one.term)[None])[0]
        examples, against = (
            library.vectors(ids, model)[1] for ids in (one.examples, one.counterexamples)
        )
        against = against.reshape(-1, examples.shape[1])
        tag = learn(sample, examples, against, Name(direction, background))
    return replace(one, learned=tag.to_bytes() if tag else None, last_vector=0)


def _sample(library: Library, model: str) -> NDArray[np.float32]:
    """Vectors of as many photos as are learned from, spread over the library; float32 (n, d)."""
    sql = f"SELECT photo_id FROM vectors WHERE model_id = {_MODEL} ORDER BY photo_id"
    photos = column(library.store, sql, [model])
    return library.vectors(photos[spread_over(len(photos), SAMPLE)], model)[1]


def _suggest(
    library: Library,
    model: str,
    background: Background,
    group: Sequence[_Sought],
    photos: int,
    stop: StopFlag,
    multiply: Multiply | None = None,
    newest: int = 0,
) -> Iterator[IndexProgress]:
    """Ask tags about all photos that they were not asked about, and store what is found.

    Args:
        newest: the number of a vector up to which all will have been asked about, where those at
            the end are another model's.
    """
    last, done = min(one.last_vector for one in group), 0
    able = {
        one.term_id: PersonalTag.from_bytes(one.learned, background)
        for one in group
        if one.learned is not None
    }
    found: dict[int, list[tuple[int, float]]] = {one.term_id: [] for one in group}
    if able:
        directions = np.concatenate([tag.directions for tag in able.values()])
        parts = (
            products_read(library, model, background, directions, last)
            if multiply is None
            else iter([multiply(directions)])
        )
        for part in parts:
            stop.wait_while_paused()
            if stop.stopped:
                return
            at = 0
            for term_id, tag in able.items():
                columns = part.products[:, at : at + len(tag.directions)]
                found[term_id] += _likely(part.photo_ids, tag.log_odds(columns, part.spread))
                at += len(tag.directions)
            last, done = part.last, done + len(part.photo_ids)
            yield IndexProgress("tagging", done, photos)
    _store(library, model, group, found, max(last, newest))
    yield IndexProgress("tagging", done, photos, change=Change(tags=True))


def products_read(
    library: Library,
    model: str,
    background: Background,
    directions: NDArray[np.float32],
    last: int,
) -> Iterator[Products]:
    """The products of the photos whose vectors were stored after the one numbered `last`."""
    while True:
        last, _, photo_ids, vectors = library.vectors_after(model, last)
        if not len(photo_ids):
            return
        embeddings = vectors.astype(np.float32)
        yield Products(last, photo_ids, embeddings @ directions.T, background.spread(embeddings))


def _likely(photo_ids: NDArray[np.int64], odds: NDArray[np.float64]) -> list[tuple[int, float]]:
    """The photos that the tag is worth suggesting for, with its probability rounded down."""
    rows = np.flatnonzero(odds >= math.log(LEAST_PROBABILITY / (1 - LEAST_PROBABILITY)))
    probabilities = np.floor(1e4 / (1 + np.exp(-odds[rows]))) / 1e4
    return list(zip(photo_ids[rows].tolist(), probabilities.tolist(), strict=True))


def _store(
    library: Library,
    model: str,
    group: Sequence[_Sought],
    found: Mapping[int, Sequence[tuple[int, float]]],
    last: int,
) -> None:
    with library.store.write() as db:
        (model_id,) = db.execute(_MODEL[1:-1], [model]).fetchone()
        for one in group:
            if not db.execute(
                "SELECT 1 FROM personal_tags WHERE term_id = ?", [one.term_id]
            ).fetchone():
                continue  # The person has taken it back meanwhile.
            if one.is_outdated:
                db.execute(
                    "DELETE FROM suggestions WHERE model_id = ? AND term_id = ?",
                    [model_id, one.term_id],
                )
            db.conn.executemany(
                "INSERT OR REPLACE INTO suggestions (photo_id, model_id, term_id, probability)"
                " VALUES (?, ?, ?, ?)",
                [(photo_id, model_id, one.term_id, p) for photo_id, p in found[one.term_id]],
            )
            db.execute(
                "INSERT OR REPLACE INTO personal_tags VALUES (?, ?, ?, ?, ?)",
                [model_id, one.term_id, one.learned_from, one.learned, last],
            )
