"""What memory this process and those it has started take, as Linux tells it."""

import os
from pathlib import Path


def megabytes(field: str, process: int | str = "self") -> float:
    """A field of /proc/self/status, such as VmRSS, or VmHWM for the most there was."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    for line in status.splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    raise AssertionError(field)


def of_children() -> float:
    """The resident memory of the processes that this one has started."""
    threads = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    children = [child for thread in threads for child in thread.read_text().split()]
    return sum(megabytes("VmRSS", int(child)) for child in children)
