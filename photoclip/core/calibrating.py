"""Measuring a model's terms on captioned photos: how sure a score makes one of each."""

import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.calibration import PRIOR, Curve, Curves, fit_curve
from photoclip.core.term_vectors import TermVectors
from photoclip.core.vocabulary import Vocabulary

# Of a term that fewer photos show nothing is known that the curve of all terms does not say.
_LEAST_SHOWN = 5
# What most of these photos show, people for one, may be rare in another library, where the same
# score is less often right. So a term counts as no more frequent than this.
_MOST_FREQUENT = 0.1
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
    curves: dict[str, Curve] = {}
    for i, term in enumerate(terms.vocabulary.terms):
        frequency = float(shown[:, i].mean()) if len(shown) else 0.0
        if shown[:, i].sum() >= _LEAST_SHOWN:
            slope, intercept = fit_curve(scores[:, i], shown[:, i], PRIOR)
            rarer = max(0.0, _log_odds(frequency) - _log_odds(_MOST_FREQUENT))
            curves[term.term] = slope, intercept - rarer
    return curves


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


def _log_odds(share: float) -> float:
    """Of a share that may be all."""
    return math.log(share / max(1 - share, 1e-6)) if share else -math.inf


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
