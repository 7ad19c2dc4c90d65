"""Summary quantities of the hits of many events in one compiled pass."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

QUANTITIES = (
    "n_hits",
    "charge",
    "first_plane",
    "first_cell",
    "plane_extent",
    "cell_extent",
    "mean_plane",
    "plane_width",
    "cell_width",
    "correlation",
    "length",
    "width",
    "skewness",
    "largest_charge",
    "concentration",
    "planes_hit",
    "longest_run",
    "hits_per_plane",
    "thin_charge",
    "early_charge",
    "late_charge",
    "core_charge",
)
"""What is computed of each view, in this order."""

_CORE_CELLS = 2.0
_THIN_HITS = 2

Floats = NDArray[np.float64]
Whole = NDArray[np.int32]


@njit(cache=True)
def summarise(
    offsets: NDArray[np.int64],
    view: Whole,
    plane: Whole,
    cell: Whole,
    charge: NDArray[np.float32],
    codes: Whole,
    factors: Floats,
    shape: Sequence[int],
    values: NDArray[np.float32],
) -> None:
    """Fill `values`, shape (n_events, n_views, n_quantities), which holds zeros, from the hits that maps show."""
    longest = 0
    for event in range(len(values)):
        longest = max(longest, offsets[event + 1] - offsets[event])
    p, c, q = np.empty(longest), np.empty(longest), np.empty(longest)
    hits_of_plane, charge_of_plane = np.zeros(shape[0], np.int64), np.zeros(shape[0])
    for event in range(len(values)):
        for index in range(len(codes)):
            n = 0
            for i in range(offsets[event], offsets[event + 1]):
                inside = 0 <= plane[i] < shape[0] and 0 <= cell[i] < shape[1]
                if view[i] == codes[index] and inside and 0 <= charge[i] < np.inf:
                    p[n], c[n], q[n] = plane[i], cell[i], charge[i] * factors[index]
                    n += 1
            if n and q[:n].sum() > 0:
                _of_view(p[:n], c[:n], q[:n], hits_of_plane, charge_of_plane, values[event, index])
            else:
                values[event, index, 0] = n


@njit(cache=True)
def _of_view(
    p: Floats, c: Floats, q: Floats, hits_of_plane: NDArray[np.int64], charge_of_plane: Floats, row: NDArray[np.float32]
) -> None:
    """Fill the quantities of one view of one event; the two scratch arrays hold zeros before and after."""
    total, first, last = q.sum(), int(p.min()), int(p.max())
    row[0], row[1], row[2], row[3] = len(q), total, first, c.min()
    row[4], row[5] = last - first + 1, c.max() - c.min() + 1
    _moments(p, c, q, total, first, row)
    row[13], row[14] = q.max() / total, math.sqrt((q * q).sum()) / total
    for i in range(len(q)):
        hits_of_plane[int(p[i])] += 1
        charge_of_plane[int(p[i])] += q[i]
    _of_planes(hits_of_plane[first : last + 1], charge_of_plane[first : last + 1], total, len(q), row)
    hits_of_plane[first : last + 1] = 0
    charge_of_plane[first : last + 1] = 0.0


@njit(cache=True)
def _moments(p: Floats, c: Floats, q: Floats, total: float, first: int, row: NDArray[np.float32]) -> None:
    """Fill what the charge-weighted moments give: widths, correlation, principal axis, skewness, core."""
    mean_p, mean_c = (q * p).sum() / total, (q * c).sum() / total
    dp, dc = p - mean_p, c - mean_c
    var_p, var_c, cov = (q * dp * dp).sum() / total, (q * dc * dc).sum() / total, (q * dp * dc).sum() / total
    row[6], row[7], row[8] = mean_p - first, math.sqrt(var_p), math.sqrt(var_c)
    row[9] = cov / math.sqrt(var_p * var_c) if var_p > 0 and var_c > 0 else 0.0
    half, radius = 0.5 * (var_p + var_c), math.sqrt(0.25 * (var_p - var_c) ** 2 + cov**2)
    row[10], row[11] = math.sqrt(half + radius), math.sqrt(max(half - radius, 0.0))
    row[12] = (q * dp**3).sum() / total / var_p**1.5 if var_p > 0 else 0.0
    angle = 0.5 * math.atan2(2 * cov, var_p - var_c)
    across = np.abs(dc * math.cos(angle) - dp * math.sin(angle))
    core = 0.0
    for i in range(len(q)):
        if across[i] <= _CORE_CELLS:
            core += q[i]
    row[21] = core / total


@njit(cache=True)
def _of_planes(hits: NDArray[np.int64], charge: Floats, total: float, n_hits: int, row: NDArray[np.float32]) -> None:
    """Fill what the hits of each plane, from the first to the last, give."""
    planes_hit, run, longest, thin, early, late = 0, 0, 0, 0.0, 0.0, 0.0
    quarter = math.ceil(len(hits) / 4)
    for plane in range(len(hits)):
        run = run + 1 if hits[plane] else 0
        longest = max(longest, run)
        planes_hit += hits[plane] > 0
        if hits[plane] <= _THIN_HITS:
            thin += charge[plane]
        if plane < quarter:
            early += charge[plane]
        if plane >= len(hits) - quarter:
            late += charge[plane]
    row[15], row[16], row[17] = planes_hit, longest, n_hits / planes_hit
    row[18], row[19], row[20] = thin / total, early / total, late / total
