"""Reading the tab-separated lists that training and evaluation start from.

Three kinds of UTF-8 text files, one entry a line, blank lines ignored: `image<TAB>caption`,
`image<TAB>label` (underscores in a label are spaces) and plain lists of image names.
"""

import hashlib
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath

from photoclip.errors import PhotoClipError


def read_captions(path: Path) -> dict[str, list[str]]:
    """The captions of each image, both in the order of the file `image<TAB>caption`.

    Raises:
        PhotoClipError: the file cannot be read, a row is malformed or names an image outside the
            folder that the names are relative to, or there are no rows.
    """
    captions: dict[str, list[str]] = {}
    for number, image, caption in _rows(path, "caption"):
        if _leads_outside(image):
            raise PhotoClipError(
                f"Line {number} of {path} names a photo outside the folder of the photos, {image}. "
                "Give its path within the folder."
            )
        captions.setdefault(image, []).append(caption)
    return captions


def read_labels(path: Path) -> dict[str, str]:
    """The label of each image of the file `image<TAB>label`, with spaces for underscores.

    Raises:
        PhotoClipError: the file cannot be read, a row is malformed, an image has two labels,
            or there are no rows.
    """
    labels: dict[str, str] = {}
    for _, image, label in _rows(path, "label"):
        words = label.replace("_", " ")
        if labels.setdefault(image, words) != words:
            raise PhotoClipError(
                f"{path} gives {image} two labels, “{labels[image]}” and “{words}”. Keep one."
            )
    return labels


def read_names(path: Path) -> frozenset[str]:
    """The image names of a list with one name a line.

    Raises:
        PhotoClipError: the file cannot be read.
    """
    return frozenset(line.strip() for line in _lines(path) if line.strip())


def without(captions: Mapping[str, list[str]], names: Iterable[str]) -> dict[str, list[str]]:
    """`captions` less the images whose file name or path is in `names`."""
    dropped = frozenset(names)
    return {
        image: texts
        for image, texts in captions.items()
        if image not in dropped and Path(image).name not in dropped
    }


def list_digest(names: Iterable[str]) -> str:
    """SHA-256, in hexadecimal, of the sorted names, each ended by a newline."""
    return hashlib.sha256("".join(f"{name}\n" for name in sorted(names)).encode()).hexdigest()


def _leads_outside(name: str) -> bool:
    # Lists travel between computers, so both kinds of path count on both.
    kinds = (PurePosixPath(name), PureWindowsPath(name))
    return any(path.is_absolute() or path.drive or ".." in path.parts for path in kinds)


def _lines(path: Path) -> list[str]:
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise PhotoClipError(f"The list {path} cannot be read: {reason}.") from error
    lines = []
    # Not splitlines(): a caption may hold one of Unicode's rarer line separators.
    for number, line in enumerate(content.removeprefix(BOM_UTF8).split(b"\n"), start=1):
        try:
            lines.append(line.decode().removesuffix("\r"))
        except UnicodeDecodeError as error:
            raise PhotoClipError(
                f"Line {number} of the list {path} is not UTF-8 text. "
                "Save the list as UTF-8 and try again."
            ) from error
    return lines


def _rows(path: Path, second: str) -> list[tuple[int, str, str]]:
    """Number, image name and second column of each row."""
    rows = []
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.split("\t")]
        if fault := _fault(parts, second):
            raise PhotoClipError(
                f"Line {number} of {path} is not an image name, one tab and a {second}: {fault}. "
                "Correct or delete the line."
            )
        rows.append((number, parts[0], parts[1]))
    if not rows:
        raise PhotoClipError(
            f"{path} holds no rows. Each line needs an image name, one tab and a {second}."
        )
    return rows


def _fault(parts: list[str], second: str) -> str:
    """What keeps the columns of a line from being a row, or ""."""
    if len(parts) == 1:
        return "it has no tab"
    if len(parts) > 2:
        return f"it has {len(parts) - 1} tabs"
    if not parts[0]:
        return "the image name is missing"
    return "" if parts[1] else f"the {second} is empty"
