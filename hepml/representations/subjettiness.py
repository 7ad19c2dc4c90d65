"""N-subjettiness of one jet, arXiv:1011.2268, by direct minimisation over the axes, in compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

MAX_AXES = 3
MAX_STEPS = 30
LEAST_GAIN = 1e-4
"""A step that lowers τ by a smaller fraction is the last."""
LEAST_DISTANCE = 1e-6
"""Keeps the weight pT / ΔR finite where an axis sits on a particle."""

Floats = NDArray[np.float64]


@njit(cache=True)
def subjettiness(pt: NDArray[Any], x: Floats, y: Floats, tau: Floats) -> None:
    """Fill ``tau[k]`` with Σ pT min ΔR over the best k + 1 axes found, β = 1, not yet divided by Σ pT R.

    Axes begin from two starts: the hardest particle, or the axes that were best for one axis fewer (at first the
    centroid); either is filled up by the particles with the largest pT ΔR to the axes so far.  Each start goes down by
    the Lloyd-like steps of arXiv:1108.2701 for β = 1, and the lower τ is kept.  No clustering is needed, and nothing
    depends on the direction of the coordinate axes.
    """
    n = len(pt)
    best, trial = np.zeros((MAX_AXES, 2)), np.zeros((MAX_AXES, 2))
    hardest = 0
    for i in range(1, n):
        if pt[i] > pt[hardest]:
            hardest = i
    for n_axes in range(1, len(tau) + 1):
        _add_far_axis(pt, x, y, best, n_axes - 1)
        trial[0, 0], trial[0, 1] = x[hardest], y[hardest]
        for k in range(1, n_axes):
            _add_far_axis(pt, x, y, trial, k)
        lowest = _descend(pt, x, y, best, n_axes)
        other = _descend(pt, x, y, trial, n_axes)
        if other < lowest:
            lowest = other
            best[:n_axes] = trial[:n_axes]
        tau[n_axes - 1] = lowest


@njit(cache=True)
def _add_far_axis(pt: NDArray[Any], x: Floats, y: Floats, axes: Floats, k: int) -> None:
    """Put axis k on the particle with the largest pT ΔR to the k axes so far; the first one on the origin."""
    if k == 0:
        axes[0, 0], axes[0, 1] = 0.0, 0.0
        return
    furthest, place = -1.0, 0
    for i in range(len(pt)):
        distance = pt[i] * np.sqrt(_nearest(x[i], y[i], axes, k)[1])
        if distance > furthest:
            furthest, place = distance, i
    axes[k, 0], axes[k, 1] = x[place], y[place]


@njit(cache=True)
def _descend(pt: NDArray[Any], x: Floats, y: Floats, axes: Floats, n_axes: int) -> float:
    """Move `axes` to a local minimum of Σ pT min ΔR, and return the lowest value met."""
    moved = np.empty((MAX_AXES, 3))
    lowest = np.inf
    for _ in range(MAX_STEPS):
        moved[:] = 0.0
        total = 0.0
        for i in range(len(pt)):
            k, square = _nearest(x[i], y[i], axes, n_axes)
            distance = np.sqrt(square)
            total += pt[i] * distance
            pull = pt[i] / max(distance, LEAST_DISTANCE)
            moved[k, 0] += pull * x[i]
            moved[k, 1] += pull * y[i]
            moved[k, 2] += pull
        gained = lowest - total
        lowest = min(lowest, total)
        if not gained > LEAST_GAIN * total:
            break
        for k in range(n_axes):
            if moved[k, 2] > 0:
                axes[k, 0] = moved[k, 0] / moved[k, 2]
                axes[k, 1] = moved[k, 1] / moved[k, 2]
    return lowest


@njit(cache=True)
def _nearest(x: float, y: float, axes: Floats, n_axes: int) -> tuple[int, float]:
    """Return the nearest axis and its ΔR²."""
    nearest, least = 0, np.inf
    for k in range(n_axes):
        square = (x - axes[k, 0]) ** 2 + (y - axes[k, 1]) ** 2
        if square < least:
            nearest, least = k, square
    return nearest, least
