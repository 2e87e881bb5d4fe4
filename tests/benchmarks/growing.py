"""Libraries of any size, with their files, for `growth`."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.encoder import Encoder
from photoclip.core.library import Library
from photoclip.core.search import Searcher
from photoclip.core.tagging import Tagger
from tests.benchmarks.searching import fill

_MORE_TERMS, _TAGS_EACH = 200, 3
_WORDS = "kite tractor violin teapot lantern ladder saddle harbour orchard canoe kettle".split()


class QuickEyes:
    """A model that tells nothing of photos, at once; of texts all that the one it stands for does.

    What indexing costs beside the encoder is what is wanted.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._random = np.random.default_rng(1)

    def __getattr__(self, name: str) -> object:
        return getattr(self._encoder, name)

    def encode_images(
        self, pixels: NDArray[np.uint8], threads: int | None = None
    ) -> NDArray[np.float32]:
        seen = self._random.normal(size=(len(pixels), self._encoder.dim)).astype(np.float32)
        unit: NDArray[np.float32] = seen / np.linalg.norm(seen, axis=1, keepdims=True)
        return unit


@dataclass
class Grown:
    """A library of so many photos, numbered from 1, all there, each with three suggested tags.

    Attributes:
        numbers: for names and phrases that were not used before.
    """

    library: Library
    encoder: Encoder
    tagger: Tagger
    root: Path
    photos: int
    searcher: Searcher = field(init=False)
    numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.searcher = Searcher(self.library, self.encoder, self.tagger.terms)

    @classmethod
    def made(cls, folder: Path, encoder: Encoder, tagger: Tagger, photos: int) -> "Grown":
        """Make it in an empty folder."""
        library, root = Library(folder / "library.photoclip"), folder / "photos"
        words = tagger.terms.background_prototypes
        fill(library, encoder.id, words, photos, bytes(root), tagger.version)
        with library.store.write() as db:
            db.conn.executemany(
                "INSERT INTO terms (id, term) VALUES (?, ?)",
                ((10 + i, f"thing {i}") for i in range(_MORE_TERMS)),
            )
            db.execute(
                "INSERT INTO suggestions SELECT photos.id, 1,"
                " 10 + (photos.id * 7 + value * 61) % ?,"
                " 0.5 + (photos.id * 13 + value) % 50 / 100.0 FROM photos, json_each(?)",
                [_MORE_TERMS, str(list(range(_TAGS_EACH)))],
            )
        for directory_id, path in library.store.rows("SELECT id, path FROM directories"):
            os.makedirs(path, exist_ok=True)
            for (name,) in library.store.rows(
                "SELECT name FROM files WHERE directory_id = ?", [directory_id]
            ):
                file = os.path.join(path, name)
                os.close(os.open(file, os.O_CREAT | os.O_WRONLY))
                os.utime(file, ns=(0, 0))
        if hasattr(os, "sync"):
            # What is measured is not to wait until the disk has all of this.
            os.sync()
        return cls(library, encoder, tagger, root, photos)

    def some(self, most: int) -> list[int]:
        """The numbers of so many photos, or of all, spread over all."""
        photos = min(most, self.photos)
        spread: list[int] = np.unique(np.linspace(1, self.photos, photos).astype(int)).tolist()
        return spread

    def anywhere(self, photos: int) -> list[int]:
        """The numbers of photos that follow one another, other ones each time."""
        first = 1 + next(self.numbers) * 7919 % max(1, self.photos - photos)
        return list(range(first, first + photos))

    def phrase(self) -> str:
        """One that was not asked before."""
        number = next(self.numbers)
        return f"a {_WORDS[number % len(_WORDS)]} of {number} things on the beach"
