"""Measuring a model's terms on captioned photos: how sure a score makes one of each."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.calibration import (
    PRIOR,
    RARE,
    Curve,
    Curves,
    Frequent,
    as_frequent,
    fit_curve,
    measure_frequent,
)
from photoclip.core.term_vectors import TermVectors
from photoclip.core.vocabulary import Vocabulary

# Of a term that fewer photos show nothing is known that the curve of all terms does not say.
_LEAST_SHOWN = 5
_MOST_WORDS = 3  # in the name of a term, to be found in a caption
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def mentioned(vocabulary: Vocabulary, captions: Sequence[Sequence[str]]) -> NDArray[np.bool_]:
    """Which terms the captions of each photo name, by any of their names, or imply.

    Args:
        captions: of n photos, in a language written with spaces.

    Returns:
        bool (n, terms in use).
    """
    columns = {term.term: i for i, term in enumerate(vocabulary.terms)}
    shown = np.zeros((len(captions), len(columns)), bool)
    implied: dict[str, list[int]] = {}
    for row, texts in enumerate(captions):
        for text in texts:
            words = _WORD.findall(text.lower())
            for start in range(len(words)):
                for end in range(start + 1, min(start + _MOST_WORDS, len(words)) + 1):
                    name = " ".join(words[start:end])
                    if name not in implied:
                        implied[name] = _implied(vocabulary, name, columns)
                    shown[row, implied[name]] = True
    return shown


def term_curves(
    terms: TermVectors, embeddings: NDArray[np.float32], shown: NDArray[np.bool_]
) -> dict[str, Curve]:
    """The curve of each term that enough of the photos show.

    Args:
        embeddings: of photos, (n, d), each of length 1; see `surer` for those that the model
            was trained on.
        shown: which terms each of them shows, (n, terms in use).
    """
    scores = _scores(terms, embeddings)
    return {
        term.term: fit_curve(scores[:, i], shown[:, i], PRIOR)
        for i, term in enumerate(terms.vocabulary.terms)
        if shown[:, i].sum() >= _LEAST_SHOWN
    }


def frequent_terms(
    terms: TermVectors, embeddings: NDArray[np.float32], shown: NDArray[np.bool_]
) -> dict[str, Frequent]:
    """What is to be known of each term that is frequent in these photos; see `term_curves`."""
    scores = _scores(terms, embeddings)
    measured = {
        term.term: measure_frequent(scores[:, i], shown[:, i])
        for i, term in enumerate(terms.vocabulary.terms)
    }
    return {term: known for term, known in measured.items() if known is not None}


def taken_as_rare(curves: Mapping[str, Curve], shares: Mapping[str, float]) -> dict[str, Curve]:
    """The curves as they are where no term is more frequent than `RARE`.

    Args:
        shares: of the photos that the curves were measured on, those that show each term.
    """
    return {
        term: as_frequent(curve, shares[term], RARE) if shares[term] > RARE else curve
        for term, curve in curves.items()
    }


def surer(
    curves: Mapping[str, Curve],
    terms: TermVectors,
    embeddings: NDArray[np.float32],
    shown: NDArray[np.bool_],
) -> Curve:
    """How the logits of curves, fitted to photos that a model was trained on, hold on others.

    A model is surer of photos that it learned from. How much is measured over all terms together.

    Args:
        embeddings: of photos that the model was not trained on, (m, d), each of length 1.
        shown: which terms each of them shows, (m, terms in use).

    Returns:
        The slope and intercept to correct such logits with.
    """
    columns = [i for i, term in enumerate(terms.vocabulary.terms) if term.term in curves]
    own = Curves.of([curves[terms.vocabulary.terms[i].term] for i in columns])
    logits = _scores(terms, embeddings)[:, columns] * own.slopes + own.intercepts
    return fit_curve(logits.ravel().astype(np.float32), shown[:, columns].ravel(), (1.0, 0.0))


def _scores(terms: TermVectors, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
    """The standardised scores of photos for each term, (n, terms in use)."""
    background = terms.background
    scores: NDArray[np.float32] = embeddings @ background.directions(terms.prototypes).T
    scores /= background.spread(embeddings)[:, None]
    return scores


def _implied(vocabulary: Vocabulary, name: str, columns: dict[str, int]) -> list[int]:
    term = vocabulary.find(name)
    if term is None:
        return []
    names = (term.term, *vocabulary.ancestors(term.term))
    return [columns[name] for name in names if name in columns]
