"""The cells of one event that were hit, sorted and each there once, in compiled code."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int32]


class Cells(NamedTuple):
    """Cells of one event; the row counts planes through all views."""

    row: Ints
    column: Ints
    charge: NDArray[np.float64]


@njit(cache=True)
def new_cells(n: int) -> Cells:
    """Return room for n cells."""
    return Cells(np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.float64))


@njit(cache=True)
def merged(cells: Cells, free: Cells, n: int, order: Ints, counts: Ints) -> tuple[Cells, int]:
    """Return the cells sorted, with the charges of equal ones added, and their number; `free` is there to be used."""
    in_order, all_differ = _order(cells, n)
    if in_order and all_differ:
        return cells, n
    for i in range(n):
        order[0, i] = i
    if not in_order:
        _sort(cells.column, n, order[0], counts, order[1])
        _sort(cells.row, n, order[1], counts, order[0])
    last = -1
    for i in range(n):
        k = order[0, i]
        if last >= 0 and free.row[last] == cells.row[k] and free.column[last] == cells.column[k]:
            free.charge[last] += cells.charge[k]
            continue
        last += 1
        free.row[last], free.column[last], free.charge[last] = cells.row[k], cells.column[k], cells.charge[k]
    return free, last + 1


@njit(cache=True)
def _order(cells: Cells, n: int) -> tuple[bool, bool]:
    """Return whether rows and columns never fall, and whether neighbours always differ."""
    all_differ = True
    for i in range(1, n):
        step = cells.row[i] - cells.row[i - 1]
        if step == 0:
            step = cells.column[i] - cells.column[i - 1]
        if step < 0:
            return False, False
        all_differ &= step != 0
    return True, all_differ


@njit(cache=True)
def _sort(key: Ints, n: int, order: Ints, counts: Ints, result: Ints) -> None:
    """Bring `order` into the order of the keys, keeping that of equal ones; keys are below ``len(counts) - 1``."""
    highest = 0
    for i in range(n):
        highest = max(highest, key[i])
    counts[: highest + 2] = 0
    for i in range(n):
        counts[key[i] + 1] += 1
    for k in range(highest + 1):
        counts[k + 1] += counts[k]
    for i in range(n):
        place = key[order[i]]
        result[counts[place]] = order[i]
        counts[place] += 1
