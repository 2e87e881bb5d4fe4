"""The encoder with real, tiny models: the same numbers as open_clip, and every way to fail."""

import json
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.models import STARTER, Model, find_model
from photoclip.clip.precision import FILE
from photoclip.errors import PhotoClipError
from photoclip.resources import resource_path

_TEXTS = ["a photo of a dog", "", "the red car on the beach in snow, a photo of a cat!", "雪山 🏔 é"]


def _encoder(folder: Path, **options: Any) -> OpenClipEncoder:
    options = {"device": "cpu", "precision": "float32"} | options
    return OpenClipEncoder(find_model(str(folder), None), **options)


def _pixels(model: Model | OpenClipEncoder, pictures: list[Image.Image]) -> NDArray[np.uint8]:
    return np.stack([model.preprocessing.pixels(picture) for picture in pictures])


def _cosines(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    return (a * b).sum(axis=1)


@pytest.fixture(params=["tiny_model_folder", "tiny_bert_folder"])
def folder(request: pytest.FixtureRequest) -> Path:
    value: Path = request.getfixturevalue(request.param)
    return value


def test_embeddings_are_those_of_open_clip(
    folder: Path, pictures: list[Image.Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    import open_clip
    import torch

    monkeypatch.chdir(folder)  # where the "." of the configuration is right
    reference, _, transform = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    reference.eval()
    tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}")
    if hasattr(tokenizer, "tokenizer"):
        tokenizer.tokenizer.padding_side = "right"
    with torch.inference_mode():
        images = reference.encode_image(
            torch.stack([transform(picture) for picture in pictures]), normalize=True
        )
        texts = reference.encode_text(tokenizer(_TEXTS), normalize=True)

    encoder = _encoder(folder)

    ours = encoder.encode_images(_pixels(encoder, pictures))
    np.testing.assert_allclose(ours, images.numpy(), atol=1e-4)
    np.testing.assert_allclose(encoder.encode_texts(_TEXTS), texts.numpy(), atol=1e-4)
    assert encoder.logit_scale == pytest.approx(1 / 0.07, rel=1e-5)
    assert encoder.logit_bias == 0.0


def test_embeddings_are_normalised_float32(folder: Path, pictures: list[Image.Image]) -> None:
    encoder = _encoder(folder)

    for embeddings in (
        encoder.encode_images(_pixels(encoder, pictures)),
        encoder.encode_texts(_TEXTS),
    ):
        assert embeddings.shape == (4, encoder.dim)
        assert embeddings.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1, rtol=1e-5)


def test_nothing_gives_nothing_and_loads_nothing(folder: Path) -> None:
    encoder = _encoder(folder)
    size = encoder.preprocessing.size

    assert encoder.encode_images(np.zeros((0, size, size, 3), np.uint8)).shape == (0, 24)
    assert encoder.encode_texts([]).shape == (0, 24)
    assert encoder.running_on == ""


def test_batches_do_not_change_embeddings(folder: Path, pictures: list[Image.Image]) -> None:
    together, alone = _encoder(folder, batch_size=3), _encoder(folder, batch_size=1)
    pixels = _pixels(together, pictures)
    pixels.flags.writeable = False

    np.testing.assert_allclose(
        together.encode_images(pixels), alone.encode_images(pixels), atol=1e-5
    )
    one_by_one = np.concatenate([alone.encode_texts([text]) for text in _TEXTS])
    np.testing.assert_allclose(together.encode_texts(_TEXTS), one_by_one, atol=1e-5)


def test_texts_of_any_kind_are_taken(folder: Path) -> None:
    encoder = _encoder(folder)
    long = "snow " * 2_000
    odd = ["", " \n\t", long, "x" * 10_000, "\ud800 broken", "<end_of_text>", "\0", "日本の海", "🏔"]

    embeddings = encoder.encode_texts(odd)

    assert np.isfinite(embeddings).all()
    # What exceeds the context is not read.
    np.testing.assert_allclose(embeddings[2], encoder.encode_texts([long[:500]])[0], atol=1e-5)


def test_waiting_threads_sleep_unless_told_otherwise(
    tiny_model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    _encoder(tiny_model_folder)
    assert os.environ["OMP_WAIT_POLICY"] == "passive"

    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    _encoder(tiny_model_folder)
    assert os.environ["OMP_WAIT_POLICY"] == "active"


def test_pixels_of_another_shape_are_a_bug(tiny_model_folder: Path) -> None:
    encoder = _encoder(tiny_model_folder)

    for wrong in (
        np.zeros((1, 16, 16, 3), np.uint8),
        np.zeros((32, 32, 3), np.uint8),
        np.zeros((1, 32, 32, 3), np.float32),
    ):
        with pytest.raises(ValueError, match="pixels are"):
            encoder.encode_images(wrong)
    with pytest.raises(ValueError, match="tpu"):
        _encoder(tiny_model_folder, device="tpu")
    with pytest.raises(ValueError, match="int8"):
        _encoder(tiny_model_folder, precision="int8")


def test_tokens_are_padded_on_the_right_whatever_the_files_say(tiny_bert_folder: Path) -> None:
    from photoclip.clip.loading import load_towers

    saved = json.loads((tiny_bert_folder / "tokenizer_config.json").read_text())
    assert saved["padding_side"] == "left"
    towers = load_towers(find_model(str(tiny_bert_folder), None))
    vocabulary = json.loads((tiny_bert_folder / "tokenizer.json").read_text())["model"]["vocab"]

    tokens = towers.tokenize(["A photo of dogs.", "cat"])

    words = ["[CLS]", "a", "photo", "of", "dog", "##s", ".", "[SEP]"]
    assert tokens.shape == (2, 24)
    assert tokens[0].tolist() == [vocabulary[word] for word in words] + [0] * 16
    assert tokens[1, :4].tolist() == [
        vocabulary[word] for word in ("[CLS]", "cat", "[SEP]", "[PAD]")
    ]
    assert towers.padding == 0


def test_padding_is_only_trimmed_where_it_is_masked(tiny_model_folder: Path) -> None:
    from photoclip.clip.loading import load_towers

    towers = load_towers(find_model(str(tiny_model_folder), None))

    tokens = towers.tokenize(["a photo of a dog"])
    assert towers.padding is None
    assert tokens.shape == (1, 77)
    # CLIP's own, known tokens.
    assert tokens[0, :8].tolist() == [49406, 320, 1125, 539, 320, 1929, 49407, 0]


def test_batch_normalisation_is_folded_away(tiny_bert_folder: Path) -> None:
    import torch

    encoder = _encoder(tiny_bert_folder)
    encoder.load()

    tower = encoder._use().images.model.visual
    assert not any(isinstance(part, torch.nn.BatchNorm2d) for part in tower.modules())


def test_bfloat16_is_close_to_float32(folder: Path, pictures: list[Image.Image]) -> None:
    full, half = _encoder(folder), _encoder(folder, precision="bfloat16")
    pixels = _pixels(full, pictures)

    cosines = _cosines(full.encode_images(pixels), half.encode_images(pixels))

    assert half.precision == "bfloat16"
    assert cosines.min() > 0.99
    texts = _cosines(full.encode_texts(_TEXTS), half.encode_texts(_TEXTS))
    assert 0.999 < texts.min() < texts.max() < 1 + 1e-6


def test_precision_is_measured_once_and_remembered(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "not" / "there" / "yet"
    first = _encoder(folder, precision=None, cache_dir=cache)
    assert first.precision in ("float32", "bfloat16")
    entries = json.loads((cache / FILE).read_text())
    ((key, entry),) = entries.items()
    assert first.id in key
    assert entry["precision"] == first.precision

    # As if it had turned out otherwise: the second encoder believes it.
    other = {"float32": "bfloat16", "bfloat16": "float32"}[first.precision]
    (cache / FILE).write_text(json.dumps({key: {"precision": other}, "unknown": 3}))
    assert _encoder(folder, precision=None, cache_dir=cache).precision == other
    assert _encoder(folder, precision=None).precision in ("float32", "bfloat16")


def test_out_of_memory_halves_the_batch_and_goes_on(
    folder: Path, pictures: list[Image.Image]
) -> None:
    import torch

    encoder = _encoder(folder, batch_size=4)
    pixels = _pixels(encoder, [*pictures, *pictures, pictures[0]])
    expected = encoder.encode_images(pixels)
    seen: list[int] = []

    def only_two(_: Any, inputs: tuple[torch.Tensor]) -> None:
        seen.append(len(inputs[0]))
        if seen[-1] > 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    encoder._use().images.model.visual.register_forward_pre_hook(only_two)

    np.testing.assert_allclose(encoder.encode_images(pixels), expected, atol=1e-5)
    assert seen == [4, 2, 2, 2, 2, 1]
    assert encoder.batch_size == 2


@pytest.mark.parametrize("value", [float("nan"), 0.0])
def test_numbers_that_mean_nothing_are_an_error(
    tiny_model_folder: Path, pictures: list[Image.Image], value: float
) -> None:
    encoder = _encoder(tiny_model_folder)
    encoder.load()
    encoder._use().images.model.visual.proj.data.fill_(value)

    with pytest.raises(PhotoClipError, match="no usable numbers"):
        encoder.encode_images(_pixels(encoder, pictures))


def _truncate(folder: Path) -> None:
    path = folder / "open_clip_model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])


def _overwrite(folder: Path) -> None:
    (folder / "open_clip_model.safetensors").write_bytes(b"<html>Not found</html>")


def _empty(folder: Path) -> None:
    (folder / "open_clip_model.safetensors").write_bytes(b"")


def _other_tensors(folder: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"x": np.zeros(3, np.float32)}, folder / "open_clip_model.safetensors")


def _wider(folder: Path) -> None:
    config = json.loads((folder / "open_clip_config.json").read_text())
    config["model_cfg"]["vision_cfg"]["width"] = 96
    (folder / "open_clip_config.json").write_text(json.dumps(config))


def _deeper(folder: Path) -> None:
    config = json.loads((folder / "open_clip_config.json").read_text())
    config["model_cfg"]["text_cfg"]["layers"] = 3
    (folder / "open_clip_config.json").write_text(json.dumps(config))


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (_truncate, "is damaged or is no model. Get the model again or choose another."),
        (_overwrite, "is a web page and no model. Download it again."),
        (_empty, "is empty. Download it again."),
        (_other_tensors, "does not fit its configuration. Get the model again or choose another."),
        (_wider, "does not fit its configuration. Get the model again or choose another."),
        (_deeper, "does not fit its configuration. Get the model again or choose another."),
    ],
)
def test_a_damaged_or_mismatching_checkpoint_is_explained(
    copy: Path, damage: Any, what: str
) -> None:
    damage(copy)

    with pytest.raises(PhotoClipError) as caught:
        _encoder(copy).load()

    assert str(caught.value).endswith(f"file {copy / 'open_clip_model.safetensors'} {what}")


@pytest.mark.parametrize(
    ("section", "entry"),
    [
        ("vision_cfg", {"timm_model_name": "no_such_tower"}),
        ("vision_cfg", {"no_such_setting": 1}),
        ("text_cfg", {"heads": 5}),
    ],
)
def test_a_configuration_nobody_can_build_is_explained(
    copy: Path, section: str, entry: dict[str, Any]
) -> None:
    config = json.loads((copy / "open_clip_config.json").read_text())
    config["model_cfg"][section] |= entry
    (copy / "open_clip_config.json").write_text(json.dumps(config))

    with pytest.raises(PhotoClipError, match="does not describe a model that the installed"):
        _encoder(copy).load()


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (["tokenizer.json", "tokenizer_config.json"], "needs its tokenizer files"),
        (["config.json"], "needs the config.json"),
    ],
)
def test_missing_files_of_a_text_tower_are_explained(
    tiny_bert_folder: Path, tmp_path: Path, files: list[str], sentence: str
) -> None:
    folder = Path(shutil.copytree(tiny_bert_folder, tmp_path / "copy"))
    for name in files:
        (folder / name).unlink()

    with pytest.raises(PhotoClipError, match=sentence):
        _encoder(folder).load()


def test_a_damaged_tokenizer_is_explained(tiny_bert_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_bert_folder, tmp_path / "copy"))
    (folder / "tokenizer.json").write_text("{")

    with pytest.raises(PhotoClipError, match=r"tokenizer files in .* cannot be read"):
        _encoder(folder).load()


def test_pickled_weights_load_but_pickled_code_does_not_run(copy: Path, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    weights = load_file(copy / "open_clip_model.safetensors")
    expected = _encoder(copy).encode_texts(_TEXTS)
    (copy / "open_clip_model.safetensors").unlink()
    torch.save({"state_dict": weights}, copy / "open_clip_pytorch_model.bin")
    np.testing.assert_allclose(_encoder(copy).encode_texts(_TEXTS), expected, atol=1e-6)

    class Trap:
        def __reduce__(self) -> tuple[Any, tuple[Path]]:
            return Path.touch, (tmp_path / "ran",)

    torch.save({"x": Trap()}, copy / "open_clip_pytorch_model.bin")
    with pytest.raises(PhotoClipError, match="holds a program"):
        _encoder(copy).load()
    assert not (tmp_path / "ran").exists()


def test_threads_share_one_model(folder: Path, pictures: list[Image.Image]) -> None:
    encoder = _encoder(folder)
    pixels = _pixels(encoder, pictures)
    found: list[NDArray[np.float32]] = []

    def work() -> None:
        for _ in range(3):
            encoder.encode_texts(_TEXTS)
            found.append(encoder.encode_images(pixels))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 12
    for embeddings in found:
        np.testing.assert_allclose(embeddings, found[0], atol=1e-5)


def test_the_starter_knows_a_dog_from_a_mountain() -> None:
    encoder = _encoder(resource_path("models", STARTER))

    texts = encoder.encode_texts(["a dog", "a puppy", "a snowy mountain"])
    image = Image.new("RGB", (300, 200), "white")
    picture = encoder.encode_images(_pixels(encoder, [image]))

    assert picture.shape == (1, encoder.dim)
    assert texts[0] @ texts[1] > texts[0] @ texts[2]
    assert encoder.logit_scale > 1
