"""The embeddings of a vocabulary's terms under one encoder, made once and kept in a file."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Final
from zipfile import BadZipFile

import numpy as np
import xxhash
from numpy.typing import NDArray

from photoclip.clip.background import Background
from photoclip.clip.encoder import Encoder
from photoclip.core.terms import Term
from photoclip.core.vocabulary import Vocabulary
from photoclip.progress import StopFlag

# Of the terms, evenly spread, what the background is made of: it is asked for by the first search,
# which cannot wait for all. With a fifth as many as these, ranking and bands are the same.
_BACKGROUND_TERMS: Final = 400
# Questions that are embedded before anyone looks whether to stop: a second's work at most.
_AT_ONCE: Final = 64


class TermVectors:
    """Embeds the terms of a vocabulary that has some. Safe to call from any thread.

    Args:
        cache_dir: where embedded questions are kept, whichever vocabulary asks them; None for
            nowhere.
    """

    def __init__(self, encoder: Encoder, vocabulary: Vocabulary, cache_dir: Path | None) -> None:
        self._encoder = encoder
        self.vocabulary = vocabulary
        self._path = cache_dir / f"{encoder.id}-terms.npz" if cache_dir else None
        self._lock = RLock()
        # Replaced and never changed, so that reading it takes no lock.
        self._known: dict[int, NDArray[np.float32]] = {}

    @property
    def are_ready(self) -> bool:
        """Whether whoever asks for all directions gets them at once, or after a second at most.

        Of a model that is new they are not: embedding thousands of questions takes a minute.
        """
        unknown = self._keys - self._known.keys()
        return len(unknown) <= _AT_ONCE or len(unknown - self._kept().keys()) <= _AT_ONCE

    def embed(self, stop: StopFlag) -> Iterator[tuple[int, int]]:
        """Embed what is not yet, in small parts, each of which is kept as soon as it is there.

        Yields:
            After each part how many questions are embedded, and how many were to be.
        """
        missing = self._missing(self._questions, self._known | self._kept())
        # A part is as slow as its longest.
        missing.sort(key=len)
        for start in range(0, len(missing), _AT_ONCE):
            stop.wait_while_paused()
            if stop.stopped:
                return
            part = missing[start : start + _AT_ONCE]
            self._embedded(part)
            yield start + len(part), len(missing)

    @cached_property
    def prototypes(self) -> NDArray[np.float32]:
        """A direction for each term, float32 (terms, d): the mean of its questions' embeddings."""
        return self._prototypes(self.vocabulary.terms)

    @cached_property
    def background(self) -> Background:
        """What the terms score on any photo; see `Background`."""
        return Background.of(self.background_prototypes)

    @cached_property
    def background_prototypes(self) -> NDArray[np.float32]:
        """Those of some hundred of the terms, float32 (n, d)."""
        terms = self.vocabulary.terms
        chosen = np.linspace(0, len(terms) - 1, min(len(terms), _BACKGROUND_TERMS)).astype(int)
        return self._prototypes([terms[i] for i in chosen])

    def named(self, name: str) -> NDArray[np.float32]:
        """The direction of a word, float32 (d,): asked as the term of this name if it is one."""
        term = next((t for t in self.vocabulary.terms if t.term == name), Term(name))
        direction: NDArray[np.float32] = self._prototypes([term])[0]
        return direction

    def _prototypes(self, terms: Sequence[Term]) -> NDArray[np.float32]:
        questions = [term.questions() for term in terms]
        embedded = self._embedded([question for group in questions for question in group])
        means = [np.mean([embedded[question] for question in group], axis=0) for group in questions]
        matrix = np.array(means, np.float32).reshape(-1, self._encoder.dim)
        lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
        prototypes: NDArray[np.float32] = matrix / np.maximum(lengths, 1e-12)
        return prototypes

    @cached_property
    def _questions(self) -> list[str]:
        return [question for term in self.vocabulary.terms for question in term.questions()]

    @cached_property
    def _keys(self) -> set[int]:
        return {_key(question) for question in self._questions}

    def _embedded(self, questions: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        with self._lock:
            known = self._known
            if self._missing(questions, known):
                # By now there may be more, from another program or vocabulary.
                known = known | self._kept()
            missing = self._missing(questions, known)
            if missing:
                vectors = self._encoder.encode_texts(missing)
                known = known | dict(zip(map(_key, missing), vectors, strict=True))
                self._keep(known)
            self._known = known
            return {question: known[_key(question)] for question in questions}

    def _missing(
        self, questions: Sequence[str], known: dict[int, NDArray[np.float32]]
    ) -> list[str]:
        """Those that are not known, each once, in their order."""
        return [question for question in dict.fromkeys(questions) if _key(question) not in known]

    def _kept(self) -> dict[int, NDArray[np.float32]]:
        if self._path is None:
            return {}
        with suppress(OSError, ValueError, EOFError, KeyError, BadZipFile):
            with np.load(self._path) as file:
                keys, vectors = file["keys"], file["vectors"].astype(np.float32)
            if vectors.shape == (len(keys), self._encoder.dim):
                return dict(zip(keys.tolist(), vectors, strict=True))
        return {}

    def _keep(self, known: dict[int, NDArray[np.float32]]) -> None:
        """Write it whole or not at all; a full disk only costs the time to make it again."""
        if self._path is None:
            return
        part = self._path.with_suffix(f".{os.getpid()}.part")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                np.savez(
                    file,
                    keys=np.fromiter(known, np.uint64, len(known)),
                    vectors=np.array(list(known.values()), np.float32),
                )
            part.replace(self._path)


def _key(question: str) -> int:
    return xxhash.xxh3_64_intdigest(question.encode())
