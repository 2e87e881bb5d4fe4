"""The most memory that indexing takes beyond the loaded model, in a process of its own.

All of `../shared/data` (cameras' files, many formats, broken files, 8,000 small photos) is indexed
with open_clip's ViT-B-32-256. The peak is the kernel's, reset when the model is loaded and the
vocabulary's terms are embedded; Linux alone tells it.
"""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.models import find_model
from photoclip.core.indexing import index
from photoclip.core.library import Library
from photoclip.core.tagging import Tagger
from photoclip.progress import StopFlag
from tests.benchmarks.peer import ARCHITECTURE, prepare
from tests.benchmarks.reporting import Bar
from tests.benchmarks.resident import megabytes

BARS = (Bar("indexing_beyond_the_model_mb", most=500.0),)

_SHARED = Path(__file__).parents[3] / "shared" / "data"
_RESET_PEAK = "5"


def while_indexing() -> dict[str, float]:
    """Megabytes: of the process with the model, at the peak of indexing, and the difference."""
    if not _SHARED.is_dir():
        sys.exit(f"There are no photos in {_SHARED}. Put the folder of shared data there.")
    prepare()
    command = "from tests.benchmarks.memory_indexing import index_everything; index_everything()"
    done = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{done.stderr[-2000:]}\nIndexing {_SHARED} failed.")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def index_everything() -> None:
    """What the process of its own does; it prints the figures."""
    peer = prepare()
    model = find_model(ARCHITECTURE, peer.models)
    encoder = OpenClipEncoder(model, device="cpu", cache_dir=peer.cache)
    tagger = Tagger(encoder, cache_dir=peer.cache)
    size = encoder.preprocessing.size
    tagger.tags(encoder.encode_images(np.zeros((1, size, size, 3), np.uint8)))
    loading, loaded = megabytes("VmHWM"), megabytes("VmRSS")
    Path("/proc/self/clear_refs").write_text(_RESET_PEAK, encoding="ascii")
    with TemporaryDirectory() as name:
        library = Library(Path(name, "library.photoclip"))
        run = index(library, encoder, tagger, [str(_SHARED)], StopFlag())
        try:
            while True:
                next(run)
        except StopIteration as ended:
            done = ended.value
        peak = megabytes("VmHWM")
        library.close()
    assert done.found == done.indexed + done.failed + done.unchanged, f"not all was read: {done}"
    figures = {
        "indexing_photos": done.indexed,
        "indexing_files_that_are_broken": done.failed,
        "indexing_peak_of_loading_mb": loading,
        "indexing_model_loaded_mb": loaded,
        "indexing_peak_mb": peak,
        "indexing_beyond_the_model_mb": peak - loaded,
    }
    print(json.dumps(figures))
