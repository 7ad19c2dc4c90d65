"""The frame of one jet: its particles centred, rotated and flipped.  All of it is compiled, one jet per call.

Angles are never computed: the axis follows from its double angle by square roots, which every machine rounds alike,
and not by functions of a library, which differ in the last bit.  Sums run in the order of the particles for the same
reason.
What can be summed in one pass is: a sum waits four cycles for each of its terms, and six sums wait together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Scratch = NDArray[np.float64]

_TURN = 2 * np.pi
_TURNS_PER_RADIAN = 1 / _TURN


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
    _begin(pt, eta, phi, centre, x, y)
    total, mean_x, mean_y, xx, xy, yy = _moments(pt, n, x, y)
    if not centre or not total > 0:
        mean_x, mean_y = 0.0, 0.0
    cos, sin = 1.0, 0.0
    if rotate:
        # Second moments about the new origin.
        xx, xy, yy = xx - total * mean_x * mean_x, xy - total * mean_x * mean_y, yy - total * mean_y * mean_y
        cos, sin = _principal_axis(xx, xy, yy)
    for i in range(n):
        from_x, from_y = x[i] - mean_x, y[i] - mean_y
        x[i], y[i] = cos * from_x + sin * from_y, cos * from_y - sin * from_x
    if flip:
        _flip(pt, n, x, y)
    return total


@njit(cache=True)
def _begin(pt: NDArray[Any], eta: NDArray[Any], phi: NDArray[Any], relative: bool, x: Scratch, y: Scratch) -> None:
    """Fill x and y with η and φ, or with their distances from the hardest particle.

    Distances in φ are within half a turn, so that a jet across φ = ±π stays whole.
    """
    n = len(pt)
    hardest, largest = 0, pt[0]
    if relative:
        for i in range(1, n):
            if pt[i] > largest:
                hardest, largest = i, pt[i]
    x0 = np.float64(eta[hardest]) if relative else 0.0
    y0 = np.float64(phi[hardest]) if relative else 0.0
    for i in range(n):
        x[i] = eta[i] - x0
        y[i] = phi[i] - y0
    if relative:
        for i in range(n):
            if abs(y[i]) > np.pi:
                y[i] -= _TURN * np.rint(y[i] * _TURNS_PER_RADIAN)


@njit(cache=True)
def _moments(pt: NDArray[Any], n: int, x: Scratch, y: Scratch) -> tuple[float, float, float, float, float, float]:
    """Return ΣpT, the pT-weighted means of x and y, and the sums of pT·xx, pT·xy and pT·yy."""
    total, sum_x, sum_y, xx, xy, yy = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(n):
        momentum = np.float64(pt[i])
        of_x, of_y = momentum * x[i], momentum * y[i]
        total += momentum
        sum_x += of_x
        sum_y += of_y
        xx += of_x * x[i]
        xy += of_x * y[i]
        yy += of_y * y[i]
    scale = 1 / total if total > 0 else 0.0
    return total, sum_x * scale, sum_y * scale, xx, xy, yy


@njit(cache=True)
def _principal_axis(xx: float, xy: float, yy: float) -> tuple[float, float]:
    """Return cos and sin of the angle of the axis of largest spread, in (−π/2, π/2]; 0 where there is no such axis.

    Of the two half-angle formulas the one that does not cancel.
    """
    difference = 0.5 * (xx - yy)
    size = np.sqrt(difference * difference + xy * xy)
    if not size > 0:
        return 1.0, 0.0
    large = np.sqrt(0.5 * (1 + abs(difference) / size))
    small = 0.5 * xy / (size * large)
    if difference >= 0:
        return large, small
    return (small, large) if xy >= 0 else (-small, -large)


@njit(cache=True)
def _flip(pt: NDArray[Any], n: int, x: Scratch, y: Scratch) -> None:
    """Reflect each axis so that its positive half holds more pT."""
    excess_x, excess_y = 0.0, 0.0
    for i in range(n):
        excess_x += pt[i] * np.sign(x[i])
        excess_y += pt[i] * np.sign(y[i])
    if excess_x < 0:
        for i in range(n):
            x[i] = -x[i]
    if excess_y < 0:
        for i in range(n):
            y[i] = -y[i]
