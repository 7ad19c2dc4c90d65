"""Where the window of each view lies, in compiled code: around the charge, or around a given place."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

CENTRE_NONE, CENTRE_CHARGE, CENTRE_GIVEN = 0, 1, 2
SHARED_NONE, SHARED_PLANE, SHARED_CELL = -1, 0, 1
"""Codes of the options in compiled code."""


@njit(cache=True)
def place_windows(
    row: NDArray[np.int32],
    column: NDArray[np.int32],
    charge: NDArray[np.float64],
    n: int,
    given: NDArray[np.float64],
    grid: Any,
    start: NDArray[np.int64],
) -> None:
    """Write the first plane and cell of each view's window, shape (n_views, 2); it may begin outside the view.

    The centre is the median of the charge along each axis, which a few far hits of noise do not move.
    """
    for view in range(len(start)):
        if grid.centre == CENTRE_GIVEN:
            start[view, 0] = np.int64(np.floor(given[view, 0])) - grid.planes_before
            start[view, 1] = np.int64(np.floor(given[view, 1])) - grid.cells_before
            continue
        for axis in range(2):
            only = -1 if axis == grid.shared_axis else view
            before = grid.planes_before if axis == 0 else grid.cells_before
            start[view, axis] = _median(row, column, charge, n, axis, only, grid) - before


@njit(cache=True)
def _median(
    row: NDArray[np.int32],
    column: NDArray[np.int32],
    charge: NDArray[np.float64],
    n: int,
    axis: int,
    only: int,
    grid: Any,
) -> int:
    """Return the first plane (axis 0) or cell up to which lies half of the charge, of one view or of all (−1).

    The middle of the view where there is no charge.
    """
    size = grid.n_planes if axis == 0 else grid.n_cells
    profile = np.zeros(size)
    for i in range(n):
        view = row[i] // grid.n_planes
        if only in (-1, view):
            profile[row[i] - view * grid.n_planes if axis == 0 else column[i]] += charge[i]
    total = profile.sum()
    if not total > 0:
        return size // 2
    so_far = 0.0
    for k in range(size):
        so_far += profile[k]
        if so_far >= 0.5 * total:
            return k
    return size - 1
