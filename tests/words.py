"""An encoder that knows single words, and libraries whose photos show two things each."""

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from photoclip.core.library import Library
from photoclip.core.term_files import built_in_terms
from photoclip.core.terms import Term
from photoclip.core.vocabulary import Vocabulary
from tests.fakes import ColourEncoder

Vectors = NDArray[np.float32]
_DIM = 32
THINGS = tuple(f"thing{number}" for number in range(60))
MINKA = "Minka"
"""What photos show as well, by a name that the encoder never met."""


class WordEncoder(ColourEncoder):
    """A text is embedded as the sum of its words; of those that it knows, photos look so too."""

    id, name, dim = "words-1", "words", _DIM
    logit_scale = 30.0

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        said = [re.findall(r"\w+", text) for text in texts]
        return _unit(np.array([sum(map(_word, words), np.full(_DIM, 0.01)) for words in said]))

    def encode_images(self, pixels: NDArray[np.uint8], threads: int | None = None) -> Vectors:
        colours = super().encode_images(pixels)
        return np.pad(colours, ((0, 0), (0, _DIM - colours.shape[1])))


def photos_of_things(library: Library, encoder: WordEncoder, count: int, minkas: int) -> list[str]:
    """Photos of two things each, the first `minkas` of Minka and a thing, with their vectors.

    Returns:
        What each shows, in words; the first one's id is 1.
    """
    rng = np.random.default_rng(0)
    shown = [[THINGS[i] for i in rng.permutation(len(THINGS))[:2]] for _ in range(count)]
    for things in shown[:minkas]:
        things[0] = MINKA
    looks = np.array([sum(map(_look, things)) for things in shown])
    looks = _unit(looks) + 0.7 * rng.standard_normal((count, _DIM)) / np.sqrt(_DIM)
    hidden = {term.term: '{"hidden": true}' for term in built_in_terms()}
    vocabulary = Vocabulary(built_in_terms(), hidden)
    library.set_vocabulary(vocabulary.added(Term(thing, "objects") for thing in THINGS))
    with library.store.write() as db:
        db.execute("INSERT INTO models (id, key, name) VALUES (1, ?, '')", [encoder.id])
        db.conn.executemany(
            "INSERT INTO photos (id, hash, present, sort_time, width, height, format, size)"
            " VALUES (?, ?, 1, 0, 4, 3, 'JPEG', 1)",
            [(number, f"{number:032x}") for number in range(1, count + 1)],
        )
        db.conn.executemany(
            "INSERT INTO vectors (model_id, photo_id, vector) VALUES (1, ?, ?)",
            [
                (number, vector.tobytes())
                for number, vector in enumerate(_unit(looks).astype(np.float16), start=1)
            ],
        )
    return [" ".join(things) for things in shown]


def _word(word: str) -> NDArray[np.float64]:
    return np.random.default_rng(zlib.crc32(word.encode())).standard_normal(_DIM)


def _look(thing: str) -> NDArray[np.float64]:
    return _word("the cat of the house" if thing == MINKA else thing)


def _unit(vectors: NDArray[np.floating]) -> Vectors:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)
