"""Keeping the decoders' warnings about odd files away from people and from `-W error`."""

import threading
import warnings
from typing import Final

_MODULES: Final = r"PIL\."
_lock = threading.Lock()


def ignore_decoder_warnings() -> None:
    """Ignore every warning raised inside Pillow, from now on and in all threads.

    Pillow warns about harmless oddities ("Corrupt EXIF data"). `warnings.catch_warnings` would
    silence them per call but swaps a list that all threads share. So the filter is only ever added,
    once; and looked for at each call, since a test runner puts the list back as it was.
    """
    if _is_first():
        return
    with _lock:
        if not _is_first():
            warnings.filterwarnings("ignore", module=_MODULES)


def _is_first() -> bool:
    # A filter is (action, message, category, module, line); only the first one surely decides.
    first = warnings.filters[:1]
    return (
        bool(first) and first[0][0] == "ignore" and getattr(first[0][3], "pattern", "") == _MODULES
    )
