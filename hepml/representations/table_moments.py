"""Moments of the columns of a table, in compiled code."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True)
def add_moments(values: NDArray[np.float32], group: NDArray[np.int64], sums: NDArray[np.float64]) -> None:
    """Add count, sum and sum of squares of each column to those of each row's group, leaving out NaN.

    `values` has shape (n_rows, n_columns), `sums` (3, n_groups, n_columns).
    """
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            number = np.float64(values[row, column])
            if not np.isnan(number):
                sums[0, group[row], column] += 1
                sums[1, group[row], column] += number
                sums[2, group[row], column] += number * number
