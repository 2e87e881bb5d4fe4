"""Photos indexed in a second, beside rclip and beside what decoding and encoding alone allow.

    python -m tests.benchmarks.indexing [--json] [--camera N] [--small N] [--turns N]

Both sides index the same folders by turns, each time into a new library, with open_clip's
ViT-B-32-256 and the same random weights, loaded before the clock starts; of each the median.
"camera" is `../shared/data/camera` (JPEG, and a third of it HEIC) repeated under other names with
some bytes behind each file, "small" are photos of Flickr8k. Our side makes thumbnails, reads EXIF
and suggests tags too; rclip does none of that. Ours runs in the precision that is fastest here and
in float32.

The bound is what the cores could do if there were nothing but `decode` with the scaling to the
model's size, and the image tower: CPU time of each, measured alone, over the cores.
"""

import itertools
import os
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.models import find_model
from photoclip.clip.preprocess import Preprocessing
from photoclip.core.embedding import embed, side_by_side
from photoclip.core.imaging import decode, is_photo_name
from photoclip.core.indexing import index
from photoclip.core.library import Library
from photoclip.core.tagging import Tagger
from photoclip.progress import StopFlag
from tests.benchmarks.peer import ARCHITECTURE, Peer, prepare
from tests.benchmarks.reporting import Bar, report

_SHARED = Path(__file__).parents[3] / "shared" / "data"
_CAMERA, _SMALL, _TURNS = 135, 800, 3
_SECONDS_ALONE = 4.0
# What the architecture sees.
_PREPROCESSING = Preprocessing(size=256)


def bars() -> tuple[Bar, ...]:
    """What has to be reached; in bfloat16 beside rclip only where there are units for it."""
    always = (
        Bar("camera_float32_times_rclip", least=2.5),
        Bar("camera_of_bound", least=0.85),
        Bar("small_of_encoder_alone", least=0.85),
        Bar("least_cosine_to_float32", least=0.999),
    )
    return (Bar("camera_times_rclip", least=5.5), *always) if has_matrix_units() else always


def has_matrix_units() -> bool:
    """Whether the processor multiplies matrices of bfloat16 by itself (AMX), as Linux tells."""
    try:
        return "amx_bf16" in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False


def measure(camera: int = _CAMERA, small: int = _SMALL, turns: int = _TURNS) -> dict[str, float]:
    """Photos per second of each side, and the quotients."""
    if not _SHARED.is_dir():
        sys.exit(f"There are no photos in {_SHARED}. Put the folder of shared data there.")
    peer = prepare()
    with TemporaryDirectory() as name:
        folders = {"camera": Path(name, "camera"), "small": Path(name, "small")}
        _repeat(_photos("camera"), camera, folders["camera"])
        _repeat(_photos("flickr8k/images"), small, folders["small"])
        return _measured(peer, folders, {"camera": camera, "small": small}, turns)


def _measured(
    peer: Peer, folders: dict[str, Path], counts: dict[str, int], turns: int
) -> dict[str, float]:
    encoders = {"": _encoder(peer, None), "_float32": _encoder(peer, "float32")}
    taggers = {kind: _tagger(encoder, peer.cache) for kind, encoder in encoders.items()}
    sides: dict[str, Callable[[], float]] = {}
    for what, folder in folders.items():
        sides[f"rclip_{what}"] = partial(peer.photos_per_second, folder, counts[what])
        for kind, encoder in encoders.items():
            sides[f"{what}{kind}"] = partial(_index, folder, encoder, taggers[kind])
    rates: dict[str, list[float]] = {side: [] for side in sides}
    alone: dict[str, list[tuple[float, float]]] = {kind: [] for kind in encoders}
    decodes: dict[str, list[float]] = {what: [] for what in folders}
    for _ in range(turns):
        for side, run in sides.items():
            rates[side].append(run())
        for kind, encoder in encoders.items():
            alone[kind].append(_encoder_alone(encoder))
        for what, folder in folders.items():
            decodes[what].append(_decoding_alone(folder))
    median = {side: statistics.median(found) for side, found in rates.items()}
    decoding = {what: statistics.median(found) for what, found in decodes.items()}
    summary = {f"{side}_photos_per_second": rate for side, rate in median.items()}
    summary |= {f"{what}_decode_cpu_ms": 1000 * cost for what, cost in decoding.items()}
    for kind in encoders:
        rate, cost = (statistics.median(column) for column in zip(*alone[kind], strict=True))
        summary[f"encoder{kind}_alone_photos_per_second"] = rate
        summary[f"encoder{kind}_alone_cpu_ms"] = 1000 * cost
        for what in folders:
            bound = (os.cpu_count() or 1) / (decoding[what] + cost)
            summary[f"{what}{kind}_times_rclip"] = median[what + kind] / median[f"rclip_{what}"]
            summary[f"{what}{kind}_of_bound"] = median[what + kind] / bound
        summary[f"small{kind}_of_encoder_alone"] = median["small" + kind] / rate
    summary["least_cosine_to_float32"] = _least_cosine(*encoders.values())
    return summary


def _encoder(peer: Peer, precision: str | None) -> OpenClipEncoder:
    model = find_model(ARCHITECTURE, peer.models)
    encoder = OpenClipEncoder(model, device="cpu", precision=precision, cache_dir=peer.cache)
    encoder.load()
    return encoder


def _tagger(encoder: OpenClipEncoder, cache: Path) -> Tagger:
    """With its terms embedded, which is done once for a model."""
    tagger = Tagger(encoder, cache_dir=cache)
    size = encoder.preprocessing.size
    tagger.tags(encoder.encode_images(np.zeros((1, size, size, 3), np.uint8)))
    return tagger


def _index(folder: Path, encoder: OpenClipEncoder, tagger: Tagger) -> float:
    with TemporaryDirectory() as name:
        library = Library(Path(name, "library.photoclip"))
        try:
            start = time.perf_counter()
            run = index(library, encoder, tagger, [str(folder)], StopFlag())
            try:
                while True:
                    next(run)
            except StopIteration as ended:
                indexed: int = ended.value.indexed
            took = time.perf_counter() - start
        finally:
            library.close()
    assert indexed == len(list(folder.iterdir()))
    return indexed / took


def _encoder_alone(encoder: OpenClipEncoder) -> tuple[float, float]:
    """Pictures per second, and seconds of CPU time for each, in batches as indexing runs them."""
    at_once, threads = side_by_side(encoder)
    size = encoder.preprocessing.size
    shape = (encoder.batch_size, size, size, 3)
    batch = list(np.random.default_rng(0).integers(0, 256, shape, np.uint8))
    until = time.perf_counter() + _SECONDS_ALONE

    def work(_: int) -> int:
        done = 0
        while time.perf_counter() < until:
            embed(batch, encoder, threads)
            done += len(batch)
        return done

    with ThreadPoolExecutor(at_once) as pool:
        start, cpu = time.perf_counter(), time.process_time()
        done = sum(pool.map(work, range(at_once)))
        return done / (time.perf_counter() - start), (time.process_time() - cpu) / done


def _decoding_alone(folder: Path) -> float:
    """Seconds of CPU time for a photo, of all threads that a decoder starts."""
    chosen = sorted(folder.iterdir())[: len(_photos("camera"))]
    cpu = time.process_time()
    for path in chosen:
        _pixels(path)
    return (time.process_time() - cpu) / len(chosen)


def _least_cosine(chosen: OpenClipEncoder, full: OpenClipEncoder) -> float:
    pixels = np.stack([_pixels(path) for path in _photos("camera")])
    return float((chosen.encode_images(pixels) * full.encode_images(pixels)).sum(axis=1).min())


def _pixels(path: Path) -> NDArray[np.uint8]:
    return _PREPROCESSING.pixels(decode(path.read_bytes(), _PREPROCESSING.size).image)


def _photos(folder: str) -> list[Path]:
    found = (_SHARED / folder).rglob("*")
    return sorted(path for path in found if path.is_file() and is_photo_name(path.name))


def _repeat(photos: list[Path], count: int, folder: Path) -> None:
    """Copies under other names, none with the content of another."""
    folder.mkdir()
    for number, path in zip(range(count), itertools.cycle(photos), strict=False):
        content = path.read_bytes() + number.to_bytes(4, "big")
        (folder / f"{number:06}{path.suffix.lower()}").write_bytes(content)


if __name__ == "__main__":
    report(__doc__, measure, bars(), camera=_CAMERA, small=_SMALL, turns=_TURNS)
