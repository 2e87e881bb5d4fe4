"""The tensors of a checkpoint file, read without running anything that hides in it.

A safetensors file is a header and numbers. A PyTorch file is a pickle, a small program: torch's
`weights_only` reader runs none of it but the few steps that rebuild tensors, and TorchScript
archives, which bring code of their own, are not opened at all.
"""

import json
import pickle
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photoclip.errors import PhotoClipError

if TYPE_CHECKING:
    import torch

SAFETENSORS = ".safetensors"
PICKLES = (".pt", ".pth", ".bin")
# Lists the parts of a checkpoint that Hugging Face's `save_pretrained` has split.
INDEX = ".safetensors.index.json"

# Scalars that OpenAI's checkpoints carry beside the weights.
_NOTES = ("input_resolution", "context_length", "vocab_size")


def checkpoint_files(checkpoint: Path) -> list[Path]:
    """The files that hold the tensors: the checkpoint itself, or those its index lists.

    Raises:
        PhotoClipError: an index cannot be read, or names files outside its folder.
    """
    if not checkpoint.name.endswith(INDEX):
        return [checkpoint]
    try:
        names = set(json.loads(checkpoint.read_bytes())["weight_map"].values())
        if not names or any(Path(name).name != name for name in names):
            raise ValueError("no files, or files elsewhere")
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        raise _damaged(checkpoint) from error
    return [checkpoint.with_name(name) for name in sorted(names)]


def read_state(checkpoint: Path) -> "dict[str, torch.Tensor]":
    """All weights of a checkpoint, on the CPU, by their names in the model.

    Args:
        checkpoint: a .safetensors file, an index of such, or a PyTorch file of tensors (alone or
            under "state_dict").

    Raises:
        PhotoClipError: the file is missing, damaged, too large for the memory, or holds more
            than tensors.
    """
    state: dict[str, Any] = {}
    for file in checkpoint_files(checkpoint):
        _refuse_other_files(file)
        try:
            state |= _load(file)
        except MemoryError as error:
            raise PhotoClipError(
                f"There is not enough memory for the model file {file}. Choose a smaller model."
            ) from error
        except pickle.UnpicklingError as error:
            if "Unsupported" in str(error):
                raise PhotoClipError(
                    f"The model file {file} holds a program or other things besides weights, so "
                    f"it was not opened. Get the model as a {SAFETENSORS} file."
                ) from error
            raise _damaged(file) from error
        except Exception as error:
            # A damaged file can lead a parser to any error at all.
            raise _damaged(file) from error
    return state


def read_shapes(checkpoint: Path) -> dict[str, tuple[int, ...]]:
    """The shape of each tensor; of a safetensors file only the header is read.

    Raises:
        PhotoClipError: as for `read_state`.
    """
    if checkpoint.suffix.lower() != SAFETENSORS:
        return {name: tuple(value.shape) for name, value in read_state(checkpoint).items()}
    from safetensors import safe_open

    _refuse_other_files(checkpoint)
    try:
        with safe_open(checkpoint, framework="numpy") as file:
            shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    except Exception as error:
        raise _damaged(checkpoint) from error
    return _named_as_in_the_model(shapes)


def _load(file: Path) -> dict[str, Any]:
    import torch

    if file.suffix.lower() == SAFETENSORS:
        from safetensors.torch import load_file

        return _named_as_in_the_model(load_file(file))
    # Only a zip file can be mapped, so that gigabytes need not fit twice.
    content = torch.load(file, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(file))
    for key in ("state_dict", "model"):
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    tensors = {name: value for name, value in content.items() if name not in _NOTES}
    if not all(isinstance(value, torch.Tensor) for value in tensors.values()):
        raise ValueError("not only tensors")
    return _named_as_in_the_model(tensors)


def _named_as_in_the_model(state: dict[str, Any]) -> dict[str, Any]:
    """Without the prefix of distributed training, and without buffers that are only counted up."""
    if not state:
        raise ValueError("no tensors")
    if all(name.startswith("module.") for name in state):
        state = {name.removeprefix("module."): value for name, value in state.items()}
    return {
        name: value
        for name, value in state.items()
        if name not in _NOTES and not name.endswith(".position_ids")
    }


def _refuse_other_files(file: Path) -> None:
    """Say plainly what the usual impostors are.

    Raises:
        PhotoClipError: the file is missing, empty, a web page, a pointer, or a TorchScript archive.
    """
    try:
        with file.open("rb") as opened:
            start = opened.read(64).lstrip().lower()
    except FileNotFoundError as error:
        raise PhotoClipError(
            f"The model file {file} is missing. Get the model again or choose another."
        ) from error
    except OSError as error:
        raise PhotoClipError(
            f"The model file {file} cannot be read. Get the model again or choose another."
        ) from error
    what = ""
    if not start:
        what = "is empty"
    elif start.startswith((b"<!doctype", b"<html", b"<?xml")):
        what = "is a web page and no model"
    elif start.startswith(b"version https://git-lfs"):
        what = "only points to the model, as Git leaves it without LFS"
    if what:
        raise PhotoClipError(f"The file {file} {what}. Download it again.")
    if file.suffix.lower() != SAFETENSORS and _is_torchscript(file):
        raise PhotoClipError(
            f"The model file {file} is a TorchScript program, as OpenAI published its models, and "
            "was not opened. Get the same model with “photoclip models get”."
        )


def _is_torchscript(file: Path) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            # Where torch.jit.save keeps a program's constants.
            return any(name.endswith("/constants.pkl") for name in archive.namelist())
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def _damaged(file: Path) -> PhotoClipError:
    return PhotoClipError(
        f"The model file {file} is damaged or is no model. Get the model again or choose another."
    )
