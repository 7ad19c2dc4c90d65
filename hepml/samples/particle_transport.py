"""What happens to each kind of particle on its way, in compiled code: it stops, showers, interacts or decays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from hepml.samples.cell_deposits import World
from hepml.samples.charged_tracks import INTERACTED, STOPPED, follow_track
from hepml.samples.electromagnetic_showers import ELECTRON, PHOTON, follow_electron, follow_photon
from hepml.samples.hadron_interactions import follow_neutron, interact, interaction_path
from hepml.samples.hadron_production import NEUTRON, PI_PLUS, PI_ZERO, PROTON
from hepml.samples.particle_stack import KINETIC, TIME, UX, UY, UZ, Ray, Stack, push, turned
from hepml.samples.phase_space import isotropic
from hepml.samples.stopping_power import ELECTRON_MEV, MUON_MEV, NEUTRON_MEV, PI_ZERO_MEV, PION_MEV, PROTON_MEV

MUON = 13

_MUON_LIFE_NS = 2197.0
_MICHEL_END_MEV = 52.8


@njit(cache=True)
def mass_mev(pdg: int) -> float:
    """Return the mass of a particle that is followed; 0 for a photon or neutrino."""
    kind = abs(pdg)
    if kind == ELECTRON:
        return ELECTRON_MEV
    if kind == MUON:
        return MUON_MEV
    if kind == PI_PLUS:
        return PION_MEV
    if kind == PI_ZERO:
        return PI_ZERO_MEV
    if kind == PROTON:
        return PROTON_MEV
    return NEUTRON_MEV if kind == NEUTRON else 0.0


@njit(cache=True)
def follow_particles(world: World, stack: Stack, rng: Any) -> None:
    """Follow every particle on the stack, and those that they add, until it is empty."""
    while stack.n[0] > 0:
        stack.n[0] -= 1
        pdg, ray = stack.pdg[stack.n[0]], stack.ray[stack.n[0]].copy()
        kind = abs(pdg)
        if kind == ELECTRON:
            follow_electron(world, ray, stack, rng)
        elif kind == PHOTON:
            follow_photon(world, ray, stack, rng)
        elif kind in (MUON, PI_PLUS, PROTON):
            _follow_charged(world, pdg, ray, stack, rng)
        elif kind == NEUTRON:
            follow_neutron(world, ray, stack, rng)
        elif kind == PI_ZERO:
            _decay_pi_zero(ray, stack, rng)


@njit(cache=True)
def _follow_charged(world: World, pdg: int, ray: Ray, stack: Stack, rng: Any) -> None:
    path = np.inf if abs(pdg) == MUON else interaction_path(world, pdg, rng)
    end = follow_track(world, ray, mass_mev(pdg), path, rng)
    if end == INTERACTED:
        interact(world, pdg, ray, stack, rng)
    elif end == STOPPED and _makes_electron(world, pdg, rng):
        ux, uy, uz = isotropic(rng)
        time = ray[TIME] + _MUON_LIFE_NS * rng.standard_exponential()
        push(stack, ELECTRON, ray, ux, uy, uz, _michel_energy(rng), time)


@njit(cache=True)
def _michel_energy(rng: Any) -> float:
    """Draw the energy of the electron of an unpolarised muon in MeV: x = E/52.8 MeV from x²(3 − 2x), by rejection."""
    while True:
        x = rng.random()
        if rng.random() <= x * x * (3.0 - 2.0 * x):
            return _MICHEL_END_MEV * x


@njit(cache=True)
def _makes_electron(world: World, pdg: int, rng: Any) -> bool:
    """Return whether a stopped particle leaves a Michel electron: μ⁺ and π⁺ do, nuclei capture π⁻ and some μ⁻."""
    if pdg == MUON:
        return rng.random() >= world.medium.material.muon_capture
    return pdg in (-MUON, PI_PLUS)


@njit(cache=True)
def _decay_pi_zero(ray: Ray, stack: Stack, rng: Any) -> None:
    """Make the two photons of a π⁰: back to back at rest, E = γ m/2 (1 ± β cos θ*) in flight."""
    total = ray[KINETIC] + PI_ZERO_MEV
    momentum = np.sqrt(total**2 - PI_ZERO_MEV**2)
    cos_rest = 2.0 * rng.random() - 1.0
    phi = 2.0 * np.pi * rng.random()
    for sign in (1.0, -1.0):
        energy = 0.5 * (total + sign * momentum * cos_rest)
        cos = 0.5 * (momentum + sign * total * cos_rest) / energy
        ux, uy, uz = turned(ray[UX], ray[UY], ray[UZ], cos, phi if sign > 0 else phi + np.pi)
        push(stack, PHOTON, ray, ux, uy, uz, energy, ray[TIME])
