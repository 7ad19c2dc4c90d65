"""Compiled loops over the items of sequences: which are kept, in which order, and where they go."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True)
def choose_items(
    offsets: NDArray[np.int64], kept: NDArray[np.bool_], key: NDArray[np.float32], length: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the items of each row by rising key, the first `length` of those kept; equal keys stay as they came.

    Parameters
    ----------
    offsets : array of int64, shape (n_rows + 1,)
        Of the rows; the first is 0.
    kept : array of bool, shape (n_items,)
        Which items count at all.
    key : array of float32, shape (n_items,) or (0,)
        Without NaN; empty: the order as given.
    length : int
        Most items of a row.

    Returns
    -------
    chosen : array of int64
        Indices of items, row after row.
    chosen_offsets : array of int64, shape (n_rows + 1,)
        Row i has ``chosen[chosen_offsets[i]:chosen_offsets[i + 1]]``.
    n_truncated : array of int64, shape (n_rows,)
        Kept items beyond the length.
    """
    n_rows = len(offsets) - 1
    chosen, spare = np.empty(len(kept), np.int64), np.empty(len(kept), np.int64)
    chosen_offsets = np.zeros(n_rows + 1, np.int64)
    n_truncated = np.zeros(n_rows, np.int64)
    end = 0
    for row in range(n_rows):
        begin = end
        for item in range(offsets[row], offsets[row + 1]):
            if kept[item]:
                chosen[end] = item
                end += 1
        if len(key):
            _sort(key, chosen, spare, begin, end)
        n_truncated[row] = max(end - begin - length, 0)
        end = min(end, begin + length)
        chosen_offsets[row + 1] = end
    return chosen[:end].copy(), chosen_offsets, n_truncated


@njit(cache=True)
def _sort(key: NDArray[np.float32], chosen: NDArray[np.int64], spare: NDArray[np.int64], begin: int, end: int) -> None:
    """Sort ``chosen[begin:end]`` by key, by merging runs of 1, 2, 4, … items: NumPy's takes seconds to compile."""
    width = 1
    while width < end - begin:
        for left in range(begin, end, 2 * width):
            middle, right = min(left + width, end), min(left + 2 * width, end)
            i, j = left, middle
            for k in range(left, right):
                if i < middle and (j >= right or key[chosen[i]] <= key[chosen[j]]):
                    spare[k] = chosen[i]
                    i += 1
                else:
                    spare[k] = chosen[j]
                    j += 1
        for k in range(begin, end):
            chosen[k] = spare[k]
        width *= 2


@njit(cache=True)
def scatter_items(
    offsets: NDArray[np.int64], values: NDArray[np.float32], dense: NDArray[np.float32], mask: NDArray[np.bool_]
) -> None:
    """Write the items of each row into the first places of `dense`, and where they are into `mask`.

    `values` has shape (n_items, n_features), `dense` (n_rows, length, n_features) and `mask` (n_rows, length); both
    are 0 before, and no row has more than `length` items.
    """
    for row in range(len(offsets) - 1):
        for place in range(offsets[row + 1] - offsets[row]):
            mask[row, place] = True
            for feature in range(values.shape[1]):
                dense[row, place, feature] = values[offsets[row] + place, feature]
