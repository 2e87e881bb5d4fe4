"""Telling from the names and shapes of its tensors which architecture a checkpoint is of."""

from pathlib import Path
from typing import Any

import pytest

from photoclip.clip.recognition import recognise
from photoclip.errors import PhotoClipError


def _meta_state(architecture: str) -> dict[str, Any]:
    """The weights of an architecture, all of them the same few zeros in the file."""
    import torch

    from photoclip.clip.architectures import architecture_config
    from photoclip.clip.loading import build

    with torch.device("meta"):
        module = build(architecture_config(architecture)["model_cfg"], Path())
    return {
        name: torch.zeros((), dtype=torch.int8).expand(value.shape)
        for name, value in module.state_dict().items()
    }


@pytest.mark.parametrize(
    ("architecture", "file_name"),
    [
        ("ViT-B-16-SigLIP2", "weights.pt"),
        ("ViT-S-32", "weights.pt"),
        ("RN50-quickgelu", "rn50-quickgelu-yfcc15m-455df137.pt"),
        ("ViT-B-32", "vit_b_32-laion2b_e16-af8dbd0c.pth"),
        ("xlm-roberta-base-ViT-B-32", "weights.pt"),
    ],
)
def test_an_architecture_is_recognised(tmp_path: Path, architecture: str, file_name: str) -> None:
    import torch

    torch.save(_meta_state(architecture), tmp_path / file_name)

    assert recognise(tmp_path / file_name) == architecture


def test_several_fitting_architectures_are_listed(tmp_path: Path) -> None:
    import torch

    torch.save(_meta_state("ViT-B-32"), tmp_path / "weights.pt")

    with pytest.raises(PhotoClipError, match=r"several architectures: ViT-B-32, ViT-B-32-quickgel"):
        recognise(tmp_path / "weights.pt")


def test_shapes_of_safetensors_are_recognised_without_reading_them(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    state = {name: value.contiguous() for name, value in _meta_state("ViT-S-32").items()}
    save_file(state, tmp_path / "weights.safetensors")

    assert recognise(tmp_path / "weights.safetensors") == "ViT-S-32"
