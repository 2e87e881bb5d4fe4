"""Where every tile and heading of the grid lies: plain arithmetic, no Qt, any number of photos.

A grid is a list of sections, each a heading (of height 0 where there is none) above lines of
square tiles. Only the sections are stored, so that a million photos cost a few thousand numbers.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

HEADING = 44
MARGIN = 16


@dataclass(frozen=True)
class Rect:
    x: int
    y: int
    width: int
    height: int

    def contains(self, x: int, y: int) -> bool:
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


@dataclass(frozen=True)
class Anchor:
    """A place in the grid that survives any change of its contents: a photo and its height.

    Attributes:
        offset: of the photo's top from that of the view, in logical pixels.
        selected, current: to be selected again on coming back; empty to leave that as it is.
    """

    photo_id: int
    offset: int
    selected: tuple[int, ...] = ()
    current: int | None = None


@dataclass(frozen=True)
class GridLayout:
    """The geometry of `count` tiles in a view `width` wide, in logical pixels.

    Attributes:
        tile_wish: the side a person asked for; the real one fills the width evenly.
        starts: the first row of each section, ascending from 0; empty for one section without
            heading.
    """

    count: int
    width: int
    tile_wish: int
    starts: NDArray[np.int64]

    @cached_property
    def gap(self) -> int:
        return 4 if self.tile_wish <= 128 else 8

    @cached_property
    def columns(self) -> int:
        room = self.width - 2 * MARGIN + self.gap
        return max(1, round(room / (self.tile_wish + self.gap)))

    @cached_property
    def tile(self) -> int:
        room = self.width - 2 * MARGIN - (self.columns - 1) * self.gap
        return max(24, room // self.columns)

    @property
    def pitch(self) -> int:
        """From one line of tiles to the next."""
        return self.tile + self.gap

    @property
    def heading(self) -> int:
        return HEADING if len(self.starts) else 0

    @cached_property
    def _firsts(self) -> NDArray[np.int64]:
        return self.starts if len(self.starts) else np.zeros(1, np.int64)

    @cached_property
    def _sizes(self) -> NDArray[np.int64]:
        return np.diff(np.append(self._firsts, self.count))

    @cached_property
    def _tops(self) -> NDArray[np.int64]:
        """The y of each section, and the end of the last."""
        lines = -(-self._sizes // self.columns)
        heights = self.heading + lines * self.pitch + (self.gap if self.heading else 0)
        top = 0 if self.heading else MARGIN // 2
        return np.concatenate(([top], top + np.cumsum(heights)))

    @property
    def height(self) -> int:
        return int(self._tops[-1]) + MARGIN if self.count else 0

    def section_of(self, row: int) -> int:
        return int(np.searchsorted(self._firsts, row, "right")) - 1

    def section_at(self, y: int) -> int:
        """The section at that height; the nearest one above or below all."""
        found = int(np.searchsorted(self._tops, y, "right")) - 1
        return min(max(found, 0), len(self._firsts) - 1)

    def section_rows(self, section: int) -> tuple[int, int]:
        """The rows of a section as a half-open range."""
        first = int(self._firsts[section])
        return first, first + int(self._sizes[section])

    def heading_rect(self, section: int) -> Rect:
        return Rect(0, int(self._tops[section]), self.width, self.heading)

    def section_bottom(self, section: int) -> int:
        return int(self._tops[section + 1])

    def tile_rect(self, row: int) -> Rect:
        section = self.section_of(row)
        line, column = divmod(row - int(self._firsts[section]), self.columns)
        return Rect(
            MARGIN + column * self.pitch,
            int(self._tops[section]) + self.heading + line * self.pitch,
            self.tile,
            self.tile,
        )

    def corners(self, rows: range) -> list[tuple[int, int]]:
        """The upper left corner of each of these tiles."""
        row = np.arange(rows.start, rows.stop)
        section = np.searchsorted(self._firsts, row, "right") - 1
        line, column = np.divmod(row - self._firsts[section], self.columns)
        x = MARGIN + column * self.pitch
        y = self._tops[section] + self.heading + line * self.pitch
        return list(zip(x.tolist(), y.tolist(), strict=True))

    def row_at(self, x: int, y: int) -> int | None:
        """The tile under a point, or None in a gap, a heading or the margin."""
        if not self.count:
            return None
        row = self._nearest_in_line(self.section_at(y), x, y)
        return row if row is not None and self.tile_rect(row).contains(x, y) else None

    def _nearest_in_line(self, section: int, x: int, y: int) -> int | None:
        first, last = self.section_rows(section)
        inside = y - int(self._tops[section]) - self.heading
        if inside < 0:
            return None
        column = min(max((x - MARGIN) // self.pitch, 0), self.columns - 1)
        row = first + inside // self.pitch * self.columns + column
        return row if row < last else None

    def visible(self, top: int, bottom: int) -> range:
        """The rows of which some part lies between the two heights."""
        if not self.count or bottom <= top:
            return range(0)
        first = self._line_start(self.section_at(top), top, after=False)
        last = self._line_start(self.section_at(bottom - 1), bottom - 1, after=True)
        return range(first, max(first, last))

    def _line_start(self, section: int, y: int, after: bool) -> int:
        """The row that begins the line at `y`, or the one `after` it."""
        first, last = self.section_rows(section)
        inside = y - int(self._tops[section]) - self.heading
        if inside < 0:
            return first
        return min(last, first + (inside // self.pitch + (1 if after else 0)) * self.columns)

    def rows_in(self, rect: Rect) -> list[tuple[int, int]]:
        """The tiles a rectangle touches, as half-open row ranges in order, neighbours joined."""
        left = max(0, -(-(rect.x - MARGIN - self.tile + 1) // self.pitch))
        right = min(self.columns - 1, (rect.x + rect.width - 1 - MARGIN) // self.pitch)
        starts, ends = self._lines(rect.y, rect.y + rect.height)
        firsts, lasts = starts + left, np.minimum(starts + right + 1, ends)
        held = firsts < lasts
        firsts, lasts = firsts[held], lasts[held]
        if not len(firsts):
            return []
        apart = firsts[1:] != lasts[:-1]
        firsts = firsts[np.concatenate(([True], apart))]
        lasts = lasts[np.concatenate((apart, [True]))]
        return list(zip(firsts.tolist(), lasts.tolist(), strict=True))

    def _lines(self, top: int, bottom: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The lines with tiles between two heights: first rows, and ends of the lines' rows."""
        if not self.count or bottom <= top:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        touched = slice(self.section_at(top), self.section_at(bottom - 1) + 1)
        sizes = self._sizes[touched]
        counts = -(-sizes // self.columns)
        number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        starts = np.repeat(self._firsts[touched], counts) + number * self.columns
        ends = np.minimum(starts + self.columns, np.repeat(self._firsts[touched] + sizes, counts))
        y = np.repeat(self._tops[touched] + self.heading, counts) + number * self.pitch
        seen = (y < bottom) & (y + self.tile > top)
        return starts[seen], ends[seen]

    def vertical(self, row: int, lines: int) -> int:
        """The row `lines` lines below (above if negative) in the same column, or the nearest."""
        column = (row - int(self._firsts[self.section_of(row)])) % self.columns
        for _ in range(abs(lines)):
            row = self._next_line(row, column) if lines > 0 else self._previous_line(row, column)
        return row

    def _next_line(self, row: int, column: int) -> int:
        section = self.section_of(row)
        first, last = self.section_rows(section)
        start = first + ((row - first) // self.columns + 1) * self.columns
        if start >= last:
            if last >= self.count:
                return row
            start, last = self.section_rows(section + 1)
        return min(start + column, last - 1)

    def _previous_line(self, row: int, column: int) -> int:
        section = self.section_of(row)
        first, _ = self.section_rows(section)
        start = first + ((row - first) // self.columns - 1) * self.columns
        if start >= first:
            return start + column
        if not section:
            return row
        first, last = self.section_rows(section - 1)
        start = first + (last - 1 - first) // self.columns * self.columns
        return min(start + column, last - 1)
