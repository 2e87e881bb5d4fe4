"""Folders of Hugging Face's CLIP and SigLIP: the same embeddings as from transformers itself."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.models import available_models, find_model
from photoclip.clip.preprocess import Preprocessing
from photoclip.errors import PhotoClipError
from tests.clip.hugging_face import change, save_clip, save_siglip

_TEXTS = [
    "dog",
    "a photo of the dog",
    "The red car, on the beach!",
    "a photo of the cat in the snow and the dog on the beach and the red car and the cat",
]


@pytest.fixture(params=["clip_folder", "siglip_folder", "siglip2_folder"])
def folder(request: pytest.FixtureRequest) -> Path:
    value: Path = request.getfixturevalue(request.param)
    return value


def _encoder(folder: Path) -> OpenClipEncoder:
    return OpenClipEncoder(find_model(str(folder), None), device="cpu", precision="float32")


def _pixels(encoder: OpenClipEncoder, pictures: list[Image.Image]) -> NDArray[np.uint8]:
    return np.stack([encoder.preprocessing.pixels(picture) for picture in pictures])


def _by_transformers(
    folder: Path, pixels: NDArray[np.uint8], texts: list[str], **padding: Any
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What transformers makes of the same pixels and texts, normalised."""
    import torch
    from transformers import (
        AutoImageProcessor,
        AutoModel,
        AutoTokenizer,
        PreTrainedTokenizerFast,
    )

    model = AutoModel.from_pretrained(folder).eval()
    normalise = AutoImageProcessor.from_pretrained(folder)
    # `SiglipTokenizer` itself wants sentencepiece, which is not installed.
    config = json.loads((folder / "tokenizer_config.json").read_text())
    named = config["tokenizer_class"] == "SiglipTokenizer"
    kind = PreTrainedTokenizerFast if named else AutoTokenizer
    tokenizer = kind.from_pretrained(folder, padding_side="right")
    length = model.config.text_config.max_position_embeddings
    padding = padding or {"padding": "max_length"}
    with torch.inference_mode():
        images = model.get_image_features(
            normalise(list(pixels), do_resize=False, do_center_crop=False, return_tensors="pt")[
                "pixel_values"
            ]
        ).pooler_output
        ids = tokenizer(
            texts, max_length=length, truncation=True, return_tensors="pt", **padding
        ).input_ids
        words = model.get_text_features(ids).pooler_output
    normalised = (torch.nn.functional.normalize(values, dim=-1) for values in (images, words))
    first, second = (values.numpy() for values in normalised)
    return first, second


def test_embeddings_are_those_of_transformers(folder: Path, pictures: list[Image.Image]) -> None:
    encoder = _encoder(folder)
    pixels = _pixels(encoder, pictures)
    # SigLIP 1 without punctuation and both without capitals, as they were trained.
    texts = _TEXTS
    if folder.name.startswith("siglip"):
        texts = [text.lower() for text in texts]
    if folder.name == "siglip":
        texts = [text.replace(",", "").replace("!", "") for text in texts]

    images, words = _by_transformers(folder, pixels, texts)

    np.testing.assert_allclose(encoder.encode_images(pixels), images, atol=1e-4)
    np.testing.assert_allclose(encoder.encode_texts(_TEXTS), words, atol=1e-4)
    assert encoder.logit_scale == pytest.approx(np.exp(2.0), rel=1e-5)
    assert encoder.logit_bias == (0.0 if folder.name == "clip" else -7.0)
    assert find_model(str(folder), None).sigmoid == (folder.name != "clip")
    assert encoder.dim == (20 if folder.name == "clip" else 48)
    # Far from each other, so that the comparison means something.
    assert (images @ images.T).min() < 0.99
    assert (words @ words.T).min() < 0.99


def test_padding_of_clip_does_not_matter(clip_folder: Path) -> None:
    encoder = _encoder(clip_folder)
    pixels = np.zeros((1, 30, 30, 3), np.uint8)

    for text, ours in zip(_TEXTS, encoder.encode_texts(_TEXTS), strict=True):
        _, alone = _by_transformers(clip_folder, pixels, [text], padding=False)
        np.testing.assert_allclose(ours, alone[0], atol=1e-4)


@pytest.mark.parametrize("activation", ["gelu", "quick_gelu", "gelu_pytorch_tanh"])
@pytest.mark.parametrize("save", [save_clip, save_siglip])
def test_activation_norm_and_end_are_the_ones_in_the_file(
    tmp_path: Path, save: Any, activation: str, pictures: list[Image.Image]
) -> None:
    folder = save(tmp_path / "model")
    config = json.loads((folder / "config.json").read_text())
    for tower in ("text_config", "vision_config"):
        config[tower] |= {"hidden_act": activation, "layer_norm_eps": 0.02}
    if save is save_clip:
        # Numbers wrong in files of before 2023 mean the highest token of a text.
        config["text_config"]["eos_token_id"] = 2
    (folder / "config.json").write_text(json.dumps(config))
    encoder = _encoder(folder)
    pixels = _pixels(encoder, pictures)

    images, words = _by_transformers(folder, pixels, ["a photo of the dog", "snow"])

    np.testing.assert_allclose(encoder.encode_images(pixels), images, atol=1e-4)
    ours = encoder.encode_texts(["a photo of the dog", "snow"])
    np.testing.assert_allclose(ours, words, atol=1e-4)


def test_the_towers_of_siglip_may_have_different_activations(
    siglip_folder: Path, tmp_path: Path, pictures: list[Image.Image]
) -> None:
    folder = Path(shutil.copytree(siglip_folder, tmp_path / "copy"))
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["hidden_act"] = "quick_gelu"
    (folder / "config.json").write_text(json.dumps(config))
    encoder = _encoder(folder)
    pixels = _pixels(encoder, pictures)

    images, words = _by_transformers(folder, pixels, ["dog"])

    np.testing.assert_allclose(encoder.encode_images(pixels), images, atol=1e-4)
    np.testing.assert_allclose(encoder.encode_texts(["dog"]), words, atol=1e-4)


def test_pixels_are_those_of_transformers(folder: Path, pictures: list[Image.Image]) -> None:
    if folder.name == "clip":
        from transformers import CLIPImageProcessorPil as Processor
    else:
        from transformers import SiglipImageProcessorPil as Processor
    processor = Processor.from_pretrained(folder)
    preprocessing = find_model(str(folder), None).preprocessing
    mean, std = np.array(preprocessing.mean), np.array(preprocessing.std)

    # Where a margin to crop is odd, transformers takes the other middle than OpenAI does.
    for size in [(160, 80), (75, 150), (64, 64)]:
        picture = pictures[0].resize(size)
        theirs = processor(picture, return_tensors="np")["pixel_values"][0].transpose(1, 2, 0)
        difference = preprocessing.pixels(picture) - (theirs * std + mean) * 255
        assert np.abs(difference).max() < 1.01


def test_a_configuration_may_leave_out_what_is_usual(tmp_path: Path) -> None:
    from transformers import CLIPConfig, SiglipConfig

    for config in (CLIPConfig(), SiglipConfig()):
        folder = tmp_path / config.model_type
        folder.mkdir()
        config.save_pretrained(folder)
        (folder / "model.safetensors").touch()
        whole = find_model(str(folder), None)
        (folder / "config.json").write_text(json.dumps({"model_type": config.model_type}))
        sparse = find_model(str(folder), None)

        assert sparse.config == whole.config
        assert sparse.preprocessing == whole.preprocessing
        assert sparse.dim == (512 if config.model_type == "clip" else 768)


def test_the_older_form_of_a_configuration_is_believed(clip_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(clip_folder, tmp_path / "copy"))
    config = json.loads((folder / "config.json").read_text())
    config["text_config_dict"] = config.pop("text_config")
    config["text_config"] = {"hidden_size": 999}
    (folder / "config.json").write_text(json.dumps(config))

    assert find_model(str(folder), None).config == find_model(str(clip_folder), None).config


def test_the_settings_of_pictures_of_2021_are_read(clip_folder: Path, tmp_path: Path) -> None:
    # As in openai/clip-vit-base-patch32, with numbers for sizes.
    folder = Path(shutil.copytree(clip_folder, tmp_path / "copy"))
    settings = {
        "crop_size": 30,
        "do_center_crop": True,
        "do_normalize": True,
        "do_resize": True,
        "feature_extractor_type": "CLIPFeatureExtractor",
        "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.26862954, 0.26130258, 0.27577711],
        "resample": 3,
        "size": 30,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))
    assert find_model(str(folder), None).preprocessing == Preprocessing(size=30)

    (folder / "preprocessor_config.json").unlink()
    assert find_model(str(folder), None).preprocessing == Preprocessing(size=30)


def test_the_settings_of_pictures_may_lie_in_the_processor(
    siglip_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(siglip_folder, tmp_path / "copy"))
    settings = json.loads((folder / "preprocessor_config.json").read_text())
    (folder / "preprocessor_config.json").unlink()
    (folder / "processor_config.json").write_text(
        json.dumps({"image_processor": settings | {"image_mean": [0.1, 0.2, 0.3]}})
    )

    assert find_model(str(folder), None).preprocessing.mean == (0.1, 0.2, 0.3)


def test_split_weights_are_read_together(clip_folder: Path, tmp_path: Path) -> None:
    from transformers import CLIPModel

    folder = Path(shutil.copytree(clip_folder, tmp_path / "copy"))
    (folder / "model.safetensors").unlink()
    model = CLIPModel.from_pretrained(clip_folder)
    model.save_pretrained(folder, max_shard_size="50KB")
    assert len(list(folder.glob("model-*.safetensors"))) > 1

    np.testing.assert_array_equal(
        _encoder(folder).encode_texts(_TEXTS), _encoder(clip_folder).encode_texts(_TEXTS)
    )
    before = find_model(str(folder), None).id
    part = next(folder.glob("model-*.safetensors"))
    part.write_bytes(part.read_bytes()[:-1] + b"\x01")
    assert find_model(str(folder), None).id != before
    part.unlink()
    with pytest.raises(PhotoClipError, match="not all of its parts"):
        find_model(str(folder), None)
    assert "copy" not in [model.name for model in available_models(tmp_path)]
    change(folder / "model.safetensors.index.json", weight_map={"x": "../../secret"})
    with pytest.raises(PhotoClipError, match="is damaged"):
        _encoder(folder).load()


def test_open_clips_own_files_come_first(clip_folder: Path, tiny_model_folder: Path, tmp_path: Path
) -> None:  # fmt: skip
    both = Path(shutil.copytree(clip_folder, tmp_path / "both"))
    shutil.copytree(tiny_model_folder, both, dirs_exist_ok=True)

    assert find_model(str(both), None).checkpoint.name == "open_clip_model.safetensors"
    (both / "open_clip_model.safetensors").unlink()
    assert find_model(str(both), None).checkpoint.name == "model.safetensors"
    assert [model.name for model in available_models(tmp_path)][1:] == ["both"]


@pytest.mark.parametrize(
    ("file", "section", "entries", "sentence"),
    [
        ("config.json", "text_config", {"hidden_act": "relu"}, "uses the activation “relu”"),
        ("config.json", "text_config", {"hidden_act": "gelu"}, "different activations"),
        ("config.json", "vision_config", {"num_channels": 4}, "square pictures"),
        ("config.json", "vision_config", {"image_size": [20, 30]}, "square pictures"),
        ("config.json", "vision_config", {"num_attention_heads": 0}, "not a model configuration"),
        ("config.json", "vision_config", {"hidden_size": "x"}, "not a model configuration"),
        ("config.json", "", {"vision_config": 7}, "not a model configuration"),
        ("preprocessor_config.json", "", {"size": {"shortest_edge": 40}}, "a way of its own"),
        ("preprocessor_config.json", "", {"do_center_crop": False}, "a way of its own"),
        ("preprocessor_config.json", "", {"do_rescale": False}, "a way of its own"),
        ("preprocessor_config.json", "", {"resample": 0}, "a way of its own"),
        ("preprocessor_config.json", "", {"size": "large"}, "a way of its own"),
    ],
)
def test_what_cannot_be_told_exactly_is_refused(
    clip_folder: Path, tmp_path: Path, file: str, section: str, entries: dict[str, Any],
    sentence: str,
) -> None:  # fmt: skip
    folder = Path(shutil.copytree(clip_folder, tmp_path / "copy"))
    content = json.loads((folder / file).read_text())
    target = content[section] if section else content
    target |= entries
    (folder / file).write_text(json.dumps(content))

    with pytest.raises(PhotoClipError, match=sentence) as caught:
        find_model(str(folder), None)
    assert str(folder) in str(caught.value)


def test_a_siglip_of_pictures_of_any_shape_is_refused(tmp_path: Path) -> None:
    from transformers import Siglip2Config

    Siglip2Config().save_pretrained(tmp_path)
    (tmp_path / "model.safetensors").touch()

    with pytest.raises(PhotoClipError, match="NaFlex"):
        find_model(str(tmp_path), None)


def test_a_siglip_without_a_head_is_refused(tmp_path: Path) -> None:
    folder = save_siglip(tmp_path / "model", vision_use_head=False)

    with pytest.raises(PhotoClipError, match="no common space"):
        find_model(str(folder), None)


def test_weights_of_another_family_do_not_fit(
    clip_folder: Path, siglip_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(clip_folder, tmp_path / "copy"))
    shutil.copy(siglip_folder / "model.safetensors", folder)

    with pytest.raises(PhotoClipError, match="does not fit its configuration"):
        _encoder(folder).load()


def test_another_kind_of_model_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "bert").mkdir()
    (tmp_path / "bert" / "config.json").write_text('{"model_type": "bert"}')
    (tmp_path / "bert" / "model.safetensors").touch()

    assert [model.name for model in available_models(tmp_path)] == ["starter"]
    with pytest.raises(PhotoClipError, match=r"nor the config\.json of a CLIP or SigLIP"):
        find_model("bert", tmp_path)
