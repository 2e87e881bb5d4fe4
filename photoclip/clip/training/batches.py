"""The photos and captions of a training, and the batches an epoch shows them in."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TrainingSet:
    """Photos, and captions in the order of their photos.

    Attributes:
        names: image names as in the list, n of them.
        captions: m texts.
        photo_of_caption: int64 (m,), ascending row in `names` of each caption's photo.
    """

    names: tuple[str, ...]
    captions: tuple[str, ...]
    photo_of_caption: Rows

    @classmethod
    def of(cls, captions: Mapping[str, list[str]]) -> "TrainingSet":
        return cls(
            tuple(captions),
            tuple(text for texts in captions.values() for text in texts),
            np.repeat(np.arange(len(captions)), [len(texts) for texts in captions.values()]),
        )

    def digest(self) -> str:
        """SHA-256, in hexadecimal, of all names and captions."""
        listed = (self.names, self.captions, self.photo_of_caption.tolist())
        return hashlib.sha256(json.dumps(listed).encode()).hexdigest()


def epoch_batches(
    photos: TrainingSet, size: int, generator: np.random.Generator
) -> Iterator[tuple[Rows, Rows]]:
    """Batches that show each caption once, as rows of photos and rows of captions, int64 (n,).

    No batch holds a photo twice: the loss would count its other caption as a wrong answer. So an
    epoch goes over the photos once for each of their captions, in a new order each time.

    Args:
        size: about how many pairs a batch holds, at least two; a pass is divided evenly.
    """
    mixed = generator.permutation(len(photos.captions))
    mixed = mixed[np.argsort(photos.photo_of_caption[mixed], kind="stable")]
    counts = np.bincount(photos.photo_of_caption, minlength=len(photos.names))
    starts = np.cumsum(counts) - counts
    for turn in range(int(counts.max())):
        rows = generator.permutation(np.flatnonzero(counts > turn))
        if len(rows) < 2:
            return  # one pair has nothing to be told apart from
        parts = min(max(1, round(len(rows) / size)), len(rows) // 2)
        for part in np.array_split(rows, parts):
            yield part, mixed[starts[part] + turn]
