"""Importing a model to the end, or to where it is stopped."""

from pathlib import Path
from typing import Any

from photoclip.clip.importing import import_model
from photoclip.clip.models import Model
from photoclip.progress import Progress, StopFlag


def bring(path: Path, models_dir: Path, **options: Any) -> Model:
    model, _ = driven(path, models_dir, **options)
    assert model is not None
    return model


def driven(
    path: Path, models_dir: Path, *, stop_at: str = "", **options: Any
) -> tuple[Model | None, list[Progress]]:
    stop = StopFlag()
    work = import_model(path, models_dir, stop, **options)
    reports = []
    while True:
        try:
            reports.append(next(work))
        except StopIteration as end:
            return end.value, reports
        if reports[-1].phase == stop_at:
            stop.stop()
