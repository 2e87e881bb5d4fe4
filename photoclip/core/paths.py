"""Where PhotoClip keeps its own files, and how a path is shown to a person."""

import os
from pathlib import Path

import platformdirs

_APP = "PhotoClip"


def data_dir() -> Path:
    """What must not be lost: libraries, settings, models a person got."""
    return Path(platformdirs.user_data_dir(_APP, appauthor=False))


def cache_dir() -> Path:
    """What can be made again at any time."""
    return Path(platformdirs.user_cache_dir(_APP, appauthor=False))


def models_dir() -> Path:
    return data_dir() / "models"


def settings_file() -> Path:
    return data_dir() / "settings.json"


def default_library() -> Path:
    """The library used when none is named: PHOTOCLIP_LIBRARY, else one in `data_dir`."""
    named = os.environ.get("PHOTOCLIP_LIBRARY")
    return Path(named) if named else data_dir() / "library.photoclip"


def thumbnails_dir(library: Path) -> Path:
    """Beside the library, so that the two travel together."""
    return library.with_name(library.stem + ".thumbnails")


def display(path: str) -> str:
    """The path as a person may read it: bytes that are no UTF-8 and line breaks made visible."""
    text = os.fsencode(path).decode("utf-8", "replace")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == " " else "\N{REPLACEMENT CHARACTER}" for c in text)


def display_name(path: str) -> str:
    """The last part of the path, as `display` shows it; a drive's own root stays whole."""
    return display(os.path.basename(path.rstrip(os.sep)) or path)
