"""Teaching the model a person's words: an adapter from captioned and tagged photos, if it helps.

An adapter is only kept where both of these hold:

* Pairs of photo and text that it was not trained on are found better: each quarter of the pairs is
  left out in turn (cross-validation), and its texts must find their photos more often among the
  first ten of all those photos and a sample of the library.
* What worked before still does. Nobody wrote down what did, so it is played back: each photo of the
  sample is asked for by the three words of the vocabulary for which it stands out most, and must be
  as often among the first ten, but for a point. On Flickr8k this falls as recall of the test
  captions does: by .010 where that fell by .010, by .017 for .007, by .033 for .030 (starter).

Of several strengths of the pull towards changing nothing, cross-validation chooses.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.adapter import Adapter, fit_adapter
from photoclip.clip.background import Background
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, StopFlag

LEAST_PHOTOS = 20
"""Of fewer a quarter left out tells nothing."""

MOST_PAIRS = 4_000
"""With more it takes longer than a minute or two."""

_FOLDS = 4
_FIRST = 10
# At 0.1 recall of other captions fell by a point, whatever was learned.
_STRENGTHS = (3.0, 1.0, 0.3)
_MOST_FORGOTTEN = 0.01
_LEAST_LEARNED = 2  # pairs; one more may be found by chance
_STANDING_OUT = 3


@dataclass(frozen=True, eq=False)
class Pairs:
    """What a person said of photos.

    Attributes:
        images: float32 (n, d), each of length 1.
        texts: their embeddings, not adapted, float32 (n, d), each of length 1.
        photos: ids of the photos, int64 (n,); a photo may have several texts.
        words: the n texts; the same one may be said of many photos.
    """

    images: NDArray[np.float32]
    texts: NDArray[np.float32]
    photos: NDArray[np.int64]
    words: Sequence[str]


@dataclass(frozen=True, eq=False)
class Known:
    """What the model knows without being taught.

    Attributes:
        sample: vectors of some thousand photos of the library, float32 (m, d).
        prototypes: of a vocabulary, float32 (k, d), not adapted.
        background: of these.
    """

    sample: NDArray[np.float32]
    prototypes: NDArray[np.float32]
    background: Background


class Verdict(StrEnum):
    KEPT = "kept"
    NOTHING_LEARNED = "nothing learned"
    TOO_MUCH_FORGOTTEN = "too much forgotten"


@dataclass(frozen=True, eq=False)
class Lesson:
    """What came of teaching; shares in 0..1 of what is among the first ten.

    Attributes:
        adapter: None unless it is worth keeping.
        pairs: how many it was taught.
        recall_before, recall_after: of pairs left out.
        known_before, known_after: of what the model knew.
    """

    verdict: Verdict
    adapter: Adapter | None
    pairs: int
    recall_before: float
    recall_after: float
    known_before: float
    known_after: float


Teach = Callable[[Pairs, Known, str, float, StopFlag], Generator[Progress, None, Lesson | None]]
"""As `teach`, wherever it is done."""


def texts_of(caption: str, tags: Sequence[str]) -> tuple[str, ...]:
    """What is taught of a photo: its caption, and a text of its confirmed tags."""
    said = [caption.strip()] if caption.strip() else []
    if tags:
        said.append(f"a photo of {', '.join(tags)}.")
    return tuple(said)


def teach(
    pairs: Pairs, known: Known, model: str, logit_scale: float, stop: StopFlag
) -> Generator[Progress, None, Lesson | None]:
    """Learn an adapter and judge it. On two cores 500 pairs take some ten seconds.

    Args:
        model: the id of the encoder that made all embeddings.
        logit_scale: its own.

    Returns:
        What came of it, or None if it was stopped.

    Raises:
        PhotoClipError: too few photos have a text.
    """
    photos = np.unique(pairs.photos, return_inverse=True)[1]
    if not len(photos) or photos.max() + 1 < LEAST_PHOTOS:
        raise PhotoClipError(
            "There are too few captions and tags to learn from. "
            f"Write or confirm some for at least {LEAST_PHOTOS} photos."
        )
    words = np.unique([" ".join(text.lower().split()) for text in pairs.words], return_inverse=True)
    same = np.stack([photos, words[1].reshape(-1)], axis=1).astype(np.int64)
    fold = np.random.default_rng(0).permutation(int(photos.max()) + 1)[photos] % _FOLDS
    judge = _Judge(pairs, known, same, logit_scale)

    nothing = Adapter.none(pairs.texts.shape[1], model)
    before = judge.left_out([nothing] * _FOLDS, fold)
    known_before = judge.known(nothing)
    best: tuple[float, float, float, Adapter] | None = None
    folds, whole = [nothing] * _FOLDS, nothing
    total = len(_STRENGTHS) * (_FOLDS + 1)
    for round_, strength in enumerate(_STRENGTHS):
        for number in range(_FOLDS + 1):
            yield Progress("teaching", round_ * (_FOLDS + 1) + number, total)
            stop.wait_while_paused()
            if stop.stopped:
                return None
            rows = np.flatnonzero(fold != number)  # the last leaves nothing out
            start = folds[number] if number < _FOLDS else whole
            fitted = fit_adapter(
                pairs.images[rows],
                pairs.texts[rows],
                same[rows],
                known.prototypes,
                strength,
                logit_scale,
                start,
            )
            if number < _FOLDS:
                folds[number] = fitted
            else:
                whole = fitted
        recall, loss = judge.left_out(folds, fold)
        after = judge.known(whole)
        if best is not None and (loss >= best[0] or after < known_before - _MOST_FORGOTTEN):
            break  # weaker still, it would only get worse
        best = (loss, recall, after, whole)
    assert best is not None
    yield Progress("teaching", total, total)
    loss, recall, after, whole = best
    verdict = Verdict.KEPT
    if after < known_before - _MOST_FORGOTTEN:
        verdict = Verdict.TOO_MUCH_FORGOTTEN
    elif (recall - before[0]) * len(pairs.words) < _LEAST_LEARNED - 0.5 or loss >= before[1]:
        verdict = Verdict.NOTHING_LEARNED
    kept = whole if verdict is Verdict.KEPT else None
    return Lesson(verdict, kept, len(pairs.words), before[0], recall, known_before, after)


class _Judge:
    """Measures adapters on what is said of photos and on what was known before."""

    def __init__(
        self, pairs: Pairs, known: Known, same: NDArray[np.int64], logit_scale: float
    ) -> None:
        self._texts = pairs.texts
        self._photo = same[:, 0]
        self._scale = logit_scale
        self._sample = known.sample
        first = np.unique(self._photo, return_index=True)[1]
        taught = {image.tobytes() for image in pairs.images}
        others = [image.tobytes() not in taught for image in known.sample]
        self._gallery = np.concatenate([pairs.images[first], known.sample[others]])
        # Another photo of which the same is said is no wrong answer.
        said_of: dict[int, list[int]] = {}
        for photo, words in same.tolist():
            said_of.setdefault(words, []).append(photo)
        self._right = [said_of[words] for words in same[:, 1].tolist()]
        self._asked = _what_stands_out(known)

    def left_out(self, adapters: Sequence[Adapter], fold: NDArray[np.int64]) -> tuple[float, float]:
        """Recall, and the mean of the cross-entropy, of each fold's texts by its adapter."""
        found, lost = 0, 0.0
        for number, adapter in enumerate(adapters):
            rows = np.flatnonzero(fold == number)
            scores = adapter.adapt(self._texts[rows]) @ self._gallery.T
            lead = scores - scores[np.arange(len(rows)), self._photo[rows]][:, None]
            for line, row in zip(lead, rows, strict=True):
                line[self._right[row]] = -np.inf
            found += int((np.sum(lead > 0, axis=1) < _FIRST).sum())
            lost += float(np.logaddexp(0, np.logaddexp.reduce(self._scale * lead, axis=1)).sum())
        return found / len(fold), lost / len(fold)

    def known(self, adapter: Adapter) -> float:
        """How often a photo is among the first ten for the words for which it stands out."""
        if not len(self._sample):
            return 1.0
        scores = adapter.adapt(self._asked) @ self._sample.T
        better = (scores > np.diagonal(scores)[:, None]).sum(axis=1)
        return float(np.mean(better < _FIRST))


def _what_stands_out(known: Known) -> NDArray[np.float32]:
    """For each photo of the sample a text embedding of its best words, float32 (m, d)."""
    scores = known.sample @ known.background.directions(known.prototypes).T
    best = np.argsort(-scores, axis=1)[:, :_STANDING_OUT]
    means = known.prototypes[best].mean(axis=1)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    asked: NDArray[np.float32] = (means / np.maximum(lengths, 1e-6)).astype(np.float32)
    return asked
