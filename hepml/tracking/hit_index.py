"""Which hits are near a place: hits sorted by layer, event, slice of z and φ, in compiled code.

A search costs two bisections per slice of z and what it finds, however many hits an event has elsewhere.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.contracts import BarrelEvents

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SLICE_CM = 10.0
_TURN = 2 * np.pi
_HALF_TURN = 3.14159  # the widest window: a little less, so that its copies do not meet


class HitIndex(NamedTuple):
    """Hits in the order of a search; a named tuple, which compiled code takes.

    Attributes
    ----------
    n_events, n_slices : int
        Of the grid; a cell is ``(layer · n_events + event) · n_slices + slice``.
    first_z_cm : float
        Where the first slice begins.
    offsets : array of int, shape (n_cells + 1,)
        Where the hits of each cell begin.
    hit : array of int, shape (n_hits,)
        Their indices in the events.
    phi, z_cm : array, shape (n_hits,)
        φ in ±π, and z.
    """

    n_events: int
    n_slices: int
    first_z_cm: float
    offsets: Ints
    hit: Ints
    phi: Floats
    z_cm: Floats


class Windows(NamedTuple):
    """Where to search on one layer: |φ − phi| ≤ half_phi and |z − z_cm| ≤ half_z_cm in an event; each shape (n,)."""

    event: Ints
    phi: Floats
    half_phi: Floats
    z_cm: Floats
    half_z_cm: Floats


def index_hits(events: BarrelEvents, *, n_layers: int, chosen: NDArray[np.bool_]) -> HitIndex:
    """Return the index of the `chosen` hits, a mask of shape (n_hits,)."""
    hit = np.flatnonzero(chosen)
    phi, z = np.remainder(events.phi[hit] + np.pi, _TURN) - np.pi, events.z_cm[hit]
    first = float(z.min(initial=0.0))
    n_slices = int((z.max(initial=0.0) - first) / _SLICE_CM) + 1
    cell = (events.layer[hit] * events.n_events + events.event_of_hit[hit]) * n_slices
    cell += ((z - first) / _SLICE_CM).astype(np.int64)
    order = np.lexsort((phi, cell))
    counts = np.bincount(cell, minlength=n_layers * events.n_events * n_slices)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return HitIndex(events.n_events, n_slices, first, offsets, hit[order], phi[order], z[order])


def hits_near(index: HitIndex, layer: int, windows: Windows) -> tuple[Ints, Ints]:
    """Return the pairs of window and hit, window by window: two arrays of int."""
    counts = np.zeros(len(windows.event) + 1, np.int64)
    _search(index, layer, windows, counts, np.empty(0, np.int64), False)
    starts = np.cumsum(counts)
    found = np.empty(starts[-1], np.int64)
    _search(index, layer, windows, starts, found, True)
    return np.repeat(np.arange(len(windows.event)), counts[1:]), found


@njit(cache=True)
def _search(index: HitIndex, layer: int, windows: Windows, starts: Ints, found: Ints, fill: bool) -> None:
    """Count the hits of window i in ``starts[i + 1]``, or write them from ``starts[i]`` on."""
    for i in range(len(windows.event)):
        low_z, high_z = windows.z_cm[i] - windows.half_z_cm[i], windows.z_cm[i] + windows.half_z_cm[i]
        half = min(windows.half_phi[i], _HALF_TURN)
        middle = np.remainder(windows.phi[i] + np.pi, _TURN) - np.pi
        if not (low_z <= high_z and half >= 0.0 and middle >= -np.pi):  # NaN: nowhere
            continue
        first = max(0, int(np.floor((low_z - index.first_z_cm) / _SLICE_CM)))
        last = min(index.n_slices - 1, int(np.floor((high_z - index.first_z_cm) / _SLICE_CM)))
        n = 0
        for piece in range(first, last + 1):
            cell = (layer * index.n_events + windows.event[i]) * index.n_slices + piece
            begin, end = index.offsets[cell], index.offsets[cell + 1]
            if begin == end:
                continue
            phi = index.phi[begin:end]
            for turn in range(-1, 2):  # the window's copies a turn away hold what is beyond ±π
                low, high = middle - half + turn * _TURN, middle + half + turn * _TURN
                if low >= np.pi or high < -np.pi:
                    continue
                k = begin + np.searchsorted(phi, low)
                while k < end and index.phi[k] <= high:
                    if low_z <= index.z_cm[k] <= high_z:
                        if fill:
                            found[starts[i] + n] = index.hit[k]
                        n += 1
                    k += 1
        if not fill:
            starts[i + 1] = n
