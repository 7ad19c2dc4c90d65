"""All particles of many interactions: lepton, hadrons, and what τ and π⁰ decay into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.samples.hadron_production import MAX_HADRONS, PI_ZERO, choose_hadrons, mass_gev
from hepml.samples.neutrino_kinematics import Interactions
from hepml.samples.phase_space import decay
from hepml.samples.tau_decay import MAX_PRODUCTS, decay_tau

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PHOTON = 22
_ROOM = 1 + MAX_PRODUCTS + MAX_HADRONS + 2 * (MAX_PRODUCTS + MAX_HADRONS)


@dataclass(frozen=True)
class FinalStates:
    """The particles of n events, one after another.

    Attributes
    ----------
    count : array of int, shape (n,)
        Particles of each event.
    pdg : array of int, shape (total,)
        PDG codes.
    p4 : array, shape (total, 4)
        px, py, pz, E in GeV.
    mother : array of int, shape (total,)
        Place of its mother in the event, −1 for particles of the interaction; what is a mother has decayed.
    """

    count: Ints
    pdg: Ints
    p4: Floats
    mother: Ints


def make_final_states(
    interactions: Interactions,
    *,
    lepton_pdg: Ints,
    charged: bool,
    anti: NDArray[np.bool_],
    n_events: int,
    rng: np.random.Generator,
) -> FinalStates:
    """Make the particles of the first `n_events` interactions; the lepton is the first of each event."""
    n = n_events
    arrays = (interactions.mode[:n], interactions.w[:n], interactions.energy[:n], interactions.lepton[:n])
    room = n * _ROOM
    pdg, p4, mother = np.zeros(room, np.int64), np.zeros((room, 4)), np.full(room, -1)
    count = np.zeros(n, np.int64)
    total = _make(*arrays, lepton_pdg[:n], charged, anti[:n], count, pdg, p4, mother, rng)
    return FinalStates(count, pdg[:total], p4[:total], mother[:total])


@njit(cache=True)
def _make(
    mode: Ints,
    w: Floats,
    energy: Floats,
    lepton: Floats,
    lepton_pdg: Ints,
    charged: bool,
    anti: NDArray[np.bool_],
    count: Ints,
    pdg: Ints,
    p4: Floats,
    mother: Ints,
    rng: Any,
) -> int:
    total = 0
    for i in range(len(mode)):
        own_pdg, own_p4, own_mother = pdg[total:], p4[total:], mother[total:]
        own_pdg[0], own_p4[0] = lepton_pdg[i], lepton[i]
        n = 1
        if abs(lepton_pdg[i]) == 15:
            made = decay_tau(lepton[i], 1 if lepton_pdg[i] > 0 else -1, own_pdg[1:], own_p4[1:], rng)
            own_mother[1 : 1 + made] = 0
            n += made
        n += _hadrons(mode[i], w[i], energy[i], lepton[i], charged, anti[i], own_pdg[n:], own_p4[n:], rng)
        n = _decay_pi_zeros(n, own_pdg, own_p4, own_mother, rng)
        count[i] = n
        total += n
    return total


@njit(cache=True)
def _hadrons(
    mode: int, w: float, energy: float, lepton: Floats, charged: bool, anti: bool, pdg: Ints, p4: Floats, rng: Any
) -> int:
    n = choose_hadrons(mode, w, charged, anti, pdg, rng)
    system = -lepton
    system[2] += energy
    masses = np.empty(n)
    for i in range(n):
        masses[i] = mass_gev(pdg[i])
    # The nucleon at rest has the mean mass; the hadrons have at least their own.
    mass = max(w, masses.sum() + 1e-6) if n > 1 else masses[0]
    system[3] = np.sqrt(mass**2 + system[0] ** 2 + system[1] ** 2 + system[2] ** 2)
    decay(system, masses, p4, rng)
    return n


@njit(cache=True)
def _decay_pi_zeros(n: int, pdg: Ints, p4: Floats, mother: Ints, rng: Any) -> int:
    total = n
    for i in range(n):
        if pdg[i] == PI_ZERO:
            decay(p4[i], np.zeros(2), p4[total:], rng)
            pdg[total : total + 2] = PHOTON
            mother[total : total + 2] = i
            total += 2
    return total
