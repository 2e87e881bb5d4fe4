"""What each operation costs in libraries of 1,000 to 1,000,000 photos, and how fast that grows.

    python -m tests.benchmarks.growth [--json] [--largest N]

Each library is made on the spot: vectors, dates, cameras, ratings, three or four suggested tags a
photo, and the files, empty, in 500 folders. The model is the starter; photos that are added are
decoded and stored, but not looked at by it. Searching is from the query's text to ordered results.
Painting is not in it. Each figure is the median of some runs.

Growth is the exponent between the two largest libraries: 0 is constant, 1 linear, 2 quadratic.
Below 5 ms a time counts as 5 ms, since there the fixed costs rule. Linear holds up to 1.1, which is
12.6 times for ten times as many photos: a look-up in an index takes 1.2 times as many steps there.
"""

import argparse
import json
import math
import statistics
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.models import STARTER, find_model
from photoclip.clip.precision import machine
from photoclip.core.tagging import Tagger
from tests.benchmarks.growing import Grown
from tests.benchmarks.growth_operations import OPERATIONS
from tests.benchmarks.reporting import Bar

SIZES = (1_000, 10_000, 100_000, 1_000_000)
_FLOOR_MS = 5.0
BARS = tuple(Bar(f"growth_{operation.name}", most=1.1) for operation in OPERATIONS)


def main() -> None:
    """Measure, print a table or one JSON document, and say whether all grows as it may."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument(
        "--largest", type=int, choices=SIZES[1:], default=SIZES[-1], help=f"default {SIZES[-1]}"
    )
    arguments = parser.parse_args()
    sizes = [size for size in SIZES if size <= arguments.largest]
    summary = measure(sizes)
    holds = all(bar.holds(summary) for bar in BARS)
    if arguments.json:
        print(json.dumps({"machine": machine(), "summary": summary, "holds": holds}, indent=1))
    else:
        _print_table(summary, sizes)
        print("Nothing grows faster than linearly." if holds else "Something grows too fast.")


def measure(sizes: list[int]) -> dict[str, float]:
    """Milliseconds by operation and size, and the growth of each."""
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


def growth(summary: Mapping[str, float], size: int, larger: int) -> dict[str, float]:
    """The exponent of each operation between two sizes."""
    found = {}
    for operation in OPERATIONS:
        before, after = (
            max(summary[f"{operation.name}_ms_{photos}"], _FLOOR_MS) for photos in (size, larger)
        )
        found[f"growth_{operation.name}"] = math.log(after / before) / math.log(larger / size)
    return found


def _print_table(summary: dict[str, float], sizes: list[int]) -> None:
    print(machine())
    print(f"{'ms':24}" + "".join(f"{size:>12,}" for size in sizes) + f"{'growth':>9}   what costs")
    bars = {bar.figure: bar for bar in BARS}
    for operation in OPERATIONS:
        times = "".join(f"{summary[f'{operation.name}_ms_{size}']:12,.1f}" for size in sizes)
        figure = f"growth_{operation.name}"
        told = "" if bars[figure].holds(summary) else "   TOO FAST"
        name = operation.name.replace("_", " ")
        print(f"{name:24}{times}{summary[figure]:9.2f}   {operation.costs}{told}")


if __name__ == "__main__":
    main()
