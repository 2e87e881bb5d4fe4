"""A check of this computer, within two minutes: how fast it indexes and searches, and with what.

Decoding and each form of the model are measured alone, then both together as indexing runs them,
then a search. Nothing is stored and no library is touched. `verdict` puts the figures into words.
"""

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from photoclip.clip.devices import Device
from photoclip.clip.encoder import Encoder
from photoclip.core.gauging import Decoding, Searching, decoded, encoded, made, searched, together
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, StopFlag

# How many photos are searched where there is no library.
USUAL: Final = 100_000
# So many pictures are decoded where there are no photos.
_MADE: Final = 48
# Beside the precision that is chosen on a device, and float32. On a processor the choice has told
# whether bfloat16 is any good: emulated, a single picture may take a minute.
_LOWER: Final = {"cuda": ("float16", "bfloat16"), "mps": ("float16",)}


class OpenOn(Protocol):
    """Opens the model on a kind of device, in a precision or, for None, the fastest there."""

    def __call__(self, device: str, precision: str | None) -> Encoder: ...


@dataclass(frozen=True)
class Budget:
    """Seconds for each part; what takes longer by itself is done once.

    Attributes:
        others: after so many in all, no other form of the model is loaded any more.
    """

    decoding: float = 15.0
    encoding: float = 6.0
    together: float = 10.0
    searching: float = 15.0
    others: float = 65.0


@dataclass(frozen=True)
class Encoding:
    """The model alone: a kind of `DEVICES`, the device's name, the precision, photos a second."""

    kind: str
    device: str
    precision: str
    per_second: float


@dataclass(frozen=True)
class Health:
    """What was measured.

    Attributes:
        encodings: the form of the model that is in use comes first.
        bound: photos a second if decoding and the model never waited for each other.
        together: photos a second of both as indexing runs them; None where that takes too long.
        unknown: how many photos of the library the model has not seen.
        seconds: how long the check took.
    """

    model: str
    decoding: Decoding
    encodings: tuple[Encoding, ...]
    bound: float
    together: float | None
    searching: Searching
    unknown: int
    seconds: float


def check(
    encoder: Encoder,
    open_on: OpenOn,
    devices: Sequence[Device],
    paths: Sequence[str],
    photos: int,
    unknown: int,
    stop: StopFlag,
    budget: Budget = Budget(),
) -> Generator[Progress, None, Health | None]:
    """Measure part after part.

    Args:
        encoder: the model as it is used.
        open_on: opens the same model elsewhere.
        devices: those that work.
        paths: photos of the person, which are read; where none can be, pictures are made.
        photos: how many there are to search, or 0 for `USUAL`.
        unknown: how many of these the model has not seen.

    Returns:
        What was measured, as the generator's value; None when stopped.

    Raises:
        PhotoClipError: the model cannot be loaded or run.
    """
    begun = time.perf_counter()
    total = 4 + 2 * len(devices)
    yield Progress("checking", 0, total, detail="decoding")
    found = decoded(list(map(Path, paths)), True, encoder.preprocessing, budget.decoding, stop)
    if found is None and not stop.stopped:
        found = decoded(made(_MADE), False, encoder.preprocessing, budget.decoding, stop)
    if found is None:
        return None
    decoding, sources = found
    yield Progress("checking", 1, total, detail="the model")
    # Asking for the precision loads it, and the device may change by that.
    precision, kind = encoder.precision, encoder.device
    name = next((device.name for device in devices if device.kind == kind), kind)
    in_use = Encoding(kind, name, precision, encoded(encoder, budget.encoding, stop))
    yield Progress("checking", 2, total, detail="both together")
    bound = _bound(decoding, in_use)
    both = together(encoder, sources, bound, budget.together, stop)
    yield Progress("checking", 3, total, detail="search")
    searching = searched(encoder, photos or USUAL, budget.searching, stop)
    encoder.unload()
    encodings = [in_use]
    for device in devices:
        # What is fastest on another device is known when it is loaded there.
        forms: list[str | None] = _others(in_use) if device.kind == kind else [None]
        while forms and not stop.stopped and time.perf_counter() - begun < budget.others:
            form = forms.pop(0)
            done = min(3 + len(encodings), total)
            yield Progress("checking", done, total, detail=f"{device.name} {form or ''}".strip())
            other = _elsewhere(open_on, device, form, budget.encoding, stop)
            if other is not None:
                encodings.append(other)
                forms = forms if form else _others(other)
    yield Progress("checking", total, total)
    if stop.stopped or searching is None:
        return None
    return Health(
        model=encoder.name,
        decoding=decoding,
        encodings=tuple(encodings),
        bound=bound,
        together=both,
        searching=searching,
        unknown=unknown,
        seconds=time.perf_counter() - begun,
    )


def _bound(decoding: Decoding, encoding: Encoding) -> float:
    """Photos a second at best: on a processor both share the cores."""
    if encoding.kind != "cpu":
        return min(decoding.per_second, encoding.per_second)
    return 1 / (1 / decoding.per_second + 1 / encoding.per_second)


def _others(encoding: Encoding) -> list[str | None]:
    """The precisions to measure beside one, on its device."""
    wanted = ("float32", *_LOWER.get(encoding.kind, ()))
    return [precision for precision in wanted if precision != encoding.precision]


def _elsewhere(
    open_on: OpenOn, device: Device, precision: str | None, seconds: float, stop: StopFlag
) -> Encoding | None:
    """The model on that device; None where it does not run there so."""
    encoder = open_on(device.kind, precision)
    try:
        chosen = encoder.precision
        # It may have been left for the processor, before or meanwhile.
        if encoder.device == device.kind:
            rate = encoded(encoder, seconds, stop)
            if encoder.device == device.kind:
                return Encoding(device.kind, device.name, chosen, rate)
    except PhotoClipError:
        pass  # too little memory, or numbers out of range
    finally:
        encoder.unload()
    return None
