"""Personal tags: what a few examples find, what a name adds, and how sure it makes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from photoclip.clip.background import Background
from photoclip.clip.evaluate import average_precision
from photoclip.core.personal import LEAST_PROBABILITY, Name, PersonalTag, fit_logistic, learn
from photoclip.errors import PhotoClipError

Vectors = NDArray[np.float32]
DIM = 48
PHOTOS, MINKA = 2000, 40


def unit(vectors: NDArray[np.floating]) -> Vectors:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


class World:
    """Photos share a common part, as a model's do; the last ones show Minka, some a look-alike."""

    def __init__(self, likeness: float = 0.8, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        common = 2 * unit(rng.standard_normal(DIM))
        minka, other = unit(rng.standard_normal((2, DIM)))
        self.words = unit(common / 2 + unit(rng.standard_normal((300, DIM))))
        self.background = Background.of(self.words)

        def photos(count: int, of: Vectors | None = None) -> Vectors:
            rest = unit(rng.standard_normal((count, DIM)))
            return unit(common + (rest if of is None else unit(likeness * of + 0.6 * rest)))

        double = unit(minka + 0.7 * other)
        self.library = np.concatenate(
            [photos(PHOTOS), photos(MINKA, double), photos(MINKA, unit(minka))]
        )
        self.shown = np.arange(len(self.library)) >= PHOTOS + MINKA
        self.double = np.flatnonzero(~self.shown)[PHOTOS:]
        self.minka = np.flatnonzero(self.shown)
        self.name = Name(unit(minka), self.background)
        self.other_name = Name(unit(rng.standard_normal(DIM)), self.background)

    def precision(self, tag: PersonalTag, without: NDArray[np.int64]) -> float:
        rest = np.setdiff1d(np.arange(len(self.library)), without)
        scores = tag.probabilities(self.library[rest])[:, None]
        return float(average_precision(scores, self.shown[rest][:, None])[0])


def average_precision_of(world: World, count: int, name: Name | None) -> float:
    examples = world.minka[:count]
    return world.precision(learn(world.library, world.library[examples], None, name), examples)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def test_ten_examples_find_the_rest() -> None:
    world = World(likeness=1.5)
    examples = world.minka[:10]
    tag = learn(world.library, world.library[examples])
    probabilities = tag.probabilities(world.library)
    assert probabilities.dtype == np.float32
    assert np.median(probabilities[world.minka[10:]]) > 0.5
    assert np.mean(probabilities[:PHOTOS] >= 0.5) < 0.01


def test_a_name_that_fits_helps_and_one_that_does_not_costs_little() -> None:
    faint = World(likeness=0.35)
    without = average_precision_of(faint, 10, None)
    assert average_precision_of(faint, 10, faint.name) > without + 0.05
    assert average_precision_of(faint, 10, faint.other_name) > without - 0.05


def test_a_name_never_counts_against_itself(world: World) -> None:
    against = Name(-world.name.direction, world.background)
    assert learn(world.library, world.library[world.minka[:10]], None, against).name_weight == 0


def test_counterexamples_take_the_look_alikes_out(world: World) -> None:
    examples, against = world.minka[:10], world.double[:10]
    vectors = world.library
    before = learn(vectors, vectors[examples])
    after = learn(vectors, vectors[examples], vectors[against])
    known = np.concatenate([examples, against])
    assert world.precision(after, known) > world.precision(before, known)

    def lead(tag: PersonalTag) -> float:
        minka, double = (tag.probabilities(vectors[at[10:]]) for at in (world.minka, world.double))
        return float(minka.mean() / double.mean())

    assert lead(after) > 1.2 * lead(before)


def test_examples_are_the_better_the_more_there_are(world: World) -> None:
    assert average_precision_of(world, 20, None) > average_precision_of(world, 3, None)


def test_fewer_than_three_examples_are_refused(world: World) -> None:
    with pytest.raises(PhotoClipError, match="at least 3 photos"):
        learn(world.library, world.library[:2])


def test_known_spreads_are_used(world: World) -> None:
    tag = learn(world.library, world.library[world.minka[:5]], None, world.name)
    spread = world.background.spread(world.library)
    expected = tag.probabilities(world.library)
    assert tag.probabilities(world.library, spread) == pytest.approx(expected, abs=1e-6)
    assert tag.probabilities(world.library, 2 * spread) != pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_library_of_hardly_anything(world: World, count: int) -> None:
    same = np.repeat(world.library[:1], count, axis=0)
    tag = learn(same, world.library[:3], world.library[3:4], world.name)
    assert np.isfinite(tag.probabilities(world.library)).all()


def test_hundreds_of_examples(world: World) -> None:
    many = np.repeat(world.library[world.minka], 8, axis=0)
    against = np.repeat(world.library[world.double], 8, axis=0)
    tag = learn(world.library, many, against)
    assert world.precision(tag, np.zeros(0, np.int64)) > 0.95


def test_logistic_regression_ends_where_its_gradient_is_zero() -> None:
    rng = np.random.default_rng(0)
    columns = np.column_stack([rng.standard_normal((200, 3)) * (1, 10, 0.1), np.ones(200)])
    labels = (columns[:, 0] + rng.standard_normal(200) > 0.5).astype(float)
    counts = rng.uniform(0.1, 2, 200)
    mean, deviation = np.array([1.0, 0.0, -1.0, 0.0]), np.array([1.0, 0.5, 2.0, 10.0])
    fitted = fit_logistic(columns, labels, counts, mean, deviation)
    p = 1 / (1 + np.exp(-columns @ fitted))
    gradient = columns.T @ (counts * (p - labels)) + (fitted - mean) / deviation**2
    assert np.abs(gradient).max() < 1e-7


def test_logistic_regression_of_what_can_be_parted_stays_finite() -> None:
    columns = np.column_stack([[-1.0, -2.0, 1.0, 2.0], np.ones(4)])
    labels = np.array([0.0, 0.0, 1.0, 1.0])
    fitted = fit_logistic(columns, labels, np.ones(4), np.zeros(2), np.array([100.0, 100.0]))
    assert np.isfinite(fitted).all()
    assert fitted[0] > 1


def test_one_cat_is_found_however_many_of_the_photos_show_it() -> None:
    world = World(likeness=1.5)
    library = np.concatenate([world.library, np.repeat(world.library[world.minka], 20, axis=0)])
    library = unit(library + 0.02 * np.random.default_rng(0).standard_normal(library.shape))
    cat = np.concatenate([world.minka, np.arange(len(world.library), len(library))])
    assert len(cat) / len(library) > 0.25
    probabilities = learn(library, library[cat[:10]]).probabilities(library)
    assert np.mean(probabilities[cat[10:]] >= LEAST_PROBABILITY) > 0.9
    assert np.mean(np.delete(probabilities, cat) >= LEAST_PROBABILITY) < 0.02


def test_photos_of_nothing_in_common_find_hardly_anything(world: World) -> None:
    found = []
    for seed in range(10):
        examples = np.random.default_rng(seed).choice(PHOTOS, 20, replace=False)
        probabilities = learn(world.library, world.library[examples]).probabilities(world.library)
        found.append(np.mean(probabilities >= LEAST_PROBABILITY))
    assert np.median(found) < 0.02


def test_what_is_learned_is_stored_and_read(world: World) -> None:
    tag = learn(world.library, world.library[world.minka[:5]], None, world.name)
    again = PersonalTag.from_bytes(tag.to_bytes(), world.background)
    expected = tag.probabilities(world.library)
    assert again.probabilities(world.library) == pytest.approx(expected, abs=1e-5)
