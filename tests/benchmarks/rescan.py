"""How long it takes to see that nothing has changed, beside a bare walk over the same files.

    python -m tests.benchmarks.rescan [--json] [--files N]

100,000 small files in 500 folders, known to a library as they are, each with a vector of the model.
Both sides by turns on the same files, which the system has in its cache: `os.scandir` with a `stat`
of each entry, and the survey that indexing begins with. The median of each. The first survey after
any change compares a folder's rows and remembers what it found, so it is told apart.
"""

import os
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from photoclip.core.library import Library
from photoclip.core.own import VERSION
from photoclip.core.survey import survey
from photoclip.progress import StopFlag
from tests.benchmarks.reporting import Bar, report

BARS = (Bar("times_bare", most=2.0),)

_FILES, _FOLDERS = 100_000, 500
_TURNS = 7
_MODEL = "benchmark"


def measure(files: int = _FILES, folders: int = _FOLDERS) -> dict[str, float]:
    """Seconds of both, and how many times the bare walk's the survey takes."""
    with TemporaryDirectory() as name:
        root = Path(name, "photos")
        library = Library(Path(name, "library.photoclip"))
        try:
            _fill(library, root, files, folders)
            bare, ours = [], []
            for _ in range(1 + _TURNS):
                start = time.perf_counter()
                assert _walk(os.fsencode(root)) == files
                bare.append(time.perf_counter() - start)
                start = time.perf_counter()
                *_, seen = survey(library, _MODEL, [os.fsencode(root)], StopFlag())
                ours.append(time.perf_counter() - start)
                assert seen.unchanged == files
                for others in (seen.candidates, seen.vanished, seen.unread, seen.resaid):
                    assert not others
        finally:
            library.close()
    return {
        "bare_walk_seconds": statistics.median(bare),
        "first_rescan_seconds": ours[0],
        "rescan_seconds": statistics.median(ours[1:]),
        "times_bare": statistics.median(ours[1:]) / statistics.median(bare),
    }


def _walk(folder: bytes) -> int:
    found = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                found += _walk(entry.path)
            else:
                entry.stat()
                found += 1
    return found


def _fill(library: Library, root: Path, files: int, folders: int) -> None:
    """Make the files, and a library that knows them."""
    vector = np.zeros(512, np.float16).tobytes()
    with library.store.write() as db:
        db.execute("INSERT INTO models (id, key, name) VALUES (1, ?, '')", [_MODEL])
        db.execute("INSERT INTO roots (path) VALUES (?)", [os.fsencode(root)])
        for number in range(files):
            folder = root / f"{2006 + number % folders // 25}" / f"trip {number % folders}"
            if number < folders:
                folder.mkdir(parents=True)
                db.execute(
                    "INSERT INTO directories (id, path) VALUES (?, ?)",
                    [number + 1, bytes(folder)],
                )
            path = folder / f"IMG_{number:06}.JPG"
            path.write_bytes(b"x")
            facts = path.stat()
            db.execute(
                "INSERT INTO photos (id, hash, sort_time, width, height, format, size)"
                " VALUES (?, ?, 0, 1, 1, 'JPEG', 1)",
                [number + 1, f"{number:032x}"],
            )
            db.execute(
                "INSERT INTO files (directory_id, name, size, mtime_ns, photo_id, own_read)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [number % folders + 1, os.fsencode(path.name), facts.st_size, facts.st_mtime_ns,
                 number + 1, VERSION],
            )  # fmt: skip
            db.execute("INSERT INTO vectors VALUES (NULL, 1, ?, ?, '')", [number + 1, vector])


if __name__ == "__main__":
    report(__doc__, measure, BARS, files=_FILES, folders=_FOLDERS)
