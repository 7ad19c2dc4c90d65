"""Decay of a τ lepton into what a detector sees, one per call in compiled code.

Branching ratios of the Review of Particle Physics, grouped; unpolarised τ, narrow curves for the ρ and the a₁.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.samples.hadron_production import PI_PLUS, PI_ZERO, mass_gev
from hepml.samples.phase_space import decay

Floats = NDArray[np.float64]

TAU_GEV, MUON_GEV, ELECTRON_GEV = 1.77693, 0.10565838, 0.00051099895

MAX_PRODUCTS = 8

# Cumulative: e 17.8%, μ 17.4%, π 11.5% (with K), π π⁰ 26%, π 2π⁰ 10.5%, 3π 9.8%, 3π π⁰ and the rest 7%.
_MODES = np.cumsum(np.array([0.178, 0.174, 0.115, 0.26, 0.105, 0.098, 0.07]))
_MEAN_GEV = np.array([0.0, 0.0, 0.0, 0.775, 1.20, 1.20, 1.35])
_SIGMA_GEV = np.array([0.0, 0.0, 0.0, 0.07, 0.15, 0.15, 0.12])
_N_CHARGED = np.array([1, 1, 1, 1, 1, 3, 3])
_N_NEUTRAL = np.array([0, 0, 0, 1, 2, 0, 1])


@njit(cache=True)
def decay_tau(tau: Floats, sign: int, pdg: NDArray[np.int64], p4: Floats, rng: Any) -> int:
    """Fill `pdg` and `p4` with the products of a τ, neutrinos too, and return their number.

    Parameters
    ----------
    tau : array, shape (4,)
        px, py, pz, E in GeV.
    sign : int
        1 for τ⁻, −1 for τ⁺.
    pdg : array of int, shape (≥ MAX_PRODUCTS,)
        Written.
    p4 : array, shape (≥ MAX_PRODUCTS, 4)
        Written.
    rng : numpy.random.Generator
        Where random numbers come from.
    """
    mode = np.searchsorted(_MODES, rng.random() * _MODES[-1])
    if mode < 2:
        return _leptonic(tau, sign, 11 if mode == 0 else 13, pdg, p4, rng)
    return _hadronic(tau, sign, mode, pdg, p4, rng)


@njit(cache=True)
def _leptonic(tau: Floats, sign: int, lepton: int, pdg: NDArray[np.int64], p4: Floats, rng: Any) -> int:
    """Decay into ℓ ν̄_ℓ ν_τ, accepted by |M|² ∝ (p_τ·p_ν̄ℓ)(p_ℓ·p_ντ)."""
    masses = np.array([ELECTRON_GEV if lepton == 11 else MUON_GEV, 0.0, 0.0])
    while True:
        decay(tau, masses, p4, rng)
        matrix = _dot(tau, p4[1]) * _dot(p4[0], p4[2])
        if rng.random() * TAU_GEV**4 / 4 <= matrix:  # neither factor exceeds m²/2
            break
    pdg[0], pdg[1], pdg[2] = sign * lepton, -sign * (lepton + 1), sign * 16
    return 3


@njit(cache=True)
def _hadronic(tau: Floats, sign: int, mode: int, pdg: NDArray[np.int64], p4: Floats, rng: Any) -> int:
    """Decay into ν_τ and a resonance, and that into pions."""
    n_charged, n_neutral = _N_CHARGED[mode], _N_NEUTRAL[mode]
    n = n_charged + n_neutral
    masses = np.empty(n)
    for i in range(n):
        if i < n_charged:
            pdg[i] = -sign * PI_PLUS if i != 1 else sign * PI_PLUS
        else:
            pdg[i] = PI_ZERO
        masses[i] = mass_gev(pdg[i])
    wanted = rng.normal(_MEAN_GEV[mode], _SIGMA_GEV[mode])
    mass = masses[0] if n == 1 else min(max(wanted, masses.sum() + 0.05), TAU_GEV - 0.05)
    pair = np.empty((2, 4))
    decay(tau, np.array([mass, 0.0]), pair, rng)
    decay(pair[0], masses, p4, rng)
    p4[n] = pair[1]
    pdg[n] = sign * 16
    return n + 1


@njit(cache=True)
def _dot(a: Floats, b: Floats) -> float:
    return a[3] * b[3] - a[0] * b[0] - a[1] * b[1] - a[2] * b[2]
