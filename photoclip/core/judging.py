"""How far search and suggested tags can be trusted, on photos of which the labels are known."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.encoder import Encoder
from photoclip.clip.evaluate import average_precision
from photoclip.core.library import Library
from photoclip.core.relevance import Band
from photoclip.core.tagging import Tagger
from photoclip.core.types import Results
from photoclip.core.vocabulary import Vocabulary

Labels = Mapping[str, Collection[str]]


@dataclass(frozen=True)
class Agreement:
    """How well a choice of photos agrees with the photos that have the label, over all labels.

    Attributes:
        precision: the share of the chosen that have it; 0.0 where none is chosen.
        recall: the share of those that have it that are chosen.
    """

    precision: float
    recall: float


def store_embeddings(
    library: Library, encoder: Encoder, names: Sequence[str], embeddings: NDArray[np.float32]
) -> list[int]:
    """Make an empty library one of these photos, as far as search is concerned; their ids."""
    ids = list(range(1, len(names) + 1))
    with library.store.write() as db:
        db.execute(
            "INSERT INTO models (id, key, name) VALUES (1, ?, ?)", [encoder.id, encoder.name]
        )
        db.conn.executemany(
            "INSERT INTO photos (id, hash, present, sort_time, width, height, format, size)"
            " VALUES (?, printf('%032x', ?), 1, 0, 1, 1, 'JPEG', 1)",
            zip(ids, ids, strict=True),
        )
        vectors = (row.astype(np.float16).tobytes() for row in embeddings)
        db.conn.executemany(
            "INSERT INTO vectors (model_id, photo_id, vector) VALUES (1, ?, ?)",
            zip(ids, vectors, strict=True),
        )
    return ids


def judge_relevance(
    answer: Callable[[str], Results], photos: Mapping[int, str], labels: Labels, absent: list[str]
) -> tuple[dict[Band, Agreement], float]:
    """Ask for each label, and for things that no photo shows.

    Args:
        answer: a query's results over exactly these photos.
        photos: the label list's name of each photo, by id.
        labels: of each of those names.
        absent: queries that rightly get nothing.

    Returns:
        The agreement of each band together with those above it; the share of `absent` that got
        nothing strong or likely.
    """
    asked = sorted({label for name in photos.values() for label in labels[name]})
    chosen = dict.fromkeys((Band.STRONG, Band.LIKELY), 0)
    right = dict.fromkeys((Band.STRONG, Band.LIKELY), 0)
    wanted = 0
    for label in asked:
        results = answer(label)
        wanted += sum(label in labels[name] for name in photos.values())
        for hit in results.hits(len(results.photo_ids)):
            for band in chosen:
                if hit.band in (Band.STRONG, band):
                    chosen[band] += 1
                    right[band] += label in labels[photos[hit.photo_id]]
    nothing = sum(answer(text).nothing for text in absent)
    agreements = {
        band: Agreement(right[band] / max(chosen[band], 1), right[band] / max(wanted, 1))
        for band in chosen
    }
    return agreements, nothing / max(len(absent), 1)


def absent_words(vocabulary: Vocabulary, labels: Collection[str], count: int) -> list[str]:
    """Terms that are neither a label nor above, below or beside one, spread over the vocabulary.

    Labels say what someone noted, not all that is there: terms of the same family are left out,
    since they may well be right.
    """
    near = set[str]()
    for label in labels:
        if (term := vocabulary.find(label)) is not None:
            above = vocabulary.ancestors(term.term)
            near.update((term.term, *above, *vocabulary.descendants(term.term)))
            for parent in term.parents:
                near.update(vocabulary.descendants(parent))
    far = [term.term for term in vocabulary.terms if term.term not in near]
    if len(far) <= count:
        return far
    return [far[i] for i in np.linspace(0, len(far) - 1, count).astype(int)]


def judge_tags(
    tagger: Tagger,
    embeddings: NDArray[np.float32],
    names: Sequence[str],
    labels: Labels,
) -> tuple[float, Agreement, list[str]]:
    """Suggested tags against labels, as far as the vocabulary knows them.

    Returns:
        The mean average precision over the labels; the agreement of what is suggested, where a
        suggested term also stands for all that it implies; the labels judged.
    """
    vocabulary = tagger.terms.vocabulary
    columns = {term.term: i for i, term in enumerate(vocabulary.terms)}
    asked = {
        label: term.term
        for label in sorted({label for name in names for label in labels[name]})
        if (term := vocabulary.find(label)) is not None and term.term in columns
    }
    shown = np.array([[label in labels[name] for label in asked] for name in names], bool)
    shown = shown.reshape(len(names), len(asked))
    probabilities = tagger.probabilities(embeddings)
    precisions = average_precision(
        probabilities[:, [columns[term] for term in asked.values()]], shown
    )
    right = chosen = 0
    for row, tags in enumerate(tagger.tags(embeddings)):
        implied = {tag.term for tag in tags}
        for tag in tags:
            implied.update(vocabulary.ancestors(tag.term))
        for i, name in enumerate(asked.values()):
            chosen += name in implied
            right += name in implied and bool(shown[row, i])
    wanted = int(shown.sum())
    return (
        float(np.mean(precisions)) if asked else 0.0,
        Agreement(right / max(chosen, 1), right / max(wanted, 1)),
        list(asked),
    )
