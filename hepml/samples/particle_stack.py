"""Particles on their way: a stack of fixed size for compiled code, and directions in space."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ray = NDArray[np.float64]
"""x, y, z in cm, direction ux, uy, uz, kinetic energy in MeV, time in ns: 8 numbers."""

X, Y, Z, UX, UY, UZ, KINETIC, TIME = range(8)

_DEPTH = 4096


class Stack(NamedTuple):
    """Particles that wait, the last one first.

    Attributes
    ----------
    pdg : array of int, shape (depth,)
        PDG codes.
    ray : array, shape (depth, 8)
        As in `Ray`.
    n : array of int, shape (1,)
        How many.
    """

    pdg: NDArray[np.int64]
    ray: NDArray[np.float64]
    n: NDArray[np.int64]


def empty_stack() -> Stack:
    """Return a stack without particles."""
    return Stack(np.zeros(_DEPTH, np.int64), np.zeros((_DEPTH, 8)), np.zeros(1, np.int64))


@njit(cache=True)
def push(stack: Stack, pdg: int, at: Ray, ux: float, uy: float, uz: float, kinetic_mev: float, time_ns: float) -> None:
    """Add a particle at the place of `at`; a full stack drops it, which takes showers that do not end."""
    n = stack.n[0]
    if n >= len(stack.pdg) or kinetic_mev <= 0.0:
        return
    stack.pdg[n] = pdg
    ray = stack.ray[n]
    ray[X], ray[Y], ray[Z] = at[X], at[Y], at[Z]
    ray[UX], ray[UY], ray[UZ] = ux, uy, uz
    ray[KINETIC], ray[TIME] = kinetic_mev, time_ns
    stack.n[0] = n + 1


@njit(cache=True)
def move(ray: Ray, distance_cm: float) -> None:
    """Move along the direction."""
    ray[X] += distance_cm * ray[UX]
    ray[Y] += distance_cm * ray[UY]
    ray[Z] += distance_cm * ray[UZ]


@njit(cache=True)
def turned(ux: float, uy: float, uz: float, cos: float, phi: float) -> tuple[float, float, float]:
    """Return the direction at an angle (its cosine) and an azimuth from (ux, uy, uz)."""
    sin = np.sqrt(max(1.0 - cos * cos, 0.0))
    ax, ay, az, bx, by, bz = across(ux, uy, uz)
    p, q = sin * np.cos(phi), sin * np.sin(phi)
    return cos * ux + p * ax + q * bx, cos * uy + p * ay + q * by, cos * uz + p * az + q * bz


@njit(cache=True)
def across(ux: float, uy: float, uz: float) -> tuple[float, float, float, float, float, float]:
    """Return two directions that are at right angles to (ux, uy, uz) and to each other."""
    flat = np.sqrt(ux * ux + uy * uy)
    if flat < 1e-9:
        return 1.0, 0.0, 0.0, 0.0, 1.0 if uz > 0 else -1.0, 0.0
    ax, ay = -uy / flat, ux / flat
    return ax, ay, 0.0, -uz * ay, uz * ax, ux * ay - uy * ax


@njit(cache=True)
def scatter(ray: Ray, theta0: float, rng: Any) -> None:
    """Turn the direction by Gaussian angles of width `theta0` in both planes."""
    a, b = theta0 * rng.standard_normal(), theta0 * rng.standard_normal()
    theta = np.sqrt(a * a + b * b)
    ray[UX], ray[UY], ray[UZ] = turned(ray[UX], ray[UY], ray[UZ], np.cos(theta), np.arctan2(b, a))
