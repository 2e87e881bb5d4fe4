"""How much memory the app takes: while it indexes, and at rest over a million photos.

    python -m tests.benchmarks.memory [--json] [--photos N]

See `memory_indexing` and `memory_at_rest`; it runs for minutes.
"""

from tests.benchmarks import memory_at_rest, memory_indexing
from tests.benchmarks.reporting import report

_PHOTOS = 1_000_000


def measure(photos: int = _PHOTOS) -> dict[str, float]:
    """Megabytes of both."""
    return memory_at_rest.at_rest(photos) | memory_indexing.while_indexing()


if __name__ == "__main__":
    report(__doc__, measure, (*memory_at_rest.BARS, *memory_indexing.BARS), photos=_PHOTOS)
