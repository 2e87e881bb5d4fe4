"""Folders as a tree: which path lies inside which, and how many photos are in each."""

import os
from collections.abc import Mapping, Sequence

from photoclip.core.formats import is_photo_name
from photoclip.core.paths import display_name
from photoclip.core.types import Folder

SEPARATOR = os.fsencode(os.sep)


def inside(path: bytes, folder: bytes) -> bool:
    """Whether `path` is `folder` or lies below it."""
    return path == folder or path.startswith(folder.rstrip(SEPARATOR) + SEPARATOR)


def below(folder: bytes) -> tuple[bytes, bytes]:
    """The half-open range in which the paths below `folder` sort."""
    prefix = folder.rstrip(SEPARATOR) + SEPARATOR
    return prefix, prefix[:-1] + bytes([prefix[-1] + 1])


def folder_tree(roots: Sequence[bytes], counts: Mapping[bytes, int]) -> tuple[Folder, ...]:
    """The tree under each root.

    Args:
        roots: what a person added; a single file is left out, being no folder.
        counts: the number of photos directly in each directory.
    """
    return tuple(
        _node(root, {path: n for path, n in counts.items() if inside(path, root)})
        for root in roots
        if root in counts or os.path.isdir(root) or not is_photo_name(os.fsdecode(root))
    )


def _node(folder: bytes, counts: Mapping[bytes, int]) -> Folder:
    """`counts` holds the directories in `folder` and below."""
    depth = len(folder.rstrip(SEPARATOR)) + 1
    below_it: dict[bytes, dict[bytes, int]] = {}
    for path, count in counts.items():
        if path != folder:
            child = folder.rstrip(SEPARATOR) + SEPARATOR + path[depth:].split(SEPARATOR)[0]
            below_it.setdefault(child, {})[path] = count
    children = sorted(
        (_node(child, part) for child, part in below_it.items()), key=lambda node: node.name.lower()
    )
    return Folder(
        path=os.fsdecode(folder),
        name=display_name(os.fsdecode(folder)),
        count=sum(counts.values()),
        online=os.path.isdir(folder),
        children=tuple(children),
    )
