"""Batches larger than the memory: the gradient is that of the whole batch."""

import copy
from dataclasses import replace

import pytest
import torch
from torch import nn

from photoclip.clip.losses import contrastive_loss, sigmoid_loss
from photoclip.clip.training.gradient_cache import CachedPass
from photoclip.clip.training.settings import scratch_stages
from photoclip.clip.training.towers import build
from tests.clip.training.tiny_training import run, scratch_settings, weights

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Tiny towers with an own bias, so that both losses have all they need."""
    torch.manual_seed(3)
    towers = build(scratch_settings(tmp_path_factory.mktemp("tiny") / "new").towers)
    towers.take_bias(True)
    return towers.model


def gradients(model, pixels, tokens, loss_of, at_once):
    model.zero_grad()
    dtype = model.logit_scale.dtype
    images = CachedPass(
        lambda rows: model.encode_image(pixels[rows].to(dtype)), 9, at_once, model, CPU
    )
    texts = CachedPass(lambda rows: model.encode_text(tokens[rows]), 9, at_once, model, CPU)
    loss_of(model, images.output, texts.output).backward()
    images.backward()
    texts.backward()
    return {
        name: value.grad.clone()
        for name, value in model.named_parameters()
        if value.grad is not None
    }


def contrastive(model, images, texts):
    return contrastive_loss(images, texts, model.logit_scale)


def sigmoid(model, images, texts):
    return sigmoid_loss(images, texts, model.logit_scale, model.logit_bias)


@pytest.mark.parametrize("loss_of", [contrastive, sigmoid])
@pytest.mark.parametrize("at_once", [2, 4, 8])
def test_gradients_are_those_of_the_plain_loss_in_float64(model, loss_of, at_once):
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randn((9, 3, 32, 32), generator=generator)
    tokens = torch.randint(1, 400, (9, 16), generator=generator)
    expected = gradients(copy.deepcopy(model).double(), pixels, tokens, loss_of, None)
    found = gradients(model, pixels, tokens, loss_of, at_once)
    assert found.keys() == expected.keys()
    assert "logit_scale" in found
    for name, wanted in expected.items():
        error = (found[name].double() - wanted).norm() / wanted.norm()
        assert error < 1e-5, name


def test_both_passes_draw_the_same_dropout():
    torch.manual_seed(1)
    network = nn.Sequential(nn.Linear(4, 64), nn.Dropout(0.5), nn.Linear(64, 1))
    inputs = torch.randn(6, 4)
    cached = CachedPass(lambda rows: network(inputs[rows]), 6, 2, network, CPU)
    after = torch.get_rng_state()
    cached.output.sum().backward()
    cached.backward()
    # The last layer's weight has the hidden units it saw as its gradient.
    with torch.no_grad():
        weight, bias = network[2].weight, network[2].bias
        seen = network[2].weight.grad
        assert (cached.output - bias).sum().item() == pytest.approx((weight * seen).sum().item())
    assert torch.equal(after, torch.get_rng_state())


def test_batch_norms_count_each_row_once():
    torch.manual_seed(1)
    network = nn.BatchNorm1d(4)
    inputs = torch.randn(6, 4)
    once = copy.deepcopy(network)
    for part in inputs.split(3):
        once(part)
    cached = CachedPass(lambda rows: network(inputs[rows]), 6, 4, network, CPU)
    cached.output.sum().backward()
    cached.backward()
    assert torch.equal(network.running_mean, once.running_mean)
    assert network.num_batches_tracked == 2


def test_a_training_in_parts_equals_one_in_whole_batches(tmp_path):
    settings = replace(scratch_settings(tmp_path / "new"), stages=scratch_stages(3, 16, 1e-3))
    run(settings)
    whole = weights(settings)
    run(replace(settings, memory_batch=3))
    for name, value in weights(settings).items():
        # Adam brings each weight about `rate` further, whatever rounding does to its gradient.
        assert torch.allclose(value.float(), whole[name].float(), atol=2e-3), name
