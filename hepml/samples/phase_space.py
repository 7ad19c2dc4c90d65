"""Decay of a mass into particles, uniform in phase space, one decay per call in compiled code.

The method of Raubold and Lynch: F. James, CERN 68-15.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_MAX_TRIES = 2000  # then the last try is taken: a decay of many particles close to its threshold


@njit(cache=True)
def breakup_momentum(mass: float, first: float, second: float) -> float:
    """Return the momentum of the two particles into which `mass` decays; 0 where it cannot."""
    squared = (mass * mass - (first + second) ** 2) * (mass * mass - (first - second) ** 2)
    return np.sqrt(max(squared, 0.0)) / (2.0 * mass)


@njit(cache=True)
def isotropic(rng: Any) -> tuple[float, float, float]:
    """Draw a direction."""
    z = 2.0 * rng.random() - 1.0
    phi = 2.0 * np.pi * rng.random()
    r = np.sqrt(1.0 - z * z)
    return r * np.cos(phi), r * np.sin(phi), z


@njit(cache=True)
def decay(parent: Floats, masses: Floats, products: Floats, rng: Any) -> None:
    """Fill ``products[:n]`` with the particles of one decay.

    Parameters
    ----------
    parent : array, shape (4,)
        px, py, pz, E of what decays, in any unit of energy; its mass is at least the sum of `masses`.
    masses : array, shape (n,)
        Of the products, n ≥ 1.
    products : array, shape (≥ n, 4)
        Written: px, py, pz, E.
    rng : numpy.random.Generator
        Where random numbers come from.
    """
    n = len(masses)
    system = parent.copy()
    mass = np.sqrt(max(system[3] ** 2 - system[0] ** 2 - system[1] ** 2 - system[2] ** 2, 0.0))
    inner = _intermediate_masses(mass, masses, rng)
    for i in range(n - 1, 0, -1):
        momentum = breakup_momentum(inner[i], inner[i - 1], masses[i])
        x, y, z = isotropic(rng)
        energy = np.sqrt(momentum**2 + masses[i] ** 2)
        _boost(system, inner[i], momentum * x, momentum * y, momentum * z, energy, products[i])
        for k in range(4):
            system[k] -= products[i, k]
    products[0, :] = system
    products[0, 3] = np.sqrt(masses[0] ** 2 + system[0] ** 2 + system[1] ** 2 + system[2] ** 2)


@njit(cache=True)
def _intermediate_masses(mass: float, masses: Floats, rng: Any) -> Floats:
    """Return the masses of the first 1, 2, …, n particles together, accepted by the weight of phase space."""
    n = len(masses)
    free = max(mass - masses.sum(), 0.0)
    largest = _largest_weight(free, masses)
    inner = np.empty(n)
    inner[0], inner[n - 1] = masses[0], mass
    for _ in range(_MAX_TRIES):
        shares = np.sort(rng.random(max(n - 2, 0)))
        together, weight = masses[0], 1.0
        for i in range(1, n):
            together += masses[i]
            if i < n - 1:
                inner[i] = together + shares[i - 1] * free
            weight *= breakup_momentum(inner[i], inner[i - 1], masses[i])
        if n <= 2 or rng.random() * largest <= weight:
            break
    return inner


@njit(cache=True)
def _largest_weight(free: float, masses: Floats) -> float:
    weight, low, high = 1.0, 0.0, free + masses[0]
    for i in range(1, len(masses)):
        low += masses[i - 1]
        high += masses[i]
        weight *= breakup_momentum(high, low, masses[i])
    return weight


@njit(cache=True)
def _boost(system: Floats, mass: float, x: float, y: float, z: float, energy: float, out: Floats) -> None:
    """Take a momentum from the rest frame of `system` to the frame in which `system` is given."""
    along = x * system[0] + y * system[1] + z * system[2]
    factor = (along / (system[3] + mass) + energy) / mass
    out[0], out[1], out[2] = x + factor * system[0], y + factor * system[1], z + factor * system[2]
    out[3] = (energy * system[3] + along) / mass
