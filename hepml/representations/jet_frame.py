"""The frame of one jet: its particles centred, rotated and flipped.  All of it is compiled, one jet per call."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Scratch = NDArray[np.float64]


@njit(cache=True)
def place_particles(
    pt: NDArray[Any],
    eta: NDArray[Any],
    phi: NDArray[Any],
    centre: bool,
    rotate: bool,
    flip: bool,
    x: Scratch,
    y: Scratch,
) -> float:
    """Fill `x` and `y` with the coordinates of one jet's particles in its frame, and return their ΣpT.

    Parameters
    ----------
    pt, eta, phi : array of float, shape (n_particles,)
        One jet, n ≥ 1; any units of pT, φ in radians, any branch.
    centre, rotate, flip : bool
        Which steps are taken; without `centre` the coordinates begin as (η, φ).
    x, y : array of float64, length ≥ n_particles
        Written.  x runs along η, or along the principal axis where `rotate` is set.
    """
    n = len(pt)
    total = 0.0
    for i in range(n):
        total += np.float64(pt[i])
        x[i] = eta[i]
        y[i] = phi[i]
    if centre:
        _centre(pt, total, n, x, y)
    if rotate:
        _rotate(pt, n, x, y)
    if flip:
        _flip(pt, n, x)
        _flip(pt, n, y)
    return total


@njit(cache=True)
def _centre(pt: NDArray[Any], total: float, n: int, x: Scratch, y: Scratch) -> None:
    """Move the pT-weighted centroid to the origin.

    Angles are first taken relative to the hardest particle, within half a turn, so that a jet across φ = ±π stays
    whole.
    """
    hardest = 0
    for i in range(1, n):
        if pt[i] > pt[hardest]:
            hardest = i
    x0, y0 = x[hardest], y[hardest]
    mean_x, mean_y = 0.0, 0.0
    for i in range(n):
        x[i] -= x0
        y[i] -= y0
        y[i] -= 2 * np.pi * np.rint(y[i] / (2 * np.pi))
        mean_x += pt[i] * x[i]
        mean_y += pt[i] * y[i]
    if total > 0:
        mean_x /= total
        mean_y /= total
    for i in range(n):
        x[i] -= mean_x
        y[i] -= mean_y


@njit(cache=True)
def _rotate(pt: NDArray[Any], n: int, x: Scratch, y: Scratch) -> None:
    """Turn the principal axis of the pT-weighted second moments about the origin onto the x axis."""
    xx, xy, yy = 0.0, 0.0, 0.0
    for i in range(n):
        xx += pt[i] * x[i] * x[i]
        xy += pt[i] * x[i] * y[i]
        yy += pt[i] * y[i] * y[i]
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    cos, sin = np.cos(angle), np.sin(angle)
    for i in range(n):
        x[i], y[i] = cos * x[i] + sin * y[i], cos * y[i] - sin * x[i]


@njit(cache=True)
def _flip(pt: NDArray[Any], n: int, along: Scratch) -> None:
    """Reflect one axis so that its positive half holds more pT."""
    excess = 0.0
    for i in range(n):
        excess += pt[i] * np.sign(along[i])
    if excess < 0:
        for i in range(n):
            along[i] = -along[i]
