"""Work on a million numbers, in parts, by several threads."""

import numpy as np
import pytest

from photoclip.core.parallel import in_parts


@pytest.mark.parametrize("count", [0, 1, 999, 100_000])
def test_all_is_done_once(count: int) -> None:
    done = np.zeros(count, int)

    def work(part: slice) -> None:
        assert 0 < part.stop - part.start <= 1000
        done[part] += 1

    in_parts(work, count, 1000)
    assert (done == 1).all()


def test_what_goes_wrong_in_any_thread_is_told() -> None:
    def work(part: slice) -> None:
        if part.start >= 50_000:
            raise ValueError("thrown")

    with pytest.raises(ValueError, match="thrown"):
        in_parts(work, 100_000, 50_000)
