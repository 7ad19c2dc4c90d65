"""From the pixels of one event to what is stored of them, in compiled code."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.representations.pixel_map_cells import Cells, Ints

Floats = NDArray[np.float64]


class Maps(NamedTuple):
    """The maps of all events as lists of their pixels, sorted by view, row and column; to be filled.

    Attributes
    ----------
    offsets : array of int64, shape (n_events + 1,)
        Event i has the pixels ``offsets[i]:offsets[i + 1]``; the first is set.
    gap : array of uint16 or uint32, shape (n_hits,)
        Index of the pixel less that of the pixel before it; an event's first is less 0.
    charge : array of float32, shape (n_hits,)
    number : array of uint32, shape (n_hits,) or (0,)
        Different cells that were hit in the pixel, where that is asked for.
    n_outside : array of uint32, shape (n_events,)
        Hits that are in no cell of any view, or whose charge is negative or not finite.
    outside_charge : array of float32, shape (n_events,)
        Fraction of the charge in the cells that is not in the window.
    """

    offsets: NDArray[np.int64]
    gap: NDArray[np.unsignedinteger[Any]]
    charge: NDArray[np.float32]
    number: NDArray[np.uint32]
    n_outside: NDArray[np.uint32]
    outside_charge: NDArray[np.float32]


def empty_maps(*, n_events: int, n_hits: int, n_pixels: int, with_number: bool) -> Maps:
    """Return room for the maps of all events; the type of gaps follows from the pixels of a map, never from data."""
    return Maps(
        offsets=np.zeros(n_events + 1, np.int64),
        gap=np.empty(n_hits, np.uint16 if n_pixels <= 2**16 else np.uint32),
        charge=np.empty(n_hits, np.float32),
        number=np.empty(n_hits if with_number else 0, np.uint32),
        n_outside=np.zeros(n_events, np.uint32),
        outside_charge=np.zeros(n_events, np.float32),
    )


@njit(cache=True)
def write_cells(cells: Cells, n: int, n_columns: int, event: int, maps: Maps) -> None:
    """Write the map of an event whose pixels are cells."""
    begin, before = maps.offsets[event], 0
    for k in range(n):
        index = np.int64(cells.row[k]) * n_columns + cells.column[k]
        maps.gap[begin + k] = index - before
        maps.charge[begin + k] = cells.charge[k]
        before = index
    if len(maps.number):
        maps.number[begin : begin + n] = 1
    maps.offsets[event + 1] = begin + n


@njit(cache=True)
def write_sums(cells: Cells, n: int, n_columns: int, line: tuple[Floats, Ints], event: int, maps: Maps) -> None:
    """Write the map of an event whose pixels are sums of cells, row by row: each is summed in `line` first."""
    charge, number = line
    maps.offsets[event + 1] = maps.offsets[event]
    low, high, before = 0, -1, 0
    for i in range(n):
        column = cells.column[i]
        if i and cells.row[i] != cells.row[i - 1]:
            before = _write_line(charge, number, low, high, np.int64(cells.row[i - 1]) * n_columns, before, event, maps)
            low, high = column, column
        charge[column] += cells.charge[i]
        number[column] += 1
        low, high = min(low, column), max(high, column)
    if n:
        _write_line(charge, number, low, high, np.int64(cells.row[n - 1]) * n_columns, before, event, maps)


@njit(cache=True)
def _write_line(
    charge: Floats, number: Ints, low: int, high: int, begin: int, before: int, event: int, maps: Maps
) -> int:
    """Write the pixels of a row that were hit, clear them, and return the index of the last pixel written."""
    end = maps.offsets[event + 1]
    for column in range(low, high + 1):
        if number[column]:
            maps.gap[end] = begin + column - before
            maps.charge[end] = charge[column]
            if len(maps.number):
                maps.number[end] = number[column]
            before = begin + column
            charge[column], number[column] = 0.0, 0
            end += 1
    maps.offsets[event + 1] = end
    return before
