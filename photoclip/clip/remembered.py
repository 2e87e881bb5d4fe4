"""Small facts that took time to find out, kept in a cache folder as JSON."""

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

# Entries a file, of many models and machines in one roaming folder; the oldest go.
_MOST = 50


def recall(cache_dir: Path | None, file: str, key: str) -> Any:
    """What was noted under a key, or None where nothing is there or can be read."""
    return _entries(cache_dir, file).get(key) if cache_dir is not None else None


def note(cache_dir: Path | None, file: str, key: str, entry: object) -> None:
    """Note a fact in place of any before; a full disk only costs the note."""
    if cache_dir is None:
        return
    entries = _entries(cache_dir, file)
    entries.pop(key, None)
    entries[key] = entry
    entries = dict(list(entries.items())[-_MOST:])
    with contextlib.suppress(OSError):
        cache_dir.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=file, dir=cache_dir)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as written:
                json.dump(entries, written, indent=1)
            Path(temporary).replace(cache_dir / file)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise


def _entries(cache_dir: Path, file: str) -> dict[str, Any]:
    try:
        entries = json.loads((cache_dir / file).read_bytes())
    except (OSError, ValueError):
        return {}
    return entries if isinstance(entries, dict) else {}
