"""Time left in words, said once it is worth something and changed seldom."""

import time

from photoclip.progress import Progress
from photoclip.ui.headings import time_left

# An estimate made earlier than this is worth nothing, in seconds; nor does one that changes
# faster help anybody.
_AFTER, _EVERY = 8.0, 2.0


class Estimate:
    """Follows the reports of one work."""

    def __init__(self) -> None:
        self._phase: str | None = None
        self._began = self._said = 0.0
        self._words = ""

    def restart(self) -> None:
        """Another work begins."""
        self._phase, self._words = None, ""

    def words(self, progress: Progress) -> str:
        """How long it will take still, or "" while that is not known."""
        now = time.monotonic()
        if self._phase != progress.phase:
            self._phase, self._began, self._words = progress.phase, now, ""
        if progress.seconds_left is None:
            self._words = ""
        elif now - self._began > _AFTER and now - self._said > _EVERY:
            self._said = now
            self._words = time_left(progress.seconds_left)
        return self._words
