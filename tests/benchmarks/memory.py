"""How much memory indexing takes.

    python -m tests.benchmarks.memory [--json]

See `memory_indexing`; the process runs for minutes.
"""

from tests.benchmarks.memory_indexing import BARS, while_indexing
from tests.benchmarks.reporting import report

if __name__ == "__main__":
    report(__doc__, while_indexing, BARS)
