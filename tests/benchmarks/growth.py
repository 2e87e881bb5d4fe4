"""What each operation costs in libraries of 1,000 to 1,000,000 photos, and how fast that grows.

    python -m tests.benchmarks.growth [--json] [--largest N]

Each library is made on the spot: vectors, dates, cameras, ratings, three or four suggested tags a
photo, and the files, empty, in 500 folders. The model is the starter; photos that are added are
decoded and stored, but not looked at by it. Searching is from the query's text to ordered results;
a filter is typed where the photos are listed already. Painting is not in it: `grid` has that. Each
figure is the median of some runs.

Growth is the exponent between the two largest libraries: 0 is constant, 1 linear, 2 quadratic.
Below 5 ms a time counts as 5 ms, since there the fixed costs rule. Linear holds up to 1.1, which is
12.6 times for ten times as many photos: a look-up in an index takes 1.2 times as many steps there.
All sizes take about ten minutes; `--largest 100000` one.
"""

import math
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.models import STARTER, find_model
from photoclip.core.tagging import Tagger
from tests.benchmarks.growing import Grown
from tests.benchmarks.growth_disk import DISK
from tests.benchmarks.growth_looking import LOOKING
from tests.benchmarks.growth_saying import SAYING
from tests.benchmarks.reporting import Bar, report

SIZES = (1_000, 10_000, 100_000, 1_000_000)
OPERATIONS = (*LOOKING, *SAYING, *DISK)
BARS = tuple(Bar(f"growth_{operation.name}", most=1.1) for operation in OPERATIONS)
_FLOOR_MS = 5.0


def measure(largest: int = SIZES[-1]) -> dict[str, float]:
    """Milliseconds by operation and size, and the growth of each.

    Args:
        largest: no larger library is made, but two there are.
    """
    sizes = [size for size in SIZES if size <= max(largest, SIZES[1])]
    encoder = OpenClipEncoder(find_model(STARTER, None), device="cpu")
    tagger = Tagger(encoder)
    summary: dict[str, float] = {}
    for size in sizes:
        with TemporaryDirectory() as folder:
            grown = Grown.made(Path(folder), encoder, tagger, size)
            try:
                summary |= measure_one(grown)
            finally:
                grown.library.close()
    return summary | growth(summary, *sizes[-2:])


def measure_one(grown: Grown) -> dict[str, float]:
    """Milliseconds by operation, in one library."""
    summary = {}
    for operation in OPERATIONS:
        took = []
        for _ in range(operation.times):
            prepared = operation.prepare(grown)
            start = time.perf_counter()
            operation.run(grown, prepared)
            took.append(1000 * (time.perf_counter() - start))
        summary[f"{operation.name}_ms_{grown.photos}"] = statistics.median(took)
    return summary


def growth(summary: dict[str, float], size: int, larger: int) -> dict[str, float]:
    """The exponent of each operation between two sizes."""
    found = {}
    for operation in OPERATIONS:
        before, after = (
            max(summary[f"{operation.name}_ms_{photos}"], _FLOOR_MS) for photos in (size, larger)
        )
        found[f"growth_{operation.name}"] = math.log(after / before) / math.log(larger / size)
    return found


def _show(summary: dict[str, float]) -> None:
    """A row an operation: its times, how fast they grow, and what costs them."""
    sizes = [size for size in SIZES if f"{OPERATIONS[0].name}_ms_{size}" in summary]
    print(f"{'ms':24}" + "".join(f"{size:>12,}" for size in sizes) + f"{'growth':>9}   what costs")
    for operation, bar in zip(OPERATIONS, BARS, strict=True):
        times = "".join(f"{summary[f'{operation.name}_ms_{size}']:12,.1f}" for size in sizes)
        told = "" if bar.holds(summary) else "   TOO FAST"
        name = operation.name.replace("_", " ")
        print(f"{name:24}{times}{summary[bar.figure]:9.2f}   {operation.costs}{told}")


if __name__ == "__main__":
    report(__doc__, measure, BARS, show=_show, largest=SIZES[-1])
