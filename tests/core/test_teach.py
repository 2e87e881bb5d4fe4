"""Teaching words: a made-up one is learned, nonsense and harm are refused."""

from collections.abc import Generator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from photoclip.clip.background import Background
from photoclip.core.teach import Known, Lesson, Pairs, Verdict, teach, texts_of
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, StopFlag

Vectors = NDArray[np.float32]
DIM, THINGS = 32, 60
MINKA = THINGS  # a thing that photos show and a word that the model never met
SCALE = 30.0


def unit(vectors: NDArray[np.floating]) -> Vectors:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


class World:
    """A model of sixty words; each photo shows two things, each text names them."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(0)
        self.looks = unit(self.rng.standard_normal((THINGS + 1, DIM)))
        self.words = self.looks.copy()
        self.words[MINKA] = unit(self.rng.standard_normal(DIM))

    def things(self, count: int, with_minka: int) -> NDArray[np.int64]:
        chosen = np.array([self.rng.permutation(THINGS)[:2] for _ in range(count)])
        chosen[:with_minka, 0] = MINKA
        return chosen

    def photos(self, things: NDArray[np.int64]) -> Vectors:
        noise = 0.9 * self.rng.standard_normal((len(things), DIM)) / np.sqrt(DIM)
        return unit(unit(self.looks[things].sum(axis=1)) + noise)

    def texts(self, things: NDArray[np.int64]) -> Vectors:
        return unit(self.words[things].sum(axis=1))

    def known(self) -> Known:
        prototypes = self.words[:THINGS]
        sample = self.photos(self.things(1000, 0))
        return Known(sample, prototypes, Background.of(prototypes))

    def pairs(self, things: NDArray[np.int64], said: NDArray[np.int64] | None = None) -> Pairs:
        said = things if said is None else said
        words = [" ".join(map(str, row)) for row in said.tolist()]
        return Pairs(self.photos(things), self.texts(said), np.arange(len(things)), words)


def taught(pairs: Pairs, known: Known) -> tuple[Lesson, list[Progress]]:
    lesson: list[Lesson | None] = []

    def through() -> Generator[Progress, None, None]:
        lesson.append((yield from teach(pairs, known, "m", SCALE, StopFlag())))

    reports = list(through())
    assert lesson[0] is not None
    return lesson[0], reports


@pytest.fixture
def world() -> World:
    return World()


def test_a_made_up_word_is_learned(world: World) -> None:
    lesson, reports = taught(world.pairs(world.things(240, 80)), world.known())
    assert lesson.verdict is Verdict.KEPT
    assert lesson.adapter is not None
    assert lesson.pairs == 240
    assert lesson.recall_after > lesson.recall_before + 0.1
    assert lesson.known_after >= lesson.known_before - 0.01
    assert reports[-1].done == reports[-1].total

    never_shown = world.things(300, 30)
    photos = world.photos(never_shown)
    asked = world.words[MINKA][None]
    before, after = (
        np.argsort(-(photos @ query[0]))[:30] for query in (asked, lesson.adapter.adapt(asked))
    )
    assert np.mean(after < 30) > np.mean(before < 30) + 0.3


def test_captions_that_say_nothing_of_their_photos_are_refused(world: World) -> None:
    things = world.things(200, 0)
    lesson, _ = taught(world.pairs(things, world.rng.permutation(things)), world.known())
    assert lesson.verdict is Verdict.NOTHING_LEARNED
    assert lesson.adapter is None


def third_swapped(world: World) -> Pairs:
    """Of someone who calls a third of all things by each other's names."""
    things = world.things(400, 0)
    third = THINGS // 3
    return world.pairs(things, np.where(things < third, (things + 1) % third, things))


def test_no_more_is_learned_than_can_be_without_forgetting(world: World) -> None:
    lesson, _ = taught(third_swapped(world), world.known())
    assert lesson.adapter is not None
    assert lesson.known_after >= lesson.known_before - 0.01


def test_what_spoils_known_words_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photoclip.core.teach._STRENGTHS", (0.003,))
    lesson, _ = taught(third_swapped(world), world.known())
    assert lesson.verdict is Verdict.TOO_MUCH_FORGOTTEN
    assert lesson.adapter is None
    assert lesson.recall_after > lesson.recall_before
    assert lesson.known_after < lesson.known_before - 0.01


def test_one_text_may_be_said_of_many_photos(world: World) -> None:
    """A tag of 60 photos and another of 60 more: a photo is found if only others are before it."""
    things = world.things(120, 60)
    things[60:, 0] = 0
    pairs = world.pairs(things)
    said = things[:, 0]
    named = Pairs(pairs.images, world.words[said], pairs.photos, [f"thing {i}" for i in said])
    lesson, _ = taught(named, world.known())
    assert lesson.verdict is Verdict.KEPT
    assert lesson.recall_after > lesson.recall_before + 0.1


def test_too_few_photos_are_told(world: World) -> None:
    pairs = world.pairs(world.things(60, 0))
    few = Pairs(pairs.images, pairs.texts, pairs.photos % 19, pairs.words)
    with pytest.raises(PhotoClipError, match="at least 20 photos"):
        next(teach(few, world.known(), "m", SCALE, StopFlag()))


def test_it_stops_when_asked(world: World) -> None:
    stop = StopFlag()
    work = teach(world.pairs(world.things(40, 0)), world.known(), "m", SCALE, stop)
    next(work)
    stop.stop()
    with pytest.raises(StopIteration) as end:
        next(work)
    assert end.value.value is None


@pytest.mark.parametrize(
    ("caption", "tags", "texts"),
    [
        ("", [], ()),
        (" Minka on the sofa ", [], ("Minka on the sofa",)),
        ("", ["Minka", "sofa"], ("a photo of Minka, sofa.",)),
        ("At home", ["Minka"], ("At home", "a photo of Minka.")),
    ],
)
def test_what_is_taught_of_a_photo(
    caption: str, tags: Sequence[str], texts: tuple[str, ...]
) -> None:
    assert texts_of(caption, tags) == texts
