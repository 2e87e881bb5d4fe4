"""Reading the tab-separated lists that training and evaluation start from.

Three kinds of UTF-8 text files, one entry a line, blank lines ignored: `image<TAB>caption`,
`image<TAB>label` (underscores in a label are spaces) and plain lists of image names.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from photoclip.errors import PhotoClipError


def read_captions(path: Path) -> dict[str, list[str]]:
    """The captions of each image, both in the order of the file `image<TAB>caption`.

    Raises:
        PhotoClipError: the file cannot be read, a row is malformed, or there are no rows.
    """
    captions: dict[str, list[str]] = {}
    for image, caption in _rows(path, "caption"):
        captions.setdefault(image, []).append(caption)
    return captions


def read_labels(path: Path) -> dict[str, str]:
    """The label of each image of the file `image<TAB>label`, with spaces for underscores.

    Raises:
        PhotoClipError: the file cannot be read, a row is malformed, an image has two labels,
            or there are no rows.
    """
    labels: dict[str, str] = {}
    for image, label in _rows(path, "label"):
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


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise PhotoClipError(f"The list {path} cannot be read: {reason}.") from error
    except UnicodeDecodeError as error:
        raise PhotoClipError(
            f"The list {path} is not UTF-8 text. Save it as UTF-8 and try again."
        ) from error


def _rows(path: Path, second: str) -> list[tuple[str, str]]:
    rows = []
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.split("\t")]
        if len(parts) != 2 or not all(parts):
            raise PhotoClipError(
                f"Line {number} of {path} is not an image name, one tab and a {second}. "
                "Correct or delete the line."
            )
        rows.append((parts[0], parts[1]))
    if not rows:
        raise PhotoClipError(
            f"{path} holds no rows. Each line needs an image name, one tab and a {second}."
        )
    return rows
