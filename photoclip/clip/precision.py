"""Which precision is fastest on this computer, measured once and remembered.

bfloat16 is several times as fast as float32 on processors with instructions for it and slower on
all others, and no flag says reliably which is the case. So it is measured, with the model itself.
"""

import contextlib
import platform
import time
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

from photoclip.clip.devices import PROCESSOR, Device
from photoclip.clip.remembered import note, recall

FILE = "precision.json"
PRECISIONS = ("float32", "bfloat16", "float16")

# Measurements are noisy while other work runs; less than this is not worth the lost digits.
_WORTHWHILE = 1.15


def images_per_second(encode: Callable[[], object], images: int, seconds: float = 0.4) -> float:
    """How fast `encode` is, which encodes `images` pictures per call, from its best call."""
    return rates_in_turns({"": encode}, images, seconds)[""]


def rates_in_turns(
    candidates: Mapping[str, Callable[[], object]], images: int, seconds: float = 1.0
) -> dict[str, float]:
    """Images per second of each candidate, which encodes `images` pictures per call.

    They take turns, so that other work on the machine slows all of them, and the best call is the
    one it slowed least. Each is called once to warm up; then at least three rounds are run, and
    more for about `seconds`, but none are begun that a slow machine would take too long for.
    """
    best = dict.fromkeys(candidates, float("inf"))
    begin = time.perf_counter()
    for round_number in count():
        for name, encode in candidates.items():
            start = time.perf_counter()
            encode()
            took = time.perf_counter() - start
            # The first call also picks kernels and gets memory.
            best[name] = took if round_number == 1 else min(best[name], took)
        elapsed = time.perf_counter() - begin
        if elapsed > (seconds if round_number >= 3 else 4 * seconds):
            break
    return {name: images / max(took, 1e-9) for name, took in best.items()}


def fastest(rates: Mapping[str, float]) -> str:
    """The precision to take, given images per second: a faster one has to be so by a margin.

    Of "float32", "float16" and "bfloat16", each later one has fewer digits.
    """
    best = "float32"
    for precision in ("float16", "bfloat16"):
        if rates.get(precision, 0.0) > _WORTHWHILE * rates[best]:
            best = precision
    return best


def machine() -> str:
    """The processor, as far as the system tells: what a measurement holds for."""
    import torch

    name = platform.processor()
    with contextlib.suppress(OSError):  # only on Linux, where platform knows next to nothing
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split("\n"):
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    capability = torch.backends.cpu.get_cpu_capability()
    return f"{name}, {platform.machine()}, {capability}, {torch.get_num_threads()} threads"


def measurement_key(model_id: str, device: Device = PROCESSOR) -> str:
    """What a remembered precision is filed under."""
    import torch

    where = machine() if device == PROCESSOR else device.name
    return f"{where} | torch {torch.__version__} | {model_id}"


def remembered_precision(cache_dir: Path | None, key: str) -> str | None:
    """The precision found best before, or None where nothing usable is remembered."""
    entry = recall(cache_dir, FILE, key)
    precision = entry.get("precision") if isinstance(entry, dict) else None
    return precision if precision in PRECISIONS else None


def remember_precision(
    cache_dir: Path | None, key: str, precision: str, rates: dict[str, float]
) -> None:
    """Note the choice and the images per second it rests on; a full disk only costs the note."""
    rounded = {name: round(rate, 1) for name, rate in rates.items()}
    note(cache_dir, FILE, key, {"precision": precision, "images_per_second": rounded})
