"""An unfinished training on disk, from which it goes on as if it had never stopped."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import torch
import xxhash
from torch import Tensor

from photoclip.errors import PhotoClipError

_FORMAT = 1


@dataclass(frozen=True)
class Position:
    """Where in a training one is.

    Attributes:
        stage: how many stages are behind.
        epoch: how many epochs of this stage are behind.
        batch: how many batches of this epoch are behind; after the last, its evaluation is not.
        step: how many steps in all are behind.
    """

    stage: int = 0
    epoch: int = 0
    batch: int = 0
    step: int = 0


@dataclass(frozen=True)
class TrainingState:
    """All that the rest of a training depends on.

    Attributes:
        told: the settings, and digests of what the training was given, as JSON values.
        position: how far it is.
        numbers: the state of the generator of batches at the start of this epoch, or at the end
            of the stage.
        draws: the states of the training's own torch generators.
        random: the states of the global generators, from `random_state.all_states`.
        model, optimizer, scaler: their `state_dict`s.
        log: length of the metrics in bytes.
        seconds: spent so far.
    """

    told: dict[str, Any]
    position: Position
    numbers: Mapping[str, Any]
    draws: list[Tensor]
    random: dict[str, Any]
    model: dict[str, Any]
    optimizer: dict[str, Any]
    scaler: dict[str, Any]
    log: int
    seconds: float


def state_path(output: Path) -> Path:
    """Where the state of the training that will write the model `output` lies."""
    return output.with_name(f"{output.name}.unfinished")


def save_state(state: TrainingState, path: Path) -> None:
    """Write the state; a file of before is replaced when the new one is complete.

    Weights that are no numbers are not worth going on from: then the state of before is kept.

    Raises:
        PhotoClipError: the disk refuses.
    """
    values = [value for value in state.model.values() if value.is_floating_point()]
    if not all(torch.isfinite(value).all() for value in values):
        return
    fields = {name: getattr(state, name) for name in TrainingState.__dataclass_fields__}
    fields |= {"format": _FORMAT, "position": asdict(state.position)}
    # Plain JSON, so that reading it needs to trust nothing but tensors and numbers.
    fields |= {name: json.dumps(fields[name]) for name in ("told", "numbers")}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(prefix=f".{path.name}-", dir=path.parent, delete=False) as file:
            try:
                torch.save(fields, file)
                file.flush()
                os.fsync(file.fileno())
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        os.replace(file.name, path)
    except (OSError, RuntimeError) as error:  # torch reports a full disk as a RuntimeError
        reason = getattr(error, "strerror", None) or "the disk refuses"
        raise PhotoClipError(
            f"The state of the training cannot be written to {path}: {reason}."
        ) from error


def find_state(output: Path, resume: bool | None) -> TrainingState | None:
    """The state of the interrupted training that was to write `output`, if it is to go on.

    Args:
        resume: True demands one, False ignores it, None takes what there is.

    Raises:
        PhotoClipError: there is none, or it is damaged.
    """
    path = state_path(output)
    if resume is False or not path.is_file():
        if resume:
            raise PhotoClipError(f"There is no interrupted training to go on with at {path}.")
        return None
    try:
        fields = torch.load(path, map_location="cpu", weights_only=True)
        if fields.pop("format") != _FORMAT:
            raise ValueError("another format")
        fields |= {name: json.loads(fields[name]) for name in ("told", "numbers")}
        fields["position"] = Position(**fields["position"])
        return TrainingState(**fields)
    except Exception as error:  # torch raises a dozen kinds for a broken file
        raise PhotoClipError(
            f"The state of the training in {path} cannot be read. Train with --fresh to start over."
        ) from error


def check_same(state: TrainingState, told: Mapping[str, Any], path: Path) -> None:
    """See that a training was told the same as the one whose state this is.

    Raises:
        PhotoClipError: something is not the same.
    """
    # By way of JSON, which knows no tuples.
    now, before = _flat(json.loads(json.dumps(told))), _flat(state.told)
    if others := [name for name in now if before.get(name) != now[name]]:
        listed = ", ".join(name.replace("_", " ") for name in others)
        raise PhotoClipError(
            f"The unfinished training in {path} was told otherwise ({listed}). "
            "Use the same to go on, or --fresh to start over."
        )


def _flat(told: Mapping[str, Any]) -> dict[str, Any]:
    others = {name: value for name, value in told.items() if name != "settings"}
    return {**told["settings"], **others}


def digest(values: Mapping[str, Tensor]) -> str:
    """xxh3_128, in hexadecimal, of named tensors."""
    found = xxhash.xxh3_128()
    for name, value in values.items():
        found.update(name.encode())
        found.update(value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().data)
    return found.hexdigest()
