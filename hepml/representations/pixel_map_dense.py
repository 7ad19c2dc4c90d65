"""Sparse pixels of several views to dense maps, in compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True)
def pixels_of_gaps(
    offsets: NDArray[np.int64], gap: NDArray[np.unsignedinteger[Any]], n_views: int, n_pixels: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint32], bool]:
    """Return view, and place among the `n_pixels` of it, of each pixel; and whether all of them are in a view.

    A gap is the distance from the pixel before, through all views; every event begins at 0.
    """
    view, place = np.empty(len(gap), np.uint8), np.empty(len(gap), np.uint32)
    for event in range(len(offsets) - 1):
        index, here, begin = np.int64(0), 0, np.int64(0)
        for k in range(offsets[event], offsets[event + 1]):
            index += np.int64(gap[k])
            if not 0 <= index < n_views * n_pixels:
                return view, place, False
            while index >= begin + n_pixels:
                here, begin = here + 1, begin + n_pixels
            view[k], place[k] = here, index - begin
    return view, place, True


@njit(cache=True)
def scatter_views(
    offsets: NDArray[np.int64],
    view: NDArray[np.uint8],
    place: NDArray[np.uint32],
    value: NDArray[np.float32],
    dense: NDArray[np.float32],
) -> None:
    """Write the pixels of every event, `value` of shape (n_filled, n_channels), into an array of zeros.

    `dense` has shape (n_views, n_events, n_pixels, n_channels), so that each view is one block of memory.
    """
    for event in range(len(offsets) - 1):
        for k in range(offsets[event], offsets[event + 1]):
            for channel in range(value.shape[1]):
                dense[view[k], event, place[k], channel] = value[k, channel]


@njit(cache=True)
def add_view_moments(
    offsets: NDArray[np.int64],
    view: NDArray[np.uint8],
    value: NDArray[np.float32],
    group: NDArray[np.int64],
    sums: NDArray[np.float64],
) -> None:
    """Add the values and squares of every event's pixels to those of its group, per view and channel.

    `sums` has shape (n_groups, n_views, n_channels, 2).  Pixels of one view follow one another: they are summed in
    registers first.
    """
    for event in range(len(offsets) - 1):
        for channel in range(value.shape[1]):
            k = offsets[event]
            while k < offsets[event + 1]:
                here, total, squares = view[k], 0.0, 0.0
                while k < offsets[event + 1] and view[k] == here:
                    number = np.float64(value[k, channel])
                    total += number
                    squares += number * number
                    k += 1
                sums[group[event], here, channel, 0] += total
                sums[group[event], here, channel, 1] += squares
