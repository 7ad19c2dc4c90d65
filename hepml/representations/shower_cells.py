"""The cells of showers: numbered over all layers, summed where one occurs twice, and counted where they lie outside."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

OUTSIDE = -1
LEFT_OUT = -2

Floats = NDArray[np.float64]


def first_cells(sizes: tuple[tuple[int, int], ...]) -> NDArray[np.int64]:
    """Return the number of the first cell of each layer, and that after the last.

    Examples
    --------
    >>> first_cells(((3, 96), (12, 12))).tolist()
    [0, 288, 432]
    """
    return np.cumsum([0, *(rows * columns for rows, columns in sizes)])


def cell_numbers(
    layer: NDArray[Any], row: NDArray[Any], column: NDArray[Any], sizes: tuple[tuple[int, int], ...]
) -> NDArray[np.int64]:
    """Return the number of each cell, by layer, row and column; `OUTSIDE` where there is none.

    What is not whole is rounded down.

    Examples
    --------
    >>> cell_numbers(np.array([0, 1, 1, 2]), np.array([0, 1, 2, 0]), np.array([1, 2, 0, 0]), ((1, 2), (2, 3))).tolist()
    [1, 7, -1, -1]
    """
    where, y, x = (np.floor(np.asarray(values, np.float64)) for values in (layer, row, column))
    known = (where >= 0) & (where < len(sizes))
    index = np.where(known, where, 0).astype(np.int64)
    n_rows, n_columns = np.array(sizes, np.int64).T[:, index]
    inside = known & (y >= 0) & (y < n_rows) & (x >= 0) & (x < n_columns)
    y, x = np.where(inside, y, 0).astype(np.int64), np.where(inside, x, 0).astype(np.int64)
    return np.where(inside, first_cells(sizes)[index] + y * n_columns + x, OUTSIDE)


@njit(cache=True)
def fill_cells(
    offsets: NDArray[np.int64], number: NDArray[np.int64], energy: NDArray[np.float32], n_cells: int
) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.float32], NDArray[np.int32], Floats]:
    """Return the filled cells of each shower in the order of their numbers.

    Parameters
    ----------
    offsets : array of int64, shape (n + 1,)
        Shower i has the cells ``offsets[i]:offsets[i + 1]``, from 0.
    number, energy : array, shape (n_given,)
        As given: below `n_cells`, `OUTSIDE` or `LEFT_OUT`; the energy of those that are not left out is finite.
    n_cells : int
        Of all layers.

    Returns
    -------
    offsets, cell, energy
        The filled cells; equal ones have been summed in float64.
    counts : array of int32, shape (n, 2)
        Cells outside and cells left out.
    outside : array of float64, shape (n,)
        Energy of the cells outside.
    """
    n = len(offsets) - 1
    kept, counts, outside = np.zeros(n + 1, np.int64), np.zeros((n, 2), np.int32), np.zeros(n)
    cell, value = np.empty(len(number), np.uint32), np.empty(len(number), np.float32)
    sums, total = np.zeros(n_cells), 0
    for i in range(n):
        low, high = n_cells, -1
        for k in range(offsets[i], offsets[i + 1]):
            if number[k] >= 0:
                sums[number[k]] += energy[k]
                low, high = min(low, number[k]), max(high, number[k])
            elif number[k] == OUTSIDE:
                counts[i, 0] += 1
                outside[i] += energy[k]
            else:
                counts[i, 1] += 1
        for c in range(low, high + 1):
            if sums[c] > 0:
                cell[total], value[total], sums[c] = c, sums[c], 0.0
                total += 1
        kept[i + 1] = total
    return kept, cell[:total], value[:total], counts, outside


@njit(cache=True)
def layer_sums(
    offsets: NDArray[np.int64], cell: NDArray[Any], energy: NDArray[np.float32], first: NDArray[np.int64]
) -> Floats:
    """Return the energy of each layer, shape (n, n_layers); cells are in the order of their numbers."""
    sums = np.zeros((len(offsets) - 1, len(first) - 1))
    for i in range(len(sums)):
        layer = 0
        for k in range(offsets[i], offsets[i + 1]):
            while cell[k] >= first[layer + 1]:
                layer += 1
            sums[i, layer] += energy[k]
    return sums
