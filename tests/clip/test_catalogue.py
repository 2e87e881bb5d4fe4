"""The models on offer are what open_clip says they are."""

import re
from pathlib import Path

import pytest

from photoclip.clip.architectures import architecture_config
from photoclip.clip.catalogue import OFFERS, Offer, find_offer
from photoclip.clip.models import STARTER, find_model
from photoclip.errors import PhotoClipError

OPEN_CLIP = [offer for offer in OFFERS if offer.format == "open_clip"]


@pytest.mark.parametrize("offer", OPEN_CLIP, ids=lambda offer: offer.name)
def test_an_offer_agrees_with_open_clip(offer: Offer, tmp_path: Path) -> None:
    from open_clip import get_pretrained_cfg

    published = get_pretrained_cfg(offer.architecture, offer.tag)
    model_cfg = architecture_config(offer.architecture)["model_cfg"]
    (tmp_path / "weights.pt").touch()
    model = find_model(f"{offer.architecture}={tmp_path / 'weights.pt'}", None)

    assert published["hf_hub"] == f"{offer.repository}/"
    assert offer.dim == model.dim
    assert offer.image_size == model.preprocessing.size
    assert bool(offer.text_tower) == ("hf_model_name" in model_cfg["text_cfg"])
    # What would be written where the repository has no configuration of its own.
    for key in ("mean", "std", "interpolation", "resize_mode"):
        assert getattr(model.preprocessing, key) == published[key]


def test_the_text_tower_is_the_one_that_open_clip_names() -> None:
    for offer in OPEN_CLIP:
        if offer.text_tower:
            text_cfg = architecture_config(offer.architecture)["model_cfg"]["text_cfg"]
            assert offer.text_tower.endswith(f"/{text_cfg['hf_model_name']}")


def test_the_hugging_face_model_is_the_same_as_open_clips() -> None:
    mine, theirs = find_offer("openai-clip-vit-base-patch32"), find_offer("openai-vit-b-32")
    assert mine.repository == "openai/clip-vit-base-patch32"
    assert (mine.dim, mine.image_size) == (theirs.dim, theirs.image_size)


def test_names_are_plain_and_differ() -> None:
    names = [offer.name for offer in OFFERS]
    assert len({*names, STARTER}) == len(names) + 1
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in names)
    for offer in OFFERS:
        assert offer.title
        assert offer.licence
        assert offer.good_at.endswith(".")
        assert offer.chinese == ("Chinese" in offer.spoken)
        assert offer.page.endswith(offer.repository)


def test_chinese_is_on_offer() -> None:
    assert find_offer("siglip2-vit-b-16").chinese
    assert not find_offer("openai-vit-b-32").chinese


def test_an_offer_is_found_by_name_or_repository() -> None:
    assert find_offer("OpenAI-RN50") is find_offer("timm/resnet50_clip.openai")
    with pytest.raises(PhotoClipError, match="Did you mean siglip2-vit-b-16"):
        find_offer("siglip2-vit-b16")
    with pytest.raises(PhotoClipError, match="These are: .*openai-rn50"):
        find_offer("")
