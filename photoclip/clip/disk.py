"""Files that are on the disk before they count, and a full disk told as one."""

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def sync(path: Path) -> None:
    """Have a file or a folder on the disk before what follows."""
    if os.name == "nt" and path.is_dir():
        return  # Windows opens no folders, and keeps renames in its journal
    # Windows syncs only what may be written.
    opened = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def save_tensors(state: "Mapping[str, torch.Tensor]", path: Path) -> None:
    """Write tensors as safetensors, readable for everyone, and have them on the disk.

    Raises:
        OSError: the disk refuses, which safetensors tells in a way of its own.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    try:
        save_file(dict(state), path, metadata={"format": "pt"})
    except SafetensorError as error:
        full = "No space left" in str(error)
        code = errno.ENOSPC if full else errno.EIO
        raise OSError(code, os.strerror(code)) from error
    path.chmod(0o644)
    sync(path)
