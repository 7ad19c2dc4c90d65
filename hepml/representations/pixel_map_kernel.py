"""From the hits of many events to the pixels of all views, in one compiled pass.

Hits become cells in order, the window is laid on them, and cells become pixels, one row of pixels after the other.
Hits that lie in order already, as in most files, are not sorted; others are by counting, since planes and cells are
small whole numbers.
Charges are float32 and their sums float64, where almost every such sum is exact: neither the order of hits nor the
division of a file into chunks is seen in a pixel.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.representations.pixel_map_cells import Cells, Ints, merged, new_cells
from hepml.representations.pixel_map_hits import view_index
from hepml.representations.pixel_map_window import CENTRE_NONE, place_windows
from hepml.representations.pixel_map_write import Floats, Maps, write_cells, write_sums


class Grid(NamedTuple):
    """The sizes of a pixel map, as compiled code takes them: cells of a view, of the window, and of a pixel."""

    n_planes: int
    n_cells: int
    window_planes: int
    window_cells: int
    planes_before: int
    cells_before: int
    pool_planes: int
    pool_cells: int
    n_rows: int
    n_columns: int
    centre: int
    shared_axis: int


@njit(cache=True)
def fill_maps(
    offsets: NDArray[np.int64],
    view: Ints,
    plane: Ints,
    cell: Ints,
    charge: NDArray[np.float32],
    codes: Ints,
    centre: Floats,
    grid: Grid,
    first_event: int,
    maps: Maps,
) -> None:
    """Fill the maps of the events from `first_event` on, whose hits are given.

    `centre` has shape (n_all_events, n_views, 2), and is read where the grid's centre is given.
    """
    n_events = len(offsets) - 1
    longest = 0
    for event in range(n_events):
        longest = max(longest, offsets[event + 1] - offsets[event])
    first, second = new_cells(longest), new_cells(longest)
    order = np.empty((2, longest), np.int32)
    counts = np.empty(max(len(codes) * grid.n_planes, grid.n_cells) + 1, np.int32)
    start = np.zeros((len(codes), 2), np.int64)
    row_of, column_of = _quotients(grid.window_planes, grid.pool_planes), _quotients(grid.window_cells, grid.pool_cells)
    line = np.zeros(grid.n_columns), np.zeros(grid.n_columns, np.int32)
    as_they_are = grid.centre == CENTRE_NONE and grid.pool_planes == grid.pool_cells == 1
    for event in range(n_events):
        hits, place = slice(offsets[event], offsets[event + 1]), first_event + event
        n, in_order = _inside(view[hits], plane[hits], cell[hits], charge[hits], codes, grid, first)
        maps.n_outside[place] = hits.stop - hits.start - n
        cells = first
        if not in_order:
            cells, n = merged(first, second, n, order, counts)
        if grid.centre != CENTRE_NONE:
            given = centre[place] if len(centre) else np.zeros((0, 2))
            place_windows(cells.row, cells.column, cells.charge, n, given, grid, start)
        if not as_they_are:
            n, maps.outside_charge[place] = _pool(cells, n, start, grid, row_of, column_of)
        if grid.pool_planes == grid.pool_cells == 1:
            write_cells(cells, n, grid.n_columns, place, maps)
        else:
            write_sums(cells, n, grid.n_columns, line, place, maps)


@njit(cache=True)
def _quotients(n: int, divisor: int) -> Ints:
    """Return a table of ``k // divisor``: looking up is several times faster than dividing."""
    return (np.arange(n) // divisor).astype(np.int32)


@njit(cache=True)
def _inside(
    view: Ints, plane: Ints, cell: Ints, charge: NDArray[np.float32], codes: Ints, grid: Grid, cells: Cells
) -> tuple[int, bool]:
    """List the hits that are in a cell of a view; return their number, and whether each lies after the one before."""
    n, in_order, last = 0, True, np.int64(-1)
    index = len(codes)
    for i in range(len(view)):
        if i == 0 or view[i] != view[i - 1]:
            index = view_index(codes, view[i])
        # All of it is taken, and written in any case: no branch for the processor to guess.  NaN is not good either.
        good = (plane[i] >= 0) & (plane[i] < grid.n_planes) & (cell[i] >= 0) & (cell[i] < grid.n_cells)
        good &= (charge[i] >= 0) & (charge[i] < np.inf) & (index < len(codes))
        row = index * grid.n_planes + plane[i]
        place = np.int64(row) * grid.n_cells + cell[i]
        cells.row[n], cells.column[n], cells.charge[n] = row, cell[i], charge[i]
        in_order &= (place > last) | (not good)
        last = place if good else last
        n += good
    return n, in_order


@njit(cache=True)
def _pool(
    cells: Cells, n: int, start: NDArray[np.int64], grid: Grid, row_of: Ints, column_of: Ints
) -> tuple[int, float]:
    """Turn cells in the window into rows and columns of pixels, in place; return their number and the charge outside.

    The charge outside is a fraction.  Cells are in order of view and plane, and so are the rows afterwards.
    """
    n_kept, total, kept = 0, 0.0, 0.0
    view, next_view = 0, grid.n_planes
    for i in range(n):
        while cells.row[i] >= next_view:
            view, next_view = view + 1, next_view + grid.n_planes
        plane = cells.row[i] - (next_view - grid.n_planes) - start[view, 0]
        cell = cells.column[i] - start[view, 1]
        total += cells.charge[i]
        if 0 <= plane < grid.window_planes and 0 <= cell < grid.window_cells:
            kept += cells.charge[i]
            cells.row[n_kept], cells.column[n_kept] = view * grid.n_rows + row_of[plane], column_of[cell]
            cells.charge[n_kept] = cells.charge[i]
            n_kept += 1
    return n_kept, (max(0.0, 1 - kept / total) if total > 0 else 0.0)
