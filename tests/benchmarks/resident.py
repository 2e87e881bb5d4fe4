"""What memory this process takes, as Linux tells it."""

from pathlib import Path


def megabytes(field: str) -> float:
    """A field of /proc/self/status, such as VmRSS, or VmHWM for the most there was."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    raise AssertionError(field)
