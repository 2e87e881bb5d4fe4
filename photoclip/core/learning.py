"""Learning from answers: how often a model's scores of a term are right in this very library.

What counts is where the model asked: tags that it suggested, or a review put before the person, and
whatever was rejected. Photos that a person tagged unasked, or that came with a tag, were chosen
because they show it; they tell nothing of how often a score is right.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.calibration import PRIOR, Curve, fit_curve
from photoclip.clip.encoder import Encoder
from photoclip.core.library import Library
from photoclip.core.tagging import Tagger
from photoclip.core.term_vectors import TermVectors

# So many new answers may move a threshold by what one can see.
_WORTH_LEARNING = 20
# Of a term's answers the latest; more do not move its curve.
_MOST_ANSWERS = 2_000
_DIGITS = 3
_ANSWERED = "source = 'person' AND (NOT confirmed OR decisions.model_id IS NOT NULL)"
_MODEL = "(SELECT id FROM models WHERE key = ?)"


def library_tagger(library: Library, encoder: Encoder, cache_dir: Path | None) -> Tagger:
    """A tagger with the library's own vocabulary and what was learned there."""
    curves = learned_curves(library, encoder.id)
    return Tagger(encoder, library.vocabulary(), cache_dir, curves)


def learned_curves(library: Library, model: str) -> dict[str, Curve]:
    """The curve of each term of which anything was learned, as `learn` stored them."""
    rows = library.store.rows(
        "SELECT term, slope, intercept FROM curves JOIN terms ON terms.id = term_id"
        f" WHERE model_id = {_MODEL} ORDER BY term",
        [model],
    )
    return {term: (slope, intercept) for term, slope, intercept in rows}


def is_due(library: Library, model: str) -> bool:
    """Whether enough was answered, or undone, since the last time to learn from it."""
    learned = int(library.setting(_learned_setting(model)) or 0)
    return abs(_answers(library) - learned) >= _WORTH_LEARNING


def learn(library: Library, encoder: Encoder, terms: TermVectors) -> bool:
    """Fit the curve of each term in use to the answers, and store them.

    Whoever makes a `library_tagger` from then on suggests by them; `tagging.retag` brings the
    suggestions that are stored in line.

    Returns:
        Whether any curve is another than before.
    """
    answers = _answers(library)
    answered = library.store.rows(
        "SELECT term_id, term FROM decisions JOIN terms ON terms.id = term_id"
        f" WHERE {_ANSWERED} GROUP BY term_id"
    )
    curves: dict[int, tuple[float, ...]] = {}
    for term_id, term in answered:
        photos = library.store.rows(
            "SELECT vector, confirmed FROM decisions JOIN vectors USING (photo_id)"
            f" WHERE vectors.model_id = {_MODEL} AND term_id = ? AND {_ANSWERED}"
            " ORDER BY decided_at DESC, photo_id LIMIT ?",
            [encoder.id, term_id, _MOST_ANSWERS],
        )
        vectors = np.frombuffer(b"".join(row[0] for row in photos), np.float16)
        embeddings = vectors.astype(np.float32).reshape(len(photos), -1)
        scores = standard_scores(terms, term, embeddings) if photos else None
        if scores is not None:
            shown = np.array([bool(row[1]) for row in photos])
            curve = fit_curve(scores, shown, encoder.term_curves.get(term, PRIOR))
            # Rounded, so that who computes it otherwise in the last digit need not tag anew.
            curves[term_id] = tuple(round(value, _DIGITS) for value in curve)
    with library.store.write() as db:
        (model_id,) = db.execute(f"SELECT {_MODEL}", [encoder.id]).fetchone()
        before = db.execute(
            "SELECT term_id, slope, intercept FROM curves WHERE model_id IS ?", [model_id]
        ).fetchall()
        changed = {term_id: tuple(curve) for term_id, *curve in before} != curves
        if changed:
            db.execute("DELETE FROM curves WHERE model_id = ?", [model_id])
            db.conn.executemany(
                "INSERT INTO curves VALUES (?, ?, ?, ?)",
                [(model_id, term_id, *curve) for term_id, curve in curves.items()],
            )
        db.execute(
            "INSERT OR REPLACE INTO settings VALUES (?, ?)",
            [_learned_setting(encoder.id), str(answers)],
        )
    return changed


def standard_scores(
    terms: TermVectors, term: str, embeddings: NDArray[np.float32]
) -> NDArray[np.float32] | None:
    """The standardised scores of a term on photos, see `clip.background`; float32 (n,).

    Args:
        embeddings: (n, d), each of length 1.

    Returns:
        None where it is no term in use.
    """
    row = next((i for i, t in enumerate(terms.vocabulary.terms) if t.term == term), None)
    if row is None:
        return None
    direction = terms.background.directions(terms.prototypes[row : row + 1])[0]
    scores: NDArray[np.float32] = embeddings @ direction / terms.background.spread(embeddings)
    return scores


def _answers(library: Library) -> int:
    (count,) = library.store.row(f"SELECT count(*) FROM decisions WHERE {_ANSWERED}")
    return int(count)


def _learned_setting(model: str) -> str:
    return f"answers learned by {model}"
