"""The hadrons that a struck nucleon becomes: which, and with what momenta; one interaction per call, compiled.

Multiplicities as in the low-W part of AGKY, arXiv:0904.4043; momenta uniform in phase space.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.samples.neutrino_kinematics import QUASI_ELASTIC, RESONANT

PROTON, NEUTRON, PI_PLUS, PI_ZERO = 2212, 2112, 211, 111

MAX_HADRONS = 12

_PROTON_GEV, _NEUTRON_GEV, _PION_GEV, _PI_ZERO_GEV = 0.93827209, 0.93956542, 0.13957039, 0.1349768
_SPARE_GEV = 0.02  # left for motion


@njit(cache=True)
def mass_gev(pdg: int) -> float:
    """Return the mass of a hadron that is made here."""
    if pdg == PROTON:
        return _PROTON_GEV
    if pdg == NEUTRON:
        return _NEUTRON_GEV
    return _PI_ZERO_GEV if pdg == PI_ZERO else _PION_GEV


@njit(cache=True)
def choose_hadrons(mode: int, w: float, charged: bool, anti: bool, pdg: NDArray[np.int64], rng: Any) -> int:
    """Fill `pdg` with the hadrons of one interaction, nucleon first, and return their number.

    Parameters
    ----------
    mode : int
        As in `Interactions`.
    w : float
        Mass of all of them, in GeV.
    charged, anti : bool
        Whether the current is charged, and whether the neutrino is an antineutrino.
    pdg : array of int, shape (≥ MAX_HADRONS,)
        Written.
    rng : numpy.random.Generator
        Where random numbers come from.
    """
    proton_struck = rng.random() < _proton_share(mode, charged, anti)
    charge = int(proton_struck)
    if charged:
        charge += -1 if anti else 1
    if mode == QUASI_ELASTIC:
        pdg[0] = PROTON if charge == 1 else NEUTRON
        return 1
    n = 2 if mode == RESONANT else _multiplicity(w, charge, rng)
    return _share_charge(n, charge, mode == RESONANT, pdg, rng)


@njit(cache=True)
def _proton_share(mode: int, charged: bool, anti: bool) -> float:
    """Return how often the struck nucleon is a proton.

    CC QE needs ν n or ν̄ p; Δ⁺⁺ on p is three times Δ⁺ on n; a neutron has twice the d quarks that a ν can turn.
    """
    if not charged:
        return 0.5
    share = 0.0 if mode == QUASI_ELASTIC else (0.75 if mode == RESONANT else 0.36)
    return 1.0 - share if anti else share


@njit(cache=True)
def _multiplicity(w: float, charge: int, rng: Any) -> int:
    """Draw the number of hadrons from the KNO curve around ⟨n⟩ = 1.5 (a + b ln W²), as the energy allows."""
    a, c = (0.40, 7.93) if charge >= 2 else (-0.20, 5.22)  # ν p and ν n
    mean = 1.5 * (a + 1.42 * math.log(w * w))
    highest = min(MAX_HADRONS, 1 + int((w - _NEUTRON_GEV - _SPARE_GEV) / (_PION_GEV + _SPARE_GEV)))
    lowest = max(2, charge)
    total = 0.0
    for n in range(lowest, highest + 1):
        total += _levy(n / mean, c)
    pick = rng.random() * total
    for n in range(lowest, highest + 1):
        pick -= _levy(n / mean, c)
        if pick <= 0:
            return n
    return lowest


@njit(cache=True)
def _levy(z: float, c: float) -> float:
    """Return 2 e⁻ᶜ c^(cz+1) / Γ(cz+1), the curve that ⟨n⟩P(n) follows in z = n/⟨n⟩."""
    return 2.0 * math.exp(-c + (c * z + 1.0) * math.log(c) - math.lgamma(c * z + 1.0))


@njit(cache=True)
def _share_charge(n: int, charge: int, resonant: bool, pdg: NDArray[np.int64], rng: Any) -> int:
    """Fill `pdg`: a nucleon, then n − 1 pions that make up the charge."""
    if resonant:  # a Δ of charge 1 or 0 keeps the nucleon's kind with the π⁰ in two of three decays
        proton = charge == 2 or ((charge == 1) == (rng.random() < 2 / 3) and charge != -1)
    else:
        proton = charge >= n or (charge > -(n - 1) and rng.random() < (2 / 3 if charge >= 1 else 1 / 3))
    pdg[0] = PROTON if proton else NEUTRON
    rest = charge - int(proton)
    placed = 1
    while placed < n:
        if rest != 0:
            pdg[placed] = PI_PLUS if rest > 0 else -PI_PLUS
            rest -= 1 if rest > 0 else -1
            placed += 1
        elif placed + 1 < n and rng.random() < 2 / 3:
            pdg[placed], pdg[placed + 1] = PI_PLUS, -PI_PLUS
            placed += 2
        else:
            pdg[placed] = PI_ZERO
            placed += 1
    return n
