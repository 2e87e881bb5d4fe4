"""The losses against independent float64 references of the papers' pseudo-code."""

import math

import numpy as np
import pytest
import torch

from photoclip.clip.losses import (
    MAX_LOGIT_SCALE,
    clamp_log_scale,
    contrastive_loss,
    logit_scale,
    preference_loss,
    sigmoid_loss,
)


def reference(images, texts, t):
    """Figure 3 of the CLIP paper in NumPy, with gradients derived by hand.

    Returns the loss and its gradients by images, texts and t.
    """
    n = len(images)
    image_norms = np.linalg.norm(images, axis=1, keepdims=True)
    text_norms = np.linalg.norm(texts, axis=1, keepdims=True)
    i_e, t_e = images / image_norms, texts / text_norms
    logits = i_e @ t_e.T * np.exp(t)

    def softmax(z, axis):
        e = np.exp(z - z.max(axis=axis, keepdims=True))
        return e / e.sum(axis=axis, keepdims=True)

    by_row, by_column = softmax(logits, 1), softmax(logits, 0)
    right = np.arange(n)
    loss_i = -np.log(by_row[right, right]).mean()
    loss_t = -np.log(by_column[right, right]).mean()

    d_logits = (by_row - np.eye(n) + by_column - np.eye(n)) / (2 * n)
    d_t = (d_logits * logits).sum()
    d_i_e = np.exp(t) * d_logits @ t_e
    d_t_e = np.exp(t) * d_logits.T @ i_e

    def through_norm(d_unit, unit, norms):
        return (d_unit - unit * (d_unit * unit).sum(axis=1, keepdims=True)) / norms

    return (
        (loss_i + loss_t) / 2,
        through_norm(d_i_e, i_e, image_norms),
        through_norm(d_t_e, t_e, text_norms),
        d_t,
    )


@pytest.mark.parametrize(("n", "d", "scale"), [(2, 3, 1.0), (7, 16, 14.3), (64, 32, 99.0)])
def test_loss_and_gradients_agree_with_the_paper(n, d, scale):
    generator = np.random.default_rng(n)
    images, texts = generator.normal(size=(n, d)), generator.normal(size=(n, d))
    t = math.log(scale)

    tensors = [torch.tensor(value, requires_grad=True) for value in (images, texts, t)]
    loss = contrastive_loss(*[tensor.double() for tensor in tensors])
    loss.backward()

    expected = reference(images, texts, t)
    found = [loss.detach(), *[tensor.grad for tensor in tensors]]
    for value, wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(value.numpy(), wanted, atol=1e-6, rtol=1e-6)


def sigmoid_reference(images, texts, t, b):
    """Algorithm 1 of the SigLIP paper in NumPy, with gradients derived by hand.

    Returns the loss and its gradients by images, texts, t' and b.
    """
    n = len(images)
    image_norms = np.linalg.norm(images, axis=1, keepdims=True)
    text_norms = np.linalg.norm(texts, axis=1, keepdims=True)
    zimg, ztxt = images / image_norms, texts / text_norms
    cosines = zimg @ ztxt.T
    labels = 2 * np.eye(n) - np.ones((n, n))
    margins = labels * (cosines * np.exp(t) + b)
    loss = np.logaddexp(0, -margins).sum() / n

    d_logits = -labels / (1 + np.exp(margins)) / n
    d_zimg = np.exp(t) * d_logits @ ztxt
    d_ztxt = np.exp(t) * d_logits.T @ zimg

    def through_norm(d_unit, unit, norms):
        return (d_unit - unit * (d_unit * unit).sum(axis=1, keepdims=True)) / norms

    return (
        loss,
        through_norm(d_zimg, zimg, image_norms),
        through_norm(d_ztxt, ztxt, text_norms),
        (d_logits * cosines).sum() * np.exp(t),
        d_logits.sum(),
    )


@pytest.mark.parametrize(("n", "d", "scale"), [(2, 3, 10.0), (7, 16, 10.0), (64, 32, 117.0)])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_sigmoid_loss_and_gradients_agree_with_the_paper(n, d, scale, dtype):
    generator = np.random.default_rng(n)
    images, texts = generator.normal(size=(n, d)), generator.normal(size=(n, d))
    values = (images, texts, math.log(scale), -10.0)

    tensors = [torch.tensor(value, dtype=dtype, requires_grad=True) for value in values]
    loss = sigmoid_loss(*tensors)
    loss.backward()

    expected = sigmoid_reference(*values)
    assert loss.item() == pytest.approx(expected[0], rel=1e-6)
    for tensor, wanted in zip(tensors, expected[1:], strict=True):
        error = np.linalg.norm(tensor.grad.numpy() - wanted) / np.linalg.norm(wanted)
        assert error < 1e-5


@pytest.mark.parametrize(("n", "d", "scale"), [(2, 3, 1.0), (7, 16, 14.3), (64, 32, 99.0)])
def test_the_loss_in_float32_is_close_to_the_reference(n, d, scale):
    generator = np.random.default_rng(n)
    values = (generator.normal(size=(n, d)), generator.normal(size=(n, d)), math.log(scale))
    tensors = [torch.tensor(value, dtype=torch.float32, requires_grad=True) for value in values]
    loss = contrastive_loss(*tensors)
    loss.backward()
    expected = reference(*values)
    assert loss.item() == pytest.approx(expected[0], rel=1e-6)
    for tensor, wanted in zip(tensors, expected[1:], strict=True):
        assert np.linalg.norm(tensor.grad.numpy() - wanted) / np.linalg.norm(wanted) < 1e-5


def test_ignored_pairs_are_neither_right_nor_wrong():
    generator = np.random.default_rng(0)
    images = torch.tensor(generator.normal(size=(3, 8)))
    texts = torch.tensor(generator.normal(size=(3, 8)))
    texts[2] = texts[0]
    scale = torch.tensor(2.0, dtype=torch.float64)
    ignored = torch.zeros((3, 3), dtype=torch.bool)
    ignored[0, 2] = ignored[2, 0] = True

    cosines = (
        torch.nn.functional.normalize(images, dim=1) @ torch.nn.functional.normalize(texts, dim=1).T
    ).numpy() * math.exp(2.0)
    rows = [[0, 1], [0, 1, 2], [1, 2]]
    by_row = [
        -cosines[i, i] + math.log(np.exp(cosines[i, left]).sum()) for i, left in enumerate(rows)
    ]
    by_column = [
        -cosines[i, i] + math.log(np.exp(cosines[left, i]).sum()) for i, left in enumerate(rows)
    ]
    expected = (np.mean(by_row) + np.mean(by_column)) / 2
    assert contrastive_loss(images, texts, scale, ignored).item() == pytest.approx(expected)


def test_temperature_never_scales_by_more_than_the_bound():
    t = torch.nn.Parameter(torch.tensor(9.0))
    assert logit_scale(t).item() == pytest.approx(MAX_LOGIT_SCALE, rel=1e-5)
    clamp_log_scale(t)
    assert t.item() == pytest.approx(math.log(MAX_LOGIT_SCALE))
    loss = contrastive_loss(torch.eye(3), torch.eye(3).roll(1, 0), t)
    loss.backward()
    assert t.grad.item() != 0, "the clamped temperature can still learn its way back"


def test_clamped_temperature_stays_at_least_one():
    t = torch.nn.Parameter(torch.tensor(-1.0))
    clamp_log_scale(t)
    assert t.item() == 0.0


def test_the_preference_for_the_right_text_is_a_cross_entropy_of_two():
    generator = torch.Generator().manual_seed(5)
    images, right, wrong = torch.randn((3, 6, 8), generator=generator, dtype=torch.float64)
    t = torch.tensor(math.log(20.0), dtype=torch.float64)
    unit = torch.nn.functional.normalize
    logits = 20 * torch.stack(
        [(unit(images) * unit(text)).sum(dim=1) for text in (right, wrong)], dim=1
    )
    expected = torch.nn.functional.cross_entropy(logits, torch.zeros(6, dtype=torch.int64))
    assert preference_loss(images, right, wrong, t).item() == pytest.approx(expected.item(), 1e-9)
    assert preference_loss(images, right, right, t).item() == pytest.approx(math.log(2))
    assert preference_loss(images[:0], right[:0], wrong[:0], t).item() == 0
