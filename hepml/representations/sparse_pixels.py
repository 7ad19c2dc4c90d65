"""Sparse pixels to dense images, and to moments of every pixel, in compiled code."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True)
def scatter_pixels(
    offsets: NDArray[np.int64],
    pixel: NDArray[np.unsignedinteger],
    value: NDArray[np.float32],
    dense: NDArray[np.float32],
) -> None:
    """Write the pixels of every row, `value` of shape (n_filled, n_channels), into an array of zeros.

    `dense` has shape (n_rows, n_pixels, n_channels).
    """
    for row in range(len(offsets) - 1):
        for k in range(offsets[row], offsets[row + 1]):
            for channel in range(value.shape[1]):
                dense[row, pixel[k], channel] = value[k, channel]


@njit(cache=True)
def add_pixel_moments(
    offsets: NDArray[np.int64],
    pixel: NDArray[np.unsignedinteger],
    value: NDArray[np.float32],
    group: NDArray[np.int64],
    sums: NDArray[np.float64],
) -> None:
    """Add the values and squares of every row's pixels to those of its group.

    `sums` has shape (n_groups, n_pixels, n_channels, 2): what belongs to one pixel lies together in memory, which
    halves the time.
    """
    for row in range(len(offsets) - 1):
        for k in range(offsets[row], offsets[row + 1]):
            cell = sums[group[row], pixel[k]]
            for channel in range(value.shape[1]):
                number = np.float64(value[k, channel])
                cell[channel, 0] += number
                cell[channel, 1] += number * number
