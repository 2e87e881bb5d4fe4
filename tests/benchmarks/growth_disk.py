"""What has changed on the disk, one operation after another; for `growth`."""

from pathlib import Path
from typing import Any

from photoclip.core.folders import below
from photoclip.core.indexing import index
from photoclip.core.survey import mark, survey
from photoclip.progress import StopFlag
from tests.benchmarks.growing import Grown, QuickEyes
from tests.benchmarks.growth_operation import Operation
from tests.fakes import save_photo


def _rescanned(grown: Grown, folder: Path | None = None) -> set[int]:
    *_, seen = survey(grown.library, grown.encoder.id, [bytes(folder or grown.root)], StopFlag())
    mark(grown.library, seen.returned, missing=False)
    mark(grown.library, seen.vanished, missing=True)
    return seen.vanished | seen.returned


def _folder_added(grown: Grown) -> Path:
    folder = grown.root / "2026" / f"new {next(grown.numbers)}"
    for _ in range(100):
        save_photo(folder / f"{next(grown.numbers)}.jpg")
    return folder


def _indexed(grown: Grown, folder: Path) -> None:
    eyes: Any = QuickEyes(grown.encoder)
    list(index(grown.library, eyes, grown.tagger, [str(folder)], StopFlag()))


def _folder_gone(grown: Grown) -> tuple[Path, Path]:
    """The folder, and where it has gone."""
    folder = grown.root / "2012" / "trip 150"
    away = folder.with_name(".trip 150")
    return folder.rename(away), away


def _told_and_put_back(grown: Grown, away: tuple[Path, Path]) -> None:
    year = away[1].parent
    assert _rescanned(grown, year)
    away[1].rename(year / "trip 150")
    assert _rescanned(grown, year)


def _year_there(grown: Grown) -> str:
    """A folder all of whose files are there."""
    year = grown.root / "2014"
    with grown.library.store.write() as db:
        db.execute(
            "UPDATE files SET missing = 0 WHERE missing AND directory_id IN"
            " (SELECT id FROM directories WHERE path >= ? AND path < ?)",
            list(below(bytes(year))),
        )
    return str(year)


DISK = (
    Operation("first_rescan", "rows of files", lambda grown, _: _rescanned(grown), times=1),
    Operation("rescan", "stat of each file", lambda grown, _: _rescanned(grown), times=3),
    Operation("add_100_photos", "decoding", _indexed, _folder_added, times=3),
    Operation(
        "folder_gone_and_back", "its year's files", _told_and_put_back, _folder_gone, times=3
    ),
    Operation(
        "remove_folder",
        "its files",
        lambda grown, year: grown.library.remove_root(year),
        _year_there,
        times=3,
    ),
)
