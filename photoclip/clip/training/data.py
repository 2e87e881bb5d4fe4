"""From the lists to what is trained on, held out and left out; and the check of every photo."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from photoclip.clip.pairs import read_captions, read_names, without
from photoclip.clip.training.batches import TrainingSet
from photoclip.clip.training.settings import TrainSettings
from photoclip.clip.training.views import open_photo
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, RateMeter, StopFlag

_NAMED = 3
_CHECKED_AT_ONCE = 256


@dataclass(frozen=True)
class TrainingData:
    """The photos of a training and what was left out of it.

    Attributes:
        training: to learn from.
        held_out: to measure with, or None.
        excluded: the names never to train on.
        repeated: rows that said the same of the same photo again, left out. Two people may well
            have written the same.
    """

    training: TrainingSet
    held_out: TrainingSet | None
    excluded: frozenset[str]
    repeated: int

    @property
    def names(self) -> list[str]:
        """All photos that will be looked at, sorted."""
        held = self.held_out.names if self.held_out else ()
        return sorted([*self.training.names, *held])


def read_data(settings: TrainSettings) -> TrainingData:
    """Read the lists and draw the held-out photos.

    Raises:
        PhotoClipError: a list cannot be read, a row of it is malformed, or fewer than two photos
            are left to train on.
    """
    excluded = read_names(settings.exclude) if settings.exclude else frozenset()
    rows = without(read_captions(settings.captions), excluded)
    captions = {name: list(dict.fromkeys(texts)) for name, texts in rows.items()}
    names = sorted(captions)
    if len(names) - settings.holdout < 2:
        raise PhotoClipError(
            f"{settings.captions} leaves fewer than two photos to train on. "
            "Exclude or hold out fewer."
        )
    order = np.random.default_rng(settings.seed).permutation(len(names))
    held = frozenset(names[row] for row in order[: settings.holdout])
    return TrainingData(
        TrainingSet.of({name: captions[name] for name in names if name not in held}),
        TrainingSet.of({name: captions[name] for name in sorted(held)}) if held else None,
        excluded,
        sum(map(len, rows.values())) - sum(map(len, captions.values())),
    )


def check_photos(
    settings: TrainSettings, names: Sequence[str], stop: StopFlag
) -> Iterator[Progress]:
    """Decode every photo once, at the smallest scale: some thousands a second.

    Raises:
        PhotoClipError: some are missing, or cannot be read.
    """
    missing = [name for name in names if not (settings.images / name).is_file()]
    if missing:
        are = "is" if len(missing) == 1 else "are"
        raise PhotoClipError(
            f"{_these(missing)} {are} not in {settings.images}. {_remedy('Put', missing, settings)}"
        )

    def is_broken(name: str) -> bool:
        try:
            open_photo(settings.images / name, 1)
        except PhotoClipError:
            return True
        return False

    broken: list[str] = []
    meter = RateMeter()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in range(0, len(names), _CHECKED_AT_ONCE):
            stop.wait_while_paused()
            if stop.stopped:
                return
            part = names[start : start + _CHECKED_AT_ONCE]
            found = pool.map(is_broken, part)
            broken += [name for name, bad in zip(part, found, strict=True) if bad]
            done = start + len(part)
            rate = meter.update(done)
            left = (len(names) - done) / rate if rate else None
            yield Progress("checking photos", done, len(names), left, rate)
    if broken:
        raise PhotoClipError(
            f"{_these(broken)} cannot be read. {_remedy('Replace', broken, settings)}"
        )


def _these(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"The photo {names[0]}"
    listed = ", ".join(names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{len(names)} photos ({listed}{more})"


def _remedy(verb: str, names: Sequence[str], settings: TrainSettings) -> str:
    it, its = ("it", "its") if len(names) == 1 else ("them", "their")
    there = " there" if verb == "Put" else ""
    return f"{verb} {it}{there} or delete {its} lines from {settings.captions}."
