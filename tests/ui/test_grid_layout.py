"""Where tiles lie: pure arithmetic, also for a million photos."""

import numpy as np
import pytest

from photoclip.ui.grid_layout import HEADING, MARGIN, GridLayout, Rect
from photoclip.ui.timeline import Timeline

NONE = np.empty(0, np.int64)


def layout(count: int = 100, width: int = 800, wish: int = 176, starts=NONE) -> GridLayout:  # type: ignore[no-untyped-def]
    return GridLayout(count, width, wish, np.array(starts, np.int64))


@pytest.mark.parametrize("width", [240, 641, 1013, 2560])
@pytest.mark.parametrize("wish", [72, 128, 176, 352])
def test_tiles_fill_the_width_and_never_leave_it(width: int, wish: int) -> None:
    grid = layout(50, width, wish)
    right = max(grid.tile_rect(row).x + grid.tile for row in range(50))
    assert width - MARGIN - grid.columns < right <= width - MARGIN


def test_the_gap_is_narrow_between_small_tiles() -> None:
    assert (layout(wish=128).gap, layout(wish=129).gap) == (4, 8)


def test_every_tile_is_found_where_it_lies() -> None:
    grid = layout(57, 700, 150, starts=[0, 3, 4, 30])
    for row in range(57):
        rect = grid.tile_rect(row)
        for x, y in ((rect.x, rect.y), (rect.x + rect.width - 1, rect.y + rect.height - 1)):
            assert grid.row_at(x, y) == row
        assert grid.row_at(rect.x + rect.width, rect.y) != row


def test_headings_stand_above_their_tiles_and_overlap_nothing() -> None:
    grid = layout(57, 700, 150, starts=[0, 3, 4, 30])
    bottom = 0
    for section in range(4):
        heading = grid.heading_rect(section)
        assert heading.y >= bottom
        assert heading.height == HEADING
        first, end = grid.section_rows(section)
        assert grid.tile_rect(first).y == heading.y + HEADING
        assert grid.row_at(20, heading.y + 2) is None
        bottom = grid.tile_rect(end - 1).y + grid.tile
    assert bottom <= grid.height


def test_what_is_visible_agrees_with_every_tile() -> None:
    grid = layout(57, 700, 150, starts=[0, 3, 4, 30])
    for top in range(0, grid.height, 37):
        rows = grid.visible(top, top + 300)
        seen = [
            row
            for row in range(57)
            if grid.tile_rect(row).y < top + 300 and grid.tile_rect(row).y + grid.tile > top
        ]
        assert set(seen) <= set(rows)
        assert len(rows) <= len(seen) + 2 * grid.columns


def test_a_rubber_band_takes_what_it_touches() -> None:
    grid = layout(57, 700, 150, starts=[0, 3, 4, 30])
    for band in (Rect(0, 0, 700, 200), Rect(200, 100, 260, 500), Rect(690, 0, 9, 900)):
        touched = {
            row
            for row in range(57)
            if (r := grid.tile_rect(row)).x < band.x + band.width
            and r.x + r.width > band.x
            and r.y < band.y + band.height
            and r.y + r.height > band.y
        }
        found = {row for first, end in grid.rows_in(band) for row in range(first, end)}
        assert found == touched


def test_up_and_down_keep_the_column_across_sections() -> None:
    grid = layout(20, 800, 176, starts=[0, 6, 7])
    assert grid.columns == 4
    assert grid.vertical(1, 1) == 5
    assert grid.vertical(5, 1) == 6
    assert grid.vertical(6, 1) == 7
    assert grid.vertical(9, -1) == 6
    assert grid.vertical(0, -1) == 0
    assert grid.vertical(19, 1) == 19


def test_sections_by_day_month_and_year() -> None:
    times = np.array(
        ["2023-08-12T01", "2023-08-12T00", "2023-08-11", "2023-07-31", "2022-12-31"],
        "datetime64[s]",
    ).astype(np.int64)
    assert Timeline(times).starts("day").tolist() == [0, 2, 3, 4]
    assert Timeline(times).starts("month").tolist() == [0, 3, 4]
    assert Timeline(times).starts("year").tolist() == [0, 4]
    assert Timeline(times).starts("none").tolist() == []


def test_photos_before_1970_have_days_too() -> None:
    times = np.array(["1969-12-31T23", "1969-12-31T01", "1969-12-30"], "datetime64[s]")
    assert Timeline(times.astype(np.int64)).starts("day").tolist() == [0, 2]


def test_the_period_fits_the_library() -> None:
    day = 86_400
    many = np.repeat(np.arange(100)[::-1] * day, 10)
    assert Timeline(many).fitting_period() == "day"
    assert Timeline(many).fitting_period(small_tiles=True) == "month"
    assert Timeline(np.arange(300)[::-1] * 3 * day).fitting_period() == "month"
    assert Timeline(np.arange(300)[::-1] * 20 * day).fitting_period() == "year"
    assert Timeline(np.arange(20)[::-1] * 365 * day).fitting_period() == "none"


def test_a_million_photos_have_their_places() -> None:
    times = 1_700_000_000 - np.arange(1_000_000) * 600
    grid = GridLayout(1_000_000, 1100, 176, Timeline(times).starts("day"))
    for y in range(0, grid.height, grid.height // 1000):
        grid.visible(y, y + 900)
    assert grid.row_at(*_middle(grid, 999_999)) == 999_999
    assert grid.height < 2**31


def _middle(grid: GridLayout, row: int) -> tuple[int, int]:
    rect = grid.tile_rect(row)
    return rect.x + rect.width // 2, rect.y + rect.height // 2


def test_an_empty_grid() -> None:
    grid = layout(0)
    assert grid.height == 0
    assert list(grid.visible(0, 500)) == []
    assert grid.row_at(50, 50) is None
    assert grid.rows_in(Rect(0, 0, 500, 500)) == []


def test_a_folded_section_has_a_heading_and_no_tiles() -> None:
    grid = layout(7, 700, 150, starts=[0, 5, 7])
    heading = grid.heading_rect(2)
    last = grid.tile_rect(6)
    assert heading.y >= last.y + last.height
    assert grid.section_rows(2) == (7, 7)
    assert grid.section_at(heading.y + 1) == 2
    assert grid.height >= heading.y + HEADING
    assert grid.row_at(heading.x + 40, heading.y + 10) is None
    assert grid.visible(0, grid.height) == range(7)
    assert grid.vertical(6, 1) == 6
    assert grid.rows_in(Rect(0, 0, 700, grid.height)) == [(0, 7)]
