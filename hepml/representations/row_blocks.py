"""Rows of lists, some at a time: what is computed of a block stays in the processor's cache."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def row_blocks(offsets: NDArray[np.int64], *, most: int) -> Iterator[slice]:
    """Yield slices of rows that together hold at most so many items, or of one row where that alone holds more.

    Parameters
    ----------
    offsets : array of int64, shape (n_rows + 1,)
        Row i holds the items ``offsets[i]:offsets[i + 1]``.
    most : int
        Items of a block.

    Examples
    --------
    >>> [(rows.start, rows.stop) for rows in row_blocks(np.array([0, 2, 3, 9, 9, 10]), most=4)]
    [(0, 2), (2, 3), (3, 5)]
    """
    first, n_rows = 0, len(offsets) - 1
    while first < n_rows:
        stop = int(np.searchsorted(offsets, offsets[first] + most, side="right")) - 1
        stop = min(max(stop, first + 1), n_rows)
        yield slice(first, stop)
        first = stop
