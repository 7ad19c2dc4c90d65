"""Substructure of many jets in one compiled pass."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.representations.energy_correlation import energy_correlations
from hepml.representations.jet_frame import place_particles
from hepml.representations.subjettiness import MAX_AXES, subjettiness

N_VALUES = 16
Floats = NDArray[np.float64]
Particles = NDArray[np.float32]


@njit(cache=True)
def compute_substructure(
    offsets: NDArray[np.int64],
    pt: Particles,
    eta: Particles,
    phi: Particles,
    energy: NDArray[np.float64],
    charged: NDArray[np.bool_],
    radius: float,
) -> NDArray[np.float32]:
    """Return all values of all jets, shape (N_VALUES, n_jets), in the order of ``SUBSTRUCTURE_COLUMNS``.

    A jet without particles has zeros.  NaN in a particle makes values of its jet NaN or infinite, never plausible.
    """
    n_jets = len(offsets) - 1
    values = np.zeros((N_VALUES, n_jets), np.float32)
    longest = 0
    for jet in range(n_jets):
        longest = max(longest, offsets[jet + 1] - offsets[jet])
    x, y = np.empty(longest), np.empty(longest)
    distance, weight = np.empty((longest, longest)), np.empty(longest)
    tau = np.zeros(MAX_AXES)
    for jet in range(n_jets):
        first, last = offsets[jet], offsets[jet + 1]
        if last == first:
            continue
        jet_pt = pt[first:last]
        column = values[:, jet]
        total = place_particles(jet_pt, eta[first:last], phi[first:last], True, False, False, x, y)
        column[0], column[1] = _mass_and_pt(jet_pt, eta[first:last], phi[first:last], energy[first:last])
        column[2], column[3] = last - first, np.sum(charged[first:last])
        _fill_shapes(jet_pt, x, y, total, column[4:9])
        subjettiness(jet_pt, x, y, tau)
        for k in range(MAX_AXES):
            column[9 + k] = _ratio(tau[k], total * radius)
        column[12], column[13] = _ratio(tau[1], tau[0]), _ratio(tau[2], tau[1])
        pairs, triples = energy_correlations(jet_pt, x, y, distance, weight)
        e2, e3 = _ratio(pairs, total**2), _ratio(triples, total**3)
        column[14], column[15] = _ratio(e3, e2**2), _ratio(e3, e2**3)
    return values


@njit(cache=True)
def _mass_and_pt(pt: Particles, eta: Particles, phi: Particles, energy: Floats) -> tuple[float, float]:
    """Return mass and pT of the sum of the four-vectors."""
    px, py, pz, e = 0.0, 0.0, 0.0, 0.0
    for i in range(len(pt)):
        momentum, angle = np.float64(pt[i]), np.float64(phi[i])
        px += momentum * np.cos(angle)
        py += momentum * np.sin(angle)
        pz += momentum * np.sinh(np.float64(eta[i]))
        e += energy[i]
    square = e * e - px * px - py * py - pz * pz
    # Rounding can leave a massless jet below zero; NaN must pass.
    return np.sqrt(0.0 if square < 0 else square), np.hypot(px, py)


@njit(cache=True)
def _fill_shapes(pt: Particles, x: Floats, y: Floats, total: float, shapes: NDArray[Any]) -> None:
    """Fill width, pTD and the three leading pT fractions."""
    width, squares = 0.0, 0.0
    leading = np.zeros(3)
    for i in range(len(pt)):
        momentum = np.float64(pt[i])
        width += momentum * np.hypot(x[i], y[i])
        squares += momentum * momentum
        if momentum > leading[2]:
            leading[2] = momentum
            if momentum > leading[1]:
                leading[1], leading[2] = momentum, leading[1]
            if momentum > leading[0]:
                leading[0], leading[1] = momentum, leading[0]
    shapes[0], shapes[1] = _ratio(width, total), _ratio(np.sqrt(squares), total)
    for k in range(3):
        shapes[2 + k] = _ratio(leading[k], total)


@njit(cache=True)
def _ratio(above: float, below: float) -> float:
    """Return the ratio, and 0 where both vanish: too few particles to have the shape."""
    return 0.0 if below == 0 else above / below
