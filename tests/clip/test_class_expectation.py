"""The image head that keeps a classifier: what it computes, and that its folder brings it back."""

from dataclasses import replace

import pytest
import torch

from photoclip.clip.class_expectation import ClassExpectationHead
from photoclip.clip.loading import load_towers
from photoclip.clip.models import find_model
from photoclip.clip.training.optimizer import Groups
from photoclip.clip.training.settings import Stage
from photoclip.clip.training.towers import Towers, build
from photoclip.errors import PhotoClipError
from tests.clip.training.tiny_training import pretrained_towers, run, scratch_settings


@pytest.fixture(scope="module")
def two_towers(tmp_path_factory):
    towers = pretrained_towers(tmp_path_factory.mktemp("towers"))
    return replace(towers, keep_classifier=True)


def test_a_sure_classifier_adds_the_embedding_of_its_class():
    head = ClassExpectationHead(4, 3, classes=2, hidden=5).eval()
    features = torch.tensor([[1.0, 0, 0, 0], [0, 1.0, 0, 0], [0, 0, 1.0, 0]])
    with torch.no_grad():
        head.classifier.weight.copy_(torch.tensor([[50.0, 0, 0, 0], [0, 50.0, 0, 0]]))
        head.classifier.bias.zero_()
        head.class_embeddings.copy_(torch.tensor([[1.0, 2, 3], [4, 5, 6]]))
        added = head(features) - head.mlp(features)
    # The third photo could be of either class.
    expected = torch.tensor([[1.0, 2, 3], [4, 5, 6], [2.5, 3.5, 4.5]])
    torch.testing.assert_close(added, expected)


def test_the_classifier_of_the_weights_file_is_kept(two_towers):
    import timm
    from safetensors.torch import load_file

    head = build(two_towers).class_head
    shipped = timm.create_model(two_towers.image_tower)
    shipped.load_state_dict(load_file(two_towers.image_weights))
    assert torch.equal(head.classifier.weight, shipped.get_classifier().weight)
    assert build(replace(two_towers, keep_classifier=False)).class_head is None


def test_a_model_with_a_kept_classifier_loads_like_any_other(tmp_path, two_towers, few_class_texts):
    stage = Stage("warm-up", 1, 16, 1e-3, class_texts=20)
    settings = replace(
        scratch_settings(tmp_path), towers=two_towers, stages=(stage,), views=1, colour_weight=0.2
    )
    before = build(two_towers).class_head
    _, record = run(settings)
    assert record["settings"]["colour_weight"] == 0.2
    loaded = load_towers(find_model(str(settings.output), None)).model
    kept = loaded.visual.head.classifier.weight
    torch.testing.assert_close(kept, before.classifier.weight, atol=1e-3, rtol=1e-3)
    size = loaded.visual.image_size[0]
    with torch.inference_mode():
        assert torch.isfinite(loaded.encode_image(torch.rand((2, 3, size, size)))).all()


def test_tuned_further_a_kept_classifier_stays(two_towers):
    towers = build(two_towers)
    finished = Towers(
        towers.model,
        towers.model_cfg,
        towers.tokens,
        towers.mean,
        towers.std,
        two_towers.text_folder,
        image_head=False,
        text_head=False,
    )
    groups = Groups.of(finished, 1e-3, 1e-4, 0.0).groups
    head = towers.class_head
    learning = {value for group in groups for value in group["params"]}
    assert not learning & set(head.classifier.parameters())
    assert {head.mlp.fc1.weight, head.class_embeddings} <= learning
    [own] = [group for group in groups if any(v is head.class_embeddings for v in group["params"])]
    assert own["weight_decay"] == 0
    locked = Groups.of(finished, 1e-3, 0.0, 0.0).groups
    assert [value for group in locked for value in group["params"]] == [towers.log_scale]


def test_what_has_no_trained_classifier_cannot_keep_one(two_towers):
    with pytest.raises(PhotoClipError, match="no trained classifier to keep"):
        build(replace(two_towers, image_weights=None))
