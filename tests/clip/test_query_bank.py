"""Photos set off against a bank of typical queries, within the embeddings."""

from dataclasses import replace

import pytest
import torch
from torch.nn.functional import normalize

from photoclip.clip.loading import load_towers
from photoclip.clip.models import find_model
from photoclip.clip.query_bank import SHARPNESS, STRENGTH, ImageBank, TextBank, fill_bank
from photoclip.clip.training.settings import Stage
from photoclip.errors import PhotoClipError
from tests.clip.training.tiny_training import pretrained_towers, run, scratch_settings


class _Model(torch.nn.Module):
    """Heads that pass on what they are given."""

    def __init__(self, size, dim):
        super().__init__()
        self.visual = torch.nn.Module()
        self.visual.head = ImageBank(torch.nn.Identity(), size, dim)
        self.text = torch.nn.Module()
        self.text.proj = TextBank(torch.nn.Identity())
        self.logit_scale = torch.nn.Parameter(torch.tensor(3.0))


@pytest.fixture
def filled():
    generator = torch.Generator().manual_seed(0)
    images, texts = (normalize(torch.randn((n, 6), generator=generator), dim=-1) for n in (20, 300))
    model = _Model(16, 6).eval()
    fill_bank(model, texts, images, generator)
    return model, images, texts


def logits(model, images, texts):
    with torch.inference_mode():
        u, v = normalize(model.visual.head(images)), normalize(model.text.proj(texts))
        return model.logit_scale.exp() * u @ v.T


def test_a_lower_precision_leaves_the_bank_alone(filled):
    model, images, _ = filled
    bank = model.visual.head
    with torch.autocast("cpu", dtype=torch.bfloat16):
        lower = bank.closeness(images)
    assert torch.equal(lower, bank.closeness(images))


def test_logits_are_the_cosines_less_what_the_photo_scores_with_the_bank(filled):
    model, images, texts = filled
    bank = model.visual.head.queries
    assert torch.allclose(bank.norm(dim=1), torch.ones(16), atol=1e-5)
    closeness = torch.logsumexp(SHARPNESS * images @ bank.T, dim=1) / SHARPNESS
    excess = closeness - closeness.mean()
    wanted = torch.tensor(3.0).exp() * (images @ texts.T - STRENGTH * excess[:, None])
    # Normalising shortens a photo's embedding a little by its new component.
    length = (1 + (2 * excess) ** 2).sqrt()
    torch.testing.assert_close(logits(model, images, texts), wanted / length[:, None])


def test_the_order_of_texts_for_a_photo_stays(filled):
    model, images, texts = filled
    before, after = images @ texts.T, logits(model, images, texts)
    assert torch.equal(before.argsort(dim=1), after.argsort(dim=1))


def test_a_photo_that_answers_to_everything_loses(filled):
    model, _, texts = filled
    hub = normalize(texts.mean(dim=0, keepdim=True), dim=-1)
    photos = torch.cat([hub, normalize(-hub + 0.5 * texts[:1], dim=-1)])
    cosines, after = photos @ texts.T, logits(model, photos, texts)
    assert (after[0] > after[1]).float().mean() < (cosines[0] > cosines[1]).float().mean()


def test_a_bank_larger_than_the_texts_can_be_filled():
    generator = torch.Generator().manual_seed(0)
    texts = normalize(torch.randn((3, 6), generator=generator), dim=-1)
    model = _Model(8, 6)
    fill_bank(model, texts, texts, generator)
    assert torch.isfinite(model.visual.head.queries).all()


def test_a_trained_model_brings_its_bank(tmp_path, few_class_texts):
    towers = replace(
        pretrained_towers(tmp_path / "towers"), embed_dim=64, keep_classifier=True, query_bank=8
    )
    stage = Stage("warm-up", 1, 16, 1e-3, class_texts=20)
    settings = replace(
        scratch_settings(tmp_path), towers=towers, stages=(stage,), views=1, holdout=3
    )
    _, record = run(settings)
    assert record["settings"]["towers"]["query_bank"] == 8
    model = find_model(str(settings.output), None)
    assert model.dim == 64
    loaded = load_towers(model)
    assert loaded.model.visual.head.queries.abs().sum() > 0
    with torch.inference_mode():
        texts = loaded.model.encode_text(loaded.tokenize(["a red disc", "a blue bar"]))
        size = loaded.model.visual.image_size[0]
        images = loaded.model.encode_image(torch.rand((2, 3, size, size)))
    assert texts.shape == images.shape == (2, 64)
    assert torch.allclose(texts[:, -1], texts[0, -1].expand(2))

    learning = replace(settings, stages=(replace(stage, image_rate=1e-4),))
    with pytest.raises(PhotoClipError, match="locked image tower"):
        run(learning)
