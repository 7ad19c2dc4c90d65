"""From neutrino energies to interactions: which kind, W, Q² and the outgoing lepton; all events at once.

The nucleon is at rest and free: no Fermi motion, no rescattering inside the nucleus.  Energies in GeV.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NUCLEON_GEV = 0.93892
QUASI_ELASTIC, RESONANT, DEEP_INELASTIC = 0, 1, 2

_LOWEST_RESONANCE_GEV, _LOWEST_DIS_GEV = 1.09, 1.7
_DELTA_GEV, _DELTA_WIDTH_GEV = 1.232, 0.117
_VECTOR_MASS2_GEV2 = 0.71  # of the dipole of nucleon form factors
_ANTIQUARK_SHARE = 0.17  # Q̄/(Q + Q̄) of the nucleon, Rev. Mod. Phys. 70 (1998) 1341
_BENT_SHARE = _ANTIQUARK_SHARE / 3 / (1 - 2 / 3 * _ANTIQUARK_SHARE)  # of events: ∫(1 − y)² dy = 1/3
_BENT_SHARE_ANTI = (1 - _ANTIQUARK_SHARE) / 3 / (1 / 3 + 2 / 3 * _ANTIQUARK_SHARE)
_X_SHAPE = (1.5, 4.0)  # x F2 ~ √x (1 − x)³: Regge at small x, counting rules at large x
_MAX_TRIES = 200


@dataclass(frozen=True)
class Interactions:
    """n interactions.

    Attributes
    ----------
    energy : array, shape (n,)
        Of the neutrino, which moves along z; GeV.
    mode : array of int, shape (n,)
        0 quasi-elastic (NC: elastic), 1 resonant, 2 deep inelastic.
    w, q2, y : arrays, shape (n,)
        Mass of the hadrons in GeV, Q² in GeV², inelasticity ν/E.
    lepton : array, shape (n, 4)
        px, py, pz, E of the outgoing lepton in GeV.
    """

    energy: Floats
    mode: Ints
    w: Floats
    q2: Floats
    y: Floats
    lepton: Floats


def cross_sections(energy: Floats, *, lepton_mass: float) -> Floats:
    """Return the νN cross-sections for the three modes in 10⁻³⁸ cm² per nucleon, shape (n, 3).

    Curves through the CC data that arXiv:1305.7513 (fig. 9) collects: quasi-elastic and resonant scattering level off
    above their thresholds, deep inelastic scattering grows to 0.68 E.  A heavy lepton shifts each curve by what it
    adds to the threshold; NC takes the CC curves, since only the shares are used.
    """
    lowest_w = np.array([NUCLEON_GEV, _LOWEST_RESONANCE_GEV, _LOWEST_DIS_GEV])
    lightest = ((lowest_w + lepton_mass) ** 2 - lowest_w**2) / (2 * NUCLEON_GEV)  # what the lepton's mass adds
    e = np.maximum(energy[:, None] - lightest, 1e-6)
    dis_threshold = (_LOWEST_DIS_GEV**2 - NUCLEON_GEV**2) / (2 * NUCLEON_GEV)
    quasi_elastic = 0.70 * (1 - np.exp(-e[:, 0] / 0.35))
    resonant = 0.60 * (1 - np.exp(-((np.maximum(e[:, 1] - 0.4, 0) / 0.8) ** 1.5)))
    inelastic = np.where(e[:, 2] > dis_threshold, 0.68 * e[:, 2] * np.exp(-2.5 / e[:, 2]), 0.0)
    return np.stack([quasi_elastic, resonant, inelastic], axis=1)


def draw_interactions(
    energy: Floats, *, lepton_mass: float, anti: NDArray[np.bool_], rng: np.random.Generator
) -> Interactions:
    """Draw one interaction for each neutrino energy.

    Parameters
    ----------
    energy : array, shape (n,)
        In GeV, above the threshold of the lepton.
    lepton_mass : float
        In GeV, 0 for NC.
    anti : array of bool, shape (n,)
        Which are antineutrinos: quarks then give (1 − y)².
    rng : numpy.random.Generator
        Where random numbers come from.
    """
    share = np.cumsum(cross_sections(energy, lepton_mass=lepton_mass), axis=1)
    mode = np.sum(rng.random(len(energy))[:, None] * share[:, -1:] > share[:, :-1], axis=1)
    w = np.where(mode == QUASI_ELASTIC, NUCLEON_GEV, _delta_mass(energy, lepton_mass, rng))
    q2 = _dipole_q2(*q2_limits(energy, w, lepton_mass), rng)
    deep = np.flatnonzero(mode == DEEP_INELASTIC)
    w[deep], q2[deep] = _deep_inelastic(energy[deep], lepton_mass, anti[deep], rng)
    nu = (w**2 - NUCLEON_GEV**2 + q2) / (2 * NUCLEON_GEV)
    lepton = _lepton(energy, nu, q2, lepton_mass, 2 * np.pi * rng.random(len(energy)))
    return Interactions(energy, mode.astype(np.int64), w, q2, nu / energy, lepton)


def q2_limits(energy: Floats, w: Floats, lepton_mass: float) -> tuple[Floats, Floats]:
    """Return the least and the largest Q² in GeV² with hadrons of mass `w`."""
    s = NUCLEON_GEV**2 + 2 * NUCLEON_GEV * energy
    neutrino = (s - NUCLEON_GEV**2) / (2 * np.sqrt(s))
    lepton = (s + lepton_mass**2 - w**2) / (2 * np.sqrt(s))
    momentum = np.sqrt(np.maximum(lepton**2 - lepton_mass**2, 0))
    least, largest = (2 * neutrino * (lepton + sign * momentum) - lepton_mass**2 for sign in (-1, 1))
    return np.maximum(least, 0), np.maximum(largest, 1e-12)


def _delta_mass(energy: Floats, lepton_mass: float, rng: np.random.Generator) -> Floats:
    """Draw W from the Δ(1232)'s Breit–Wigner curve, below 1.7 GeV and what the energy allows."""
    allowed = np.sqrt(NUCLEON_GEV**2 + 2 * NUCLEON_GEV * energy) - lepton_mass - 1e-3
    highest = np.clip(allowed, _LOWEST_RESONANCE_GEV + 1e-3, _LOWEST_DIS_GEV)
    low, high = (np.arctan2(w - _DELTA_GEV, _DELTA_WIDTH_GEV / 2) for w in (_LOWEST_RESONANCE_GEV, highest))
    return _DELTA_GEV + _DELTA_WIDTH_GEV / 2 * np.tan(low + (high - low) * rng.random(len(energy)))


def _dipole_q2(least: Floats, largest: Floats, rng: np.random.Generator) -> Floats:
    """Draw Q² from (1 + Q²/0.71 GeV²)⁻⁴, the square of a dipole form factor."""
    low, high = ((1 + q2 / _VECTOR_MASS2_GEV2) ** -3 for q2 in (least, largest))
    return _VECTOR_MASS2_GEV2 * ((low + (high - low) * rng.random(len(least))) ** (-1 / 3) - 1)


def _deep_inelastic(
    energy: Floats, lepton_mass: float, anti: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Draw (W, Q²) from x F2(x) [q + q̄ (1 − y)²] until W and Q² are possible.

    Near the threshold of a heavy lepton hardly a draw is: what is left then gets the least W.
    """
    w = np.full(len(energy), _LOWEST_DIS_GEV)
    q2 = np.mean(q2_limits(energy, w, lepton_mass), axis=0)
    left = np.arange(len(energy))
    for _ in range(_MAX_TRIES):
        if not len(left):
            break
        e = energy[left]
        try_w, try_q2 = _partons(e, anti[left], rng)
        least, largest = q2_limits(e, try_w, lepton_mass)
        highest = np.sqrt(NUCLEON_GEV**2 + 2 * NUCLEON_GEV * e) - lepton_mass
        good = (try_w > _LOWEST_DIS_GEV) & (try_w < highest) & (try_q2 > least) & (try_q2 < largest)
        w[left[good]], q2[left[good]] = try_w[good], try_q2[good]
        left = left[~good]
    return w, q2


def _partons(energy: Floats, anti: NDArray[np.bool_], rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw x and y, and return the W and Q² = 2M E x y that they make."""
    n = len(energy)
    x = rng.beta(*_X_SHAPE, size=n)
    flat = rng.random(n) >= np.where(anti, _BENT_SHARE_ANTI, _BENT_SHARE)
    y = np.where(flat, rng.random(n), 1 - np.cbrt(rng.random(n)))
    twice = 2 * NUCLEON_GEV * energy * y
    return np.sqrt(NUCLEON_GEV**2 + twice * (1 - x)), twice * x


def _lepton(energy: Floats, nu: Floats, q2: Floats, mass: float, phi: Floats) -> Floats:
    """Return px, py, pz, E of the lepton: E' = E − ν and Q² = 2E(E' − p' cos θ) − m²."""
    lepton = np.maximum(energy - nu, mass)
    momentum = np.sqrt(lepton**2 - mass**2)
    along = np.clip(lepton - (q2 + mass**2) / (2 * energy), -momentum, momentum)
    across = np.sqrt(momentum**2 - along**2)
    return np.stack([across * np.cos(phi), across * np.sin(phi), along, lepton], axis=1)
