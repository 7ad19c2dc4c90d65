"""Cosmic muons where they enter a box: falling spectrum, cos²θ from the vertical; all at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.samples.neutrino_detector import Volume
from hepml.samples.tau_decay import MUON_GEV

Floats = NDArray[np.float64]

_SOFTENING_GEV, _INDEX = 3.64, 2.7  # dN/dE ∝ (E + 3.64 GeV)^−2.7 of the vertical flux, arXiv:1509.06176
_INSIDE = 1e-6  # of the size of the box: an entry point is just inside


@dataclass(frozen=True)
class CosmicMuons:
    """n muons: px, py, pz, E in GeV, shape (n, 4), and where they enter, in cm, shape (n, 3)."""

    p4: Floats
    entry_cm: Floats


def draw_cosmic_muons(
    n: int, *, energy_gev: tuple[float, float], volume: Volume, rng: np.random.Generator
) -> CosmicMuons:
    """Draw muons that enter the volume, in the numbers in which the sky sends them.

    A direction is accepted by the area that the box shows to it, and the point is uniform on that area.
    """
    size = np.array([2 * volume.x_half_cm, 2 * volume.y_half_cm, volume.z_cm])
    area = np.array([size[1] * size[2], size[0] * size[2], size[0] * size[1]])
    direction = _directions(n, area, rng)
    shown = area * np.abs(direction)
    face = np.sum(rng.random(n)[:, None] * shown.sum(axis=1)[:, None] > np.cumsum(shown, axis=1)[:, :2], axis=1)
    share = _INSIDE + (1 - 2 * _INSIDE) * rng.random((n, 3))
    rows = np.arange(n)
    share[rows, face] = np.where(direction[rows, face] > 0, _INSIDE, 1 - _INSIDE)
    entry = (share - np.array([0.5, 0.5, 0.0])) * size
    energy = _energies(n, energy_gev, rng)
    momentum = np.sqrt(energy**2 - MUON_GEV**2)
    return CosmicMuons(np.column_stack([momentum[:, None] * direction, energy]), entry)


def _directions(n: int, area: Floats, rng: np.random.Generator) -> Floats:
    """Draw downward directions from cos²θ per solid angle, times the area that is shown."""
    direction = np.empty((n, 3))
    left = np.arange(n)
    while len(left):
        cos = np.cbrt(rng.random(len(left)))
        phi = 2 * np.pi * rng.random(len(left))
        sin = np.sqrt(1 - cos**2)
        tried = np.stack([sin * np.cos(phi), -cos, sin * np.sin(phi)], axis=1)
        good = rng.random(len(left)) * np.linalg.norm(area) < np.abs(tried) @ area
        direction[left[good]] = tried[good]
        left = left[~good]
    return direction


def _energies(n: int, window_gev: tuple[float, float], rng: np.random.Generator) -> Floats:
    low, high = ((e + _SOFTENING_GEV) ** (1 - _INDEX) for e in window_gev)
    return (low + (high - low) * rng.random(n)) ** (1 / (1 - _INDEX)) - _SOFTENING_GEV
