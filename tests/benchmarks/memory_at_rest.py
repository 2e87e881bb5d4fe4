"""How much memory the app takes with a library open and nothing to do, in a process of its own.

The app's own window, offscreen, over the library that `searching` makes. A phrase is searched, so
that the model is loaded and all vectors are in memory; then the model is freed, as the app does
when nothing has asked it for a while. What counts is the resident memory of the app's process and
of those it has started, code and files that they have mapped included; Linux alone tells it.
"""

import gc
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.model_process import ModelProcess
from photoclip.clip.models import STARTER, find_model
from photoclip.clip.native import give_back_memory
from photoclip.clip.remote_encoder import RemoteEncoder
from photoclip.core.library import Library
from photoclip.core.tagging import Tagger
from tests.benchmarks.reporting import Bar
from tests.benchmarks.resident import megabytes, of_children
from tests.benchmarks.searching import fill

BARS = (Bar("rest_mb", most=900.0),)

_COMMAND = """
import sys
from tests.benchmarks.memory_at_rest import open_and_rest
open_and_rest(sys.argv[1])
"""


def at_rest(photos: int) -> dict[str, float]:
    """Megabytes: of the process with the window, after a search, and at rest."""
    encoder = OpenClipEncoder(find_model(STARTER, None), device="cpu")
    with TemporaryDirectory() as name:
        folder = Path(name)
        words = Tagger(encoder, cache_dir=folder / "cache").terms.background_prototypes
        library = Library(folder / "library.photoclip")
        fill(library, encoder.id, words, photos)
        library.close()
        done = subprocess.run(
            [sys.executable, "-c", _COMMAND, name], capture_output=True, text=True, check=False
        )
    if done.returncode:
        sys.exit(f"{done.stderr[-2000:]}\nThe app did not come to rest.")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def open_and_rest(folder: str) -> None:
    """What the process of its own does; it prints the figures."""
    from tests.benchmarks.running import running, search

    encoder = RemoteEncoder(ModelProcess(), find_model(STARTER, None))
    figures = {}
    with running(Path(folder, "library.photoclip"), encoder, Path(folder)) as shell:
        figures["rest_window_mb"] = megabytes("VmRSS")
        search(shell, "kite on the beach")
        figures["rest_after_a_search_mb"] = megabytes("VmRSS") + of_children()
        # As `Serving.rest` does.
        encoder.unload()
        gc.collect()
        give_back_memory()
        figures["rest_mb"] = megabytes("VmRSS") + of_children()
        figures["rest_of_it_mapped_files_mb"] = megabytes("RssFile")
    print(json.dumps(figures))
