"""A run killed half-way, as by a power cut: nothing is lost, doubled or embedded twice."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from photoclip.core.library import Library
from photoclip.core.switching import Choice, choice
from tests.core.switches import everything_but, switch_to
from tests.core.test_indexing import run
from tests.fakes import BrightColourEncoder, ColourEncoder, save_photo

ROOT = Path(__file__).parent.parent.parent
INDEX = """
import sys
from pathlib import Path
from photoclip.core.indexing import index
from photoclip.core.library import Library
from photoclip.core.tagging import Tagger
from photoclip.progress import StopFlag
from tests.fakes import ColourEncoder

encoder = ColourEncoder()
for progress in index(
    Library(Path(sys.argv[1])), encoder, Tagger(encoder), [sys.argv[2]], StopFlag()
):
    print(progress.phase, progress.done, flush=True)
    if progress.phase == "indexing":
        sys.stdin.read(1)  # wait here to be killed
"""


SWITCH = """
import sys
from pathlib import Path
from photoclip.core.library import Library
from photoclip.core.switching import switch, want
from photoclip.core.tagging import Tagger
from photoclip.progress import StopFlag
from tests.fakes import BrightColourEncoder

library, encoder = Library(Path(sys.argv[1])), BrightColourEncoder()
want(library, "bright")
for progress in switch(library, "bright", encoder, Tagger(encoder), StopFlag()):
    print(progress.phase, progress.done, flush=True)
    if progress.done >= 16:
        sys.stdin.read(1)  # wait here to be killed
"""


def kill_at(report: str, script: str, *args: Path) -> None:
    """Run a script of Python that prints its reports, and kill it as soon as this one comes."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *map(str, args)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(report):
                break
        process.kill()


def contents(library: Library) -> list[tuple[Any, ...]]:
    """All that matters of a library, free of the order in which it was stored."""
    return library.store.db.execute(
        "SELECT path, name, files.size, mtime_ns, missing, failure, hash, width, height, present,"
        " sort_time, hex(vector), (SELECT group_concat(term || probability) FROM suggestions"
        "  JOIN terms ON terms.id = term_id WHERE suggestions.photo_id = photos.id)"
        " FROM files JOIN directories ON directories.id = directory_id"
        " LEFT JOIN photos ON photos.id = files.photo_id"
        " LEFT JOIN vectors ON vectors.photo_id = photos.id ORDER BY path, name"
    ).fetchall()


def test_a_killed_run_ends_like_an_undisturbed_one(
    photos: Path, tmp_path: Path, encoder: ColourEncoder
) -> None:
    colours = ("red", "green", "blue", "orange")
    for i in range(30):
        save_photo(photos / f"{i % 3}" / f"{i}.jpg", colours[i % 4])
    (photos / "broken.jpg").write_text("no picture")

    path = tmp_path / "killed.photoclip"
    kill_at("indexing", INDEX, path, photos)

    killed = Library(path)
    stored = killed.counts(encoder.id).searchable
    assert 0 < stored < 30
    report = run(killed, encoder, photos)
    assert report.indexed == encoder.images_encoded == 30 - stored
    undisturbed = Library(tmp_path / "undisturbed.photoclip")
    run(undisturbed, encoder, photos)
    assert contents(killed) == contents(undisturbed)
    killed.close()
    undisturbed.close()


def test_killed_it_goes_on_and_ends_like_an_undisturbed_one(
    library: Library, album: Path, bright: BrightColourEncoder, tmp_path: Path
) -> None:
    library.store.row("PRAGMA wal_checkpoint(TRUNCATE)")
    undisturbed = Library(Path(shutil.copy(library.path, tmp_path / "undisturbed.photoclip")))
    shutil.copytree(
        library.path.with_name("library.thumbnails"), tmp_path / "undisturbed.thumbnails"
    )
    kill_at("embedding 16", SWITCH, library.path)
    assert choice(library) == Choice("starter", "bright")
    assert switch_to(library, bright)[1].embedded == 24
    switch_to(undisturbed, BrightColourEncoder())
    rows = (
        "SELECT photo_id, hex(vector), tagged_with, (SELECT group_concat(term_id || probability)"
        " FROM suggestions AS s WHERE s.photo_id = v.photo_id AND s.model_id = v.model_id)"
        " FROM vectors AS v WHERE model_id = (SELECT id FROM models WHERE key = 'bright-1')"
        " ORDER BY v.id"
    )
    assert library.store.rows(rows) == undisturbed.store.rows(rows)
    assert everything_but(library, bright.id) == everything_but(undisturbed, bright.id)
    undisturbed.close()
