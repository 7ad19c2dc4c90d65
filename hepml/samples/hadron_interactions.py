"""What becomes of hadrons inside matter: a simple cascade, in compiled code.

A pion or proton travels the interaction length of its kind and then gives its energy to a leading hadron (a π⁰ after
exchange of charge), to further pions, to slow nucleons, and to the break-up of the nucleus, which is lost.  That gives
what a tracking calorimeter sees of hadrons (a range, kinks and stars, a response of 0.5 to 0.8 of electrons' that is
spread by about 20%), not any cross-section in detail.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from hepml.samples.cell_deposits import World, deposit, is_inside
from hepml.samples.charged_tracks import LIGHT_CM_PER_NS
from hepml.samples.hadron_production import NEUTRON, PI_PLUS, PI_ZERO, PROTON
from hepml.samples.particle_stack import KINETIC, TIME, UX, UY, UZ, Ray, Stack, X, Y, Z, move, push, turned
from hepml.samples.phase_space import isotropic
from hepml.samples.stopping_power import NEUTRON_MEV, PION_MEV

_PION_PATH, _NEUTRON_PATH = 1.3, 1.2  # in nuclear interaction lengths, which are those of protons
_CHARGE_EXCHANGE = 0.18
_ABSORPTION_BELOW_MEV = 250.0
_BINDING = (0.3, 0.7)  # share of what pions have left that breaks up the nucleus and is never seen
_PION_AGAIN = 0.85  # how often a further pion is made where there is energy for it
_LEADING = (0.25, 0.75)
_LEAST_MEV = 15.0


@njit(cache=True)
def interaction_path(world: World, pdg: int, rng: Any) -> float:
    """Draw how far a hadron goes before it interacts, in cm."""
    length = world.medium.material.interaction_cm
    return length * rng.standard_exponential() * (1.0 if pdg == PROTON else _PION_PATH)


@njit(cache=True)
def interact(world: World, pdg: int, ray: Ray, stack: Stack, rng: Any) -> None:
    """Let a proton or charged pion interact where it is; what comes out waits in `stack`."""
    is_pion = abs(pdg) == PI_PLUS
    energy = ray[KINETIC] + (PION_MEV if is_pion else 0.0)
    absorbed = is_pion and ray[KINETIC] < _ABSORPTION_BELOW_MEV and rng.random() < 0.5
    if not absorbed:
        leading = _leading_kind(is_pion, pdg, rng)
        rest = PION_MEV if is_pion else 0.0
        kinetic = rng.uniform(_LEADING[0], _LEADING[1]) * (energy - rest)
        if kinetic > _LEAST_MEV:
            _emit_leading(leading, kinetic, ray, stack, rng)
            energy -= kinetic + rest
    while energy > 2.5 * PION_MEV and rng.random() < _PION_AGAIN:
        energy = _make_pion(energy, ray, stack, rng)
    _evaporate(world, energy * (1.0 - rng.uniform(_BINDING[0], _BINDING[1])), ray, stack, rng)


@njit(cache=True)
def _leading_kind(is_pion: bool, pdg: int, rng: Any) -> int:
    """Choose the fastest hadron: the same one, or after exchange of charge its neutral partner."""
    if is_pion:
        return PI_ZERO if rng.random() < _CHARGE_EXCHANGE else pdg
    return PROTON if rng.random() < 0.5 else NEUTRON


@njit(cache=True)
def follow_neutron(world: World, ray: Ray, stack: Stack, rng: Any) -> None:
    """Carry a neutron to its collisions, which give part of its energy to protons, until it leaves or is slow."""
    while ray[KINETIC] > _LEAST_MEV:
        path = _NEUTRON_PATH * world.medium.material.interaction_cm * rng.standard_exponential()
        move(ray, path)
        if not is_inside(world.volume, ray[X], ray[Y], ray[Z]):
            return
        tau = ray[KINETIC] / NEUTRON_MEV
        ray[TIME] += path * (tau + 1.0) / np.sqrt(tau * (tau + 2.0)) / LIGHT_CM_PER_NS
        given = rng.random() * ray[KINETIC]
        cos = np.sqrt(given / ray[KINETIC])  # of a ball that hits one at rest
        phi = 2.0 * np.pi * rng.random()
        ux, uy, uz = turned(ray[UX], ray[UY], ray[UZ], cos, phi)
        push(stack, PROTON, ray, ux, uy, uz, 0.7 * given, ray[TIME])
        ray[UX], ray[UY], ray[UZ] = turned(ray[UX], ray[UY], ray[UZ], np.sqrt(1.0 - cos * cos), phi + np.pi)
        ray[KINETIC] -= given


@njit(cache=True)
def _emit_leading(pdg: int, kinetic: float, ray: Ray, stack: Stack, rng: Any) -> None:
    """Emit the fastest hadron, forward with a transverse momentum of about 0.25 GeV."""
    cos = np.cos(min(250.0 / (kinetic + 140.0) * rng.standard_exponential(), np.pi))
    ux, uy, uz = turned(ray[UX], ray[UY], ray[UZ], cos, 2.0 * np.pi * rng.random())
    push(stack, pdg, ray, ux, uy, uz, kinetic, ray[TIME])


@njit(cache=True)
def _make_pion(energy: float, ray: Ray, stack: Stack, rng: Any) -> float:
    """Make one more pion, one in three neutral, and return what is left."""
    kinetic = rng.uniform(0.2, 0.8) * (energy - PION_MEV)
    kind = int(3 * rng.random())
    _emit_leading(PI_ZERO if kind == 0 else (PI_PLUS if kind == 1 else -PI_PLUS), kinetic, ray, stack, rng)
    return energy - kinetic - PION_MEV


@njit(cache=True)
def _evaporate(world: World, energy: float, ray: Ray, stack: Stack, rng: Any) -> None:
    """Give what is left to slow protons and neutrons in all directions."""
    while energy > _LEAST_MEV:
        kinetic = min(energy, _LEAST_MEV + 80.0 * rng.standard_exponential())
        ux, uy, uz = isotropic(rng)
        push(stack, PROTON if rng.random() < 0.5 else NEUTRON, ray, ux, uy, uz, kinetic, ray[TIME])
        energy -= kinetic
    if energy > 0.0:
        deposit(world, ray[X], ray[Y], ray[Z], 0.5 * energy, ray[TIME])
