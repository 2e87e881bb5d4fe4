"""Recall@k and zero-shot accuracy on small cases worked out by hand, and the lists they read."""

import numpy as np
import pytest

from photoclip.clip.evaluate import (
    average_precision,
    caption_ranks,
    class_accuracy,
    class_ranks,
    image_ranks,
    image_rows,
    image_to_text,
    median_rank,
    preference,
    text_to_image,
    zero_shot,
)
from photoclip.clip.pairs import list_digest, read_captions, read_labels, read_names, without
from photoclip.errors import PhotoClipError


def unit(rows):
    rows = np.asarray(rows, np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_perfect_embeddings_reach_full_recall():
    images = np.eye(12, dtype=np.float32)
    of_text = np.repeat(np.arange(12), 2)
    for way in (text_to_image, image_to_text):
        found = way(images, images[of_text], of_text)
        assert (found.at_1, found.at_5, found.at_10) == (1.0, 1.0, 1.0)


def test_text_to_image_counts_the_rank_of_the_own_photo():
    # Photo k scores cos k·5° with the text at 0°, so the text's own photo number 3 ranks fourth.
    angles = np.radians(5 * np.arange(12))
    images = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    found = text_to_image(images, np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([3, 0]))
    assert (found.at_1, found.at_5, found.at_10) == (0.5, 1.0, 1.0)


def test_image_to_text_takes_the_best_of_the_own_captions():
    images = unit([[1, 0], [0, 1]])
    texts = unit([[0, 1], [1, 0.1], [0.2, 1], [0.1, 1]])
    found = image_to_text(images, texts, np.array([0, 0, 1, 1]))
    # Photo 0 finds its second caption first; photo 1 finds photo 0's first caption first.
    assert (found.at_1, found.at_5) == (0.5, 1.0)


def test_a_model_that_cannot_tell_photos_apart_scores_nothing():
    images = np.tile(unit([[1, 1]]), (30, 1))
    of_text = np.arange(30)
    assert text_to_image(images, images, of_text).at_10 == 0.0
    assert image_to_text(images, images, of_text).at_10 == 0.0
    assert zero_shot(images, images, of_text).top_5 == 0.0


def test_undefined_embeddings_score_nothing():
    images = np.full((30, 2), np.nan, np.float32)
    assert text_to_image(images, images, np.arange(30)).at_10 == 0.0


def test_many_queries_agree_with_full_sorting():
    generator = np.random.default_rng(1)
    images = unit(generator.normal(size=(400, 8)))
    of_text = np.repeat(np.arange(400), 5)
    texts = unit(images[of_text] + 0.5 * generator.normal(size=(2000, 8)))
    order = np.argsort(-(texts @ images.T), axis=1)
    for k, found in zip((1, 5, 10), _values(text_to_image(images, texts, of_text)), strict=True):
        assert found == np.mean([of_text[m] in order[m, :k] for m in range(2000)])
    order = np.argsort(-(images @ texts.T), axis=1)
    for k, found in zip((1, 5, 10), _values(image_to_text(images, texts, of_text)), strict=True):
        assert found == np.mean([i in of_text[order[i, :k]] for i in range(400)])


def _values(recall):
    return recall.at_1, recall.at_5, recall.at_10


def test_zero_shot_accuracy():
    prototypes = np.eye(8, dtype=np.float32)
    # The second photo's class is the third nearest.
    images = unit([[1, 0.1, 0, 0, 0, 0, 0, 0], [3, 2, 1, 0, 0, 0, 0, 0]])
    found = zero_shot(images, prototypes, np.array([0, 2]))
    assert (found.top_1, found.top_5) == (0.5, 1.0)


def test_the_median_rank_is_counted_from_one():
    images = unit([[1, 0], [0, 1], [1, 1]])
    of_text = np.array([0, 1, 1])
    ranks = image_ranks(images, images[[0, 1, 0]], of_text)
    assert ranks.tolist() == [0, 0, 2]
    assert median_rank(ranks) == 1.0
    assert median_rank(np.array([0, 1])) == 1.5
    # The third caption, which is the second photo's, is as near to the first as its own.
    assert caption_ranks(images, images[[0, 1, 0]], of_text).tolist() == [1, 0]


def test_accuracy_of_each_class():
    prototypes = np.eye(3, dtype=np.float32)
    images = unit([[1, 0, 0], [0.1, 1, 0], [1, 0.5, 0]])
    labels = np.array([0, 1, 1])
    found = class_accuracy(class_ranks(images, prototypes, labels), labels, 3)
    np.testing.assert_array_equal(found, [1.0, 0.5, np.nan])


def brute_force_average_precision(scores, relevant):
    """Straight from the definition: precision and recall at every threshold, from the highest."""
    total, before = 0.0, 0.0
    for threshold in sorted(set(scores.tolist()), reverse=True):
        taken = scores >= threshold
        recalled = (taken & relevant).sum() / relevant.sum()
        total += (recalled - before) * (taken & relevant).sum() / taken.sum()
        before = recalled
    return total


@pytest.mark.parametrize("levels", [2, 5, 1000])
def test_average_precision_agrees_with_its_definition(levels):
    generator = np.random.default_rng(levels)
    scores = generator.integers(0, levels, (60, 9)) / levels
    relevant = generator.random((60, 9)) < 0.3
    relevant[0] = True
    found = average_precision(scores, relevant)
    for column in range(9):
        expected = brute_force_average_precision(scores[:, column], relevant[:, column])
        assert found[column] == pytest.approx(expected, abs=1e-12)


def test_average_precision_worked_out_by_hand():
    scores = np.array([[0.9, 1, 0.5], [0.8, 1, 0.5], [0.7, 1, 0.5], [0.6, 1, np.nan]])
    relevant = np.array([[True, 1, 0], [False, 0, 0], [True, 0, 0], [False, 0, 0]], np.bool_)
    found = average_precision(scores, relevant)
    # 1/2 · 1 + 1/2 · 2/3; all equal, so one in four whatever the order; nothing to find.
    np.testing.assert_allclose(found, [5 / 6, 1 / 4, np.nan])
    flipped = average_precision(scores[::-1], relevant[::-1])
    np.testing.assert_allclose(flipped, found)


def test_undefined_scores_come_last():
    scores = np.array([[np.nan], [0.1], [0.2]])
    found = average_precision(scores, np.array([[True], [False], [False]]))
    np.testing.assert_allclose(found, [1 / 3])


def test_preference_over_alternatives():
    own = np.array([0.5, 0.3, 0.4])
    others = np.array([0.4, 0.6, 0.2, 0.3, 0.1, 0.4, np.nan])
    found = preference(own, others, np.array([0, 0, 1, 1, 2, 2, 2]))
    # Shares of 1/2, 1/2 (a tie is none) and 1/3.
    assert found.pairwise == pytest.approx(4 / 9)
    assert found.over_all == 0.0
    assert preference(own, others[[0, 2, 4]], np.arange(3)).over_all == 1.0
    for wrong in (np.array([0, 0, 1]), np.array([0, 0, 0])):
        with pytest.raises(ValueError, match="an alternative to each"):
            preference(own, others[:3], wrong)


def test_rows_and_queries_must_fit():
    images = np.eye(3, dtype=np.float32)
    with pytest.raises(ValueError, match="one row number for each query"):
        text_to_image(images, images, np.array([0]))
    with pytest.raises(ValueError, match="outside"):
        text_to_image(images, images, np.array([0, 1, 3]))


def test_image_rows():
    assert image_rows(["a", "b"], ["b", "a", "b"]).tolist() == [1, 0, 1]


def write(folder, text):
    path = folder / "list.tsv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_captions_of_an_image_are_gathered_and_blank_lines_ignored(tmp_path):
    path = write(tmp_path, "\ufeffa.jpg\ta dog\n\n  \nb.jpg\tzwei Hunde é\na.jpg\tthe dog\r\n")
    assert read_captions(path) == {"a.jpg": ["a dog", "the dog"], "b.jpg": ["zwei Hunde é"]}


def test_underscores_in_labels_are_spaces(tmp_path):
    path = write(tmp_path, "a.jpg\tpolar_bear\n")
    assert read_labels(path) == {"a.jpg": "polar bear"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a.jpg\tx\nb.jpg no tab\n", "Line 2 of .* is not an image name, one tab and a caption"),
        ("a.jpg\t\n", "Line 1 of "),
        ("a.jpg\tx\ty\n", "Line 1 of "),
        ("\n \n", "holds no rows"),
        (b"a.jpg\t\xff\xfe\n", "is not UTF-8 text"),
    ],
)
def test_malformed_lists_are_told_in_a_sentence(tmp_path, text, sentence):
    with pytest.raises(PhotoClipError, match=sentence):
        read_captions(write(tmp_path, text))


def test_two_labels_for_one_image_are_refused(tmp_path):
    with pytest.raises(PhotoClipError, match="two labels"):
        read_labels(write(tmp_path, "a.jpg\tcat\na.jpg\tdog\n"))


def test_missing_lists_are_told_in_a_sentence(tmp_path):
    with pytest.raises(PhotoClipError, match="cannot be read: No such file"):
        read_names(tmp_path / "absent.txt")


def test_names_are_dropped_by_path_or_by_file_name():
    captions = {"x/a.jpg": ["1"], "b.jpg": ["2"], "c.jpg": ["3"]}
    assert without(captions, ["a.jpg", "b.jpg"]) == {"c.jpg": ["3"]}


def test_list_digest_does_not_depend_on_the_order():
    assert list_digest(["b", "a"]) == list_digest(["a", "b"]) != list_digest(["a"])
