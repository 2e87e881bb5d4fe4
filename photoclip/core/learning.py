"""Learning how often a model's scores of a term are right in this very library.

How frequent the commonest terms are in it, is told by their scores (`calibration.Frequent`). The
rest is learned from answers. What counts is where the model asked: tags that it suggested, or a
review put before the person, and whatever was rejected. Photos that a person tagged unasked, or
that came with a tag, were chosen because they show it; they tell nothing of how often a score is
right.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.calibration import PRIOR, RARE, Curve, as_frequent, fit_curve
from photoclip.clip.encoder import Encoder
from photoclip.core.library import Library
from photoclip.core.tagging import Tagger
from photoclip.core.term_vectors import TermVectors

# So many new answers may move a threshold by what one can see.
_WORTH_LEARNING = 20
# A library that has grown by so many photos and so large a share may have other frequencies.
_WORTH_COUNTING, _GROWTH = 50, 0.25
# More photos would not tell a frequency better.
_SAMPLE = 10_000
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


def frequent_curves(
    encoder: Encoder, terms: TermVectors, embeddings: NDArray[np.float32]
) -> dict[str, Curve]:
    """The curves of the terms that are frequent in many libraries, as they are in this one.

    Args:
        embeddings: of a library's photos, or a sample, (n, d), each of length 1.
    """
    rows = {term.term: row for row, term in enumerate(terms.vocabulary.terms)}
    names = [
        name for name in encoder.frequent_terms if name in rows and name in encoder.term_curves
    ]
    scores = _standard_scores(terms, [rows[name] for name in names], embeddings)
    curves: dict[str, Curve] = {}
    for name, of_all in zip(names, scores.T, strict=True):
        share = encoder.frequent_terms[name].share_of(of_all)
        curves[name] = _rounded(as_frequent(encoder.term_curves[name], RARE, share))
    return curves


def is_due(library: Library, model: str) -> bool:
    """Whether since the last time enough was answered, or undone, or enough photos came, to learn
    from it."""
    answers, photos = _learned_from(library, model)
    new_photos = abs(_photos(library, model) - photos)
    return abs(_answers(library) - answers) >= _WORTH_LEARNING or (
        new_photos >= _WORTH_COUNTING and new_photos >= _GROWTH * photos
    )


def learn(library: Library, encoder: Encoder, terms: TermVectors) -> bool:
    """Fit the curves of frequent terms to the library and of terms in use to the answers, and
    store them.

    Whoever makes a `library_tagger` from then on suggests by them; `tagging.retag` brings the
    suggestions that are stored in line.

    Returns:
        Whether any curve is another than before.
    """
    learned_from = f"{_answers(library)} {_photos(library, encoder.id)}"
    answered = library.store.rows(
        f"SELECT DISTINCT term FROM decisions JOIN terms ON terms.id = term_id WHERE {_ANSWERED}"
    )
    curves = frequent_curves(encoder, terms, _sample(library, encoder))
    for (term,) in answered:
        photos = library.store.rows(
            "SELECT vector, confirmed FROM decisions JOIN vectors USING (photo_id)"
            f" WHERE vectors.model_id = {_MODEL} AND {_ANSWERED}"
            " AND term_id = (SELECT id FROM terms WHERE term = ?)"
            " ORDER BY decided_at DESC, photo_id LIMIT ?",
            [encoder.id, term, _MOST_ANSWERS],
        )
        scores = standard_scores(terms, term, _matrix(photos, encoder)) if photos else None
        if scores is not None:
            shown = np.array([bool(confirmed) for _, confirmed in photos])
            before = curves.get(term, encoder.term_curves.get(term, PRIOR))
            curves[term] = _rounded(fit_curve(scores, shown, before))
    with library.store.write() as db:
        changed = curves != learned_curves(library, encoder.id)
        if changed:
            (model_id,) = db.execute(f"SELECT {_MODEL}", [encoder.id]).fetchone()
            db.execute("DELETE FROM curves WHERE model_id = ?", [model_id])
            db.conn.executemany(
                "INSERT OR IGNORE INTO terms (term) VALUES (?)", [(term,) for term in curves]
            )
            db.conn.executemany(
                "INSERT INTO curves SELECT ?, id, ?, ? FROM terms WHERE term = ?",
                [(model_id, *curve, term) for term, curve in curves.items()],
            )
        db.execute(
            "INSERT OR REPLACE INTO settings VALUES (?, ?)",
            [_learned_setting(encoder.id), learned_from],
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
    row = _row(terms, term)
    return None if row is None else _standard_scores(terms, [row], embeddings)[:, 0]


def direction_of(terms: TermVectors, term: str) -> NDArray[np.float32] | None:
    """What photos are multiplied with for a term's scores, (d,); None where it is not in use."""
    row = _row(terms, term)
    return None if row is None else terms.background.directions(terms.prototypes[row][None])[0]


def _row(terms: TermVectors, term: str) -> int | None:
    return next((i for i, t in enumerate(terms.vocabulary.terms) if t.term == term), None)


def _standard_scores(
    terms: TermVectors, rows: Sequence[int], embeddings: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Those of the terms in these rows; float32 (n, k)."""
    directions = terms.background.directions(terms.prototypes[list(rows)])
    scores: NDArray[np.float32] = embeddings @ directions.T
    scores /= terms.background.spread(embeddings)[:, None]
    return scores


def _sample(library: Library, encoder: Encoder) -> NDArray[np.float32]:
    """The vectors of some photos, spread over all there are; (n, d)."""
    first, last = library.store.row(
        f"SELECT min(id), max(id) FROM vectors WHERE model_id = {_MODEL}", [encoder.id]
    )
    if first is None:
        return np.empty((0, encoder.dim), np.float32)
    chosen = np.unique(np.linspace(first, last, _SAMPLE).astype(int))
    rows = library.store.rows(
        "SELECT vector FROM vectors WHERE id IN (SELECT value FROM json_each(?))"
        f" AND +model_id = {_MODEL}",
        [json.dumps(chosen.tolist()), encoder.id],
    )
    return _matrix(rows, encoder)


def _matrix(rows: Sequence[Sequence[bytes]], encoder: Encoder) -> NDArray[np.float32]:
    """The vectors that stand first in rows; (n, d)."""
    vectors = np.frombuffer(b"".join(row[0] for row in rows), np.float16)
    return vectors.astype(np.float32).reshape(len(rows), encoder.dim)


def _rounded(curve: Curve) -> Curve:
    """So that who computes it otherwise in the last digit need not tag anew."""
    return round(curve[0], _DIGITS), round(curve[1], _DIGITS)


def _answers(library: Library) -> int:
    (count,) = library.store.row(f"SELECT count(*) FROM decisions WHERE {_ANSWERED}")
    return int(count)


def _photos(library: Library, model: str) -> int:
    row = library.store.row("SELECT vectors FROM models WHERE key = ?", [model])
    return int(row[0]) if row else 0


def _learned_from(library: Library, model: str) -> tuple[int, int]:
    """So many answers and photos."""
    answers, photos = (library.setting(_learned_setting(model)) or "0 0").split()
    return int(answers), int(photos)


def _learned_setting(model: str) -> str:
    return f"learned by {model} from"
