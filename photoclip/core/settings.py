"""What a person set and the window remembers: one small JSON file, read leniently."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

Appearance = Literal["system", "light", "dark"]

RECENT_SEARCHES = 10
# The least and the most that a size can be.
_BOUNDS = {"tile_size": (72, 352), "sidebar_width": (180, 320), "details_width": (280, 420)}


@dataclass(frozen=True)
class Settings:
    """Sizes are in logical pixels.

    Attributes:
        appearance: light, dark, or as the system has it.
        tile_size: the wished side of a thumbnail in the grid.
        window: the window's size and place, in Qt's own form and base64; "" when never shown.
        recent_searches: the newest first.
        model_mirror: the address of a mirror of the model hub; "" for the hub itself.
        unknown: what a newer PhotoClip wrote; kept as it is.
    """

    appearance: Appearance = "system"
    tile_size: int = 176
    sidebar_open: bool = True
    sidebar_width: int = 220
    details_open: bool = True
    details_width: int = 304
    window: str = ""
    recent_searches: tuple[str, ...] = ()
    model_mirror: str = ""
    unknown: Mapping[str, Any] = field(default_factory=dict)


def load(path: Path) -> Settings:
    """Read the settings; whatever is missing or makes no sense takes its default."""
    try:
        stored = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return Settings()
    if not isinstance(stored, dict):
        return Settings()
    values: dict[str, Any] = {}
    for each in fields(Settings):
        if each.name != "unknown" and each.name in stored:
            value = stored.pop(each.name)
            if _makes_sense(each.name, value, each.default):
                values[each.name] = tuple(value) if isinstance(value, list) else value
    return Settings(**values, unknown=stored)


def _makes_sense(name: str, value: object, default: object) -> bool:
    if name == "appearance":
        return value in get_args(Appearance)
    if name in _BOUNDS:
        least, most = _BOUNDS[name]
        return type(value) is int and least <= value <= most
    if isinstance(default, tuple):
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return type(value) is type(default)


def save(path: Path, settings: Settings) -> None:
    """Write the settings whole or not at all; a disk that refuses costs no more than them."""
    known = {f.name: getattr(settings, f.name) for f in fields(Settings) if f.name != "unknown"}
    text = json.dumps({**settings.unknown, **known}, indent=2, ensure_ascii=False)
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text + "\n", "utf-8")
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)


def with_search(recent: tuple[str, ...], text: str) -> tuple[str, ...]:
    """The recent searches after searching for `text`: newest first, each once."""
    text = " ".join(text.split())
    if not text:
        return recent
    others = (r for r in recent if r.casefold() != text.casefold())
    return (text, *others)[:RECENT_SEARCHES]
