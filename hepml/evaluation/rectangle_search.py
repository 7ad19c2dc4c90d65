"""The rectangle of cells of a map whose counts deviate most from what is expected."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_KEPT = 12
"""Rectangles of different sizes whose edges are refined."""


@njit(cache=True)
def integral_image(values: Floats) -> Floats:
    """Return sums of all cells above and left of each corner, shape (rows + 1, columns + 1)."""
    rows, columns = values.shape
    sums = np.zeros((rows + 1, columns + 1))
    for row in range(rows):
        line = 0.0
        for column in range(columns):
            line += values[row, column]
            sums[row + 1, column + 1] = sums[row, column + 1] + line
    return sums


@njit(cache=True)
def inside(sums: Floats, top: int, bottom: int, left: int, right: int) -> float:
    """Return the sum of a rectangle; bottom and right are one behind the last."""
    return float(sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left])


@njit(cache=True)
def log_places(rows: int, columns: int, height: int, width: int) -> float:
    """Return the logarithm of the number of rectangles of about this size, among which one was chosen.

    A side of one cell has as many places as there are cells along it; one that spans the map has one; any other has
    places times lengths up to its own.  So a whole row is believed before one that ends a cell early.
    """
    return _log_intervals(rows, height) + _log_intervals(columns, width)


@njit(cache=True)
def _log_intervals(n: int, length: int) -> float:
    return 0.0 if length == n else math.log(n) + math.log(length)


@njit(cache=True)
def log_likelihood_ratio(observed: float, expected: float, tolerance: float) -> float:
    """Return that of a Poisson mean as observed to the expected one, shifted by the tolerance; 0 within it."""
    if observed > expected * (1 + tolerance):
        mean = expected * (1 + tolerance)
    elif observed < expected * (1 - tolerance):
        mean = expected * (1 - tolerance)
    else:
        return 0.0
    if observed <= 0:
        return mean
    return observed * math.log(observed / mean) - (observed - mean) if mean > 0 else 0.0


@njit(cache=True)
def best_rectangle(observed: Floats, expected: Floats, tolerance: float) -> NDArray[np.int64]:
    """Return top, bottom, left, right of the rectangle with the largest log likelihood ratio less its `log_places`.

    Rectangles whose sides are powers of two, or span the map, in steps of half a side, are compared first; then the
    edges of the best of each of several sizes are moved, one at a time, to where they are best.

    Parameters
    ----------
    observed, expected : array of float64, shape (rows + 1, columns + 1)
        Integral images of counts; cells that are left out are 0 in both.
    tolerance : float
        Relative error of the expected counts.
    """
    rows, columns = observed.shape[0] - 1, observed.shape[1] - 1
    starts, gains = _best_of_sizes(observed, expected, tolerance)
    best, best_gain = starts[0], -math.inf
    for _ in range(min(_KEPT, len(gains))):
        chosen = int(np.argmax(gains))
        gains[chosen] = -math.inf
        found = starts[chosen].copy()
        gain = _refine(found, observed, expected, tolerance)
        if gain > best_gain:
            best, best_gain = found, gain
    if best_gain == -math.inf:
        return np.array([0, rows, 0, columns])
    return best


@njit(cache=True)
def _sizes(n: int) -> NDArray[np.int64]:
    """Return 1, 2, 4, … below n, and n."""
    count = 1
    while 2 ** (count - 1) < n:
        count += 1
    sizes = np.empty(count, np.int64)
    for k in range(count):
        sizes[k] = min(2**k, n)
    return sizes


@njit(cache=True)
def _best_of_sizes(observed: Floats, expected: Floats, tolerance: float) -> tuple[NDArray[np.int64], Floats]:
    """Return the best rectangle of each size, and its log likelihood ratio less the logarithm of its places."""
    rows, columns = observed.shape[0] - 1, observed.shape[1] - 1
    heights, widths = _sizes(rows), _sizes(columns)
    starts = np.zeros((len(heights) * len(widths), 4), np.int64)
    gains = np.full(len(starts), -math.inf)
    for a in range(len(heights)):
        for b in range(len(widths)):
            k, height, width = a * len(widths) + b, heights[a], widths[b]
            ratio = -1.0
            for top in _steps(rows, height):
                for left in _steps(columns, width):
                    n = inside(observed, top, top + height, left, left + width)
                    mean = inside(expected, top, top + height, left, left + width)
                    # Twice what the ratio can be at most, without a logarithm: nearly all places end here.
                    if (n - mean) * (n - mean) <= ratio * mean:
                        continue
                    found = log_likelihood_ratio(n, mean, tolerance)
                    if found > ratio:
                        ratio = found
                        starts[k, 0], starts[k, 1], starts[k, 2], starts[k, 3] = top, top + height, left, left + width
            gains[k] = ratio - log_places(rows, columns, height, width)
    return starts, gains


@njit(cache=True)
def _steps(n: int, size: int) -> NDArray[np.int64]:
    """Return where intervals of a size begin: every half of it, and one at the end."""
    step = max(size // 2, 1)
    count = (n - size) // step + 1
    if (n - size) % step == 0:
        return np.arange(count) * step
    places = np.arange(count + 1) * step
    places[count] = n - size
    return places


@njit(cache=True)
def _refine(edges: NDArray[np.int64], observed: Floats, expected: Floats, tolerance: float) -> float:
    """Move each edge to where it is best until none moves, in place; return what is gained."""
    rows, columns = observed.shape[0] - 1, observed.shape[1] - 1
    best = _gain(edges, observed, expected, tolerance)
    for _ in range(10):
        before = best
        for which in range(4):
            low = 0 if which % 2 == 0 else edges[which - 1] + 1
            high = edges[which + 1] if which % 2 == 0 else (rows if which == 1 else columns) + 1
            kept = edges[which]
            for place in range(low, high):
                edges[which] = place
                gain = _gain(edges, observed, expected, tolerance)
                if gain > best:
                    best, kept = gain, place
            edges[which] = kept
        if best == before:
            break
    return best


@njit(cache=True)
def _gain(edges: NDArray[np.int64], observed: Floats, expected: Floats, tolerance: float) -> float:
    n = inside(observed, edges[0], edges[1], edges[2], edges[3])
    mean = inside(expected, edges[0], edges[1], edges[2], edges[3])
    places = log_places(observed.shape[0] - 1, observed.shape[1] - 1, edges[1] - edges[0], edges[3] - edges[2])
    return log_likelihood_ratio(n, mean, tolerance) - places
